"""Incidents for the eye: one told as a story, many a line each, and what two states differ in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dateline.records.exports import Record, toll_text
from dateline.records.views import Line, Mark, Piece, clean, days_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_STATUS_WORDS: Mapping[str, str] = {
    "happened": "",
    "planned": "planned, not happened",
    "foiled": "foiled",
    "denied": "said not to have happened",
    "possible": "not known to have happened",
}
_LETTERS: Mapping[str, str] = {
    "A": "many sources, several kinds of speakers who are no party",
    "B": "several sources and kinds of speakers",
    "C": "a speaker who is no party to it",
    "D": "a party to it, or reporters alone",
    "E": "unnamed speakers alone",
    "F": "nobody is named",
}
_TABLE: Mapping[str, int] = {"ID": 20, "TYPE": 15, "GRADE": 5, "WHEN": 10, "WHERE": 26, "WHO": 40, "TOLL": 24, "SOURCES": 7}


# --- one incident --------------------------------------------------------------------------------------------------------


def view_incident(
    record: Record, articles: Mapping[str, Record], *, shipped_grades: bool = True, trail: Sequence[str] = ()
) -> Iterator[Line]:
    """Yield an incident as a story: what happened, by whose account, where accounts differ, and the sentences.

    Args:
        record: The incident's record.
        articles: Its articles by id, each with ``title``, ``publisher``, ``published``, ``passages`` (sentences that begin at
            ``start`` in their ``field``) and ``copy_of``.
        shipped_grades: Whether the grades are those that ship, so that their words fit.
        trail: Ids that led here, of incidents that were merged into it.
    """
    if trail:
        yield Line(label="merged", pieces=(Piece(f"{', '.join(trail)} went into this incident", Mark.FAINT),))
    yield Line(wide=True, pieces=tuple(_headline(record)))
    yield Line(wide=True, pieces=(Piece(_sources_text(record), Mark.FAINT),))
    yield from _facts(record, shipped_grades=shipped_grades)
    yield from _aggregate(record)
    yield from _timeline(record)
    yield from _differences(record)
    yield from _accounts(record, articles)


def _headline(record: Record) -> Iterator[Piece]:
    yield Piece(record["type"].replace("_", " ").upper(), Mark.TYPE)
    if words := _STATUS_WORDS[record["status"]]:
        yield Piece(f"  {words}", Mark.NOT_HAPPENED)
    if record["place"]:
        yield Piece("  in " if record["place"]["precision"] != "near" else "  near ")
        yield Piece(_place_text(record["place"]), Mark.PLACE)
    if days := days_text(record["time"]):
        yield Piece("  on " if ".." not in days else "  ")
        yield Piece(days, Mark.TIME)
    if record["tolls"]:
        yield Piece("  ")
        yield Piece("; ".join(map(toll_text, record["tolls"])), Mark.TOLL)


def _place_text(place: Record) -> str:
    return ", ".join(dict.fromkeys(name for name in (place["name"], place["admin1"], place["country"]) if name))


def _sources_text(record: Record) -> str:
    reports, sources = len(record["article_ids"]), len(record["sources"])
    text = (
        f"{record['id']}   told in {reports} report{'s' * (reports != 1)} of {sources} independent source{'s' * (sources != 1)}"
    )
    return f"{text}: {', '.join(record['sources'])}" if any(not name.startswith("art_") for name in record["sources"]) else text


def _facts(record: Record, *, shipped_grades: bool) -> Iterator[Line]:
    for label, key, mark in (
        ("by", "agents", Mark.AGENT),
        ("against", "targets", Mark.TARGET),
        ("backed by", "supporters", Mark.SUPPORTER),
    ):
        if record[key]:
            yield Line(label=label, pieces=tuple(_list([who["name"] for who in record[key]], mark)))
    things = [thing["name"] for thing in (*record["instruments"], *record["objects"])]
    if things:
        yield Line(label="things", pieces=tuple(_list(things, Mark.THING)))
    if record["grade"]:
        letter, figure = record["grade"][:-1], record["grade"][-1]
        told = f"  ({_LETTERS.get(letter, letter)}; agreement {figure} of 6)" if shipped_grades else ""
        yield Line(
            label="grade",
            pieces=(Piece(record["grade"], Mark.TITLE), Piece(told, Mark.FAINT), Piece(f"  {record['certainty']}")),
        )
    codes = [f"{name}: {_code_text(code)}" for name, code in record["codes"].items() if code]
    if codes:
        yield Line(label="codes", pieces=(Piece(" · ".join(codes)),))


def _code_text(code: object) -> str:
    return " / ".join(str(part) for part in code.values() if part) if isinstance(code, dict) else str(code)


def _list(names: Sequence[str], mark: Mark) -> Iterator[Piece]:
    for number, name in enumerate(dict.fromkeys(names)):
        if number:
            yield Piece(", ")
        yield Piece(name, mark)


def _aggregate(record: Record) -> Iterator[Line]:
    aggregate = record["aggregate"]
    if aggregate is not None:
        told = "; ".join(map(toll_text, aggregate["tolls"])) or "no toll"
        yield Line(label="sum", pieces=(Piece(f"sums several incidents up ({aggregate['basis']!r}): {told}"),))
        known = ", ".join(aggregate["parts"]) or "none is known"
        yield Line(label="  of", pieces=(Piece(known),))
        if aggregate["parts"]:
            rest = "; ".join(map(toll_text, record["tolls"])) or "nothing"
            yield Line(label="  leaves", pieces=(Piece(f"{rest} beyond what these have"),))
    if record["part_of"]:
        yield Line(label="part of", pieces=(Piece(", ".join(record["part_of"])),))


def _timeline(record: Record) -> Iterator[Line]:
    """How each kind of toll grew from report to report; nothing where it did not."""
    kinds: dict[tuple[str, bool], list[Record]] = defaultdict(list)
    for saying in record["timeline"]:
        kinds[saying["kind"], saying["side"] == "agents"].append(saying)
    for (kind, of_agents), sayings in kinds.items():
        steps: list[tuple[str, str | None]] = []
        for saying in sayings:
            words = _figure_words(saying)
            if not steps or steps[-1][0] != words:
                steps.append((words, saying["published"]))
        if len(steps) > 1:
            pieces = [Piece(f"{kind}{' of its own side' if of_agents else ''}  ", Mark.FAINT)]
            for number, (words, day) in enumerate(steps):
                pieces += [
                    Piece(" → ") if number else Piece(""),
                    Piece(words, Mark.TOLL),
                    Piece(f" ({day or 'no day'})", Mark.FAINT),
                ]
            yield Line(label="toll grew", pieces=tuple(pieces))


def _figure_words(saying: Record) -> str:
    low, best, high = saying["low"], saying["best"], saying["high"]
    if high is None and low is not None:
        return f"at least {low}"
    if low is not None and high is not None and low != high:
        return f"{low} to {high}"
    return str(best if best is not None else low if low is not None else high or "some")


def _differences(record: Record) -> Iterator[Line]:
    """Where accounts differ: each value with those who give it, the chosen one first."""
    label = "differ"
    for dispute in record["disputes"]:
        values: dict[str, list[str]] = defaultdict(list)
        for saying in dispute["sayings"]:
            values[saying["value"]].append(_by(saying))
        pieces = [Piece(f"{dispute['field']}  ", Mark.FAINT)]
        for number, (value, speakers) in enumerate(values.items()):
            pieces += [Piece("  or  ", Mark.FAINT) if number else Piece(""), Piece(value, Mark.TITLE)]
            pieces.append(Piece(f" ({', '.join(dict.fromkeys(speakers))})", Mark.SPEAKER))
        yield Line(label=label, pieces=tuple(pieces))
        label = ""


def _by(saying: Record) -> str:
    outlet = saying["publisher"] or saying["article_id"]
    return f"{saying['speaker']} in {outlet}" if saying["speaker"] and saying["speaker"] != outlet else outlet


def _accounts(record: Record, articles: Mapping[str, Record]) -> Iterator[Line]:
    """The sentences of each report, with what they are evidence of marked."""
    marks = _marked_spans(record)
    for article_id in record["article_ids"]:
        article = articles.get(article_id)
        if article is None:
            continue
        yield Line(wide=True, pieces=(Piece(""),))
        heading = " · ".join(part for part in (article["published"], article["publisher"], article["title"]) if part)
        copy = f"  (a copy of {article['copy_of']})" if article["copy_of"] else ""
        yield Line(wide=True, pieces=(Piece(heading or article_id, Mark.TITLE), Piece(copy, Mark.FAINT)))
        for passage in article["passages"]:
            yield Line(label="  │", pieces=_marked(passage, marks.get((article_id, passage["field"]), [])))


_MARKS: Mapping[str, Mark] = {
    "claims": Mark.SPEAKER,
    "objects": Mark.THING,
    "instruments": Mark.THING,
    "targets": Mark.TARGET,
    "agents": Mark.AGENT,
}


def _marked_spans(record: Record) -> dict[tuple[str, str], list[tuple[int, int, Mark]]]:
    found: dict[tuple[str, str], list[tuple[int, int, Mark]]] = defaultdict(list)

    def add(spans: Sequence[Record], mark: Mark) -> None:
        for span in spans:
            found[span["article_id"], span.get("field", "text")].append((span["start"], span["end"], mark))

    for name, mark in _MARKS.items():
        for each in record[name]:
            add(each["spans"], mark)
    for name, mark in (("place", Mark.PLACE), ("time", Mark.TIME)):
        add((record[name] or {"spans": []})["spans"], mark)
    for dispute in record["disputes"]:
        mark = {"place": Mark.PLACE, "time": Mark.TIME, "agents": Mark.AGENT}.get(dispute["field"], Mark.PLAIN)
        for saying in dispute["sayings"]:
            add(saying["spans"], mark)
    for saying in record["timeline"]:
        add(saying["spans"], Mark.TOLL)
    return found


def _marked(passage: Record, spans: Sequence[tuple[int, int, Mark]]) -> tuple[Piece, ...]:
    text, start = passage["text"], passage["start"]
    marks = [Mark.PLAIN] * len(text)
    for first, last, mark in sorted(spans, key=lambda span: span[0] - span[1]):
        for at in range(max(first - start, 0), min(last - start, len(text))):
            marks[at] = mark
    pieces, begin = [], 0
    for at in range(1, len(text) + 1):
        if at == len(text) or marks[at] is not marks[begin]:
            pieces.append(Piece(text[begin:at], marks[begin]))
            begin = at
    return tuple(pieces)


# --- many ----------------------------------------------------------------------------------------------------------------


def incident_table_heading() -> str:
    """Return the first line of the plain table of incidents."""
    return _table_line(list(_TABLE))


def incident_cells(record: Record) -> list[str]:
    """Return the cells of an incident in a table, in the order of its heading."""
    place = record["place"] or {}
    agents, targets = (_first_names(record[key]) for key in ("agents", "targets"))
    who = f"{agents or 'unknown'} → {targets}" if targets else agents
    kind = record["type"] if record["status"] == "happened" else f"{record['type']} ({record['status']})"
    return [
        record["id"],
        kind if record["aggregate"] is None else f"{kind}, sum",
        record["grade"] or "",
        days_text(record["time"]),
        ", ".join(dict.fromkeys(name for name in (place.get("name"), place.get("country")) if name)),
        who,
        "; ".join(toll_text(toll | {"who": None, "speaker": None}) for toll in record["tolls"]),
        str(len(record["sources"])),
    ]


def _first_names(parties: Sequence[Record]) -> str:
    """The first two names, and how many more there are."""
    more = f" +{len(parties) - 2}" if len(parties) > 2 else ""
    return ", ".join(who["name"] for who in parties[:2]) + more


def incident_table_line(record: Record) -> str:
    """Return an incident as one plain line: columns at least as wide as the heading's, two blanks between them."""
    return _table_line(incident_cells(record))


