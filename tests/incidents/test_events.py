"""Grouping claims into events and merging their fields, on hand-made claims."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.incidents.events import account, compatibility, group_claims
from dateline.model import (
    ActorKind,
    Article,
    Attribution,
    Certainty,
    Claim,
    Count,
    EventType,
    GroundedClaim,
    GroundedReading,
    Link,
    Mention,
    PlacePrecision,
    Role,
    Side,
    Span,
    SpeakerKind,
    Status,
    TimeBasis,
    TimePrecision,
    TollKind,
    When,
    Where,
    Who,
)

TEXT = "Gunmen killed 12 farmers in Gashua on Monday. The killings were condemned. On Tuesday soldiers raided a camp near Damaturu."
ARTICLE = Article(id="art_test", text=TEXT)


def evidence(words, nth=0):
    at = -1
    for _ in range(nth + 1):
        at = TEXT.index(words, at + 1)
    return ARTICLE.evidence(Span(start=at, end=at + len(words)))


def claim(index, words, sentence=0, type_=EventType.ARMED_ATTACK, status=Status.HAPPENED, **fields):
    return Claim(
        index=index,
        sentence=sentence,
        anchor=evidence(words),
        type=type_,
        status=status,
        confidence=0.9,
        type_scores={type_: 1.0},
        status_scores={status: 1.0},
        **fields,
    )


def day(text):
    date = dt.date.fromisoformat(text)
    return When(first=date, last=date, precision=TimePrecision.DAY, basis=TimeBasis.STATED)


def town(name, lat, lon, country="NGA"):
    return Where(name=name, country_code=country, lat=lat, lon=lon, precision=PlacePrecision.TOWN, uncertainty_km=5.0)


GASHUA, DAMATURU = town("Gashua", 12.87, 11.05), town("Damaturu", 11.75, 11.96)


def reading(*claims, links=(), **fields):
    return GroundedReading(
        article=ARTICLE, claims=claims, links=tuple(Link(first=a, second=b, score=s) for a, b, s in links), **fields
    )


def test_linked_claims_become_one_event_with_all_anchors():
    one = reading(
        GroundedClaim(claim=claim(0, "killed"), where=GASHUA, when=day("2024-05-06")),
        GroundedClaim(claim=claim(1, "killings", 1)),
        links=[(0, 1, 0.9)],
    )
    (event,) = account([one])[0].events
    assert [anchor.quote for anchor in event.anchors] == ["killed", "killings"]
    assert event.place is not None
    assert event.place.name == "Gashua"
    assert event.time is not None
    assert event.time.first == dt.date(2024, 5, 6)


@pytest.mark.parametrize(
    "fields",
    [
        {"when": (day("2024-05-06"), day("2024-05-09"))},
        {"where": (GASHUA, DAMATURU)},
    ],
)
def test_another_day_or_place_keeps_two_attacks_apart(fields):
    ((name, (first, second)),) = fields.items()
    one = reading(
        GroundedClaim(claim=claim(0, "killed"), **{name: first}),
        GroundedClaim(claim=claim(1, "killings", 1), **{name: second}),
        links=[(0, 1, 0.7)],
    )
    assert len(account([one])[0].events) == 2


def test_a_planned_act_is_less_likely_the_one_that_happened():
    happened, planned = (
        GroundedClaim(claim=claim(0, "killed")),
        GroundedClaim(claim=claim(1, "killings", 1, status=Status.PLANNED)),
    )
    assert compatibility(happened, planned) < compatibility(happened, happened)


def test_unlinked_claims_stay_apart():
    one = reading(GroundedClaim(claim=claim(0, "killed")), GroundedClaim(claim=claim(1, "raided", 2, type_=EventType.RAID)))
    assert group_claims(one) == [[0], [1]]


def test_two_figures_are_kept_with_their_speakers():
    def with_toll(index, words, sentence, best, speaker):
        count = Count(kind=TollKind.KILLED, low=best, best=best, high=best, evidence=evidence("12"), who="farmers")
        return GroundedClaim(
            claim=claim(
                index,
                words,
                sentence,
                counts=(count,),
                attributions=(Attribution(speaker=speaker),),
                certainty=Certainty.ATTRIBUTED,
            )
        )

    one = reading(with_toll(0, "killed", 0, 12, "police"), with_toll(1, "killings", 1, 20, "residents"), links=[(0, 1, 0.9)])
    (event,) = account([one])[0].events
    assert [(toll.best, toll.speaker) for toll in event.tolls] == [(12, "police"), (20, "residents")]
    assert event.certainty is Certainty.ATTRIBUTED


def test_a_toll_inside_a_target_is_the_targets():
    farmers = Who(name="12 farmers", kind=ActorKind.CIVILIANS, evidence=(evidence("12 farmers"),))
    count = Count(kind=TollKind.KILLED, low=12, best=12, high=12, evidence=evidence("12"), who="farmers")
    one = reading(GroundedClaim(claim=claim(0, "killed", counts=(count,)), targets=(farmers,)))
    assert account([one])[0].events[0].tolls[0].side is Side.TARGETS


def test_a_subgroup_makes_no_toll_beside_its_whole():
    whole = Count(kind=TollKind.KILLED, low=12, best=12, high=12, evidence=evidence("12"))
    part = Count(kind=TollKind.KILLED, low=3, best=3, high=3, evidence=evidence("killed 12"), subgroup=True)
    one = reading(GroundedClaim(claim=claim(0, "killed", counts=(whole, part))))
    assert [toll.best for toll in account([one])[0].events[0].tolls] == [12]


def test_an_event_without_a_place_inherits_one_and_says_so():
    one = reading(
        GroundedClaim(claim=claim(0, "killed"), where=GASHUA),
        GroundedClaim(claim=claim(1, "condemned", 1, type_=EventType.ACCUSATION), focus=GASHUA),
    )
    inherited = account([one])[0].events[1].place
    assert inherited is not None
    assert inherited.name == "Gashua"
    assert inherited.precision is PlacePrecision.NEAR
    assert inherited.basis.startswith("inherited")
    assert inherited.evidence == ()
    assert inherited.uncertainty_km is not None
    assert inherited.uncertainty_km > (GASHUA.uncertainty_km or 0)


def test_a_date_from_the_report_says_report_date():
    one = reading(GroundedClaim(claim=claim(0, "killed")), report_day=dt.date(2024, 5, 7))
    time = account([one])[0].events[0].time
    assert time is not None
    assert time.basis is TimeBasis.REPORT_DATE
    assert time.evidence == ()


def test_a_planned_event_is_never_dated_by_the_report():
    one = reading(
        GroundedClaim(claim=claim(0, "raided", 2, type_=EventType.RAID, status=Status.PLANNED)), report_day=dt.date(2024, 5, 7)
    )
    assert account([one])[0].events[0].time is None


def test_mentions_of_one_thing_are_one_object():
    camp = Mention(evidence=evidence("a camp"), role=Role.OBJECT, sentence=2)
    one = reading(GroundedClaim(claim=claim(0, "raided", 2, type_=EventType.RAID, mentions=(camp, camp))))
    (thing,) = account([one])[0].events[0].objects
    assert thing.name == "a camp"


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.02, 1.0)), max_size=30))
def test_grouping_is_a_partition_and_does_not_depend_on_the_order_of_links(triples):
    words = ["killed", "farmers", "Gashua", "killings", "condemned", "soldiers", "raided", "camp"]
    claims = [GroundedClaim(claim=claim(i, word, i // 3)) for i, word in enumerate(words)]
    links = {(min(a, b), max(a, b)): s for a, b, s in triples if a != b}
    first = reading(*claims, links=[(a, b, s) for (a, b), s in links.items()])
    second = reading(*claims, links=[(a, b, s) for (a, b), s in reversed(links.items())])
    groups = group_claims(first)
    assert sorted(index for group in groups for index in group) == list(range(8))
    assert groups == group_claims(second)


def test_ids_are_stable_and_differ_between_events():
    one = reading(GroundedClaim(claim=claim(0, "killed")), GroundedClaim(claim=claim(1, "raided", 2, type_=EventType.RAID)))
    first, again = account([one])[0].events, account([one])[0].events
    assert [event.id for event in first] == [event.id for event in again]
    assert len({event.id for event in first}) == 2


def test_a_bare_number_is_no_party_beside_a_fuller_phrase():
    number, fuller = Who(name="12", evidence=(evidence("12"),)), Who(name="12 farmers", evidence=(evidence("12 farmers"),))
    count = Count(kind=TollKind.KILLED, low=12, best=12, high=12, evidence=evidence("12"))
    both = reading(GroundedClaim(claim=claim(0, "killed", counts=(count,)), targets=(number, fuller)))
    alone = reading(GroundedClaim(claim=claim(0, "killed", counts=(count,)), targets=(number,)))
    assert [who.name for who in account([both])[0].events[0].targets] == ["12 farmers"]
    assert [who.name for who in account([alone])[0].events[0].targets] == ["12"]


def test_an_event_without_a_time_takes_one_told_near_it():
    one = reading(
        GroundedClaim(claim=claim(0, "killed"), when=day("2024-05-06")),
        GroundedClaim(claim=claim(1, "killings", 1, type_=EventType.ARREST)),
        GroundedClaim(claim=claim(2, "raided", 2, type_=EventType.RAID, status=Status.PLANNED)),
    )
    _, inherits, planned = account([one])[0].events
    assert inherits.time is not None
    assert inherits.time.first == dt.date(2024, 5, 6)
    assert "of those told" in inherits.reasons["time"]
    assert planned.time is None


def test_residents_words_came_through_the_agency_of_the_sentence_before():
    agency = Attribution(speaker="Reuters", speaker_kind=SpeakerKind.AGENCY, cue="reported")
    residents = Attribution(speaker="Residents", speaker_kind=SpeakerKind.WITNESS, cue="said")
    one = reading(
        GroundedClaim(claim=claim(0, "killed", attributions=(agency,))),
        GroundedClaim(claim=claim(1, "killings", 1, attributions=(residents,))),
        links=[(0, 1, 0.95)],
    )
    chains = account([one])[0].events[0].claims
    assert [(chain.speaker, chain.via) for chain in chains] == [("Reuters", ()), ("Residents", ("Reuters",))]


def test_a_weak_claim_adds_to_an_event_but_makes_none():
    weak = replace(claim(1, "killings", 1), weak=True)
    joined = reading(GroundedClaim(claim=claim(0, "killed")), GroundedClaim(claim=weak), links=[(0, 1, 0.9)])
    assert group_claims(joined) == [[0, 1]]
    alone = reading(GroundedClaim(claim=claim(0, "killed")), GroundedClaim(claim=weak))
    assert group_claims(alone) == [[0]]


def test_the_same_figure_told_twice_is_one_toll_with_the_wider_bounds():
    title = Count(kind=TollKind.KILLED, low=12, best=12, high=12, evidence=evidence("12"))
    text = Count(kind=TollKind.KILLED, low=12, best=12, high=None, evidence=evidence("killed 12"), who="farmers")
    one = reading(
        GroundedClaim(claim=claim(0, "killed", counts=(title,))),
        GroundedClaim(claim=claim(1, "killings", 1, counts=(text,))),
        links=[(0, 1, 0.9)],
    )
    (toll,) = account([one])[0].events[0].tolls
    assert (toll.low, toll.best, toll.high, toll.who) == (12, 12, None, "farmers")
    assert len(toll.evidence) == 2


def test_two_equal_figures_in_one_sentence_are_two_sides():
    soldiers = Count(kind=TollKind.KILLED, low=6, best=6, high=6, evidence=evidence("12"), who="soldiers")
    rebels = Count(kind=TollKind.KILLED, low=6, best=6, high=6, evidence=evidence("killed 12"), who="rebels")
    one = reading(GroundedClaim(claim=claim(0, "killed", counts=(soldiers, rebels))))
    assert [toll.who for toll in account([one])[0].events[0].tolls] == ["soldiers", "rebels"]


def test_who_backs_an_act_is_no_agent_beside_another():
    army, allies = Who(name="Army", actor_id="army"), Who(name="Allies", actor_id="allies")
    one = reading(GroundedClaim(claim=claim(0, "killed"), agents=(army, allies), supporters=(allies,)))
    alone = reading(GroundedClaim(claim=claim(0, "killed"), agents=(allies,), supporters=(allies,)))
    assert [who.name for who in account([one])[0].events[0].agents] == ["Army"]
    assert [who.name for who in account([alone])[0].events[0].agents] == ["Allies"]


def test_a_weak_claim_needs_a_surer_link():
    def events(score, weak):
        second = replace(claim(1, "killings", 1), weak=weak)
        one = reading(GroundedClaim(claim=claim(0, "killed")), GroundedClaim(claim=second), links=[(0, 1, score)])
        return account([one])[0].events

    assert [len(event.anchors) for event in events(0.17, weak=True)] == [1]
    assert [len(event.anchors) for event in events(0.17, weak=False)] == [2]
    assert [len(event.anchors) for event in events(0.6, weak=True)] == [2]


def test_the_figure_of_a_campaign_tells_of_another_happening():
    def events(aggregate):
        dead = Count(kind=TollKind.KILLED, low=3, best=3, high=3, evidence=evidence("12"), aggregate=aggregate)
        first = GroundedClaim(claim=claim(0, "killed"))
        second = GroundedClaim(claim=replace(claim(1, "killings", 1), counts=(dead,)))
        return account([reading(first, second, links=[(0, 1, 0.2)])])[0].events

    assert [len(events(aggregate)) for aggregate in (False, True)] == [1, 2]
