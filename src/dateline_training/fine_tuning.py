"""Goes on from a finished reader with a user's own annotated reports: what ``dateline train`` does.

The rates are low and the epochs few, so that what the reader knew is kept. The thresholds and the calibration of the start
stay; the counts of what each anchor's word names are added to.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from dateline.errors import DatelineError, PackError
from dateline.knowledge import weights_file
from dateline_training.data import KINDS, ROLES, STATUSES, TYPES, Encoder, Record, count_statuses
from dateline_training.export import describe, write_network
from dateline_training.learning import Optimiser, Queue
from dateline_training.losses import Losses
from dateline_training.restoring import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from dateline_training.network import Reader

HEADS_FASTER = 4
"""How many times the encoder's rate the heads have."""
BATCH_PIECES = 1100
"""Word pieces a batch holds, as in training the reader that ships."""

Watch = Callable[[int, int, float], None]
"""Is told of each step: how many are done, how many there are, the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to learn.

    Attributes:
        epochs: How often each report is read.
        rate: Highest rate of the encoder.
        seed: Fixes the order of the reports and what is dropped out; with one worker all of the result.
        workers: Threads.
    """

    epochs: float = 4
    rate: float = 5e-5
    seed: int = 7
    workers: int = 1


def complete(start: Path | None, spare: Path) -> Path | None:
    """Return a folder of weights that a coder can open.

    Args:
        start: A folder of weights, or one with ``reader.pt`` alone; None is the weights that ship, and so is the result then.
        spare: Where the files are written that ``start`` lacks: the network in the form that is read, the tokenizer, and the
            thresholds and counts of the weights that ship.

    Raises:
        PackError: It is no folder of weights, or of another network than this version's.
    """
    if start is None or (start / "reader.json").is_file():
        _check_labels(start)
        return start
    if not (start / "reader.pt").is_file():
        raise PackError(f"{start} is no folder of weights: neither reader.json nor reader.pt is there")
    write_network(open_reader(start), spare)
    for name in ("tokenizer.json", "reader.json"):
        (spare / name).write_bytes(weights_file(name).read_bytes())
    return spare


def _check_labels(folder: Path | None) -> None:
    kept = _description(folder)
    for name, own in (("types", TYPES), ("statuses", STATUSES), ("kinds", KINDS), ("roles", ROLES)):
        if kept.get(name) != own:
            raise PackError(f"the {name} of the weights in {folder} are not those of this version; train from others")


def _description(folder: Path | None) -> dict[str, Any]:
    path = weights_file("reader.json", folder)
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PackError(f"{path} cannot be read: {error}") from error
    return kept


def fine_tune(
    reports: Sequence[Record], start: Path | None, completed: Path | None, target: Path, settings: Settings, *, watch: Watch
) -> dict[str, Any]:
    """Learn from annotated reports, and write the weights: all files that a coder opens.

    Args:
        reports: Annotated reports in the form of docs/codebook.md, checked.
        start: The folder to start from, None for the weights that ship; its ``reader.pt`` is preferred.
        completed: What ``complete`` said of it.
        target: Folder to write into.
        settings: How to learn.
        watch: Is told of each step.

    Returns:
        What was done: steps, seconds, versions.

    Raises:
        PackError: The weights cannot be opened.
        DatelineError: The rate is too high.
    """
    began = time.monotonic()
    torch.set_num_threads(settings.workers)
    torch.manual_seed(settings.seed)
    encoder = Encoder.open(weights_file("tokenizer.json", completed))
    model = open_reader(start)
    steps = _learn(model, Queue(reports, encoder, BATCH_PIECES), reports, settings, watch)
    write_network(model, target)
    (target / "tokenizer.json").write_bytes(weights_file("tokenizer.json", completed).read_bytes())
    kept = _description(completed)
    made = describe(target, kept, reports, before=kept.get("anchor_words", {}))
    return {
        "version": made["version"],
        "start": kept["version"],
        "steps": steps,
        "seconds": round(time.monotonic() - began),
        "torch": torch.__version__,
    }


def _learn(model: Reader, queue: Queue, reports: Sequence[Record], settings: Settings, watch: Watch) -> int:
    """Change the model's weights, and return in how many steps."""
    steps = max(1, round(queue.per_epoch * settings.epochs))
    optimiser = Optimiser(model, steps=steps, rate=settings.rate, head_rate=HEADS_FASTER * settings.rate)
    losses = Losses(count_statuses(reports), 0.0, queue.encoder.mask)
    model.train()
    for batch in islice(queue.draw(random.Random(settings.seed)), steps):
        loss = losses.total(losses.report(model, batch))
        if not math.isfinite(loss.item()):
            raise DatelineError(f"the loss is no number after {optimiser.done} steps; try a lower --rate than {settings.rate}")
        loss.backward()
        optimiser.step()
        watch(optimiser.done, steps, loss.item())
    model.load_state_dict(optimiser.state())
    model.eval()
    return steps
