"""Takes place phrases apart: "15 km north of Hit", "the Iraqi city of Mosul", "the city".

Nothing here decides which place is meant; ``places`` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dateline.grounding.gazetteer import Gazetteer, PlaceKind, fold
from dateline.grounding.place_words import (
    POINTS,
    STREETS,
    PlaceSpot,
    PlaceWords,
    Token,
    is_acronym,
    is_capitals,
    is_people,
    is_weighty,
    known_runs,
    noun_kinds,
    place_words,
    plain_words,
    tokenise,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """How a phrase's place lies to the place it names.

    Attributes:
        kind: ``near`` ("near X", "outside X"), ``offset`` ("15 km north of X", "north of X"), ``between``, or ``part``
            ("northern X").
        distance_km: None when not said.
        bearing: Degrees from north, None when not said.
        words: The words that say so.
    """

    kind: str
    distance_km: float | None = None
    bearing: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePhrase:
    """A place phrase taken apart.

    Attributes:
        names: The names in it, in reading order; ``known`` tells whether the gazetteer has them.
        demonyms: Countries (alpha-3) named by a demonym ("the Iraqi city").
        points_back: ``place``, ``quarter``, ``admin1``, ``country``, ``capital`` or ``area`` when the phrase has no name and
            points back to a place of the report ("the city"); ``venue`` for what stands in one ("the hospital").
    """

    text: str
    names: tuple[PlaceSpot, ...] = ()
    demonyms: tuple[str, ...] = ()
    points_back: str | None = None
    relation: Relation | None = None
    border: bool = False


_NUMBERS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "a dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "a hundred": 100,
}  # fmt: skip
_DISTANCE = re.compile(
    rf"\b(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})[- ]*"
    r"(?P<unit>km|kms|kilomet(?:er|re)s?|nautical[ -]miles?|miles?|mi|met(?:er|re)s|yards)\b"
    rf"(?:\s*\([^)]*\))?(?:\s+(?:to\s+the\s+|due\s+)?(?P<point>{POINTS})(?:ern)?)?",
    re.IGNORECASE,
)
_BEARING = re.compile(rf"\b(?:just\s+|due\s+|to\s+the\s+)?(?P<point>{POINTS})\s+of\b", re.IGNORECASE)
_PART = re.compile(rf"\b(?P<point>{POINTS})(?:ern)?(?:most)?\b|\bcentral\b", re.IGNORECASE)
_NEAR = re.compile(
    r"\b(?:near(?:by)?|outside|close\s+to|around|not\s+far\s+from|on\s+the\s+(?:outskirts|edge)\s+of|outskirts\s+of|just\s+off|off|adjacent\s+to"
    r"|in\s+the\s+vicinity\s+of|vicinity\s+of|surrounding|the\s+approaches\s+to|countryside\s+of)\b",
    re.IGNORECASE,
)
_DASHED = re.compile(r"^\s?[-\u2013\u2014]\s?$|^\s?[-\u2013]?\s?to\s?[-\u2013]?\s?$")
_LINKS = re.compile(r"\b(?:linking|connecting|joining|from|between)\s+(?:the\s+)?$", re.IGNORECASE)
_LINKED = re.compile(r"^\s+(?:to|and|with)\s+(?:the\s+)?$", re.IGNORECASE)
_LEADS_TO = re.compile(r"\b(?:roads?|highways?|bridge|route|motorway|track|way)\s+(?:leading\s+)?(?:in)?to\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_BORDER = re.compile(r"\b(?:border|frontier)s?\b", re.IGNORECASE)
_KM = {"k": 1.0, "n": 1.852, "mi": 1.609, "me": 0.001, "y": 0.0009}


def read_phrase(text: str, gazetteer: Gazetteer) -> PlacePhrase:
    """Take a place phrase apart.

    Args:
        text: The words that a report uses for a place: "15 km north of Hit", "the Iraqi city of Mosul", "the city".
        gazetteer: The opened gazetteer.
    """
    text = _parted(text, gazetteer)
    tokens = tokenise(text)
    capitals = is_capitals(text) or (text.isupper() and len(text) > 3)
    names = tuple(_phrase_names(tokens, text, gazetteer, capitals=capitals))
    inside = [(name.start, name.end) for name in names]
    demonyms: tuple[str, ...] = ()
    for token in tokens:
        if token.capital and not any(start <= token.start < end for start, end in inside):
            demonyms += tuple(code for code in gazetteer.countries_of(token.text.split("-")[0]) if code not in demonyms)
    return PlacePhrase(
        text=text,
        names=names,
        demonyms=demonyms,
        points_back=None if names or not tokens else _points_back(tokens, capitals=capitals),
        relation=_relation(text, names) or (None if names else _side(tokens)),
        border=_BORDER.search(text) is not None,
    )


_DASH = re.compile(r"(?<=\w)-(?=[^\W\d_])")
_END_WORDS = 3
"""Longest name of a road's end, in words."""


