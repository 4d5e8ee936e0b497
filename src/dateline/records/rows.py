"""Turns articles, events, claims and incidents into rows of the tables; finds the key by which a document is known again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import re
import zlib
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dateline.model import Account, Dropped, Failure, RawDocument, TollKind
from dateline.records.exports import json_bytes, record_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dateline.model import Article, CoderInfo, Event
    from dateline.records.exports import Record

Row = dict[str, Any]

_LARGEST = 2**63 - 1
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


LARGEST_KEPT = 5_000_000
"""Bytes up to which a document that failed is kept for another try; a larger one is read again where it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document and what came of it.

    Attributes:
        key: As ``document_key`` gives it; None for what never became a document (a file that is not there).
        document: The document, kept where it failed; None where there is none.
        outcome: What came of it.
        source: The feed or list that named it, or None.
    """

    key: str | None
    outcome: Account | Dropped | Failure
    document: RawDocument | None = None
    source: str | None = None


def document_key(document: RawDocument) -> str:
    """Return the key by which a document is known again, wherever it lies: a hash of all that came with it but its name."""
    digest = hashlib.sha256(document.data)
    for field in dataclasses.fields(document):
        if field.name not in {"name", "data"} and (value := getattr(document, field.name)) is not None:
            digest.update(f"\0{field.name}\0{value!r}".encode("utf-8", "surrogatepass"))
    return f"doc_{digest.hexdigest()[:32]}"


def json_text(value: object) -> str:
    """Return a value as JSON text that every database can hold."""
    return json_bytes(value).decode()


def storable(value: Any) -> Any:
    """Return a value that every database can hold: NUL and lone surrogates become U+FFFD, so that offsets still fit."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return None
    return value


def article_row(article: Article, name: str, run_id: int) -> Row:
    """Return the row of an article.

    Args:
        article: The article.
        name: The document it was read from, as messages name it.
        run_id: The run that read it.
    """
    sentences = [
        [sentence.span.start, sentence.span.end, sentence.paragraph] + (["title"] if sentence.span.field == "title" else [])
        for sentence in article.sentences
    ]
    return _storable(
        id=article.id,
        given_id=article.given_id,
        title=article.title,
        publisher=article.source.publisher,
        url=article.source.url,
        published=article.published_text or (article.published.isoformat() if article.published else None),
        published_day=article.published.isoformat() if article.published else None,
        published_basis=article.published_basis,
        language=article.language,
        name=name,
        path=article.source.path,
        text=article.text,
        text_hash=hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest(),
        sentences=json_text(sentences),
        extra=_extra(article.extra),
        copy_of=None,
        run_id=run_id,
    )


def event_rows(account: Account, info: CoderInfo, run_id: int) -> tuple[list[Row], list[Row]]:
    """Return the rows of an article's events, and those of their claims."""
    index = _SentenceIndex(account.article)
    events, claims, ids = [], [], set()
    for number, event in enumerate(account.events, start=1):
        if event.id in ids:
            continue
        ids.add(event.id)
        record = record_of(event, account.article, info)
        events.append(_event_row(event, record, number, run_id) | {"sentence": index.of(record["anchors"])})
        claims += _claim_rows(record, index)
    return events, claims


def columns_of(record: Mapping[str, Any]) -> Row:
    """Return what an event's record and an incident's have in common, as columns; the tolls are the first of their kind."""
    place, time = record.get("place") or {}, record.get("time") or {}
    row: Row = {
        "type": record["type"],
        "status": record["status"],
        "certainty": record.get("certainty"),
        "confidence": record.get("confidence"),
        "first_day": time.get("first"),
        "last_day": time.get("last"),
        "time_precision": time.get("precision"),
        "place_name": place.get("name"),
        "place_precision": place.get("precision"),
        "agents": _names(record.get("agents")),
        "targets": _names(record.get("targets")),
    }
    row |= {name: place.get(name) for name in ("admin2", "admin1", "country", "country_code", "lat", "lon", "uncertainty_km")}
    for kind in (TollKind.KILLED, TollKind.WOUNDED):
        toll: Mapping[str, Any] = next((toll for toll in record.get("tolls") or () if toll["kind"] == kind), {})
        row |= {f"{kind}_{bound}": toll.get(bound) for bound in ("low", "best", "high")}
    return row


def incident_row(record: Mapping[str, Any], revision: int) -> Row:
    """Return the row of an incident.

    Args:
        record: ``id``, ``type``, ``status``, ``event_ids``, and what else is known of it, in the form of an event's record.
        revision: The number of this state of it, from 1.
    """
    return _storable(
        **columns_of(record),
        id=record["id"],
        revision=revision,
        grade=record.get("grade"),
        events=len(record["event_ids"]),
        articles=len(record.get("article_ids") or ()),
        sources=len(record.get("sources") or ()),
        split_from=record.get("split_from"),
        record=json_text({**record, "revision": revision}),
    )


def kept_document(document: RawDocument) -> str:
    """Return what is known of a document besides its name and its bytes, as JSON."""
    known = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
    return json_text({name: value for name, value in known.items() if name not in {"name", "data"} and value is not None})


def document_of(name: str, known: str, data: bytes) -> RawDocument:
    """Return the document that ``kept_document`` was made from."""
    return RawDocument(name=name, data=data, **json.loads(known))


