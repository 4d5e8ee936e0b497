"""Choosing one value of an event's field among those that its report tells: its own claims', other claims', the report's.

What speaks for each is weighed by fitted weights (``choice_weights.json``, made by ``tools/fit_choices.py`` from annotated
reports): a conditional logit over the candidates of one event (McFadden 1974). What the words of a claim mean is settled
before, in grounding.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from dateline.model import EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dateline.model import GroundedClaim, GroundedReading, Status

T = TypeVar("T")

SPOKEN = frozenset({EventType.CLAIM, EventType.ACCUSATION, EventType.THREAT, EventType.TALKS, EventType.AGREEMENT})
LASTING = frozenset(
    {EventType.RESTRICTION, EventType.DISPLACEMENT, EventType.DEPLOYMENT, EventType.BASE, EventType.PROTEST, EventType.TORTURE}
)
_PLUPERFECT = re.compile(r"\b(?:had|having)\b(?:\s+\w+){0,3}\s*$", re.IGNORECASE)
_BEFORE_ANCHOR = 40  # characters in which "had" stands before its participle
_REACHES = ((0, "0"), (1, "1"), (3, "3"), (6, "6"))


@dataclass(slots=True)
class Candidate(Generic[T]):
    """A value that may be an event's.

    Attributes:
        value: None is none at all.
        own: The event's claims that tell it; ``others`` are claims of other events that do.
        report: Whether it is the report's own: the day it speaks from, the place that it is at.
    """

    value: T | None
    own: list[GroundedClaim] = field(default_factory=list)
    others: list[GroundedClaim] = field(default_factory=list)
    report: bool = False

    @property
    def known(self) -> T:
        """The value of a candidate that has one."""
        assert self.value is not None
        return self.value


@dataclass(frozen=True, slots=True)
class Near:
    """The claim of another event that tells a candidate nearest to the event.

    Attributes:
        away: How many sentences off it stands; ``after`` tells whether after the event's own claim.
        claim: The claim; ``member`` is the event's own that is near.
    """

    away: int
    after: bool
    claim: GroundedClaim
    member: GroundedClaim

    @property
    def reach(self) -> str:
        """How far off, in words that weights go by."""
        return next((name for most, name in _REACHES if self.away <= most), "far")


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[T]):
    """What the candidates of one event are weighed against."""

    members: Sequence[GroundedClaim]
    reading: GroundedReading
    type: EventType
    status: Status
    found: Sequence[Candidate[T]]

    @property
    def kind(self) -> str:
        """Whether the event is something said, something that lasts, or an act."""
        return "spoken" if self.type in SPOKEN else "lasting" if self.type in LASTING else "act"

    @cached_property
    def has_own(self) -> bool:
        """Whether the event's own claims tell any value."""
        return any(each.own for each in self.found)

    @cached_property
    def surest(self) -> GroundedClaim:
        """The event's claim of the highest confidence."""
        return max(self.members, key=lambda member: member.claim.confidence)

    @cached_property
    def nearest(self) -> dict[int, Near]:
        """Of each candidate that other events' claims tell, by its ``id``, the nearest of these."""
        return {id(one): _nearest(one.others, self.members) for one in self.found if one.others}

    @cached_property
    def links(self) -> dict[int, float]:
        """The reader's surest link of each claim to the event's, by the claim's index."""
        mine = {member.claim.index for member in self.members}
        found: dict[int, float] = {}
        for link in self.reading.links:
            for one, other in ((link.first, link.second), (link.second, link.first)):
                if one in mine:
                    found[other] = max(found.get(other, 0.0), link.score)
        return found

    @cached_property
    def had(self) -> float:
        """1 where the event is told in the pluperfect: it came before what the report tells else."""
        anchor, article = self.members[0].claim.anchor, self.reading.article
        text = article.text if anchor.span.field == "text" else article.title or ""
        return float(bool(_PLUPERFECT.search(text, max(0, anchor.span.start - _BEFORE_ANCHOR), anchor.span.start)))

    def is_nearest(self, one: Candidate[T]) -> tuple[bool, bool]:
        """Whether no, and whether at least two, of the others that only other events tell stand nearer."""
        near = self.nearest[id(one)]
        others = [self.nearest[id(each)] for each in self.found if each.others and not each.own and each is not one]
        nearer = sum((each.away, each.after) < (near.away, near.after) for each in others)
        return nearer == 0, nearer > 1

    def weigh_own(self, one: Candidate[T]) -> dict[str, float]:
        """What speaks for a value of the event's own claims, whatever it is of."""
        return {
            "own": 1.0,
            "own surest": float(self.surest in one.own),
            "own main type": float(any(claim.claim.type is self.type for claim in one.own)),
            "own first": float(self.members[0] in one.own),
            "own only": float(sum(bool(each.own) for each in self.found) == 1),
        }

    @cached_property
    def telling(self) -> list[GroundedClaim]:
        """All claims that tell a value, in reading order."""
        told = {claim.claim.index: claim for each in self.found for claim in (*each.own, *each.others)}
        return [told[index] for index in sorted(told)]

    def weigh_told(self, one: Candidate[T]) -> dict[str, float]:
        """What speaks for a value of other events' claims, whatever it is of."""
        near = self.nearest[id(one)]
        nearest, third = self.is_nearest(one)
        return {
            "told": 1.0,
            f"told {near.reach}": 1.0,
            "told after": float(near.after),
            "told nearest": float(nearest),
            "told third": float(third),
            "told with own": float(self.has_own),
            "told same type": float(near.claim.claim.type is self.type),
            "told of spoken": float(near.claim.claim.type in SPOKEN),
            "told undone": float(near.claim.claim.status.undone),
            "told link": max(self.links.get(other.claim.index, 0.0) for other in one.others),
            "told same party": float(bool(_parties(self.members) & _parties(one.others))),
            "told share": len(one.others) / len(self.telling),
            "told lead": float(self.telling[0] in one.others),
        }


