"""Fill MUC-4's five roles with a tagger on the reader's encoder: ``python training/fill_roles.py --out DIR``.

The reader goes on from its own weights on the role fillers of MUC-4's training half and is scored on the development half by
CEAF-REE, as ``evals/muc.py`` does. For each word and role there is the chance that it begins or continues a filler.
The spans of a report that
name one thing (the words of one are among those of the other) are a cluster, and its likeliest wording is given, since GRIT's
scorer asks for one of the annotated wordings. A cluster is given where one of its spans is rather a filler than not. Every
tenth training report is not trained on but scored too.

It shows what the encoder can do on that task. The head is not shipped: an event's own roles serve Dateline's users.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

sys.path.append(str(Path(__file__).parents[1] / "evals"))

from typing import TYPE_CHECKING

from muc import Clusters, Tally, normalise, read_answers, score_role

from dateline_training.data import MUC_ROLES, Encoder, Record, Window, muc_window, read_jsonl, window_from
from dateline_training.learning import Optimiser, batches
from dateline_training.losses import tensors
from dateline_training.restoring import open_reader
from dateline_training.train import pretrained

if TYPE_CHECKING:
    from dateline_training.network import Reader

STRIDE = 240  # word pieces between the starts of two windows of a long report
BEGINS, GOES_ON = 0.15, 0.35  # a filler is followed from a word that begins one this surely, over words that go on this surely
ARTICLES = frozenset(["the", "a", "an", "of", "and", "his", "her", "their", "unidentified", "unknown", "individuals", "men"])
"""Words that do not tell whether two wordings name one thing."""
FLOOR = 0.5
"""How surely a filler must begin somewhere: more likely than not."""

Chances = npt.NDArray[np.float64]
Spans = list[tuple[int, int]]


def windows(record: Record, encoder: Encoder) -> tuple[Spans, list[tuple[int, Window]]]:
    """Return the spans of a report's words, and its windows, half overlapping, with the place of each one's first word."""
    text = record["text"].lower()
    sentence = encoder.sentence(text, text.upper())
    spans, words, _, _, firsts = sentence
    out, low = [], 0
    while low < len(words):
        window = window_from(low, sentence, encoder)
        out.append((low, window))
        if low + len(window.words) >= len(words):
            break
        start = firsts[low] + STRIDE
        low = next(i for i in range(low, len(words)) if firsts[i] >= start)
    return spans, out


@torch.no_grad()
def read(model: Reader, record: Record, encoder: Encoder) -> tuple[Spans, Chances]:
    """Return a report's words and the chances (words, roles, 3) of no filler, beginning, going on."""
    spans, found = windows(record, encoder)
    sums, weights = np.zeros((len(spans), len(MUC_ROLES), 3)), np.zeros((len(spans), 1, 1))
    for low, window in found:
        chances = model.muc(model.encode(*tensors([window])))[0].reshape(len(window.words), -1, 3).softmax(-1).numpy()
        # a word in the middle of a window has more text around it, so that window's reading of it weighs more
        n = len(chances)
        weight = np.minimum(np.arange(n) + 1, np.arange(n, 0, -1))[:, None, None] ** 0.5
        sums[low : low + n] += chances * weight
        weights[low : low + n] += weight
    return spans, sums / np.maximum(weights, 1e-9)


def wordings(text: str, spans: Spans, chances: Chances) -> dict[str, list[float]]:
    """Return the wordings of one role's fillers in a report and how surely each occurrence begins one."""
    found: dict[str, list[float]] = {}
    i = 0
    while i < len(spans):
        _none, begins, goes_on = chances[i]
        if begins <= BEGINS or begins < goes_on:
            i += 1
            continue
        j = i + 1
        while j < len(spans) and chances[j, 2] > max(GOES_ON, 0.7 * chances[j, 0], chances[j, 1]):
            j += 1
        if name := normalise(text[spans[i][0] : spans[j - 1][1]]):
            found.setdefault(name, []).append(float(begins))
        i = j
    return found


