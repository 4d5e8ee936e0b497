"""Counted people: each number of a sentence with the noun phrase it counts, and the numbers that count nobody.

Used by ``counts.py`` and ``governors.py``; docs/counts.md lists the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dateline.claims.numerals import (
    DASHES,
    Form,
    Numeral,
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

QUOTES = frozenset("\"'“”‘’«»")  # noqa: RUF001 (the marks that newsrooms use)
_NAMED_AGE = 110


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
        if part.first == whole.numeral.first and tokens[part.numeral.last].text == "of":
            part.first, part.last, part.person = whole.numeral.first, whole.last, whole.person or whole.alone
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
        part.refused = part.refused or _is_superseded(tokens, part, whole)
        if part.part_of is None and whole.part_of is None and _is_taken_up(tokens, part, whole):
            whole.part_of = part
    for group in counted.groups:
        group.refused = group.refused or _is_body(tokens, group)
    return counted


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
    """Return the first token of a number with every word that introduces it ("a further 12")."""
    return numeral.first - phrase_before(tokens, numeral.first, _phrases("plain"))


# --- words --------------------------------------------------------------------------------------------------------------


@cache
def _phrases(name: str) -> dict[str, Any]:
    return index_phrases(vocabulary()["phrases"][name])


@cache
def stops() -> frozenset[str]:
    """Return the words at which a noun phrase ends."""
    names = ("be", "have", "modal", "preposition", "conjunction", "pronoun", "determiner", "adverb", "verb", "after_noun")
    return frozenset().union(*(words_of("grammar", name) for name in names)) | words_of("refused", "months")


@cache
def kinds_of(section: str) -> dict[str, str]:
    """Return word to toll kind for a section of the predicates."""
    return {word: kind for kind, words in vocabulary()["predicates"][section].items() for word in words}


def state_of(word: str) -> str | None:
    """Return the toll kind that a word tells as an adjective or participle ("wounded", "dead"), or None."""
    return kinds_of("state").get(word) or kinds_of("transitive").get(word) or kinds_of("intransitive").get(word)


def is_verbal(word: str) -> bool:
    """Tell whether a word is shaped like a participle."""
    return word.endswith(("ed", "ing"))


@cache
def is_person(word: str) -> bool:
    """Tell whether a lower-case word is a noun for a person or for people."""
    if word in words_of("people", "nouns") or word in words_of("people", "plurals"):
        return True
    if word in words_of("people", "not"):
        return False
    if len(word) > 4 and word.endswith(("men", "man", "ist", "ists", "ian", "ians", "ean", "eans")):
        return True
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("'s", ""), ("s'", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in words_of("people", "nouns"):
            return True
    return False


def _is_demonym(token: Token) -> bool:
    """Tell whether a capitalised word looks like the name of a person of a country ("Nigerien")."""
    return (
        token.capital
        and len(token.text) > 4
        and token.text.endswith(("an", "ien", "ese", "ani", "i", "ine", "ans", "is", "iens"))
    )


# --- noun phrases -------------------------------------------------------------------------------------------------------


def _group(tokens: Sequence[Token], numeral: Numeral) -> Group:
    """Read the noun phrase that a number counts."""
    at = numeral.last
    while at < len(tokens) and tokens[at].text in {"more", "additional", "further"}:
        at += 1
    if at < len(tokens) and tokens[at].text == "of" and not leads_back(tokens, at):
        at += 1
        while at < len(tokens) and tokens[at].text in words_of("grammar", "determiner"):
            at += 1
    last, aged, adjective = read_noun_phrase(tokens, at)
    person = aged or (last > at and _names_people(tokens, at, last, numeral))
    refused = _refused(tokens, numeral, at, last) or (
        numeral.form is not Form.NONE and not person and _head(tokens, at, last) in words_of("refused", "things")
    )
    return Group(numeral=numeral, first=at, last=last, person=person, refused=refused, adjective=adjective)


def _names_people(tokens: Sequence[Token], first: int, last: int, numeral: Numeral) -> bool:
    head = _head(tokens, first, last)
    if is_person(head) or (is_person(tokens[last - 1].text) and tokens[last - 2].text != "-"):
        return True
    share = last < len(tokens) and tokens[last].text == "of"  # "a third of them"
    ordinal = head in words_of("people", "ordinals") and numeral.form is Form.ARTICLE and not share
    return ordinal or (_is_demonym(tokens[last - 1]) and head not in words_of("refused", "things"))


def _head(tokens: Sequence[Token], first: int, last: int) -> str:
    """Return the last word of a noun phrase, with what a hyphen ties to it ("passer-by")."""
    if last <= first:
        return ""
    at = last - 1
    while at - 2 >= first and tokens[at - 1].text in DASHES:
        at -= 2
    return "".join("-" if token.text in DASHES else token.text for token in tokens[at:last])


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
        if kind is not None and _continues(tokens, i + 1) and not (i > at and is_person(tokens[i - 1].text)):
            adjective = (kind, i)
        elif kind is not None or (not tied and _ends_phrase(tokens, at, i)):
            break
        i += 1
    while i > at and (tokens[i - 1].text in DASHES or tokens[i - 1].text in QUOTES):
        i -= 1
    return i, aged, adjective


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
    if not word[0].isalpha():
        return True
    if at + 1 < len(tokens) and tokens[at + 1].text in DASHES and tokens[at + 1].start == tokens[at].end:
        return False  # "off-duty"
    if word in stops():
        adjective = at == first and is_verbal(word) and _continues(tokens, at + 1)
        return not (adjective or (word == "us" and tokens[at].capital and _continues(tokens, at + 1)))
    if at == first:
        return False
    before = tokens[at - 1].text
    people = is_person(before) or before.endswith("s")
    named = tokens[at].capital and tokens[at - 1].capital  # "Kurdistan Workers Party"
    closes = before.endswith("s") or before in words_of("people", "closed")
    if is_person(before) and closes and not named and not _is_plural(word):
        return True  # "18 soldiers captive", "11 members drew protests"
    return word in vocabulary()["units"] or (people and is_verbal(word) and not is_person(word))


def _is_plural(word: str) -> bool:
    return is_person(word) and (word.endswith("s") or word in words_of("people", "plurals"))


# --- numbers that count nobody ------------------------------------------------------------------------------------------


def _refused(tokens: Sequence[Token], numeral: Numeral, first: int, last: int) -> bool:
    """Tell whether a number counts no people by what stands right before or after it."""
    if numeral.measure or (numeral.form is not Form.NONE and _measures(tokens, numeral, first, last)):
        return True
    if numeral.form is not Form.FIGURE:
        return False
    alone = first >= last
    if _is_age(tokens, numeral, alone=alone) or _is_size(tokens, numeral) or (alone and _is_offspring(tokens, numeral)):
        return True
    core = tokens[numeral.core]
    if core.text[0].isdecimal():
        return any(rule(tokens, numeral) for rule in (_tied, _labels, _dates, _year, _scores)) or _age_of(tokens, numeral, last)
    if core.text == "both":
        return _both_again(tokens, numeral)
    return core.capital and core.text in vocabulary()["units"] and _labels(tokens, numeral)  # "Unit Two"


def _is_size(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "the attackers, thought to number 15," and "some of the 200": how many there are, not how many were harmed."""
    first, second = ["", "", *(token.text for token in tokens[max(0, numeral.first - 2) : numeral.first])][-2:]
    if second in words_of("grammar", "sizing") and first in {"to", ",", "who", "they"}:
        return True
    before = [token.text for token in tokens[max(0, numeral.core - 3) : numeral.core]]
    return before[1:] == ["of", "the"] and before[0] in words_of("figures", "share")


