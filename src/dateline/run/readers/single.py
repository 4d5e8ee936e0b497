"""Reads single documents whole, and JSONL line by line."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from dateline.articles.clean import find_binary
from dateline.model import Dropped, RawDocument
from dateline.run.readers.columns import rename
from dateline.run.readers.found import CHUNK, ReadError, dropped, read_up_to, too_long, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dateline.run.readers.found import Found, Options
    from dateline.run.readers.kinds import Kind

_SKIPPED = 1 << 20


def read_whole(name: str, stream: BinaryIO, kind: Kind, options: Options, url: str | None = None) -> RawDocument | Dropped:
    """Read one document to its end, or as far as tells that it is none.

    Raises:
        OSError: It cannot be read.
    """
    head = read_up_to(stream, CHUNK)
    if what := find_binary(head):
        return dropped(name, "not_text", f"it is {what}")
    data = head + read_up_to(stream, options.max_bytes + 1 - len(head))
    if len(data) > options.max_bytes:
        return too_long(name, options.max_bytes)
    return RawDocument(name=name, data=data, kind=cast('Literal["auto", "text", "html", "jsonl"]', kind.value), url=url)


def read_lines(name: str, stream: BinaryIO, options: Options) -> Iterator[Found]:
    """Yield the records of a JSONL stream, each named ``NAME:LINE``; blank lines are passed over, yet counted."""
    number, any_record, limit = 0, False, options.max_bytes
    try:
        while line := stream.readline(limit + 1):
            number += 1
            if len(line) > limit:
                any_record = True
                yield too_long(f"{name}:{number}", limit, "the line")
                while line and not line.endswith(b"\n"):
                    line = stream.readline(_SKIPPED)
            elif line.strip(b" \t\r\n\xef\xbb\xbf"):
                any_record = True
                yield RawDocument(name=f"{name}:{number}", data=_renamed(line.rstrip(b"\r\n"), options.columns), kind="jsonl")
    except (OSError, EOFError, zlib.error) as error:
        if number == 0 or isinstance(error, ReadError):
            raise
        problem = unreadable(name, error)
        yield type(problem)(
            name=name,
            stage="read",
            reason=problem.reason,
            message=f"{problem.message}; it breaks off after line {number:,}, what stands before was read",
        )
        return
    if not any_record:
        yield dropped(name, "empty", "it is empty")


def _renamed(line: bytes, columns: Mapping[str, str]) -> bytes:
    """Return a record with its fields under the names that Dateline reads; one that is broken stays as it is."""
    if not columns:
        return line
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return line
    return rename(record, columns) if isinstance(record, dict) else line
