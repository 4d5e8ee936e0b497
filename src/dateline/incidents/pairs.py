"""Which events of different reports may be of one happening: a small sketch of each, and the others that lie near it.

Events are posted under keys of place, days and kind, and compared with what stands under the same keys only, so that the work
grows as the number of events. Whoever is known only coarsely (a province, a month, no place at all) looks itself up under
wider keys, where those known well are found too but do not look for each other.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.incidents.event_places import INHERITED
from dateline.model import ActorKind, EventType, PlacePrecision, TimeBasis, TimePrecision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dateline.model import Event, Status, Telling, Where, Who

CELL_DEGREES = 0.5
BUCKET_DAYS = 4
REPORT_DATE_DAYS = 2
"""What a report begins with and is dated by it alone happened on that day or at most so many days before."""
UNTIMED_DAYS = 10
"""What has no time at all, or is told further down and dated by its report, is looked for among the days so near before it."""
BORROWED_DAYS = 2
"""What takes its day from another sentence happened on that day, or so many before or after."""
LEAD_CHARACTERS = 400
"""Where a report begins: its title and the sentences that begin so early."""
SHORT_DAYS = 16
"""Longer times look among months."""
MOST_MONTHS = 13
REACH_KM = 25.0
COARSE_KM = 60.0
"""A place known less exactly than this looks in its province or country."""
MOST_IN_BLOCK = 120
"""In a fuller block each event is compared with its nearest in a few orders only."""
WINDOW = 20
TELLING_FIGURE = 4
"""Figures from this on are rarely the same by chance."""
TOP_WORDS = 6
STEM = 6
"""Letters by which words are compared: "bombing" and "bombings", "militant" and "militants"."""

STORY_WORDS = 40
"""Words of a report that are kept, the most telling first."""

_SOUNDS = (
    ("ph", "f"),
    ("kh", "k"),
    ("gh", "g"),
    ("q", "k"),
    ("ck", "k"),
    ("c", "k"),
    ("z", "s"),
    ("j", "g"),
    ("dh", "d"),
    ("th", "t"),
)
_ONE_LETTER = ((1, 1), (1, 0), (0, 1))
_WORD = re.compile(r"[^\W\d_][\w'’]*|\d[\d,.]*\d|\d")  # noqa: RUF001


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Which types may be words for one happening (``link.toml``)."""

    groups: Mapping[EventType, tuple[str, ...]]
    close: frozenset[tuple[str, str]]
    stop: frozenset[str]

    def share_group(self, one: EventType, other: EventType) -> bool:
        """Whether some group has both types."""
        return not frozenset(self.groups[one]).isdisjoint(self.groups[other])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What linking keeps of an event; days are ordinals (1 is 1 January of the year 1).

    Attributes:
        order: Day of publication and id: the first of an incident gives it its id.
        first, last: The days within which it happened, or None where nothing is known.
        sharp: Whether the event's own sentences tell the very day.
        stated: Whether it tells it as a date.
        fine: Whether the place is a town or finer, or near one.
        actors: Registry ids of the agents; ``phrases`` are the heads of all parties' phrases.
        tolls: Kind to the figures told, the first told first.
        words: Keys of the words of its sentences; ``story`` of the most telling words of its whole report,
            and ``top`` of the first among these.
        name: Key of the place's name as the text has it, "" where none is named.
        specific: Whether that is the name of a town or of what no gazetteer knows, not of a province or country.
        lead: Whether it stands where its report begins.
        summary: The words by which it sums up several happenings, or None.
    """

    id: str
    article_id: str
    origin: str
    order: tuple[int, str]
    type: EventType
    status: Status
    first: int | None
    last: int | None
    sharp: bool
    stated: bool
    lat: float | None
    lon: float | None
    place: str | None
    country: str | None
    province: str | None
    fine: bool
    precision: PlacePrecision | None
    radius_km: float
    actors: frozenset[str]
    phrases: frozenset[str]
    tolls: Mapping[str, tuple[int, ...]]
    weapons: frozenset[str]
    words: frozenset[str]
    story: frozenset[str]
    top: tuple[str, ...]
    name: str
    specific: bool
    lead: bool
    summary: str | None = None


@cache
def kinds() -> Kinds:
    """Return the groups of types and the words that say nothing."""
    with Path(__file__).with_name("link.toml").open("rb") as file:
        told = tomllib.load(file)
    groups: dict[EventType, tuple[str, ...]] = {}
    for type_ in EventType:
        groups[type_] = tuple(sorted(name for name, members in told["groups"].items() if type_ in members))
    close = frozenset(pair for one, other in told["close"]["pairs"] for pair in ((one, other), (other, one)))
    return Kinds(groups=groups, close=close, stop=frozenset(told["words"]["stop"].split()))


# --- sketches ------------------------------------------------------------------------------------------------------------


def sketch_of(
    telling: Telling, words: WordWeights, *, summary: str | None = None, back_days: tuple[int, int] | None = None
) -> Sketch:
    """Return what linking keeps of an event.

    Args:
        telling: The event and what is known of its article.
        words: How much words tell.
        summary: The words by which it was recognised as a sum over several happenings, or None.
        back_days: Where it is told in remembrance: between how many days before the report it happened.
    """
    event, published = telling.event, telling.published
    day = published.toordinal() if published else None
    lead = _leads(telling)
    first, last, sharp = _days(telling, day, lead=lead)
    if back_days is not None and day is not None:
        first, last, sharp = max(day - back_days[1], 1), day - back_days[0], False
    place = event.place
    named = place is not None and place.basis != INHERITED
    known = place is not None and (place.geoname_id is not None or place.precision is not PlacePrecision.TOWN)
    fine = place is not None and named and known and place.precision.fine
    story = _story(telling.text, words)
    return Sketch(
        id=event.id,
        article_id=event.article_id,
        origin=telling.origin,
        order=(day if day is not None else dt.date.max.toordinal(), event.id),
        type=event.type,
        status=event.status,
        first=first,
        last=last,
        sharp=sharp,
        stated=sharp and event.time is not None and event.time.basis is TimeBasis.STATED,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        place=_place_id(place) if place is not None and named else None,
        country=place.country_code if place else None,
        province=place.admin1 if place else None,
        fine=fine,
        precision=place.precision if place else None,
        radius_km=(place.uncertainty_km or 0.0) if place else 0.0,
        actors=frozenset(who.actor_id for who in event.agents if who.actor_id),
        phrases=_phrases((*event.agents, *event.targets)),
        tolls=_tolls(event),
        weapons=frozenset(stem(word) for thing in event.instruments for word in told_words(thing.name)),
        words=frozenset(words.key(word) for passage in (*telling.passages, *telling.details) for word in told_words(passage)),
        story=frozenset(story),
        top=tuple(story[:TOP_WORDS]),
        name=skeleton(place.name) if place is not None and named else "",
        specific=fine or (place is not None and named and place.geoname_id is None),
        lead=lead,
        summary=summary,
    )


def _story(text: str, words: WordWeights) -> list[str]:
    """Return keys of a report's most telling words, those first that it says often; what has a capital counts double."""
    often: dict[str, float] = defaultdict(float)
    stop = kinds().stop
    for match in _WORD.finditer(text):
        word = match[0].casefold().removesuffix("'s").removesuffix("’s")  # noqa: RUF001
        if word not in stop and len(word) > 2 and not word[0].isdigit():
            often[words.key(word)] += 2.0 if match[0][0].isupper() else 1.0
    weight = {key: min(count, 6.0) * words.weigh(key) for key, count in often.items()}
    return sorted(weight, key=lambda key: (-weight[key], key))[:STORY_WORDS]


