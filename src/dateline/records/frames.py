"""Reads a table of a database into a pandas or polars frame."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import TYPE_CHECKING, Any, Literal

from dateline.errors import FilterError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Frame = Literal["pandas", "polars"]
_LARGE = frozenset({"record", "reasons", "sentences", "extra", "spans"})
"""JSON columns that are left out unless they are asked for."""


def read_database(
    path: str | Path,
    table: str = "events",
    *,
    where: str | Iterable[str] | None = None,
    columns: Sequence[str] | None = None,
    frame: Frame = "pandas",
) -> Any:
    """Read a table of a database into a frame.

    Args:
        path: The SQLite file, or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
        table: ``events``, ``articles``, ``claims`` or ``incidents``.
        where: Conditions such as ``"type=bombing,shelling country=IRQ first_day=2016-10"``; docs/database.md tells them all.
        columns: The columns wanted; None is all but the JSON ones (the full ``record`` among them).
        frame: ``pandas`` or ``polars``.

    Returns:
        A ``pandas.DataFrame`` or ``polars.DataFrame``; days are dates, whole numbers are whole numbers though some are
        unknown, and the rows stand in an order that is the same each time.

    Raises:
        StoreError: There is no such database, or it cannot be read.
        FilterError: ``where`` is no condition, or there is no such table or column.
        MissingExtraError: The frame's library, or SQLAlchemy, is not installed.
    """
    if frame not in ("pandas", "polars"):
        raise FilterError(f"there is no frame {frame!r}; it is one of: pandas, polars")
    try:
        library = importlib.import_module(frame)
    except ImportError as error:
        raise MissingExtraError(f"a {frame} frame needs {frame}; install it with: pip install {frame}") from error
    from dateline.records.store import Store, kinds_of  # noqa: PLC0415 - heavy, and it needs the extra library

    kinds = kinds_of(table)
    wanted = [name for name in kinds if name not in _LARGE] if columns is None else list(columns)
    if unknown := [name for name in wanted if name not in kinds]:
        raise FilterError(f"the table {table} has no column {unknown[0]!r}; its columns are: {', '.join(kinds)}")
    values: dict[str, list[Any]] = {name: [] for name in wanted}
    with Store(path, readonly=True) as store:
        lists = list(values.values())
        for row in store.tuples(table, where, wanted):
            for column, value in zip(lists, row, strict=True):
                column.append(value)
    return _FRAMES[frame](library, values, kinds)


def _day(value: str | None) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)


def _pandas(pd: Any, values: dict[str, list[Any]], kinds: Mapping[str, str]) -> Any:
    types = {"integer": "Int64", "number": "float64", "text": "string"}
    columns = {
        name: pd.to_datetime(pd.Series(column, dtype="object"), format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
        if kinds[name] == "day"
        else pd.array(column, dtype=types[kinds[name]])
        for name, column in values.items()
    }
    return pd.DataFrame(columns)


def _polars(pl: Any, values: dict[str, list[Any]], kinds: Mapping[str, str]) -> Any:
    types = {"integer": pl.Int64, "number": pl.Float64, "text": pl.String, "day": pl.Date}
    days = {name: [_day(value) for value in column] for name, column in values.items() if kinds[name] == "day"}
    return pl.DataFrame(values | days, schema={name: types[kinds[name]] for name in values})


_FRAMES = {"pandas": _pandas, "polars": _polars}
