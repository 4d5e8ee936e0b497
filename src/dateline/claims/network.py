"""The reader's network at run time: text in, word-by-word scores and pair scores out.

The encoder and its heads are one int8 ONNX graph; the pair scorers (which anchor has which mention, which anchors tell of one
happening) are small matrices applied here with numpy. This is the only module that touches the inference library.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dateline.claims.words import MAX_PIECES, cut_windows, first_pieces, word_shapes, word_spans
from dateline.errors import PackError
from dateline.knowledge import weights_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import onnxruntime
    import tokenizers

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

DISTANCES = 6
PAIRS_AT_ONCE = 4096
PAIR_REACH_SENTENCES = 200
"""Anchors farther apart are not paired: no report is so long, and a book would have too many pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScores:
    """Scores for the ``n`` words of one article, in reading order.

    Attributes:
        starts, ends: Offsets of each word in its sentence, shape (n,).
        sentence: Sentence index of each word, shape (n,).
        words: The words.
        types: Probability of no event and of each type, shape (n, 1 + types).
        inside: Probability that a word goes on an anchor, shape (n,).
        tags: Log-probabilities of outside, begin, inside per mention kind, shape (n, kinds, 3).
        status: Probability of each status, shape (n, statuses).
        anchor, start, end: Projections for role scoring. coref: projection for pair scoring.
    """

    starts: Ints
    ends: Ints
    sentence: Ints
    words: list[str]
    types: Floats
    inside: Floats
    tags: Floats
    status: Floats
    anchor: Floats
    start: Floats
    end: Floats
    coref: Floats


@dataclass(slots=True)
class _Encoded:
    spans: list[tuple[int, int]]
    words: list[str]
    ids: list[int]
    shapes: list[int]
    first: list[int]