def _leads(telling: Telling) -> bool:
    """Tell whether one of the event's own sentences is among those that its report begins with."""
    return any(0 <= telling.text.find(passage) < LEAD_CHARACTERS for passage in telling.passages)


def _days(telling: Telling, report: int | None, *, lead: bool) -> tuple[int | None, int | None, bool]:
    """Return first and last possible day, and whether the event's own sentences tell the very day."""
    when = telling.event.time
    if when is None or when.first is None:
        return (None, None, False) if report is None else (report - UNTIMED_DAYS, report, False)
    first, last = when.first.toordinal(), (when.last or when.first).toordinal()
    if when.basis is TimeBasis.REPORT_DATE:
        return first - (REPORT_DATE_DAYS if lead else UNTIMED_DAYS), last, False
    if when.evidence and not any(one.quote in passage for one in when.evidence for passage in telling.passages):
        return first - BORROWED_DAYS, last + BORROWED_DAYS, False
    return first, last, when.precision is TimePrecision.DAY and first == last


def _place_id(place: Where) -> str:
    return str(place.geoname_id or f"{place.name}/{place.country_code}")


def _phrases(parties: Iterable[Who]) -> frozenset[str]:
    """Heads of parties' phrases and their kinds, as far as they tell one party from another."""
    found: set[str] = set()
    for who in parties:
        found.update(stem(word) for word in told_words(who.name)[-1:])
        if who.actor_id:
            found.add(who.actor_id)
        elif who.kind not in {ActorKind.UNKNOWN, ActorKind.CIVILIANS}:
            found.add(who.kind)
    return frozenset(found)


