"""Reads feeds (RSS, Atom), sitemaps and lists of addresses: which reports they lead to, and what they say of each."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import re
import time
import urllib.parse
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateline.articles.read import read_published
from dateline.errors import DateError, InputError, MissingExtraError
from dateline.model import RawDocument
from dateline.run.readers.columns import json_line
from dateline.run.readers.kinds import Kind, kind_by_content

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_FULL = 600
"""Characters from which the text that a feed gives of an item may be the whole report; shorter ones are teasers."""
MAX_SITEMAP_BYTES = 60_000_000
"""Longest sitemap unpacked; the protocol allows 50 MB."""
_FEED_LINK = re.compile(rb"<link\b[^>]*application/(?:rss|atom)\+xml[^>]*>", re.IGNORECASE)
_HREF = re.compile(rb"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a feed, a sitemap or a list says of one report.

    Attributes:
        key: By what the item is known again: its own id, or its address.
        url: Where the report stands, or None.
        text: The whole report, as HTML, where the feed gives it.
        is_list: Whether it is itself a list: a sitemap of an index.
    """

    key: str
    url: str | None
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    text: str | None = None
    is_list: bool = False


def read_items(data: bytes, url: str | None = None) -> tuple[str | None, Iterator[Item]]:
    """Return the title of a feed and its items, or the addresses of a sitemap.

    Args:
        data: The feed, as it came; packed or not.
        url: Where it came from, against which addresses in it are read.

    Raises:
        InputError: It is none (``not_a_feed``); the message says what it is instead.
        MissingExtraError: The library that reads feeds is not installed.
    """
    data = _unpacked(data)
    kind = kind_by_content(data)
    if kind is Kind.SITEMAP:
        return None, read_sitemap(data, url)
    return _read_feed(data, url)


def item_document(item: Item, name: str) -> RawDocument | None:
    """Return the report that an item gives in whole, or None where its address must be fetched for it."""
    if item.text is None or (len(item.text) < MIN_FULL and item.url):
        return None
    text = plain_text(item.text)
    if item.url and len(text) < MIN_FULL:
        return None
    record = {"title": item.title, "text": text, "published": item.published, "url": item.url, "publisher": item.publisher}
    return RawDocument(name=name, data=json_line({field: value for field, value in record.items() if value}), kind="jsonl")


def read_sitemap(data: bytes, url: str | None = None) -> Iterator[Item]:
    """Yield the addresses of a sitemap, or the sitemaps of an index.

    Raises:
        InputError: It breaks off (``not_xml``); what stood before has been yielded.
    """
    from lxml import etree  # noqa: PLC0415 (heavy)

    events = etree.iterparse(
        io.BytesIO(data), events=("end",), tag=("{*}url", "{*}sitemap"), resolve_entities=False, no_network=True, recover=False
    )
    try:
        for _, element in events:
            said = {etree.QName(child).localname: (child.text or "").strip() for child in element.iter() if _is_element(child)}
            if said.get("loc"):
                address = urllib.parse.urljoin(url or "", said["loc"])
                yield Item(
                    key=address,
                    url=address,
                    title=said.get("title") or None,
                    published=said.get("publication_date") or None,
                    is_list=etree.QName(element).localname == "sitemap",
                )
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise InputError(
            f"it is no whole XML ({' '.join(str(error).split())}); what stood before was read", "not_xml"
        ) from None


def read_addresses(data: bytes) -> Iterator[Item]:
    """Yield the addresses of a list: OPML, or a text with one a line and remarks after ``#``.

    Raises:
        InputError: It is no such list (``not_a_list``).
    """
    if kind_by_content(data) is Kind.OPML:
        yield from _read_opml(data)
        return
    for number, line in enumerate(data.decode("utf-8-sig", errors="replace").splitlines(), start=1):
        address = line.split("#")[0].strip() if line.lstrip().startswith("#") else line.strip()
        if not address:
            continue
        if not address.lower().startswith(("http://", "https://")):
            raise InputError(f"line {number} is no web address: {address[:60]!r}; write one a line", "not_a_list")
        yield Item(key=address, url=address)


