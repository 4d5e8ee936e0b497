"""Incidents as records, and records of events back to events; the columns of a CSV file of incidents.

docs/incidents.md describes every field. A span of an incident names its article (``article_id``), since its words come from
several.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any

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
from dateline.records.exports import Record, Writer, open_writer, toll_text, toll_values, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dateline.model import Aggregate, Dispute, Incident, Saying
    from dateline.records.outputs import Sink


# --- an event's record back to the event ---------------------------------------------------------------------------------


def event_of(record: Mapping[str, Any], reasons: Mapping[str, str] | None = None) -> Event:
    """Return the event that ``record_of`` made a record from.

    Args:
        record: As docs/data.md describes it.
        reasons: How its values were reached, where that is known.
    """
    article_id = record["article_id"]
    return Event(
        id=record["id"],
        article_id=article_id,
        type=EventType(record["type"]),
        status=Status(record["status"]),
        anchors=_evidence(article_id, record["anchors"]),
        agents=_parties(article_id, record["agents"]),
        targets=_parties(article_id, record["targets"]),
        supporters=_parties(article_id, record["supporters"]),
        objects=_things(article_id, record["objects"]),
        instruments=_things(article_id, record["instruments"]),
        place=_where(article_id, record["place"]),
        time=_when(article_id, record["time"]),
        tolls=tuple(_toll(article_id, toll) for toll in record["tolls"]),
        claims=tuple(_attribution(article_id, claim) for claim in record["claims"]),
        certainty=Certainty(record["certainty"]),
        codes=record["codes"],
        confidence=record["confidence"],
        reasons=reasons or {},
    )


def _evidence(article_id: str, spans: Iterable[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            article_id=span.get("article_id") or article_id,
            span=Span(start=span["start"], end=span["end"], field=span.get("field", "text")),
            quote=span["text"],
        )
        for span in spans
    )


def _parties(article_id: str, told: Iterable[Mapping[str, Any]]) -> tuple[Who, ...]:
    return tuple(
        Who(
            name=who["name"],
            actor_id=who["actor_id"],
            kind=ActorKind(who["kind"]),
            country=who["country"],
            basis=who["basis"],
            evidence=_evidence(article_id, who["spans"]),
        )
        for who in told
    )


def _things(article_id: str, told: Iterable[Mapping[str, Any]]) -> tuple[Thing, ...]:
    return tuple(Thing(name=thing["name"], evidence=_evidence(article_id, thing["spans"])) for thing in told)


def _where(article_id: str, place: Mapping[str, Any] | None) -> Where | None:
    if place is None:
        return None
    plain = {name: place[name] for name in ("name", "admin2", "admin1", "country", "country_code", "lat", "lon", "geoname_id")}
    return Where(
        **plain,
        precision=PlacePrecision(place["precision"]),
        uncertainty_km=place["uncertainty_km"],
        basis=place["basis"],
        evidence=_evidence(article_id, place["spans"]),
        alternatives=tuple(Alternative(**other) for other in place["alternatives"]),
    )


def _when(article_id: str, time: Mapping[str, Any] | None) -> When | None:
    if time is None:
        return None
    return When(
        first=dt.date.fromisoformat(time["first"]) if time["first"] else None,
        last=dt.date.fromisoformat(time["last"]) if time["last"] else None,
        precision=TimePrecision(time["precision"]),
        basis=TimeBasis(time["basis"]),
        partial=time["partial"],
        evidence=_evidence(article_id, time["spans"]),
    )


def _toll(article_id: str, toll: Mapping[str, Any]) -> Toll:
    return Toll(
        kind=TollKind(toll["kind"]),
        low=toll["low"],
        best=toll["best"],
        high=toll["high"],
        who=toll["who"],
        side=Side(toll["side"]),
        speaker=toll["speaker"],
        evidence=_evidence(article_id, toll["spans"]),
    )


def _attribution(article_id: str, claim: Mapping[str, Any]) -> Attribution:
    return Attribution(
        speaker=claim["speaker"],
        speaker_kind=SpeakerKind(claim["speaker_kind"]),
        via=tuple(claim["via"]),
        cue=claim["cue"],
        hedges=tuple(claim["hedges"]),
        evidence=_evidence(article_id, claim["spans"]),
    )


# --- an incident to its record -------------------------------------------------------------------------------------------


def incident_record(incident: Incident) -> Record:
    """Return an incident as the plain dictionary that is written, every field of docs/incidents.md present."""
    return {
        "id": incident.id,
        "event_ids": list(incident.event_ids),
        "article_ids": list(incident.article_ids),
        "type": str(incident.type),
        "status": str(incident.status),
        **values_of(incident, _spans),
        "sources": list(incident.sources),
        "disputes": [_dispute(dispute) for dispute in incident.disputes],
        "timeline": [_saying(saying) for saying in incident.timeline],
        "grade": incident.grade,
        "aggregate": _aggregate(incident.aggregate),
        "part_of": list(incident.part_of),
        "reasons": dict(incident.reasons),
    }


def _spans(evidence: Iterable[Evidence]) -> list[Record]:
    return [
        {"article_id": each.article_id, "start": each.span.start, "end": each.span.end, "text": each.quote}
        | ({"field": "title"} if each.span.field == "title" else {})
        for each in evidence
    ]


def _saying(saying: Saying) -> Record:
    told = {
        "value": saying.value,
        "event_id": saying.event_id,
        "article_id": saying.article_id,
        "publisher": saying.publisher,
        "published": saying.published.isoformat() if saying.published else None,
        "speaker": saying.speaker,
        "speaker_kind": str(saying.speaker_kind),
        "spans": _spans(saying.evidence),
    }
    toll = saying.toll
    if toll is None:
        return told
    return told | {
        "kind": str(toll.kind),
        "low": toll.low,
        "best": toll.best,
        "high": toll.high,
        "who": toll.who,
        "side": str(toll.side),
    }


def _dispute(dispute: Dispute) -> Record:
    return {"field": dispute.field, "sayings": [_saying(saying) for saying in dispute.sayings]}


def _aggregate(aggregate: Aggregate | None) -> Record | None:
    if aggregate is None:
        return None
    return {
        "basis": aggregate.basis,
        "tolls": [toll_values(toll, _spans) for toll in aggregate.tolls],
        "parts": list(aggregate.parts),
    }


# --- files ---------------------------------------------------------------------------------------------------------------


def _of(*path: str) -> Callable[[Record], Any]:
    def read(record: Record) -> Any:
        value: Any = record
        for name in path:
            value = None if value is None else value.get(name)
        return value

    return read


def _first_toll(kind: str, bound: str) -> Callable[[Record], Any]:
    return lambda record: next((toll[bound] for toll in record["tolls"] if toll["kind"] == kind), None)


def _joined(name: str) -> Callable[[Record], str]:
    return lambda record: "; ".join(each["name"] if isinstance(each, dict) else each for each in record[name])


COLUMNS: Mapping[str, Callable[[Record], Any]] = {
    "id": _of("id"),
    "type": _of("type"),
    "status": _of("status"),
    "grade": _of("grade"),
    "certainty": _of("certainty"),
    "first_day": _of("time", "first"),
    "last_day": _of("time", "last"),
    "time_precision": _of("time", "precision"),
    "place": _of("place", "name"),
    "admin2": _of("place", "admin2"),
    "admin1": _of("place", "admin1"),
    "country": _of("place", "country"),
    "country_code": _of("place", "country_code"),
    "lat": _of("place", "lat"),
    "lon": _of("place", "lon"),
    "place_precision": _of("place", "precision"),
    "uncertainty_km": _of("place", "uncertainty_km"),
    "agents": _joined("agents"),
    "targets": _joined("targets"),
    **{f"{kind}_{bound}": _first_toll(kind, bound) for kind in ("killed", "wounded") for bound in ("low", "best", "high")},
    "tolls": lambda record: "; ".join(map(toll_text, record["tolls"])),
    "sources": _joined("sources"),
    "source_count": lambda record: len(record["sources"]),
    "article_count": lambda record: len(record["article_ids"]),
    "event_count": lambda record: len(record["event_ids"]),
    "disputes": lambda record: "; ".join(
        f"{each['field']}: {' / '.join(dict.fromkeys(saying['value'] for saying in each['sayings']))}"
        for each in record["disputes"]
    ),
    "aggregate": _of("aggregate", "basis"),
    "part_of": _joined("part_of"),
    "confidence": _of("confidence"),
    "revision": _of("revision"),
}
"""Columns of a CSV file of incidents, and what each is read from."""


class IncidentCsvWriter(Writer):
    """A flat table in UTF-8, RFC 4180; several values in a cell are joined by ``; ``."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._row(list(COLUMNS))

    def write(self, record: Record) -> None:
        """Write one record as a row."""
        self._row([read(record) for read in COLUMNS.values()])

    def _row(self, cells: Sequence[Any]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(["" if cell is None else cell for cell in cells])
        self._sink.write(line.getvalue().encode("utf-8", "replace"))


def open_incident_writer(form: str, sink: Sink) -> Writer:
    """Return the writer of incidents of a format: ``jsonl``, ``csv`` or ``geojson``."""
    return IncidentCsvWriter(sink) if form == "csv" else open_writer(form, sink)
