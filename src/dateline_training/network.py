"""The reader's network: a small encoder with one head per task, all read off word by word.

The shipped graph gives, for each word: event type, whether it goes on an anchor, mention tags, status, and four projections
(role of an anchor, start and end of a mention, coreference) from which ``dateline.claims.extract`` scores pairs with the small
matrices stored beside it. Biaffine role scoring after Dozat and Manning (2017, arXiv:1611.01734).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from dateline.claims.words import SHAPES
from dateline_training.data import CNC_SPANS, ENTITIES, GUM_SPANS, KINDS, MUC_ROLES, ROLES, STATUSES, TYPES, UPOS

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE, HIDDEN, COREF = 96, 128, 128
DISTANCES = 6  # sentences between an anchor and a mention, or two anchors: 0, 1, 2, 3-4, 5-8, more
HELPERS = ("upos", "ner", "fact", "muc", "gum", "cnc")
"""Heads of helper tasks, which are not shipped."""
SCORERS = (
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
"""Parameters of the pair scorers, which are shipped beside the graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the encoder is; the defaults are MiniLM-L6's."""

    width: int = 384
    heads: int = 12
    inner: int = 1536
    layers: int = 6
    pieces: int = 30522
    positions: int = 512
    segments: int = 2


class Layer(nn.Module):
    """One BERT layer (post-norm), written out so that it exports to a small graph."""

    def __init__(self, d: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(d, d) for _ in range(4))
        self.up, self.down = nn.Linear(d, inner), nn.Linear(inner, d)
        self.norm1, self.norm2 = nn.LayerNorm(d, eps=1e-12), nn.LayerNorm(d, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return new vectors (windows, pieces, width); ``mask`` is added to the scores of attention."""
        b, n, d = x.shape
        shape = (b, n, self.heads, d // self.heads)
        q, k, v = (part(x).view(*shape).transpose(1, 2) for part in (self.query, self.key, self.value))
        if self.training:  # the fused kernel is faster; no dropout on attention: its random numbers cost more than they give
            context = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            scores = q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)
            context = (scores if mask is None else scores + mask).softmax(-1) @ v
        context = context.transpose(1, 2).reshape(b, n, d)
        x = self.norm1(x + self.dropout(self.output(context)))
        return self.norm2(x + self.dropout(self.down(nn.functional.gelu(self.up(x)))))


class Encoder(nn.Module):
    """MiniLM-L6 with a zero-initialised word-shape embedding (it is uncased; capitals carry names)."""

    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        d = size.width
        self.words = nn.Embedding(size.pieces, d)
        self.positions = nn.Embedding(size.positions, d)
        self.kinds = nn.Embedding(size.segments, d)
        self.shapes = nn.Embedding(len(SHAPES), d)
        nn.init.zeros_(self.shapes.weight)
        self.norm = nn.LayerNorm(d, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(d, size.heads, size.inner, dropout) for _ in range(size.layers))

    def load_bert(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take over the weights of a BERT model, by their names in its own files."""
        names = {
            "words.weight": "embeddings.word_embeddings.weight",
            "positions.weight": "embeddings.position_embeddings.weight",
            "kinds.weight": "embeddings.token_type_embeddings.weight",
            "norm.weight": "embeddings.LayerNorm.weight",
            "norm.bias": "embeddings.LayerNorm.bias",
        }
        parts = {
            "query": "attention.self.query",
            "key": "attention.self.key",
            "value": "attention.self.value",
            "output": "attention.output.dense",
            "norm1": "attention.output.LayerNorm",
            "up": "intermediate.dense",
            "down": "output.dense",
            "norm2": "output.LayerNorm",
        }
        for i in range(len(self.layers)):
            for ours, theirs in parts.items():
                for kind in ("weight", "bias"):
                    names[f"layers.{i}.{ours}.{kind}"] = f"encoder.layer.{i}.{theirs}.{kind}"
        own = self.state_dict()
        for ours, theirs in names.items():
            own[ours].copy_(state[theirs])

    def forward(self, ids: torch.Tensor, shapes: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return each piece's vector; ``mask`` is 1 for a piece and 0 for padding, or None where there is no padding."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.positions(positions) + self.kinds.weight[0] + self.shapes(shapes)
        x = self.dropout(self.norm(x))
        bias = None if mask is None else (1.0 - mask.to(x.dtype))[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x


def mlp(d: int, out: int, dropout: float) -> nn.Sequential:
    """Return a head with one hidden layer."""
    return nn.Sequential(nn.Linear(d, HIDDEN), nn.GELU(), nn.Dropout(dropout), nn.Linear(HIDDEN, out))


class Reader(nn.Module):
    """Encoder and heads; ``forward`` is what ships, the pair scorers run in numpy on its projections."""

    OUTPUTS = ("types", "inside", "tags", "status", "role_anchor", "role_start", "role_end", "coref")

    def __init__(self, size: Size | None = None, dropout: float = 0.1) -> None:
        super().__init__()
        size = size or Size()
        d = size.width
        self.encoder = Encoder(size, dropout)
        self.dropout = nn.Dropout(dropout)
        self.types = nn.Linear(d, 1 + len(TYPES))
        self.inside = nn.Linear(d, 1)
        self.tags = nn.Linear(d, 3 * len(KINDS))
        self.status = mlp(d, len(STATUSES), dropout)
        self.role_anchor, self.role_start, self.role_end = (nn.Linear(d, ROLE + HIDDEN) for _ in range(3))
        self.coref = nn.Linear(d, COREF)
        self.role_matrix = nn.Parameter(torch.randn(len(ROLES), ROLE, ROLE) * 0.02)
        self.role_kind = nn.Parameter(torch.zeros(len(KINDS), HIDDEN))
        self.role_distance = nn.Parameter(torch.zeros(2 * DISTANCES, HIDDEN))  # mention before, and not before, the anchor
        self.role_out = nn.Linear(HIDDEN, len(ROLES))
        self.pair_in = nn.Linear(3 * COREF, HIDDEN)
        self.pair_distance = nn.Parameter(torch.zeros(2 * DISTANCES, HIDDEN))  # other word, same word
        self.pair_type = nn.Parameter(torch.zeros(HIDDEN))
        self.pair_out = nn.Linear(HIDDEN, 1)
        self.upos, self.ner, self.fact = nn.Linear(d, len(UPOS)), nn.Linear(d, 1 + 2 * len(ENTITIES)), mlp(d, 1, dropout)
        self.muc, self.gum, self.cnc = (nn.Linear(d, 3 * len(spans)) for spans in (MUC_ROLES, GUM_SPANS, CNC_SPANS))

    def encode(self, ids: torch.Tensor, shapes: torch.Tensor, mask: torch.Tensor | None, first: torch.Tensor) -> torch.Tensor:
        """Return each word's vector: that of its first piece."""
        x = self.encoder(ids, shapes, mask)
        return self.dropout(torch.gather(x, 1, first[:, :, None].expand(-1, -1, x.shape[-1])))

    def heads(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return ``OUTPUTS``, read off the words' vectors."""
        return (
            self.types(x),
            self.inside(x).squeeze(-1),
            self.tags(x),
            self.status(x),
            self.role_anchor(x),
            self.role_start(x),
            self.role_end(x),
            self.coref(x),
        )

    def forward(self, ids: torch.Tensor, shapes: torch.Tensor, first: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Read one window without padding, as at run time: a mask would cost 8 to 15 in 100 of the time for nothing."""
        return self.heads(self.encode(ids, shapes, None, first))

    def score_roles(
        self, anchor: torch.Tensor, start: torch.Tensor, end: torch.Tensor, kinds: torch.Tensor, distance: torch.Tensor
    ) -> torch.Tensor:
        """Return logits (T, M, roles) of anchor (T, .), start and end (M, .), kinds (M), distance (T, M)."""
        mention = start + end
        bilinear = torch.einsum(
            "td,rde,me->tmr", nn.functional.gelu(anchor[:, :ROLE]), self.role_matrix, nn.functional.gelu(mention[:, :ROLE])
        )
        hidden = anchor[:, None, ROLE:] + mention[None, :, ROLE:] + self.role_kind[kinds][None] + self.role_distance[distance]
        return bilinear + self.role_out(nn.functional.gelu(hidden))

    def score_pairs(
        self, first: torch.Tensor, second: torch.Tensor, distance: torch.Tensor, type_product: torch.Tensor
    ) -> torch.Tensor:
        """Return logits (P) of two anchors' projections (P, .), distance (P), dot product of their type probabilities (P)."""
        joined = torch.cat([first + second, first * second, (first - second).abs()], -1)
        hidden = self.pair_in(joined) + self.pair_distance[distance] + type_product[:, None] * self.pair_type
        return self.pair_out(nn.functional.gelu(hidden)).squeeze(-1)
