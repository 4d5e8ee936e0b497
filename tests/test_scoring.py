"""Scoring: its numbers are the yardstick's, its rules hold one by one, and the command tells a user what is wrong with a file."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import re
from pathlib import Path

import pytest
from builders import INFO
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import dateline.pipeline
from dateline.cli import cli
from dateline.config import Config
from dateline.grounding.place_names import read_countries
from dateline.model import (
    Account,
    Article,
    Attribution,
    Event,
    EventType,
    Evidence,
    PlacePrecision,
    RawDocument,
    Span,
    Status,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)
from dateline.records.exports import record_of
from dateline.records.views import plain
from dateline.run.local import code_document
from dateline.scoring import FIELDS, evaluate, find_mistakes, read_report, score_report, view_evaluation, view_mistakes
from dateline.scoring.numbers import find_region
from dateline.scoring.reports import Report

SHARED = Path(__file__).parents[2] / "shared"
GOLD = SHARED / "corpus" / "gold" / "dev.jsonl"
YARDSTICK = SHARED / "score" / "score_events.py"
MAIN = ("reports", "gold", "coded", "detection", "typed", "typed_status", "record", "fields")

SENTENCES = [
    "Gunmen kill five policemen in Baghdad",
    "Gunmen opened fire at a checkpoint in Baghdad on Tuesday and killed five policemen, the interior ministry said.",
    "Police later arrested two suspects in the northern city of Mosul.",
]


def killing(**changes) -> dict:
    return {
        "id": "e1",
        "type": "clash",
        "status": "happened",
        "anchors": [[0, "kill"], [1, "opened fire"], [1, "killed"]],
        "agent": [[0, "Gunmen"], [1, "Gunmen"]],
        "target": [[0, "five policemen"]],
        "place": [[1, "Baghdad"]],
        "time": [[1, "Tuesday"]],
        "toll": [{"kind": "killed", "low": 5, "best": 5, "high": 5, "at": [1, "five"]}],
        "source": [[1, "the interior ministry"]],
        "norm": {"agent": ["gunmen"], "target": ["police"], "place": "Baghdad, Iraq", "start": "2016-10-11"},
    } | changes


def arrest(**changes) -> dict:
    return {
        "id": "e2",
        "type": "arrest",
        "status": "happened",
        "anchors": [[2, "arrested"]],
        "agent": [[2, "Police"]],
        "target": [[2, "two suspects"]],
        "norm": {"agent": ["Iraqi police"], "target": None, "place": "Mosul, Iraq", "start": None, "end": "2016-10-14"},
    } | changes


def annotated(*events, **changes) -> dict:
    report = {"id": "r-1", "synthetic": True, "style": "wire", "published": "2016-10-14", "title": True}
    return report | {"sentences": SENTENCES, "events": list(events)} | changes


def read(record: dict) -> Report:
    report = read_report(RawDocument(name="gold.jsonl:7", data=json.dumps(record).encode(), kind="jsonl"))
    assert isinstance(report, Report), report
    return report


def faults(record: object) -> list[str]:
    data = record if isinstance(record, bytes) else json.dumps(record).encode()
    found = read_report(RawDocument(name="gold.jsonl:7", data=data, kind="jsonl"))
    assert isinstance(found, list), "it was read without a fault"
    return [failure.message for failure in found]


def event(text: str, *words: str, kind: str = "clash", **fields) -> Event:
    """Return a coded event with the given anchors (the first occurrence of each in the text)."""
    anchors = tuple(
        Evidence(article_id="art_1", span=Span(start=text.index(word), end=text.index(word) + len(word)), quote=word)
        for word in words
    )
    settings = {"status": Status.HAPPENED, "confidence": 0.9} | fields
    return Event(id="evt_1", article_id="art_1", type=EventType(kind), anchors=anchors, **settings)


def where(name: str, **fields) -> Where:
    return Where(name=name, precision=PlacePrecision.TOWN, **fields)


def on(day: str) -> When:
    date = dt.date.fromisoformat(day)
    return When(first=date, last=date, precision=TimePrecision.DAY, basis=TimeBasis.STATED)


def dead(best: int | None) -> Toll:
    return Toll(kind=TollKind.KILLED, low=None, best=best, high=None)


def judge(gold: dict, **fields) -> dict[str, bool | None]:
    """Return how the fields of an event coded at "opened fire" are judged."""
    report = read(annotated(gold))
    (pair,) = score_report(report, [event(report.text, "opened fire", **fields)]).pairs
    return dict(pair.right)


# --- the same numbers as the yardstick -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def yardstick():
    if not YARDSTICK.is_file():
        pytest.skip(f"{YARDSTICK} is absent: our numbers were NOT compared with the yardstick's")
    spec = importlib.util.spec_from_file_location("yardstick", YARDSTICK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_yardstick(yardstick, records: list[dict], coded: list[list[Event]]) -> dict:
    lines = [
        record_of(each, Article(id="art_1", given_id=record["id"], text="\n".join(record["sentences"])), INFO)
        for record, events in zip(records, coded, strict=True)
        for each in events
    ]
    return yardstick.score(records, lines)[0]


def ours(records: list[dict], coded: list[list[Event]]) -> dict:
    evaluation = evaluate([score_report(read(record), events) for record, events in zip(records, coded, strict=True)])
    return {name: value for name, value in evaluation.as_json().items() if name in MAIN}


def test_development_reports_score_as_by_the_yardstick(yardstick, coder):
    if not GOLD.is_file():
        pytest.skip(f"{GOLD} is absent: our numbers were NOT compared with the yardstick's on real reports")
    records = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    coded = []
    for record in records:
        outcome = code_document(read(record).document(), coder, Config())
        coded.append(list(outcome.events) if isinstance(outcome, Account) else [])
    assert sum(map(len, coded)) > 50
    assert ours(records, coded) == by_yardstick(yardstick, records, coded)


WORDS = ("kill", "Gunmen", "five", "opened fire", "checkpoint", "killed", "said", "arrested", "Police", "suspects")
NAMES = ("gunmen", "the gunmen", "Iraqi police", "five people", "Al-Qaïda", "the group", "soldiers", "ministry")
PLACES = ("Baghdad, Iraq", "Mosul, Nineveh, Iraq", "Iraq", "Nineveh", "Ba‘quba, Iraq", "northern Mosul, Iraq")
DAYS = ("2016-10-11", "2016-10", "2016", "2015-01-01")
some = st.sampled_from
names = st.lists(some(NAMES), max_size=2)


def index_of(word: str) -> int:
    return next(number for number, sentence in enumerate(SENTENCES) if word in sentence)


quotes = st.lists(some(WORDS), max_size=3).map(lambda words: [[index_of(word), word] for word in words])
golds = st.fixed_dictionaries(
    {
        "id": st.just("e"),
        "type": some(["clash", "arrest", "raid"]),
        "status": some(["happened", "planned"]),
        "anchors": quotes.filter(bool),
        "agent": quotes,
        "target": quotes,
        "source": quotes,
        "toll": st.lists(
            st.fixed_dictionaries({"kind": some(["killed", "wounded"]), "best": some([None, 0, 5, 7])}), max_size=2
        ),
        "norm": st.fixed_dictionaries(
            {"agent": names, "target": st.none() | names, "place": st.none() | some(PLACES), "start": st.none() | some(DAYS)}
        ),
    }
)
towns = some(["Baghdad", "mosul", "Iraq"])
parties = names.map(lambda found: tuple(Who(name=name) for name in found))
events_coded = st.builds(
    lambda words, **fields: event("\n".join(SENTENCES), *words, **fields),
    st.lists(some(WORDS), min_size=1, max_size=3),
    kind=some(["clash", "arrest", "raid"]),
    status=some([Status.HAPPENED, Status.PLANNED]),
    agents=parties,
    targets=parties,
    place=st.none() | st.builds(where, towns, admin1=st.none() | st.just("Nineveh"), country=st.none() | st.just("Iraq")),
    time=st.none() | some(["2016-10-11", "2015-01-01"]).map(on),
    tolls=st.lists(some([None, 0, 5, 7]).map(dead), max_size=2).map(tuple),
    claims=st.lists(
        st.builds(Attribution, speaker=st.none() | some(NAMES), via=st.lists(some(NAMES), max_size=1).map(tuple)), max_size=2
    ).map(tuple),
)


@given(st.lists(st.tuples(st.lists(golds, max_size=4), st.lists(events_coded, max_size=5)), min_size=1, max_size=3))
def test_any_reports_score_as_by_the_yardstick(yardstick, reports):
    records = [annotated(*events, id=f"r-{number}") for number, (events, _) in enumerate(reports)]
    coded = [found for _, found in reports]
    assert ours(records, coded) == by_yardstick(yardstick, records, coded)


# --- matching ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        (["killed"], "clash", True),
        (["killed"], "bombing", True),  # a shared word is enough
        (["fire"], "bombing", True),  # so is part of one
        (["checkpoint"], "clash", True),  # the sentence, with the type
        (["checkpoint"], "bombing", False),
        (["Mosul"], "clash", False),
    ],
)
def test_events_match_by_a_word_or_by_sentence_and_type(words, kind, found):
    report = read(annotated(killing()))
    scored = score_report(report, [event(report.text, *words, kind=kind)])
    assert bool(scored.pairs) is found
    assert (len(scored.missed), len(scored.false)) == ((0, 0) if found else (1, 1))


def test_no_event_is_matched_twice_and_the_type_weighs_more_than_a_second_word():
    report = read(annotated(killing()))
    typed, wordy = event(report.text, "killed"), event(report.text, "opened fire", "killed", kind="raid")
    assert score_report(report, [typed, wordy]).false == (wordy,)


def test_matching_gives_up_the_strongest_pair_where_more_can_be_matched():
    first, second = killing(id="a", anchors=[[1, "opened fire"], [1, "killed"]]), killing(id="b", anchors=[[1, "opened fire"]])
    report = read(annotated(first, second))
    both, other = event(report.text, "opened fire", "killed"), event(report.text, "killed", kind="raid")
    scored = score_report(report, [both, other])
    assert len(scored.pairs) == 2
    assert not scored.missed


# --- fields --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gold", "coded", "field", "right"),
    [
        ({}, {"agents": (Who(name="armed gunmen"),)}, "agent", True),
        ({}, {"agents": (Who(name="five men"),)}, "agent", False),
        ({}, {}, "agent", False),
        ({"agent": [], "norm": {}}, {}, "agent", True),
        ({"agent": [], "norm": {}}, {"agents": (Who(name="soldiers"),)}, "agent", False),
        ({"norm": {"target": ["Policía"]}}, {"targets": (Who(name="policia"),)}, "target", True),
        ({"target": [[0, "five"]], "norm": {}}, {"targets": (Who(name="five"),)}, "target", True),  # "five" is no content
        ({}, {"place": where("Baghdad")}, "place", True),
        ({}, {"place": where("Greater Baghdad")}, "place", True),
        ({}, {"place": where("Karrada", admin2="Baghdad")}, "place", True),
        ({}, {"place": where("Samarra", admin1="Salah al-Din", country="Iraq")}, "place", False),
        ({"norm": {"place": "Iraq"}}, {"place": where("Samarra", country="Iraq")}, "place", True),
        ({}, {}, "place", False),
        ({"norm": {}}, {"place": where("Baghdad")}, "place", None),
        ({"norm": {}}, {}, "place", True),
        ({}, {"time": on("2016-10-11")}, "date", True),
        ({}, {"time": on("2016-10-12")}, "date", False),
        ({"norm": {"start": "2016-10"}}, {"time": on("2016-10-12")}, "date", True),
        ({"norm": {"start": "2016"}}, {}, "date", False),
        ({"norm": {}}, {"time": on("2016-10-12")}, "date", None),
        ({}, {"tolls": (dead(3), dead(5))}, "toll", True),
        ({}, {"tolls": (dead(5), dead(6))}, "toll", False),
        ({}, {}, "toll", False),
        ({"toll": [{"kind": "wounded", "best": 5}]}, {}, "toll", None),
        ({"toll": [{"kind": "killed", "best": 0}]}, {}, "toll", None),
        ({}, {"claims": (Attribution(speaker=None, via=("Interior Ministry",)),)}, "speaker", True),
        ({}, {}, "speaker", False),
        ({"source": []}, {}, "speaker", None),
        ({"source": []}, {"claims": (Attribution(speaker="residents"),)}, "speaker", False),
        ({}, {"status": Status.PLANNED}, "status", False),
        ({}, {"kind": "raid"}, "type", False),
    ],
)
def test_field_is_judged_by_its_rule(gold, coded, field, right):
    assert judge(killing(**gold), **coded)[field] is right


def test_record_is_right_only_with_all_its_fields():
    complete = {
        "agents": (Who(name="gunmen"),),
        "targets": (Who(name="policemen"),),
        "place": where("Baghdad"),
        "time": on("2016-10-11"),
        "tolls": (dead(5),),
    }
    report = read(annotated(killing()))

    def record_f(**fields) -> float:
        return evaluate([score_report(report, [event(report.text, "killed", **fields)])]).numbers.record.f

    assert record_f(**complete) == 100
    assert record_f(**complete, claims=(Attribution(speaker="residents"),)) == 100, "the speaker is no part of it"
    assert [record_f(**{name: value for name, value in complete.items() if name != left}) for left in complete] == [0] * 5
    assert record_f(**complete, status=Status.FOILED) == 0


# --- sums ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def scored():
    report = read(annotated(killing(), arrest()))
    text = report.text
    return [
        score_report(
            report,
            [
                event(text, "killed", kind="armed_attack", confidence=0.95),
                event(text, "arrested", kind="arrest", confidence=1.0),
                event(text, "suspects", kind="raid", confidence=0.2),
            ],
        ),
        score_report(read(annotated(id="r-2", style=None)), []),
    ]


def test_levels_are_of_coded_and_of_annotated_events(scored):
    numbers = evaluate(scored).numbers
    assert (numbers.reports, numbers.gold, numbers.coded) == (2, 2, 3)
    assert (numbers.detection.p, numbers.detection.r, numbers.detection.f) == (66.7, 100.0, 80.0)
    assert (numbers.typed.p, numbers.typed.r, numbers.typed.f) == (33.3, 50.0, 40.0)


def test_types_and_confusions(scored):
    evaluation = evaluate(scored)
    clash, attack = evaluation.types["clash"], evaluation.types["armed_attack"]
    assert (clash.gold, clash.coded, clash.matched, clash.right) == (1, 0, 1, 0)
    assert (attack.gold, attack.coded, attack.matched, attack.right) == (0, 1, 0, 0)
    assert [(c.annotated, c.coded, c.count) for c in evaluation.confusions] == [("clash", "armed_attack", 1)]


def test_calibration_has_five_bands_that_hold_every_event(scored):
    bands = evaluate(scored).calibration
    assert [(band.low, band.high) for band in bands] == [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)]
    assert [(band.events, band.right) for band in bands] == [(0, 0), (1, 0), (0, 0), (0, 0), (2, 1)]
    assert (bands[0].confidence, bands[4].confidence) == (None, 0.975)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("style", {"wire": 2, "not told": 0}),
        ("region", {"Middle East": 2, "not told": 0}),
        ("file", {"gold.jsonl": 2}),
        (None, {}),
    ],
)
def test_groups_share_out_the_reports(scored, by, groups):
    assert {name: numbers.gold for name, numbers in evaluate(scored, by).groups.items()} == groups


def test_nothing_scored_has_no_numbers_to_divide():
    assert "0 annotated events" in plain(view_evaluation(evaluate([score_report(read(annotated()), [])])))


REGIONS = {
    "Africa": ["northern Mali", "Goma, DR Congo", "Niger-Burkina Faso border", "Bissau, Guinea-Bissau"],
    "Americas": ["Atlanta, Georgia, United States", "Santiago, Chile"],
    "Asia": ["Rangoon, Burma", "Suva, Fiji", "Port Moresby, Papua New Guinea"],
    "Europe": ["Stepanakert, Nagorno-Karabakh", "Moscow, Soviet Union", "Tbilisi, Georgia"],
    "Middle East": ["Mosul, Iraq", "Sarmin, Idlib, Syria", "Cairo, Egypt", "off Gaza", "West Bank; Gaza Strip"],
    None: ["Red Sea", ""],
}


@pytest.mark.parametrize(("place", "region"), [(place, region) for region, places in REGIONS.items() for place in places])
def test_region_is_that_of_the_place_s_country(place, region):
    assert find_region(place) == region


def test_every_country_lies_in_a_region():
    assert [country.name for country in read_countries().values() if not find_region(country.name)] == ["Antarctica"]


# --- mistakes ------------------------------------------------------------------------------------------------------------


def test_mistakes_quote_their_sentences(scored):
    report = read(annotated(killing(), id="r-3"))
    mistakes = find_mistakes([*scored, score_report(report, [])])
    assert [(m.kind, m.report.id) for m in mistakes] == [
        ("missed", "r-3"),
        ("false", "r-1"),
        ("wrong", "r-1"),
        ("wrong", "r-1"),
    ]
    text = plain(view_mistakes(mistakes))
    assert "Gunmen [opened fire] at a checkpoint in Baghdad on Tuesday and [killed] five policemen" in text
    assert "Police later arrested two [suspects]" in text
    assert re.search(r"type +annotated clash; coded armed_attack\n", text)
    assert re.search(r"place +annotated Baghdad, Iraq; coded none\n", text)


def test_mistakes_can_be_cut_for_each_kind(scored):
    assert [mistake.kind for mistake in find_mistakes(scored, 1)] == ["false", "wrong"]


def test_anchors_that_overlap_do_not_double_words():
    report = read(annotated(killing(anchors=[[1, "opened fire"], [1, "fire"], [1, "opened fire at"]])))
    (mistake,) = find_mistakes([score_report(report, [])])
    assert mistake.as_json()["sentences"] == [SENTENCES[1]]


# --- annotated reports ---------------------------------------------------------------------------------------------------


def test_report_is_coded_as_its_sentences_joined_by_newlines():
    report = read(annotated(killing()))
    document = json.loads(report.document().data)
    assert document == {"id": "r-1", "text": "\n".join(SENTENCES), "published": "2016-10-14"}
    for anchor in report.events[0].anchors:
        assert document["text"][anchor.span.start : anchor.span.end] == anchor.quote


def test_number_after_a_quotation_is_its_occurrence():
    sentences = ["Rebels fired and soldiers fired back."]
    report = read(annotated(killing(**NO_QUOTES, anchors=[[0, "fired#2"]]), sentences=sentences))
    (anchor,) = report.events[0].anchors
    assert (anchor.span.start, anchor.quote) == (sentences[0].rindex("fired"), "fired")


NO_QUOTES = {"agent": [], "target": [], "place": [], "time": [], "toll": [], "source": []}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (b"{", "this is no JSON"),
        (b"\xff\xfe{", "this is no JSON"),
        ([1], "this is no annotated report"),
        ({"id": "a", "text": "Gunmen killed five."}, "this is no annotated report"),
        (annotated(sentences=[]), '"sentences" must hold sentences'),
        (annotated(sentences=["One.", " "]), '"sentences" must hold sentences'),
        (annotated(sentences="One."), '"sentences" must be a list of strings'),
        (annotated(published="soon"), "published: 'soon' is no date"),
        (annotated("attack"), '"events" must be a list of objects'),
        (annotated(killing(type="attack")), "event e1: \"type\" is 'attack'; known are clash, "),
        (annotated(killing(status=None)), 'event e1: "status" is None'),
        (annotated(killing(anchors=[])), "event e1: it has no anchor"),
        (annotated(killing(anchors=[[1, "bombed"]])), "event e1: anchors: 'bombed' does not stand in sentence 1"),
        (annotated(killing(anchors=[[1, "killed#2"]])), "'killed#2' does not stand in sentence 1"),
        (annotated(killing(anchors=[[1, "killed#0"]])), "'killed#0' does not stand in sentence 1"),
        (annotated(killing(anchors=[[1, ""]])), "'' does not stand in sentence 1"),
        (annotated(killing(cue=[[9, "said"]])), "event e1: cue: there is no sentence 9"),
        (annotated(killing(cue=[["said", 1]])), "is no quotation"),
        (annotated(killing(cue=["said"])), '"cue" must be a list of quotations'),
        (annotated(killing(toll=[{"kind": "dead", "best": 5}])), "event e1: toll: \"kind\" is 'dead'; known are killed, "),
        (annotated(killing(toll=[{"kind": "killed", "best": "five"}])), "its figures must be whole numbers"),
        (annotated(killing(toll=[{"kind": "killed", "best": 5, "at": [0, "six"]}])), "toll: at: 'six' does not stand"),
        (annotated(killing(norm=["Baghdad"])), '"norm" must be an object'),
        (annotated(killing(norm={"start": "11 October"})), "event e1: norm: start '11 October' is no date"),
        (annotated(killing(norm={"place": 5})), 'norm: "place" must be a string, not 5'),
    ],
)
def test_fault_names_file_line_and_what_is_wrong(record, words):
    (message,) = faults(record)
    assert message.startswith("gold.jsonl:7: ")
    assert words in message
    assert "\n" not in message


def test_every_fault_is_told():
    assert len(faults(annotated(killing(type="attack", cue=[[1, "shouted"]]), arrest(status="done")))) == 3


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_value_in_any_place_breaks_the_reading(value):
    for key in ("sentences", "published", "style", "events"):
        read_report(RawDocument(name="x:1", data=json.dumps(annotated(killing()) | {key: value}).encode(), kind="jsonl"))
    for key in killing():
        read_report(RawDocument(name="x:1", data=json.dumps(annotated(killing(**{key: value}))).encode(), kind="jsonl"))


# --- the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(own_cache, coder, monkeypatch, tmp_path):
    monkeypatch.setattr(dateline.pipeline, "Coder", lambda config=None, *, progress=None: coder)
    monkeypatch.chdir(tmp_path)
    write("gold.jsonl", annotated(killing(), arrest()), annotated(killing(), id="r-2", style="web"))

    def run(*arguments: str, exit_code: int = 0):
        result = CliRunner().invoke(cli, ["evaluate", *arguments], catch_exceptions=False, prog_name="dateline")
        assert result.exit_code == exit_code, result.output
        return result

    return run


def write(name: str, *records: object) -> None:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_table_tells_the_numbers(command):
    text = command("gold.jsonl").stdout
    assert text.startswith("2 reports, 3 annotated events, ")
    for name in ("detection", "typed, status", "record", *FIELDS):
        assert re.search(rf"^{name} +\d+\.\d ", text, re.MULTILINE), name
    assert re.search(r"^clash +2 ", text, re.MULTILINE)
    assert re.search(r"^0\.8-1\.0 +\d+", text, re.MULTILINE)


def test_json_holds_what_the_table_shows(command):
    values = json.loads(command("gold.jsonl", "--format", "json", "--by", "style", "--errors", "2").stdout)
    assert list(values) == [*MAIN, "types", "confusions", "calibration", "groups", "mistakes"]
    assert (values["reports"], values["gold"]) == (2, 3)
    assert {name: group["gold"] for name, group in values["groups"].items()} == {"wire": 2, "web": 1}
    assert sum(band["events"] for band in values["calibration"]) == values["coded"] > 0
    for mistake in values["mistakes"]:
        assert mistake["line"].startswith("gold.jsonl:")
        assert set(mistake["sentences"]) <= set(SENTENCES)


def test_groups_of_several_files(command):
    write("more.jsonl", annotated(arrest(), id="r-3"))
    text = command("gold.jsonl", "more.jsonl", "--by", "file").stdout
    assert re.search(r"^gold\.jsonl +2 +3 ", text, re.MULTILINE)
    assert re.search(r"^more\.jsonl +1 +1 ", text, re.MULTILINE)


def test_bad_lines_are_told_and_the_good_ones_scored(command):
    write(
        "bad.jsonl",
        annotated(killing(), id="a"),
        "nonsense",
        annotated(killing(anchors=[[1, "bombed"]]), id="b"),
        annotated(id="a"),
    )
    result = command("bad.jsonl", "none.jsonl", exit_code=3)
    assert result.stdout.startswith("1 report, 1 annotated events, ")
    told = result.stderr.splitlines()
    assert [line.split(": ")[2] for line in told] == ["bad.jsonl:2", "bad.jsonl:3", "bad.jsonl:4", "none.jsonl"]
    assert "'bombed' does not stand in sentence 1" in told[1]
    assert "the id 'a' stands in bad.jsonl:1 already" in told[2]


def test_file_without_annotated_reports_is_5(command):
    write("bad.jsonl", "nonsense")
    result = command("bad.jsonl", exit_code=5)
    assert result.stdout == ""
    assert "nothing was scored" in result.stderr


def test_report_that_is_dropped_counts_as_one_without_events(command):
    german = ["Die Polizei hat am Dienstag in Berlin drei Männer festgenommen, die einen Anschlag geplant haben sollen."]
    write("german.jsonl", annotated(arrest(agent=[], target=[], anchors=[[0, "festgenommen"]]), sentences=german, id="g"))
    result = command("german.jsonl", "--errors", "1")
    assert result.stdout.startswith("1 report, 1 annotated events, 0 coded")
    assert "coded without events: german.jsonl:1: its language is de" in result.stderr
    assert "[festgenommen]" in result.stdout


@pytest.mark.parametrize("arguments", [[], ["gold.jsonl", "--by", "author"], ["gold.jsonl", "--errors", "-1"]])
def test_mistake_in_the_command_is_2(command, arguments):
    assert "Usage: dateline evaluate" in command(*arguments, exit_code=2).stderr


def test_weights_that_are_missing_are_4(own_cache, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("gold.jsonl", annotated(killing()))
    Path("empty").mkdir()
    result = CliRunner().invoke(cli, ["evaluate", "gold.jsonl", "--weights", "empty"], prog_name="dateline")
    assert result.exit_code == 4
    assert "is missing" in result.stderr