def cluster(found: dict[str, list[float]]) -> list[frozenset[str]]:
    """Return the likeliest wording of each thing that is named surely enough."""
    chance = {name: 1 - float(np.prod([1 - each for each in several])) for name, several in found.items()}
    clusters: list[list[tuple[str, set[str]]]] = []
    for name in sorted(found, key=lambda each: (-chance[each], each)):
        words = set(name.split()) - ARTICLES or set(name.split())
        home = next((each for each in clusters if any(words <= other or other <= words for _, other in each)), None)
        if home is None:
            clusters.append([(name, words)])
        else:
            home.append((name, words))
    sure = [[name for name, _ in each] for each in clusters]
    sure = [names for names in sure if max(max(found[name]) for name in names) >= FLOOR]
    return [frozenset([max(names, key=lambda name: (chance[name], len(name)))]) for names in sure]


def fill(record: Record, reading: tuple[Spans, Chances]) -> Clusters:
    """Return the fillers of a report."""
    spans, chances = reading
    text = record["text"].lower()
    return {role: cluster(wordings(text, spans, chances[:, r])) for r, role in enumerate(MUC_ROLES)}


def score(records: list[Record], model: Reader, encoder: Encoder) -> dict[str, Tally]:
    """Read and score reports by CEAF-REE, role by role."""
    sums = dict.fromkeys(MUC_ROLES, Tally())
    for record in records:
        given, answers = fill(record, read(model, record, encoder)), read_answers(record)
        for role in MUC_ROLES:
            sums[role] += score_role(given[role], answers[role])
    return sums | {"all": sum(sums.values(), Tally())}


def learn(model: Reader, records: list[Record], encoder: Encoder, args: argparse.Namespace) -> Optimiser:
    """Train on all reports that have fillers and on 300 others an epoch; windows are drawn anew each time."""
    rng = random.Random(args.seed)
    full = [record for record in records if any(record["extracts"].values())]
    empty = [record for record in records if not any(record["extracts"].values())]

    def epoch() -> list[list[Window]]:
        drawn = [record for record in full + rng.sample(empty, 300) for _ in range(1 if len(record["text"]) < 2200 else 2)]
        return batches([window for record in drawn if (window := muc_window(record, encoder, rng))], args.budget, rng)

    optimiser = Optimiser(model, steps=args.epochs * len(epoch()), rate=args.rate, head_rate=args.head_rate, ema=0.99)
    model.train()
    started = time.time()
    for number in range(args.epochs):
        losses = []
        for batch in epoch():
            encoded = model.encode(*tensors(batch))
            words = torch.cat([encoded[i, : len(window.words)] for i, window in enumerate(batch)])
            gold = torch.from_numpy(np.concatenate([window.helper["muc"] for window in batch])).reshape(-1)
            loss = torch.nn.functional.cross_entropy(model.muc(words).reshape(-1, 3), gold)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        print(f"epoch {number + 1}/{args.epochs}, {time.time() - started:.0f} s, loss {np.mean(losses):.4f}", flush=True)
    return optimiser


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, help="folder of weights to start from; default: those that ship")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reader"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--head-rate", type=float, default=8e-4)
    parser.add_argument("--budget", type=int, default=1000, help="word pieces a batch")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.from_file(str(pretrained() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoder = Encoder(tokenizer)
    records = read_jsonl(args.data / "muc4_roles_train.jsonl.gz")
    held = records[5::10]
    model = open_reader(args.start)
    optimiser = learn(model, [record for i, record in enumerate(records) if i % 10 != 5], encoder, args)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(optimiser.state(), args.out / "reader.pt")
    model.load_state_dict(optimiser.state())
    model.eval()
    for name, some in (
        ("tenth of the training half", held),
        ("development half", read_jsonl(args.data / "muc4_roles_dev.jsonl.gz")),
    ):
        print(name)
        for role, tally in score(some, model, encoder).items():
            print("{:8} P {:.1f} R {:.1f} F {:.1f}".format(role, *tally.shares))


if __name__ == "__main__":
    main()
