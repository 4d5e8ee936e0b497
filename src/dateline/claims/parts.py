"""Parts and asides: counts that are part of another ("including four children"), and "a teacher" behind a name.

docs/counts.md lists the rules; the words are in ``counts.toml`` (``subgroup``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dateline.claims.counted import Counted, Group, leads_back, outset
from dateline.claims.lexicon import kinds_of, state_of, stops
from dateline.claims.numerals import Form, Phrases, index_phrases, phrase_at, phrase_before, vocabulary, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.claims.numerals import Token

_REACH = 26  # tokens that an aside may take
_LONGEST_TITLE = 5
_DESCRIBED = 14  # tokens of what tells who somebody named is
_APPOSED = 8  # tokens between people and the list that tells who they are


@cache
def _part_phrases(side: str) -> Phrases:
    return index_phrases(vocabulary()["subgroup"][side])


def is_part(counted: Counted, group: Group) -> bool:
    """Tell whether a count is part of another: "including four children", "three of them", "two of the dead"."""
    tokens = counted.tokens
    if phrase_at(tokens, group.numeral.last, _part_phrases("after")):
        return not leads_back(tokens, group.numeral.last) or whole_of(counted, group) is not None
    if in_apposition(counted, group) or (group.alone and _tells_how(counted, group)):
        return True
    return _is_included(tokens, outset(tokens, group.numeral))


def _tells_how(counted: Counted, group: Group) -> bool:
    """As in "wounded five, two seriously" and "60 police were hurt, several with burns"."""
    tokens, last = counted.tokens, group.numeral.last
    follow = tokens[last].text if last < len(tokens) else ""
    if follow == "with":
        return tokens[group.numeral.first - 1].text == "," and whole_of(counted, group) is not None
    return phrase_at(tokens, last, _manners()) > 0 and whole_of(counted, group) is not None


def _is_included(tokens: Sequence[Token], at: int) -> bool:
    """As in "including four children", "among them two women and a boy"."""
    for i in range(at, max(at - 14, 0), -1):
        if taken := phrase_before(tokens, i, _part_phrases("before")):
            said = i - taken > 0 and tokens[i - taken - 1].text in words_of("grammar", "be")
            return not (said and i < at) and _lists_people(tokens, i, at)  # not "were among the dead and 159 were hurt"
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


def in_apposition(counted: Counted, group: Group) -> bool:
    """Tell whether people are one of those whom an aside lists: "four people - three men and a woman -"."""
    return _in_brackets(counted, group) or _sums_up(counted, group)


def _in_brackets(counted: Counted, group: Group) -> bool:
    """As in "four people - three men and a woman -" and "six soldiers (four Iraqi, two American)"."""
    tokens = counted.tokens
    for whole in counted.groups:
        behind = [i for i in range(whole.last, min(whole.last + 5, group.numeral.first)) if tokens[i].text == "("]
        mark = behind[0] if behind else whole.last
        opened = mark < group.numeral.first <= mark + 14 and tokens[mark].text in {"(", "-", "–", "—"}  # noqa: RUF001
        if not opened or whole.refused or not (whole.person or whole.alone) or tokens[mark].start == tokens[mark - 1].end:
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


@cache
def _manners() -> Phrases:
    return index_phrases(vocabulary()["figures"]["manner"])


def _sums_up(counted: Counted, group: Group) -> bool:
    """As in "four members of a family, a couple and their two daughters," and "ten people: six men and four women"."""
    tokens, groups = counted.tokens, [one for one in counted.groups if not one.refused]
    for at, whole in enumerate(groups):
        behind = groups[at + 1 :]
        if group not in behind or not (whole.person or whole.alone) or whole.numeral.form is not Form.FIGURE:
            continue
        opening = behind[0].numeral.first - 1
        mark = tokens[opening].text
        if not 0 <= opening - whole.last <= _APPOSED or mark not in {",", ":"}:
            continue
        if mark == "," and any(_tells(token.text) for token in tokens[whole.last : opening]):
            continue
        total, last = 0, 0
        for one in behind:
            if any(_tells(token.text) for token in tokens[last : one.numeral.first] if last):
                break
            total += _kin(tokens, last or opening, one.numeral.first) + (one.numeral.value.best or 0)
            last = one.last
            if total + _kin(tokens, last, min(last + _APPOSED, len(tokens) - 1)) == whole.numeral.value.best:
                return groups.index(group) <= groups.index(one) and _is_closed(tokens, last)
    return False


def _is_closed(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a mark ends a list: "two people, a man and a boy, died", not "two men, a woman and a boy died"."""
    for token in tokens[at:]:
        if token.text in {",", ".", ";", ")", "-", "–", "—"}:  # noqa: RUF001
            return True
        if _tells(token.text) or token.text in kinds_of("intransitive") or token.text in kinds_of("transitive"):
            return False
    return True


