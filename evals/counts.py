"""Measures the rules for counts and speakers on annotated reports.

    python evals/counts.py [--errors PART] [--limit N] FILE.jsonl ...

Parts: ``numbers`` (value of each annotated quotation), ``complete`` (the quotation cut to its last word and widened again),
``finder`` (tolls found without the reader), ``speakers`` (quoted sources found without the reader), ``chains`` (speakers built
from the annotated spans). Without files it reads the corpus beside the repository.

    python evals/counts.py --cases [--errors held]

scores the toll cases of tests/cases/tolls.jsonl, the half that is held back apart; the rules alone, without the reader.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.articles import make_article
from dateline.claims import counts, stance
from dateline.claims.tolls import ArticleTolls
from dateline.model import Claim, EventType, Span
from dateline.scoring import locate

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parents[1] / "tests" / "cases" / "tolls.jsonl"
ANCHOR = re.compile(r"\[([^|\]]+)\|([a-z_]+)\]")
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
STOP = {"the", "a", "an", "of", "in", "at", "for", "and", "to", "his", "their", "its", "s"}


def reports(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield the annotated reports of files."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def quoted_tolls(report: dict[str, Any]) -> Iterator[tuple[int, tuple[int, int], dict[str, Any]]]:
    """Yield sentence index, characters and toll of each annotated toll that quotes its words."""
    for event in report["events"]:
        for toll in event.get("toll", []):
            if toll.get("at"):
                index, words = toll["at"]
                span = locate(report["sentences"][index], words)
                if span is not None:
                    yield index, span, toll


class Score:
    """Counts hits, misses and false finds, and keeps the errors."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: collections.Counter[str] = collections.Counter()
        self.errors: list[str] = []

    def add(self, outcome: str, error: str = "") -> None:
        """Count one outcome: ``hit``, ``miss`` or ``false``."""
        self.counts[outcome] += 1
        if error:
            self.errors.append(error)

    def __str__(self) -> str:
        hit, miss, false = (self.counts[name] for name in ("hit", "miss", "false"))
        recall = hit / max(hit + miss, 1)
        text = f"{self.name:22} {hit:5} of {hit + miss:5} = {recall:.3f}"
        if "false" in self.counts:
            text += f"   precision {hit / max(hit + false, 1):.3f}"
        return text


def score_numbers(report: dict[str, Any], scores: Scores) -> None:
    """Compare the value that is read from each annotated quotation with the annotated one."""
    for index, (start, end), toll in quoted_tolls(report):
        sentence = report["sentences"][index]
        words = sentence[start:end]
        value = counts.read_number(words)
        mine = (value.low, value.best, value.high) if value else None
        gold = tuple(toll.get(name) for name in ("low", "best", "high"))
        best_agrees = (mine[1] if mine else None) == gold[1]
        scores["numbers: best"].add(
            "hit" if best_agrees else "miss", "" if best_agrees else f"{words!r} mine {mine} gold {gold} | {sentence[:160]}"
        )
        scores["numbers: all three"].add(
            "hit" if mine == gold else "miss", "" if mine == gold else f"{words!r} mine {mine} gold {gold}"
        )
        last = re.search(r"\S+$", words)
        if last is None:
            continue
        at = start + last.start()
        full = counts.complete_count(sentence, at, end)
        good = full is not None and full[0] < end and start < full[1]
        exact = full == (start, end)
        scores["complete: kept"].add(
            "hit" if good else "miss", "" if good else f"{words!r} {full} | {sentence[max(0, start - 40) : end + 50]}"
        )
        shown = sentence[full[0] : full[1]] if full else None
        scores["complete: exact"].add(
            "hit" if exact else "miss", "" if exact else f"{words!r} mine {shown!r} | {sentence[max(0, start - 40) : end + 50]}"
        )


