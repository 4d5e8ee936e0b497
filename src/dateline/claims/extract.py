"""The reader: from an article's sentences to its claims, in the text's own words.

The network scores words and pairs; here the scores become anchors, mentions and roles, and then claims with counts and
speakers. Every choice is a threshold in the weights' ``reader.json``, tuned when the weights were made (docs/accuracy.md).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dateline.claims.network import Floats, Network, WordScores
from dateline.claims.stance import build_attributions, certainty
from dateline.claims.tolls import ArticleTolls, NumberPhrase
from dateline.claims.type_words import TypeWords
from dateline.claims.voices import attribution, give_voices, is_said, subjects_of
from dateline.model import (
    Article,
    Attribution,
    Claim,
    EventType,
    Evidence,
    Link,
    Mention,
    Reading,
    Role,
    Sentence,
    Span,
    Status,
    TollKind,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROLE_REACH_SENTENCES = 2
"""How far from its anchor a mention may stand, in sentences (as in training)."""
ANCHORS_AT_ONCE = 32

SECOND_SIDE_FLOOR = 0.4
"""A party is on the side that the reader thinks likeliest; on another too only with at least this probability (both sides of a
clash or of talks may do and suffer)."""

LINK_FLOOR = 0.02
"""Pairs of claims that score less are not worth carrying."""

_NOUN_PHRASES = frozenset({"party", "object", "instrument", "place", "source"})
_NEVER_FIRST = frozenset({"of", "and", "or", "by", ",", ".", ";", ")", "\u2019", "'"})
_NEVER_LAST = _NEVER_FIRST - {")", "\u2019", "'"} | {
    "the",
    "a",
    "an",
    "in",
    "at",
    "with",
    "from",
    "for",
    "who",
    "which",
    "whose",
    "(",
}

_TOLL_KINDS = {kind.value: kind for kind in TollKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    kind: str
    first: int
    last: int
    score: float


_Played = tuple[_Phrase, Floats]
"""A phrase and the probability of each role that it plays for an anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One article, its word scores, and the tolls that the rules find in it."""

    article: Article
    scores: WordScores
    tolls: ArticleTolls


class Reader:
    """The opened reader; one per process.

    Args:
        directory: Folder of weights; None is the reader that ships with Dateline.

    Raises:
        PackError: The weights are missing or damaged.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._network = Network(directory)
        description = self._network.description
        self.version: str = description["version"]
        self.calibration: tuple[float, float, float] = tuple(description["calibration"])
        self._type_words = TypeWords(description["anchor_words"], description["types"])
        self._types = [EventType(name) for name in description["types"]]
        self._statuses = [Status(name) for name in description["statuses"]]
        self._kinds: list[str] = description["kinds"]
        self._roles: list[str] = description["roles"]
        self._thresholds: dict[str, Any] = description["thresholds"]
        self._sides = [self._roles.index(role) for role in (Role.AGENT, Role.TARGET, Role.SUPPORT)]
        self._allowed = _allowed_roles(self._kinds, self._roles)
        self._role_floor = np.array([self._thresholds["role"][role] for role in self._roles], dtype=np.float32)

    def set_thresholds(self, *, trigger: float, weak_trigger: float, role: float) -> None:
        """Use other thresholds than the weights' own: of anchors, of weak anchors, and of all roles. For tuning."""
        self._thresholds = self._thresholds | {"trigger": trigger, "weak_trigger": weak_trigger}
        self._role_floor = np.full(len(self._roles), role, dtype=np.float32)

    def read(self, article: Article) -> Reading:
        """Read one article."""
        texts = [sentence.text for sentence in article.sentences]
        if not any(text.strip() for text in texts):
            return Reading(article=article)
        scores = self._network.score_words(texts)
        anchors = find_anchors(scores, min(self._thresholds["trigger"], self._thresholds["weak_trigger"]))
        if not anchors:
            return Reading(article=article)
        heads = np.array([first for first, _ in anchors], dtype=np.int64)
        self._weigh_types(scores, heads)
        phrases = self._find_phrases(scores)
        played = self._score_roles(scores, heads, phrases)
        page = _Page(article=article, scores=scores, tolls=ArticleTolls(article))
        claims = [self._claim(page, index, anchor, played[index]) for index, anchor in enumerate(anchors)]
        claims = page.tolls.share_out(claims)
        missed = page.tolls.find_missed(claims)
        claims = [replace(claim, counts=claim.counts + tuple(missed.get(claim.index, ()))) for claim in claims]
        claims = give_voices(article, claims)
        links = tuple(
            Link(first=first, second=second, score=round(score, 4))
            for first, second, score in self._network.score_pairs(scores, heads)
            if score >= LINK_FLOOR
        )
        return Reading(article=article, claims=tuple(claims), links=links)

    def _weigh_types(self, scores: WordScores, heads: npt.NDArray[np.int64]) -> None:
        for first in heads:
            event = 1.0 - scores.types[first, 0]
            scores.types[first, 1:] = event * self._type_words.weigh(scores.words[first], scores.types[first, 1:] / event)

    def _find_phrases(self, scores: WordScores) -> list[_Phrase]:
        bias = self._thresholds["mention_bias"]
        phrases = []
        for number, (first, last, score) in find_spans(scores.tags, scores.sentence, bias):
            kind = self._kinds[number]
            span = _trimmed(scores.words, first, last) if kind in _NOUN_PHRASES else (first, last)
            if span[0] <= span[1]:
                phrases.append(_Phrase(kind=kind, first=span[0], last=span[1], score=score))
        return sorted(phrases, key=lambda phrase: (phrase.first, phrase.last))

    def _score_roles(self, scores: WordScores, heads: npt.NDArray[np.int64], phrases: Sequence[_Phrase]) -> list[list[_Played]]:
        """What the phrases near each anchor play for it: the probability of each role, 0 under the role's floor."""
        played: list[list[_Played]] = [[] for _ in heads]
        kinds = np.array([self._kinds.index(phrase.kind) for phrase in phrases], dtype=np.int64)
        sentence_of = scores.sentence[np.array([phrase.first for phrase in phrases], dtype=np.int64)]
        for start in range(0, len(heads), ANCHORS_AT_ONCE):  # so many at a time: a long text has too many phrases for all
            block = heads[start : start + ANCHORS_AT_ONCE]
            low, high = scores.sentence[block[0]] - ROLE_REACH_SENTENCES, scores.sentence[block[-1]] + ROLE_REACH_SENTENCES
            near = np.flatnonzero((sentence_of >= low) & (sentence_of <= high)).tolist()
            if not near:
                continue
            mentions = [(int(kinds[k]), phrases[k].first, phrases[k].last) for k in near]
            probability = self._network.score_roles(scores, block, mentions)
            reach = np.abs(sentence_of[near][None] - scores.sentence[block][:, None]) <= ROLE_REACH_SENTENCES
            keep = self._allowed[kinds[near]][None] & reach[:, :, None] & (probability >= self._role_floor)
            sides = probability[:, :, self._sides]
            keep[:, :, self._sides] &= (sides >= SECOND_SIDE_FLOOR) | (sides == sides.max(-1, keepdims=True))
            for row, column in np.argwhere(keep.any(-1)).tolist():
                played[start + row].append((phrases[near[column]], np.where(keep[row, column], probability[row, column], 0.0)))
        return played

    def _claim(self, page: _Page, index: int, anchor: tuple[int, int], played: Sequence[_Played]) -> Claim:
        article, scores = page.article, page.scores
        first, last = anchor
        sentence = int(scores.sentence[first])
        types = scores.types[first, 1:]
        share = types / types.sum()
        statuses = scores.status[first]
        confidence = float(1.0 - scores.types[first, 0])
        by_role: dict[str, list[tuple[_Phrase, float]]] = defaultdict(list)
        for phrase, row in played:
            for column in np.flatnonzero(row):
                by_role[self._roles[column]].append((phrase, float(row[column])))
        mentions = [
            Mention(
                evidence=_evidence(article, scores, phrase.first, phrase.last),
                role=Role(role),
                sentence=int(scores.sentence[phrase.first]),
                score=round(score, 4),
            )
            for role, found in by_role.items()
            if role not in _TOLL_KINDS
            for phrase, score in found
        ]
        type_, status = self._types[int(types.argmax())], self._statuses[int(statuses.argmax())]
        attributions = tuple(_attributions(article, scores, by_role))
        return Claim(
            index=index,
            sentence=sentence,
            anchor=_evidence(article, scores, first, last),
            type=type_,
            status=status,
            confidence=round(confidence, 4),
            weak=confidence < self._thresholds["trigger"],
            type_scores={self._types[k]: round(float(share[k]), 4) for k in np.flatnonzero(share > 0.01)},
            type_weight=self._type_words.specificity(scores.words[first]),
            status_scores={self._statuses[k]: round(float(statuses[k]), 4) for k in range(len(statuses))},
            mentions=tuple(sorted(mentions, key=lambda mention: (mention.sentence, mention.evidence.span.start))),
            counts=tuple(page.tolls.read(type_, _number_phrases(scores, by_role), undone=status.undone)),
            attributions=attributions,
            certainty=certainty(attributions, status),
        )