def _table_line(cells: Sequence[str]) -> str:
    return "  ".join((clean(cell) or "-").ljust(width) for cell, width in zip(cells, _TABLE.values(), strict=True)).rstrip()


# --- two states ----------------------------------------------------------------------------------------------------------


def view_change(
    kind: str, before: Record | None, after: Record | None, fields: Sequence[str], into: Sequence[str]
) -> Iterator[Line]:
    """Yield the lines of an incident that two states differ in; the arguments are those of ``run.linking.Change``."""
    record = after or before
    assert record is not None
    signs = {"gained": ("+", Mark.HAPPENED), "lost": ("-", Mark.NOT_HAPPENED), "changed": ("~", Mark.TIME)}
    sign, mark = signs[kind]
    pieces = [Piece(f"{sign} {record['id']}  ", mark), *_headline(record)]
    if into:
        pieces.append(Piece(f"  {'its events are now in' if kind == 'lost' else 'from'} {', '.join(into)}", Mark.FAINT))
    yield Line(wide=True, pieces=tuple(pieces))
    if before is not None and after is not None:
        if before["id"] != after["id"]:
            yield Line(label="  id", pieces=(Piece(f"{before['id']} → {after['id']}"),))
        for name in fields:
            one, other = (_value_text(name, state.get(name)) for state in (before, after))
            if name != "id" and one != other:
                yield Line(label=f"  {name}"[:13], pieces=(Piece(f"{one} → {other}"),))


def _value_text(name: str, value: Any) -> str:
    """Return a field in short, for one line of a comparison."""
    if value is None or value == []:
        return "none"
    if name in _IN_SHORT:
        return _IN_SHORT[name](value)
    if isinstance(value, list):
        return ", ".join(str(each.get("name", "")) if isinstance(each, dict) else str(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_code_text(part) if part else '-'}" for key, part in value.items())
    return str(value)


_IN_SHORT: Mapping[str, Callable[[Any], str]] = {
    "place": lambda place: f"{_place_text(place)} ({place['precision']})",
    "time": lambda time: days_text(time) or "unknown",
    "tolls": lambda tolls: "; ".join(map(toll_text, tolls)),
    "disputes": lambda disputes: ", ".join(each["field"] for each in disputes),
    "aggregate": lambda aggregate: f"{aggregate['basis']!r} with {len(aggregate['parts'])} part(s)",
    **{name: lambda many: f"{len(many)} told" for name in ("timeline", "claims")},
    **{name: lambda many: str(len(many)) for name in ("event_ids", "article_ids")},
}
"""How fields are told that have more parts than a line should."""
