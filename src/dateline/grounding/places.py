"""Which places a report means.

``ReportPlaces`` reads a report once: it finds the place names, weighs what each may mean against all the others (a report
tells of few countries; "X in Y province" lies in Y; near places go together; large places are likelier than small ones) and
keeps what the report is about. Then ``resolve`` turns place phrases into points with an honest radius, and ``choose`` picks an
event's place among several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from dateline.grounding.gazetteer import Candidate, Gazetteer, Match, PlaceKind, fold
from dateline.grounding.place_context import DIVISIONS, FINE, PRECISIONS, RankedName, lies_in
from dateline.grounding.place_phrases import PlacePhrase, read_phrase
from dateline.grounding.place_relations import between, border, related, shown, where_of
from dateline.grounding.place_report import ReportNames
from dateline.grounding.place_scores import Way, certainty
from dateline.model import Alternative, PlacePrecision, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dateline.grounding.place_words import PlaceSpot


@dataclass(frozen=True, slots=True)
class Reached:
    """A place with the way it was reached.

    Attributes:
        where: The place; its score is still the bare weight of the choice.
        share: How much of that weight is this place's and no other's of the same country.
    """

    where: Where
    way: Way
    share: float = 1.0

    @property
    def certainty(self) -> float:
        """How likely the place is right."""
        return round(certainty(self.way, self.where.score) * self.share, 3)


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
            self.main = replace(where_of(names.main), basis=basis, score=certainty(Way.BACK, names.main_share))

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
            The place, without evidence; its score is the share of places reached like this that are right. None when the
            phrase tells of no place.
        """
        reached = self.reach(phrase, sentence=sentence, companions=companions)
        if reached is None:
            return None
        where = reached.where
        score = reached.certainty
        rest = sum(other.score for other in where.alternatives) or 1.0
        scale = min(1 - score, rest) / rest
        others = tuple(replace(other, score=round(other.score * scale, 3)) for other in where.alternatives)
        return replace(where, score=score, alternatives=others)

    def reach(self, phrase: str, *, sentence: int, companions: Sequence[str] = ()) -> Reached | None:
        """Do what ``resolve`` does, and tell the way instead of how sure it is; calibration is fitted on this."""
        parsed = read_phrase(phrase, self._gazetteer)
        if not parsed.names:
            return self._point_back(parsed, sentence, companions)
        wider = self._wider(companions, parsed, sentence)
        known = [(name, reading) for name in parsed.names if (reading := self._rank(name, parsed, wider))]
        if len(known) >= 2 and (parsed.border or (parsed.relation and parsed.relation.kind == "between")):
            lands = [reading.best for _, reading in known if reading.best.kind is PlaceKind.COUNTRY]
            if parsed.border and len(lands) >= 2:
                return self._border(where_of(lands[0]), lands[1], lands[0])
            if not parsed.border:
                return self._between(known)
        unlisted = [name for name in parsed.names if all(name is not other for other, _ in known)]
        unlisted = [name for name in unlisted if not self._names.is_person(name.text)]
        if phrase.isupper() and unlisted and phrase.strip() != unlisted[0].text:
            # In capitals any word may look like a name ("A VACANT LOT", "THE HIGHWAY LEADING NORTH").
            unlisted = []
        if unlisted:
            return self._unlisted(unlisted[0], parsed, [reading.best for _, reading in known] + wider, sentence)
        if not known:
            return self._point_back(parsed, sentence, companions)
        name, reading = _innermost(known)
        reached = self._named(reading, name.text, parsed)
        relation = parsed.relation if parsed.names[0] is name else None
        return replace(reached, where=related(reached.where, reading.best, relation))

    def _wider(self, companions: Sequence[str], parsed: PlacePhrase, sentence: int) -> list[Candidate]:
        """Return what the phrase's companions and demonyms say of where it lies."""
        found: list[Candidate] = []
        own = {fold(name.text) for name in parsed.names}
        for text in companions:
            for name in read_phrase(text, self._gazetteer).names:
                key = fold(name.text)
                if key in own or any(self._names.enumerated(other.text, name.text, sentence) for other in parsed.names):
                    continue
                if (reading := self._names.rank(name, [])) and not self._doubtful(key, reading.best):
                    found.append(reading.best)
        found += [country for code in parsed.demonyms if (country := self._names.country(code))]
        return found

    def _doubtful(self, key: str, best: Candidate) -> bool:
        """Whether a name is read as a place far from all that the report is about, so that nothing is placed in it."""
        return key not in self._names.found and (best.match is Match.SOUND or self._names.stray(key, best))

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

    def _named(self, reading: RankedName, text: str, parsed: PlacePhrase) -> Reached:
        """Return the place of a name that the gazetteer has, with the others that it could be."""
        best = reading.best
        where = where_of(best)
        if parsed.border and best.kind is PlaceKind.COUNTRY:
            return self._border(where, best)
        way = {Match.NAME: Way.NAMED, Match.ALIAS: Way.ALIAS, Match.SOUND: Way.SOUND, Match.UNLISTED: Way.AROUND}[best.match]
        basis = {
            Match.NAME: "named",
            Match.ALIAS: f"named; '{text}' is another name of {best.name}",
            Match.SOUND: f"'{text}' read as {best.name}",
            Match.UNLISTED: self._names.placed(text, best),
        }[best.match]
        others = tuple(_alternative(candidate, chance) for candidate, chance in reading.ranked[1:4])
        where = replace(where, score=reading.land, alternatives=others, basis=basis)
        return Reached(self._within_main(where, best), way, reading.share)

    def _within_main(self, where: Where, best: Candidate) -> Where:
        """Tell the country of a region that lies in several, where the report is about one of them."""
        main = self._names.main
        if best.country_code or main is None or main.country_code not in best.countries:
            return where
        return replace(where, country=main.country, country_code=main.country_code)

    def _border(self, where: Where, beyond: Candidate, own: Candidate | None = None) -> Reached:
        """A border with a country lies in the report's main country, if a neighbour; of two named, there or in the first."""
        main = self._names.main
        if own is None or (main is not None and main.country_code == beyond.country_code):
            own, beyond = (own or main), (beyond if own is None else own)
            own = main
        countries = self._gazetteer.countries
        found = (
            border(countries[own.country_code], countries[beyond.country_code])
            if own and own.country_code in countries
            else None
        )
        if found is None:
            basis = f"border of {beyond.name}"
            return Reached(replace(where, precision=PlacePrecision.REGION, basis=basis, score=0.5), Way.BORDER)
        return Reached(replace(found, score=0.5), Way.BORDER)

    @staticmethod
    def _between(known: Sequence[tuple[PlaceSpot, RankedName]]) -> Reached:
        (first, a), (second, b) = known[:2]
        where = between(a.best, b.best, (first.text, second.text))
        return Reached(replace(where, score=min(a.land, b.land)), Way.NAMED, min(a.share, b.share))

    def _unlisted(self, name: PlaceSpot, parsed: PlacePhrase, around: Sequence[Candidate], sentence: int) -> Reached:
        known = self._names.found.get(fold(name.text))
        candidate = known.best if known else self._names.unlisted(name, around, sentence)
        if candidate is None:
            basis = f"'{name.text}' is not in the gazetteer, and nothing in the report tells where it is"
            where = Where(name=shown(name.text), precision=PlacePrecision.REGION, score=0.1, basis=basis)
            return Reached(where, Way.AROUND)
        reached = self._named(RankedName(((candidate, 0.5),)), name.text, parsed)
        relation = parsed.relation if parsed.names[0] is name else None
        way = Way.INSIDE if reached.way is Way.AROUND and (around or self._names.said_to_be_in(name)) else reached.way
        return Reached(related(reached.where, candidate, relation), way)

    def _beside(self, companions: Sequence[str]) -> Candidate | None:
        """Return the finest place that a phrase's companions name, but for those that only tell how far off it lies."""
        read = [read_phrase(text, self._gazetteer) for text in companions]
        far = {
            fold(phrase.names[0].text)
            for phrase in read
            if phrase.names and phrase.relation and phrase.relation.kind == "offset"
        }
        found: list[Candidate] = []
        for phrase in read:
            for name in phrase.names:
                key = fold(name.text)
                reading = self._names.found.get(key) or self._names.rank(name, [])
                if key not in far and reading and not self._doubtful(key, reading.best):
                    found.append(reading.best)
        fine = [candidate for candidate in found if candidate.kind in FINE | DIVISIONS]
        return min(fine, key=lambda candidate: PRECISIONS[candidate.kind].rank, default=None)

    def _point_back(self, parsed: PlacePhrase, sentence: int, companions: Sequence[str]) -> Reached | None:
        """Resolve a phrase without a name: "the city", "the capital", "the hospital", "the Iraqi border", "the north"."""
        relation = parsed.relation
        side = relation is not None and relation.kind == "part"
        measured = relation is not None and relation.distance_km is not None
        kind = (parsed.points_back or "country") if side else parsed.points_back or ("area" if measured else None)
        code = parsed.demonyms[0] if parsed.demonyms else None
        bare = parsed.text.split(maxsplit=1)[:1] and parsed.text.split(maxsplit=1)[0].lower() not in _DETERMINERS
        people = self._names.country(code) if code else None
        if people and (kind in {"country", "area"} or parsed.border or (kind in {"place", "quarter", "admin1"} and bare)):
            where = replace(where_of(people), basis=f"by its people: '{parsed.text}'", score=0.5)
            if not parsed.border:
                return Reached(where, Way.PEOPLE)
            other = self._names.country(parsed.demonyms[1]) if len(parsed.demonyms) > 1 else None
            return self._border(where, other, people) if other else self._border(where, people)
        found = self._meant(kind, code, sentence, parsed) if kind else None
        if found is None:
            return None
        candidate, chance = found
        named = self._beside(companions) if kind in {"venue", "area", "place", "quarter"} else None
        if named is not None and candidate is not named and not lies_in(candidate, named):
            candidate, chance = named, 0.9
        how = "stands in" if kind == "venue" else "means"
        basis = f"'{parsed.text}' {how} {candidate.name}, the report's place there"
        where = replace(where_of(candidate), basis=basis, score=chance)
        way = Way.VENUE if kind == "venue" else Way.BACK
        if side:
            return Reached(replace(related(where, candidate, relation), basis=basis), way)
        return Reached(where if candidate.match is Match.UNLISTED else related(where, candidate, relation), way)

    def _meant(self, kind: str, code: str | None, sentence: int, parsed: PlacePhrase) -> tuple[Candidate, float] | None:
        """Return the place that a phrase without a name means, and its weight against the report's others."""
        if kind == "admin1" and "region" in parsed.text.lower().split():
            return self._names.weigh(sentence, parsed.text, frozenset({PlaceKind.ADMIN1, PlaceKind.REGION}))
        if kind in {"capital", "country", "admin1"}:
            own = code or (self._names.main.country_code if self._names.main else "")
            found = {
                "capital": lambda: self._names.capital(code, sentence, parsed),
                "country": lambda: self._names.country(own),
                "admin1": lambda: self._names.province(sentence),
            }[kind]()
            return (found, self._names.main_share) if found else None
        wanted = {"place": frozenset({PlaceKind.PLACE}), "quarter": frozenset({PlaceKind.QUARTER})}.get(kind, FINE | DIVISIONS)
        weighed = self._names.weigh(sentence, parsed.text, wanted)
        if weighed is None and kind in {"quarter", "area", "venue"}:
            weighed = self._names.weigh(sentence, parsed.text, FINE | DIVISIONS | {PlaceKind.REGION})
        if weighed is None and self._names.main is not None:
            weighed = self._names.main, 0.3
        return weighed

    def focus(self, sentence: int) -> Where | None:
        """Return the place that the report is at in a sentence: a town, quarter or division, else the main place."""
        weighed = self._names.weigh(sentence, "", FINE | DIVISIONS)
        candidate, chance = weighed or (self._names.main, self._names.main_share)
        if candidate is None:
            return None
        basis = f"the report's place at this point: {candidate.name}"
        return replace(where_of(candidate), basis=basis, score=certainty(Way.VENUE, chance))