def read_claims(articles: Sequence[Article], reader: Reader) -> list[Reading]:
    """Read articles; one reading each, in their order."""
    return [reader.read(article) for article in articles]


def _trimmed(words: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Cut off what no noun phrase ends or begins with ("convoy of" is "convoy"); a bare "the" leaves nothing."""
    start, end = first, last
    while end >= start and words[end].casefold() in _NEVER_LAST:
        end -= 1
    while start <= end and words[start].casefold() in _NEVER_FIRST:
        start += 1
    return start, end


def find_anchors(scores: WordScores, threshold: float) -> list[tuple[int, int]]:
    """Return the first and last word of each anchor: words that name an event with at least the threshold's probability."""
    event = 1.0 - scores.types[:, 0]
    anchors = []
    for first in np.flatnonzero(event >= threshold):
        last = int(first)
        while (
            last + 1 < len(event)
            and scores.sentence[last + 1] == scores.sentence[first]
            and scores.inside[last + 1] >= 0.5
            and event[last + 1] < threshold
        ):
            last += 1
        anchors.append((int(first), last))
    return anchors


def find_spans(tags: Floats, sentence: npt.NDArray[np.int64], bias: float) -> list[tuple[int, tuple[int, int, float]]]:
    """Decode outside/begin/inside tags by Viterbi, all kinds at once.

    Args:
        tags: Log-probabilities, shape (words, kinds, 3).
        sentence: Sentence of each word; no span crosses sentences.
        bias: Taken off the log-probability of outside, so that more spans are kept (the role scorer weeds them).

    Returns:
        ``(kind, (first word, last word, mean probability))`` of each span.
    """
    count, kinds, _ = tags.shape
    scores = tags.transpose(0, 2, 1).copy()
    scores[:, 0] -= bias
    fresh = np.diff(sentence, prepend=sentence[:1] - 1) != 0
    scores[fresh, 2] = -1e9  # a span begins with its begin, and in its sentence
    best = np.empty_like(scores)
    best[0] = scores[0]
    into = np.empty((2, kinds), dtype=scores.dtype)
    for word in range(1, count):
        before, here = best[word - 1], best[word]
        np.maximum(before[1], before[2], out=into[1])
        np.maximum(before[0], into[1], out=into[0])
        np.add(scores[word, :2], into[0], out=here[:2])
        np.add(scores[word, 2], into[1], out=here[2])
    path = np.empty((count, kinds), dtype=np.int8)
    path[-1] = best[-1].argmax(0)
    for word in range(count - 1, 0, -1):
        before = best[word - 1]
        inside = path[word] == 2
        path[word - 1] = np.where(inside, np.where(before[1] >= before[2], 1, 2), before.argmax(0))
    spans = []
    probability = np.exp(tags)
    for kind in range(kinds):
        column = path[:, kind]
        for first in np.flatnonzero(column == 1):
            last = int(first)
            while last + 1 < count and column[last + 1] == 2:
                last += 1
            spans.append((kind, (int(first), last, float(1.0 - probability[first : last + 1, kind, 0].mean()))))
    return spans


def _allowed_roles(kinds: Sequence[str], roles: Sequence[str]) -> npt.NDArray[np.bool_]:
    party = {"agent", "target", "support"}
    allowed = [
        [(role in party) if kind == "party" else (role in _TOLL_KINDS) if kind == "toll" else role == kind for role in roles]
        for kind in kinds
    ]
    return np.array(allowed)


def _sentence_span(sentence: Sentence, start: int, end: int) -> Span:
    return Span(start=sentence.span.start + start, end=sentence.span.start + end, field=sentence.span.field)


def _evidence(article: Article, scores: WordScores, first: int, last: int) -> Evidence:
    sentence = article.sentences[int(scores.sentence[first])]
    return article.evidence(_sentence_span(sentence, int(scores.starts[first]), int(scores.ends[last])))


def _number_phrases(scores: WordScores, by_role: dict[str, list[tuple[_Phrase, float]]]) -> list[NumberPhrase]:
    """The numbers linked to a claim as tolls, each with the kind that the reader thinks likeliest."""
    best: dict[tuple[int, int], NumberPhrase] = {}
    for role, found in by_role.items():
        if role not in _TOLL_KINDS:
            continue
        for phrase, score in found:
            known = best.get((phrase.first, phrase.last))
            if known is None or known.score < score:
                best[phrase.first, phrase.last] = NumberPhrase(
                    sentence=int(scores.sentence[phrase.first]),
                    start=int(scores.starts[phrase.first]),
                    end=int(scores.ends[phrase.last]),
                    kind=_TOLL_KINDS[role],
                    score=round(score, 4),
                )
    return list(best.values())


def _attributions(article: Article, scores: WordScores, by_role: dict[str, list[tuple[_Phrase, float]]]) -> list[Attribution]:
    spans: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: {"source": [], "cue": []})
    for role in ("source", "cue"):
        for phrase, _ in by_role.get(role, ()):
            where = spans[int(scores.sentence[phrase.first])]
            where[role].append((int(scores.starts[phrase.first]), int(scores.ends[phrase.last])))
    attributions: list[Attribution] = []
    for index, found in sorted(spans.items()):
        sentence = article.sentences[index]
        sources = found["source"] or subjects_of(sentence.text, found["cue"])
        chains = [chain for chain in build_attributions(sentence.text, sources, found["cue"]) if is_said(sentence.text, chain)]
        attributions += [attribution(article, sentence, chain) for chain in chains]
    return attributions
