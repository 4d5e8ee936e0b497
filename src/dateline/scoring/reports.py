"""Reads annotated reports in the form of docs/codebook.md, and tells every fault in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from dateline.articles import read_published
from dateline.errors import DateError
from dateline.model import EventType, Evidence, Failure, RawDocument, Role, Span, Status, TollKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

_NTH = re.compile(r"#(\d+)$")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_FORM = "each line must hold one annotated report (docs/codebook.md)"
_KINDS: Mapping[type, str] = {str: "strings", dict: "objects", list: 'quotations [sentence, "words"]'}
_Entry = TypeVar("_Entry")
_Member = TypeVar("_Member", bound="StrEnum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """An event as the annotation tells it.

    Attributes:
        anchors: The words that name it, with offsets into ``Report.text``.
        agents, targets: The phrases quoted, and the names in ``norm``.
        speakers: The sources quoted.
        place: ``norm.place``: "Place, Country", or None.
        start: ``norm.start``: ``YYYY-MM-DD``, ``YYYY-MM``, ``YYYY`` or None.
        killed: The highest best figure of its killed tolls; None where there is none, or it is 0.
    """

    type: EventType
    status: Status
    anchors: tuple[Evidence, ...]
    agents: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    place: str | None = None
    start: str | None = None
    killed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An annotated report.

    Attributes:
        name: ``FILE:LINE``.
        starts: Where each sentence begins in ``text``.
        published: Day of publication as given, or None.
    """

    id: str
    name: str
    sentences: tuple[str, ...]
    starts: tuple[int, ...]
    published: str | None = None
    style: str | None = None
    events: tuple[Annotated, ...] = ()

    @property
    def text(self) -> str:
        """What is coded: the sentences joined by newlines, so that offsets tell the sentence."""
        return "\n".join(self.sentences)

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.name.rpartition(":")[0] or self.name

    def document(self) -> RawDocument:
        """Return the report without its annotation, as input for the coder."""
        record = {"id": self.id, "text": self.text, "published": self.published}
        return RawDocument(name=self.name, data=json.dumps(record).encode(), kind="jsonl")

    def sentence_at(self, offset: int) -> int | None:
        """Return the index of the sentence that an offset stands in (its end counts), or None."""
        ranges = zip(self.starts, self.sentences, strict=True)
        return next((i for i, (start, words) in enumerate(ranges) if start <= offset <= start + len(words)), None)


def read_report(document: RawDocument) -> Report | list[Failure]:
    """Read one line of a file of annotated reports.

    Args:
        document: The line; its name (``FILE:LINE``) begins every message.

    Returns:
        The report, or, where it does not keep to the form, one failure for each fault.
    """
    faults: list[str] = []
    report = _report(document, faults)
    if report is not None and not faults:
        return report
    return [
        Failure(name=document.name, stage="read", reason="not_annotated", message=f"{document.name}: {fault}")
        for fault in faults
    ]


class _Form:
    """Takes values out of one object, and notes each that is not as the form says."""

    def __init__(self, values: Mapping[str, Any], faults: list[str], where: str = "") -> None:
        self.values = values
        self._faults = faults
        self._where = where

    def note(self, fault: str) -> None:
        """Note a fault."""
        self._faults.append(f"{self._where}{fault}")

    def inner(self, values: Mapping[str, Any], where: str) -> _Form:
        """Return the form of an object inside this one."""
        return _Form(values, self._faults, f"{self._where}{where}: ")

    def text(self, key: str) -> str | None:
        """Return a string; None where it is absent, null or empty."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            self.note(f'"{key}" must be a string, not {value!r}')
            return None
        return value or None

    def entries(self, key: str, kind: type[_Entry]) -> list[_Entry]:
        """Return a list; empty where it is absent or null."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, kind) for entry in value):
            self.note(f'"{key}" must be a list of {_KINDS[kind]}')
            return []
        return value

    def member(self, kinds: type[_Member], key: str) -> _Member | None:
        """Return a value of a closed set."""
        value = self.values.get(key)
        if value in list(kinds):
            return kinds(value)
        self.note(f'"{key}" is {value!r}; known are {", ".join(kinds)}')
        return None

    def quotes(self, report: Report, key: str) -> tuple[Evidence, ...]:
        """Return where each quotation of a list stands."""
        found = (self.quote(report, key, quote) for quote in self.entries(key, list))
        return tuple(each for each in found if each)

    def quote(self, report: Report, key: str, quote: Any) -> Evidence | None:
        """Return where ``[sentence, "words"]`` stands; ``words#2`` is their second occurrence."""
        if not (isinstance(quote, list) and [type(part) for part in quote] == [int, str]):
            self.note(f'{key}: {quote!r} is no quotation; write [sentence, "words"]')
            return None
        index, words = quote
        if not 0 <= index < len(report.sentences):
            self.note(f"{key}: there is no sentence {index}")
            return None
        place = locate(report.sentences[index], words)
        if place is None:
            self.note(f"{key}: {words!r} does not stand in sentence {index}; quote it letter for letter")
            return None
        begin = report.starts[index]
        span = Span(start=begin + place[0], end=begin + place[1])
        return Evidence(article_id=report.id, span=span, quote=report.sentences[index][slice(*place)])


