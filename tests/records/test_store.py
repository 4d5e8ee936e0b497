"""The store, on both kinds of databases: what goes in comes out, twice is once, and what is asked for is what comes."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import replace

import pytest
from builders import INFO, make_article
from hypothesis import given
from hypothesis import strategies as st

from dateline.errors import FilterError, StoreError
from dateline.model import (
    Account,
    Attribution,
    Dropped,
    Event,
    EventType,
    Failure,
    PlacePrecision,
    RawDocument,
    Side,
    SpeakerKind,
    Status,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
)
from dateline.records import record_of
from dateline.records.store import Entry, Store, document_key, fields_of


def document(text: str, name: str = "a.txt", **settings) -> RawDocument:
    return RawDocument(name=name, data=text.encode(), **settings)


def entry(account: Account, name: str = "a.txt") -> Entry:
    found = document(account.article.text, name)
    return Entry(key=document_key(found), document=found, outcome=account)


def numbered(number: int, **settings) -> Account:
    """Return an account of one event that differs from others."""
    article = make_article(None, (f"Report {number} tells of a riot.",), id=f"art_{number:03}", **settings)
    anchor = article.evidence(article.sentences[0].span)
    event = Event(
        id=f"evt_{number:03}",
        article_id=article.id,
        type=EventType.RIOT if number % 2 else EventType.BOMBING,
        status=Status.HAPPENED if number % 3 else Status.PLANNED,
        anchors=(anchor,),
        place=Where(
            name="Tal Afar" if number % 2 else "Paris, Texas",
            country_code="IRQ" if number % 2 else "USA",
            precision=PlacePrecision.TOWN,
            lat=float(number),
            lon=1.5,
        )
        if number % 5
        else None,
        time=When(
            first=dt.date(2016, 10, 1) + dt.timedelta(days=number),
            last=dt.date(2016, 10, 1) + dt.timedelta(days=number),
            precision=TimePrecision.DAY,
            basis=TimeBasis.STATED,
        ),
        tolls=(Toll(kind=TollKind.KILLED, low=number, best=number, high=None),),
        confidence=number / 100,
    )
    return Account(article=article, events=(event,))


@pytest.fixture
def store(place):
    with Store(place, create=True) as store:
        yield store


@pytest.fixture
def run_id(store):
    return store.begin_run(INFO, {"threshold": 0.35}, ["folder"])


@pytest.fixture
def filled(store, run_id):
    store.add([entry(numbered(number), f"{number}.txt") for number in range(1, 31)], run_id, INFO)
    return store


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def library(request, tmp_path_factory):
    """Return a filled store that is only read, one for all tests."""
    if request.param == "sqlite":
        place = tmp_path_factory.mktemp("library") / "events.db"
    else:
        place = request.getfixturevalue("postgres").make_database()
    with Store(place, create=True) as store:
        run_id = store.begin_run(INFO, {}, [])
        store.add([entry(numbered(number), f"{number}.txt") for number in range(1, 31)], run_id, INFO)
        yield store


def ids(store, where=None):
    return [row["id"] for row in store.rows("events", where)]


# --- what goes in comes out ----------------------------------------------------------------------------------------------


def test_records_come_back_whole(store, run_id, account):
    added = store.add([entry(account)], run_id, INFO)
    assert (added.articles, added.events) == (1, 2)
    expected = [json.loads(json.dumps(record_of(event, account.article, INFO))) for event in account.events]
    assert list(store.records()) == expected


def test_an_article_comes_back_with_its_text_and_sentences(store, run_id, account):
    store.add([entry(account, "in/wire.jsonl:3")], run_id, INFO)
    row = store.article(account.article.id)
    assert (row["text"], row["title"], row["name"]) == (account.article.text, account.article.title, "in/wire.jsonl:3")
    assert (row["published"], row["published_day"]) == ("2020-03-05T08:30:00Z", "2020-03-05")
    spans = json.loads(row["sentences"])
    for sentence, (start, end, paragraph, *field) in zip(account.article.sentences, spans, strict=True):
        text = row["title"] if field else row["text"]
        assert (text[start:end], paragraph) == (sentence.text, sentence.paragraph)
    assert store.article("art_none") is None


def test_columns_say_what_the_record_says(store, run_id, account):
    store.add([entry(account)], run_id, INFO)
    rich, bare = store.rows("events")
    assert (rich["number"], rich["type"], rich["killed_low"], rich["killed_high"]) == (1, "shelling", 12, None)
    assert (rich["first_day"], rich["country_code"], rich["lat"], rich["admin1"]) == ("2020-03-03", "XKA", -12.5, "Sahra")
    assert (rich["agents"], rich["targets"]) == ("Northern Front; gunmen", "traders")
    assert json.loads(rich["reasons"]) == dict(account.events[0].reasons)
    assert (bare["number"], bare["first_day"], bare["place_name"], bare["killed_best"]) == (2, None, None, None)


def test_claims_say_who_says_what_and_where(store, run_id, account):
    store.add([entry(account)], run_id, INFO)
    claims = list(store.rows("claims"))
    said, killed, other, denied = claims
    assert (said["field"], said["value"], said["speaker"], said["via"]) == ("event", "happened", "residents", "Radio Sahra")
    assert (said["speaker_kind"], said["hedges"], said["cue"]) == ("witness", "reportedly", "reported")
    assert (killed["field"], killed["low"], killed["who"], killed["speaker"]) == ("killed", 12, "traders", "Radio Sahra")
    assert (other["best"], other["speaker"], other["quote"]) == (20, None, None)
    assert (denied["event_id"], denied["value"], denied["speaker"], denied["quote"]) == ("evt_bbbb", "denied", None, "fled")
    for claim in claims:
        if claim["quote"]:
            assert account.article.text[claim["span_start"] : claim["span_end"]] == claim["quote"]
            sentence = account.article.sentences[claim["sentence"]]
            assert sentence.span.start <= claim["span_start"] < sentence.span.end


def test_an_anchor_in_the_title_is_in_sentence_0(store, run_id, account):
    store.add([entry(account)], run_id, INFO)
    assert [row["sentence"] for row in store.rows("events")] == [0, 3]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Return a store for many examples."""
    with Store(tmp_path_factory.mktemp("scratch") / "events.db", create=True) as store:
        yield store


