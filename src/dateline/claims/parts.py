"""Parts and asides: counts that are part of another ("including four children"), and "a teacher" behind a name.

docs/counts.md lists the rules; the words are in ``counts.toml`` (``subgroup``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from dateline.claims.counted import Counted, Group, kinds_of, leads_back, outset, state_of, stops
from dateline.claims.numerals import Form, index_phrases, phrase_at, phrase_before, vocabulary, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.claims.numerals import Token

_REACH = 26  # tokens that an aside may take
_LONGEST_TITLE = 5


@cache
def _part_phrases(side: str) -> dict[str, Any]:
    return index_phrases(vocabulary()["subgroup"][side])


def is_part(counted: Counted, group: Group) -> bool:
    """Tell whether a count is part of another: "including four children", "three of them", "two of the dead"."""
    tokens = counted.tokens
    if phrase_at(tokens, group.numeral.last, _part_phrases("after")):
        return not leads_back(tokens, group.numeral.last) or whole_of(counted, group) is not None
    follow = tokens[group.numeral.last].text if group.numeral.last < len(tokens) else ""
    if _in_apposition(counted, group) or (group.alone and follow in words_of("figures", "manner")):
        return True
    at = outset(tokens, group.numeral)
    for i in range(at, max(at - 14, 0), -1):
        if phrase_before(tokens, i, _part_phrases("before")):
            return _lists_people(tokens, i, at)
        word = tokens[i - 1].text
        if (
            word in {";", ".", ")"}
            or kinds_of("transitive").get(word)
            or word in words_of("grammar", "conjunction") - {"and", "or"}
        ):
            return False
    return False


def whole_of(counted: Counted, group: Group) -> Group | None:
    """Return the count of which "three of them" are a part: that of the 12 in "wounded 12, three of them badly"."""
    before = [other for other in counted.groups if other.numeral.last <= group.numeral.first and counted.countable(other)]
    whole = before[-1] if before else None
    if whole is None or any(token.text in {";", "."} for token in counted.tokens[whole.last : group.numeral.first]):
        return None
    return whole if (whole.numeral.value.best or 0) >= (group.numeral.value.best or 0) else None


def _in_apposition(counted: Counted, group: Group) -> bool:
    """As in "four people - three men and a woman -" and "six soldiers (four Iraqi, two American)"."""
    tokens = counted.tokens
    for whole in counted.groups:
        behind = [i for i in range(whole.last, min(whole.last + 5, group.numeral.first)) if tokens[i].text == "("]
        mark = behind[0] if behind else whole.last
        opened = mark < group.numeral.first <= mark + 14 and tokens[mark].text in {"(", "-", "–", "—"}  # noqa: RUF001
        if not opened or not (whole.person or whole.alone) or tokens[mark].start == tokens[mark - 1].end:
            continue
        inside = [token.text for token in tokens[mark + 1 : group.numeral.first]]
        smaller = (group.numeral.value.best or 0) < (whole.numeral.value.best or 0)
        if (
            smaller
            and not {tokens[mark].text, ")", ";", "."} & set(inside)
            and not any(kinds_of("transitive").get(w) for w in inside)
        ):
            return True
    return False


def _lists_people(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether only a list of people lies between a subgroup word and a number."""
    words = [token.text for token in tokens[first:last]]
    if words[-2:] == [",", "and"] and words.count(",") == 1:
        return False  # "seven militants, including a woman, and three policemen"
    if "," in words and "and" not in words:
        return False
    plain = {",", "and", "at", "least", "more", "than", "were", "was", "are", "is", "also"}
    return all(
        word in plain or word in words_of("grammar", "determiner") or (word not in stops() and not state_of(word))
        for word in words
    )


def names_one(counted: Counted, group: Group) -> bool:
    """Tell whether people only describe somebody named before: "Omar Haddad, 42, a teacher from Basra, was shot dead"."""
    tokens, at = counted.tokens, outset(counted.tokens, group.numeral)
    if group.numeral.form is not Form.ARTICLE or at < 2 or tokens[at - 1].text != ",":
        return False
    name = at - 2
    if tokens[name].text.isdecimal() and name > 1 and tokens[name - 1].text == ",":
        name -= 2
    if not tokens[name].capital:
        return False
    while name > 0 and tokens[name - 1].capital:
        name -= 1
    if tokens[name].text in stops() or (name > 0 and tokens[name - 1].text in words_of("grammar", "preposition")):
        return False  # "in Basra, a teacher, Omar Haddad, was"
    for i in range(group.last, min(group.last + 8, len(tokens) - 1)):
        word = tokens[i].text
        if word == ",":
            follow = tokens[i + 1].text
            return follow in words_of("grammar", "be") or follow in words_of("grammar", "have")
        if word in words_of("grammar", "be") or word in words_of("grammar", "conjunction"):
            return False
    return False


def past_aside(tokens: Sequence[Token], at: int) -> int | None:
    """Return the token after an aside that begins at a mark; None when it does not close."""
    closing = {"(": ")", ",": ",", "-": "-", "–": "–", "—": "—"}[tokens[at].text]  # noqa: RUF001
    for i in range(at + 1, min(at + _REACH, len(tokens))):
        if tokens[i].text == closing:
            return i + 1
        abbreviated = tokens[i - 1].capital and tokens[i - 1].end - tokens[i - 1].start <= _LONGEST_TITLE  # "Capt. Jasim"
        if tokens[i].text == ";" or (tokens[i].text == "." and not abbreviated):
            return None
    return None


def speaks(counted: Counted, group: Group) -> bool:
    """Tell whether people say what was told before them: "killed 19 worshippers, a priest said"."""
    for token in counted.tokens[group.last : group.last + 8]:
        if token.text in {",", ";", "who", "that", "and"} or state_of(token.text):
            return False
        if token.text in words_of("figures", "said") or token.text in words_of("grammar", "speaks"):
            return True
    return False
