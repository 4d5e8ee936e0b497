"""Turns bytes into text: finds the encoding, tells text from other things, and takes the article out of a web page."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from dateline.errors import InputError

SAMPLE_BYTES = 65_536
"""How much of a document is looked at to tell what it is."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"%PDF", "a PDF file; turn it into text first, for example with pdftotext"),
    (b"PK\x03\x04", "a ZIP, Word, Excel or EPUB file; turn it into text first"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file; turn it into text first"),
    (b"{\\rtf", "an RTF file; turn it into text first"),
    (b"\x1f\x8b", "compressed; name the file so that it ends in .gz, or unpack it first"),
    (b"BZh", "compressed; unpack it first"),
    (b"\xfd7zXZ", "compressed; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed; unpack it first"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "a sound, film or image"),
    (b"PAR1", "a Parquet file; write it out as JSONL first"),
    (b"SQLite format 3", "a SQLite database"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|article|div|main|section|p|h1)\b",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w.:\-]+)""", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")
_MIN_LETTERS = 40
"""A web page with fewer letters left is a menu or an empty frame, no article."""
_MAX_REPLACED = 0.02
"""Largest share of characters that may be lost to bytes that are no UTF-8."""
_MAX_HIGH_BYTES = 0.2
"""Largest share of bytes above 127 in a text of an old Western encoding: English stays far below, other scripts above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The article of a web page.

    Attributes:
        text: One line for each paragraph.
        published: ISO date from the page's own markup.
        url: The canonical address the page gives.
    """

    text: str
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None


def find_binary(data: bytes) -> str | None:
    """Tell what is wrong with bytes that are no text (``a PDF file; …``), or return None for text.

    Args:
        data: The first bytes, or all.
    """
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            return what
    sample = data[:SAMPLE_BYTES]
    if any(sample.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        return None
    controls = len(_CONTROL.findall(sample))
    if b"\0" in sample or controls * 50 > len(sample):
        return "not text (it holds control bytes)"
    return None


def looks_like_html(data: bytes) -> bool:
    """Tell whether bytes start as a web page does."""
    return _HTML_START.match(data.removeprefix(codecs.BOM_UTF8)[:8_192]) is not None


def decode(data: bytes, *, html: bool = False) -> str:
    """Return the text of bytes.

    A byte-order mark decides; else UTF-8; else, for a web page, the encoding it names; else windows-1252 where little of it is
    UTF-8 and few bytes lie above 127; else UTF-8 with up to 2 in 100 characters replaced by U+FFFD. Line ends stay as they
    are.

    Args:
        data: The bytes.
        html: Whether they are a web page, which may name its encoding.

    Raises:
        InputError: They are no text (reason ``not_text``).
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(encoding, errors="replace"))
    if what := find_binary(data):
        raise InputError(f"it is {what}", "not_text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if html and (named := _META_CHARSET.search(data[:4_096])) and (text := _decode_named(data, named[1])) is not None:
        return text
    return _decode_broken(data)


def replace_surrogates(text: str) -> str:
    """Return the text with each lone surrogate, which no encoding can write, replaced by U+FFFD; offsets stay."""
    return _SURROGATES.sub("\ufffd", text)


def extract_page(html: str, url: str | None = None) -> Page | None:
    """Take the article out of a web page, or return None where there is none.

    Args:
        html: The page.
        url: Where it was fetched from, if it was.
    """
    import trafilatura  # noqa: PLC0415 (heavy: only web pages need it)

    try:
        document = trafilatura.bare_extraction(
            html if _ROOT.search(html) else f"<html><body>{html}</body></html>",
            url=url,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except (ValueError, TypeError, AttributeError, RecursionError):  # what a page beyond repair makes the parsers raise
        return None
    if document is None or isinstance(document, dict):
        return None
    text = document.text or ""
    if sum(map(str.isalpha, text)) < _MIN_LETTERS:
        return None
    return Page(
        text=replace_surrogates(text),
        title=_text_or_none(document.title),
        publisher=_text_or_none(document.sitename),
        published=_text_or_none(document.date),
        url=_text_or_none(document.url),
    )


def _text_or_none(value: object) -> str | None:
    return replace_surrogates(value).strip() or None if isinstance(value, str) else None


def _decode_named(data: bytes, name: bytes) -> str | None:
    try:
        encoding = codecs.lookup(name.decode("ascii")).name
        return data.decode("cp1252" if encoding == "iso8859-1" else encoding)  # as browsers do (WHATWG encoding standard)
    except (LookupError, UnicodeError, AssertionError):
        return None


def _decode_broken(data: bytes) -> str:
    """Decode bytes that are no whole UTF-8."""
    text = data.decode("utf-8", errors="replace")
    replaced = text.count("\ufffd")
    multibyte = sum(1 for character in text if character > "\x7f") - replaced
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if multibyte < replaced and high <= _MAX_HIGH_BYTES * len(data):
        try:
            return _checked(data.decode("cp1252"))
        except (UnicodeDecodeError, InputError):
            pass
    if replaced > max(2, _MAX_REPLACED * len(text)):
        raise InputError("its encoding is unknown; convert it to UTF-8, for example with iconv", "not_text")
    return text


def _checked(text: str) -> str:
    """Return decoded text unless it is plainly none."""
    sample = text[:SAMPLE_BYTES]
    odd = sum(1 for character in sample if character == "\ufffd" or (character < " " and character not in "\t\n\v\f\r\x1b"))
    if odd > max(2, _MAX_REPLACED * len(sample)):
        raise InputError("it is not text (it holds bytes of no encoding)", "not_text")
    return replace_surrogates(text)
