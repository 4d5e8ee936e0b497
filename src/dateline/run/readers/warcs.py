"""Reads WARC files, packed or not: each web page that a server answered with; what is damaged is told and passed over.

A packed WARC file is a row of gzip members, one for each record, so that a damaged one takes no other with it: the reading goes
on at the next place where a member begins that holds a record. In a file that is not packed, it goes on at the next line that
begins a record.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from dateline.model import RawDocument
from dateline.run.readers.found import CHUNK, ReadError, dropped, failure, missing, seekable, too_long, words_of
from dateline.run.web import as_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dateline.run.readers.found import Budget, Found, Options

_MEMBER = b"\x1f\x8b\x08"
_RECORD = b"\nWARC/1."
_PAGES = ("text/html", "application/xhtml+xml")
_PROBE = 512


def read_warc(name: str, stream: BinaryIO, options: Options) -> Iterator[Found]:
    """Yield the web pages of a WARC stream, each named ``NAME:N`` for the file's Nth record.

    Only responses with status 200 that hold HTML are taken; requests, images, errors and the like are no reports.

    Raises:
        OSError: It cannot be read.
    """
    try:
        import warcio  # noqa: F401, PLC0415 (an extra)
    except ImportError:
        yield missing(name, "warcio", "collections")
        return
    with seekable(stream) as source:
        packed = source.read(2) == _MEMBER[:2]
        source.seek(0)
        walk = _Walk(name, source, options)
        yield from walk.through_members() if packed else walk.through_lines()
    if not walk.anything:
        yield dropped(name, "empty", "it holds no web page that a server answered with (status 200, HTML)")


class _Damaged(Exception):  # noqa: N818 (it ends the reading of a part)
    """A part breaks off; ``cause`` says why in words."""

    def __init__(self, cause: BaseException | str) -> None:
        super().__init__(cause)
        self.cause = cause if isinstance(cause, str) else words_of(cause)


class _Walk:
    """Goes through the records of one file.

    Attributes:
        anything: Whether there was a page, or something that may have been one.
    """

    def __init__(self, name: str, source: BinaryIO, options: Options) -> None:
        self._name = name
        self._source = source
        self._options = options
        self._number = 0
        self._offset = 0
        self.anything = False

    def through_members(self) -> Iterator[Found]:
        """Yield the pages of a packed file."""
        start, size = 0, _size(self._source)
        while (at := _find_member(self._source, start)) < size:
            if at > start:
                yield self._lost(start, f"{at - start:,} bytes hold no record")
            self._source.seek(at)
            member = _Member(self._source, self._options.budget)
            try:
                yield from self._pages(io.BufferedReader(member, CHUNK))
                start = member.end
            except _Damaged as damage:
                yield self._lost(at, damage.cause)
                start = _next_member(self._source, at + 1)
        if not _only_padding(self._source, start):
            yield self._lost(start, "the rest holds no record")

    def through_lines(self) -> Iterator[Found]:
        """Yield the pages of a file that is not packed."""
        start, over = 0, False
        while not over:
            self._source.seek(start)
            before = self._number
            try:
                yield from self._pages(io.BufferedReader(_Part(self._source), CHUNK))
                over = True
            except _Damaged as damage:
                at = start + self._offset if self._number > before else start
                yield self._lost(at, damage.cause)
                found = _find(self._source, _RECORD, at + 1)
                start, over = (found or 0) + 1, found is None

    # --- records ---------------------------------------------------------------------------------------------------------

    def _pages(self, part: io.BufferedReader) -> Iterator[Found]:
        """Yield the pages of a part; each is held back until what follows it has been seen to be whole.

        Raises:
            _Damaged: It breaks off; the record that was being read, whose number is the last, is lost.
        """
        from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415
        from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415

        records = ArchiveIterator(part)
        held: Found | None = None
        while True:
            try:
                with contextlib.redirect_stderr(io.StringIO()):  # it prints what is told here
                    record = next(records, None)
                if records.err_count:
                    raise _Damaged("its length is wrong")
                if held:
                    yield held
                    held = None
                if record is None:
                    return
                self._number += 1
                self._offset = records.offset
                held = self._page(record)
            except ReadError:
                raise
            except _UnpackError as error:
                if held and not error.at_end:  # it came before what is damaged
                    yield held
                raise _Damaged(error) from error
            except (ArchiveLoadFailed, zlib.error, EOFError, ValueError, AttributeError, IndexError) as error:
                raise _Damaged(error) from error

    def _page(self, record: Any) -> Found | None:
        """Return the page of a record, None where it is none.

        Raises:
            _Damaged: The file ends within it.
        """
        headers, name = record.http_headers, f"{self._name}:{self._number}"
        if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
            return None
        content_type, _, rest = (headers.get_header("Content-Type") or "").partition(";")
        if content_type.strip().lower() not in _PAGES:
            return None
        self.anything = True
        data = record.content_stream().read(self._options.max_bytes + 1)
        if len(data) > self._options.max_bytes:
            return too_long(name, self._options.max_bytes, "the page")
        if getattr(record.raw_stream, "limit", 0) > 0 and not record.raw_stream.read(1):
            raise _Damaged("the file ends within it")
        charset = rest.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
        url = record.rec_headers.get_header("WARC-Target-URI")
        return RawDocument(name=name, data=as_utf8(data, charset, "text/html"), kind="html", url=url and url.strip("<>"))

    def _lost(self, at: int, why: str) -> Found:
        self.anything = True
        number = max(self._number, 1)
        message = f"a record near byte {at:,} is damaged and lost ({why}); the others were read; fetch the file again"
        return failure(f"{self._name}:{number}", "damaged", message)


# --- packed parts --------------------------------------------------------------------------------------------------------


class _UnpackError(OSError):
    """A member cannot be unpacked; ``at_end`` where only its check sum is wrong."""

    def __init__(self, message: str, *, at_end: bool = False) -> None:
        super().__init__(message)
        self.at_end = at_end


class _Member(io.RawIOBase):
    """One gzip member of a file, unpacked as it is read; ``end`` is where the next one begins."""

    def __init__(self, source: BinaryIO, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        self._unzip = zlib.decompressobj(31)
        self._rest = b""
        self.end = source.tell()

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer.

        Raises:
            _UnpackError: What is packed is damaged or cut off.
        """
        while not self._over():
            data = self._rest or self._source.read(CHUNK)
            if not data:
                raise _UnpackError("the file ends within it")
            try:
                out = self._unzip.decompress(data, len(buffer))
            except zlib.error as error:
                raise _UnpackError(words_of(error), at_end="incorrect" in str(error)) from error
            self._rest = self._unzip.unconsumed_tail
            if self._over():
                self.end = self._source.tell() - len(self._unzip.unused_data)
            if out:
                self._budget.spend(len(out))
                buffer[: len(out)] = out
                return len(out)
        return 0

    def _over(self) -> bool:
        return self._unzip.eof


