"""Places readings of dates among the years: what a time is relative to, and which year a date without one is in.

Days whose year is unknown are reckoned in the leap year 2000 and marked by ``UNKNOWN_YEAR``. The rules are told in
``dates.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dateline.model import TimeBasis, TimePrecision, When

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from dateline.grounding.date_arithmetic import DaySpan
    from dateline.grounding.date_grammar import Reading

UNKNOWN_YEAR = "?"
YEARLESS = 2000
GRAIN = {
    "week": TimePrecision.WEEK,
    "weekend": TimePrecision.DAYS,
    "fortnight": TimePrecision.MONTH,
    "month": TimePrecision.MONTH,
    "quarter": TimePrecision.YEAR,
    "year": TimePrecision.YEAR,
    "decade": TimePrecision.LONGER,
    "century": TimePrecision.LONGER,
}
"""Units to the grain of a time that is one of them."""
ORDER = list(TimePrecision)
"""The grains, finest first."""
_WIDTHS = ((1, TimePrecision.DAY), (10, TimePrecision.DAYS), (33, TimePrecision.MONTH), (366, TimePrecision.YEAR))
_PIVOT = 69  # two-digit years without a report's day: 69 to 99 are 19xx (POSIX strptime)
_YEARS_BACK = 8  # how far a weekday is asked to confirm the year of a date
_RECENT_DAYS, _FAR_DAYS = 92, 274  # see latest_or_next


@dataclass(frozen=True, slots=True)
class Setting:
    """What a time is relative to; see ``dates.resolve_time``. ``previous``, where given, has its days."""

    report_day: dt.date | None
    previous: When | None
    past: bool
    year: int | None
    country: str | None = None


def days_of(when: When) -> DaySpan:
    """Return the days of a time that has them."""
    assert when.first is not None
    assert when.last is not None
    return when.first, when.last


def _grain(span: DaySpan, precision: TimePrecision | None) -> TimePrecision:
    """The grain that the words have, unless they speak of a day and the days are several."""
    if precision is None or (precision is TimePrecision.DAY and span[0] != span[1]):
        return width_of(span)
    return precision


def relative(span: DaySpan, precision: TimePrecision | None = None) -> When:
    """Return a time worked out from another day."""
    return When(first=span[0], last=span[1], precision=_grain(span, precision), basis=TimeBasis.RELATIVE)


def stated(span: DaySpan, precision: TimePrecision | None = None) -> When:
    """Return a time that the words give by themselves."""
    return When(first=span[0], last=span[1], precision=_grain(span, precision), basis=TimeBasis.STATED)


def width_of(span: DaySpan) -> TimePrecision:
    """Return the grain that a span of days has by its width."""
    days = (span[1] - span[0]).days + 1
    return next((precision for limit, precision in _WIDTHS if days <= limit), TimePrecision.LONGER)


def with_days(when: When, span: DaySpan, precision: TimePrecision | None = None) -> When:
    """Return a time with other days."""
    return replace(when, first=span[0], last=span[1], precision=_grain(span, precision or when.precision))


def coarser(a: TimePrecision, b: TimePrecision) -> TimePrecision:
    """Return the coarser of two grains."""
    return max(a, b, key=ORDER.index)


def counted_from(shift: int, setting: Setting) -> When | None:
    """Return what "that day" or "the previous day" counts from: the time told of before.

    Where there is none, the report's day stands in for it, for "previous" and, in plans, for "following".
    """
    if setting.previous or setting.report_day is None or not (shift < 0 or (shift > 0 and not setting.past)):
        return setting.previous
    return relative((setting.report_day, setting.report_day))


def base_of(reading: Reading, setting: Setting) -> DaySpan | None:
    """Return what the shift of a reading counts from: the time before for "that" and "following", else the report's day."""
    if reading.first("rel").kind == "anaphor":
        told = counted_from(reading.number("rel") or 0, setting)
        return days_of(told) if told else None
    return (setting.report_day, setting.report_day) if setting.report_day else None


def full_year(two_digits: int, setting: Setting) -> int:
    """Return the year that two digits mean."""
    if setting.report_day is None:
        return two_digits + (1900 if two_digits >= _PIVOT else 2000)
    latest = setting.report_day.year + (0 if setting.past else 10)
    year = latest - (latest - two_digits) % 100
    return year if year >= 1 else year + 100  # before the year 100 there is no earlier century


def year_of(reading: Reading, setting: Setting) -> tuple[int | None, TimeBasis]:
    """Return the year that a reading names, stated ("2016", "'89") or relative ("last year")."""
    if reading.has("year"):
        token = reading.first("year")
        if token.kind == "year":
            return int(token.value), TimeBasis.STATED
        digits = token.value[-2:] if token.kind == "short_year" else f"{token.value:02d}"
        return full_year(int(digits), setting), TimeBasis.STATED
    if reading.has("before_year"):
        return (days_of(setting.previous)[0].year - 1 if setting.previous else None), TimeBasis.RELATIVE
    if reading.has("rel"):
        base = base_of(reading, setting)
        return (base[0].year + (reading.number("rel") or 0) if base else None), TimeBasis.RELATIVE
    return None, TimeBasis.RELATIVE


def in_year(
    spans: Callable[[int], Iterable[DaySpan]], reading: Reading, setting: Setting, precision: TimePrecision | None = None
) -> When | None:
    """Place days that come round every year in the year that the reading or the setting gives."""
    year, basis = year_of(reading, setting)
    if reading.has("year") or reading.has("rel") or reading.has("before_year"):
        span = next(iter(spans(year)), None) if year else None
        return replace(relative(span, precision), basis=basis) if span else None
    if setting.year is not None:
        span = next(iter(spans(setting.year)), None)
        return relative(span, precision) if span else None
    if setting.report_day is None:
        span = next(iter(spans(YEARLESS)), None)
        return replace(stated(span, precision), partial=UNKNOWN_YEAR) if span else None
    return latest_or_next(spans, setting.report_day, reading.number("weekday"), precision, past=setting.past)


def latest_or_next(
    spans: Callable[[int], Iterable[DaySpan]], day: dt.date, weekday: int | None, precision: TimePrecision | None, *, past: bool
) -> When | None:
    """Choose the year: for the past the latest span that begins by the day, for plans the first that ends on or after it.

    A weekday beside the date chooses among the years near. A plan that would be more than nine months off, told within three
    months after that date, is one that was for the date just past ("planned for June 3", told on June 27).
    """
    latest = _first_fitting(spans, range(day.year, max(day.year - _YEARS_BACK, 0), -1), lambda s: s[0] <= day, weekday)
    if not past:
        coming = _first_fitting(
            spans, range(max(day.year - 1, 1), min(day.year + _YEARS_BACK, 9999)), lambda s: s[1] >= day, weekday
        )
        stale = latest and (not coming or ((day - latest[0]).days <= _RECENT_DAYS and (coming[0] - day).days > _FAR_DAYS))
        latest = latest if stale else coming
    return relative(latest, precision) if latest else None


def _first_fitting(
    spans: Callable[[int], Iterable[DaySpan]], years: range, fits: Callable[[DaySpan], bool], weekday: int | None
) -> DaySpan | None:
    otherwise = None
    for year in years:
        for span in sorted(spans(year), reverse=years.step < 0):
            if fits(span):
                if weekday is None or span[0].weekday() == weekday:
                    return span
                otherwise = otherwise or span
    return otherwise
