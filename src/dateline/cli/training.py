"""``dateline train``: go on training the reader with one's own annotated reports.

What trains is the package ``dateline_training``, which needs the extra ``train``; it is opened by name, here only, so that
nothing of Dateline depends on it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dateline import __version__
from dateline.cli.evaluating import annotated_reports, scored_reports
from dateline.cli.group import SOME_FAILED, cli
from dateline.cli.settings import WORKERS_OPTION, print_view
from dateline.config import Config
from dateline.errors import InputError, MissingExtraError, OutputError
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dateline.cli.evaluating import Annotation
    from dateline.records.views import Line
    from dateline.scoring import Scored

LEAST_REPORTS = 4
"""Fewer than these teach nothing."""
FEW_REPORTS = 100
"""With fewer the reader hardly changes for the better."""
SHIPPED = "shipped"
COMMAND = "dateline train"
FACTS = "training.json"
MADE = frozenset((FACTS, "MODEL_CARD.md", "heads.npz", "reader.json", "reader.onnx", "tokenizer.json"))
"""What stands in a folder that this command made."""
_LIBRARIES = frozenset(("dateline_training", "onnx", "onnxruntime", "safetensors", "torch"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a run is to do.

    Attributes:
        start: Folder of the starting weights; None is those that ship.
        taught, held: The reports to learn from, and those held back to measure with.
        settings: Epochs, rate, seed, workers.
    """

    start: Path | None
    taught: Sequence[Annotation]
    held: Sequence[Annotation]
    settings: dict[str, Any]


@cli.command()
@click.option("--corpus", "corpora", multiple=True, required=True, metavar="FILE...", help="Annotated reports to learn from.")
@click.argument("more", nargs=-1, metavar="[FILE]...")
@click.option(
    "--from",
    "start",
    default=SHIPPED,
    show_default=True,
    metavar="shipped|DIR",
    help="Weights to start from: a folder of weights.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the new weights.")
@click.option(
    "--epochs", type=click.FloatRange(0, min_open=True), default=4, show_default=True, help="Times each report is read."
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 0.01, min_open=True),
    default=5e-5,
    show_default=True,
    help="Highest learning rate of the encoder; the heads have four times as much.",
)
@click.option(
    "--hold-back",
    type=click.FloatRange(0, 0.5),
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Share of the reports to measure with, before and after; 0 measures nothing.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=7, show_default=True, help="The same seed, one worker: the same weights."
)
@WORKERS_OPTION
def train(corpora: tuple[str, ...], more: tuple[str, ...], start: str, out: Path, hold_back: float, **settings: Any) -> None:
    """Train the reader on with your own annotated reports.

    FILE... hold one annotated report a line, in the form of docs/codebook.md. The new weights are for the option --weights of
    the other commands. Shown is what the reader gets right of reports that were held back, before and after. Needs the extra
    `train`: pip install 'dateline[train]'.
    """
    _check_target(out)
    training = _open_training()
    settings["workers"] = settings["workers"] or os.cpu_count() or 1
    with Talk() as talk:
        found, failed = annotated_reports([*corpora, *more], talk)
        taught, held = _hold_back(found, hold_back)
        plan = _Plan(start=None if start == SHIPPED else Path(start), taught=taught, held=held, settings=settings)
        _check_plan(plan, talk)
        try:
            with _appearing(out) as folder:
                comparison, uncoded = _train(training, plan, folder, talk)
        except KeyboardInterrupt:
            talk.say(f"training was stopped; nothing was written to {out}")
            raise
        for warning in comparison.warnings() if comparison else ():
            talk.say(f"note: {warning}")
    if comparison:
        print_view(_view(comparison))
    click.echo(f"{out} written; use it with: dateline code --weights {out} PATH")
    click.get_current_context().exit(SOME_FAILED if failed or uncoded else 0)


def _open_training() -> dict[str, Any]:
    """Return the modules that train, by their names."""
    try:
        names = ("fine_tuning", "comparing", "cards")
        return {name: importlib.import_module(f"dateline_training.{name}") for name in names}
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _LIBRARIES:
            raise
        raise MissingExtraError(
            f"training needs the library {missing}, which is not installed; install it with: pip install 'dateline[train]'"
        ) from error


def _hold_back(found: Sequence[Annotation], share: float) -> tuple[list[Annotation], list[Annotation]]:
    """Return the reports to learn from, and every n-th one, held back."""
    every = max(2, round(1 / share)) if share else len(found) + 1
    held = [each for number, each in enumerate(found, start=1) if number % every == 0]
    return [each for number, each in enumerate(found, start=1) if number % every], held


