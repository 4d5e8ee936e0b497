"""Measures how fast reports are coded: reports a second with one and two workers, milliseconds a room, memory a worker.

    python benchmarks/speed.py [--reports N]

It prints what it measures and judges nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does: one thread a process
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import resource
import statistics
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reports import machine, mean_words, read_reports

from dateline.articles import read_article
from dateline.claims import Reader, read_claims
from dateline.config import CODEBOOKS, Config
from dateline.grounding import Grounder, ground
from dateline.incidents import account
from dateline.model import Account, RawDocument
from dateline.records.codebooks import code_events, open_codebook
from dateline.run.local import run

if TYPE_CHECKING:
    from collections.abc import Iterator

KILOBYTES = 1024 if sys.platform != "darwin" else 1
"""What ``ru_maxrss`` counts: kilobytes, on macOS bytes."""


@dataclass
class Clock:
    """Seconds spent in each room: the processor's, and the clock on the wall's."""

    processor: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def timed(self, room: str) -> Iterator[None]:
        """Add what is done inside to a room."""
        begun, begun_wall = time.process_time(), time.perf_counter()
        yield
        self.processor[room].append(time.process_time() - begun)
        self.wall[room].append(time.perf_counter() - begun_wall)


def time_rooms(documents: list[RawDocument]) -> Clock:
    """Code the documents in this process, room by room; the first three warm up and do not count."""
    reader, grounder = Reader(), Grounder.open()
    codebooks = [open_codebook(name) for name in CODEBOOKS]
    clock = Clock()
    for number, document in enumerate(documents):
        if number == 3:
            clock = Clock()
        with clock.timed("articles"):
            article = read_article(document)
        with clock.timed("claims"):
            readings = read_claims([article], reader)
        with clock.timed("grounding"):
            grounded = ground(readings, grounder)
        with clock.timed("incidents"):
            (one,) = account(grounded)
        with clock.timed("codes"):
            code_events(one.events, codebooks)
    return clock


def time_workers(documents: list[RawDocument], workers: int) -> tuple[float, float, int]:
    """Return reports a second, seconds until the first was done (start of the workers included) and how many events.

    The rate is taken from the first outcome of each worker on, so that a long run is told of, not the start of a short one.
    """
    begun = time.perf_counter()
    marks, events = [], 0
    for outcome in run(documents, Config(), workers=workers):
        marks.append(time.perf_counter() - begun)
        events += len(outcome.events) if isinstance(outcome, Account) else 0
    warm = 2 * workers
    return (len(marks) - warm) / (marks[-1] - marks[warm - 1]), marks[0], events


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=60, help="how many reports to code (default 60)")
    count = max(8, parser.parse_args().reports)
    reports, origin = read_reports(count)
    documents = [RawDocument(name=f"report-{number}", data=text.encode()) for number, text in enumerate(reports)]
    print(f"machine  {machine()}")
    print(f"reports  {len(reports)} from {origin}, {mean_words(reports):.0f} words on average")
    Grounder.open()  # the index of places is built once, before the clock runs
    for workers in (2, 1):  # two first: memory of the children is their peak over the life of this process
        rate, first, events = time_workers(documents, workers)
        print(f"workers  {workers}: {rate:.1f} reports a second ({events} events; first report after {first:.1f} s)")
        if workers > 1:
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KILOBYTES / 1e6
            print(f"memory   {peak:.0f} MB at most in a worker")
    print(f"memory   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTES / 1e6:.0f} MB at most in this process")
    clock = time_rooms(documents)
    print("room        ms a report: processor (mean)   wall (median)")
    for room in clock.processor:
        processor, wall = statistics.mean(clock.processor[room]), statistics.median(clock.wall[room])
        print(f"{room:10}  {1000 * processor:27.1f} {1000 * wall:15.1f}")
    total = sum(statistics.mean(times) for times in clock.processor.values())
    print(f"{'all':10}  {1000 * total:27.1f}   ({1 / total:.1f} reports a second of processor time)")


if __name__ == "__main__":
    main()
