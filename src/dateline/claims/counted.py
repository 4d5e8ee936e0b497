"""Counted people: each number of a sentence with the noun phrase it counts, and the numbers that count nobody.

Used by ``counts.py`` and ``governors.py``; docs/counts.md lists the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from dateline.claims.lexicon import QUOTES, head_of, is_demonym, is_person, is_verbal, kinds_of, state_of, stops
from dateline.claims.nobody import counts_nobody
from dateline.claims.numerals import (
    DASHES,
    Form,
    Numeral,
    Phrases,
    Token,
    find_numerals,
    index_phrases,
    phrase_before,
    tokenize,
    vocabulary,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


_POSSESSOR = 5  # tokens of "the provincial party chief's" before a number


@dataclass(slots=True, kw_only=True)
class Group:
    """A number and the noun phrase it counts.

    Attributes:
        first, last: Tokens of the noun phrase, half open; equal when the number stands alone.
        person: Whether the noun phrase names people.
        refused: Whether the number counts no people.
        part_of: The number that this one is taken out of ("one of the five"), or None.
        whole: Whether another number is taken out of this one.
        adjective: Toll kind of a word inside the phrase and its token ("12 wounded soldiers").
        kind, predicate, by_left: What governs it, its token, and whether it stands to the left; ``governors.py`` fills them in.
    """

    numeral: Numeral
    first: int
    last: int
    person: bool
    refused: bool
    part_of: Group | None = None
    whole: bool = False
    adjective: tuple[str, int] | None = None
    kind: str | None = None
    predicate: int = -1
    by_left: bool = False

    @property
    def alone(self) -> bool:
        """Whether no noun follows the number."""
        return self.first >= self.last


@dataclass(slots=True, kw_only=True)
class Counted:
    """A sentence with its numbers; ``starts`` maps the first tokens of a number expression to its group."""

    text: str
    tokens: tuple[Token, ...]
    groups: list[Group] = field(default_factory=list)
    starts: dict[int, Group] = field(default_factory=dict)

    def characters(self, group: Group) -> tuple[int, int]:
        """Return the characters of a number expression."""
        return self.tokens[group.numeral.first].start, self.tokens[group.numeral.last - 1].end

    def who(self, group: Group) -> str | None:
        """Return the counted noun phrase, or None."""
        if group.alone:
            return None
        return self.text[self.tokens[group.first].start : self.tokens[group.last - 1].end]

    def at(self, start: int, end: int) -> Group | None:
        """Return the count whose number overlaps the characters, figures before articles."""
        hits = [group for group in self.groups if self.characters(group)[0] < end and start < self.characters(group)[1]]
        return min(hits, key=lambda group: group.numeral.form is Form.ARTICLE, default=None)

    def countable(self, group: Group) -> bool:
        """Tell whether a number can count people: "a" and "one" only before a word for a person, or alone ("one dead")."""
        if group.refused:
            return False
        if group.numeral.form is Form.NONE:
            return group.person or group.alone
        if group.numeral.form is not Form.ARTICLE or group.person:
            return True
        word = self.tokens[group.numeral.last - 1].text
        if word == "one" and not group.alone and self.tokens[group.last - 1].text in words_of("grammar", "own_kind"):
            return True  # "one death"
        if word == "one" and not group.alone and self.tokens[group.numeral.last].text == "of":
            return self.tokens[group.last - 1].text.endswith("s")  # "one of the pallbearers"
        return word in {"one", "another", "other"} and (group.alone or (word == "one" and self.tokens[group.last - 1].capital))


@lru_cache(maxsize=512)
def read_counted(text: str) -> Counted:
    """Find the numbers of a sentence and the noun phrases they count."""
    tokens = tokenize(text)
    counted = Counted(text=text, tokens=tokens)
    for numeral in find_numerals(tokens):
        group = _group(tokens, numeral)
        counted.groups.append(group)
        for at in range(outset(tokens, numeral), numeral.core + 1):
            counted.starts[at] = group
    for part, whole in pairwise(counted.groups):
        _relate(tokens, part, whole)
    for group in counted.groups:
        group.refused = group.refused or _is_body(tokens, group)
    return counted


def _relate(tokens: Sequence[Token], part: Group, whole: Group) -> None:
    """Relate a number to the next: the one may be a part of the other, a guess at the same, or its size."""
    if tokens[part.numeral.last].text == "of" and _takes_from(tokens, part, whole):
        part.first, part.last, part.person = whole.numeral.first, whole.last, whole.person or whole.alone
        if _is_each(tokens, part):
            part.refused = True
        else:
            part.part_of, whole.whole = whole, True
    elif part.alone and _is_higher_guess(tokens, part, whole):
        part.first, part.last, part.person = whole.first, whole.last, whole.person
        if whole.alone and whole.last + 1 < len(tokens) and tokens[whole.last].text == ",":  # "eight, possibly ten, people"
            part.first = whole.last + 1
            part.last, _, _ = read_noun_phrase(tokens, part.first)
            part.person = part.last > part.first and is_person(tokens[part.last - 1].text)
        whole.refused = True
    elif _sizes(tokens, part, whole):
        part.numeral, whole.refused = replace(part.numeral, value=whole.numeral.value), True
    elif part.alone and part.last == whole.numeral.first and whole.numeral.form is Form.ARTICLE:
        part.refused = whole.refused = True  # "five militants, one a woman,"
    part.refused = part.refused or _is_superseded(tokens, part, whole)
    if part.part_of is None and whole.part_of is None and _is_taken_up(tokens, part, whole):
        whole.part_of = part


def _takes_from(tokens: Sequence[Token], part: Group, whole: Group) -> bool:
    """As in "one of the five", "20,000 of the region's 45,000 residents"."""
    return part.first == whole.numeral.first or outset(tokens, whole.numeral) == part.numeral.last + 1


def _is_each(tokens: Sequence[Token], part: Group) -> bool:
    """As in "every one of its 31 members": all of them."""
    return part.numeral.first > 0 and tokens[part.numeral.first - 1].text == "every"


def _is_body(tokens: Sequence[Token], group: Group) -> bool:
    """As in "a family" and "a nine-member crew": one body, which is not one person."""
    one = group.numeral.form is Form.ARTICLE and group.numeral.value.best == 1
    return one and not group.alone and tokens[group.last - 1].text in words_of("people", "bodies")


def _sizes(tokens: Sequence[Token], group: Group, after: Group) -> bool:
    """As in "a family of seven": a number that tells how many a body of people are."""
    joint = group.last < len(tokens) and tokens[group.last].text == "of" and outset(tokens, after.numeral) == group.last + 1
    body = not group.alone and tokens[group.last - 1].text in words_of("people", "bodies")
    return joint and body and after.alone and group.numeral.form is Form.ARTICLE


def _is_superseded(tokens: Sequence[Token], earlier: Group, later: Group) -> bool:
    """As in "revised from 35 down to 31": the figure that another takes the place of."""
    between = [token.text for token in tokens[earlier.numeral.last : later.numeral.first]]
    return (
        earlier.numeral.first > 0 and tokens[earlier.numeral.first - 1].text == "from" and between in (["to"], ["down", "to"])
    )


def _is_taken_up(tokens: Sequence[Token], whole: Group, part: Group) -> bool:
    """As in "Of the 18 injured, four are in intensive care": the second is a part of the first."""
    opens = [token.text for token in tokens[: whole.numeral.first]] in (["of", "the"], ["of"], ["out", "of", "the"])
    commas = [i for i in range(whole.numeral.last, part.numeral.first) if tokens[i].text == ","]
    return opens and part.alone and commas == [outset(tokens, part.numeral) - 1]


def _is_higher_guess(tokens: Sequence[Token], group: Group, after: Group) -> bool:
    """As in "at least 13 and possibly as many as 20": the second figure is another guess at the first."""
    between = {token.text for token in tokens[group.numeral.last : after.numeral.core]}
    return bool(between & words_of("figures", "maybe")) and between <= words_of("figures", "maybe") | words_of(
        "figures", "guess"
    )


def outset(tokens: Sequence[Token], numeral: Numeral) -> int:
    """Return the first token of a number with every word that introduces it ("a further 12", "the mayor's two guards")."""
    first = numeral.first - phrase_before(tokens, numeral.first, _phrases("plain"))
    if first > 0 and tokens[first - 1].text in words_of("grammar", "possessive"):
        return first - 1
    return _possessor(tokens, first) if first > 0 and _is_possessive(tokens, first - 1) else first


def _is_possessive(tokens: Sequence[Token], at: int) -> bool:
    word = tokens[at].text
    if word == "'":
        return at > 0 and tokens[at].start == tokens[at - 1].end and tokens[at - 1].text.endswith("s")
    return word.endswith("'s") and word not in words_of("grammar", "no_possessor")


def _possessor(tokens: Sequence[Token], first: int) -> int:
    """Step back over "the mayor's" and "Abu Nidal's" before a number."""
    at = first - 1 - (tokens[first - 1].text == "'")
    if at < 0 or tokens[at].text in words_of("refused", "months"):
        return first
    for i in range(at, max(at - _POSSESSOR, -1), -1):
        word = tokens[i].text
        if word in words_of("grammar", "determiner"):
            return i
        if i < at and (word in stops() or state_of(word) is not None or not word[0].isalnum()):
            break
    while at > 0 and tokens[at].capital and tokens[at - 1].capital:
        at -= 1
    return at if tokens[at].capital else first


@cache
def _phrases(name: str) -> Phrases:
    return index_phrases(vocabulary()["phrases"][name])


# --- noun phrases -------------------------------------------------------------------------------------------------------


def _group(tokens: Sequence[Token], numeral: Numeral) -> Group:
    """Read the noun phrase that a number counts."""
    at = numeral.last
    while at < len(tokens) and tokens[at].text in {"more", "additional", "further", "such"}:
        at += 1
    if at + 1 < len(tokens) and tokens[at].text in QUOTES and tokens[at + 1].text == "of":
        at += 1  # '"scores" of insurgents'
    if at < len(tokens) and tokens[at].text == "of" and not leads_back(tokens, at):
        at += 1
        while at < len(tokens) and tokens[at].text in words_of("grammar", "determiner"):
            at += 1
    while at + 1 < len(tokens) and tokens[at].text in QUOTES and (_mark(tokens, at, at) or is_person(tokens[at + 1].text)):
        at += 1  # 'dozens of "terrorists"'
    last, aged, adjective = read_noun_phrase(tokens, at)
    person = aged or (last > at and _names_people(tokens, at, last, numeral))
    refused = counts_nobody(tokens, numeral, at, last) or (
        numeral.form is not Form.NONE and not person and head_of(tokens, at, last) in words_of("refused", "things")
    )
    return Group(numeral=numeral, first=at, last=last, person=person, refused=refused, adjective=adjective)


def _names_people(tokens: Sequence[Token], first: int, last: int, numeral: Numeral) -> bool:
    head = head_of(tokens, first, last)
    if head == "head" and last < len(tokens) and tokens[last].text in words_of("grammar", "harm_noun"):
        return False  # "a head wound"
    if head in {"figure", "figures"} and _is_number(tokens, first, last):
        return False
    if is_person(head) or (is_person(tokens[last - 1].text) and tokens[last - 2].text != "-"):
        return True
    share = last < len(tokens) and tokens[last].text == "of"  # "a third of them"
    ordinal = head in words_of("people", "ordinals") and numeral.form is Form.ARTICLE and not share
    return ordinal or (is_demonym(tokens[last - 1]) and head not in words_of("refused", "things"))


def _is_number(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a figure is a number and no person: "a figure of 22 dead", "an official figure"."""
    follow = tokens[last].text if last < len(tokens) else ""
    return last - first < 2 or follow in {"of", "for"} or tokens[last - 2].text in words_of("figures", "not_figure")


