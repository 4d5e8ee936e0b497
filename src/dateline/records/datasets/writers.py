"""Writes rows of a data set into a file: delimited text, HXL, XLSX, GeoParquet and PLOVER's JSON Lines, one batch at a time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import struct
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from dateline.errors import MissingExtraError, OutputError
from dateline.records.exports import json_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dateline.records.datasets.columns import Column, Table
    from dateline.records.outputs import Sink

Row = list[Any]
_BATCH = 1000
_XLSX_ROWS = 1_048_575
_XLSX_CHARACTERS = 32_767


class RowWriter(ABC):
    """Takes rows one by one; ``close`` ends the file so that it can be read. Also a context manager."""

    def __init__(self, sink: Sink, table: Table) -> None:
        self._sink = sink
        self._table = table

    @abstractmethod
    def write(self, row: Row) -> None:
        """Write one row, its cells in the order of the columns."""

    def close(self) -> None:
        """Write what the format needs at its end."""
        self._sink.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.close()
        else:
            self._abort()

    def _abort(self) -> None:  # noqa: B027 - most hold nothing
        """Let go of what a library holds; the file is thrown away."""


class CsvRows(RowWriter):
    """CSV (RFC 4180) in UTF-8 with a header; ``tagged`` adds the row of HXL tags."""

    def __init__(self, sink: Sink, table: Table, *, tagged: bool = False) -> None:
        super().__init__(sink, table)
        self._line = io.StringIO()
        self._csv = csv.writer(self._line, lineterminator="\r\n")
        self._write(table.names)
        if tagged:
            self._write([column.tag for column in table.columns])

    def write(self, row: Row) -> None:
        """Write one row."""
        self._write([_harmless(cell) for cell in row])

    def _write(self, cells: Sequence[Any]) -> None:
        self._csv.writerow(cells)
        self._sink.write(self._line.getvalue().encode("utf-8", "replace"))
        self._line.seek(0)
        self._line.truncate()


class TsvRows(RowWriter):
    """Tab-separated text in UTF-8 without quotation marks, as GDELT, ICEWS and POLECAT have it.

    Tabs and line breaks in a cell become blanks and double quotation marks single ones, so that every reader finds the cells.
    """

    _CLEANED = str.maketrans({"\t": " ", "\n": " ", "\r": " ", "\0": None, '"': "'", "\x85": " ", "\u2028": " ", "\u2029": " "})

    def __init__(self, sink: Sink, table: Table, *, header: bool) -> None:
        super().__init__(sink, table)
        if header:
            self._sink.write(("\t".join(table.names) + "\n").encode())

    def write(self, row: Row) -> None:
        """Write one row."""
        line = "\t".join(self._cell(cell) for cell in row)
        self._sink.write((line + "\n").encode("utf-8", "replace"))

    def _cell(self, cell: Any) -> str:
        return "" if cell is None else str(_harmless(cell)).translate(self._CLEANED)


class JsonRows(RowWriter):
    """One JSON object a line; fields that are unknown are left out, those that must be there always stand."""

    def write(self, row: Row) -> None:
        """Write one object."""
        pairs = zip(self._table.columns, row, strict=True)
        self._sink.write(
            json_bytes({c.name: value for c, value in pairs if value not in (None, "", [], {}) or not c.blank}) + b"\n"
        )


class XlsxRows(RowWriter):
    """A workbook with the rows, and a second sheet that explains the columns. Needs XlsxWriter.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
        OutputError: There are more rows than a sheet holds.
    """

    def __init__(self, sink: Sink, table: Table) -> None:
        super().__init__(sink, table)
        try:
            import xlsxwriter  # noqa: PLC0415 - optional
        except ImportError as error:
            message = "writing xlsx needs XlsxWriter; install it with: pip install 'dateline[collections]'"
            raise MissingExtraError(message) from error
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(sink, options)
        self._bold = self._book.add_format({"bold": True})
        self._sheet = self._book.add_worksheet("events")
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, table.names, self._bold)
        self._rows = 0

    def write(self, row: Row) -> None:
        """Write one row: numbers as numbers, all else as text."""
        if self._rows == _XLSX_ROWS:
            raise OutputError(
                f"{self._sink.name}: a sheet holds {_XLSX_ROWS:,} rows at most; choose fewer with --where, or csv"
            )
        self._rows += 1
        for number, cell in enumerate(row):
            if isinstance(cell, int | float):
                self._sheet.write_number(self._rows, number, cell)
            elif cell:
                self._sheet.write_string(self._rows, number, str(cell).replace("\0", "")[:_XLSX_CHARACTERS])

    def close(self) -> None:
        """Write the sheet of columns and the book."""
        self._sheet.autofilter(0, 0, self._rows, len(self._table.columns) - 1)
        explained = self._book.add_worksheet("columns")
        explained.write_row(0, 0, ("column", "what it holds"), self._bold)
        for number, column in enumerate(self._table.columns, start=1):
            explained.write_row(number, 0, (column.name, column.meaning))
        self._book.close()
        super().close()

    def _abort(self) -> None:
        # The library keeps its rows in files of its own until the book is closed.
        with suppress(Exception):
            self._book.close()


class GeoparquetRows(RowWriter):
    """GeoParquet 1.1: the flat columns, ``record`` (the whole record as JSON) and ``geometry`` (a point as WKB). Needs pyarrow.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """

    def __init__(self, sink: Sink, table: Table) -> None:
        super().__init__(sink, table)
        try:
            import pyarrow as pa  # noqa: PLC0415 - optional and heavy
            import pyarrow.parquet as pq  # noqa: PLC0415
        except ImportError as error:
            message = "writing geoparquet needs pyarrow; install it with: pip install 'dateline[parquet]'"
            raise MissingExtraError(message) from error
        types = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "day": pa.date32()}
        fields = [pa.field(column.name, types[column.kind]) for column in table.columns]
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": _GEOMETRY}}
        fields += [pa.field("record", pa.string()), pa.field("geometry", pa.binary())]
        self._schema = pa.schema(fields, metadata={"geo": json.dumps(geo)})
        self._pa = pa
        self._file = pq.ParquetWriter(sink, self._schema, compression="zstd")
        self._batch: list[dict[str, Any]] = []
        self._lat, self._lon = table.names.index("lat"), table.names.index("lon")

    def write(self, row: Row) -> None:
        """Take one row, with the record as JSON at its end; batches are written when full."""
        *cells, record = row
        values = {column.name: _arrow(column, cell) for column, cell in zip(self._table.columns, cells, strict=True)}
        values |= {"record": record, "geometry": _point(cells[self._lat], cells[self._lon])}
        self._batch.append(values)
        if len(self._batch) == _BATCH:
            self._write_batch()

    def close(self) -> None:
        """Write the last batch and the file's footer."""
        self._write_batch()
        self._file.close()
        super().close()

    def _abort(self) -> None:
        # The library writes a footer when its writer is thrown away, and the file may be closed by then.
        with suppress(Exception):
            self._file.close()

    def _write_batch(self) -> None:
        if self._batch:
            self._file.write_table(self._pa.Table.from_pylist(self._batch, schema=self._schema))
            self._batch.clear()


_GEOMETRY: Mapping[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
"""What GeoParquet says of a column of points; without a reference system it is longitude and latitude, WGS 84 (OGC:CRS84)."""
_ARROW: Mapping[str, Callable[[Any], Any]] = {
    "day": dt.date.fromisoformat,
    "text": lambda text: text.encode("utf-8", "replace").decode(),
    "float": float,
    "int": int,
}


def _point(lat: float | None, lon: float | None) -> bytes | None:
    """Return a point as little-endian well-known binary, longitude first."""
    return None if lat is None or lon is None else struct.pack("<BIdd", 1, 1, lon, lat)


def _arrow(column: Column, cell: Any) -> Any:
    return None if cell is None or cell == "" else _ARROW[column.kind](cell)


def _harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula (OWASP, "CSV Injection"), as in the plain CSV of records."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