def _parted(text: str, gazetteer: Gazetteer) -> str:
    """Part the two ends of a road or border, keeping all offsets: "Maiduguri-Damaturu road" has a dash between two places."""
    words = place_words()
    for found in _DASH.finditer(text):
        before, after = text[: found.start()].split(" "), text[found.end() :].split(" ")
        nouns = {word.strip(".,;:").lower() for word in after[1 : _END_WORDS + 1]}
        if not nouns & (words.roads | {"border", "frontier"}) or gazetteer.known(fold(f"{before[-1]}-{after[0]}")):
            continue
        left = any(gazetteer.known(fold(" ".join(before[-n:]))) for n in range(1, _END_WORDS + 1))
        right = any(gazetteer.known(fold(" ".join(after[:n]))) for n in range(1, _END_WORDS + 1))
        if left and right:
            text = f"{text[: found.start()]}\u2013{text[found.end() :]}"
    return text


def _phrase_names(tokens: list[Token], text: str, gazetteer: Gazetteer, *, capitals: bool) -> Iterator[PlaceSpot]:
    """Yield the names of a phrase: known ones, and runs of capitals that no gazetteer knows."""
    words = place_words()
    known = {
        start: end
        for start, end in known_runs(tokens, gazetteer, text, capitals=capitals)
        if _may_name(tokens, start, end, gazetteer, words)
    }
    i = 0
    while i < len(tokens):
        if i not in known and not _may_begin(tokens, i, gazetteer, words, capitals=capitals):
            i += 1
            continue
        end = known.get(i, i + 1)
        while end < len(tokens) and tokens[end].joined and _may_go_on(tokens, end, words, capitals=capitals):
            if end in known and (capitals or _is_country(text[tokens[end].start : tokens[known[end] - 1].end], gazetteer)):
                break
            end += 1
        while tokens[end - 1].lower in words.connectors and end > known.get(i, i + 1):
            end -= 1
        if i not in known and end < len(tokens) and tokens[end].joined and tokens[end].lower in STREETS:
            end += 1
        yield _phrase_spot(tokens, i, end, text, gazetteer)
        i = end


def _is_country(name: str, gazetteer: Gazetteer) -> bool:
    return any(c.kind is PlaceKind.COUNTRY for c in gazetteer.candidates(name))


def _may_name(tokens: Sequence[Token], i: int, end: int, gazetteer: Gazetteer, words: PlaceWords) -> bool:
    """Whether a known name is one in a place phrase, and no ordinary word or demonym that some village is called by."""
    if end - i > 1:
        plain = all(token.lower in words.ordinary | words.before for token in tokens[i:end])
        return not plain or _well_known(tokens, i, end, gazetteer)
    token = tokens[i]
    if is_people(token.lower) or is_acronym(tokens, i, gazetteer):
        return False
    alone = len(tokens) == 1 and token.lower not in words.definite
    if _is_country(token.text, gazetteer):
        return token.lower not in words.ordinary or token.text.isupper() or i > 0 or len(tokens) == 1
    if token.lower in plain_words():
        kinds = noun_kinds(tokens, i, end)
        return alone or any(c.kind in kinds and is_weighty(c) for c in gazetteer.candidates(token.text))
    if gazetteer.countries_of(token.text):
        return False
    dashed = i > 0 and not token.joined and token.start - tokens[i - 1].end == 1  # the end of "the X-Y road"
    street = not dashed and end < len(tokens) and tokens[end].joined and tokens[end].lower in STREETS
    named_after = token.lower in words.given or street
    return len(tokens) == 1 or not named_after or any(is_weighty(c) for c in gazetteer.candidates(token.text))


