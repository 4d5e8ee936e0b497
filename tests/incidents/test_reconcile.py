"""The best value of each field by the stated rules; every account kept."""

import datetime as dt
from dataclasses import replace

import pytest
from tellings import day, telling, toll, town

from dateline.errors import CodebookError
from dateline.incidents.grades import read_grading
from dateline.incidents.reconcile import acled_figure, ged_figures, reconcile
from dateline.model import Attribution, EventType, PlacePrecision, SpeakerKind, Status, TimeBasis, TollKind

FIRST = telling("a", tolls=(toll(12, vague=True),), publisher="Wire", speakers=[("police", "official")])
SECOND = telling("b", tolls=(toll(19),), publisher="Daily", published="2020-03-06", speakers=[("a doctor", "hospital")])
THIRD = telling("c", tolls=(toll(23),), publisher="Radio", published="2020-03-08", speakers=[("police", "official")])


def disputes(incident):
    return {dispute.field: [saying.value for saying in dispute.sayings] for dispute in incident.disputes}


def test_later_goes_before_earlier_for_tolls_and_the_timeline_shows_how_it_grew():
    incident = reconcile([FIRST, SECOND, THIRD])
    assert [each.best for each in incident.tolls] == [23]
    assert [saying.value for saying in incident.timeline] == ["12+", "19", "23"]
    assert [saying.published for saying in incident.timeline] == [dt.date(2020, 3, 5), dt.date(2020, 3, 6), dt.date(2020, 3, 8)]
    assert disputes(incident) == {"killed": ["23", "12+", "19"]}


def test_a_look_back_years_later_does_not_replace_the_toll():
    late = telling("z", tolls=(toll(15),), publisher="Annual", published="2022-03-03")
    assert [each.best for each in reconcile([FIRST, SECOND, THIRD, late]).tolls] == [23]


def test_of_one_day_the_figure_of_more_sources_is_taken_and_copies_are_one_source():
    lone = telling("d", tolls=(toll(30),), publisher="Herald", published="2020-03-08")
    copies = [telling(f"d{n}", tolls=(toll(30),), publisher=f"Paper {n}", published="2020-03-08", origin="d") for n in range(4)]
    other = telling("e", tolls=(toll(23),), publisher="Times", published="2020-03-08")
    incident = reconcile([FIRST, THIRD, lone, *copies, other])
    assert [each.best for each in incident.tolls] == [23]
    assert incident.sources == ("Herald", "Radio", "Times", "Wire")
    assert len(incident.article_ids) == 8


def test_a_named_speaker_goes_before_an_anonymous_one():
    named = telling("d", tolls=(toll(8, speaker="the hospital"),), publisher="One", speakers=[("the hospital", "hospital")])
    hidden = telling("e", tolls=(toll(11, speaker="a source"),), publisher="Two", speakers=[("a source", "anonymous")])
    assert [each.best for each in reconcile([hidden, named]).tolls] == [8]


def test_what_passes_through_another_publisher_is_not_independent():
    repeated = telling("r", publisher="Daily")
    repeated = replace(
        repeated,
        event=replace(
            repeated.event, claims=(Attribution(speaker="police", via=("Wire",), speaker_kind=SpeakerKind.OFFICIAL),)
        ),
    )
    assert reconcile([FIRST, repeated]).sources == ("Wire",)


@pytest.mark.parametrize(
    ("rule", "figures"), [("acled", 17), ("ged", (17, 20, 24))], ids=["ACLED takes the lowest", "GED keeps low, best and high"]
)
def test_each_data_set_has_its_own_rule_for_conflicting_figures(rule, figures):
    early = telling("a", tolls=(toll(5),), publisher="Wire", published="2020-03-04")
    told = [
        telling(name, tolls=(toll(n),), publisher=name, published="2020-03-06")
        for name, n in (("b", 17), ("c", 20), ("d", 20), ("e", 24))
    ]
    incident = reconcile([early, *told])
    assert [each.best for each in incident.tolls] == [20]
    assert (acled_figure(incident) if rule == "acled" else ged_figures(incident)) == figures
    assert acled_figure(incident, TollKind.WOUNDED) is None
    assert ged_figures(incident, TollKind.WOUNDED) is None


