"""What the reader is taught to get right: the loss of each task, over padded batches of windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from dateline_training.data import IGNORE, KINDS, ROLES, Window
from dateline_training.network import DISTANCES, Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

_KIND_ROLES = torch.tensor(
    [
        [
            (k == "party" and r in ("agent", "target", "support")) or k == r or (k == "toll" and i >= 9)
            for i, r in enumerate(ROLES)
        ]
        for k in KINDS
    ]
)
"""Which roles a mention of each kind may play."""
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
"""What each task counts in the sum."""


Parts = dict[str, torch.Tensor]
"""Loss of each task."""


def bucket(sentences: torch.Tensor) -> torch.Tensor:
    """Return the class of a distance in sentences: 0, 1, 2, 3-4, 5-8, more."""
    d = sentences.abs()
    return (d > 0).long() + (d > 1).long() + (d > 2).long() + (d > 4).long() + (d > 8).long()


def tensors(batch: Sequence[Window]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, shapes and mask (windows, pieces) and each word's first piece (windows, words), padded with 0."""
    n, m = max(len(w.ids) for w in batch), max(len(w.words) for w in batch)
    ids, shapes, mask = (torch.zeros(len(batch), n, dtype=torch.long) for _ in range(3))
    first = torch.zeros(len(batch), m, dtype=torch.long)
    for i, w in enumerate(batch):
        ids[i, : len(w.ids)], shapes[i, : len(w.ids)] = torch.from_numpy(w.ids), torch.from_numpy(w.shapes)
        mask[i, : len(w.ids)] = 1
        first[i, : len(w.words)] = torch.from_numpy(w.first)
    return ids, shapes, mask, first


class Losses:
    """The loss of each task; a batch's loss is their weighted sum.

    Args:
        status_counts: How many events have each status: rare ones count more.
        hidden: Share of word pieces that are hidden, so that the reader learns to lean on the rest of the text.
        mask_id: The piece that stands for a hidden one.
    """

    def __init__(self, status_counts: npt.NDArray[np.int64], hidden: float, mask_id: int) -> None:
        self.hidden, self.mask_id = hidden, mask_id
        rare = (status_counts.sum() / np.maximum(status_counts, 1)) ** 0.5
        self.status_weight = torch.tensor(rare / rare.min(), dtype=torch.float)

    def report(self, model: Reader, batch: Sequence[Window]) -> Parts:
        """Return the losses of windows of annotated reports."""
        ids, shapes, mask, first = tensors(batch)
        if self.hidden:
            ids = torch.where((torch.rand(ids.shape) < self.hidden) & (shapes > 0), self.mask_id, ids)
        types, inside, tags, status, anchor, start, end, coref = model.heads(model.encode(ids, shapes, mask, first))
        sums = {name: torch.zeros(()) for name in ("type", "inside", "tags", "status", "role", "pair")}
        counts = dict.fromkeys(sums, 0)

        def add(name: str, loss: torch.Tensor, count: int) -> None:
            sums[name] = sums[name] + loss
            counts[name] += count

        for i, w in enumerate(batch):
            k, live = len(w.words), torch.from_numpy(w.live)
            words, marks = types[i, :k], tags[i, :k]
            n = int(live.sum())
            add("type", functional.cross_entropy(words[live], torch.from_numpy(w.types)[live], reduction="sum"), n)
            gold = torch.from_numpy(w.inside).float()[live]
            add("inside", functional.binary_cross_entropy_with_logits(inside[i, :k][live], gold, reduction="sum"), n)
            gold = torch.from_numpy(w.tags)[live].reshape(-1)
            add("tags", functional.cross_entropy(marks[live].reshape(-1, 3), gold, reduction="sum"), n)
            if not w.anchors:
                continue
            at, gold = torch.tensor([a[0] for a in w.anchors]), torch.tensor([a[3] for a in w.anchors])
            loss = functional.cross_entropy(status[i, at], gold, weight=self.status_weight, reduction="sum")
            add("status", loss, len(at))
            add("role", *_roles(model, w, marks, (anchor[i], start[i], end[i])))
            add("pair", *_pairs(model, w, words, coref[i]))
        return {name: loss / max(1, counts[name]) for name, loss in sums.items()}

    def helper(self, model: Reader, batch: Sequence[Window]) -> Parts:
        """Return the losses of windows of a helper corpus."""
        x = model.encode(*tensors(batch))
        x = torch.cat([x[i, : len(w.words)] for i, w in enumerate(batch)])
        gold = {name: torch.from_numpy(np.concatenate([w.helper[name] for w in batch])) for name in batch[0].helper}
        for task in ("muc", "gum", "cnc"):
            if task in gold:
                return {task: functional.cross_entropy(getattr(model, task)(x).reshape(-1, 3), gold[task].reshape(-1))}
        losses = {
            name: functional.cross_entropy(getattr(model, name)(x).float(), gold[name].long(), ignore_index=IGNORE)
            for name in ("upos", "ner")
        }
        known = gold["fact"] != IGNORE
        if known.any():
            told = model.fact(x[known]).float().squeeze(-1)
            losses["fact"] = functional.smooth_l1_loss(told, gold["fact"][known].float())
        return losses

    def total(self, losses: Parts) -> torch.Tensor:
        """Return the weighted sum."""
        return sum((WEIGHTS[name] * loss for name, loss in losses.items()), torch.zeros(()))


