"""The tables of a database, the same in SQLite and PostgreSQL; docs/database.md explains every column.

Columns are plain: numbers, and text in which a day is an ISO date and a moment is ISO 8601 in UTC, so that R, Datasette and
SQL read them as they are. What has parts is JSON text. Times of writing stand in ``runs``, ``items``, ``failures`` and
``incident_history`` only, so that articles, claims and events do not depend on when or in how many runs they were read.
"""

from __future__ import annotations

from typing import Any

from dateline.errors import MissingExtraError

try:
    from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text
except ImportError as missing:
    raise MissingExtraError("a database needs SQLAlchemy; install it with: pip install 'dateline[collections]'") from missing

VERSION = "dateline_0001"
"""The newest of ``migrations/versions``: what this code reads and writes."""
VERSION_TABLE = "dateline_version"
TOLLS = ("killed", "wounded")
"""Kinds of tolls that have columns of their own."""

metadata = MetaData()
_KEY = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is ordered and compared by its code points in every database: ids, codes and days."""


def _key(name: str, *parts: Any, **settings: Any) -> Column[Any]:
    return Column(name, _KEY, *parts, **settings)


def _text(name: str, **settings: Any) -> Column[Any]:
    return Column(name, Text, **settings)


def _real(name: str) -> Column[Any]:
    return Column(name, Double)


def _int(name: str, *parts: Any, **settings: Any) -> Column[Any]:
    return Column(name, Integer, *parts, **settings)


def _people(name: str) -> Column[Any]:
    return Column(name, BigInteger)


def _run() -> Column[Any]:
    return _int("run_id", ForeignKey("runs.id"), nullable=False)


def _when() -> list[Column[Any]]:
    return [_key("first_day"), _key("last_day"), _key("time_precision")]


def _where() -> list[Column[Any]]:
    names = [_text("place_name"), _text("admin2"), _text("admin1"), _text("country"), _key("country_code")]
    return [*names, _real("lat"), _real("lon"), _key("place_precision"), _real("uncertainty_km")]


def _tolls() -> list[Column[Any]]:
    return [_people(f"{kind}_{bound}") for kind in TOLLS for bound in ("low", "best", "high")]


runs = Table(
    "runs",
    metadata,
    _int("id", primary_key=True, autoincrement=True),
    _key("version", nullable=False),
    _key("weights", nullable=False),
    _key("packs", nullable=False),
    _key("config_hash", nullable=False),
    _text("config", nullable=False),
    _text("sources", nullable=False),
    _key("state", nullable=False),
    _key("started", nullable=False),
    _key("ended"),
    _int("articles", nullable=False),
    _int("events", nullable=False),
    _int("copies", nullable=False),
    _int("dropped", nullable=False),
    _int("failed", nullable=False),
    _int("skipped", nullable=False),
)

articles = Table(
    "articles",
    metadata,
    _key("id", primary_key=True),
    _text("given_id"),
    _text("title"),
    _text("publisher"),
    _text("url"),
    _text("published"),
    _key("published_day"),
    _key("published_basis"),
    _key("language"),
    _text("name", nullable=False),
    _text("path"),
    _text("text", nullable=False),
    _key("text_hash", nullable=False),
    _text("sentences", nullable=False),
    _text("extra"),
    _key("copy_of", ForeignKey("articles.id")),
    _run(),
)

events = Table(
    "events",
    metadata,
    _key("id", primary_key=True),
    _key("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    _int("number", nullable=False),
    _key("type", nullable=False),
    _key("status", nullable=False),
    _key("certainty", nullable=False),
    _real("confidence"),
    *_when(),
    _key("time_basis"),
    *_where(),
    _int("geoname_id"),
    _text("agents"),
    _text("targets"),
    *_tolls(),
    _int("sentence"),
    _text("record", nullable=False),
    _text("reasons", nullable=False),
    _run(),
)

claims = Table(
    "claims",
    metadata,
    _key("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    _int("number", primary_key=True),
    _key("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    _key("field", nullable=False),
    _key("value"),
    _people("low"),
    _people("best"),
    _people("high"),
    _text("who"),
    _key("side"),
    _text("speaker"),
    _key("speaker_kind"),
    _text("via"),
    _text("cue"),
    _text("hedges"),
    _int("sentence"),
    _key("text_field"),
    _int("span_start"),
    _int("span_end"),
    _text("quote"),
    _text("spans", nullable=False),
)

items = Table(
    "items",
    metadata,
    _key("key", primary_key=True),
    _text("name", nullable=False),
    _text("url"),
    _text("source"),
    _key("outcome", nullable=False),
    _key("reason"),
    _text("message"),
    _key("article_id", ForeignKey("articles.id", ondelete="CASCADE")),
    _key("seen_at", nullable=False),
    _run(),
)

failures = Table(
    "failures",
    metadata,
    _key("key", primary_key=True),
    _text("name", nullable=False),
    _key("stage", nullable=False),
    _key("reason", nullable=False),
    _text("message", nullable=False),
    _int("tries", nullable=False),
    _key("failed_at", nullable=False),
    _text("document"),
    Column("content", LargeBinary),
    _run(),
)

incidents = Table(
    "incidents",
    metadata,
    _key("id", primary_key=True),
    _int("revision", nullable=False),
    _key("type", nullable=False),
    _key("status", nullable=False),
    _key("certainty"),
    _key("grade"),
    _real("confidence"),
    *_when(),
    *_where(),
    _text("agents"),
    _text("targets"),
    *_tolls(),
    _int("events", nullable=False),
    _int("articles", nullable=False),
    _int("sources", nullable=False),
    _key("split_from"),
    _text("record", nullable=False),
)

incident_events = Table(
    "incident_events",
    metadata,
    _key("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    _key("incident_id", ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False),
)

incident_history = Table(
    "incident_history",
    metadata,
    _key("id", primary_key=True),
    _int("revision", primary_key=True),
    _key("merged_into"),
    _key("split_from"),
    _key("changed_at", nullable=False),
    _text("record"),
)

sources = Table(
    "sources",
    metadata,
    _key("url", primary_key=True),
    _key("kind"),
    _text("title"),
    _text("etag"),
    _text("last_modified"),
    _int("every_s"),
    _key("next_due"),
    _key("last_fetched"),
    _key("last_status"),
    _int("failures", nullable=False),
    _text("message"),
)

for _table, _columns in {
    articles: ("published_day", "publisher", "url", "text_hash", "copy_of", "language", "run_id"),
    events: ("type", "status", "country_code", "first_day", "last_day", "confidence", "killed_best", "run_id"),
    claims: ("article_id", "speaker_kind"),
    items: ("article_id", "outcome", "source"),
    failures: ("reason",),
    incidents: ("type", "status", "country_code", "first_day", "last_day", "confidence", "killed_best"),
    incident_events: ("incident_id",),
    sources: ("next_due",),
}.items():
    for _name in _columns:
        Index(f"{_table.name}_{_name}", _table.c[_name])
Index("events_in_order", events.c.article_id, events.c.number)
Index("events_lat_lon", events.c.lat, events.c.lon)
