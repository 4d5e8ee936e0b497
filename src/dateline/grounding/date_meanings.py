"""What each kind of reading of ``packs/dates.toml`` means: a reading and its setting in, days out.

``MEANINGS`` maps a rule's ``means`` to its function. A meaning is None where the setting does not give what the words need,
such as the report's day for "yesterday". The rules are told in ``dates.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dateline.grounding.date_arithmetic import (
    UNIT_MONTHS,
    DaySpan,
    add_days,
    back_or_on,
    feast_spans,
    months_span,
    share_of,
    unit_span,
)
from dateline.grounding.date_calendar import CALENDAR_MEANINGS, dates_in_month
from dateline.grounding.date_grammar import Reading, Token, grammar
from dateline.grounding.date_placing import (
    GRAIN,
    ORDER,
    Setting,
    base_of,
    coarser,
    counted_from,
    days_of,
    latest_or_next,
    relative,
    width_of,
    with_days,
)
from dateline.model import TimeBasis, TimePrecision, When

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

_BARE_PLURAL = (2, 9)  # how many "days ago", "years ago" are
_SOME_DAYS = 5  # "the first days of March"


@dataclass(frozen=True, slots=True)
class _Length:
    """So many units: "two weeks", "a few days"."""

    low: float
    high: float
    unit: str


def meaning(reading: Reading, setting: Setting) -> When | None:
    """Return the days that a reading means in a setting, or None where they cannot be told."""
    return MEANINGS[reading.rule.means](reading, setting)


# --- weekdays and days of the month ------------------------------------------------------------------------------------------


def _weekday_near(day: dt.date, weekday: int, *, past: bool) -> dt.date:
    return add_days(day, -((day.weekday() - weekday) % 7)) if past else add_days(day, (weekday - day.weekday()) % 7)


def _weekday(reading: Reading, setting: Setting) -> When | None:
    weekday, shift = reading.number("weekday") or 0, reading.number("rel") or 0
    told_before = reading.has("rel") and (reading.first("rel").kind == "anaphor" or (reading.has("article") and shift > 0))
    if told_before and (told := counted_from(shift, setting)):
        first, last = days_of(told)
        day = {
            -1: _weekday_near(add_days(first, -1), weekday, past=True),
            0: _weekday_near(add_days(first, 3), weekday, past=True),
            1: _weekday_near(add_days(last, 1), weekday, past=False),
        }.get(shift)
        return with_days(told, (day, day), TimePrecision.DAY) if day else None
    if setting.report_day is None or (told_before and shift):
        return None
    past = shift < 0 or (shift == 0 and setting.past)
    day = _weekday_near(add_days(setting.report_day, shift), weekday, past=past)
    return relative((day, day))


def _weekday_of_week(reading: Reading, setting: Setting) -> When | None:
    if (base := base_of(reading, setting)) is None:
        return None
    day = add_days(unit_span(base[0], "week", reading.number("rel") or 0)[0], reading.number("weekday") or 0)
    return relative((day, day))


def _weekday_week(reading: Reading, setting: Setting) -> When | None:
    if setting.report_day is None:
        return None
    day = add_days(_weekday_near(add_days(setting.report_day, 1), reading.number("weekday") or 0, past=False), 7)
    return relative((day, day))


def _day_of_month(reading: Reading, setting: Setting) -> When | None:
    number, weekday = reading.number("day") or 0, reading.number("weekday")
    base = setting.report_day or (days_of(setting.previous)[0] if setting.previous else None)
    if base is None or not 1 <= number <= 31:
        return None
    if reading.has("rel"):
        base = (base_of(reading, setting) or (base, base))[0]
        month = unit_span(base, "month", reading.number("rel") or 0)[0]
        return relative(spans[0]) if (spans := dates_in_month(month.year, month.month, number, number)) else None

    def spans_of(year: int) -> list[DaySpan]:
        return [span for month in range(1, 13) for span in dates_in_month(year, month, number, number)]

    return latest_or_next(spans_of, base, weekday, TimePrecision.DAY, past=setting.past and setting.report_day is not None)


# --- units counted from the report's day or from the time before -------------------------------------------------------------


def _deictic(reading: Reading, setting: Setting) -> When | None:
    if setting.report_day is None:
        return None
    first, last = reading.first("day").value
    return relative((add_days(setting.report_day, first), add_days(setting.report_day, last)))


def _shifted(reading: Reading, setting: Setting) -> When | None:
    token = reading.first("unit")
    part_of_day = token.kind == "daypart"
    unit = "day" if part_of_day else str(token.value)
    shift = reading.number("rel") or 0
    if not reading.has("rel") or (unit == "weekend" and shift == 0 and reading.first("rel").kind == "deictic"):
        return _this_unit(unit, setting)
    if not part_of_day and _plural(token):  # "the coming days"
        return _recent(reading, setting)
    if reading.first("rel").kind == "anaphor" or (shift > 0 and (reading.has("article") or unit == "day")):
        return _told_of_past(_moved_unit(counted_from(shift, setting), unit, shift), setting)
    if setting.report_day is None:
        return None
    up_to_now = shift < 0 and (reading.has("article") or unit == "day") and unit != "weekend" and not part_of_day
    if up_to_now:  # "in the last week"
        return _last_units(setting.report_day, _Length(1, 1, unit), shift)
    return relative(unit_span(setting.report_day, unit, shift), GRAIN.get(unit))


def _this_unit(unit: str, setting: Setting) -> When | None:
    """Return the unit that "the weekend" or "the month" means without more words."""
    base = setting.report_day
    if setting.previous and (base is None or (unit == "day" and setting.previous.precision is TimePrecision.DAY)):
        base = days_of(setting.previous)[0]
    if base is None:
        return None
    began = unit_span(base, unit)[0] <= base
    return relative(unit_span(base, unit, 0 if began or not setting.past else -1), GRAIN.get(unit))


def _moved_unit(told: When | None, unit: str, shift: int) -> When | None:
    """Return the unit that lies ``shift`` units from the time told of before ("that night", "the following week")."""
    if told is None:
        return None
    first, last = days_of(told)
    grain = GRAIN.get(unit, TimePrecision.DAY)
    if ORDER.index(told.precision) > ORDER.index(grain) or unit == "day":
        moved = back_or_on(first, unit, shift), back_or_on(last, unit, shift)
        return replace(with_days(told, moved), basis=TimeBasis.RELATIVE)
    return replace(with_days(told, unit_span(first if shift <= 0 else last, unit, shift), grain), basis=TimeBasis.RELATIVE)


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


def _beyond(reading: Reading, setting: Setting) -> When | None:
    unit, shift = str(reading.first("unit").value), reading.number("rel") or 0
    if setting.report_day is None or shift == 0:
        return None
    return relative(unit_span(setting.report_day, unit, 2 * shift), GRAIN.get(unit))


def _length(reading: Reading) -> _Length | None:
    """Return the length in a reading: its own number and unit, those of a length inside, or a bare unit ("days ago")."""
    if reading.has("length"):
        return _length(reading.reading("length"))
    token = reading.first("unit")
    unit = "day" if token.kind == "daypart" else str(token.value)
    if not reading.has("number"):
        return _Length(*(_BARE_PLURAL if _plural(token) else (1, 1)), unit)
    low, high = _count(reading.parts["number"])
    if reading.has("number_2"):
        high = _count(reading.parts["number_2"])[1]
    if any(t.kind == "half" for t in reading.tokens) and reading.first("number").kind != "half":
        low, high = low + 0.5, high + 0.5
    if low % 1 and unit in UNIT_MONTHS and unit != "month":
        return _Length(low * UNIT_MONTHS[unit], high * UNIT_MONTHS[unit], "month")
    return _Length(low, high, unit)


def _plural(unit: Token) -> bool:
    return unit.end - unit.start > len(str(unit.value))


def _count(tokens: tuple[Token, ...]) -> tuple[float, float]:
    values = [t.value for t in tokens if t.kind != "dash"]
    if isinstance(values[0], list):
        return values[0][0], values[0][1]
    return sum(values), sum(values)


def _last_units(day: dt.date, length: _Length, sign: int) -> When:
    """Return the span of a length that ends (or, with a positive sign, begins) on a day."""
    other = back_or_on(day, length.unit, sign * length.high)
    precision = GRAIN.get(length.unit) if length.high == 1 else TimePrecision.DAYS if length.unit == "day" else None
    return relative((min(day, other), max(day, other)), precision)


def _recent(reading: Reading, setting: Setting) -> When | None:
    length, rel = _length(reading), reading.first("rel")
    if length is None:
        return None
    if rel.kind == "recent" or (not reading.has("length") and length.high > 1):
        length = replace(length, high=7)
    shift = reading.number("rel") or 0
    if rel.kind == "anaphor":
        if setting.previous is None or shift == 0:
            return setting.previous
        first, last = days_of(setting.previous)
        return _last_units(last if shift > 0 else first, length, shift)
    if setting.report_day is None:
        return None
    return _last_units(setting.report_day, length, 1 if rel.kind == "deictic" and shift > 0 else -1)


def _moved(told: When, length: _Length, sign: int, *, exact: bool = False) -> When | None:
    """Return the time that lies a length after (or, with a negative sign, before) a time.

    Weeks, when there are several, are told roughly: three days either way, unless they are counted from a day named beside
    them.
    """
    first, last = days_of(told)
    low, high = sorted((sign * length.low, sign * length.high))
    if length.unit in {"hour", "minute"} and told.precision not in {TimePrecision.DAY, TimePrecision.DAYS}:
        return None
    moved = back_or_on(first, length.unit, low), back_or_on(last, length.unit, high)
    if length.unit in UNIT_MONTHS:
        moved = unit_span(moved[0], length.unit)[0], unit_span(moved[1], length.unit)[1]
    elif length.unit in {"week", "fortnight", "weekend"} and not (exact or length.low == length.high == 1):
        moved = add_days(moved[0], -3), add_days(moved[1], 3)
    kept = told.precision if length.low == length.high and length.unit not in GRAIN else TimePrecision.DAY
    grain = GRAIN[length.unit] if length.unit in GRAIN and length.low == length.high else width_of(moved)
    precision = coarser(kept, grain) if moved[0] != moved[1] else kept
    return replace(with_days(told, moved, precision), basis=TimeBasis.RELATIVE)


def _ago(reading: Reading, setting: Setting) -> When | None:
    length = _length(reading)
    base = relative((setting.report_day, setting.report_day)) if setting.report_day else None
    if base is None or length is None:
        return None
    if reading.has("day") and length.unit in UNIT_MONTHS and (day := meaning(reading.reading("day"), setting)):
        first, last = (back_or_on(d, length.unit, -length.high) for d in days_of(day))
        return with_days(day, (first, last))
    return _moved(base, length, reading.number("rel") or -1)


def _offset(reading: Reading, setting: Setting) -> When | None:
    """Read "two days later"; of a bare "two days after" see below.

    In "X struck on Friday, two days after Y died" the words are quoted as the time of Y, so what they say is two days before X.
    (In the annotated reports that holds of 36 in 50, the other reading of none.)
    """
    length, sign = _length(reading), reading.number("rel") or 1
    if length is None:
        return None
    if reading.has("of_day"):
        named = meaning(reading.reading("of_day"), setting)
        return _moved(named, length, sign, exact=True) if named else None
    sign = -1 if reading.first("rel").kind == "after" else sign
    told = counted_from(sign, replace(setting, past=True))
    return _told_of_past(_moved(told, length, sign) if told else None, setting)


def _told_of_past(when: When | None, setting: Setting) -> When | None:
    """Drop a past time that comes out after the report: it was counted from the wrong time."""
    wrong = when and when.first and not when.partial and setting.past and setting.report_day and when.first > setting.report_day
    return None if wrong else when


def _offset_one(reading: Reading, setting: Setting) -> When | None:
    inside = reading.reading("unit")
    unit = "day" if inside.rule.gives == "clock" else str(inside.first("unit").value)
    told = (
        meaning(reading.reading("of_day"), setting)
        if reading.has("of_day")
        else counted_from(reading.number("rel") or 1, setting)
    )
    return _told_of_past(_moved_unit(told, unit, reading.number("rel") or 1), setting)


def _within(reading: Reading, setting: Setting) -> When | None:
    length = _length(reading)
    if length and not setting.past and setting.report_day:
        return _moved(relative((setting.report_day, setting.report_day)), length, 1)
    if setting.previous is None or length is None or setting.previous.precision not in {TimePrecision.DAY, TimePrecision.DAYS}:
        return None
    first, last = days_of(setting.previous)
    return with_days(setting.previous, (first, back_or_on(last, length.unit, length.high)))


# --- parts, open ends and ranges ---------------------------------------------------------------------------------------------


def _part(reading: Reading, setting: Setting) -> When | None:
    """Read "late October"; said of the past in mid-October it is last year's, though October as such would be this year's."""
    period = meaning(reading.reading("period"), setting)
    if period is None or period.precision in {TimePrecision.DAY, TimePrecision.DAYS}:
        return period
    share, day = reading.first("part").value, setting.report_day
    span = share_of(days_of(period), *share)
    if setting.past and day and span[0] > day and reading.reading("period").rule.means == "calendar":
        earlier = meaning(reading.reading("period"), replace(setting, report_day=add_days(days_of(period)[0], -1)))
        span = share_of(days_of(earlier or period), *share)
    return with_days(period, span)


def _part_of_unit(reading: Reading, setting: Setting) -> When | None:
    period = _this_unit(str(reading.first("unit").value), setting)
    return with_days(period, share_of(days_of(period), *reading.first("part").value)) if period else None


def _so_far(reading: Reading, setting: Setting) -> When | None:
    period, today = meaning(reading.reading("period"), setting), setting.report_day
    if period is None or today is None or period.partial:
        return period
    first, last = days_of(period)
    if not first <= today <= last:
        return period
    return with_days(period, (first, today) if reading.first("side").kind == "earlier" else (today, last))


def _nth_part(reading: Reading, setting: Setting) -> When | None:
    period, token = meaning(reading.reading("period"), setting), reading.first("nth")
    length = _length(reading)
    if period is None or length is None or token.kind == "anaphor":
        return None
    first, last = days_of(period)
    if not reading.has("length") and length.high > 1:
        length = replace(length, low=1, high=_SOME_DAYS if length.unit == "day" else 2)
    nth = -1 if token.kind in {"final", "deictic"} else reading.number("nth") or 1
    if nth < 0:
        span = add_days(back_or_on(add_days(last, 1), length.unit, -length.high), 0), last
    else:
        start = back_or_on(first, length.unit, (nth - 1) * length.high)
        span = start, add_days(back_or_on(start, length.unit, length.high), -1)
    if span[0] < first or span[1] > last or span[0] > span[1]:
        return period
    return with_days(period, span, (GRAIN.get(length.unit) if length.high == 1 else None) or width_of(span))


def _week_of(reading: Reading, setting: Setting) -> When | None:
    day = meaning(reading.reading("of_day"), setting)
    if day is None:
        return None
    first, how = days_of(day)[0], reading.first("how")
    begins = how.kind == "starting" or (how.kind == "part" and how.value[0] == 0)
    span = (
        (first, add_days(first, 6))
        if begins
        else unit_span(first, "week")
        if how.kind == "of"
        else (add_days(first, -6), first)
    )
    return with_days(day, span, TimePrecision.WEEK)


def _same(reading: Reading, setting: Setting) -> When | None:
    return meaning(reading.reading("of_day"), setting)


def _clock(reading: Reading, setting: Setting) -> When | None:
    told = setting.previous
    if reading.rule.gives != "clock" or told is None or told.precision is not TimePrecision.DAY:
        return None
    return replace(told, basis=TimeBasis.RELATIVE)


def _night_into(reading: Reading, setting: Setting) -> When | None:
    day = meaning(reading.reading("of_day"), setting)
    return with_days(day, (add_days(days_of(day)[0], -1), days_of(day)[1]), TimePrecision.DAYS) if day else None


def _night_of(reading: Reading, setting: Setting) -> When | None:
    day = meaning(reading.reading("of_day"), setting)
    return with_days(day, (days_of(day)[0], add_days(days_of(day)[1], 1)), TimePrecision.DAYS) if day else None


def _range(reading: Reading, setting: Setting) -> When | None:
    if setting.past or setting.report_day is None:
        last = meaning(reading.reading("last"), setting)
        day = last.last if last and not last.partial else setting.report_day
        first = meaning(reading.reading("first"), replace(setting, report_day=day))
        if (
            first
            and last
            and last.basis is TimeBasis.STATED
            and not last.partial
            and reading.reading("first").rule.means in _YEARLY
        ):
            first = replace(first, basis=TimeBasis.STATED)
    else:
        first = meaning(reading.reading("first"), setting)
        day = first.first if first else setting.report_day
        last = meaning(reading.reading("last"), replace(setting, report_day=day))
    if (
        first
        and last
        and first.basis is TimeBasis.STATED
        and not first.partial
        and reading.reading("last").rule.means in _YEARLY
    ):
        last = _after_stated(first, last, reading.reading("last"), setting)
    return _joined(first, last) if first and last else None


def _after_stated(first: When, last: When, reading: Reading, setting: Setting) -> When:
    """Take the year of a range's last day from its first ("June 2010 to August")."""
    if last.basis is TimeBasis.STATED and not last.partial:
        return last
    start = days_of(first)[0]
    years = (meaning(reading, replace(setting, year=start.year + n)) for n in (0, 1))
    return next((when for when in years if when and days_of(when)[1] >= start), last)