class _Part(io.RawIOBase):
    """The rest of a file from where it stands; ``tell`` counts from there."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._read = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer."""
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how much was read."""
        return self._read


def _find(source: BinaryIO, words: bytes, start: int) -> int | None:
    """Return where words stand next in a file."""
    source.seek(start)
    tail, at = b"", start
    while chunk := source.read(CHUNK):
        block = tail + chunk
        if (found := block.find(words)) >= 0:
            return at - len(tail) + found
        tail, at = block[-(len(words) - 1) :], at + len(chunk)
    return None


def _find_member(source: BinaryIO, start: int) -> int:
    """Return where the next gzip member begins, or the file's length where there is none; right here any member will do."""
    source.seek(start)
    return start if source.read(3) == _MEMBER else _next_member(source, start)


def _next_member(source: BinaryIO, start: int) -> int:
    """Return where the next member begins that holds a record, or the file's length where there is none."""
    at: int | None = start
    while at is not None and (at := _find(source, _MEMBER, at)) is not None:
        source.seek(at)
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(31).decompress(source.read(_PROBE), _PROBE).startswith(b"WARC/"):
                return at
        at += 1
    return _size(source)


def _size(source: BinaryIO) -> int:
    return source.seek(0, io.SEEK_END)


def _only_padding(source: BinaryIO, start: int) -> bool:
    source.seek(start)
    return not any(chunk.strip(b"\0\r\n ") for chunk in iter(lambda: source.read(CHUNK), b""))
