"""Stance: who says so, through whom, and how surely.

:func:`build_attributions` turns the reader's source and cue spans of one sentence into speaker chains;
:func:`find_speakers` finds such spans by words of saying when the reader gives none; :func:`certainty` sums them up.
docs/counts.md lists the rules ("Who says so"); the words are in ``stance.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from dateline.claims.numerals import phrase_at, tokenize
from dateline.claims.speakers import (
    PASSING,
    Place,
    cue_phrases,
    find_speakers,
    hedge_phrases,
    in_order,
    phrase_right,
    speaker_kind,
    stance_words,
)
from dateline.model import Certainty, SpeakerKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Attributed", "Chain", "build_attributions", "certainty", "find_speakers", "speaker_kind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who says so, in one sentence.

    Attributes:
        speaker: The nearest to the facts ("Residents"), or None when the sentence only hedges.
        via: Those who passed it on, nearest first ("Reuters").
        cue: The word of saying ("told"), or None.
        hedges: Words that weaken the claim ("reportedly"), in reading order.
        spans: Characters of speaker, via, cue and hedges in the sentence, in reading order.
    """

    speaker: str | None
    speaker_kind: SpeakerKind = SpeakerKind.UNKNOWN
    via: tuple[str, ...] = ()
    cue: str | None = None
    hedges: tuple[str, ...] = ()
    spans: tuple[Place, ...] = ()


class Attributed(Protocol):
    """What :func:`certainty` reads of a chain; ``model.Attribution`` has it too."""

    @property
    def speaker(self) -> str | None:
        """The speaker, or None."""

    @property
    def cue(self) -> str | None:
        """The word of saying, or None."""

    @property
    def hedges(self) -> tuple[str, ...]:
        """Words that weaken the claim."""


# --- chains -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Speaker:
    place: Place
    text: str
    kind: SpeakerKind
    cue: Place | None = None
    cue_kind: str = ""


def build_attributions(sentence: str, sources: Sequence[Place], cues: Sequence[Place]) -> list[Chain]:
    """Build the speaker chains of one sentence from the reader's spans.

    Args:
        sentence: The sentence.
        sources: Characters of the quoted sources.
        cues: Characters of the words of saying and hedging.

    Returns:
        One chain for each speaker, in reading order; a chain without a speaker when the sentence only hedges; none when it
        is the outlet's own voice.
    """
    saying, hedges = _sorted_cues(sentence, cues)
    speakers = [
        _Speaker(place=place, text=sentence[slice(*place)], kind=speaker_kind(sentence[slice(*place)]))
        for place in in_order(sources)
    ]
    for speaker in speakers:
        _attach(sentence, speaker, saying)
    used = {speaker.cue for speaker in speakers}
    hedges += [(start, end, word) for start, end, word in saying if (start, end) not in used and word in _doubtful()]
    weak = tuple(dict.fromkeys(sentence[start:end] for start, end, _ in sorted(hedges)))
    hedge_places = [(start, end) for start, end, _ in hedges]
    chains = _chained(sentence, speakers, weak, hedge_places)
    if not chains and weak:
        chains = [Chain(speaker=None, hedges=weak, spans=tuple(sorted(hedge_places)))]
    if not chains and saying and any(_says(word) for _, _, word in saying):
        start, end, _ = next(cue for cue in saying if _says(cue[2]))
        chains = [Chain(speaker=None, cue=sentence[start:end], spans=((start, end),))]
    return chains


def certainty(chains: Iterable[Attributed], status: Status = Status.HAPPENED) -> Certainty:
    """Return how surely a claim is told.

    Args:
        chains: Its speaker chains (chains of this module or ``model.Attribution``).
        status: Its status; a denied event is disputed.

    Returns:
        ``disputed`` when someone denies it, ``suspected`` when a word of doubt weakens it, ``attributed`` when someone says it,
        ``asserted`` in the outlet's own voice.
    """
    chains = list(chains)
    words = [chain.cue.lower() for chain in chains if chain.cue]
    if status is Status.DENIED or any(_holds(word, "deny") for word in words):
        return Certainty.DISPUTED
    if any(
        hedge.lower() in _doubtful() or hedge.lower().split()[-1] in _doubtful() for chain in chains for hedge in chain.hedges
    ):
        return Certainty.SUSPECTED
    return Certainty.ATTRIBUTED if any(chain.speaker for chain in chains) or words else Certainty.ASSERTED


@cache
def _doubtful() -> frozenset[str]:
    return frozenset(stance_words()["hedges"]["doubtful"])


def _holds(words: str, *names: str) -> bool:
    """Tell whether a cue holds one of the expressions of some lists."""
    tokens = tokenize(words)
    return any(phrase_at(tokens, at, cue_phrases(*names)) for at in range(len(tokens)))


def _says(words: str) -> bool:
    return _holds(words, "say", "tell", "deny", "accuse", "saying", "before", "cite")


def _sorted_cues(sentence: str, cues: Sequence[Place]) -> tuple[list[tuple[int, int, str]], list[tuple[int, int, str]]]:
    """Part the cues into words of saying and words of doubt."""
    saying: list[tuple[int, int, str]] = []
    hedges: list[tuple[int, int, str]] = []
    for start, end in in_order(cues):
        word = sentence[start:end].lower()
        tokens = tokenize(word)
        doubt = any(phrase_at(tokens, at, hedge_phrases()) for at in range(len(tokens)))
        (hedges if doubt and not (_says(word) and word not in _doubtful()) else saying).append((start, end, word))
    return saying, hedges


