"""Shows an evaluation to people: its tables, and its mistakes with the sentences they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateline.model import Event
from dateline.records.views import Line, Mark, Piece
from dateline.scoring.judging import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dateline.scoring.judging import Scored
    from dateline.scoring.numbers import Evaluation
    from dateline.scoring.reports import Annotated, Report

_SHOWN_CONFUSIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """An annotated event that was ``missed``, a coded one that is ``false``, or a matched pair with ``wrong`` fields.

    Attributes:
        event: The coded event where it is false, else the annotated one.
        fields: Each wrong field's annotated and coded value in words.
    """

    kind: str
    report: Report
    event: Annotated | Event
    fields: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """Return it as a dictionary of JSON values."""
        return {
            "kind": self.kind,
            "report": self.report.id,
            "line": self.report.name,
            "type": self.event.type,
            "status": self.event.status,
            "anchors": [each.quote for each in self.event.anchors],
            "confidence": self.event.confidence if isinstance(self.event, Event) else None,
            "fields": {name: {"annotated": ours, "coded": theirs} for name, (ours, theirs) in self.fields.items()},
            "sentences": ["".join(piece.text for piece in pieces) for pieces in self.passages()],
        }

    def passages(self) -> Iterator[tuple[Piece, ...]]:
        """Yield each sentence with an anchor of the event, the anchors marked."""
        report, spans = self.report, sorted(each.span for each in self.event.anchors)
        for index in sorted({i for span in spans if (i := report.sentence_at(span.start)) is not None}):
            at = report.starts[index]
            end = at + len(report.sentences[index])
            pieces = []
            for span in spans:
                start, stop = max(span.start, at), min(span.end, end)
                if start < stop:
                    pieces += [Piece(report.text[at:start]), Piece(report.text[start:stop], Mark.ANCHOR)]
                    at = stop
            yield (*pieces, Piece(report.text[at:end]))


def find_mistakes(scored: Iterable[Scored], most: int | None = None) -> list[Mistake]:
    """Return the missed, then the false, then the wrong ones, each in reading order.

    Args:
        scored: The judged reports.
        most: No more than so many of each kind; None is all.
    """
    found: dict[str, list[Mistake]] = {"missed": [], "false": [], "wrong": []}
    for each in scored:
        report = each.report
        found["missed"] += (Mistake(kind="missed", report=report, event=annotated, fields={}) for annotated in each.missed)
        found["false"] += (Mistake(kind="false", report=report, event=event, fields={}) for event in each.false)
        for pair in each.pairs:
            names = [name for name, right in pair.right.items() if right is False]
            fields = {name: (FIELDS[name].ours(pair.annotated), FIELDS[name].theirs(pair.event)) for name in names}
            if fields:
                found["wrong"].append(Mistake(kind="wrong", report=report, event=pair.annotated, fields=fields))
    return [mistake for mistakes in found.values() for mistake in mistakes[:most]]


# --- for people ----------------------------------------------------------------------------------------------------------

_LEVELS = {"detection": "detection", "typed": "typed", "typed_status": "typed, status", "record": "record"}


def view_evaluation(evaluation: Evaluation) -> Iterator[Line]:
    """Yield the tables of an evaluation."""
    numbers = evaluation.numbers
    plural = "" if numbers.reports == 1 else "s"
    told = f"{numbers.reports:,} report{plural}, {numbers.gold:,} annotated events, {numbers.coded:,} coded"
    yield Line(pieces=(Piece(told, Mark.TITLE),), wide=True)
    levels = {told: getattr(numbers, name) for name, told in _LEVELS.items()}
    yield from _table(("all events", "P", "R", "F"), ((told, each.p, each.r, each.f) for told, each in levels.items()))
    yield from _table(("matched events", "right", "of"), ((n, v["right"], v["of"]) for n, v in numbers.fields.items()))
    yield from _table(
        ("type", "gold", "coded", "matched", "right", "P", "R"),
        (
            (kind, n.gold, n.coded, n.matched, n.right, _percent(n.right, n.coded), _percent(n.right, n.gold))
            for kind, n in evaluation.types.items()
        ),
    )
    confusions = evaluation.confusions[:_SHOWN_CONFUSIONS]
    yield from _table(("annotated as", "coded as", "events"), ((each.annotated, each.coded, each.count) for each in confusions))
    yield from _table(
        ("confidence", "events", "mean", "right"),
        (
            (f"{b.low:.1f}-{b.high:.1f}", b.events, _percent(b.confidence, 1), _percent(b.right, b.events))
            for b in evaluation.calibration
        ),
    )
    groups = evaluation.groups.items()
    yield from _table(
        ("group", "reports", "gold", "coded", "detection F", "typed F", "+ status F", "record F"),
        ((name, n.reports, n.gold, n.coded, *(getattr(n, level).f for level in _LEVELS)) for name, n in groups),
    )
    fields = [name for name in FIELDS if name != "type"]
    yield from _table(
        ("right of matched", *fields),
        ((name, *(n.fields[field]["right"] if field in n.fields else None for field in fields)) for name, n in groups),
    )


def _percent(part: float | None, whole: int) -> float | None:
    return 100 * part / whole if part is not None and whole else None


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Line]:
    """Yield a blank line, the head and the rows, words to the left, numbers to the right; nothing without rows."""
    values = list(rows)
    if not values:
        return
    cells = [list(head), *([_cell(value) for value in row] for row in values)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    align = [str.ljust if isinstance(value, str) else str.rjust for value in values[0]]
    yield Line()
    for number, row in enumerate(cells):
        words = "  ".join(put(cell, width) for put, cell, width in zip(align, row, widths, strict=True))
        yield Line(pieces=(Piece(words, Mark.PLAIN if number else Mark.FAINT),), wide=True)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def view_mistakes(mistakes: Iterable[Mistake]) -> Iterator[Line]:
    """Yield mistakes with the sentences they stand in."""
    for mistake in mistakes:
        event = mistake.event
        sure = f", confidence {event.confidence:.2f}" if isinstance(event, Event) else ""
        where = f"  {mistake.report.id}, {mistake.report.name}"
        yield Line()
        yield Line(
            label=mistake.kind,
            pieces=(Piece(event.type, Mark.TYPE), Piece(f", {event.status}{sure}"), Piece(where, Mark.FAINT)),
        )
        for name, (ours, theirs) in mistake.fields.items():
            yield Line(label=f"  {name}", pieces=(Piece(f"annotated {ours or 'none'}; coded {theirs or 'none'}"),))
        for pieces in mistake.passages():
            yield Line(label="  │", pieces=pieces)
