"""Speakers: what sort of source a phrase names, and who is quoted in a sentence, found by words of saying.

The words are in ``stance.toml``; docs/counts.md lists the rules ("Who says so").
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.claims.lexicon import is_person
from dateline.claims.numerals import Token, index_phrases, phrase_at, tokenize, words_of
from dateline.model import SpeakerKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Place = tuple[int, int]
"""Characters of a sentence, half open."""

PASSING = frozenset({SpeakerKind.AGENCY, SpeakerKind.MEDIA})
"""The sorts of source that pass on what others say."""

PRONOUNS = frozenset({"he", "she", "they", "it", "we"})
"""Speakers that stand for one named before."""

_DATA = Path(__file__).with_name("stance.toml")
_ORDER = (
    SpeakerKind.HOSPITAL,
    SpeakerKind.NGO,
    SpeakerKind.AGENCY,
    SpeakerKind.BELLIGERENT,
    SpeakerKind.MEDIA,
    SpeakerKind.OFFICIAL,
    SpeakerKind.WITNESS,
    SpeakerKind.ANONYMOUS,
)
_SUBJECT = 4  # tokens among which the subject of a sentence begins
_NEAR = 14  # tokens that the phrase of a speaker may take


@cache
def stance_words() -> Mapping[str, Any]:
    """Return the words of saying and doubt and the sorts of speakers (``stance.toml``)."""
    with _DATA.open("rb") as file:
        return tomllib.load(file)


@cache
def cue_phrases(*names: str) -> dict[str, Any]:
    """Return some lists of cues as a tree for :func:`dateline.claims.numerals.phrase_at`."""
    return index_phrases(phrase for name in names for phrase in stance_words()["cues"][name])


@cache
def hedge_phrases() -> dict[str, Any]:
    """Return the words of doubt as a tree."""
    return index_phrases(stance_words()["hedges"]["words"])


@cache
def _kind_phrases(name: str) -> dict[str, Any]:
    return index_phrases(stance_words()["kinds"][name])


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(stance_words()["grammar"][name])


def in_order(places: Iterable[Place]) -> list[Place]:
    """Return places in reading order; of two that overlap, the longer."""
    kept: list[Place] = []
    for place in sorted(set(places), key=lambda p: (p[0], -p[1])):
        if not kept or place[0] >= kept[-1][1]:
            kept.append(place)
    return kept


# --- what sort of speaker -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def speaker_kind(phrase: str) -> SpeakerKind:
    """Return what sort of source a phrase names ("a hospital official": hospital).

    The core of the phrase decides ("residents" in "residents of the army quarter"), unless it is a word such as "spokesman"
    that every side has; then the rest does ("a spokesman for the rebels": belligerent).
    """
    tokens = tokenize(phrase)
    core = _core(tokens)
    weak = frozenset(stance_words()["kinds"]["weak"])
    for part, skipped in ((core, weak), (tokens, weak), (core, frozenset()), (tokens, frozenset())):
        kind = _match(part, skipped)
        if kind is not SpeakerKind.UNKNOWN:
            return kind
    return SpeakerKind.UNKNOWN


def _core(tokens: Sequence[Token]) -> Sequence[Token]:
    start = 0
    while start < len(tokens) and tokens[start].text in {
        "the",
        "a",
        "an",
        "one",
        "of",
        "two",
        "some",
        "several",
        "their",
        "his",
        "its",
        "other",
    }:
        start += 1
    for i in range(start + 1, len(tokens)):
        if tokens[i].text in _set("core_ends") or (tokens[i].text == "and" and i > start + 1):
            return tokens[:i]
    return tokens


def _match(tokens: Sequence[Token], skipped: frozenset[str]) -> SpeakerKind:
    """Return the kind whose words stand among the tokens; names of several words go before single words."""
    single: SpeakerKind | None = None
    for kind in _ORDER:
        phrases = _kind_phrases(kind.value)
        for at in range(len(tokens)):
            taken = phrase_at(tokens, at, phrases)
            if taken > 1:
                return kind
            if taken and single is None and tokens[at].text not in skipped and _is_name(tokens, at):
                single = kind
    if single is not None:
        return single
    bare = [token for token in tokens if token.text not in {"the", "government", "of"}]
    return SpeakerKind.OFFICIAL if bare and phrase_at(bare, 0, _kind_phrases("places")) == len(bare) else SpeakerKind.UNKNOWN


def _is_name(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a short word that is also an acronym stands for it: "IS", not "is"."""
    token = tokens[at]
    return (
        token.capital
        or len(token.text) > 3
        or token.text in {"tv", "man", "men", "son", "boy", "nun", "gang"}
        or not token.text.isalpha()
    )


