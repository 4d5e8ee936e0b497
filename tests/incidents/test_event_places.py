"""Choosing an event's place among those that its report tells, on hand-made claims."""

from hypothesis import given
from hypothesis import strategies as st

from dateline.incidents.choice import shipped_weights
from dateline.incidents.event_places import choose_place, find_places, place_key
from dateline.model import Article, Claim, EventType, GroundedClaim, GroundedReading, PlacePrecision, Span, Status, Where

WORDS = "Rebels stormed the base near Tarin. In Herat the minister condemned it. Shells fell on the bazaar of Tarin."
ARTICLE = Article(id="art_places", text=WORDS)


def town(name, number):
    at = WORDS.index(name)
    evidence = ARTICLE.evidence(Span(start=at, end=at + len(name)))
    return Where(
        name=name,
        country_code="AFG",
        country="Afghanistan",
        admin1=name,
        lat=33.0,
        lon=65.0 + number,
        geoname_id=number,
        precision=PlacePrecision.TOWN,
        uncertainty_km=5.0,
        evidence=(evidence,),
    )


TARIN, HERAT = town("Tarin", 1), town("Herat", 2)


def told(index, words, sentence, where=None, type_=EventType.ARMED_ATTACK, **fields):
    at = WORDS.index(words)
    anchor = ARTICLE.evidence(Span(start=at, end=at + len(words)))
    claim = Claim(index=index, sentence=sentence, anchor=anchor, type=type_, confidence=0.9)
    return GroundedClaim(claim=claim, where=where, **fields)


def choose(members, *others):
    claims = tuple(sorted((*members, *others), key=lambda each: each.claim.index))
    reading = GroundedReading(article=ARTICLE, claims=claims)
    return choose_place(members, reading, members[0].claim.type, Status.HAPPENED)


def test_an_event_is_where_its_own_claims_say():
    where, reason = choose([told(0, "stormed", 0, TARIN)], told(1, "condemned", 1, HERAT, EventType.ACCUSATION))
    assert where.name == "Tarin"
    assert [one.quote for one in where.evidence] == ["Tarin"]
    assert reason.startswith("named")


def test_an_event_without_a_place_takes_one_told_near_it_more_coarsely_and_says_so():
    where, reason = choose([told(1, "fell", 2)], told(0, "stormed", 0, TARIN))
    assert (where.name, where.precision, where.basis) == ("Tarin", PlacePrecision.NEAR, "inherited from the report")
    assert where.uncertainty_km >= 25
    assert where.evidence == ()
    assert "Tarin" in reason


def test_without_any_place_the_one_that_the_report_is_at_is_taken():
    where, _ = choose([told(0, "stormed", 0, focus=HERAT)])
    assert (where.name, where.basis) == ("Herat", "inherited from the report")


def test_a_report_that_names_no_place_gives_none():
    where, reason = choose([told(0, "stormed", 0)])
    assert where is None
    assert "no place" in reason


def test_what_most_claims_of_an_event_say_comes_before_what_one_says():
    members = [told(0, "stormed", 0, TARIN), told(1, "fell", 2, TARIN), told(2, "condemned", 1, HERAT)]
    assert choose(members)[0].name == "Tarin"


@given(st.lists(st.tuples(st.sampled_from([None, TARIN, HERAT]), st.integers(0, 9)), min_size=1, max_size=6))
def test_the_choice_is_among_what_is_told_and_the_same_each_time(rows):
    claims = [told(index, "fell", sentence, where) for index, (where, sentence) in enumerate(rows)]
    reading = GroundedReading(article=ARTICLE, claims=tuple(claims))
    choice = choose_place(claims[:1], reading, EventType.ARMED_ATTACK, Status.HAPPENED)
    assert choice == choose_place(claims[:1], reading, EventType.ARMED_ATTACK, Status.HAPPENED)
    keys = {place_key(one.value) for one in find_places(claims[:1], reading)}
    assert keys == {place_key(where) for where, _ in rows if where}
    assert (choice[0] is None) == (not keys)
    assert choice[0] is None or place_key(choice[0]) in keys


def test_weights_have_the_signs_that_reason_gives_them():
    weights = shipped_weights("places")
    assert weights["told after"] < 0
    assert weights["told link"] > 0
    assert weights["own country"] < 0
