"""Measures the finding of copies at growing numbers of reports: processor time (one core), memory, and how both grow.

    python benchmarks/copies.py [--reports N ...]

Half of the reports are copies: shortened, re-ordered, with another agency's by-line. Each number runs in a process of its own.
It prints what it measures and judges nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import datetime as dt
import multiprocessing
import random
import resource
import time
from typing import TYPE_CHECKING

from reports import machine, mean_words, read_reports

from dateline.articles.near_copies import Text, find_copies, sketch

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = (1_000, 10_000, 100_000)
DAYS = 3_650


def make_reports(number: int) -> Iterator[Text]:
    """Yield reports of about 400 words; half of them repeat one that came before, a few days later.

    A report that repeats none is made of sentences of several real ones, taken by chance.
    """
    texts, _ = read_reports(200)
    sentences = [sentence for text in texts for sentence in text.split("\n\n")]
    chance = random.Random(number)
    last: list[str] = []
    day = dt.date(2015, 1, 1)
    for index in range(number):
        if last and chance.random() < 0.5:
            parts = [last[: len(last) // 2], [last[0], *reversed(last[1:])], ["By another agency", *last]][index % 3]
            moment = day + dt.timedelta(days=index % 4)
        else:
            parts = last = chance.sample(sentences, 18)
            day = moment = dt.date(2015, 1, 1) + dt.timedelta(days=chance.randrange(DAYS))
        yield Text(id=f"art_{index:09}", text="\n".join(parts), day=moment.isoformat())


def measure(number: int) -> tuple[float, float, int, float]:
    """Return seconds of sketching and of searching, how many copies were found, and the largest memory in MB."""
    texts = list(make_reports(number))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    sketches = sketch(texts)
    sketched = time.process_time()
    found = find_copies(sketches)
    ended = time.process_time()
    return sketched - begun, ended - sketched, len(found), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, nargs="+", default=NUMBERS, metavar="N")
    arguments = parser.parse_args()
    print(machine())
    print(f"reports of {mean_words([text.text for text in make_reports(500)]):.0f} words on average, half of them copies")
    print(f"{'reports':>9} {'sketch s':>9} {'search s':>9} {'reports/s':>10} {'copies':>8} {'memory MB':>10}")
    context = multiprocessing.get_context("spawn")
    for number in arguments.reports:
        with context.Pool(1) as pool:
            sketching_s, searching_s, copies, memory_mb = pool.apply(measure, (number,))
        rate = number / (sketching_s + searching_s)
        print(
            f"{number:>9,} {sketching_s:>9.1f} {searching_s:>9.1f} {rate:>10,.0f} {copies:>8,} {memory_mb:>10,.0f}", flush=True
        )


if __name__ == "__main__":
    main()
