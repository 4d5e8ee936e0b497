# ruff: noqa: INP001, S311, T201 (a tool that prints; its chance is no secret)
"""Fits the weights by which an event's day and place are chosen among those that its report tells.

    python tools/fit_choices.py [--shared DIR] [--reports N] [--undated SHARE]

Codes annotated reports (the training half of the shared corpus and the project's own), pairs events with the annotated ones as
the yardstick does, and fits a conditional logit (McFadden 1974) over each event's candidates. Right are those that it takes for
the annotated day or place; where the annotators found no hint of a day, none or the report's. The reports that
are held back from the reader's training are held back here too and measured on, as are the development reports. All follows
from the files and the seed.
Writes src/dateline/incidents/choice_weights.json.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dateline import __version__
from dateline.articles import make_article
from dateline.config import Config
from dateline.grounding import Grounder, ground
from dateline.incidents.choice import Setting
from dateline.incidents.event_days import find_days, weigh_day
from dateline.incidents.event_places import find_places, weigh_place
from dateline.incidents.events import group_claims
from dateline.incidents.merge import merge_claims
from dateline.model import CoderInfo
from dateline.pipeline import Coder
from dateline.records.exports import record_of
from dateline_training.data import load, read_jsonl
from dateline_training.tune import yardstick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

    from dateline.incidents.choice import Candidate
    from dateline.model import Event, GroundedClaim, GroundedReading, When, Where

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "dateline" / "incidents" / "choice_weights.json"
SEED = 5
PULL = 3.0
"""How strongly weights are drawn to nought."""
LEAST_CONFIDENCE = 0.3


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates of one event: what speaks for each, which are right, whether the annotators gave a value."""

    features: list[dict[str, float]]
    right: list[bool]
    told: bool


def choices_of(
    reports: Sequence[dict[str, Any]], scorer: ModuleType, coder: Coder, grounder: Grounder
) -> tuple[list[Choice], list[Choice]]:
    """Return the choices of days and of places of the events that an annotated one goes with."""
    days: list[Choice] = []
    places: list[Choice] = []
    info = CoderInfo(version=__version__, weights="", packs="")
    for report in reports:
        article = make_article("\n".join(report["sentences"]), published=report.get("published"), given_id=report["id"])
        (reading,) = ground(coder.read([article]), grounder)
        groups = [[reading.claims[index] for index in group] for group in group_claims(reading)]
        events = [merge_claims(group, reading) for group in groups]
        records = [record_of(event, article, info) for event in events]
        for want, have in scorer.match(report, report["events"], records).items():
            if events[have].confidence >= LEAST_CONFIDENCE:
                gold = report["events"][want]
                days.append(choice_of_day(groups[have], reading, events[have], gold, scorer))
                if (gold.get("norm") or {}).get("place"):
                    places.append(choice_of_place(groups[have], reading, events[have], gold, scorer))
    return days, places


def choice_of_day(
    members: list[GroundedClaim], reading: GroundedReading, event: Event, gold: dict[str, Any], scorer: ModuleType
) -> Choice:
    """Return an event's candidate days."""
    found = find_days(members, reading, event.status)
    setting = Setting(members=members, reading=reading, type=event.type, status=event.status, found=found)
    dated = bool((gold.get("norm") or {}).get("start"))
    right = [is_day(one, gold, scorer) if dated else is_undated(one) for one in found]
    return Choice([weigh_day(one, setting) for one in found], right, dated)


def choice_of_place(
    members: list[GroundedClaim], reading: GroundedReading, event: Event, gold: dict[str, Any], scorer: ModuleType
) -> Choice:
    """Return an event's candidate places."""
    found = find_places(members, reading)
    setting = Setting(members=members, reading=reading, type=event.type, status=event.status, found=found)
    right = [is_place(one, gold, scorer) for one in found]
    return Choice([weigh_place(one, setting) for one in found], right, told=True)