def locate(sentence: str, quote: str) -> tuple[int, int] | None:
    """Return the half-open offsets of quoted words, or None where they do not stand in the sentence.

    ``words#2`` is their second occurrence; occurrences may overlap. Empty words stand nowhere.
    """
    nth = int(found[1]) if (found := _NTH.search(quote)) else 1
    words = _NTH.sub("", quote)
    at = -1
    for _ in range(nth if words else 0):
        at = sentence.find(words, at + 1)
        if at < 0:
            break
    return (at, at + len(words)) if at >= 0 else None


def _report(document: RawDocument, faults: list[str]) -> Report | None:
    try:
        record = json.loads(document.data)
    except (ValueError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        faults.append(f"this is no JSON ({what}); {_FORM}")
        return None
    if not isinstance(record, dict) or not isinstance(record.get("id"), str) or not isinstance(record.get("events"), list):
        faults.append(f'this is no annotated report: it must be an object with an "id" and "events"; {_FORM}')
        return None
    form = _Form(record, faults)
    sentences = form.entries("sentences", str)
    if not sentences or not all(words.strip() for words in sentences):
        if not faults:
            form.note('"sentences" must hold sentences, none of them empty')
        return None
    starts = [0]
    for words in sentences[:-1]:
        starts.append(starts[-1] + len(words) + 1)
    report = Report(
        id=record["id"],
        name=document.name,
        sentences=tuple(sentences),
        starts=tuple(starts),
        published=_published(form),
        style=form.text("style"),
    )
    events = form.entries("events", dict)
    read = [_event(report, form.inner(one, f"event {one.get('id', number)}")) for number, one in enumerate(events, start=1)]
    return replace(report, events=tuple(event for event in read if event))


def _published(form: _Form) -> str | None:
    published = form.text("published")
    try:
        return read_published(published)[1] if published else None
    except DateError as error:
        form.note(f"published: {error}")
        return None


def _event(report: Report, form: _Form) -> Annotated | None:
    quoted = {role: form.quotes(report, role) for role in ("anchors", *map(str, Role))}
    if not form.values.get("anchors"):
        form.note("it has no anchor")
    given = form.values.get("norm") or {}
    if not isinstance(given, dict):
        form.note('"norm" must be an object')
        return None
    norm = form.inner(given, "norm")
    for key in ("start", "end"):
        if (day := norm.text(key)) and not _DATE.fullmatch(day):
            norm.note(f"{key} {day!r} is no date such as 2016-10-14, 2016-10 or 2016")
    kind, status = form.member(EventType, "type"), form.member(Status, "status")
    figures = [_killed(report, form.inner(toll, "toll")) for toll in form.entries("toll", dict)]
    if kind is None or status is None:
        return None
    return Annotated(
        type=kind,
        status=status,
        anchors=quoted["anchors"],
        agents=(*(each.quote for each in quoted[Role.AGENT]), *_names(norm, "agent")),
        targets=(*(each.quote for each in quoted[Role.TARGET]), *_names(norm, "target")),
        speakers=tuple(each.quote for each in quoted[Role.SOURCE]),
        place=norm.text("place"),
        start=norm.text("start"),
        killed=max(filter(None, figures), default=None),
    )


def _names(norm: _Form, key: str) -> list[str]:
    value = norm.values.get(key)
    return [value] if isinstance(value, str) else norm.entries(key, str)


def _killed(report: Report, toll: _Form) -> int | None:
    """Return the best figure of a toll of killed people."""
    figures = [toll.values.get(key) for key in ("low", "best", "high")]
    if not all(figure is None or (isinstance(figure, int) and figure >= 0) for figure in figures):
        toll.note(f"its figures must be whole numbers or null, not {figures}")
        return None
    if (at := toll.values.get("at")) is not None:
        toll.quote(report, "at", at)
    return figures[1] if toll.member(TollKind, "kind") is TollKind.KILLED else None