def score_finder(report: dict[str, Any], scores: Scores) -> None:
    """Compare the tolls that are found without the reader with the annotated ones, by kind and overlap."""
    gold: dict[int, dict[tuple[str, int, int], Any]] = collections.defaultdict(dict)
    for index, (start, end), toll in quoted_tolls(report):
        gold[index][toll["kind"], start, end] = toll
    for index, sentence in enumerate(report["sentences"]):
        left = dict(gold[index])
        for found in counts.find_counts(sentence):
            if found.subgroup:
                continue
            kind = found.kind.value
            score = scores[f"finder: {kind}"]
            match = next((key for key in left if key[0] == kind and key[1] < found.end and found.start < key[2]), None)
            if match is None:
                score.add("false", f"FALSE {kind} {sentence[found.start : found.end]!r} | {sentence}")
                continue
            toll = left.pop(match)
            score.add("hit")
            scores["finder: best agrees"].add("hit" if toll.get("best") == found.number.best else "miss")
        for kind, start, end in left:
            scores[f"finder: {kind}"].add("miss", f"MISS {kind} {sentence[start:end]!r} at {start} | {sentence}")


class Scores(dict[str, Score]):
    """Scores by name, each made when it is first asked for."""

    def __missing__(self, name: str) -> Score:
        """Make the score of a name."""
        return self.setdefault(name, Score(name))


def words_of(text: str) -> set[str]:
    """Return the content words of a phrase."""
    return {word for word in re.findall(r"\w+", text.lower()) if word not in STOP}


def score_speakers(report: dict[str, Any], scores: Scores) -> None:
    """Compare quoted sources with the speakers found, by a shared content word in the same sentence.

    A source is annotated only where it speaks of an event, so speakers of other things count as false here.
    """
    spans: dict[str, dict[int, set[tuple[int, int]]]] = {
        "source": collections.defaultdict(set),
        "cue": collections.defaultdict(set),
    }
    for event in report["events"]:
        for role, by_sentence in spans.items():
            for index, words in event.get(role, []):
                if (span := locate(report["sentences"][index], words)) is not None:
                    by_sentence[index].add(span)
    for index, sentence in enumerate(report["sentences"]):
        gold = [sentence[start:end] for start, end in sorted(spans["source"][index])]
        sources, _ = stance.find_speakers(sentence)
        left = [sentence[start:end] for start, end in sources]
        chains = stance.build_attributions(sentence, sorted(spans["source"][index]), sorted(spans["cue"][index]))
        named = [name for chain in chains for name in (chain.speaker, *chain.via) if name]
        for quote in gold:
            match = next((name for name in left if words_of(name) & words_of(quote) or name.lower() == quote.lower()), None)
            scores["speakers"].add("hit" if match else "miss", "" if match else f"MISS {quote!r} found {left} | {sentence}")
            kept = any(words_of(name) & words_of(quote) or name.lower() == quote.lower() for name in named)
            scores["chains: source kept"].add(
                "hit" if kept else "miss", "" if kept else f"MISS {quote!r} chains {named} | {sentence}"
            )
        for name in left:
            if any(words_of(name) & words_of(quote) or name.lower() == quote.lower() for quote in gold):
                continue
            scores["speakers"].add("false", f"FALSE {name!r} gold {gold} | {sentence}")


# --- toll cases ---------------------------------------------------------------------------------------------------------


def told(kind: str, low: int | None, best: int | None, high: int | None) -> str:
    """Return a toll as the cases write it: "killed 13", "killed 13+", "killed 13-", "killed 13~", "killed 10..20", "killed ?"."""
    if best is None:
        return f"{kind} ?"
    shapes = {(best, best): f"{best}", (best, None): f"{best}+", (None, best): f"{best}-", (None, None): f"{best}~"}
    return f"{kind} {shapes.get((low, high), f'{low}..{high}')}"


