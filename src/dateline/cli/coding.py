"""``dateline code``: code reports and show or write their events."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from dateline.cli.group import NOTHING_CODED, SOME_FAILED, cli
from dateline.cli.settings import WORKERS_OPTION, Outcome, code_inputs, coding_settings, make_config, open_coder, shown_events
from dateline.errors import OutputError, PackError
from dateline.model import Account, CoderInfo, Dropped, Failure
from dateline.run.terminal import Talk, counted, draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dateline.config import Config
    from dateline.records.exports import Writer
    from dateline.records.outputs import Sink
    from dateline.records.views import Shown

FORMATS = ("table", "jsonl", "csv", "geojson", "parquet")
_REMEMBERED_EVENTS = 1000
_LISTED_DROPS = 10


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the ending of --output, else table.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, allow_dash=True), help="File to write; default: standard output."
)
@coding_settings
@WORKERS_OPTION
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@click.option("--failures", type=click.Path(path_type=Path), help="Write what failed or was dropped to this JSONL file.")
def code(
    paths: tuple[str, ...],
    form: str | None,
    output: Path | None,
    workers: int,
    no_progress: bool,
    failures: Path | None,
    **settings: Any,
) -> None:
    """Code reports: write the events that they tell of.

    PATH is a file (plain text, HTML, JSONL of reports, gzipped or not), a folder, an address (http, https), or - for
    standard input. On a terminal the result is a readable view, elsewhere a plain line for each event; --format chooses
    another. Events are numbered; `dateline explain N` tells how event N was reached.
    """
    from dateline.records.outputs import open_output  # noqa: PLC0415

    output = None if output is not None and str(output) == "-" else output
    form = form or _form_of(output)
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise OutputError("parquet is no text; name a file with --output")
    config = make_config(**settings)
    talk = Talk(show_progress=not no_progress and not (form == "table" and output is None and sys.stdout.isatty()))
    with contextlib.ExitStack() as stack:
        stack.enter_context(talk)
        problems = stack.enter_context(open_output(failures)) if failures else None
        sink = stack.enter_context(open_output(output))
        coder = open_coder(config, talk)
        show = stack.enter_context(_presenter(form, sink, config, terminal=output is None and sys.stdout.isatty()))
        tally = _Tally(talk, coder.info, problems)
        outcomes = stack.enter_context(contextlib.closing(code_inputs(_inputs(paths), config, workers, coder)))
        try:
            for outcome in outcomes:
                tally.take(outcome, show)
        except KeyboardInterrupt:
            tally.tell()
            if output is not None and (output.is_file() or not output.exists()):
                talk.say(f"what was coded is kept in {output}.part")
            raise
        finally:
            tally.remember()
    tally.tell()
    click.get_current_context().exit(tally.exit_code)


def _form_of(output: Path | None) -> str:
    from dateline.records.exports import SUFFIXES  # noqa: PLC0415

    if output is None:
        return "table"
    if output.suffix.lower() not in SUFFIXES:
        raise OutputError(f"no format is known by the ending of {output}; name one with --format ({', '.join(FORMATS)})")
    return SUFFIXES[output.suffix.lower()]


def _inputs(paths: Sequence[str]) -> Sequence[str]:
    if paths:
        return paths
    if sys.stdin.isatty():
        raise click.UsageError("Name a file, a folder or an address to code, or pipe a report in.")
    return ("-",)


class _Tally:
    """Counts the outcomes of a run, passes events on and keeps the first ones for ``dateline explain``."""

    def __init__(self, talk: Talk, info: CoderInfo, problems: Sink | None) -> None:
        self._talk = talk
        self._info = info
        self._problems = problems
        self._events = 0
        self._coded = 0
        self._failed = 0
        self._dropped: Counter[str] = Counter()
        self._kept: list[Shown] = []
        self._begun = time.monotonic()

    @property
    def exit_code(self) -> int:
        """0 all well, 3 some inputs failed, 5 nothing was coded."""
        if not self._coded:
            return NOTHING_CODED
        return SOME_FAILED if self._failed else 0

    def take(self, outcome: Outcome, show: _Show) -> None:
        """Take one outcome."""
        if isinstance(outcome, Account):
            self._coded += 1
            events = shown_events(outcome, self._info, self._events)
            self._events += len(events)
            self._kept += events[: _REMEMBERED_EVENTS - len(self._kept)]
            show(outcome, events)
        else:
            self._take_problem(outcome)
        self._talk.advance(self._coded + self._failed + self._dropped.total(), self._events)

    def _take_problem(self, problem: Dropped | Failure) -> None:
        from dateline.records.exports import json_bytes  # noqa: PLC0415

        failed = isinstance(problem, Failure)
        if self._problems:
            self._problems.write(json_bytes({"outcome": "failed" if failed else "dropped"} | asdict(problem)) + b"\n")
        if isinstance(problem, Failure):
            self._failed += 1
        else:
            self._dropped[problem.reason] += 1
        if failed or self._dropped.total() <= _LISTED_DROPS:
            self._talk.say(f"{'failed' if failed else 'dropped'}: {problem.message}")
        elif self._dropped.total() == _LISTED_DROPS + 1:
            self._talk.say("further inputs that are dropped are only counted; --failures FILE lists them all")

    def tell(self) -> None:
        """Say on standard error what came of the run."""
        parts = [f"{counted(self._coded, 'report')} coded, {counted(self._events, 'event')}"]
        if self._dropped:
            reasons = ", ".join(f"{reason} {count}" for reason, count in self._dropped.most_common())
            parts.append(f"{self._dropped.total()} dropped ({reasons})")
        if self._failed:
            parts.append(f"{self._failed} failed")
        self._talk.say(f"{'; '.join(parts)}; {time.monotonic() - self._begun:.1f} s")

    def remember(self) -> None:
        """Keep the first events of this run for ``dateline explain``; a run that cannot keep them is not disturbed."""
        from dateline.knowledge import cache_directory  # noqa: PLC0415
        from dateline.records.exports import json_bytes  # noqa: PLC0415
        from dateline.records.outputs import open_output  # noqa: PLC0415

        with contextlib.suppress(OutputError, PackError), open_output(cache_directory() / "last_run.jsonl") as sink:
            for shown in self._kept:
                sink.write(json_bytes(shown.as_json()) + b"\n")


class _Show(Protocol):
    def __call__(self, account: Account, events: list[Shown], /) -> None: ...


@contextlib.contextmanager
def _presenter(form: str, sink: Sink, config: Config, *, terminal: bool) -> Iterator[_Show]:
    """Yield what shows or writes an account and its events."""
    if form == "table":
        yield _terminal_view() if terminal else _plain_lines(sink)
        return
    from dateline.records.codebooks import open_codebook  # noqa: PLC0415
    from dateline.records.exports import code_columns, open_writer  # noqa: PLC0415

    columns = code_columns(open_codebook(name) for name in config.codebooks) if form == "csv" else []
    with open_writer(form, sink, columns) as writer:
        yield _records(writer)


def _records(writer: Writer) -> _Show:
    def show(_: Account, events: list[Shown]) -> None:
        for shown in events:
            writer.write(shown.record)
        writer.flush()

    return show


def _plain_lines(sink: Sink) -> _Show:
    from dateline.records.views import table_heading, table_line  # noqa: PLC0415

    sink.write(f"{table_heading()}\n".encode())

    def show(_: Account, events: list[Shown]) -> None:
        for shown in events:
            sink.write(f"{table_line(shown)}\n".encode("utf-8", "replace"))
        sink.flush()

    return show


def _terminal_view() -> _Show:
    from rich.console import Console  # noqa: PLC0415

    from dateline.records.views import view_report  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=False)

    def show(account: Account, events: list[Shown]) -> None:
        console.rule(style="dim")
        draw(console, view_report(account, events))

    return show
