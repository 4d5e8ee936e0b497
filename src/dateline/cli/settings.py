"""Options that several commands share, and how they open a coder, run it over inputs and show a view."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dateline.config import CODEBOOKS, THRESHOLD, Config
from dateline.errors import DateError
from dateline.model import Account, CoderInfo, Dropped, Failure
from dateline.run.terminal import Talk, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from dateline.pipeline import Coder
    from dateline.records.views import Line, Shown

Outcome = Account | Dropped | Failure


class Day(click.ParamType[Any]):
    """A day given as a date in any form that a report's own date may have."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the day."""
        from dateline.articles import read_published  # noqa: PLC0415

        try:
            return read_published(value)[0]
        except DateError as error:
            self.fail(str(error), param, ctx)


class Columns(click.ParamType[Any]):
    """Which column of a table holds which field of a report: text=body,title=headline."""

    name = "FIELD=COLUMN,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return pairs of field and column."""
        from dateline.articles.read import TEXT_FIELDS  # noqa: PLC0415

        if isinstance(value, tuple):
            return value
        pairs = []
        for part in filter(None, (part.strip() for part in str(value).split(","))):
            field, equals, column = (word.strip() for word in part.partition("="))
            if not equals or field not in TEXT_FIELDS:
                self.fail(f"{part!r} is not FIELD=COLUMN; fields are {', '.join(TEXT_FIELDS)}", param, ctx)
            pairs.append((field, column))
        return tuple(pairs)


THRESHOLD_OPTION = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=THRESHOLD,
    show_default=True,
    help="Leave out events below this confidence.",
)
GAZETTEER_OPTION = click.option(
    "--gazetteer", type=click.Path(path_type=Path), help="Place index made by `dateline gazetteer build`."
)
WORKERS_OPTION = click.option(
    "--workers", type=click.IntRange(0), default=1, show_default=True, help="Processes; 0 is one per processor."
)
ACTORS_OPTION = click.option(
    "--actors",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML file with actors of your own, which go before those that ship; may be given several times.",
)
WEIGHTS_OPTION = click.option("--weights", type=click.Path(path_type=Path), help="Folder of other weights for the reader.")


def coding_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how reports are coded."""
    options = (
        click.option("--published", type=Day(), help="Day of publication of inputs that give none, such as 2016-10-14."),
        click.option(
            "--columns",
            type=Columns(),
            default=(),
            help="Columns of tables, or fields of records, such as text=body,title=headline,published=date; else guessed.",
        ),
        click.option(
            "--codebook",
            "codebooks",
            multiple=True,
            metavar="NAME|FILE",
            help=f"Codebook to code by, instead of all that ship ({', '.join(CODEBOOKS)}); may be given several times.",
        ),
        THRESHOLD_OPTION,
        GAZETTEER_OPTION,
        ACTORS_OPTION,
        WEIGHTS_OPTION,
    )
    for option in reversed(options):
        command = option(command)
    return command


def make_config(codebooks: tuple[str, ...], **settings: Any) -> Config:
    """Return the settings that the options of ``coding_settings`` say."""
    return Config(codebooks=codebooks or CODEBOOKS, **settings)


def open_coder(config: Config, talk: Talk) -> Coder:
    """Open the coder, showing progress while an index is built on first use."""
    from dateline.pipeline import Coder  # noqa: PLC0415

    return Coder(config, progress=talk.building)


def code_inputs(paths: Sequence[str], config: Config, workers: int, coder: Coder) -> Generator[Outcome]:
    """Find the documents of ``paths`` and yield one outcome for each, in order."""
    from dateline.run.inputs import find_documents  # noqa: PLC0415
    from dateline.run.local import run  # noqa: PLC0415

    documents = find_documents(paths, stdin=sys.stdin.buffer, columns=dict(config.columns))
    yield from run(documents, config, workers=workers or os.cpu_count() or 1, coder=coder)


def shown_events(account: Account, info: CoderInfo, before: int) -> list[Shown]:
    """Return what views and writers need of an account's events, numbered after ``before``."""
    from dateline.records.views import shown_of  # noqa: PLC0415

    return [shown_of(event, account.article, info, number) for number, event in enumerate(account.events, start=before + 1)]


def print_view(lines: Iterable[Line]) -> None:
    """Print a view: drawn on a terminal, elsewhere as plain text."""
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415

        draw(Console(highlight=False), lines)
        return
    from dateline.records.views import plain  # noqa: PLC0415

    click.echo(plain(lines))
