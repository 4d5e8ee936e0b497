"""Sums over several happenings: round-ups, totals of days, months and years; and what is told again on an anniversary.

A sum is no incident of its own dead: it is kept apart, tied to the incidents that it sums up where they are known, and its
tolls become what these leave of it. So the tolls of all incidents can be added, and nobody is counted twice.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.incidents.nearness import distance_km
from dateline.incidents.pairs import kinds
from dateline.model import Aggregate, PlacePrecision, Status, TimeBasis, TimePrecision, TollKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dateline.model import Event, Incident, Telling, Toll

NEAR_KM = 30.0
SLACK_DAYS = 1
REMEMBERED_DAYS = 20
"""How many days an anniversary's report may lie off the day."""
NOT_RECENT_DAYS = 60
"""An event that a text dates farther back than this is dated rightly, whatever day is remembered."""
LONG_AGO_DAYS = (200, 40_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    several: tuple[re.Pattern[str], ...]
    counted: tuple[re.Pattern[str], ...]
    plain: re.Pattern[str]
    period: tuple[re.Pattern[str], ...]
    remembrance: tuple[str, ...]
    kept: frozenset[str]
    years: Mapping[str, int]


@cache
def _words() -> _Words:
    with Path(__file__).with_name("aggregates.toml").open("rb") as file:
        told = tomllib.load(file)

    lists: dict[str, str] = told["lists"]
    named = re.compile(rf"(\(\?:)({'|'.join(lists)})(?=\))|(?<=>)({'|'.join(lists)})(?=[|)])")

    def filled(pattern: str) -> str:
        """Put the lists in where a group names one."""
        return r"\b" + named.sub(lambda match: (match[1] or "") + lists[match[2] or match[3]], pattern)

    def compiled(section: str, key: str = "patterns") -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(filled(pattern)) for pattern in told[section][key])

    return _Words(
        several=compiled("several"),
        counted=compiled("several", "counted"),
        plain=re.compile(f"{lists['acts']}|{told['several']['plain']}"),
        period=compiled("period"),
        remembrance=tuple(filled(pattern) for pattern in told["remembrance"]["patterns"]),
        kept=frozenset(told["remembrance"]["kept"]),
        years=told["years"],
    )


# --- recognising ---------------------------------------------------------------------------------------------------------


def find_summary(telling: Telling) -> str | None:
    """Return the words by which an event sums up several happenings; None where it is a single one."""
    event = telling.event
    anchors = [anchor.quote.casefold() for anchor in event.anchors]
    for passage in telling.passages:
        text = passage.casefold()
        for match in _matches(_words().several, text):
            if all(anchor in match[0] for anchor in anchors):
                return match[0]
        if _counts_people(event):
            for match in _matches(_words().counted, text):
                if any(anchor in match[0] for anchor in anchors) and not _is_one_act(event, match[0]):
                    return match[0]
            if not _has_own_day(event):
                for match in _matches(_words().period, text):
                    return match[0].strip()
    return None