def _roles(model: Reader, w: Window, tags: torch.Tensor, projections: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, int]:
    """Return the loss of roles between anchors and mentions within two sentences, and how many pairs it sums."""
    mentions = w.mentions + false_mentions(w, tags)
    if not mentions:
        return torch.zeros(()), 0
    anchor, start, end = projections
    kinds = torch.tensor([m[0] for m in mentions])
    a, s, e = (torch.tensor(x) for x in ([x[0] for x in w.anchors], [m[1] for m in mentions], [m[2] - 1 for m in mentions]))
    sentence = torch.from_numpy(w.sentence)
    gap = sentence[s][None] - sentence[a][:, None]
    distance = bucket(gap) + DISTANCES * (s[None] >= a[:, None]).long()
    logits = model.score_roles(anchor[a], start[s], end[e], kinds, distance)
    labels = torch.zeros(len(a), len(mentions), len(ROLES))
    labels[:, : len(w.mentions)] = torch.from_numpy(w.roles).float()
    keep = _KIND_ROLES[kinds][None] & (gap.abs() <= 2)[:, :, None] & (labels != IGNORE)
    if not keep.any():
        return torch.zeros(()), 0
    loss = functional.binary_cross_entropy_with_logits(logits[keep], labels[keep], reduction="sum")
    return loss, int(keep.sum())


def _pairs(model: Reader, w: Window, types: torch.Tensor, coref: torch.Tensor) -> tuple[torch.Tensor, int]:
    """Return the loss of which anchors tell of one happening, and how many pairs it sums."""
    if len(w.anchors) < 2:
        return torch.zeros(()), 0
    i, j = torch.triu_indices(len(w.anchors), len(w.anchors), 1)
    at = torch.tensor([a[0] for a in w.anchors])
    event = torch.tensor([a[4] for a in w.anchors])
    probability = types[at, 1:].softmax(-1)
    product = (probability[i] * probability[j]).sum(-1).detach()
    sentence = torch.from_numpy(w.sentence)
    same = torch.tensor([w.words[a].lower() == w.words[b].lower() for a, b in zip(at[i].tolist(), at[j].tolist(), strict=True)])
    distance = bucket(sentence[at[i]] - sentence[at[j]]) + DISTANCES * same.long()
    logits = model.score_pairs(coref[at[i]], coref[at[j]], distance, product)
    loss = functional.binary_cross_entropy_with_logits(logits, (event[i] == event[j]).float(), reduction="sum")
    return loss, len(i)


def false_mentions(w: Window, tags: torch.Tensor) -> list[tuple[int, int, int]]:
    """Return the spans that the tagger marks and the annotation does not: the role scorer must learn to give them no role."""
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
