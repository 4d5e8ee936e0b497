"""Voices: whose words a claim is in, where its own sentence does not say.

A quotation that goes on has the speaker that opened it; a witness heard right after an event speaks of it; "he said" is the
person last named as a speaker. docs/counts.md lists the rules ("Who says so").
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dateline.claims.speakers import PRONOUNS, Place, find_speakers, may_mean, speaker_kind, speakers_at, titled_person
from dateline.claims.stance import Chain, build_attributions, certainty
from dateline.claims.tolls import SUFFERED
from dateline.model import Article, Attribution, Claim, Evidence, Sentence, Span, SpeakerKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_ON_THE_SPOT = frozenset({SpeakerKind.WITNESS, SpeakerKind.HOSPITAL})
"""Speakers whose words, right after an event, are about it."""
_MARKS = re.compile(r"(?P<open>[“«]|(?<![^\s(\[—-])\"(?=\w))|(?P<close>[”»]|(?<=[\w.,!?…'’])\"(?!\w))")  # noqa: RUF001
_QUOTE_REACH = 3
"""How many sentences a quotation is followed; a lead-in without marks ("The minister said:") reaches the next one only."""
_ANTECEDENT_REACH = 3
"""How many sentences before a pronoun its speaker may be named."""


def attribution(article: Article, sentence: Sentence, chain: Chain) -> Attribution:
    """Return a sentence's chain as an article's attribution."""
    return Attribution(
        speaker=chain.speaker,
        speaker_kind=chain.speaker_kind,
        via=chain.via,
        cue=chain.cue,
        hedges=chain.hedges,
        evidence=tuple(
            article.evidence(Span(start=sentence.span.start + start, end=sentence.span.start + end, field=sentence.span.field))
            for start, end in chain.spans
        ),
    )


def subjects_of(sentence: str, cues: Sequence[Place]) -> list[Place]:
    """Return who speaks by the words of saying of a sentence, where the reader found these words only."""
    return [place for cue in cues for place in speakers_at(sentence, cue)]


def is_said(sentence: str, chain: Chain) -> bool:
    """Tell whether a chain shows that someone speaks: by a word of saying or of doubt, or as a heading ("VOICE OF X: ...")."""
    if chain.speaker is None or chain.cue is not None or chain.hedges:
        return True
    return any(sentence[end : end + 1] == ":" for _, end in chain.spans)


def give_voices(article: Article, claims: Sequence[Claim]) -> list[Claim]:
    """Add to claims the speakers that stand in other sentences, and put a name to speakers that are only pronouns."""
    voices = _Voices(article)
    following = voices.following(claims)
    given = []
    for claim in claims:
        attributions = claim.attributions
        if not any(one.speaker for one in attributions):
            attributions += tuple(voices.quoting(claim.sentence))
        attributions = tuple(voices.named(claim.sentence, one) for one in attributions)
        sureness = certainty(attributions, claim.status)
        attributions += tuple(following.get(claim.index, ()))
        given.append(replace(claim, attributions=attributions, certainty=sureness))
    return given


class _Voices:
    """Who speaks in each sentence of an article, by words of saying, and which quotation runs on into which."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._heard: dict[int, list[Attribution]] = {}

    def heard(self, index: int) -> list[Attribution]:
        """Return the speakers of a sentence, found without the reader."""
        if index not in self._heard:
            sentence = self._article.sentences[index]
            chains = build_attributions(sentence.text, *find_speakers(sentence.text))
            self._heard[index] = [attribution(self._article, sentence, chain) for chain in chains if chain.speaker]
        return self._heard[index]

    def following(self, claims: Sequence[Claim]) -> dict[int, list[Attribution]]:
        """Who speaks of an event in the sentence after it, where that sentence tells no event of its own.

        "The gunmen killed 12. Residents said the bodies were …": the residents speak of the killing. Returns the voices by
        index of the surest claim of the sentence before, of those that tell what people suffered if there are any.
        """
        told = {claim.sentence for claim in claims}
        voices: dict[int, list[Attribution]] = {}
        for index in sorted(told):
            if index + 1 in told or index + 1 >= len(self._article.sentences):
                continue
            heard = [one for one in self.heard(index + 1) if one.speaker_kind in _ON_THE_SPOT]
            if heard:
                beside = [claim for claim in claims if claim.sentence == index]
                surest = max(beside, key=lambda claim: (claim.type in SUFFERED, claim.confidence))
                voices[surest.index] = heard
        return voices

    @cached_property
    def _openers(self) -> dict[int, int]:
        """For each sentence inside a quotation that an earlier one opened, or led in with a colon, the earlier one's index."""
        openers: dict[int, int] = {}
        opened: int | None = None
        for sentence in self._article.sentences:
            before = sentence.index - 1
            if opened is not None and sentence.index - opened <= _QUOTE_REACH:
                openers[sentence.index] = opened
            elif before >= 0 and _goes_on(self._article.sentences[before].text, sentence.text):
                openers[sentence.index] = openers.get(before, before)
            opened = _left_open(sentence.text, sentence.index, opened)
        return openers

    def quoting(self, index: int) -> list[Attribution]:
        """Return who speaks in a sentence that goes on with a quotation begun before it."""
        if index not in self._openers:
            return []
        sentence = self._article.sentences[self._openers[index]]
        return [one for one in self.heard(sentence.index) if not _quoted(sentence, one)][-1:]

    def named(self, index: int, one: Attribution) -> Attribution:
        """Return an attribution with the name of a speaker who is only a pronoun; the pronoun stays in its evidence.

        The name is that of the last speaker before it whom it may mean, or of a person with a title who was the subject of a
        sentence before; none where there is neither.
        """
        pronoun = (one.speaker or "").lower()
        if pronoun not in PRONOUNS:
            return one
        stands = next(each.span.start for each in one.evidence if each.quote == one.speaker)
        for before in range(index, max(index - 1 - _ANTECEDENT_REACH, -1), -1):
            for other in reversed(self.heard(before)):
                name = next(each for each in other.evidence if each.quote == other.speaker)
                if (before < index or name.span.start < stands) and may_mean(pronoun, name.quote):
                    return replace(one, speaker=name.quote, speaker_kind=other.speaker_kind, evidence=_join(one.evidence, name))
            titled = self._titled(before) if pronoun in {"he", "she"} and before < index else None
            if titled is not None:
                return replace(
                    one, speaker=titled.quote, speaker_kind=speaker_kind(titled.quote), evidence=_join(one.evidence, titled)
                )
        return one

    def _titled(self, index: int) -> Evidence | None:
        sentence = self._article.sentences[index]
        place = titled_person(sentence.text)
        if place is None:
            return None
        start = sentence.span.start
        return self._article.evidence(Span(start=start + place[0], end=start + place[1], field=sentence.span.field))


