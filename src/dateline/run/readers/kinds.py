"""Tells what kind of input something is: by its ending, by the media type a server names, by its first bytes."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """Kinds of inputs; the first four are single documents, the others hold many or need a reader of their own."""

    AUTO = "auto"
    TEXT = "text"
    HTML = "html"
    RECORD = "jsonl"
    LINES = "lines"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    WARC = "warc"
    ZIP = "zip"
    MAIL = "mail"
    PDF = "pdf"
    FEED = "feed"
    SITEMAP = "sitemap"
    OPML = "opml"
    ADDRESSES = "addresses"
    GZIP = "gzip"

    @property
    def single(self) -> bool:
        """Whether it is one document that needs no reader of its own."""
        return self in (Kind.AUTO, Kind.TEXT, Kind.HTML, Kind.RECORD)

    @property
    def links(self) -> bool:
        """Whether it leads to reports elsewhere."""
        return self in (Kind.FEED, Kind.SITEMAP, Kind.OPML, Kind.ADDRESSES)


_ENDINGS = {
    ".txt": Kind.TEXT,
    ".text": Kind.TEXT,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".xhtml": Kind.HTML,
    ".json": Kind.RECORD,
    ".jsonl": Kind.LINES,
    ".ndjson": Kind.LINES,
    ".jl": Kind.LINES,
    ".csv": Kind.CSV,
    ".tsv": Kind.TSV,
    ".tab": Kind.TSV,
    ".parquet": Kind.PARQUET,
    ".pq": Kind.PARQUET,
    ".warc": Kind.WARC,
    ".zip": Kind.ZIP,
    ".eml": Kind.MAIL,
    ".pdf": Kind.PDF,
    ".rss": Kind.FEED,
    ".atom": Kind.FEED,
    ".opml": Kind.OPML,
    ".urls": Kind.ADDRESSES,
    ".gz": Kind.GZIP,
}
_MEDIA_TYPES = {
    "text/plain": Kind.TEXT,
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "application/json": Kind.RECORD,
    "application/jsonl": Kind.LINES,
    "application/x-ndjson": Kind.LINES,
    "application/ndjson": Kind.LINES,
    "application/jsonlines": Kind.LINES,
    "application/x-jsonlines": Kind.LINES,
    "text/csv": Kind.CSV,
    "text/tab-separated-values": Kind.TSV,
    "application/vnd.apache.parquet": Kind.PARQUET,
    "application/warc": Kind.WARC,
    "application/zip": Kind.ZIP,
    "message/rfc822": Kind.MAIL,
    "application/pdf": Kind.PDF,
    "application/rss+xml": Kind.FEED,
    "application/atom+xml": Kind.FEED,
    "text/x-opml": Kind.OPML,
}
_SIGNATURES = (
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"PAR1", Kind.PARQUET),
    (b"%PDF-", Kind.PDF),
    (b"WARC/", Kind.WARC),
    (b"\x1f\x8b\x08", Kind.GZIP),
)
_ROOTS = {
    b"rss": Kind.FEED,
    b"feed": Kind.FEED,
    b"rdf": Kind.FEED,
    b"urlset": Kind.SITEMAP,
    b"sitemapindex": Kind.SITEMAP,
    b"opml": Kind.OPML,
}
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?.{0,2000}?\?>\s*|<!--.{0,4000}?-->\s*|<!DOCTYPE[^>]{0,500}>\s*)*<(?:\w+:)?(\w+)\b",
    re.DOTALL | re.IGNORECASE,
)
_ADDRESS_LINES = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*|https?://[^\s<>\"]+)?[ \t]*\r?\n)*", re.IGNORECASE)
_ADDRESS = re.compile(rb"^[ \t]*https?://", re.IGNORECASE | re.MULTILINE)


def kind_by_name(name: str) -> Kind | None:
    """Return the kind that a file's ending tells, or None; ``.gz`` is looked through, but for WARC files, which stay packed."""
    path = Path(name.lower())
    if path.suffix == ".gz":
        inner = _ENDINGS.get(path.with_suffix("").suffix)
        return inner if inner is Kind.WARC else Kind.GZIP
    return _ENDINGS.get(path.suffix)


def kind_by_media_type(media_type: str, ending: str) -> Kind | None:
    """Return the kind of a web answer, or None; servers give lines of JSON and much else wrong names, so endings count too."""
    by_type, by_ending = _MEDIA_TYPES.get(media_type), _ENDINGS.get(ending)
    if by_ending is not None and by_type in (None, Kind.TEXT, Kind.RECORD) and by_ending is not Kind.RECORD:
        return by_ending
    return by_type


def kind_by_content(head: bytes) -> Kind | None:
    """Return the kind that the first bytes tell beyond doubt, or None.

    Args:
        head: The first bytes; 64 KB are enough.
    """
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if root := _ROOT.match(head[:16_384]):
        return _ROOTS.get(root[1].lower())
    return Kind.ADDRESSES if is_address_list(head) else None


def is_address_list(head: bytes) -> bool:
    """Tell whether every line is a web address, a remark (``#``) or blank, and one is an address."""
    whole = head if head.endswith(b"\n") else head[: head.rfind(b"\n") + 1] if len(head) >= 65_536 else head + b"\n"
    return _ADDRESS.search(whole) is not None and _ADDRESS_LINES.fullmatch(whole) is not None