def may_mean(pronoun: str, phrase: str) -> bool:
    """Tell whether a pronoun that speaks may stand for a phrase: "he" for a person, "it" for a body, "they" for several."""
    tokens = _core(tokenize(phrase))
    while tokens and not tokens[-1].text[0].isalpha():
        tokens = tokens[:-1]
    if not tokens or phrase.lower() in PRONOUNS or speaker_kind(phrase) in PASSING:
        return False
    head = tokens[-1]
    named = head.capital and len(tokens) > 1
    titled = any(is_person(token.text) or token.text in _set("titles") for token in tokens[:-1])
    full = all(token.capital for token in tokens) and speaker_kind(phrase) is SpeakerKind.UNKNOWN
    person = (named and (titled or full)) or (not named and is_person(head.text))
    several = person and not named and (head.text.endswith("s") or head.text in words_of("people", "plurals"))
    if pronoun in {"he", "she"}:
        return person and not several
    return several or (head.text in _set("bodies_of_people")) if pronoun in {"they", "we"} else not person


def titled_person(sentence: str) -> Place | None:
    """Return the characters of a person named with a title who stands where a subject does ("Mr Whitelaw"), or None."""
    tokens = tokenize(sentence)
    for at, token in enumerate(tokens[:_SUBJECT]):
        if not token.capital or token.text not in _set("titles"):
            continue
        last = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].text == ".")
        end = last
        while end < len(tokens) and tokens[end].capital:
            end += 1
        if end > last:
            return token.start, tokens[end - 1].end
    return None


def speakers_at(sentence: str, cue: Place) -> list[Place]:
    """Return the characters of those who speak by a plain word of saying ("said", "according to").

    Words that tell of other things too ("called", "found"), of blame or of denial name none: their subject is often no source
    but a party to what is told.

    Args:
        sentence: The sentence.
        cue: Characters of the word of saying.
    """
    tokens = tokenize(sentence)
    for at, token in enumerate(tokens):
        if not (cue[0] <= token.start < cue[1]) or phrase_at(tokens, at, cue_phrases("accuse", "deny", "accused_by")):
            continue
        if at and tokens[at - 1].text in words_of("grammar", "determiner"):
            continue  # "an alleged bomb-maker"
        if phrase_at(tokens, at, cue_phrases("weak")) and [one.text for one in tokens[at + 1 : at + 2]] != ["that"]:
            continue
        if not phrase_at(tokens, at, cue_phrases("say", "tell", "before")):
            continue
        found = _speech(tokens, at)
        if found is not None:
            return [(tokens[first].start, tokens[last - 1].end) for first, last in found[1] if _is_phrase(tokens[first:last])]
    return []


def _is_phrase(tokens: Sequence[Token]) -> bool:
    """Tell whether words are one noun phrase, and no stretch of a sentence."""
    ends = _set("phrase_ends") | _set("clause_ends") | {"to", "who", "whom"}
    speech = any(phrase_at(tokens, at, cue_phrases("tell", "deny", "accuse")) for at in range(len(tokens)))
    return (
        len(tokens) <= _NEAR and tokens[0].text[0].isalpha() and not speech and not any(token.text in ends for token in tokens)
    )


# --- speakers without the reader ----------------------------------------------------------------------------------------


def find_speakers(sentence: str) -> tuple[list[Place], list[Place]]:
    """Find who is quoted in a sentence by its words of saying.

    Returns:
        Characters of the sources and of the cues (words of saying and hedges), each in reading order.
    """
    tokens = tokenize(sentence)
    sources: list[Place] = []
    cues: list[Place] = []
    at = 0
    while at < len(tokens):
        if tokens[at].text not in _openers():
            at += 1
            continue
        found = _speech(tokens, at)
        if found is None:
            at += max(_hedge(tokens, at, cues), 1)
            continue
        taken, spans = found
        if spans:
            cues.append((tokens[at].start, tokens[at + taken - 1].end))
            sources += [(tokens[first].start, tokens[last - 1].end) for first, last in spans]
        else:
            _hedge(tokens, at, cues)
        at += taken
    return in_order(sources), in_order(cues)


