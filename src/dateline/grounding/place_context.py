"""Weighs what a place name may mean against all that a report says of places.

The weighing follows what toponym resolution has long found to work best without training (population prior, one sense per
report, country and containment context, proximity; see Leidner 2007 and the systems compared in Gritta et al. 2018).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dateline.grounding.gazetteer import Candidate, Gazetteer, Match, PlaceKind, fold
from dateline.grounding.place_names import sound
from dateline.model import PlacePrecision, Where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PRECISIONS = {
    PlaceKind.QUARTER: PlacePrecision.POINT,
    PlaceKind.PLACE: PlacePrecision.TOWN,
    PlaceKind.ADMIN2: PlacePrecision.DISTRICT,
    PlaceKind.ADMIN1: PlacePrecision.PROVINCE,
    PlaceKind.COUNTRY: PlacePrecision.COUNTRY,
    PlaceKind.REGION: PlacePrecision.REGION,
}
FINE = frozenset({PlaceKind.QUARTER, PlaceKind.PLACE})
DIVISIONS = frozenset({PlaceKind.ADMIN1, PlaceKind.ADMIN2})

# Weights of the evidence, in logits; found on development reports (evals/places.py), rounded.
_MATCH = {Match.NAME: 0.0, Match.ALIAS: -1.2, Match.SOUND: -2.5, Match.UNLISTED: -2.5}
_SEAT = (0.0, 2.5, 2.0, 0.8, 0.2)
_SEAT_PEOPLE = (0, 500_000, 50_000, 10_000, 3_000)
"""How many people a seat is taken to have where GeoNames does not know."""
_SAME_COUNTRY = 4.5
_NEIGHBOUR = 0.5
_NEIGHBOUR_LAND = 3.0
"""A country beside the report's is often named; a place beyond the border seldom."""
_CONTAINED = 5.0
_SAME_DIVISION = 1.5
_CLOSE = 1.5
_CLOSE_KM = 150.0
_RIGHT_KIND = 2.5
_CAPITAL_BY_COUNTRY = 3.0
_ABOUT_THE_SAME_KM = 50.0


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two points (degrees) by the haversine formula on a sphere of 6371 km."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(h)))


def moved(point: tuple[float, float], bearing: float, distance: float) -> tuple[float, float]:
    """Return the point at a bearing (degrees from north) and distance (km), on the same sphere."""
    lat, lon, way, angle = math.radians(point[0]), math.radians(point[1]), math.radians(bearing), distance / 6371.0
    new = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(way))
    turn = math.atan2(math.sin(way) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(new))
    return math.degrees(new), (math.degrees(lon + turn) + 540.0) % 360.0 - 180.0


@dataclass(frozen=True, slots=True)
class RankedName:
    """What a name means: the candidates with their probabilities, likeliest first."""

    ranked: tuple[tuple[Candidate, float], ...]

    @property
    def best(self) -> Candidate:
        """The likeliest place."""
        return self.ranked[0][0]

    @property
    def land(self) -> float:
        """The probability that it lies in the likeliest place's country, where most of the doubt is."""
        return min(1.0, sum(chance for candidate, chance in self.ranked if candidate.country_code == self.best.country_code))

    @property
    def share(self) -> float:
        """How much of that is the likeliest place, or one that is about the same (a town and the district around it)."""
        near = max(_ABOUT_THE_SAME_KM, self.best.radius_km)
        own = [(c, chance) for c, chance in self.ranked if c.country_code == self.best.country_code]
        point = (self.best.lat, self.best.lon)
        return sum(chance for c, chance in own if distance_km(point, (c.lat, c.lon)) <= near) / sum(chance for _, chance in own)


def _prior(candidate: Candidate) -> float:
    """Return how likely a name means a place before anything else is known of the report."""
    people = math.log10((candidate.population or _SEAT_PEOPLE[candidate.seat]) + 10)
    if candidate.kind is PlaceKind.COUNTRY:
        value = 8.0 + 0.2 * math.log10(candidate.radius_km)
    elif candidate.kind is PlaceKind.REGION:
        value = 1.5 if candidate.geoname_id is not None else 5.5 if candidate.countries else 8.0
    elif candidate.kind is PlaceKind.ADMIN1:
        value = 5.2 + 0.2 * people
    elif candidate.kind is PlaceKind.ADMIN2:
        value = 2.0 + 0.3 * people
    elif candidate.kind is PlaceKind.QUARTER and candidate.geoname_id is None:
        value = 3.0
    else:
        value = 0.75 + 0.75 * people - (0.5 if candidate.kind is PlaceKind.QUARTER else 0.0)
    return value + _SEAT[candidate.seat] + _MATCH[candidate.match]


def _softmax(scored: Sequence[tuple[Candidate, float]]) -> tuple[tuple[Candidate, float], ...]:
    top = max(score for _, score in scored)
    weights = [(candidate, math.exp(score - top)) for candidate, score in scored if score > top - 12]
    total = sum(weight for _, weight in weights)
    return tuple(sorted(((candidate, weight / total) for candidate, weight in weights), key=lambda pair: -pair[1]))


