"""Turns conditions and a table's name into a query; knows which columns can be read and chosen by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dateline.errors import FilterError
from dateline.records import tables
from dateline.records.filters import Kind, parse_where

import sqlalchemy as sa  # isort: skip - after tables, which says how to install it

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dateline.records.filters import Condition

READABLE = ("events", "articles", "claims", "incidents")
"""The tables that can be read."""
_OF_ITS_ARTICLE = ("publisher", "published_day", "published", "url", "language", "copy_of", "title", "name")
"""Columns of its article by which an event can be chosen."""
_OF_ITS_EVENT = ("type", "status", "country_code", "first_day", "last_day", "confidence")
"""Columns of its event by which a claim can be chosen."""
_ORDER = {
    "events": ("article_id", "number"),
    "articles": ("id",),
    "claims": ("event_id", "number"),
    "incidents": ("id",),
}
_HIDDEN = {"record", "reasons", "text", "sentences", "extra", "spans"}
"""Columns by which nothing is chosen."""


def fields_of(table: str) -> dict[str, Kind]:
    """Return the fields that conditions on a table may name, and what each holds."""
    return {name: _kind(column) for name, column in _columns(table).items()}


def kinds_of(table: str) -> dict[str, Kind]:
    """Return the columns of a table that can be read, in their order, and what each holds."""
    _columns(table)
    return {column.name: _kind(column) for column in tables.metadata.tables[table].c}


def _columns(table: str) -> dict[str, sa.Column[Any]]:
    if table not in READABLE:
        raise FilterError(f"there is no table {table!r}; it is one of: {', '.join(READABLE)}")
    columns = {column.name: column for column in tables.metadata.tables[table].c if column.name not in _HIDDEN}
    if table == "events":
        columns |= {name: tables.articles.c[name] for name in _OF_ITS_ARTICLE}
    if table == "claims":
        columns |= {name: tables.events.c[name] for name in _OF_ITS_EVENT}
    return columns


def _kind(column: sa.Column[Any]) -> Kind:
    if column.name.endswith("_day"):
        return "day"
    if isinstance(column.type, sa.Integer):
        return "integer"
    return "number" if isinstance(column.type, sa.Double) else "text"


def make_query(table: str, where: str | Iterable[str] | None, columns: Sequence[str] | None) -> sa.Select[Any]:
    """Return the query for rows of a table; the arguments are those of ``Store.rows``."""
    known = _columns(table)
    conditions: list[Condition] = parse_where(where, {name: _kind(column) for name, column in known.items()})
    main = tables.metadata.tables[table]
    query = sa.select(*(main.c[name] for name in columns)) if columns else sa.select(main)
    if any(known[condition.field].table is not main for condition in conditions):
        query = query.join(tables.articles if table == "events" else tables.events)
    for condition in conditions:
        query = query.where(condition.clause(known[condition.field]))
    return query.order_by(*(main.c[name] for name in _ORDER[table]))
