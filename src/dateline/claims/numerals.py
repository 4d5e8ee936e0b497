"""Number words: finds them in a text and reads their value.

The values follow the annotation guide (docs/codebook.md, tolls); docs/counts.md lists the rules with their sources. The words
themselves are data: ``counts.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_DATA = Path(__file__).with_name("counts.toml")
_TOKEN = re.compile(
    r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?!\d)"  # 1,200 and 25 000
    r"|\d+(?:\.\d+)?"
    r"|[^\W\d_]\.(?:[^\W\d_]\.)+"  # U.N., p.m.
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"  # noqa: RUF001 (the apostrophe that newsrooms use)
    r"|[^\w\s]|_"
)
DASHES = frozenset("-‐‑–")  # noqa: RUF001 (the dashes that newsrooms use)


class Form(StrEnum):
    """How a number is put, which decides how far it can be trusted to count people."""

    FIGURE = "figure"
    """A figure or a number word: "58", "twenty-two", "dozens"."""
    ARTICLE = "article"
    """As in "a", "another", "one": a number only before a word for a person."""
    NONE = "none"
    """As in "no", "nobody"."""
    UNKNOWN = "unknown"
    """As in "an unspecified number": people are counted, the figure is not told."""
    MANY = "many"
    """As in "many", "numerous": no count at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberValue:
    """What a number says: bounds and best value, None where the words give none ("at least 13" is 13, 13, None)."""

    low: int | None
    best: int | None
    high: int | None

    def __add__(self, other: NumberValue) -> NumberValue:
        """Return the sum of two counts; a bound that one of them lacks is lacking in the sum."""
        return NumberValue(low=_plus(self.low, other.low), best=_plus(self.best, other.best), high=_plus(self.high, other.high))


class Token(NamedTuple):
    """A word, number or mark of a sentence; ``text`` is lower case, offsets are characters of the sentence.

    A named tuple, since a report has thousands of them and they are made several times faster than a frozen dataclass.
    """

    text: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A number expression in a text.

    Attributes:
        first, last: Indexes of its tokens, half open, modifiers and trailing words ("or more") included.
        core: Index of the first token of the number itself, without modifiers.
        further: Whether it adds to people named before ("another 12").
        measure: Whether it has a form that no count of people has ("5.30").
    """

    first: int
    last: int
    core: int
    value: NumberValue
    form: Form
    further: bool = False
    measure: bool = False


@cache
def vocabulary() -> Mapping[str, Any]:
    """Return the words of number, people and toll (``counts.toml``)."""
    with _DATA.open("rb") as file:
        return tomllib.load(file)


@cache
def words_of(section: str, name: str) -> frozenset[str]:
    """Return one list of the vocabulary as a set."""
    return frozenset(vocabulary()[section][name])


@lru_cache(maxsize=4096)
def tokenize(text: str) -> tuple[Token, ...]:
    """Cut a text into words, numbers and marks."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text.replace("’", "'")):  # noqa: RUF001
        word, (start, end) = match[0], match.span()
        tokens.append(Token(word.lower(), start, end, word[0].isupper()))
    return tuple(tokens)


def find_numerals(tokens: Sequence[Token]) -> list[Numeral]:
    """Return the number expressions among tokens, in reading order, none overlapping."""
    found: list[Numeral] = []
    at = 0
    floor = 0  # modifiers of a number do not reach into the number before it
    openers = _openers()
    while at < len(tokens):
        if not (tokens[at].text in openers or tokens[at].text[0].isdecimal()):
            at += 1
            continue
        if (taken := _modifier(tokens, at)) and _cardinal(tokens, at + taken) is not None:
            at += taken  # "no", "a" and "many" are no numbers in "no fewer than 40", "a total of 12", "as many as 90"
        numeral = _numeral(tokens, at, floor)
        if numeral is None:
            at += 1
        else:
            found.append(numeral)
            at = floor = numeral.last
    return found