def gather(
    members: Sequence[GroundedClaim],
    claims: Sequence[GroundedClaim],
    value_of: Callable[[GroundedClaim], T | None],
    key_of: Callable[[T], object],
) -> dict[object, Candidate[T]]:
    """Return the values that claims tell, by what tells them apart: those of an event's own claims first.

    Args:
        members: The event's claims, in reading order.
        claims: All claims that may lend a value, the event's own among them or not.
        value_of: What a claim tells, or None.
        key_of: What two tellings of one value share.
    """
    found: dict[object, Candidate[T]] = {}
    mine = {member.claim.index for member in members}
    for claim in (*members, *(other for other in claims if other.claim.index not in mine)):
        value = value_of(claim)
        if value is not None:
            one = found.setdefault(key_of(value), Candidate(value))
            (one.own if claim.claim.index in mine else one.others).append(claim)
    return found


def choose(setting: Setting[T], features: Sequence[Mapping[str, float]], name: str) -> Candidate[T]:
    """Return the candidate that most speaks for; of like ones the first.

    Args:
        setting: The candidates, at least one.
        features: What speaks for and against each, in their order.
        name: Which weights: ``days`` or ``places``.
    """
    weights = shipped_weights(name)
    scores = [sum(weights.get(key, 0.0) * value for key, value in told.items()) for told in features]
    return setting.found[max(range(len(scores)), key=lambda at: (scores[at], -at))]


@cache
def shipped_weights(name: str) -> Mapping[str, float]:
    """Return the weights that ship with Dateline, of days or of places."""
    told: dict[str, dict[str, float]] = json.loads(Path(__file__).with_name("choice_weights.json").read_text(encoding="utf-8"))
    return told[name]


def _nearest(others: Sequence[GroundedClaim], members: Sequence[GroundedClaim]) -> Near:
    found = (
        (abs(gap), gap < 0, abs(member.claim.index - other.claim.index), at, other, member)
        for at, member in enumerate(members)
        for other in others
        for gap in (member.claim.sentence - other.claim.sentence,)
    )
    away, after, _, _, other, member = min(found, key=lambda each: each[:4])
    return Near(away, after, other, member)


def _parties(claims: Sequence[GroundedClaim]) -> set[str]:
    return {who.actor_id or who.name.casefold() for claim in claims for who in (*claim.agents, *claim.targets)}
