"""Reads the text of a PDF file."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, BinaryIO

from dateline.model import RawDocument
from dateline.run.readers.columns import json_line
from dateline.run.readers.found import ReadError, dropped, failure, missing, seekable, too_long, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dateline.run.readers.found import Found, Options

_BROKEN_WORD = re.compile(r"(?<=[a-z])-[ \t]*\n[ \t]*(?=[a-z])")
_PREFIX = re.compile(r"\b(?:anti|pro|non|ex|self|counter|co|pre|post|semi|multi|mid|half|well|long|high|low|cross)$")
_LETTERS = 20


def read_pdf(name: str, stream: BinaryIO, options: Options) -> Iterator[Found]:
    """Yield the text of a PDF file as one report; a page without text is passed over.

    Raises:
        OSError: It cannot be read.
    """
    try:
        import pypdf  # noqa: PLC0415 (an extra)
        from pypdf.errors import DependencyError, PyPdfError  # noqa: PLC0415
    except ImportError:
        yield missing(name, "pypdf", "pdf")
        return
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every small fault of a file
    try:
        with seekable(stream) as source:
            file = pypdf.PdfReader(source)
            if file.is_encrypted and not file.decrypt(""):
                yield failure(name, "encrypted", "it is locked with a password; save it without one")
                return
            text = _text_of(file, options.max_bytes)
    except DependencyError:
        yield failure(name, "encrypted", "it is locked in a way that is not read; save it without a password, or as text")
        return
    except (MemoryError, ReadError):
        raise
    except (PyPdfError, Exception) as error:  # noqa: BLE001 (a damaged file makes the library raise anything)
        yield failure(name, "not_pdf", f"it is no PDF file, or a damaged one ({words_of(error)}); save it anew, or as text")
        return
    if text is None:
        yield too_long(name, options.max_bytes)
    elif sum(map(str.isalpha, text)) < _LETTERS:
        yield dropped(name, "no_text", "its pages are pictures without text; have the text recognised (OCR) first")
    else:
        yield RawDocument(name=name, data=json_line({"text": text}), kind="jsonl")


def _text_of(file: Any, limit: int) -> str | None:
    """Return the text of all pages, None where it is longer than the limit."""
    pages: list[str] = []
    size = 0
    for page in file.pages:
        pages.append(page.extract_text())
        size += len(pages[-1])
        if size > limit:
            return None
    return _joined("\n".join(text.strip("\n") for text in pages if text.strip()))


def _joined(text: str) -> str:
    """Return a text with the words joined that were broken at the end of a line; a hyphen after a prefix is kept."""

    def join(match: re.Match[str]) -> str:
        return "-" if _PREFIX.search(text[max(0, match.start() - 12) : match.start()]) else ""

    return _BROKEN_WORD.sub(join, text)
