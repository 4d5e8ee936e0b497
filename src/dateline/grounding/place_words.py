"""The vocabulary of places, and words of a text as place names need them.

The vocabulary is data: ``packs/place_words.toml`` and ``packs/ordinary_words.txt``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dateline import knowledge
from dateline.grounding.gazetteer import Candidate, Gazetteer, Match, PlaceKind, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_WORDS = 6
"""Longest place name that is looked for, in words."""

POINTS = r"north(?:[- ]?(?:east|west))?|south(?:[- ]?(?:east|west))?|east|west"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSpot:
    """A place name found in a text.

    Attributes:
        text: The name as it stands there, without possessive.
        start, end: Half-open character offsets.
        actor: Whether it stands for a government or an army ("Baghdad said"), which tells less of where things happen.
        aside: Whether it only helps to find another place ("80 km south of Tripoli").
        listed: Whether the gazetteer knows the name.
        heard: Whether it is a place only if the gazetteer has one that sounds like it where the report's other places lie.
        kinds: The kinds that a noun beside it allows ("Nineveh province"), or empty.
    """

    text: str
    start: int
    end: int
    actor: bool = False
    aside: bool = False
    listed: bool = True
    heard: bool = False
    kinds: frozenset[PlaceKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWords:
    """The vocabulary of ``packs/place_words.toml``, by what a word does beside a name."""

    kinds: dict[str, frozenset[PlaceKind]]
    definite: dict[str, str]
    venues: frozenset[str]
    after: frozenset[str]
    before: frozenset[str]
    prepositions: frozenset[str]
    sayers: frozenset[str]
    titles: frozenset[str]
    connectors: frozenset[str]
    never: frozenset[str]
    bodies: frozenset[str]
    brands: frozenset[str]
    prefixes: frozenset[str]
    name_links: frozenset[str]
    roads: frozenset[str]
    sides: frozenset[str]
    provinces_second: frozenset[str]
    peoples: frozenset[str]
    given: frozenset[str]
    ordinary: frozenset[str]
    bearings: dict[str, float]


@cache
def place_words() -> PlaceWords:
    """Return the vocabulary, read once."""
    with knowledge.pack_file("place_words.toml").open("rb") as file:
        table = tomllib.load(file)
    sets = {field: frozenset(text.split()) for field, text in table["words"].items()}
    kinds: dict[str, frozenset[PlaceKind]] = {}
    for kind, text in table["kinds"].items():
        for word in text.split():
            kinds[word] = kinds.get(word, frozenset()) | {PlaceKind(kind)}
    definite: dict[str, str] = {}
    for kind, text in table["definite"].items():
        for word in text.split():
            definite.setdefault(word, kind)
    return PlaceWords(
        kinds=kinds,
        definite=definite,
        sides=frozenset(table["sides"]["words"].split()),
        provinces_second=frozenset(table["provinces"]["second"].split()),
        peoples=_read_peoples(),
        given=frozenset(table["people"]["given"].split()),
        ordinary=frozenset(knowledge.pack_file("ordinary_words.txt").read_text(encoding="utf-8").split()),
        bearings={word: float(degrees) for word, degrees in table["bearings"].items()},
        **sets,
    )


def _read_peoples() -> frozenset[str]:
    """Peoples and followers of religions, in lower case and the singular, from the words of parties: "yazidi"."""
    with knowledge.pack_file("actor_words.toml").open("rb") as file:
        return frozenset(name.lower() for name in tomllib.load(file)["peoples"]["names"])


def is_people(word: str) -> bool:
    """Whether a word in lower case is the plural of a people ("yazidis", "kurds") and so no name of a place."""
    return word.endswith("s") and word.removesuffix("s") in place_words().peoples


@cache
def plain_words() -> frozenset[str]:
    """Words that do not begin a name in a place phrase."""
    words = place_words()
    return words.ordinary | words.before | words.venues | words.definite.keys() | words.kinds.keys() | words.prepositions


STREETS = frozenset(
    {"road", "street", "avenue", "boulevard", "lane", "square", "park", "building", "hotel", "drive", "court", "tower"}
)
"""What is often called after some other place: "Deerpark Road" is not in Deer Park."""


# --- tokens --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Token:
    """A word of a text: without possessive, with its offsets, and whether one blank parts it from the word before."""

    text: str
    start: int
    end: int
    possessive: bool
    lower: str
    capital: bool
    joined: bool


_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_](?:[\w'\u2019\u2018\u02bb-]*\w)?'?")
_POSSESSIVE = re.compile(r"(?:['\u2019]s|(?<=s)['\u2019])$", re.IGNORECASE)
_ARTICLE_NAME = re.compile(r"^(?i:al|el|ul|as|ad|ar|az|an|at|ash|adh|ath|ed|es|et|ez|er|en|l|d|t)(?:-|['\u2019](?!s$))[^\W\d_]")


def tokenise(text: str) -> list[Token]:
    """Cut a text into words; "al-Bab" and "U.S." are one word each."""
    tokens: list[Token] = []
    at = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        word = found.group().rstrip("'")
        bare = word if word.isalnum() else _POSSESSIVE.sub("", word)
        lower = bare.lower()
        capital = bare[:1].isupper() or (bare != lower and _ARTICLE_NAME.match(bare) is not None)
        joined = _joined(tokens[-1].lower if tokens else "", text[at:start])
        tokens.append(Token(bare, start, start + len(bare), bare != word, lower, capital, joined))
        at = end
    return tokens


def _joined(before: str, gap: str) -> bool:
    """Whether a gap joins two words of one phrase: a blank, or the full stop of "St. Marc" and a blank."""
    return gap in {" ", "\u00a0"} or (gap == ". " and before in {"st", "ste", "mt", "ft"})


def is_capitals(text: str) -> bool:
    """Whether a text is written in capitals throughout, as wire copy once was."""
    letters = sum(map(str.isalpha, text))
    return letters >= 8 and sum(map(str.isupper, text)) > 0.8 * letters


def known_runs(tokens: Sequence[Token], gazetteer: Gazetteer, text: str, *, capitals: bool) -> Iterator[tuple[int, int]]:
    """Yield the longest known names as half-open token ranges, from left to right."""
    i, connectors = 0, place_words().connectors
    while i < len(tokens):
        reach = _reach(tokens, i, connectors, capitals=capitals)
        for end in range(reach, i, -1):
            last = tokens[end - 1]
            if last.capital and gazetteer.known(fold(text[tokens[i].start : last.end])):
                yield i, end
                i = end - 1
                break
        i += 1


def _reach(tokens: Sequence[Token], i: int, connectors: frozenset[str], *, capitals: bool) -> int:
    """Return how far a name that starts at a token could go."""
    if not tokens[i].capital:
        return i
    end = i + 1
    while end < len(tokens) and end - i < MAX_WORDS and tokens[end].joined and not tokens[end - 1].possessive:
        if not (tokens[end].capital or (tokens[end].lower in connectors and not capitals)):
            break
        end += 1
    return end


def is_weighty(candidate: Candidate) -> bool:
    """Whether a place is well known enough to be meant without anything around that says so."""
    if candidate.match is Match.SOUND:
        return False
    if candidate.wide or candidate.geoname_id is None:
        return True
    return candidate.population >= (20_000 if candidate.match is Match.NAME else 100_000) or candidate.seat in {1, 2}


def is_acronym(tokens: Sequence[Token], i: int, gazetteer: Gazetteer) -> bool:
    """Whether a short word in capitals among others is none of the few that mean a country or a division ("BIR" is no town)."""
    name = tokens[i].text
    if not name.isupper() or sum(map(str.isalpha, name)) > 5 or all(token.text.isupper() for token in tokens):
        return False
    return not any(candidate.wide for candidate in gazetteer.candidates(name))


def noun_kinds(tokens: Sequence[Token], i: int, end: int) -> frozenset[PlaceKind]:
    """Return the kinds that a noun beside a name allows: "Nineveh province", "the city of Mosul", "Mount Sinjar"; else none."""
    words = place_words()
    if (
        end < len(tokens)
        and tokens[end].joined
        and not tokens[end - 1].possessive
        and (found := words.kinds.get(tokens[end].lower))
    ):
        return found
    k = i - 1
    while k >= 0 and tokens[k].lower in {"of", "the", "in"} and k > i - 3:
        k -= 1
    if k >= 0 and k < i - 1 and tokens[i - 1].lower in {"of", "the"} and (found := words.kinds.get(tokens[k].lower)):
        return found
    return frozenset()