class Network:
    """The opened weights. One thread; open one per process.

    Args:
        directory: Folder of weights; None is the one that ships with Dateline.

    Raises:
        PackError: A file is missing or damaged.
    """

    def __init__(self, directory: Path | None = None) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy; loaded where it is used
        import tokenizers  # noqa: PLC0415

        graph = weights_file("reader.onnx", directory)
        try:
            self.description: dict[str, Any] = json.loads(weights_file("reader.json", directory).read_text(encoding="utf-8"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer: tokenizers.Tokenizer = tokenizers.Tokenizer.from_file(
                str(weights_file("tokenizer.json", directory))
            )
            with np.load(weights_file("heads.npz", directory)) as heads:
                self._heads: dict[str, Floats] = {name: heads[name] for name in heads.files}
        except PackError:
            raise
        except Exception as error:
            raise PackError(f"the reader's weights in {graph.parent} cannot be opened: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls, self._sep = (self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))

    def score_words(self, sentences: Sequence[str]) -> WordScores:
        """Read the sentences of one article, in windows of several."""
        encoded = [self._encode(sentence) for sentence in sentences]
        windows = cut_windows([len(sentence.ids) + 1 for sentence in encoded])
        inputs = [self._window(encoded, window) for window in windows]
        outputs: list[tuple[Floats, ...]] = []
        for (context, start, _), feed in zip(windows, inputs, strict=True):
            skip = sum(len(sentence.words) for sentence in encoded[context:start])
            result = self._session.run(None, feed)
            outputs.append(tuple(array[0, skip:] for array in result))
        return self._assemble(encoded, outputs)

    def score_roles(self, scores: WordScores, anchors: Ints, mentions: Sequence[tuple[int, int, int]]) -> Floats:
        """Score every role between anchors and mentions.

        Args:
            scores: The article's words.
            anchors: First word of each anchor, shape (t,).
            mentions: ``(kind, first word, last word)`` of each mention, m of them.

        Returns:
            Probabilities, shape (t, m, roles).
        """
        heads = self._heads
        kinds, first, last = (np.array(column, dtype=np.int64) for column in zip(*mentions, strict=True))
        width = heads["role_matrix"].shape[1]
        anchor, mention = scores.anchor[anchors], scores.start[first] + scores.end[last]
        bilinear = np.einsum(
            "trd,md->tmr", np.einsum("td,rde->tre", _gelu(anchor[:, :width]), heads["role_matrix"]), _gelu(mention[:, :width])
        )
        gap = scores.sentence[first][None] - scores.sentence[anchors][:, None]
        distance = _bucket(gap) + DISTANCES * (first[None] >= anchors[:, None])
        hidden = (
            anchor[:, None, width:]
            + mention[None, :, width:]
            + heads["role_kind"][kinds][None]
            + heads["role_distance"][distance]
        )
        return _sigmoid(bilinear + _gelu(hidden) @ heads["role_out_weight"].T + heads["role_out_bias"])

    def score_pairs(self, scores: WordScores, anchors: Ints) -> Iterator[tuple[int, int, float]]:
        """Score pairs of anchors for telling of one happening.

        Yields:
            Two positions in ``anchors``, the first before the second, and a probability; pairs that stand too far apart in a
            long text are left out. Pairs are scored so many at a time, so that a long text needs no more memory.
        """
        first, second = np.triu_indices(len(anchors), 1)
        near = np.abs(scores.sentence[anchors[first]] - scores.sentence[anchors[second]]) <= PAIR_REACH_SENTENCES
        first, second = first[near], second[near]
        for start in range(0, len(first), PAIRS_AT_ONCE):
            i, j = first[start : start + PAIRS_AT_ONCE], second[start : start + PAIRS_AT_ONCE]
            yield from zip(i.tolist(), j.tolist(), self._score_pairs(scores, anchors[i], anchors[j]).tolist(), strict=True)

    def _score_pairs(self, scores: WordScores, first: Ints, second: Ints) -> Floats:
        heads = self._heads
        a, b = scores.coref[first], scores.coref[second]
        one, other = scores.types[first, 1:], scores.types[second, 1:]
        alike = (one / one.sum(-1, keepdims=True) * (other / other.sum(-1, keepdims=True))).sum(-1, keepdims=True)
        same = np.array([scores.words[x].lower() == scores.words[y].lower() for x, y in zip(first, second, strict=True)])
        distance = _bucket(scores.sentence[first] - scores.sentence[second]) + DISTANCES * same
        hidden = np.concatenate([a + b, a * b, np.abs(a - b)], -1) @ heads["pair_in_weight"].T + heads["pair_in_bias"]
        hidden += heads["pair_distance"][distance] + alike * heads["pair_type"]
        logits = _gelu(hidden) @ heads["pair_out_weight"].T + heads["pair_out_bias"]
        return _sigmoid(logits[:, 0])

    def _encode(self, sentence: str) -> _Encoded:
        spans = word_spans(sentence)
        words = [sentence[start:end] for start, end in spans]
        shapes = word_shapes(words)
        encoding = self._tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False)
        owners = [owner for owner in encoding.word_ids if owner is not None]
        first = first_pieces(owners, len(words))
        return _Encoded(spans, words, encoding.ids, [shapes[word] for word in owners], first)

    def _window(self, encoded: Sequence[_Encoded], window: tuple[int, int, int]) -> dict[str, Ints]:
        context, _, end = window
        ids, shapes, first = [self._cls], [0], []
        for sentence in encoded[context:end]:
            room = MAX_PIECES - len(ids) - 1
            first += [len(ids) + min(at, room - 1) for at in sentence.first]
            ids += [*sentence.ids[:room], self._sep]
            shapes += [*sentence.shapes[:room], 0]
        return {
            "ids": np.array([ids], dtype=np.int64),
            "shapes": np.array([shapes], dtype=np.int64),
            "first": np.array([first], dtype=np.int64),
        }

    def _assemble(self, encoded: Sequence[_Encoded], outputs: Sequence[tuple[Floats, ...]]) -> WordScores:
        types, inside, tags, status, anchor, start, end, coref = (
            np.concatenate(column) for column in zip(*outputs, strict=True)
        )
        tags = tags.reshape(len(tags), len(self.description["kinds"]), 3)
        spans = [span for sentence in encoded for span in sentence.spans]
        return WordScores(
            starts=np.array([span[0] for span in spans], dtype=np.int64),
            ends=np.array([span[1] for span in spans], dtype=np.int64),
            sentence=np.repeat(np.arange(len(encoded)), [len(sentence.words) for sentence in encoded]),
            words=[word for sentence in encoded for word in sentence.words],
            types=_softmax(types),
            inside=_sigmoid(inside),
            tags=np.log(_softmax(tags) + 1e-9),
            status=_softmax(status),
            anchor=anchor,
            start=start,
            end=end,
            coref=coref,
        )


def _bucket(gap: Ints) -> Ints:
    return np.searchsorted(np.array([1, 2, 3, 5, 9]), np.abs(gap), side="right").astype(np.int64)


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), dtype=np.float32)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


def _gelu(x: Floats) -> Floats:
    """GELU by the tanh form, within 0.001 of the exact one that training uses."""
    return np.asarray(0.5 * x * (1.0 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x))), dtype=np.float32)