@cache
def _openers() -> frozenset[str]:
    """Return the words at which an expression of saying or doubt can begin."""
    cues = stance_words()["cues"]
    return frozenset(cue_phrases(*cues)) | frozenset(hedge_phrases())


def _hedge(tokens: Sequence[Token], at: int, cues: list[Place]) -> int:
    taken = phrase_at(tokens, at, hedge_phrases())
    if taken:
        cues.append((tokens[at].start, tokens[at + taken - 1].end))
    return taken


def _speech(tokens: Sequence[Token], at: int) -> tuple[int, list[tuple[int, int]]] | None:
    """Read a word of saying: how many tokens it takes, and the tokens of its speakers."""
    for names in (("before",), ("accused_by",), ("by",), ("cite",)):
        if taken := phrase_at(tokens, at, cue_phrases(*names)):
            last = phrase_right(tokens, at + taken, 12)
            spans = [(at + taken, last)] if last > at + taken else []
            if names == ("cite",) and (left := _phrase_left(tokens, at, weak=False)) is not None:
                spans.insert(0, left)
            return taken, spans
    taken = phrase_at(tokens, at, cue_phrases("say", "tell", "deny", "accuse"))
    if not taken or _nominal(tokens, at):
        return None
    that = [token.text for token in tokens[at + taken : at + taken + 1]] == ["that"]
    weak = not that and phrase_at(tokens, at, cue_phrases("weak")) == taken
    left = _phrase_left(tokens, at, weak=weak)
    spans = [left] if left is not None else []
    right = phrase_right(tokens, at + taken, 12)
    if left is None and _inverted(tokens, at) and right > at + taken:
        spans.append((at + taken, right))
    if (
        left is not None
        and phrase_at(tokens, at, cue_phrases("tell"))
        and _match(tokens[at + taken : right], frozenset()) in PASSING
    ):
        spans.append((at + taken, right))
    return taken, spans