_DETERMINERS = frozenset({"the", "this", "that", "its", "his", "her", "their", "our", "same"})


def _alternative(candidate: Candidate, chance: float) -> Alternative:
    return Alternative(
        name=candidate.name,
        country_code=candidate.country_code or None,
        lat=candidate.lat,
        lon=candidate.lon,
        geoname_id=candidate.geoname_id,
        score=round(chance, 3),
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
    """Return an event's place among several: the finest, and of those told alike the first.

    A place that holds another of them only helps to find it. A place named outright beats one pointed back to ("the city");
    "near X" and "N km north of X" beat X itself.

    Args:
        wheres: The likeliest first, such as those nearest to the word that tells of the event.
    """
    options = list(wheres)
    if not options:
        return None

    def worth(indexed: tuple[int, Where]) -> tuple[bool, float, int]:
        i, where = indexed
        others = [other for other in options if other is not where]
        return any(_holds(where, other) for other in others), _choice_rank(where, others), i

    return min(enumerate(options), key=worth)[1]


def _choice_rank(where: Where, others: Sequence[Where]) -> float:
    """Return how exactly a place is told, the finest first, for choosing among an event's places."""
    town = float(PlacePrecision.TOWN.rank)
    if _is_unlisted(where):
        # A name of its own beats what is pointed back to, even where only its country is known.
        return town - 0.5 if where.precision.fine else town + 0.3
    if where.precision is PlacePrecision.NEAR and any(other.geoname_id == where.geoname_id for other in others):
        # "35 km east of Grozny" says where Gudermes is, if that is named; by itself it is finer than Grozny.
        described = _is_offset(where) and any(
            _is_named_fine(other) and other.geoname_id != where.geoname_id for other in others
        )
        return town + 0.5 if described else town - 0.5
    if any(_is_offset(other) and other.geoname_id == where.geoname_id for other in others):
        return where.precision.rank + 0.4
    back = _pointed_back(where) * (1.0 if where.precision.fine else 0.5)
    return where.precision.rank + back + 0.25 * ("' stands in " in where.basis)


_OFFSET = re.compile(
    r"^(?!near|outside).*(?:\b(?:km|kms|kilomet\w+|miles?|met(?:er|re)s|yards) |(?:north|south|east|west) of)", re.IGNORECASE
)


def _is_offset(where: Where) -> bool:
    return where.precision is PlacePrecision.NEAR and _OFFSET.match(where.basis) is not None


def _is_named_fine(where: Where) -> bool:
    return where.precision.rank <= PlacePrecision.DISTRICT.rank and not _pointed_back(where) and not _is_offset(where)


def _is_unlisted(where: Where) -> bool:
    return where.geoname_id is None and "not in the gazetteer" in where.basis


def _pointed_back(where: Where) -> bool:
    return where.basis.startswith("'") and ("' means " in where.basis or "' stands in " in where.basis)


def _holds(where: Where, other: Where) -> bool:
    """Whether another place lies in this one, and not the other way round: by name, or a suburb within a city's reach."""
    if _pointed_back(other) or _is_unlisted(where) or where.geoname_id == other.geoname_id:
        return False
    if lies_in(other, where) == 1.0 and lies_in(where, other) < 1.0:
        return True
    town = where.precision is PlacePrecision.TOWN and other.precision.rank <= PlacePrecision.TOWN.rank
    if not town or where.country_code != other.country_code or _pointed_back(where):
        return False
    return bool(lies_in(other, where)) and 2 * (other.uncertainty_km or 0.0) < (where.uncertainty_km or 0.0)
