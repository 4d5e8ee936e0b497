"""What the readings of calendar dates mean: days, months, years, seasons and feasts, with a year or without."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dateline.grounding.date_arithmetic import DaySpan, add_days, feast_spans, months_span, nth_weekday, unit_span
from dateline.grounding.date_grammar import Reading, grammar
from dateline.grounding.date_placing import Setting, full_year, in_year, stated, year_of
from dateline.model import TimePrecision, When

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIRST_NEWS_YEAR = 1800  # a bare "1700" in a report is an hour


def _calendar(reading: Reading, setting: Setting) -> When | None:
    month, day = reading.number("month"), reading.number("day")
    if month is None:
        year, basis = year_of(reading, setting)
        if year and year < _FIRST_NEWS_YEAR and setting.report_day:
            return None
        return replace(stated(unit_span(dt.date(year, 1, 1), "year"), TimePrecision.YEAR), basis=basis) if year else None
    precision = TimePrecision.MONTH if day is None else TimePrecision.DAY
    return in_year(lambda year: dates_in_month(year, month, day, day), reading, setting, precision)


def dates_in_month(year: int, month: int, first: int | None, last: int | None) -> list[DaySpan]:
    """Return the days of a month as a span, or none where the month has no such days."""
    if first is None or last is None:
        return [months_span(year, month)]
    try:
        return [(dt.date(year, month, first), dt.date(year, month, last))] if first <= last else []
    except ValueError:
        return []


def _days_of_month(reading: Reading, setting: Setting) -> When | None:
    month = reading.number("month") or 0
    if reading.has("pair"):
        first, last = (int(n) for n in reading.first("pair").value.split("/"))
    else:
        first, last = reading.number("first") or 0, reading.number("last") or 0
    return in_year(lambda year: dates_in_month(year, month, first, last), reading, setting, TimePrecision.DAYS)


def _pair_of_years(reading: Reading, setting: Setting) -> When | None:
    first, last = reading.number("first") or 0, reading.number("last") or 0
    if last > first % 100:
        return stated((dt.date(first, 1, 1), dt.date(first // 100 * 100 + last, 12, 31)), TimePrecision.LONGER)
    return stated(months_span(first, last), TimePrecision.MONTH) if 1 <= last <= 12 and setting else None


def _numeric(reading: Reading, setting: Setting) -> When | None:
    raw = str(reading.first("date").value).split("t")[0]
    if raw.isdigit():
        raw = f"{raw[:4]}-{raw[4:6]}-{raw[6:]}"
    a, b, c = (int(n) for n in re.split(r"[-/.]", raw))
    if len(re.split(r"[-/.]", raw)[0]) == 4:
        orders = [(a, b, c), (a, c, b)]
    else:
        year = c if c > 99 else full_year(c, setting)
        orders = [(year, b, a), (year, a, b)] if "." in raw else [(year, a, b), (year, b, a)]
    for year, month, day in orders:
        if 1 <= month <= 12 and (spans := dates_in_month(year, month, day, day)):
            return stated(spans[0], TimePrecision.DAY)
    return None


def _numeric_day(reading: Reading, setting: Setting) -> When | None:
    a, b = (int(n) for n in reading.first("date").value.split("/"))
    month, day = (a, b) if a <= 12 else (b, a)
    if not 1 <= month <= 12:
        return None
    return in_year(lambda year: dates_in_month(year, month, day, day), reading, setting, TimePrecision.DAY)


def _date_time_group(reading: Reading, setting: Setting) -> When | None:
    day, month = int(reading.first("group").value[:2]), reading.number("month") or 0
    return in_year(lambda year: dates_in_month(year, month, day, day), reading, setting, TimePrecision.DAY)


def _quarter(reading: Reading, setting: Setting) -> When | None:
    first_month = 3 * (reading.number("nth") or 1) - 2
    return in_year(lambda year: [months_span(year, first_month, 3)], reading, setting)


def _numbered_week(reading: Reading, setting: Setting) -> When | None:
    number = reading.number("number") or 0

    def spans(year: int) -> list[DaySpan]:
        first = unit_span(dt.date(year, 1, 4), "week", number - 1)[0]  # 4 January is in week 1 (ISO 8601)
        return [(first, add_days(first, 6))] if 1 <= number <= 53 else []

    when = in_year(spans, reading, setting, TimePrecision.WEEK)
    return None if when and when.partial else when


def _season(reading: Reading, setting: Setting) -> When | None:
    first_month = reading.number("season") or 1
    return in_year(lambda year: [months_span(year, first_month, 3)], reading, setting)


def _feast(reading: Reading, setting: Setting) -> When | None:
    name = reading.first("feast").value
    feasts = grammar().feasts
    if setting.report_day is None and feasts[name][0] != "fixed" and not reading.has("year") and setting.year is None:
        return None
    eve = -1 if reading.has("eve") else 0

    def spans(year: int) -> list[DaySpan]:
        return [(add_days(f, eve), add_days(f, eve) if eve else last) for f, last in feast_spans(feasts, name, year)]

    return in_year(spans, reading, setting)


def _nth_weekday(reading: Reading, setting: Setting) -> When | None:
    nth, weekday, month = reading.number("nth") or 0, reading.number("weekday") or 0, reading.number("month") or 1
    if nth == 0 or (reading.first("nth").kind == "deictic" and nth > 0):
        return None

    def spans(year: int) -> list[DaySpan]:
        day = nth_weekday(year, month, weekday, nth)
        return [(day, day)] if day else []

    return in_year(spans, reading, setting, TimePrecision.DAY)


def _decade(reading: Reading, setting: Setting) -> When | None:
    token = reading.first("decade")
    digits = re.sub(r"\D", "", token.value) if token.kind == "decade_digits" else str(token.value)
    year = int(digits) if len(digits) == 4 else full_year(int(digits), setting)
    return stated(unit_span(dt.date(year, 1, 1), "decade"), TimePrecision.LONGER)


def _century(reading: Reading, setting: Setting) -> When | None:
    nth = reading.number("nth") or 0
    if reading.tokens[-1].value != "century" or not 1 <= nth <= 22 or setting is None:
        return None
    return stated((dt.date(100 * nth - 99, 1, 1), dt.date(100 * nth, 12, 31)), TimePrecision.LONGER)


CALENDAR_MEANINGS: Mapping[str, Callable[[Reading, Setting], When | None]] = {
    "calendar": _calendar,
    "century": _century,
    "date_time_group": _date_time_group,
    "days_of_month": _days_of_month,
    "decade": _decade,
    "feast": _feast,
    "nth_weekday": _nth_weekday,
    "numbered_week": _numbered_week,
    "numeric": _numeric,
    "numeric_day": _numeric_day,
    "pair_of_years": _pair_of_years,
    "quarter": _quarter,
    "season": _season,
}
