"""Numbers that count nobody: ages, money, dates, labels, measures, sizes of crowds.

Used by ``counted.py``; docs/counts.md lists the rules, the words are in ``counts.toml`` (``refused``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateline.claims.lexicon import head_of, is_person, is_verbal, kinds_of, state_of, stops
from dateline.claims.numerals import DASHES, Form, Numeral, Token, vocabulary, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMED_AGE = 110
_HOURS = 12
_PUT = frozenset(
    {"put", "puts", "putting", "stood", "stands", "toll", "number", "total", "tally", "count", "figure", "wounded", "injured"}
)
_AGES = 2  # figures that make a list of ages
_NEAR_AGES = 7  # tokens between people and their ages


def counts_nobody(tokens: Sequence[Token], numeral: Numeral, first: int, last: int) -> bool:
    """Tell whether a number counts no people by what stands right before or after it."""
    if numeral.measure or (numeral.form is not Form.NONE and _measures(tokens, numeral, first, last)):
        return True
    if numeral.form is not Form.FIGURE:
        ahead = [token.text for token in tokens[numeral.last : numeral.last + 2]]
        return (
            numeral.form is Form.NONE and ahead[:1] == ["more"] and not (ahead[1:] and ahead[1][0].isalnum())
        )  # "seen no more"
    alone = first >= last
    if _is_age(tokens, numeral, alone=alone) or _is_size(tokens, numeral) or (alone and _tells_of_one(tokens, numeral)):
        return True
    core = tokens[numeral.core]
    if core.text[0].isdecimal():
        plain = any(rule(tokens, numeral) for rule in (_tied, _labels, _dates, _year, _scores))
        return plain or _age_of(tokens, numeral, last) or (alone and _are_ages(tokens, numeral.core))
    if core.text == "both":
        return _both_again(tokens, numeral)
    return core.capital and core.text in vocabulary()["units"] and _labels(tokens, numeral)  # "Unit Two"


def _is_size(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "the attackers, thought to number 15," and "some of the 200": how many there are, not how many were harmed."""
    first, second = ["", "", *(token.text for token in tokens[max(0, numeral.first - 2) : numeral.first])][-2:]
    if second in words_of("grammar", "sizing") and first in {"to", ",", "who", "they"}:
        return True
    before = [token.text for token in tokens[max(0, numeral.core - 3) : numeral.core]]
    if before[-2:] == ["all", "but"]:
        return True  # "all but four were let go"
    return before[1:] == ["of", "the"] and before[0] in words_of("figures", "share")


