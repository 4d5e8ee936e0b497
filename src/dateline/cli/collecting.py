"""``dateline ingest``, ``dateline status`` and ``dateline retry-failures``: reports into a database, and what is in it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dateline.cli.group import NOTHING_CODED, SOME_FAILED, cli
from dateline.cli.settings import WORKERS_OPTION, Outcome, coding_settings, make_config, open_coder
from dateline.model import Account, Failure
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dateline.model import Dropped, RawDocument
    from dateline.records.store import Store, StoreStatus
    from dateline.run.ingest import Ingested, Job

DB_OPTION = click.option(
    "--db", required=True, metavar="FILE|URL", help="Database: an SQLite file, or postgresql://USER:PASSWORD@HOST/DATABASE."
)
_PROGRESS_OPTION = click.option("--no-progress", is_flag=True, help="Show no progress bar.")
_LISTED_PROBLEMS = 20
_SHOWN_RUNS = 5


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@DB_OPTION
@coding_settings
@WORKERS_OPTION
@_PROGRESS_OPTION
def ingest(sources: tuple[str, ...], db: str, workers: int, no_progress: bool, **settings: Any) -> None:
    """Code reports into a database.

    SOURCE is what `dateline code` takes: a file, a folder, an address, or - for standard input. What the database has already
    is passed over, so that the same command goes on where it was stopped, and adds what is new.
    """
    from dateline.run.ingest import ingest as ingest_documents  # noqa: PLC0415

    def work(job: Job) -> Ingested:
        return ingest_documents(_find(sources, job), job, sources)

    _code_into(db, work, _bytes_of(sources), workers=workers, no_progress=no_progress, create=True, **settings)


@cli.command("retry-failures")
@DB_OPTION
@coding_settings
@WORKERS_OPTION
@_PROGRESS_OPTION
def retry_failures(db: str, workers: int, no_progress: bool, **settings: Any) -> None:
    """Code again what failed; what comes through is a failure no more."""
    from dateline.run.ingest import retry_failures as retry  # noqa: PLC0415

    def work(job: Job) -> Ingested:
        return retry(job, lambda name: _find([name], job))

    _code_into(db, work, None, workers=workers, no_progress=no_progress, create=False, **settings)


@cli.command()
@DB_OPTION
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(db: str, as_json: bool) -> None:
    """Show what is in a database: articles, events, what was left out or failed and why, and the last runs."""
    from dateline.records.store import Store  # noqa: PLC0415

    with Store(db) as store:
        found = store.status(_SHOWN_RUNS)
        name = store.name
    if as_json:
        failures = [{"stage": stage, "reason": reason, "number": number} for (stage, reason), number in found.failures.items()]
        click.echo(json.dumps(asdict(found) | {"failures": failures}, ensure_ascii=False))
    else:
        click.echo("\n".join(_status_lines(name, found)))


# --- coding into a database ----------------------------------------------------------------------------------------------


def _find(sources: Sequence[str], job: Job) -> Iterator[RawDocument | Dropped | Failure]:
    from dateline.run.inputs import find_documents  # noqa: PLC0415

    return find_documents(sources, stdin=sys.stdin.buffer, columns=dict(job.config.columns))


def _code_into(
    db: str,
    work: Callable[[Job], Ingested],
    total: int | None,
    *,
    workers: int,
    no_progress: bool,
    create: bool,
    **settings: Any,
) -> None:
    """Open the database and the coder, do the work, and say what came of it."""
    from dateline.cli.copying import copies_marked  # noqa: PLC0415 - it needs the options above
    from dateline.records.store import Store  # noqa: PLC0415
    from dateline.run.ingest import Job  # noqa: PLC0415

    config = make_config(**settings)
    with Talk(show_progress=not no_progress) as talk, _open(Store, db, create=create) as store:
        coder = open_coder(config, talk)
        told = _Told(talk, total)
        job = Job(
            store=store, info=coder.info, config=config, workers=workers or os.cpu_count() or 1, coder=coder, watch=told.watch
        )
        try:
            with copies_marked(store, talk):
                done = work(job)
        except KeyboardInterrupt:
            talk.say("what was coded is kept; run the same command again to go on")
            raise
    told.tell(done)
    coded_nothing = not done.coded and not done.skipped
    click.get_current_context().exit(NOTHING_CODED if coded_nothing and done.documents else SOME_FAILED if done.failed else 0)


@contextlib.contextmanager
def _open(kind: type[Store], db: str, *, create: bool) -> Iterator[Store]:
    with kind(db, create=create) as store:
        yield store


class _Told:
    """Tells how far a run is, and lists the first problems."""

    def __init__(self, talk: Talk, total: int | None) -> None:
        self._talk = talk
        self._total = total
        self._problems = 0
        self._begun = time.monotonic()

    def watch(self, done: Ingested, outcome: Outcome | None) -> None:
        """Show where the run is after a document."""
        if outcome is not None and not isinstance(outcome, Account):
            self._take_problem(outcome)
        seconds = max(time.monotonic() - self._begun, 0.001)
        parts = [counted(done.coded, "report"), counted(done.events, "event"), f"{done.coded / seconds:.1f}/s"]
        if done.skipped:
            parts.insert(0, f"{done.skipped:,} there already")
        if self._total is None:
            self._talk.measure(", ".join(parts), done.documents, None)
        else:
            self._talk.measure(", ".join(parts), min(done.read_bytes, self._total), self._total)

    def _take_problem(self, problem: Dropped | Failure) -> None:
        self._problems += 1
        if self._problems <= _LISTED_PROBLEMS:
            self._talk.say(f"{'failed' if isinstance(problem, Failure) else 'dropped'}: {problem.message}")
        elif self._problems == _LISTED_PROBLEMS + 1:
            self._talk.say("further problems are only counted; they stand in the database")

    def tell(self, done: Ingested) -> None:
        """Say what came of the run."""
        parts = [f"{counted(done.coded, 'report')} coded, {counted(done.events, 'event')}"]
        for number, words in ((done.skipped, "there already"), (done.dropped, "dropped"), (done.failed, "failed")):
            if number:
                parts.append(f"{number:,} {words}")
        self._talk.say(f"{'; '.join(parts)}; {time.monotonic() - self._begun:.1f} s")


def _bytes_of(sources: Iterable[str]) -> int | None:
    """Return the bytes of all sources, or None where they cannot be told beforehand: streams, addresses, packed files."""
    packed = {".gz", ".zip", ".warc", ".parquet", ".xlsx", ".pdf"}
    total = 0
    for source in sources:
        path = Path(source)
        try:
            files = [path] if path.is_file() else [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
            if not files or any(file.suffix.lower() in packed for file in files):
                return None
            total += sum(file.stat().st_size for file in files if not file.name.startswith("."))
        except (OSError, ValueError):
            return None
    return total or None


# --- status --------------------------------------------------------------------------------------------------------------


def _status_lines(name: str, found: StoreStatus) -> Iterator[str]:
    copies = f" ({found.copies:,} of them copies)" if found.copies else ""
    yield f"database   {name}"
    yield f"articles   {found.articles:,}{copies}"
    yield f"events     {found.events:,}, with {counted(found.claims, 'claim')}"
    if found.incidents:
        yield f"incidents  {found.incidents:,}"
    if found.types:
        yield "\nevents by type and status"
        width = max(map(len, found.types))
        for kind, statuses in sorted(found.types.items(), key=lambda each: (-sum(each[1].values()), each[0])):
            told = ", ".join(f"{status} {number:,}" for status, number in statuses.items())
            yield f"  {kind:<{width}}  {sum(statuses.values()):>7,}   {told}"
    if found.dropped:
        yield "\nleft out"
        yield from (f"  {reason:<16} {number:>7,}" for reason, number in found.dropped.items())
    if found.failures:
        yield "\nfailed (dateline retry-failures tries again)"
        yield from (f"  {stage}: {reason:<16} {number:>7,}" for (stage, reason), number in found.failures.items())
    yield "\nlast runs"
    for run in found.runs:
        told = f"{run['articles']:,} articles, {run['events']:,} events, {run['skipped']:,} there already"
        told += f", {run['failed']:,} failed" if run["failed"] else ""
        made = f"version {run['version']}, weights {run['weights']}, packs {run['packs']}, settings {run['config_hash']}"
        yield f"  {run['id']:>4}  {run['started']}  {run['state']:<11}  {told}  ({made})"
