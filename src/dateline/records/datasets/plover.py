"""PLOVER records (JSON) and POLECAT rows (40 columns), by the rules of ``plover.toml`` and ``polecat.toml``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from dateline.model import Certainty, PlacePrecision, TollKind
from dateline.records.datasets.columns import open_table
from dateline.records.datasets.crosswalk import FEATURE, PLOVER_PLACE, countries, days_of
from dateline.records.datasets.deaths import losses
from dateline.records.datasets.parties import joined, parties

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from dateline.records.datasets.happenings import Happening, Reference
    from dateline.records.datasets.parties import Party

QUADS = ("VERBAL COOPERATION", "MATERIAL COOPERATION", "VERBAL CONFLICT", "MATERIAL CONFLICT")
_QUAD: Mapping[str, int] = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), 1),
    **dict.fromkeys(("COOPERATE", "AID", "RETREAT"), 2),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), 3),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), 4),
}
_SCORES: Mapping[str, float] = {
    "AGREE": 2.5,
    "CONSULT": 2.5,
    "SUPPORT": 5,
    "CONCEDE": 4.5,
    "COOPERATE": 9.5,
    "AID": 10,
    "RETREAT": 6.5,
    "REQUEST": 0,
    "ACCUSE": -3,
    "REJECT": -2,
    "THREATEN": -3.5,
    "PROTEST": -5,
    "SANCTION": -6,
    "MOBILIZE": -5.5,
    "COERCE": -7,
    "ASSAULT": -9,
}
_MODE_SCORES: Mapping[tuple[str, str], float] = {
    **{("CONSULT", mode): score for mode, score in {"visit": 4, "third-party": 1, "multilateral": 4, "phone": 1.5}.items()},
    **{("RETREAT", mode): score for mode, score in {"withdraw": 8, "disarm": 10, "ceasefire": 7.5, "resign": 4.5}.items()},
    **{("REQUEST", mode): score for mode, score in {"assist": 0.5, "change": -1, "yield": -1}.items()},
    **{("ACCUSE", mode): score for mode, score in {"disapprove": -2, "investigate": -3.5, "allege": -3.5}.items()},
    ("REJECT", "assist"): -1.5,
    ("THREATEN", "restrict"): -3,
    ("THREATEN", "territory"): -4,
    **{("PROTEST", mode): score for mode, score in {"riot": -7, "hunger": -4.5, "boycott": -4.5, "obstruct": -4.5}.items()},
    ("SANCTION", "expel"): -5.5,
    **{("MOBILIZE", mode): score for mode, score in {"troops": -6.5, "weapons": -6.5, "militia": -6}.items()},
    **{
        ("COERCE", mode): score
        for mode, score in {"censor": -6.5, "curfew": -6.5, "misinformation": -6.5, "martial-law": -7.5}.items()
    },
    **dict.fromkeys((("ASSAULT", mode) for mode in ("abduct", "torture", "sexual", "destroy")), -8.5),
    **dict.fromkeys((("ASSAULT", mode) for mode in ("targeted", "suicide-attack", "aerial", "drone", "heavy-weapons")), -9.5),
    **dict.fromkeys((("ASSAULT", mode) for mode in ("beat", "crowd-control")), -7.5),
    ("ASSAULT", "primitive"): -8,
    ("ASSAULT", "unconventional"): -10,
}
_TOWN = {PlacePrecision.POINT, PlacePrecision.TOWN, PlacePrecision.NEAR}
_FEATURE_CLASS = {"P": "P", "A": "A", "R": "L"}


def refuse(happening: Happening) -> str | None:
    """Return why it makes no record, or None."""
    code = happening.code("plover", "event")
    if code is None or code["event"] not in _QUAD:
        return "no_code"
    return "no_day" if days_of(happening) is None else None


def score(event: str, mode: str | None) -> float:
    """Return PLOVER's score (-10 to 10) of a mode, or of the type where the mode has none of its own."""
    return _MODE_SCORES.get((event, mode or ""), _SCORES[event])


def sector(party: Party | None, day: dt.date, reference: Reference) -> str:
    """Return the sector of a party: the registry's, else that of its kind; UAF for armed parties that no one names."""
    if party is None:
        return "UNK"
    known = reference.actor(party.actor_id, day) if party.actor_id else None
    told = str(known[1].get("plover") or "") if known else ""
    if told in _sectors():
        return told
    return "UAF" if not party.named and party.kind.plover in {"REB", "PRM"} else party.kind.plover


@cache
def _sectors() -> frozenset[str]:
    column = next(column for column in open_table("polecat").columns if column.name == "Primary Actor Sector")
    return frozenset(str(value) for value in column.values or ())


# --- POLECAT -------------------------------------------------------------------------------------------------------------


