"""Sums up judged reports: how much is found and right in all, by type, by confidence and by group of reports.

*Detection*: an event is matched. *Typed*: and has the type. *Typed and status*: and the status. *Record*: and its agents,
targets, place, date and toll are not wrong either. Precision is of the coded events, recall of the annotated ones.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from dateline.grounding.place_names import fold, read_countries
from dateline.knowledge import pack_file
from dateline.scoring.judging import FIELDS, RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dateline.model import EventType
    from dateline.scoring.judging import Scored
    from dateline.scoring.reports import Report

_BANDS = 5
_NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Precision, recall and their harmonic mean, in percent."""

    p: float
    r: float
    f: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The main numbers of some reports; ``asdict`` gives the yardstick's JSON.

    Attributes:
        gold, coded: How many annotated and coded events there are.
        fields: Field to ``right`` (percent of the matched pairs that are counted) and ``of`` (how many those are).
    """

    reports: int
    gold: int
    coded: int
    detection: Level
    typed: Level
    typed_status: Level
    record: Level
    fields: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeNumbers:
    """One type: events annotated with it, coded with it, matched of the annotated ones, and matched by one of the same type."""

    gold: int
    coded: int
    matched: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often an annotated type was coded as another one."""

    annotated: EventType
    coded: EventType
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Coded events with a confidence from ``low`` to below ``high`` (1 belongs to the last).

    Attributes:
        right: How many of them match an annotated event of the same type.
        confidence: Their mean confidence, None where there are none; calibrated, it equals the share that is right.
    """

    low: float
    high: float
    events: int
    right: int
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All numbers; ``types`` by commonness, ``groups`` the main numbers of each group, the largest first."""

    numbers: Numbers
    types: Mapping[str, TypeNumbers]
    confusions: tuple[Confusion, ...]
    calibration: tuple[Band, ...]
    groups: Mapping[str, Numbers]

    def as_json(self) -> dict[str, Any]:
        """Return it as a dictionary of JSON values; the main numbers stand at the top, named as the yardstick names them."""
        values = asdict(self)
        return asdict(self.numbers) | {name: values[name] for name in ("types", "confusions", "calibration", "groups")}


def evaluate(scored: Sequence[Scored], by: str | None = None) -> Evaluation:
    """Sum up judged reports; ``by`` names one of ``GROUPINGS``."""
    members: dict[str, list[Scored]] = defaultdict(list)
    for each in scored if by else ():
        members[GROUPINGS[by or ""](each.report)].append(each)
    groups = sorted(((name, _numbers(some)) for name, some in members.items()), key=lambda group: (-group[1].gold, group[0]))
    wrong = Counter((p.annotated.type, p.event.type) for each in scored for p in each.pairs if not p.right["type"])
    return Evaluation(
        numbers=_numbers(scored),
        types=_types(scored),
        confusions=tuple(Confusion(annotated=a, coded=c, count=n) for (a, c), n in wrong.most_common()),
        calibration=_calibration(scored),
        groups=dict(groups),
    )


def _numbers(scored: Sequence[Scored]) -> Numbers:
    pairs = [pair.right for each in scored for pair in each.pairs]
    gold, coded = sum(len(each.report.events) for each in scored), sum(len(each.events) for each in scored)

    def level(right: int) -> Level:
        p, r = right / coded if coded else 0.0, right / gold if gold else 0.0
        return Level(p=round(100 * p, 1), r=round(100 * r, 1), f=round(200 * p * r / (p + r), 1) if p + r else 0.0)

    judged = {name: [right[name] for right in pairs if right[name] is not None] for name in FIELDS}
    return Numbers(
        reports=len(scored),
        gold=gold,
        coded=coded,
        detection=level(len(pairs)),
        typed=level(sum(right["type"] is True for right in pairs)),
        typed_status=level(sum(right["type"] is True and right["status"] is True for right in pairs)),
        record=level(sum(all(right[name] is not False for name in RECORD_FIELDS) for right in pairs)),
        fields={n: {"right": round(100 * v.count(True) / len(v), 1), "of": len(v)} for n, v in judged.items() if v},
    )


def _types(scored: Sequence[Scored]) -> dict[str, TypeNumbers]:
    gold = Counter(annotated.type for each in scored for annotated in each.report.events)
    coded = Counter(event.type for each in scored for event in each.events)
    matched = Counter(pair.annotated.type for each in scored for pair in each.pairs)
    right = Counter(pair.annotated.type for each in scored for pair in each.pairs if pair.right["type"])
    return {
        kind: TypeNumbers(gold=gold[kind], coded=coded[kind], matched=matched[kind], right=right[kind])
        for kind, _ in (gold + coded).most_common()
    }


def _calibration(scored: Sequence[Scored]) -> tuple[Band, ...]:
    bands: list[list[tuple[float, bool]]] = [[] for _ in range(_BANDS)]
    for each in scored:
        right = {id(pair.event) for pair in each.pairs if pair.right["type"]}
        for event in each.events:
            bands[min(int(event.confidence * _BANDS), _BANDS - 1)].append((event.confidence, id(event) in right))
    return tuple(
        Band(
            low=number / _BANDS,
            high=(number + 1) / _BANDS,
            events=len(band),
            right=sum(right for _, right in band),
            confidence=round(sum(confidence for confidence, _ in band) / len(band), 3) if band else None,
        )
        for number, band in enumerate(bands)
    )


@cache
def _regions() -> dict[str, str]:
    """Return the region of the world of each name of a country, its capital or a part of the world, by folded name."""
    table = tomllib.loads(pack_file("world_regions.toml").read_text(encoding="utf-8"))
    of_code = {code: region for region, codes in table["countries"].items() for code in codes}
    found = {fold(name): region for region, names in table["names"].items() for name in names}
    for country in read_countries().values():
        for name in (country.name, *country.names, country.capital):
            found.setdefault(fold(name), of_code.get(country.code, ""))
    for region in tomllib.loads(pack_file("regions.toml").read_text(encoding="utf-8"))["region"]:
        if len(regions := {of_code[code] for code in region["countries"] if code in of_code}) == 1:
            for name in (region["name"], *region.get("names", ())):
                found.setdefault(fold(name), *regions)
    return {name: region for name, region in found.items() if name and region}


def find_region(place: str) -> str | None:
    """Return the region of the world of an annotated place, such as "Mosul, Iraq"; None where no country in it is known.

    The last name tells it ("Iraq"), else the longest known name within that ("northern Mali"), else the names before it.
    """
    for part in reversed(re.split("[,;]", place)):
        words = f" {fold(part)} "
        known = [name for name in _regions() if f" {name} " in words]
        if known:
            return _regions()[max(known, key=len)]
    return None


def _region_of(report: Report) -> str:
    """Return the region that most of a report's annotated events lie in."""
    regions = Counter(filter(None, (find_region(event.place) for event in report.events if event.place)))
    return regions.most_common(1)[0][0] if regions else _NOT_TOLD


GROUPINGS: Mapping[str, Callable[[Report], str]] = {
    "style": lambda report: report.style or _NOT_TOLD,
    "region": _region_of,
    "file": lambda report: report.file,
}
"""What reports may be grouped by."""