def _joined(first: When, last: When) -> When:
    begin, end = days_of(first)[0], days_of(last)[1]
    if begin > end and (first.partial or last.partial):
        span = back_or_on(begin, "year", -1), end
    else:
        span = min(begin, days_of(last)[0]), max(end, days_of(first)[1])
    exact = first.precision is last.precision is TimePrecision.DAY and (span[1] - span[0]).days <= 31
    stated = first.basis is last.basis is TimeBasis.STATED
    return When(
        first=span[0],
        last=span[1],
        precision=TimePrecision.DAYS if exact else width_of(span),
        basis=TimeBasis.STATED if stated else TimeBasis.RELATIVE,
        partial=first.partial or last.partial,
    )


def _since(reading: Reading, setting: Setting) -> When | None:
    begin = meaning(reading.reading("of_day"), replace(setting, past=True))
    if begin is None or begin.partial:
        return begin
    first, last = days_of(begin)
    span = first, max(setting.report_day or last, first)
    long = begin.precision in {TimePrecision.MONTH, TimePrecision.YEAR, TimePrecision.LONGER}
    return with_days(begin, span, TimePrecision.LONGER if long else width_of(span))


def _until(reading: Reading, setting: Setting) -> When | None:
    end = meaning(reading.reading("of_day"), setting)
    if end is None or end.partial or setting.past or setting.report_day is None:
        return end
    span = min(setting.report_day, days_of(end)[0]), days_of(end)[1]
    return with_days(end, span, width_of(span))