def _kin(tokens: Sequence[Token], first: int, last: int) -> int:
    """Count those named without a number: "a boy, his mother and two neighbours" has one."""
    kin = 0
    for i in range(first, last):
        if _tells(tokens[i].text):
            break
        named = tokens[i].text in {"his", "her", "their"} and tokens[i + 1].text in words_of("people", "nouns")
        kin += named and tokens[i - 1].text in {",", "and"}
    return kin


def _tells(word: str) -> bool:
    return (
        word in {";", "."}
        or state_of(word) is not None
        or any(word in words_of("grammar", name) for name in ("be", "have", "verb"))
    )


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
    for i in range(group.last, min(group.last + _DESCRIBED, len(tokens) - 1)):
        word = tokens[i].text
        if word == ",":
            follow = tokens[i + 1].text
            return follow in words_of("grammar", "be") or follow in words_of("grammar", "have")
        if word in words_of("grammar", "be") or word in words_of("grammar", "conjunction") - {"and", "who"}:
            return False
    return False


def is_same_person(tokens: Sequence[Token], before: Group, group: Group) -> bool:
    """As in "a fifth man, a teacher, was wounded": one person told of twice; not "a man, a woman, and a boy"."""
    ones = all(one.numeral.form is Form.ARTICLE and one.numeral.value.best == 1 and one.person for one in (before, group))
    if not ones or outset(tokens, group.numeral) != before.last + 1 or tokens[before.last].text != ",":
        return False
    last = next((i for i in range(group.last, min(group.last + _LONGEST_TITLE, len(tokens) - 1)) if tokens[i].text == ","), 0)
    inside = {token.text for token in tokens[group.last : last]}
    listed = tokens[last + 1].text in words_of("grammar", "determiner") | {"and", "or", "one", "another"} if last else True
    return not (listed or inside & {"and", "or"} or any(_tells(word) for word in inside))


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


def joined(counted: Counted, before: Group, group: Group) -> bool:
    """Tell whether two counted noun phrases are joined by "and" or a comma, with at most a phrase of place between."""
    between = [token.text for token in counted.tokens[before.last : outset(counted.tokens, group.numeral)]]
    while between and between[-1] in {"his", "her", "their", "the", "its", "also"}:
        between.pop()
    if not between or len(between) > 12 or between[-1] not in {"and", ",", "plus", "&", "with", "including"}:
        return False
    if between[-1] == "," and speaks(counted, group):
        return False
    inner = between[:-1]
    if inner and inner[-1] == ",":
        inner = inner[:-1]
    if not inner:
        return True
    bar = {";", ",", "and", "who", "that"}
    plain = inner[0] in {"of", "from", "in", "at", "as", "together", "along"}
    return plain and not any(
        (word in words_of("grammar", "be") or word in words_of("grammar", "verb")) or state_of(word) or word in bar
        for word in inner
    )


def past_joined(counted: Counted, group: Group) -> int:
    """Return the token after people and all who are joined to them."""
    last = group
    for other in counted.groups:
        if other.first >= last.last and not other.refused and joined(counted, last, other) and not is_part(counted, other):
            last = other
    return last.last
