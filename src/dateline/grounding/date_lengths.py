"""Lengths of time: how long they are, and where they lead when they are counted from a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dateline.grounding.date_arithmetic import UNIT_DAYS, UNIT_MONTHS, add_days, back_or_on, unit_span
from dateline.grounding.date_placing import GRAIN, coarser, days_of, relative, width_of, with_days
from dateline.model import TimeBasis, TimePrecision, When

if TYPE_CHECKING:
    import datetime as dt

    from dateline.grounding.date_grammar import Reading, Token

_BARE_PLURAL = (2, 9)  # how many "days ago", "years ago" are


@dataclass(frozen=True, slots=True)
class Length:
    """So many units: "two weeks", "a few days"."""

    low: float
    high: float
    unit: str


def length_of(reading: Reading) -> Length | None:
    """Return the length in a reading: its own number and unit, those of a length inside, or a bare unit ("days ago")."""
    if reading.has("length"):
        return length_of(reading.reading("length"))
    token = reading.first("unit")
    unit = "day" if token.kind in {"daypart", "dayparts", "clock"} else str(token.value)
    if not reading.has("number"):
        return Length(*(_BARE_PLURAL if is_plural(token) else (1, 1)), unit)
    low, high = _count(reading.parts["number"])
    if reading.has("number_2"):
        high = _count(reading.parts["number_2"])[1]
    if reading.has("unit_b"):
        return _compound(reading, low, unit)
    if any(t.kind == "half" for t in reading.tokens) and reading.first("number").kind != "half":
        low, high = low + 0.5, high + 0.5
    if low % 1 and unit in UNIT_MONTHS and unit != "month":
        return Length(low * UNIT_MONTHS[unit], high * UNIT_MONTHS[unit], "month")
    return Length(low, high, unit)


def _compound(reading: Reading, count: float, unit: str) -> Length | None:
    """Return "two years and three months", in the smaller unit where the larger one is made of it."""
    more, smaller = _count(reading.parts["number_b"])[0], str(reading.first("unit_b").value)
    for table in (UNIT_MONTHS, UNIT_DAYS):
        if unit in table and smaller in table:
            total = count * table[unit] / table[smaller] + more
            return Length(total, total, smaller)
    return Length(count, count, unit)


def is_plural(unit: Token) -> bool:
    """Tell whether a unit is told in the plural ("weeks" for "week")."""
    return len(str(unit.value)) < unit.end - unit.start <= len(str(unit.value)) + 2


def _count(tokens: tuple[Token, ...]) -> tuple[float, float]:
    values = [t.value for t in tokens if t.kind != "dash"]
    if isinstance(values[0], list):
        return values[0][0], values[0][1]
    return sum(values), sum(values)


def last_units(day: dt.date, length: Length, sign: int) -> When:
    """Return the span of a length that ends (or, with a positive sign, begins) on a day."""
    other = back_or_on(day, length.unit, sign * length.high)
    precision = GRAIN.get(length.unit) if length.high == 1 else TimePrecision.DAYS if length.unit == "day" else None
    return relative((min(day, other), max(day, other)), precision)


def moved_by(told: When, length: Length, sign: int, *, exact: bool = False) -> When | None:
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


def lasting(reading: Reading, until: dt.date) -> When | None:
    """Return the days of what has lasted so long on its last day ("four days") or is in its so-manieth ("a third day")."""
    if reading.rule.name == "nth unit":
        nth, unit = reading.number("nth") or 1, reading.parts.get("unit")
        if not unit or unit[0].kind in {"minutes", "hours"}:
            return None
        length = Length(nth - 1, nth - 1, "day" if unit[0].kind == "daypart" else str(unit[0].value))
    elif (found := length_of(reading)) is None:
        return None
    else:
        length = found
    first = back_or_on(until, length.unit, -length.high)
    whole = unit_span(first, length.unit) if length.unit in UNIT_MONTHS else (first, first)
    return relative((min(whole[0], until), until), None if length.unit in UNIT_MONTHS else TimePrecision.DAYS)
