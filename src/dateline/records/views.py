"""Events for the eye: the view of a report, of one event with its reasons, and of many events a line each.

A view is made of ``Line``s of marked ``Piece``s and knows nothing of where it is shown: ``plain`` and ``html`` turn it into
text and into a notebook's page here; the command gives the marks the terminal's colours. Everything is drawn from the record
and the sentences it rests on (``Shown``), so that a remembered event looks the same as a fresh one.
"""

from __future__ import annotations

import html as html_text
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, overload

from dateline.model import Account, Article, CoderInfo, Event, Sentence
from dateline.records.exports import SCHEMA, Record, record_of, toll_text

LABEL_WIDTH = 14


class Mark(StrEnum):
    """What a piece of a view is, for its style."""

    PLAIN = "plain"
    TITLE = "title"
    FAINT = "faint"
    TYPE = "type"
    HAPPENED = "happened"
    NOT_HAPPENED = "not-happened"
    ANCHOR = "anchor"
    AGENT = "agent"
    TARGET = "target"
    SUPPORTER = "supporter"
    THING = "thing"
    PLACE = "place"
    TIME = "time"
    TOLL = "toll"
    SPEAKER = "speaker"


_EVIDENCE_MARKS: Mapping[str, Mark] = {
    "claims": Mark.SPEAKER,
    "supporters": Mark.SUPPORTER,
    "objects": Mark.THING,
    "instruments": Mark.THING,
    "targets": Mark.TARGET,
    "agents": Mark.AGENT,
    "place": Mark.PLACE,
    "time": Mark.TIME,
    "tolls": Mark.TOLL,
    "anchors": Mark.ANCHOR,
}
"""Record fields that hold spans; where two overlap, the later one here is seen."""

