"""Follows feeds: asks each for what is new when its time has come, and has every new report coded once for ever.

What is known of a feed stands in the table ``sources``, which reports were read in ``items``; so a watch that was stopped at
any moment goes on where it was. A feed is asked whether it has changed (ETag, Last-Modified); that it was read is written down
only after its reports are in the database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dateline.errors import InputError
from dateline.model import Dropped, Failure, RawDocument
from dateline.run.ingest import Ingested, ingest
from dateline.run.readers.feeds import item_document, read_addresses, read_items
from dateline.run.readers.following import fetch_patiently, page_of
from dateline.run.readers.found import failure, words_of
from dateline.run.readers.kinds import Kind, kind_by_content
from dateline.run.web import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dateline.run.ingest import Job
    from dateline.run.readers.feeds import Item
    from dateline.run.readers.found import Found
    from dateline.run.visiting import Visitor
    from dateline.run.web import Answer

MAX_BACK_OFF_S = 86_400
"""Longest time that a feed which fails again and again is left alone."""


@dataclass(slots=True)
class Watched:
    """What came of a pass over the feeds that were due.

    Attributes:
        feeds: Feeds asked; ``unchanged`` and ``failed`` of them.
        new: Reports that were new.
        done: What came of these.
        next_due_s: Seconds until the next feed is due.
    """

    feeds: int = 0
    unchanged: int = 0
    failed: int = 0
    new: int = 0
    done: Ingested = field(default_factory=Ingested)
    next_due_s: float = 0.0


@dataclass(slots=True)
class _Poll:
    """One feed in one pass: what is known of it, and what will be written down when its reports are kept."""

    row: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    postponed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """By what a report that is on its way will be known again, and which feed named it."""

    key: str | None
    feed: str


class Watch:
    """Watches feeds.

    Args:
        feeds: Addresses of feeds; lists (OPML, a text file or a page of addresses) are read for theirs each time they are due.
        job: Where reports go, and how they are coded.
        visitor: Fetches addresses.
        every_s: Seconds between two requests to one feed.
        say: Takes words for the user.
        now: This moment, in UTC.
    """

    def __init__(
        self,
        feeds: Sequence[str],
        job: Job,
        visitor: Visitor,
        *,
        every_s: int,
        say: Callable[[str], None] = lambda _: None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._feeds = list(dict.fromkeys(feeds))
        self._visitor = visitor
        self._every_s = every_s
        self._say = say
        self._now = now
        self._known: dict[str, _Known] = {}
        self._taken: set[str] = set()
        self._store = job.store
        self._job = replace(job, key_of=self._key_of, source_of=self._source_of)

    def poll(self) -> Watched:
        """Ask the feeds that are due, code what is new, and write down how far each is.

        Raises:
            StoreError: The database failed; what was committed is kept, and what was not is read again next time.
            DatelineError: A coder cannot be opened.
        """
        watched = Watched()
        polls: list[_Poll] = []
        feeds = list(self._addresses())
        documents = self._new_documents(self._due(feeds), polls, watched)
        first = next(documents, None)
        if first is not None:
            watched.done = ingest(itertools.chain((first,), documents), self._job, tuple(self._feeds))
        for poll in polls:
            self._store.save_source(poll.row["url"], **poll.values)
        self._known.clear()
        self._taken.clear()
        watched.next_due_s = self._until_next(feeds)
        return watched

    # --- which feeds -----------------------------------------------------------------------------------------------------

    def _addresses(self) -> Iterator[str]:
        """Yield the addresses of all feeds, those in files of addresses included."""
        for feed in self._feeds:
            if feed.startswith(("http://", "https://")):
                yield feed
                continue
            try:
                yield from (item.url for item in read_addresses(Path(feed).read_bytes()) if item.url)
            except (OSError, ValueError) as error:
                why = words_of(error)
                raise InputError(
                    f"{feed} is no address and cannot be read as a file of addresses ({why})", "not_found"
                ) from None
            except InputError as error:
                raise InputError(f"{feed}: {error}", error.reason) from None

    def _due(self, feeds: Iterable[str]) -> Iterator[dict[str, Any]]:
        known = {row["url"]: row for row in self._store.sources()}
        moment = _iso(self._now())
        for url in dict.fromkeys(feeds):
            row = known.get(url) or {"url": url, "failures": 0}
            if (row.get("next_due") or "") <= moment:
                yield row

    def _until_next(self, feeds: Iterable[str]) -> float:
        known = {row["url"]: row["next_due"] for row in self._store.sources()}
        dues = [due for url in feeds if (due := known.get(url))]
        soonest = dt.datetime.fromisoformat(min(dues)) if dues else self._now() + dt.timedelta(seconds=self._every_s)
        return max(0.0, (soonest - self._now()).total_seconds())

    # --- one feed --------------------------------------------------------------------------------------------------------

    def _new_documents(self, rows: Iterable[dict[str, Any]], polls: list[_Poll], watched: Watched) -> Iterator[Found]:
        for row in rows:
            poll = _Poll(row)
            watched.feeds += 1
            for found in self._poll_feed(poll, watched):
                watched.new += 1
                yield found
            polls.append(poll)

    def _poll_feed(self, poll: _Poll, watched: Watched) -> Iterator[Found]:
        """Yield the new reports of a feed."""
        row = poll.row
        url, asked = row["url"], {"If-None-Match": row.get("etag"), "If-Modified-Since": row.get("last_modified")}
        try:
            answer = self._visitor.fetch(url, {name: value for name, value in asked.items() if value})
        except FetchError as error:
            watched.failed += 1
            self._back_off(poll, error.reason, str(error), error.retry_after_s)
            return
        if answer.status == 304:
            watched.unchanged += 1
            self._rest(poll, "unchanged", etag=row.get("etag"), last_modified=row.get("last_modified"))
            return
        if not answer.whole:
            watched.failed += 1
            self._back_off(poll, "too_long", f"it has more than {self._visitor.max_bytes:,} bytes", None)
            return
        try:
            title, items = self._items_of(answer)
            yield from self._new_items(poll, items)
        except InputError as error:
            watched.failed += 1
            self._back_off(poll, error.reason, str(error), None)
            return
        if poll.postponed:
            reports = "1 report" if poll.postponed == 1 else f"{poll.postponed:,} reports"
            self._say(f"{url}: {reports} could not be had yet; asked for again with the feed")
        etag, modified = (None, None) if poll.postponed else (answer.etag, answer.last_modified)
        self._rest(poll, "read", title=title or row.get("title"), etag=etag, last_modified=modified)

    def _items_of(self, answer: Answer) -> tuple[str | None, Iterator[Item]]:
        """Return the title and the items of what a server gave: a feed, a sitemap, or a list of these."""
        kind = kind_by_content(answer.data)
        if kind in (Kind.OPML, Kind.ADDRESSES):
            raise InputError("it is a list of addresses; save it as a file and name that", "not_a_feed")
        return read_items(answer.data, answer.url)

    def _new_items(self, poll: _Poll, items: Iterable[Item]) -> Iterator[Found]:
        feed = poll.row["url"]
        for page in _pages(items):
            if any(item.is_list for item in page):
                raise InputError("it is an index of sitemaps; name the sitemaps that are to be watched", "not_a_feed")
            keys = {item_key(item): item for item in page}
            seen = self._store.seen(keys) | self._taken
            for key, item in keys.items():
                if key not in seen:
                    self._taken.add(key)
                    yield from self._read_item(poll, key, item, feed)

    def _read_item(self, poll: _Poll, key: str, item: Item, feed: str) -> Iterator[Found]:
        name = item.url or f"{feed}#{item.key}"
        found: Found = item_document(item, name) or failure(name, "no_address", "the item has neither an address nor a text")
        if isinstance(found, Failure) and item.url:
            try:
                found = self._page(item, fetch_patiently(self._visitor, item.url))
            except FetchError as error:
                found = failure(name, error.reason, str(error))
                if not error.lasting:  # it is asked for again with its feed: nothing is written down by which it would be known
                    poll.postponed += 1
                    key = ""
                if error.reason == "busy":
                    return
        self._known[name] = _Known(key=key or None, feed=feed)
        yield found

    def _page(self, item: Item, answer: Answer) -> Found:
        url = cast("str", item.url)
        if not answer.whole:
            return Dropped(name=url, reason="too_long", message=f"{url}: it has more than {self._visitor.max_bytes:,} bytes")
        return page_of(item, answer) or RawDocument(name=url, data=answer.data, url=answer.url)

    # --- what is written down --------------------------------------------------------------------------------------------

    def _key_of(self, found: Found) -> str | None:
        return known.key if (known := self._known.get(found.name)) else None

    def _source_of(self, found: Found) -> str | None:
        return known.feed if (known := self._known.get(found.name)) else None

    def _rest(self, poll: _Poll, status: str, **values: Any) -> None:
        away_s = self._visitor.away_s(poll.row["url"])
        poll.values = {"kind": "feed", "every_s": self._every_s, "failures": 0, "message": None, "last_status": status} | values
        self._date(poll, max(float(self._every_s), away_s))

    def _back_off(self, poll: _Poll, reason: str, message: str, retry_after_s: float | None) -> None:
        """Leave a feed alone for longer with each time that it fails in a row, and at least as long as it asks for."""
        failures = int(poll.row.get("failures") or 0) + 1
        wait_s = min(self._every_s * 2.0 ** min(failures - 1, 20), MAX_BACK_OFF_S)
        wait_s = max(wait_s, min(retry_after_s or 0.0, MAX_BACK_OFF_S), self._every_s)
        poll.values = {
            "kind": "feed",
            "every_s": self._every_s,
            "failures": failures,
            "last_status": reason,
            "message": message,
        }
        self._date(poll, wait_s)
        self._say(f"failed: {poll.row['url']}: {message} (asked again in {_length(wait_s)})")

    def _date(self, poll: _Poll, wait_s: float) -> None:
        moment = self._now()
        poll.values["last_fetched"] = _iso(moment)
        poll.values["next_due"] = _iso(moment + dt.timedelta(seconds=wait_s))


def item_key(item: Item) -> str:
    """Return the key by which a report is known again, from whichever feed it comes: its address where it has one."""
    known = item.url.split("#")[0] if item.url else item.key
    return f"item_{hashlib.sha256(known.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _length(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 120 else f"{minutes} min" if minutes < 180 else f"{round(minutes / 60)} h"


def _pages(items: Iterable[Item], size: int = 200) -> Iterator[list[Item]]:
    iterator = iter(items)
    while page := list(itertools.islice(iterator, size)):
        yield page