def _is_offspring(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "a mother of four": how many children somebody has."""
    before = [token.text for token in tokens[max(0, numeral.first - 2) : numeral.first]]
    return before[1:] == ["of"] and before[0] in words_of("grammar", "parents")


def _both_again(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "two women, pensioners both," and "two suspects, both Chechens,"."""
    at = numeral.first
    closing = numeral.last >= len(tokens) or not tokens[numeral.last].text[0].isalpha()
    return (at > 0 and closing) or (at > 1 and tokens[at - 1].text == "," and is_person(tokens[at - 2].text))


def _is_age(tokens: Sequence[Token], numeral: Numeral, *, alone: bool) -> bool:
    """As in "aged 12", "aged 17 and 19", "aged between 12 and 15", "between the ages of 17 and 24", "in his 20's"."""
    at = numeral.core
    if (
        numeral.last < len(tokens)
        and tokens[numeral.last].text in {"'", "s"}
        and tokens[at - 1].text in {"his", "her", "their"}
    ):
        return True
    reach = max(0, at - 8) if alone else at - 1
    for i in range(at - 1, reach - 1, -1):
        word = tokens[i].text
        if word in {"aged", "age", "ages"}:
            return True
        if not (word[0].isdecimal() or word in words_of("grammar", "between_ages") or word in vocabulary()["units"]):
            return False
    return False


def _measures(tokens: Sequence[Token], numeral: Numeral, first: int, last: int) -> bool:
    """As in "12 km", "a 13-year-old" (the 13), "$ 5", "40 %", "122-mm", "5 p.m.", "two more days"."""
    at = numeral.last
    before = tokens[numeral.core - 1] if numeral.core else None
    after = tokens[at].text if at < len(tokens) else ""
    if after in {"%", "a.m.", "p.m.", "°", "strong"}:
        return True
    if before is not None and before.text in words_of("refused", "money"):
        marked = (
            not before.text.isalpha() or before.end == tokens[numeral.core].start or before.text in {"rs", "usd", "eur", "ksh"}
        )
        if marked:
            return True
    tie = (
        after in DASHES
        and at + 1 < len(tokens)
        and tokens[at].end == tokens[at + 1].start
        and tokens[at].start == tokens[at - 1].end
    )
    if tie and tokens[at + 1].text[0].isalnum() and numeral.form is not Form.UNKNOWN:
        return True
    units = words_of("refused", "units")
    head = _head(tokens, first, last)
    nearest = tokens[first].text if first < len(tokens) else ""
    return head in units or (nearest in units and not is_person(head))


def _tied(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "F-16", "M23", "5th", "122mm"."""
    at = numeral.core
    before = tokens[at - 1] if at else None
    if (
        before is not None
        and before.end == tokens[at].start
        and (before.text[0].isalnum() or before.text in {"/", ":", ".", "#"})
    ):
        return True
    if (
        before is not None
        and at > 1
        and before.text in DASHES
        and before.start == tokens[at - 2].end
        and before.end == tokens[at].start
    ):
        return True
    after = tokens[numeral.last] if numeral.last < len(tokens) else None
    return after is not None and after.start == tokens[numeral.last - 1].end and after.text[0].isalpha()


def _labels(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "Resolution 1701", "No. 5", "12 Elm Street"."""
    at = numeral.core
    ahead = tokens[numeral.last : numeral.last + 3]
    if (
        len(ahead) > 1
        and ahead[0].capital
        and ahead[1].capital
        and any(token.text in words_of("refused", "streets") for token in ahead[1:])
    ):
        return True
    dot = at > 1 and tokens[at - 1].text == "."
    label = tokens[at - 2] if dot else tokens[at - 1] if at else None
    if label is None or label.text not in words_of("refused", "before"):
        return False
    return label.capital or label.text in {"km", "point", "page"}


def _dates(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "October 4", "Oct. 4", "4 October", "20 and 21 October", "June 2014"."""
    months = words_of("refused", "months")
    at, value, text = numeral.core, numeral.value.best or 0, tokens[numeral.core].text
    if not text.isdecimal():
        return False
    before = tokens[at - 2] if at > 1 and tokens[at - 1].text == "." else tokens[at - 1] if at else None
    if before is not None and before.text in months and before.capital:
        dated = at > 1 and tokens[at - 2].text.isdecimal()  # "6 OCT 89"
        if value <= 31 or 1900 <= value < 2100 or (dated and value < 100):
            return True
    if value > 31:
        return False
    ahead = [
        token
        for token in tokens[numeral.last : numeral.last + 3]
        if token.text not in {"and", "to", "or", "/", ","} and not token.text.isdecimal()
    ]
    return bool(ahead) and ahead[0].text in months and ahead[0].capital and tokens[numeral.last].text != "."


def _year(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "in 2014": four figures without a comma, no noun after them, no verb or modifier before them."""
    text = tokens[numeral.core].text
    if not (text.isdecimal() and len(text) == 4 and len(tokens) > 1 and 1900 <= int(text) < 2100):
        return False
    after = tokens[numeral.last].text if numeral.last < len(tokens) else ""
    noun = after[:1].isalpha() and after not in stops() and state_of(after) is None
    before = tokens[numeral.core - 1].text if numeral.core else ""
    governed = kinds_of("transitive").get(before) is not None or (
        numeral.first < numeral.core and before not in {"about", "around", "from", "between"}
    )
    return not noun and not governed


def _scores(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "3-1", "10:30", "12/5": figures tied to figures that are no range."""
    if numeral.last + 1 >= len(tokens):
        return False
    mark, follow = tokens[numeral.last], tokens[numeral.last + 1]
    tied = mark.start == tokens[numeral.last - 1].end and follow.start == mark.end
    return tied and (mark.text in DASHES or mark.text in {":", "/", "."}) and follow.text[0].isdecimal()


def _age_of(tokens: Sequence[Token], numeral: Numeral, last: int) -> bool:
    """As in "Dayton, 42, of", "aged 12", "a girl of 12", "Omar Haddad (34)"."""
    at = numeral.core
    before = tokens[at - 1].text if at else ""
    holder = tokens[at - 2] if at > 1 else None
    if holder is None:
        return False
    if before == "of" and (
        holder.text == "age" or (is_person(holder.text) and not holder.text.endswith("s") and last == numeral.last)
    ):
        return holder.text not in {"people", "total", "dead"}
    closed = numeral.last >= len(tokens) or tokens[numeral.last].text in {",", ")", ".", "and"}
    named = holder.text[0].isalpha() and (holder.capital or is_person(holder.text))
    listing = state_of(holder.text) is not None or holder.text.endswith("s")
    value = numeral.value.best or 0
    return before in {",", "("} and closed and named and 0 < value < _NAMED_AGE and last == numeral.last and not listing
