"""The measurement on MUC-4: the scores, the forms and the alignment, on hand-made reports."""

from __future__ import annotations

import datetime as dt
import gzip
import importlib.util
import itertools
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders import make_article, words
from hypothesis import given
from hypothesis import strategies as st

from dateline.model import (
    Account,
    ActorKind,
    Event,
    EventType,
    PlacePrecision,
    Status,
    Thing,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)

PATH = Path(__file__).parents[1] / "evals" / "muc.py"
TEXT = (
    "MEMBERS OF THE DAWN FRONT [DF] KILLED COLONEL TADEO VARRENO AND THREE PEASANTS IN SANTA MARTELA ON 3 MAY.",
    "THE GUERRILLAS BLEW UP THE OLD BRIDGE WITH A DYNAMITE CHARGE. VARRENO WAS 50. THEY FLED.",
)


@pytest.fixture(scope="module")
def muc():
    spec = importlib.util.spec_from_file_location("evals_muc", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def sets(*clusters):
    return [frozenset(cluster.split("|")) for cluster in clusters]


# --- scores --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "predicted, answers, right, shares",
    [
        (sets("a|b", "c"), sets("a|b", "c"), 2, (100, 100, 100)),  # perfect
        (sets("a"), sets("a|b|c"), 1, (100, 100, 100)),  # a subset is right
        (sets("a|b|x"), sets("a|b"), 0, (0, 0, 0)),  # a superset is wrong
        (sets("a", "b"), sets("a|b"), 1, (50, 100, 200 / 3)),  # split: one answer, one partner
        (sets("a|b"), sets("a", "b"), 0, (0, 0, 0)),  # joined
        (sets("a", "a|b"), sets("a|c", "a|b"), 2, (100, 100, 100)),  # the first must not take the only partner of the second
        ([], sets("a"), 0, (0, 0, 0)),
        (sets("a"), [], 0, (0, 0, 0)),
        ([], [], 0, (0, 0, 0)),
    ],
)
def test_clusters_are_scored_as_subsets_one_to_one(muc, predicted, answers, right, shares):
    tally = muc.score_role(predicted, answers)
    assert (tally.right, tally.given, tally.asked) == (right, len(predicted), len(answers))
    assert tally.shares == pytest.approx(shares)


def test_scores_are_micro_averaged_over_reports(muc):
    tally = muc.score_role(sets("a"), sets("a")) + muc.score_role(sets("x", "y", "z"), sets("b", "c"))
    assert tally == muc.Tally(1, 4, 3)
    assert tally.shares == pytest.approx((25, 100 / 3, 200 / 7))


@pytest.mark.parametrize(
    "text, plain",
    [
        ('THE "Santa Martela" farm', "santa martela farm"),
        ("a CAR-BOMB, the an", "carbomb"),  # punctuation goes before articles, as in the published scorer
        ("  Theatre of   an Army ", "theatre of army"),
        ("the", ""),
    ],
)
def test_words_are_compared_without_case_articles_and_punctuation(muc, text, plain):
    assert muc.normalise(text) == plain


def test_answers_without_words_are_left_out(muc):
    extracts = {role: [] for role in muc.ROLES} | {"Target": [[["The Bridge", 3], ["bridge", 9]], [["the", 0]], []]}
    assert muc.read_answers({"extracts": extracts})["Target"] == [frozenset({"bridge"})]


clusters = st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=5)


@given(predicted=clusters, answers=clusters)
def test_no_score_leaves_its_bounds(muc, predicted, answers):
    tally = muc.score_role(predicted, answers)
    assert 0 <= tally.right <= min(tally.given, tally.asked)
    assert all(0 <= share <= 100 + 1e-9 for share in tally.shares)
    assert tally.right >= muc.score_role(predicted[1:], answers).right
    assert tally.right == muc.score_role(predicted[::-1], answers[::-1]).right


@given(answers=clusters.filter(bool))
def test_the_answers_themselves_score_100(muc, answers):
    assert muc.score_role(answers, answers).shares == pytest.approx((100, 100, 100))


