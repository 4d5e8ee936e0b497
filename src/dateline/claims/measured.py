"""Measured tolls: "the death toll rose to 19", "put the dead at 23", "bringing to 41 the number of people killed".

docs/counts.md lists the rules; the words are in ``counts.toml``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from dateline.claims.counted import Counted, Group, outset
from dateline.claims.lexicon import QUOTES, is_person, kinds_of, state_of
from dateline.claims.numerals import Form, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.claims.numerals import Token

_MEASURED = 18  # tokens that a toll may stand before its figure
_HEADINGS = frozenset({"still", "the", "of", "confirmed", "total", "number", "for", "its", "their", "own"})


def _in(name: str, word: str) -> bool:
    return word in words_of("grammar", name)


def before_adverbs(tokens: Sequence[Token], at: int) -> int:
    """Step back over adverbs and opening quotation marks before a number."""
    while at > 0 and (tokens[at - 1].text in QUOTES or (_in("adverb", tokens[at - 1].text) and tokens[at - 1].text != "both")):
        at -= 1
    return at


def measured(counted: Counted, group: Group) -> tuple[str, int] | None:
    """As in "the death toll rose to 19", "put the dead at 23", "bringing the total to 30", "put it at 26"."""
    tokens = counted.tokens
    at = before_adverbs(tokens, outset(tokens, group.numeral))
    changed = at > 0 and _in("change", tokens[at - 1].text) and group.numeral.first < group.numeral.core  # "rose above 800"
    dead = group.last < len(tokens) and tokens[group.last].text in kinds_of("state")  # "raised the count to 200 dead"
    if at == 0 or dead or not (changed or _in("measure", tokens[at - 1].text)):
        return None
    if at > 1 and _in("be", tokens[at - 1].text) and tokens[at - 2].text in {"he", "she", "they", "who", "i", "we", "which"}:
        return None  # "the arrest of a man who was one of three"
    if tokens[at - 1].text == "toll":
        return "killed", at - 1  # "toll now four"
    if (after := _toll_after(counted, group, at)) is not None:
        return after
    return _measured_before(counted, group, at)


def _measured_before(counted: Counted, group: Group, at: int) -> tuple[str, int] | None:
    """Look back from a measuring word for the noun that it measures."""
    tokens = counted.tokens
    for i in range(at - 2, max(at - _MEASURED, -1), -1):
        word = tokens[i].text
        other = i in counted.starts and _is_figure(counted.starts[i], i) and tokens[at - 1].text != "to"
        if word in {";", ".", ":"} or other:
            return None
        if word in {"total", "figure", "count", "it"} and tokens[i - 1].text != "death" and tokens[at - 1].text in {"to", "at"}:
            return _same_as_before(counted, group, i)
        if (kind := _measure_of(tokens, i, tokens[at - 1].text)) is not None:
            if _in("topping", tokens[at - 1].text):
                value = group.numeral.value
                group.numeral = replace(group.numeral, value=replace(value, low=value.best, high=None))
            return kind, i
    return None


def _is_figure(group: Group, at: int) -> bool:
    return group.numeral.core == at and group.numeral.form is Form.FIGURE and not group.refused


def _measure_of(tokens: Sequence[Token], at: int, measure: str) -> str | None:
    """Return the kind of a noun that is measured: "the death toll", "the number of people killed", "army losses"."""
    word, before = tokens[at].text, tokens[at - 1].text if at else ""
    if word == "toll":
        return "wounded" if before in {"wounded", "injury", "injured"} else "killed"
    if (word in {"count", "tally"} and before == "death") or (word == "losses" and measure == "at"):
        return "killed"
    heading = (
        before in _HEADINGS
        or before.endswith("'s")
        or ("number", "of") in pairwise(token.text for token in tokens[max(0, at - 6) : at])
        or (measure == "at" and before in {"put", "puts", "putting"})
        or [token.text for token in tokens[max(0, at - 3) : at - 1]] == ["number", "of"]
    )
    if not heading or at == 0:
        return None
    if word in _SPECIAL:
        return _special(tokens, at, measure)
    named = word in {"tolls", "martyrs", "victims", "losses"}
    return "killed" if named else kinds_of("state").get(word) or kinds_of("nouns").get(word)


_SPECIAL = frozenset({"lives", "life", "held", "exodus"})


def _special(tokens: Sequence[Token], at: int, measure: str) -> str | None:
    """As in "the exodus reached 100,000", "the number of hostages held"; not "spared the lives of three"."""
    word = tokens[at].text
    if word in {"lives", "life"}:
        return None if measure == "of" else "killed"
    if word == "exodus":
        return "displaced"
    return "abducted" if {"hostages", "captives"} & {token.text for token in tokens[:at]} else "detained"


def _toll_after(counted: Counted, group: Group, at: int) -> tuple[str, int] | None:
    """As in "bringing to 31 the deaths reported", "raised to 12 the number of dead"."""
    tokens = counted.tokens
    if tokens[at - 1].text != "to" or not group.alone or group.last >= len(tokens) or tokens[group.last].text != "the":
        return None
    for i in range(group.last + 1, min(group.last + 6, len(tokens))):
        kind = kinds_of("nouns").get(tokens[i].text) or state_of(tokens[i].text)
        if kind is not None:
            _name_counted(counted, group, i)
            return kind, i
    return None


def _name_counted(counted: Counted, group: Group, at: int) -> None:
    """Give a figure the people behind it: "bringing to 41 the number of people killed"."""
    tokens, first = counted.tokens, group.last + 3
    numbered = [token.text for token in tokens[group.last : first]] == ["the", "number", "of"]
    if numbered and first < at and is_person(tokens[at - 1].text):
        group.first, group.last, group.person = first, at, True


def _same_as_before(counted: Counted, group: Group, at: int) -> tuple[str, int] | None:
    """Give a total or a second figure the kind of the count before it in the sentence."""
    if counted.tokens[at].text == "it" and not (at and counted.tokens[at - 1].text in {"put", "puts", "putting"}):
        return None
    before = [other for other in counted.groups if other.numeral.last <= group.numeral.first and other.kind is not None]
    if before and before[-1].kind is not None:
        return before[-1].kind, at
    dead = any(token.text in words_of("figures", "toll_words") for token in counted.tokens[:at])
    return ("killed", at) if dead else None  # "more bodies washed ashore, taking the total to 28"
