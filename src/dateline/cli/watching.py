"""``dateline watch``: follows feeds and codes what is new into a database."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any

import click

from dateline.cli.collecting import DB_OPTION
from dateline.cli.copying import copies_marked
from dateline.cli.group import SOME_FAILED, cli
from dateline.cli.settings import WORKERS_OPTION, coding_settings, make_config, open_coder
from dateline.model import Account, Failure
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    from dateline.cli.settings import Outcome
    from dateline.config import Config
    from dateline.records.store import Store
    from dateline.run.ingest import Ingested
    from dateline.run.watch import Watch, Watched

_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LEAST_S = 60
_LONGEST_SLEEP_S = 60.0
"""Longest time without a look at the clock, so that a machine that slept notices what is due."""


class Length(click.ParamType[Any]):
    """A length of time such as 90s, 15m, 2h or 1d, in seconds."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seconds."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d{1,9})\s*([smhd])", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no length of time; write it as 90s, 15m, 2h or 1d", param, ctx)
        seconds = int(match[1]) * _UNITS_S[match[2]]
        if seconds < _LEAST_S:
            self.fail(f"{value!r} is too short; no feed is asked more often than once a minute", param, ctx)
        return seconds


@cli.command()
@click.argument("feeds", nargs=-1, required=True, metavar="FEED...")
@DB_OPTION
@click.option(
    "--every", "every_s", type=Length(), default="15m", show_default=True, help="How often a feed is asked: 15m, 2h, 1d."
)
@click.option("--once", is_flag=True, help="Ask the feeds that are due, code what is new, and end.")
@coding_settings
@WORKERS_OPTION
def watch(feeds: tuple[str, ...], db: str, every_s: int, once: bool, workers: int, **settings: Any) -> None:
    """Follow feeds and code each new report once.

    FEED is the address of an RSS or Atom feed or of a sitemap, or a file that lists addresses: OPML, or a text with one a line.
    It goes on until it is stopped (Ctrl-C); the same command goes on where it was. Sites are asked as they wish to be: by their
    robots.txt, one request a second to a host, less often where they fail or say so.
    """
    from dateline.records.store import Store  # noqa: PLC0415

    config = make_config(**settings)
    with Talk(show_progress=False) as talk, Store(db, create=True) as store:
        watched = _open(feeds, store, config, talk, every_s=every_s, workers=workers or os.cpu_count() or 1)
        told = False
        while True:
            with copies_marked(store, talk):
                came = watched.poll()
            if came.feeds or not told:
                _tell(came, talk, once=once)
                told = True
            if once:
                break
            _sleep(came.next_due_s)
    click.get_current_context().exit(SOME_FAILED if came.failed or came.done.failed else 0)


def _open(feeds: tuple[str, ...], store: Store, config: Config, talk: Talk, *, every_s: int, workers: int) -> Watch:
    from dateline.run.ingest import Job  # noqa: PLC0415
    from dateline.run.inputs import MAX_BYTES  # noqa: PLC0415
    from dateline.run.visiting import Visitor  # noqa: PLC0415
    from dateline.run.watch import Watch  # noqa: PLC0415

    def tell_problem(_: Ingested, outcome: Outcome | None) -> None:
        if outcome is not None and not isinstance(outcome, Account):
            talk.say(f"{'failed' if isinstance(outcome, Failure) else 'dropped'}: {outcome.message}")

    coder = open_coder(config, talk)
    job = Job(store=store, info=coder.info, config=config, workers=workers, coder=coder, watch=tell_problem)
    return Watch(feeds, job, Visitor(timeout_s=20, max_bytes=MAX_BYTES, wait=time.sleep), every_s=every_s, say=talk.say)


def _tell(came: Watched, talk: Talk, *, once: bool) -> None:
    parts = [f"{counted(came.feeds, 'feed')} asked, {counted(came.new, 'new report')}"]
    if came.done.coded:
        parts.append(f"{counted(came.done.events, 'event')}")
    for number, words in (
        (came.unchanged, "feeds unchanged"),
        (came.failed, "feeds failed"),
        (came.done.failed, "reports failed"),
    ):
        if number:
            parts.append(f"{number:,} {words}")
    if not once:
        at = time.strftime("%H:%M:%S", time.localtime(time.time() + came.next_due_s))
        parts.append(f"next at {at}")
    talk.say("; ".join(parts))


def _sleep(seconds: float) -> None:
    time.sleep(min(max(seconds, 1.0), _LONGEST_SLEEP_S))
