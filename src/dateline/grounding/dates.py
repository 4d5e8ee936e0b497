"""Time expressions: where they stand in a text (``find_times``) and which days they mean (``resolve_time``).

What expressions there are is data, ``packs/dates.toml``; this module says what each kind of reading means. The rules in short:

* Days of the week. A bare weekday is the latest one on or before the report's day; in a plan, the first on or after it. "Last
  Tuesday" lies strictly before, "next Tuesday" strictly after, and neither is yesterday or tomorrow. "Tuesday of last week" is
  that of the calendar week (Monday to Sunday) before.
* A day or month without a year is the latest that begins on or before the report's day (in a plan, the first that ends on or
  after it). Without a report's day the year stays unknown: ``When.partial`` says what is known, no year is guessed.
* "Two weeks ago", "two months later": seven days about the day two weeks back, the calendar month two months on. "A week ago"
  and counted days are the day itself.
* "The next day", "a week later", "that night" count from the time told of before. For "the previous day" and "a day earlier"
  the report's day stands in where none was. A time of day by itself is on the day told of before.
* Vague words become wide spans ("a few days ago": two to five days back), never one day.
* Slashed and hyphened dates are month first (9/11/2001 is September 11) where the report is about a country that writes so or
  about none, else day first; dotted ones are day first (4.10.2016 is 4 October). The other order is taken where only it is a
  date, where for a past event only it is not after the report, or where only it is within a month of it. Four digits first is
  year, month, day (ISO 8601).
* Of two-digit years, the latest that is not after the report's year; without a report's day 69 to 99 are 1969 to 1999 (POSIX).
* "Early", "mid-" and "late" are thirds of the month, year or decade named.
* Feasts that follow the moon are reckoned and widened by a day on either side. National days are those of the country that
  the report is about; without one they give no day. Fiscal years are named as their table says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from dateline.grounding.date_arithmetic import DaySpan, back_or_on, months_span
from dateline.grounding.date_grammar import Reading, Token, grammar
from dateline.grounding.date_lengths import lasting
from dateline.grounding.date_meanings import meaning
from dateline.grounding.date_placing import UNKNOWN_YEAR, YEARLESS, Setting, days_of
from dateline.model import TimeBasis, When


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Words that name a time.

    Attributes:
        start, end: Half-open character offsets into the text.
        text: The words.
    """

    start: int
    end: int
    text: str


def find_times(text: str) -> list[TimeExpression]:
    """Find every date, time of day and length of time in a text.

    Args:
        text: Any text.

    Returns:
        The expressions in reading order; none overlap, and each is as long as the grammar reads it. As in TimeML, the two ends
        of a span are two expressions, and "since", "until", "by", "before" and "after" are no part of one.
    """
    tokens = grammar().read(text)
    found = [
        part
        for at, token in enumerate(tokens)
        if isinstance(token.value, Reading) and _names_a_time(text, tokens, at)
        for part in _ends(token)
    ]
    return [TimeExpression(start=one.start, end=one.end, text=text[one.start : one.end]) for one in found]


def _ends(token: Token) -> list[Token]:
    """Return the times that a span or an open end is made of, or the time itself."""
    if token.value.rule.means not in _OPEN:
        return [token]
    inside = [one for one in token.value.tokens if isinstance(one.value, Reading)]
    return [end for one in inside for end in _ends(one)] or [token]


def resolve_time(
    words: str,
    *,
    report_day: dt.date | None,
    previous: When | None = None,
    past: bool = True,
    year: int | None = None,
    country: str | None = None,
) -> When | None:
    """Say which days the words of a time mean.

    Args:
        words: A time as it was quoted; other words about it do no harm ("late on Tuesday").
        report_day: The day that the report speaks from, or None when it is unknown.
        previous: The time last told of before; "the next day" and "two weeks later" count from it.
        past: Whether the event is told as past. For planned events a weekday or a month is the coming one.
        year: The year that the text around speaks of, for histories: a day and month without a year are in it.
        country: The country that the report is about (ISO 3166-1 alpha-3): for its national days, and whether it writes the
            month before the day in figures.

    Returns:
        The days, without evidence, or None where the words give none that can be placed. ``basis`` is ``stated`` when the words
        alone give the days, else ``relative``. Where only the year is missing, ``partial`` says what is known: ``--10-04``,
        ``--06``, or two of them joined by ``/`` as the first and the last.
    """
    setting = Setting(report_day, _dated(previous), past, year, country)
    for reading in _readings(words):
        try:
            when = meaning(reading, setting)
        except (ValueError, OverflowError):  # days before the year 1 or after 9999, which no calendar day here can be
            continue
        if when is not None:
            return _in_known_terms(when)
    return None


def resolve_length(words: str, *, until: dt.date) -> When | None:
    """Say which days a length of time is, counted back from its last day.

    Args:
        words: "four days", "the two-week siege", "a third day"; other words about it do no harm.
        until: The last day.

    Returns:
        The days, without evidence, or None where the words give no length.
    """
    for token in grammar().read(words):
        if not isinstance(token.value, Reading):
            continue
        within = token.value.rule.name == "within a length" and token.value.tokens[0].value == "in"
        if within or token.kind == "length" or token.value.rule.name == "nth unit":
            return lasting(token.value, until)
    return None


