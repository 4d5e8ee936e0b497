"""Finds what is to be read: files, folders, standard input and web addresses become ``RawDocument``s, one at a time.

What an input is tells ``readers/kinds.py``; each kind has a reader in ``readers``. Nothing is raised for an input that cannot
be read: it comes back as a ``Failure`` or ``Dropped`` that names it, and the rest goes on. No more than ``max_bytes`` of a
document is ever held, and of a collection one document or a small batch.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import sys
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from dateline.articles.clean import looks_like_html
from dateline.model import RawDocument
from dateline.run.readers.archives import Metered, read_zip
from dateline.run.readers.found import CHUNK, Budget, Found, Options, dropped, failure, unreadable
from dateline.run.readers.kinds import Kind, is_address_list, kind_by_content, kind_by_media_type, kind_by_name
from dateline.run.readers.mail import read_mail
from dateline.run.readers.pdf import read_pdf
from dateline.run.readers.single import read_lines, read_whole
from dateline.run.readers.tables import read_csv, read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dateline.run.readers.following import Follower
    from dateline.run.web import Answer

MAX_BYTES = 20_000_000
"""Longest document in bytes: four for each of the 5,000,000 characters that are read by default."""
_BROKEN = (OSError, EOFError, zlib.error)


def say_on_stderr(words: str) -> None:
    """Say something to the user."""
    print(f"dateline: {words}", file=sys.stderr, flush=True)  # noqa: T201


def find_documents(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None,
    timeout_s: float = 20,
    max_bytes: int = MAX_BYTES,
    columns: Mapping[str, str] | None = None,
    note: Callable[[str], None] = say_on_stderr,
) -> Iterator[Found]:
    """Yield the documents that the paths name, in their order.

    Args:
        paths: Files, folders (read with their subfolders, sorted, hidden ones left out), ``http(s)`` addresses, and ``-`` for
            standard input. A file that holds many reports gives each a name of its own: ``FILE:LINE``, ``FILE:ROW``,
            ``ARCHIVE.zip/PATH``; such a path in an archive can be named too. What a file holds is told by its ending, else by
            its content; ``.gz`` is unpacked. Feeds, sitemaps and lists of addresses are followed.
        stdin: Standard input, or None where there is none.
        timeout_s: Seconds within which a web address must have answered in full.
        max_bytes: Longer documents are dropped (``too_long``) without being read to their end.
        columns: Field of a report (``text``, ``title``, ``published``, ``url``, ``publisher``, ``id``) to the column of a
            table, or the field of a JSONL record, that holds it; None is to guess from the names.
        note: Takes words for the user: which columns were guessed.
    """
    options = Options(max_bytes=max_bytes, columns=columns or {}, note=note, timeout_s=timeout_s)
    for path in paths:
        finder = _Finder(replace(options, budget=Budget()))
        if path == "-":
            yield from finder.from_stdin(stdin)
        elif path.startswith(("http://", "https://")):
            yield from finder.from_web(path)
        else:
            yield from finder.from_path(path)


@dataclass(slots=True)
class _Finder:
    """Finds the documents of one path."""

    options: Options
    _follower: Follower | None = field(default=None)

    # --- files and folders -----------------------------------------------------------------------------------------------

    def from_path(self, path: str) -> Iterator[Found]:
        try:
            is_folder, exists = Path(path).is_dir() and path != "", Path(path).exists() and path != ""
        except (OSError, ValueError):  # a name that no file can have
            is_folder = exists = False
        if is_folder:
            yield from self._from_folder(path)
        elif exists:
            yield from self._from_file(path)
        elif inside := _archive_of(path):
            yield from self._from_file(*inside)
        else:
            is_address = "://" in path or path.startswith("www.")
            hint = "a web address must start with http:// or https://" if is_address else "check the spelling"
            yield failure(path, "not_found", f"there is no such file or folder; {hint}")

    def _from_folder(self, folder: str) -> Iterator[Found]:
        errors: list[OSError] = []
        empty = True
        for directory, folders, files in os.walk(folder, onerror=errors.append):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(directory, name)
                if not name.startswith(".") and path.is_file():
                    empty = False
                    yield from self._from_file(str(path))
        for error in errors:
            yield failure(str(error.filename or folder), "not_readable", f"the folder cannot be read ({error.strerror})")
        if empty and not errors:
            yield failure(folder, "empty_folder", "the folder holds no files (hidden ones are left out)")

    def _from_file(self, path: str, only: str = "") -> Iterator[Found]:
        try:
            with Path(path).open("rb") as file:
                if os.path.isfile(path):  # noqa: PTH113 (no second Path for each file of a folder)
                    options = replace(self.options, budget=Budget(packed=os.fstat(file.fileno()).st_size))
                    if only:
                        yield from read_zip(path, file, options, self._read, only)
                    else:
                        yield from self._read(path, file, options)
                else:  # a pipe such as <(command)
                    yield from self._from_pipe(path, cast("BinaryIO", file))
        except _BROKEN as error:
            yield unreadable(path, error)

    def from_stdin(self, stdin: BinaryIO | None) -> Iterator[Found]:
        if stdin is None:
            yield failure("-", "not_found", "there is no standard input")
            return
        try:
            yield from self._from_pipe("-", stdin)
        except _BROKEN as error:
            yield unreadable("-", error)

    def _from_pipe(self, name: str, stream: BinaryIO) -> Iterator[Found]:
        """Yield the documents of a stream of unknown kind and length, the first as soon as its line is there."""
        budget = self.options.budget
        head = stream.readline(self.options.max_bytes + 1)
        while head and not head.strip() and len(head) <= self.options.max_bytes:
            more = stream.readline(self.options.max_bytes + 1)
            head += more
            if not more:
                break
        if not _is_record(head.lstrip(b"\r\n\t ")):
            head += stream.read(max(0, CHUNK - len(head)))
        joined = cast("BinaryIO", io.BufferedReader(_Joined(head, stream, budget), CHUNK))
        kind = self._kind_of_pipe(head)
        if kind is not None and kind is not Kind.LINES:
            yield from self._read_kind(name, joined, kind, self.options)
            return
        if kind is Kind.LINES:
            yield from read_lines(name, joined, self.options)
            return
        found = read_whole(name, joined, Kind.HTML if looks_like_html(head) else Kind.AUTO, self.options)
        if (
            isinstance(found, RawDocument)
            and found.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
            and _is_object(found.data)
        ):
            found = replace(found, kind="jsonl")
        yield found

    def _kind_of_pipe(self, head: bytes) -> Kind | None:
        if _is_record(head.lstrip(b"\r\n\t ").split(b"\n", 1)[0]):
            return Kind.LINES
        kind = kind_by_content(head)
        if kind is None and self.options.columns and not looks_like_html(head):
            return Kind.CSV  # names of columns are of use for nothing else
        return kind

    # --- one stream of a known name --------------------------------------------------------------------------------------

    def _read(self, name: str, stream: Any, options: Options) -> Iterator[Found]:
        """Yield the documents of a stream by its name, else by its content.

        Raises:
            OSError: It cannot be read.
        """
        kind = kind_by_name(name)
        if kind in (None, Kind.TEXT):
            head = stream.peek(CHUNK)
            by_content = kind_by_content(head) if kind is None else Kind.ADDRESSES if is_address_list(head) else None
            kind = by_content or kind or Kind.AUTO
        elif kind is Kind.GZIP:
            yield from self._unpacked(name, stream, options)
            return
        yield from self._read_kind(name, stream, kind, options)

    def _unpacked(self, name: str, stream: Any, options: Options) -> Iterator[Found]:
        """Yield the documents of a gzip stream, by its name without ``.gz``, else by what it unpacks to."""
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(31).decompress(stream.peek(CHUNK), 5) == b"WARC/":  # its records are packed one by one
                yield from self._read_kind(name, stream, Kind.WARC, options)
                return
        with gzip.open(stream) as file:
            unpacked = io.BufferedReader(Metered(cast("BinaryIO", file), options.budget), CHUNK)
            inner = kind_by_name(name.removesuffix(".gz")) if name.endswith(".gz") else None
            head = unpacked.peek(CHUNK)
            kind = inner if inner not in (None, Kind.TEXT, Kind.GZIP) else kind_by_content(head) or inner
            if kind is Kind.GZIP:
                yield failure(name, "too_deep", "it is packed twice; unpack it by hand")
                return
            yield from self._read_kind(name, cast("BinaryIO", unpacked), kind or Kind.AUTO, options)

    def _read_kind(
        self, name: str, stream: BinaryIO, kind: Kind, options: Options, url: str | None = None, depth: int = 0
    ) -> Iterator[Found]:
        """Yield the documents of a stream of a known kind.

        Raises:
            OSError: It cannot be read.
        """
        if kind.single:
            yield read_whole(name, stream, kind, options, url)
        elif kind.links:
            yield from self._links().follow(name, stream, kind, url, depth)
        elif kind is Kind.ZIP:
            yield from read_zip(name, stream, options, self._read)
        elif kind is Kind.GZIP:
            yield from self._unpacked(name, stream, options)
        elif kind is Kind.WARC:
            from dateline.run.readers.warcs import read_warc  # noqa: PLC0415 (it needs the network's library)

            yield from read_warc(name, stream, options)
        else:
            yield from _READERS[kind](name, stream, options)

    # --- the web ---------------------------------------------------------------------------------------------------------

    def from_web(self, url: str) -> Iterator[Found]:
        from dateline.run.web import FetchError, fetch  # noqa: PLC0415 (a run over files needs none of the network's libraries)

        try:
            answer = fetch(url, self.options.timeout_s, self.options.max_bytes)
        except FetchError as error:
            yield failure(url, error.reason, str(error))
            return
        yield from self._from_answer(url, answer, 0)

    def _from_answer(self, url: str, answer: Answer, depth: int) -> Iterator[Found]:
        """Yield the documents of what a server gave."""
        options = replace(self.options, budget=Budget(packed=len(answer.data)))
        kind = kind_by_media_type(answer.content_type, answer.ending)
        if kind is None or kind.single:
            kind = (kind_by_content(answer.data[:CHUNK]) if kind is not Kind.HTML else None) or kind or Kind.AUTO
        if not answer.whole and not kind.single:
            yield dropped(url, "too_long", f"it has more than {options.max_bytes:,} bytes; save it as a file first")
            return
        try:
            stream = cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", io.BytesIO(answer.data)), CHUNK))
            yield from self._read_kind(url, stream, kind, options, answer.url, depth)
        except _BROKEN as error:
            yield unreadable(url, error)

    def _links(self) -> Follower:
        if self._follower is None:
            from dateline.run.readers.following import Follower  # noqa: PLC0415 (a run over files needs no network)
            from dateline.run.visiting import Visitor  # noqa: PLC0415

            visitor = Visitor(timeout_s=self.options.timeout_s, max_bytes=self.options.max_bytes)
            self._follower = Follower(visitor, self._from_answer)
        return self._follower


def _read_tsv(name: str, stream: BinaryIO, options: Options) -> Iterator[Found]:
    return read_csv(name, stream, options, "\t")


_READERS: dict[Kind, Callable[[str, BinaryIO, Options], Iterator[Found]]] = {
    Kind.LINES: read_lines,
    Kind.CSV: read_csv,
    Kind.TSV: _read_tsv,
    Kind.PARQUET: read_parquet,
    Kind.MAIL: read_mail,
    Kind.PDF: read_pdf,
}


class _Joined(io.RawIOBase):
    """What was read of a pipe, then the rest of it, counted as what lies packed."""

    def __init__(self, head: bytes, rest: BinaryIO, budget: Budget) -> None:
        self._head = head
        self._rest = rest
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as there is something without waiting for more."""
        size = len(buffer)
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._rest.readline(size)
        self._budget.packed += len(data)
        buffer[: len(data)] = data
        return len(data)


def _archive_of(path: str) -> tuple[str, str] | None:
    """Return the archive and the path in it that a name such as ``reports.zip/2016/a.txt`` stands for, or None."""
    parts = Path(path).parts
    for number in range(1, len(parts)):
        archive = Path(*parts[:number])
        if archive.suffix.lower() == ".zip":
            try:
                return (str(archive), "/".join(parts[number:])) if archive.is_file() else None
            except (OSError, ValueError):
                return None
    return None


def _is_record(line: bytes) -> bool:
    """Tell whether a line is a JSON object, or a broken one that was meant to be."""
    words = line.lstrip(b"\xef\xbb\xbf \t\r\n")
    return words.startswith(b"{") and (words[1:].lstrip(b" \t").startswith(b'"') or _is_object(words))


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False
