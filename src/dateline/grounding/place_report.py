"""The place names of one report, each with what it means there, and where the report is at any point."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dateline.grounding.gazetteer import Candidate, Gazetteer, Match, PlaceKind, fold
from dateline.grounding.place_context import DIVISIONS, FINE, PRECISIONS, PlaceContext, RankedName, lies_in, likeliest
from dateline.grounding.place_phrases import read_phrase
from dateline.grounding.place_relations import offset_point
from dateline.grounding.place_spots import find_names
from dateline.grounding.place_words import place_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dateline.grounding.place_phrases import PlacePhrase
    from dateline.grounding.place_words import PlaceSpot

_ROUNDS = 2
"""How often the names are weighed against what the others were found to mean."""
_MAIN_SHARE = 0.25
"""A place is the report's main place when so much of what the report says of places in its country is about it."""
_PROMINENCE, _FOREIGN, _FADING = 2.0, 0.5, 0.75
"""How much being named often, lying abroad, and each sentence since a place was named count for words that point back."""
_EVERYWHERE = frozenset({"USA", "GBR", "FRA", "RUS", "DEU", "CHE", "BEL", "CHN"})
"""Countries that reports on any other country name (as allies, donors, seats of agencies)."""
_SHARE = 0.05
"""A small place is meant only where so much of the report is about its country."""
_WITHIN = re.compile(r"^(?:,|\(|of|,? ?in(?: the)?(?: (?:northern|southern|eastern|western|central))?|, capital of)$")
_OWNS = re.compile(r"^['\u2019]s\b[^,]{0,22}$")
_IN_KIND = re.compile(
    r"^(?:, (?:a|an|the)|in|district|province|city|town|village|area|neighbou?rhood|county|region)\b.{0,32}\b(?:in|of)$"
)
"""What stands between X and Y where X lies in Y."""
_NAME = r"(?:the )?[A-Z][\w'\u2019-]*(?: [A-Z][\w'\u2019-]*)*"
_AND = r"(?:,? (?:and|or|AND|OR) )"
_ROW = re.compile(rf"^(?:, |{_AND})(?:{_NAME}(?:, |{_AND}))*$")
_ROW_GOES_ON = re.compile(rf"^(?:, {_NAME})*{_AND}{_NAME}")
_HAS_AND = re.compile(_AND)
"""What stands between two names of a row ("X, Y and Z"), and after them."""
_LIES_OFF = re.compile(r"^(?:(?:,|\s\()\s*(?:(?:a|an|the)\s+)?(?:[\w-]+\s+){0,4}|\s*)$")
"""What stands between a name and the words that say how far off it lies: "Latmin, a village some 20 km north of X"."""
_PEOPLED = re.compile(r"\b([A-Z][\w-]+)\s+((?:[a-z-]+\s+){1,4})$")
"""What stands before a name with a people: "the Armenian border villages of"."""
_PLACE_SIZES = (
    (frozenset({"village", "hamlet", "settlement", "villagers"}), 0, 20_000),
    (frozenset({"town", "township"}), 0, 1_500_000),
    (frozenset({"city", "metropolis"}), 30_000, 10**9),
)
"""How many people a place has that is pointed back to by a word; unknown numbers fit all."""
_WRONG_SIZE = 0.8
_DOUBT = 0.5
"""How sharp the choice of what a phrase points back to is read; the calibration does the rest."""
_LATELY_KM = 40.0
"""How far a name that the gazetteer lacks may lie from the place that the report is at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A place name in the report, in its sentence."""

    spot: PlaceSpot
    sentence: int
    weight: float

    @property
    def key(self) -> str:
        return fold(self.spot.text)


@dataclass(frozen=True, slots=True)
class _Focus:
    """A place that the report speaks of at a point of the text; definite references go back to it."""

    sentence: int
    start: int
    candidate: Candidate
    weight: float
    mark: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The foci of some kinds of place, and how much of the report's naming each place has."""

    foci: tuple[_Focus, ...]
    prominence: Mapping[tuple[str, str], float]


