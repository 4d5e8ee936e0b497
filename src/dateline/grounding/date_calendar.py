"""What calendar dates mean: days, months, years, seasons and feasts, with a year or without, or with "last" and "next"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dateline.grounding.date_arithmetic import (
    DaySpan,
    add_days,
    feast_spans,
    hijri,
    months_span,
    nth_weekday,
    solar_hijri,
    unit_span,
)
from dateline.grounding.date_grammar import Reading, grammar
from dateline.grounding.date_placing import Setting, base_of, full_year, in_year, relative, stated, year_of
from dateline.model import TimePrecision, When

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NEAR_DAYS = 31  # 04/10/16 in a report of 14 October 2016 is 4 October
_HIJRI_YEARS = range(1200, 1600)  # what a year beside an Islamic month is, if it is none of the common era
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
        orders = [(year, b, a), (year, a, b)] if "." in raw or not _month_first(setting) else [(year, a, b), (year, b, a)]
    days = [days[0][0] for year, month, day in orders if 1 <= month <= 12 and (days := dates_in_month(year, month, day, day))]
    return stated((likeliest := _likeliest(days, setting), likeliest), TimePrecision.DAY) if days else None


def _month_first(setting: Setting) -> bool:
    return setting.country is None or setting.country in grammar().month_first


def _likeliest(days: list[dt.date], setting: Setting) -> dt.date:
    """Return the day that figures in either order mean: none after the report for the past, one near it, else the first."""
    today = setting.report_day
    if today is None or len(days) == 1:
        return days[0]
    days = [day for day in days if day <= today or not setting.past] or days
    near = [day for day in days if abs((day - today).days) <= _NEAR_DAYS]
    return (near if len(near) == 1 else days)[0]


def _numeric_day(reading: Reading, setting: Setting) -> When | None:
    a, b = (int(n) for n in reading.first("date").value.split("/"))
    month, day = (a, b) if (a <= 12 and _month_first(setting)) or b > 12 else (b, a)
    if not 1 <= month <= 12:
        return None
    return in_year(lambda year: dates_in_month(year, month, day, day), reading, setting, TimePrecision.DAY)


def _numeric_month(reading: Reading, _setting: Setting) -> When | None:
    month, year = (int(n) for n in re.split(r"[-/]", reading.first("date").value))
    return stated(months_span(year, month), TimePrecision.MONTH)


def _date_time_group(reading: Reading, setting: Setting) -> When | None:
    day, month = int(reading.first("group").value[:2]), reading.number("month") or 0
    return in_year(lambda year: dates_in_month(year, month, day, day), reading, setting, TimePrecision.DAY)


def _quarter(reading: Reading, setting: Setting) -> When | None:
    first_month = 3 * (reading.number("nth") or 1) - 2
    return in_year(lambda year: [months_span(year, first_month, 3)], reading, setting)


def _half_year(reading: Reading, setting: Setting) -> When | None:
    first_month = 6 * (reading.number("nth") or 1) - 5
    return in_year(lambda year: [months_span(year, first_month, 6)], reading, setting)


def _fiscal_year(reading: Reading, setting: Setting) -> When | None:
    """Read "FY2019", "financial year 2015/16", "last fiscal year": twelve months from the month that the words' table gives."""
    month, ends = reading.first("fiscal").value
    if reading.has("pair"):
        first, last = (int(n) for n in reading.first("pair").value.split("/"))
        return (
            stated(months_span(full_year(first, setting), month, 12), TimePrecision.YEAR) if last == (first + 1) % 100 else None
        )
    if reading.has("rel"):
        if setting.report_day is None:
            return None
        began = setting.report_day.year - (setting.report_day.month < month)
        return relative(months_span(began + (reading.number("rel") or 0), month, 12), TimePrecision.YEAR)
    token = reading.first("year")
    near = replace(setting, past=False)  # a year of two digits may be one to come: "FY19" in 2016
    year = full_year(int(str(token.value)[-2:]), near) if token.kind != "year" else int(token.value)
    return stated(months_span(year - (ends and not reading.has("last")), month, 12), TimePrecision.YEAR)