@given(text=st.text(min_size=1), extra=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.none() | st.integers()))
def test_any_text_is_kept_so_that_offsets_fit(scratch, text, extra):
    run_id = scratch.begin_run(INFO, {}, [text])
    article = replace(make_article(None, ("x",)), id=f"art_{run_id}", text=text, title=text, extra=extra, sentences=())
    scratch.add([Entry(key=f"doc_{run_id}", outcome=Account(article=article))], run_id, INFO)
    row = scratch.article(article.id)
    assert len(row["text"]) == len(row["title"]) == len(text)
    assert all(kept in {given, "\ufffd"} for kept, given in zip(row["text"], text, strict=True))
    assert json.loads(row["extra"] or "{}") == extra


def test_characters_that_a_database_cannot_hold(store, run_id):
    article = replace(make_article(None, ("a\0b\ud800c",)), source=replace(make_article().source, publisher="\0Wire"))
    event = Event(
        id="evt_1",
        article_id=article.id,
        type=EventType.RIOT,
        status=Status.HAPPENED,
        anchors=(article.evidence(article.sentences[0].span),),
        claims=(Attribution(speaker="\ud800 x", speaker_kind=SpeakerKind.WITNESS),),
        tolls=(Toll(kind=TollKind.KILLED, low=10**30, best=10**30, high=10**30, side=Side.UNKNOWN),),
    )
    added = store.add([Entry(key="k", outcome=Account(article=article, events=(event,)))], run_id, INFO)
    assert (added.articles, added.events, added.failed) == (1, 1, 0)
    (record,) = store.records()
    assert record["anchors"][0]["text"] == "a\0b\ud800c"
    assert record["tolls"][0]["best"] == 10**30
    (row,) = store.rows("events")
    assert row["killed_best"] is None
    assert store.article(article.id)["text"] == "a\ufffdb\ufffdc"


def test_what_cannot_be_kept_does_not_take_the_rest_with_it(store, run_id):
    bad = numbered(2)
    bad = replace(bad, events=(replace(bad.events[0], place=replace(bad.events[0].place, lat=float("nan"))),))
    added = store.add([entry(numbered(1)), entry(bad, "bad.txt"), entry(numbered(3))], run_id, INFO)
    assert (added.articles, added.events, added.failed) == (2, 2, 1)
    ((row, kept),) = store.failures()
    assert (row["name"], row["stage"], row["reason"]) == ("bad.txt", "write", "not_storable")
    assert kept.data == bad.article.text.encode()


# --- twice is once -------------------------------------------------------------------------------------------------------


def content(store):
    return {table: list(store.rows(table)) for table in ("articles", "events", "claims")}