@given(
    st.integers(0, 4).flatmap(
        lambda columns: st.lists(st.lists(st.integers(0, 9), min_size=columns, max_size=columns), max_size=4)
    )
)
def test_no_other_pairing_weighs_more(muc, weights):
    pairs = muc.assign(weights)
    rows, columns = len(weights), len(weights[0]) if weights else 0
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    best = max(
        sum(weights[row][column] for row, column in enumerate(order[:rows]) if column < columns)
        for order in itertools.permutations(range(max(rows, columns)))
    )
    assert sum(weights[row][column] for row, column in pairs) == best
    assert all(weights[row][column] > 0 for row, column in pairs)


# --- roles ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report():
    """An account of a killing, of a bridge blown up, and of an arrest, which is no incident."""
    article = make_article(title=None, sentences=TEXT)
    front = {"name": "Dawn Front", "kind": ActorKind.REBEL_GROUP}
    settings = {"article_id": article.id, "status": Status.HAPPENED}
    killing = Event(
        id="evt_1",
        type=EventType.ASSASSINATION,
        anchors=words(article, "KILLED"),
        agents=(Who(**front, evidence=words(article, "MEMBERS OF THE DAWN FRONT [DF]")),),
        targets=(
            Who(name="VARRENO", evidence=words(article, "COLONEL TADEO VARRENO") + words(article, "VARRENO")),
            Who(name="peasants", kind=ActorKind.CIVILIANS, evidence=words(article, "THREE PEASANTS")),
        ),
        place=Where(
            name="Santa Martela",
            admin1="Oro",
            country="Kandara",
            precision=PlacePrecision.TOWN,
            evidence=words(article, "SANTA MARTELA"),
        ),
        time=When(first=dt.date(1990, 5, 3), last=dt.date(1990, 5, 3), precision=TimePrecision.DAY, basis=TimeBasis.STATED),
        tolls=(Toll(kind=TollKind.KILLED, low=3, best=3, high=3, evidence=words(article, "THREE")),),
        **settings,
    )
    blast = Event(
        id="evt_2",
        type=EventType.DESTRUCTION,
        anchors=words(article, "BLEW UP"),
        agents=(Who(**front, evidence=words(article, "THE GUERRILLAS") + words(article, "THEY")),),
        objects=(Thing(name="THE OLD BRIDGE", evidence=words(article, "THE OLD BRIDGE")),),
        instruments=(Thing(name="A DYNAMITE CHARGE", evidence=words(article, "A DYNAMITE CHARGE")),),
        **settings,
    )
    arrest = Event(
        id="evt_3",
        type=EventType.ARREST,
        anchors=words(article, "FLED"),
        agents=(Who(name="peasants", evidence=words(article, "THREE PEASANTS")),),
        **settings,
    )
    return Account(article=article, events=(killing, blast, arrest))


def test_events_fill_the_five_roles(muc, report):
    found = muc.fill_roles(report, muc.Registry.open())
    assert muc.clusters(found, one=False) == {
        "PerpInd": [frozenset({"members of dawn front", "guerrillas"})],
        "PerpOrg": [frozenset({"dawn front"})],
        "Target": [frozenset({"old bridge"})],
        "Victim": [frozenset({"tadeo varreno"})],
        "Weapon": [frozenset({"dynamite charge"})],
    }
    assert muc.clusters(found, one=True)["PerpInd"] == [frozenset({"members of dawn front"})]


def test_a_group_is_named_by_the_words_that_name_it_anywhere_in_the_report(muc):
    article = make_article(title=None, sentences=("THE GUERRILLAS KILLED TWO PRIESTS.", "THE FMLN DENIED IT."))
    who = Who(
        name="Farabundo Martí National Liberation Front",
        actor_id=muc.Registry.open().lookup("FMLN")[0].id,
        kind=ActorKind.REBEL_GROUP,
        evidence=words(article, "THE GUERRILLAS"),
    )
    event = Event(
        id="evt_1",
        article_id=article.id,
        type=EventType.ARMED_ATTACK,
        status=Status.HAPPENED,
        anchors=words(article, "KILLED"),
        agents=(who,),
    )
    found = muc.clusters(muc.fill_roles(Account(article=article, events=(event,)), muc.Registry.open()), one=False)
    assert found["PerpInd"] == [frozenset({"guerrillas"})]
    assert found["PerpOrg"] == [frozenset({"fmln"})]