def _inverted(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word of saying comes before its speaker: '..., said the mayor'."""
    if at == 0 or tokens[at].text not in {
        "said",
        "says",
        "reported",
        "added",
        "wrote",
        "explained",
        "warned",
        "insisted",
        "recalled",
    }:
        return False
    return tokens[at - 1].text in {",", '"', "”", "'", "’"}  # noqa: RUF001


def phrase_right(tokens: Sequence[Token], at: int, most: int) -> int:
    """Return the token after a noun phrase that begins at a token."""
    last = at
    while last < min(len(tokens), at + most):
        word = tokens[last].text
        speech = phrase_at(tokens, last, cue_phrases("say", "tell", "deny", "saying", "cite"))
        if word in _set("phrase_ends") or word in _set("clause_ends") or word in _set("stop_right") or (speech and last > at):
            break
        if last > at and word in {"in", "at", "by", "with", "to"} and not tokens[min(last + 1, len(tokens) - 1)].capital:
            break
        last += 1
    return last


def _phrase_left(tokens: Sequence[Token], at: int, *, weak: bool) -> tuple[int, int] | None:
    """Return the tokens of the noun phrase that ends before a word of saying, auxiliaries and adverbs stepped over.

    Args:
        tokens: The sentence.
        at: Index of the word of saying.
        weak: Whether that word needs a speaker of a known sort right before it ("put", "called").
    """
    last = at
    while last > 0 and (tokens[last - 1].text in _set("stepped_over") or _is_adverb(tokens[last - 1].text)):
        last -= 1
    if last > 1 and tokens[last - 1].text == ",":
        start = next((i for i in range(last - 2, max(last - 18, 0), -1) if tokens[i].text == ","), None)
        if start is None and not weak:
            return _opening_subject(tokens, last - 1)
        first = _walk_left(tokens, start) if start is not None and not weak else None
        return (first, last - 1) if first is not None and start is not None and first < start else None
    first = _walk_left(tokens, last)
    if first < last and _can_speak(tokens, first, last, weak=weak):
        return first, last
    return _before_relative(tokens, last) if not weak else None


def _opening_subject(tokens: Sequence[Token], last: int) -> tuple[int, int] | None:
    """Read "A statement after an emergency meeting, said": the head of a subject that a stray comma parts from its verb."""
    ends = _set("core_ends") | _set("phrase_ends") | _set("clause_ends")
    end = next((i for i in range(1, last) if tokens[i].text in ends), last)
    speech = any(phrase_at(tokens, i, cue_phrases("say", "tell", "deny", "accuse")) for i in range(1, end))
    return (0, end) if not speech and last - end <= _NEAR and _can_speak(tokens, 0, end, weak=False) else None


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in {"family", "daily", "weekly", "italy", "assembly", "ally", "july"}


def _before_relative(tokens: Sequence[Token], last: int) -> tuple[int, int] | None:
    """Read "an officer who asked not to be named told": the speaker before a relative clause."""
    for i in range(last - 2, max(last - 14, 0), -1):
        if tokens[i].text in _set("clause_ends") or tokens[i].text in {".", "that", "when", "after"}:
            return None
        if tokens[i].text == "who":
            end = i - 1 if tokens[i - 1].text == "," else i
            first = _walk_left(tokens, end)
            return (first, end) if first < end and _match(tokens[first:end], frozenset()) is not SpeakerKind.UNKNOWN else None
    return None


def _walk_left(tokens: Sequence[Token], last: int) -> int:
    """Return the first token of the noun phrase that ends before a token."""
    first = last
    while first > 0 and last - first < _NEAR:
        word = tokens[first - 1].text
        if word in {")", "]"} and first > 3 and tokens[first - 3].text in {"(", "["}:
            first -= 3  # an acronym: "the Rapid Support Forces (RSF)"
            continue
        speech = phrase_at(tokens, first - 1, cue_phrases("say", "tell", "deny", "accuse"))
        if (
            word in _set("phrase_ends")
            or word in _set("clause_ends")
            or word in {",", ".", "who"}
            or (speech and not _nominal(tokens, first - 1))
        ):
            break
        if word == "and" and not _coordinates(tokens, first, last):
            break
        if word == "-" and (tokens[first - 1].start != tokens[max(first - 2, 0)].end):
            break
        first -= 1
    while first < last and tokens[first].text in {
        "and",
        "but",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "during",
        "of",
        "as",
        "to",
    }:
        first = _past_opening(tokens, first, last)
    return first


def _past_opening(tokens: Sequence[Token], first: int, last: int) -> int:
    """Step over an opening phrase of place or time: "In Baghdad police said", "On Monday the army said"."""
    if tokens[first].text in {"and", "but"}:
        return first + 1
    for i in range(first + 2, last):
        if tokens[i].text in {"the", "a", "an", "his", "their", "its"} or (
            i > first + 1 and not tokens[i].capital and tokens[i - 1].capital
        ):
            return i
    return last - 1 if last - first > 2 else last


def _nominal(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word of saying is a noun here: "a report", "the State Department"."""
    if tokens[at].text not in _set("nouns"):
        return False
    return tokens[at].capital or (at > 0 and tokens[at - 1].text in _set("before_nouns"))


def _coordinates(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether "and" before a token joins two speakers: "witnesses and medical staff said"."""
    before = tokens[first - 2] if first > 1 else None
    if before is None:
        return False
    kind = _match(tokens[first - 2 : first - 1], frozenset())
    return kind is not SpeakerKind.UNKNOWN and _match(tokens[first:last], frozenset()) is not SpeakerKind.UNKNOWN


def _can_speak(tokens: Sequence[Token], first: int, last: int, *, weak: bool) -> bool:
    """Tell whether a phrase can be a speaker: a pronoun, a name, a plain noun phrase, or a known sort of speaker."""
    if tokens[last - 1].text in _set("pronouns"):
        return True
    if _match(tokens[first:last], frozenset()) is not SpeakerKind.UNKNOWN:
        return True
    if weak or last - first > 6:
        return False
    return tokens[first].capital or tokens[first].text in {
        "the",
        "a",
        "an",
        "his",
        "her",
        "their",
        "its",
        "our",
        "another",
        "one",
        "two",
        "several",
    }
