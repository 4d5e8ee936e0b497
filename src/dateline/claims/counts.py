"""Counts of people: how many were killed, wounded, held, as a sentence says it.

The reader quotes number words; :func:`read_number` gives their value, :func:`complete_count` widens a quotation to the whole
expression and refuses numbers that count no people. :func:`find_counts` reads a sentence on its own, by the word that governs
each number. docs/counts.md lists the rules with their sources; the words are in ``counts.toml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from dateline.claims.counted import Counted, Group, leads_back, read_counted, read_noun_phrase
from dateline.claims.elided import figures_alone
from dateline.claims.governors import govern, mixed
from dateline.claims.lexicon import is_person, kinds_of, state_of
from dateline.claims.numerals import Form, NumberValue, Token, vocabulary, words_of
from dateline.claims.parts import is_part, joined, whole_of
from dateline.model import TollKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "FoundCount",
    "NumberValue",
    "clause_joints",
    "complete_count",
    "counted_people",
    "doubtful",
    "find_counts",
    "find_figures",
    "is_aggregate",
    "is_background",
    "is_subgroup",
    "merge_counts",
    "read_number",
]

_UNKNOWN = NumberValue(low=None, best=None, high=None)
_ONE = NumberValue(low=1, best=1, high=1)
_NOUGHT = NumberValue(low=0, best=0, high=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCount:
    """A number of people that a sentence says were killed, wounded, and so on.

    Attributes:
        start, end: Characters of the number expression in the sentence.
        who: The counted people in the sentence's words, or None.
        subgroup: Whether it is part of another count and must not be added.
        further: Whether it comes on top of people told of before ("another 12").
        total: Whether it is a sum that includes others ("bringing the total to 30").
        group: Counts that are joined to one number of people ("13 soldiers and two civilians") share it.
        predicate_start: Character at which the word that tells the kind begins.
    """

    kind: TollKind
    start: int
    end: int
    number: NumberValue
    who: str | None = None
    subgroup: bool = False
    further: bool = False
    total: bool = False
    group: int = 0
    predicate_start: int


# --- a quotation --------------------------------------------------------------------------------------------------------


def read_number(words: str) -> NumberValue | None:
    """Return the value of number words, or of a whole phrase such as "two policemen and a child" (3).

    Args:
        words: A quotation; the people it counts may stand in it.

    Returns:
        The value by the annotation guide; all None when people are told of without a figure ("many", "others"); None when the
        words count nobody.
    """
    counted = read_counted(words)
    if _negated(counted.tokens) and all(group.numeral.form is not Form.FIGURE for group in counted.groups):
        return _NOUGHT
    groups = [group for group in counted.groups if not group.refused and not is_part(counted, group)]
    if len(groups) > 1:
        groups = [group for group in groups if counted.countable(group)] or groups
    if not groups:
        return None if counted.groups else _unnumbered(counted.tokens)
    value, last = groups[0].numeral.value, groups[0].last
    for before, group in pairwise(groups):
        if not joined(counted, before, group):
            break
        value, last = value + group.numeral.value, group.last
    return value + replace(_NOUGHT, **dict.fromkeys(("low", "best", "high"), _possessed(counted.tokens, last)))


def complete_count(sentence: str, start: int, end: int) -> tuple[int, int] | None:
    """Widen number words to their full expression ("13" to "at least 13").

    Args:
        sentence: The sentence.
        start: First character of the quoted words.
        end: Character after them.

    Returns:
        The characters of the full expression; None when it counts no people: an age, money, a share, a time, a distance,
        a date, vehicles, an ordinal, a calibre, a street number.
    """
    counted = read_counted(sentence)
    group = counted.at(start, end)
    if group is None:
        return (start, end) if start < end and read_number(sentence[start:end]) is not None else None
    return counted.characters(group) if counted.countable(group) or group.numeral.form is Form.NONE else None


def counted_people(sentence: str, start: int, end: int) -> str | None:
    """Return the noun phrase that a number counts ("Iraqi soldiers"), or None when it stands alone.

    Args:
        sentence: The sentence.
        start: First character of the number words.
        end: Character after them.
    """
    counted = read_counted(sentence)
    group = counted.at(start, end)
    return counted.who(group) if group is not None else None


def doubtful(sentence: str, start: int, end: int) -> bool:
    """Tell whether a number may well count no victims: a bare "a" or "an", or one before words for no person that we know.

    Args:
        sentence: The sentence.
        start: First character of the number words.
        end: Character after them.
    """
    group = read_counted(sentence).at(start, end)
    return group is not None and (group.numeral.form is Form.ARTICLE or not (group.person or group.alone))


def is_subgroup(sentence: str, start: int, end: int) -> bool:
    """Tell whether a number is part of another count ("including four children") and must not be added to it.

    Args:
        sentence: The sentence.
        start: First character of the number words.
        end: Character after them.
    """
    counted = read_counted(sentence)
    group = counted.at(start, end)
    return group is not None and is_part(counted, group)


@lru_cache(maxsize=512)
def is_aggregate(sentence: str) -> bool:
    """Tell whether a sentence counts over a war, a campaign or months ("since January"), not over one act."""
    return _aggregates().search(_superlatives().sub("", sentence)) is not None


@lru_cache(maxsize=512)
def is_background(sentence: str) -> bool:
    """Tell whether a sentence looks back at another time, or at an accident: its figures are of nothing told before it."""
    return _backgrounds().search(sentence) is not None


def clause_joints(words: str) -> int:
    """Return how many clauses begin in a stretch of words (at ";", ", and", "while", "after")."""
    return len(_joints().findall(words))


@cache
def _joints() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary()["joints"]["patterns"]))


@cache
def _superlatives() -> re.Pattern[str]:
    return re.compile(vocabulary()["aggregates"]["except"], re.IGNORECASE)


@cache
def _aggregates() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary()["aggregates"]["patterns"]), re.IGNORECASE)


@cache
def _backgrounds() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary()["backgrounds"]["patterns"]))


# --- a sentence ---------------------------------------------------------------------------------------------------------


def find_counts(sentence: str) -> list[FoundCount]:
    """Return the tolls that a sentence states, in reading order, each with the kind that its governing word tells.

    People who are counted together ("13 soldiers and two civilians were killed") are one entry each, with the same ``group``;
    :func:`merge_counts` adds them up. A single victim without a number word makes none.
    """
    counted = _governed(sentence)
    found: list[FoundCount] = []
    number = -1
    previous: Group | None = None
    for group in counted.groups:
        kinds, at = _kinds(counted, group)
        if not kinds:
            continue
        if previous is None or previous.kind != group.kind or not joined(counted, previous, group):
            number += 1
        previous = group
        found.extend(_found(counted, group, kind, number, at) for kind in kinds)
    found.extend(_noughts(counted, number + 1))
    return found


def find_figures(sentence: str, kind: TollKind) -> list[FoundCount]:
    """Return the bare figures of a sentence that speak of people told of before it ("residents put the figure at 40").

    Args:
        sentence: The sentence.
        kind: What befell the people told of before.
    """
    counted = _governed(sentence)
    return [
        replace(_found(counted, group, kind, number, group.numeral.core), predicate_start=counted.characters(group)[0])
        for number, group in enumerate(figures_alone(counted))
    ]


def merge_counts(counts: Sequence[FoundCount]) -> dict[TollKind, NumberValue]:
    """Return one number for each kind that the counts of one event tell.

    Subgroups are left out; people joined in one group are added, and so is a "further" number; a stated total stands for all;
    figures that differ give the lowest as best and their span as bounds (ACLED's rule for conflicting reports).
    """
    merged: dict[TollKind, NumberValue] = {}
    for kind in TollKind:
        mine = [count for count in counts if count.kind is kind and not count.subgroup]
        totals = [count.number for count in mine if count.total]
        if mine:
            merged[kind] = totals[-1] if totals else _merged(mine)
    return merged


@lru_cache(maxsize=512)
def _governed(sentence: str) -> Counted:
    counted = read_counted(sentence)
    govern(counted)
    return counted


def _kinds(counted: Counted, group: Group) -> tuple[tuple[TollKind, ...], int]:
    """Return the kinds that a count tells, and the token that tells them; "no casualties" tells two."""
    if group.refused or group.numeral.form is Form.MANY:
        return (), -1
    if group.numeral.form is Form.NONE and len(denied := _no(counted, group)[0]) > 1:
        return denied, _no(counted, group)[1]
    if group.kind is not None:
        none_of_both = group.numeral.form is Form.NONE and mixed(counted, group)  # "nobody was killed or injured"
        return (TollKind.KILLED, TollKind.WOUNDED) if none_of_both else (TollKind(group.kind),), group.predicate
    return _no(counted, group) if group.numeral.form is Form.NONE else ((), -1)


def _no(counted: Counted, group: Group) -> tuple[tuple[TollKind, ...], int]:
    """As in "no casualties", "no deaths or injuries", "no reports of casualties", "no loss of life"."""
    first = group.numeral.last
    words = [token.text for token in counted.tokens[first : first + 7]]
    if words[:1] == ["loss"] and {"life", "lives"} & set(words[:4]):
        return (TollKind.KILLED,), first
    if words[:2] == ["of", "the"] or words_of("grammar", "uninformed") & set(words[:2]):
        return (), -1
    table = vocabulary()["zero"]
    kinds: list[str] = []
    at = -1
    for i, word in enumerate(words):
        if word in table:
            at = at if kinds else first + i
            kinds += table[word]
        elif not word[0].isalpha() or (word in _ENDS and word not in {"of", "or", "and", "nor"}):
            break
    return tuple(TollKind(kind) for kind in dict.fromkeys(kinds)), at


_ENDS = (
    words_of("grammar", "preposition")
    | words_of("grammar", "conjunction")
    | words_of("grammar", "be")
    | words_of("grammar", "verb")
)


def _noughts(counted: Counted, group: int) -> Iterator[FoundCount]:
    """Read noughts that no number word tells: "without casualties", "did not hurt anyone", "not cause any casualties"."""
    tokens, negatives = counted.tokens, words_of("grammar", "negative")
    for at, token in enumerate(tokens):
        if token.text not in negatives:
            continue
        for i in range(at + 1, min(at + 8, len(tokens))):
            kinds = _denied(tokens, at, i)
            start, end = (token.start, token.end) if token.text == "without" else (tokens[i - 1].start, tokens[i - 1].end)
            for kind in kinds:
                yield FoundCount(kind=kind, start=start, end=end, number=_NOUGHT, group=group, predicate_start=tokens[i].start)
            if kinds or tokens[i].text in {",", ";", ".", "but"}:
                break


def _denied(tokens: Sequence[Token], at: int, i: int) -> tuple[TollKind, ...]:
    """Return the kinds of which a negation at a token says there were none, by the word at another."""
    word, before = tokens[i].text, tokens[i - 1].text
    if word in words_of("grammar", "anyone"):
        kind = kinds_of("transitive").get(before) or _passive_of(tokens, i + 1)
        return (TollKind(kind),) if kind is not None else ()
    if word == "any":
        return _none_of_any(tokens, i + 1)
    if word in vocabulary()["zero"] and _is_denied(tokens, at, i):
        return tuple(TollKind(kind) for kind in vocabulary()["zero"][word])
    return (TollKind.KILLED,) if word == "loss" and before == "without" else ()


def _is_denied(tokens: Sequence[Token], at: int, i: int) -> bool:
    """As in "not cause any casualties", "without casualties", "neither side suffered casualties"."""
    negative, before = tokens[at].text, tokens[i - 1].text
    if i + 1 < len(tokens) and tokens[i + 1].text in words_of("grammar", "uninformed"):
        return False  # "have no casualty figures"
    borne = before in words_of("grammar", "bearing")
    never = negative in {"not", "n't", "never"} or (negative == "neither" and i - at <= 4)
    return before == "any" or (negative == "without" and i - at <= 3) or (borne and never)


def _none_of_any(tokens: Sequence[Token], at: int) -> tuple[TollKind, ...]:
    """As in "denied that any of their fighters had been killed"."""
    if at < len(tokens) and tokens[at].text == "of":
        at += 1
        while at < len(tokens) and tokens[at].text in words_of("grammar", "determiner"):
            at += 1
    last, _, _ = read_noun_phrase(tokens, at)
    if last == at or not is_person(tokens[last - 1].text):
        return ()
    kind = _passive_of(tokens, last)
    return (TollKind(kind),) if kind is not None else ()


def _passive_of(tokens: Sequence[Token], at: int) -> str | None:
    """As in "denied that anyone had been killed": the kind that a passive verb at a token tells."""
    verb = at
    while verb < len(tokens) and any(tokens[verb].text in words_of("grammar", name) for name in ("be", "have", "adverb")):
        verb += 1
    return state_of(tokens[verb].text) if at < verb < len(tokens) else None


def _found(counted: Counted, group: Group, kind: TollKind, number: int, at: int) -> FoundCount:
    start, end = counted.characters(group)
    after = [token.text for token in counted.tokens[group.numeral.last : group.numeral.last + 1]]
    before = [token.text for token in counted.tokens[max(0, group.numeral.first - 8) : group.numeral.first]]
    return FoundCount(
        kind=kind,
        start=start,
        end=end,
        number=_value(counted, group),
        who=counted.who(group),
        subgroup=_is_subgroup(counted, group, kind),
        further=group.numeral.further or after in (["more"], ["others"], ["other"]),
        total=bool({"total", "toll", "tally"} & set(before)) and "to" in before[-2:],
        group=number,
        predicate_start=counted.tokens[at].start,
    )


def _value(counted: Counted, group: Group) -> NumberValue:
    if group.numeral.form is Form.NONE:
        return group.numeral.value
    return _UNKNOWN if mixed(counted, group) or _casualties(counted, group) else group.numeral.value


def _is_subgroup(counted: Counted, group: Group, kind: TollKind) -> bool:
    """Tell whether people are part of another count of the same kind; "two of the injured died" are dead of their own."""
    if group.part_of is not None and group.part_of.kind == kind:
        return True
    if not is_part(counted, group):
        return False
    at = group.numeral.last
    whole = whole_of(counted, group)
    if leads_back(counted.tokens, at):
        return whole is None or whole.kind == kind
    named = [token.text for token in counted.tokens[at : at + 3]]
    if named[:1] == ["of"] and named[1] in {"the", "those", "these"}:
        other = kinds_of("nouns").get(named[-1]) or state_of(named[-1]) or kind
        return other == kind or (group.predicate < at and other in {"killed", "wounded"})
    if group.predicate < at:
        return True
    return whole is None or whole.kind == kind


def _casualties(counted: Counted, group: Group) -> bool:
    """Tell whether a figure counts dead and hurt without parting them ("five casualties")."""
    return bool(group.numeral.value.best) and not group.alone and counted.tokens[group.last - 1].text == "casualties"


# --- putting together ---------------------------------------------------------------------------------------------------


def _merged(counts: Sequence[FoundCount]) -> NumberValue:
    sums: dict[int, NumberValue] = {}
    further: list[NumberValue] = []
    for count in counts:
        if count.group in sums:
            sums[count.group] += count.number
        elif count.further and sums:
            further.append(count.number)
        else:
            sums[count.group] = count.number
    value = _reconciled(list(sums.values()))
    for number in further:
        value += number
    return value


def _reconciled(numbers: Sequence[NumberValue]) -> NumberValue:
    """Return one number for figures that differ: the lowest as best, their span as bounds."""
    known = [number for number in numbers if number.best is not None]
    if len(set(known)) < 2:
        return known[0] if known else numbers[0]
    bests = [number.best for number in known if number.best is not None]
    lows = [number.low if number.low is not None else number.best for number in known]
    highs = [number.high for number in known if number.high is not None]
    high = max(highs) if len(highs) == len(known) else None
    return NumberValue(low=min(low for low in lows if low is not None), best=min(bests), high=high)


# --- people without a number word ---------------------------------------------------------------------------------------


def _negated(tokens: Sequence[Token]) -> bool:
    """Tell whether a quotation is a nought without a number word: "without a scratch", "not result in any", "unhurt"."""
    words = [token.text for token in tokens]
    return bool(words) and (
        words[0] in {"without", "not", "nothing", "any", "anyone"} or words[-1] in {"unhurt", "unharmed", "unscathed"}
    )


def _unnumbered(tokens: Sequence[Token]) -> NumberValue | None:
    """Read people without a number word: one for "the driver" or "him", unknown for "others"."""
    words = [token.text for token in tokens]
    if not words:
        return None
    if words[-1] in {"he", "she", "him", "her", "himself", "herself"}:
        return _ONE
    plural = words[-1] in words_of("people", "plurals") or (words[-1].endswith("s") and is_person(words[-1]))
    if words in (["some"], ["they"], ["them"]) or plural:
        return _UNKNOWN
    one = is_person(words[-1]) or (words[-1] in words_of("people", "ordinals") or words[-1] in {"first", "single"})
    return _ONE if one else None


def _possessed(tokens: Sequence[Token], at: int) -> int:
    """Count single people joined without a number word: "a man and his wife" has one."""
    extra = 0
    while at + 2 < len(tokens) and tokens[at].text in {"and", ","} and tokens[at + 1].text in {"his", "her", "their", "its"}:
        last, _, _ = read_noun_phrase(tokens, at + 2)
        head = tokens[last - 1].text
        extra += last > at + 2 and head in words_of("people", "nouns")
        at = last if last > at + 2 else len(tokens)
    return extra
