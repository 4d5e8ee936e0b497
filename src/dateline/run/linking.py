"""Builds and updates the incidents of a database, and compares two states of them.

Every run links all events anew: the groups depend on the events alone, never on the order in which they came or on the runs
in between, so that a database that grew step by step holds the same incidents as one filled at once. What the steps leave is
history: which incident went into which (``merged_into``), which came out of which (``split_from``).

Events are read in a stream; of each only a sketch is kept, and of each incident its record, packed.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dateline.errors import FilterError, InputError
from dateline.incidents import link_sketches, reconcile, sketch, tie_aggregates
from dateline.incidents.grades import DEFAULT, read_grading
from dateline.incidents.joining import find_passages
from dateline.model import Aggregate, CoderInfo, Telling
from dateline.records.incident_records import event_of, incident_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dateline.incidents.pairs import Sketch
    from dateline.model import Incident
    from dateline.records.exports import Record
    from dateline.records.rows import Row
    from dateline.records.store import Store

PAGE = 400
"""Incidents that are reconciled and written together."""
_RUN = ["incidents"]
"""What the row of a run that built incidents names as its source."""


@dataclass(slots=True, kw_only=True)
class Linked:
    """What a run did.

    Attributes:
        changed: Incidents that are new or differ from before.
        retired: Incidents that are no more: merged into others, or their events gone.
    """

    run_id: int = 0
    events: int = 0
    incidents: int = 0
    aggregates: int = 0
    changed: int = 0
    retired: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An incident that differs between two states.

    Attributes:
        kind: ``gained``, ``lost`` or ``changed``.
        before, after: Its records; None where it is not there.
        fields: The fields that differ.
        into: Ids of the incidents that hold its events now, of one that was lost; of one gained, those that held them before.
    """

    kind: str
    before: Record | None
    after: Record | None
    fields: tuple[str, ...] = ()
    into: tuple[str, ...] = ()


@dataclass(slots=True)
class _Packed:
    """Incidents in little memory: the record packed, and without evidence what tying sums to their parts needs."""

    records: dict[str, bytes] = field(default_factory=dict)
    slim: list[Incident] = field(default_factory=list)

    def add(self, incident: Incident) -> None:
        self.records[incident.id] = _pack(incident_record(incident))
        self.slim.append(_slimmed(incident))

    def record(self, incident: Incident) -> Record:
        """The record, with what tying changed."""
        record = _unpack(self.records[incident.id])
        if incident.part_of:
            record["part_of"] = list(incident.part_of)
        if incident.aggregate is not None:
            tied = incident_record(incident)
            evidence = {json.dumps(_bare(toll)): toll["spans"] for toll in record["aggregate"]["tolls"]}
            record["aggregate"]["parts"] = tied["aggregate"]["parts"]
            record["tolls"] = [toll | {"spans": evidence.get(json.dumps(_bare(toll)), [])} for toll in tied["tolls"]]
            record["reasons"] |= incident.reasons
        return record


