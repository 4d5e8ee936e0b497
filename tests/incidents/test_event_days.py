"""Choosing an event's day among those that its report tells, on hand-made claims."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.incidents.choice import shipped_weights
from dateline.incidents.event_days import choose_day, find_days
from dateline.model import (
    Article,
    Claim,
    EventType,
    GroundedClaim,
    GroundedReading,
    Span,
    Status,
    TimeBasis,
    TimePrecision,
    When,
)

WORDS = "Shells fell on Monday. Two men died. Police held a man on Thursday over the murder. Troops had burned the mill."
ARTICLE = Article(id="art_days", text=WORDS)
REPORT_DAY = dt.date(2019, 5, 10)
MONDAY, THURSDAY = dt.date(2019, 5, 6), dt.date(2019, 5, 9)


def on(day, words, precision=TimePrecision.DAY, last=None):
    at = WORDS.index(words)
    evidence = ARTICLE.evidence(Span(start=at, end=at + len(words)))
    return When(first=day, last=last or day, precision=precision, basis=TimeBasis.RELATIVE, evidence=(evidence,))


def told(index, words, sentence, when=None, type_=EventType.ARMED_ATTACK, **fields):
    at = WORDS.index(words)
    anchor = ARTICLE.evidence(Span(start=at, end=at + len(words)))
    of_claim = {"confidence": 0.9} | {name: fields.pop(name) for name in ("status", "confidence") if name in fields}
    claim = Claim(index=index, sentence=sentence, anchor=anchor, type=type_, **of_claim)
    return GroundedClaim(claim=claim, when=when, **fields)


def choose(members, *others, status=Status.HAPPENED, report_day=REPORT_DAY):
    claims = tuple(sorted((*members, *others), key=lambda each: each.claim.index))
    reading = GroundedReading(article=ARTICLE, claims=claims, report_day=report_day)
    return choose_day(members, reading, members[0].claim.type, status)


def test_an_event_has_the_time_of_its_own_claims_with_the_words_it_rests_on():
    when, reason = choose([told(0, "fell", 0, on(MONDAY, "Monday"))], told(1, "held", 2, on(THURSDAY, "Thursday")))
    assert when.first == MONDAY
    assert [one.quote for one in when.evidence] == ["Monday"]
    assert "'Monday'" in reason


def test_what_tells_no_time_takes_that_of_the_happening_told_before_it():
    died = told(1, "died", 1)
    when, _ = choose(
        [died], told(0, "fell", 0, on(MONDAY, "Monday")), told(2, "held", 2, on(THURSDAY, "Thursday"), EventType.ARREST)
    )
    assert when.first == MONDAY
    assert when.basis is TimeBasis.RELATIVE


def test_what_a_report_begins_with_and_no_time_is_told_of_is_dated_by_the_report():
    when, _ = choose([told(0, "fell", 0)])
    assert (when.first, when.basis, when.evidence) == (REPORT_DAY, TimeBasis.REPORT_DATE, ())


def test_far_down_in_a_report_nothing_is_dated_by_it():
    when, reason = choose([told(0, "fell", 30)])
    assert when is None
    assert reason


def test_without_a_report_day_nothing_is_made_up():
    assert choose([told(0, "fell", 0)], report_day=None)[0] is None


@pytest.mark.parametrize("status", [Status.PLANNED])
def test_a_plan_takes_no_time_from_around_it(status):
    when, _ = choose([told(1, "held", 2, status=status)], told(0, "fell", 0, on(MONDAY, "Monday")), status=status)
    assert when is None


def test_no_happening_is_dated_after_its_report_by_what_is_told_beside():
    coming = on(dt.date(2019, 6, 1), "Thursday")
    when, _ = choose([told(0, "fell", 0)], told(1, "held", 0, coming, EventType.TRIAL, status=Status.PLANNED))
    assert when is None or when.first <= REPORT_DAY


def test_a_year_told_in_passing_gives_way_to_a_day():
    year = on(dt.date(2007, 1, 1), "Thursday", TimePrecision.YEAR, dt.date(2007, 12, 31))
    members = [told(0, "fell", 0, on(MONDAY, "Monday")), told(1, "died", 1, year, confidence=0.4)]
    assert choose(members)[0].first == MONDAY


days = st.none() | st.dates(dt.date(2019, 4, 1), dt.date(2019, 5, 20))


@given(st.lists(st.tuples(days, st.integers(0, 9), st.booleans()), min_size=1, max_size=7), days)
def test_the_choice_is_among_what_is_told_and_the_same_each_time(rows, report_day):
    claims = [
        told(index, "fell", sentence, on(day, "Monday") if day else None, leaning=leaning)
        for index, (day, sentence, leaning) in enumerate(rows)
    ]
    reading = GroundedReading(article=ARTICLE, claims=tuple(claims), report_day=report_day)
    found = find_days(claims[:1], reading, Status.HAPPENED)
    assert found[-1].value is None
    when, reason = choose_day(claims[:1], reading, EventType.ARMED_ATTACK, Status.HAPPENED)
    assert (when, reason) == choose_day(claims[:1], reading, EventType.ARMED_ATTACK, Status.HAPPENED)
    told_days = {day for day, _, _ in rows if day} | {report_day}
    assert when is None or when.first in told_days
    assert reason


def test_weights_have_the_signs_that_reason_gives_them():
    weights = shipped_weights("days")
    assert weights["own share"] > 0
    assert weights["ahead happened"] < 0
    assert weights["told after"] < 0
    assert weights["own leaning"] < 0