@lru_cache(maxsize=4096)
def _readings(words: str) -> tuple[Reading, ...]:
    """Return the readings of a phrase, the likeliest first: by the rank of the rule, then the longest."""
    found = [t for t in grammar().read(words) if isinstance(t.value, Reading)]
    found.sort(key=lambda t: (t.value.rule.rank, t.start - t.end))
    return tuple(t.value for t in found)


def _in_known_terms(when: When) -> When:
    """Turn days reckoned in a made-up year into what is known of them."""
    if when.partial != UNKNOWN_YEAR:
        return when
    first, last = days_of(when)
    whole_months = first.day == 1 and (last + dt.timedelta(days=1)).day == 1
    ends = [f"--{day:%m}" if whole_months else f"--{day:%m-%d}" for day in (first, last)]
    partial = ends[0] if ends[0] == ends[1] else "/".join(ends)
    return replace(when, first=None, last=None, basis=TimeBasis.STATED, partial=partial)


def _dated(when: When | None) -> When | None:
    """Return a time with days: its own, or those of its partial in a made-up year; None where it has neither."""
    if when is None or (when.first and when.last):
        return when
    if when.first or when.last:
        return replace(when, first=when.first or when.last, last=when.last or when.first)
    if not when.partial:
        return None
    spans = [_partial_span(part) for part in when.partial.split("/")]
    first, last = spans[0][0], spans[-1][1]
    if last < first:
        last = back_or_on(last, "year", 1)
    return replace(when, first=first, last=last, partial=UNKNOWN_YEAR)


def _partial_span(partial: str) -> DaySpan:
    month, _, day = partial.removeprefix("--").partition("-")
    if not day:
        return months_span(YEARLESS, int(month))
    only = dt.date(YEARLESS, int(month), int(day))
    return only, only


# --- what looks like a time and is none --------------------------------------------------------------------------------------

_LEADS = frozenset(
    {"in", "on", "of", "since", "until", "by", "from", "before", "after", "for", "between", "open", "part", "dash", "the"}
)
_DOUBTFUL = frozenset({"may", "march", "mar", "sat", "sun", "mon", "wed", "jan", "dec", "spring"})
_NOT_ALONE = frozenset({"quarter", "short year", "numeric day and month"})  # names of rules; "Friday 7/6" is a day
_BARE_UNITS = frozenset({"the unit", "the week"})
_AFTER_ON = frozenset({"day of the month", "numbered day"})
_NAMES = frozenset({"month", "shifted month", "weekday", "season"})
_BARE = frozenset({"month", "weekday", "season"})
_NEWS_YEARS = range(1900, 2051)  # numbers that may be years without a word that leads them
_NEXT_WORD = 20  # characters in which the next word stands
_OPEN = frozenset({"range", "since", "until", "before", "after"})
_VAGUE = frozenset({"soon", "each", "every", "prayers"})


def _names_a_time(text: str, tokens: tuple[Token, ...], at: int) -> bool:
    """Tell whether words that the grammar reads name a time here: "may", "the first" and bare numbers often do not."""
    token, before = tokens[at], tokens[at - 1].kind if at else "word"
    words, rule = text[token.start : token.end], token.value.rule.name
    if (rule in _NOT_ALONE and not words[0].isalpha()) or rule in _BARE_UNITS or words.lower() in _VAGUE:
        return False
    if rule in _AFTER_ON:
        return before in {"on", "of"} and any(letter.isdigit() for letter in words)
    if rule == "year":
        return before in _LEADS or _is_no_number(text, token, before)
    if rule == "length":  # not an age, nor "three quarters"
        age = text[token.end : token.end + 4].lower() in {"-old", " old"}
        return not age and token.value.first("unit").kind != "quarters"
    return _is_no_other_word(words, token, before) and not _names_what_was(text, token)


def _is_no_number(text: str, token: Token, before: str) -> bool:
    """Tell a year that no preposition leads ("its 2009 budget") from a number ("some 2000 people")."""
    year, following = token.value.parts["year"][0].value, text[token.end : token.end + _NEXT_WORD]
    word = following.split()[0].strip(".,;:") if following[:1] == " " and following.split() else ""
    counted = (word.endswith("s") and not word.endswith("ss") and word.islower()) or word.lower() in _about("counted")
    return (
        year in _NEWS_YEARS and before not in {"at", "almost", "vague", "dash"} and not counted and following[:1] not in "-/%"
    )


def _is_no_other_word(words: str, token: Token, before: str) -> bool:
    """Tell "May" and "Lent" from "may" and "lent", by their capitals and, where all is in capitals, the word before."""
    rule, plain = token.value.rule.name, words.lower().replace(".", "").split()
    if token.value.rule.means == "feast" and not token.value.has("year"):
        return not (words.islower() and _about("also_other_words").intersection(plain))
    if rule not in _NAMES or not _DOUBTFUL.intersection(plain):
        return True
    return (words.rsplit(maxsplit=1)[-1].istitle() and (before in _LEADS or rule not in _BARE)) or (
        words.isupper() and before in _LEADS
    )


def _names_what_was(text: str, token: Token) -> bool:
    """Tell whether a feast only names what once happened on it ("Yom Kippur War")."""
    following = text[token.end : token.end + _NEXT_WORD].split()[:1]
    named = bool(following) and following[0].strip(".,;:").lower() in _about("named_for_a_day")
    return named and token.value.rule.means == "feast"


@cache
def _about(name: str) -> frozenset[str]:
    return frozenset(grammar().about[name])
