"""Measures the reading of dates: ``python evals/dates.py [--errors] [--shared DIR]``.

Values: given each annotated expression, is the resolved time the annotated day, week, month or year (wrong grain is wrong)?
Found and right: the same from bare text. An expression that we find in the place of an annotated one must have its value; recall
is over the annotated days, weeks, months and years, precision over what we find and resolve to one of those grains.
Finding: precision, recall and F of ``find_times``, by any overlap and by exact span.
Annotated reports: does the first day begin with the annotated start, for events with one time expression?

The corpora are read where they lie, in ``shared`` beside the project; one that is missing is reported, not passed over.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.grounding.dates import find_times, resolve_time
from dateline.model import TimeBasis, TimePrecision, When

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARED = Path(__file__).resolve().parents[2] / "shared"
VALUE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|-W(\d\d))?")
PLANS = re.compile(r"\b(?:will|to be|scheduled|expected|upcoming|shall|set to)\b|['\u2019]ll\b", re.IGNORECASE)
Words = tuple[int, str]
"""Where an expression begins in its text, and the expression."""
GRAINS = {
    "day": {TimePrecision.DAY},
    "week": {TimePrecision.WEEK, TimePrecision.DAYS},
    "month": {TimePrecision.MONTH},
    "year": {TimePrecision.YEAR},
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """How the expressions of a corpus are read, and which values an annotated one may have; ``lines``: only so many are annotated."""

    values: Callable[[dict[str, Any], list[Words]], list[When | None]]
    choices: Callable[[dict[str, Any]], list[str]]
    lines: int | None = None


def span_of(value: str) -> tuple[str, dt.date, dt.date] | None:
    """Return grain, first and last day of a TIMEX value that is a day, week, month or year, else None."""
    m = VALUE.fullmatch(value)
    if not m:
        return None
    year, month, day, week = (int(g) if g else None for g in m.groups())
    try:
        if week:
            return "week", dt.date.fromisocalendar(year or 1, week, 1), dt.date.fromisocalendar(year or 1, week, 7)
        if day:
            only = dt.date(year or 1, month or 1, day)
            return "day", only, only
        if month:
            following = dt.date((year or 1) + month // 12, month % 12 + 1, 1)
            return "month", dt.date(year or 1, month, 1), following - dt.timedelta(days=1)
        return "year", dt.date(year or 1, 1, 1), dt.date(year or 1, 12, 31)
    except ValueError:
        return None


def agrees(when: When | None, wanted: tuple[str, dt.date, dt.date]) -> bool:
    """Tell whether a time is the wanted one, at its grain; parts of a month or year ("early May") lie inside it."""
    grain, first, last = wanted
    if when is None or when.first is None or when.last is None or when.precision not in GRAINS[grain]:
        return False
    if grain == "week":
        middle = when.first + (when.last - when.first) / 2
        return first <= middle <= last
    return first <= when.first and when.last <= last


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a JSONL file, gzipped or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    yield from (json.loads(line) for line in text.splitlines())


def day_of(text: str | None) -> dt.date | None:
    """Return the day of an ISO date or date-time (one record writes day-month-year), or None."""
    if text and (m := re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", text)):
        return dt.date(int(m[3]), int(m[2]), int(m[1]))
    return dt.date.fromisoformat(text[:10]) if text and re.match(r"\d{4}-\d\d-\d\d", text) else None


def report_values(record: dict[str, Any], words: list[Words]) -> list[When | None]:
    """Read the expressions of a news report; plans are told by the words of their sentence."""
    day = day_of(record["dct"])
    previous: When | None = None
    read: list[When | None] = []
    for start, text in words:
        sentence = record["text"][:start].rsplit("\n", 1)[-1]
        when = resolve_time(text, report_day=day, previous=previous, past=not PLANS.search(sentence))
        read.append(when)
        previous = when or previous
    return read


def history_values(_record: dict[str, Any], words: list[Words]) -> list[When | None]:
    """Read the expressions of a history: no report's day, the year is that of the time before."""
    previous: When | None = None
    read: list[When | None] = []
    for _, text in words:
        year = previous.first.year if previous and previous.first else None
        when = resolve_time(text, report_day=None, previous=previous, year=year)
        read.append(when)
        previous = when if when and when.first else previous
    return read


def sentence_values(record: dict[str, Any], words: list[Words]) -> list[When | None]:
    """Read the expressions of a single sentence: what tells no day before counts from the day on which it is said."""
    day = day_of(record["dct"])
    said = When(first=day, last=day, precision=TimePrecision.DAY, basis=TimeBasis.REPORT_DATE) if day else None
    return [
        resolve_time(text, report_day=day, previous=said, past=not PLANS.search(record["text"][:start]))
        for start, text in words
    ]


