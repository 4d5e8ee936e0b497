"""Reads tables of reports: CSV and TSV row by row, Parquet batch by batch."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from typing import TYPE_CHECKING, Any, BinaryIO

from dateline.articles.clean import SAMPLE_BYTES, find_binary
from dateline.errors import InputError
from dateline.model import RawDocument
from dateline.run.readers.columns import choose_columns, record_of, say_guess
from dateline.run.readers.found import CHUNK, ReadError, dropped, failure, missing, read_up_to, seekable, too_long, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dateline.run.readers.found import Found, Options

SAMPLE_ROWS = 20
MAX_BROKEN = 100
"""Rows whose quoting is broken after which a table is given up: each may have swallowed many rows that follow it."""
BATCH_ROWS = 64
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = ",;\t|"


# --- CSV -----------------------------------------------------------------------------------------------------------------


def read_csv(name: str, stream: BinaryIO, options: Options, delimiter: str | None = None) -> Iterator[Found]:
    """Yield the rows of a CSV stream with a heading as records, each named ``NAME:LINE`` by the line on which it begins.

    Args:
        name: The file's name.
        stream: Its bytes, in UTF-8, UTF-16 with a byte-order mark, or windows-1252.
        options: ``columns`` says which column holds what.
        delimiter: What stands between columns; None is to find out from the heading.

    Raises:
        OSError: It cannot be read.
    """
    head = read_up_to(stream, CHUNK)
    encoding, mark = _encoding(head)
    if encoding in {"utf-8", "cp1252"} and (what := find_binary(head)):
        yield dropped(name, "not_text", f"it is {what}")
        return
    lines = _Lines(head[mark:], stream, encoding, options.max_bytes)
    table = _Table(name, lines, options)
    try:
        table.read_heading(delimiter)
    except InputError as error:
        yield dropped(name, "empty", str(error)) if error.reason == "empty" else failure(name, error.reason, str(error))
        return
    yield from table.read()


class _TooLong(Exception):  # noqa: N818 (it ends the reading of one row)
    """A line, or a row of several lines, that is longer than a report can be."""


class _Lines:
    """The lines of a stream as text, with their numbers; no more than ``limit`` of one is held."""

    def __init__(self, head: bytes, stream: BinaryIO, encoding: str, limit: int) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape" if encoding == "utf-8" else "replace")
        self._limit = limit
        self._text = self._decoder.decode(head)
        self._end = "\n" if "\n" in self._text or "\r" not in self._text else "\r"
        self._place = 0
        self._over = False
        self.number = 0

    def read(self) -> str | None:
        """Return the next line with its end, or None at the end.

        Raises:
            _TooLong: It is too long; the next call goes on with the line after it.
        """
        self.number += 1
        parts: list[str] = []
        size, too_long_ = 0, False
        while True:
            at = self._text.find(self._end, self._place)
            piece = self._text[self._place : at + 1 if at >= 0 else None]
            size += len(piece)
            too_long_ = too_long_ or size > self._limit
            if too_long_:
                parts.clear()
            else:
                parts.append(piece)
            if at >= 0:
                self._place = at + 1
                break
            if not self._fill():
                break
        if too_long_:
            raise _TooLong
        return _mended("".join(parts)) if size else None

    def _fill(self) -> bool:
        self._place = 0
        if self._over:
            self._text = ""
            return False
        data = self._stream.read(CHUNK)
        self._over = not data
        self._text = self._decoder.decode(data, final=not data)
        return True


def _mended(line: str) -> str:
    """Return a line with single bytes that are no UTF-8 read as windows-1252, as tables put together by hand have them."""
    if line.isascii() or not any("\udc80" <= character <= "\udcff" for character in line):
        return line
    return "".join(
        bytes([ord(character) - 0xDC00]).decode("cp1252", "replace") if "\udc80" <= character <= "\udcff" else character
        for character in line
    )


class _Table:
    """Rows of a CSV stream: each is read by the library; one that is broken is told and the rows after it are read again."""

    def __init__(self, name: str, lines: _Lines, options: Options) -> None:
        self._name = name
        self._lines = lines
        self._options = options
        self._again: deque[tuple[int, str]] = deque()
        self._row: list[tuple[int, str]] = []
        self._size = 0
        self._names: list[str] = []
        self._dialect: dict[str, Any] = {}
        self._broken = 0
        csv.field_size_limit(max(csv.field_size_limit(), options.max_bytes))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line, for the library."""
        if self._again:
            number, line = self._again.popleft()
        else:
            text = self._lines.read()
            if text is None:
                raise StopIteration
            number, line = self._lines.number, text
        self._row.append((number, line))
        self._size += len(line)
        if self._size > self._options.max_bytes:
            raise _TooLong
        return line

    def read_heading(self, delimiter: str | None) -> None:
        """Read the names of the columns.

        Raises:
            InputError: There are none.
        """
        try:
            first = self._lines.read()
            while first is not None and not first.strip():
                first = self._lines.read()
        except _TooLong:
            raise InputError("its first line, which must name the columns, has no end; is it a table?", "not_a_table") from None
        if first is None:
            raise InputError("it is empty", "empty")
        self._dialect = {"delimiter": delimiter or _delimiter(first), "strict": True}
        self._again.append((self._lines.number, first))
        try:
            self._names = [each.strip() for each in next(csv.reader(self, **self._dialect))]
        except (csv.Error, StopIteration, _TooLong) as error:
            message = f"its first line, which must name the columns, cannot be read ({words_of(error)}); is a quote missing?"
            raise InputError(message, "not_a_table") from None

    def read(self) -> Iterator[Found]:
        """Yield the rows as records, and what is wrong with broken ones."""
        given, rows = self._options.columns, self._rows()
        ahead: list[tuple[int, list[str]] | Found] = []
        for row in rows:
            ahead.append(row)
            if len(ahead) >= SAMPLE_ROWS:
                break
        sample = [self._by_name(row[1]) for row in ahead if isinstance(row, tuple)]
        try:
            chosen = choose_columns(self._names, given, sample)
        except InputError as error:
            yield failure(self._name, error.reason, str(error))
            return
        if guess := say_guess(chosen, given):
            self._options.note(f"{self._name}: {guess}")
        if not ahead:
            yield dropped(self._name, "empty", "it has a heading and no rows")
        for source in (ahead, rows):
            for row in source:
                yield self._record(row, chosen) if isinstance(row, tuple) else row

    def _record(self, row: tuple[int, list[str]], chosen: Mapping[str, str]) -> RawDocument:
        number, cells = row
        return RawDocument(name=f"{self._name}:{number}", data=record_of(self._by_name(cells), chosen), kind="jsonl")

    def _by_name(self, cells: Sequence[str]) -> dict[str, str]:
        return dict(zip(reversed(self._names), reversed(cells), strict=True))  # of two columns of one name the first counts

    def _rows(self) -> Iterator[tuple[int, list[str]] | Found]:
        over = False
        while not over:
            reader = csv.reader(self, **self._dialect)
            self._start_row()
            try:
                for cells in reader:
                    if len(cells) == len(self._names):
                        yield self._row[0][0], cells
                    elif any(cell.strip() for cell in cells):
                        yield self._odd_row(len(cells))
                    self._start_row()
                over = True
            except _TooLong:
                yield self._too_long_row()
            except csv.Error as error:
                yield self._broken_row(error)
            if self._broken > MAX_BROKEN:
                message = (
                    f"more than {MAX_BROKEN} rows are broken; line {self._row[0][0]} and those after it were not read; mend it"
                )
                yield failure(self._name, "bad_table", message)
                return

    def _start_row(self) -> None:
        self._row, self._size = [], 0

    def _odd_row(self, cells: int) -> Found:
        number = self._row[0][0]
        hint = "a cell with delimiters or line ends in it must stand in double quotes"
        message = f"the row has {cells} cells, the heading {len(self._names)}; {hint}"
        return failure(f"{self._name}:{number}", "bad_row", message)

    def _broken_row(self, error: csv.Error) -> Found:
        """Tell of a row whose quotes do not fit; the lines that it swallowed are read again."""
        self._broken += 1
        number = self._row[0][0]
        self._again.extendleft(reversed(self._row[1:]))
        message = f"the row's quotes are broken ({words_of(error)}); a quote in a cell must be doubled"
        return failure(f"{self._name}:{number}", "bad_quoting", message)

    def _too_long_row(self) -> Found:
        """Tell of a line without end, or of a row that swallowed more than a report can have."""
        if len(self._row) > 1:
            self._broken += 1
            number = self._row[0][0]
            self._again.extendleft(reversed(self._row[1:]))
            message = f"the row goes on for more than {self._options.max_bytes:,} characters; is a closing quote missing?"
            return failure(f"{self._name}:{number}", "bad_quoting", message)
        number = self._row[0][0] if self._row else self._lines.number
        return too_long(f"{self._name}:{number}", self._options.max_bytes, "the line")


