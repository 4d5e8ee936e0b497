"""Reads time expressions by the grammar in ``packs/dates.toml``: text in, readings out. What a reading means is ``dates.py``'s.

The grammar is a cascade of finite-state rules (Abney, "Partial parsing via finite-state cascades", 1996): a text is cut into
tokens, each of one kind; the kinds, one character each, make a string; the rules of a level are regular expressions over that
string, and each longest match is replaced by one token, on which the next level builds.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dateline.errors import PackError
from dateline.knowledge import pack_file

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(  # over text in lower case with straight apostrophes; words first, since they are the most
    r"""
    \ *(?:
      (?P<ampm>[ap]\.?\ ?m\b\.?)
    | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)
    | (?P<paragraph>\n\s*\n|(?<=[\w.])\n(?=(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\ \d\d?\b))
    | (?P<iso_week>(?<![\w./-])\d{4}-?w[0-5]\d\b)
    | (?P<numeric_date>(?<![\w./-])(?:\d{4}-\d\d?-\d\d?(?:t[\d:.]+z?)?|\d{4}\.\d\d?\.\d\d?
                       |\d\d?-\d\d?-(?:\d{4}|\d\d)|\d\d?\.\d\d?\.(?:\d{4}|\d\d))(?![\d/-])
                       |(?<![\w./])(?:\d{4}/\d\d?/\d\d?|\d\d?/\d\d?/(?:\d{4}|\d\d))(?![\d/]))
    | (?P<numeric_month>(?<![\w./-])(?:0?[1-9]|1[0-2])[/-][12]\d{3}(?![\d/-]))
    | (?P<date_time_group>[0-3]\d[0-2]\d[0-5]\d\ ?[a-z](?=\ ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))
    | (?P<big>\d{1,3}(?:,\d{3})+|\d+,\d+)
    | (?P<decade_digits>(?:\b[12]\d)?\d0'?\ ?s\b|'\d0s\b)
    | (?P<short_year>'\d\d\b)
    | (?P<ordinal_number>\d\d?(?:st|nd|rd|th)\b)
    | (?P<slash_pair>(?<![\d/])[0-3]?\d/[0-3]?\d(?![\d/]))
    | (?P<clock_digits>\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?|\b[0-2]\dh[0-5]\d\b)
    | (?P<decimal_clock>\b[0-2]?\d\.[0-5]\d(?!\d))
    | (?P<digits>\d+)
    | (?P<mark>[^\w\s])
    )""",
    re.VERBOSE,
)
_DASHES = "-~\u2010\u2011\u2013\u2014\u2212"
_APOSTROPHE = "\u2019"
_MARKS = (
    dict.fromkeys(_DASHES, "dash") | {",": "comma", "/": "slash"} | dict.fromkeys("([", "open") | dict.fromkeys(")]", "close")
)
_SHAPE = re.compile(r"(?P<sign>\(\?<?[!=]|[|?*+)])|(?:(?P<name>\w+):)?(?:(?P<kind>\w+)|(?P<open>\())|\s+")
_NAMED = re.compile(r"\(\?P<\w+>")
_MAX_PASSES = 4  # how often a level builds on its own results ("late on the evening of Tuesday")
_FIRST_YEAR, _LAST_YEAR = 1000, 2199
_UNKNOWN = ("word", None)
_BREAKS = ("word", "paragraph", "mark", "big", "number_big")  # kinds that stand in no rule
_WEAK = {*_BREAKS, "dash", "comma", "slash", "open", "close", "article"}  # kinds that mean no time by themselves
_YEAR_BEGINS = frozenset({"teen", "two", "twenty"})  # kinds of the first word of a year in words
_FORMS = tuple(name for name in _TOKEN.groupindex if name != "digits")
_NUMBERS = (
    "digit",
    "day_1_12",
    "day_13_24",
    "day_25_31",
    "number_32_99",
    "number_100_999",
    "number_big",
    "year",
    "hour_digits",
)


class Token(NamedTuple):
    """A stretch of text of one kind: a word, a number, a mark, or what a rule matched.

    Attributes:
        kind: Name of the kind.
        value: What the words list says (a number, a pair, a name), the text for numeric forms, or a ``Reading``.
        start, end: Half-open offsets into the text.
    """

    kind: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the grammar; see ``packs/dates.toml``. ``shape`` is its regular expression over kind letters."""

    name: str
    level: int
    means: str
    shape: str
    gives: str
    rank: int
    example: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The shape compiled, when first asked for: a report needs few of the rules."""
        return _compiled(self.shape)


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    return re.compile(shape)


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule that matched, with the tokens of its named parts."""

    rule: Rule
    parts: Mapping[str, tuple[Token, ...]]
    tokens: tuple[Token, ...] = field(repr=False)

    def has(self, name: str) -> bool:
        """Tell whether a named part was matched."""
        return name in self.parts

    def number(self, name: str) -> int | None:
        """Return the sum of a part's values ("twenty-first" is 20 + 1), or None where it is missing."""
        part = self.parts.get(name)
        return None if part is None else sum(t.value for t in part if isinstance(t.value, int))

    def first(self, name: str) -> Token:
        """Return the first token of a part."""
        return self.parts[name][0]

    def reading(self, name: str) -> Reading:
        """Return the reading that a part consists of."""
        return next(t.value for t in self.parts[name] if isinstance(t.value, Reading))


@dataclass(frozen=True, slots=True)
class Level:
    """Rules that are applied together.

    Attributes:
        stretch: Matches the stretches of kinds in which a rule can match at all: most of a text is in none.
        anything: Matches where any of the rules does.
    """

    stretch: re.Pattern[str]
    anything: re.Pattern[str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The grammar, ready to read.

    Attributes:
        words: Word to its kind and value.
        phrases: Phrases, longest first, under their first and second word.
        short: Short forms, which take a full stop along.
        feasts: Feast name to calendar and day.
        about: Words that say where the time beside them lies, by what they say.
        national: Country (ISO 3166-1 alpha-3) to the days that it keeps on its own: month and day by name.
        month_first: Countries that write the month before the day in figures.
        spelled_year: Matches the kinds of a year in words.
    """

    letters: Mapping[str, str]
    words: Mapping[str, tuple[str, Any]]
    phrases: Mapping[str, Mapping[str, list[tuple[tuple[str, ...], str, Any]]]]
    short: frozenset[str]
    levels: tuple[Level, ...]
    feasts: Mapping[str, tuple[Any, ...]]
    about: Mapping[str, tuple[str, ...]]
    national: Mapping[str, Mapping[str, tuple[int, int]]]
    month_first: frozenset[str]
    spelled_year: re.Pattern[str]

    def read(self, text: str) -> tuple[Token, ...]:
        """Return the text's tokens after all rules: what was understood stands as tokens whose value is a ``Reading``."""
        tokens = self._with_spelled_years(self._tokens(text))
        for number, level in enumerate(self.levels):
            for _ in range(_MAX_PASSES if number else 1):  # the first level does not build on results
                if len(tokens) == 1 and tokens[0].kind == "time":
                    return tuple(tokens)
                reduced = self._reduce(tokens, level)
                if reduced is tokens:
                    break
                tokens = reduced
        return tuple(tokens)

    def _tokens(self, text: str) -> list[Token]:
        lowered = text.lower().replace(_APOSTROPHE, "'")
        if len(lowered) != len(text):  # a few letters have longer lower forms, which would move all offsets
            lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text).replace(_APOSTROPHE, "'")
        pieces = [
            (m.lastgroup or "", m[m.lastgroup or 0], m.start(m.lastgroup or 0), m.end()) for m in _TOKEN.finditer(lowered)
        ]
        tokens: list[Token] = []
        taken = 0
        for at, (group, raw, start, end) in enumerate(pieces):
            if at < taken:
                continue
            if raw in self.phrases and (found := self._phrase(pieces, at)):
                taken, kind, value = found
                tokens.append(Token(kind, value, start, pieces[taken - 1][3]))
            elif group != "word" and raw not in self.words:
                tokens.append(_number_or_mark(group, raw, start, end))
            elif token := self._word(raw, start, pieces[at + 1 : at + 2]):
                taken = at + 1 + (token.end > end)
                tokens.append(token)
            elif not tokens or tokens[-1].kind != "word":  # one token stands for a run of words that mean nothing here
                tokens.append(Token("word", None, start, end))
        return tokens

    def _with_spelled_years(self, tokens: list[Token]) -> list[Token]:
        """Make one number of each year in words: the first word is thousands or hundreds, the others are added."""
        if not any(token.kind in _YEAR_BEGINS for token in tokens):
            return tokens
        shape = "".join([self.letters[token.kind] for token in tokens])
        for match in reversed(list(self.spelled_year.finditer(shape))):
            inside = tokens[match.start() : match.end()]
            scale = 1000 if any(token.kind == "thousand" for token in inside) else 100
            low = sum(token.value for token in inside[1:] if isinstance(token.value, int) and token.value < 100)
            year = Token("year", inside[0].value * scale + low, inside[0].start, inside[-1].end)
            tokens = [*tokens[: match.start()], year, *tokens[match.end() :]]
        return tokens

    def _word(self, raw: str, start: int, following: list[tuple[str, str, int, int]]) -> Token | None:
        end = start + len(raw)
        known = self.words.get(raw)
        if known is None and raw.endswith("'s"):
            known, end = self.words.get(raw[:-2]), end - 2
        if known is None:
            return None
        if raw in self.short and following and following[0][1:3] == (".", end):
            end += 1
        return Token(*known, start, end)

    def _phrase(self, pieces: list[tuple[str, str, int, int]], at: int) -> tuple[int, str, Any] | None:
        """Return the position after a phrase that begins here, its kind and value."""
        second = pieces[at + 1][1] if at + 1 < len(pieces) else ""
        for phrase, kind, value in self.phrases[pieces[at][1]].get(second, ()):
            if tuple(piece[1] for piece in pieces[at : at + len(phrase)]) == phrase:
                return at + len(phrase), kind, value
        return None

    def _reduce(self, tokens: list[Token], level: Level) -> list[Token]:
        """Replace the longest matches of a level's rules, from left to right; the same list comes back where none matches."""
        shape = "".join([self.letters[token.kind] for token in tokens])
        reduced: list[Token] = []
        at = 0
        for stretch in level.stretch.finditer(shape):
            limit = min(stretch.end() + 1, len(shape))  # one more, for what must not follow
            begin = stretch.start()
            while found := level.anything.search(shape, begin, limit):
                start = found.start()
                matches = ((m, rule) for rule in level.rules if (m := rule.pattern.match(shape, start, limit)))
                best, rule = max(matches, key=lambda pair: pair[0].end())
                reduced.extend(tokens[at:start])
                at = begin = best.end()
                reduced.append(_read(rule, best, tokens))
        return [*reduced, *tokens[at:]] if reduced else tokens


def _read(rule: Rule, match: re.Match[str], tokens: list[Token]) -> Token:
    names = {name: match.span(name) for name in rule.pattern.groupindex}
    parts = {name.partition("__")[0]: tuple(tokens[start:end]) for name, (start, end) in names.items() if start >= 0}
    inside = tuple(tokens[match.start() : match.end()])
    return Token(rule.gives, Reading(rule, parts, inside), inside[0].start, inside[-1].end)


def _number_or_mark(group: str, raw: str, start: int, end: int) -> Token:
    if group == "mark":
        return Token(_MARKS.get(raw, "mark"), raw, start, end)
    if group == "ordinal_number":
        number = int(raw[:-2])
        return Token(group if 1 <= number <= 31 else "number_big", number, start, end)
    if group == "digits":
        return Token(_digits_kind(raw), int(raw) if len(raw) < 12 else 0, start, end)
    return Token(group, raw, start, end)


def _digits_kind(raw: str) -> str:
    number = int(raw) if len(raw) < 12 else -1
    if len(raw) == 4:
        hour = number // 100 < 24 and number % 100 < 60
        return "year" if _FIRST_YEAR <= number <= _LAST_YEAR else "hour_digits" if hour else "number_big"
    if len(raw) == 8 and _FIRST_YEAR <= number // 10000 <= _LAST_YEAR and number // 100 % 100 <= 12 and number % 100 <= 31:
        return "numeric_date"
    steps = (
        (1, "number_big"),
        (10 if len(raw) == 1 else 1, "digit"),
        (13, "day_1_12"),
        (25, "day_13_24"),
        (32, "day_25_31"),
        (100, "number_32_99"),
        (1000, "number_100_999"),
    )
    return next((kind for limit, kind in steps if number < limit), "number_big")


@cache
def grammar() -> Grammar:
    """Return the grammar that ships with Dateline, read once a process.

    Raises:
        PackError: The pack is missing.
    """
    with pack_file("dates.toml").open("rb") as file:
        pack = tomllib.load(file)
    words: dict[str, tuple[str, Any]] = {}
    phrases: dict[str, dict[str, list[tuple[tuple[str, ...], str, Any]]]] = {}
    listed = [(word, kind, value) for kind, entries in pack["words"].items() for word, value in entries.items()]
    listed += [(word, kind, word) for kind, line in pack["plain"].items() for word in line.split()]
    for word, kind, value in sorted(listed, key=lambda entry: -len(entry[0])):  # longest phrases first
        pieces = tuple(m.group().strip() for m in _TOKEN.finditer(word))
        if len(pieces) == 1:
            words[word] = (kind, value)
        else:
            phrases.setdefault(pieces[0], {}).setdefault(pieces[1], []).append((pieces, kind, value))
    words |= {short: words[full] for short, full in pack["short"].items()}
    names = sorted(
        {
            *_FORMS,
            *_NUMBERS,
            *_MARKS.values(),
            *pack["words"],
            *pack["plain"],
            *(entry.get("gives", "time") for entry in pack["rules"]),
        }
    )
    letters = {name: chr(0x4E00 + number) for number, name in enumerate(names)}
    strong = "".join(letter for name, letter in letters.items() if name not in _WEAK and name not in pack["plain"])
    rules = [_rule(entry, letters, pack["fragments"]) for entry in pack["rules"]]
    by_level = [tuple(rule for rule in rules if rule.level == level) for level in sorted({rule.level for rule in rules})]
    return Grammar(
        letters=letters,
        words=words,
        phrases=phrases,
        short=frozenset(pack["short"]),
        levels=tuple(_level(rules, letters, strong) for rules in by_level),
        feasts={name: tuple(entry) for name, entry in pack["feasts"].items()},
        about={name: tuple(words) for name, words in pack["about"].items()},
        national={country: {name: (day[0], day[1]) for name, day in own.items()} for country, own in pack["national"].items()},
        month_first=frozenset(pack["figures"]["month_first"]),
        spelled_year=re.compile(_pattern(pack["spelled_year"]["shape"], letters, pack["fragments"])),
    )


def _level(rules: tuple[Rule, ...], letters: Mapping[str, str], strong: str) -> Level:
    inside = f"[^{''.join(letters[name] for name in _BREAKS)}]*"
    anything = "|".join(_NAMED.sub("(?:", rule.shape) for rule in rules)
    return Level(re.compile(f"{inside}[{strong}]{inside}"), re.compile(anything), rules)


def _rule(entry: Mapping[str, Any], letters: Mapping[str, str], fragments: Mapping[str, str]) -> Rule:
    return Rule(
        name=entry["name"],
        level=entry["level"],
        means=entry["means"],
        shape=_pattern(entry["shape"], letters, fragments),
        gives=entry.get("gives", "time"),
        rank=entry.get("rank", 0),
        example=entry["example"],
    )


def _pattern(shape: str, letters: Mapping[str, str], fragments: Mapping[str, str]) -> str:
    """Turn a shape into a regular expression over kind letters.

    Raises:
        PackError: The shape names a kind that there is not.
    """

    def piece(m: re.Match[str]) -> str:
        kind = m["kind"]
        if kind is None:
            return f"(?P<{m['name']}>" if m["name"] else "(?:" if m["open"] else m["sign"] or ""
        if kind not in letters and kind not in fragments:
            raise PackError(f"dates.toml: {kind!r} in the shape {shape!r} is neither a kind of word nor a fragment; mend it")
        inner = letters[kind] if kind in letters else f"(?:{_pattern(fragments[kind], letters, fragments)})"
        return f"(?P<{m['name']}>{inner})" if m["name"] else inner

    return _SHAPE.sub(piece, shape)