def plain_choices(timex: dict[str, Any]) -> list[str]:
    """Return the one value of an expression, if it is a day, week, month or year."""
    return [timex["value"]] if span_of(timex["value"]) else []


def sentence_choices(timex: dict[str, Any]) -> list[str]:
    """Return the values that a sentence's expression may have: without a year, those of the years about."""
    if timex["type"] not in {"date", "daterange"} or not re.fullmatch(r"[\dX]{4}(-[\dWX]+(-\d\d?)?)?", timex["value"]):
        return []
    if any("value" not in v and not (v.get("start") and v.get("end")) for v in timex["values"]):
        return []  # open on one side ("before 2018")
    choices = [choice for v in timex["values"] if (choice := sentence_choice(v)) is not None]
    return plain_choices(timex) or [choice for choice in choices if span_of(choice)]


def sentence_choice(value: dict[str, Any]) -> str | None:
    """Return one possible value of a sentence's expression as a TIMEX value."""
    if (only := value.get("value")) and VALUE.fullmatch(only):
        return only
    if not value.get("start") or not value.get("end"):
        return None
    first, end = dt.date.fromisoformat(value["start"][:10]), dt.date.fromisoformat(value["end"][:10])
    length = (end - first).days
    return {7: f"{first:%G-W%V}", 1: f"{first}"}.get(
        length, f"{first:%Y}" if length > 364 else f"{first:%Y-%m}" if 27 < length < 32 else None
    )


