"""Judges coded events against annotated ones.

The rules are those of the yardstick that the floors in ``evals/floors.json`` are measured with, and so are the numbers:

- **Match.** Two events match that share an anchor word or, failing that, a sentence and the type. Matches are one to one: the
  strongest first (``_affinity``), then exchanged so that there are as many as possible. Then every matched pair is judged.
- **Fields** (``FIELDS``). Right or wrong, or not counted where neither side tells anything to compare.
- **Record.** A pair whose fields are all right, the speaker aside, or not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dateline.model import Event, TollKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dateline.scoring.reports import Annotated, Report

# --- which event is which ------------------------------------------------------------------------------------------------


def _affinity(report: Report, annotated: Annotated, event: Event) -> int:
    """Return how strongly two events look the same; 0 is no candidate.

    A shared anchor word counts 10, each pair of overlapping anchors 4, the same type 5; without a shared anchor word the same
    type in a shared sentence counts 3, and each such sentence 1.
    """
    ours, theirs = ([each.span for each in one.anchors] for one in (annotated, event))
    shared = sum(min(a.end, b.end) > max(a.start, b.start) for a in ours for b in theirs)
    same_type = annotated.type is event.type
    if shared:
        return 10 + 4 * shared + 5 * same_type
    sentences = {report.sentence_at(a.start) for a in ours} & {report.sentence_at(b.start) for b in theirs}
    return 3 + len(sentences) if sentences and same_type else 0


def _match(report: Report, events: Sequence[Event]) -> dict[int, int]:
    """Return which annotated event is which coded one: greedy by affinity, then augmented to the largest matching (Kuhn).

    Of equal pairs the one that stands later goes first: no matter of right or wrong, but the yardstick does so.
    """
    pairs = ((_affinity(report, a, e), i, j) for i, a in enumerate(report.events) for j, e in enumerate(events))
    ranked = sorted((pair for pair in pairs if pair[0] > 0), reverse=True)
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    candidates: dict[int, list[int]] = defaultdict(list)
    for _, i, j in ranked:
        candidates[i].append(j)
        if i not in left and j not in right:
            left[i], right[j] = j, i

    def augment(i: int, seen: set[int]) -> bool:
        for j in candidates[i]:
            if j in seen:
                continue
            seen.add(j)
            if j not in right or augment(right[j], seen):
                left[i], right[j] = j, i
                return True
        return False

    for i in range(len(report.events)):
        if i not in left:
            augment(i, set())
    return left


# --- which field is right ------------------------------------------------------------------------------------------------

_EMPTY_WORDS = frozenset(
    (
        *("the", "a", "an", "of", "in", "on", "at", "to", "and", "or", "by", "for", "with", "from"),
        *("their", "his", "her", "its", "some", "one", "more", "than", "least", "about", "up", "over"),
        *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        *("men", "man", "people", "persons", "person", "group", "groups"),
    )
)
"""Words that tell nothing of who somebody is: sharing one makes no phrase right."""


def _fold(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return bare.lower().replace("’", "'").replace("‘", "'")  # noqa: RUF001 (marks found in names)


def _content(phrases: Iterable[str | None]) -> set[str]:
    return {word for phrase in phrases for word in re.findall(r"[a-z0-9]+", _fold(phrase or ""))} - _EMPTY_WORDS


def _phrases(event: Event, field: str) -> list[str]:
    return [phrase for who in getattr(event, field) for phrase in (who.name, *(each.quote for each in who.evidence))]


def _shares(ours: Iterable[str], theirs: Iterable[str | None], *, neither: bool | None) -> bool | None:
    """Whether two lists of phrases share a content word; ``neither`` where both have none."""
    want, have = _content(ours), _content(theirs)
    return bool(want & have) if want or have else neither


def _place_right(annotated: Annotated, event: Event) -> bool | None:
    """Whether the annotated place's first name equals the coded name, or a division above it, or one contains the other.

    The coded country counts only where the annotated place is a country. Nothing annotated and nothing coded is right;
    nothing annotated and a place coded is not counted.
    """
    if not annotated.place:
        return True if event.place is None else None
    if event.place is None:
        return False
    first = _fold(annotated.place.split(",")[0]).strip()
    names = [event.place.name, event.place.admin2, event.place.admin1]
    names += [event.place.country] if "," not in annotated.place else []
    return any(_fold(name) in first or first in _fold(name) for name in names if name)


def _start_right(annotated: Annotated, event: Event) -> bool | None:
    """Whether the first day equals the annotated one, as exactly as that is known."""
    if not annotated.start:
        return None
    return _start(event).startswith(annotated.start)


def _start(event: Event) -> str:
    return event.time.first.isoformat() if event.time and event.time.first else ""


def _killed_of(event: Event) -> int | None:
    return max((toll.best for toll in event.tolls if toll.kind is TollKind.KILLED and toll.best), default=None)


def _speakers(event: Event) -> list[str | None]:
    return [name for claim in event.claims for name in (claim.speaker, *claim.via)]


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that is judged.

    Attributes:
        right: Whether it is right; None where there is nothing to compare.
        ours, theirs: The annotated and the coded value in words.
    """

    right: Callable[[Annotated, Event], bool | None]
    ours: Callable[[Annotated], str]
    theirs: Callable[[Event], str]


