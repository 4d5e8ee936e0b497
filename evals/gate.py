"""The quality gate: score the development reports and refuse a fall below the floors.

    python evals/gate.py [--shared DIR] [--update [--allow-regression]] [--errors N] [--keep FILE.jsonl]

Runs the coder on the annotated development reports (read by path, never copied) exactly as ``dateline code`` would, scores the
records with the yardstick that lies beside them, prints the table, and compares each number with ``floors.json``. ``--update``
writes new floors, and refuses to lower one unless ``--allow-regression`` says that this is meant. The floors carry a hash of the
annotated reports, so that a change of the yardstick's data is seen.

Exit: 0 all floors held, or the reports are absent (said loudly); 1 a floor was broken; 2 the floors are for other reports.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.config import Config
from dateline.model import Article, Failure, RawDocument
from dateline.pipeline import Coder
from dateline.records.exports import record_of

if TYPE_CHECKING:
    from types import ModuleType

FLOORS = Path(__file__).with_name("floors.json")
NOISE = 0.3
"""Points by which a number may lie under its floor: what another processor's int8 arithmetic may change."""


def main() -> int:
    """Run the gate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="also write the records here")
    args = parser.parse_args()
    gold, yardstick = args.shared / "corpus" / "gold" / "dev.jsonl", args.shared / "score" / "score_events.py"
    if not gold.is_file() or not yardstick.is_file():
        print(f"GATE SKIPPED: {gold} or {yardstick} is absent, so nothing was measured", file=sys.stderr)
        return 0
    scorer = _load(yardstick)
    reports = scorer.read(gold)
    records = code_reports(reports)
    if args.keep:
        args.keep.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    result, misses = scorer.score(reports, records, args.errors)
    print("\n".join(misses))
    measured = flatten(result)
    print(f"{result['reports']} reports, {result['gold']} annotated events, {result['coded']} coded")
    digest = hashlib.sha256(gold.read_bytes()).hexdigest()
    return update(measured, digest, allow=args.allow_regression) if args.update else compare(measured, digest)


def code_reports(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Code annotated reports as ``dateline code`` would read them: sentences joined by newlines, one JSONL record each."""
    from dateline.articles import read_article

    coder = Coder(Config())
    articles: list[Article] = []
    for report in reports:
        line = json.dumps({"id": report["id"], "text": "\n".join(report["sentences"]), "published": report.get("published")})
        outcome = read_article(RawDocument(name=report["id"], data=line.encode(), kind="jsonl"))
        if isinstance(outcome, Article):
            articles.append(outcome)
        else:
            kind = "failed" if isinstance(outcome, Failure) else "dropped"
            print(f"{report['id']} {kind}: {outcome.message}", file=sys.stderr)
    return [record_of(event, one.article, coder.info) for one in coder.code(articles) for event in one.events]


def flatten(result: dict[str, Any]) -> dict[str, float]:
    """Return the yardstick's numbers by name: F of each level, and the share right of each field."""
    numbers = {f"{level} F": result[level]["f"] for level in ("detection", "typed", "typed_status", "record")}
    return numbers | {name: value["right"] for name, value in result["fields"].items() if name != "type"}


def compare(measured: dict[str, float], digest: str) -> int:
    """Print the table against the floors; 1 when one is broken, 2 when they are for other reports."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    if floors["sha256"] != digest:
        print("the annotated reports are not those that the floors were measured on; run with --update", file=sys.stderr)
        return 2
    broken = 0
    for name, value in measured.items():
        floor = floors["floors"].get(name)
        bad = floor is not None and value < floor - NOISE
        broken += bad
        print(f"{name:16s} {value:6.1f}  floor {floor if floor is not None else '-':>5}{'  BROKEN' if bad else ''}")
    return 1 if broken else 0


def update(measured: dict[str, float], digest: str, *, allow: bool) -> int:
    """Write new floors; 1 when that would lower one and this is not allowed."""
    old = json.loads(FLOORS.read_text(encoding="utf-8"))["floors"] if FLOORS.is_file() else {}
    lower = {name: (old[name], value) for name, value in measured.items() if name in old and value < old[name]}
    for name, (before, now) in lower.items():
        print(f"{name}: {before} -> {now} is lower", file=sys.stderr)
    if lower and not allow:
        print("floors not written; --allow-regression if this is meant", file=sys.stderr)
        return 1
    FLOORS.write_text(json.dumps({"sha256": digest, "floors": measured}, indent=1) + "\n", encoding="utf-8")
    print(f"floors written to {FLOORS}")
    return 0


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("yardstick", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
