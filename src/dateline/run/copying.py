"""Finds the copies among the reports of a database: all at once, or those of what came in since a run.

Both give the same: whether two reports are copies depends on them alone, and reports more than ``DAYS`` apart are not compared,
so that for new reports only those of the weeks around them are looked at, with the clusters that those are in.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from dateline.articles.near_copies import DAYS, Text, find_copies, sketch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dateline.records.store import Store

_COLUMNS = ("id", "text", "published_day", "copy_of")
_RUNS = 200


def last_finished_run(store: Store) -> int:
    """Return the id of the last run that came to its end, 0 where there is none: what came after it has not been compared."""
    return max((run["id"] for run in store.status(_RUNS).runs if run["state"] == "finished"), default=0)


def mark_copies(store: Store, since_run: int | None = None) -> tuple[int, int]:
    """Find copies and write them down in ``articles.copy_of``.

    Args:
        store: The database.
        since_run: Only the reports of later runs are new; None looks at all anew.

    Returns:
        How many reports were looked at, and of how many it changed what they repeat.

    Raises:
        MissingExtraError: The library that makes signatures is not installed.
        StoreError: The database failed.
    """
    conditions: list[str | None] = [None] if since_run is None else _around(store, since_run)
    if not conditions:
        return 0, 0
    before: dict[str, str | None] = {}
    sketches = sketch(_texts(store, conditions, before, outside=since_run is not None))
    known = {} if since_run is None else {copy: first for copy, first in before.items() if first}
    found = find_copies(sketches, known)
    changed = {copy: found.get(copy) for copy, first in before.items() if first != found.get(copy)}
    store.set_copies(changed)
    return len(before), len(changed)


def _texts(store: Store, conditions: list[str | None], before: dict[str, str | None], *, outside: bool) -> Iterator[Text]:
    """Yield the reports that fit one of the conditions, each once; ``before`` takes what each repeats as yet.

    Args:
        store: The database.
        conditions: Which reports.
        before: Filled with id to id.
        outside: Whether to add, of the clusters that these reports are in, the reports outside the conditions.
    """
    for condition in conditions:
        for row in store.rows("articles", condition, _COLUMNS):
            if row["id"] not in before:
                yield _text(row, before)
    if outside:
        firsts = {first or copy for copy, first in before.items()}
        known = [(row["id"], row["copy_of"]) for row in store.rows("articles", "copy_of!=none", ("id", "copy_of"))]
        members = {name for pair in known if pair[1] in firsts for name in pair}
        for name in sorted(members - set(before)):
            if article := store.article(name):
                yield _text(article, before)


def _text(row: dict[str, Any], before: dict[str, str | None]) -> Text:
    before[row["id"]] = row["copy_of"]
    return Text(id=row["id"], text=row["text"], day=row["published_day"])


def _around(store: Store, since_run: int) -> list[str | None]:
    """Return conditions that the new reports, and all with which they must be compared, fit; none where nothing is new."""
    days = [row["published_day"] for row in store.rows("articles", f"run_id>{since_run}", ("published_day",))]
    if not days:
        return []
    if None in days:
        return [None]
    margin = dt.timedelta(days=DAYS)
    first, last = dt.date.fromisoformat(min(days)) - margin, dt.date.fromisoformat(max(days)) + margin
    return [f"published_day={first}..{last}", "published_day=none"]
