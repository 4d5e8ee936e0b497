#!/usr/bin/env python3
"""Measure place grounding.

    python evals/places.py [--errors N] [--shared ../shared]

Three measures: place names of GeoVirus (Wikinews reports with coordinates) given and resolved within 161 km; the same names
found in bare text; and, on annotated reports, the place of events whose place words are given.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dateline.grounding.gazetteer import Gazetteer, PlaceKind
from dateline.grounding.place_context import distance_km
from dateline.grounding.place_spots import find_places
from dateline.grounding.places import ReportPlaces, choose

NEAR_KM = 161.0
"""100 miles, the customary tolerance (Gritta et al. 2018)."""


def sentences(text: str) -> list[tuple[int, str]]:
    """Cut a text roughly into sentences, with their offsets."""
    cuts = [
        0,
        *(found.end() for found in re.finditer(r"[.!?]['\"\u201d\u2019]?\s+(?=[A-Z\"\u201c\u2018'])|\n+", text)),
        len(text),
    ]
    return [(start, text[start:end].rstrip()) for start, end in itertools.pairwise(cuts) if end > start]


def measure_geovirus(path: Path, gazetteer: Gazetteer, errors: int) -> dict[str, Any]:
    """Return accuracy of given names and F of names found."""
    right = total = found = spotted = hit = 0
    misses: Counter[str] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            report = json.loads(line)
            parts = sentences(report["text"])
            places = ReportPlaces.read([text for _, text in parts], None, gazetteer)
            gold = {(t["start"], t["end"]): t for t in report["toponyms"]}
            for t in report["toponyms"]:
                index = max(i for i, (start, _) in enumerate(parts) if start <= t["start"])
                where = places.resolve(t["text"], sentence=index)
                close = (
                    where is not None
                    and where.lat is not None
                    and where.lon is not None
                    and distance_km((where.lat, where.lon), (t["lat"], t["lon"])) <= NEAR_KM
                )
                right, total = right + close, total + 1
                if not close:
                    got = where and (where.name, where.country_code, where.lat, where.lon)
                    misses[f"{t['text']} ({t['lat']:.1f},{t['lon']:.1f}) -> {got}"] += 1
            mine = [(start + s.start, start + s.end) for start, text in parts for s in find_places(text, gazetteer)]
            spotted += len(mine)
            hit += sum(any(a < end and start < b for start, end in gold) for a, b in mine)
            found += sum(any(a < end and start < b for a, b in mine) for start, end in gold)
    for text, n in misses.most_common(errors):
        print(f"  {n:3d} {text}")
    precision, recall = hit / max(1, spotted), found / max(1, total)
    return {
        "names": total,
        "within_161_km": right / total,
        "precision": precision,
        "recall": recall,
        "f": 2 * precision * recall / (precision + recall),
    }


def measure_events(paths: list[str], gazetteer: Gazetteer, scorer: Any, errors: int) -> dict[str, Any]:
    """Return the share of events whose place is right, with place words given and (main place, focus) without."""
    n: Counter[str] = Counter()
    shown = 0
    seconds = 0.0
    for path in paths:
        with Path(path).open(encoding="utf-8") as lines:
            for line in lines:
                report = json.loads(line)
                begun = time.perf_counter()
                places = ReportPlaces.read(report["sentences"], None, gazetteer)
                seconds += time.perf_counter() - begun
                n["reports"] += 1
                for event in report["events"]:
                    quotes = [(i, re.sub(r"#\d+$", "", q)) for i, q in event.get("place", [])]
                    if not (event.get("norm") or {}).get("place"):
                        continue
                    begun = time.perf_counter()
                    wheres = [places.resolve(q, sentence=i, companions=[o for _, o in quotes if o != q]) for i, q in quotes]
                    where = choose([w for w in wheres if w])
                    seconds += time.perf_counter() - begun
                    kind = "quoted" if quotes else "unquoted"
                    if not quotes:
                        where = places.focus(event["anchors"][0][0])
                        n["main right"] += right(scorer, event, places.main)
                    n[kind] += 1
                    good = right(scorer, event, where)
                    n[f"{kind} right"] += good
                    if quotes and (land := country_of(event["norm"]["place"], gazetteer)):
                        n["lands"] += 1
                        n["lands right"] += where is not None and where.country_code == land
                    if not good and quotes and shown < errors:
                        shown += 1
                        got = where and (where.name, where.admin2, where.admin1, where.country, where.basis)
                        print(f"  {report['id']} {event['norm']['place']!r} {quotes} -> {got}")
    return {
        "reports": n["reports"], "events_with_words": n["quoted"], "right": n["quoted right"] / max(1, n["quoted"]),
        "country_right": n["lands right"] / max(1, n["lands"]),
        "events_without": n["unquoted"], "right_by_focus": n["unquoted right"] / max(1, n["unquoted"]),
        "right_by_main": n["main right"] / max(1, n["unquoted"]), "ms_a_report": 1000 * seconds / max(1, n["reports"]),
    }  # fmt: skip


def country_of(place: str, gazetteer: Gazetteer) -> str | None:
    """Return the country (alpha-3) that an annotated place ends with ("Mosul, Nineveh, Iraq"), or None where it names none."""
    for candidate in gazetteer.candidates(place.rsplit(",", 1)[-1].strip()):
        if candidate.kind is PlaceKind.COUNTRY:
            return candidate.country_code
    return None


def right(scorer: Any, event: dict[str, Any], where: Any) -> bool:
    """Ask the scorer whether a place is right."""
    record = {key: getattr(where, key) for key in ("name", "admin2", "admin1", "country")} if where else None
    return bool(scorer.place_right(event, {"place": record}))


def main() -> int:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--only", choices=["geovirus", "dev", "train"])
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if not args.shared.is_dir():
        print(f"{args.shared} is not there; name the folder of annotated reports with --shared", file=sys.stderr)
        return 2
    sys.path.insert(0, str(args.shared / "score"))
    import score_events as scorer

    gazetteer = Gazetteer.open()
    if args.only in {None, "geovirus"}:
        print("geovirus", measure_geovirus(args.shared / "data/place/geovirus.jsonl.gz", gazetteer, args.errors))
    if args.only in {None, "dev"}:
        print("dev", measure_events([str(args.shared / "corpus/gold/dev.jsonl")], gazetteer, scorer, args.errors))
    if args.only in {None, "train"}:
        print(
            "train",
            measure_events(sorted(map(str, (args.shared / "corpus/train").glob("*.jsonl"))), gazetteer, scorer, args.errors),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