def _tolls(event: Event) -> dict[str, tuple[int, ...]]:
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for toll in event.tolls:
        figure = next((figure for figure in (toll.best, toll.low, toll.high) if figure is not None), None)
        if figure is not None:
            found[toll.kind][figure] = None
    return {kind: tuple(figures) for kind, figures in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class WordWeights:
    """How much a word tells.

    Attributes:
        common: Stems of common words, with ten times the log of how many sentences go to one that has it; whole numbers, so
            that sums do not depend on their order.
        rare: The weight of all others.
    """

    common: Mapping[str, int]
    rare: int

    def key(self, word: str) -> str:
        """Return what a word is compared by: its stem, or of a rare word, which is most often a name, its consonants."""
        short = stem(word)
        return sys.intern(short) if short in self.common or word[0].isdigit() else skeleton(word)

    def weigh(self, key: str) -> int:
        """Return how much a word tells, by its key."""
        return self.common.get(key, self.rare)


def told_words(text: str) -> list[str]:
    """Return the words and numbers of a text that say something, in lower case."""
    stop = kinds().stop
    words = (match[0].casefold().removesuffix("'s").removesuffix("’s") for match in _WORD.finditer(text))  # noqa: RUF001
    return [word for word in words if word not in stop and (len(word) > 1 or word.isdigit())]


def stem(word: str) -> str:
    """Return the letters by which a common word is compared."""
    return word[:STEM]


@lru_cache(maxsize=100_000)
def skeleton(name: str) -> str:
    """Return a key that spellings of one name share: first letter and consonants, without accents; "bldwn" for Beledweyne."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalpha())
    for sound, letters in _SOUNDS:
        plain = plain.replace(sound, letters)
    consonants = re.sub("[aeiouwy]", "", plain[1:])
    short = re.sub(r"(.)\1+", r"\1", plain[:1] + consonants)
    return sys.intern("~" + (short if len(short) > 2 else plain))


def alike(one: str, other: str) -> bool:
    """Whether two skeletons are spellings of one name: the same, or all but a letter of longer ones."""
    if one == other:
        return True
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1:
        return False
    return any(
        one[:at] + one[at + cut :] == other[:at] + other[at + put :]
        for at in range(1, len(one) + 1)
        for cut, put in _ONE_LETTER
    )


# --- blocks --------------------------------------------------------------------------------------------------------------

Key = int
"""Hash of a key's parts, which takes a fraction of their memory; two keys with one hash would only bring idle comparisons."""


class Blocks:
    """Finds for each event the later ones that it may be one with.

    Args:
        sketches: Events, in an order that does not depend on when they were added.
    """

    def __init__(self, sketches: Sequence[Sketch]) -> None:
        self._sketches = sketches
        masks = _group_masks()
        self._masks = [masks[sketch.type] for sketch in sketches]
        self._own: dict[Key, list[int]] = defaultdict(list)
        self._looking: dict[Key, list[int]] = defaultdict(list)
        self._standing: dict[Key, list[int]] = {}
        for number, sketch in enumerate(sketches):
            for key in _own_keys(sketch):
                self._own[key].append(number)
            for key in _looked_up(sketch):
                self._looking[key].append(number)
        # Only where somebody looks need anybody stand.
        for number, sketch in enumerate(sketches):
            for key in _stood_under(sketch):
                if key in self._looking:
                    self._standing.setdefault(key, []).append(number)
        self._neighbours = {key: self._thin(members) for key, members in self._full_blocks()}

    def pairs(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each event's number with those of later events that may be of the same happening."""
        for number in range(len(self._sketches)):
            later = self._later(number)
            if later:
                yield number, later

    def _later(self, number: int) -> list[int]:
        sketch = self._sketches[number]
        found: set[int] = set()
        for key in _own_keys(sketch):
            found.update(self._mates(key, number, self._own[key]))
        for key in _looked_up(sketch):
            found.update(self._mates(key, number, self._looking[key]))
            found.update(self._mates(key, number, self._standing.get(key, ())))
        for key in _stood_under(sketch):
            if key in self._looking:
                found.update(self._mates(key, number, self._looking[key]))
        mask = self._masks[number]
        return sorted(other for other in found if other > number and self._masks[other] & mask)

    def _mates(self, key: Key, number: int, members: Sequence[int]) -> Iterable[int]:
        thinned = self._neighbours.get(key)
        if thinned is None:
            return members
        near = thinned.get(number, frozenset())
        return near.intersection(members) if len(members) < len(near) else [other for other in members if other in near]

    def _full_blocks(self) -> Iterator[tuple[Key, list[int]]]:
        for key, members in self._own.items():
            if len(members) > MOST_IN_BLOCK:
                yield key, members
        for key, lookers in self._looking.items():
            members = sorted({*lookers, *self._standing.get(key, ())})
            if len(members) > MOST_IN_BLOCK:
                yield key, members

    def _thin(self, members: Sequence[int]) -> dict[int, frozenset[int]]:
        """Give each event of a full block its nearest in a few orders: by place and day, by toll, by the most telling word."""
        near: dict[int, set[int]] = defaultdict(set)
        for order in (self._by_place, self._by_toll, self._by_word):
            row = sorted(members, key=order)
            for at, number in enumerate(row):
                for other in row[at + 1 : at + 1 + WINDOW]:
                    near[number].add(other)
                    near[other].add(number)
        return {number: frozenset(others) for number, others in near.items()}

    def _by_place(self, number: int) -> tuple[object, ...]:
        sketch = self._sketches[number]
        return (sketch.type, sketch.place or "", sketch.first or 0, number)

    def _by_toll(self, number: int) -> tuple[object, ...]:
        sketch = self._sketches[number]
        return (sketch.tolls.get("killed", ()), sketch.tolls.get("wounded", ()), sketch.first or 0, number)

    def _by_word(self, number: int) -> tuple[object, ...]:
        return (self._sketches[number].top[:1], self._sketches[number].first or 0, number)


def _group_masks() -> dict[EventType, int]:
    groups = kinds().groups
    bit = {name: 1 << number for number, name in enumerate(sorted({name for names in groups.values() for name in names}))}
    return {type_: sum(bit[name] for name in names) for type_, names in groups.items()}


def _own_keys(sketch: Sketch) -> Iterator[Key]:
    """Cells and days of an event whose place is known well; the most telling words of its report and days of any."""
    if _is_short(sketch):
        buckets = _buckets(sketch)
        yield from (hash((word, bucket)) for word in sketch.top for bucket in buckets)
        if sketch.fine:
            yield from (hash((cell, bucket)) for cell in _cells(sketch) for bucket in buckets)


def _looked_up(sketch: Sketch) -> Iterator[Key]:
    """Wider keys under which an event known less well looks for others."""
    short = _is_short(sketch)
    if sketch.first is None:
        yield from (hash((word, "any day")) for word in sketch.top)
        return
    times = _buckets(sketch) if short else [("month", month) for month in _months(sketch)]
    if not short:
        yield from (hash((word, time)) for word in sketch.top for time in times)
    if sketch.fine and not short:
        yield from (hash((cell, time)) for cell in _cells(sketch) for time in times)
    elif not sketch.fine and sketch.country is not None:
        area = sketch.country, sketch.province if sketch.precision is not PlacePrecision.COUNTRY else None
        yield from (hash((area, time)) for time in times)


def _stood_under(sketch: Sketch) -> Iterator[Key]:
    """Wider keys under which an event is found by those known less well."""
    yield from (hash((word, "any day")) for word in sketch.top)
    if sketch.first is None:
        return
    months = [("month", month) for month in _months(sketch)]
    times: list[object] = [*months, *(_buckets(sketch) if _is_short(sketch) else ())]
    yield from (hash((word, time)) for word in sketch.top for time in months)
    if sketch.fine:
        yield from (hash((cell, time)) for cell in _cells(sketch) for time in months)
    areas = {(sketch.country, None), (sketch.country, sketch.province)} if sketch.country else set()
    yield from (hash((area, time)) for area in sorted(areas, key=str) for time in times)


def _is_short(sketch: Sketch) -> bool:
    return sketch.first is not None and sketch.last is not None and sketch.last - sketch.first <= SHORT_DAYS


def _buckets(sketch: Sketch) -> list[int]:
    """Spans of days that an event may touch, a day more on either side."""
    assert sketch.first is not None
    assert sketch.last is not None
    return list(range((sketch.first - 1) // BUCKET_DAYS, (sketch.last + 1) // BUCKET_DAYS + 1))


def _months(sketch: Sketch) -> list[int]:
    assert sketch.first is not None
    assert sketch.last is not None
    first, last = dt.date.fromordinal(sketch.first), dt.date.fromordinal(sketch.last)
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    return list(months[:MOST_MONTHS])


def _cells(sketch: Sketch) -> list[tuple[int, int]]:
    """Cells of half a degree that lie within an event's reach."""
    if sketch.lat is None or sketch.lon is None:
        return []
    reach_km = min(max(REACH_KM, sketch.radius_km), COARSE_KM) / 2
    high = reach_km / 111.2
    wide = min(high / max(math.cos(math.radians(sketch.lat)), 0.05), 5.0)
    south, north = (math.floor((sketch.lat + step) / CELL_DEGREES) for step in (-high, high))
    west, east = (math.floor((sketch.lon + step) / CELL_DEGREES) for step in (-wide, wide))
    around = int(360 / CELL_DEGREES)
    return [(row, column % around) for row in range(south, north + 1) for column in range(west, east + 1)]