def _before(reading: Reading, setting: Setting) -> When | None:
    end = meaning(reading.reading("of_day"), setting)
    if reading.reading("of_day").rule.means == "same":  # "before dawn on Tuesday"
        return end
    if end is None or end.partial or setting.past or setting.report_day is None:
        return None
    last = add_days(days_of(end)[0], -1)
    return relative((setting.report_day, last)) if last >= setting.report_day else None


def _after(reading: Reading, setting: Setting) -> When | None:
    begin, today = meaning(reading.reading("of_day"), setting), setting.report_day
    if begin is None or begin.partial or today is None or reading.reading("of_day").rule.means == "same":
        return begin
    first, last = days_of(begin)
    span = (first, max(today, last)) if setting.past else (first, last)
    return with_days(begin, span, width_of(span))


def _bracketed(reading: Reading, setting: Setting) -> When | None:
    return meaning(reading.reading("inner"), setting) or meaning(reading.reading("outer"), setting)


def _nothing(_reading: Reading, _setting: Setting) -> None:
    return None


_YEARLY = frozenset({"calendar", "days_of_month", "numeric_day", "part"})
MEANINGS: Mapping[str, Callable[[Reading, Setting], When | None]] = {
    **CALENDAR_MEANINGS,
    "after": _after,
    "ago": _ago,
    "before": _before,
    "beyond": _beyond,
    "bracketed": _bracketed,
    "clock": _clock,
    "day_of_month": _day_of_month,
    "deictic": _deictic,
    "night_into": _night_into,
    "night_of": _night_of,
    "nothing": _nothing,
    "nth_part": _nth_part,
    "offset": _offset,
    "offset_one": _offset_one,
    "part": _part,
    "part_of_unit": _part_of_unit,
    "range": _range,
    "recent": _recent,
    "same": _same,
    "shifted": _shifted,
    "shifted_feast": _shifted_feast,
    "shifted_month": _shifted_month,
    "shifted_season": _shifted_season,
    "since": _since,
    "so_far": _so_far,
    "until": _until,
    "week_of": _week_of,
    "weekday": _weekday,
    "weekday_of_week": _weekday_of_week,
    "weekday_week": _weekday_week,
    "within": _within,
}
