"""Steps of learning: batches of windows without end, the optimiser with its falling rate, the moving average of the weights."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from dateline_training.data import Encoder, Window, report_windows

if TYPE_CHECKING:
    from dateline_training.network import Reader

Windows = Mapping[int, list[Window]]
"""The windows of each report, by the report's ``id()``."""


def batches(windows: Sequence[Window], budget: int, rng: random.Random) -> list[list[Window]]:
    """Group windows of like length so that a padded batch holds about ``budget`` pieces; shuffled."""
    order = sorted(windows, key=lambda w: len(w.ids) + rng.random() * 40)
    out: list[list[Window]] = []
    batch: list[Window] = []
    longest = 0
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


class Queue:
    """Batches of reports, epoch after epoch; in one report of ten the capitals are taken away or made up.

    Args:
        reports: Annotated reports, one that counts more several times.
        encoder: Makes windows of them.
        budget: Word pieces of a batch.
        processes: How many share an epoch.
    """

    def __init__(self, reports: Sequence[dict[str, Any]], encoder: Encoder, budget: int, processes: int = 1) -> None:
        self.reports, self.encoder, self.budget, self.processes = reports, encoder, budget, processes
        distinct = {id(report): report for report in reports}
        self.windows: Windows = {key: report_windows(report, encoder) for key, report in distinct.items()}
        every = [window for report in reports for window in self.windows[id(report)]]
        self.per_epoch = len(batches(every, budget, random.Random(0))) // processes
        """Batches of one process in an epoch."""

    def draw(self, rng: random.Random, rank: int = 0) -> Iterator[list[Window]]:
        """Yield one process's batches without end; all processes must draw with the same seed."""
        while True:
            epoch: list[Window] = []
            for report in self.reports:
                drawn = rng.random()
                casing = "upper" if drawn < 0.08 else "lower" if drawn < 0.12 else "as_is"
                epoch += self.windows[id(report)] if casing == "as_is" else report_windows(report, self.encoder, casing)
            yield from batches(epoch, self.budget, rng)[rank :: self.processes][: self.per_epoch]


class Optimiser:
    """AdamW with a warm-up over a tenth of the steps and a linear fall, and the moving average of the weights.

    Args:
        model: The reader; the embeddings of word pieces stay as they are.
        steps: How many steps there will be.
        rate: Highest rate of the encoder.
        head_rate: Highest rate of the heads.
        ema: Share of the old average in the new one, once there are many steps.
    """

    def __init__(self, model: Reader, *, steps: int, rate: float, head_rate: float, ema: float = 0.995) -> None:
        model.encoder.words.weight.requires_grad = False
        self.model, self.ema, self.done = model, ema, 0
        heads = [p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("encoder")]
        body = [p for n, p in model.named_parameters() if p.requires_grad and n.startswith("encoder")]
        self._optimiser = torch.optim.AdamW(
            [{"params": body, "lr": rate}, {"params": heads, "lr": head_rate}], weight_decay=0.01, betas=(0.9, 0.98)
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda s: min((s + 1) / (0.1 * steps), max(0.02, (steps - s) / (0.9 * steps)))
        )
        self._average = {n: p.detach().clone() for n, p in model.named_parameters()}
        self.trained = [p for p in model.parameters() if p.requires_grad]

    def step(self) -> None:
        """Change the weights by their gradients, and forget those."""
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self._optimiser.step()
        self._schedule.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.done += 1
        decay = min(self.ema, (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                if parameter.requires_grad:
                    self._average[name].lerp_(parameter, 1 - decay)

    def state(self) -> dict[str, torch.Tensor]:
        """Return the averaged weights by name."""
        return dict(self.model.state_dict()) | self._average
