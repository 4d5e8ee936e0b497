"""``dateline copies``: which reports of a database repeat another."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dateline.cli.collecting import DB_OPTION
from dateline.cli.group import cli
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dateline.records.store import Store


@cli.command()
@DB_OPTION
def copies(db: str) -> None:
    """Find the reports that repeat another: one wire story in many papers, updates, shortened versions.

    `dateline ingest` and `dateline watch` do it for what they add; this looks at all reports anew. The column copy_of of the
    articles names the first of each cluster.
    """
    from dateline.records.store import Store  # noqa: PLC0415
    from dateline.run.copying import mark_copies  # noqa: PLC0415

    with Talk() as talk, Store(db) as store:
        looked_at, changed = mark_copies(store)
        found = store.count("articles", "copy_of!=none")
        talk.say(f"{counted(looked_at, 'report')} compared; {found:,} repeat another, {changed:,} changed")


@contextlib.contextmanager
def copies_marked(store: Store, talk: Talk) -> Iterator[None]:
    """Find, after what is done inside, the copies among the reports that it added."""
    from dateline.run.copying import last_finished_run, mark_copies  # noqa: PLC0415

    since = last_finished_run(store)
    yield
    _, changed = mark_copies(store, since)
    if changed:
        talk.say(f"{counted(changed, 'report')} found to repeat another, or no more to")
