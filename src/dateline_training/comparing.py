"""What the reader gets right before and after training, on reports that were held back, and how sure the difference is."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateline.scoring import FIELDS, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.scoring import Scored

RESAMPLINGS = 1000
FEW_REPORTS = 20
"""With fewer held-back reports a table says little."""
LEVELS = {"detection": "detection F", "typed": "typed F", "typed_status": "typed, status F", "record": "record F"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The same held-back reports, coded with the weights before and after.

    Attributes:
        reports, events: How many reports and annotated events there are.
        rows: Name of a number, its value before and after, in percent; None where nothing is counted.
        low, high: Bounds of the change of typed F, in points, in 95 of 100 resamplings of the reports (paired bootstrap, Efron
            and Tibshirani 1993).
    """

    reports: int
    events: int
    rows: tuple[tuple[str, float | None, float | None], ...]
    low: float
    high: float

    def warnings(self) -> list[str]:
        """Return in sentences what speaks against trusting the numbers, and whether the change may be chance."""
        said = []
        if self.reports < FEW_REPORTS:
            said.append(f"only {self.reports} reports were held back: the numbers are rough; hold back more, or annotate more")
        if self.low <= 0 <= self.high:
            said.append(f"the change of typed F may be chance: it lies between {self.low:+.1f} and {self.high:+.1f}")
        return said

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        numbers = {name: {"before": before, "after": after} for name, before, after in self.rows}
        return {"reports": self.reports, "events": self.events, "numbers": numbers, "typed F change": [self.low, self.high]}


def compare(before: Sequence[Scored], after: Sequence[Scored], seed: int = 0) -> Comparison:
    """Compare the judgements of the same reports, in the same order."""
    old, new = evaluate(before).numbers, evaluate(after).numbers
    rows = [(told, getattr(old, level).f, getattr(new, level).f) for level, told in LEVELS.items()]
    for name in FIELDS:
        right, now = (each.fields.get(name, {}).get("right") for each in (old, new))
        rows += [(f"{name} right", right, now)] if name != "type" else []
    low, high = _bounds([_counts(each) for each in before], [_counts(each) for each in after], seed)
    return Comparison(reports=old.reports, events=old.gold, rows=tuple(rows), low=low, high=high)


_Counts = tuple[int, int]


def _counts(scored: Scored) -> _Counts:
    """Return twice the events right in type, and the annotated and the coded ones together: F is their ratio."""
    return 2 * sum(bool(pair.right["type"]) for pair in scored.pairs), len(scored.report.events) + len(scored.events)


def _f(counts: Sequence[_Counts]) -> float:
    return 100 * sum(right for right, _ in counts) / max(1, sum(of for _, of in counts))


def _bounds(before: Sequence[_Counts], after: Sequence[_Counts], seed: int) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of the change of F over resamplings of the reports."""
    chance = random.Random(seed)
    changes = []
    for _ in range(RESAMPLINGS):
        drawn = chance.choices(range(len(before)), k=len(before))
        changes.append(_f([after[i] for i in drawn]) - _f([before[i] for i in drawn]))
    changes.sort()
    return round(changes[RESAMPLINGS * 25 // 1000], 1), round(changes[RESAMPLINGS * 975 // 1000 - 1], 1)
