"""Finds place names in sentences.

It would rather miss a small place than take a person's or an ordinary word for one. Nothing here decides which place is meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dateline.grounding.gazetteer import Gazetteer, Match, PlaceKind, fold
from dateline.grounding.place_words import (
    POINTS,
    STREETS,
    PlaceSpot,
    Token,
    is_acronym,
    is_capitals,
    is_weighty,
    known_runs,
    noun_kinds,
    place_words,
    plain_words,
    tokenise,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ASIDE = re.compile(
    rf"\b(?:(?:{POINTS})\s+of|km\s+from|kilomet(?:er|re)s\s+from|miles\s+from)\s+(?:the\s+\w+\s+)?$", re.IGNORECASE
)


_APPOSED = re.compile(
    r",\s+(?:a|an|the)\s+(?:[\w-]+\s+){0,2}(?:village|town|settlement|hamlet|district|city|suburb|neighbou?rhood|camp)\b"
)
"""What follows a place's name: "Latmin, a village in Hama"."""
_AGED = re.compile(r", (?:aged )?\d\d?\b(?! (?:km|kilomet|miles?|metres?|meters?))")
"""What follows a person's: "Tamerlan Tsarnaev, 26"."""


def _is_headline(tokens: Sequence[Token], text: str) -> bool:
    """Whether a line is written in title case: most words begin with a capital, and no full stop ends it."""
    if text.rstrip(" \"'\u2019\u201d)").endswith((".", "!")):
        return False
    long = [token for token in tokens if len(token.text) > 3]
    return len(long) >= 4 and sum(token.capital for token in long) > 0.7 * len(long)


def find_places(text: str, gazetteer: Gazetteer) -> list[PlaceSpot]:
    """Find place names in a sentence, or a few.

    It would rather miss a small place than take a person's or an ordinary word for one: a small place must stand where places
    stand (after "in", before "province", ...).

    Args:
        text: Mixed case or all capitals.
        gazetteer: The opened gazetteer.

    Returns:
        The spots in reading order; they do not overlap. Names that the gazetteer does not know are among them where the words
        around leave no doubt ("the village of Latmin").
    """
    return find_names(text, gazetteer)[0]


def find_names(text: str, gazetteer: Gazetteer) -> tuple[list[PlaceSpot], set[str]]:
    """Find place names as ``find_places`` does, and the folded words of what are persons' names."""
    tokens = tokenise(text)
    capitals = is_capitals(text)
    finder = _Finder(text, tokens, gazetteer, capitals=capitals, headline=not capitals and _is_headline(tokens, text))
    spots = sorted([*finder.found, *finder.unlisted()], key=lambda spot: spot.start)
    return spots, finder.full_names()


