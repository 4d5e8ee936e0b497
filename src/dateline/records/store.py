"""Keeps what a collection gives in one database, and reads it back: articles, events, claims, incidents, failures, runs.

    with Store("events.db", create=True) as store:
        run_id = store.begin_run(info, settings, sources)
        store.add([Entry(key=document_key(document), document=document, outcome=account)], run_id, info)
        for record in store.records("type=bombing country=IRQ"):
            ...

What is added in one call is kept whole or not at all. Ids are hashes of content and a document is known again by its key, so
that adding anything twice changes nothing. Reading streams, in an order that does not depend on when or by how many runs
things were added. Adding is safe from several processes; docs/database.md explains the tables and the conditions (``where``).
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from dateline.errors import StoreError
from dateline.model import Account, Dropped, Failure, RawDocument
from dateline.records import tables
from dateline.records.database import Database
from dateline.records.queries import READABLE, fields_of, kinds_of, make_query
from dateline.records.rows import (
    Entry,
    article_id_of,
    article_row,
    document_key,
    document_of,
    event_rows,
    failure_row,
    incident_row,
    item_row,
    json_text,
    name_key,
    name_of,
    not_storable,
    now,
    storable,
)

import sqlalchemy as sa  # isort: skip - after tables, which says how to install it
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from dateline.model import CoderInfo
    from dateline.records.exports import Record
    from dateline.records.rows import Row

_PAGE = 1000
_SEEN = sa.select(tables.items.c.key).where(tables.items.c.key.in_(sa.bindparam("keys", expanding=True)))


@dataclass(slots=True, kw_only=True)
class Added:
    """How much a call of ``add`` changed."""

    articles: int = 0
    events: int = 0
    copies: int = 0
    dropped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """What is in a database.

    Attributes:
        articles, copies, events, claims, incidents: How many there are; ``copies`` are articles that repeat another.
        types: Type to status to number of events.
        failures: (stage, reason) to number of documents that failed.
        dropped: Reason to number of documents left out.
        runs: The last runs, newest first, as rows of the table.
    """

    articles: int
    copies: int
    events: int
    claims: int
    incidents: int
    types: Mapping[str, Mapping[str, int]]
    failures: Mapping[tuple[str, str], int]
    dropped: Mapping[str, int]
    runs: Sequence[Row] = field(default_factory=tuple)


class Store:
    """An open database of records; also a context manager.

    Args:
        place: An SQLite file, or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
        create: Make the database where it is not there.
        readonly: Open it for reading only.

    Raises:
        StoreError: It cannot be opened, is none of Dateline's or was made by a newer Dateline. Every method raises it when the
            database fails (a full disk, a server gone); what was committed is kept then.
        MissingExtraError: SQLAlchemy, or for PostgreSQL its driver, is not installed.
    """

    def __init__(self, place: str | Path, *, create: bool = False, readonly: bool = False) -> None:
        self._database = Database(place, create=create, readonly=readonly)
        self._insert = sqlite.insert if self._database.is_sqlite else postgresql.insert

    @property
    def url(self) -> str:
        """The address with its password, or the file: what opens the same database again."""
        return self._database.url.render_as_string(hide_password=False) if not self._database.is_sqlite else self._database.name

    @property
    def name(self) -> str:
        """The file, or the address without its password."""
        return self._database.name

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- runs ------------------------------------------------------------------------------------------------------------

    def begin_run(self, info: CoderInfo, settings: Mapping[str, Any], sources: Sequence[str] = ()) -> int:
        """Write down that a run begins.

        Args:
            info: What codes.
            settings: The settings of the run, as JSON can say them.
            sources: What it reads.

        Returns:
            The run's id.
        """
        config = json.dumps(settings, sort_keys=True, default=str)
        row = asdict(info) | {
            "config": config,
            "config_hash": f"{zlib.crc32(config.encode()):08x}",
            "sources": json_text([storable(source) for source in sources]),
            "state": "running",
            "started": now(),
        }
        with self._database.writing() as connection:
            made = connection.execute(sa.insert(tables.runs).values(row | asdict(Added()) | {"skipped": 0}))
            assert made.inserted_primary_key is not None
            return int(made.inserted_primary_key[0])

    def end_run(self, run_id: int, state: str = "finished", skipped: int = 0) -> None:
        """Write down how a run ended.

        Args:
            run_id: The run.
            state: ``finished``, ``interrupted`` or ``failed``.
            skipped: How many documents were there already.
        """
        values = {"state": state, "ended": now(), "skipped": skipped}
        with self._database.writing() as connection:
            connection.execute(sa.update(tables.runs).where(tables.runs.c.id == run_id).values(values))

    # --- adding ----------------------------------------------------------------------------------------------------------

    def seen(self, keys: Iterable[str], *, but_failed: bool = False) -> set[str]:
        """Return those of the keys that are there already: coded, dropped or, unless ``but_failed``, failed."""
        found: set[str] = set()
        query = _SEEN.where(tables.items.c.outcome != "failed") if but_failed else _SEEN
        with self._database.reading() as connection:
            for page in _pages(keys):
                found |= set(connection.scalars(query, {"keys": page}))
        return found

    def add(self, entries: Sequence[Entry], run_id: int, info: CoderInfo) -> Added:
        """Add what came of documents, all or nothing; what is there already stays as it is.

        Args:
            entries: Documents and their outcomes.
            run_id: The run they belong to.
            info: What coded them.

        Returns:
            How much was new.
        """
        try:
            return self._add(entries, run_id, info)
        except (StoreError, ValueError, TypeError) as error:
            if isinstance(error, StoreError) and not isinstance(
                error.__cause__, exc.DataError | exc.IntegrityError | exc.ProgrammingError
            ):
                raise
            if len(entries) == 1:
                return self._add([not_storable(entries[0], error)], run_id, info)
        # One of them cannot be kept as it is; the others must not be lost for it.
        added = Added()
        for entry in entries:
            for name, count in asdict(self.add([entry], run_id, info)).items():
                setattr(added, name, getattr(added, name) + count)
        return added

    def _add(self, entries: Sequence[Entry], run_id: int, info: CoderInfo) -> Added:
        added = Added()
        # In the order of their ids, so that two processes that add the same articles never wait for each other.
        entries = sorted(entries, key=lambda entry: (article_id_of(entry) or "", entry.key or ""))
        with self._database.writing() as connection:
            self._add_articles(connection, entries, run_id, info, added)
            self._add_items(connection, entries, run_id, added)
            self._add_failures(connection, entries, run_id, added)
            counts = {name: tables.runs.c[name] + count for name, count in asdict(added).items()}
            connection.execute(sa.update(tables.runs).where(tables.runs.c.id == run_id).values(counts))
        return added

    def _add_articles(
        self, connection: Connection, entries: Sequence[Entry], run_id: int, info: CoderInfo, added: Added
    ) -> None:
        accounts: dict[str, Account] = {}
        rows: dict[str, Row] = {}
        for entry in entries:
            if isinstance(entry.outcome, Account):
                article = entry.outcome.article
                accounts.setdefault(article.id, entry.outcome)
                name = entry.document.name if entry.document else article.source.path or article.source.url or article.id
                rows.setdefault(article.id, article_row(article, name, run_id))
        new = self._insert_new(connection, tables.articles, list(rows.values()))
        events, claims = [], []
        for article_id in sorted(new):
            its_events, its_claims = event_rows(accounts[article_id], info, run_id)
            events += its_events
            claims += its_claims
        self._insert_new(connection, tables.events, events)
        self._insert_new(connection, tables.claims, claims)
        added.articles, added.events = len(new), len(events)

    def _add_items(self, connection: Connection, entries: Sequence[Entry], run_id: int, added: Added) -> None:
        rows = {entry.key: item_row(entry, run_id) for entry in entries if entry.key is not None}
        new = self._insert_new(connection, tables.items, list(rows.values()))
        fresh = Counter(rows[key]["outcome"] for key in new)
        added.copies = max(0, fresh["coded"] - added.articles)
        added.dropped = fresh["dropped"] + sum(entry.key is None and isinstance(entry.outcome, Dropped) for entry in entries)
        # A document that failed before and came through now.
        resolved = [row for key, row in rows.items() if key not in new and row["outcome"] != "failed"]
        for row in resolved:
            connection.execute(sa.update(tables.items).where(tables.items.c.key == row["key"]).values(row))

    def _add_failures(self, connection: Connection, entries: Sequence[Entry], run_id: int, added: Added) -> None:
        failed = [failure_row(entry, entry.outcome, run_id) for entry in entries if isinstance(entry.outcome, Failure)]
        added.failed = len(failed)
        table = tables.failures
        for row in failed:
            insert = self._insert(table).values(row)
            again = {name: insert.excluded[name] for name in ("stage", "reason", "message", "failed_at", "run_id")}
            connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=again | {"tries": table.c.tries + 1}))
        mended = [entry for entry in entries if not isinstance(entry.outcome, Failure)]
        keys = [key for entry in mended for key in (entry.key, name_key(name_of(entry))) if key]
        for page in _pages(keys):
            connection.execute(sa.delete(table).where(table.c.key.in_(page)))

    def _insert_new(self, connection: Connection, table: Table, rows: list[Row]) -> set[Any]:
        """Insert the rows that are not there and return the first part of the keys of those."""
        if not rows:
            return set()
        # Asking what was inserted makes the library send many rows in one statement.
        statement = self._insert(table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
        return set(connection.scalars(statement, rows))

    # --- reading ---------------------------------------------------------------------------------------------------------

    def rows(self, table: str, where: str | Iterable[str] | None = None, columns: Sequence[str] | None = None) -> Iterator[Row]:
        """Stream rows.

        Args:
            table: One of ``READABLE``.
            where: Conditions, as ``dateline.records.filters`` reads them; None is all.
            columns: Columns wanted; None is all.

        Returns:
            One dictionary for each row: events in the order of their articles' ids and of the text, claims in that of their
            events, articles and incidents in that of their ids.

        Raises:
            FilterError: ``where`` is no condition.
        """
        names = list(columns or kinds_of(table))
        return (dict(zip(names, row, strict=True)) for row in self.tuples(table, where, names))

    def tuples(self, table: str, where: str | Iterable[str] | None, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Stream rows as plain tuples of the columns named; as ``rows``, and quicker."""
        return self._stream(make_query(table, where, columns))

    def _stream(self, query: sa.Select[Any]) -> Generator[tuple[Any, ...]]:
        with self._database.reading() as connection:
            for page in connection.execution_options(yield_per=_PAGE).execute(query).partitions():
                yield from map(tuple, page)

    def records(self, where: str | Iterable[str] | None = None) -> Iterator[Record]:
        """Stream the full records of events (docs/data.md), in a stable order; ``where`` as in ``rows``."""
        return (json.loads(row["record"]) for row in self.rows("events", where, ("record",)))

    def incident_records(self, where: str | Iterable[str] | None = None) -> Iterator[Record]:
        """Stream the full records of incidents, in the order of their ids."""
        return (json.loads(row["record"]) for row in self.rows("incidents", where, ("record",)))

    def events_with_articles(self, where: str | Iterable[str] | None = None) -> Iterator[tuple[Row, Row]]:
        """Stream rows of events, each with the row of its article but for the text."""
        wanted = [column for column in tables.articles.c if column.name != "text"]
        query = make_query("events", where, None).add_columns(*(column.label(f"article__{column.name}") for column in wanted))
        if len(query.get_final_froms()) > 1:
            query = query.where(tables.events.c.article_id == tables.articles.c.id)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=_PAGE).execute(query).mappings():
                article = {name.removeprefix("article__"): value for name, value in row.items() if name.startswith("article__")}
                yield {name: value for name, value in row.items() if not name.startswith("article__")}, article

    def article(self, article_id: str) -> Row | None:
        """Return an article's row, text included, or None."""
        with self._database.reading() as connection:
            found = connection.execute(sa.select(tables.articles).where(tables.articles.c.id == article_id)).mappings().first()
        return None if found is None else dict(found)

    def count(self, table: str, where: str | Iterable[str] | None = None) -> int:
        """Return how many rows fit the conditions."""
        query = make_query(table, where, None).order_by(None).subquery()
        with self._database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(query)) or 0)

    def status(self, runs: int = 10) -> StoreStatus:
        """Return what is in the database, with the newest runs."""
        events, articles, items, failures = tables.events, tables.articles, tables.items, tables.failures
        with self._database.reading() as connection:
            types: dict[str, dict[str, int]] = {}
            for kind, status, number in connection.execute(_counted(events, events.c.type, events.c.status)):
                types.setdefault(kind, {})[status] = number
            sums = {
                name: connection.scalar(sa.select(sa.func.count()).select_from(tables.metadata.tables[name]))
                for name in READABLE
            }
            copies = connection.scalar(sa.select(sa.func.count()).where(articles.c.copy_of.is_not(None)))
            failed = connection.execute(_counted(failures, failures.c.stage, failures.c.reason))
            failed_by = {(stage, reason): number for stage, reason, number in failed}
            dropped = connection.execute(_counted(items, items.c.reason).where(items.c.outcome == "dropped"))
            last = connection.execute(sa.select(tables.runs).order_by(tables.runs.c.id.desc()).limit(runs)).mappings()
            return StoreStatus(
                **{name: number or 0 for name, number in sums.items()},
                copies=copies or 0,
                types=types,
                failures=failed_by,
                dropped=dict(dropped.all()),
                runs=[dict(row) for row in last],
            )

    # --- what failed -----------------------------------------------------------------------------------------------------

    def failures(self) -> Iterator[tuple[Row, RawDocument | None]]:
        """Stream what failed, in the order of its keys, each with its document where that was kept."""
        with self._database.reading() as connection:
            query = sa.select(tables.failures).order_by(tables.failures.c.key)
            for row in connection.execution_options(yield_per=20).execute(query).mappings():
                known, content = row["document"], row["content"]
                kept = known is not None and content is not None
                yield dict(row), document_of(row["name"], known, zlib.decompress(content)) if kept else None

    def forget_failures(self, keys: Iterable[str]) -> None:
        """Strike failures off the list, by their keys."""
        with self._database.writing() as connection:
            for page in _pages(keys):
                connection.execute(sa.delete(tables.failures).where(tables.failures.c.key.in_(page)))

    # --- copies, incidents, feeds ----------------------------------------------------------------------------------------

    def set_copies(self, copy_of: Mapping[str, str | None]) -> None:
        """Say of articles which one each repeats (the first of its cluster), or None where it repeats none; ids of articles."""
        table = tables.articles
        statement = sa.update(table).where(table.c.id == sa.bindparam("article")).values(copy_of=sa.bindparam("first"))
        for page in _pages(sorted(copy_of.items())):
            with self._database.writing() as connection:
                connection.execute(statement, [{"article": article, "first": first} for article, first in page])

    def write_incidents(self, records: Sequence[Mapping[str, Any]], retired: Mapping[str, str | None] | None = None) -> int:
        """Write incidents, all or nothing; one that has changed gets a new revision, one that has not stays as it is.

        Args:
            records: Each with ``id``, ``type``, ``status``, ``event_ids``, and ``article_ids``, ``sources``, ``split_from``
                and the fields of an event's record where known. An event belongs to one incident: it is taken from the one
                that had it.
            retired: Ids of incidents that are no more, each with the one it was merged into, or None. Their history is kept.

        Returns:
            How many incidents are new or changed.
        """
        owners: dict[str, str] = {}
        for record in records:
            for event_id in record["event_ids"]:
                if owners.setdefault(event_id, record["id"]) != record["id"]:
                    raise StoreError(
                        f"event {event_id} is given to two incidents, {owners[event_id]} and {record['id']}; give it to one"
                    )
        with self._database.writing() as connection:
            self._check_events(connection, owners)
            for page in _pages(sorted((retired or {}).items())):
                self._retire(connection, dict(page))
            changed = 0
            for page in _pages(records, 100):
                changed += self._write_page(connection, page)
        return changed

    def incident_history(self, incident_id: str) -> list[Row]:
        """Return all states of an incident, oldest first; ``record`` is None in the one that says that it was retired."""
        table = tables.incident_history
        with self._database.reading() as connection:
            found = connection.execute(sa.select(table).where(table.c.id == incident_id).order_by(table.c.revision)).mappings()
            return [dict(row) for row in found]

    def incident_states(self, until: str) -> Iterator[Row]:
        """Stream the state of each incident at a moment (ISO 8601 in UTC), by id; ``record`` is None where it was retired."""
        table = tables.incident_history
        last = sa.select(table.c.id, sa.func.max(table.c.revision).label("revision")).where(table.c.changed_at <= until)
        newest = last.group_by(table.c.id).subquery()
        query = sa.select(table).join(newest, (table.c.id == newest.c.id) & (table.c.revision == newest.c.revision))
        names = [column.name for column in table.c]
        return (dict(zip(names, row, strict=True)) for row in self._stream(query.order_by(table.c.id)))

    def incident_of(self, event_ids: Iterable[str]) -> dict[str, str]:
        """Return the incident that each event belongs to; events without one are left out."""
        table = tables.incident_events
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for page in _pages(event_ids):
                query = sa.select(table.c.event_id, table.c.incident_id).where(table.c.event_id.in_(page))
                found |= dict(connection.execute(query).all())
        return found

    def _check_events(self, connection: Connection, owners: Mapping[str, str]) -> None:
        for page in _pages(owners):
            there = set(connection.scalars(sa.select(tables.events.c.id).where(tables.events.c.id.in_(page))))
            if missing := sorted(set(page) - there):
                raise StoreError(f"{self.name}: incident {owners[missing[0]]} names an event that is not there: {missing[0]}")

    def _retire(self, connection: Connection, merged_into: Mapping[str, str | None]) -> None:
        last = self._revisions(connection, merged_into)
        rows = [
            {
                "id": each,
                "revision": last[each] + 1,
                "merged_into": into,
                "split_from": None,
                "changed_at": now(),
                "record": None,
            }
            for each, into in merged_into.items()
            if each in last and connection.execute(sa.delete(tables.incidents).where(tables.incidents.c.id == each)).rowcount
        ]
        if rows:
            connection.execute(sa.insert(tables.incident_history), rows)

    def _write_page(self, connection: Connection, records: Sequence[Mapping[str, Any]]) -> int:
        table, links, history = tables.incidents, tables.incident_events, tables.incident_history
        ids = [record["id"] for record in records]
        last = self._revisions(connection, ids)
        there = dict(connection.execute(sa.select(table.c.id, table.c.record).where(table.c.id.in_(ids))).all())
        rows, past, linked = [], [], []
        for record in records:
            before = last.get(record["id"], 0)
            if there.get(record["id"]) == incident_row(record, before)["record"]:
                continue
            row = incident_row(record, before + 1)
            rows.append(row)
            past.append(
                {name: row[name] for name in ("id", "revision", "split_from", "record")}
                | {"merged_into": None, "changed_at": now()}
            )
            linked += [{"event_id": event_id, "incident_id": record["id"]} for event_id in record["event_ids"]]
        if rows:
            # The row goes with its links and comes anew, so that events that left it do not stay linked.
            connection.execute(sa.delete(links).where(links.c.event_id.in_([link["event_id"] for link in linked])))
            connection.execute(sa.delete(table).where(table.c.id.in_([row["id"] for row in rows])))
            connection.execute(sa.insert(table), rows)
            connection.execute(sa.insert(history), past)
        if linked:
            connection.execute(sa.insert(links), linked)
        return len(rows)

    @staticmethod
    def _revisions(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
        table = tables.incident_history
        query = sa.select(table.c.id, sa.func.max(table.c.revision)).where(table.c.id.in_(list(ids))).group_by(table.c.id)
        return dict(connection.execute(query).all())

    def sources(self, due_by: str | None = None) -> list[Row]:
        """Return the feeds that are followed, by address; only those due by a moment (ISO 8601 in UTC) where one is given."""
        table = tables.sources
        query = sa.select(table).order_by(table.c.url)
        if due_by is not None:
            query = query.where(table.c.next_due.is_(None) | (table.c.next_due <= due_by))
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def save_source(self, url: str, **values: Any) -> None:
        """Write what is known of a feed; columns that are not named stay as they are."""
        row = {name: storable(value) for name, value in values.items()}
        insert = self._insert(tables.sources).values({"url": url, "failures": 0} | row)
        with self._database.writing() as connection:
            if row:
                connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=row))
            else:
                connection.execute(insert.on_conflict_do_nothing())


def _counted(table: Table, *columns: sa.Column[Any]) -> sa.Select[Any]:
    number = sa.func.count()
    return sa.select(*columns, number).select_from(table).group_by(*columns).order_by(number.desc(), *columns)


def _pages(values: Iterable[Any], size: int = 500) -> Iterator[list[Any]]:
    everything = list(values)
    return (everything[start : start + size] for start in range(0, len(everything), size))


__all__ = ["READABLE", "Added", "Entry", "Store", "StoreStatus", "document_key", "fields_of", "kinds_of"]