def test_adding_again_changes_nothing(filled, run_id):
    before = content(filled)
    again = filled.begin_run(INFO, {}, [])
    added = filled.add([entry(numbered(number), "elsewhere.txt") for number in (3, 7)], again, INFO)
    assert (added.articles, added.events, added.copies) == (0, 0, 0)
    assert content(filled) == before


def test_the_same_article_from_another_document_is_a_copy(filled, run_id):
    before = content(filled)
    twin = Entry(key="doc_other", document=document("…", "twin.html"), outcome=numbered(3))
    assert filled.add([twin], run_id, INFO).copies == 1
    assert content(filled) == before
    assert filled.seen(["doc_other"]) == {"doc_other"}


def test_one_article_twice_in_one_batch(store, run_id):
    first, second = entry(numbered(1)), replace(entry(numbered(1)), key="doc_other")
    added = store.add([first, second], run_id, INFO)
    assert (added.articles, added.events, added.copies) == (1, 1, 1)


def test_order_does_not_depend_on_when_things_came(place, store, run_id, tmp_path):
    accounts = [entry(numbered(number)) for number in range(1, 20)]
    store.add(accounts[10:], run_id, INFO)
    store.add(accounts[:10], run_id, INFO)
    with Store(tmp_path / "other.db", create=True) as other:
        other.add(accounts, other.begin_run(INFO, {}, []), INFO)
        assert content(store) == content(other)


def test_a_document_is_known_by_what_it_holds():
    one = document("text", "a.txt")
    assert document_key(one) == document_key(document("text", "b.txt"))
    assert document_key(one) != document_key(document("text!", "a.txt"))
    assert document_key(one) != document_key(document("text", "a.txt", kind="html"))
    assert document_key(one) != document_key(document("text", "a.txt", url="https://news.example/1"))


def test_seen_tells_what_is_there(filled):
    key = entry(numbered(3)).key
    assert filled.seen([key, "doc_none"]) == {key}
    assert filled.seen([f"doc_{number}" for number in range(2000)]) == set()


# --- what is asked for ---------------------------------------------------------------------------------------------------

CONDITIONS = [
    ("type=riot", lambda n: n % 2),
    ("type=riot,bombing status=planned", lambda n: n % 3 == 0),
    ("type!=riot", lambda n: n % 2 == 0),
    ("country=irq", lambda n: n % 2 and n % 5),
    ("country=none", lambda n: n % 5 == 0),
    ("country!=none", lambda n: n % 5),
    ("country!=IRQ", lambda n: not (n % 2 and n % 5)),
    ("country!=IRQ,none", lambda n: n % 2 == 0 and n % 5),
    ("country=USA,none", lambda n: n % 5 == 0 or n % 2 == 0),
    ("killed_best>=25", lambda n: n >= 25),
    ("killed_best>25", lambda n: n > 25),
    ("killed_best<3", lambda n: n < 3),
    ("killed_best<=3 type=riot", lambda n: n in (1, 3)),
    ("killed_best=3..5,9", lambda n: n in (3, 4, 5, 9)),
    ("killed_best!=3..30", lambda n: n < 3),
    ("killed_high=none killed_best=..2", lambda n: n <= 2),
    ("confidence>=0.295", lambda n: n == 30),
    ("first_day=2016-10-04", lambda n: n == 3),
    ("first_day=2016-10-04..2016-10-06", lambda n: 3 <= n <= 5),
    ("first_day=2016-10", lambda n: n <= 30),
    ("first_day=2017", lambda n: False),
    ("first_day>2016-09", lambda n: True),
    ("last_day<=2016-10", lambda n: n <= 30),
    ("first_day<2016-10", lambda n: False),
    ("first_day=2016-10-30..", lambda n: n >= 29),
    ('place="Tal Afar"', lambda n: n % 2 and n % 5),
    ("place='Paris, Texas',\"Tal Afar\"", lambda n: n % 5),
    ("type = riot and killed_best <= 1", lambda n: n == 1),
    ('publisher="Radio Sahra" killed_best=7', lambda n: n == 7),
    ("published=2020-03 killed_best=7", lambda n: n == 7),
    ("published<2020", lambda n: False),
    ("copy_of=none lat=7", lambda n: n == 7),
    ("", lambda n: True),
]


@pytest.mark.parametrize(("where", "fits"), CONDITIONS, ids=[where or "nothing" for where, _ in CONDITIONS])
def test_conditions_choose(library, where, fits):
    expected = [f"evt_{number:03}" for number in range(1, 31) if fits(number)]
    assert ids(library, where) == expected
    assert library.count("events", where) == len(expected)
    assert [record["id"] for record in library.records(where)] == expected


