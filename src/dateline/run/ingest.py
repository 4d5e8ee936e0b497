"""Reads documents into a database, a batch at a time, and goes on where a run was stopped.

Each batch is committed whole: the articles, events and claims, what was dropped and what failed, and that the documents have
been seen. So a run that is stopped at any moment (Ctrl-C, a kill, a power cut, a full disk) leaves nothing half done, and the
next one passes over the documents that are there without reading their language again. No more is held than a batch and what
the workers are busy with.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from dateline.errors import DatelineError, StoreError
from dateline.model import Account, Dropped, Failure, RawDocument
from dateline.records.store import Entry, document_key
from dateline.run.local import open_coder, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dateline.config import Config
    from dateline.model import CoderInfo
    from dateline.records.store import Store
    from dateline.run.local import Codes, OpenCoder, Outcome

BATCH = 100
"""Documents committed together, at most."""
BATCH_BYTES = 8_000_000
BATCH_S = 2.0
"""Seconds after which a batch is committed though it is not full, so that little is done twice after a kill."""
_LOOK_AHEAD = 64
_LOOK_AHEAD_BYTES = 1_000_000
_LOOK_AHEAD_S = 0.2

Found = RawDocument | Dropped | Failure


def _key_of(found: Found) -> str | None:
    return document_key(found) if isinstance(found, RawDocument) else None


@dataclass(slots=True, kw_only=True)
class Ingested:
    """How far a run is.

    Attributes:
        coded: Reports coded; ``events`` of them.
        skipped: Documents that were in the database before.
        read_bytes: Bytes of the documents done with.
    """

    coded: int = 0
    events: int = 0
    dropped: int = 0
    failed: int = 0
    skipped: int = 0
    read_bytes: int = 0

    @property
    def documents(self) -> int:
        """Documents done with."""
        return self.coded + self.dropped + self.failed + self.skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What all documents of a run share.

    Attributes:
        store: Where outcomes go.
        info: What codes, for the records.
        config: The settings of the coder.
        workers: How many processes code.
        coder: An open coder for this process, or None.
        opener: Opens a coder; importable by name in another process.
        watch: Called after each document with how far the run is and what came of it; None where it was there before.
        key_of: By what a document is known again; None for what is told anew each time.
        source_of: The feed or list that named a document, or None.
    """

    store: Store
    info: CoderInfo
    config: Config
    workers: int = 1
    coder: Codes | None = None
    opener: OpenCoder = open_coder
    watch: Callable[[Ingested, Outcome | None], None] = field(default=lambda *_: None)
    key_of: Callable[[Found], str | None] = _key_of
    source_of: Callable[[Found], str | None] = field(default=lambda _: None)


def ingest(documents: Iterable[Found], job: Job, sources: Sequence[str] = ()) -> Ingested:
    """Code documents and keep what comes of them; those that the database has already are passed over.

    Args:
        documents: What was found, read one at a time.
        job: Where to, and how.
        sources: What the documents are from, for the run's row.

    Returns:
        What was done.

    Raises:
        StoreError: The database failed; what was committed before is kept.
        DatelineError: A coder cannot be opened.
    """
    return _Run(job, failed_again=False).take(documents, sources)


def retry_failures(job: Job, find: Callable[[str], Iterable[Found]]) -> Ingested:
    """Code again what failed before; what comes through is a failure no more.

    Args:
        job: Where the failures stand, and how to code.
        find: Reads an input again by its name, for what was not kept.

    Returns:
        What was done.

    Raises:
        StoreError: The database failed.
        DatelineError: A coder cannot be opened.
    """
    found_again: list[str] = []
    done = _Run(job, failed_again=True).take(_failed_documents(job.store, find, found_again), ("retry-failures",))
    job.store.forget_failures(found_again)
    return done


def _failed_documents(store: Store, find: Callable[[str], Iterable[Found]], found_again: list[str]) -> Iterator[Found]:
    """Yield the documents that failed, kept or read again; ``found_again`` takes the keys of names that now lead to some."""
    for row, document in store.failures():
        if document is not None:
            yield document
            continue
        name = row["name"]
        head, _, number = name.rpartition(":")
        one_record = number.isdecimal() and head != ""
        any_document = False
        for found in find(head if one_record else name):
            if one_record and found.name not in {name, head}:
                continue
            any_document = any_document or isinstance(found, RawDocument)
            yield found if isinstance(found, RawDocument) else replace(found, name=name)
        if any_document:
            found_again.append(row["key"])


