"""The fields of an event from the fields of its claims: the best-supported value, with all its evidence.

What two claims say differently is kept: tolls stay apart with their speakers. Where no claim names a place or a time, the
event inherits one, more coarsely, and says so.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dateline.incidents.event_days import choose_day
from dateline.incidents.event_places import choose_place
from dateline.model import (
    Attribution,
    Certainty,
    Count,
    Event,
    EventType,
    Evidence,
    GroundedClaim,
    GroundedReading,
    Role,
    Side,
    SpeakerKind,
    Thing,
    Toll,
    Who,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_CARRIERS = frozenset({SpeakerKind.AGENCY, SpeakerKind.MEDIA})
_CIVILIAN_WORDS = frozenset(
    [
        "civilian",
        "civilians",
        "child",
        "children",
        "woman",
        "women",
        "resident",
        "residents",
        "villager",
        "villagers",
        "journalist",
        "journalists",
        "student",
        "students",
        "worker",
        "workers",
        "protester",
        "protesters",
        "demonstrator",
        "demonstrators",
        "pilgrim",
        "pilgrims",
        "passenger",
        "passengers",
        "passersby",
    ]
)

_Item = TypeVar("_Item")


def merge_claims(members: Sequence[GroundedClaim], reading: GroundedReading) -> Event:
    """Merge the claims of one happening, given in reading order.

    Args:
        members: At least one claim.
        reading: The article's reading, for what the event may inherit.
    """
    reasons: dict[str, str] = {}
    type_ = _vote(
        reasons,
        "type",
        [
            (m.claim.type_scores or {m.claim.type: 1.0}, m.claim.confidence * m.claim.type_weight, m.claim.anchor)
            for m in members
        ],
    )
    status = _vote(
        reasons,
        "status",
        [(m.claim.status_scores or {m.claim.status: 1.0}, m.claim.confidence, m.claim.anchor) for m in members],
    )
    anchors = tuple(member.claim.anchor for member in members)
    supporters = _merge_parties(members, lambda member: member.supporters)
    agents = _but(_merge_parties(members, lambda member: member.agents), supporters)
    targets = _merge_parties(members, lambda member: member.targets)
    tolls = _merge_tolls(members, agents, targets)
    certainty = _merge_certainty(reasons, members)
    place, reasons["place"] = choose_place(members, reading, type_, status)
    time, reasons["time"] = choose_day(members, reading, type_, status)
    return Event(
        id=event_id(reading.article.id, type_, anchors),
        article_id=reading.article.id,
        type=type_,
        status=status,
        anchors=anchors,
        agents=agents,
        targets=targets,
        supporters=supporters,
        objects=_merge_things(members, Role.OBJECT),
        instruments=_merge_things(members, Role.INSTRUMENT),
        place=place,
        time=time,
        tolls=tolls,
        claims=_merge_attributions(members),
        certainty=certainty,
        confidence=_confidence(members, type_),
        reasons=reasons,
    )


def event_id(article_id: str, type_: EventType, anchors: Sequence[Evidence]) -> str:
    """Return ``evt_`` and 16 hex digits of the hash of the article, the type and the anchors' offsets."""
    where = " ".join(f"{anchor.span.field}:{anchor.span.start}-{anchor.span.end}" for anchor in anchors)
    return "evt_" + hashlib.sha256(f"{article_id} {type_} {where}".encode()).hexdigest()[:16]


def _vote(reasons: dict[str, str], field: str, ballots: Iterable[tuple[Mapping[_Item, float], float, Evidence]]) -> _Item:
    """Add up the scores of the claims, each by its weight; ties go to the first told."""
    totals: dict[_Item, float] = defaultdict(float)
    words: dict[_Item, list[str]] = defaultdict(list)
    for scores, weight, anchor in ballots:
        for value, score in scores.items():
            totals[value] += score * weight
        words[max(scores, key=lambda value: scores[value])].append(anchor.quote)
    best = max(totals, key=lambda value: totals[value])
    share = totals[best] / sum(totals.values())
    reasons[field] = f"{best}: {share:.0%} of the reader's score over {sum(map(len, words.values()))} anchor(s)"
    if words[best]:
        reasons[field] += f", named by {', '.join(repr(word) for word in dict.fromkeys(words[best]))}"
    return best


def _merge_parties(members: Sequence[GroundedClaim], of: Callable[[GroundedClaim], tuple[Who, ...]]) -> tuple[Who, ...]:
    """Put parties of one identity together (registry id, else folded name), in order of first naming.

    A bare number that a toll already holds ("kills nine") is no party where the report names one more fully.
    """
    merged: dict[str, Who] = {}
    for member in members:
        for who in of(member):
            key = who.actor_id or who.name.casefold()
            known = merged.get(key)
            merged[key] = who if known is None else replace(known, evidence=_join(known.evidence, who.evidence))
    numbers = {count.evidence.span for member in members for count in member.claim.counts}
    fuller = [who for who in merged.values() if not all(one.span in numbers for one in who.evidence)]
    return tuple(fuller or merged.values())


def _but(agents: tuple[Who, ...], supporters: tuple[Who, ...]) -> tuple[Who, ...]:
    """The agents without those that only back them: who is named as a supporter is no agent, if there is another."""
    backing = {(who.actor_id, who.name) for who in supporters}
    return tuple(who for who in agents if (who.actor_id, who.name) not in backing) or agents