class ReportNames:
    """The place names of one report, weighed together.

    Attributes:
        main: The place that the report as a whole is about, or None.
        main_basis: Why.
        found: What each name means, by folded name.
        main_share: The share of its country in the report's hints to countries, 0 to 1.
    """

    def __init__(self, sentences: Sequence[str], dateline: str | None, gazetteer: Gazetteer) -> None:
        self._sentences = sentences
        self._gazetteer = gazetteer
        self._context = PlaceContext(gazetteer)
        self.found: dict[str, RankedName] = {}
        self._foci: list[_Focus] = []
        self._fitted: dict[frozenset[PlaceKind], _Fitting] = {}
        self.main: Candidate | None = None
        self.main_basis = ""
        self.main_share = 0.0
        self._persons: set[str] = set()
        self._said: dict[str, str] = {}
        self._contained: set[str] = set()
        heading = [_Spot(spot=spot, sentence=-1, weight=0.6) for spot in _dateline_spots(dateline, gazetteer)]
        self._spots = [*heading, *self._find_spots()]
        self._hint_demonyms()
        self._disambiguate()
        self._find_main()
        self._place_unlisted_names()

    def _find_spots(self) -> Iterator[_Spot]:
        for i, text in enumerate(self._sentences):
            spots, persons = find_names(text, self._gazetteer)
            self._persons |= persons
            for spot in spots:
                weight = _position_weight(i) * (0.5 if spot.actor or spot.aside else 1.0)
                yield _Spot(spot=spot, sentence=i, weight=weight)

    def is_person(self, name: str) -> bool:
        """Whether the report uses a name that the gazetteer lacks as a person's."""
        words = [word for word in fold(name).split() if word not in place_words().name_links]
        return bool(words) and fold(name) not in self.found and all(word in self._persons for word in words)

    def _hint_demonyms(self) -> None:
        """Count demonyms ("Iraqi") as hints to countries; of those that act everywhere, less."""
        for text in self._sentences:
            for word in re.split(r"[-'\u2019\s]+", text):
                if word[:1].isupper():
                    codes = self._gazetteer.countries_of(word.strip('.,;:()"\u201c\u201d'))
                    for code in codes:
                        self._context.add(f"{code} by demonym", code, (0.25 if code in _EVERYWHERE else 0.7) / len(codes))

    def _disambiguate(self) -> None:
        """Weigh all names together: first by themselves, then by what the others were found to mean."""
        spots = self._spots
        groups: dict[str, list[_Spot]] = {}
        for spot in spots:
            if spot.spot.listed:
                groups.setdefault(spot.key, []).append(spot)
        candidates = {key: self._gazetteer.candidates(group[0].spot.text) for key, group in groups.items()}
        containers = self._containers(spots)
        peopled = {key: self._peopled(group[0]) for key, group in groups.items()}
        base = dict(self._context.own)
        for turn in range(_ROUNDS + 1):
            found = {}
            for key, group in groups.items():
                kinds = frozenset().union(*(spot.spot.kinds for spot in group))
                within = [self.found[k].best for k in containers.get(key, ()) if k in self.found] + peopled.get(key, [])
                if reading := self._context.rank(key, candidates[key], kinds, within):
                    found[key] = reading
            self.found = found
            if turn < _ROUNDS:
                self._remember(groups, base)
        self.found = {key: reading for key, reading in self.found.items() if not self.stray(key, reading.best)}
        self._set_foci()

    def _place_unlisted_names(self) -> None:
        """Place names that the gazetteer lacks, so that "the village" can point back to them."""
        containers = self._containers(self._spots)
        self._contained = {key for key, around in containers.items() if any(outer in self.found for outer in around)}
        for spot in self._spots:
            if spot.spot.listed or spot.key in self.found:
                continue
            around = [self.found[key].best for key in containers.get(spot.key, ()) if key in self.found] or self._peopled(spot)
            candidate = self.unlisted(spot.spot, around, spot.sentence)
            if candidate is not None and (candidate.match is Match.SOUND or not spot.spot.heard):
                self.found[spot.key] = RankedName(((candidate, 0.5),))
        self._set_foci()

    def _set_foci(self) -> None:
        self._fitted.clear()
        found = ((spot, self.found[spot.key].best) for spot in self._spots if spot.key in self.found and not spot.spot.actor)
        self._foci = [_Focus(spot.sentence, spot.spot.start, best, spot.weight, _mark(best)) for spot, best in found]

    def stray(self, key: str, candidate: Candidate) -> bool:
        """Whether a place is too small, or too little known by this name, to be meant in a report on other countries."""
        known = 50_000 if candidate.match is Match.NAME else _known_alias(key)
        if candidate.wide or candidate.population > known:
            return False
        if candidate.seat in {1, 2} and candidate.match is Match.NAME:
            return False
        return self._context.total > 1 and self._context.share(candidate.country_code, key) < _SHARE

    def _containers(self, spots: Sequence[_Spot]) -> dict[str, set[str]]:
        """Find "X, Y" and "X in Y": Y is where X lies."""
        found: dict[str, set[str]] = {}
        for first, second in itertools.pairwise(spots):
            if first.sentence != second.sentence or first.sentence < 0:
                if first.sentence == second.sentence == -1:
                    found.setdefault(first.key, set()).add(second.key)
                continue
            text = self._sentences[first.sentence]
            between = text[first.spot.end : second.spot.start].lower().strip()
            if _in_a_row(text, first.spot.end, second.spot.start, second.spot.end) and not self._coarser(second, first):
                continue
            if _WITHIN.match(between) or _IN_KIND.match(between):
                found.setdefault(first.key, set()).add(second.key)
            elif _OWNS.match(between):
                found.setdefault(second.key, set()).add(first.key)
        return found

    def _peopled(self, spot: _Spot) -> list[Candidate]:
        """Return the country that the words before a name tell: "the Armenian border village of X"."""
        if spot.sentence < 0:
            return []
        before = _PEOPLED.search(self._sentences[spot.sentence][max(0, spot.spot.start - 60) : spot.spot.start])
        if before is None or not place_words().kinds.keys() & set(before[2].lower().split()):
            return []
        lands = self._gazetteer.countries_of(before[1])
        return [land for code in lands[:1] if len(lands) == 1 and (land := self.country(code))]

    def _coarser(self, outer: _Spot, inner: _Spot) -> bool:
        """Whether one name is likely a division or country and another something smaller, told of nothing else."""
        kinds = [likeliest(self._gazetteer.candidates(spot.spot.text)) for spot in (outer, inner)]
        if kinds[0] is None or PRECISIONS[kinds[0]].rank <= PRECISIONS[PlaceKind.ADMIN2].rank:
            return False
        return kinds[1] is None or PRECISIONS[kinds[1]].rank < PRECISIONS[kinds[0]].rank

    def enumerated(self, first: str, second: str, sentence: int) -> bool:
        """Whether two names stand in one row of a sentence ("X, Y and Z"), so that neither lies in the other."""
        if not 0 <= sentence < len(self._sentences):
            return False
        text = self._sentences[sentence]
        at = sorted((text.find(name), len(name)) for name in (first, second))
        if at[0][0] < 0 or at[1][0] < sum(at[0]):
            return False
        return _in_a_row(text, sum(at[0]), at[1][0], sum(at[1]))

    def _remember(self, groups: dict[str, list[_Spot]], base: Mapping[str, Mapping[str, float]]) -> None:
        """Put into the context what the names were found to mean in this round."""
        context = PlaceContext(self._gazetteer)
        for key, counts in base.items():
            for code, weight in counts.items():
                context.add(key, code, min(weight, 3.0))
        for key, reading in self.found.items():
            weight = min(3.0, sum(spot.weight for spot in groups[key]))
            if reading.best.kind is PlaceKind.COUNTRY and reading.best.country_code in _EVERYWHERE:
                weight *= 0.5
            for candidate, chance in reading.ranked[:5]:
                for code in candidate.countries or (candidate.country_code,):
                    if code:
                        context.add(key, code, weight * chance / max(1, len(candidate.countries)))
            if reading.best.kind in DIVISIONS:
                context.divisions.add(key)
                context.divisions.add(fold(reading.best.name))
            if reading.best.kind in FINE | DIVISIONS and reading.ranked[0][1] > 0.5:
                context.points[key] = reading.best
        self._context = context

    def _find_main(self) -> None:
        """Weigh countries, then the places of the first: what most names, in the most telling positions, speak of."""
        countries: defaultdict[str, float] = defaultdict(float)
        places: dict[tuple[str, str], float] = {}
        by_place: dict[tuple[str, str], Candidate] = {}
        for spot in self._spots:
            reading = self.found.get(spot.key)
            if reading is None:
                continue
            candidate = reading.best
            weight = spot.weight * reading.ranked[0][1]
            if candidate.kind is PlaceKind.COUNTRY:
                weight *= 0.5 if candidate.country_code in _EVERYWHERE else 0.8
            for code in candidate.countries[:3] or (candidate.country_code,):
                countries[code] += weight / max(1, len(candidate.countries))
            mark = _mark(candidate)
            if not spot.spot.actor:
                places[mark] = places.get(mark, 0.0) + weight
                if mark not in by_place or by_place[mark].kind not in FINE:
                    by_place[mark] = candidate
        demonyms = [counts for key, counts in self._context.own.items() if key.endswith("by demonym")]
        for code, weight in itertools.chain.from_iterable(counts.items() for counts in demonyms):
            countries[code] += 0.35 * weight
        countries.pop("", None)
        if not countries:
            return
        code, weight = max(countries.items(), key=lambda pair: pair[1])
        share = weight / sum(countries.values())
        self._set_main(code, share, {mark: w for mark, w in places.items() if mark[0] == code}, by_place)

    def _set_main(
        self, code: str, share: float, places: dict[tuple[str, str], float], by_place: dict[tuple[str, str], Candidate]
    ) -> None:
        country = self._gazetteer.countries[code]
        self.main = next(
            c for c in self._gazetteer.candidates(country.name) if c.kind is PlaceKind.COUNTRY and c.country_code == code
        )
        self.main_basis = f"{country.name}: {share:.0%} of the report's hints to countries"
        fine = {mark: weight for mark, weight in places.items() if by_place[mark].kind is not PlaceKind.COUNTRY}
        if fine:
            mark = max(fine, key=lambda m: (fine[m], by_place[m].kind in FINE))
            if fine[mark] >= _MAIN_SHARE * sum(fine.values()) and fine[mark] >= 0.9:
                self.main = by_place[mark]
                self.main_basis = f"{by_place[mark].name}: most named of the report's places in {country.name}"
        self.main_share = share

    def rank(self, name: PlaceSpot, within: Sequence[Candidate]) -> RankedName | None:
        """Weigh a name of a phrase against the report; ``within`` are wider places that the words beside it name."""
        key = fold(name.text)
        if not within and not name.kinds and key in self.found:
            return self.found[key]
        return self._context.rank(key, self._gazetteer.candidates(name.text), name.kinds, within)

    def believable(self, candidate: Candidate, within: Sequence[Candidate]) -> bool:
        """Whether a place that only sounds like the name lies where the report's other places lie."""
        if within:
            return any(lies_in(candidate, outer) or candidate.country_code == outer.country_code for outer in within)
        return self.main is not None and candidate.country_code in (self.main.countries or (self.main.country_code,))

    def unlisted(self, name: PlaceSpot, around: Sequence[Candidate], sentence: int) -> Candidate | None:
        """Place a name that the gazetteer lacks: by its sound where that fits, else where the words or the report say."""
        for heard in self._gazetteer.candidates(name.text):
            if heard.match is Match.SOUND and self.believable(heard, around):
                return heard
        container = min(around, key=lambda c: PRECISIONS[c.kind].rank, default=None)
        away = 0.0 if container else _LATELY_KM
        container = container or self._named_in(name) or self._here(sentence, name.text)
        if container is None:
            return None
        fine = container.kind in FINE
        inside = fine or container.kind is PlaceKind.ADMIN2
        found = replace(
            container,
            written=name.text,
            admin1=container.name if container.kind is PlaceKind.ADMIN1 else container.admin1,
            admin2=(container.written if container.kind is PlaceKind.PLACE else container.name) if inside else container.admin2,
            geoname_id=None,
            population=0,
            seat=0,
            radius_km=container.radius_km + (max(away, 3.0) if fine else 0.0),
            match=Match.UNLISTED,
        )
        return self._put_as_said(found, name, sentence)

    def _here(self, sentence: int, name: str) -> Candidate | None:
        """Return the place that the report is at where a name stands that it tells nothing of, in its main country."""
        code = self.main.country_code if self.main else ""
        latest = self.latest(sentence, name, frozenset(PlaceKind))
        if latest is not None and (latest.country_code or code) == code:
            return latest
        return (self.country(code) if code else None) or latest or self.main

    def _named_in(self, name: PlaceSpot) -> Candidate | None:
        """Return the place that a name goes by: "Camp Ramadi" is at Ramadi, if the report is about that country."""
        first, _, rest = name.text.partition(" ")
        if first.lower() not in place_words().kinds or not rest:
            return None
        reading = self._context.rank(fold(rest), self._gazetteer.candidates(rest), frozenset(), [])
        if reading is None or reading.best.match is Match.SOUND or self.main is None:
            return None
        return reading.best if reading.best.country_code == self.main.country_code else None

    def _put_as_said(self, found: Candidate, name: PlaceSpot, sentence: int) -> Candidate:
        """Put a name where the words after it say: "Latmin, a village 20 km north of Hama"."""
        if not 0 <= sentence < len(self._sentences):
            return found
        text = self._sentences[sentence]
        at = text.find(name.text)
        if at < 0:
            return found
        tail = text[at + len(name.text) : at + len(name.text) + 120]
        phrase = read_phrase(tail, self._gazetteer)
        relation = phrase.relation
        if relation is None or not phrase.names or not _LIES_OFF.match(tail[: tail.find(relation.words)]):
            return found
        reading = self.rank(phrase.names[0], [])
        point = offset_point(reading.best, relation) if reading else None
        if reading is None or point is None or reading.best.country_code != found.country_code:
            return found
        joint = "from" if relation.bearing is None else "of"
        words = relation.words.removesuffix(" of")
        self._said[fold(name.text)] = (
            f"'{name.text}' is not in the gazetteer; said to lie {words} {joint} {phrase.names[0].text}"
        )
        own = reading.best
        return replace(
            found,
            kind=PlaceKind.PLACE,
            lat=round(point[0], 4),
            lon=round(point[1], 4),
            radius_km=point[2],
            admin1=own.name if own.kind is PlaceKind.ADMIN1 else own.admin1,
            admin2=found.admin2 if found.kind is not PlaceKind.PLACE else own.admin2,
        )

    def placed(self, name: str, container: Candidate) -> str:
        """Say where a name was put that the gazetteer lacks."""
        return self._said.get(fold(name)) or f"'{name}' is not in the gazetteer; placed in {container.name}"

    def said_to_be_in(self, name: PlaceSpot) -> bool:
        """Whether the report's words, not its other places alone, say where a name lies that the gazetteer lacks."""
        return fold(name.text) in self._said or fold(name.text) in self._contained

    def latest(self, sentence: int, phrase: str, kinds: frozenset[PlaceKind]) -> Candidate | None:
        """Return the fitting place that the report is at."""
        weighed = self.weigh(sentence, phrase, kinds)
        return weighed[0] if weighed else None

    def weigh(self, sentence: int, phrase: str, kinds: frozenset[PlaceKind]) -> tuple[Candidate, float] | None:
        """Return the fitting place that the report is at, and its weight against the others, 0 to 1.

        It is one named lately before the phrase, and much named in the report, of a size that the phrase's noun allows.
        """
        fitting = self._fitting(kinds)
        if not fitting.foci:
            return (self.main, self.main_share) if self.main is not None and self.main.kind in kinds else None
        at = self._sentences[sentence].find(phrase) if phrase and 0 <= sentence < len(self._sentences) else -1
        worth: dict[tuple[str, str], float] = {}
        last: dict[tuple[str, str], Candidate] = {}
        for focus in fitting.foci:
            worth[focus.mark] = max(worth.get(focus.mark, 0.0), self._recency(focus, sentence, at))
            last[focus.mark] = focus.candidate
        for mark, candidate in last.items():
            worth[mark] += _PROMINENCE * fitting.prominence[mark]
            if self.main is not None and candidate.country_code != self.main.country_code:
                worth[mark] -= _FOREIGN
            worth[mark] -= _WRONG_SIZE * _wrong_size(candidate, phrase)
        best = max(worth, key=lambda mark: worth[mark])
        return last[best], 1.0 / sum(math.exp((value - worth[best]) / _DOUBT) for value in worth.values())

    def _fitting(self, kinds: frozenset[PlaceKind]) -> _Fitting:
        """Return the foci of these kinds, found once: a long report asks many times."""
        if kinds not in self._fitted:
            unlisted = bool(kinds & FINE)
            foci = [f for f in self._foci if f.candidate.kind in kinds or (unlisted and f.candidate.match is Match.UNLISTED)]
            named: dict[tuple[str, str], float] = defaultdict(float)
            for focus in foci:
                named[focus.mark] += focus.weight
            total = sum(named.values())
            self._fitted[kinds] = _Fitting(tuple(foci), {mark: weight / total for mark, weight in named.items()})
        return self._fitted[kinds]

    @staticmethod
    def _recency(focus: _Focus, sentence: int, at: int) -> float:
        if focus.sentence < 0:
            return 0.0
        if focus.sentence == sentence:
            return 1.0 if at < 0 or focus.start < at else 0.5
        away = sentence - focus.sentence
        return _FADING**away if away > 0 else 0.15 * _FADING**-away

    def province(self, sentence: int) -> Candidate | None:
        """Return the division that "the province" means: a second-level one in countries whose provinces are such."""
        lower = self.latest(sentence, "", frozenset({PlaceKind.ADMIN2}))
        if lower is not None and lower.country_code in place_words().provinces_second:
            return lower
        return self.division(sentence)

    def division(self, sentence: int) -> Candidate | None:
        """Return the first-level division that the report is at: the latest one named, or that of the latest place."""
        found = self.latest(sentence, "", FINE | DIVISIONS)
        if found is None or found.kind is PlaceKind.ADMIN1:
            return found
        named = self.latest(sentence, "", frozenset({PlaceKind.ADMIN1}))
        if named is not None and (found.admin1 is None or lies_in(found, named)):
            return named
        bearing = self._gazetteer.candidates(found.admin1 or "")
        own = [c for c in bearing if c.kind is PlaceKind.ADMIN1 and c.country_code == found.country_code]
        return own[0] if own else named or found

    def _seat(self, division: Candidate) -> Candidate | None:
        """Return a division's seat: as the report names it, if it does."""
        named = [focus.candidate for focus in self._foci] + list(self._gazetteer.candidates(division.name))
        seats = (c for c in named if c.kind is PlaceKind.PLACE and lies_in(c, division) == 1.0 and c.seat in {1, 2})
        return next(seats, None) or self._gazetteer.seat_of(division)

    def capital(self, code: str | None, sentence: int, parsed: PlacePhrase) -> Candidate | None:
        """Return the capital that is meant: a division's ("the provincial capital") or a country's (else the main one)."""
        if any(word in fold(parsed.text).split() for word in ("provincial", "state", "regional", "departmental", "district")):
            division = self.division(sentence)
            seat = self._seat(division) if division else None
            if seat:
                return seat
        code = code or (self.main.country_code if self.main else None)
        country = self._gazetteer.countries.get(code or "")
        if country is None or not country.capital:
            return None
        found = self._gazetteer.candidates(country.capital)
        return next((c for c in found if c.country_code == country.code and c.kind is PlaceKind.PLACE), None)

    def country(self, code: str) -> Candidate | None:
        """Return a country by its alpha-3 code, or None."""
        country = self._gazetteer.countries.get(code)
        if country is None:
            return None
        found = self._gazetteer.candidates(country.name)
        return next((c for c in found if c.kind is PlaceKind.COUNTRY and c.country_code == code), None)