def _numbered_week(reading: Reading, setting: Setting) -> When | None:
    if reading.has("date"):
        year, week = (int(n) for n in re.split(r"-?w", reading.first("date").value))
        first = unit_span(dt.date(year, 1, 4), "week", week - 1)[0]
        return stated((first, add_days(first, 6)), TimePrecision.WEEK) if 1 <= week <= 53 else None
    number = reading.number("number") or 0

    def spans(year: int) -> list[DaySpan]:
        first = unit_span(dt.date(year, 1, 4), "week", number - 1)[0]  # 4 January is in week 1 (ISO 8601)
        return [(first, add_days(first, 6))] if 1 <= number <= 53 else []

    if setting.report_day and not reading.has("year") and not reading.has("rel"):  # nobody numbers a week of another year bare
        found = spans(setting.report_day.year)
        return relative(found[0], TimePrecision.WEEK) if found else None
    when = in_year(spans, reading, setting, TimePrecision.WEEK)
    return None if when and when.partial else when


def _season(reading: Reading, setting: Setting) -> When | None:
    first_month = reading.number("season") or 1
    return in_year(lambda year: [months_span(year, first_month, 3)], reading, setting)


def _feast(reading: Reading, setting: Setting) -> When | None:
    name = reading.first("feast").value
    feasts = grammar().feasts
    kind, *rule = feasts[name]
    if kind == "once":
        return stated((dt.date(*rule), dt.date(*rule)), TimePrecision.DAY)
    if kind == "hijri" and reading.has("year") and reading.first("year").value in _HIJRI_YEARS:
        first, last = (hijri(int(reading.first("year").value), *ends) for ends in (rule[:2], rule[-2:]))
        return stated((add_days(first, -1), add_days(last, 1)))
    if setting.report_day is None and kind != "fixed" and not reading.has("year") and setting.year is None:
        return None
    eve = -1 if reading.has("eve") else 0

    def spans(year: int) -> list[DaySpan]:
        return [(add_days(f, eve), add_days(f, eve) if eve else last) for f, last in feast_spans(feasts, name, year)]

    return in_year(spans, reading, setting)


def _hijri_day(reading: Reading, setting: Setting) -> When | None:
    """Read a date of the Islamic calendar, a day wider on either side; a year of the common era is the one that it falls in."""
    token, day = reading.first("month"), reading.number("day")
    month = grammar().feasts[token.value][1] if token.kind == "lunar_feast" else int(token.value)
    ends = [month, day or 1], [month, day or 30]
    if reading.has("year") and (year := int(reading.first("year").value)) in _HIJRI_YEARS:
        first, last = (hijri(year, *end) for end in ends)
        return stated((add_days(first, -1), add_days(last, 1)))
    if setting.report_day is None and not reading.has("year") and setting.year is None:
        return None
    rule = {"day": ("hijri", *ends[0], *ends[1])}
    return in_year(lambda year: feast_spans(rule, "day", year), reading, setting)


def _solar_day(reading: Reading, setting: Setting) -> When | None:
    """Read a date of the Solar Hijri calendar."""
    month, day = reading.number("month") or 1, reading.number("day")
    length = 31 if month <= 6 else 30 if month <= 11 else 29

    def spans(year: int) -> list[DaySpan]:
        first = solar_hijri(year, month, day or 1)
        return [(first, first if day else add_days(first, length - 1))]

    if reading.has("year"):
        year = int(reading.first("year").value)
        solar = year if year in _HIJRI_YEARS else year - 621 if month < 10 else year - 622
        return stated(spans(solar)[0], TimePrecision.DAY if day else TimePrecision.MONTH)
    if setting.report_day is None:
        return None
    return in_year(lambda year: spans(year - 621) if month < 10 else spans(year - 622), reading, setting)


def _national(reading: Reading, setting: Setting) -> When | None:
    own = grammar().national.get(setting.country or "", {})
    if (found := own.get(reading.first("national").value)) is None:
        return None
    eve = -1 if reading.has("eve") else 0

    def spans(year: int) -> list[DaySpan]:
        day = add_days(dt.date(year, *found), eve)
        return [(day, day)]

    return in_year(spans, reading, setting, TimePrecision.DAY)


def _which(reading: Reading) -> int | None:
    """Return which one an "nth" part means, -1 for the last, or None where it cannot be told."""
    token = reading.first("nth")
    if token.kind in {"deictic", "final"}:
        return -1 if token.kind == "final" or token.value < 0 else None
    return reading.number("nth") or None


