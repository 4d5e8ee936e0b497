"""Export a trained reader: ``python training/export.py DIR --to src/dateline/claims/weights``.

Writes ``reader.onnx`` (int8, per channel; ranges reduced for processors without VNNI), ``heads.npz`` (the small matrices of the
pair scorers), ``tokenizer.json`` and ``reader.json`` (labels, thresholds, versions).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("training", "src")]

from data import KINDS, ROLES, STATUSES, TYPES, load
from network import Reader
from train import pretrained

from dateline.claims.type_words import KNOWN
from dateline.claims.words import word_key

# Chosen on the held-back and the development reports with tune.py: parties, places and times are kept freely, speakers strictly.
FLOORS = {"agent": 0.25, "target": 0.35, "support": 0.25, "place": 0.25, "time": 0.25, "source": 0.5}
THRESHOLDS = {"trigger": 0.5, "weak_trigger": 0.3, "mention_bias": 1.0, "role": {r: FLOORS.get(r, 0.35) for r in ROLES}}
HEADS = (
    "role_matrix",
    "role_kind",
    "role_distance",
    "role_out.weight",
    "role_out.bias",
    "pair_in.weight",
    "pair_in.bias",
    "pair_distance",
    "pair_type",
    "pair_out.weight",
    "pair_out.bias",
)


def anchor_words(muc: Path) -> dict[str, dict[str, int]]:
    """How often each word named each type in the reports that are trained on, by the word's first letters.

    Words that were anchors fewer than three times are left out.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for report in load(muc)[0]:
        for event in report["events"]:
            for _, quote in event["anchors"]:
                counts[word_key(re.sub(r"#\d+$", "", quote).split()[0])][event["type"]] += 1
    return {key: dict(sorted(named.items())) for key, named in sorted(counts.items()) if sum(named.values()) >= KNOWN}


def export(source: Path, target: Path, muc: Path, *, quantize: bool = True) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    base = pretrained()
    config = json.loads((base / "config.json").read_text())
    model = Reader(config)
    state = torch.load(source / "reader.pt", map_location="cpu", weights_only=True)
    model.load_state_dict(state, strict=False)
    model.eval()
    target.mkdir(parents=True, exist_ok=True)
    ids = torch.ones(1, 20, dtype=torch.long)
    inputs = (ids, torch.ones_like(ids), torch.arange(10)[None])
    names = ["ids", "shapes", "first"]
    axes = {n: {0: "batch", 1: "words" if n == "first" else "pieces"} for n in names} | {
        n: {0: "batch", 1: "words"} for n in Reader.OUTPUTS
    }
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "reader.onnx"
        torch.onnx.export(
            model,
            inputs,
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
    np.savez_compressed(target / "heads.npz", **{n.replace(".", "_"): state[n].numpy().astype(np.float32) for n in HEADS})
    (target / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    previous = target / "reader.json"
    kept = json.loads(previous.read_text()) if previous.is_file() else {}
    description = {
        "version": hashlib.sha256((target / "reader.onnx").read_bytes()).hexdigest()[:12],
        "types": TYPES,
        "statuses": STATUSES,
        "kinds": KINDS,
        "roles": ROLES,
        "thresholds": kept.get("thresholds", THRESHOLDS),
        "calibration": kept.get("calibration", [1.0, 0.0, 0.0]),
        "anchor_words": anchor_words(muc),
    }
    previous.write_text(json.dumps(description, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument(
        "--muc", type=Path, default=Path("../shared/corpus/train"), help="folder with muc_1.jsonl and muc_2.jsonl"
    )
    parser.add_argument("--float", action="store_true", help="do not quantise")
    args = parser.parse_args()
    export(args.source, args.to, args.muc, quantize=not args.float)
    for path in sorted(args.to.iterdir()):
        print(f"{path.stat().st_size:>12,} {path}")


if __name__ == "__main__":
    main()
