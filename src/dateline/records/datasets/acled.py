"""ACLED-like rows: 31 columns, by the rules of ``acled.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateline.model import EventType, PlacePrecision, Status, TollKind
from dateline.records.datasets.columns import open_table
from dateline.records.datasets.crosswalk import ACLED_PLACE, acled_day, countries, days_of
from dateline.records.datasets.deaths import killed_untold, losses
from dateline.records.datasets.happenings import number_of
from dateline.records.datasets.parties import GROUP, NONE, PEOPLE, STATE, first_of, joined, kinds, parties

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from dateline.records.datasets.crosswalk import CountryCodes
    from dateline.records.datasets.happenings import Happening
    from dateline.records.datasets.parties import Party
    from dateline.records.exports import Record

INTER = {
    1: "State forces",
    2: "Rebel group",
    3: "Political militia",
    4: "Identity militia",
    5: "Rioters",
    6: "Protesters",
    7: "Civilians",
    8: "External/Other forces",
}
UNDISCLOSED = "Undisclosed Source"
_FIELDS = ("disorder_type", "event_type", "sub_event_type")
_UNTOLD_DEATHS = 3
_TWO_SIDED = {"Battles", "Violence against civilians"}
_FAILED = {"Disrupted weapons use", "Attack", "Armed clash"}
"""What ACLED codes of acts that failed: prevented explosions and seized arms, and attempts that reached the victim."""
_PREFIXES: Mapping[str, str] = {
    EventType.DISPLACEMENT: "Displacement",
    EventType.DEPLOYMENT: "Movement of forces",
    EventType.WITHDRAWAL: "Movement of forces",
    EventType.RESTRICTION: "Security measures",
    EventType.DESTRUCTION: "Property destruction",
    EventType.SEIZURE: "Weapons seizure",
    EventType.RAID: "Weapons seizure",
}
"""How ACLED's notes on Strategic developments begin, by our types."""


def refuse(happening: Happening) -> str | None:
    """Return why ACLED would not take a happening, or None."""
    code, status = happening.code("acled", *_FIELDS), happening.record["status"]
    failed = status == Status.FOILED and (not code or code["sub_event_type"] not in _FAILED)
    if failed or status in {Status.PLANNED, Status.DENIED, Status.POSSIBLE}:
        return "not_happened"
    if not code or happening.record.get("aggregate"):
        return "a_sum" if code else "no_code"
    days = days_of(happening)
    if days is None or acled_day(days) is None:
        return "no_day" if days is None else "over_a_month"
    return _refuse_place(happening.record["place"], strategic=code["disorder_type"] == "Strategic developments")


def _refuse_place(place: Mapping[str, Any] | None, *, strategic: bool) -> str | None:
    if not place:
        return "no_place"
    if place.get("country_code") not in countries():
        return "no_country"
    if place["precision"] == PlacePrecision.COUNTRY and not strategic:
        return "country_only"
    return "no_coordinates" if place.get("lat") is None or place.get("lon") is None else None


def rows(happening: Happening) -> list[list[Any]]:
    """Return the row of a happening that is not refused."""
    record, code, days = happening.record, happening.codes["acled"], days_of(happening)
    assert days is not None
    day = acled_day(days)
    assert day is not None
    place, country = record["place"], countries()[record["place"]["country_code"]]
    actors = _actors(happening, code, country)
    found = [actors.inter1, actors.inter2]
    dead, counted_bomber = _fatalities(record, code)
    location = _location(place, country)
    notes = _notes(happening, code, actors, (day, days.told), dead, counted_bomber=counted_bomber)
    sources = joined([report.publisher for report in happening.reports]) or UNDISCLOSED
    row = [
        f"{country.a3}{number_of(happening.id)}",
        day[0].isoformat(),
        day[0].year,
        day[1],
        code["disorder_type"],
        code["event_type"],
        code["sub_event_type"],
        actors.actor1,
        actors.assoc1,
        INTER[actors.inter1],
        actors.actor2,
        actors.assoc2,
        INTER.get(actors.inter2, ""),
        _interaction(found),
        "Civilians targeted" if actors.civilians_targeted else "",
        country.iso,
        country.acled_region,
        country.acled_name,
        place.get("admin1") or (place["name"] if place["precision"] == PlacePrecision.PROVINCE else ""),
        place.get("admin2") or "",
        "",
        location,
        round(place["lat"], 4),
        round(place["lon"], 4),
        ACLED_PLACE[place["precision"]],
        sources,
        "Other",
        notes,
        dead,
        "sexual violence" if code["sub_event_type"] == "Sexual violence" else "",
        happening.added,
    ]
    assert len(row) == len(open_table("acled").columns)
    return [row]


