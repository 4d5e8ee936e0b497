"""GED-like rows: 49 columns, by the rules of ``ged.toml``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateline.model import PlacePrecision, Status
from dateline.records.datasets.columns import open_table
from dateline.records.datasets.crosswalk import GED_PLACE, countries, days_of, ged_days, priogrid_cell
from dateline.records.datasets.deaths import Estimate, killed_untold, losses
from dateline.records.datasets.happenings import number_of
from dateline.records.datasets.parties import GROUP, NONE, PEOPLE, STATE, first_of, joined, parties, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dateline.records.datasets.crosswalk import CountryCodes
    from dateline.records.datasets.happenings import Happening, Report
    from dateline.records.datasets.parties import Party

ACTIVE_DEATHS = 25
UNDISCLOSED = "Undisclosed Source"
_HEADLINE_CHARACTERS, _QUOTE_CHARACTERS = 200, 80
_CIVILIANS_ID = 1
_FEATURES: Mapping[str, str] = {"town": "town", "near": "town", "district": "district", "province": "province"}


def refuse(happening: Happening) -> str | None:
    """Return why GED would not take a happening, or None."""
    if happening.record["status"] != Status.HAPPENED:
        return "not_happened"
    if _deaths(happening).total.high < 1:
        return "no_death"
    if happening.code("ged", "type_of_violence") is None:
        return "no_code"
    days = days_of(happening)
    if days is None or ged_days(days) is None:
        return "no_day" if days is None else "over_a_year"
    return _refuse_place(happening.record["place"])


def _refuse_place(place: Mapping[str, Any] | None) -> str | None:
    if not place:
        return "no_place"
    country = countries().get(place.get("country_code") or "")
    if country is None or country.gw is None:
        return "no_country"
    return "no_coordinates" if place.get("lat") is None or place.get("lon") is None else None


def survey(happenings: Any) -> dict[tuple[str, int], int]:
    """Return the best estimates of all deaths by dyad and year, from which ``active_year`` follows."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    for happening in happenings:
        if refuse(happening) is None:
            sides = _sides(happening, countries()[happening.record["place"]["country_code"]])
            found[sides.dyad, _year(happening)] += _deaths(happening).total.best
    return dict(found)


def rows(happening: Happening, surveyed: Mapping[tuple[str, int], int]) -> list[list[Any]]:
    """Return the row of a happening that is not refused; ``surveyed`` is what ``survey`` found over the whole export."""
    record, place = happening.record, happening.record["place"]
    country = countries()[place["country_code"]]
    days = days_of(happening)
    assert days is not None
    span = ged_days(days)
    assert span is not None
    start, end, date_prec = span
    violence, sides, deaths = happening.codes["ged"]["type_of_violence"], _sides(happening, country), _deaths(happening)
    number, dyad_id = number_of(happening.id), number_of("dyad", sides.dyad, digits=8)
    active = surveyed.get((sides.dyad, end.year), 0) >= ACTIVE_DEATHS
    status = "Check dyad" if sides.unnamed else "Clear" if days.told else "Check date"
    total = deaths.total
    row = [
        number,
        f"{country.a3}-{end.year}-{violence}-{dyad_id}-{number}",
        end.year,
        int(active),
        status,
        violence,
        *[number_of("conflict", sides.dyad, digits=8)] * 2,
        sides.dyad,
        *[dyad_id] * 2,
        sides.dyad,
        *[_side_id(sides.a)] * 2,
        sides.a,
        *[_side_id(sides.b)] * 2,
        sides.b,
        *_sources(happening.reports),
        joined([short(claim.get("speaker"), _QUOTE_CHARACTERS) for claim in record["claims"]]).replace("; ", ", "),
        GED_PLACE[place["precision"]],
        _coordinates(place, country),
        next((short(span["text"], _QUOTE_CHARACTERS) for span in place.get("spans") or [] if span.get("text")), ""),
        place.get("admin1") or "",
        place.get("admin2") or "",
        place["lat"],
        place["lon"],
        f"POINT ({place['lon']} {place['lat']})",
        priogrid_cell(place["lat"], place["lon"]),
        country.ged_name,
        country.gw,
        country.ged_region,
        2 if date_prec > 3 or place["precision"] == PlacePrecision.COUNTRY or record.get("aggregate") else 1,
        date_prec,
        f"{start.isoformat()} 00:00:00.000",
        f"{end.isoformat()} 00:00:00.000",
        deaths.a.best,
        deaths.b.best,
        deaths.civilians.best,
        deaths.unknown.best,
        total.best,
        total.high,
        total.low,
        sides.gw_a,
        sides.gw_b,
    ]
    assert len(row) == len(open_table("ged").columns)
    return [row]


