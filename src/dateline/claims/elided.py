"""Elided kinds: a number that leaves out what befell the people, since it has just been told of others.

"Ten were killed in Kano, six in Jos", "the rebels say 104", "the opposition claims more than 30 were". docs/counts.md lists
the rules; the words are in ``counts.toml`` (``figures``).
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from dateline.claims.counted import Counted, Group, outset
from dateline.claims.lexicon import QUOTES, kinds_of, state_of
from dateline.claims.numerals import Form, Phrases, index_phrases, phrase_before, vocabulary, words_of
from dateline.claims.parts import is_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.claims.numerals import Token

_LIKEWISE = 6  # tokens between "as were" and the last of a list
_CLAUSE = 10  # tokens before a figure in which a word tells that it was the first
_REACH = 30  # tokens between a count and one that leaves its kind out


def take_over(counted: Counted) -> None:
    """Give the numbers of a sentence that leave their kind out that of the count before them."""
    before: Group | None = None
    for group in counted.groups:
        if group.kind is None and before is not None and _elides(counted, before, group):
            group.kind, group.predicate, group.by_left = before.kind, before.predicate, before.by_left
        if group.kind is not None and group.numeral.form is not Form.NONE:
            before = group


def drop_corrected(counted: Counted) -> None:
    """Drop a first figure that a later one corrects: "initially said nine had died but later put the figure at six"."""
    for before, group in pairwise(counted.groups):
        if before.kind is not None and group.alone and _is_changed(counted.tokens[before.last : group.numeral.first]):
            group.kind, group.predicate, group.by_left = before.kind, before.predicate, before.by_left
            before.kind, before.refused = None, True
    told = [group for group in counted.groups if group.kind is not None and not is_part(counted, group)]
    for before, group in pairwise(told):
        ahead = {token.text for token in counted.tokens[max(0, before.numeral.first - _CLAUSE) : before.numeral.first]}
        between = {token.text for token in counted.tokens[before.last : group.numeral.core]}
        corrects = between & words_of("figures", "then") and between & {"but", ";", ",", "before"}
        if before.kind == group.kind and ahead & words_of("figures", "first") and corrects:
            before.kind, before.refused = None, True


def _is_changed(between: Sequence[Token]) -> bool:
    """As in "a tally of 140 dead was cut to 118" and "the toll of 12 rose to 15"."""
    words = [token.text for token in between]
    plain = {"by", "then", "later", "since", "on", "that", "down", "up", "sharply", "subsequently", "dead", "deaths"}
    return (
        words[-1:] == ["to"]
        and any(word in words_of("figures", "changes") for word in words)
        and all(
            word in plain
            or word in words_of("figures", "changes")
            or any(word in words_of("grammar", name) for name in ("be", "have", "adverb"))
            for word in words[:-1]
        )
    )


def figures_alone(counted: Counted) -> list[Group]:
    """Return the numbers of a sentence that speak of people told of before it: "residents put the figure at 40"."""
    return [
        group for group in counted.groups if group.kind is None and _bare(counted, group) and _is_said(counted.tokens, group)
    ]


def _follows_suit(counted: Counted, before: Group, group: Group) -> bool:
    """As in "ten soldiers were killed in Kano and two civilians in Jos": people with a place and no verb of their own."""
    tokens, at = counted.tokens, outset(counted.tokens, group.numeral)
    if not (group.person and counted.countable(group)) or is_part(counted, group) or at < 1:
        return False
    ahead = tokens[group.last : group.last + 2]
    placed = (
        len(ahead) > 1
        and ahead[0].text in {"in", "at", "near", "by", "outside"}
        and (ahead[1].capital or ahead[1].text == "the")
    )
    if not placed or tokens[at - 1].text not in {"and", ","} or before.by_left:
        return False
    if any(_tells(token.text) or token.text == ";" for token in tokens[max(before.last, before.predicate + 1) : at]):
        return False
    for token in tokens[group.last :]:
        if token.text in {".", ",", ";", "and"}:
            return True
        if _tells(token.text):
            return False
    return True


def _elides(counted: Counted, before: Group, group: Group) -> bool:
    if _follows_suit(counted, before, group) or _likewise(counted, group):
        return True
    if not _bare(counted, group) or group.numeral.first - before.numeral.last > _REACH:
        return False
    return _is_said(counted.tokens, group) or _again(counted.tokens, group) or _gapped(counted.tokens, before, group)


def _likewise(counted: Counted, group: Group) -> bool:
    """As in "all four gunmen died, as did a passer-by", "ten were killed, as were his wife and two guards"."""
    if not ((group.person or group.alone) and counted.countable(group)):
        return False
    at = outset(counted.tokens, group.numeral)
    for i in range(at, max(at - _LIKEWISE, 1), -1):
        if phrase_before(counted.tokens, i, _likewise_phrases()):
            return i == at or counted.tokens[at - 1].text == "and"
        if _tells(counted.tokens[i - 1].text) or counted.tokens[i - 1].text in {",", ";"}:
            return False
    return False


@cache
def _likewise_phrases() -> Phrases:
    return index_phrases(vocabulary()["figures"]["likewise"])


def _bare(counted: Counted, group: Group) -> bool:
    """Tell whether a number stands without a noun and can count people."""
    one = group.numeral.form is Form.ARTICLE and counted.tokens[group.numeral.last - 1].text == "one"
    figure = group.numeral.form is Form.FIGURE or one
    return figure and group.alone and counted.countable(group) and not is_part(counted, group)


@cache
def _said_phrases() -> Phrases:
    return index_phrases(vocabulary()["figures"]["phrases"])


def _is_said(tokens: Sequence[Token], group: Group) -> bool:
    """As in "the rebels say 104;", "residents put the figure at 40", "the hospital listed 43."."""
    at, last = outset(tokens, group.numeral), group.numeral.last
    if last < len(tokens) and tokens[last].text not in words_of("figures", "closing"):
        return False
    while at > 0 and tokens[at - 1].text in QUOTES:
        at -= 1
    if at == 0:
        return False
    verb = tokens[at - 1].text
    return (
        verb in words_of("figures", "said")
        or verb in words_of("grammar", "losing")
        or bool(phrase_before(tokens, at, _said_phrases()))
    )


def _again(tokens: Sequence[Token], group: Group) -> bool:
    """As in "the opposition claims more than 30 were."."""
    last = group.numeral.last
    closed = last + 1 >= len(tokens) or tokens[last + 1].text in {".", ",", ";"}
    return last < len(tokens) and tokens[last].text in words_of("figures", "again") and closed


def _gapped(tokens: Sequence[Token], before: Group, group: Group) -> bool:
    """As in "ten were killed in Kano, six in Jos and one in Bauchi" and "the bombing killed 12, the shooting five"."""
    at, last = outset(tokens, group.numeral), group.numeral.last
    between = [token.text for token in tokens[max(before.numeral.last, before.predicate + 1) : at]]
    ends = last >= len(tokens) or tokens[last].text in {".", ",", ";", "and"}
    if ";" in between:
        return ends and _only_when(tokens, at)
    if any(_tells(word) for word in between):
        return False
    if [word for word in between if word != ","] == ["not"]:
        return ends or tokens[last].text == "as"  # "128, not 73 as the authorities claim"
    if between and between[-1] in {",", "and"}:
        return ends or tokens[last].text in {"in", "at", "near", "on", "by", "according"}
    if between and between[-1] == "at" and tokens[outset(tokens, before.numeral) - 1].text == "at":
        between.pop()  # "put the dead at 68, railway officials at 76"
        return ends and bool({",", "and"} & set(between[-6:]))
    commas = [i for i, word in enumerate(between) if word == ","]
    subject = between[commas[-1] + 1 :] if commas else []
    return ends and 2 <= len(subject) <= 4 and subject[0] in words_of("grammar", "determiner")


def _only_when(tokens: Sequence[Token], at: int) -> bool:
    """As in "17 were killed on Monday; on Tuesday, nine": only a time or a place stands behind the semicolon."""
    i = at - 1
    while i >= 0 and tokens[i].text != ";":
        word = tokens[i].text
        if not (word == "," or tokens[i].capital or word in words_of("grammar", "preposition")):
            return False
        i -= 1
    return tokens[at - 1].text == ","


def _tells(word: str) -> bool:
    """Tell whether a word is a verb, or a word for what befell people."""
    verb = word in words_of("grammar", "be") or word in words_of("grammar", "verb") or word in words_of("grammar", "have")
    return verb or state_of(word) is not None or word in kinds_of("intransitive")
