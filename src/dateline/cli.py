"""The command line: ``dateline code``, ``explain``, ``evaluate``, ``gazetteer``, ``codebook``; docs/cli.md shows their help.

Results go to standard output or a file, all else to standard error. Heavy libraries are imported where they are used, so that
help, mistakes and piped output are quick.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from dateline import __version__
from dateline.config import CODEBOOKS, THRESHOLD, Config
from dateline.errors import DateError, DatelineError, OutputError, PackError
from dateline.model import Account, CoderInfo, Dropped, Failure
from dateline.run.terminal import Talk, counted, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from dateline.pipeline import Coder
    from dateline.records.exports import Writer
    from dateline.records.outputs import Sink
    from dateline.records.views import Line, Shown
    from dateline.scoring import Report, Scored

SOME_FAILED = 3
NOTHING_CODED = 5
INTERRUPTED = 130
PIPE_CLOSED = 141

FORMATS = ("table", "jsonl", "csv", "geojson", "parquet")
_REMEMBERED_EVENTS = 1000
_LISTED_DROPS = 10

Outcome = Account | Dropped | Failure


class _Commands(click.Group):
    """Ends the process by the project's exit codes (docs/cli.md)."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of the user's gets one line, a closed pipe and Ctrl-C an exit code."""
        try:
            return super().invoke(ctx)
        except DatelineError as error:
            click.echo(f"dateline: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("\ndateline: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            ctx.exit(PIPE_CLOSED)


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    click.echo(f"dateline {__version__}")
    try:
        with Talk() as talk:
            info = _open_coder(Config(), talk).info
        click.echo(f"weights {info.weights}, packs {info.packs}")
    except PackError as error:
        click.echo(f"dateline: {error}", err=True)
    ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of the program, the reader's weights and the packs of data.",
)
def cli() -> None:
    """Read news reports of political violence and write event records.

    Who did what to whom, where and when, with how many dead, and who says so: every value rests on the words it came from.
    """


# --- code ----------------------------------------------------------------------------------------------------------------


class _Day(click.ParamType[Any]):
    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the day."""
        from dateline.articles import read_published  # noqa: PLC0415

        try:
            return read_published(value)[0]
        except DateError as error:
            self.fail(str(error), param, ctx)


_THRESHOLD = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=THRESHOLD,
    show_default=True,
    help="Leave out events below this confidence.",
)
_GAZETTEER = click.option(
    "--gazetteer", type=click.Path(path_type=Path), help="Place index made by `dateline gazetteer build`."
)
_WORKERS = click.option(
    "--workers", type=click.IntRange(0), default=1, show_default=True, help="Processes; 0 is one per processor."
)
_WEIGHTS = click.option("--weights", type=click.Path(path_type=Path), help="Folder of other weights for the reader.")


