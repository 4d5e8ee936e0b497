"""Which tolls belong to which claim.

The reader links number words to anchors; the rules of ``counts`` find the tolls that a sentence states by themselves. Here the
two meet: a toll the reader missed goes to the claim whose anchor governs it, or else to the nearest claim of the sentence whose
type can have such a toll, or else to the act told right before; a figure of a whole war or campaign goes to none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dateline.claims.counts import (
    FoundCount,
    clause_joints,
    complete_count,
    counted_people,
    doubtful,
    find_counts,
    find_figures,
    is_aggregate,
    is_background,
    is_subgroup,
    read_number,
)
from dateline.model import Article, Claim, Count, EventType, Evidence, Sentence, Span, Status, TollKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

READER_FLOOR = 0.5
"""A number that only the reader takes for a toll must have at least this probability."""
DOUBTFUL_FLOOR = 0.75
"""The same for "a man" and for numbers before what may be no person ("two Black Hawks")."""
RULE_SCORE = 0.5
"""Score of a toll that only the rules found."""

SUFFERED = frozenset(
    EventType(name)
    for name in [
        "clash",
        "airstrike",
        "shelling",
        "bombing",
        "suicide_bombing",
        "grenade",
        "chemical",
        "armed_attack",
        "assassination",
        "execution",
        "abduction",
        "sexual_violence",
        "torture",
        "riot",
        "crackdown",
    ]
)
"""Types that tell what people suffered."""
_HARM = SUFFERED | {EventType.TAKEOVER, EventType.RAID, EventType.MUTINY, EventType.DESTRUCTION}
_CAPABLE: Mapping[TollKind, frozenset[EventType]] = {
    TollKind.KILLED: _HARM,
    TollKind.WOUNDED: _HARM,
    TollKind.DETAINED: frozenset({EventType.ARREST, EventType.RAID, EventType.CRACKDOWN}),
    TollKind.ABDUCTED: frozenset({EventType.ABDUCTION}),
    TollKind.MISSING: _HARM | {EventType.ABDUCTION, EventType.DISPLACEMENT},
    TollKind.DISPLACED: frozenset({EventType.DISPLACEMENT}),
    TollKind.RELEASED: frozenset({EventType.RELEASE, EventType.AGREEMENT}),
}
"""The event types that can have a toll of each kind."""
_HARMS = frozenset({TollKind.KILLED, TollKind.WOUNDED, TollKind.MISSING})
FIGURE_REACH = 2
"""How many sentences before a bare figure the kind may be told that it leaves out."""
_MANY_CLAUSES = 9
_PLACE = re.compile(r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]utside) (?:the )?([A-Z]\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPhrase:
    """A number that the reader links to a claim as a toll.

    Attributes:
        start, end: Offsets in the sentence. kind: the likeliest kind, by the reader.
    """

    sentence: int
    start: int
    end: int
    kind: TollKind
    score: float


class ArticleTolls:
    """What the rules find in the sentences of one article, found once."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._found: dict[int, list[FoundCount]] = {}

    def read(self, type_: EventType, phrases: Sequence[NumberPhrase], *, undone: bool = False) -> list[Count]:
        """Turn the numbers that the reader links to a claim into counts.

        The rules know better than the reader what befell the counted ("killed 3 and wounded 20"): where they read the same
        number, their kind is taken, and a kind that the claim's type cannot have drops the number. An act that is planned,
        foiled or denied (``undone``) has no tolls but those.
        """
        counts = []
        for phrase in phrases:
            sentence = self._article.sentences[phrase.sentence]
            span = complete_count(sentence.text, phrase.start, phrase.end)
            number = read_number(sentence.text[span[0] : span[1]]) if span else None
            if span is None or number is None:
                continue
            ruled = [found for found in self.found(phrase.sentence) if found.start < span[1] and span[0] < found.end]
            if ruled:
                counts += [self._count(sentence, found, phrase.score) for found in ruled if can_have(type_, found.kind)]
            elif not undone and phrase.score >= _floor(sentence.text, span) and can_have(type_, phrase.kind):
                counts.append(
                    Count(
                        kind=phrase.kind,
                        low=number.low,
                        best=number.best,
                        high=number.high,
                        evidence=self._evidence(sentence, *span),
                        who=counted_people(sentence.text, *span),
                        subgroup=is_subgroup(sentence.text, *span),
                        aggregate=is_aggregate(sentence.text),
                        score=phrase.score,
                    )
                )
        return sorted(dict.fromkeys(counts), key=lambda count: count.evidence.span)

    def share_out(self, claims: Sequence[Claim]) -> list[Claim]:
        """Leave each toll to one claim: the one whose anchor governs it, else the nearest by clauses, else the likeliest.

        A number inside the words for who says so ("a hospital official") counts no victims, and goes to none.
        """
        said = _speakers(claims)
        owners: dict[tuple[Span, TollKind], tuple[tuple[bool, int, float], int]] = {}
        for claim in claims:
            for count in claim.counts:
                rank = (*self._nearness(claim, count), count.score)
                key = (count.evidence.span, count.kind)
                if key not in owners or rank > owners[key][0]:
                    owners[key] = (rank, claim.index)
        return [
            replace(
                claim,
                counts=tuple(
                    count
                    for count in claim.counts
                    if owners[count.evidence.span, count.kind][1] == claim.index and not _inside(count.evidence.span, said)
                ),
            )
            for claim in claims
        ]

    def _nearness(self, claim: Claim, count: Count) -> tuple[bool, int]:
        """Whether the claim's anchor governs the number, and how few clauses lie between the two."""
        sentence = self._article.sentences[claim.sentence]
        start = count.evidence.span.start - sentence.span.start
        for found in self.found(claim.sentence):
            if found.start == start and found.kind is count.kind:
                return _governs(claim, sentence, found), -_clauses_between(claim, sentence, found)
        return False, -_MANY_CLAUSES

    def find_missed(self, claims: Sequence[Claim]) -> dict[int, list[Count]]:
        """Return the tolls that the rules find and the reader did not, by index of the claim that they belong to.

        A toll belongs to a claim of its own sentence, or else to the claim last told before it that can have such a toll.
        A figure of a whole war or campaign belongs to none of them, unless the reader says so.
        """
        by_sentence: dict[int, list[Claim]] = defaultdict(list)
        known: set[tuple[str, int]] = set()
        for claim in claims:
            by_sentence[claim.sentence].append(claim)
            known |= {(count.evidence.span.field, at) for count in claim.counts for at in _characters(count.evidence.span)}
        said = _speakers(claims)
        missed: dict[int, list[Count]] = defaultdict(list)
        carried: dict[int, Claim] = {}
        for sentence in self._article.sentences if claims else ():
            for found in self.found(sentence.index):
                count = self._count(sentence, found, RULE_SCORE)
                span = count.evidence.span
                if count.aggregate or _inside(span, said) or any((span.field, at) in known for at in _characters(span)):
                    continue
                owner = _governing(found, sentence, by_sentence[sentence.index])
                if owner is None and (owner := self._told_before(found, sentence, by_sentence, carried)) is not None:
                    carried[sentence.index] = owner
                if owner is not None:
                    missed[owner.index].append(count)
        return missed

    def _told_before(
        self,
        found: FoundCount,
        sentence: Sentence,
        by_sentence: Mapping[int, Sequence[Claim]],
        carried: Mapping[int, Claim],
    ) -> Claim | None:
        """The claim that a toll in a sentence of its own belongs to: the surest of the sentence before, or what its toll is of.

        None where the sentence looks back at something else, or names a place that no sentence before it does.
        """
        told = " ".join(one.text for one in self._article.sentences[: sentence.index])
        if is_background(sentence.text) or any(name not in told for name in _PLACE.findall(_clause(sentence.text, found))):
            return None
        before = [claim for claim in by_sentence.get(sentence.index - 1, ()) if _may_have_told(claim, found.kind)]
        if before:
            return max(before, key=lambda claim: claim.confidence)
        carrier = carried.get(sentence.index - 1)
        return carrier if carrier is not None and can_have(carrier.type, found.kind) else None

    def found(self, index: int) -> list[FoundCount]:
        """Return the tolls that the rules find in a sentence; bare figures are of the kind last told before it."""
        if index not in self._found:
            text = self._article.sentences[index].text
            counts = find_counts(text)
            before = (
                [] if counts else [count.kind for at in range(max(0, index - FIGURE_REACH), index) for count in self.found(at)]
            )
            self._found[index] = find_figures(text, before[-1]) if before else counts
        return self._found[index]

    def _count(self, sentence: Sentence, found: FoundCount, score: float) -> Count:
        return Count(
            kind=found.kind,
            low=found.number.low,
            best=found.number.best,
            high=found.number.high,
            evidence=self._evidence(sentence, found.start, found.end),
            who=found.who,
            subgroup=found.subgroup,
            aggregate=is_aggregate(sentence.text),
            score=round(score, 4),
        )

    def _evidence(self, sentence: Sentence, start: int, end: int) -> Evidence:
        span = Span(start=sentence.span.start + start, end=sentence.span.start + end, field=sentence.span.field)
        return self._article.evidence(span)


