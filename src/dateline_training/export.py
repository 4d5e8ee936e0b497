"""Export a trained reader: ``python -m dateline_training.export DIR --to src/dateline/claims/weights``.

Writes ``reader.onnx`` (int8, per channel; ranges reduced for processors without VNNI), ``heads.npz`` (the small matrices of the
pair scorers), ``tokenizer.json`` and ``reader.json`` (labels, thresholds, versions).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dateline.claims.type_words import KNOWN
from dateline.claims.words import word_key
from dateline_training.data import KINDS, OWN, ROLES, STATUSES, TYPES, Record, load
from dateline_training.network import SCORERS, Reader
from dateline_training.restoring import open_reader
from dateline_training.train import pretrained

# Chosen on the held-back and the development reports with tune.py: parties, places, times are kept freely, speakers strictly.
FLOORS = {"agent": 0.25, "target": 0.35, "support": 0.25, "place": 0.25, "time": 0.25, "source": 0.5}
THRESHOLDS = {"trigger": 0.5, "weak_trigger": 0.3, "mention_bias": 1.0, "role": {r: FLOORS.get(r, 0.35) for r in ROLES}}
CALIBRATION = [1.0, 0.0, 0.0]

Counts = Mapping[str, Mapping[str, int]]


def digest(report: Record) -> str:
    """Return what stands for a report among those whose anchors were counted: 8 hex digits of its words' SHA-256."""
    return hashlib.sha256("\n".join(report["sentences"]).encode()).hexdigest()[:8]


def count_anchors(reports: Iterable[Record], before: Counts | None = None) -> dict[str, dict[str, int]]:
    """Return how often each word named each type, by the word's first letters.

    Args:
        reports: Annotated reports.
        before: Counts that these are added to.

    Returns:
        The counts, but for words that were anchors fewer than ``KNOWN`` times.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key, named in (before or {}).items():
        counts[key].update(named)
    for report in reports:
        for event in report["events"]:
            for _, quote in event["anchors"]:
                words = re.sub(r"#\d+$", "", quote).split()
                if words:
                    counts[word_key(words[0])][event["type"]] += 1
    return {key: dict(sorted(named.items())) for key, named in sorted(counts.items()) if sum(named.values()) >= KNOWN}


def write_network(model: Reader, target: Path, *, quantize: bool = True) -> None:
    """Write ``reader.onnx`` and ``heads.npz``."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - heavy

    model.eval()
    target.mkdir(parents=True, exist_ok=True)
    ids = torch.ones(1, 20, dtype=torch.long)
    names = ["ids", "shapes", "first"]
    axes = {n: {0: "batch", 1: "words" if n == "first" else "pieces"} for n in names} | {
        n: {0: "batch", 1: "words"} for n in Reader.OUTPUTS
    }
    with tempfile.TemporaryDirectory() as folder, _quiet():
        full = Path(folder) / "reader.onnx"
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids), torch.arange(10)[None]),
            str(full),
            input_names=names,
            output_names=list(Reader.OUTPUTS),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        if quantize:
            quantize_dynamic(
                str(full),
                str(target / "reader.onnx"),
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            )
        else:
            (target / "reader.onnx").write_bytes(full.read_bytes())
    state = model.state_dict()
    scorers = {name.replace(".", "_"): state[name].numpy().astype(np.float32) for name in SCORERS}
    np.savez_compressed(target / "heads.npz", **scorers)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what the exporters say of themselves, which is nothing that a user could mend."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def describe(target: Path, kept: Mapping[str, Any], reports: Iterable[Record], before: Counts | None = None) -> dict[str, Any]:
    """Write ``reader.json`` for the network in ``target``.

    Args:
        target: Folder with ``reader.onnx``.
        kept: An earlier description, whose thresholds and calibration stay.
        reports: What was trained on; their anchors are counted, but not those of reports that ``before`` has counted.
        before: Counts of anchors' words to add to; None begins anew.
    """
    known = set(kept.get("counted", ())) if before is not None else set()
    new = {key: report for report in reports if (key := digest(report)) not in known}
    description = {
        "version": hashlib.sha256((target / "reader.onnx").read_bytes()).hexdigest()[:12],
        "types": TYPES,
        "statuses": STATUSES,
        "kinds": KINDS,
        "roles": ROLES,
        "thresholds": kept.get("thresholds", THRESHOLDS),
        "calibration": kept.get("calibration", CALIBRATION),
        "anchor_words": count_anchors(new.values(), before),
        "counted": sorted(known | new.keys()),
    }
    (target / "reader.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    return description


def export(source: Path, target: Path, reports: Iterable[Record], *, quantize: bool = True) -> None:
    """Write all files of a reader that training made; thresholds and calibration that stand in ``target`` stay.

    Args:
        source: Folder with ``reader.pt``.
        target: Folder of weights.
        reports: The annotated reports that were trained on.
        quantize: Write int8 instead of floats.
    """
    write_network(open_reader(source), target, quantize=quantize)
    (target / "tokenizer.json").write_bytes((pretrained() / "tokenizer.json").read_bytes())
    previous = target / "reader.json"
    describe(target, json.loads(previous.read_text(encoding="utf-8")) if previous.is_file() else {}, reports)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, default=OWN, help="folder of the project's annotated reports")
    parser.add_argument(
        "--muc", type=Path, default=Path("../shared/corpus/train"), help="folder with muc_1.jsonl and muc_2.jsonl"
    )
    parser.add_argument("--float", action="store_true", help="do not quantise")
    args = parser.parse_args()
    export(args.source, args.to, load(args.muc, corpus=args.corpus)[0], quantize=not args.float)
    for path in sorted(args.to.iterdir()):
        print(f"{path.stat().st_size:>12,} {path}")


if __name__ == "__main__":
    main()