@pytest.mark.parametrize(
    "phrase, name",
    [
        ("COLONEL TADEO VARRENO", "TADEO VARRENO"),
        ("TADEO VARRENO", "TADEO VARRENO"),
        ("PRESIDENT-ELECT VARRENO", "VARRENO"),
        ("SENATOR TADEO LOPEZ VARRENO", "TADEO LOPEZ VARRENO"),  # the gazetteer holds LOPEZ for an everyday word
        ("MINISTER TADEO DE LA VARRENO", "TADEO DE LA VARRENO"),
        ("THE MINISTER", None),
        ("FIVE PEASANTS", None),
        ("A TRAPPIST", None),
        ("SANTA MARTELA", None),
        ("VARRENO'S WIFE", None),
    ],
)
def test_only_named_people_are_victims(muc, phrase, name):
    phrases = muc.Phrases(registry=muc.Registry.open(), places=frozenset({"santa martela"}))
    assert phrases.person(phrase) == name


@pytest.mark.parametrize(
    "phrase, organisation, named",
    [
        ("THE ARMY", True, ["THE ARMY"]),
        ("MEMBERS OF THE ARMED FORCES", False, ["THE ARMED FORCES"]),
        ("THE DAWN FRONT", True, ["THE DAWN FRONT"]),
        ("FMLN", True, ["FMLN"]),
        ("FMLN GUERRILLAS", False, ["FMLN"]),
        ("UNIDENTIFIED MEN", False, []),
    ],
)
def test_organisations_are_told_from_their_people(muc, phrase, organisation, named):
    phrases = muc.Phrases(registry=muc.Registry.open())
    assert phrases.is_organisation(phrase) is organisation
    assert phrases.organisations(phrase) == named


def test_warfare_and_other_events_are_no_incidents(muc, report):
    killing, blast, arrest = report.events
    soldiers = Who(name="soldiers", kind=ActorKind.STATE_FORCES)
    clash = replace(killing, type=EventType.CLASH, targets=(soldiers,))
    assert [muc.incident_type(event) for event in (killing, blast, arrest)] == ["ATTACK", "BOMBING", None]
    assert muc.incident_type(clash) is None
    assert muc.incident_type(replace(clash, objects=blast.objects)) == "ATTACK"
    assert muc.incident_type(replace(clash, targets=(soldiers, *killing.targets))) == "ATTACK"
    burnt = replace(blast, anchors=(replace(blast.anchors[0], quote="BURNED"),))
    assert muc.incident_type(burnt) == "ARSON"
    assert muc.incident_type(replace(blast, type=EventType.SEIZURE, anchors=arrest.anchors)) is None


# --- templates -----------------------------------------------------------------------------------------------------------


def slots_of(report, **changes):
    """Return the slots of a template that the killing fills rightly in all."""

    def spans(quote):
        start = report.article.text.index(quote)
        return [[[start, start + len(quote)]]]

    place = [{"name": "KANDARA", "kind": "COUNTRY"}, {"name": "SANTA MARTELA", "kind": "TOWN"}]
    return {
        "type": [{"alts": ["ATTACK"]}],
        "stage": [{"alts": ["ACCOMPLISHED"]}],
        "date": [{"alts": ["03 MAY 90"], "iso": [{"start": "1990-05-03", "end": "1990-05-03"}]}],
        "location": [{"alts": ["KANDARA: SANTA MARTELA (TOWN)"], "parts": [place]}],
        "perp_org": [{"alts": ["DAWN FRONT", "DF"], "spans": spans("DAWN FRONT")}],
        "hum_desc": [{"alts": ["PEASANTS"], "spans": spans("PEASANTS")}],
        "hum_number": [{"alts": ["3"], "ref": ["PEASANTS"]}],
        "hum_effect": [{"alts": ["DEATH"], "ref": ["PEASANTS"]}],
    } | changes


def test_a_template_that_the_event_fills_is_right_in_all(muc, report):
    verdicts = muc.judge(report.events[0], slots_of(report))
    assert verdicts == dict.fromkeys(
        ("type", "stage", "organisation", "effect", "number killed", "date", "country", "place"), True
    )