def _interaction(codes: Sequence[int]) -> str:
    """Return the text of an interaction: the lower code first, but for External/Other forces-Civilians, as ACLED has it."""
    low, high = sorted(codes, key=lambda code: (code == 0, code))
    if high == 0:
        return f"{INTER[low]} only"
    return f"{INTER[high]}-{INTER[low]}" if (low, high) == (7, 8) else f"{INTER[low]}-{INTER[high]}"


def _location(place: Mapping[str, Any], country: CountryCodes) -> str:
    """Return the named place; a part of a city as ``City - Part``."""
    if place["precision"] == PlacePrecision.POINT and place.get("admin2") and place["admin2"] != place["name"]:
        return f"{place['admin2']} - {place['name']}"
    return str(place["name"] or place.get("admin1") or country.acled_name)


def _fatalities(record: Record, code: Mapping[str, Any]) -> tuple[int, bool]:
    """Return ACLED's fatalities, and whether a suicide bomber is counted who is in none of the figures."""
    if record["status"] != Status.HAPPENED:
        return losses(record).total.low, False
    found = losses(record)
    dead = found.total.low
    if found.untold and found.total.high == 0:
        dead = _UNTOLD_DEATHS
    elif killed_untold(record, found):
        dead = 1
    bomber = code["sub_event_type"] == "Suicide bomb" and not found.attackers_counted
    return dead + bomber, bomber


# --- actors --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Actors:
    """The two actors of a row and who goes with them; ``inter2`` is 0 where there is no second one."""

    actor1: str
    assoc1: str
    inter1: int
    actor2: str = ""
    assoc2: str = ""
    inter2: int = 0
    civilians_targeted: bool = False


def _actors(happening: Happening, code: Mapping[str, Any], country: CountryCodes) -> _Actors:
    agents, targets = parties(happening, "agents"), parties(happening, "targets")
    supporters = parties(happening, "supporters")
    event_type, sub_type = code["event_type"], code["sub_event_type"]
    if event_type in {"Protests", "Riots"}:
        return _crowd(agents, targets, supporters, event_type, country)
    first = first_of(agents, STATE, GROUP, NONE) or first_of(agents, PEOPLE)
    one, inter1 = _named(first, country)
    assoc1 = joined([_named(party, country)[0] for party in (*agents, *supporters) if party is not first])
    if event_type == "Violence against civilians":
        if inter1 in {6, 7} and first is not None:  # civilians cannot be the armed side
            one, inter1 = _named(None, country)
        return _Actors(
            actor1=one,
            assoc1=assoc1,
            inter1=inter1,
            actor2=_civilians(country),
            assoc2=_beside(targets, country, _civilians(country)),
            inter2=7,
            civilians_targeted=True,
        )
    fighters = first_of(targets, STATE, GROUP)
    only_people = fighters is None and (first_of(targets, PEOPLE) is not None or losses(happening.record).civilians.high > 0)
    if fighters is None and event_type == "Explosions/Remote violence" and (only_people or targets):
        only_people = True  # whoever is hit and is no force of any side is a civilian
    if only_people and event_type != "Battles":
        second = "" if event_type == "Strategic developments" and not first_of(targets, PEOPLE) else _civilians(country)
        return _Actors(
            actor1=one,
            assoc1=assoc1,
            inter1=inter1,
            actor2=second,
            assoc2=_beside(targets, country, second),
            inter2=7 if second else 0,
            civilians_targeted=event_type == "Explosions/Remote violence",
        )
    if fighters is None and event_type not in _TWO_SIDED:
        return _Actors(actor1=one, assoc1=assoc1, inter1=inter1)
    two, inter2 = _named(fighters, country)
    if two == one and sub_type == "Armed clash" and fighters is not None and fighters.named and first is not None:
        two, inter2 = _named(None, country)
    return _Actors(
        actor1=one,
        assoc1=assoc1,
        inter1=inter1,
        actor2=two,
        assoc2=joined([_named(party, country)[0] for party in targets if party is not fighters]),
        inter2=inter2,
    )


