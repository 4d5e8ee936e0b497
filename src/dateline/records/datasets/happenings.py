"""What the data sets are made from: an event or an incident of a database, with the reports that tell of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dateline.records.exports import Record

Of = Literal["events", "incidents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report that tells of a happening.

    Attributes:
        day: Day of publication, ISO 8601, or None.
        copy_of: The report that it repeats, or None.
        added: Unix time at which it was added to the database.
        length: Its characters; 0 where that was not asked for.
        opening: Where its first paragraph ends, in characters; 0 where that was not asked for.
    """

    id: str
    publisher: str | None = None
    url: str | None = None
    day: str | None = None
    title: str | None = None
    language: str | None = None
    copy_of: str | None = None
    added: int = 0
    length: int = 0
    opening: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One report's account of a happening: the event's record, and the sentence (from 0) that first names it."""

    record: Record
    report: Report
    sentence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event, or an incident with all the events that tell of it.

    Attributes:
        record: The record of docs/data.md, every field there; an incident's has fields of its own besides.
        mentions: At least one; an event has itself.
        added: Unix time at which it was added, or last changed.
        text: The record as it stands in the database, as JSON; None where the record was altered since.
    """

    record: Record
    mentions: tuple[Mention, ...]
    of: Of = "events"
    added: int = 0
    text: str | None = None

    @property
    def id(self) -> str:
        """Our id of it."""
        return str(self.record["id"])

    @property
    def reports(self) -> list[Report]:
        """The reports that tell of it, without copies of one that does, in the order of their days and ids."""
        found = {mention.report.id: mention.report for mention in self.mentions}
        own = [report for report in found.values() if report.copy_of not in found]
        return sorted(own, key=lambda report: (report.day or "9999", report.id))

    @property
    def codes(self) -> Mapping[str, Any]:
        """Its codes by codebook; an incident that has none of its own takes those of its surest event of the same type."""
        if codes := self.record.get("codes"):
            return codes  # type: ignore[no-any-return]
        same = [m.record for m in self.mentions if m.record["type"] == self.record["type"] and m.record.get("codes")]
        return max(same, key=lambda record: record["confidence"])["codes"] if same else {}

    def code(self, codebook: str, *fields: str) -> Mapping[str, Any] | None:
        """Return its code in a codebook where it has all these fields, as a codebook of a user's may not; else None."""
        found = self.codes.get(codebook)
        return found if isinstance(found, dict) and all(found.get(name) for name in fields) else None

    @property
    def version(self) -> str:
        """The version of Dateline that coded it; the newest of its events' where it has none of its own."""
        told = [record["coder"].get("version") for record in (self.record, *(m.record for m in self.mentions))]
        return told[0] or max((version for version in told if version), default="")

    def report_day(self) -> dt.date | None:
        """Return the earliest day on which a report of it was published, or None."""
        days = [report.day for report in self.reports if report.day]
        return dt.date.fromisoformat(min(days)) if days else None


class Reference(Protocol):
    """What the data sets ask of places and actors; the command gives the gazetteer and the registry."""

    def division_point(self, country_code: str, admin1: str) -> tuple[float, float] | None:
        """Return latitude and longitude of a province, or None where it is not known."""
        ...

    def actor(self, actor_id: str, day: dt.date | None) -> tuple[str, Mapping[str, str | int]] | None:
        """Return an actor's name in the registry and its codes of schemes on a day, or None where it is not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReference:
    """Stands where no gazetteer and no registry are given: nothing is known."""

    known: Mapping[str, str] = field(default_factory=dict)

    def division_point(self, country_code: str, admin1: str) -> tuple[float, float] | None:  # noqa: ARG002
        """Return None."""
        return None

    def actor(self, actor_id: str, day: dt.date | None) -> tuple[str, Mapping[str, str | int]] | None:  # noqa: ARG002
        """Return the name given for an actor, or None."""
        return (self.known[actor_id], {}) if actor_id in self.known else None


def number_of(*parts: object, digits: int = 15) -> int:
    """Return a number made from texts, the same for the same texts: up to 15 digits, which a double still holds exactly."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    largest: int = 10**digits - 1
    return int.from_bytes(digest[:8], "big") % largest + 1


_ABSENT: Mapping[str, Any] = {
    "article_id": None,
    "certainty": None,
    "confidence": None,
    "place": None,
    "time": None,
}
_LISTS = ("anchors", "agents", "targets", "supporters", "objects", "instruments", "tolls", "claims")
_ARTICLE = ("id", "title", "publisher", "url", "published", "path")


_SPANNED: dict[str, Any] = {"spans": []}
_PARTY = _SPANNED | {"name": "", "actor_id": None, "kind": "unknown", "country": None, "basis": None}
_PARTS: Mapping[str, Mapping[str, Any]] = {
    "agents": _PARTY,
    "targets": _PARTY,
    "supporters": _PARTY,
    "objects": _SPANNED,
    "instruments": _SPANNED,
    "tolls": _SPANNED | dict.fromkeys(("low", "best", "high", "who", "side", "speaker")),
    "claims": _SPANNED | dict.fromkeys(("speaker", "speaker_kind", "cue")) | {"via": [], "hedges": []},
}


def filled(record: Record, *, whole_parts: bool = True) -> Record:
    """Return a record in which every field of docs/data.md is there, as incidents need not have them all.

    Args:
        record: The record.
        whole_parts: Whether the entries of its lists are known to be whole, as those of events are.
    """
    whole = {**_ABSENT, **record}
    for name in _LISTS:
        whole[name] = whole.get(name) or []
    whole["article"] = {name: (record.get("article") or {}).get(name) for name in _ARTICLE}
    whole["codes"] = whole.get("codes") or {}
    whole["coder"] = whole.get("coder") or {}
    if not whole_parts:
        whole |= {name: [{**blank, **part} for part in whole[name]] for name, blank in _PARTS.items()}
    return whole