class _Finder:
    """Looks at one text's known names and decides which of them are places."""

    def __init__(self, text: str, tokens: list[Token], gazetteer: Gazetteer, *, capitals: bool, headline: bool) -> None:
        self.text, self.tokens, self.gazetteer, self.capitals, self.headline = text, tokens, gazetteer, capitals, headline
        self.words = place_words()
        self.persons: set[str] = set()
        self.runs = list(known_runs(tokens, gazetteer, text, capitals=capitals))
        self.starts = {run[0] for run in self.runs}
        self.found = self.spots()

    def spots(self) -> list[PlaceSpot]:
        judged = [(run, self.judge(*run)) for run in self.runs]
        taken = {fold(self.name(*run)) for run, verdict in judged if verdict in {"place", "actor"}}
        spots = []
        for run, verdict in judged:
            key = fold(self.name(*run))
            alone = run[1] - run[0] == 1 and key in self.persons
            if (verdict in {"place", "actor"} and not (alone and verdict != "place")) or (verdict == "weak" and key in taken):
                spots.append(self.spot(*run, actor=verdict == "actor"))
        return spots

    def full_names(self) -> set[str]:
        """Return the words of persons' full names: runs of capitals with a title, a given name or a word of saying beside."""
        if self.capitals or self.headline:
            return set()
        found: set[str] = set()
        i = 0
        while i < len(self.tokens):
            end = i
            while end < len(self.tokens) and self.tokens[end].capital and (end == i or self.tokens[end].joined):
                end += 1
            if end - i >= 2 and self.is_full_name(i, end):
                found.update(fold(token.text) for token in self.tokens[i:end] if token.lower not in plain_words())
            i = max(end, i + 1)
        return found - {fold(spot.text) for spot in self.found}

    def is_full_name(self, i: int, end: int) -> bool:
        arabic = end - i >= 3 and self.tokens[end - 1].lower.startswith(("al-", "el-"))
        if not arabic and any(start < end and i < stop and self.strong(self.name(start, stop)) for start, stop in self.runs):
            return False
        after = self.after(end)
        words = {token.lower for token in self.tokens[i:end]}
        says = after is not None and after.lower in self.words.sayers | {"who"}
        aged = _AGED.match(self.text, self.tokens[end - 1].end) is not None
        return says or aged or arabic or bool(words & (self.words.titles | self.words.given))

    def unlisted(self) -> Iterator[PlaceSpot]:
        """Yield names that the gazetteer lacks and that stand where only places do: "the village of X", "in X, Syria"."""
        if self.capitals or self.headline:
            return
        taken = {k for k, token in enumerate(self.tokens) if any(spot.start <= token.start < spot.end for spot in self.found)}
        i = 1
        while i < len(self.tokens):
            token = self.tokens[i]
            end = i + 1
            if i not in taken and self.may_be_unlisted(token):
                while end < len(self.tokens) and end not in taken and self.tokens[end].joined and self.tokens[end].capital:
                    end += 1
                if end - i <= 3 and (sure := self.stands_as_place(i, end)) is not None:
                    last, kinds = self.tokens[end - 1].end, noun_kinds(self.tokens, i, end)
                    yield PlaceSpot(
                        text=self.name(i, end), start=token.start, end=last, listed=False, heard=not sure, kinds=kinds
                    )
            i = end

    def may_be_unlisted(self, token: Token) -> bool:
        plain = token.lower in plain_words() or token.lower in self.words.given or token.lower in self.words.titles
        return (
            token.capital
            and not plain
            and len(token.text) > 2
            and not token.text.isupper()
            and not self.gazetteer.countries_of(token.text)
        )

    def stands_as_place(self, i: int, end: int) -> bool | None:
        """Say whether a name that the gazetteer lacks stands where only places do (True), may be one (False), or not (None)."""
        before = self.before(i)
        if before is not None and before.lower == "the":
            before = self.before(i - 1)
        if before is None or before.capital:
            return None
        if noun_kinds(self.tokens, i, end) & {PlaceKind.PLACE, PlaceKind.ADMIN2}:
            return True
        last = self.tokens[end - 1].end
        lead = before.lower in {"in", "at", "near", "outside", "from", "of", "on", "around", "to"}
        comma = end < len(self.tokens) and self.text[last : self.tokens[end].start] == ", " and end in self.starts
        if lead and (comma or _APPOSED.match(self.text, last)):
            return True
        heard = self.gazetteer.candidates(self.name(i, end)) if lead and before.lower != "of" else ()
        return False if any(c.match is Match.SOUND for c in heard) else None

    def name(self, i: int, end: int) -> str:
        return self.text[self.tokens[i].start : self.tokens[end - 1].end]

    def spot(self, i: int, end: int, *, actor: bool) -> PlaceSpot:
        kinds, start = noun_kinds(self.tokens, i, end), self.tokens[i].start
        aside = _ASIDE.search(self.text, max(0, start - 40), start) is not None
        return PlaceSpot(
            text=self.name(i, end), start=start, end=self.tokens[end - 1].end, actor=actor, aside=aside, kinds=kinds
        )

    def before(self, i: int) -> Token | None:
        return self.tokens[i - 1] if i and self.tokens[i].joined else None

    def after(self, end: int) -> Token | None:
        return self.tokens[end] if end < len(self.tokens) and self.tokens[end].joined else None

    def in_place_position(self, i: int, end: int) -> bool:
        """Whether the words around are those that stand around places: "in X", "X, Iraq", "X province"."""
        before, after = self.before(i), self.after(end)
        if before is not None and before.lower == "the":
            before = self.before(i - 1)
        if before is not None and before.lower in self.words.prepositions:
            return True
        if after is not None and after.lower in self.words.kinds and after.lower not in self.words.venues:
            return True
        if self.ends_address(i, end):
            return True
        tokens = self.tokens
        comma = end < len(tokens) and self.text[tokens[end - 1].end : tokens[end].start] in {", ", " ("}
        return comma and end in self.starts and self.strong(self.name(*next(run for run in self.runs if run[0] == end)))

    def ends_address(self, i: int, end: int) -> bool:
        """Whether a name is the wider place of the one before its comma: "Woodbridge, Virginia"."""
        first = next((start for start, stop in self.runs if stop == i), None)
        if first is None or self.text[self.tokens[i - 1].end : self.tokens[i].start] != ", ":
            return False
        wide = [c for c in self.gazetteer.candidates(self.name(i, end)) if c.kind in {PlaceKind.ADMIN1, PlaceKind.COUNTRY}]
        inner = self.gazetteer.candidates(self.name(first, i)) if wide else ()
        owners = {(c.country_code, c.name if c.kind is PlaceKind.ADMIN1 else None) for c in wide}
        return any((c.country_code, c.admin1) in owners or (c.country_code, None) in owners for c in inner)

    def strong(self, name: str) -> bool:
        """Whether a name is well known as a place: a country, a region, a division, a city."""
        return any(is_weighty(candidate) for candidate in self.gazetteer.candidates(name))

    def judge(self, i: int, end: int) -> str:
        """Say what a known name is here: ``place``, ``actor``, ``weak`` (a place if it is one elsewhere) or ``no``."""
        name, key = self.name(i, end), fold(self.name(i, end))
        single = end - i == 1
        never = single and key in self.words.titles | self.words.never
        if single and not never and key in self.words.ordinary and not self.abbreviation(name):
            return self.judge_ordinary(i, end)
        placed = self.in_place_position(i, end)
        if never or self.is_other(i, end) or self.part_of_name(i, end, placed=placed) or self.names_a_street(end, name):
            return "no"
        if single and not placed and self.is_demonym(name):
            return "no"
        strong = self.strong(name)
        return self.judge_place(i, end, placed=placed, strong=strong)

    def judge_place(self, i: int, end: int, *, placed: bool, strong: bool) -> str:
        """Judge a name that nothing around makes a part of another."""
        name, key = self.name(i, end), fold(self.name(i, end))
        if self.of_body(i):
            return "actor" if strong else "no"
        after = self.after(end)
        says = after is not None and after.lower in self.words.sayers
        if end - i == 1 and key in self.words.given and not placed:
            self.persons.update({key} if says else ())
            return "no" if says or not self.strong_country(name) else "actor"
        if says or not (placed or strong):
            return "actor" if says and strong else "weak"
        return "place" if self.fits_capitals(name, placed=placed) else "no"

    def is_other(self, i: int, end: int) -> bool:
        """Whether a name is that of a thing, an acronym, or the noun of the name after it."""
        acronym = end - i == 1 and not self.headline and is_acronym(self.tokens, i, self.gazetteer)
        return acronym or self.is_brand(i, end) or self.is_generic(i, end)

    def is_generic(self, i: int, end: int) -> bool:
        """Whether a word is the noun of the name after it: "CANTON EL PORVENIR"."""
        return end - i == 1 and end in self.starts and self.after(end) is not None and self.tokens[i].lower in self.words.kinds

    def head_of(self, i: int) -> Token | None:
        """Return the capitalised word that a name belongs to by "of" or "of the": "Bank of England"."""
        k = i - 1
        if k > 1 and self.tokens[k].lower == "the" and self.tokens[k].joined:
            k -= 1
        if k < 1 or self.tokens[k].lower != "of" or not self.tokens[k].joined or not self.tokens[i].joined:
            return None
        return self.tokens[k - 1] if self.tokens[k - 1].capital else None

    def is_brand(self, i: int, end: int) -> bool:
        """Whether a thing only bears the name: "Bank of America", "Washington Post", "Real Madrid"."""
        head, before, after = self.head_of(i), self.before(i), self.after(end)
        if head is not None and head.lower in self.words.brands:
            return True
        if after is not None and after.capital and after.lower in self.words.brands and not self.tokens[end - 1].possessive:
            return True
        return before is not None and before.capital and before.lower in self.words.brands and not self.capitals

    def of_body(self, i: int) -> bool:
        """Whether a name tells whose an organisation is: "the Communist Party of the Philippines"."""
        head = self.head_of(i)
        return head is not None and not self.capitals and head.lower in self.words.bodies

    def is_demonym(self, name: str) -> bool:
        """Whether a name is that of a people and of no country: "Somali pirates" are of Somalia, not of the Somali region."""
        return bool(self.gazetteer.countries_of(name)) and not self.strong_country(name)

    def names_a_street(self, end: int, name: str) -> bool:
        after = self.after(end)
        return after is not None and after.capital and after.lower in STREETS and not self.strong(name)

    def abbreviation(self, name: str) -> bool:
        written = name.isupper() and (not self.capitals or "." in name)
        return written and any(c.kind is PlaceKind.COUNTRY for c in self.gazetteer.candidates(name))

    def judge_ordinary(self, i: int, end: int) -> str:
        """An ordinary word ("Same", "Van", "Split") is a place only in a place's position, capitalised within a sentence."""
        before = self.before(i)
        kinds = noun_kinds(self.tokens, i, end)
        if (
            before is not None
            and not self.capitals
            and any(c.kind in kinds and is_weighty(c) for c in self.gazetteer.candidates(self.name(i, end)))
        ):
            return "place"
        if self.capitals or self.headline or before is None or before.lower not in self.words.prepositions:
            return "no"
        after = self.after(end)
        if (after is not None and after.capital) or self.tokens[i].lower in self.words.before | self.words.definite.keys():
            return "no"
        return "place" if self.strong(self.name(i, end)) else "no"

    def fits_capitals(self, name: str, *, placed: bool) -> bool:
        """In text all in capitals a name must be large, or stand in a place's position and not be tiny."""
        if not self.capitals:
            return True
        candidates = self.gazetteer.candidates(name)
        if any(is_weighty(c) and c.match is not Match.SOUND for c in candidates):
            return placed or " " in name or fold(name) not in self.words.given
        return placed and any(c.population >= 2_000 or c.seat or c.geoname_id is None for c in candidates)

    def strong_country(self, name: str) -> bool:
        return any(c.kind is PlaceKind.COUNTRY for c in self.gazetteer.candidates(name))

    def part_of_name(self, i: int, end: int, *, placed: bool) -> bool:
        """Whether the capitals around make it a part of a longer name: "Paris Hilton", "Abu Bakr al-Baghdadi"."""
        before, after, words = self.before(i), self.after(end), self.words
        if before is not None and before.lower in words.titles and not placed:
            self.persons.add(fold(self.name(i, end)))
            return True
        linked = self.linked_to_person(i)
        if self.capitals and not linked:
            return not placed and not self.strong_country(self.name(i, end)) and self.after_given_name(i)
        if self.headline and not linked:
            return False
        goes_on = after is not None and after.capital and not self.tokens[end - 1].possessive and not self.allowed_after(end)
        if linked or goes_on or (before is not None and before.capital and not self.allowed_before(i)):
            self.persons.update(fold(self.tokens[k].text) for k in range(i, end))
            return True
        return False

    def linked_to_person(self, i: int) -> bool:
        """Whether a name goes on a person's: "Rivera y Damas", "Osama bin Laden"."""
        before = self.before(i)
        if before is None or i < 2 or not before.joined or before.lower not in self.words.name_links:
            return False
        first = self.tokens[i - 2]
        return (first.capital and i - 2 not in self.starts) or first.lower in self.words.given

    def after_given_name(self, i: int) -> bool:
        """Whether the words before a name, in capitals, are a person's title or given name: "COLONEL RENE EMILIO PONCE"."""
        k = i
        while k > max(0, i - 4) and self.tokens[k].joined:
            k -= 1
            word = self.tokens[k].lower
            if word in self.words.titles | self.words.given:
                return True
            if word in plain_words() or word in self.words.sayers:
                return False
        return False

    def allowed_before(self, i: int) -> bool:
        token, words = self.tokens[i - 1], self.words
        if token.possessive or token.lower in words.before:
            return True
        if self.gazetteer.countries_of(token.text):
            return True
        first = i == 1 or not self.tokens[i - 1].joined
        return first and token.lower in words.ordinary

    def allowed_after(self, end: int) -> bool:
        token = self.tokens[end]
        return token.lower in self.words.after or bool(self.gazetteer.countries_of(token.text))