class PlaceContext:
    """What the report says of countries, divisions and nearby places; names are weighed against it."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.countries: defaultdict[str, float] = defaultdict(float)
        self.total = 0.0
        self.own: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.divisions: set[str] = set()
        self.points: dict[str, Candidate] = {}

    def add(self, key: str, code: str, weight: float) -> None:
        """Count a hint to a country; ``key`` is the name that gave it, so that no name speaks for itself."""
        self.countries[code] += weight
        self.total += weight
        self.own[key][code] += weight

    def _neighbours(self, code: str) -> tuple[str, ...]:
        country = self.gazetteer.countries.get(code)
        return country.neighbours if country else ()

    def share(self, code: str, key: str) -> float:
        """Return a country's share of the hints that other names give."""
        own: Mapping[str, float] = self.own.get(key, {})
        total = self.total - sum(own.values())
        return (self.countries.get(code, 0.0) - own.get(code, 0.0)) / (total + 0.7)

    def score(self, candidate: Candidate, key: str, shares: dict[str, float]) -> float:
        """Return a candidate's worth in logits; ``shares`` keeps the countries' shares for the name's other candidates."""
        value = _prior(candidate)
        codes = candidate.countries or (candidate.country_code,)
        for code in codes:
            if code not in shares:
                shares[code] = self.share(code, key)
                shares[code + "+"] = sum(self.share(other, key) for other in self._neighbours(code))
        beside = _NEIGHBOUR_LAND if candidate.kind is PlaceKind.COUNTRY else _NEIGHBOUR
        value += _SAME_COUNTRY * max(shares[code] for code in codes) + beside * max(shares[code + "+"] for code in codes)
        if candidate.kind in FINE | {PlaceKind.ADMIN2}:
            above = {fold(name) for name in (candidate.admin1, candidate.admin2) if name} - {key}
            value += _SAME_DIVISION * bool(above & self.divisions)
            value += _CLOSE * self.closeness(candidate, key)
        return value

    def closeness(self, candidate: Candidate, key: str) -> float:
        """Return how near a place is to the nearest other place of the report: 1 at the same point, falling off in 150 km."""
        best = _CLOSE_KM * 4
        for other, place in self.points.items():
            if other != key and place.country_code == candidate.country_code and abs(place.lat - candidate.lat) < 5:
                best = min(best, distance_km((place.lat, place.lon), (candidate.lat, candidate.lon)))
        return math.exp(-best / _CLOSE_KM)

    def rank(
        self, key: str, candidates: Sequence[Candidate], kinds: frozenset[PlaceKind], within: Sequence[Candidate]
    ) -> RankedName | None:
        """Weigh what a name may mean.

        Args:
            key: The folded name.
            candidates: What the gazetteer has for it.
            kinds: Kinds that the words beside it allow; empty allows all.
            within: Wider places that the words beside it name.
        """
        if not candidates:
            return None
        shares: dict[str, float] = {}
        scored = []
        land = any(c.kind is PlaceKind.COUNTRY and c.match is Match.NAME for c in candidates)
        for candidate in candidates:
            value = self.score(candidate, key, shares) - _CAPITAL_BY_COUNTRY * (land and candidate.match is Match.ALIAS)
            value -= _MATCH[Match.ALIAS] * _shares_name(candidate, candidates)
            value += _RIGHT_KIND * (candidate.kind in kinds)
            value += max((_CONTAINED * lies_in(candidate, wider) for wider in within), default=0.0)
            scored.append((candidate, value))
        return RankedName(_softmax(scored))


def _shares_name(candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether a division's seat bears the division's name by an other spelling: "Kharkov" is the city's as well."""
    if candidate.kind is not PlaceKind.PLACE or candidate.match is not Match.ALIAS or candidate.seat not in {1, 2}:
        return False
    own = (candidate.country_code, candidate.admin1)
    return any(c.kind is PlaceKind.ADMIN1 and c.match is Match.NAME and (c.country_code, c.name) == own for c in candidates)


def likeliest(candidates: Sequence[Candidate]) -> PlaceKind | None:
    """Return the kind that a name most likely is of before anything else is known, or None for no candidates."""
    return max(candidates, key=_prior).kind if candidates else None


def lies_in(inner: Candidate | Where, outer: Candidate | Where) -> float:
    """Say how surely one place lies in another: 1 by its division's or country's name, less by distance, 0 not."""
    if outer is inner or (isinstance(outer, Candidate) and outer.match is Match.UNLISTED):
        return 0.0
    precision = PRECISIONS[outer.kind] if isinstance(outer, Candidate) else outer.precision
    same = inner.country_code == outer.country_code
    if precision is PlacePrecision.COUNTRY:
        return 1.0 if same else 0.0
    if same and (_named_in(fold(outer.name), inner) or fold(outer.name) == fold(outer.country or "")):
        return 1.0
    if inner.lat is None or inner.lon is None or outer.lat is None or outer.lon is None:
        return 0.0
    radius = (outer.radius_km if isinstance(outer, Candidate) else outer.uncertainty_km) or 10.0
    away = distance_km((inner.lat, inner.lon), (outer.lat, outer.lon))
    if precision is PlacePrecision.REGION:
        return 0.8 if away < radius * 1.2 else 0.0
    return 0.7 if same and away < max(radius * 1.3, 15.0) else 0.0


def _named_in(key: str, inner: Candidate | Where) -> bool:
    """Whether a folded name is that of a place's division, in any spelling where the report's own words are compared."""
    above = [fold(text) for text in (inner.admin1, inner.admin2) if text]
    if key in above:
        return True
    return isinstance(inner, Where) and sound(key) != "" and sound(key) in {sound(text) for text in above}