def leads_back(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether "of" leads to people named elsewhere: "of them", "of whom"."""
    return (
        at + 1 < len(tokens)
        and tokens[at].text == "of"
        and tokens[at + 1].text in {"them", "whom", "which", "us", "these", "those", "it"}
    )


def read_noun_phrase(tokens: Sequence[Token], at: int) -> tuple[int, bool, tuple[str, int] | None]:
    """Read a noun phrase without its determiner.

    Returns:
        The token after it, whether an age makes it a person ("13-year-old"), and a toll word in it with its token.
    """
    aged, adjective, i = False, None, at
    while i < len(tokens) and i - at < 14:
        step = age_at(tokens, i)
        aged = aged or bool(step)
        step = step or _mark(tokens, at, i)
        if step:
            i += step
            continue
        tied = i > at and tokens[i - 1].text in DASHES
        kind = None if tied or (i == at and tokens[i].text in words_of("grammar", "own_kind")) else state_of(tokens[i].text)
        if (
            kind is not None
            and _describes(tokens[i].text)
            and _continues(tokens, i + 1)
            and not (i > at and is_person(tokens[i - 1].text))
        ):
            adjective = (kind, i)
        elif (kind is not None and not (i == at and _modifies(tokens, i))) or (
            kind is None and not tied and _ends_phrase(tokens, at, i)
        ):
            break
        i += 1
    while i > at and (tokens[i - 1].text in DASHES or tokens[i - 1].text in QUOTES):
        i -= 1
    return i, aged, adjective


def _describes(word: str) -> bool:
    """Tell whether a toll word can be an adjective: "wounded" and "dead", not "die" and "flee"."""
    return is_verbal(word) or word in kinds_of("state") or word in {"slain", "captive"}


def _modifies(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a toll word is a noun before a noun for people: "seven rescue workers", "two murder suspects"."""
    return at + 1 < len(tokens) and tokens[at].text not in kinds_of("intransitive") and is_person(tokens[at + 1].text)


def _mark(tokens: Sequence[Token], first: int, at: int) -> int:
    """Return how many tokens a mark inside a noun phrase takes: a tie, quotation marks, an acronym in brackets."""
    word = tokens[at].text
    follow = tokens[at + 1] if at + 1 < len(tokens) else None
    if follow is None or not follow.text[0].isalnum():
        return 0
    if word in DASHES:
        return 1 if at > first and tokens[at].start == tokens[at - 1].end and follow.start == tokens[at].end else 0
    if word in QUOTES:
        return 1 if state_of(follow.text) is None and follow.text not in stops() else 0
    bracketed = word in {"(", "["} and at > first and at + 3 < len(tokens) and tokens[at + 2].text in {")", "]"}
    return 3 if bracketed and follow.capital and _continues(tokens, at + 3) else 0


def age_at(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens an age takes ("13-year-old"), 0 for none."""
    i = at
    while i < min(at + 4, len(tokens)) and (
        tokens[i].text[0].isdecimal()
        or tokens[i].text in vocabulary()["units"]
        or tokens[i].text in vocabulary()["tens"]
        or tokens[i].text == "-"
    ):
        i += 1
    if i == at or i >= len(tokens) or tokens[i].text not in {"year", "years", "month", "months", "yr"}:
        return 0
    i += 1
    if i < len(tokens) and tokens[i].text in DASHES:
        i += 1
    return i + 1 - at if i < len(tokens) and tokens[i].text in {"old", "olds"} else 0


def _continues(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a noun follows, so that the word before it is an adjective ("12 wounded soldiers")."""
    if at >= len(tokens):
        return False
    word = tokens[at].text
    return word[0].isalpha() and word not in stops() and state_of(word) is None and word not in vocabulary()["units"]


def _ends_phrase(tokens: Sequence[Token], first: int, at: int) -> bool:
    word = tokens[at].text
    hyphened = at + 1 < len(tokens) and tokens[at + 1].text in DASHES and tokens[at + 1].start == tokens[at].end  # "off-duty"
    if not word[0].isalpha() or (word in words_of("grammar", "finite") and not hyphened):
        return True
    if hyphened or (at == first and word not in stops()):
        return False
    if word in stops():
        adjective = at == first and is_verbal(word) and _continues(tokens, at + 1)
        return not (adjective or (word == "us" and tokens[at].capital and _continues(tokens, at + 1)))
    before = tokens[at - 1].text
    people = is_person(before) or before.endswith("s")
    named = tokens[at].capital and tokens[at - 1].capital  # "Kurdistan Workers Party"
    closes = before.endswith("s") or before in words_of("people", "closed")
    native = tokens[at - 1].capital and at - 1 == first and is_person(word)  # "a Swiss nurse"
    if is_person(before) and closes and not (named or native or _is_plural(word)):
        return True  # "18 soldiers captive", "11 members drew protests"
    if is_person(before) and word.endswith("ly"):
        return not is_person(word)  # "killed one man instantly"
    thing = tokens[at - 1].capital and at + 1 < len(tokens) and tokens[at + 1].text in words_of("refused", "things")
    verb = people and is_verbal(word) and not (is_person(word) or thing)  # "a Thai fishing trawler"
    return word in vocabulary()["units"] or verb


def _is_plural(word: str) -> bool:
    return is_person(word) and (word.endswith("s") or word in words_of("people", "plurals"))
