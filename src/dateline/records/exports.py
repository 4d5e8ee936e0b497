"""Writes events as records: one plain dictionary an event, and a streaming writer for each format.

The record is described field by field in docs/data.md; ``SCHEMA`` is the same in code, and a test compares the two. A writer
takes one record at a time and keeps no more than one batch, so that a run of any length needs the same memory.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from dateline.errors import MissingExtraError
from dateline.model import TollKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dateline.model import Article, Attribution, CoderInfo, Event, Evidence, Incident, Thing, Toll, When, Where, Who
    from dateline.records.codebooks import Codebook
    from dateline.records.outputs import Sink

    SpansOf = Callable[[Iterable[Evidence]], list[dict[str, Any]]]

Record = dict[str, Any]
CodeColumn = tuple[str, str | None]

SUFFIXES: Mapping[str, str] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".geojson": "geojson",
    ".parquet": "parquet",
    ".txt": "table",
}
"""File name endings and the format each means when none is named."""

_SPANS = [{"start": "int", "end": "int", "text": "str", "field": "str"}]
_WHO = [{"name": "str", "actor_id": "str", "kind": "str", "country": "str", "spans": _SPANS, "basis": "str"}]
_THING = [{"name": "str", "spans": _SPANS}]

SCHEMA: Mapping[str, Any] = {
    "id": "str",
    "article_id": "str",
    "article": {"id": "str", "title": "str", "publisher": "str", "url": "str", "published": "str", "path": "str"},
    "type": "str",
    "status": "str",
    "anchors": _SPANS,
    "agents": _WHO,
    "targets": _WHO,
    "supporters": _WHO,
    "objects": _THING,
    "instruments": _THING,
    "place": {
        "name": "str",
        "admin2": "str",
        "admin1": "str",
        "country": "str",
        "country_code": "str",
        "lat": "float",
        "lon": "float",
        "geoname_id": "int",
        "precision": "str",
        "uncertainty_km": "float",
        "basis": "str",
        "spans": _SPANS,
        "alternatives": [
            {"name": "str", "country_code": "str", "lat": "float", "lon": "float", "geoname_id": "int", "score": "float"},
        ],
    },
    "time": {"first": "date", "last": "date", "precision": "str", "basis": "str", "partial": "str", "spans": _SPANS},
    "tolls": [
        {
            "kind": "str",
            "low": "int",
            "best": "int",
            "high": "int",
            "who": "str",
            "side": "str",
            "spans": _SPANS,
            "speaker": "str",
        },
    ],
    "claims": [{"speaker": "str", "speaker_kind": "str", "via": ["str"], "cue": "str", "hedges": ["str"], "spans": _SPANS}],
    "certainty": "str",
    "codes": "codes",
    "confidence": "float",
    "coder": {"version": "str", "weights": "str", "packs": "str"},
}
"""The record's shape: a dictionary is an object, a list of one is a list, a word is a plain value that may be null."""


# --- one event to one record ---------------------------------------------------------------------------------------------


def record_of(event: Event, article: Article, info: CoderInfo) -> Record:
    """Return an event as the plain dictionary that is written.

    Args:
        event: The event.
        article: The article it is told in.
        info: What coded it.

    Returns:
        A dictionary of JSON values, every field of docs/data.md present, unknown as None or an empty list. Offsets are
        half-open and count Unicode code points.
    """
    return {
        "id": event.id,
        "article_id": event.article_id,
        "article": {
            "id": article.given_id,
            "title": article.title,
            "publisher": article.source.publisher,
            "url": article.source.url,
            "published": article.published_text or _iso(article.published),
            "path": article.source.path,
        },
        "type": str(event.type),
        "status": str(event.status),
        "anchors": _spans(event.anchors),
        **values_of(event, _spans),
        "coder": {"version": info.version, "weights": info.weights, "packs": info.packs},
    }


def values_of(told: Event | Incident, spans: SpansOf) -> Record:
    """Return the fields that an event's record and an incident's have alike, from ``agents`` to ``confidence``.

    Args:
        told: The event or the incident.
        spans: Turns evidence into the spans of such a record.
    """
    return {
        "agents": [_who(who, spans) for who in told.agents],
        "targets": [_who(who, spans) for who in told.targets],
        "supporters": [_who(who, spans) for who in told.supporters],
        "objects": [_thing(thing, spans) for thing in told.objects],
        "instruments": [_thing(thing, spans) for thing in told.instruments],
        "place": _place(told.place, spans),
        "time": _time(told.time, spans),
        "tolls": [toll_values(toll, spans) for toll in told.tolls],
        "claims": [_claim(attribution, spans) for attribution in told.claims],
        "certainty": str(told.certainty),
        "codes": {name: dict(code) if isinstance(code, Mapping) else code for name, code in told.codes.items()},
        "confidence": round(told.confidence, 4),
    }