def _crowd(
    agents: Sequence[Party], targets: Sequence[Party], supporters: Sequence[Party], event_type: str, country: CountryCodes
) -> _Actors:
    """Return the actors of a demonstration: the crowd first, whatever the report puts first, then who acts against it."""
    inter1 = 6 if event_type == "Protests" else 5
    everyone = [*agents, *targets, *supporters]
    others = [party for party in (*agents, *targets) if party.kind.side in {STATE, GROUP}]
    acting = next((party for party in others if party in agents or event_type == "Riots"), None)
    if acting is None and event_type == "Riots" and any(party.kind.side == PEOPLE for party in targets):
        two, inter2 = _civilians(country), 7
    else:
        two, inter2 = _named(acting, country) if acting else ("", 0)
    crowd = kinds()["protesters" if event_type == "Protests" else "rioters"].acled_name.format(country=country.acled_name)
    beside = [party for party in everyone if party.named and party is not acting and party.kind.side in {PEOPLE, NONE, GROUP}]
    return _Actors(
        actor1=crowd,
        assoc1=joined([party.name for party in beside]),
        inter1=inter1,
        actor2=two,
        assoc2=joined([_named(party, country)[0] for party in others if party is not acting]) if two else "",
        inter2=inter2,
        civilians_targeted=two == _civilians(country),
    )


def _civilians(country: CountryCodes) -> str:
    return kinds()["civilians"].acled_name.format(country=country.acled_name)


def _beside(targets: Sequence[Party], country: CountryCodes, main: str) -> str:
    """Return the victims beside "Civilians": those with a name of their own, and armed ones."""
    names = [_named(party, country)[0] for party in targets if party.named or party.kind.side in {STATE, GROUP}]
    return joined([name for name in names if name != main])


def _named(party: Party | None, country: CountryCodes) -> tuple[str, int]:
    """Return what ACLED would call a party, and its interaction code; None is an armed group that no report names."""
    if party is None:
        unknown = kinds()["unknown"]
        return unknown.acled_name.format(country=country.acled_name), unknown.acled
    kind = party.kind
    of = party.country or country
    general = bool(party.actor_id) and str(party.actor_id).startswith(("military-of-", "police-of-", "government-of-"))
    if party.named and not general:
        return party.name, kind.acled
    return kind.acled_name.format(country=of.acled_name), kind.acled if party.named else kind.acled_unnamed or kind.acled


# --- notes ---------------------------------------------------------------------------------------------------------------


def _notes(
    happening: Happening,
    code: Mapping[str, Any],
    actors: _Actors,
    when: tuple[tuple[dt.date, int], bool],
    dead: int,
    *,
    counted_bomber: bool,
) -> str:
    """Return a description from the record's fields alone, in ACLED's house style."""
    (day, precision), told = when
    record, place = happening.record, happening.record["place"]
    strategic = code["event_type"] == "Strategic developments"
    prefix = f"{_PREFIXES.get(record['type'], 'Other')}: " if strategic and code["sub_event_type"] != "Agreement" else ""
    date = f"{'On' if precision == 1 else 'Around'} {day.day} {day:%B %Y}{'' if told else ' (as reported)'}"
    location = _location(place, countries()[place["country_code"]])
    upper = [name for name in (place.get("admin2"), place.get("admin1")) if name and name not in location]
    at = location + (f" ({', '.join(upper)})" if upper else "")
    what = code["sub_event_type"][0].lower() + code["sub_event_type"][1:]
    coded = " (coded to a point for the whole of it)" if ACLED_PLACE[place["precision"]] == 3 else ""
    two = f" and {actors.actor2}" if actors.actor2 else ""
    wounded = losses(record, TollKind.WOUNDED).total.best
    sentences = [f"{prefix}{date}, {what} in {at}{coded}: {actors.actor1}{two}."]
    if record["status"] == Status.FOILED:
        sentences.append("The act failed or was prevented.")
    sentences.append(f"{dead} {'fatality' if dead == 1 else 'fatalities'}{_spread(record, dead)}.")
    if counted_bomber:
        sentences.append("The bomber is counted.")
    if wounded:
        sentences.append(f"{wounded} wounded.")
    speakers = joined([claim["speaker_kind"] for claim in record["claims"] if claim.get("speaker_kind") != "unknown"])
    if speakers:
        sentences.append(f"As told by: {speakers.replace('; ', ', ')}.")
    return " ".join(sentences)


def _spread(record: Record, dead: int) -> str:
    """Return how far figures of different speakers lie apart, where they do."""
    found = losses(record).total
    return f" (the highest figure told is {found.high})" if found.high > max(dead, found.low) else ""