def values(path: Path, corpus: Corpus, *, show: bool) -> str:
    """Return one line: how many values of a corpus are right, by grain, given the annotated expressions."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for record in read(path):
        given = [(t["start"], t["text"]) for t in record["timexes"]]
        for timex, when in zip(record["timexes"], corpus.values(record, given), strict=True):
            if not (choices := corpus.choices(timex)):
                continue
            wanted = [span for choice in choices if (span := span_of(choice))]
            good = any(agrees(when, span) for span in wanted)
            total[wanted[0][0]] += 1
            right[wanted[0][0]] += good
            if show and not good:
                got = when and (when.partial or f"{when.first}..{when.last} {when.precision}")
                print(f"    {timex['text']!r} wanted {choices[0]} got {got}")
    grains = ", ".join(f"{grain} {right[grain]}/{total[grain]}" for grain in GRAINS)
    return f"{path.name.split('.')[0]:16} values right {right.total() / total.total():.1%} of {total.total()} ({grains})"


def found_values(path: Path, corpus: Corpus) -> str:
    """Return one line: precision, recall and F of days, weeks, months and years found in bare text with their values right."""
    right = annotated = placed = 0
    for record in read(path):
        text = "".join(record["text"].splitlines(keepends=True)[: corpus.lines])
        found = find_times(text)
        times = corpus.values(record, [(t.start, t.text) for t in found])
        free = list(zip(found, times, strict=True))
        wanted = [(t, corpus.choices(t)) for t in record["timexes"] if t["start"] < len(text)]
        placed += sum(when is not None and when.first is not None and not longer(when) for when in times)
        for timex, choices in wanted:
            here = [one for one in free if one[0].start < timex["end"] and timex["start"] < one[0].end]
            if choices:
                annotated += 1
                spans = [span for choice in choices if (span := span_of(choice))]
                right += any(agrees(when, span) for _, when in here for span in spans)
            else:  # what has another value (a set, a length, a span) is no day, week, month or year that we should not give
                placed -= sum(when is not None and when.first is not None and not longer(when) for _, when in here)
            free = [one for one in free if one not in here]
    precision, recall = right / placed, right / annotated
    f = 2 * precision * recall / (precision + recall)
    return f"{path.name.split('.')[0]:16} found and right P {precision:.1%} R {recall:.1%} F {f:.1%} (of {annotated})"


def longer(when: When) -> bool:
    """Tell whether a time is longer than a year, or several days that are no week."""
    return when.precision in {TimePrecision.LONGER, TimePrecision.DAYS}


def finding(path: Path, lines: int | None, *, show: bool) -> str:
    """Return one line: precision, recall and F of finding, by overlap and exactly, in the first ``lines`` lines (None: all)."""
    gold_all = found_all = hit_gold = hit_found = exact = 0
    missed: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for record in read(path):
        gold = [(t["start"], t["end"]) for t in record["timexes"]]
        text = "".join(record["text"].splitlines(keepends=True)[:lines])
        found = [(t.start, t.end) for t in find_times(text)]
        exact += len(set(gold) & set(found))
        gold_all, found_all = gold_all + len(gold), found_all + len(found)
        for one, other, counter in ((gold, found, missed), (found, gold, extra)):
            lone = [s for s in one if not any(s[0] < o[1] and o[0] < s[1] for o in other)]
            counter.update(record["text"][a:b].lower() for a, b in lone)
        hit_gold, hit_found = gold_all - missed.total(), found_all - extra.total()
    precision, recall = hit_found / found_all, hit_gold / gold_all
    if show:
        print("    missed", missed.most_common(60), "\n    extra", extra.most_common(60))
    f, f_exact = 2 * precision * recall / (precision + recall), 2 * exact / (gold_all + found_all)
    return f"{path.name.split('.')[0]:16} finding P {precision:.1%} R {recall:.1%} F {f:.1%} (exact spans F {f_exact:.1%})"


def annotated(paths: list[Path], *, show: bool) -> str:
    """Return one line: of the events with a single time, how many starts are right, to the annotated precision."""
    right = placed = total = 0
    for path in paths:
        for record in read(path):
            for words, wanted, when in event_times(record):
                total += 1
                placed += when is not None and when.first is not None
                good = when is not None and when.first is not None and when.first.isoformat().startswith(wanted)
                right += good
                if show and not good:
                    print(
                        f"    {record.get('published')} {words!r} wanted {wanted} got {when and (when.partial or when.first)}"
                    )
    name = paths[0].stem if len(paths) == 1 else f"{len(paths)} files"
    return f"{name:16} starts right {right / total:.1%} of {total} (of the placed {right / placed:.1%} of {placed})"


def event_times(record: dict[str, Any]) -> Iterator[tuple[str, str, When | None]]:
    """Yield words, annotated start and reading of each event with one time; each may refer to the one before it."""
    day = day_of(record.get("published"))
    times = []
    for event in record["events"]:
        quotes = event.get("time") or []
        if day and len(quotes) == 1:
            sentence, words = quotes[0][0], re.sub(r"#\d+$", "", quotes[0][1])
            times.append((sentence, record["sentences"][sentence].find(words), words, event))
    previous = None
    for _, _, words, event in sorted(times, key=lambda t: t[:2]):
        when = resolve_time(words, report_day=day, previous=previous, past=event["status"] != "planned")
        start = (event.get("norm") or {}).get("start")
        if start:
            yield words, start, when
        previous = when if when and when.first else previous


def speed(path: Path) -> str:
    """Return one line: time of finding in 400 words and of resolving a phrase first seen and seen before."""
    words = " ".join(record["text"] for record in read(path)).split()
    pieces = [" ".join(words[at : at + 400]) for at in range(0, min(len(words), 20_000), 400)]
    find_times(pieces[0])
    found = [timed(lambda: [find_times(piece) for piece in pieces]) for _ in range(3)]
    phrases = sorted({piece[t.start : t.end] for piece in pieces for t in find_times(piece)})
    resolve = [timed(lambda: [resolve_time(phrase, report_day=dt.date(2016, 10, 14)) for phrase in phrases]) for _ in range(3)]
    find_ms = min(found) / len(pieces) * 1e3
    new_us, known_us = resolve[0] / len(phrases) * 1e6, min(resolve) / len(phrases) * 1e6
    return f"CPU time: finding in 400 words {find_ms:.2f} ms; resolving a phrase {new_us:.0f} µs, seen before {known_us:.0f} µs"


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that some work takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


CORPORA = {
    "meantime_en": Corpus(report_values, plain_choices, lines=6),  # MEANTIME annotates the title and the first five sentences
    "wikiwars": Corpus(history_values, plain_choices),
    "recognizers_en": Corpus(sentence_values, sentence_choices),
}


def main() -> None:
    """Print every measurement whose corpus is there."""
    parser = argparse.ArgumentParser(description="Measure the reading of dates.")
    parser.add_argument("--errors", action="store_true", help="print each wrong value")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the corpora")
    options = parser.parse_args()
    for name, corpus in CORPORA.items():
        path = options.shared / "data" / "time" / f"{name}.jsonl.gz"
        if not path.is_file():
            print(f"{name:16} NOT MEASURED: {path} is missing; give its folder with --shared")
            continue
        print(values(path, corpus, show=options.errors))
        print(found_values(path, corpus))
        print(finding(path, corpus.lines, show=options.errors))
    reports = options.shared / "corpus"
    for paths in (sorted((reports / "train").glob("*.jsonl")), [reports / "gold" / "dev.jsonl"]):
        if paths and paths[0].is_file():
            print(annotated(paths, show=options.errors))
        else:
            print(f"annotated reports NOT MEASURED: none in {reports}; give their folder with --shared")
    path = options.shared / "data" / "time" / "meantime_en.jsonl.gz"
    if path.is_file():
        print(speed(path))


if __name__ == "__main__":
    main()