@pytest.mark.parametrize(
    "name, change, verdict",
    [
        ("type", {"type": [{"alts": ["KIDNAPPING"]}]}, False),
        ("type", {"type": [{"alts": ["BOMBING", "ATTACK"]}]}, True),
        ("stage", {"stage": [{"alts": ["THREATENED"]}]}, False),
        ("date", {"date": [{"alts": ["- 04 MAY 90"], "iso": [{"start": None, "end": "1990-05-04"}]}]}, True),
        ("date", {"date": [{"alts": ["- 02 MAY 90"], "iso": [{"start": None, "end": "1990-05-02"}]}]}, False),
        ("organisation", {"perp_org": [{"alts": ["ARMY"], "spans": []}]}, False),
        ("organisation", {"perp_org": [{"alts": ["ARMY"], "spans": [], "opt": True}]}, "not asked"),
        ("place", {"location": [{"alts": [""], "parts": [[{"name": "KANDARA", "kind": "COUNTRY"}]]}]}, "not asked"),
        ("place", {"location": [{"alts": [""], "parts": [[{"name": "ORO", "kind": "DEPARTMENT"}]]}]}, True),
        ("place", {"location": [{"alts": [""], "parts": [[{"name": "SANTA MARTELA (TOWN", "kind": None}]]}]}, True),
        ("place", {"location": [{"alts": [""], "parts": [[{"name": "PLATA", "kind": "DEPARTMENT"}]]}]}, False),
        ("effect", {"hum_effect": [{"alts": ["DEATH"]}, {"alts": ["INJURY"]}]}, False),
        ("effect", {"hum_effect": [{"alts": ["NO INJURY"]}]}, "not asked"),
        ("number killed", {"hum_number": [{"alts": ["4"], "ref": ["PEASANTS"]}]}, False),
        ("number killed", {"hum_number": [{"alts": ["PLURAL"], "ref": ["PEASANTS"]}]}, True),
        ("number killed", {"hum_number": [{"alts": ["3"], "ref": ["X"]}]}, "not asked"),
        ("number wounded", {"hum_effect": [{"alts": ["INJURY"], "ref": ["PEASANTS"]}]}, None),
    ],
)
def test_each_field_is_judged_alone(muc, report, name, change, verdict):
    assert muc.judge(report.events[0], slots_of(report, **change)).get(name, "not asked") == verdict


def test_stage_follows_status(muc, report):
    stages = {status: muc.judge(replace(report.events[0], status=status), slots_of(report))["stage"] for status in Status}
    assert {status for status, right in stages.items() if right} == {Status.HAPPENED, Status.POSSIBLE, Status.DENIED}


@pytest.mark.parametrize(
    "number, bounds",
    [
        ("6", (6, 6)),
        ("~100", (90, 110)),
        ("23 -", (23, float("inf"))),
        ("- 15", (0, 15)),
        ("5 - 7", (5, 7)),
        ("PLURAL", (2, float("inf"))),
    ],
)
def test_numbers_have_bounds(muc, number, bounds):
    assert muc.bounds_of(number) == bounds


def test_the_numbers_of_targets_add_up(muc):
    slots = {
        "hum_number": [{"alts": ["1"], "ref": ["A"]}, {"alts": ["5", "6"], "ref": ["B"]}, {"alts": ["9"], "ref": ["C"]}],
        "hum_effect": [{"alts": ["DEATH"], "ref": [name]} for name in "AB"] + [{"alts": ["INJURY"], "ref": ["C"]}],
    }
    assert sorted(muc.people_hit(slots, "DEATH")) == [(1, 1), (5, 6), (6, 7)]
    assert muc.people_hit(slots, "INJURY") == [(9, 9), (9, 9)]


def test_events_are_aligned_with_the_template_they_share_most_with(muc, report):
    killing, blast, _ = report.events
    start = report.article.text.index("OLD BRIDGE")
    bombing = {"type": [{"alts": ["BOMBING"]}], "phys_id": [{"alts": ["BRIDGE"], "spans": [[[start, start + 10]]]}]}
    templates = [{"slots": bombing}, {"slots": slots_of(report)}]
    assert muc.align([killing, blast], templates) == [(0, 1), (1, 0)]
    assert muc.align([killing], templates[:1]) == []  # nothing in common
    assert muc.align([blast], [{"slots": {"type": bombing["type"]}}]) == []  # only the type
    assert muc.align([], templates) == muc.align([killing], []) == []