def _floor(sentence: str, span: tuple[int, int]) -> float:
    return DOUBTFUL_FLOOR if doubtful(sentence, *span) else READER_FLOOR


def can_have(type_: EventType, kind: TollKind) -> bool:
    """Whether an event of a type can have a toll of a kind."""
    return type_ in _CAPABLE[kind]


def _speakers(claims: Sequence[Claim]) -> list[Span]:
    """The spans of those who say so."""
    chains = [chain for claim in claims for chain in claim.attributions]
    return [one.span for chain in chains for one in chain.evidence if one.quote in (chain.speaker, *chain.via)]


def _inside(span: Span, wider: Sequence[Span]) -> bool:
    return any(one.field == span.field and one.start <= span.start and span.end <= one.end for one in wider)


def _characters(span: Span) -> range:
    return range(span.start, span.end)


def _governs(claim: Claim, sentence: Sentence, found: FoundCount) -> bool:
    return claim.anchor.span.start <= sentence.span.start + found.predicate_start < claim.anchor.span.end


def _clauses_between(claim: Claim, sentence: Sentence, found: FoundCount) -> int:
    """Count the joints of clauses (";", ", and", "while", "after") between a claim's anchor and the word that tells a toll."""
    anchor, told = claim.anchor.span.start - sentence.span.start, found.predicate_start
    return clause_joints(sentence.text[min(anchor, told) : max(anchor, told)])


def _governing(found: FoundCount, sentence: Sentence, claims: Sequence[Claim]) -> Claim | None:
    """The claim whose anchor is the word that governs the number, else the nearest that can have such a toll."""

    def rank(claim: Claim) -> tuple[bool, int, bool, bool, int]:
        offset = claim.anchor.span.start - sentence.span.start - found.predicate_start
        clauses = _clauses_between(claim, sentence, found)
        suffered = claim.type in SUFFERED or found.kind not in _HARMS
        return not _governs(claim, sentence, found), clauses, not suffered, clauses > 0 and offset > 0, abs(offset)

    return min((claim for claim in claims if can_have(claim.type, found.kind)), key=rank, default=None)


def _clause(sentence: str, found: FoundCount) -> str:
    """The words from a number or its verb to the next comma, and those that open the sentence."""
    start = min(found.start, found.predicate_start)
    return sentence[: sentence.find(",") + 1] + sentence[start:].partition(",")[0]


def _may_have_told(claim: Claim, kind: TollKind) -> bool:
    harmful = kind not in _HARMS or claim.type in SUFFERED
    return can_have(claim.type, kind) and harmful and not claim.weak and claim.status is Status.HAPPENED