def _check_plan(plan: _Plan, talk: Talk) -> None:
    """Refuse a run that can teach nothing, and warn of one that will teach little."""
    events = sum(len(report.events) for report, _ in plan.taught)
    if len(plan.taught) < LEAST_REPORTS or not events:
        raise InputError(
            f"there are {counted(len(plan.taught), 'annotated report')} with {counted(events, 'event')} to learn from; "
            f"at least {LEAST_REPORTS} reports are needed, and an event in them; hundreds make a difference"
        )
    talk.say(f"learning from {counted(len(plan.taught), 'report')}, holding back {counted(len(plan.held), 'report')}")
    if len(plan.taught) < FEW_REPORTS:
        talk.say(f"note: {counted(len(plan.taught), 'report')} are few to learn from; hundreds make a difference")
    if not plan.held:
        talk.say("note: with no report held back, nothing is measured")


def _train(training: dict[str, Any], plan: _Plan, folder: Path, talk: Talk) -> tuple[Any, int]:
    """Measure, learn, measure again, and write everything into a folder.

    Returns:
        The comparison, None where nothing was held back; how many held-back reports could not be coded.
    """
    settings, workers = plan.settings, plan.settings["workers"]
    fine_tuning = training["fine_tuning"]
    taught = [json.loads(document.data) for _, document in plan.taught]
    with tempfile.TemporaryDirectory() as spare:
        completed = fine_tuning.complete(plan.start, Path(spare))
        before, failed = _measure(plan.held, completed, workers, talk)
        facts = fine_tuning.fine_tune(
            taught, plan.start, completed, folder, fine_tuning.Settings(**settings), watch=talk.learning
        )
    after, failed_after = _measure(plan.held, folder, workers, talk)
    comparison = training["comparing"].compare(before, after) if plan.held else None
    files = sorted({Path(report.file).name for report, _ in plan.taught})
    facts = {"command": COMMAND, "dateline": __version__, "files": files, "reports": len(taught), **settings, **facts}
    training["cards"].write_card(folder / "MODEL_CARD.md", facts, taught, comparison)
    measured = {"measured": comparison.as_json()} if comparison else {}
    (folder / FACTS).write_text(json.dumps(facts | measured, indent=1) + "\n", encoding="utf-8")
    return comparison, max(failed, failed_after)


def _measure(held: Sequence[Annotation], weights: Path | None, workers: int, talk: Talk) -> tuple[list[Scored], int]:
    """Code and judge the held-back reports, and count those that failed."""
    if not held:
        return [], 0
    return scored_reports([report for report, _ in held], Config(codebooks=(), weights=weights), workers, talk)


def _view(comparison: Any) -> Iterator[Line]:
    """Yield the table of the comparison."""
    from dateline.records.views import Line, Mark, Piece  # noqa: PLC0415

    told = f"{counted(comparison.reports, 'held-back report')}, {counted(comparison.events, 'annotated event')}"
    yield Line(pieces=(Piece(told, Mark.TITLE),), wide=True)
    yield Line()
    yield Line(pieces=(Piece(f"{'percent':16}{'before':>8}{'after':>8}{'change':>8}", Mark.FAINT),), wide=True)
    for name, before, after in comparison.rows:
        values = ("-" if each is None else f"{each:.1f}" for each in (before, after))
        change = "-" if before is None or after is None else f"{after - before:+.1f}"
        yield Line(pieces=(Piece(f"{name:16}{''.join(f'{value:>8}' for value in (*values, change))}"),), wide=True)


# --- the folder ----------------------------------------------------------------------------------------------------------


def _check_target(out: Path) -> None:
    """Refuse a folder that holds anything but what an earlier run wrote there."""
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"{out} is a file; name a folder with --out")
    there = {path.name for path in out.iterdir()}
    if there and not (there <= MADE and _is_ours(out / FACTS)):
        raise OutputError(f"{out} is not empty, and no folder that `{COMMAND}` wrote; name another with --out, or empty it")


def _is_ours(facts: Path) -> bool:
    try:
        return bool(json.loads(facts.read_text(encoding="utf-8")).get("command") == COMMAND)
    except (OSError, ValueError, AttributeError):
        return False


@contextlib.contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """Give a new folder that takes the place of ``out`` in the end, whole, and goes away where something else happens."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}") from error
    try:
        folder = made / "new"
        folder.mkdir()
        yield folder
        _check_target(out)  # it may have changed since
        if out.exists():
            out.rename(made / "old")
        folder.rename(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
