"""Arithmetic of days: calendar units, feasts that move, and the calendars they follow. Nothing here reads text."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DaySpan = tuple[dt.date, dt.date]
"""First and last day, both included."""

_DAY = dt.timedelta(days=1)
_HIJRI_EPOCH = dt.date(622, 7, 18).toordinal()  # 1 Muharram 1 by the Thursday epoch; see hijri
_SOLAR_SHIFT = 356_033  # so that 1 Farvardin 1395 is 20 March 2016
_SATURDAY = 5
_LUNATION = 29.530588861  # days, mean
_NEW_MOON_2000 = 730_125.76  # ordinal and share of the day, UTC, of the new moon of 6 January 2000
_HEBREW_EPOCH = -1_373_427  # ordinal of the day before 1 Tishri 1 (Reingold and Dershowitz, "Calendrical Calculations", ch. 8)


def add_days(day: dt.date, days: int) -> dt.date:
    """Return the day that is ``days`` later (earlier when negative), kept inside the years 1 to 9999."""
    return dt.date.fromordinal(min(max(day.toordinal() + days, 1), dt.date.max.toordinal()))


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month ``months`` later, or the month's last day where it has no such day."""
    number = min(max(day.year * 12 + day.month - 1 + months, 12), 9999 * 12 + 11)
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_span(year: int, month: int, months: int = 1) -> DaySpan:
    """Return the span of ``months`` whole months that begins with the given one."""
    first = dt.date(year, month, 1)
    return first, add_days(add_months(first, months), -1)


def unit_span(day: dt.date, unit: str, shift: int = 0) -> DaySpan:
    """Return the calendar unit that lies ``shift`` units after the one that holds a day.

    Weeks run from Monday to Sunday (ISO 8601); a weekend is the Saturday and Sunday at a week's end; decades and centuries
    begin with the years that end in 0 and 00.

    Args:
        day: Any day of the unit to count from.
        unit: ``day``, ``week``, ``fortnight``, ``weekend``, ``month``, ``quarter``, ``year``, ``decade`` or ``century``.
        shift: How many units on; negative goes back.
    """
    if unit in _UNIT_MONTHS:
        months = _UNIT_MONTHS[unit]
        number = (day.year * 12 + day.month - 1) // months * months + shift * months
        number = min(max(number, 12), 9999 * 12)
        return months_span(number // 12, number % 12 + 1, months)
    monday = add_days(day, -day.weekday())
    if unit == "week":
        return add_days(monday, 7 * shift), add_days(monday, 7 * shift + 6)
    if unit == "fortnight":
        return add_days(monday, 14 * shift - 7), add_days(monday, 14 * shift + 6)
    if unit == "weekend":
        return add_days(monday, 7 * shift + 5), add_days(monday, 7 * shift + 6)
    return add_days(day, shift), add_days(day, shift)


_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}
UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14, "weekend": 7}
UNIT_MONTHS: Mapping[str, int] = _UNIT_MONTHS


def back_or_on(day: dt.date, unit: str, count: float) -> dt.date:
    """Return the day that lies ``count`` units after a day (before it when negative).

    Hours round to whole days; half a month is 15 days.
    """
    if unit in _UNIT_MONTHS:
        months, rest = divmod(abs(count) * _UNIT_MONTHS[unit], 1)
        sign = 1 if count >= 0 else -1
        return add_days(add_months(day, sign * int(months)), sign * round(30 * rest))
    if unit in UNIT_DAYS:
        return add_days(day, round(count * UNIT_DAYS[unit]))
    return add_days(day, round(count / (24 if unit == "hour" else 24 * 60)))


