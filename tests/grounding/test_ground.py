"""The days, places and parties of claims, in whole reports."""

from __future__ import annotations

import datetime as dt

import pytest
from builders import make_article, words

from dateline.grounding import Grounder, ground
from dateline.model import Certainty, Claim, EventType, Mention, Reading, Role, Status


@pytest.fixture(scope="module")
def grounder(cache_directory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATELINE_CACHE", str(cache_directory))
        yield Grounder.open()


def claim(article, index, anchor, type_, sentence, **roles):
    mentions = tuple(
        Mention(evidence=words(article, quote)[0], role=Role(role), sentence=sentence, score=0.9)
        for role, quote in roles.items()
    )
    return Claim(
        index=index,
        sentence=sentence,
        anchor=words(article, anchor)[0],
        type=EventType(type_),
        status=Status.HAPPENED,
        confidence=0.9,
        mentions=mentions,
        certainty=Certainty.ASSERTED,
    )


DIARY = (
    "Two shells fell near the mill on 4 May.",
    "The inquiry opened on 12 March 1996 in Sarajevo.",
    "A sniper killed a postman on 3 April.",
)


def grounded(grounder, article, claims):
    return ground([Reading(article=article, claims=tuple(claims))], grounder)[0].claims


def test_without_a_date_of_the_report_a_day_is_of_the_year_told(grounder):
    article = make_article(None, DIARY, published=None)
    first, second = grounded(
        grounder,
        article,
        [
            claim(article, 0, "fell", "shelling", 0, time="4 May"),
            claim(article, 1, "killed", "armed_attack", 2, time="3 April"),
        ],
    )
    assert (first.when.first, second.when.first) == (dt.date(1996, 5, 4), dt.date(1996, 4, 3))


def test_with_a_date_of_the_report_a_day_is_the_latest(grounder):
    article = make_article(None, DIARY, published=dt.date(2020, 6, 1))
    (one,) = grounded(grounder, article, [claim(article, 0, "killed", "armed_attack", 2, time="3 April")])
    assert one.when.first == dt.date(2020, 4, 3)


def test_no_year_is_guessed_where_none_is_told(grounder):
    article = make_article(None, (DIARY[0], DIARY[2]), published=None)
    (one,) = grounded(grounder, article, [claim(article, 0, "fell", "shelling", 0, time="4 May")])
    assert (one.when.first, one.when.partial) == (None, "--05-04")


RAID = ("Coalition aircraft destroyed three ISIL vehicles near Raqqa.",)


@pytest.mark.parametrize(
    ("type_", "roles", "targets"),
    [
        ("airstrike", {"object": "three ISIL vehicles"}, ["Islamic State"]),
        ("protest", {"object": "ISIL vehicles"}, []),
        ("airstrike", {"object": "ISIL vehicles", "target": "Coalition"}, None),
    ],
)
def test_what_is_done_to_a_groups_things_is_done_to_the_group(grounder, type_, roles, targets):
    article = make_article(None, RAID)
    (one,) = grounded(grounder, article, [claim(article, 0, "destroyed", type_, 0, **roles)])
    if targets is None:
        assert "Islamic State" not in [who.name for who in one.targets]
    else:
        assert [who.name for who in one.targets] == targets
