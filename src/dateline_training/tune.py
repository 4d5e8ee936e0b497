"""Choose thresholds, calibrate ``confidence``, measure, write the model card.

    python -m dateline_training.tune WEIGHTS --shared DIR

Sweeps the anchor threshold and the role floor over the held-back annotated reports and the development reports, keeps the pair
with the best mean of typed F, fits the calibration on the events of both, and writes them into ``reader.json``. No thresholds
are looked at on anything else.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.articles import make_article
from dateline.claims import Reader
from dateline.config import Config
from dateline.grounding import Grounder, ground
from dateline.incidents import account
from dateline.pipeline import Coder
from dateline.records.exports import record_of
from dateline_training.data import OWN, Record, load, read_jsonl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dateline.model import Account, Article, CoderInfo, Event

TRIGGERS = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
ROLE_FLOORS = (0.2, 0.3, 0.4)
WEAK = 0.3
FIELDS = ("status", "agent", "target", "place", "date", "toll", "speaker")
LEVELS = ("detection", "typed", "typed_status", "record")

Coded = list[tuple[Record, "Event"]]
"""Records, each with its event."""
Scored = list[tuple[float, bool]]
"""Confidence of each event, and whether it is right."""


@dataclass(frozen=True, slots=True)
class Set:
    """Annotated reports, and the same as articles."""

    reports: list[Record]
    articles: list[Article]

    @classmethod
    def of(cls, reports: list[Record]) -> Set:
        """Return the set of annotated reports."""
        made = [make_article("\n".join(r["sentences"]), published=r.get("published"), given_id=r["id"]) for r in reports]
        return cls(reports, made)


@dataclass(slots=True)
class Tuner:
    """Measures a reader, before calibration and without the coder's threshold.

    Attributes:
        scorer: The yardstick, a module.
        sets: Annotated reports by name.
    """

    scorer: Any
    sets: Mapping[str, Set]
    reader: Reader
    grounder: Grounder
    info: CoderInfo

    def code(self, articles: Sequence[Article]) -> Coded:
        """Return the records of articles with their events."""
        accounts = account(ground([self.reader.read(article) for article in articles], self.grounder))
        return with_records(accounts, self.info)

    def sweep(self) -> tuple[float, float]:
        """Return the best anchor threshold and role floor."""
        best = (0.0, 0.0, 0.0)
        for trigger in TRIGGERS:
            for floor in ROLE_FLOORS if trigger == 0.6 else (ROLE_FLOORS[1],):
                self.reader.set_thresholds(trigger=trigger, weak_trigger=WEAK, role=floor)
                line, mean = [], 0.0
                for name, chosen in self.sets.items():
                    records = [record for record, _ in self.code(chosen.articles)]
                    result, _ = self.scorer.score(chosen.reports, records)
                    parties = sum(result["fields"][k]["right"] for k in ("agent", "target"))
                    mean += (result["typed"]["f"] + 0.05 * parties) / len(self.sets)
                    line.append(f"{name}: {told(result)}")
                print(f"trigger {trigger} role {floor} | " + " | ".join(line), flush=True)
                best = max(best, (mean, trigger, floor), key=lambda each: each[0])
        return best[1], best[2]

    def calibrate(self) -> tuple[list[float], Scored]:
        """Fit by logistic regression (Platt 1999) whether an event is right on its raw log-odds and its log number of anchors.

        Returns:
            Slope, weight of the anchors and intercept; the events' new confidence, and whether each is right.
        """
        rows = [row for chosen in self.sets.values() for row in self._judged(chosen)]
        weights = [1.0, 0.0, 0.0]
        for _ in range(4000):
            gradient = [0.0, 0.0, 0.0]
            for odds, anchors, right in rows:
                p = logistic(weights, odds, anchors)
                for k, x in enumerate((odds, anchors, 1.0)):
                    gradient[k] += (p - right) * x / len(rows)
            weights = [w - 0.3 * g for w, g in zip(weights, gradient, strict=True)]
        return [round(w, 4) for w in weights], [(logistic(weights, odds, anchors), right) for odds, anchors, right in rows]

    def _judged(self, chosen: Set) -> Iterator[tuple[float, float, bool]]:
        """Yield log-odds and log anchors of each coded event, and whether it is matched and has the right type."""
        by_article: dict[str, Coded] = {}
        for record, event in self.code(chosen.articles):
            by_article.setdefault(record["article"]["id"], []).append((record, event))
        for report in chosen.reports:
            pairs = by_article.get(report["id"], [])
            left = self.scorer.match(report, report["events"], [record for record, _ in pairs])
            right = {j for i, j in left.items() if report["events"][i]["type"] == pairs[j][0]["type"]}
            for j, (_, event) in enumerate(pairs):
                raw = min(max(event.confidence, 1e-4), 1 - 1e-4)
                yield math.log(raw / (1 - raw)), math.log(len(event.anchors)), j in right


def yardstick(shared: Path) -> Any:
    """Return the module that scores records."""
    path = shared / "score" / "score_events.py"
    spec = importlib.util.spec_from_file_location("yardstick", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SystemExit(f"the yardstick is not there: {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_records(accounts: Iterable[Account], info: CoderInfo) -> Coded:
    """Return each event with its record."""
    return [(record_of(event, one.article, info), event) for one in accounts for event in one.events]


def logistic(weights: Sequence[float], odds: float, anchors: float) -> float:
    """Return the probability."""
    return 1 / (1 + math.exp(-(weights[0] * odds + weights[1] * anchors + weights[2])))


def told(result: Record) -> str:
    """Return the yardstick's result in a line."""
    levels = " ".join(f"{level} {result[level]['f']}" for level in ("detection", "typed", "record"))
    fields = " ".join(f"{k} {v['right']:.0f}" for k, v in result["fields"].items())
    return f"coded {result['coded']}/{result['gold']} {levels} {fields}"