def _attach(sentence: str, speaker: _Speaker, cues: Sequence[tuple[int, int, str]]) -> None:
    """Find the word of saying that belongs to a speaker: the nearest in its clause, or the words around it."""
    best, least = None, 10_000
    for start, end, word in cues:
        gap = start - speaker.place[1] if start >= speaker.place[1] else speaker.place[0] - end
        between = sentence[min(speaker.place[1], end) : max(speaker.place[0], start)]
        cost = gap + 200 * between.count(";") + (0 if start >= speaker.place[1] else 8) + 60 * (not _says(word))
        if gap >= -1 and cost < least and gap < 160:
            best, least = (start, end), cost
    around = _around(sentence, speaker.place)
    if around is not None and (best is None or around[1] in {"cite", "by", "told", "before"}):
        speaker.cue, speaker.cue_kind = around
    elif best is not None:
        speaker.cue = best
        speaker.cue_kind = "deny" if _holds(sentence[slice(*best)], "deny") else "say"


def _around(sentence: str, place: Place) -> tuple[Place, str] | None:
    """Read the words right before and after a speaker: "told X", "citing X", "quoted by X", "according to X", "X said"."""
    tokens = tokenize(sentence)
    first = next((i for i, token in enumerate(tokens) if token.end > place[0]), len(tokens))
    last = next((i for i, token in enumerate(tokens) if token.start >= place[1]), len(tokens))
    for kind, names in (
        ("by", ("by",)),
        ("by", ("accused_by",)),
        ("before", ("before",)),
        ("cite", ("cite",)),
        ("told", ("tell",)),
    ):
        for taken in range(min(5, first), 0, -1):
            if phrase_at(tokens[first - taken : first], 0, cue_phrases(*names)) == taken:
                name = "say" if names == ("accused_by",) else kind
                return (tokens[first - taken].start, tokens[first - 1].end), name
    for i in range(last, min(last + 3, len(tokens))):
        taken = phrase_at(tokens, i, cue_phrases("tell", "say", "deny", "accuse"))
        if taken:
            return (tokens[i].start, tokens[i + taken - 1].end), "deny" if phrase_at(tokens, i, cue_phrases("deny")) else "say"
    return None


def _chained(sentence: str, speakers: list[_Speaker], hedges: tuple[str, ...], hedge_places: Sequence[Place]) -> list[Chain]:
    """Sort speakers into those who know and those who pass on."""
    speakers = [one for one in speakers if not (one.cue_kind == "told" and _anybody(one.text or ""))] or speakers
    passing = [speaker for speaker in speakers if _passes(sentence, speaker, speakers)]
    knowing = [speaker for speaker in speakers if speaker not in passing]
    if not knowing:
        knowing, passing = passing[:1], passing[1:]
    chains = []
    for speaker in knowing:
        via = [other for other in passing if _same_statement(sentence, speaker.place, other.place)]
        names = [other.text for other in via]
        if (listener := _listener(sentence, speaker)) is not None and sentence[slice(*listener)] not in names:
            names.insert(0, sentence[slice(*listener)])
        else:
            listener = None
        places = [speaker.place, *(other.place for other in via), *hedge_places]
        places += [place for place in (speaker.cue, listener) if place is not None]
        chains.append(
            Chain(
                speaker=speaker.text,
                speaker_kind=speaker.kind,
                via=tuple(dict.fromkeys(names)),
                cue=sentence[slice(*speaker.cue)] if speaker.cue is not None else None,
                hedges=hedges,
                spans=tuple(sorted(set(places))),
            )
        )
    return chains


def _passes(sentence: str, speaker: _Speaker, speakers: Sequence[_Speaker]) -> bool:
    """Tell whether a source only passes on what another in the same statement says."""
    if speaker.cue_kind in {"told", "by"}:
        return True
    if speaker.cue_kind == "cite":
        return False
    others = [other for other in speakers if other is not speaker and _same_statement(sentence, speaker.place, other.place)]
    if any(other.cue_kind == "cite" and other.place[0] > speaker.place[0] for other in others):
        return True
    if speaker.cue_kind == "before":
        return any(
            other.cue_kind in {"say", "deny"} and other.place[0] > speaker.place[1] and other.kind is not SpeakerKind.AGENCY
            for other in others
        )
    return speaker.kind in PASSING and any(other.kind not in PASSING and other.cue is not None for other in others)


def _same_statement(sentence: str, one: Place, other: Place) -> bool:
    """Tell whether two speakers stand in one statement, not in two set against each other (";", "but", "while")."""
    between = sentence[min(one[1], other[1]) : max(one[0], other[0])].lower()
    return not any(mark in between for mark in (";", ", but ", ", while ", ", and ", " whereas ", " although ", " though "))


def _listener(sentence: str, speaker: _Speaker) -> Place | None:
    """Return the agency or outlet that a speaker told: "told Reuters"."""
    if speaker.cue is None or not _holds(sentence[slice(*speaker.cue)], "tell"):
        return None
    tokens = tokenize(sentence)
    first = next((i for i, token in enumerate(tokens) if token.start >= speaker.cue[1]), len(tokens))
    last = phrase_right(tokens, first, 6)
    if last <= first:
        return None
    place = tokens[first].start, tokens[last - 1].end
    words = sentence[slice(*place)]
    return place if speaker_kind(words) in PASSING and not _anybody(words) else None


def _anybody(words: str) -> bool:
    """Tell whether those who were told are no outlet that one could name: "reporters"."""
    return words.lower() in stance_words()["listeners"]["any"]
