"""Which places a report means.

``ReportPlaces`` reads a report once: it finds the place names, weighs what each may mean against all the others (a report
tells of few countries; "X in Y province" lies in Y; near places go together; large places are likelier than small ones) and
keeps what the report is about. Then ``resolve`` turns place phrases into points with an honest radius, and ``choose`` picks an
event's place among several.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from dateline.grounding.gazetteer import Candidate, Gazetteer, Match, PlaceKind, fold
from dateline.grounding.place_context import DIVISIONS, FINE, PRECISIONS, RankedName, distance_km, lies_in, moved
from dateline.grounding.place_phrases import PlacePhrase, Relation, read_phrase
from dateline.grounding.place_report import ReportNames
from dateline.grounding.place_words import PlaceSpot, is_capitals
from dateline.model import Alternative, PlacePrecision, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class ReportPlaces:
    """The places of one report; make it with ``read``.

    Attributes:
        main: What the report as a whole is about, or None.
    """

    def __init__(self, names: ReportNames, gazetteer: Gazetteer) -> None:
        self._names = names
        self._gazetteer = gazetteer
        self.main: Where | None = None
        if names.main is not None:
            basis = f"the report's main place ({names.main_basis})"
            self.main = replace(_where(names.main), basis=basis, score=round(names.main_share, 3))

    @classmethod
    def read(cls, text_sentences: Sequence[str], dateline: str | None, gazetteer: Gazetteer) -> Self:
        """Read a report's places.

        Args:
            text_sentences: Its sentences in reading order, the title first if it has one.
            dateline: The place words of its dateline ("MOSUL, Iraq"), or None.
            gazetteer: The opened gazetteer.
        """
        return cls(ReportNames(text_sentences, dateline, gazetteer), gazetteer)

    def resolve(self, phrase: str, *, sentence: int, companions: Sequence[str] = ()) -> Where | None:
        """Turn a place phrase into a place.

        Args:
            phrase: The words as they stand in the report: "Mosul", "15 km north of Hit", "the city".
            sentence: Index of the sentence that they stand in.
            companions: Other place phrases of the same claim.

        Returns:
            The place, without evidence; None when the phrase tells of no place.
        """
        parsed = read_phrase(phrase, self._gazetteer)
        if not parsed.names:
            return self._resolve_back(parsed, sentence)
        wider = self._wider(companions, parsed)
        known = [(name, reading) for name in parsed.names if (reading := self._rank(name, parsed, wider))]
        if parsed.relation and parsed.relation.kind == "between" and len(known) >= 2:
            return self._between(known[0], known[1])
        unlisted = [name for name in parsed.names if all(name is not other for other, _ in known)]
        if phrase.isupper() and unlisted and phrase.strip() != unlisted[0].text:
            # In capitals any word may look like a name ("A VACANT LOT", "THE HIGHWAY LEADING NORTH").
            unlisted = []
            if not known:
                return self._resolve_back(parsed, sentence)
        if unlisted:
            return self._unlisted(unlisted[0], parsed, [reading.best for _, reading in known] + wider, sentence)
        name, reading = _innermost(known)
        where = self._reading_where(reading, name.text, parsed)
        return _related(where, reading.best, parsed.relation if parsed.names[0] is name else None)

    def _wider(self, companions: Sequence[str], parsed: PlacePhrase) -> list[Candidate]:
        """Return what the phrase's companions and demonyms say of where it lies."""
        found: list[Candidate] = []
        own = {fold(name.text) for name in parsed.names}
        for text in companions:
            names = [name for name in read_phrase(text, self._gazetteer).names if fold(name.text) not in own]
            found += [reading.best for name in names if (reading := self._names.rank(name, []))]
        found += [country for code in parsed.demonyms if (country := self._names.country(code))]
        return found

    def _rank(self, name: PlaceSpot, parsed: PlacePhrase, wider: Sequence[Candidate]) -> RankedName | None:
        """Rank one name of a phrase with the others and the companions as what it may lie in."""
        others = [other for other in parsed.names if other is not name]
        within = [reading.best for other in others if (reading := self._names.rank(other, []))]
        key = fold(name.text)
        reading = self._names.rank(name, [*within, *(c for c in wider if fold(c.name) != key)])
        if reading is None:
            return None
        if reading.best.match is Match.SOUND and not self._names.believable(reading.best, [*within, *wider]):
            return None
        if (
            key not in self._names.found
            and self._names.stray(key, reading.best)
            and not any(lies_in(reading.best, c) for c in (*within, *wider))
        ):
            return None
        return reading

    def _reading_where(self, reading: RankedName, text: str, parsed: PlacePhrase) -> Where:
        best = reading.best
        where = _where(best)
        others = tuple(
            Alternative(
                name=c.name,
                country_code=c.country_code or None,
                lat=c.lat,
                lon=c.lon,
                geoname_id=c.geoname_id,
                score=round(chance, 3),
            )
            for c, chance in reading.ranked[1:4]
        )
        basis = {
            Match.NAME: "named",
            Match.ALIAS: f"named; '{text}' is another name of {best.name}",
            Match.SOUND: f"'{text}' read as {best.name}",
            Match.UNLISTED: f"'{text}' is not in the gazetteer; placed in {best.name}",
        }[best.match]
        if parsed.border and best.kind is PlaceKind.COUNTRY:
            return self._border(where, best)
        return replace(
            where, score=round(reading.score * (0.7 if best.match is Match.SOUND else 1.0), 3), alternatives=others, basis=basis
        )

    def _border(self, where: Where, beyond: Candidate) -> Where:
        """A border with a country lies in the report's main country, if that is a neighbour."""
        main = self._names.main
        country = self._gazetteer.countries.get(main.country_code) if main else None
        if country is None or beyond.country_code not in country.neighbours:
            return replace(where, precision=PlacePrecision.REGION, basis=f"border of {beyond.name}", score=0.5)
        near = self._gazetteer.countries[beyond.country_code]
        lat, lon = _midpoint(
            (country.lat, country.lon), (near.lat, near.lon), near.radius_km / (country.radius_km + near.radius_km)
        )
        return replace(
            where,
            name=country.name,
            country=country.name,
            country_code=country.code,
            geoname_id=None,
            lat=round(lat, 3),
            lon=round(lon, 3),
            precision=PlacePrecision.REGION,
            uncertainty_km=round(min(country.radius_km, near.radius_km)),
            score=0.5,
            basis=f"border of {country.name} with {near.name}",
        )

    def _between(self, first: tuple[PlaceSpot, RankedName], second: tuple[PlaceSpot, RankedName]) -> Where:
        a, b = first[1].best, second[1].best
        lat, lon = _midpoint((a.lat, a.lon), (b.lat, b.lon), 0.5)
        where = _where(a)
        return replace(
            where,
            lat=round(lat, 3),
            lon=round(lon, 3),
            precision=PlacePrecision.NEAR,
            uncertainty_km=round(max(5.0, distance_km((a.lat, a.lon), (b.lat, b.lon)) / 2), 1),
            score=round(min(first[1].score, second[1].score), 3),
            basis=f"between {first[0].text} and {second[0].text}: the middle",
        )

    def _unlisted(self, name: PlaceSpot, parsed: PlacePhrase, around: Sequence[Candidate], sentence: int) -> Where:
        known = self._names.found.get(fold(name.text))
        candidate = known.best if known else self._names.unlisted(name, around, sentence)
        if candidate is None:
            basis = f"'{name.text}' is not in the gazetteer, and nothing in the report tells where it is"
            return Where(name=_shown(name.text), precision=PlacePrecision.REGION, score=0.1, basis=basis)
        where = self._reading_where(RankedName(((candidate, 0.6 if around else 0.4),)), name.text, parsed)
        return _related(where, candidate, parsed.relation if parsed.names[0] is name else None)

    def _resolve_back(self, parsed: PlacePhrase, sentence: int) -> Where | None:
        """Resolve a phrase without a name: "the city", "the capital", "the hospital", "the Iraqi border"."""
        measured = parsed.relation is not None and parsed.relation.distance_km is not None
        kind = parsed.points_back or ("area" if measured else None)
        code = parsed.demonyms[0] if parsed.demonyms else None
        bare = parsed.text.split(maxsplit=1)[:1] and parsed.text.split(maxsplit=1)[0].lower() not in _DETERMINERS
        people = self._names.country(code) if code else None
        if people and (kind in {"country", "area"} or parsed.border or (kind in {"place", "quarter", "admin1"} and bare)):
            where = replace(_where(people), basis=f"by its people: '{parsed.text}'", score=0.7)
            return self._border(where, people) if parsed.border else where
        candidate = self._point_back(kind, code, sentence, parsed) if kind else None
        if candidate is None:
            return None
        where = _where(candidate)
        how = "stands in" if kind == "venue" else "means"
        where = replace(
            where,
            basis=f"'{parsed.text}' {how} {candidate.name}, the report's place there",
            score=0.5 if kind == "venue" else 0.6,
        )
        return where if candidate.match is Match.UNLISTED else _related(where, candidate, parsed.relation)

    def _point_back(self, kind: str, code: str | None, sentence: int, parsed: PlacePhrase) -> Candidate | None:
        if kind == "capital":
            return self._names.capital(code, sentence, parsed)
        if kind == "country":
            return self._names.country(code or (self._names.main.country_code if self._names.main else ""))
        if kind == "admin1":
            return self._names.division(sentence)
        wanted = {"place": frozenset({PlaceKind.PLACE}), "quarter": frozenset({PlaceKind.QUARTER})}.get(kind, FINE | DIVISIONS)
        found = self._names.latest(sentence, parsed.text, wanted)
        if found is None and kind in {"quarter", "area", "venue"}:
            found = self._names.latest(sentence, parsed.text, FINE | DIVISIONS | {PlaceKind.REGION})
        return found or self._names.main

    def focus(self, sentence: int) -> Where | None:
        """Return the place that the report is at in a sentence: a town, quarter or division, else the main place."""
        candidate = self._names.latest(sentence, "", FINE | DIVISIONS) or self._names.main
        if candidate is None:
            return None
        return replace(_where(candidate), basis=f"the report's place at this point: {candidate.name}", score=0.5)