def _party(field: str) -> _Field:
    """Right where any content word is shared, or neither side names anyone."""
    return _Field(
        lambda a, e: _shares(getattr(a, field), _phrases(e, field), neither=True),
        lambda a: ", ".join(dict.fromkeys(getattr(a, field))),
        lambda e: ", ".join(dict.fromkeys(who.name for who in getattr(e, field))),
    )


FIELDS: Mapping[str, _Field] = {
    "type": _Field(lambda a, e: a.type is e.type, lambda a: a.type, lambda e: e.type),
    "status": _Field(lambda a, e: a.status is e.status, lambda a: a.status, lambda e: e.status),
    "agent": _party("agents"),
    "target": _party("targets"),
    "place": _Field(
        _place_right,
        lambda a: a.place or "",
        lambda e: ", ".join(dict.fromkeys(filter(None, (e.place.name, e.place.country)))) if e.place else "",
    ),
    "date": _Field(_start_right, lambda a: a.start or "", _start),
    "toll": _Field(  # the best figures of killed, where either side has one
        lambda a, e: None if a.killed is None and _killed_of(e) is None else a.killed == _killed_of(e),
        lambda a: f"{a.killed} killed" if a.killed else "",
        lambda e: f"{_killed_of(e)} killed" if _killed_of(e) else "",
    ),
    "speaker": _Field(
        lambda a, e: _shares(a.speakers, _speakers(e), neither=None),
        lambda a: ", ".join(dict.fromkeys(a.speakers)),
        lambda e: ", ".join(dict.fromkeys(filter(None, _speakers(e)))),
    ),
}
"""The fields that are judged, in the order in which they are shown."""
RECORD_FIELDS = tuple(name for name in FIELDS if name != "speaker")
"""Those that must not be wrong for a record to be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An annotated event and the coded one that it matches; ``right`` judges each of ``FIELDS``."""

    annotated: Annotated
    event: Event
    right: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One report, judged.

    Attributes:
        events: The coded events.
        missed: Annotated events that no coded one matches.
        false: Coded events that match no annotated one.
    """

    report: Report
    events: tuple[Event, ...]
    pairs: tuple[Pair, ...]
    missed: tuple[Annotated, ...]
    false: tuple[Event, ...]


def score_report(report: Report, events: Sequence[Event]) -> Scored:
    """Judge the events coded from ``report.document()``; offsets of both sides count in ``report.text``."""
    matched = _match(report, events)
    taken = set(matched.values())
    pairs = []
    for i, j in matched.items():
        annotated, event = report.events[i], events[j]
        right = {name: field.right(annotated, event) for name, field in FIELDS.items()}
        pairs.append((i, Pair(annotated=annotated, event=event, right=right)))
    return Scored(
        report=report,
        events=tuple(events),
        pairs=tuple(pair for _, pair in sorted(pairs, key=lambda each: each[0])),
        missed=tuple(annotated for i, annotated in enumerate(report.events) if i not in matched),
        false=tuple(event for j, event in enumerate(events) if j not in taken),
    )
