"""How far apart two days or two places are, given how exactly each is known."""

from __future__ import annotations

import calendar
import datetime as dt
import math

from dateline.model import PlacePrecision, When, Where

EARTH_RADIUS_KM = 6371.0
_ANY_YEAR = 2001


def days_between(first: When, second: When) -> int | None:
    """Return how many days lie at least between two times: 0 where they may overlap, None where nothing is known of one.

    Times without a year are compared as near as any choice of years would bring them: ``--10-04`` and ``--10-05`` are a day
    apart.
    """
    years = [when.first.year for when in (first, second) if when.first is not None] or [_ANY_YEAR]
    around = range(min(years) - 1, max(years) + 2)
    pairs = [(a, b) for a in _spans(first, around) for b in _spans(second, around)]
    return min((max((b[0] - a[1]).days, (a[0] - b[1]).days, 0) for a, b in pairs), default=None)


def _spans(when: When, years: range) -> list[tuple[dt.date, dt.date]]:
    """The days a time may mean: one span, or one a year where the year is not known."""
    if when.first is not None:
        return [(when.first, when.last or when.first)]
    if when.partial is None:
        return []
    opening, _, closing = when.partial.partition("/")
    spans = []
    for year in years:
        first, last = _days_of(opening, year)[0], _days_of(closing or opening, year)[1]
        spans.append((first, last if last >= first else _days_of(closing, year + 1)[1]))
    return spans


def _days_of(partial: str, year: int) -> tuple[dt.date, dt.date]:
    """First and last day of ``--MM`` or ``--MM-DD`` in a year."""
    month, day = int(partial[2:4]), partial[5:7]
    length = calendar.monthrange(year, month)[1]
    return dt.date(year, month, min(int(day), length) if day else 1), dt.date(
        year, month, min(int(day), length) if day else length
    )


def km_between(first: Where, second: Where) -> float | None:
    """Return the kilometres between two places beyond their uncertainty; 0 where one may lie in the other, None when unknown.

    Two places in different countries are as far apart as their points, unless one is a region.
    """
    if first.lat is None or first.lon is None or second.lat is None or second.lon is None:
        return None
    if PlacePrecision.REGION in (first.precision, second.precision):
        return None
    if first.country_code and second.country_code and first.country_code != second.country_code:
        return distance_km(first.lat, first.lon, second.lat, second.lon)
    if PlacePrecision.COUNTRY in (first.precision, second.precision):
        return 0.0
    if not (first.precision.fine and second.precision.fine) and first.admin1 and first.admin1 == second.admin1:
        return 0.0
    gap = distance_km(first.lat, first.lon, second.lat, second.lon)
    return max(0.0, gap - (first.uncertainty_km or 0.0) - (second.uncertainty_km or 0.0))


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance of two points in degrees (haversine formula)."""
    a1, a2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
