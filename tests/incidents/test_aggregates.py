"""Sums are recognised, tied to their parts, and nobody is counted twice."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellings import day, telling, toll, town

from dateline.incidents.aggregates import REMEMBERED_DAYS, add_up, find_remembrance, find_summary, tie_aggregates
from dateline.incidents.reconcile import reconcile
from dateline.model import PlacePrecision, TimeBasis, TollKind

CASES = Path(__file__).parent.parent / "cases"
SUMS = [json.loads(line) for line in (CASES / "aggregates.jsonl").read_text(encoding="utf-8").splitlines()]
REMEMBERED = [json.loads(line) for line in (CASES / "remembrance.jsonl").read_text(encoding="utf-8").splitlines()]
SAHRA = town("Sahra", PlacePrecision.PROVINCE, uncertainty_km=80.0)


@pytest.mark.parametrize("case", SUMS, ids=lambda case: case["text"][:50])
def test_sums_are_known_by_their_words(case):
    own_day = case.get("own_day", True)
    time = day("2020-03-03") if own_day else day("2020-03-03", TimeBasis.REPORT_DATE)
    told = telling("a", case["text"], anchor=case["anchor"], tolls=(toll(case["killed"]),), time=time)
    assert (find_summary(told) is not None) == case["summary"]


def test_without_people_counted_a_length_of_time_makes_no_sum():
    told = telling("a", "Shelling has gone on since January.", anchor="Shelling", type="shelling", time=None)
    assert find_summary(told) is None


@pytest.mark.parametrize("case", REMEMBERED, ids=lambda case: case["text"][:50])
def test_what_is_remembered_is_not_of_the_day(case):
    found = find_remembrance(telling("a", case["text"], anchor=case["anchor"], type=case["type"], time="2020-03-05"))
    if case["back"] is None:
        assert found is None
    else:
        nearest, farthest = case["back"]
        assert found is not None
        assert abs(found[0] - nearest * 365.25) <= REMEMBERED_DAYS + 1
        assert abs(found[1] - farthest * 365.25) <= REMEMBERED_DAYS + 1


def test_a_remembered_event_dated_long_ago_keeps_its_day():
    words = "Two years after the bombing, families met."
    assert find_remembrance(telling("a", words, anchor="bombing", time="2018-03-04")) is None


def single(name: str, dead: int, *, place: str = "Karmel", when: str = "2020-03-03"):
    return reconcile([telling(name, tolls=(toll(dead),), place=place, time=when)])


def total(name: str, dead: int, when: str = "2020-03-01..2020-03-04"):
    return reconcile(
        [telling(name, tolls=(toll(dead),), place=SAHRA, time=when, type="armed_attack")], summary="three days of clashes"
    )


def test_a_sum_keeps_only_what_its_parts_leave():
    parts = [single("a", 10), single("b", 5, place="Tanvir", when="2020-03-02")]
    *tied, whole = tie_aggregates([*parts, total("sum", 37)])
    assert whole.aggregate is not None
    assert set(whole.aggregate.parts) == {part.id for part in parts}
    assert [each.best for each in whole.aggregate.tolls] == [37]
    assert [each.best for each in whole.tolls] == [22]
    assert all(part.part_of == (whole.id,) for part in tied)
    assert add_up([*tied, whole], TollKind.KILLED)[1] == 37


def test_a_sum_that_is_all_accounted_for_adds_nothing():
    incidents = tie_aggregates([single("a", 10), single("b", 8, place="Tanvir"), total("sum", 18)])
    assert incidents[-1].tolls == ()
    assert add_up(incidents, TollKind.KILLED) == (18, 18, 18)


@pytest.mark.parametrize(
    "part",
    [
        single("a", 10, when="2020-03-20"),
        replace(single("a", 10), place=replace(town("Osht"), admin1="Elsewhere")),
        replace(single("a", 10), place=replace(town("Karmel"), country_code="XZZ")),
        single("a", 99),
    ],
    ids=["another day", "another province", "another country", "more dead than the sum"],
)
def test_what_lies_outside_is_no_part(part):
    tied, whole = tie_aggregates([part, total("sum", 37)])
    assert tied.part_of == ()
    assert [each.best for each in whole.tolls] == [37]


def test_sums_within_sums_are_not_taken_off_twice():
    days, month = total("days", 30), total("month", 100, "2020-03-01..2020-03-31")
    incidents = tie_aggregates([single("a", 10), days, month])
    assert add_up(incidents, TollKind.KILLED)[1] == 100


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 4)), max_size=6), st.integers(1, 150))
def test_nobody_is_counted_twice_whatever_the_parts(parts, dead):
    incidents = [single(f"p{number}", killed, when=f"2020-03-0{at}") for number, (killed, at) in enumerate(parts)]
    tied = tie_aggregates([*incidents, total("sum", dead)])
    inside = sum(incident.tolls[0].best for incident, after in zip(incidents, tied, strict=False) if after.part_of)
    outside = sum(incident.tolls[0].best for incident, after in zip(incidents, tied, strict=False) if not after.part_of)
    assert add_up(tied, TollKind.KILLED)[1] == outside + max(dead, inside)


def test_a_sum_without_days_has_no_parts():
    whole = replace(total("sum", 37), time=None)
    assert tie_aggregates([single("a", 10), whole])[1].aggregate.parts == ()
    assert dt.date(2020, 3, 3) == single("a", 10).time.first
