"""Whole exports from a database: every file read back, nothing half written, nothing withheld in any of them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from builders import INFO
from test_datasets import REFERENCE, Maker, happening_event, made_up_names
from test_datasets_protection import Known, plain, texts_in

from dateline.errors import FilterError
from dateline.model import Account, Attribution, Source, SpeakerKind
from dateline.records.datasets import REASONS, Protection, Request, export, forms
from dateline.records.datasets import export as export_module
from dateline.records.store import Entry, Store

EVENTS = 120
TEXT_FORMS = {"acled": ",", "ged": ",", "hxl": ",", "polecat": "\t", "gdelt": "\t", "gdelt-mentions": "\t", "icews": "\t"}
HEADLESS = {"gdelt", "gdelt-mentions"}


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    """Return a database of made-up events, ten to a report; the last report is a copy of the first."""
    path = tmp_path_factory.mktemp("export") / "events.db"
    entries = []
    for number in range(EVENTS // 10):
        makers = [Maker(1000 * number + nth, made_up_names) for nth in range(10)]
        article = Maker(number, made_up_names).article()
        article = replace(article, id=f"art_{number:010x}")
        found = [replace(maker.event(), article_id=article.id) for maker in makers]
        entries.append(Entry(key=f"doc_{number}", outcome=Account(article=article, events=tuple(found))))
    with Store(path, create=True) as store:
        run_id = store.begin_run(INFO, {})
        store.add(entries, run_id, INFO)
        store.end_run(run_id)
        store.set_copies({f"art_{EVENTS // 10 - 1:010x}": f"art_{0:010x}"})
    return path


@pytest.fixture(scope="module")
def with_incidents(database, tmp_path_factory) -> Path:
    """Return the same database with an incident for each two events of one type."""
    path = tmp_path_factory.mktemp("export") / "incidents.db"
    path.write_bytes(database.read_bytes())
    with Store(path) as store:
        by_type: dict[str, list[dict[str, Any]]] = {}
        for record in store.records():
            by_type.setdefault(record["type"], []).append(record)
        pairs = [group[start : start + 2] for group in by_type.values() for start in range(0, len(group), 2)]
        store.write_incidents([incident_of(pair) for pair in pairs])
    return path


def incident_of(records: list[dict[str, Any]]) -> dict[str, Any]:
    first = {name: value for name, value in records[0].items() if name not in {"article", "article_id", "coder"}}
    said = [{"value": record["place"] and record["place"]["name"], "speaker": "Qsecreto Qspeaker"} for record in records]
    return first | {
        "id": f"inc_{records[0]['id'][4:]}",
        "event_ids": [record["id"] for record in records],
        "article_ids": sorted({record["article_id"] for record in records}),
        "sources": sorted({record["article"]["publisher"] or "" for record in records}),
        "disputes": [{"field": "place", "sayings": said}],
        "reasons": {"place": f"the report names {records[0]['place'] and records[0]['place']['name']}"},
        "timeline": said,
        "grade": "F6",
    }


def exported(place: Path, name: str, folder: Path, **asked: Any) -> tuple[Path, Any]:
    output = folder / f"out.{name}"
    return output, export(place, output, Request(form=name, **asked), reference=asked.pop("reference", None) or REFERENCE)


def cells_of(path: Path, name: str) -> list[list[str]]:
    """Return the rows of a text form as strings, its headings left out."""
    text = path.read_bytes().decode("utf-8")
    table = forms()[name].table
    quoting = csv.QUOTE_MINIMAL if TEXT_FORMS[name] == "," else csv.QUOTE_NONE
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=TEXT_FORMS[name], quoting=quoting))
    if name not in HEADLESS:
        assert rows.pop(0) == table.names
    if name == "hxl":
        assert rows.pop(0) == [column.tag for column in table.columns]
    return rows


def typed(cell: str, kind: str) -> Any:
    return None if cell == "" else {"int": int, "float": float}.get(kind, str)(cell)


# --- read back -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXT_FORMS)
@pytest.mark.parametrize("of", ["events", "incidents"])
def test_every_column_reads_back_with_its_type_and_range(database, with_incidents, tmp_path, name, of):
    output, done = exported(database if of == "events" else with_incidents, name, tmp_path)
    assert done.of == of
    table = forms()[name].table
    rows = cells_of(output, name)
    assert len(rows) == done.rows > 0
    for row in rows:
        assert len(row) == len(table.columns)
        values = [typed(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]
        assert not list(table.faults(values))


@pytest.mark.parametrize("name", ["acled", "ged", "hxl", "polecat", "gdelt", "icews"])
def test_data_frames_read_the_same_numbers(database, tmp_path, name):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    output, done = exported(database, name, tmp_path)
    table = forms()[name].table
    skip = [1] if name == "hxl" else None
    given = {
        "sep": TEXT_FORMS[name],
        "names": table.names if name in HEADLESS else None,
        "header": None if name in HEADLESS else 0,
    }
    frame = pandas.read_csv(output, skiprows=skip, dtype={"EventCode": str, "CAMEO Code": str, "cameo": str}, **given)
    assert list(frame.columns) == table.names
    assert len(frame) == done.rows
    for column in table.columns:
        if column.kind in {"int", "float"} and not frame[column.name].isna().all():
            numbers = frame[column.name].dropna()
            assert pandas.api.types.is_numeric_dtype(numbers), column.name
            assert column.low is None or numbers.min() >= column.low
            assert column.high is None or numbers.max() <= column.high
    seen = polars.read_csv(output, separator=TEXT_FORMS[name], has_header=name not in HEADLESS, infer_schema=False)
    assert seen.height == done.rows + (name == "hxl")
    assert seen.width == len(table.columns)


def test_plover_reads_back_line_by_line(database, tmp_path):
    output, done = exported(database, "plover", tmp_path)
    table = forms()["plover"].table
    records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert len(records) == done.happenings > 0
    for record in records:
        assert {"id", "date", "actor", "event"} <= set(record) <= set(table.names)
        assert not list(table.faults([record.get(name) for name in table.names]))


@pytest.mark.parametrize("of", ["events", "incidents"])
def test_geoparquet_has_points_and_says_so(database, with_incidents, tmp_path, of):
    parquet = pytest.importorskip("pyarrow.parquet")
    output, done = exported(database if of == "events" else with_incidents, "geoparquet", tmp_path)
    table = parquet.read_table(output)
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    rows = table.to_pylist()
    assert len(rows) == done.rows
    points = [(row["lon"], row["lat"]) for row in rows if row["geometry"] is not None]
    assert points
    import struct

    assert [struct.unpack("<BIdd", row["geometry"])[2:] for row in rows if row["geometry"] is not None] == points
    assert all(json.loads(row["record"])["id"] == row["id"] for row in rows)
    assert all((row["geometry"] is None) == (row["lat"] is None) for row in rows)


def test_workbook_holds_every_row_and_no_formula(database, tmp_path):
    pytest.importorskip("xlsxwriter")
    output, done = exported(database, "xlsx", tmp_path)
    with zipfile.ZipFile(output) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
        assert book.read("xl/worksheets/sheet2.xml")
    assert sheet.count("<row ") == done.rows + 1
    assert "<f>" not in sheet
    assert "evt_" in sheet


@pytest.mark.parametrize("name", ["jsonl", "geojson", "csv", "parquet"])
@pytest.mark.parametrize("of", ["events", "incidents"])
def test_forms_of_whole_records_hold_them_all(database, with_incidents, tmp_path, name, of):
    place = database if of == "events" else with_incidents
    output, done = exported(place, name, tmp_path)
    with Store(place) as store:
        ids = [row["id"] for row in store.rows(of, None, ("id",))]
    if name == "parquet":
        found = pytest.importorskip("pyarrow.parquet").read_table(output)["id"].to_pylist()
    elif name == "csv":
        found = [row["id"] for row in csv.DictReader(io.StringIO(output.read_bytes().decode("utf-8"), newline=""))]
    elif name == "geojson":
        features = json.loads(output.read_bytes())["features"]
        found = [feature["id"] for feature in features]
        assert all(set(feature["properties"]["precisions"]) > {"ged_where_prec", "acled_geo_precision"} for feature in features)
    else:
        found = [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert found == ids
    assert not done.left_out


# --- beside it -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", forms())
def test_nothing_is_lost_between_the_export_and_what_was_left_out(database, tmp_path, name):
    output, done = exported(database, name, tmp_path)
    assert [path.name for path in done.files] == [path.name for path in done.files if path.exists()]
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in done.files}
    left = [json.loads(line) for line in Path(f"{output}.left_out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {each["reason"] for each in left} == set(done.left_out) <= set(REASONS)
    assert len(left) == sum(done.left_out.values())
    assert done.happenings + len(left) == EVENTS
    if not forms()[name].whole:
        kept = [json.loads(line) for line in Path(f"{output}.records.jsonl").read_text(encoding="utf-8").splitlines()]
        assert {each["record"]["id"] for each in kept} | {each["id"] for each in left} == all_ids(database)
        assert sum(len(each["export_ids"]) for each in kept) == done.rows
        with Store(database) as store:
            assert [each["record"] for each in kept] == [
                r for r in store.records() if r["id"] in {k["record"]["id"] for k in kept}
            ]
        if name in TEXT_FORMS:
            assert [str(each) for line in kept for each in line["export_ids"]] == [row[0] for row in cells_of(output, name)]


def all_ids(place: Path) -> set[str]:
    with Store(place) as store:
        return {row["id"] for row in store.rows("events", None, ("id",))}


def test_copies_count_once(database, tmp_path):
    _, done = exported(database, "hxl", tmp_path)
    assert done.left_out == {"copy": 10}


def test_read_me_says_what_is_in_it(database, tmp_path):
    output, done = exported(database, "ged", tmp_path, where=("confidence>=0.1",), threshold=0.2)
    text = Path(f"{output}.README.md").read_text(encoding="utf-8")
    for words in (
        f"{done.happenings:,} events in {done.rows:,} rows",
        "GeoNames",
        "CC BY 4.0",
        "`confidence>=0.1`",
        "threshold of confidence: 0.2",
    ):
        assert words in text
    assert all(f"`{column.name}`" in text for column in forms()["ged"].table.columns)
    assert all(f"(`{reason}`) | {number:,} |" in text for reason, number in done.left_out.items())
    cff = Path(f"{output}.CITATION.cff").read_text(encoding="utf-8")
    assert cff.startswith("cff-version: 1.2.0\n")
    assert {"type: dataset", "title: GeoNames"} <= {line.strip(" -") for line in cff.splitlines()}


def test_the_same_database_gives_the_same_files(database, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    for name in ("acled", "gdelt", "hxl", "plover"):
        one, two = (exported(database, name, tmp_path / folder)[0] for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_conditions_and_threshold_choose(database, tmp_path):
    output, done = exported(database, "hxl", tmp_path, where=("country=IRQ",), threshold=0.5)
    rows = [dict(zip(forms()["hxl"].table.names, row, strict=True)) for row in cells_of(output, "hxl")]
    assert rows
    assert all(row["country_code"] == "IRQ" and float(row["confidence"]) >= 0.5 for row in rows)
    assert done.left_out["below_threshold"] > 0


def test_events_can_be_asked_for_where_there_are_incidents(with_incidents, tmp_path):
    _, done = exported(with_incidents, "hxl", tmp_path, of="events")
    assert done.of == "events"


def test_a_wrong_condition_leaves_no_file(database, tmp_path):
    with pytest.raises(FilterError):
        exported(database, "acled", tmp_path, where=("colour=red",))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["acled", "xlsx", "geoparquet"])
def test_an_export_that_fails_leaves_the_old_file(database, tmp_path, name, monkeypatch):
    output = tmp_path / f"out.{name}"
    output.write_text("old", encoding="utf-8")
    taken = export_module.__globals__["_Work"].take
    calls = []

    def failing(self: Any, *arguments: Any) -> None:
        calls.append(1)
        if len(calls) > 20:
            raise OSError("gone")
        taken(self, *arguments)

    monkeypatch.setattr(export_module.__globals__["_Work"], "take", failing)
    with pytest.raises(OSError, match="gone"):
        exported(database, name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    assert output.read_text(encoding="utf-8") == "old"


# --- protection ----------------------------------------------------------------------------------------------------------


def contents(path: Path) -> str:
    """Return all text in a file, unpacked."""
    data = path.read_bytes()
    if data[:2] == b"PK":
        with zipfile.ZipFile(path) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if data[:4] == b"PAR1":
        table = pytest.importorskip("pyarrow.parquet").read_table(path)
        return json.dumps(table.to_pylist(), default=str) + str(table.schema.metadata)
    return data.decode("utf-8")


@pytest.mark.parametrize("name", forms())
@pytest.mark.parametrize("of", ["events", "incidents"])
@pytest.mark.parametrize("level", ["admin1", "country"])
def test_nothing_withheld_stands_in_any_file(database, with_incidents, tmp_path, name, of, level):
    """All names in these records are made up, those of places included, but for provinces, countries and the registry."""
    place = database if of == "events" else with_incidents
    protection = Protection(coarsen=level, withhold=frozenset(["names", "speakers"]))
    chosen = Random(1).choice(sorted(made_up(place)))
    request = Request(form=name, protection=protection, where=(f'place_name!="{chosen}"',))
    export(place, tmp_path / "out", request, reference=Known())
    told = plain(" ".join(contents(path) for path in tmp_path.iterdir()))
    assert not [text for text in made_up(place) if plain(text) in told]
    if level == "country" and name != "csv":
        assert plain("Nineveh") not in told


def made_up(place: Path) -> set[str]:
    """Return every made-up text of a database but the names of publishers that are no speaker's and no place's."""
    with Store(place) as store:
        records = [*store.records(), *store.incident_records()]
    publishers = {record["article"]["publisher"] for record in records if "article" in record}
    publishers |= {source for record in records for source in record.get("sources") or []}
    return {text for text in texts_in(records) if text.startswith("Q")} - publishers | {"Qsecreto Qspeaker"}


@pytest.mark.parametrize("name", ["acled", "jsonl", "gdelt-mentions"])
def test_who_speaks_in_one_report_is_not_named_as_the_publisher_of_another(tmp_path, name):
    one, two = Maker(1, made_up_names), Maker(2, made_up_names)
    speaker = Attribution(speaker="Qradio Qteller", speaker_kind=SpeakerKind.MEDIA)
    entries = []
    for number, (maker, claims, publisher) in enumerate([(one, (speaker,), "Qother Qpaper"), (two, (), "Qradio Qteller")]):
        article = replace(maker.article(), id=f"art_{number}", source=Source(publisher=publisher))
        event = replace(happening_event(), id=f"evt_{number}", article_id=article.id, claims=claims)
        entries.append(Entry(key=f"doc_{number}", outcome=Account(article=article, events=(event,))))
    with Store(tmp_path / "events.db", create=True) as store:
        store.add(entries, store.begin_run(INFO, {}), INFO)
    for withheld, told in ((frozenset(), True), (frozenset(["speakers"]), False)):
        folder = tmp_path / str(told)
        folder.mkdir()
        export(tmp_path / "events.db", folder / "out", Request(form=name, protection=Protection(withhold=withheld)))
        text = "".join(contents(path) for path in folder.iterdir())
        assert ("Qradio Qteller" in text) is told
        assert "Qother Qpaper" in text