_DETERMINERS = frozenset({"the", "this", "that", "its", "his", "her", "their", "our", "same"})


def _where(candidate: Candidate) -> Where:
    country = candidate.kind is PlaceKind.COUNTRY
    return Where(
        name=candidate.name
        if country and candidate.match is not Match.UNLISTED
        else _shown(candidate.written or candidate.name, candidate),
        admin2=_shown(candidate.admin2) if candidate.admin2 else None,
        admin1=candidate.admin1 if candidate.kind is not PlaceKind.ADMIN1 else candidate.name,
        country=candidate.country,
        country_code=candidate.country_code or None,
        lat=candidate.lat,
        lon=candidate.lon,
        geoname_id=candidate.geoname_id,
        precision=PRECISIONS[candidate.kind],
        uncertainty_km=round(candidate.radius_km, 1),
    )


def _midpoint(a: tuple[float, float], b: tuple[float, float], part: float) -> tuple[float, float]:
    """Return the point at a part of the way from b to a; good for places that are near each other."""
    east = (a[1] - b[1] + 540.0) % 360.0 - 180.0
    return b[0] + part * (a[0] - b[0]), (b[1] + part * east + 540.0) % 360.0 - 180.0


def _shown(text: str, candidate: Candidate | None = None) -> str:
    """Return a name as it is shown: as the report writes it, but not in capitals throughout."""
    if not (text.isupper() and len(text) > 3) and not is_capitals(text):
        return text
    if candidate is not None and fold(candidate.name) == fold(text):
        return candidate.name
    return " ".join(word if len(word) < 2 else word[0] + word[1:].lower() for word in text.split())