def now() -> str:
    """Return this moment in ISO 8601, UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def article_id_of(entry: Entry) -> str | None:
    """Return the id of the article that came of a document, or None."""
    return entry.outcome.article.id if isinstance(entry.outcome, Account) else None


def name_of(entry: Entry) -> str:
    """Return the name of a document, as messages name it."""
    if entry.document is not None:
        return entry.document.name
    return "" if isinstance(entry.outcome, Account) else entry.outcome.name


def name_key(name: str) -> str | None:
    """Return the key of a failure that never became a document."""
    return f"name_{name}" if name else None


def item_row(entry: Entry, run_id: int) -> Row:
    """Return the row that says that a document has been seen."""
    outcome = entry.outcome
    kinds = {Account: "coded", Dropped: "dropped", Failure: "failed"}
    problem = None if isinstance(outcome, Account) else outcome
    url = outcome.article.source.url if isinstance(outcome, Account) else entry.document.url if entry.document else None
    row = {
        "key": entry.key,
        "name": name_of(entry),
        "url": url,
        "source": entry.source,
        "outcome": kinds[type(outcome)],
        "reason": problem.reason if problem else None,
        "message": problem.message if problem else None,
        "article_id": article_id_of(entry),
        "seen_at": now(),
        "run_id": run_id,
    }
    return {name: storable(value) for name, value in row.items()}


def not_storable(entry: Entry, error: Exception) -> Entry:
    """Return the entry as a failure, its document kept: what came of it is more than the database can hold."""
    name = name_of(entry) or article_id_of(entry) or "-"
    message = f"{name}: what came of it cannot be kept ({' '.join(str(error).split())}); please report it with this document"
    return replace(entry, outcome=Failure(name=name, stage="write", reason="not_storable", message=message))


def failure_row(entry: Entry, failure: Failure, run_id: int) -> Row:
    """Return the row of a failure, with its document where that is not too large."""
    document = entry.document
    kept = document is not None and len(document.data) <= LARGEST_KEPT
    row = {
        "key": entry.key or name_key(failure.name),
        "name": failure.name,
        "stage": failure.stage,
        "reason": failure.reason,
        "message": failure.message,
        "tries": 1,
        "failed_at": now(),
        "document": kept_document(document) if document is not None else None,
        "run_id": run_id,
    }
    content = zlib.compress(document.data) if document is not None and kept else None
    return {name: storable(value) for name, value in row.items()} | {"content": content}


# --- inside --------------------------------------------------------------------------------------------------------------


def _storable(**row: Any) -> Row:
    return {name: storable(value) for name, value in row.items()}


def _extra(extra: Mapping[str, Any]) -> str | None:
    if not extra:
        return None
    try:
        return json_text(dict(extra))
    except (TypeError, ValueError):  # what a program gave and JSON cannot say
        return json_text({name: repr(value) for name, value in extra.items()})


def _names(parties: Iterable[Mapping[str, Any]] | None) -> str | None:
    return "; ".join(party["name"] for party in parties or ()) or None


def _event_row(event: Event, record: Record, number: int, run_id: int) -> Row:
    return _storable(
        **columns_of(record),
        id=event.id,
        article_id=event.article_id,
        number=number,
        time_basis=(record["time"] or {}).get("basis"),
        geoname_id=(record["place"] or {}).get("geoname_id"),
        record=json_text(record),
        reasons=json_text(dict(event.reasons)),
        run_id=run_id,
    )


def _claim_rows(record: Record, index: _SentenceIndex) -> list[Row]:
    """Return a row for each speaker of the event (or for the outlet's own voice) and one for each toll."""
    speakers = record["claims"] or [{"speaker": None, "speaker_kind": None, "via": [], "cue": None, "hedges": [], "spans": []}]
    kinds = {claim["speaker"]: claim["speaker_kind"] for claim in record["claims"] if claim["speaker"]}
    rows = [
        _claim_row(claim["spans"] or record["anchors"], index)
        | {
            "field": "event",
            "value": record["status"],
            "speaker": claim["speaker"],
            "speaker_kind": claim["speaker_kind"],
            "via": "; ".join(claim["via"]) or None,
            "cue": claim["cue"],
            "hedges": "; ".join(claim["hedges"]) or None,
        }
        for claim in speakers
    ]
    rows += [
        _claim_row(toll["spans"], index)
        | {"field": toll["kind"], "speaker": toll["speaker"], "speaker_kind": kinds.get(toll["speaker"])}
        | {name: toll[name] for name in ("low", "best", "high", "who", "side")}
        for toll in record["tolls"]
    ]
    return [
        _storable(**row, event_id=record["id"], article_id=record["article_id"], number=number)
        for number, row in enumerate(rows, start=1)
    ]


_NO_CLAIM: Row = dict.fromkeys(
    ("value", "low", "best", "high", "who", "side", "speaker", "speaker_kind", "via", "cue", "hedges")
)


def _claim_row(spans: Sequence[Mapping[str, Any]], index: _SentenceIndex) -> Row:
    first: Mapping[str, Any] = spans[0] if spans else {}
    return _NO_CLAIM | {
        "sentence": index.of(spans),
        "text_field": first.get("field", "text") if first else None,
        "span_start": first.get("start"),
        "span_end": first.get("end"),
        "quote": first.get("text"),
        "spans": json_text(list(spans)),
    }


class _SentenceIndex:
    """Finds the sentence of an article in which a span begins."""

    def __init__(self, article: Article) -> None:
        sentences = [sentence for sentence in article.sentences if sentence.span.field == "text"]
        self._starts = [sentence.span.start for sentence in sentences]
        self._numbers = [sentence.index for sentence in sentences]

    def of(self, spans: Sequence[Mapping[str, Any]]) -> int | None:
        """Return the number of the sentence, from 0, in which the first span begins; None where there is no span."""
        if not spans:
            return None
        if spans[0].get("field") == "title":
            return 0
        place = bisect_right(self._starts, spans[0]["start"]) - 1
        return self._numbers[place] if place >= 0 else None