def _well_known(tokens: Sequence[Token], i: int, end: int, gazetteer: Gazetteer) -> bool:
    """Whether ordinary words written with capitals name a well-known place: "West Bank", "Cape Verde", "Fort Worth"."""
    words = [token.text for token in tokens[i:end]]
    if not all(word[:1].isupper() for word in words):
        return False
    shouted = all(word.isupper() for word in words)
    return any(is_weighty(c) and (not shouted or c.wide) for c in gazetteer.candidates(" ".join(words)))


def _may_begin(tokens: Sequence[Token], i: int, gazetteer: Gazetteer, words: PlaceWords, *, capitals: bool) -> bool:
    token = tokens[i]
    if is_people(token.lower) or is_acronym(tokens, i, gazetteer) or token.lower.partition("-")[0] in words.peoples:
        return False
    if not token.capital or gazetteer.countries_of(token.text.split("-")[0]) or len(token.text.split("-")[0]) < 2:
        return False
    if token.lower not in plain_words():
        return not (capitals and token.lower in words.connectors | words.titles)
    # "Supreme Court", "West Midlands", "Place de la Nation": ordinary words make a name together when written with capitals.
    if capitals or token.possessive or token.lower in _FIRST_WORDS:
        return False
    end = i + 1
    while end < len(tokens) and tokens[end].joined and tokens[end].lower in words.connectors:
        end += 1
    follows = end < len(tokens) and tokens[end].joined and tokens[end].capital
    if follows and token.lower in words.prefixes:
        return True
    follows = follows and not gazetteer.known(fold(tokens[end].text))
    return follows and token.lower not in words.prepositions - words.kinds.keys() - words.bearings.keys()


_FIRST_WORDS = frozenset(
    "the a an this that these those its his her their our my some several two three four five six in at on near".split()  # noqa: SIM905 (a list of words)
)


def _may_go_on(tokens: Sequence[Token], end: int, words: PlaceWords, *, capitals: bool) -> bool:
    token = tokens[end]
    if tokens[end - 1].possessive:
        return False
    if token.lower in words.connectors and not token.capital:
        while end < len(tokens) and tokens[end].lower in words.connectors and tokens[end].joined:
            end += 1
        return (
            not capitals
            and end < len(tokens)
            and tokens[end].joined
            and tokens[end].capital
            and token.lower not in {"in", "and"}
        )
    if capitals:
        return token.capital and token.lower not in plain_words()
    starts_plain = tokens[end - 1].lower in plain_words() or tokens[end - 1].lower in words.connectors
    return token.capital and (starts_plain or token.lower not in words.after)


def _phrase_spot(tokens: list[Token], i: int, end: int, text: str, gazetteer: Gazetteer) -> PlaceSpot:
    """Make a spot of a name, with the noun after it where the gazetteer knows both together ("Jenin refugee camp")."""
    words = place_words()
    for longer in range(min(end + 2, len(tokens)), end, -1):
        if tokens[end].lower in words.kinds.keys() - words.venues:
            break
        if all(token.joined for token in tokens[end:longer]) and gazetteer.known(
            fold(text[tokens[i].start : tokens[longer - 1].end])
        ):
            return PlaceSpot(
                text=text[tokens[i].start : tokens[longer - 1].end], start=tokens[i].start, end=tokens[longer - 1].end
            )
    kinds = noun_kinds(tokens, i, end)
    listed = bool(gazetteer.candidates(text[tokens[i].start : tokens[end - 1].end]))
    if (
        not listed
        and end < len(tokens)
        and tokens[end].joined
        and tokens[end].lower in words.venues | {"river", "forest", "mountains", "island", "lake"}
    ):
        end += 1
    return PlaceSpot(
        text=text[tokens[i].start : tokens[end - 1].end],
        start=tokens[i].start,
        end=tokens[end - 1].end,
        listed=listed,
        kinds=kinds,
    )


