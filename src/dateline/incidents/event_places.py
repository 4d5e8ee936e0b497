"""Where an event happened: chosen among the places of its own claims, those told of others, and where the report is at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dateline.incidents.choice import Candidate, Setting, choose, gather
from dateline.model import PlacePrecision, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.model import Dateline, EventType, GroundedClaim, GroundedReading, Status

INHERITED_PLACE_KM = 25.0
"""A place taken over from elsewhere in the report is at least this uncertain."""
INHERITED = "inherited from the report"
_COARSER = {
    PlacePrecision.POINT: PlacePrecision.NEAR,
    PlacePrecision.TOWN: PlacePrecision.NEAR,
    PlacePrecision.NEAR: PlacePrecision.DISTRICT,
    PlacePrecision.DISTRICT: PlacePrecision.PROVINCE,
}
_WIDE = frozenset({PlacePrecision.COUNTRY, PlacePrecision.REGION})


def choose_place(
    members: Sequence[GroundedClaim], reading: GroundedReading, type_: EventType, status: Status
) -> tuple[Where | None, str]:
    """Return an event's place, and how it was chosen.

    Args:
        members: The event's claims, in reading order.
        reading: The report's.
        type_: The event's.
        status: The event's.
    """
    found = find_places(members, reading)
    if not found:
        return None, "no place named in the report"
    setting = Setting(members=members, reading=reading, type=type_, status=status, found=found)
    return _tell(choose(setting, [weigh_place(one, setting) for one in found], "places"))


def find_places(members: Sequence[GroundedClaim], reading: GroundedReading) -> list[Candidate[Where]]:
    """Return the places that an event may have: those of its own claims, of others in reading order, and the report's there."""
    found = gather(members, reading.claims, lambda claim: claim.where, place_key)
    for member in members:
        if member.focus is not None:
            found.setdefault(place_key(member.focus), Candidate(member.focus)).report = True
    return list(found.values())


def place_key(where: Where) -> object:
    """Return what two mentions of one place share."""
    return where.geoname_id or (where.name, where.country_code)


def weigh_place(one: Candidate[Where], setting: Setting[Where]) -> dict[str, float]:
    """Return what speaks for and against a place, by name; what is absent is 0."""
    where = one.known
    source = "own" if one.own else "told" if one.others else "report"
    told = {source: 1.0, f"{source} {where.precision}": 1.0}
    if one.own:
        return told | _weigh_own(one, setting)
    own = [each for each in setting.found if each.own]
    told[f"{source} with own"] = float(bool(own))
    vague = all(_how(claim.where) != "named" for each in own for claim in each.own if claim.where)
    told[f"{source} own vague"] = float(bool(own) and vague)
    told[f"{source} own coarse"] = float(bool(own) and not any(each.known.precision.fine for each in own))
    told["report too"] = float(one.report)
    if one.others:
        told |= _weigh_told(one, setting)
    return told


def _weigh_own(one: Candidate[Where], setting: Setting[Where]) -> dict[str, float]:
    where, dateline = one.known, setting.reading.article.dateline
    weight = {
        id(each): sum(c.claim.confidence * c.where.score for c in each.own if c.where) for each in setting.found if each.own
    }
    told = setting.weigh_own(one)
    told["own share"] = weight[id(one)] / (sum(weight.values()) or 1.0)
    told[f"own {_how(where)}"] = 1.0
    told[f"own all {_how(where)}"] = float(all(_how(claim.where) == _how(where) for claim in one.own if claim.where))
    told["own score"] = max(claim.where.score for claim in one.own if claim.where)
    told["own finest"] = float(all(where.precision.rank <= each.known.precision.rank for each in setting.found if each.own))
    told["own same sentence"] = float(any(_beside(claim, setting.reading) for claim in one.own))
    told["own dateline"] = float(_in_dateline(one.own, dateline))
    told["own also told"] = float(bool(one.others))
    told["own also report"] = float(one.report)
    return told


def _weigh_told(one: Candidate[Where], setting: Setting[Where]) -> dict[str, float]:
    where, near = one.known, setting.nearest[id(one)]
    told = setting.weigh_told(one)
    told[f"told {_how(near.claim.where)}"] = 1.0
    days = {claim.when.first for claim in one.others if claim.when}
    mine = {member.when.first for member in setting.members if member.when}
    told["told same day"] = float(bool(days & mine))
    told["told other day"] = float(bool(days and mine and not days & mine))
    told["told dateline"] = float(_in_dateline(one.others, setting.reading.article.dateline))
    told["told fine"] = float(where.precision.fine)
    own = [each.known for each in setting.found if each.own]
    told["told in own"] = float(any(_within(where, each) for each in own))
    told["told other country"] = float(bool(own) and all(each.country_code != where.country_code for each in own))
    return told


def _within(where: Where, wider: Where) -> bool:
    """Whether one place may lie in another that is known less exactly."""
    if where.country_code != wider.country_code or wider.precision.rank <= where.precision.rank:
        return False
    return wider.precision in _WIDE or where.admin1 == wider.admin1


def _how(where: Where | None) -> str:
    """How words came to a place: a name of it, a common noun ("the base"), a name placed by others, or a relation to one."""
    basis = where.basis if where else ""
    if basis.startswith("'") and (" means " in basis or " stands in " in basis):
        return "vague"
    if "not in the gazetteer" in basis:
        return "placed"
    return "named" if "named" in basis or not basis[:1].islower() else "relation"


def _beside(claim: GroundedClaim, reading: GroundedReading) -> bool:
    """Whether a claim's place stands in its own sentence."""
    if claim.where is None or claim.claim.sentence >= len(reading.article.sentences):
        return False
    span = reading.article.sentences[claim.claim.sentence].span
    return any(span.field == one.span.field and span.start <= one.span.start < span.end for one in claim.where.evidence)


def _in_dateline(claims: Sequence[GroundedClaim], dateline: Dateline | None) -> bool:
    """Whether a place is named in the report's dateline alone."""
    spans = [one.span for claim in claims if claim.where for one in claim.where.evidence]
    return dateline is not None and bool(spans) and all(s.field == "text" and s.start < dateline.span.end for s in spans)


def _tell(one: Candidate[Where]) -> tuple[Where, str]:
    where = one.known
    if one.own:
        evidence = tuple(dict.fromkeys(e for claim in one.own if claim.where for e in claim.where.evidence))
        return replace(where, evidence=evidence), f"{where.basis}; {len(evidence)} mention(s)"
    place = replace(
        where,
        precision=_COARSER.get(where.precision, where.precision),
        uncertainty_km=max(INHERITED_PLACE_KM, 2 * (where.uncertainty_km or 0.0)),
        score=where.score / 2,
        basis=INHERITED,
        evidence=(),
    )
    how = "the likeliest of those told near it" if one.others else "the report is at it here"
    return place, f"no place words that are likely its own; {where.name} is {how}"
