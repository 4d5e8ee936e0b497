"""Scores the sentence splitter against annotated reports.

    python evals/sentences.py ../shared/corpus/gold/dev.jsonl ../shared/corpus/train/*.jsonl [--errors N]

Each report's sentences are joined by newlines and, in a second run, by spaces; a boundary is where a sentence ends.
The end of a report is not counted. Headlines have no stop, so that joined by spaces they cannot be told from what follows: the
second run leaves the title out.

Treebanks as JSON lines, whose records hold ``sents`` with their ``text``, are scored too, joined by spaces and without what
does not end with a stop. Files may be packed (``.gz``).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.articles import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Print precision, recall and F of the boundaries for each file and for both ways of joining."""
    parser = argparse.ArgumentParser(description="Scores the sentence splitter against annotated reports.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--errors", type=int, default=0, help="show this many wrong boundaries for each way of joining")
    options = parser.parse_args()
    for name, joint in (("newlines", "\n"), ("spaces", " ")):
        total = [0, 0, 0]
        errors: list[str] = []
        for path in options.files:
            counts = [0, 0, 0]
            for report in _reports(path):
                sentences = _sentences(report, joint)
                found = _score(report["id"], sentences, joint, errors)
                counts = [a + b for a, b in zip(counts, found, strict=True)]
            total = [a + b for a, b in zip(total, counts, strict=True)]
            if counts[2]:
                print(f"{name:9} {path.name:36} {_figures(counts)}")
        print(f"{name:9} {'all':36} {_figures(total)}")
        print("\n".join(errors[: options.errors]))


def _reports(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _sentences(report: dict[str, Any], joint: str) -> list[str]:
    """Return the sentences that can be told apart when they are joined, or none."""
    if "sents" in report:
        found = [sentence["text"].strip() for sentence in report["sents"]] if joint == " " else []
        return [sentence for sentence in found if re.search(r"[.!?…]\W*$", sentence)]
    return [sentence.strip() for sentence in report["sentences"][1 if report["title"] and joint == " " else 0 :]]


def _score(report: str, sentences: list[str], joint: str, errors: list[str]) -> tuple[int, int, int]:
    """Return the number of boundaries that are right, that were found and that there are."""
    text = joint.join(sentences)
    want: set[int] = set()
    at = 0
    for sentence in sentences:
        at += len(sentence)
        want.add(at)
        at += len(joint)
    have = {end for _, end in split_sentences(text)}
    want.discard(len(text))
    have.discard(len(text))
    for offset in sorted(want ^ have):
        what = "missed" if offset in want else "extra "
        errors.append(f"  {what} {report:28} …{text[max(0, offset - 50) : offset]!r} | {text[offset : offset + 40]!r}")
    return len(want & have), len(have), len(want)


def _figures(counts: list[int]) -> str:
    right, found, wanted = counts
    precision, recall = right / max(1, found), right / max(1, wanted)
    return f"P {precision:.4f}  R {recall:.4f}  F {2 * right / max(1, found + wanted):.4f}  ({wanted} boundaries)"


if __name__ == "__main__":
    main()
