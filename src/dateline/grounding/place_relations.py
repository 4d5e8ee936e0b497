"""How a place lies to the place that its words name: "15 km north of X", "near X", "northern X", "between X and Y".

Each rule gives a point and an honest radius: how far from the point the event may well have been.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dateline.grounding.gazetteer import Candidate, Match, PlaceKind, fold
from dateline.grounding.place_context import PRECISIONS, distance_km, moved
from dateline.grounding.place_names import read_borders
from dateline.grounding.place_words import is_capitals
from dateline.model import PlacePrecision, Where

if TYPE_CHECKING:
    from dateline.grounding.gazetteer import Country
    from dateline.grounding.place_phrases import Relation

_NEAR_KM = 10.0
_UNKNOWN_WAY_KM = 20.0
_SPREAD = 0.38
"""Half the chord of an eighth of the circle: how far "north" may be off, as a part of the distance."""


def where_of(candidate: Candidate) -> Where:
    """Return a candidate as a place, with its own point and reach."""
    country = candidate.kind is PlaceKind.COUNTRY
    return Where(
        name=candidate.name
        if country and candidate.match is not Match.UNLISTED
        else shown(candidate.written or candidate.name, candidate),
        admin2=shown(candidate.admin2) if candidate.admin2 else None,
        admin1=candidate.admin1 if candidate.kind is not PlaceKind.ADMIN1 else candidate.name,
        country=candidate.country,
        country_code=candidate.country_code or None,
        lat=candidate.lat,
        lon=candidate.lon,
        geoname_id=candidate.geoname_id,
        precision=PRECISIONS[candidate.kind],
        uncertainty_km=round(candidate.radius_km, 1),
    )


def shown(text: str, candidate: Candidate | None = None) -> str:
    """Return a name as it is shown: as the report writes it, but not in capitals throughout."""
    if not (text.isupper() and len(text) > 3) and not is_capitals(text):
        return text
    if candidate is not None and fold(candidate.name) == fold(text):
        return candidate.name
    return " ".join(word if len(word) < 2 else word[0] + word[1:].lower() for word in text.split())


def related(where: Where, place: Candidate, relation: Relation | None) -> Where:
    """Move a place as the words before its name say."""
    if relation is None:
        return where
    if relation.kind == "part":
        return _part(where, place, relation)
    if relation.distance_km is not None:
        return _offset(where, place, relation, relation.distance_km)
    if PRECISIONS[place.kind].rank > PlacePrecision.DISTRICT.rank:
        return where
    away = _UNKNOWN_WAY_KM if relation.bearing is not None else _NEAR_KM
    uncertainty = round(place.radius_km + away, 1)
    return replace(where, precision=PlacePrecision.NEAR, uncertainty_km=uncertainty, basis=f"{relation.words} {where.name}")


def offset_point(place: Candidate, relation: Relation) -> tuple[float, float, float] | None:
    """Return point (degrees) and uncertainty (km) of what lies as a relation says, or None where it names no way.

    An eighth of the circle to either side of the named direction, at least 2 km, and half the town's own reach. Without a
    distance ("north of X") the point is 20 km off.
    """
    if relation.kind != "offset":
        return None
    distance = relation.distance_km
    if relation.bearing is None:
        return (place.lat, place.lon, place.radius_km + distance) if distance is not None else None
    if distance is None:
        return *moved((place.lat, place.lon), relation.bearing, _UNKNOWN_WAY_KM), place.radius_km + _UNKNOWN_WAY_KM
    lat, lon = moved((place.lat, place.lon), relation.bearing, distance)
    return lat, lon, max(2.0, _SPREAD * distance) + 0.5 * place.radius_km


def _offset(where: Where, place: Candidate, relation: Relation, distance: float) -> Where:
    """Move a place by a distance, and a bearing where one is said."""
    if distance < 1.0:
        return replace(where, basis=f"{relation.words} from {where.name}")
    where = replace(where, precision=PlacePrecision.NEAR)
    if relation.bearing is None:
        basis = f"{relation.words} from {where.name}, in no said direction"
        return replace(where, uncertainty_km=round(place.radius_km + distance, 1), basis=basis)
    point = offset_point(place, relation)
    if point is None:
        return where
    lat, lon, uncertainty = point
    basis = f"{relation.words} of {where.name}: its point moved {distance:.0f} km at {relation.bearing:.0f} degrees"
    return replace(where, lat=round(lat, 4), lon=round(lon, 4), uncertainty_km=round(uncertainty, 1), basis=basis)


def _part(where: Where, place: Candidate, relation: Relation) -> Where:
    """A named part of a place ("northern Iraq", "western Mosul") lies half its radius off the middle."""
    point = (place.lat, place.lon)
    if relation.bearing is not None:
        point = moved(point, relation.bearing, place.radius_km / 2)
    where = replace(where, lat=round(point[0], 3), lon=round(point[1], 3), uncertainty_km=round(0.6 * place.radius_km, 1))
    if PRECISIONS[place.kind].rank <= PlacePrecision.DISTRICT.rank:
        return replace(where, basis=f"{where.basis}, {relation.words} part", uncertainty_km=round(0.75 * place.radius_km, 1))
    country = place.kind is PlaceKind.COUNTRY
    return replace(
        where,
        name=f"{relation.words.lower()} {where.name}" if country else where.name,
        geoname_id=None if country else where.geoname_id,
        precision=PlacePrecision.REGION if country else where.precision,
        basis=f"{relation.words} part of {where.name}",
    )


def between(first: Candidate, second: Candidate, words: tuple[str, str]) -> Where:
    """Return the middle of the way between two places; half the way is the radius."""
    lat, lon = midpoint((first.lat, first.lon), (second.lat, second.lon))
    return replace(
        where_of(first),
        lat=round(lat, 3),
        lon=round(lon, 3),
        precision=PlacePrecision.NEAR,
        uncertainty_km=round(max(5.0, distance_km((first.lat, first.lon), (second.lat, second.lon)) / 2), 1),
        basis=f"between {words[0]} and {words[1]}: the middle",
    )


def midpoint(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Return the point half way from one to another; good for places that are near each other."""
    east = (a[1] - b[1] + 540.0) % 360.0 - 180.0
    return (a[0] + b[0]) / 2, (b[1] + east / 2 + 540.0) % 360.0 - 180.0


def border(country: Country, beyond: Country) -> Where | None:
    """Return the border of a country with a neighbour, on the country's side: the border's middle, with what holds nine tenths.

    None where the two do not meet on land.
    """
    point = read_borders().get((country.code, beyond.code))
    if point is None:
        return None
    return Where(
        name=country.name,
        country=country.name,
        country_code=country.code,
        lat=point[0],
        lon=point[1],
        precision=PlacePrecision.REGION,
        uncertainty_km=round(point[2]),
        basis=f"border of {country.name} with {beyond.name}",
    )
