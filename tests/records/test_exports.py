"""The record and the files it is written to."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from builders import INFO, make_account, make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.errors import MissingExtraError, OutputError
from dateline.model import Account, ActorKind, CoderInfo, Event, EventType, Span, Status, Thing, Toll, TollKind, Where, Who
from dateline.model import PlacePrecision as Precision
from dateline.records import open_output, open_writer, record_of
from dateline.records.exports import SCHEMA, code_columns, csv_columns, json_bytes, toll_text

ROOT = Path(__file__).parents[2]
CODES = [("acled", "event_type"), ("acled", "sub_event_type"), ("cameo", None), ("ged", "type_of_violence")]


def records_of(account: Account) -> list[dict]:
    return [record_of(event, account.article, INFO) for event in account.events]


def write(form: str, records: list[dict], path: Path, codes=()) -> Path:
    with open_output(path) as sink, open_writer(form, sink, codes) as writer:
        for record in records:
            writer.write(record)
    return path


def faults(value, shape, at="record") -> list[str]:
    """Return where a value departs from the schema."""
    if isinstance(shape, dict):
        extra = set(value) ^ set(shape)
        extra -= {"field"}
        return [f"{at}: {extra}"] * bool(extra) + [
            fault
            for name, inner in shape.items()
            if value.get(name) is not None
            for fault in faults(value[name], inner, f"{at}.{name}")
        ]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [fault for each in value for fault in faults(each, shape[0], f"{at}[]")]
    allowed = {"str": str, "date": str, "int": int, "float": int | float, "codes": dict}[shape]
    return [] if isinstance(value, allowed) and not isinstance(value, bool) else [f"{at}: {value!r} is no {shape}"]


# --- the record ----------------------------------------------------------------------------------------------------------


def test_record_has_every_field_in_the_order_of_the_schema(account):
    for record in records_of(account):
        assert list(record) == list(SCHEMA)
        assert faults(record, SCHEMA) == []


def test_record_survives_json(account):
    for record in records_of(account):
        assert json.loads(json_bytes(record)) == record


def test_every_span_of_a_record_quotes_its_article(account):
    article = account.article
    spans = [
        span
        for record in records_of(account)
        for name in ("anchors", "agents", "targets", "objects", "tolls", "claims", "place", "time")
        for holder in ([record[name]] if isinstance(record[name], dict) else record[name] or [])
        for span in holder.get("spans", [holder])
    ]
    assert len(spans) >= 9
    assert any(span.get("field") == "title" for span in spans)
    for span in spans:
        field = article.title if span.get("field") == "title" else article.text
        assert field[span["start"] : span["end"]] == span["text"]


def test_record_of_a_full_event(account):
    record = records_of(account)[0]
    assert record["article"] == {
        "id": "wire-7",
        "title": account.article.title,
        "publisher": "Radio Sahra",
        "url": "https://news.example/7",
        "published": "2020-03-05T08:30:00Z",
        "path": "in/wire.jsonl",
    }
    assert record["anchors"][0] == {"start": 7, "end": 12, "text": "shell", "field": "title"}
    assert record["agents"][0]["actor_id"] == "northern_front"
    assert record["agents"][1] == {
        "name": "gunmen",
        "actor_id": None,
        "kind": "unknown",
        "country": None,
        "spans": [],
        "basis": "phrase",
    }
    assert record["place"]["basis"] == "named"
    assert (record["time"]["first"], record["time"]["basis"], record["time"]["partial"]) == ("2020-03-03", "relative", None)
    assert record["confidence"] == 0.8765
    assert record["coder"] == {"version": "0.1.0", "weights": "w-123456789abc", "packs": "p-abcdef123456"}
    assert "reasons" not in record


def test_unknown_is_null_or_an_empty_list(account):
    record = records_of(account)[1]
    assert record["place"] is None
    assert record["agents"] == record["tolls"] == record["claims"] == []
    assert record["time"] | {"spans": []} == {
        "first": None,
        "last": None,
        "precision": "day",
        "basis": "stated",
        "partial": "--10-04",
        "spans": [],
    }


def test_publication_day_stands_where_no_text_was_given():
    account = make_account(make_article(published_text=None))
    assert records_of(account)[0]["article"]["published"] == "2020-03-05"


# --- invariants ----------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(), max_size=12)
MAYBE = st.none() | TEXT
NUMBER = st.none() | st.integers(0, 10**6)
WHO = st.builds(Who, name=TEXT, actor_id=MAYBE, kind=st.sampled_from(ActorKind), country=MAYBE, basis=TEXT)
TOLL = st.builds(Toll, kind=st.sampled_from(TollKind), low=NUMBER, best=NUMBER, high=NUMBER, who=MAYBE, speaker=MAYBE)
PLACE = st.builds(
    Where,
    name=TEXT,
    admin1=MAYBE,
    country_code=MAYBE,
    lat=st.none() | st.floats(-90, 90),
    lon=st.none() | st.floats(-180, 180),
    precision=st.sampled_from(Precision),
)
EVENTS = st.lists(
    st.builds(
        Event,
        id=TEXT,
        article_id=st.just("art_1"),
        type=st.sampled_from(EventType),
        status=st.sampled_from(Status),
        anchors=st.just(()),
        agents=st.lists(WHO, max_size=3).map(tuple),
        objects=st.lists(st.builds(Thing, name=TEXT), max_size=2).map(tuple),
        tolls=st.lists(TOLL, max_size=3).map(tuple),
        place=st.none() | PLACE,
        confidence=st.floats(0, 1),
        codes=st.dictionaries(TEXT, st.none() | TEXT | st.dictionaries(TEXT, MAYBE, max_size=2), max_size=2),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_any_events_survive_jsonl_geojson_and_csv(tmp_path_factory, events):
    folder = tmp_path_factory.mktemp("any")
    records = [record_of(event, make_article(), INFO) for event in events]
    for record in records:
        assert faults(record, SCHEMA) == []
    lines = write("jsonl", records, folder / "a.jsonl").read_bytes().decode().splitlines()
    assert [json.loads(line) for line in lines] == records
    features = json.loads(write("geojson", records, folder / "a.geojson").read_bytes())["features"]
    assert [feature["properties"] for feature in features] == records
    with write("csv", records, folder / "a.csv", CODES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(records) + 1
    assert {len(row) for row in rows} == {len(csv_columns(CODES))}


@settings(max_examples=20, deadline=None)
@given(EVENTS)
def test_any_events_can_be_written_as_parquet(tmp_path_factory, events):
    parquet = pytest.importorskip("pyarrow.parquet")
    records = [record_of(event, make_article(), INFO) for event in events]
    path = write("parquet", records, tmp_path_factory.mktemp("any") / "a.parquet")
    back = parquet.read_table(path).to_pylist()
    assert [row["confidence"] for row in back] == [record["confidence"] for record in records]
    assert [len(row["tolls"]) for row in back] == [len(record["tolls"]) for record in records]


# --- formats -------------------------------------------------------------------------------------------------------------


def test_jsonl_is_one_line_a_record_whatever_the_text_holds(tmp_path):
    awkward = "a\u2028b\u0085c\ud800d\n"
    path = write("jsonl", [{"text": awkward}], tmp_path / "a.jsonl")
    assert len(path.read_bytes().decode("utf-8").splitlines()) == 1
    assert json.loads(path.read_bytes()) == {"text": awkward}


def test_geojson_has_points_and_null(tmp_path, account):
    path = write("geojson", records_of(account), tmp_path / "a.geojson")
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    first, second = collection["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [33.25, -12.5]}
    assert first["id"] == "evt_aaaa"
    assert second["geometry"] is None
    assert second["properties"] == records_of(account)[1]


def test_geojson_without_events_is_an_empty_collection(tmp_path):
    path = write("geojson", [], tmp_path / "a.geojson")
    assert json.loads(path.read_text(encoding="utf-8")) == {"type": "FeatureCollection", "features": []}


def test_csv_row(tmp_path, account):
    path = write("csv", records_of(account), tmp_path / "a.csv", CODES)
    with path.open(encoding="utf-8", newline="") as file:
        full, bare = csv.DictReader(file)
    assert full["agents"] == "Northern Front; gunmen"
    assert full["agent_ids"] == "northern_front; "
    assert full["targets"] == "traders"
    assert (full["lat"], full["lon"]) == ("-12.5", "33.25")
    assert (full["first_day"], full["last_day"]) == ("2020-03-03", "2020-03-03")
    assert (full["killed_low"], full["killed_best"], full["killed_high"]) == ("12", "12", "")
    assert full["tolls"] == "killed 12+ traders (says Radio Sahra); killed 20"
    assert full["speakers"] == "residents"
    assert (full["acled_event_type"], full["acled_sub_event_type"]) == ("Battles", "Armed clash")
    assert (full["cameo"], full["ged_type_of_violence"]) == ("190", "")
    assert bare["status"] == "denied"
    assert bare["lat"] == bare["killed_best"] == bare["agents"] == ""


@pytest.mark.parametrize("danger", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_csv_runs_no_formula(tmp_path, danger):
    article = make_article(title=danger)
    record = record_of(make_account(make_article()).events[1], article, INFO)
    with write("csv", [record], tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == f"'{danger}"
    assert row["time_partial"] == "'--10-04"


def test_csv_columns_of_codebooks_come_from_the_codebooks():
    codebooks = pytest.importorskip("dateline.records.codebooks")
    columns = code_columns(codebooks.open_codebook(name) for name in ("acled", "cameo"))
    assert ("acled", "event_type") in columns
    assert ("cameo", None) in columns
    assert len(columns) == len(set(columns))


def test_parquet_keeps_the_nested_record(tmp_path, account):
    parquet = pytest.importorskip("pyarrow.parquet")
    records = records_of(account)
    full, bare = parquet.read_table(write("parquet", records, tmp_path / "a.parquet")).to_pylist()
    assert full["agents"][0]["name"] == "Northern Front"
    assert full["anchors"][0] == {"start": 7, "end": 12, "text": "shell", "field": "title"}
    assert full["time"]["first"] == dt.date(2020, 3, 3)
    assert json.loads(dict(full["codes"])["acled"])["event_type"] == "Battles"
    assert dict(full["codes"])["ged"] is None
    assert bare["place"] is None
    assert bare["time"]["partial"] == "--10-04"


def test_parquet_schema_does_not_depend_on_the_records(tmp_path, account):
    parquet = pytest.importorskip("pyarrow.parquet")
    empty = parquet.read_schema(write("parquet", [], tmp_path / "a.parquet"))
    full = parquet.read_schema(write("parquet", records_of(account), tmp_path / "b.parquet"))
    assert empty.names == list(SCHEMA)
    assert empty.equals(full)


def test_parquet_is_written_in_batches(tmp_path, account):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = write("parquet", records_of(account) * 1001, tmp_path / "a.parquet")
    assert parquet.read_metadata(path).num_row_groups == 3
    assert parquet.read_metadata(path).num_rows == 2002


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dateline\[parquet\]'"):
        write("parquet", [], tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("low", "best", "high", "words"),
    [
        (58, 58, 58, "killed 58"),
        (13, 13, None, "killed 13+"),
        (10, 15, 20, "killed 10-20"),
        (None, 30, None, "killed 30"),
        (None, None, 40, "killed up to 40"),
        (None, None, None, "killed, number not told"),
        (0, 0, 0, "killed 0"),
    ],
)
def test_toll_in_words(low, best, high, words):
    toll = {"kind": "killed", "low": low, "best": best, "high": high, "who": None, "speaker": None}
    assert toll_text(toll) == words


# --- where it is written -------------------------------------------------------------------------------------------------


def test_file_appears_whole(tmp_path):
    path = tmp_path / "a.jsonl"
    with open_output(path) as sink:
        sink.write(b"{}\n")
        assert not path.exists()
    assert path.read_bytes() == b"{}\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.jsonl"]


def test_failed_run_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("old")

    def fail():
        with open_output(path) as sink:
            sink.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.jsonl"]


def test_interrupted_run_keeps_what_it_had(tmp_path, account):
    path = tmp_path / "a.geojson"
    path.write_text("old")

    def break_off():
        with open_output(path) as sink, open_writer("geojson", sink) as writer:
            writer.write(records_of(account)[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert path.read_text() == "old"
    assert len(json.loads((tmp_path / "a.geojson.part").read_text(encoding="utf-8"))["features"]) == 1


def test_links_are_followed(tmp_path):
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    real.write_text("old")
    link.symlink_to(real)
    with open_output(link) as sink:
        sink.write(b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_missing_folder_and_folder_are_told(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"), open_output(tmp_path / "none" / "a.csv"):
        pass
    with pytest.raises(OutputError, match="is a folder"), open_output(tmp_path):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("form", ["jsonl", "csv", "geojson", "parquet"])
def test_full_disk_is_told(form, account):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(OutputError, match="No space left on device"):
        write(form, records_of(account) * 2000, Path("/dev/full"))


def test_closed_pipe_stays_a_closed_pipe(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as raw:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, write_through=True))
        with pytest.raises(BrokenPipeError), open_output(None) as sink:
            sink.write(b"x")
        sys.stdout.detach()


# --- the documents say the same ------------------------------------------------------------------------------------------


def paths_of(shape, at="") -> set[str]:
    if isinstance(shape, dict):
        return {path for name, inner in shape.items() for path in ({f"{at}{name}"} | paths_of(inner, f"{at}{name}."))}
    return paths_of(shape[0], at) if isinstance(shape, list) else set()


def documented(heading: str) -> list[str]:
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_field_is_documented_and_every_documented_field_is_there():
    spans = {path for path in paths_of(dict(SCHEMA)) if ".spans." in path or path.startswith("anchors.")}
    assert sorted(documented("Fields")) == sorted(paths_of(dict(SCHEMA)) - spans)
    assert sorted(documented("Spans")) == ["end", "field", "start", "text"]


def test_every_csv_column_is_documented():
    assert documented("CSV") == csv_columns([])


def test_every_closed_value_is_documented():
    from dateline import model

    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for values in (
        "Status",
        "ActorKind",
        "SpeakerKind",
        "Certainty",
        "PlacePrecision",
        "TimePrecision",
        "TimeBasis",
        "TollKind",
        "Side",
    ):
        for value in getattr(model, values):
            assert f"`{value}`" in page, f"{values} {value}"


def test_info_is_what_the_record_says(account):
    other = CoderInfo(version="9", weights="w", packs="p")
    assert record_of(account.events[0], account.article, other)["coder"] == {"version": "9", "weights": "w", "packs": "p"}


def test_title_span_says_so_and_text_span_does_not(account):
    assert account.events[0].anchors[0].span == Span(start=7, end=12, field="title")
    first, second = records_of(account)[0]["anchors"]
    assert first["field"] == "title"
    assert "field" not in second