@cache
def _openers() -> frozenset[str]:
    """Return the words at which a number or its modifier can begin; most words of a text are none of them."""
    words = vocabulary()
    phrases = {tokenize(phrase)[0].text for listed in words["phrases"].values() for phrase in listed}
    return frozenset(phrases).union(
        *(words[name] for name in ("units", "tens", "scales", "vague", "groups", "fractions")), {"all"}
    )


def _modifier(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens a modifier of the number after it takes."""
    return phrase_at(tokens, at, _modifiers())


@cache
def _modifiers() -> Phrases:
    listed = vocabulary()["phrases"]
    return index_phrases(phrase for name in ("lower", "upper", "about", "plain") for phrase in listed[name])


# --- phrases ------------------------------------------------------------------------------------------------------------


class Phrases(dict[str, Any]):
    """A tree of words, word by word of each phrase; ``ends`` are the last words, by which most places are soon ruled out."""

    __slots__ = ("ends",)

    def __init__(self) -> None:
        """Make an empty tree."""
        super().__init__()
        self.ends: set[str] = set()


def phrase_at(tokens: Sequence[Token], at: int, phrases: Mapping[str, Any]) -> int:
    """Return how many tokens the longest of the phrases takes that begins at a token; 0 for none.

    Args:
        tokens: The sentence.
        at: Index of the first token.
        phrases: What :func:`index_phrases` made.
    """
    if at >= len(tokens) or tokens[at].text not in phrases:
        return 0
    longest = 0
    node: Mapping[str, Any] = phrases
    for taken, token in enumerate(tokens[at : at + 8], start=1):
        step = node.get(token.text)
        if step is None:
            break
        node = step
        if "" in node:
            longest = taken
    return longest


def phrase_before(tokens: Sequence[Token], at: int, phrases: Phrases, floor: int = 0) -> int:
    """Return how many tokens the longest of the phrases takes that ends right before a token; 0 for none."""
    if at <= floor or tokens[at - 1].text not in phrases.ends:
        return 0
    window = tokens[max(floor, at - 7) : at]
    for first in range(len(window)):
        if window[first].text in phrases and phrase_at(window, first, phrases) == len(window) - first:
            return len(window) - first
    return 0


def index_phrases(phrases: Iterable[str]) -> Phrases:
    """Make a tree of words from phrases, for :func:`phrase_at` and :func:`phrase_before`."""
    tree = Phrases()
    for phrase in phrases:
        node: dict[str, Any] = tree
        tokens = tokenize(phrase)
        for token in tokens:
            node = node.setdefault(token.text, {})
        node[""] = True
        tree.ends.add(tokens[-1].text)
    return tree


@cache
def _phrases(name: str) -> Phrases:
    return index_phrases(vocabulary()["phrases"][name])


# --- the number itself --------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Cardinal:
    value: float
    last: int
    form: Form = Form.FIGURE
    open: bool = False  # only the lower bound is known: "dozens"
    bare: bool = False  # a figure without a scale word


def _numeral(tokens: Sequence[Token], at: int, floor: int) -> Numeral | None:
    """Read the number expression whose number begins at a token."""
    for reader in (_range, _rest, _share, _single):
        if (read := reader(tokens, at)) is not None:
            value, last, form, measure = read
            first, value, further = _modified(tokens, at, floor, value)
            last, value = _trailed(tokens, last, value)
            core = at
            if reader is _range and first == at and at > floor and tokens[at - 1].text in {"between", "from"}:
                first = at - 1
            return Numeral(first=first, last=last, core=core, value=value, form=form, further=further, measure=measure)
    return None


_Read = tuple[NumberValue, int, Form, bool]


def _single(tokens: Sequence[Token], at: int) -> _Read | None:
    """As in "58", "dozens", "a", "no", "many"."""
    if taken := phrase_at(tokens, at, _phrases("unknown")):
        return NumberValue(low=None, best=None, high=None), at + taken, Form.UNKNOWN, False
    if (cardinal := _cardinal(tokens, at)) is not None:
        best = int(cardinal.value)
        high = None if cardinal.open else best
        measure = cardinal.value != best
        return NumberValue(low=best, best=best, high=high), cardinal.last, cardinal.form, measure
    if taken := phrase_at(tokens, at, _phrases("many")):
        return NumberValue(low=None, best=None, high=None), at + taken, Form.MANY, False
    if taken := phrase_at(tokens, at, _phrases("none")):
        return NumberValue(low=0, best=0, high=0), at + taken, Form.NONE, False
    if taken := phrase_at(tokens, at, _phrases("one")):
        return NumberValue(low=1, best=1, high=1), at + taken, Form.ARTICLE, False
    return None


def _range(tokens: Sequence[Token], at: int) -> _Read | None:
    """As in "10 to 20", "10-20", "between 10 and 20", "two or three"."""
    first = _cardinal(tokens, at)
    if first is None or first.last + 1 >= len(tokens):
        return None
    joint = tokens[first.last]
    between = at > 0 and tokens[at - 1].text == "between"
    close = joint.start == tokens[first.last - 1].end and joint.end == tokens[first.last + 1].start
    if not (joint.text in {"to", "or"} or (joint.text == "and" and between) or (joint.text in DASHES and close)):
        return None
    second = _cardinal(tokens, first.last + 1)
    if second is None or (joint.text == "to" and _rises(tokens, at)):
        return None
    low, high = first.value, second.value
    if not second.bare and first.bare and joint.text != "and" and low < 1000:
        scale = _scale_of(tokens, second.last)
        low = low * scale if low * scale < high else low
    if not low < high or (joint.text == "or" and high > 2 * low):
        return None
    value = NumberValue(low=int(low), best=int((low + high) // 2), high=None if second.open else int(high))
    return value, second.last, Form.FIGURE, False


def _rises(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether two figures are an earlier and a later one: "rose from 12 to 15"."""
    change = vocabulary()["grammar"]["change"]
    return at > 0 and tokens[at - 1].text == "from" and any(token.text in change for token in tokens[max(0, at - 6) : at])


def _scale_of(tokens: Sequence[Token], last: int) -> int:
    """Return the scale word that ends a number ("million"), else 1."""
    return int(vocabulary()["scales"].get(tokens[last - 1].text, 1))


def _rest(tokens: Sequence[Token], at: int) -> _Read | None:
    """As in "all but one of the 40"."""
    if [token.text for token in tokens[at : at + 2]] != ["all", "but"]:
        return None
    left = _cardinal(tokens, at + 2) or _one(tokens, at + 2)
    whole = _whole(tokens, left.last) if left else None
    if left is None or whole is None or whole.value <= left.value:
        return None
    best = int(whole.value - left.value)
    return NumberValue(low=best, best=best, high=best), whole.last, Form.FIGURE, False


def _share(tokens: Sequence[Token], at: int) -> _Read | None:
    """As in "half of the 150", "a third of the 90"."""
    start = at + 1 if tokens[at].text in {"a", "one"} else at
    share = vocabulary()["fractions"].get(tokens[start].text) if start < len(tokens) else None
    whole = _whole(tokens, start + 1) if share else None
    if share is None or whole is None:
        return None
    best = int(whole.value / share)
    return NumberValue(low=best, best=best, high=best), whole.last, Form.FIGURE, False


def _whole(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    """As in "of the 40": the number of which something is a part."""
    if [token.text for token in tokens[at : at + 2]] != ["of", "the"]:
        return None
    return _cardinal(tokens, at + 2)


def _one(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    taken = phrase_at(tokens, at, _phrases("one"))
    return _Cardinal(value=1, last=at + taken) if taken else None


def _cardinal(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    """Read a figure or number words without modifiers."""
    if at >= len(tokens) or not (tokens[at].text in _first_words() or tokens[at].text[0].isdecimal()):
        return None
    for reader in (_digits, _words, _vague, _group):
        if (cardinal := reader(tokens, at)) is not None:
            return cardinal
    return None


@cache
def _first_words() -> frozenset[str]:
    """Return the words at which number words can begin."""
    words = vocabulary()
    listed = (words[name] for name in ("units", "tens", "scales", "vague", "groups", "fractions"))
    return frozenset({"a", "an", "many"}).union(*listed)


def _digits(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    if not tokens[at].text[0].isdecimal():
        return None
    value = float(re.sub(r"[,\s]", "", tokens[at].text))
    last, bare = at + 1, True
    while last < len(tokens) and (scale := vocabulary()["scales"].get(tokens[last].text)) and tokens[last].text != "score":
        value, last, bare = value * scale, last + 1, False
    return _Cardinal(value=round(value, 3), last=last, bare=bare)


def _words(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    """As in "twenty-two", "a hundred and five", "half a dozen", "two hundred thousand"."""
    words = vocabulary()
    text = [token.text for token in tokens[at : at + 14]]
    head = _fraction_of_scale(text)
    if head is not None:
        return _Cardinal(value=head[0], last=at + head[1])
    total, current, taken, bare = 0, -1, 0, True
    if text[0] in {"a", "one"} and len(text) > 1 and text[1] in words["scales"]:
        current, taken = 1, 1
    while taken < len(text):
        word = text[taken]
        if word in words["units"] or word in words["tens"]:
            step = _small(text, taken)
            if step is None or not (current == -1 or (current % 100 == 0 and step[0] < 100)):
                break
            current, taken = max(current, 0) + step[0], taken + step[1]
        elif word in words["scales"] and (current > 0 or (word == "dozen" and taken == 0)):
            scale = words["scales"][word]
            if scale >= 1000:
                total, current = total + current * scale, 0
            else:
                current = max(current, 1) * scale
            taken, bare = taken + 1, False
        elif word == "and" and not bare and text[taken - 1] in {"hundred", "thousand"} and _small(text, taken + 1) is not None:
            taken += 1
        else:
            break
    if current == -1:
        return None
    form = Form.ARTICLE if text[:taken] == ["one"] else Form.NONE if text[:taken] in (["zero"], ["nil"]) else Form.FIGURE
    return _Cardinal(value=total + current, last=at + taken, form=form, bare=bare)


def _small(text: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read a number below 100 from words: its value and how many words it takes."""
    words = vocabulary()
    if at >= len(text):
        return None
    if text[at] in words["units"]:
        return words["units"][text[at]], 1
    if text[at] not in words["tens"]:
        return None
    tens = words["tens"][text[at]]
    follow = at + 2 if at + 1 < len(text) and text[at + 1] in DASHES else at + 1
    if follow < len(text) and 0 < words["units"].get(text[follow], 0) < 10:
        return tens + words["units"][text[follow]], follow + 1 - at
    return tens, 1


def _fraction_of_scale(text: Sequence[str]) -> tuple[int, int] | None:
    """As in "half a million", "a quarter of a million", "half dozen", "a half-dozen"."""
    words = vocabulary()
    at = 1 if text[0] in {"a", "one"} else 0
    share = words["fractions"].get(text[at]) if at < len(text) else None
    if share is None:
        return None
    rest = at + 1
    while rest < len(text) and (text[rest] in {"a", "of"} or text[rest] in DASHES):
        rest += 1
    scale = words["scales"].get(text[rest]) if rest < len(text) else None
    return (scale // share, rest + 1) if scale else None


def _vague(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    """As in "dozens", "tens of thousands", "several hundred", "a few"."""
    words = vocabulary()
    start = at + 1 if tokens[at].text in {"a", "many"} and at + 1 < len(tokens) else at
    word = tokens[start].text
    value = words["vague"].get(word)
    if value is None or ((tokens[at].text == "a") != (word in {"few", "handful"}) and word != "few"):
        return None
    last = start + 1
    if word in {"several", "few"}:
        while last < len(tokens) and tokens[last].text in words["scales"]:
            value, last = value * words["scales"][tokens[last].text], last + 1
    while last + 1 < len(tokens) and tokens[last].text == "of" and tokens[last + 1].text in words["vague"]:
        value, last = value * words["vague"][tokens[last + 1].text], last + 2
    if word == "tens" and last == start + 1:
        return None
    return _Cardinal(value=value, last=last, open=True)


def _group(tokens: Sequence[Token], at: int) -> _Cardinal | None:
    """As in "a couple", "both", "a score", "a dozen"."""
    words = vocabulary()
    start = at + 1 if tokens[at].text == "a" and at + 1 < len(tokens) else at
    value = words["groups"].get(tokens[start].text)
    if value is None and tokens[at].text in {"a", "an"}:
        start = _described_group(tokens, at + 1)
        value = words["groups"].get(tokens[start].text) if start else None
    return _Cardinal(value=value, last=start + 1) if value else None


def _described_group(tokens: Sequence[Token], at: int) -> int:
    """Return the token of a group behind its adjectives, "a German couple", "an elderly married couple"; 0 for none."""
    for i in range(at + 1, min(at + 4, len(tokens))):
        word = tokens[i].text
        if word in {"couple", "trio", "duo", "quartet"}:
            return i
        if not (word[0].isalnum() or word in DASHES) or any(word in words_of("grammar", name) for name in _NO_ADJECTIVE):
            return 0
    return 0


_NO_ADJECTIVE = ("preposition", "conjunction", "be", "have", "verb", "determiner")


# --- what stands around it ----------------------------------------------------------------------------------------------


def _modified(tokens: Sequence[Token], at: int, floor: int, value: NumberValue) -> tuple[int, NumberValue, bool]:
    """Apply the words before a number; the outermost that changes the value decides.

    Returns:
        The first token of the whole, the value, and whether it adds to what was told before.
    """
    first, further = at, False
    plain = value
    while True:
        taken, change = _nearest_change(tokens, first, floor)
        if taken:
            first, value = first - taken, _changed(plain, change)
        else:
            inner = phrase_before(tokens, first, _phrases("plain"), floor)
            if not inner:
                break
            further = further or bool(phrase_before(tokens, first, _phrases("further"), floor))
            if not _nearest_change(tokens, first - inner, floor)[0]:
                break
            first -= inner
    return first, value, further


def _nearest_change(tokens: Sequence[Token], at: int, floor: int) -> tuple[int, str]:
    """Return the longest modifier that ends before a token and what it changes: "no more than" goes before "more than"."""
    if at > max(1, floor) and tokens[at - 1].text == "over" and tokens[at - 2].text in words_of("grammar", "over_verbs"):
        return 0, ""  # "handed over 12 soldiers"
    return max((phrase_before(tokens, at, _phrases(change), floor), change) for change in ("lower", "upper", "about"))


def _trailed(tokens: Sequence[Token], last: int, value: NumberValue) -> tuple[int, NumberValue]:
    """Apply the words after a number: "or more", "-odd", "+"."""
    if last < len(tokens) and tokens[last].text == "+" and tokens[last].start == tokens[last - 1].end:
        return last + 1, _changed(value, "lower")
    at = last + 1 if last < len(tokens) and tokens[last].text in DASHES else last
    for change in ("lower", "upper", "about"):
        if taken := phrase_at(tokens, at, _phrases(f"after_{change}")):
            return at + taken, _changed(value, change)
    return last, value


def _changed(value: NumberValue, change: str) -> NumberValue:
    if value.best is None:
        return value
    if change == "lower":
        return NumberValue(low=value.low if value.low is not None else value.best, best=value.best, high=None)
    if change == "upper":
        return NumberValue(low=None, best=value.best, high=value.best)
    if value.low is not None and value.high is not None and value.low < value.high:
        return value  # "about 10 to 20" stays a range
    return NumberValue(low=None, best=value.best, high=None)


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