def test_several_conditions_must_all_hold(library):
    assert ids(library, ["type=riot", "killed_best>=27"]) == ["evt_027", "evt_029"]


def test_every_field_can_be_asked_for(library):
    for table in ("events", "articles", "claims", "incidents"):
        for field in fields_of(table):
            assert library.count(table, f"{field}=none") + library.count(table, f"{field}!=none") == library.count(table)


def test_claims_are_chosen_by_their_events(library):
    assert {row["event_id"] for row in library.rows("claims", "type=riot best>=28")} == {"evt_029"}


def test_columns_can_be_chosen(library):
    assert next(iter(library.rows("events", "killed_best=3", ["id", "lat"]))) == {"id": "evt_003", "lat": 3.0}


def test_events_come_with_their_articles(library):
    for where in (None, 'publisher="Radio Sahra"'):
        pairs = list(library.events_with_articles(where))
        assert len(pairs) == 30
        for event, article in pairs:
            assert event["article_id"] == article["id"]
            assert "text" not in article


BAD = [
    ("colour=red", "no field 'colour'"),
    ("countri=IRQ", "did you mean country?"),
    ("type=bomb", "it is one of: clash, takeover"),
    ("country=Iraq", "three letters of ISO 3166"),
    ("type", "no condition can be read from 'type'"),
    ("type=", "no condition can be read"),
    ("type=riot; DROP TABLE events", "no condition|no field|there is no"),
    ("killed_best=many", "no whole number"),
    ("killed_best=1.5", "no whole number"),
    ("killed_best=99999999999999999999", "no whole number"),
    ("confidence>=nan", "no number"),
    ("first_day=2016-13", "no day"),
    ("first_day=2016-02-30", "no day"),
    ("first_day=Tuesday", "no day"),
    ("first_day=2016-10..2016-09", "ends before it begins"),
    ("killed_best>=1,2", "takes one value"),
    ("killed_best>=none", "takes one value"),
    ("first_day=..", "has no end"),
    ("type=riot,,bombing", "a list is written"),
    ('place="Tal', "no condition can be read"),
]


@pytest.mark.parametrize(("where", "told"), BAD, ids=[where for where, _ in BAD])
def test_what_is_no_condition_is_told(library, where, told):
    with pytest.raises(FilterError, match=told):
        list(library.rows("events", where))
    assert library.count("events") == 30


def test_unknown_tables_are_told(library):
    with pytest.raises(FilterError, match="one of: events, articles, claims, incidents"):
        list(library.rows("runs"))


def test_a_value_is_never_run_as_code(library):
    assert ids(library, """place="x' OR 1=1 --" """) == []


@given(st.text(max_size=30))
def test_any_text_is_a_condition_or_told(text):
    from dateline.records.filters import parse_where

    with contextlib.suppress(FilterError):
        assert all(condition.values for condition in parse_where(text, fields_of("events")))


# --- failures, runs, status ----------------------------------------------------------------------------------------------


def failure(name="bad.txt", reason="crash"):
    return Failure(name=name, stage="code", reason=reason, message=f"{name}: it went wrong")


def test_a_failure_keeps_its_document_until_it_comes_through(store, run_id):
    bad = document("some text", "bad.txt", url="https://news.example/1")
    failed = Entry(key="doc_1", document=bad, outcome=failure())
    store.add([failed], run_id, INFO)
    store.add([failed], run_id, INFO)
    ((row, kept),) = store.failures()
    assert (kept, row["tries"], row["message"]) == (bad, 2, "bad.txt: it went wrong")
    assert store.seen(["doc_1"]) == {"doc_1"}
    assert store.seen(["doc_1"], but_failed=True) == set()
    store.add([replace(failed, outcome=numbered(1))], run_id, INFO)
    assert list(store.failures()) == []
    assert store.seen(["doc_1"], but_failed=True) == {"doc_1"}


def test_a_large_document_is_not_kept(store, run_id, monkeypatch):
    monkeypatch.setattr("dateline.records.rows.LARGEST_KEPT", 5)
    store.add([Entry(key="doc_1", document=document("some text"), outcome=failure())], run_id, INFO)
    ((row, kept),) = store.failures()
    assert kept is None
    assert row["name"] == "bad.txt"