def _quoted(sentence: Sentence, one: Attribution) -> bool:
    """Tell whether a speaker of a sentence stands inside a quotation himself ("“We heard shots")."""
    end = max(each.span.start for each in one.evidence) - sentence.span.start
    marks = [match.lastgroup for match in _MARKS.finditer(sentence.text, 0, end)]
    return bool(marks) and marks[-1] == "open"


def _goes_on(before: str, text: str) -> bool:
    """Tell whether a sentence goes on with what the one before it quotes or leads in with a colon."""
    if before.rstrip().endswith(":"):
        return True
    first = _MARKS.search(text)
    if first is None or _MARKS.search(before) is None:
        return False
    return first.lastgroup == "close" or (first.start() == 0 and not find_speakers(text)[0])


def _left_open(text: str, index: int, opened: int | None) -> int | None:
    """Return the sentence that opened the quotation which a sentence leaves open, or None."""
    marks = [match.lastgroup for match in _MARKS.finditer(text)]
    if not marks:
        return opened
    if marks[-1] == "close":
        return None
    return index if opened is None or "close" in marks else opened


def _join(first: tuple[Evidence, ...], more: Evidence) -> tuple[Evidence, ...]:
    return tuple(sorted(dict.fromkeys((*first, more)), key=lambda one: (one.span.field != "title", one.span)))