def row(*cells: object) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def bins(scored: Scored) -> list[str]:
    """Return the table of how often events of each confidence are right."""
    lines = []
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        chosen = [(p, right) for p, right in scored if low <= p < low + 0.2 or (low == 0.8 and p >= 1)]
        if chosen:
            mean, right = (sum(each[k] for each in chosen) / len(chosen) for k in (0, 1))
            lines.append(row(f"{low:.1f} to {low + 0.2:.1f}", len(chosen), f"{mean:.2f}", f"{right:.2f}"))
    return lines


CARD = """# Model card: the reader, {version}

**What it is.** A six-layer encoder (MiniLM-L6, 384 wide, uncased) with heads that mark, word by word, events of 35 types with
their status, the mentions that play a role in them, and which anchors tell of one happening. One int8 ONNX file of
{size:.1f} MB; runs on one thread.

**Intended use.** Finding event statements in English news reports, for people to check. **Not for** targeting, profiling or
judging persons; a record says what a report says, not what happened. It codes English only.

**Learned from.** {reports} annotated reports (invented ones written for the project, CC BY-SA 4.0, and 90 FBIS translations of
MUC-4's training half); helper tasks from UD English Web Treebank with UNER entities and UDS factuality (CC BY-SA 4.0), GUM's
entities and attributions (CC BY, CC BY-SA and public domain by document), CNC's causes and effects (CC0), and MUC-4 role
fillers (released by the US Navy for DARPA through NIST). It starts from all-MiniLM-L6-v2 (Apache-2.0). Licence of these
weights: CC BY-SA 4.0.

**Training.** `bash training/run.sh`; settings: `{settings}`.
Thresholds (`reader.json`): {thresholds}

## Measured
By `python -m dateline_training.tune`, with the whole pipeline behind the reader. *Development*: real reports, never trained on,
but thresholds were chosen and errors read on them. *Held back*: every 20th annotated report, written by the same hands as those
trained on, so they overstate.

{table}

Events less sure than {floor} are left out, as by default.

Calibration of `confidence` (share of events that are matched with the right type), before that:

| confidence | events | mean | right |
| --- | --- | --- | --- |
{calibration}

## Known faults
It was taught by invented reports: real text is harder. Rare types (chemical, sexual_violence, base, grenade) and rare statuses
(denied, possible) have few examples. It may split one happening told far apart, and join two alike ones told together. See
docs/accuracy.md.
"""


def write_card(weights: Path, training: Record, results: Mapping[str, Record], calibration: Sequence[str]) -> None:
    """Write the model card of the weights that ship."""
    description = json.loads((weights / "reader.json").read_text(encoding="utf-8"))
    levels = ("detection F", "typed F", "typed and status F", "record F")
    head = ("reports", "n", "annotated", "coded", *levels, *FIELDS)
    table = [row(*head), row(*("---" for _ in head))]
    for name, result in results.items():
        counts = (result["reports"], result["gold"], result["coded"])
        right = (result["fields"].get(field, {}).get("right", "-") for field in FIELDS)
        table.append(row(name, *counts, *(result[level]["f"] for level in LEVELS), *right))
    card = CARD.format(
        version=description["version"],
        size=(weights / "reader.onnx").stat().st_size / 1e6,
        reports=training.get("reports", "?"),
        settings=json.dumps({k: v for k, v in training.items() if isinstance(v, (int, float))}),
        thresholds=json.dumps(description["thresholds"]),
        table="\n".join(table),
        floor=Config().threshold,
        calibration="\n".join(calibration),
    )
    (weights / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--corpus", type=Path, default=OWN, help="folder of the project's annotated reports")
    parser.add_argument("--training", type=Path, help="training.json of the run")
    parser.add_argument("--keep-thresholds", action="store_true", help="do not sweep")
    args = parser.parse_args()
    config = replace(Config(), weights=args.weights)
    sets = {
        "development": Set.of(read_jsonl(args.shared / "corpus" / "gold" / "dev.jsonl")),
        "held back": Set.of(load(args.shared / "corpus" / "train", corpus=args.corpus)[1]),
    }
    tuner = Tuner(yardstick(args.shared), sets, Reader(args.weights), Grounder.open(), Coder(config).info)
    path = args.weights / "reader.json"
    description = json.loads(path.read_text(encoding="utf-8"))
    if not args.keep_thresholds:
        trigger, floor = tuner.sweep()
        description["thresholds"] |= {"trigger": trigger, "role": dict.fromkeys(description["roles"], floor)}
    path.write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    tuner.reader = Reader(args.weights)
    description["calibration"], scored = tuner.calibrate()
    path.write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    coder = Coder(config)  # with the calibration, and without what is less sure than its threshold
    results = {}
    for name, chosen in sets.items():
        records = [record for record, _ in with_records(coder.code(chosen.articles), coder.info)]
        results[name] = tuner.scorer.score(chosen.reports, records)[0]
    training = json.loads(args.training.read_text(encoding="utf-8")) if args.training else {}
    write_card(args.weights, training, results, bins(scored))
    print((args.weights / "MODEL_CARD.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
