"""How far apart two days or two places are, given how exactly each is known."""

from __future__ import annotations

import math

from dateline.model import PlacePrecision, When, Where

EARTH_RADIUS_KM = 6371.0


def days_between(first: When, second: When) -> int | None:
    """Return the days between two times: 0 when they overlap, None when either is unknown."""
    if first.first is None or second.first is None:
        if first.partial and second.partial and len(first.partial) == len(second.partial) > 4:
            return 0 if first.partial == second.partial else _partial_gap(first.partial, second.partial)
        return None
    first_last, second_last = first.last or first.first, second.last or second.first
    if first.first <= second_last and second.first <= first_last:
        return 0
    return (second.first - first_last).days if second.first > first_last else (first.first - second_last).days


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


def _partial_gap(first: str, second: str) -> int:
    """Days between two ``--MM-DD`` within one year, the shorter way round."""
    month1, day1 = int(first[2:4]), int(first[5:7])
    month2, day2 = int(second[2:4]), int(second[5:7])
    gap = abs((month1 - month2) * 30 + day1 - day2)
    return min(gap, 365 - gap)
