"""How far apart days and places are, given how exactly each is known."""

import pytest
from builders import when_of

from dateline.incidents.nearness import days_between, distance_km, km_between
from dateline.model import PlacePrecision, TimeBasis, TimePrecision, When, Where


@pytest.mark.parametrize(
    "a, b, apart",
    [
        ("2016-10-04 day", "2016-10-05 day", 1),
        ("2016-10-04 day", "2016-10-04 day", 0),
        ("2016-10-01..2016-10-31 month", "2016-10-04 day", 0),
        ("2016-10-03..2016-10-09 week", "2016-10-14 day", 5),
        ("--10-04 day", "--10-05 day", 1),
        ("--10-04 day", "--10 month", 0),
        ("--12-31 day", "--01-01 day", 1),
        ("--10-04 day", "2016-10-04 day", 0),
        ("--10-04 day", "2016-10-06 day", 2),
        ("2016-12-31 day", "--01-02 day", 2),
        ("--12-28/--01-03 days", "--01-02 day", 0),
        ("--10-04 day", "2010-01-01..2015-12-31 longer", 0),
    ],
)
def test_days_between(a, b, apart):
    assert days_between(when_of(a), when_of(b)) == days_between(when_of(b), when_of(a)) == apart


def test_days_between_of_the_unknown_is_unknown():
    unknown = When(first=None, last=None, precision=TimePrecision.DAY, basis=TimeBasis.STATED)
    assert days_between(unknown, when_of("2016-10-04 day")) is None


def town(name, lat, lon, **fields):
    return Where(name=name, lat=lat, lon=lon, precision=PlacePrecision.TOWN, uncertainty_km=5.0, **fields)


def test_kilometres_are_great_circle():
    assert distance_km(0, 0, 0, 1) == pytest.approx(111.19, abs=0.02)
    assert distance_km(36.34, 43.13, 33.34, 44.40) == pytest.approx(352.6, abs=2)


def test_places_are_as_far_apart_as_their_uncertainty_leaves():
    near, far = town("A", 10.0, 10.0, country_code="TCD"), town("B", 10.0, 11.0, country_code="TCD")
    assert km_between(near, far) == pytest.approx(distance_km(10, 10, 10, 11) - 10)
    assert km_between(near, near) == 0


def test_a_country_may_hold_the_town_and_a_region_may_hold_both():
    place = town("A", 10.0, 10.0, country_code="TCD")
    country = Where(name="Chad", lat=15.0, lon=19.0, country_code="TCD", precision=PlacePrecision.COUNTRY)
    region = Where(name="Sahel", lat=15.0, lon=5.0, precision=PlacePrecision.REGION)
    assert km_between(place, country) == 0
    assert km_between(place, region) is None
