"""What each kind of reading of ``packs/dates.toml`` means: a reading and its setting in, days out.

``MEANINGS`` maps a rule's ``means`` to its function. A meaning is None where the setting does not give what the words need,
such as the report's day for "yesterday". The rules are told in ``dates.py``.
"""

from __future__ import annotations

from dataclasses import replace
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
from dateline.grounding.date_grammar import Reading, grammar
from dateline.grounding.date_lengths import Length, is_plural, last_units, length_of, moved_by
from dateline.grounding.date_placing import (
    GRAIN,
    ORDER,
    Setting,
    base_of,
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

_AROUND_DAYS = 15  # "this time last year"
_SOME_DAYS = 5  # "the first days of March"


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
    deictic = reading.has("rel") and len(reading.parts["rel"]) == 1 and reading.first("rel").kind == "deictic"
    if shift and deictic and abs((day - setting.report_day).days) == 1:  # who means yesterday does not say "last Wednesday"
        day = add_days(day, 7 * shift)
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
    if not part_of_day and is_plural(token):  # "the coming days"
        return _recent(reading, setting)
    if reading.first("rel").kind == "anaphor" or (shift > 0 and (reading.has("article") or unit == "day")):
        return _told_of_past(_moved_unit(counted_from(shift, setting), unit, shift), setting)
    if setting.report_day is None:
        return None
    up_to_now = shift < 0 and (reading.has("article") or unit == "day") and unit != "weekend" and not part_of_day
    if up_to_now:  # "in the last week"
        return last_units(setting.report_day, Length(1, 1, unit), shift)
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


def _beyond(reading: Reading, setting: Setting) -> When | None:
    unit, shift = str(reading.first("unit").value), reading.number("rel") or 0
    if setting.report_day is None or shift == 0:
        return None
    return relative(unit_span(setting.report_day, unit, 2 * shift), GRAIN.get(unit))


def _recent(reading: Reading, setting: Setting) -> When | None:
    length, rel = length_of(reading), reading.first("rel")
    if length is None:
        return None
    if rel.kind == "recent" or (not reading.has("length") and length.high > 1):
        length = replace(length, high=7)
    shift = reading.number("rel") or 0
    if rel.kind == "anaphor":
        told = counted_from(shift, setting)
        if told is None or shift == 0:
            return setting.previous
        first, last = days_of(told)
        return last_units(last if shift > 0 else first, length, shift)
    if setting.report_day is None:
        return None
    return last_units(setting.report_day, length, 1 if rel.kind == "deictic" and shift > 0 else -1)


def _ago(reading: Reading, setting: Setting) -> When | None:
    length = length_of(reading)
    base = relative((setting.report_day, setting.report_day)) if setting.report_day else None
    if base is None or length is None:
        return None
    if reading.has("exact"):
        day = back_or_on(days_of(base)[0], length.unit, (reading.number("rel") or -1) * length.high)
        return relative((day, day), TimePrecision.DAY)
    counted, sign = length.unit in UNIT_MONTHS or length.unit == "week", reading.number("rel") or -1
    if reading.has("day") and counted and (named := meaning(reading.reading("day"), setting)):
        first, last = (back_or_on(d, length.unit, sign * length.high) for d in days_of(named))
        return with_days(named, (first, last))
    return moved_by(base, length, reading.number("rel") or -1)


def _weekday_ago(reading: Reading, setting: Setting) -> When | None:
    """Read "Tuesday a week ago": the weekday in that week; any other day before a length is itself."""
    named, length = reading.reading("day"), length_of(reading)
    base = relative((setting.report_day, setting.report_day)) if setting.report_day else None
    then = moved_by(base, length, reading.number("rel") or -1) if base and length else None
    if then is None or named.rule.means != "weekday" or named.has("rel"):
        return meaning(named, setting) or then
    first, last = days_of(then)
    monday = unit_span(add_days(first, (last - first).days // 2), "week")[0]
    day = add_days(monday, named.number("weekday") or 0)
    return relative((day, day), TimePrecision.DAY)


def _times_ago(reading: Reading, setting: Setting) -> When | None:
    """Read "two Fridays ago", "three summers ago", "two Christmases ago"."""
    today, count = setting.report_day, reading.number("number")
    if today is None or not count:
        return None
    if reading.has("weekday"):
        day = add_days(_weekday_near(add_days(today, -1), reading.number("weekday") or 0, past=True), -7 * (count - 1))
        return relative((day, day), TimePrecision.DAY)
    feasts, years = grammar().feasts, range(max(today.year - count - 1, 1), today.year + 1)
    name = reading.first("feast").value if reading.has("feast") else None
    month = reading.number("season") or 1
    spans = [span for year in years for span in (feast_spans(feasts, name, year) if name else [months_span(year, month, 3)])]
    gone = [span for span in spans if span[1] < today]
    return relative(gone[-count]) if len(gone) >= count else None


def _same_last_year(reading: Reading, setting: Setting) -> When | None:
    """Read "the same month last year", "this time a year ago"."""
    if setting.report_day is None:
        return None
    then = back_or_on(setting.report_day, "year", -1)
    if not reading.has("unit"):
        return relative((add_days(then, -_AROUND_DAYS), add_days(then, _AROUND_DAYS)), TimePrecision.MONTH)
    unit = str(reading.first("unit").value)
    return relative(unit_span(then, unit), GRAIN.get(unit))


def _up_to(reading: Reading, setting: Setting) -> When | None:
    length, end = length_of(reading), meaning(reading.reading("of_day"), setting)
    if length is None or end is None or end.partial:
        return end
    return last_units(days_of(end)[1], length, -1)


def _since_told(_reading: Reading, setting: Setting) -> When | None:
    if setting.previous is None:
        return None
    first, last = days_of(setting.previous)
    span = first, max(setting.report_day or last, last)
    return replace(with_days(setting.previous, span, width_of(span)), basis=TimeBasis.RELATIVE)


def _weekend_of(reading: Reading, setting: Setting) -> When | None:
    named = meaning(reading.reading("of_day"), setting)
    if named is None or named.precision is not TimePrecision.DAY:
        return named
    return with_days(named, unit_span(days_of(named)[0], "weekend"), TimePrecision.DAYS)


def _offset(reading: Reading, setting: Setting) -> When | None:
    """Read "two days later"; of a bare "two days after" see below.

    In "X struck on Friday, two days after Y died" the words are quoted as the time of Y, so what they say is two days before X.
    (In the annotated reports that holds of 36 in 50, the other reading of none.)
    """
    length, sign = length_of(reading), reading.number("rel") or 1
    if length is None:
        return None
    if reading.has("of_day"):
        named = meaning(reading.reading("of_day"), setting)
        return moved_by(named, length, sign, exact=True) if named else None
    sign = -1 if reading.first("rel").kind == "after" else sign
    told = counted_from(sign, replace(setting, past=True))
    return _told_of_past(moved_by(told, length, sign) if told else None, setting)


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
    length = length_of(reading)
    if length and not setting.past and setting.report_day:
        if reading.tokens[0].value == "within":
            return last_units(setting.report_day, length, 1)
        return moved_by(relative((setting.report_day, setting.report_day)), length, 1)
    if reading.tokens[0].value != "within":  # "in a week" is how long it took, up to a day that the words do not tell
        return None
    if setting.previous is None or length is None:
        return None
    first, last = days_of(setting.previous)
    if setting.previous.precision not in {TimePrecision.DAY, TimePrecision.DAYS}:  # within a week of what was some day in May
        return setting.previous
    span = first, back_or_on(last, length.unit, length.high)
    return replace(with_days(setting.previous, span), basis=TimeBasis.RELATIVE)


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
    length = length_of(reading)
    if period is None or length is None or token.kind == "anaphor":
        return None
    moved = _reckoned(reading.reading("period"))
    first, last = add_days(days_of(period)[0], moved), add_days(days_of(period)[1], -moved)
    if not reading.has("length") and length.high > 1:
        length = replace(length, low=1, high=_SOME_DAYS if length.unit == "day" else 2)
    nth = -1 if token.kind in {"final", "deictic"} else reading.number("nth") or 1
    if nth < 0:
        span = add_days(back_or_on(add_days(last, 1), length.unit, -length.high), 0), last
    else:
        start = back_or_on(first, length.unit, (nth - 1) * length.high)
        span = start, add_days(back_or_on(start, length.unit, length.high), -1)
    further = length.unit == "day" and reading.reading("period").has("feast")  # a feast may last longer than its table says
    if span[0] < first or (span[1] > last and not further) or span[0] > span[1]:
        return period
    span = add_days(span[0], -moved), add_days(span[1], moved)
    return with_days(period, span, (GRAIN.get(length.unit) if length.high == 1 else None) or width_of(span))


def _reckoned(period: Reading) -> int:
    """By how many days a feast is widened on either side, because the moon's is reckoned and not seen."""
    if period.rule.means == "same":
        return _reckoned(period.reading("of_day"))
    return int(period.has("feast") and grammar().feasts[period.first("feast").value][0] in {"hijri", "moon", "either"})


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
    "same_last_year": _same_last_year,
    "shifted": _shifted,
    "since": _since,
    "since_told": _since_told,
    "so_far": _so_far,
    "times_ago": _times_ago,
    "until": _until,
    "up_to": _up_to,
    "week_of": _week_of,
    "weekday": _weekday,
    "weekday_ago": _weekday_ago,
    "weekday_of_week": _weekday_of_week,
    "weekend_of": _weekend_of,
    "weekday_week": _weekday_week,
    "within": _within,
}