_NEAR_KM = 10.0
_UNKNOWN_WAY_KM = 20.0


def _related(where: Where, place: Candidate, relation: Relation | None) -> Where:
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


def _offset(where: Where, place: Candidate, relation: Relation, distance: float) -> Where:
    """Move a place by a distance, and a bearing where one is said."""
    if distance < 1.0:
        return replace(where, basis=f"{relation.words} from {where.name}")
    where = replace(where, precision=PlacePrecision.NEAR)
    if relation.bearing is None:
        basis = f"{relation.words} from {where.name}, in no said direction"
        return replace(where, uncertainty_km=round(place.radius_km + distance, 1), basis=basis)
    lat, lon = moved((place.lat, place.lon), relation.bearing, distance)
    # An eighth of the circle to either side of the named direction, and the town's own reach.
    uncertainty = max(2.0, 0.38 * distance) + 0.5 * place.radius_km
    basis = f"{relation.words} of {where.name}: its point moved {distance:.0f} km at {relation.bearing:.0f} degrees"
    return replace(where, lat=round(lat, 4), lon=round(lon, 4), uncertainty_km=round(uncertainty, 1), basis=basis)


def _part(where: Where, place: Candidate, relation: Relation) -> Where:
    """A named part of a place ("northern Iraq", "western Mosul") lies half its radius off the middle."""
    if PRECISIONS[place.kind].rank <= PlacePrecision.DISTRICT.rank:
        return replace(where, basis=f"{where.basis}, {relation.words} part")
    lat, lon = (
        (place.lat, place.lon)
        if relation.bearing is None
        else moved((place.lat, place.lon), relation.bearing, place.radius_km / 2)
    )
    country = place.kind is PlaceKind.COUNTRY
    return replace(
        where,
        name=f"{relation.words.lower()} {where.name}" if country else where.name,
        lat=round(lat, 3),
        lon=round(lon, 3),
        geoname_id=None if country else where.geoname_id,
        precision=PlacePrecision.REGION if country else where.precision,
        uncertainty_km=round(0.6 * place.radius_km, 1),
        basis=f"{relation.words} part of {where.name}",
    )