def test_status_counts_what_is_there(filled, run_id):
    dropped = Dropped(name="x", reason="language", message="x: French")
    filled.add(
        [Entry(key="d1", outcome=dropped), Entry(key="d2", outcome=failure()), Entry(key=None, outcome=failure("y"))],
        run_id,
        INFO,
    )
    filled.set_copies({"art_003": "art_001", "art_004": None})
    filled.end_run(run_id, skipped=4)
    status = filled.status()
    assert (status.articles, status.copies, status.events, status.claims, status.incidents) == (30, 1, 30, 60, 0)
    assert status.types == {"riot": {"happened": 10, "planned": 5}, "bombing": {"happened": 10, "planned": 5}}
    assert (status.failures, status.dropped) == ({("code", "crash"): 2}, {"language": 1})
    (run,) = status.runs
    assert (run["state"], run["articles"], run["events"], run["failed"], run["dropped"]) == ("finished", 30, 30, 2, 1)
    assert (run["skipped"], run["version"], run["weights"]) == (4, INFO.version, INFO.weights)
    assert run["started"] <= run["ended"]


def test_settings_have_a_hash(store):
    store.begin_run(INFO, {"a": 1, "b": 2})
    store.begin_run(INFO, {"b": 2, "a": 1})
    store.begin_run(INFO, {"b": 3, "a": 1})
    third, second, first = (run["config_hash"] for run in store.status().runs)
    assert first == second != third


# --- incidents, copies, feeds --------------------------------------------------------------------------------------------


def incident(number, *event_ids, **fields):
    known = {"type": "riot", "status": "happened", "confidence": 0.5, "sources": ["Wire"], "article_ids": ["art_001"]}
    return {"id": f"inc_{number}", "event_ids": list(event_ids)} | known | fields


def test_incidents_are_written_once_and_revised_when_changed(filled):
    one = incident(1, "evt_001", "evt_003", place={"name": "Dar", "country_code": "IRQ", "lat": 1.0})
    assert filled.write_incidents([one, incident(2, "evt_005")]) == 2
    assert filled.write_incidents([one]) == 0
    assert filled.write_incidents([one | {"grade": "B2"}]) == 1
    (row,) = filled.rows("incidents", "country=IRQ")
    assert (row["revision"], row["grade"], row["events"], row["place_name"]) == (2, "B2", 2, "Dar")
    history = filled.incident_history("inc_1")
    assert [(state["revision"], json.loads(state["record"]).get("grade")) for state in history] == [(1, None), (2, "B2")]
    assert [record["revision"] for record in filled.incident_records()] == [2, 1]
    assert filled.incident_of(["evt_001", "evt_003", "evt_009"]) == {"evt_001": "inc_1", "evt_003": "inc_1"}


def test_merged_and_split_incidents_leave_a_history(filled):
    filled.write_incidents([incident(1, "evt_001"), incident(2, "evt_003")])
    filled.write_incidents([incident(1, "evt_001", "evt_003")], retired={"inc_2": "inc_1", "inc_none": None})
    assert filled.incident_of(["evt_001", "evt_003"]) == {"evt_001": "inc_1", "evt_003": "inc_1"}
    assert [row["id"] for row in filled.rows("incidents")] == ["inc_1"]
    last = filled.incident_history("inc_2")[-1]
    assert (last["revision"], last["merged_into"], last["record"]) == (2, "inc_1", None)
    filled.write_incidents([incident(1, "evt_001"), incident(2, "evt_003", split_from="inc_1")])
    assert [state["split_from"] for state in filled.incident_history("inc_2")] == [None, None, "inc_1"]


def test_incidents_are_written_all_or_none(filled):
    with pytest.raises(StoreError, match="evt_none"):
        filled.write_incidents([incident(1, "evt_001"), incident(2, "evt_none")])
    assert filled.count("incidents") == 0
    assert filled.incident_history("inc_1") == []


def test_an_event_belongs_to_one_incident(filled):
    with pytest.raises(StoreError, match="evt_001 is given to two incidents, inc_1 and inc_2"):
        filled.write_incidents([incident(1, "evt_001"), incident(2, "evt_001")])


def test_feeds_are_remembered(store):
    store.save_source("https://a.example/feed", etag="x", next_due="2026-01-02T00:00:00Z")
    store.save_source("https://a.example/feed", title="A")
    store.save_source("https://b.example/feed")
    store.save_source("https://b.example/feed")
    first, second = store.sources()
    assert (first["etag"], first["title"], first["failures"], second["etag"]) == ("x", "A", 0, None)
    assert [row["url"] for row in store.sources(due_by="2026-01-01T00:00:00Z")] == ["https://b.example/feed"]