def _spans(evidence: Iterable[Evidence]) -> list[Record]:
    return [
        {"start": each.span.start, "end": each.span.end, "text": each.quote}
        | ({"field": "title"} if each.span.field == "title" else {})
        for each in evidence
    ]


def _who(who: Who, spans: SpansOf) -> Record:
    return {
        "name": who.name,
        "actor_id": who.actor_id,
        "kind": str(who.kind),
        "country": who.country,
        "spans": spans(who.evidence),
        "basis": who.basis,
    }


def _thing(thing: Thing, spans: SpansOf) -> Record:
    return {"name": thing.name, "spans": spans(thing.evidence)}


def _place(place: Where | None, spans: SpansOf) -> Record | None:
    if place is None:
        return None
    return {
        "name": place.name,
        "admin2": place.admin2,
        "admin1": place.admin1,
        "country": place.country,
        "country_code": place.country_code,
        "lat": place.lat,
        "lon": place.lon,
        "geoname_id": place.geoname_id,
        "precision": str(place.precision),
        "uncertainty_km": place.uncertainty_km,
        "basis": place.basis,
        "spans": spans(place.evidence),
        "alternatives": [
            {
                "name": other.name,
                "country_code": other.country_code,
                "lat": other.lat,
                "lon": other.lon,
                "geoname_id": other.geoname_id,
                "score": round(other.score, 4),
            }
            for other in place.alternatives
        ],
    }


def _time(time: When | None, spans: SpansOf) -> Record | None:
    if time is None:
        return None
    return {
        "first": _iso(time.first),
        "last": _iso(time.last),
        "precision": str(time.precision),
        "basis": str(time.basis),
        "partial": time.partial,
        "spans": spans(time.evidence),
    }


def toll_values(toll: Toll, spans: SpansOf) -> Record:
    """Return a toll as it stands in a record."""
    return {
        "kind": str(toll.kind),
        "low": toll.low,
        "best": toll.best,
        "high": toll.high,
        "who": toll.who,
        "side": str(toll.side),
        "spans": spans(toll.evidence),
        "speaker": toll.speaker,
    }


def _claim(attribution: Attribution, spans: SpansOf) -> Record:
    return {
        "speaker": attribution.speaker,
        "speaker_kind": str(attribution.speaker_kind),
        "via": list(attribution.via),
        "cue": attribution.cue,
        "hedges": list(attribution.hedges),
        "spans": spans(attribution.evidence),
    }


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- writers -------------------------------------------------------------------------------------------------------------


class Writer(ABC):
    """Takes records one by one; ``close`` ends the file so that it can be read. Also a context manager.

    After an error nothing is ended, since the file is thrown away; after Ctrl-C it is, since it is kept.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    @abstractmethod
    def write(self, record: Record) -> None:
        """Write one record."""

    def flush(self) -> None:
        """Pass on what is written so far, where the format allows."""
        self._sink.flush()

    def close(self) -> None:
        """Write what the format needs at its end."""
        self._sink.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.close()


class JsonlWriter(Writer):
    """One JSON object a line."""

    def write(self, record: Record) -> None:
        """Write one record."""
        self._sink.write(json_bytes(record) + b"\n")


class GeojsonWriter(Writer):
    """A GeoJSON FeatureCollection (RFC 7946), one feature a line; ``geometry`` is null where no point is known."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._count = 0

    def write(self, record: Record) -> None:
        """Write one record as a feature whose properties are the record."""
        place = record["place"] or {}
        known = place.get("lat") is not None and place.get("lon") is not None
        geometry = {"type": "Point", "coordinates": [place["lon"], place["lat"]]} if known else None
        feature = {"type": "Feature", "id": record["id"], "geometry": geometry, "properties": record}
        self._sink.write((b",\n" if self._count else self._opening()) + json_bytes(feature))
        self._count += 1

    def close(self) -> None:
        """Close the collection."""
        self._sink.write((b"\n" if self._count else self._opening()) + b"]}\n")
        super().close()

    @staticmethod
    def _opening() -> bytes:
        return b'{"type":"FeatureCollection","features":[\n'