def _is_offspring(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "a mother of four": how many children somebody has."""
    before = [token.text for token in tokens[max(0, numeral.first - 2) : numeral.first]]
    return before[1:] == ["of"] and before[0] in words_of("grammar", "parents")


def _both_again(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "two women, pensioners both," and "two suspects, both Chechens,"; not "the pilots, both Russians,"."""
    at = numeral.first
    if at > 0 and kinds_of("transitive").get(tokens[at - 1].text):
        return False  # "killing both"
    if not any(_counts(token.text) or token.text in vocabulary()["groups"] for token in tokens[:at]):
        return False
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
        if word == "," and tokens[i + 1].text == "and":
            return False  # "aged nine and eleven, and 39 were hurt"
        if word == "of" and i > 1 and is_person(tokens[i - 1].text) and _counts(tokens[i - 2].text):
            return i + 1 < at or tokens[i - 1].text.endswith("s")  # "two brothers of 8 and 11"
        young = word == "as" and i > 1 and tokens[i - 2].text == "as" and tokens[i - 1].text in {"young", "old"}
        if word in {"aged", "age", "ages"} or young:
            return True
        if not (word[0].isdecimal() or word in words_of("grammar", "between_ages") or word in vocabulary()["units"]):
            return False
    return False


def _counts(word: str) -> bool:
    return word[0].isdecimal() or word in vocabulary()["units"] or word in vocabulary()["tens"]


def _measures(tokens: Sequence[Token], numeral: Numeral, first: int, last: int) -> bool:
    """As in "12 km", "a 13-year-old" (the 13), "$ 5", "40 %", "122-mm", "5 p.m.", "two more days"."""
    at = numeral.last
    before = tokens[numeral.core - 1] if numeral.core else None
    after = tokens[at].text if at < len(tokens) else ""
    if after in {"%", "a.m.", "p.m.", "°", "strong"} or [token.text for token in tokens[at : at + 3]] == ["and", "a", "half"]:
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
    head = head_of(tokens, first, last)
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
    return label.capital or label.text in {"km", "point", "page", "week", "day", "stage"}


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
    noun = (
        after[:1].isalpha()
        and after not in stops()
        and state_of(after) is None
        and not _is_dated(tokens, numeral)
        and not _counts(after)
    )
    before = tokens[numeral.core - 1].text if numeral.core else ""
    governed = kinds_of("transitive").get(before) is not None or (
        numeral.first < numeral.core and before not in {"about", "around", "from", "between"}
    )
    return not noun and not governed


def _is_dated(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "the 1972 Watergate scandal", "his 2006 film": a year behind "the" before what is no people."""
    before = tokens[numeral.core - 1].text if numeral.core else ""
    people = any(is_person(token.text) for token in tokens[numeral.last : numeral.last + 3])
    return before in words_of("grammar", "determiner") and not people


def _tells_of_one(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "a mother of four", "a boy of nine", "at eight on Monday"."""
    return any(rule(tokens, numeral) for rule in (_is_offspring, _is_of_age, _is_clock))


def _is_of_age(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "a boy of nine"."""
    at = numeral.first
    return at > 1 and tokens[at - 1].text == "of" and tokens[at - 2].text in words_of("figures", "of_age")


def _is_clock(tokens: Sequence[Token], numeral: Numeral) -> bool:
    """As in "at about eight on Monday evening", not "put the dead at eight on Monday"."""
    at, ahead = numeral.first, [token.text for token in tokens[numeral.last : numeral.last + 4]]
    if (
        at < 1
        or tokens[at - 1].text != "at"
        or not 0 < (numeral.value.best or 0) <= _HOURS
        or ahead[:1] not in (["on"], ["in"])
    ):
        return False
    toll = {token.text for token in tokens[max(0, at - 8) : at]} & (words_of("figures", "toll_words") | _PUT)
    return bool(words_of("figures", "clock") & set(ahead)) and not toll


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
    value = numeral.value.best or 0
    single = is_person(holder.text) and not holder.text.endswith("s") and holder.text != "figure" and value < _NAMED_AGE
    described = last == numeral.last or (
        last == numeral.last + 1 and is_verbal(tokens[last - 1].text)
    )  # "a boy of nine killed"
    if before == "of" and (holder.text == "age" or (single and described)):
        return holder.text not in {"people", "total", "dead"} | words_of("people", "companies")
    closed = numeral.last >= len(tokens) or tokens[numeral.last].text in {",", ")", ".", "and"}
    named = holder.text[0].isalpha() and (holder.capital or is_person(holder.text))
    listing = state_of(holder.text) is not None or holder.text.endswith("s")
    return before in {",", "("} and closed and named and 0 < value < _NAMED_AGE and last == numeral.last and not listing


def _are_ages(tokens: Sequence[Token], at: int) -> bool:
    """As in "brothers from Lens, 15 and 17, were": two or more figures between marks that tell of people named before."""
    first, last = at, at
    while first > 0 and (tokens[first - 1].text in {",", "and"} or _may_be_age(tokens[first - 1].text)):
        first -= 1
    while last + 1 < len(tokens) and (tokens[last + 1].text in {",", "and"} or _may_be_age(tokens[last + 1].text)):
        last += 1
    inside = [token.text for token in tokens[first : last + 1]]
    figures = [word for word in inside if word.isdecimal()]
    if len(figures) < _AGES or inside[0] not in {",", "("} or not (inside[-1] == "," or _closes(tokens, last + 1)):
        return False
    if inside.count("and") != 1 or inside[1] == "and" or inside[-2:] == [",", "and"]:
        return False
    return any(is_person(token.text) for token in tokens[max(0, first - _NEAR_AGES) : first])


def _may_be_age(word: str) -> bool:
    return word.isdecimal() and int(word) < _NAMED_AGE


def _closes(tokens: Sequence[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].text in {")", ".", ";"}