def _mark(candidate: Candidate) -> tuple[str, str]:
    """What makes a place one: its country and name; a town and the division of the same name count as one."""
    return candidate.country_code, fold(candidate.written if candidate.match is Match.UNLISTED else candidate.name)


def _known_alias(key: str) -> float:
    """Return how many people a foreign place must have to be meant by another name than its main one ("Bombay", not "Yida")."""
    plain = all(word in place_words().ordinary for word in key.split())
    return math.inf if plain or len(key) < 5 else 1_000_000


def _wrong_size(candidate: Candidate, phrase: str) -> bool:
    """Whether a place is too large or too small for the noun that points back to it: "the village" is no capital."""
    words = set(phrase.lower().split())
    people = candidate.population or (500_000 if candidate.seat in {1, 2} else 0)
    return any(words & nouns and people and not least <= people <= most for nouns, least, most in _PLACE_SIZES)


def _in_a_row(text: str, end: int, start: int, last: int) -> bool:
    """Whether what ends at one offset and what spans two others stand in one row with "and": "X, Y and Z"."""
    between = text[end:start]
    return bool(_ROW.match(between)) and bool(_HAS_AND.search(between) or _ROW_GOES_ON.match(text[last:]))


def _position_weight(sentence: int) -> float:
    """The title and the lead tell most of what a report is about."""
    return 2.0 if sentence == 0 else 1.5 if sentence == 1 else 1.0 / (1.0 + 0.05 * sentence)


def _dateline_spots(dateline: str | None, gazetteer: Gazetteer) -> tuple[PlaceSpot, ...]:
    return read_phrase(dateline, gazetteer).names if dateline else ()