def _side(tokens: Sequence[Token]) -> Relation | None:
    """Read "the north", "the far west", "the north of the province": a part of what the report is about."""
    words = place_words()
    at = next((k for k, token in enumerate(tokens) if token.lower in words.bearings), None)
    if not at:
        return None
    before, after = [token.lower for token in tokens[:at]], [token.lower for token in tokens[at + 1 :]]
    plain = all(word in words.sides | {"the", "in", "of", "country", "nation"} for word in before)
    whole = after[:2] == ["of", "the"] and len(after) == 3 and after[2] in words.definite
    if not plain or (after and not whole):
        return None
    return Relation(kind="part", bearing=words.bearings[tokens[at].lower], words=tokens[at].lower + "ern")


def _points_back(tokens: Sequence[Token], *, capitals: bool) -> str | None:
    """Return what a phrase without a name points back to; its head noun stands last, before any "of" or "in"."""
    words = place_words()
    found: str | None = None
    for token in tokens:
        if token.lower in _HEAD_ENDS and found:
            break
        if token.capital and not capitals and token is not tokens[0]:
            continue
        kind = words.definite.get(token.lower) or ("venue" if token.lower in words.venues else None)
        found = kind or found
    if found not in {None, "venue", "area"} and tokens[0].lower in _INDEFINITE:
        return None
    return found


_HEAD_ENDS = frozenset(
    "of in at near by on outside from to where that which under behind between".split()  # noqa: SIM905 (a list of words)
)
_INDEFINITE = frozenset(
    "a an two three four five six seven eight nine ten several some many other another dozens dozen every each".split()  # noqa: SIM905 (a list of words)
)


def _relation(text: str, names: Sequence[PlaceSpot]) -> Relation | None:
    first = names[0].start if names else len(text)
    head = text[:first]
    if found := _DISTANCE.search(head):
        return _distance(found, head)
    if len(names) >= 2 and (_BETWEEN.search(head) or _is_road(text, names)):
        return Relation(kind="between", words="between")
    if found := _BEARING.search(head):
        return Relation(kind="offset", bearing=_bearing(found["point"]), words=found.group())
    if found := _LEADS_TO.search(head) or _NEAR.search(head):
        return Relation(kind="near", words=found.group())
    last = list(_PART.finditer(head))
    if names and last and not head[last[-1].end() :].strip(" -").strip():
        point = last[-1]["point"]
        return Relation(kind="part", bearing=_bearing(point) if point else None, words=last[-1].group())
    return None


def _is_road(text: str, names: Sequence[PlaceSpot]) -> bool:
    """Whether a phrase is a road between two names: "the highway from X to Y", "the X-Y road", "the road linking X and Y"."""
    gap, roads = text[names[0].end : names[1].start], place_words().roads
    head, after = tokenise(text[: names[0].start]), tokenise(text[names[1].end :])
    if _DASHED.match(gap) and after and after[0].lower in roads:
        return True
    road = any(token.lower in roads for token in head)
    return road and _LINKS.search(text[: names[0].start]) is not None and _LINKED.match(gap) is not None


def _distance(found: re.Match[str], head: str) -> Relation:
    """Read "15 km north of", "about ten miles (16 km) from"."""
    number, unit = found["number"].lower(), found["unit"].lower()
    amount = float(_NUMBERS[number]) if number in _NUMBERS else float(number.replace(",", ""))
    scale = _KM[unit[0]] if unit[0] in _KM else _KM[unit[:2]]
    point = found["point"] or ((later := _BEARING.search(head)) and later["point"])
    return Relation(
        kind="offset", distance_km=amount * scale, bearing=_bearing(point) if point else None, words=found.group().strip()
    )


def _bearing(point: str) -> float:
    return place_words().bearings[re.sub(r"[- ]", "", point.lower())]