def _matches(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    return (match for pattern in patterns for match in pattern.finditer(text))


def _counts_people(event: Event) -> bool:
    return any(toll.kind in {TollKind.KILLED, TollKind.WOUNDED} for toll in event.tolls)


def _is_one_act(event: Event, words: str) -> bool:
    """Whether an anchor names one act outside of the words that name several: "a bomb, one of two blasts that killed 18"."""
    quotes = [anchor.quote.casefold() for anchor in event.anchors]
    return any(quote not in words and not _words().plain.fullmatch(quote) for quote in quotes)


def _has_own_day(event: Event) -> bool:
    when = event.time
    return when is not None and when.precision is TimePrecision.DAY and when.basis is not TimeBasis.REPORT_DATE


def find_remembrance(telling: Telling) -> tuple[int, int] | None:
    """Return between how many days before the report an event lies that is told in remembrance, or None.

    "A year after the bombing": the report's day, or the day of the ceremony, is not the bombing's.
    """
    event, published = telling.event, telling.published
    when = event.time
    long_ago = (
        when is not None
        and when.first is not None
        and published is not None
        and (published - when.first).days > NOT_RECENT_DAYS
    )
    if published is None or long_ago or event.type in _words().kept:
        return None
    acts = "|".join(re.escape(anchor.quote.casefold()) for anchor in event.anchors)
    for passage in telling.passages:
        for pattern in _words().remembrance:
            match = re.search(pattern.replace("ACT", f"(?:{acts})"), passage.casefold())
            if match is not None:
                return _days_back(match)
    return None


def _days_back(match: re.Match[str]) -> tuple[int, int]:
    told = match.groupdict().get("n") or ""
    digits = re.match(r"\d+", told)
    years = int(digits[0]) if digits else _words().years.get(told, 0)
    if not 0 < years < 200:
        return LONG_AGO_DAYS
    days = round(years * 365.25)
    return days - REMEMBERED_DAYS, days + REMEMBERED_DAYS


# --- parts ---------------------------------------------------------------------------------------------------------------


def tie_aggregates(incidents: Sequence[Incident]) -> list[Incident]:
    """Tie sums to the incidents they sum up, and leave them only the tolls that these do not hold.

    Args:
        incidents: All incidents; those with ``aggregate`` are sums.

    Returns:
        The same, in the same order, with ``parts``, ``part_of`` and the sums' own tolls filled in.
    """
    sums = sorted((each for each in incidents if each.aggregate is not None), key=lambda each: (_length(each), each.id))
    if not sums:
        return list(incidents)
    now = {each.id: each for each in incidents}
    by_month: dict[tuple[str | None, int], list[str]] = defaultdict(list)
    for each in incidents:
        if each.time is not None and each.time.first is not None:
            by_month[_country(each), each.time.first.year * 12 + each.time.first.month].append(each.id)
    done: set[str] = set()
    for whole in sums:
        near = [part for key in _months(whole) for part in by_month.get(key, ())]
        parts = sorted(part for part in near if (now[part].aggregate is None or part in done) and _is_part(now[part], whole))
        # What is within a smaller sum that is a part is not taken off twice: the smaller sum holds only what is left of it.
        now[whole.id] = _leave_rest(whole, [now[part] for part in parts])
        for part in parts:
            now[part] = replace(now[part], part_of=tuple(sorted({*now[part].part_of, whole.id})))
        done.add(whole.id)
    return [now[each.id] for each in incidents]


def add_up(incidents: Iterable[Incident], kind: TollKind) -> tuple[int, int, int]:
    """Return the lowest, best and highest number of people over incidents, nobody counted twice.

    A bound that is not known counts as the best figure.
    """
    low = best = high = 0
    for incident in incidents:
        for toll in incident.tolls:
            if toll.kind is kind and incident.status is Status.HAPPENED:
                middle = _best(toll)
                best += middle
                low += min(toll.low if toll.low is not None else middle, middle)
                high += max(toll.high if toll.high is not None else middle, middle)
    return low, best, high


def _best(toll: Toll) -> int:
    return next((figure for figure in (toll.best, toll.low, toll.high) if figure is not None), 0)


def _length(incident: Incident) -> int:
    when = incident.time
    return (when.last - when.first).days if when and when.first and when.last else 0


def _country(incident: Incident) -> str | None:
    return incident.place.country_code if incident.place else None


def _months(whole: Incident) -> list[tuple[str | None, int]]:
    when = whole.time
    if when is None or when.first is None or when.last is None:
        return []
    first = when.first.year * 12 + when.first.month - (when.first.day <= SLACK_DAYS)
    last = when.last.year * 12 + when.last.month + 1
    return [(_country(whole), month) for month in range(first, last + 1)]


def _is_part(part: Incident, whole: Incident) -> bool:
    """Whether an incident lies within a sum: its days, its place and what is done, and no more dead than the sum has."""
    if part.id == whole.id or part.status is not whole.status or not _kin(part, whole):
        return False
    return _within_days(part, whole) and _within_place(part, whole) and _no_more_dead(part, whole)


def _kin(part: Incident, whole: Incident) -> bool:
    groups = kinds().groups
    return bool(set(groups[part.type]) & set(groups[whole.type]))


def _within_days(part: Incident, whole: Incident) -> bool:
    inner, outer = part.time, whole.time
    if inner is None or outer is None or not (inner.first and inner.last and outer.first and outer.last):
        return False
    slack = SLACK_DAYS if outer.basis is not TimeBasis.STATED else 0
    return (outer.first - inner.first).days <= slack and (inner.last - outer.last).days <= slack


def _within_place(part: Incident, whole: Incident) -> bool:
    inner, outer = part.place, whole.place
    if inner is None or outer is None or inner.country_code != outer.country_code:
        return False
    if outer.precision in {PlacePrecision.COUNTRY, PlacePrecision.REGION}:
        return True
    if inner.precision.rank > outer.precision.rank:
        return False
    if not outer.precision.fine and outer.admin1:
        return inner.admin1 == outer.admin1
    if inner.lat is None or inner.lon is None or outer.lat is None or outer.lon is None:
        return inner.name == outer.name
    return distance_km(inner.lat, inner.lon, outer.lat, outer.lon) <= NEAR_KM + (outer.uncertainty_km or 0.0)


def _no_more_dead(part: Incident, whole: Incident) -> bool:
    told = {toll.kind: toll for toll in (whole.aggregate.tolls if whole.aggregate else ())}
    return all(
        toll.kind not in told
        or (toll.low if toll.low is not None else _best(toll)) <= (told[toll.kind].high or _best(told[toll.kind]))
        for toll in part.tolls
    )


def _leave_rest(whole: Incident, parts: Sequence[Incident]) -> Incident:
    """Take the parts' tolls off a sum's."""
    aggregate = whole.aggregate
    assert aggregate is not None
    tolls = []
    for toll in aggregate.tolls:
        held = [_bounds(each) for part in parts for each in part.tolls if each.kind is toll.kind]
        low, best, high = (sum(bounds[at] for bounds in held) for at in range(3))
        if not held:
            tolls.append(toll)
            continue
        rest = max(_best(toll) - best, 0)
        if rest:
            most = None if toll.high is None else max(toll.high - low, rest)
            least = None if toll.low is None else min(max(toll.low - high, 0), rest)
            tolls.append(replace(toll, low=least, best=rest, high=most))
    reasons = {**whole.reasons, "tolls": f"what {len(parts)} part(s) leave of the sum"} if parts else whole.reasons
    told = Aggregate(basis=aggregate.basis, tolls=aggregate.tolls, parts=tuple(part.id for part in parts))
    return replace(whole, aggregate=told, tolls=tuple(tolls), reasons=reasons)


def _bounds(toll: Toll) -> tuple[int, int, int]:
    best = _best(toll)
    return (toll.low if toll.low is not None else best, best, toll.high if toll.high is not None else best)