def _encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding of a table, and the length of its byte-order mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head[:SAMPLE_BYTES])
    except UnicodeDecodeError:
        text = head.decode("utf-8", errors="replace")
        replaced = text.count("\ufffd")
        return ("cp1252" if sum(character > "\x7f" for character in text) < 2 * replaced else "utf-8"), 0
    return "utf-8", 0


def _delimiter(heading: str) -> str:
    """Return what stands most often between the columns' names, outside quotes."""
    bare = "".join(heading.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


# --- Parquet -------------------------------------------------------------------------------------------------------------


def read_parquet(name: str, stream: BinaryIO, options: Options) -> Iterator[Found]:
    """Yield the rows of a Parquet file as records, each named ``NAME:ROW``, from 1; a damaged group of rows is told.

    Raises:
        OSError: It cannot be read.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 (an extra)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        yield missing(name, "pyarrow", "parquet")
        return
    with seekable(stream) as source:
        try:
            file = parquet.ParquetFile(source, pre_buffer=False)
            chosen = _parquet_columns(file, options)
        except InputError as error:
            yield failure(name, error.reason, str(error))
            return
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, ReadError):
                raise
            yield failure(name, "not_parquet", f"it is no Parquet file, or a damaged one ({_first_line(error)}); write it anew")
            return
        if not file.metadata.num_rows:
            yield dropped(name, "empty", "it has no rows")
            return
        if guess := say_guess(chosen, options.columns):
            options.note(f"{name}: {guess}")
        yield from _parquet_rows(name, file, chosen, options)


def _parquet_columns(file: Any, options: Options) -> dict[str, str]:
    """Return which column holds which field; rows are looked at only where the names do not tell."""
    names = list(file.schema_arrow.names)
    try:
        return choose_columns(names, options.columns, ())
    except InputError as error:
        if error.reason != "no_text_column" or not file.metadata.num_rows:
            raise
    return choose_columns(names, options.columns, next(file.iter_batches(batch_size=SAMPLE_ROWS)).to_pylist())


def _parquet_rows(name: str, file: Any, chosen: Mapping[str, str], options: Options) -> Iterator[Found]:
    import pyarrow as pa  # noqa: PLC0415

    before = 0
    for group in range(file.num_row_groups):
        number = before
        try:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, row_groups=[group]):
                for row in batch.to_pylist():
                    number += 1
                    data = record_of(row, chosen)
                    row_name = f"{name}:{number}"
                    if len(data) > options.max_bytes:
                        yield too_long(row_name, options.max_bytes, "the row")
                    else:
                        yield RawDocument(name=row_name, data=data, kind="jsonl")
        except (pa.ArrowException, OSError) as error:
            before_end = before + file.metadata.row_group(group).num_rows
            message = f"rows {number + 1:,} to {before_end:,} are damaged ({_first_line(error)}) and lost; the others were read"
            yield failure(f"{name}:{number + 1}", "damaged", message)
        before += file.metadata.row_group(group).num_rows


def _first_line(error: BaseException) -> str:
    return words_of(error)[:200]