_STATUS_WORDS: Mapping[str, str] = {
    "happened": "happened",
    "planned": "PLANNED, not happened",
    "foiled": "FOILED, did not happen",
    "denied": "DENIED, said not to have happened",
    "possible": "POSSIBLE, not known to have happened",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what they are."""

    text: str
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: a label in the left column and its pieces, which wrap in the right one; or, when ``wide``, pieces over both."""

    label: str = ""
    pieces: tuple[Piece, ...] = ()
    wide: bool = False

    @property
    def text(self) -> str:
        """The pieces without their marks."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sentence that an event rests on.

    Attributes:
        start: Where it begins in its field of the article.
        field: ``text`` or ``title``.
        repeats: How often it stands again in the article.
    """

    start: int
    text: str
    field: str = "text"
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a view of one event needs; plain enough to be kept as JSON.

    Attributes:
        number: Its number in the run, from 1.
        reasons: Field name to how its value was reached; empty when not known.
    """

    number: int
    record: Record
    passages: tuple[Passage, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> Record:
        """Return it as a dictionary of JSON values."""
        return asdict(self) | {"reasons": dict(self.reasons)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], number: int) -> Shown:
        """Return what ``as_json`` gave, or a bare record as the JSON format writes it, with this number.

        Raises:
            KeyError: It is neither.
            TypeError: It is neither.
        """
        if "record" not in value:
            return cls(number=number, record={name: value[name] for name in SCHEMA})
        passages = tuple(Passage(**passage) for passage in value["passages"])
        return cls(number=value["number"], record=value["record"], passages=passages, reasons=value["reasons"])


def shown_of(event: Event, article: Article, info: CoderInfo, number: int) -> Shown:
    """Return what a view of an event needs.

    Args:
        event: The event.
        article: The article it is told in.
        info: What coded it.
        number: Its number in the run, from 1.
    """
    record = record_of(event, article, info)
    places = [(span.get("field", "text"), span["start"], span["end"]) for span, _ in _marked_spans(record)]
    passages = tuple(
        Passage(start=each.span.start, text=each.text, field=each.span.field, repeats=len(each.repeats))
        for each in article.sentences
        if any(_touches(each, *place) for place in places)
    )
    return Shown(number=number, record=record, passages=passages, reasons=dict(event.reasons))


def _touches(sentence: Sentence, name: str, start: int, end: int) -> bool:
    return name == sentence.span.field and start < sentence.span.end and end > sentence.span.start


def _marked_spans(record: Record) -> Iterator[tuple[Record, Mark]]:
    for name, mark in _EVIDENCE_MARKS.items():
        value = record[name]
        holders = [] if value is None else [value] if isinstance(value, Mapping) else value
        for holder in holders:
            for span in holder.get("spans", [holder]):
                yield span, mark


# --- the view of a report ------------------------------------------------------------------------------------------------


def view_report(account: Account, shown: Sequence[Shown]) -> Iterator[Line]:
    """Yield the readable view of one report and its events.

    Args:
        account: The report.
        shown: Its events, in reading order.
    """
    article = account.article
    title = article.title or (article.sentences[0].text if article.sentences else article.text[:120])
    published = article.published_text or (article.published.isoformat() if article.published else None)
    basis = f" (from the {article.published_basis})" if article.published_basis in {"metadata", "dateline"} else ""
    facts = [
        article.source.publisher,
        f"published {published}{basis}" if published else "publication date not known",
        article.source.url or article.source.path,
        article.given_id,
        article.id,
    ]
    yield Line(pieces=(Piece(title, Mark.TITLE),), wide=True)
    yield Line(pieces=(Piece(" · ".join(fact for fact in facts if fact), Mark.FAINT),), wide=True)
    if not shown:
        yield Line(pieces=(Piece("no event of political violence found"),), wide=True)
    for each in shown:
        yield Line()
        yield from view_event(each)


def view_event(shown: Shown) -> Iterator[Line]:
    """Yield the readable view of one event: its values, then the sentences they rest on."""
    record = shown.record
    yield Line(label=f"{shown.number}" if shown.number else "", pieces=_heading(record))
    for label, pieces in (
        ("who", _parties(record)),
        ("with", _things(record)),
        ("where", _where(record["place"])),
        ("when", _when(record["time"])),
        ("toll", _joined([Piece(toll_text(toll), Mark.TOLL) for toll in record["tolls"]])),
        ("says who", _speakers(record)),
        ("codes", _codes(record["codes"])),
    ):
        if pieces:
            yield Line(label=f"  {label}", pieces=tuple(pieces))
    for passage in shown.passages:
        yield Line(label="  │", pieces=_marked(passage, record))


def _heading(record: Record) -> tuple[Piece, ...]:
    happened = record["status"] == "happened"
    return (
        Piece(record["type"], Mark.TYPE),
        Piece("  "),
        Piece(_STATUS_WORDS[record["status"]], Mark.HAPPENED if happened else Mark.NOT_HAPPENED),
        Piece(f" · {record['certainty']} · confidence {record['confidence']:.2f} · {record['id']}", Mark.FAINT),
    )


def _joined(pieces: Sequence[Piece], separator: str = "; ") -> list[Piece]:
    return [part for piece in pieces for part in (Piece(separator), piece)][1:]


def _names(people: Iterable[Record], mark: Mark) -> list[Piece]:
    return _joined([Piece(person["name"], mark) for person in people], ", ")


def _parties(record: Record) -> list[Piece]:
    agents, targets = _names(record["agents"], Mark.AGENT), _names(record["targets"], Mark.TARGET)
    supporters = _names(record["supporters"], Mark.SUPPORTER)
    if not agents and not targets and not supporters:
        return []
    return [
        *(agents or [Piece("unknown", Mark.FAINT)]),
        *([Piece(" (backed by "), *supporters, Piece(")")] if supporters else []),
        *([Piece(" → "), *targets] if targets else []),
    ]


def _things(record: Record) -> list[Piece]:
    parts = []
    if record["objects"]:
        parts.append(Piece(", ".join(thing["name"] for thing in record["objects"]), Mark.THING))
    if record["instruments"]:
        parts.append(Piece("by " + ", ".join(thing["name"] for thing in record["instruments"]), Mark.THING))
    return _joined(parts)


def _where(place: Record | None) -> list[Piece]:
    if place is None:
        return []
    wider = [place[key] for key in ("admin2", "admin1", "country")]
    names = list(dict.fromkeys(name for name in (place["name"], *wider) if name))
    radius = "" if place["uncertainty_km"] is None else f", within {place['uncertainty_km']:g} km"
    point = "" if place["lat"] is None or place["lon"] is None else f", {place['lat']:.4f} {place['lon']:.4f}"
    basis = "" if place["basis"] == "named" else f", {place['basis']}"
    return [Piece(", ".join(names), Mark.PLACE), Piece(f"  ({place['precision']}{radius}{point}{basis})", Mark.FAINT)]


def days_text(time: Record | None) -> str:
    """Return a record's time in short: ``2016-10-04``, ``2016-10-01..2016-10-07``, ``--10-04`` or nothing."""
    if time is None:
        return ""
    first, last = time["first"], time["last"]
    if first == last:
        return first or time["partial"] or ""
    return f"{first or ''}..{last or ''}"


_TIME_BASES: Mapping[str, str] = {
    "stated": "stated in the report",
    "relative": "counted from the report's day",
    "report_date": "not told; taken from the report's day",
}


def _when(time: Record | None) -> list[Piece]:
    if time is None:
        return []
    year = "" if time["first"] or time["last"] else ", year not known"
    days = days_text(time) or "day not known"
    return [Piece(days, Mark.TIME), Piece(f"  ({time['precision']}, {_TIME_BASES[time['basis']]}{year})", Mark.FAINT)]


def claim_text(claim: Record) -> str:
    """Return a speaker chain in words: ``residents (witness) via Reuters: "reported"``."""
    kind = "" if claim["speaker_kind"] == "unknown" else f" ({claim['speaker_kind']})"
    via = f" via {', '.join(claim['via'])}" if claim["via"] else ""
    words = [word for word in (claim["cue"], *claim["hedges"]) if word]
    quoted = ", ".join(f'"{word}"' for word in dict.fromkeys(words))
    chain = f"{claim['speaker'] or 'not named'}{kind}{via}"
    return f"{chain}: {quoted}" if quoted else chain


def _speakers(record: Record) -> list[Piece]:
    return _joined([Piece(text, Mark.SPEAKER) for text in dict.fromkeys(map(claim_text, record["claims"]))])


def _codes(codes: Mapping[str, Any]) -> list[Piece]:
    given = [Piece(f"{name}: {code_text(code)}") for name, code in codes.items() if code is not None]
    return _joined(given or [Piece("none")], " · ")


def code_text(code: Any) -> str:
    """Return one codebook's codes in short: ``Battles / Armed clash``, or ``-`` where no rule applies."""
    if isinstance(code, Mapping):
        return " / ".join(str(part) for part in code.values() if part is not None) or "-"
    return "-" if code is None else str(code)


def _marked(passage: Passage, record: Record) -> tuple[Piece, ...]:
    """Return a sentence with its evidence marked; a short span lies over a longer one, an anchor over all."""
    marks = [Mark.PLAIN] * len(passage.text)
    spans = [(span, mark) for span, mark in _marked_spans(record) if span.get("field", "text") == passage.field]
    spans.sort(key=lambda pair: (pair[1] is Mark.ANCHOR, pair[0]["start"] - pair[0]["end"]))
    for span, mark in spans:
        for at in range(max(span["start"] - passage.start, 0), min(span["end"] - passage.start, len(marks))):
            marks[at] = mark
    pieces: list[Piece] = []
    begin = 0
    for at in range(1, len(marks) + 1):
        if at == len(marks) or marks[at] is not marks[begin]:
            pieces.append(Piece(passage.text[begin:at], marks[begin]))
            begin = at
    if passage.repeats:
        times = "once more" if passage.repeats == 1 else f"{passage.repeats} more times"
        pieces.append(Piece(f"  (stands {times} in the report)", Mark.FAINT))
    return tuple(pieces)


# --- one event explained -------------------------------------------------------------------------------------------------


def view_reasons(shown: Shown) -> Iterator[Line]:
    """Yield one event with, for every field, its value, the words it rests on and how it was reached."""
    record, article = shown.record, shown.record["article"]
    source = [article["title"], article["publisher"], article["published"], article["url"] or article["path"], article["id"]]
    yield Line(label=f"{shown.number}" if shown.number else "", pieces=_heading(record))
    yield Line(label="  report", pieces=(Piece(" · ".join(part for part in source if part) or record["article_id"]),))
    for name, value in record.items():
        if name == "codes":
            for codebook, code in value.items():
                yield from _explained(codebook, code_text(code), shown.reasons.get(f"codes.{codebook}"))
        elif name not in {"id", "article_id", "article", "coder"}:
            yield from _explained(name, value, shown.reasons.get(name))
    told = {*record, *(f"codes.{codebook}" for codebook in record["codes"])}
    for name, reason in shown.reasons.items():
        if name not in told:
            yield Line(label=f"  {name}", pieces=(Piece(reason, Mark.FAINT),))
    if not shown.reasons:
        yield Line(
            label="  why", pieces=(Piece("reasons are not in a file of records; name the report's own file to see them"),)
        )
    coder = record["coder"]
    made = f"dateline {coder['version']}, weights {coder['weights']}, packs {coder['packs']}"
    yield Line(label="  coder", pieces=(Piece(made, Mark.FAINT),))
    for passage in shown.passages:
        yield Line(label="  │", pieces=_marked(passage, record))


def _explained(name: str, value: Any, reason: str | None) -> Iterator[Line]:
    label = f"  {name}"
    for pieces in _explained_values(name, value):
        yield Line(label=label, pieces=tuple(pieces))
        label = ""
    if reason:
        yield Line(pieces=(Piece(f"why: {reason}", Mark.FAINT),))


def _explained_values(name: str, value: Any) -> Iterator[list[Piece]]:
    mark = _EVIDENCE_MARKS.get(name, Mark.PLAIN)
    if value is None or value == []:
        yield [Piece("not told" if name != "claims" else "the outlet's own voice", Mark.FAINT)]
    elif name == "anchors":
        yield _quotes(value, mark)
    elif name == "place":
        yield [*_where(value), *_quotes(value["spans"], mark, ", from ")]
        for other in value["alternatives"]:
            point = f"{other['lat']:.4f} {other['lon']:.4f}"
            country = other["country_code"] or "country not known"
            yield [Piece(f"or {other['name']}, {country} ({point}), score {other['score']:.2f}", Mark.FAINT)]
    elif name == "time":
        yield [*_when(value), *_quotes(value["spans"], mark, ", from ")]
    elif isinstance(value, list):
        for each in value:
            yield [*_entry(name, each, mark), *_quotes(each["spans"], mark, "  from ")]
    else:
        yield [Piece(str(value))]


def _entry(name: str, entry: Record, mark: Mark) -> list[Piece]:
    if name == "tolls":
        bounds = ", ".join(f"{key} {_known(entry[key])}" for key in ("low", "best", "high"))
        return [Piece(toll_text(entry), mark), Piece(f"  ({bounds}; side: {entry['side']})", Mark.FAINT)]
    if name == "claims":
        return [Piece(claim_text(entry), mark)]
    if "kind" not in entry:
        return [Piece(entry["name"], mark)]
    facts = [entry["kind"], entry["country"], entry["actor_id"], entry["basis"]]
    return [Piece(entry["name"], mark), Piece(f"  ({', '.join(fact for fact in facts if fact)})", Mark.FAINT)]


def _known(value: int | None) -> str:
    return "not told" if value is None else str(value)


def _quotes(spans: Sequence[Record], mark: Mark, before: str = "") -> list[Piece]:
    pieces: list[Piece] = []
    for span in spans:
        where = f" [{'title ' if span.get('field') == 'title' else ''}{span['start']}-{span['end']}]"
        pieces += [Piece(", " if pieces else before, Mark.FAINT), Piece(f'"{span["text"]}"', mark), Piece(where, Mark.FAINT)]
    return pieces


# --- many events, a line each --------------------------------------------------------------------------------------------

_TABLE: Mapping[str, int] = {"N": 4, "TYPE": 15, "STATUS": 9, "CONF": 4, "WHEN": 10, "WHERE": 24, "WHO": 48, "TOLL": 14}
"""Columns of the plain table and their least widths; after them come WORDS, REPORT and ID, which need none."""


def table_heading() -> str:
    """Return the first line of the plain table."""
    return _table_line([*_TABLE, "WORDS", "REPORT", "ID"])


def table_line(shown: Shown) -> str:
    """Return one event as one plain line: columns at least as wide as ``table_heading``'s, two blanks between them."""
    record = shown.record
    article = record["article"]
    place = record["place"] or {}
    return _table_line(
        [
            str(shown.number),
            record["type"],
            record["status"],
            f"{record['confidence']:.2f}",
            days_text(record["time"]),
            ", ".join(dict.fromkeys(name for name in (place.get("name"), place.get("country")) if name)),
            "".join(piece.text for piece in _parties(record)),
            "; ".join(map(toll_text, record["tolls"])),
            ", ".join(f'"{span["text"]}"' for span in record["anchors"]),
            article["id"] or article["url"] or article["path"] or record["article_id"],
            record["id"],
        ],
    )


def _table_line(cells: Sequence[str]) -> str:
    widths = [*_TABLE.values(), 0, 0, 0]
    return "  ".join((clean(cell) or "-").ljust(width) for cell, width in zip(cells, widths, strict=True))


# --- to text and to HTML -------------------------------------------------------------------------------------------------

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text that is safe in a terminal: each control or direction character becomes one blank."""
    return _UNPRINTABLE.sub(" ", text)


def plain(lines: Iterable[Line]) -> str:
    """Return a view as plain text; evidence stands in square brackets where it is an anchor."""
    rows = []
    for line in lines:
        words = "".join(f"[{piece.text}]" if piece.mark is Mark.ANCHOR else piece.text for piece in line.pieces)
        label = "" if line.wide else line.label.ljust(LABEL_WIDTH)
        rows.append(clean(label + words).rstrip())
    return "\n".join(rows)


_STYLE = """\
.dateline{font:13px/1.5 system-ui,sans-serif;max-width:60em}
.dateline>div{display:grid;grid-template-columns:7.5em 1fr}
.dateline>div.wide{display:block}
.dateline .label{opacity:.6;white-space:pre}
.dateline .title{font-weight:700;font-size:1.15em}
.dateline .faint{opacity:.65}
.dateline .type{font-weight:700}
.dateline .happened{color:#1a7f37}
.dateline .not-happened{color:#cf222e;font-weight:700}
.dateline .anchor{font-weight:700;background:#ffd33d80;border-radius:2px}
.dateline .agent{box-shadow:inset 0 -2px #cf222e}
.dateline .target{box-shadow:inset 0 -2px #0969da}
.dateline .supporter{box-shadow:inset 0 -2px #bf8700}
.dateline .thing{box-shadow:inset 0 -2px #8c959f}
.dateline .place{box-shadow:inset 0 -2px #1a7f37}
.dateline .time{box-shadow:inset 0 -2px #8250df}
.dateline .toll{box-shadow:inset 0 -2px #bc4c00}
.dateline .speaker{font-style:italic}
"""


def html(lines: Iterable[Line]) -> str:
    """Return a view as a piece of HTML that stands alone, all text escaped."""
    rows = []
    for line in lines:
        words = "".join(_span(piece) for piece in line.pieces) or "&nbsp;"
        label = "" if line.wide else f'<span class="label">{html_text.escape(clean(line.label))}</span>'
        kind = "wide" if line.wide else "row"
        rows.append(f'<div class="{kind}">{label}<span>{words}</span></div>')
    return f'<div class="dateline"><style>{_STYLE}</style>{"".join(rows)}</div>'


def _span(piece: Piece) -> str:
    text = html_text.escape(clean(piece.text))
    if piece.mark is Mark.PLAIN:
        return text
    tag = "mark" if piece.mark is Mark.ANCHOR else "span"
    return f'<{tag} class="{piece.mark}" title="{piece.mark}">{text}</{tag}>'


# --- a coded report in a program or a notebook ---------------------------------------------------------------------------


class CodedReport(Sequence[Event]):
    """The events of one report, in reading order; shows itself readably in a terminal and in a notebook.

    Attributes:
        account: The article and its events.
        info: What coded it.
    """

    def __init__(self, account: Account, info: CoderInfo) -> None:
        self.account = account
        self.info = info

    @property
    def article(self) -> Article:
        """The report as it was read; every span is an offset into it."""
        return self.account.article

    def to_records(self) -> list[Record]:
        """Return the events as the dictionaries that ``--format jsonl`` writes."""
        return [record_of(event, self.article, self.info) for event in self.account.events]

    def explain(self, number: int) -> str:
        """Return one event with the reasons for every value.

        Args:
            number: Its number in the report, from 1.

        Raises:
            IndexError: There is no such event.
        """
        if not 1 <= number <= len(self):
            raise IndexError(f"this report has {len(self)} events; there is no event {number}")
        return plain(view_reasons(self._shown()[number - 1]))

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, index: int | slice) -> Event | tuple[Event, ...]:
        return self.account.events[index]

    def __len__(self) -> int:
        return len(self.account.events)

    def __repr__(self) -> str:
        return plain(view_report(self.account, self._shown()))

    def _repr_html_(self) -> str:
        return html(view_report(self.account, self._shown()))

    def _shown(self) -> list[Shown]:
        events = enumerate(self.account.events, start=1)
        return [shown_of(event, self.article, self.info, number) for number, event in events]