def _innermost(known: Sequence[tuple[PlaceSpot, RankedName]]) -> tuple[PlaceSpot, RankedName]:
    """Return the name of a phrase that the others only help to find: it lies in them, or is the finest."""

    def worth(pair: tuple[PlaceSpot, RankedName]) -> tuple[bool, int]:
        best = pair[1].best
        holds = any(
            lies_in(other.best, best) == 1.0 and lies_in(best, other.best) < 1.0 for _, other in known if other is not pair[1]
        )
        return holds, PRECISIONS[best.kind].rank

    return min(known, key=worth)


def choose(wheres: Iterable[Where]) -> Where | None:
    """Return an event's place among several: the finest that fits with most of the others.

    A place that holds another of them only helps to find it. A place named outright beats one pointed back to ("the city");
    "near X" and "N km north of X" beat X itself.
    """
    options = list(wheres)
    if not options:
        return None
    countries = Counter(where.country_code for where in options)

    def worth(indexed: tuple[int, Where]) -> tuple[float, ...]:
        i, where = indexed
        others = [other for other in options if other is not where]
        holds = any(_holds(where, other) for other in others)
        fits = sum(_agrees(where, other) for other in others)
        rank = float(where.precision.rank)
        if where.precision is PlacePrecision.NEAR and any(o.geoname_id == where.geoname_id for o in others):
            rank = PlacePrecision.TOWN.rank - 0.5
        rank += _pointed_back(where) - 0.5 * _is_unlisted(where)
        return (-float(countries[where.country_code] == max(countries.values())), float(holds), rank, -float(fits), float(i))

    return min(enumerate(options), key=worth)[1]


def _is_unlisted(where: Where) -> bool:
    return where.geoname_id is None and "not in the gazetteer" in where.basis


def _pointed_back(where: Where) -> bool:
    return where.basis.startswith("'") and ("' means " in where.basis or "' stands in " in where.basis)


def _holds(where: Where, other: Where) -> bool:
    """Whether another place lies in this one by name, and not the other way round."""
    if _pointed_back(other) or _is_unlisted(where) or where.geoname_id == other.geoname_id:
        return False
    return lies_in(other, where) == 1.0 and lies_in(where, other) < 1.0


def _agrees(where: Where, other: Where) -> bool:
    return bool(lies_in(where, other) or lies_in(other, where))
