"""The forms that a database can be handed out in: what each takes, how its rows are made, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from dateline.config import CODEBOOKS
from dateline.records.datasets import acled, flat, gdelt, ged, icews, plover
from dateline.records.datasets.columns import open_table
from dateline.records.datasets.writers import CsvRows, GeoparquetRows, JsonRows, TsvRows, XlsxRows
from dateline.records.exports import code_columns, json_bytes, open_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dateline.records.datasets.columns import Table
    from dateline.records.datasets.happenings import Happening, Reference
    from dateline.records.datasets.writers import RowWriter
    from dateline.records.exports import Writer
    from dateline.records.outputs import Sink

REASONS: Mapping[str, str] = {
    "copy": "told by a copy of another report",
    "below_threshold": "less sure than the threshold",
    "not_happened": "planned, foiled, denied or merely possible",
    "no_code": "of a kind that the data set does not code",
    "no_death": "nobody is told to have died",
    "a_sum": "a sum over several events, which is no event of its own",
    "no_day": "no day is known",
    "over_a_month": "not placed within a month",
    "over_a_year": "not placed within a year",
    "no_place": "no place is known",
    "no_country": "in no country that the data set numbers",
    "country_only": "no place finer than a country",
    "no_coordinates": "the place has no coordinates",
}
"""Why a happening is left out, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of export.

    Attributes:
        name: As the command names it.
        table: Its columns, or None for the forms of whole records.
        title: What it is, in a line.
        rows: A happening's rows, ids of the export first; ``surveyed`` is what ``survey`` gave.
        open: Opens its writer.
        refuse: Why it would not take a happening.
        survey: Looks at all happenings first, where a row depends on the others.
        measured: Whether the lengths of reports are needed.
        copies: Whether copies of a report count.
        whole: Whether nothing of a record is lost, so that no records are written beside it.
    """

    name: str
    table: Table | None
    title: str
    rows: Callable[[Happening, Reference, Any], list[Any]]
    open: Callable[[Sink], RowWriter | Writer]
    refuse: Callable[[Happening], str | None] = lambda _: None
    survey: Callable[[Iterable[Happening]], Any] | None = None
    measured: bool = False
    copies: bool = False
    whole: bool = False


@cache
def forms() -> Mapping[str, Form]:
    """Return all forms by their names."""
    found = [*_data_sets(), *_flat_tables(), *_whole_records()]
    return {form.name: form for form in found}


def _data_sets() -> list[Form]:
    tables = {name: open_table(name) for name in ("acled", "ged", "plover", "polecat", "gdelt", "gdelt_mentions", "icews")}

    def made(name: str, rows: Callable[[Happening, Reference, Any], list[Any]], writer: Any, **more: Any) -> Form:
        table = tables[name]
        opened = partial(_opened, writer, table)
        return Form(name=name.replace("_", "-"), table=table, title=table.title, rows=rows, open=opened, **more)

    headed, bare = partial(TsvRows, header=True), partial(TsvRows, header=False)
    return [
        made("acled", lambda h, _, __: acled.rows(h), CsvRows, refuse=acled.refuse),
        made("ged", lambda h, _, surveyed: ged.rows(h, surveyed), CsvRows, refuse=ged.refuse, survey=ged.survey),
        made("plover", lambda h, reference, _: plover.records(h, reference), JsonRows, refuse=plover.refuse),
        made("polecat", lambda h, reference, _: plover.rows(h, reference), headed, refuse=plover.refuse),
        made("gdelt", lambda h, reference, _: gdelt.rows(h, reference), bare, refuse=gdelt.refuse, measured=True),
        made("gdelt_mentions", lambda h, _, __: gdelt.mention_rows(h), bare, refuse=gdelt.refuse, measured=True),
        made("icews", lambda h, _, __: icews.rows(h), headed, refuse=gdelt.refuse),
    ]


def _flat_tables() -> list[Form]:
    table = open_table("flat")
    made = partial(Form, table=table)
    return [
        made(
            name="xlsx",
            title="a workbook: the flat table, and a sheet that explains its columns",
            rows=lambda h, _, __: flat.rows(h),
            open=partial(_opened, XlsxRows, table),
        ),
        made(
            name="hxl",
            title="CSV with a second header row of HXL tags: the flat table",
            rows=lambda h, _, __: flat.rows(h),
            open=partial(_opened, partial(CsvRows, tagged=True), table),
        ),
        made(
            name="geoparquet",
            title="GeoParquet: the flat table with points, and the whole record as JSON",
            rows=lambda h, _, __: [[*row, h.text or json_bytes(h.record).decode()] for row in flat.rows(h)],
            open=partial(_opened, GeoparquetRows, table),
            whole=True,
        ),
    ]


def _whole_records() -> list[Form]:
    def scaled(happening: Happening, _: Reference, __: Any) -> list[Any]:
        return [happening.record | {"precisions": flat.precisions(happening)}]

    def plain(happening: Happening, _: Reference, __: Any) -> list[Any]:
        return [happening.record]

    made = partial(Form, table=None, copies=True)
    return [
        made(
            name="jsonl", title="JSON Lines: the record, one a line", rows=plain, open=partial(open_writer, "jsonl"), whole=True
        ),
        made(name="csv", title="CSV: the record as a flat table (docs/data.md)", rows=plain, open=_open_csv),
        made(
            name="geojson",
            title="GeoJSON: a point an event, its properties the record and the precisions of all scales",
            rows=scaled,
            open=partial(open_writer, "geojson"),
            whole=True,
        ),
        made(
            name="parquet",
            title="Parquet: the nested record (docs/data.md)",
            rows=plain,
            open=partial(open_writer, "parquet"),
        ),
    ]


def _opened(writer: Callable[[Sink, Table], RowWriter], table: Table, sink: Sink) -> RowWriter:
    return writer(sink, table)


def _open_csv(sink: Sink) -> Writer:
    from dateline.records.codebooks import open_codebook  # noqa: PLC0415 - only this form needs them

    return open_writer("csv", sink, code_columns([open_codebook(name) for name in CODEBOOKS]))
