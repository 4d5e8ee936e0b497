"""Counts what an export covers: days, countries, types, reports, and what coded them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dateline.model import TollKind
from dateline.records.datasets.crosswalk import countries, days_of
from dateline.records.datasets.deaths import losses

if TYPE_CHECKING:
    from dateline.records.datasets.happenings import Happening


@dataclass(slots=True, kw_only=True)
class Coverage:
    """What is in an export, counted as it is written.

    Attributes:
        first, last: The first and the last day, ISO 8601, or None.
        undated: Happenings without a day of their own or of a report.
        countries, types, coders: Numbers of happenings by country's name, type, and versions of what coded them.
        reports: Ids of the reports.
        killed: Best figures of the killed, added up.
    """

    first: str | None = None
    last: str | None = None
    undated: int = 0
    killed: int = 0
    countries: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    coders: Counter[str] = field(default_factory=Counter)
    reports: set[str] = field(default_factory=set)

    def add(self, happening: Happening) -> None:
        """Count a happening."""
        record, days = happening.record, days_of(happening)
        if days is None:
            self.undated += 1
        else:
            self.first = min(self.first or "9999", days.first.isoformat())
            self.last = max(self.last or "", days.last.isoformat())
        country = countries().get((record["place"] or {}).get("country_code") or "")
        self.countries[country.name if country else "no country"] += 1
        self.types[record["type"]] += 1
        self.killed += losses(record, TollKind.KILLED).total.best
        self.reports.update(mention.report.id for mention in happening.mentions)
        for coder in {tuple(sorted(mention.record["coder"].items())) for mention in happening.mentions}:
            self.coders[", ".join(f"{name} {value}" for name, value in coder)] += 1
