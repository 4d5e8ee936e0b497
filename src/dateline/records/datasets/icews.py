"""ICEWS rows: 20 columns, by the rules of ``icews.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

from dateline import knowledge
from dateline.model import EventType, PlacePrecision
from dateline.records.datasets.columns import open_table
from dateline.records.datasets.crosswalk import days_of
from dateline.records.datasets.happenings import number_of
from dateline.records.datasets.parties import pairs, parties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dateline.records.datasets.happenings import Happening
    from dateline.records.datasets.parties import Party

_MUTUAL = {EventType.TALKS, EventType.AGREEMENT}
"""Types that two sides do together, and that ICEWS has once in each direction."""
_TOWN = {PlacePrecision.POINT, PlacePrecision.TOWN, PlacePrecision.NEAR}


@cache
def _labels() -> Mapping[str, str]:
    data = tomllib.loads((knowledge.CODEBOOKS / "cameo.toml").read_text(encoding="utf-8"))
    return {row["code"]: row["label"] for row in data["codes"]}


def rows(happening: Happening) -> list[list[Any]]:
    """Return a row for each pair of an agent and a target; both ways where both do the same."""
    record, days = happening.record, days_of(happening)
    assert days is not None
    code, place, report = str(happening.codes["cameo"]), record["place"] or {}, happening.reports[0]
    both = pairs(parties(happening, "agents"), parties(happening, "targets"))
    if record["type"] in _MUTUAL:
        both += [(target, agent) for agent, target in both if agent is not None and target is not None]
    sentence = next((m.sentence for m in happening.mentions if m.report.id == report.id and m.sentence is not None), 0)
    found = []
    for number, (source, target) in enumerate(both):
        row = [
            number_of(happening.id, number),
            days.first.isoformat(),
            *_actor(source),
            _labels().get(code, code),
            code,
            happening.codes.get("goldstein"),
            *_actor(target),
            number_of(report.id),
            sentence + 1,
            report.publisher or "",
            (place.get("name") or "") if place.get("precision") in _TOWN else "",
            place.get("admin2") or "",
            place.get("admin1") or "",
            place.get("country") or "",
            place.get("lat"),
            place.get("lon"),
        ]
        assert len(row) == len(open_table("icews").columns)
        found.append(row)
    return found


def _actor(party: Party | None) -> list[str]:
    """Return name, sectors and country of an actor."""
    if party is None:
        return ["", "", ""]
    return [party.name, party.kind.icews, party.own_country.name if party.own_country else ""]
