"""From intervals and places to the precision codes and country codes of each data set: computed at export, never kept.

Sources: ACLED codebook (time_precision, geo_precision), UCDP GED codebook (date_prec, where_prec), GDELT codebook (Geo_Type),
PLOVER manual (resolution), PRIO-GRID (cell numbers).
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from dateline import knowledge
from dateline.model import PlacePrecision, TimeBasis
from dateline.records.datasets.columns import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dateline.records.datasets.happenings import Happening

WEEK_DAYS, MONTH_DAYS, YEAR_DAYS = 7, 31, 366
_COARSE = {PlacePrecision.PROVINCE, PlacePrecision.COUNTRY, PlacePrecision.REGION}
ACLED_PLACE: Mapping[str, int] = {"point": 1, "town": 1, "near": 2, "district": 2, "province": 3, "country": 3, "region": 3}
GED_PLACE: Mapping[str, int] = {"point": 1, "town": 1, "near": 2, "district": 3, "province": 4, "region": 5, "country": 6}
PLOVER_PLACE: Mapping[str, int] = {"point": 5, "town": 4, "near": 4, "district": 3, "province": 2, "country": 1}
FEATURE: Mapping[str, str] = {
    "point": "PPLX",
    "town": "PPL",
    "near": "PPL",
    "district": "ADM2",
    "province": "ADM1",
    "country": "PCLI",
    "region": "RGN",
}
"""What a place of each precision is, by the feature codes of GeoNames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days that are left open for a happening, both ends included.

    Attributes:
        told: Whether a report tells them; else ``last`` is the day of the report and ``first`` the same.
    """

    first: dt.date
    last: dt.date
    told: bool

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def middle(self) -> dt.date:
        """The day in the middle, the earlier one of two."""
        return self.first + dt.timedelta(days=(self.length - 1) // 2)


def days_of(happening: Happening) -> Days | None:
    """Return the days of a happening, those of its report where none is told; None where neither is known."""
    time = happening.record["time"] or {}
    first, last = time.get("first") or time.get("last"), time.get("last") or time.get("first")
    if first and last:
        ends = sorted((dt.date.fromisoformat(first), dt.date.fromisoformat(last)))
        if time.get("basis") != TimeBasis.REPORT_DATE:
            return Days(first=ends[0], last=ends[1], told=True)
        return Days(first=ends[1], last=ends[1], told=False)
    if time.get("partial") or (day := happening.report_day()) is None:
        return None  # a day without a year is not the day of the report
    return Days(first=day, last=day, told=False)


def acled_day(days: Days) -> tuple[dt.date, int] | None:
    """Return ACLED's event_date and time_precision; None for what is longer than a month, which ACLED does not code."""
    if not days.told:
        return days.last, 2
    if days.length == 1:
        return days.first, 1
    if days.length <= WEEK_DAYS:
        return days.middle, 2
    return (days.middle, 3) if days.length <= MONTH_DAYS else None


def ged_days(days: Days) -> tuple[dt.date, dt.date, int] | None:
    """Return GED's date_start, date_end and date_prec; None for what is longer than a year."""
    if not days.told:  # the week that ends on the day of the report
        return days.last - dt.timedelta(days=WEEK_DAYS - 1), days.last, 3
    bounds = ((1, 1), (WEEK_DAYS - 1, 2), (WEEK_DAYS, 3), (MONTH_DAYS, 4), (YEAR_DAYS, 5))
    precision = next((code for most, code in bounds if days.length <= most), None)
    return None if precision is None else (days.first, days.last, precision)


def gdelt_place(place: Mapping[str, Any] | None) -> int:
    """Return GDELT's Geo_Type: 0 none, 1 country, 2 US state, 3 US city, 4 city elsewhere, 5 province or region elsewhere."""
    if not place or place.get("lat") is None or not place.get("country_code"):
        return 0
    american = place["country_code"] == "USA"
    if place["precision"] == PlacePrecision.COUNTRY:
        return 1
    if place["precision"] in _COARSE or place["precision"] == PlacePrecision.DISTRICT:
        return 2 if american else 5
    return 3 if american else 4


