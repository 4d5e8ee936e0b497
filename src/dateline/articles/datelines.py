# ruff: noqa: RUF001, RUF003 (typographic quotes and dashes are what this file is about)
"""Finds the dateline of a wire report: ``MOSUL, Iraq, Oct 14 (Reuters) -``.

A dateline stands at the start of one of the first lines. It is built of optional parts, place, date and agency, and ends with a
dash; a colon or a full stop ends it only where the rest of the line is plainly running text. One pattern for each family of
layout, tried in order of how sure it is; all of them read a bounded piece of text.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

LINES = 6
"""How many lines from the top are tried; headline, byline and FBIS header lines may stand before the dateline."""
REACH = 240
"""Longest dateline in characters."""
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"

_MONTH = (
    r"(?:(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?)"
)
_YEAR = r"(?:(?:19|20)\d\d|'?\d\d(?!\d))"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?:[-–]\d{1,2})?"
_WEEKDAY_NAME = r"(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?"
_DATE = rf"(?:(?:{_WEEKDAY_NAME},?\s)?(?:{_DAY}\s{_MONTH}(?:,?\s{_YEAR})?|{_MONTH}\s{_DAY}(?:,?\s{_YEAR})?))"
_UPPER = r"[^\W\d_a-zß-öø-ÿ]"
_CAPS = rf"{_UPPER}(?:{_UPPER}|['’.\-])+"
_CAPS_PLACE = rf"{_CAPS}(?:\s{_CAPS}){{0,4}}"
_NAME = rf"{_UPPER}[\w'’.\-]+"
_NAME_PLACE = rf"{_NAME}(?:\s(?:(?:de|del|la|el|al|of|and|the)\s)?{_NAME}){{0,3}}"
_REGION = rf"(?:,\s(?!{_WEEKDAY_NAME}\b|{_MONTH}\s\d|NO DATE){_NAME_PLACE}|\s\({_NAME_PLACE}\)(?=,)){{0,2}}"
_AGENCY = r"[\w&.'’\"/\[\]\- ]{2,50}"
_KNOWN_AGENCY = (
    r"(?i:reuters?|associated press|dpa|xinhua|tanjug|kyodo|interfax|bloomberg|itar-tass|rfe/rl|al jazeera|anadolu(?: agency)?"
    r"|bernama|antara|the new humanitarian|wire)"
)
_DASH = r"(?:\s?(?:--+|[–—])|\s-|-(?=\s))"
_TAGS = r"(?:\s*\[[A-Z][A-Za-z ,.'\-]{2,60}\])*"

_WHERE_WHEN = rf"(?P<region>{_REGION})(?:/{_NAME_PLACE})?(?:,\sNO DATE|,?\s\(?(?P<date>{_DATE})\)?)?"
_IN_BRACKETS = rf"[(\[/](?P<agency>{_AGENCY})[)\]/]"
_AFTER_DATE = rf"(?(date)(?P<bare>{_NAME})|(?!))"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAYOUTS = tuple(
    pattern + r"\s*(?=\S)"
    for pattern in (
        # [From VOA]
        r"\[(?:From|FROM|Via|VIA)\s(?P<agency>[\w .&'\-]{2,40})\]",
        # SAN SALVADOR, 3 JAN 90 (AFP) -- [TEXT]; KABUL, Afghanistan (Aug. 4, 2011) -; JOHANNESBURG April 6 Sapa -
        (
            rf"(?P<place>{_CAPS_PLACE})(?P<other>/{_CAPS_PLACE}){{0,2}}{_WHERE_WHEN}"
            rf"(?:,?\s(?:{_IN_BRACKETS}|{_AFTER_DATE}))?{_DASH}{_TAGS}"
        ),
        # (CNN) --
        rf"\((?P<agency>[A-Z]{{2,5}}|{_KNOWN_AGENCY})\){_DASH}",
        # (Dakar, November 18, 2009) –
        rf"\((?P<place>{_NAME_PLACE})(?P<region>{_REGION})(?:,\s(?P<date>{_DATE}))?\)(?:{_DASH}|:)",
        # San Salvador, 14 Nov 89 (ACAN-EFE) --; Goma, 8 September 2011 -; Washington (CNN) —
        rf"(?P<place>{_NAME_PLACE}){_WHERE_WHEN}(?:,?\s{_IN_BRACKETS})?{_DASH}{_TAGS}",
        # MOSCOW, August 5. /ITAR-TASS/.; Geneva, 9 August 2005.
        rf"(?P<place>{_NAME_PLACE})(?P<region>{_REGION}),\s(?P<date>{_DATE})\.(?:\s/(?P<agency>{_AGENCY})/\.)?",
        # RABAT:
        rf"(?P<place>{_CAPS_PLACE})(?P<region>{_REGION})(?:,\s(?P<date>{_DATE}))?:(?=\s)",
    )
)
_AGENCY_AFTER = rf"\s*(?P<agency>{_NAME}(?:[\s\-]{_NAME}){{0,3}})\s?[–—-]\s+(?=[{{“\"'‘]?{_UPPER})"
_DATE_AFTER = rf"(?P<date>{_DATE})\s?(?:,[^:\n]{{0,20}}:|[:.–—-])(?=\s)"
_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_ENDS_AS_TEXT = re.compile(r"""[.!?…]["'”’)\]]*\s*$""")
_DATE_PARTS = (
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<month>{_MONTH})(?:,?\s(?P<year>{_YEAR}))?"
    rf"|(?P<month_first>{_MONTH})\s(?P<day_second>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<year_last>{_YEAR}))?"
)
_NOWHERE = ("CLANDESTINE", "NO CITY")
# Labels that stand before a dash or a colon as places do.
_NO_PLACE = _words(
    "action analysis answer audio background breaking briefing bulletin caption comment communique context correction dear "
    "exclusive explained explainer factbox feature file flash focus from headline image interview latest live map memo "
    "monitoring note notes opinion photo photos picture pictures profile question quote report roundup sidebar sir source "
    "statement subject summary timeline title to transcript update update1 urgent video watch wrapup"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDateline:
    """Offsets of a dateline and its parts in a text; each part is ``(start, end)`` or None.

    Attributes:
        span: The whole dateline with its dash and a following ``[TEXT]``.
        day: The date, where the words give day, month and year.
    """

    span: tuple[int, int]
    place: tuple[int, int] | None = None
    date: tuple[int, int] | None = None
    agency: tuple[int, int] | None = None
    day: dt.date | None = None


def find_dateline(text: str) -> FoundDateline | None:
    """Return the dateline of a report, or None.

    Args:
        text: The report; only its first lines are read.
    """
    start = 0
    for _ in range(LINES):
        line = _LINE.search(text, start, start + 4_000)
        if line is None:
            return None
        indent = len(line.group()) - len(line.group().lstrip())
        if found := _dateline_at(text, line.start() + indent, line.end()):
            return found
        start = line.end()
    return None


def read_day(words: str) -> dt.date | None:
    """Return the day that date words name when they give day, month and year, else None.

    Two-digit years follow POSIX: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068.
    """
    match = _pattern(_DATE_PARTS).search(re.sub(r"\s", " ", words))
    if match is None:
        return None
    year_words = match["year"] or match["year_last"]
    if year_words is None:
        return None
    year = int(year_words.strip("'"))
    if year < 100:
        year += 1900 if year >= 69 else 2000
    month = _MONTHS.index((match["month"] or match["month_first"])[:3].lower()) // 3 + 1
    try:
        return dt.date(year, month, int(match["day"] or match["day_second"]))
    except ValueError:
        return None


def _dateline_at(text: str, start: int, line_end: int) -> FoundDateline | None:
    """Try every layout at one position; a sure one may go on to the next, wrapped line."""
    for layout in _LAYOUTS:
        match = _pattern(layout).match(text, start, min(len(text), start + REACH))
        if match is None:
            continue
        found = _from_match(text, match, line_end)
        if found is not None:
            return found
    return None


def _from_match(text: str, match: re.Match[str], line_end: int) -> FoundDateline | None:
    agency = _part(match, "agency") or _part(match, "bare")
    date = _part(match, "date")
    place = _part(match, "place")
    if place and _part(match, "region") and not _part(match, "other"):
        place = (place[0], match.end("region"))
    end = match.end()
    if place and agency is None and (more := _pattern(_AGENCY_AFTER).match(text, end, min(line_end, end + 60))):
        agency, end = _part(more, "agency"), more.end()
    if place and date is None and (more := _pattern(_DATE_AFTER).match(text, end, min(line_end, end + 40))):
        date, end = _part(more, "date"), more.end()
    sure = bool(agency or date) or match.group().rstrip().endswith("]")
    if not _is_dateline(text, match, sure=sure, line_end=line_end):
        return None
    if place and text[slice(*place)].startswith(_NOWHERE):
        place = None
    day = read_day(text[date[0] : date[1]]) if date else None
    return FoundDateline(span=(match.start(), len(text[:end].rstrip())), place=place, date=date, agency=agency, day=day)


def _is_dateline(text: str, match: re.Match[str], *, sure: bool, line_end: int) -> bool:
    """Tell a dateline from a headline or a sentence that happens to look like one."""
    place = match.groupdict().get("place")
    if place is not None:
        words = place.casefold().split()
        if words[0] in _NO_PLACE or words[-1] in _NO_PLACE or len(place) < 3:
            return False
    if match.end() > line_end and not sure:
        return False
    next_character = text[match.end()]
    if next_character.islower() and not sure:
        return False
    if sure:
        return True
    line = text[match.start() : line_end]
    return len(line) >= 60 and bool(_ENDS_AS_TEXT.search(line)) and not line.isupper()


def _part(match: re.Match[str], group: str) -> tuple[int, int] | None:
    """Return a group's offsets without outer spaces, or None where it is absent or empty."""
    words = match.groupdict().get(group)
    if not words:
        return None
    start = match.start(group) + len(words) - len(words.lstrip())
    return start, start + len(words.strip())


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern at its first use: together they take longer than the rest of the room takes to load."""
    return re.compile(pattern)
