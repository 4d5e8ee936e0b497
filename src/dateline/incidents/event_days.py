"""When an event happened: chosen among the times of its own claims, those told of others, and the report's day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dateline.incidents.choice import Candidate, Setting, choose, gather
from dateline.model import Status, TimeBasis, TimePrecision, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dateline.model import EventType, Evidence, GroundedClaim, GroundedReading

LEAD_SENTENCES = 2
REPORT_DATE_SENTENCES = 6
"""Only what is first told within so many sentences may be dated by the report."""
OLD_DAYS = 60
DOUBTFUL = 0.6
"""A claim with less than this share of the surest one's confidence tells most often the month or year of some background."""
_UNDATED = frozenset({Status.PLANNED, Status.DENIED, Status.POSSIBLE})
_GRAINS = list(TimePrecision)


def choose_day(
    members: Sequence[GroundedClaim], reading: GroundedReading, type_: EventType, status: Status
) -> tuple[When | None, str]:
    """Return an event's time, and how it was chosen.

    Args:
        members: The event's claims, in reading order.
        reading: The report's.
        type_: The event's.
        status: The event's.
    """
    found = find_days(members, reading, status)
    setting = Setting(members=members, reading=reading, type=type_, status=status, found=found)
    return _tell(choose(setting, [weigh_day(one, setting) for one in found], "days"))


def find_days(members: Sequence[GroundedClaim], reading: GroundedReading, status: Status) -> list[Candidate[When]]:
    """Return the times that an event may have: those of its own claims, of others in reading order, and none at all.

    A plan is never dated by what happened around it, and nothing but what happened by the report.
    """
    others = () if status is Status.PLANNED else reading.claims
    found = gather(members, others, lambda claim: claim.when, lambda when: (when.first, when.last, when.partial))
    day = reading.report_day
    if day is not None and status not in _UNDATED and members[0].claim.sentence < REPORT_DATE_SENTENCES:
        when = When(first=day, last=day, precision=TimePrecision.DAY, basis=TimeBasis.REPORT_DATE)
        found.setdefault((day, day, None), Candidate(when)).report = True
    return [*found.values(), Candidate(None)]


def weigh_day(one: Candidate[When], setting: Setting[When]) -> dict[str, float]:
    """Return what speaks for and against a time, by name; what is absent is 0."""
    day = setting.reading.report_day
    if one.value is None:
        return _weigh_none(setting)
    told: dict[str, float] = {}
    if one.own:
        told |= _weigh_own(one, setting)
    elif one.others:
        told |= _weigh_told(one, setting)
    else:
        told |= _weigh_report(one, setting)
    told["own and report's"] = float(bool(one.own) and one.report)
    told["told and report's"] = float(bool(one.others) and not one.own and one.report)
    if day is not None and one.value.first is not None:
        told[f"ahead {setting.status}"] = float(one.value.first > day)
        told["old"] = float((day - one.value.first).days > OLD_DAYS)
    return told


def _part(setting: Setting[When]) -> str:
    """In which part of its report an event is first told."""
    first = setting.members[0].claim.sentence
    return "lead" if first < LEAD_SENTENCES else "near" if first < REPORT_DATE_SENTENCES else "far"


def _weigh_none(setting: Setting[When]) -> dict[str, float]:
    told = {"none": 1.0} | {f"none {what}": 1.0 for what in (_part(setting), setting.kind, setting.status)}
    told["none with own"] = float(setting.has_own)
    told["none apart"] = float(any(member.apart for member in setting.members))
    return told


def _weigh_report(one: Candidate[When], setting: Setting[When]) -> dict[str, float]:
    told = {"report": 1.0} | {f"report {what}": 1.0 for what in (setting.kind, setting.status, _part(setting))}
    told["report with own"] = float(setting.has_own)
    told["report only"] = float(not any(_said(each) for each in setting.found if each is not one))
    told["report before"] = setting.had
    return told