class CsvWriter(Writer):
    """A flat table in UTF-8, RFC 4180; the columns are ``csv_columns``, several names in a cell are joined by ``; ``."""

    def __init__(self, sink: Sink, codes: Sequence[CodeColumn]) -> None:
        super().__init__(sink)
        self._codes = codes
        self._write_row(csv_columns(codes))

    def write(self, record: Record) -> None:
        """Write one record as a row."""
        cells = [read(record) for read in _COLUMNS.values()]
        self._write_row(cells + [_code_cell(record["codes"].get(name), field) for name, field in self._codes])

    def _write_row(self, cells: Iterable[Any]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
        self._sink.write(line.getvalue().encode("utf-8", "replace"))


class ParquetWriter(Writer):
    """Parquet with the nested record; ``codes`` is a map from codebook to its codes as JSON text. Needs pyarrow.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """

    _BATCH = 1000

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        try:
            import pyarrow as pa  # noqa: PLC0415 - optional and heavy
            import pyarrow.parquet as pq  # noqa: PLC0415
        except ImportError as error:
            raise MissingExtraError(
                "writing parquet needs pyarrow; install it with: pip install 'dateline[parquet]'"
            ) from error
        self._schema = pa.schema([pa.field(name, _arrow_type(pa, shape)) for name, shape in SCHEMA.items()])
        self._pa = pa
        self._file = pq.ParquetWriter(sink, self._schema, compression="zstd")
        self._batch: list[Record] = []

    def write(self, record: Record) -> None:
        """Take one record; batches are written when full."""
        self._batch.append(_arrow_value(record, SCHEMA))
        if len(self._batch) == self._BATCH:
            self._write_batch()

    def close(self) -> None:
        """Write the last batch and the file's footer."""
        self._write_batch()
        self._file.close()
        super().close()

    def _write_batch(self) -> None:
        if self._batch:
            self._file.write_table(self._pa.Table.from_pylist(self._batch, schema=self._schema))
            self._batch.clear()


def open_writer(form: str, sink: Sink, codes: Sequence[CodeColumn] = ()) -> Writer:
    """Return the writer of a format.

    Args:
        form: ``jsonl``, ``csv``, ``geojson`` or ``parquet``.
        sink: Where to write.
        codes: The columns of codes that a CSV file has, as ``code_columns`` gives them.

    Raises:
        MissingExtraError: The format needs a library that is not installed.
    """
    if form == "csv":
        return CsvWriter(sink, codes)
    writers: Mapping[str, Callable[[Sink], Writer]] = {
        "jsonl": JsonlWriter,
        "geojson": GeojsonWriter,
        "parquet": ParquetWriter,
    }
    return writers[form](sink)


def json_bytes(value: object) -> bytes:
    r"""Return a value as one line of JSON in UTF-8.

    Characters at which some readers break lines (U+0085, U+2028, U+2029) and lone surrogates are written as ``\uXXXX``.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[\x85\u2028\u2029\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text).encode()


# --- CSV -----------------------------------------------------------------------------------------------------------------


def code_columns(codebooks: Iterable[Codebook]) -> list[CodeColumn]:
    """Return the CSV columns of codebooks: a name in the record's ``codes``, and a field where the code is a table."""
    columns: list[CodeColumn] = []
    for codebook in codebooks:
        fields = [name for name in codebook.fields if name not in codebook.companions]
        columns += [(codebook.name, None)] if codebook.plain else [(codebook.name, name) for name in fields]
        columns += [(name, None) for name in codebook.companions]
    return columns


def csv_columns(codes: Sequence[CodeColumn]) -> list[str]:
    """Return the names of the CSV columns: the fixed ones, then ``CODEBOOK`` or ``CODEBOOK_FIELD`` for each code."""
    return [*_COLUMNS, *(f"{name}_{field}" if field else name for name, field in codes)]


def toll_text(toll: Mapping[str, Any]) -> str:
    """Return a toll in words: ``killed 58``, ``wounded 12+``, ``killed 10-20``, with who was counted and who says so.

    Args:
        toll: An entry of the record's ``tolls``.
    """
    low, best, high = toll["low"], toll["best"], toll["high"]
    if low is not None and high is not None and low != high:
        figure = f" {low}-{high}"
    elif low is not None and high is None:
        figure = f" {low}+"
    elif best is not None:
        figure = f" {best}"
    elif high is not None:
        figure = f" up to {high}"
    else:
        figure = ", number not told"
    speaker = f" (says {toll['speaker']})" if toll["speaker"] else ""
    return f"{toll['kind']}{figure}" + (f" {toll['who']}" if toll["who"] else "") + speaker


def _joined(field: str, key: str) -> Callable[[Record], str]:
    def read(record: Record) -> str:
        values: list[str] = [each[key] or "" for each in record[field]]
        return "; ".join(values) if any(values) else ""

    return read


def _inside(field: str, key: str) -> Callable[[Record], Any]:
    return lambda record: (record[field] or {}).get(key)


def _first_toll(kind: str, key: str) -> Callable[[Record], Any]:
    return lambda record: next((toll[key] for toll in record["tolls"] if toll["kind"] == kind), None)


def _listed(field: str, key: str) -> Callable[[Record], str]:
    return lambda record: "; ".join(dict.fromkeys(word for each in record[field] for word in each[key]))


def _party_columns(field: str, prefix: str) -> dict[str, Callable[[Record], Any]]:
    return {
        field: _joined(field, "name"),
        f"{prefix}_ids": _joined(field, "actor_id"),
        f"{prefix}_kinds": _joined(field, "kind"),
        f"{prefix}_countries": _joined(field, "country"),
    }


_COLUMNS: Mapping[str, Callable[[Record], Any]] = {
    "id": lambda record: record["id"],
    "article_id": lambda record: record["article_id"],
    "report_id": _inside("article", "id"),
    "title": _inside("article", "title"),
    "publisher": _inside("article", "publisher"),
    "url": _inside("article", "url"),
    "published": _inside("article", "published"),
    "path": _inside("article", "path"),
    "type": lambda record: record["type"],
    "status": lambda record: record["status"],
    "certainty": lambda record: record["certainty"],
    "confidence": lambda record: record["confidence"],
    "anchors": _joined("anchors", "text"),
    **_party_columns("agents", "agent"),
    **_party_columns("targets", "target"),
    **_party_columns("supporters", "supporter"),
    "objects": _joined("objects", "name"),
    "instruments": _joined("instruments", "name"),
    "place": _inside("place", "name"),
    "admin2": _inside("place", "admin2"),
    "admin1": _inside("place", "admin1"),
    "country": _inside("place", "country"),
    "country_code": _inside("place", "country_code"),
    "lat": _inside("place", "lat"),
    "lon": _inside("place", "lon"),
    "geoname_id": _inside("place", "geoname_id"),
    "place_precision": _inside("place", "precision"),
    "place_uncertainty_km": _inside("place", "uncertainty_km"),
    "place_basis": _inside("place", "basis"),
    "first_day": _inside("time", "first"),
    "last_day": _inside("time", "last"),
    "time_precision": _inside("time", "precision"),
    "time_basis": _inside("time", "basis"),
    "time_partial": _inside("time", "partial"),
    **{
        f"{kind}_{key}": _first_toll(kind, key)
        for kind in (TollKind.KILLED, TollKind.WOUNDED)
        for key in ("low", "best", "high")
    },
    "tolls": lambda record: "; ".join(map(toll_text, record["tolls"])),
    "speakers": _joined("claims", "speaker"),
    "via": _listed("claims", "via"),
    "hedges": _listed("claims", "hedges"),
    "coder": lambda record: " ".join(record["coder"].values()),
}


def _code_cell(code: Any, field: str | None) -> Any:
    return code.get(field) if field and isinstance(code, Mapping) else code


def _cell(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula: text that starts like one gets an apostrophe before it.

    Source of the rule: OWASP, "CSV Injection".
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


# --- Parquet -------------------------------------------------------------------------------------------------------------


def _arrow_type(pa: Any, shape: Any) -> Any:
    if isinstance(shape, Mapping):
        return pa.struct([pa.field(name, _arrow_type(pa, inner)) for name, inner in shape.items()])
    if isinstance(shape, list):
        return pa.list_(_arrow_type(pa, shape[0]))
    plain = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "date": pa.date32()}
    return plain[shape] if shape in plain else pa.map_(pa.string(), pa.string())


def _arrow_value(value: Any, shape: Any) -> Any:
    if value is None:
        return None
    if isinstance(shape, Mapping):
        return {name: _arrow_value(value.get(name), inner) for name, inner in shape.items()}
    if isinstance(shape, list):
        return [_arrow_value(each, shape[0]) for each in value]
    return _ARROW_VALUES[shape](value) if shape in _ARROW_VALUES else value


_ARROW_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "date": dt.date.fromisoformat,
    "codes": lambda codes: [(name, None if code is None else json_bytes(code).decode()) for name, code in codes.items()],
    "str": lambda text: text.encode("utf-8", "replace").decode(),
}