def test_specific_goes_before_vague():
    vague = [
        telling(
            "a", type="armed_attack", place=town("Sahra", PlacePrecision.PROVINCE, geoname_id=50), time="2020-03-01..2020-03-07"
        ),
        telling("b", type="armed_attack", place=town("Sahra", PlacePrecision.PROVINCE, geoname_id=50), publisher="Two"),
    ]
    exact = telling("c", type="suicide_bombing", time="2020-03-03", publisher="Three")
    incident = reconcile([*vague, exact])
    assert incident.type is EventType.SUICIDE_BOMBING
    assert incident.place.name == "Karmel"
    assert (incident.time.first, incident.time.last) == (dt.date(2020, 3, 3), dt.date(2020, 3, 3))
    assert "place" not in disputes(incident)
    assert "time" not in disputes(incident)


def test_days_and_towns_that_exclude_each_other_are_kept_as_disputes():
    other = telling("b", place="Osht", time="2020-03-02", publisher="Two")
    incident = reconcile([FIRST, THIRD, other])
    assert incident.place.name == "Karmel"
    assert disputes(incident)["place"] == ["Karmel", "Karmel", "Osht"]
    assert disputes(incident)["time"] == ["2020-03-03", "2020-03-03", "2020-03-02"]
    sayings = next(dispute for dispute in incident.disputes if dispute.field == "place").sayings
    assert {saying.publisher for saying in sayings} == {"Wire", "Radio", "Two"}


def test_a_day_taken_from_the_report_is_no_account_of_its_own():
    guessed = telling("b", time=day("2020-03-05", TimeBasis.REPORT_DATE), publisher="Two")
    incident = reconcile([guessed, THIRD])
    assert incident.time.first == dt.date(2020, 3, 3)


def test_known_actors_go_before_phrases_and_rival_claims_are_a_dispute():
    told = [
        telling("a", agents=["Front"], publisher="One"),
        telling("b", agents=["Front"], publisher="Two"),
        telling("c", agents=["Army"], publisher="Three"),
        telling("d", agents=["gunmen"], publisher="Four"),
    ]
    incident = reconcile(told)
    assert [who.name for who in incident.agents] == ["Front", "Army"]
    assert disputes(incident)["agents"] == ["Front", "Front", "Army"]


def test_a_plan_that_was_carried_out_has_happened_and_a_denial_is_kept():
    planned = telling("a", status="planned", published="2020-03-01", publisher="One")
    denied = telling("b", status="denied", published="2020-03-06", publisher="Two")
    incident = reconcile([planned, THIRD, SECOND, denied])
    assert incident.status is Status.HAPPENED
    assert set(disputes(incident)["status"]) == {"planned", "happened", "denied"}
    assert incident.certainty == "disputed"


@pytest.mark.parametrize(
    ("tellings", "grade"),
    [
        ([telling("a")], "F6"),
        ([FIRST], "C4"),
        ([telling("a", speakers=[("the army", "belligerent")])], "D4"),
        ([telling("a", speakers=[("a source", "anonymous")])], "E6"),
        ([FIRST, replace(SECOND, event=replace(SECOND.event, tolls=FIRST.event.tolls))], "B2"),
        ([telling("a", status="denied", speakers=[("police", "official")])], "C5"),
    ],
)
def test_grades_follow_from_sources_speakers_and_agreement(tellings, grade):
    assert reconcile(tellings).grade == grade


def test_the_rules_of_grading_can_be_changed(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[[letter]]\ngrade = "X"\nmin_sources = 2\n[[letter]]\ngrade = "Y"\n[[figure]]\ngrade = "9"\n')
    assert reconcile([FIRST], grading=read_grading(own)).grade == "Y9"
    assert reconcile([FIRST, SECOND], grading=read_grading(own)).grade == "X9"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("letter = 3", "there is no [[letter]]"),
        ('[[letter]]\ngrade = "A"\nmin_sources = 2\n[[figure]]\ngrade = "1"', "the last [[letter]] has conditions"),
        ("[[letter]]\nmin_sources = 2", "has no grade"),
        ('[[letter]]\ngrade = "A"\nmin_sauces = 2', "there is no condition 'min_sauces'"),
        ('[[letter]]\ngrade = "A"\nmin_sources = "two"', "it takes a int"),
        ('[[letter]]\ngrade = "A"\nof = ["doctor"]', "of has no 'doctor'"),
        ("fields = ['colour']", "fields is a list of"),
        ("sources = 1", "there is no 'sources'"),
        ("[[[", "cannot be read"),
    ],
)
def test_mistakes_in_the_rules_of_grading_are_told(tmp_path, text, told):
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(CodebookError, match=r"own\.toml") as error:
        read_grading(own)
    assert told in str(error.value)
