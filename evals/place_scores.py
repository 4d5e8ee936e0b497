#!/usr/bin/env python3
"""Fit how sure a place is, and show how well that holds.

    python evals/place_scores.py [--fit] [--shared ../shared]

The score of a place is a logistic of the weight of its choice, one for each way that a place is reached (``place_scores.Way``).
``--fit`` fits them on the annotated events of ``corpus/`` whose place words are given, four reports of five, and writes
``src/dateline/grounding/packs/place_scores.toml``. Right is the annotated name in the annotated
country. A name that the gazetteer has is resolved twice, in its report and in its sentence alone, so that there are enough
doubtful ones, and right is the annotated country (which of an event's several places was written down is no matter of the name).

Then the reliability is printed: of the places given each score, how many are right; on the fifth report of five, on the
development reports, and on GeoVirus, whose names are not fitted on.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from places import NEAR_KM, country_of, right, sentences

from dateline.grounding.gazetteer import Gazetteer
from dateline.grounding.place_context import distance_km
from dateline.grounding.place_scores import Way, log_odds, table
from dateline.grounding.places import ReportPlaces, choose

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src/dateline/grounding/packs/place_scores.toml"
HELD = 5
PULL = 4.0
"""How strongly a way with few examples is held to the bare weight: as so many examples would."""
EDGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)

LISTED = frozenset({Way.NAMED, Way.ALIAS, Way.SOUND})
Row = tuple[Way, float, float, bool]
"""Way, weight, certainty, and whether it is right."""


def event_rows(report: dict[str, Any], gazetteer: Gazetteer, scorer: Any, *, alone: bool = False) -> list[Row]:
    """Return way, weight and rightness of each event's place whose words are given; ``alone`` reads one sentence of the report."""
    places = None
    rows: list[Row] = []
    for event in report["events"]:
        quotes = [(i, re.sub(r"#\d+$", "", quote)) for i, quote in event.get("place", [])]
        want = (event.get("norm") or {}).get("place")
        if not quotes or not want:
            continue
        if alone:
            quotes = [(0, quote) for i, quote in quotes if i == quotes[0][0]]
            places = ReportPlaces.read([report["sentences"][event["place"][0][0]]], None, gazetteer)
        places = places or ReportPlaces.read(report["sentences"], None, gazetteer)
        reached = [places.reach(q, sentence=i, companions=[o for _, o in quotes if o != q]) for i, q in quotes]
        where = choose([one.where for one in reached if one])
        if where is None:
            continue
        one = next(one for one in reached if one and one.where is where)
        land = country_of(want, gazetteer)
        good = land in {None, where.country_code} and (one.way in LISTED or right(scorer, event, where))
        rows.append((one.way, where.score, one.certainty, good))
    return rows


def geovirus_rows(path: Path, gazetteer: Gazetteer) -> list[Row]:
    """Return the same of GeoVirus' names; right is within 161 km."""
    rows: list[Row] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            report = json.loads(line)
            parts = sentences(report["text"])
            places = ReportPlaces.read([text for _, text in parts], None, gazetteer)
            for name in report["toponyms"]:
                index = max(i for i, (start, _) in enumerate(parts) if start <= name["start"])
                reached = places.reach(name["text"], sentence=index)
                if reached and reached.where.lat is not None and reached.where.lon is not None:
                    away = distance_km((reached.where.lat, reached.where.lon), (name["lat"], name["lon"]))
                    rows.append((reached.way, reached.where.score, reached.certainty, away <= NEAR_KM))
    return rows


def fit(rows: list[Row]) -> tuple[float, float]:
    """Return slope and intercept of the logistic of the log odds of the weight, held towards (1, 0).

    Newton's method, each step halved until the penalised likelihood grows; a slope is never negative.
    """
    x = np.array([[log_odds(raw), 1.0] for _, raw, _, _ in rows]).reshape(-1, 2)
    y = np.array([float(good) for *_, good in rows])
    start = np.array([1.0, 0.0])

    def loss(values: np.ndarray) -> float:
        z = x @ values
        return float(np.sum(np.logaddexp(0, z) - y * z) + PULL / 2 * np.sum((values - start) ** 2))

    values = start.copy()
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ values, -30, 30)))
        slope = x.T @ (y - p) - PULL * (values - start)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + PULL * np.eye(2), slope)
        while np.abs(step).max() > 1e-6 and loss(np.array([max(values[0] + step[0], 0.0), values[1] + step[1]])) > loss(values):
            step = step / 2
        values = np.array([max(values[0] + step[0], 0.0), values[1] + step[1]])
    return float(values[0]), float(values[1])


def write(rows: list[Row]) -> None:
    """Fit each way and write the table."""
    by_way: dict[Way, list[Row]] = defaultdict(list)
    for row in rows:
        by_way[row[0]].append(row)
    text = "# Slope and intercept of each way's logistic; made by evals/place_scores.py --fit from so many events' places.\n"
    for way in Way:
        slope, intercept = fit(by_way[way])
        text += f"\n[{way}]  # {len(by_way[way])}\nslope = {slope:.3f}\nintercept = {intercept:.3f}\n"
    TABLE.write_text(text, encoding="utf-8")
    table.cache_clear()
    print(f"{TABLE}: fitted on {len(rows)} places")


def show(name: str, rows: list[Row]) -> None:
    """Print the reliability table of some places."""
    scored = np.array([(score, good) for _, _, score, good in rows])
    print(f"{name}: {len(rows)} places, {100 * scored[:, 1].mean():.1f} % right")
    print("score        places   mean  right")
    error = 0.0
    for low, high in itertools.pairwise(EDGES):
        part = scored[(scored[:, 0] >= low) & (scored[:, 0] < high)]
        if len(part):
            mean, good = part.mean(axis=0)
            error += len(part) * abs(mean - good)
            print(f"{low:.2f}-{min(high, 1):.2f}  {len(part):9d}  {100 * mean:5.1f}  {100 * good:5.1f}")
    print(f"expected calibration error {100 * error / len(scored):.1f} points\n")


def main() -> int:
    """Fit if asked, and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--fit", action="store_true")
    args = parser.parse_args()
    if not args.shared.is_dir():
        print(f"{args.shared} is not there; name the folder of annotated reports with --shared", file=sys.stderr)
        return 2
    sys.path.insert(0, str(args.shared / "score"))
    import score_events as scorer

    gazetteer = Gazetteer.open()
    reports = [json.loads(line) for path in sorted((ROOT / "corpus").glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    parts: dict[bool, list[Row]] = {True: [], False: []}
    for i, report in enumerate(reports):
        if i % HELD == 0 or args.fit:
            parts[i % HELD == 0] += event_rows(report, gazetteer, scorer)
        if args.fit and i % HELD:
            parts[False] += [row for row in event_rows(report, gazetteer, scorer, alone=True) if row[0] in LISTED]
    if args.fit:
        write(parts[False])
        parts[True] = [
            row for i, report in enumerate(reports) if i % HELD == 0 for row in event_rows(report, gazetteer, scorer)
        ]
    show("corpus, the fifth report of five", parts[True])
    with (args.shared / "corpus/gold/dev.jsonl").open(encoding="utf-8") as lines:
        show("development reports", [row for line in lines for row in event_rows(json.loads(line), gazetteer, scorer)])
    show("GeoVirus", geovirus_rows(args.shared / "data/place/geovirus.jsonl.gz", gazetteer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