def _settings(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how reports are coded."""
    options = (
        click.option("--published", type=_Day(), help="Day of publication of inputs that give none, such as 2016-10-14."),
        click.option(
            "--codebook",
            "codebooks",
            multiple=True,
            metavar="NAME|FILE",
            help=f"Codebook to code by, instead of all that ship ({', '.join(CODEBOOKS)}); may be given several times.",
        ),
        _THRESHOLD,
        _GAZETTEER,
        _WEIGHTS,
    )
    for option in reversed(options):
        command = option(command)
    return command


def _config(codebooks: tuple[str, ...], **settings: Any) -> Config:
    return Config(codebooks=codebooks or CODEBOOKS, **settings)


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the ending of --output, else table.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, allow_dash=True), help="File to write; default: standard output."
)
@_settings
@_WORKERS
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
    config = _config(**settings)
    talk = Talk(show_progress=not no_progress and not (form == "table" and output is None and sys.stdout.isatty()))
    with contextlib.ExitStack() as stack:
        stack.enter_context(talk)
        problems = stack.enter_context(open_output(failures)) if failures else None
        sink = stack.enter_context(open_output(output))
        coder = _open_coder(config, talk)
        show = stack.enter_context(_presenter(form, sink, config, terminal=output is None and sys.stdout.isatty()))
        tally = _Tally(talk, coder.info, problems)
        outcomes = stack.enter_context(contextlib.closing(_outcomes(_inputs(paths), config, workers, coder)))
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


def _open_coder(config: Config, talk: Talk) -> Coder:
    from dateline.pipeline import Coder  # noqa: PLC0415

    return Coder(config, progress=talk.building)


def _outcomes(paths: Sequence[str], config: Config, workers: int, coder: Coder) -> Generator[Outcome]:
    from dateline.run.inputs import find_documents  # noqa: PLC0415
    from dateline.run.local import run  # noqa: PLC0415

    yield from run(find_documents(paths, stdin=sys.stdin.buffer), config, workers=workers or os.cpu_count() or 1, coder=coder)


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


def shown_events(account: Account, info: CoderInfo, before: int) -> list[Shown]:
    """Return what views and writers need of an account's events, numbered after ``before``."""
    from dateline.records.views import shown_of  # noqa: PLC0415

    return [shown_of(event, account.article, info, number) for number, event in enumerate(account.events, start=before + 1)]


# --- where events are shown ----------------------------------------------------------------------------------------------


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


# --- explain -------------------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("event", metavar="EVENT_ID|N")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--records", type=click.Path(path_type=Path), help="Look in this JSONL file of records.")
@_settings
def explain(event: str, paths: tuple[str, ...], records: Path | None, **settings: Any) -> None:
    """Show one event with the words and the reason behind every value.

    N counts the events of PATH, which is coded anew; without PATH and --records, those of the last run.
    """
    if paths and records:
        raise click.UsageError("Give either PATH or --records.")
    with Talk() as talk:
        shown = _recoded(paths, _config(**settings), talk) if paths else _recalled(records)
        found = _find_event(event, shown)
    from dateline.records.views import view_reasons  # noqa: PLC0415

    _print_view(view_reasons(found))


def _print_view(lines: Iterable[Line]) -> None:
    """Print a view: drawn on a terminal, elsewhere as plain text."""
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415

        draw(Console(highlight=False), lines)
        return
    from dateline.records.views import plain  # noqa: PLC0415

    click.echo(plain(lines))


def _recoded(paths: Sequence[str], config: Config, talk: Talk) -> Iterator[Shown]:
    coder = _open_coder(config, talk)
    count = 0
    for outcome in _outcomes(paths, config, 1, coder):
        if isinstance(outcome, Account):
            events = shown_events(outcome, coder.info, count)
            count += len(events)
            yield from events
        else:
            talk.say(outcome.message)


def _recalled(records: Path | None) -> Iterator[Shown]:
    import json  # noqa: PLC0415

    from dateline.knowledge import cache_directory  # noqa: PLC0415
    from dateline.records.views import Shown  # noqa: PLC0415

    path = records or cache_directory() / "last_run.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield Shown.from_json(json.loads(line), number)
    except FileNotFoundError as error:
        hint = "name a file of records" if records else "no run is remembered yet; name the report: dateline explain N PATH"
        raise click.UsageError(f"{path} is not there; {hint}.") from error
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"{path} holds a line that is no record; give a file written by --format jsonl.") from error


def _find_event(event: str, shown: Iterable[Shown]) -> Shown:
    count = 0
    for each in shown:
        count += 1
        if event in {str(each.number), each.record["id"]}:
            return each
    if event.isdigit() or event.startswith("evt_"):
        raise click.UsageError(f"There is no event {event} among the {counted(count, 'event')} looked at.")
    raise click.UsageError(f"{event!r} is neither the id of an event (evt_...) nor its number.")


