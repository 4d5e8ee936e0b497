"""Follows feeds, sitemaps and lists of addresses to the reports that they lead to."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, BinaryIO

from dateline.articles.clean import decode, extract_page
from dateline.errors import InputError, MissingExtraError
from dateline.model import RawDocument
from dateline.run.readers.columns import json_line
from dateline.run.readers.feeds import MAX_SITEMAP_BYTES, item_document, read_addresses, read_items
from dateline.run.readers.found import failure, read_up_to, too_long
from dateline.run.readers.kinds import Kind
from dateline.run.web import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dateline.run.readers.feeds import Item
    from dateline.run.readers.found import Found
    from dateline.run.visiting import Visitor
    from dateline.run.web import Answer

MAX_DEPTH = 4
MAX_WAIT_S = 60.0
"""Longest time that a run waits for a host that asks to be left alone; a longer one ends in a failure, to be tried again."""


class Follower:
    """Follows lists; each list once, so that lists that name each other have an end.

    Args:
        visitor: Fetches addresses.
        read: Reads what was fetched, by its kind: name, answer, and how many lists it lies in.
    """

    def __init__(self, visitor: Visitor, read: Callable[[str, Answer, int], Iterator[Found]]) -> None:
        self._visitor = visitor
        self._read = read
        self._lists: set[str] = set()

    def follow(self, name: str, stream: BinaryIO, kind: Kind, url: str | None, depth: int) -> Iterator[Found]:
        """Yield the reports that a list leads to, in its order; what cannot be fetched is told.

        Args:
            name: The list's name.
            stream: Its bytes.
            kind: What it is.
            url: Where it came from, if it was fetched.
            depth: How many lists it lies in.
        """
        if depth > MAX_DEPTH:
            yield failure(name, "too_deep", f"lists lead to lists more than {MAX_DEPTH} deep; name one of them")
            return
        self._lists.add(url or name)
        data = read_up_to(stream, MAX_SITEMAP_BYTES + 1)
        if len(data) > MAX_SITEMAP_BYTES:
            yield too_long(name, MAX_SITEMAP_BYTES)
            return
        number = 0
        try:
            items = read_addresses(data) if kind in (Kind.OPML, Kind.ADDRESSES) else read_items(data, url)[1]
            for number, item in enumerate(items, start=1):
                yield from self._visit(f"{name}:{number}", item, depth)
        except InputError as error:
            yield failure(name, error.reason, str(error))
        except MissingExtraError as error:
            yield failure(name, "missing_extra", str(error))
        else:
            if not number:
                yield failure(name, "empty_list", "it leads to nothing; check it")

    def _visit(self, name: str, item: Item, depth: int) -> Iterator[Found]:
        if whole := item_document(item, item.url or name):
            yield whole
        elif item.url is None:
            yield failure(name, "no_address", "the item has neither an address nor a text")
        elif item.url not in self._lists:
            try:
                answer = fetch_patiently(self._visitor, item.url)
            except FetchError as error:
                yield failure(item.url, error.reason, str(error))
                return
            page = page_of(item, answer)
            yield from [page] if page else self._read(item.url, answer, depth + 1)


def fetch_patiently(visitor: Visitor, url: str) -> Answer:
    """Fetch an address; where its host asks for a short rest, wait for it and try once more.

    Raises:
        FetchError: It could not be fetched.
    """
    try:
        return visitor.fetch(url)
    except FetchError:
        away_s = visitor.away_s(url)
        if not 0 < away_s <= MAX_WAIT_S:
            raise
    visitor.wait(away_s)
    return visitor.fetch(url)


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc


def page_of(item: Item, answer: Answer) -> RawDocument | None:
    """Return the report on a web page with what its feed says of it; None where the feed says nothing or it is no such page.

    A feed gives the title and the time of publication outright; on a page they must be guessed from its markup.
    """
    if answer.content_type not in {"text/html", "application/xhtml+xml"} or not (item.published or item.title):
        return None
    try:
        page = extract_page(decode(answer.data, html=True), answer.url)
    except InputError:
        return None
    if page is None:
        return None
    record = {
        "title": item.title or page.title,
        "text": page.text,
        "published": item.published or page.published,
        "url": page.url or answer.url,
        # A page that does not say whose it is is given the name of its host.
        "publisher": page.publisher if page.publisher not in (None, _host(answer.url)) else item.publisher or page.publisher,
    }
    named = {field: value for field, value in record.items() if value}
    return RawDocument(name=item.url or answer.url, data=json_line(named), kind="jsonl")
