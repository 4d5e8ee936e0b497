"""``dateline evaluate``: code annotated reports and score the events against the annotation."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from dateline.cli.group import NOTHING_CODED, SOME_FAILED, cli
from dateline.cli.settings import GAZETTEER_OPTION, THRESHOLD_OPTION, WEIGHTS_OPTION, WORKERS_OPTION, open_coder, print_view
from dateline.config import Config
from dateline.model import Account, Dropped, Failure
from dateline.run.terminal import Talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.model import RawDocument
    from dateline.scoring import Report, Scored


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="GOLD.jsonl...")
@click.option("--by", type=click.Choice(("style", "region", "file")), help="Add the main numbers of each group of reports.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option("--errors", type=click.IntRange(0), default=0, metavar="N", help="Show N mistakes of each kind, or fewer.")
@THRESHOLD_OPTION
@GAZETTEER_OPTION
@WEIGHTS_OPTION
@WORKERS_OPTION
def evaluate(paths: tuple[str, ...], by: str | None, form: str, errors: int, workers: int, **settings: Any) -> None:
    """Code annotated reports and score the events against the annotation.

    GOLD.jsonl holds one annotated report a line, in the form of docs/codebook.md. Shown are precision and recall of the
    events, how many of the matched ones have each field right, the numbers of each type, which types are taken for which,
    and whether the confidence is as good as its word.
    """
    from dateline import scoring  # noqa: PLC0415

    with Talk() as talk:
        found, failed = annotated_reports(paths, talk)
        reports = [report for report, _ in found]
        if not reports:
            talk.say("nothing was scored, for there is no annotated report")
            click.get_current_context().exit(NOTHING_CODED)
        scored, stopped = scored_reports(reports, Config(codebooks=(), **settings), workers, talk)
    evaluation = scoring.evaluate(scored, by)
    mistakes = scoring.find_mistakes(scored, errors) if errors else []
    if form == "json":
        from dateline.records.exports import json_bytes  # noqa: PLC0415

        click.echo(json_bytes(evaluation.as_json() | {"mistakes": [mistake.as_json() for mistake in mistakes]}))
    else:
        print_view([*scoring.view_evaluation(evaluation), *scoring.view_mistakes(mistakes)])
    click.get_current_context().exit(SOME_FAILED if failed or stopped else 0)


Annotation = tuple["Report", "RawDocument"]
"""An annotated report, and the line that it was read from."""


def annotated_reports(paths: Sequence[str], talk: Talk) -> tuple[list[Annotation], int]:
    """Return the annotated reports of files, each once, and how many lines or files are none; say what is wrong with those."""
    from dateline.run.inputs import find_documents  # noqa: PLC0415

    found: dict[str, Annotation] = {}
    failed = 0
    for document in find_documents(paths, stdin=sys.stdin.buffer):
        messages = _note(document, found)
        failed += bool(messages)
        for message in messages:
            talk.say(f"failed: {message}")
    return list(found.values()), failed


def _note(document: RawDocument | Dropped | Failure, found: dict[str, Annotation]) -> list[str]:
    """Note a document that is an annotated report under its id; else return why it is none."""
    from dateline.scoring import read_report  # noqa: PLC0415

    if isinstance(document, (Dropped, Failure)):
        return [document.message]
    report = read_report(document)
    if isinstance(report, list):
        return [problem.message for problem in report]
    first, _ = found.setdefault(report.id, (report, document))
    return [] if first is report else [f"{report.name}: the id {report.id!r} stands in {first.name} already; left out"]


def scored_reports(reports: Sequence[Report], config: Config, workers: int, talk: Talk) -> tuple[list[Scored], int]:
    """Code and score reports; one that is dropped or fails counts as one without events, and how many failed is told."""
    from dateline.run.local import run  # noqa: PLC0415
    from dateline.scoring import score_report  # noqa: PLC0415

    coder = open_coder(config, talk)
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
