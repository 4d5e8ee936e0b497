"""Claims of one happening within one report become one event.

The reader scores each pair of claims; here the scores meet what grounding found (days and places that cannot be the same, a
different status), and the pairs are joined by average linkage, so that one wrong pair does not chain two events together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dateline.incidents.merge import merge_claims
from dateline.incidents.nearness import days_between, km_between
from dateline.model import Account, EventType, GroundedClaim, GroundedReading, TollKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Log-odds added to the reader's link score. Tuned together on held-back and development reports with dateline_training/tune.py:
# change one and run it again.
SAME_TYPE = 2.5
OTHER_TYPE = -0.5
OTHER_DAY = -3.0
OTHER_PLACE = -3.5
OTHER_STATUS = -0.5
SAME_TOLL = 2.5
SAME_AGENT = 0.8
WEAK_CLAIM = -1.0
CAMPAIGN_FIGURE = -1.5
JOIN_AT = 0.5
"""Two groups of claims are joined while their average log-odds lie above this."""

UNLINKED = -6.0
"""Log-odds of a pair that the reader did not link at all."""

TELLING_TOLL = 4
"""Figures from this on are rarely the same by chance."""

FAR_APART_KM = 60.0
"""Two named places farther apart than this (beyond their own uncertainty) are not one place."""


def account(readings: Iterable[GroundedReading]) -> list[Account]:
    """Put each reading's claims together into events; one account each, in their order."""
    return [_account(reading) for reading in readings]


def _account(reading: GroundedReading) -> Account:
    events = (merge_claims([reading.claims[index] for index in group], reading) for group in group_claims(reading))
    return Account(article=reading.article, events=tuple(events))


def group_claims(reading: GroundedReading) -> list[list[int]]:
    """Group claim indexes by happening, in reading order of their first claims; groups of weak claims alone are left out."""
    joined = {index: [index] for index in range(len(reading.claims))}  # by their first claim
    sums: dict[tuple[int, int], tuple[float, int]] = {}  # log-odds between two groups, and over how many scored pairs
    for link in reading.links:
        first, second = reading.claims[link.first], reading.claims[link.second]
        sums[link.first, link.second] = (_log_odds(link.score) + compatibility(first, second), 1)
    while sums:
        best, pair = max(
            ((_average(joined, pair, *told), pair) for pair, told in sums.items()),
            key=lambda one: (one[0], -one[1][0], -one[1][1]),
        )
        if best <= JOIN_AT:
            break
        _join(joined, sums, *pair)
    return sorted(group for group in joined.values() if not all(reading.claims[index].claim.weak for index in group))


def _average(joined: Mapping[int, list[int]], pair: tuple[int, int], total: float, scored: int) -> float:
    """Average log-odds of all pairs of claims between two groups; a pair that the reader did not score counts as unlike."""
    count = len(joined[pair[0]]) * len(joined[pair[1]])
    return (total + UNLINKED * (count - scored)) / count


def _join(joined: dict[int, list[int]], sums: dict[tuple[int, int], tuple[float, int]], first: int, second: int) -> None:
    """Put the second group into the first, which comes before it, and add up what both have with others."""
    joined[first] = sorted(joined[first] + joined.pop(second))
    del sums[first, second]
    for pair in [pair for pair in sums if second in pair]:
        total, scored = sums.pop(pair)
        other = pair[0] if pair[1] == second else pair[1]
        key = (min(first, other), max(first, other))
        known, counted = sums.get(key, (0.0, 0))
        sums[key] = (known + total, counted + scored)


def compatibility(first: GroundedClaim, second: GroundedClaim) -> float:
    """Return the log-odds that type, day, place, status, tolls and agents add to two claims being of one happening."""
    alike = _alike(_types(first), _types(second))
    value = SAME_TYPE * alike + OTHER_TYPE * (1 - alike)
    if first.when is not None and second.when is not None and (days_between(first.when, second.when) or 0) > 1:
        value += OTHER_DAY
    if first.where is not None and second.where is not None:
        distance = km_between(first.where, second.where)
        if distance is not None and distance > FAR_APART_KM:
            value += OTHER_PLACE
    if first.claim.status is not second.claim.status and (first.claim.status.undone or second.claim.status.undone):
        value += OTHER_STATUS
    if first.claim.weak or second.claim.weak:
        value += WEAK_CLAIM
    if _counts_campaign(first) != _counts_campaign(second):
        value += CAMPAIGN_FIGURE
    if _telling_tolls(first) & _telling_tolls(second):
        value += SAME_TOLL
    if {who.actor_id for who in first.agents if who.actor_id} & {who.actor_id for who in second.agents}:
        value += SAME_AGENT
    return value


def _counts_campaign(member: GroundedClaim) -> bool:
    """Whether a claim gives the dead or hurt of a whole war, campaign or stretch of months."""
    return any(count.aggregate and count.kind in {TollKind.KILLED, TollKind.WOUNDED} for count in member.claim.counts)


def _types(member: GroundedClaim) -> Mapping[EventType, float]:
    return member.claim.type_scores or {member.claim.type: 1.0}


def _alike(first: Mapping[EventType, float], second: Mapping[EventType, float]) -> float:
    """Cosine of two claims' type probabilities: "offensive", half deployment and half takeover, is near to "recapture"."""
    common = sum(score * second.get(type_, 0.0) for type_, score in first.items())
    return common / math.sqrt(sum(x * x for x in first.values()) * sum(x * x for x in second.values()))


def _telling_tolls(member: GroundedClaim) -> set[tuple[TollKind, int]]:
    return {(count.kind, count.best) for count in member.claim.counts if count.best is not None and count.best >= TELLING_TOLL}


def _log_odds(probability: float) -> float:
    p = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