def rows(happening: Happening, reference: Reference) -> list[list[Any]]:
    """Return the POLECAT row of a happening."""
    record, days, code = happening.record, days_of(happening), happening.codes["plover"]
    assert days is not None
    place, reports = record["place"] or {}, happening.reports
    country = countries().get(place.get("country_code") or "")
    agents, targets = parties(happening, "agents"), parties(happening, "targets")
    town = place.get("name") if place.get("precision") in _TOWN else None
    name = joined([place.get("name"), place.get("admin1"), place.get("country")]).replace("; ", ", ")
    actors = [*agents, *targets, *parties(happening, "supporters")]
    row = [
        happening.id,
        days.first.isoformat(),
        code["event"],
        code.get("mode") or "",
        score(code["event"], code.get("mode")),
        QUADS[_QUAD[code["event"]] - 1],
        "",
        *_side(agents, days.first, reference, always=True),
        *_side(targets, days.first, reference, always=False),
        name,
        town or "",
        place.get("admin2") or "",
        place.get("admin1") or "",
        country.plover if country else "",
        place.get("lat"),
        place.get("lon"),
        place.get("geoname_id"),
        joined([span["text"] for span in place.get("spans") or [] if span.get("text")]),
        FEATURE.get(place.get("precision") or "", ""),
        joined([report.publisher for report in reports]),
        next((report.day for report in reports if report.day), ""),
        "",
        joined([party.name for party in actors if party.named]),
        name,
        next((report.language for report in reports if report.language), ""),
        f"dateline {happening.version}".strip(),
    ]
    assert len(row) == len(open_table("polecat").columns)
    return [row]


def _side(found: Sequence[Party], day: dt.date, reference: Reference, *, always: bool) -> list[str]:
    """Return the eight columns of one side; where no one is named and the side must have one, it is UNK."""
    sectors = [sector(party, day, reference) for party in found] or (["UNK"] if always else [])
    own = [party.own_country for party in found if party.own_country]
    return [
        joined([party.name for party in found]),
        joined([country.plover for country in own]),
        joined([country.cow for country in own]),
        sectors[0] if sectors else "",
        joined(sectors),
        "",
        joined([party.raw for party in found]),
        "",
    ]


# --- PLOVER --------------------------------------------------------------------------------------------------------------


def records(happening: Happening, reference: Reference) -> list[list[Any]]:
    """Return the fields of the PLOVER record of a happening, in the order of ``plover.toml``; unknown is None."""
    record, days, code = happening.record, days_of(happening), happening.codes["plover"]
    assert days is not None
    mode = code.get("mode")
    agents = [_entity(party, days.first, reference) for party in parties(happening, "agents")]
    anchors = [span["text"] for span in record["anchors"] if span.get("text")]
    fields = [
        happening.id,
        days.first.isoformat(),
        days.last.isoformat() if days.last != days.first else None,
        agents or [{"code": "", "sector": "UNK"}],
        [_entity(party, days.first, reference) for party in parties(happening, "targets")],
        [code["event"]],
        [mode] if mode else [],
        [],
        _QUAD[code["event"]],
        score(code["event"], mode),
        _location(record["place"]),
        joined(anchors),
        _size(happening),
        _text_info(happening),
        _cite_info(happening),
        None if record["certainty"] == Certainty.ASSERTED else record["certainty"],
    ]
    assert len(fields) == len(open_table("plover").columns)
    return [fields]


def _entity(party: Party, day: dt.date, reference: Reference) -> dict[str, Any]:
    found = {
        "code": party.own_country.plover if party.own_country else "",
        "sector": sector(party, day, reference),
        "entity_text": party.name,
        "raw_text": party.raw,
    }
    return found | ({"registry_id": party.actor_id} if party.actor_id else {})


def _location(place: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not place:
        return None
    feature = FEATURE[place["precision"]]
    country = countries().get(place.get("country_code") or "")
    found = {
        "extracted_place": next((span["text"] for span in place.get("spans") or [] if span.get("text")), None),
        "resolved_place": place.get("name"),
        "geonameid": place.get("geoname_id"),
        "lat": place.get("lat"),
        "lon": place.get("lon"),
        "city": place.get("name") if place["precision"] in _TOWN else None,
        "district": place.get("admin2"),
        "province": place.get("admin1"),
        "country": place.get("country"),
        "country_code": country.plover if country else None,
        "feature_class": _FEATURE_CLASS[feature[0]] if feature != "PCLI" else "A",
        "feature_code": feature,
        "resolution": PLOVER_PLACE.get(place["precision"]),
    }
    return {name: value for name, value in found.items() if value is not None}


def _size(happening: Happening) -> dict[str, int]:
    kinds = {"dead": TollKind.KILLED, "injured": TollKind.WOUNDED, "arrested": TollKind.DETAINED}
    told = {name: losses(happening.record, kind).total for name, kind in kinds.items()}
    return {name: total.best for name, total in told.items() if total.high}


def _text_info(happening: Happening) -> list[dict[str, Any]]:
    found = []
    for mention in happening.mentions:
        for number, span in enumerate(mention.record["anchors"]):
            if span.get("field") == "title":
                continue
            sequence = {"sequence": mention.sentence + 1} if number == 0 and mention.sentence is not None else {}
            found.append({"citation": mention.report.id, **sequence, "start": span["start"], "end": span["end"]})
    return found


def _cite_info(happening: Happening) -> list[dict[str, Any]]:
    found = [
        {
            "citation": report.id,
            "url": report.url,
            "title": report.title,
            "language": report.language,
            "publication": report.publisher,
            "date": report.day,
            "coder": "dateline",
            "codebook": "PLOVER 2.0",
            "version": happening.version or None,
        }
        for report in happening.reports
    ]
    return [{name: value for name, value in each.items() if value is not None} for each in found]
