"""Claims of one happening within one report become one event.

The reader scores each pair of claims; here the scores meet what grounding found (days and places that cannot be the same, a
different status), and the pairs are joined by average linkage, so that one wrong pair does not chain two events together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dateline.incidents.merge import merge_claims
from dateline.incidents.nearness import days_between, km_between
from dateline.model import Account, GroundedClaim, GroundedReading, Status, TollKind

if TYPE_CHECKING:
    from collections.abc import Iterable

# Log-odds added to the reader's link score. Tuned together on held-back and development reports with training/tune.py: change
# one and run it again.
SAME_TYPE = 2.5
OTHER_TYPE = -0.5
OTHER_DAY = -3.0
OTHER_PLACE = -3.5
OTHER_STATUS = -0.5
SAME_TOLL = 2.5
SAME_AGENT = 0.8
JOIN_AT = 0.5
"""Two groups of claims are joined while their average log-odds lie above this."""

TELLING_TOLL = 4
"""Figures from this on are rarely the same by chance."""

FAR_APART_KM = 60.0
"""Two named places farther apart than this (beyond their own uncertainty) are not one place."""

_UNDONE = frozenset({Status.PLANNED, Status.FOILED, Status.DENIED})


def account(readings: Iterable[GroundedReading]) -> list[Account]:
    """Put each reading's claims together into events; one account each, in their order."""
    return [_account(reading) for reading in readings]


def _account(reading: GroundedReading) -> Account:
    events = (merge_claims([reading.claims[index] for index in group], reading) for group in group_claims(reading))
    return Account(article=reading.article, events=tuple(events))


def group_claims(reading: GroundedReading) -> list[list[int]]:
    """Group claim indexes by happening, in reading order of their first claims; groups of weak claims alone are left out."""
    count = len(reading.claims)
    odds = [[-6.0] * count for _ in range(count)]
    for link in reading.links:
        first, second = reading.claims[link.first], reading.claims[link.second]
        value = _log_odds(link.score) + compatibility(first, second)
        odds[link.first][link.second] = odds[link.second][link.first] = value
    groups = [[index] for index in range(count)]
    while len(groups) > 1:
        best, pair = JOIN_AT, None
        for i in range(len(groups)):
            for j in range(i + 1, len(groups)):
                value = sum(odds[a][b] for a in groups[i] for b in groups[j]) / (len(groups[i]) * len(groups[j]))
                if value > best:
                    best, pair = value, (i, j)
        if pair is None:
            break
        groups[pair[0]] = sorted(groups[pair[0]] + groups.pop(pair[1]))
    return sorted(group for group in groups if not all(reading.claims[index].claim.weak for index in group))


def compatibility(first: GroundedClaim, second: GroundedClaim) -> float:
    """Return the log-odds that type, day, place and status add to two claims being of one happening."""
    value = SAME_TYPE if first.claim.type is second.claim.type else OTHER_TYPE
    if first.when is not None and second.when is not None and (days_between(first.when, second.when) or 0) > 1:
        value += OTHER_DAY
    if first.where is not None and second.where is not None:
        distance = km_between(first.where, second.where)
        if distance is not None and distance > FAR_APART_KM:
            value += OTHER_PLACE
    if first.claim.status is not second.claim.status and {first.claim.status, second.claim.status} & _UNDONE:
        value += OTHER_STATUS
    if _telling_tolls(first) & _telling_tolls(second):
        value += SAME_TOLL
    if {who.actor_id for who in first.agents if who.actor_id} & {who.actor_id for who in second.agents}:
        value += SAME_AGENT
    return value


def _telling_tolls(member: GroundedClaim) -> set[tuple[TollKind, int]]:
    return {(count.kind, count.best) for count in member.claim.counts if count.best is not None and count.best >= TELLING_TOLL}


def _log_odds(probability: float) -> float:
    p = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
