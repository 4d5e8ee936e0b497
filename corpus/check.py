"""Checks annotated reports and tells what is in them.

    python corpus/check.py [--table] [FILE.jsonl ...]     # all files here, if none is named

Every fault is one line with file, line, report and what is wrong: a quotation that does not stand in its sentence or begins or
ends inside a word, an unknown type, status or toll, an event without an anchor, an id given twice. Exit 1 on any fault. The
form is described in docs/codebook.md; the closed sets are those of ``dateline.model``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.model import EventType, Role, Status, TollKind
from dateline.scoring import locate

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
QUOTED = ("anchors", *(role.value for role in Role))
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?$")


def main() -> int:
    """Check files and print faults and counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--table", action="store_true", help="also print how many events there are of each type and status")
    args = parser.parse_args()
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for path in args.files or sorted(HERE.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            name, found, report = check_line(line, seen)
            for fault in found:
                print(f"{path}:{number}: {name}: {fault}")
            counts.update(faults=len(found), reports=1, sentences=len(report.get("sentences", [])))
            events = report.get("events", [])
            counts.update(events=len(events), without=not events)
            kinds.update(event.get("type", "?") for event in events)
            kinds.update(event.get("status", "?") for event in events)
    if args.table:
        for kind, number in kinds.most_common():
            print(f"{number:>6} {kind}")
    told = "{reports} reports ({without} without an event), {sentences} sentences, {events} events, {faults} faults"
    print(told.format(**{key: counts[key] for key in ("reports", "without", "sentences", "events", "faults")}))
    return int(counts["faults"] > 0)


def check_line(line: str, seen: set[str]) -> tuple[str, list[str], dict[str, Any]]:
    """Check one line of a file.

    Args:
        line: JSON of one report.
        seen: Ids of the reports before it; this one's is added.

    Returns:
        The report's id, its faults, and the report (empty where the line is no report).
    """
    try:
        report = json.loads(line)
    except ValueError as error:
        return "?", [f"no JSON: {error}"], {}
    if not isinstance(report, dict) or not isinstance(report.get("id"), str):
        return "?", ["no report with an id"], {}
    found = list(find_faults(report))
    if report["id"] in seen:
        found.append("this id stands twice")
    seen.add(report["id"])
    return report["id"], found, report


def find_faults(report: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a report."""
    sentences = report.get("sentences")
    if not isinstance(sentences, list) or not sentences or not all(isinstance(s, str) and s.strip() for s in sentences):
        yield "no sentences, or an empty one"
        return
    published = report.get("published")
    if published is not None and not _DATE.match(str(published)):
        yield f"published {published!r} is no ISO date"
    names = [event.get("id") for event in report.get("events", [])]
    if len(set(names)) < len(names) or None in names:
        yield "an event without an id, or an id twice"
    for event in report.get("events", []):
        for fault in _event_faults(event, sentences):
            yield f"{event.get('id')}: {fault}"


def _event_faults(event: dict[str, Any], sentences: list[str]) -> Iterator[str]:
    if event.get("type") not in set(EventType):
        yield f"unknown type {event.get('type')!r}"
    if event.get("status") not in set(Status):
        yield f"unknown status {event.get('status')!r}"
    if not event.get("anchors"):
        yield "no anchor"
    for role in QUOTED:
        for quote in event.get(role, []):
            yield from (f"{role}: {fault}" for fault in _quote_faults(quote, sentences))
    for toll in event.get("toll", []):
        yield from _toll_faults(toll, sentences)
    for key in ("start", "end"):
        day = (event.get("norm") or {}).get(key)
        if day is not None and not _DATE.match(str(day)):
            yield f"norm.{key} {day!r} is no ISO date, month or year"


def _toll_faults(toll: dict[str, Any], sentences: list[str]) -> Iterator[str]:
    if toll.get("kind") not in set(TollKind):
        yield f"unknown toll {toll.get('kind')!r}"
    figures = [toll.get(key) for key in ("low", "best", "high")]
    if not all(figure is None or (isinstance(figure, int) and figure >= 0) for figure in figures):
        yield f"toll figures {figures}"
    if toll.get("at"):
        yield from (f"toll: {fault}" for fault in _quote_faults(toll["at"], sentences))


def _quote_faults(quote: Any, sentences: list[str]) -> Iterator[str]:
    if not (isinstance(quote, list) and len(quote) == 2 and isinstance(quote[0], int) and isinstance(quote[1], str)):
        yield f"no quotation: {quote!r}"
        return
    index, words = quote
    if not 0 <= index < len(sentences):
        yield f"there is no sentence {index}"
        return
    place = locate(sentences[index], words)
    if place is None:
        yield f"{words!r} does not stand in sentence {index}"
    elif _splits_word(sentences[index], *place):
        yield f"{words!r} begins or ends inside a word of sentence {index}"


def _splits_word(sentence: str, start: int, end: int) -> bool:
    """Whether offsets fall inside a word; a capital behind another sort of letter is a lost line break, not one word."""

    def splits(at: int) -> bool:
        before, after = sentence[at - 1], sentence[at]
        lost_break = after.isupper() and (not before.isupper() or sentence[at + 1 : at + 2].islower())
        return before.isalnum() and after.isalnum() and not lost_break

    return any(0 < at < len(sentence) and splits(at) for at in (start, end))


if __name__ == "__main__":
    sys.exit(main())