def _nth_weekday(reading: Reading, setting: Setting) -> When | None:
    nth, weekday = _which(reading), reading.number("weekday") or 0
    if nth is None:
        return None
    if not reading.has("month"):
        base = base_of(reading, setting) if reading.has("rel") else None
        counted = base[0] if base else setting.report_day
        if counted is None:
            return None
        first = unit_span(counted, "month", reading.number("rel") or 0)[0]
        day = nth_weekday(first.year, first.month, weekday, nth)
        return relative((day, day), TimePrecision.DAY) if day else None
    month = reading.number("month") or 1

    def spans(year: int) -> list[DaySpan]:
        day = nth_weekday(year, month, weekday, nth)
        return [(day, day)] if day else []

    return in_year(spans, reading, setting, TimePrecision.DAY)


def _nth_weekday_of(reading: Reading, setting: Setting) -> When | None:
    """Read "the last Friday of Ramadan"."""
    nth, weekday, feasts = _which(reading), reading.number("weekday") or 0, grammar().feasts
    if nth is None or (setting.report_day is None and not reading.has("year")):
        return None

    def spans(year: int) -> list[DaySpan]:
        found = []
        for first, last in feast_spans(feasts, reading.first("feast").value, year):
            days = [day for n in range((last - first).days + 1) if (day := add_days(first, n)).weekday() == weekday]
            found += [(days[nth - (nth > 0)],) * 2] if len(days) >= abs(nth) else []
        return found

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


def _shifted_in_year(
    reading: Reading, setting: Setting, spans: Callable[[int], list[DaySpan]], precision: TimePrecision | None
) -> When | None:
    base, shift = base_of(reading, setting), reading.number("rel") or 0
    if base is None:
        return None
    around = [span for year in range(max(base[0].year - 2, 1), min(base[1].year + 2, 9998) + 1) for span in spans(year)]
    if shift < 0:
        chosen = [s for s in around if s[1] < base[0]][-1:]
    elif shift > 0:
        chosen = [s for s in around if s[0] > base[1]][:1]
    else:
        chosen = [s for s in around if s[0].year == base[0].year]
    return relative(chosen[0], precision) if chosen else None


def _shifted_month(reading: Reading, setting: Setting) -> When | None:
    month = reading.number("month") or 1
    return _shifted_in_year(reading, setting, lambda year: [months_span(year, month)], TimePrecision.MONTH)


def _shifted_season(reading: Reading, setting: Setting) -> When | None:
    month = reading.number("season") or 1
    return _shifted_in_year(reading, setting, lambda year: [months_span(year, month, 3)], None)


def _shifted_feast(reading: Reading, setting: Setting) -> When | None:
    name = reading.first("feast").value
    return _shifted_in_year(reading, setting, lambda year: feast_spans(grammar().feasts, name, year), None)


def _month_before(reading: Reading, setting: Setting) -> When | None:
    """Read "the October before last"."""
    if setting.report_day is None:
        return None
    month = reading.number("month") or 1
    over = [span for year in (-2, -1, 0) for span in [months_span(setting.report_day.year + year, month)]]
    gone = [span for span in over if span[1] < setting.report_day]
    return relative(gone[-2], TimePrecision.MONTH) if len(gone) > 1 else None


def _shifted_date(reading: Reading, setting: Setting) -> When | None:
    """Read "next 6th of April": strictly after (or, with "last", before) the report's day."""
    if reading.has("date"):
        month, day = (int(n) for n in reading.first("date").value.split("/"))
    else:
        month, day = reading.number("month") or 1, reading.number("day") or 1
    return _shifted_in_year(reading, setting, lambda year: dates_in_month(year, month, day, day), TimePrecision.DAY)


CALENDAR_MEANINGS: Mapping[str, Callable[[Reading, Setting], When | None]] = {
    "calendar": _calendar,
    "century": _century,
    "date_time_group": _date_time_group,
    "days_of_month": _days_of_month,
    "decade": _decade,
    "feast": _feast,
    "fiscal_year": _fiscal_year,
    "half_year": _half_year,
    "hijri_day": _hijri_day,
    "month_before": _month_before,
    "national": _national,
    "nth_weekday_of": _nth_weekday_of,
    "numeric_month": _numeric_month,
    "solar_day": _solar_day,
    "nth_weekday": _nth_weekday,
    "numbered_week": _numbered_week,
    "numeric": _numeric,
    "numeric_day": _numeric_day,
    "pair_of_years": _pair_of_years,
    "quarter": _quarter,
    "season": _season,
    "shifted_date": _shifted_date,
    "shifted_feast": _shifted_feast,
    "shifted_month": _shifted_month,
    "shifted_season": _shifted_season,
}