def is_day(one: Candidate[When], gold: dict[str, Any], scorer: ModuleType) -> bool:
    """Whether a candidate's first day is the annotated one, as the yardstick reads it."""
    if one.value is None:
        return False
    first = one.value.first.isoformat() if one.value.first else None
    return bool(scorer.date_right(gold, {"time": {"first": first, "partial": one.value.partial}}))


def is_undated(one: Candidate[When]) -> bool:
    """Whether a candidate says no more than annotators who found no hint of a day: none, or the report's."""
    return one.value is None or (one.report and not one.own and not one.others)


def is_place(one: Candidate[Where], gold: dict[str, Any], scorer: ModuleType) -> bool:
    """Whether a candidate is the annotated place, as the yardstick reads it."""
    fields = ("name", "admin2", "admin1", "country")
    return bool(scorer.place_right(gold, {"place": {name: getattr(one.known, name) for name in fields}}))


def fit(choices: Iterable[Choice], names: Sequence[str], undated: float) -> np.ndarray:
    """Return the weights that make the right candidates likeliest (Adam on the whole, 600 steps)."""
    position = {name: at for at, name in enumerate(names)}
    rows, starts, right, share = [], [], [], []
    for choice in choices:
        if not any(choice.right):
            continue
        starts.append(len(rows))
        for features, good in zip(choice.features, choice.right, strict=True):
            row = np.zeros(len(names))
            for name, value in features.items():
                row[position[name]] = value
            rows.append(row)
            right.append(float(good))
            share.append(1.0 if choice.told else undated)
    table, good, weight = np.array(rows), np.array(right), np.array(share)
    sizes = np.diff([*starts, len(rows)])
    vector, mean, square = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, 601):
        score = table @ vector
        raised = np.exp(score - np.repeat(np.maximum.reduceat(score, starts), sizes))
        chance = raised / np.repeat(np.add.reduceat(raised, starts), sizes)
        among = raised * good / (np.repeat(np.add.reduceat(raised * good, starts), sizes) + 1e-12)
        slope = table.T @ ((chance - among) * weight) + PULL * vector
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        vector = vector - 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return vector


def measure(name: str, choices: Sequence[Choice], weights: dict[str, float]) -> None:
    """Print how many events get the annotated value, and how many without one get none."""
    hits = {True: 0, False: 0}
    for choice in choices:
        scores = [sum(weights.get(key, 0.0) * value for key, value in features.items()) for features in choice.features]
        hits[choice.told] += bool(scores) and choice.right[int(np.argmax(scores))]
    told = sum(choice.told for choice in choices)
    print(f"  {name}: right for {hits[True]} of {told} events, and for {hits[False]} of {len(choices) - told} without one")


def main() -> int:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--reports", type=int, default=1600)
    parser.add_argument(
        "--undated", type=float, default=0.6, help="how much an event without an annotated day counts beside one with"
    )
    options = parser.parse_args()
    scorer = yardstick(options.shared)
    learned, held = load(options.shared / "corpus" / "train")
    learned = [report for report in learned if report.get("published")]
    random.Random(SEED).shuffle(learned)
    coder, grounder = Coder(Config(codebooks=())), Grounder.open()
    sets = {
        "learned from": learned[: options.reports],
        "held back": held,
        "development": read_jsonl(options.shared / "corpus" / "gold" / "dev.jsonl"),
    }
    choices = {name: choices_of(reports, scorer, coder, grounder) for name, reports in sets.items()}
    weights: dict[str, dict[str, float]] = {}
    for at, field in enumerate(("days", "places")):
        print(field)
        mine = {name: both[at] for name, both in choices.items()}
        names = sorted({name for choice in mine["learned from"] for features in choice.features for name in features})
        vector = fit(mine["learned from"], names, options.undated)
        weights[field] = {name: round(float(weight), 2) for name, weight in zip(names, vector, strict=True)}
        for name, some in mine.items():
            measure(name, some, weights[field])
    kept = {field: {name: weight for name, weight in told.items() if weight} for field, told in weights.items()}
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