# --- evaluate ------------------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="GOLD.jsonl...")
@click.option("--by", type=click.Choice(("style", "region", "file")), help="Add the main numbers of each group of reports.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option("--errors", type=click.IntRange(0), default=0, metavar="N", help="Show N mistakes of each kind, or fewer.")
@_THRESHOLD
@_GAZETTEER
@_WEIGHTS
@_WORKERS
def evaluate(paths: tuple[str, ...], by: str | None, form: str, errors: int, workers: int, **settings: Any) -> None:
    """Code annotated reports and score the events against the annotation.

    GOLD.jsonl holds one annotated report a line, in the form of docs/codebook.md. Shown are precision and recall of the
    events, how many of the matched ones have each field right, the numbers of each type, which types are taken for which,
    and whether the confidence is as good as its word.
    """
    from dateline import scoring  # noqa: PLC0415

    with Talk() as talk:
        reports, failed = _annotated_reports(paths, talk)
        if not reports:
            talk.say("nothing was scored, for there is no annotated report")
            click.get_current_context().exit(NOTHING_CODED)
        scored, stopped = _scored(reports, Config(codebooks=(), **settings), workers, talk)
    evaluation = scoring.evaluate(scored, by)
    mistakes = scoring.find_mistakes(scored, errors) if errors else []
    if form == "json":
        from dateline.records.exports import json_bytes  # noqa: PLC0415

        click.echo(json_bytes(evaluation.as_json() | {"mistakes": [mistake.as_json() for mistake in mistakes]}))
    else:
        _print_view([*scoring.view_evaluation(evaluation), *scoring.view_mistakes(mistakes)])
    click.get_current_context().exit(SOME_FAILED if failed or stopped else 0)


def _annotated_reports(paths: Sequence[str], talk: Talk) -> tuple[list[Report], int]:
    """Return the annotated reports of files, each once, and how many lines or files are none; say what is wrong with those."""
    from dateline.run.inputs import find_documents  # noqa: PLC0415
    from dateline.scoring import read_report  # noqa: PLC0415

    reports: dict[str, Report] = {}
    failed = 0
    for document in find_documents(paths, stdin=sys.stdin.buffer):
        found = [document] if isinstance(document, (Dropped, Failure)) else read_report(document)
        if isinstance(found, list):
            messages = [problem.message for problem in found]
        else:
            first = reports.setdefault(found.id, found)
            messages = [] if first is found else [f"{found.name}: the id {found.id!r} stands in {first.name} already; left out"]
        failed += bool(messages)
        for message in messages:
            talk.say(f"failed: {message}")
    return list(reports.values()), failed


def _scored(reports: Sequence[Report], config: Config, workers: int, talk: Talk) -> tuple[list[Scored], int]:
    """Code and score reports; one that is dropped or fails counts as one without events, and how many failed is told."""
    from dateline.run.local import run  # noqa: PLC0415
    from dateline.scoring import score_report  # noqa: PLC0415

    coder = _open_coder(config, talk)
    outcomes = run((report.document() for report in reports), config, workers=workers or os.cpu_count() or 1, coder=coder)
    scored: list[Scored] = []
    failed = events = 0
    with contextlib.closing(outcomes):
        for report, outcome in zip(reports, outcomes, strict=True):
            scored.append(score_report(report, outcome.events if isinstance(outcome, Account) else ()))
            events += len(scored[-1].events)
            talk.advance(len(scored), events)
            if not isinstance(outcome, Account):
                failed += isinstance(outcome, Failure)
                talk.say(f"coded without events: {outcome.message}")
    return scored, failed


# --- gazetteer and codebook ----------------------------------------------------------------------------------------------


@cli.group()
def gazetteer() -> None:
    """Build and look at the index of places."""


@gazetteer.command()
@click.argument("dump", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), default=Path("places.sqlite"), show_default=True)
def build(dump: Path, output: Path) -> None:
    """Build a place index from DUMP, a GeoNames file (allCountries.zip, a country's, or its .txt).

    Use it with `dateline code --gazetteer FILE`.
    """
    from dateline.grounding.gazetteer import build_from_geonames_dump  # noqa: PLC0415

    with Talk() as talk:
        build_from_geonames_dump(dump, output, talk.building)
    click.echo(f"{output} written; use it with: dateline code --gazetteer {output} PATH")


@gazetteer.command()
@click.option("--gazetteer", "path", type=click.Path(path_type=Path), help="Place index; default: the one that ships.")
def info(path: Path | None) -> None:
    """Show which index of places is used and what it is made from."""
    from dateline.grounding.gazetteer import FORMAT, Gazetteer, shipped_index  # noqa: PLC0415

    with Talk() as talk, contextlib.closing(Gazetteer.open(path, progress=talk.building)) as places:
        file = path or shipped_index()
        origin = "your own, from a GeoNames dump" if path else "the one that ships, from GeoNames (CC BY 4.0)"
        click.echo(f"index      {file}")
        click.echo(f"origin     {origin}")
        click.echo(f"size       {file.stat().st_size / 1e6:.1f} MB, format {FORMAT}")
        click.echo(f"countries  {len(places.countries)}")


@cli.group()
def codebook() -> None:
    """Check codebooks."""


@codebook.command()
@click.argument("file")
def check(file: str) -> None:
    """Check a codebook: its form, its rules and the examples in it.

    FILE is a TOML file or the name of a codebook that ships.
    """
    from dateline.records.codebooks import open_codebook  # noqa: PLC0415

    book = open_codebook(file)
    examples = sum(len(rule.examples) for rule in book.rules)
    click.echo(f"{book.name}: {counted(len(book.rules), 'rule')} and {counted(examples, 'example')}, all right")
