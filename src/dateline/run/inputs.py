"""Finds what is to be read: files, folders, standard input and web addresses become ``RawDocument``s, one at a time.

Nothing is raised for an input that cannot be read: it comes back as a ``Failure`` or ``Dropped`` that names it, and the rest
goes on. No more than ``max_bytes`` of a document is ever held.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from dateline.articles.clean import find_binary, looks_like_html
from dateline.model import Dropped, Failure, RawDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 20_000_000
"""Longest document in bytes: four for each of the 5,000,000 characters that are read by default."""
_Kind = Literal["auto", "text", "html", "jsonl"]
_LINES = frozenset({".jsonl", ".ndjson", ".jl"})
_KINDS: dict[str, _Kind] = {
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "jsonl",
}
_TYPES: dict[str, _Kind] = {
    "text/plain": "text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/json": "jsonl",
}
_LINE_TYPES = frozenset(
    {"application/jsonl", "application/x-ndjson", "application/ndjson", "application/jsonlines", "application/x-jsonlines"}
)
_CHUNK = 65_536
_Found = RawDocument | Failure | Dropped


def find_documents(
    paths: Sequence[str], *, stdin: BinaryIO | None, timeout_s: float = 20, max_bytes: int = MAX_BYTES
) -> Iterator[_Found]:
    """Yield the documents that the paths name, in their order.

    Args:
        paths: Files, folders (read with their subfolders, sorted, hidden ones left out), ``http(s)`` addresses, and ``-`` for
            standard input. A ``.jsonl`` file holds one record a line, each named ``FILE:LINE``; ``.gz`` is unpacked. What
            standard input or a file with another ending holds is found out from its content.
        stdin: Standard input, or None where there is none.
        timeout_s: Seconds within which a web address must have answered in full.
        max_bytes: Longer documents are dropped (``too_long``) without being read to their end.
    """
    for path in paths:
        if path == "-":
            yield from _from_stdin(stdin, max_bytes)
        elif path.startswith(("http://", "https://")):
            yield from _from_web(path, timeout_s, max_bytes)
        else:
            yield from _from_path(path, max_bytes)


# --- files and folders ---------------------------------------------------------------------------------------------------


def _from_path(path: str, max_bytes: int) -> Iterator[_Found]:
    try:
        is_folder, exists = Path(path).is_dir() and path != "", Path(path).exists() and path != ""
    except (OSError, ValueError):  # a name that no file can have
        is_folder = exists = False
    if is_folder:
        yield from _from_folder(path, max_bytes)
    elif exists:
        yield from _from_file(path, max_bytes)
    else:
        is_address = "://" in path or path.startswith("www.")
        hint = "a web address must start with http:// or https://" if is_address else "check the spelling"
        yield _failure(path, "not_found", f"there is no such file or folder; {hint}")


def _from_folder(folder: str, max_bytes: int) -> Iterator[_Found]:
    errors: list[OSError] = []
    empty = True
    for directory, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(directory, name)
            if not name.startswith(".") and path.is_file():
                empty = False
                yield from _from_file(str(path), max_bytes)
    for error in errors:
        yield _failure(str(error.filename or folder), "not_readable", f"the folder cannot be read ({error.strerror})")
    if empty and not errors:
        yield _failure(folder, "empty_folder", "the folder holds no files (hidden ones are left out)")


def _from_file(path: str, max_bytes: int) -> Iterator[_Found]:
    zipped = path.endswith(".gz")
    ending = Path(path.removesuffix(".gz")).suffix.lower()
    try:
        with gzip.open(path) if zipped else Path(path).open("rb") as file:
            stream = cast("BinaryIO", file)
            if ending in _LINES:
                yield from _records(path, stream, max_bytes)
            elif ending in _KINDS or os.path.isfile(path):  # noqa: PTH113 (no second Path for each file of a folder)
                yield _whole(path, stream, _KINDS.get(ending, "auto"), max_bytes)
            else:  # a pipe such as <(command)
                yield from _by_content(path, stream, max_bytes)
    except (OSError, EOFError, zlib.error) as error:
        yield _failure(path, "not_readable", f"it cannot be read ({_reason(error)})")


def _from_stdin(stdin: BinaryIO | None, max_bytes: int) -> Iterator[_Found]:
    if stdin is None:
        yield _failure("-", "not_found", "there is no standard input")
        return
    try:
        yield from _by_content("-", stdin, max_bytes)
    except OSError as error:
        yield _failure("-", "not_readable", f"it cannot be read ({_reason(error)})")


def _reason(error: BaseException) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())


# --- one stream ----------------------------------------------------------------------------------------------------------


def _whole(name: str, stream: BinaryIO, kind: _Kind, max_bytes: int, head: bytes = b"", url: str | None = None) -> _Found:
    """Read one document to its end, or as far as tells that it is none."""
    head += stream.read(max(0, _CHUNK - len(head)))
    if what := find_binary(head):
        return Dropped(name=name, reason="not_text", message=f"{name}: it is {what}")
    data = head + _read_all(stream, max_bytes + 1 - len(head))
    if len(data) > max_bytes:
        message = f"{name}: it has more than {max_bytes:,} bytes; split it into single reports, one a line of a .jsonl file"
        return Dropped(name=name, reason="too_long", message=message)
    return RawDocument(name=name, data=data, kind=kind, url=url)


def _read_all(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes; a pipe may give fewer at a time."""
    chunks = []
    while size > 0 and (chunk := stream.read(min(size, 1 << 20))):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _records(name: str, stream: BinaryIO, max_bytes: int, first: bytes | None = None, number: int = 0) -> Iterator[_Found]:
    """Yield the records of a JSONL stream, line by line; blank lines are passed over, yet counted.

    Args:
        name: The file's name.
        stream: The lines.
        max_bytes: Longer lines are dropped.
        first: A line that was read before, or None.
        number: How many lines were read before that one.
    """
    any_record = False
    line = stream.readline(max_bytes + 1) if first is None else first
    while line:
        number += 1
        record_name = f"{name}:{number}"
        if len(line) > max_bytes:
            any_record = True
            yield Dropped(
                name=record_name, reason="too_long", message=f"{record_name}: the line has more than {max_bytes:,} bytes"
            )
            while line and not line.endswith(b"\n"):
                line = stream.readline(_CHUNK)
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            any_record = True
            yield RawDocument(name=record_name, data=line.rstrip(b"\r\n"), kind="jsonl")
        line = stream.readline(max_bytes + 1)
    if not any_record:
        yield Dropped(name=name, reason="empty", message=f"{name}: it is empty")


