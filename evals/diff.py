"""What a change of code, data or weights did to the records: events gained, lost and changed between two runs.

    python evals/diff.py BEFORE.jsonl AFTER.jsonl [--show N]

Both files are records as ``dateline code --format jsonl`` or ``gate.py --keep`` writes them, of the same reports. An event of one
run is that of the other which shares the most anchor words with it (at least one); each is matched once. Of matched events the
fields that differ are told with both values; what rests on the same words with other scores is no change.

Exit: 0 the records are alike, 1 they differ, 2 a file cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Record = dict[str, Any]

PARTIES = ("agents", "targets", "supporters")


def main() -> int:
    """Compare two files and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--show", type=int, default=200, help="print at most so many differences (all are counted)")
    args = parser.parse_args()
    try:
        before, after = read_records(args.before), read_records(args.after)
    except (OSError, ValueError) as error:
        print(f"{error}", file=sys.stderr)
        return 2
    lines, counts = compare(before, after)
    for line in lines[: args.show]:
        print(line)
    if len(lines) > args.show:
        print(f"... and {len(lines) - args.show} more")
    print(", ".join(f"{what} {number}" for what, number in sorted(counts.items())) or "no event in either file")
    return int(bool(lines))


def read_records(path: Path) -> dict[str, list[Record]]:
    """Return the records of a file by article.

    Raises:
        ValueError: A line is no record; the message names file and line.
    """
    by_article: dict[str, list[Record]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            by_article[record["article"]["id"] or record["article"]["path"] or record["article_id"]].append(record)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: no event record as --format jsonl writes it ({error!r})") from error
    return by_article


def compare(before: dict[str, list[Record]], after: dict[str, list[Record]]) -> tuple[list[str], Counter[str]]:
    """Return the differences as lines of text in the order of the articles, and how many events were kept, gained, lost, changed."""
    lines: list[str] = []
    counts: Counter[str] = Counter()
    for article in sorted({*before, *after}):
        pairs, lost, gained = match(before.get(article, []), after.get(article, []))
        lines += [f"- {article}: {told(event)}" for event in lost]
        lines += [f"+ {article}: {told(event)}" for event in gained]
        for old, new in pairs:
            changes = changed_fields(old, new)
            counts["changed" if changes else "same"] += 1
            if changes:
                lines.append(f"~ {article}: {told(old)}")
                lines += [f"    {field}: {was!r} -> {now!r}" for field, was, now in changes]
                counts.update(f"changed {field}" for field, _, _ in changes)
        counts["lost"] += len(lost)
        counts["gained"] += len(gained)
    return lines, +counts


def match(old: list[Record], new: list[Record]) -> tuple[list[tuple[Record, Record]], list[Record], list[Record]]:
    """Match events that share anchor words, those that share most first."""
    shared = sorted(
        ((len(anchors(a) & anchors(b)), a["type"] == b["type"], -i, -j) for i, a in enumerate(old) for j, b in enumerate(new)),
        reverse=True,
    )
    partner: dict[int, int] = {}
    for common, _, i, j in shared:
        if common and -i not in partner and -j not in partner.values():
            partner[-i] = -j
    taken = set(partner.values())
    pairs = [(old[i], new[j]) for i, j in sorted(partner.items())]
    return pairs, [a for i, a in enumerate(old) if i not in partner], [b for j, b in enumerate(new) if j not in taken]


def anchors(event: Record) -> set[tuple[str, int]]:
    """Where the words that name an event stand."""
    return {(span.get("field", "text"), span["start"]) for span in event["anchors"]}


def told(event: Record) -> str:
    """One event in a line."""
    return f"{event['type']} {event['status']} {[span['text'] for span in event['anchors']]}"


def changed_fields(old: Record, new: Record) -> list[tuple[str, Any, Any]]:
    """The fields in which two records of one event differ, with both values."""
    was, now = values(old), values(new)
    return [(field, was[field], now[field]) for field in was if was[field] != now[field]]


def values(event: Record) -> dict[str, Any]:
    """What a record says, without offsets and scores."""
    place, time = event["place"] or {}, event["time"] or {}
    return {
        "type": event["type"],
        "status": event["status"],
        "anchors": [span["text"] for span in event["anchors"]],
        **{role: [one["name"] for one in event[role]] for role in PARTIES},
        "place": [place.get(key) for key in ("name", "admin1", "country", "precision")] if place else None,
        "time": [time.get(key) for key in ("first", "last", "basis")] if time else None,
        "tolls": [[toll[key] for key in ("kind", "low", "best", "high", "side")] for toll in event["tolls"]],
        "claims": [[claim["speaker"], *claim["via"]] for claim in event["claims"]],
        "certainty": event["certainty"],
        "codes": event["codes"],
    }


if __name__ == "__main__":
    sys.exit(main())