class _Run:
    """One run: looks for what is new, lets it be coded, and commits batch by batch."""

    def __init__(self, job: Job, *, failed_again: bool) -> None:
        self._job = job
        self._failed_again = failed_again
        self._done = Ingested()
        self._on_their_way: deque[tuple[str | None, Found]] = deque()
        self._batch: list[Entry] = []
        self._batch_bytes = 0
        self._batch_keys: set[str] = set()
        self._committed = time.monotonic()
        self._run_id = 0

    def take(self, documents: Iterable[Found], sources: Sequence[str]) -> Ingested:
        job, state = self._job, "failed"
        self._run_id = job.store.begin_run(job.info, asdict(job.config), sources)
        try:
            outcomes = run(self._new(documents), job.config, workers=job.workers, coder=job.coder, opener=job.opener)
            with contextlib.closing(outcomes):
                for outcome in outcomes:
                    self._keep(outcome)
            self._commit()
            state = "finished"
        except KeyboardInterrupt:
            state = "interrupted"
            self._commit()
            raise
        except StoreError:
            raise
        except DatelineError:
            self._commit()
            raise
        finally:
            with contextlib.suppress(StoreError):  # it has been told already, or will be by the next run
                job.store.end_run(self._run_id, state, self._done.skipped)
        return self._done

    # --- what is new -----------------------------------------------------------------------------------------------------

    def _new(self, documents: Iterable[Found]) -> Iterator[Found]:
        """Yield what is to be coded, and note it as on its way: outcomes come back in the same order."""
        for found, key in self._unseen(documents):
            self._on_their_way.append((key, found))
            yield found

    def _unseen(self, documents: Iterable[Found]) -> Iterator[tuple[Found, str | None]]:
        """Yield documents that are not in the database, looking a few up at a time; they wait no longer than a moment."""
        ahead: list[tuple[Found, str | None]] = []
        size, begun = 0, time.monotonic()
        for found in documents:
            is_document = isinstance(found, RawDocument)
            ahead.append((found, self._job.key_of(found)))
            size += len(found.data) if isinstance(found, RawDocument) else 0
            waited = time.monotonic() - begun
            if not is_document or len(ahead) >= _LOOK_AHEAD or size >= _LOOK_AHEAD_BYTES or waited >= _LOOK_AHEAD_S:
                yield from self._without_seen(ahead)
                ahead, size, begun = [], 0, time.monotonic()
        yield from self._without_seen(ahead)

    def _without_seen(self, ahead: list[tuple[Found, str | None]]) -> Iterator[tuple[Found, str | None]]:
        keys = [key for _, key in ahead if key is not None]
        seen = self._job.store.seen(keys, but_failed=self._failed_again) if keys else set()
        for found, key in ahead:
            if key is not None and (key in seen or key in self._batch_keys):
                self._done.skipped += 1
                self._done.read_bytes += len(found.data) if isinstance(found, RawDocument) else 0
                self._job.watch(self._done, None)
                continue
            if key is not None:
                self._batch_keys.add(key)
            yield found, key

    # --- what came of it -------------------------------------------------------------------------------------------------

    def _keep(self, outcome: Outcome) -> None:
        key, found = self._on_their_way.popleft()
        document = found if isinstance(found, RawDocument) else None
        self._batch.append(Entry(key=key, outcome=outcome, document=document, source=self._job.source_of(found)))
        size = len(document.data) if document else 0
        self._batch_bytes += size
        self._count(outcome, size)
        full = len(self._batch) >= BATCH or self._batch_bytes >= BATCH_BYTES
        if full or time.monotonic() - self._committed >= BATCH_S:
            self._commit()
        self._job.watch(self._done, outcome)

    def _count(self, outcome: Outcome, size: int) -> None:
        done = self._done
        done.read_bytes += size
        if isinstance(outcome, Account):
            done.coded += 1
            done.events += len(outcome.events)
        elif isinstance(outcome, Dropped):
            done.dropped += 1
        else:
            done.failed += 1

    def _commit(self) -> None:
        if self._batch:
            self._job.store.add(self._batch, self._run_id, self._job.info)
            self._batch_keys -= {entry.key for entry in self._batch if entry.key is not None}
            self._batch, self._batch_bytes = [], 0
        self._committed = time.monotonic()