def _by_content(name: str, stream: BinaryIO, max_bytes: int, url: str | None = None) -> Iterator[_Found]:
    """Yield the documents of a stream of unknown kind: JSONL where its first line is a record, else one web page or text."""
    lead, blank = b"", 0
    first = stream.readline(max_bytes + 1)
    while first and not first.strip() and len(lead) <= max_bytes:
        lead, blank = lead + first, blank + 1
        first = stream.readline(max_bytes + 1)
    if _is_record(first):
        yield from _records(name, stream, max_bytes, first, blank)
        return
    first = lead + first
    kind: _Kind = "html" if looks_like_html(first) else "auto"
    found = _whole(name, stream, kind, max_bytes, first, url)
    if isinstance(found, RawDocument) and found.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _is_object(found.data):
        found = RawDocument(name=name, data=found.data, kind="jsonl", url=url)
    yield found


def _is_record(line: bytes) -> bool:
    """Tell whether a line is a JSON object, or a broken one that was meant to be."""
    words = line.lstrip(b"\xef\xbb\xbf \t\r\n")
    return words.startswith(b"{") and (words[1:].lstrip(b" \t").startswith(b'"') or _is_object(words))


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False


# --- the web -------------------------------------------------------------------------------------------------------------


def _from_web(url: str, timeout_s: float, max_bytes: int) -> Iterator[_Found]:
    from dateline.run.web import FetchError, fetch  # noqa: PLC0415 (a run over files needs none of the network's libraries)

    try:
        answer = fetch(url, timeout_s, max_bytes)
    except FetchError as error:
        yield _failure(url, error.reason, str(error))
        return
    stream = io.BytesIO(answer.data)
    if answer.content_type in _LINE_TYPES or (answer.ending in _LINES and answer.content_type != "text/html"):
        if not answer.whole:
            message = f"{url}: it has more than {max_bytes:,} bytes; save it as a file first"
            yield Dropped(name=url, reason="too_long", message=message)
            return
        yield from _records(url, stream, max_bytes)
        return
    yield _whole(url, stream, _TYPES.get(answer.content_type, "auto"), max_bytes, url=answer.url)


def _failure(name: str, reason: str, message: str) -> Failure:
    return Failure(name=name, stage="read", reason=reason, message=f"{name}: {message}")
