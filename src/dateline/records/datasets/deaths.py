"""How many died on each side: one estimate a side from all figures that speakers give, and never the same people twice.

A record's tolls are figures of speakers; those of two speakers compete and those of one may be parts of a whole ("twelve
soldiers and four policemen"). Within a side and a speaker, figures that count different people are added, unless one counts
people in general ("16 people"), which is taken as the whole. Between speakers the lowest and the highest bound the estimate and
the first speaker's is the best. A figure of no side is taken as the total where it is as large as the sides together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dateline.model import EventType, Side, Status, TollKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dateline.records.exports import Record

_ANYONE = {"people", "persons", "person", "dead", "deaths", "bodies", "victims", "lives", "others", "casualties", "fatalities"}
_DEADLY = {EventType.EXECUTION, EventType.ASSASSINATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number of people: the lowest, the best and the highest figure, in this order of size."""

    low: int = 0
    best: int = 0
    high: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(low=self.low + other.low, best=self.best + other.best, high=self.high + other.high)

    def beyond(self, other: Estimate) -> Estimate:
        """Return by how much this exceeds another, nothing below zero."""
        low, best = max(0, self.low - other.low), max(0, self.best - other.best)
        return Estimate(low=min(low, best), best=best, high=max(best, self.high - other.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """People killed (or otherwise counted) by side.

    Attributes:
        unknown: What the figures of no side exceed those of the sides by.
        whole: The figures of no side as they are told, which may include the sides.
        untold: Whether some were counted by a word without a number, and are not in the estimates.
        attackers_counted: Whether a figure for the agents' side is told.
    """

    agents: Estimate = field(default_factory=Estimate)
    targets: Estimate = field(default_factory=Estimate)
    civilians: Estimate = field(default_factory=Estimate)
    unknown: Estimate = field(default_factory=Estimate)
    whole: Estimate = field(default_factory=Estimate)
    untold: bool = False
    attackers_counted: bool = False

    @property
    def total(self) -> Estimate:
        """All sides together: the sum of the sides, or the figures of no side where these are larger."""
        sides = self.agents + self.targets + self.civilians
        best = sides.best + self.unknown.best
        return Estimate(low=max(sides.low, self.whole.low), best=best, high=max(sides.high, self.whole.high, best))


def losses(record: Record, kind: TollKind = TollKind.KILLED) -> Losses:
    """Return how many of a kind each side lost, by the rules above."""
    sides: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    untold = False
    for toll in record["tolls"]:
        if toll["kind"] == kind:
            if _known(toll) is None:
                untold = True
            else:
                sides[toll.get("side") or Side.UNKNOWN].append(toll)
    estimates = {side: _side(tolls, apart=side != Side.UNKNOWN) for side, tolls in sides.items()}
    agents, targets, civilians = (estimates.get(side, Estimate()) for side in (Side.AGENTS, Side.TARGETS, Side.CIVILIANS))
    whole = estimates.get(Side.UNKNOWN, Estimate())
    return Losses(
        agents=agents,
        targets=targets,
        civilians=civilians,
        unknown=whole.beyond(agents + targets + civilians),
        whole=whole,
        untold=untold,
        attackers_counted=Side.AGENTS in estimates,
    )


def killed_untold(record: Record, found: Losses) -> bool:
    """Say whether the act kills by its meaning and was carried out, though no figure is told."""
    return found.total.high == 0 and record["type"] in _DEADLY and record["status"] == Status.HAPPENED and not _denied(record)


def _denied(record: Record) -> bool:
    """Say whether a report says expressly that nobody was killed."""
    return any(toll["kind"] == TollKind.KILLED and _known(toll) == 0 for toll in record["tolls"])


def _known(toll: Mapping[str, Any]) -> int | None:
    return next((toll[bound] for bound in ("best", "low", "high") if toll.get(bound) is not None), None)


def _estimate(toll: Mapping[str, Any]) -> Estimate:
    best = _known(toll) or 0
    low = toll["low"] if toll.get("low") is not None else best if toll.get("best") is not None else 0
    high = toll["high"] if toll.get("high") is not None else best
    return Estimate(low=min(low, best), best=best, high=max(high, best))


def _side(tolls: Sequence[Mapping[str, Any]], *, apart: bool) -> Estimate:
    """Return the estimate of one side; ``apart`` is whether figures of one speaker may be parts of a whole."""
    speakers: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for number, toll in enumerate(tolls):
        speakers[toll.get("speaker") if apart else number].append(toll)
    told = [_speaker(figures) for figures in speakers.values()]
    return Estimate(low=min(each.low for each in told), best=told[0].best, high=max(each.high for each in told))


def _speaker(tolls: Iterable[Mapping[str, Any]]) -> Estimate:
    wholes = [Estimate()]
    parts: dict[str, Estimate] = {}
    for toll in tolls:
        counted = (toll.get("who") or "").casefold().split()
        if not counted or counted[-1] in _ANYONE:
            wholes.append(_estimate(toll))
        else:
            parts[counted[-1]] = _largest([parts.get(counted[-1], Estimate()), _estimate(toll)])
    return _largest([*wholes, sum(parts.values(), start=Estimate())])


def _largest(estimates: Sequence[Estimate]) -> Estimate:
    return max(estimates, key=lambda each: (each.best, each.high))
