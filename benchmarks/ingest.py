"""Measures what a database costs: reports a second without the reading of language, and a filtered read over many events.

    python benchmarks/ingest.py [--reports N] [--events N] [--workers N] [--db URL]

The reader is replaced by one that gives ready-made events; all else is real: files, articles, sentences, records, the
database. It prints what it measures and judges nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import datetime as dt
import hashlib
import json
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from reports import machine, mean_words, read_reports

import dateline
from dateline.articles import make_article
from dateline.config import Config
from dateline.model import (
    Account,
    Article,
    Attribution,
    CoderInfo,
    Event,
    EventType,
    Evidence,
    PlacePrecision,
    Status,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)
from dateline.records.store import Entry, Store
from dateline.run.ingest import Job, ingest
from dateline.run.inputs import find_documents

INFO = CoderInfo(version=dateline.__version__, weights="none", packs="none")
TYPES, COUNTRIES = list(EventType), ["IRQ", "SYR", "NGA", "SOM", "COL", "AFG", "UKR", "SDN", "MLI", "PAK"]
EVENTS_A_REPORT = 3


class ReadyMade:
    """Gives each article as many events as a report has on average, with everything that an event can have."""

    def code(self, articles: list[Article]) -> list[Account]:
        """Return the accounts."""
        return [Account(article=article, events=tuple(events_of(article))) for article in articles]


def events_of(article: Article) -> list[Event]:
    """Return ready-made events that follow from the article's id."""
    chance = random.Random(article.id)
    return [event_of(article, number, chance) for number in range(EVENTS_A_REPORT)]


def event_of(article: Article, number: int, chance: random.Random) -> Event:
    """Return one event."""
    sentence = chance.choice(article.sentences)
    words: tuple[Evidence, ...] = (article.evidence(sentence.span),)
    day = dt.date(2010, 1, 1) + dt.timedelta(days=chance.randrange(5000))
    dead = chance.randrange(60)
    return Event(
        id=f"evt_{hashlib.sha256(f'{article.id} {number}'.encode()).hexdigest()[:16]}",
        article_id=article.id,
        type=chance.choice(TYPES),
        status=Status.HAPPENED,
        anchors=words,
        agents=(Who(name="gunmen", evidence=words),),
        targets=(Who(name="police", evidence=words),),
        place=Where(
            name="Dar",
            admin1="Sahra",
            country_code=chance.choice(COUNTRIES),
            lat=chance.uniform(-60, 60),
            lon=chance.uniform(-180, 180),
            precision=PlacePrecision.TOWN,
            uncertainty_km=5.0,
            evidence=words,
        ),
        time=When(first=day, last=day, precision=TimePrecision.DAY, basis=TimeBasis.RELATIVE, evidence=words),
        tolls=(Toll(kind=TollKind.KILLED, low=dead, best=dead, high=None, evidence=words),),
        claims=(Attribution(speaker="police", evidence=words),),
        codes={"acled": {"event_type": "Battles", "sub_event_type": "Armed clash"}},
        confidence=chance.random(),
    )


def open_ready_made(_: Config) -> ReadyMade:
    """Open the reader that reads nothing."""
    return ReadyMade()


def write_reports(path: Path, number: int) -> float:
    """Write a JSONL file of different reports and return their mean length in words."""
    texts, _ = read_reports(min(number, 200))
    with path.open("w", encoding="utf-8") as file:
        for index in range(number):
            text = f"{texts[index % len(texts)]}\n\nThis is report {index} of the day."
            file.write(json.dumps({"id": str(index), "text": text, "published": "2016-10-14"}) + "\n")
    return mean_words(texts)


def time_ingest(source: Path, place: str, workers: int) -> tuple[float, float]:
    """Return seconds of a run into a new database, and of a second one that finds everything there."""
    seconds = []
    for _ in range(2):
        begun = time.perf_counter()
        with Store(place, create=True) as store:
            job = Job(store=store, info=INFO, config=Config(), workers=workers, opener=open_ready_made)
            ingest(find_documents([str(source)], stdin=None), job, [str(source)])
        seconds.append(time.perf_counter() - begun)
    return seconds[0], seconds[1]


def fill(store: Store, events: int) -> None:
    """Add articles until the database has so many events."""
    base = make_article("Gunmen killed policemen near Dar on Monday. " * 20, published="2016-10-14")
    run_id = store.begin_run(INFO, {})
    for start in range(0, events // EVENTS_A_REPORT + 1, 500):
        numbers = range(start, min(start + 500, events // EVENTS_A_REPORT + 1))
        articles = [replace(base, id=f"art_{number:016x}") for number in numbers]
        accounts = ReadyMade().code(articles)
        store.add([Entry(key=f"doc_{account.article.id}", outcome=account) for account in accounts], run_id, INFO)


def time_reads(place: str, events: int) -> None:
    """Print how long reads over a database of many events take."""
    with Store(place, create=True) as store:
        begun = time.perf_counter()
        fill(store, events)
        print(f"{store.count('events'):,} events written in {time.perf_counter() - begun:.1f} s")
        for where in ("country=IRQ,SYR first_day=2016..2018 confidence>=0.35", "type=bombing killed_best>=25", None):
            begun = time.perf_counter()
            number = sum(1 for _ in store.records(where))
            print(f"  {time.perf_counter() - begun:6.2f} s  {number:>7,} full records  {where or 'all'}")
    for frame in ("pandas", "polars"):
        begun = time.perf_counter()
        rows = len(dateline.read_database(place, where="country=IRQ,SYR first_day=2016..2018", frame=frame))
        print(f"  {time.perf_counter() - begun:6.2f} s  {rows:>7,} rows in a {frame} frame, its import included")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--db", help="address of an empty PostgreSQL database; default: an SQLite file")
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "reports.jsonl")
        words = write_reports(source, options.reports)
        before = sum(os.times()[:4])
        first, second = time_ingest(source, options.db or str(Path(folder, "ingest.db")), options.workers)
        print(f"{options.reports:,} reports of {words:.0f} words, {options.workers} workers: {options.reports / first:.0f}/s")
        spent = sum(os.times()[:4]) - before
        print(f"processor time, both runs and their start: {1000 * spent / options.reports:.1f} ms a report")
        print(f"the same again, all there already: {options.reports / second:.0f} a second")
        time_reads(options.db or str(Path(folder, "events.db")), options.events)


if __name__ == "__main__":
    main()