def share_of(span: DaySpan, low: float, high: float) -> DaySpan:
    """Return the part of a span between two shares of its length.

    Spans of up to a month are cut by days (thirds of a month after the 10th and the 20th), those of years by whole months,
    longer ones by whole years.
    """
    first, last = span
    days = (last - first).days + 1
    if days <= 31:
        cut = min(days, 30)
        end = last if high >= 1 else add_days(first, max(int(high * cut + 1e-6), 1) - 1)
        return min(add_days(first, int(low * cut + 1e-6)), end), end
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    grain = 12 if months >= 120 else 1
    begin, stop = (int(share * months / grain + 1e-6) * grain for share in (low, high))
    end = last if high >= 1 else add_days(add_months(first, max(stop, 1)), -1)
    return min(add_months(first, begin), end), end


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date | None:
    """Return the nth such weekday of a month (``nth`` -1 is the last), or None where there is none."""
    first, last = months_span(year, month)
    if nth < 0:
        return add_days(last, -((last.weekday() - weekday) % 7))
    day = add_days(first, (weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return day if day <= last else None


def easter(year: int) -> dt.date:
    """Return Easter Sunday of the western churches (anonymous Gregorian rule, Meeus, "Astronomical Algorithms", ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return dt.date(year, f // 31, f % 31 + 1)


def orthodox_easter(year: int) -> dt.date:
    """Return Easter Sunday of the eastern churches in the Gregorian calendar (Meeus's Julian rule; right for 1900 to 2099)."""
    a = (19 * (year % 19) + 15) % 30
    b = (2 * (year % 4) + 4 * (year % 7) - a + 34) % 7
    month, day = divmod(a + b + 114, 31)
    return add_days(dt.date(year, month, day + 1), 13)


def hijri(year: int, month: int, day: int) -> dt.date:
    """Return a day of the arithmetic Islamic calendar: 30-year cycle with 11 leap days, months of 30 and 29 days by turns.

    Source: Reingold and Dershowitz, "Calendrical Calculations", ch. 7, with the Thursday epoch, which the feasts kept in Saudi
    Arabia from 2003 to 2024 never leave by more than a day (the Friday epoch by up to two). True months begin with a sighting
    of the moon.
    """
    days = day + 29 * (month - 1) + month // 2 + (year - 1) * 354 + (3 + 11 * year) // 30
    return dt.date.fromordinal(_HIJRI_EPOCH - 1 + days)


def solar_hijri(year: int, month: int, day: int) -> dt.date:
    """Return a day of the Solar Hijri calendar of Iran and Afghanistan: 8 leap years in 33, right for the years 1178 to 1633.

    Source: Birashk, "A Comparative Calendar of the Iranian, Muslim Lunar, and Christian Eras", 1993, whose leap years the
    33-year cycle gives in these centuries.
    """
    cycles, rest = divmod(year + 1595, 33)
    days = 365 * (year + 1595) + 8 * cycles + (rest + 3) // 4
    days += 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return dt.date.fromordinal(days + day - _SOLAR_SHIFT)


def moon_near(day: dt.date, phase: str) -> dt.date:
    """Return the day (in UTC, exact to some hours) of the new or full moon nearest to a day.

    Source: Meeus, "Astronomical Algorithms", ch. 49, the mean phase with its two largest terms.
    """
    shift = 0.0 if phase == "new" else 0.5
    return min((_moon(k, shift) for k in _lunations(day)), key=lambda moon: abs(moon - day))


def _lunations(day: dt.date) -> range:
    around = round((day.toordinal() - _NEW_MOON_2000) / _LUNATION)
    return range(around - 2, around + 3)


def _moon(number: int, shift: float) -> dt.date:
    k = number + shift
    sun, moon = (math.radians(a + b * k) for a, b in ((2.5534, 29.10535670), (201.5643, 385.81693528)))
    late = -0.407 * math.sin(moon) + 0.173 * math.sin(sun)
    return dt.date.fromordinal(math.floor(_NEW_MOON_2000 + _LUNATION * k + late))


def hebrew_new_year(year: int) -> dt.date:
    """Return 1 Tishri of a Hebrew year (Reingold and Dershowitz, "Calendrical Calculations", ch. 8)."""

    def elapsed(number: int) -> int:
        months = (235 * number - 234) // 19
        days = 29 * months + (12_084 + 13_753 * months) // 25_920
        return days + 1 if 3 * (days + 1) % 7 < 3 else days

    before, this, after = elapsed(year - 1), elapsed(year), elapsed(year + 1)
    delay = 2 if after - this == 356 else 1 if this - before == 382 else 0
    return dt.date.fromordinal(_HEBREW_EPOCH + this + delay)


def feast_spans(feasts: Mapping[str, tuple[Any, ...]], name: str, year: int) -> list[DaySpan]:
    """Return the days of a feast that begin in a Gregorian year: mostly one span, for lunar feasts none, one or two.

    Args:
        feasts: Feast name to calendar and day, as ``packs/dates.toml`` has them.
        name: Name of the feast.
        year: Gregorian year.
    """
    calendar_name, *rule = feasts[name]
    if calendar_name == "either":
        return sorted(span for other in rule for span in feast_spans(feasts, other, year))
    if calendar_name == "friday":
        whole = feast_spans(feasts, rule[0], year)
        return [(day, day) for _, last in whole for day in [add_days(last, -((last.weekday() - 4) % 7))]]
    return _CALENDARS[calendar_name](rule, year)


def _fixed_spans(rule: list[Any], year: int) -> list[DaySpan]:
    return [(dt.date(year, *rule[:2]), dt.date(year, *rule[-2:]))]


def _once_spans(rule: list[Any], year: int) -> list[DaySpan]:
    return [(dt.date(*rule), dt.date(*rule))] if year == rule[0] else []


def _nth_spans(rule: list[Any], year: int) -> list[DaySpan]:
    day = nth_weekday(year, *rule[:3])
    return [(add_days(day, sum(rule[3:])),) * 2] if day else []


def _easter_spans(rule: list[Any], year: int) -> list[DaySpan]:
    return [(add_days(easter(year), rule[0]), add_days(easter(year), rule[-1]))]


def _orthodox_spans(rule: list[Any], year: int) -> list[DaySpan]:
    return [(add_days(orthodox_easter(year), rule[0]), add_days(orthodox_easter(year), rule[-1]))]


def _moon_spans(rule: list[Any], year: int) -> list[DaySpan]:
    moon = moon_near(dt.date(year, *rule[1:]), rule[0])
    return [(add_days(moon, -1), add_days(moon, 1))]


def _hijri_spans(rule: list[Any], year: int) -> list[DaySpan]:
    around = (year - 622) * 33 // 32
    spans = [(hijri(y, *rule[:2]), hijri(y, *rule[-2:])) for y in range(max(around - 1, 1), around + 3)]
    return [(add_days(first, -1), add_days(last, 1)) for first, last in spans if first.year == year]


def _hebrew_spans(rule: list[Any], year: int) -> list[DaySpan]:
    autumn = hebrew_new_year(year + 3761)
    passover = add_days(autumn, -163)
    length = (hebrew_new_year(year + 3762) - autumn).days
    hanukkah = 84 if length in {355, 385} else 83  # 25 Kislev: Heshvan has 30 days in complete years only
    first, days = {
        "rosh_hashanah": (autumn, 2),
        "yom_kippur": (add_days(autumn, 9), 1),
        "sukkot": (add_days(autumn, 14), 7),
        "hanukkah": (add_days(autumn, hanukkah), 8),
        "purim": (add_days(passover, -30), 1),
        "passover": (passover, 8),
        "shavuot": (add_days(passover, 50), 2),
        "simchat_torah": (add_days(autumn, 22), 1),
        "lag_baomer": (add_days(passover, 32), 1),
        "tisha_bav": (add_days(passover, 113 if add_days(passover, 112).weekday() == _SATURDAY else 112), 1),
    }[rule[0]]
    return [(first, add_days(first, days - 1))]


_CALENDARS: Mapping[str, Callable[[list[Any], int], list[DaySpan]]] = {
    "easter": _easter_spans,
    "fixed": _fixed_spans,
    "hebrew": _hebrew_spans,
    "hijri": _hijri_spans,
    "moon": _moon_spans,
    "nth": _nth_spans,
    "once": _once_spans,
    "orthodox": _orthodox_spans,
}
