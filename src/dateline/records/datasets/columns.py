"""The columns of the data sets, kept as data: one TOML file a data set, read and checked here, told in docs/exports.md."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FOLDER = Path(__file__).parent
Kind = Literal["text", "int", "float", "day", "list", "object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a data set.

    Attributes:
        kind: ``text``, ``int``, ``float``, ``day`` (ISO 8601), or in JSON ``list`` and ``object``.
        blank: Whether a cell may be blank.
        values: All that a cell may hold, where that is a closed set.
        low, high: Bounds of a number, both included.
        pattern: What a text must match whole; an empty one means that the column is always blank.
        tag: Its HXL tag, in the tables that have tags.
    """

    name: str
    kind: Kind
    meaning: str
    blank: bool = False
    values: tuple[str | int, ...] | None = None
    low: float | None = None
    high: float | None = None
    pattern: str | None = None
    tag: str = ""

    def fault(self, value: Any) -> str | None:
        """Return what is wrong with a value of this column, or None."""
        if value is None or value in ("", [], {}):
            return None if self.blank else f"{self.name} is blank"
        if self.pattern == "":
            return f"{self.name} is never filled, and holds {value!r}"
        if not _is_of(self.kind, value):
            return f"{self.name}: {value!r} is no {self.kind}"
        return self._out_of_bounds(value)

    def _out_of_bounds(self, value: Any) -> str | None:
        if self.values is not None and any(each not in self.values for each in (value if self.kind == "list" else [value])):
            return f"{self.name}: {value!r} is none of its values"
        if self.pattern is not None and not re.fullmatch(self.pattern, str(value)):
            return f"{self.name}: {value!r} does not match {self.pattern}"
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            return f"{self.name}: {value!r} is out of bounds"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A data set: its columns in order, and what is to be known of it."""

    name: str
    title: str
    source: str
    licence: str
    takes: str
    rules: tuple[str, ...]
    bears: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]

    def faults(self, row: Sequence[Any]) -> Iterator[str]:
        """Yield what is wrong with a row: its length, or a value that its column does not allow."""
        if len(row) != len(self.columns):
            yield f"{len(row)} cells for {len(self.columns)} columns"
            return
        for column, value in zip(self.columns, row, strict=True):
            if fault := column.fault(value):
                yield fault


@cache
def open_table(name: str) -> Table:
    """Return the table of columns of a data set that ships, by the name of its file."""
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    lists = data.get("lists", {})
    texts = {key: data[key] for key in ("title", "source", "licence", "takes", "bears")}
    columns = tuple(_column(raw, lists) for raw in data["columns"])
    return Table(name=name, rules=tuple(data["rules"]), columns=columns, **texts)


def _column(raw: Mapping[str, Any], lists: Mapping[str, list[str]]) -> Column:
    values = raw.get("values")
    if isinstance(values, str):
        values = lists[values.removeprefix("@")]
    return Column(**{**raw, "values": None if values is None else tuple(values)})


def _is_of(kind: Kind, value: Any) -> bool:
    if kind == "day":
        try:
            return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    types: Mapping[str, type] = {"text": str, "int": int, "list": list, "object": dict}
    return isinstance(value, types[kind]) and not isinstance(value, bool)