def _year(happening: Happening) -> int:
    days = days_of(happening)
    span = days and ged_days(days)
    return span[1].year if span else 0


def _side_id(name: str) -> int:
    return _CIVILIANS_ID if name == "Civilians" else number_of("side", name, digits=8)


def _coordinates(place: Mapping[str, Any], country: CountryCodes) -> str:
    """Return the coded place with the word for what it is, as GED writes it."""
    if place["precision"] == PlacePrecision.COUNTRY:
        return country.ged_name
    name, feature = str(place["name"] or place.get("admin1") or country.ged_name), _FEATURES.get(place["precision"], "")
    return name if not feature or name.casefold().endswith(feature) else f"{name} {feature}"


def _sources(reports: list[Report]) -> list[Any]:
    """Return number_of_sources, source_article, source_office, source_date and source_headline, the parts in step."""
    parts = [
        (
            (report.publisher or UNDISCLOSED).replace(";", ","),
            report.day or "",
            short((report.title or "").replace(";", ",").replace('"', "'"), _HEADLINE_CHARACTERS),
        )
        for report in reports
    ]
    articles = ";".join(f'"{",".join(part)}"' for part in parts)
    offices, dates, headlines = (";".join(column) for column in zip(*parts, strict=True))
    return [len(reports), articles, offices, dates, headlines]


# --- sides ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The dyad; ``swapped`` is whether side_a is the targets' side, ``unnamed`` whether a side is not named."""

    a: str
    b: str
    gw_a: int | None = None
    gw_b: int | None = None
    swapped: bool = False
    unnamed: bool = False

    @property
    def dyad(self) -> str:
        return f"{self.a} - {self.b}"


def _sides(happening: Happening, country: CountryCodes) -> _Sides:
    violence = happening.codes["ged"]["type_of_violence"]
    agents, targets = parties(happening, "agents"), parties(happening, "targets")
    if violence == 3:
        doer = first_of(agents, STATE, GROUP) or first_of(agents, NONE)
        name, gw = _side(doer, country)
        return _Sides(a=name, b="Civilians", gw_a=gw, unnamed=doer is None or (gw is None and not doer.named))
    swapped = violence == 1 and first_of(agents, STATE) is None and first_of(targets, STATE) is not None
    here, there = (targets, agents) if swapped else (agents, targets)
    one = (first_of(here, STATE) if violence == 1 else None) or first_of(here, STATE, GROUP)
    others = [party for party in there if one is None or _side(party, country) != _side(one, country)]
    two = first_of(others, STATE, GROUP)  # no one fights himself: what has the same name is the same side
    (name_a, gw_a), (name_b, gw_b) = _side(one, country), _side(two, country)
    unnamed = any(gw is None and (party is None or not party.named) for party, gw in ((one, gw_a), (two, gw_b)))
    return _Sides(a=name_a, b=name_b, gw_a=gw_a, gw_b=gw_b, swapped=swapped, unnamed=unnamed)


def _side(party: Party | None, country: CountryCodes) -> tuple[str, int | None]:
    """Return what UCDP would call a side, and the number of its state."""
    if party is not None and party.kind.side == STATE:
        of = party.country or country
        return f"Government of {of.ged_name}", of.gw
    if party is not None and party.named:
        return party.name, None
    return f"Unidentified armed group ({country.ged_name})", None


# --- deaths --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deaths:
    """Deaths of each side, and all together."""

    a: Estimate
    b: Estimate
    civilians: Estimate
    unknown: Estimate
    total: Estimate


def _deaths(happening: Happening) -> _Deaths:
    """Return the deaths of each side; those of an act that kills by its meaning are one where no figure is told."""
    record = happening.record
    found, zero = losses(record), Estimate()
    one_sided = (happening.codes.get("ged") or {}).get("type_of_violence") == 3
    unknown, total = found.unknown, found.total
    if killed_untold(record, found) or (found.untold and total.high == 0):
        unknown = total = Estimate(low=1, best=1, high=1)
    if one_sided:
        return _Deaths(a=found.agents, b=zero, civilians=found.targets + found.civilians + unknown, unknown=zero, total=total)
    agents, targets, civilians = found.agents, found.targets, found.civilians
    hit = parties(happening, "targets")
    if first_of(hit, STATE, GROUP) is None and first_of(hit, PEOPLE) is not None:
        targets, civilians = zero, civilians + targets  # the targets' side is no armed side
    country = countries().get((record["place"] or {}).get("country_code") or "")
    swapped = country is not None and bool(happening.codes.get("ged")) and _sides(happening, country).swapped
    a, b = (targets, agents) if swapped else (agents, targets)
    return _Deaths(a=a, b=b, civilians=civilians, unknown=unknown, total=total)