def _read_opml(data: bytes) -> Iterator[Item]:
    from lxml import etree  # noqa: PLC0415 (heavy)

    try:
        root = etree.fromstring(data, parser=etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise InputError(f"it is no whole XML ({' '.join(str(error).split())}); write it anew", "not_xml") from None
    for outline in root.iter("{*}outline"):
        address = next((value for name, value in outline.attrib.items() if name.lower() == "xmlurl"), "").strip()
        if address:
            yield Item(key=address, url=address, title=outline.get("title") or outline.get("text"))


def _read_feed(data: bytes, url: str | None) -> tuple[str | None, Iterator[Item]]:
    try:
        import feedparser  # noqa: PLC0415 (an extra)
    except ImportError:
        raise MissingExtraError(
            "reading feeds needs feedparser; install it with: pip install 'dateline[collections]'"
        ) from None
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, response_headers={"content-location": url or ""})
    if not feed.get("version") and not feed.entries:
        raise InputError(f"it is no feed{_instead(data)}", "not_a_feed")
    if feed.bozo and not feed.entries:
        why = " ".join(str(feed.get("bozo_exception", "")).split())
        raise InputError(f"it is a broken feed without a single item ({why}); tell its publisher", "not_a_feed")
    title = feed.feed.get("title") or None
    return title, (_item(entry, title, url) for entry in feed.entries)


def _item(entry: Any, publisher: str | None, url: str | None) -> Item:
    link = (entry.get("link") or "").strip()
    address = urllib.parse.urljoin(url or "", link) if link else ""
    address = address if address.lower().startswith(("http://", "https://")) else None
    text = max((each.get("value") or "" for each in entry.get("content", ())), key=len, default="")
    text = text or ("" if address else entry.get("summary") or "")
    title = html.unescape(entry.get("title") or "").strip() or None
    own = entry.get("id") or address or hashlib.sha256(f"{title}\n{text}".encode("utf-8", "replace")).hexdigest()
    return Item(
        key=own if own.startswith(("http://", "https://", "urn:", "tag:")) else f"{url or ''} {own}",
        url=address,
        title=title,
        published=_published(entry),
        publisher=publisher,
        text=text or None,
    )


def _published(entry: Any) -> str | None:
    """Return when an item was published: as it is written, so that the day is the publisher's own, else in UTC."""
    for field in ("published", "updated"):
        try:
            return read_published(dict.get(entry, field) or "")[1]
        except DateError:
            parsed = dict.get(entry, f"{field}_parsed")
        if parsed:
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed)
    return None


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, a line for each paragraph."""
    if "<" not in markup:
        return html.unescape(markup)
    from lxml import html as lxml_html  # noqa: PLC0415 (heavy)

    try:
        tree = lxml_html.fragment_fromstring(markup, create_parent="div")
    except (ValueError, TypeError, AssertionError):
        return html.unescape(re.sub(r"<[^>]*>", " ", markup))
    for element in list(tree.iter("script", "style", "figure", "iframe")):
        element.drop_tree()
    for element in tree.iter():
        if _is_element(element) and element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
            element.text = ("\n" if element.tag != "br" else "") + (element.text or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).splitlines())
    return "\n".join(line for line in lines if line)


_BLOCKS = frozenset({"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "section"})


def _is_element(node: Any) -> bool:
    return isinstance(node.tag, str)


def _instead(data: bytes) -> str:
    """Say what something is that is no feed."""
    if (link := _FEED_LINK.search(data)) and (href := _HREF.search(link[0])):
        return f" but a web page; the page names this feed: {href[1].decode('utf-8', errors='replace')}"
    if re.search(rb"<html\b", data[:8_192], re.IGNORECASE):
        return " but a web page; look for the address of its RSS or Atom feed"
    return " (no RSS or Atom XML); check the address in a browser"


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            unpacked = file.read(MAX_SITEMAP_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"it is packed and damaged ({error})", "not_readable") from None
    if len(unpacked) > MAX_SITEMAP_BYTES:
        raise InputError(f"it unpacks to more than {MAX_SITEMAP_BYTES:,} bytes; a sitemap has at most 50 MB", "too_long")
    return unpacked