def priogrid_cell(lat: float, lon: float) -> int:
    """Return the number of the PRIO-GRID cell (half a degree) of a point, in degrees.

    Cells are numbered from 1 at the south-west, 720 to a row (Tollefsen, Strand and Buhaug 2012).
    """
    row = min(int((lat + 90) * 2), 359)
    column = min(int((lon + 180) * 2), 719)
    return row * 720 + column + 1


# --- countries -----------------------------------------------------------------------------------------------------------

_CAMEO_COUNTRY = {"ROU": "ROM", "TLS": "TMP", "MNE": "MTN", "XKX": "KSV"}
"""Countries whose CAMEO code in GDELT is not that of ISO 3166."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryCodes:
    """A country in the numberings and by the names of the data sets.

    Attributes:
        iso: ISO 3166-1 numeric, or None.
        fips: FIPS 10-4, or empty.
        gw, cow: Numbers of Gleditsch and Ward and of the Correlates of War; of the controlling state for a territory.
        acled_name, ged_name: Its names; ``acled_region``, ``ged_region``: the regions that it is in.
        name: Its name in Dateline's records.
        lat, lon: A point for the whole of it, in degrees.
    """

    a3: str
    iso: int | None
    fips: str
    gw: int | None
    cow: int | None
    acled_name: str
    acled_region: str
    ged_name: str
    ged_region: str
    name: str
    lat: float
    lon: float

    @property
    def cameo(self) -> str:
        """Its three letters in CAMEO."""
        return _CAMEO_COUNTRY.get(self.a3, self.a3)

    @property
    def plover(self) -> str:
        """Its three letters in PLOVER."""
        return "KOS" if self.a3 == "XKX" else self.a3


@cache
def countries() -> Mapping[str, CountryCodes]:
    """Return all countries by their ISO 3166-1 alpha-3 codes."""
    with knowledge.pack_file("countries.tsv").open(encoding="utf-8", newline="") as file:
        known = {row["a3"]: row for row in csv.DictReader(file, delimiter="\t")}
    with (FOLDER / "countries.tsv").open(encoding="utf-8", newline="") as file:
        return {row["a3"]: _codes(row, known[row["a3"]]) for row in csv.DictReader(file, delimiter="\t")}


def _codes(row: Mapping[str, str], known: Mapping[str, str]) -> CountryCodes:
    numbers = {name: int(row[name]) if row[name] else None for name in ("iso", "gw", "cow")}
    texts = {name: row[name] for name in ("a3", "fips", "acled_name", "acled_region", "ged_name", "ged_region")}
    point = {"lat": float(known["lat"]), "lon": float(known["lon"])}
    return CountryCodes(**numbers, **texts, **point, name=known["name"])  # type: ignore[arg-type]


@cache
def _divisions() -> Mapping[tuple[str, str], str]:
    """Return the codes of provinces (FIPS 10-4 in most countries, as GeoNames has them) by country and name."""
    with knowledge.pack_file("countries.tsv").open(encoding="utf-8", newline="") as file:
        a3 = {row["a2"]: row["a3"] for row in csv.DictReader(file, delimiter="\t")}
    found: dict[tuple[str, str], str] = {}
    with knowledge.pack_file("divisions.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            country, _, code = row["code"].partition(".")
            for name in (row["name"], *row["names"].split(";")):
                found.setdefault((a3.get(country, ""), name.casefold()), code)
    return found


def division_code(country: CountryCodes, admin1: str | None) -> str:
    """Return GDELT's ADM1 code: the country's FIPS code and the province's, or the country's alone."""
    code = _divisions().get((country.a3, admin1.casefold())) if admin1 else None
    return country.fips + (code or "") if country.fips else ""
