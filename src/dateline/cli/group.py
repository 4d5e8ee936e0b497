"""The command ``dateline`` itself, its exit codes, and how it ends on errors; the commands add themselves to it."""

from __future__ import annotations

import os
from typing import Any

import click

from dateline import __version__
from dateline.config import Config
from dateline.errors import DatelineError, PackError
from dateline.run.terminal import Talk

SOME_FAILED = 3
NOTHING_CODED = 5
INTERRUPTED = 130
PIPE_CLOSED = 141


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
    from dateline.cli.settings import open_coder  # noqa: PLC0415 - it loads what a command needs

    click.echo(f"dateline {__version__}")
    try:
        with Talk() as talk:
            info = open_coder(Config(), talk).info
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
