"""GDELT 2.0 rows: events (61 columns) and mentions (16), by the rules of ``gdelt.toml`` and ``gdelt_mentions.toml``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dateline.records.datasets.columns import open_table
from dateline.records.datasets.crosswalk import countries, days_of, division_code, gdelt_place
from dateline.records.datasets.happenings import number_of
from dateline.records.datasets.parties import joined, pairs, parties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.records.datasets.happenings import Happening, Mention, Reference, Report
    from dateline.records.datasets.parties import Party

_NO_GEO = ["", "", "", "", "", "", "", ""]
_TYPES = {"MIL", "COP", "GOV", "REB", "UAF", "CRM", "CVL", "OPP", "MED", "NGO", "IGO", "PTY", "JUD", "SPY", "PAR"}
_TEXT, _TITLE = "text", "title"


def refuse(happening: Happening) -> str | None:
    """Return why it makes no row, or None."""
    if not happening.codes.get("cameo"):
        return "no_code"
    return "no_day" if days_of(happening) is None else None


def rows(happening: Happening, reference: Reference) -> list[list[Any]]:
    """Return a row for each pair of an agent and a target."""
    record, days = happening.record, days_of(happening)
    assert days is not None
    day, code = days.first, str(happening.codes["cameo"])
    reports = happening.reports
    year_part = (day.month * 30 + day.day) / 365
    place = _geo(happening)
    mentions = [mention for mention in happening.mentions if mention.report in reports] or list(happening.mentions)
    named = [len(mention.record["anchors"]) for mention in mentions]
    found = []
    for number, (agent, target) in enumerate(pairs(parties(happening, "agents"), parties(happening, "targets"))):
        row = [
            number_of(happening.id, number),
            int(f"{day:%Y%m%d}"),
            int(f"{day:%Y%m}"),
            day.year,
            round(day.year + year_part, 4),
            *_actor(agent, days.first, reference),
            *_actor(target, days.first, reference),
            int(any(_opens(mention) for mention in mentions)),
            code,
            code[:3],
            code[:2],
            happening.codes.get("quad_class"),
            happening.codes.get("goldstein"),
            max(1, sum(named)),
            len({report.publisher or report.id for report in reports}),
            len(reports),
            "",
            *_NO_GEO,
            *_NO_GEO,
            *place,
            _moment(happening.added),
            reports[0].url or reports[0].id,
        ]
        assert len(row) == len(open_table("gdelt").columns), record["id"]
        found.append(row)
    return found


def mention_rows(happening: Happening) -> list[list[Any]]:
    """Return a row for each pair of actors and each report that tells of it; copies of a report included."""
    found = []
    every = pairs(parties(happening, "agents"), parties(happening, "targets"))
    reports: dict[str, Mention] = {}
    for mention in happening.mentions:
        reports.setdefault(mention.report.id, mention)
    for number in range(len(every)):
        agent, target = every[number]
        for mention in reports.values():
            report = mention.report
            row = [
                number_of(happening.id, number),
                _moment(happening.added),
                _moment(report.added),
                1 if report.url else 2,
                report.publisher or _host(report),
                report.url or report.id,
                (mention.sentence or 0) + 1,
                _offset(mention, "agents", agent),
                _offset(mention, "targets", target),
                _first_start(mention.record["anchors"]),
                1,
                round(100 * (mention.record["confidence"] or 0)),
                report.length,
                "",
                "",
                "",
            ]
            assert len(row) == len(open_table("gdelt_mentions").columns)
            found.append(row)
    return found


def _actor(party: Party | None, day: dt.date, reference: Reference) -> list[str]:
    """Return the ten columns of an actor."""
    if party is None:
        return [""] * 10
    known = reference.actor(party.actor_id, day) if party.actor_id else None
    code = str(known[1].get("cameo") or "") if known else ""
    role = party.kind.cameo
    country = party.own_country.cameo if party.own_country else ""
    group = ""
    if code and not code.startswith(country or " "):
        group = code[:3] if code[:3] not in _TYPES and code[:3] not in countries() else ""
    full = code or f"{country}{role}"
    return [full, party.name.upper(), country, group, "", "", "", role if role in _TYPES else "", "", ""]


def _geo(happening: Happening) -> list[Any]:
    """Return the eight columns of the place of the action."""
    place = happening.record["place"]
    kind = gdelt_place(place)
    country = countries().get(place["country_code"]) if kind else None
    if country is None:
        return [0, "", "", "", "", "", "", ""]
    name = place["name"] if kind != 1 else None
    full = joined([name, place.get("admin1") if kind != 1 else None, country.name]).replace("; ", ", ")
    division = division_code(country, place.get("admin1") if kind != 1 else None)
    feature = f"GN{place['geoname_id']}" if place.get("geoname_id") else ""
    return [kind, full, country.fips, division, "", place["lat"], place["lon"], feature]


def _opens(mention: Mention) -> bool:
    """Say whether a report names the event in its title or its first paragraph."""
    return any(span.get("field") == _TITLE or span["start"] < mention.report.opening for span in mention.record["anchors"])


def _offset(mention: Mention, role: str, party: Party | None) -> int:
    if party is None:
        return -1
    same = [raw for raw in mention.record[role] if raw["name"] == party.name]
    return _first_start(same[0]["spans"]) if same else -1


def _first_start(spans: Sequence[Any]) -> int:
    return next((span["start"] for span in spans or [] if span.get("field", _TEXT) == _TEXT), -1)


def _host(report: Report) -> str:
    return urlsplit(report.url or "").hostname or ""


def _moment(unix: int) -> int:
    return int(dt.datetime.fromtimestamp(unix, dt.UTC).strftime("%Y%m%d%H%M%S"))