def _pack(record: Record) -> bytes:
    return zlib.compress(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def _unpack(packed: bytes) -> Record:
    record: Record = json.loads(zlib.decompress(packed))
    return record


def _bare(toll: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": toll["kind"], "who": toll["who"], "side": toll["side"], "speaker": toll["speaker"]}


def _slimmed(incident: Incident) -> Incident:
    place = replace(incident.place, evidence=(), alternatives=()) if incident.place else None
    aggregate = incident.aggregate
    return replace(
        incident,
        event_ids=(),
        article_ids=(),
        agents=(),
        targets=(),
        supporters=(),
        objects=(),
        instruments=(),
        place=place,
        time=replace(incident.time, evidence=()) if incident.time else None,
        tolls=tuple(replace(toll, evidence=()) for toll in incident.tolls),
        claims=(),
        codes={},
        disputes=(),
        timeline=(),
        aggregate=Aggregate(basis=aggregate.basis, tolls=tuple(replace(toll, evidence=()) for toll in aggregate.tolls))
        if aggregate
        else None,
        reasons=dict(incident.reasons) if aggregate else {},
    )


# --- building ------------------------------------------------------------------------------------------------------------


def build_incidents(
    store: Store, info: CoderInfo, grades: Path | None = None, progress: Callable[[str, int, int | None], None] | None = None
) -> Linked:
    """Link all events of a database and write the incidents.

    Args:
        store: The database.
        info: What builds, for the run's row.
        grades: Other rules of grading than those that ship.
        progress: Called with what is being done, how much of it, and of how much (None is unknown).

    Returns:
        What was done.

    Raises:
        StoreError: The database failed; what was written before is kept, and the next run puts it right.
        CodebookError: The rules of grading have a mistake.
    """
    tell = progress or (lambda *_: None)
    grading = read_grading(grades or DEFAULT)
    done = Linked()
    _wait_for_next_second(store)
    done.run_id = store.begin_run(info, {"grades": str(grades or "shipped")}, _RUN)
    state = "failed"
    try:
        sketches: list[Sketch] = []
        for telling in read_tellings(store):
            sketches.append(sketch(telling))
            tell("reading events", len(sketches), None)
        done.events = len(sketches)
        tell("linking", 0, None)
        groups = [([each.id for each in group], group[0].summary) for group in link_sketches(sketches)]
        sketches.clear()
        packed = _Packed()
        for start in range(0, len(groups), PAGE):
            page = groups[start : start + PAGE]
            tellings = {
                telling.event.id: telling
                for telling in _tellings_of(store, [each for event_ids, _ in page for each in event_ids])
            }
            for event_ids, summary in page:
                packed.add(reconcile([tellings[each] for each in event_ids], summary, grading))
            tell("reconciling", start + len(page), len(groups))
        incidents = tie_aggregates(packed.slim)
        done.incidents, done.aggregates = len(incidents), sum(each.aggregate is not None for each in incidents)
        _write(store, packed, incidents, done, tell)
        state = "finished"
    except KeyboardInterrupt:
        state = "interrupted"
        raise
    finally:
        store.end_run(done.run_id, state)
    return done


def read_tellings(store: Store, event_ids: Sequence[str] | None = None) -> Iterator[Telling]:
    """Stream the events of a database with what linking takes of their articles.

    Args:
        store: The database.
        event_ids: Only these, a few hundred at most; None is all.
    """
    where = None if event_ids is None else f"id={','.join(event_ids)}"
    columns = ("id", "title", "publisher", "published_day", "text", "sentences", "copy_of")
    if event_ids is None:
        articles = store.rows("articles", None, columns)
    else:
        wanted = {article_id for (article_id,) in store.tuples("events", where, ("article_id",))}
        articles = store.rows("articles", f"id={','.join(sorted(wanted))}", columns) if wanted else iter(())
    article: Row | None = None
    for row in store.rows("events", where, ("article_id", "record")):
        while article is None or article["id"] != row["article_id"]:
            article = next(articles)
        yield _telling(json.loads(row["record"]), article)


def _tellings_of(store: Store, event_ids: Iterable[str]) -> Iterator[Telling]:
    ordered = sorted(event_ids)
    for start in range(0, len(ordered), PAGE):
        yield from read_tellings(store, ordered[start : start + PAGE])


def _telling(record: Record, article: Row) -> Telling:
    event = event_of(record)
    texts = {"text": article["text"], "title": article["title"] or ""}
    places = [(each[3] if len(each) > 3 else "text", each[0], each[1]) for each in json.loads(article["sentences"])]
    passages, details = find_passages(event, [(name, start, end, texts[name][start:end]) for name, start, end in places])
    return Telling(
        event=event,
        origin=article["copy_of"] or article["id"],
        published=dt.date.fromisoformat(article["published_day"]) if article["published_day"] else None,
        publisher=article["publisher"],
        passages=passages,
        details=details,
        text=f"{texts['title']}\n{texts['text']}",
    )


def _write(
    store: Store, packed: _Packed, incidents: Sequence[Incident], done: Linked, tell: Callable[[str, int, int | None], None]
) -> None:
    """Write the incidents in pages, each whole; what is no more is retired with the first."""
    owner = {
        event_id: each for each in packed.records for event_id in json.loads(zlib.decompress(packed.records[each]))["event_ids"]
    }
    retired, split_from = _follow(store, owner, set(packed.records))
    done.retired = len(retired)
    store.write_incidents([], retired)
    for start in range(0, len(incidents), PAGE):
        page = [packed.record(each) | {"split_from": split_from.get(each.id)} for each in incidents[start : start + PAGE]]
        done.changed += store.write_incidents(page)
        tell("writing", start + len(page), len(incidents))


def _follow(store: Store, owner: Mapping[str, str], new: set[str]) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return the incidents that are no more with the one that took over, and the new ones with the one they came out of."""
    before = store.incident_of(owner)
    known: dict[str, str | None] = {}
    for row in store.rows("incidents", None, ("id", "split_from")):
        known[row["id"]] = row["split_from"]
    heirs: dict[str, Counter[str]] = defaultdict(Counter)
    for event_id, old in before.items():
        heirs[old][owner[event_id]] += 1
    retired: dict[str, str | None] = {}
    for old in known.keys() - new:
        some = heirs.get(old, Counter())
        retired[old] = min(some, key=lambda each: (-some[each], each)) if some else None
    split_from = {each: came for each, came in known.items() if came is not None and each in new}
    for old, some in sorted(heirs.items()):
        keeps = old if old in new else retired.get(old)
        for each in sorted(some):
            if each != keeps and each not in known:
                split_from.setdefault(each, old)
    return retired, split_from


def _wait_for_next_second(store: Store) -> None:
    """Let no two runs share a second, so that a state of the incidents belongs to one run."""
    runs = store.status(1).runs
    while runs and str(runs[0]["ended"] or "") >= _now():
        time.sleep(0.05)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# --- following and comparing ---------------------------------------------------------------------------------------------


def find_incident(store: Store, incident_id: str) -> tuple[Record, list[str]]:
    """Return the record of an incident, and the ids that led to it where it was merged into another.

    Args:
        store: The database.
        incident_id: An id, or the beginning of one; an id of an event finds its incident.

    Raises:
        InputError: There is none, or several begin so.
    """
    trail: list[str] = []
    wanted = store.incident_of([incident_id]).get(incident_id, incident_id) if incident_id.startswith("evt_") else incident_id
    while True:
        found = list(store.incident_records(f'id="{wanted}"')) if '"' not in wanted else []
        if found:
            return found[0], trail
        states = store.incident_history(wanted)
        into = states[-1]["merged_into"] if states else None
        if into is None or into in trail:
            break
        trail.append(wanted)
        wanted = into
    near = [row["id"] for row in store.rows("incidents", None, ("id",)) if row["id"].startswith(wanted)]
    if len(near) == 1:
        return next(store.incident_records(f"id={near[0]}")), trail
    if near:
        raise InputError(
            f"{len(near)} incidents begin with {incident_id}, such as {near[0]} and {near[1]}; write more of the id", "unknown"
        )
    if store.incident_history(wanted):
        raise InputError(f"incident {incident_id} is no more: none of its events is in the database", "unknown")
    raise InputError(
        f"{store.name} has no incident {incident_id}; `dateline incidents --db ... --format table` lists them", "unknown"
    )


def read_articles(store: Store, record: Record) -> dict[str, Record]:
    """Return the articles of an incident by id, each with the sentences that hold a word of its evidence."""
    spans: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    _collect_spans(record, spans)
    for event in store.records(f"id={','.join(record['event_ids'])}"):
        _collect_spans(event["anchors"], spans, event["article_id"])
    found: dict[str, Record] = {}
    for article_id in record["article_ids"]:
        row = store.article(article_id)
        if row is None:
            continue
        texts = {"text": row["text"], "title": row["title"] or ""}
        passages = [
            {"field": name, "start": start, "text": texts[name][start:end]}
            for start, end, name in (
                (each[0], each[1], each[3] if len(each) > 3 else "text") for each in json.loads(row["sentences"])
            )
            if any(name == field and start < last and first < end for field, first, last in spans[article_id])
        ]
        found[article_id] = {name: row[name] for name in ("title", "publisher", "published", "copy_of")} | {
            "passages": passages
        }
    return found


def _collect_spans(value: Any, spans: dict[str, set[tuple[str, int, int]]], article_id: str | None = None) -> None:
    """Put all spans inside a value by their articles."""
    if isinstance(value, list):
        for each in value:
            _collect_spans(each, spans, article_id)
    elif isinstance(value, dict):
        if {"start", "end", "text"} <= value.keys():
            spans[value.get("article_id") or article_id or ""].add((value.get("field", "text"), value["start"], value["end"]))
        else:
            for each in value.values():
                _collect_spans(each, spans, article_id)


def incidents_after(store: Store, run_id: int) -> dict[str, Record]:
    """Return the incidents as a run left them, by id.

    Raises:
        FilterError: There is no such run.
    """
    runs = {run["id"]: run for run in store.status(1_000_000).runs}
    if run_id not in runs:
        there = f"runs {min(runs)} to {max(runs)}" if runs else "none"
        raise FilterError(f"{store.name} has no run {run_id}; there are: {there} (`dateline status` lists them)")
    until = runs[run_id]["ended"] or "9999"
    found: dict[str, Record] = {}
    for row in store.incident_states(until):
        if row["record"] is not None:
            found[row["id"]] = json.loads(row["record"])
    return found


def compare(before: Mapping[str, Record], after: Mapping[str, Record]) -> list[Change]:
    """Return what two states of incidents differ in: gained, lost and changed, each in the order of the ids.

    Where another version of the code gives an incident another id, it is found again by its articles and its type.
    """
    then, now = _owners(before), _owners(after)
    renamed = _renamed(before, after)
    changes: list[Change] = []
    for old in sorted(before):
        new = old if old in after else renamed.get(old)
        if new is None:
            into = sorted({now[event] for event in before[old]["event_ids"] if event in now})
            changes.append(Change(kind="lost", before=before[old], after=None, into=tuple(into)))
        elif fields := _differing(before[old], after[new]):
            changes.append(Change(kind="changed", before=before[old], after=after[new], fields=fields))
    for new in sorted(after.keys() - before.keys() - set(renamed.values())):
        came = sorted({then[event] for event in after[new]["event_ids"] if event in then})
        changes.append(Change(kind="gained", before=None, after=after[new], into=tuple(came)))
    order = ["gained", "lost", "changed"]
    return sorted(changes, key=lambda change: order.index(change.kind))


def _owners(state: Mapping[str, Record]) -> dict[str, str]:
    return {event: each for each, record in state.items() for event in record["event_ids"]}


def _renamed(before: Mapping[str, Record], after: Mapping[str, Record]) -> dict[str, str]:
    """Pair what was lost with what was gained where most of the events, or the articles and the type, are the same."""
    gained: dict[tuple[str, str], list[str]] = defaultdict(list)
    for new in sorted(after.keys() - before.keys()):
        for article in after[new]["article_ids"]:
            gained[article, after[new]["type"]].append(new)
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for old in sorted(before.keys() - after.keys()):
        record = before[old]
        shared = Counter(
            new for article in record["article_ids"] for new in gained[article, record["type"]] if new not in taken
        )
        for new, count in sorted(shared.items(), key=lambda each: (-each[1], each[0])):
            if 2 * count > max(len(record["article_ids"]), len(after[new]["article_ids"])) and _same_days(record, after[new]):
                pairs[old] = new
                taken.add(new)
                break
    return pairs


def _same_days(one: Record, other: Record) -> bool:
    first, second = one["time"] or {}, other["time"] or {}
    return not (first.get("first") and second.get("first")) or (
        first["first"] <= (second["last"] or second["first"]) and second["first"] <= (first["last"] or first["first"])
    )


_NOT_COMPARED = {"revision", "reasons", "split_from"}


def _differing(one: Record, other: Record) -> tuple[str, ...]:
    names = dict.fromkeys((*one, *other))
    return tuple(name for name in names if name not in _NOT_COMPARED and one.get(name) != other.get(name))