def test_optional_templates_count_neither_way(muc, report):
    account = replace(report, events=report.events[:1])
    for optional, tally in ((False, (1, 1, 1)), (True, (0, 0, 0))):
        sheet = muc.Sheet()
        template = {"optional": optional, "slots": slots_of(report)}
        sheet.score_templates({"id": "r", "relevant": True, "templates": [template]}, account)
        assert sheet.tallies["template"] == muc.Tally(*tally)
        assert sheet.tallies["field type"] == muc.Tally(1, 1, 1)
        assert not sheet.errors


def test_errors_are_told_by_cause(muc, report):
    sheet = muc.Sheet()
    extracts = {role: [] for role in muc.ROLES} | {
        "PerpInd": [[["dawn front", 0]]],
        "Target": [[["tower bridge", 0]], [["moon", 0]]],
        "Victim": [[["three peasants", 0]]],
    }
    sheet.score_roles({"id": "r", "extracts": extracts}, report, muc.Registry.open())
    assert sheet.tallies["all spans all"] == muc.Tally(0, 5, 4)
    for cause in (
        "PerpInd missed: another role",
        "Target missed: other words around the head",
        "Target missed: in no event",
        "Victim missed: part of other words of an incident",
        "Weapon wrong: not an answer",
    ):
        assert len(sheet.errors[cause]) == 1, cause
    sheet = muc.Sheet()
    sheet.score_templates({"id": "r", "relevant": False, "templates": []}, report)
    assert sheet.tallies["relevant report"] == muc.Tally(0, 1, 0)
    assert set(sheet.errors) == {
        "template wrong: assassination, report without an incident",
        "template wrong: destruction, report without an incident",
    }


# --- the run -------------------------------------------------------------------------------------------------------------


def run(muc, monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["muc.py", *map(str, options)])
    return muc.main()


def test_absent_reports_are_said_loudly(muc, monkeypatch, tmp_path, capsys):
    assert run(muc, monkeypatch, "--shared", tmp_path) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "NOT MEASURED" in err
    assert "muc4_dev.jsonl.gz" in err


def test_a_folder_without_weights_is_refused(muc, monkeypatch, tmp_path, capsys):
    write(tmp_path)
    assert run(muc, monkeypatch, "--shared", tmp_path, "--weights", tmp_path) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_reports_are_read_coded_and_scored(muc, monkeypatch, tmp_path, capsys, coder):
    write(tmp_path)
    monkeypatch.setattr(muc, "Coder", lambda _: coder)
    assert run(muc, monkeypatch, "--shared", tmp_path, "--errors", "1") == 0
    lines = {line[:20].strip(): line[20:].split() for line in capsys.readouterr().out.splitlines()}
    assert lines["relevant report"] == ["100.0", "100.0", "100.0", "1", "1", "1"]
    assert lines["field type"] == ["100.0", "100.0", "100.0", "1", "1", "1"]
    assert lines["all spans Weapon"] == ["100.0", "50.0", "66.7", "1", "1", "2"]


def write(folder):
    """Write one report in the two forms."""
    text = "BOGOTA, 3 MAY 90 (RADIO NORTE) -- [TEXT] A CAR BOMB EXPLODED IN BOGOTA ON 2 MAY, KILLING THREE PEASANTS."
    start = text.index("PEASANTS")
    slots = {
        "type": [{"alts": ["BOMBING"]}],
        "stage": [{"alts": ["ACCOMPLISHED"]}],
        "hum_desc": [{"alts": ["PEASANTS"], "spans": [[[start, start + 8]]]}],
    }
    template = {"template": 1, "optional": False, "slots": slots}
    record = {"id": "r", "dateline": {"date_iso": "1990-05-03"}, "text": text, "relevant": True, "templates": [template]}
    extracts = {role: [] for role in ("PerpInd", "PerpOrg", "Target", "Victim")} | {
        "Weapon": [[["car bomb", 1]], [["moon", 2]]]
    }
    (folder / "data" / "reader").mkdir(parents=True)
    for name, value in (("muc4_dev", record), ("muc4_roles_dev", {"id": "r", "text": text.lower(), "extracts": extracts})):
        (folder / "data" / "reader" / f"{name}.jsonl.gz").write_bytes(gzip.compress(json.dumps(value).encode() + b"\n"))
