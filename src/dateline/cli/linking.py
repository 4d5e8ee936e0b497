"""``dateline incidents``, ``dateline show`` and ``dateline diff``: many reports, one happening, every account kept."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dateline import __version__
from dateline.cli.collecting import DB_OPTION
from dateline.cli.group import cli
from dateline.cli.settings import print_view
from dateline.errors import OutputError
from dateline.model import CoderInfo
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dateline.records.exports import Record
    from dateline.records.store import Store
    from dateline.run.linking import Change

_FORMATS = ("jsonl", "csv", "geojson", "table")
_WHERE_OPTION = click.option(
    "--where", multiple=True, metavar="CONDITION", help="Write only these, such as 'type=bombing country=IRQ killed_best>=10'."
)


@cli.command()
@DB_OPTION
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), help="Default: by the ending of --output, else jsonl; table on a terminal."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: standard output.")
@_WHERE_OPTION
@click.option(
    "--grades",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="TOML file of other rules of grading (docs/incidents.md).",
)
@click.option("--no-update", is_flag=True, help="Write the incidents as they are; link nothing anew.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
def incidents(  # noqa: PLR0913, PLR0917 (one argument for each option)
    db: str,
    form: str | None,
    output: Path | None,
    where: tuple[str, ...],
    grades: Path | None,
    no_update: bool,
    no_progress: bool,
) -> None:
    """Put the events of all reports together into incidents.

    Events that tell of one happening become one incident, with the best value of each field, every account that differs, and a
    grade. Run it again after `dateline ingest`: the incidents are those that all reports together give, with their ids kept.
    """
    from dateline.records.exports import SUFFIXES  # noqa: PLC0415
    from dateline.records.queries import make_query  # noqa: PLC0415
    from dateline.records.store import Store  # noqa: PLC0415

    chosen = form or (SUFFIXES.get(output.suffix.lower()) if output else "table" if sys.stdout.isatty() else "jsonl")
    if chosen not in _FORMATS:
        ending = output.suffix if output else ""
        raise OutputError(
            f"incidents are not written as {ending or 'this kind of file'}; name a --format: {', '.join(_FORMATS)}"
        )
    make_query("incidents", where, None)  # a mistake in the conditions is told before the work
    with Talk(show_progress=not no_progress) as talk, Store(db) as store:
        if not no_update:
            _update(store, grades, talk)
        _write(store.incident_records(where), chosen, output)


def _update(store: Store, grades: Path | None, talk: Talk) -> None:
    from dateline.run.linking import build_incidents  # noqa: PLC0415

    info = CoderInfo(version=__version__, weights="none", packs="none")
    done = build_incidents(store, info, grades, talk.measure)
    sums = f", {done.aggregates:,} of them sums over several" if done.aggregates else ""
    gone = f", {done.retired:,} no more" if done.retired else ""
    talk.say(
        f"run {done.run_id}: {counted(done.incidents, 'incident')} from {counted(done.events, 'event')}{sums}; "
        f"{done.changed:,} new or changed{gone}"
    )


def _write(records: Iterator[Record], form: str, output: Path | None) -> None:
    from dateline.records.incident_records import open_incident_writer  # noqa: PLC0415
    from dateline.records.outputs import open_output  # noqa: PLC0415

    if form == "table" and output is None and sys.stdout.isatty():
        _draw_table(records)
        return
    with open_output(output) as sink:
        if form == "table":
            from dateline.records.incident_views import incident_table_heading, incident_table_line  # noqa: PLC0415

            sink.write(f"{incident_table_heading()}\n".encode())
            for record in records:
                sink.write(f"{incident_table_line(record)}\n".encode("utf-8", "replace"))
            return
        with open_incident_writer(form, sink) as writer:
            for record in records:
                writer.write(record)


_COLUMN_STYLES: Mapping[str, str] = {
    "ID": "dim",
    "TYPE": "bold",
    "GRADE": "bold",
    "WHEN": "magenta",
    "WHERE": "green",
    "WHO": "",
    "TOLL": "bold yellow",
    "SOURCES": "",
}


def _draw_table(records: Iterable[Record]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from dateline.records.incident_views import incident_cells  # noqa: PLC0415
    from dateline.records.views import clean  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, style in _COLUMN_STYLES.items():
        table.add_column(
            name.lower(), style=style, no_wrap=name in {"ID", "WHEN", "GRADE"}, justify="right" if name == "SOURCES" else "left"
        )
    for record in records:
        table.add_row(*(Text(clean(cell)) for cell in incident_cells(record)))
    Console(highlight=False).print(table)


@cli.command()
@click.argument("incident")
@DB_OPTION
@click.option("--json", "as_json", is_flag=True, help="Print the record as one JSON object.")
def show(incident: str, db: str, as_json: bool) -> None:
    """Tell the story of an incident: what happened, by whose account, where accounts differ, and the sentences.

    INCIDENT is the id of an incident or its beginning, or the id of one of its events. One that was merged leads to the one
    that took over.
    """
    from dateline.records.incident_views import view_incident  # noqa: PLC0415
    from dateline.records.store import Store  # noqa: PLC0415
    from dateline.run.linking import find_incident, read_articles  # noqa: PLC0415

    with Store(db, readonly=True) as store:
        record, trail = find_incident(store, incident)
        if as_json:
            click.echo(json.dumps(record, ensure_ascii=False))
            return
        print_view(view_incident(record, read_articles(store, record), trail=trail))


@cli.command()
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@click.option("--db", metavar="FILE|URL", help="Database of the runs, where RUN is a run's number.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each difference.")
def diff(before: str, after: str, db: str | None, as_json: bool) -> None:
    """List the incidents gained, lost and changed between two runs, or between two databases.

    RUN is the number of a run in the database of --db, as `dateline status` lists them, or a database as it is now.
    """
    from dateline.run.linking import compare  # noqa: PLC0415

    changes = compare(_state(before, db), _state(after, db))
    if as_json:
        for change in changes:
            click.echo(json.dumps(_as_json(change), ensure_ascii=False))
        return
    from dateline.records.incident_views import view_change  # noqa: PLC0415

    print_view(line for each in changes for line in view_change(each.kind, each.before, each.after, each.fields, each.into))
    counts = {kind: sum(change.kind == kind for change in changes) for kind in ("gained", "lost", "changed")}
    click.echo(", ".join(f"{number:,} {kind}" for kind, number in counts.items()))


def _as_json(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": (change.after or change.before or {})["id"],
        "fields": list(change.fields),
        "into": list(change.into),
        "before": change.before,
        "after": change.after,
    }


def _state(name: str, db: str | None) -> dict[str, Record]:
    """Return the incidents of a run, or of a database as it is now."""
    from dateline.records.store import Store  # noqa: PLC0415
    from dateline.run.linking import incidents_after  # noqa: PLC0415

    number = name.removeprefix("run ").strip()
    if number.isdecimal():
        if db is None:
            raise click.UsageError(f"{name} is the number of a run; name its database with --db")
        with Store(db, readonly=True) as store:
            return incidents_after(store, int(number))
    with contextlib.closing(Store(name, readonly=True)) as store:
        return {record["id"]: record for record in store.incident_records()}