def same_tolls(wanted: list[str], found: list[tuple[str, str | None]]) -> bool:
    """Tell whether tolls and, where the case names them, the counted people agree, in any order."""
    left = list(found)
    for want in wanted:
        kind, number, *who = want.split(" ", 2)
        named = set(" ".join(who).lower().split())
        names = [one for one in left if one[0] == f"{kind} {number}" and named <= set((one[1] or "").lower().split())]
        if not names:
            return False
        left.remove(names[0])
    return not left


def tolls_of_sentence(text: str) -> list[tuple[str, str | None]]:
    """Return the tolls that a sentence states, with the people that each counts."""
    found = [count for count in counts.find_counts(text) if not count.subgroup]
    return [(told(one.kind.value, one.number.low, one.number.best, one.number.high), one.who) for one in found]


def tolls_of_events(text: str) -> dict[str, list[tuple[str, str | None]]]:
    """Return the tolls that the rules give to each marked event: sentences parted by " / ", anchors as ``[word|type]``."""
    bare = [ANCHOR.sub(r"\1", sentence) for sentence in text.split(" / ")]
    article = make_article("\n".join(bare))
    claims: list[Claim] = []
    for sentence, marked in zip(article.sentences, text.split(" / "), strict=True):
        shift = 0
        for match in ANCHOR.finditer(marked):
            start = sentence.span.start + match.start() - shift
            shift += len(match[0]) - len(match[1])
            anchor = article.evidence(Span(start=start, end=start + len(match[1])))
            claims.append(Claim(index=len(claims), sentence=sentence.index, anchor=anchor, type=EventType(match[2])))
    missed = ArticleTolls(article).find_missed(claims)
    return {
        claim.anchor.quote: [
            (told(one.kind.value, one.low, one.best, one.high), one.who)
            for one in missed.get(claim.index, [])
            if not one.subgroup
        ]
        for claim in claims
    }


def judge_case(case: dict[str, Any]) -> tuple[bool, Any]:
    """Return whether the rules read a case as it should be, and what they read."""
    if "events" in case:
        by_event = tolls_of_events(case["text"])
        return all(same_tolls(tolls, by_event[name]) for name, tolls in case["events"].items()), by_event
    found = tolls_of_sentence(case["text"])
    campaign = counts.is_aggregate(case["text"])
    return same_tolls(case["tolls"], found) and campaign == case.get("campaign", False), (found, campaign)


def score_cases(errors: str | None) -> None:
    """Print how many of the toll cases are right, in the half looked at and in the one held back."""
    table = Scores()
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        right, read = judge_case(case)
        half = "held back" if case.get("held_back") else "looked at"
        table[half].add("hit" if right else "miss", "" if right else f"{case['text']}\n    read {read}")
    for name, score in table.items():
        print(score)
        if errors and name.startswith(errors):
            print("\n".join(score.errors))


def main() -> int:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--errors", help="print the errors of the scores whose name begins so")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--cases", action="store_true", help="score the toll cases instead")
    options = parser.parse_args()
    if options.cases:
        score_cases(options.errors)
        return 0
    files = options.files or [*sorted((CORPUS / "train").glob("*.jsonl")), CORPUS / "gold" / "dev.jsonl"]
    if missing := [str(path) for path in files if not path.is_file()] or ([] if files else [str(CORPUS)]):
        print(f"evals/counts.py: no such file: {', '.join(missing)}; name annotated JSONL files", file=sys.stderr)
        return 2
    table = Scores()
    number, started = 0, time.perf_counter()
    for report in reports(files):
        number += 1
        score_numbers(report, table)
        score_finder(report, table)
        score_speakers(report, table)
    seconds = time.perf_counter() - started
    for name in sorted(table):
        print(table[name])
    print(f"{number} reports, {1000 * seconds / max(number, 1):.2f} ms each (scoring included)")
    if options.errors:
        for name in sorted(table):
            if name.startswith(options.errors):
                print(f"== {name}: {len(table[name].errors)} errors")
                print("\n".join(table[name].errors[:: max(1, len(table[name].errors) // options.limit)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
