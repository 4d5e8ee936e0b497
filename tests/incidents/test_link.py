"""Events of many reports are put together: what belongs together is, what only looks alike is not, in whatever order it came."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tellings import day, telling, toll, town

from dateline.incidents import find_groups, find_incidents
from dateline.incidents.link import FEATURES, NEVER, Scorer, exclusion, shipped_weights
from dateline.incidents.pairs import Blocks, alike, skeleton, sketch_of
from dateline.model import PlacePrecision

BOMB = "A car bomb exploded in the crowded Hafiz market of Karmel, killing 14 traders."


def ids(groups):
    return sorted(sorted(each.event.article_id for each in group) for group in groups)


def sketch(told):
    return sketch_of(told, shipped_weights().words)


def market(name, **other):
    given_ = {"tolls": (toll(14),), "publisher": name, "anchor": "exploded"} | other
    return telling(name, BOMB, **given_)


def test_one_bombing_told_by_three_reports_is_one_incident():
    told = [
        market("a"),
        market("b", tolls=(toll(16),), published="2020-03-06"),
        telling("c", "The blast at the Hafiz market in Karmel killed 14.", anchor="blast", tolls=(toll(14),), publisher="c"),
    ]
    assert len(find_groups(told)) == 1


@pytest.mark.parametrize(
    "other",
    [
        telling(
            "b",
            "Gunmen abducted a judge on the road to Osht.",
            type="abduction",
            anchor="abducted",
            place="Osht",
            time="2020-03-03",
        ),
        market("b", time="2020-03-13", published="2020-03-14", tolls=(toll(2),)),
        market("b", place="Osht", time="2020-03-09", published="2020-03-10", tolls=(toll(3),)),
        telling(
            "b",
            "Three shells fell on Tanvir barracks, wounding a cook.",
            type="shelling",
            anchor="shells",
            place="Osht",
            tolls=(toll(1),),
        ),
    ],
    ids=["another kind", "the same place later", "another town and day", "another kind and town"],
)
def test_what_differs_is_another_incident(other):
    assert len(find_groups([market("a"), other])) == 2


def test_two_bombings_that_one_article_tells_apart_stay_apart_and_others_go_to_the_one_they_fit():
    school = "A second car bomb exploded outside the Norwan school, killing 5 pupils."
    told = [
        market("a", number=1),
        telling("a", school, number=2, tolls=(toll(5),), publisher="a", anchor="exploded"),
        market("b"),
        telling("c", school, tolls=(toll(5),), publisher="c", anchor="exploded"),
    ]
    groups = find_groups(told)
    apart = [{each.event.article_id + str(each.event.tolls[0].best) for each in group} for group in groups]
    assert {frozenset(each) for each in apart} == {frozenset({"art_a14", "art_b14"}), frozenset({"art_a5", "art_c5"})}


def test_a_sum_is_never_one_with_what_it_sums_up():
    words = "A series of car bombs in Karmel killed 14 people on Tuesday."
    whole = telling("s", words, anchor="car bombs", tolls=(toll(14),), publisher="s")
    groups = find_incidents([market("a"), market("b"), whole])
    assert sorted(each.aggregate is not None for each in groups) == [False, True]


def test_a_bombing_remembered_a_year_later_is_not_the_bombing_of_the_day():
    words = "A year after the bombing of the Hafiz market in Karmel, shops stay shut."
    old = telling("r", words, anchor="bombing", published="2021-03-03", time="2021-03-03", publisher="r")
    new = market("n", time="2021-03-03", published="2021-03-04")
    assert ids(find_groups([market("a"), old, new])) in ([["art_a", "art_r"], ["art_n"]], [["art_a"], ["art_n"], ["art_r"]])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Beledweyne", "Baladweyne", True), ("Sare-Ouro", "Sareouro", True), ("Karmel", "Tanvir", False), ("Osht", "Usht", False)],
)
def test_spellings_of_one_name_are_known(one, other, same):
    assert alike(skeleton(one), skeleton(other)) == same


def test_exclusions_hold_both_ways():
    one, other = sketch(market("a")), sketch(market("a", number=2, tolls=(toll(3),)))
    assert exclusion(one, other) == exclusion(other, one) == NEVER
    far = sketch(market("b", time="2020-03-09"))
    assert NEVER < exclusion(one, far) == exclusion(far, one) < 0


def test_two_kinds_of_event_that_one_article_tells_are_two_incidents():
    raid = market("a", number=2, type="armed_attack")
    assert exclusion(sketch(market("a")), sketch(raid)) == NEVER
    assert exclusion(sketch(market("b")), sketch(raid)) == 0


@pytest.mark.parametrize(("one", "other"), [("abduction", "clash"), ("takeover", "shelling"), ("arrest", "armed_attack")])
def test_types_that_share_no_group_are_never_one(one, other):
    told = [market("a", type=one), market("b", type=other)]
    assert exclusion(*map(sketch, told)) == exclusion(*map(sketch, reversed(told))) == NEVER
    assert len(find_groups(told)) == 2


def test_weights_have_the_signs_that_reason_gives_them():
    weight = dict(zip(FEATURES, shipped_weights().vector, strict=True))
    for name in ("same_type", "same_day", "same_place", "same_figure", "words", "same_name"):
        assert weight[name] > 0
    for name in ("days_apart", "places_apart", "figures_apart", "other_actor", "status_differs"):
        assert weight[name] <= 0


def test_one_who_knows_only_the_province_or_month_is_compared_too():
    exact = market("a")
    vague = market("b", place=town("Sahra", PlacePrecision.PROVINCE, uncertainty_km=90.0, geoname_id=50))
    month = market("c", time=day("2020-03-01..2020-03-31"))
    ordered = sorted(map(sketch, (exact, vague, month)), key=lambda each: each.order)
    pairs = {(number, other) for number, others in Blocks(ordered).pairs() for other in others}
    assert pairs == {(0, 1), (0, 2), (1, 2)}


def test_a_full_block_is_thinned_and_its_work_stays_linear():
    def many(count):
        told = [replace(sketch(market(f"a{n}")), tolls={"killed": (n,)}, top=(f"w{n}",)) for n in range(count)]
        return sum(len(near) for _, near in Blocks(sorted(told, key=lambda each: each.order)).pairs())

    assert many(800) < 2.6 * many(400)


# --- order and batches ---------------------------------------------------------------------------------------------------

WORDS = (
    BOMB,
    "Shells hit the Norwan quarter of Karmel.",
    "Militants attacked a post near Tanvir and killed soldiers.",
    "Clashes in Osht.",
)
events = st.builds(
    lambda name, words, type_, when, where, dead: telling(
        name,
        WORDS[words],
        type=type_,
        anchor=WORDS[words].split()[1],
        number=dead,
        time=when,
        place=where,
        tolls=(toll(dead),),
        published=f"2020-03-{int(when[-2:]) + dead % 3:02}" if when else None,
        publisher=name,
    ),
    st.sampled_from("abcdefgh"),
    st.integers(0, 3),
    st.sampled_from(["bombing", "shelling", "clash", "armed_attack"]),
    st.sampled_from([None, "2020-03-03", "2020-03-04", "2020-03-09"]),
    st.sampled_from([None, "Karmel", "Tanvir", "Osht"]),
    st.integers(1, 30),
)


@settings(max_examples=40)
@given(
    st.lists(events, max_size=14, unique_by=lambda each: each.event.id).flatmap(
        lambda told: st.tuples(st.just(told), st.permutations(told))
    )
)
def test_the_order_in_which_events_come_changes_nothing(both):
    told, shuffled = both
    assert find_incidents(told) == find_incidents(shuffled)


@given(events, events)
def test_scores_are_symmetric(one, other):
    scorer = Scorer(shipped_weights())
    first, second = sketch(one), sketch(other)
    assert scorer.features(first, second) == pytest.approx(scorer.features(second, first))
    assert exclusion(first, second) == exclusion(second, first)


@settings(max_examples=40)
@given(st.lists(events, max_size=14, unique_by=lambda each: each.event.id))
def test_every_event_is_in_one_incident(told):
    incidents = find_incidents(told)
    assert sorted(each for incident in incidents for each in incident.event_ids) == sorted(each.event.id for each in told)
    assert len({incident.id for incident in incidents}) == len(incidents)
