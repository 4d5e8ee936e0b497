"""Rows of the data sets: every cell of every column keeps to its table, and each data set's own rules hold."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from builders import INFO, make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.config import CODEBOOKS
from dateline.model import (
    ActorKind,
    Alternative,
    Attribution,
    Certainty,
    Event,
    EventType,
    Evidence,
    PlacePrecision,
    Side,
    Source,
    Span,
    SpeakerKind,
    Status,
    Thing,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)
from dateline.records import record_of
from dateline.records.codebooks import code_events, open_codebook
from dateline.records.datasets import REASONS, NoReference, forms
from dateline.records.datasets.crosswalk import Days, acled_day, countries, ged_days, priogrid_cell
from dateline.records.datasets.deaths import losses
from dateline.records.datasets.happenings import Happening, Mention, Report, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dateline.model import Article

REGISTRY = {
    "northern-front": "Northern Front",
    "military-of-iraq": "Military of Iraq",
    "military-of-france": "Military of France",
    "police-of-iraq": "Police of Iraq",
    "government-of-iraq": "Government of Iraq",
    "radio-watch": "Watch",
}
REFERENCE = NoReference(known=REGISTRY)
TABLES = [name for name, form in forms().items() if form.table is not None]

# --- records as they may come ------------------------------------------------------------------------------------------------

VIOLENT = list(EventType)[: list(EventType).index(EventType.ARREST)]
COUNTRIES = ["IRQ", "FRA", "XKX", "USA", "PSE", "ATA", "NGA"]
Names = "Callable[[Random], str]"
_ODD = ["gunmen", "=cmd()", 'he said "no"', "a\tb\nc", "Ünïcode; with, marks", ""]


def made_up_names(chance: Random) -> str:
    """Return a name that stands in no table, so that finding it means that it leaked."""
    one, two = ("".join(chance.choices("bdfgklmnprstvz", k=chance.randint(4, 7))) for _ in range(2))
    return f"Q{one}o Q{two}u"


def texts(chance: Random) -> str:
    """Return a made-up name, or a text that is hard to write into a cell."""
    return chance.choice([made_up_names(chance), *_ODD])


class Maker:
    """Makes records as they may come, the same for the same seed: quicker to draw, and to make smaller, than each part by itself."""

    def __init__(self, seed: int, names: Names) -> None:
        self._chance = Random(seed)
        self._names = names

    def _name(self) -> str:
        return self._names(self._chance)

    def _rarely(self, value: Any, share: float = 0.1) -> Any:
        return None if self._chance.random() < share else value

    def _some(self, make: Callable[[], Any], most: int) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self._chance.randint(0, most)))

    def party(self) -> Who:
        actor_id = self._chance.choice([None, None, *REGISTRY, "not-there"])
        name = REGISTRY.get(actor_id or "") or self._name()
        kind, country = self._chance.choice(list(ActorKind)), self._chance.choice([None, *COUNTRIES])
        return Who(name=name, actor_id=actor_id, kind=kind, country=country, evidence=evidence_of(self._name()))

    def place(self) -> Where:
        chance, name = self._chance, self._name()
        country, known = chance.choice([None, *COUNTRIES, *COUNTRIES]), chance.random() < 0.9
        other = lambda: Alternative(name=self._name(), country_code="FRA", lat=1.0, lon=2.0, geoname_id=5, score=0.5)  # noqa: E731
        return Where(
            name=name,
            admin2=self._rarely(self._name(), 0.5),
            admin1=self._rarely(chance.choice(["Nineveh", "Sahra"]), 0.3),
            country=countries()[country].name if country else None,
            country_code=country,
            lat=chance.choice([-90.0, 90.0, chance.uniform(-90, 90)]) if known else None,
            lon=chance.choice([-180.0, 180.0, chance.uniform(-180, 180)]) if known else None,
            geoname_id=self._rarely(chance.randint(1, 10**7), 0.3),
            precision=chance.choice(list(PlacePrecision)),
            uncertainty_km=self._rarely(chance.uniform(0, 900)),
            evidence=evidence_of(f"near {name}"),
            alternatives=self._some(other, 2),
        )

    def time(self) -> When:
        chance = self._chance
        grain = {"precision": chance.choice(list(TimePrecision)), "basis": chance.choice(list(TimeBasis))}
        if chance.random() < 0.1:
            return When(first=None, last=None, partial="--10-04", **grain)
        first = dt.date(1946, 1, 1) + dt.timedelta(days=chance.randint(0, 33_000))
        length = chance.choice([1, 1, 1, 2, 6, 7, 7, 8, 31, 31, 32, 366, 367, 4000])
        return When(first=first, last=first + dt.timedelta(days=length - 1), **grain)

    def toll(self) -> Toll:
        chance = self._chance
        low, best, high = (self._rarely(chance.randint(0, 400), 0.3) for _ in range(3))
        return Toll(
            kind=chance.choice([*[TollKind.KILLED] * 9, *TollKind]),
            low=low,
            best=best,
            high=high,
            who=chance.choice([None, self._name(), "people", "soldiers", "policemen"]),
            side=chance.choice(list(Side)),
            speaker=self._rarely(self._name(), 0.4),
            evidence=evidence_of(self._name()),
        )

    def claim(self) -> Attribution:
        return Attribution(
            speaker=self._rarely(self._name(), 0.3),
            speaker_kind=self._chance.choice(list(SpeakerKind)),
            via=self._some(self._name, 2),
            cue=self._rarely(self._name(), 0.3),
            hedges=self._some(self._name, 1),
            evidence=evidence_of(self._name()),
        )

    def thing(self) -> Thing:
        name = self._name()
        return Thing(name=name, evidence=evidence_of(name))

    def event(self) -> Event:
        chance = self._chance
        event = Event(
            id=f"evt_{chance.randrange(16**16):016x}",
            article_id="art_0011223344",
            type=chance.choice([*EventType, *VIOLENT, *VIOLENT]),
            status=chance.choice([*[Status.HAPPENED] * 9, *Status]),
            anchors=evidence_of(self._name()),
            agents=self._some(self.party, 3),
            targets=self._some(self.party, 3),
            supporters=self._some(self.party, 2),
            objects=self._some(self.thing, 2),
            instruments=self._some(self.thing, 2),
            place=self._rarely(self.place()),
            time=self._rarely(self.time()),
            tolls=self._some(self.toll, 4),
            claims=self._some(self.claim, 3),
            certainty=chance.choice(list(Certainty)),
            confidence=chance.random(),
        )
        return code_events([event], _codebooks())[0]

    def article(self) -> Article:
        publisher, slug = self._rarely(self._name()), self._name().replace(" ", "-").lower()
        source = Source(publisher=publisher, url=f"https://news.example/{slug}", path=f"{slug}.txt")
        title = self._rarely(self._name(), 0.3)
        return make_article(title=title, published=dt.date(2020, 3, 5), source=source, given_id=slug)

    def happening(self) -> Happening:
        """Return an event as it is read from a database."""
        article = self.article()
        record = record_of(self.event(), article, INFO)
        report = Report(
            id=article.id,
            publisher=article.source.publisher,
            url=article.source.url,
            day=self._rarely("2020-03-05"),
            title=article.title,
            language="en",
            added=1_700_000_000,
            length=400,
            opening=120,
        )
        return Happening(record=record, mentions=(Mention(record=record, report=report, sentence=2),), added=1_700_000_000)


def evidence_of(words: str) -> tuple[Evidence, ...]:
    return (Evidence(article_id="art_0011223344", span=Span(start=3, end=3 + len(words)), quote=words),)


def happenings(names: Names = texts) -> st.SearchStrategy[Happening]:
    return st.integers(0, 2**32).map(lambda seed: Maker(seed, names).happening())


@cache
def _codebooks() -> list[Any]:
    return [open_codebook(name) for name in CODEBOOKS]


def rows_of(name: str, happening: Happening) -> list[list[Any]]:
    form = forms()[name]
    rows = form.rows(happening, REFERENCE, {})
    return [row[:-1] for row in rows] if name == "geoparquet" else rows


# --- every form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_data_set(name):
    sizes = {"acled": 31, "ged": 49, "gdelt": 61, "gdelt-mentions": 16, "polecat": 40, "icews": 20}
    table = forms()[name].table
    assert len(set(table.names)) == len(table.columns)
    assert len(table.columns) == sizes.get(name, len(table.columns))
    assert all(column.meaning for column in table.columns)


@settings(max_examples=150)
@given(happenings())
def test_every_cell_keeps_to_its_column(happening):
    for name in TABLES:
        form = forms()[name]
        if reason := form.refuse(happening):
            assert reason in REASONS
            continue
        rows = rows_of(name, happening)
        assert rows
        for row in rows:
            assert not list(form.table.faults(row)), name


@settings(max_examples=400)
@given(happenings())
def test_ged_keeps_its_invariants(happening):
    form = forms()["ged"]
    if form.refuse(happening):
        return
    row = dict(zip(form.table.names, rows_of("ged", happening)[0], strict=True))
    assert row["best"] == row["deaths_a"] + row["deaths_b"] + row["deaths_civilians"] + row["deaths_unknown"]
    assert 0 <= row["low"] <= row["best"] <= row["high"]
    assert row["high"] >= 1
    assert row["dyad_name"] == f"{row['side_a']} - {row['side_b']}"
    assert happening.record["status"] == "happened"
    assert (row["side_b"] == "Civilians") == (row["type_of_violence"] == 3) == (row["side_b_new_id"] == 1)
    if row["type_of_violence"] == 1:
        assert row["side_a"].startswith("Government of ")
    assert row["side_a"] != row["side_b"]
    length = (dt.date.fromisoformat(row["date_end"][:10]) - dt.date.fromisoformat(row["date_start"][:10])).days + 1
    bounds = {1: (1, 1), 2: (2, 6), 3: (7, 7), 4: (8, 31), 5: (32, 366)}[row["date_prec"]]
    assert bounds[0] <= length <= bounds[1]
    parts = [row[name].split(";") for name in ("source_office", "source_date", "source_headline")]
    assert {len(part) for part in parts} == {row["number_of_sources"]}


@settings(max_examples=150)
@given(happenings())
def test_acled_keeps_its_rules(happening):
    form = forms()["acled"]
    if form.refuse(happening):
        return
    row = dict(zip(form.table.names, rows_of("acled", happening)[0], strict=True))
    assert happening.record["status"] in {"happened", "foiled"}
    assert row["fatalities"] <= losses(happening.record).total.best + 3
    if row["event_type"] == "Violence against civilians":
        assert row["inter2"] == "Civilians"
        assert row["civilian_targeting"] == "Civilians targeted"
    if row["event_type"] in {"Battles", "Violence against civilians"}:
        assert row["actor2"]
    if row["event_type"] in {"Protests", "Riots"}:
        assert row["inter1"] == row["event_type"].replace("Protests", "Protesters").replace("Riots", "Rioters")
    assert bool(row["actor2"]) == bool(row["inter2"]) == (not row["interaction"].endswith(" only"))
    quoted = {party["name"] for role in ("agents", "targets") for party in happening.record[role] if not party["actor_id"]}
    assert not [name for name in quoted if name.startswith("Q") and name in row["notes"]], "notes copy the report's words"


@given(happenings())
def test_the_same_event_has_the_same_ids(happening):
    for name in ("acled", "ged", "gdelt", "icews"):
        if not forms()[name].refuse(happening):
            assert rows_of(name, happening) == rows_of(name, happening)


# --- cases ---------------------------------------------------------------------------------------------------------------


def happening_event(**changes: Any) -> Event:
    """Return a killing in Mosul, with changes."""
    evidence = evidence_of("Mosul")
    given: dict[str, Any] = {
        "id": f"evt_{next(_numbers):x}",
        "article_id": "art_0011223344",
        "type": EventType.ARMED_ATTACK,
        "status": Status.HAPPENED,
        "anchors": evidence_of("killed"),
        "agents": (FRONT,),
        "targets": (TRADERS,),
        "place": Where(
            name="Mosul",
            admin2="Mosul",
            admin1="Nineveh",
            country="Iraq",
            country_code="IRQ",
            lat=36.335,
            lon=43.119,
            geoname_id=99072,
            precision=PlacePrecision.TOWN,
            evidence=evidence,
        ),
        "time": When(
            first=dt.date(2016, 10, 4), last=dt.date(2016, 10, 4), precision=TimePrecision.DAY, basis=TimeBasis.STATED
        ),
        "tolls": (Toll(kind=TollKind.KILLED, low=12, best=12, high=12, who="traders", side=Side.CIVILIANS),),
        "confidence": 0.9,
    }
    return code_events([Event(**(given | changes))], _codebooks())[0]


def happening_of(**changes: Any) -> Happening:
    """Return the killing as it is read from a database."""
    event = happening_event(**changes)
    article = make_article(published=dt.date(2016, 10, 14))
    record = record_of(event, article, INFO)
    report = Report(id=article.id, publisher="Radio Sahra", day="2016-10-14", title=article.title, length=300, opening=113)
    return Happening(record=record, mentions=(Mention(record=record, report=report, sentence=0),), added=1_476_400_000)


_numbers = count(1)
FRONT = Who(name="Northern Front", actor_id="northern-front", kind=ActorKind.REBEL_GROUP, country="IRQ")
ARMY = Who(name="Military of Iraq", actor_id="military-of-iraq", kind=ActorKind.STATE_FORCES, country="IRQ")
FRENCH = Who(name="Military of France", actor_id="military-of-france", kind=ActorKind.STATE_FORCES, country="FRA")
TRADERS = Who(name="traders", kind=ActorKind.CIVILIANS)
GUNMEN = Who(name="gunmen", kind=ActorKind.MILITIA)


def acled_row(**changes: Any) -> dict[str, Any]:
    happening = happening_of(**changes)
    assert forms()["acled"].refuse(happening) is None
    return dict(zip(forms()["acled"].table.names, rows_of("acled", happening)[0], strict=True))


def ged_row(**changes: Any) -> dict[str, Any]:
    happening = happening_of(**changes)
    assert forms()["ged"].refuse(happening) is None
    return dict(zip(forms()["ged"].table.names, rows_of("ged", happening)[0], strict=True))


def test_acled_row_of_a_killing():
    row = acled_row()
    assert (row["event_type"], row["sub_event_type"]) == ("Violence against civilians", "Attack")
    assert (row["actor1"], row["inter1"], row["actor2"], row["inter2"]) == (
        "Northern Front",
        "Rebel group",
        "Civilians (Iraq)",
        "Civilians",
    )
    assert row["interaction"] == "Rebel group-Civilians"
    assert (row["iso"], row["region"], row["country"]) == (368, "Middle East", "Iraq")
    assert (row["event_date"], row["time_precision"], row["geo_precision"], row["fatalities"]) == ("2016-10-04", 1, 1, 12)
    assert row["notes"].startswith(
        "On 4 October 2016, attack in Mosul (Nineveh): Northern Front and Civilians (Iraq). 12 fatalities."
    )
    assert row["event_id_cnty"].startswith("IRQ")


def test_acled_names_forces_and_groups_without_names():
    row = acled_row(type=EventType.CLASH, agents=(ARMY,), targets=(GUNMEN,), tolls=())
    assert (row["actor1"], row["actor2"]) == ("Military Forces of Iraq", "Unidentified Armed Group (Iraq)")
    assert row["interaction"] == "State forces-Political militia"
    abroad = acled_row(type=EventType.AIRSTRIKE, agents=(FRENCH,), targets=(TRADERS,))
    assert (abroad["actor1"], abroad["inter1"]) == ("Military Forces of France", "External/Other forces")
    assert abroad["interaction"] == "External/Other forces-Civilians"
    assert abroad["civilian_targeting"] == "Civilians targeted"


@pytest.mark.parametrize(
    ("tolls", "fatalities"),
    [
        ((), 0),
        ((Toll(kind=TollKind.KILLED, low=None, best=None, high=None),), 3),
        ((Toll(kind=TollKind.KILLED, low=13, best=13, high=None),), 13),
        (
            (
                Toll(kind=TollKind.KILLED, low=12, best=12, high=12, speaker="a"),
                Toll(kind=TollKind.KILLED, low=20, best=20, high=20, speaker="b"),
            ),
            12,
        ),
        ((Toll(kind=TollKind.WOUNDED, low=9, best=9, high=9),), 0),
    ],
    ids=["none told", "told without a number", "at least", "speakers differ", "wounded only"],
)
def test_acled_takes_the_lowest_figure(tolls, fatalities):
    assert acled_row(tolls=tolls)["fatalities"] == fatalities


def test_acled_counts_the_suicide_bomber_once():
    dead = Toll(kind=TollKind.KILLED, low=5, best=5, high=5, side=Side.CIVILIANS)
    bomber = Toll(kind=TollKind.KILLED, low=1, best=1, high=1, side=Side.AGENTS)
    assert acled_row(type=EventType.SUICIDE_BOMBING, tolls=(dead,))["fatalities"] == 6
    assert acled_row(type=EventType.SUICIDE_BOMBING, tolls=(dead, bomber))["fatalities"] == 6


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": Status.PLANNED}, "not_happened"),
        ({"status": Status.DENIED}, "not_happened"),
        ({"status": Status.POSSIBLE}, "not_happened"),
        ({"place": None}, "no_place"),
        ({"type": EventType.THREAT}, "no_code"),
    ],
)
def test_acled_leaves_out(changes, reason):
    assert forms()["acled"].refuse(happening_of(**changes)) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tolls": ()}, "no_death"),
        ({"tolls": (Toll(kind=TollKind.KILLED, low=0, best=0, high=0),)}, "no_death"),
        ({"status": Status.FOILED}, "not_happened"),
        ({"type": EventType.ARREST, "tolls": ()}, "no_death"),
        ({"place": None}, "no_place"),
    ],
)
def test_ged_leaves_out(changes, reason):
    assert forms()["ged"].refuse(happening_of(**changes)) == reason


def test_ged_row_of_one_sided_violence():
    row = ged_row()
    assert (row["type_of_violence"], row["side_a"], row["side_b"]) == (3, "Northern Front", "Civilians")
    assert (row["deaths_civilians"], row["best"], row["low"], row["high"]) == (12, 12, 12, 12)
    assert (row["country"], row["country_id"], row["region"]) == ("Iraq", 645, "Middle East")
    assert (row["where_prec"], row["where_coordinates"], row["date_prec"]) == (1, "Mosul town", 1)
    assert row["priogrid_gid"] == 181887
    assert row["geom_wkt"] == "POINT (43.119 36.335)"
    assert row["source_article"] == '"Radio Sahra,2016-10-14,Rebels shell market in Karmel, killing at least 12"'


def test_ged_puts_the_government_first_and_its_dead_with_it():
    dead = (
        Toll(kind=TollKind.KILLED, low=6, best=6, high=6, who="soldiers", side=Side.TARGETS),
        Toll(kind=TollKind.KILLED, low=2, best=2, high=3, who="rebels", side=Side.AGENTS),
        Toll(kind=TollKind.KILLED, low=10, best=10, high=10, who="people", side=Side.UNKNOWN),
    )
    row = ged_row(type=EventType.CLASH, targets=(ARMY,), tolls=dead)
    assert (row["side_a"], row["side_b"], row["gwnoa"], row["gwnob"]) == ("Government of Iraq", "Northern Front", 645, None)
    assert (row["deaths_a"], row["deaths_b"], row["deaths_unknown"]) == (6, 2, 2)
    assert (row["low"], row["best"], row["high"]) == (10, 10, 10)


def test_ged_says_where_a_side_is_not_named():
    assert ged_row(agents=(GUNMEN,))["code_status"] == "Check dyad"
    assert ged_row()["code_status"] == "Clear"


def test_parts_of_one_side_are_added_and_speakers_never():
    def killed(best: int, who: str | None, speaker: str | None = None, side: Side = Side.TARGETS) -> Toll:
        return Toll(kind=TollKind.KILLED, low=best, best=best, high=best, who=who, side=side, speaker=speaker)

    def total(*tolls: Toll) -> tuple[int, int, int]:
        found = losses(happening_of(tolls=tolls).record).total
        return found.low, found.best, found.high

    assert total(killed(12, "soldiers"), killed(4, "policemen")) == (16, 16, 16)
    assert total(killed(16, "people"), killed(12, "soldiers")) == (16, 16, 16)
    assert total(killed(12, "soldiers", "army"), killed(20, "soldiers", "rebels")) == (12, 12, 20)
    assert total(killed(12, "soldiers"), killed(15, None, side=Side.UNKNOWN)) == (15, 15, 15)


@pytest.mark.parametrize(
    ("length", "acled", "ged"),
    [(1, 1, 1), (2, 2, 2), (6, 2, 2), (7, 2, 3), (8, 3, 4), (31, 3, 4), (32, None, 5), (366, None, 5), (400, None, None)],
)
def test_precision_of_days_follows_from_their_number(length, acled, ged):
    days = Days(first=dt.date(2016, 10, 3), last=dt.date(2016, 10, 3) + dt.timedelta(days=length - 1), told=True)
    found = acled_day(days)
    assert (found and found[1]) == acled
    span = ged_days(days)
    assert (span and span[2]) == ged
    if length == 7:
        assert found[0] == dt.date(2016, 10, 6)  # the Thursday of a week from Monday


def test_a_day_that_is_not_told_is_the_day_of_the_report():
    row = acled_row(time=None)
    assert (row["event_date"], row["time_precision"]) == ("2016-10-14", 2)
    assert "(as reported)" in row["notes"]
    assert ged_row(time=None)["code_status"] == "Check date"


@pytest.mark.parametrize(
    ("lat", "lon", "cell"),
    [(-90, -180, 1), (-89.75, -179.75, 1), (89.99, 179.99, 259200), (90, 180, 259200), (0.25, 0.25, 180 * 720 + 361)],
)
def test_priogrid_cells_are_counted_from_the_south_west(lat, lon, cell):
    assert priogrid_cell(lat, lon) == cell


def test_countries_are_those_of_the_gazetteer_with_unique_codes():
    found = countries()
    assert len(found) > 240
    for name in ("iso", "fips"):
        codes = [getattr(country, name) for country in found.values() if getattr(country, name)]
        assert len(codes) == len(set(codes)), name
    regions = next(column.values for column in forms()["acled"].table.columns if column.name == "region")
    assert {country.acled_region for country in found.values()} <= set(regions)
    assert (found["IRQ"].fips, found["IRQ"].gw, found["YEM"].cow, found["DEU"].cow) == ("IZ", 645, 679, 255)


def test_gdelt_gives_a_row_for_each_pair_and_numbers_them():
    rows = rows_of("gdelt", happening_of(agents=(FRONT, GUNMEN), targets=(TRADERS, ARMY)))
    assert len(rows) == 4
    assert len({row[0] for row in rows}) == 4
    table = forms()["gdelt"].table
    row = dict(zip(table.names, rows[1], strict=True))
    assert (row["Actor1Name"], row["Actor2Code"]) == ("NORTHERN FRONT", "IRQMIL")
    assert row["ActionGeo_CountryCode"] == "IZ"
    assert row["ActionGeo_Type"] == 4
    assert row["EventRootCode"] == row["EventCode"][:2]
    assert row["IsRootEvent"] == 1


def test_icews_has_an_agreement_in_both_directions():
    rows = rows_of("icews", happening_of(type=EventType.AGREEMENT, agents=(FRONT,), targets=(ARMY,), tolls=()))
    assert [(row[2], row[8]) for row in rows] == [
        ("Northern Front", "Military of Iraq"),
        ("Military of Iraq", "Northern Front"),
    ]


def test_numbers_made_from_ids_are_exact_in_a_double():
    found = {number_of("evt", number) for number in range(2000)}
    assert len(found) == 2000
    assert all(0 < number < 10**15 and float(number) == number for number in found)