def _weigh_own(one: Candidate[When], setting: Setting[When]) -> dict[str, float]:
    when = one.known
    sure = {id(each): sum(claim.claim.confidence for claim in each.own) for each in setting.found}
    rivals = [each for each in setting.found if each.own and each is not one]
    days = [first for each in rivals if (first := each.known.first)]
    single = "day" if when.precision is TimePrecision.DAY else "days"
    told = setting.weigh_own(one) | {f"own {when.precision}": 1.0, f"own {setting.kind} {single}": 1.0}
    told["own share"] = sure[id(one)] / (sum(sure.values()) or 1.0)
    told["own leaning"] = float(all(claim.leaning for claim in one.own))
    told["own saying"] = float(all(claim.saying for claim in one.own))
    sureness = max(claim.claim.confidence for claim in one.own) / (setting.surest.claim.confidence or 1.0)
    told["own doubtful"] = float(when.precision.coarse and sureness < DOUBTFUL)
    told["own finest"] = float(all(_grain(one) <= _grain(each) for each in rivals))
    if days and when.first:
        told["own earliest"] = float(when.first <= min(days))
        told["own latest"] = float(when.first >= max(days))
    return told


def _weigh_told(one: Candidate[When], setting: Setting[When]) -> dict[str, float]:
    when, near = one.known, setting.nearest[id(one)]
    told = setting.weigh_told(one)
    told |= {f"told {what}": 1.0 for what in (when.precision, setting.kind, setting.status)}
    told |= _weigh_places(one, setting)
    same = near.claim.claim.type is setting.type
    told["told apart"] = float(near.member.apart and near.away == 0)
    told["told leaning"] = float(near.claim.leaning)
    told["told saying"] = float(near.claim.saying)
    told["told coarse"] = float(when.precision.coarse)
    told["told coarse other type"] = float(when.precision.coarse and not same)
    told["told coarse near"] = float(when.precision.coarse and near.away <= 1)
    told["told coarse after"] = float(when.precision.coarse and near.after)
    told[f"told coarse {_part(setting)}"] = float(when.precision.coarse)
    told[f"told after {_part(setting)}"] = float(near.after)
    told[f"told lead {_part(setting)}"] = told["told lead"]
    told[f"told nearest {_part(setting)}"] = told["told nearest"]
    told["told days other type"] = float(when.precision is not TimePrecision.DAY and not same)
    told["told only"] = float(not any(each.others for each in setting.found if each is not one))
    days = [each.value.first for each in setting.found if each.value and each.value.first and each is not one and _said(each)]
    if when.first and days:
        told["told before"] = setting.had * float(when.first <= min(days))
    told["told lean has own"] = float(setting.has_own and all(claim.leaning for each in setting.found for claim in each.own))
    return told


def _weigh_places(one: Candidate[When], setting: Setting[When]) -> dict[str, float]:
    places, here = _places(one.others), _places(setting.members)
    return {
        "told same place": float(bool(places & here)),
        "told other place": float(bool(places and here and not places & here)),
    }


def _grain(one: Candidate[When]) -> int:
    return _GRAINS.index(one.known.precision)


def _said(one: Candidate[When]) -> bool:
    return bool(one.own or one.others)


def _places(claims: Sequence[GroundedClaim]) -> set[int | str]:
    return {claim.where.geoname_id or claim.where.name for claim in claims if claim.where is not None}


def _tell(one: Candidate[When]) -> tuple[When | None, str]:
    if one.value is None:
        return None, "no time words that are likely its own"
    if one.own:
        evidence = _join(claim.when.evidence for claim in one.own if claim.when)
        return replace(one.value, evidence=evidence), f"{one.value.basis} time words: {_quoted(evidence)}"
    if one.others:
        evidence = _join(claim.when.evidence for claim in one.others[:1] if claim.when)
        told = replace(one.value, basis=TimeBasis.RELATIVE, evidence=evidence)
        return told, f"no time words of its own; the time likeliest of those told: {_quoted(evidence)}"
    when = replace(one.value, basis=TimeBasis.REPORT_DATE, evidence=())
    return when, "no time words; told early in the report, so dated by it"


def _join(groups: Iterable[Sequence[Evidence]]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence for group in groups for evidence in group))


def _quoted(evidence: Sequence[Evidence]) -> str:
    return ", ".join(repr(each.quote) for each in evidence)