def _merge_things(members: Sequence[GroundedClaim], role: Role) -> tuple[Thing, ...]:
    things: dict[str, Thing] = {}
    for member in members:
        for mention in member.claim.having(role):
            key = mention.text.casefold()
            known = things.get(key)
            evidence = (mention.evidence,)
            things[key] = Thing(name=mention.text, evidence=evidence if known is None else _join(known.evidence, evidence))
    return tuple(things.values())


def _join(first: tuple[Evidence, ...], second: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(sorted(dict.fromkeys(first + second), key=lambda one: (one.span.field != "title", one.span)))


def _merge_attributions(members: Sequence[GroundedClaim]) -> tuple[Attribution, ...]:
    """Put equal chains together; an agency that reports the event in the sentence before passes a bare speaker on.

    "Reuters reported that … . Residents said that …": the residents' words came through Reuters.
    """
    chains: dict[tuple[object, ...], Attribution] = {}
    carrier: tuple[int, str] | None = None
    for member in members:
        sentence = member.claim.sentence
        for chain in member.claim.attributions:
            passed = chain
            if chain.speaker_kind in _CARRIERS and chain.speaker and not chain.via:
                carrier = (sentence, chain.speaker)
            elif chain.speaker and not chain.via and carrier is not None and 0 <= sentence - carrier[0] <= 1:
                passed = replace(chain, via=(carrier[1],))
            key = (passed.speaker, passed.via, passed.hedges)
            known = chains.get(key)
            chains[key] = passed if known is None else replace(known, evidence=_join(known.evidence, passed.evidence))
    return tuple(chains.values())


def _merge_certainty(reasons: dict[str, str], members: Sequence[GroundedClaim]) -> Certainty:
    """Disputed if any claim is; else suspected if most claims are; else attributed if any is; else asserted."""
    counts = Counter(member.claim.certainty for member in members)
    reasons["certainty"] = ", ".join(f"{count} claim(s) {certainty}" for certainty, count in counts.items())
    if counts[Certainty.DISPUTED]:
        return Certainty.DISPUTED
    if counts[Certainty.SUSPECTED] > counts[Certainty.ATTRIBUTED] + counts[Certainty.ASSERTED]:
        return Certainty.SUSPECTED
    if counts[Certainty.ATTRIBUTED] or counts[Certainty.SUSPECTED]:
        return Certainty.ATTRIBUTED
    return Certainty.ASSERTED


# --- tolls ---------------------------------------------------------------------------------------------------------------


def _merge_tolls(members: Sequence[GroundedClaim], agents: Sequence[Who], targets: Sequence[Who]) -> tuple[Toll, ...]:
    """One toll for each figure; differing figures stay apart with their speakers.

    A subgroup makes none where its whole is told. The same figure told twice is one toll, with the wider of the two bounds:
    a headline's "nine" and the text's "at least nine" are at least nine. Two equal figures in one sentence count two sides.
    """
    totals = {count.kind for member in members for count in member.claim.counts if not count.subgroup}
    told: dict[tuple[object, ...], list[tuple[Count, str | None]]] = defaultdict(list)
    for member in members:
        speaker = next((chain.speaker for chain in member.claim.attributions if chain.speaker), None)
        nth: Counter[tuple[object, ...]] = Counter()
        for count in member.claim.counts:
            if not (count.subgroup and count.kind in totals):
                figure = (
                    count.kind,
                    count.low if count.best is None else count.best,
                    count.high if count.best is None else None,
                )
                told[*figure, nth[figure]].append((count, speaker))
                nth[figure] += 1
    return tuple(_merge_toll(same, agents, targets) for same in told.values())


def _merge_toll(same: Sequence[tuple[Count, str | None]], agents: Sequence[Who], targets: Sequence[Who]) -> Toll:
    counts = [count for count, _ in same]
    lows, highs = [count.low for count in counts], [count.high for count in counts]
    evidence: tuple[Evidence, ...] = ()
    for count in counts:
        evidence = _join(evidence, (count.evidence,))
    fullest = max(counts, key=lambda count: len(count.who or ""))
    return Toll(
        kind=counts[0].kind,
        low=None if None in lows else min(low for low in lows if low is not None),
        best=counts[0].best,
        high=None if None in highs else max(high for high in highs if high is not None),
        who=fullest.who,
        side=_side(fullest, agents, targets),
        speaker=next((speaker for _, speaker in same if speaker), None),
        evidence=evidence,
    )


def _side(count: Count, agents: Sequence[Who], targets: Sequence[Who]) -> Side:
    """Whose people are counted: those of the party whose phrase holds the number or shares its head noun."""
    words = set((count.who or "").casefold().split())
    for side, parties in ((Side.TARGETS, targets), (Side.AGENTS, agents)):
        for who in parties:
            for evidence in who.evidence:
                inside = (
                    evidence.span.field == count.evidence.span.field
                    and evidence.span.start <= count.evidence.span.start < evidence.span.end
                )
                if inside or words & set(evidence.quote.casefold().split()[-1:]):
                    return Side.CIVILIANS if words & _CIVILIAN_WORDS else side
    return Side.CIVILIANS if words & _CIVILIAN_WORDS else Side.UNKNOWN


# --- confidence ----------------------------------------------------------------------------------------------------------


def _confidence(members: Sequence[GroundedClaim], type_: EventType) -> float:
    """Raw confidence: the best claim's, times the share of its score that the event's type got."""
    return max(member.claim.confidence * member.claim.type_scores.get(type_, 1.0) for member in members)
