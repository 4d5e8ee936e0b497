"""Streams the events or incidents of a database, each with the reports that tell of it."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Self

from dateline.records import tables
from dateline.records.database import Database
from dateline.records.datasets.happenings import Happening, Mention, Of, Report, filled
from dateline.records.queries import make_query

import sqlalchemy as sa  # isort: skip - after tables, which says how to install it

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

_PAGE = 500
_ARTICLE = ("id", "publisher", "url", "published_day", "title", "language", "copy_of")


class Collection:
    """A database opened for reading; also a context manager.

    Args:
        place: An SQLite file, or the address of a PostgreSQL database.

    Raises:
        StoreError: It cannot be opened or read; also from the methods.
    """

    def __init__(self, place: str | Path) -> None:
        self._database = Database(place, readonly=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def has_incidents(self) -> bool:
        """Say whether there are incidents."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(tables.incidents.c.id).limit(1)) is not None

    def count(self, of: Of, where: str | Iterable[str] | None = None) -> int:
        """Return how many there are that fit the conditions."""
        query = make_query(of, where, ("id",)).order_by(None).subquery()
        with self._database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(query)) or 0)

    def happenings(self, of: Of, where: str | Iterable[str] | None = None, *, measured: bool = False) -> Iterator[Happening]:
        """Stream events or incidents, in the order of ``Store``.

        Args:
            of: ``events`` or ``incidents``.
            where: Conditions, as ``dateline.records.filters`` reads them; None is all.
            measured: Whether the length and the first paragraph of the reports are wanted.

        Raises:
            FilterError: ``where`` is no condition.
        """
        with self._database.reading() as connection:
            runs = self._runs(connection)
            stream = self._incidents if of == "incidents" else self._events
            yield from stream(connection, where, runs, measured=measured)

    @staticmethod
    def _runs(connection: Connection) -> dict[int, int]:
        rows = connection.execute(sa.select(tables.runs.c.id, tables.runs.c.started))
        return {number: _unix(started) for number, started in rows}

    def _events(
        self, connection: Connection, where: str | Iterable[str] | None, runs: Mapping[int, int], *, measured: bool
    ) -> Iterator[Happening]:
        query = make_query("events", where, ("record", "sentence", "run_id")).add_columns(*_article_columns(measured=measured))
        if len(query.get_final_froms()) > 1:
            query = query.where(tables.events.c.article_id == tables.articles.c.id)
        for row in connection.execution_options(yield_per=_PAGE).execute(query):
            record = filled(json.loads(row[0]))
            mention = Mention(record=record, report=_report(row[3:], runs[row[2]]), sentence=row[1])
            yield Happening(record=record, mentions=(mention,), added=mention.report.added, text=row[0])

    def _incidents(
        self, connection: Connection, where: str | Iterable[str] | None, runs: Mapping[int, int], *, measured: bool
    ) -> Iterator[Happening]:
        query = make_query("incidents", where, ("id", "record"))
        with self._database.reading() as other:
            for page in connection.execution_options(yield_per=_PAGE).execute(query).partitions():
                ids = [row[0] for row in page]
                mentions = self._mentions(other, ids, runs, measured=measured)
                changed = self._changed(other, ids)
                for incident_id, text in page:
                    if found := mentions.get(incident_id):
                        record = filled(json.loads(text), whole_parts=False)
                        added = changed.get(incident_id, found[0].report.added)
                        yield Happening(record=record, mentions=tuple(found), of="incidents", added=added, text=text)

    @staticmethod
    def _mentions(
        connection: Connection, ids: Sequence[str], runs: Mapping[int, int], *, measured: bool
    ) -> dict[str, list[Mention]]:
        events, links = tables.events, tables.incident_events
        query = (
            sa.select(links.c.incident_id, events.c.record, events.c.sentence, events.c.run_id)
            .add_columns(*_article_columns(measured=measured))
            .where(links.c.incident_id.in_(ids), events.c.id == links.c.event_id, tables.articles.c.id == events.c.article_id)
            .order_by(events.c.article_id, events.c.number)
        )
        found: dict[str, list[Mention]] = defaultdict(list)
        for row in connection.execute(query):
            mention = Mention(record=filled(json.loads(row[1])), report=_report(row[4:], runs[row[3]]), sentence=row[2])
            found[row[0]].append(mention)
        return found

    @staticmethod
    def _changed(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
        history = tables.incident_history
        query = sa.select(history.c.id, sa.func.max(history.c.changed_at)).where(history.c.id.in_(ids)).group_by(history.c.id)
        return {incident_id: _unix(changed) for incident_id, changed in connection.execute(query)}


def _article_columns(*, measured: bool) -> list[Any]:
    columns: list[Any] = [tables.articles.c[name].label(f"article_{name}") for name in _ARTICLE]
    if measured:
        columns += [sa.func.length(tables.articles.c.text), tables.articles.c.sentences]
    return columns


def _report(row: Sequence[Any], added: int) -> Report:
    article_id, publisher, url, day, title, language, copy_of, *measures = row
    length, opening = (measures[0], _opening(measures[1])) if measures else (0, 0)
    return Report(
        id=article_id,
        publisher=publisher,
        url=url,
        day=day,
        title=title,
        language=language,
        copy_of=copy_of,
        added=added,
        length=length,
        opening=opening,
    )


def _opening(sentences: str) -> int:
    """Return where the first paragraph of a report's text ends, from the list of its sentences."""
    found = [sentence for sentence in json.loads(sentences) if len(sentence) == 3]
    return max((end for _, end, paragraph in found if paragraph == found[0][2]), default=0)


def _unix(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp())
