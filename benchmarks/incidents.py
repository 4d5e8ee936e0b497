"""Measures how long it takes to put events together into incidents, and how much memory, at several sizes.

    python benchmarks/incidents.py [--events 1000 10000 100000] [--db FILE]

The events are generated: a war of many towns, each incident told by one to forty reports that differ in day, toll and words, as
many of them in one town and week as a long war has. All else is real: the database, the sketches, the links, the records. It
prints what it measures, with the growth from size to size, and judges nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import datetime as dt
import hashlib
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from reports import machine

import dateline
from dateline.model import (
    Account,
    Article,
    Attribution,
    CoderInfo,
    Event,
    EventType,
    PlacePrecision,
    Sentence,
    Source,
    Span,
    SpeakerKind,
    Status,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

INFO = CoderInfo(version=dateline.__version__, weights="none", packs="none")
SEED = 7
EVENTS_AN_INCIDENT = 4.5
INCIDENTS_A_DAY = 12
TOWNS = 400
PUBLISHERS = 60
TYPES = {
    EventType.BOMBING: "A bomb exploded",
    EventType.SHELLING: "Mortars shelled houses",
    EventType.AIRSTRIKE: "Warplanes bombed a post",
    EventType.ARMED_ATTACK: "Gunmen attacked a patrol",
    EventType.CLASH: "Troops clashed with rebels",
    EventType.ASSASSINATION: "A gunman assassinated an official",
    EventType.ABDUCTION: "Militants abducted travellers",
    EventType.ARREST: "Police arrested suspects",
    EventType.PROTEST: "Crowds protested",
}
SYLLABLES = (
    "ba",
    "ka",
    "dir",
    "mos",
    "tal",
    "qar",
    "zim",
    "ral",
    "hon",
    "vek",
    "lis",
    "nor",
    "shu",
    "pel",
    "gan",
    "tor",
    "mir",
)


def words_of(number: int, count: int, chance: random.Random) -> str:
    """Return made-up names that belong to one thing."""
    own = random.Random(number)
    names = ["".join(own.choice(SYLLABLES) for _ in range(3)).title() for _ in range(count + 3)]
    return " ".join(chance.sample(names, count))


def reports(events: int) -> Iterator[Account]:
    """Yield one account a report, with one or two events, until there are so many events."""
    chance = random.Random(SEED)
    towns = [(chance.uniform(29, 37), chance.uniform(39, 48), f"Town{number}") for number in range(TOWNS)]
    made = incident = 0
    while made < events:
        day = dt.date(2010, 1, 1) + dt.timedelta(days=incident // INCIDENTS_A_DAY)
        # A few towns have most of it.
        lat, lon, town = towns[min(int(chance.paretovariate(0.6)) - 1, TOWNS - 1)]
        kind = chance.choice(list(TYPES))
        dead = int(chance.paretovariate(0.9)) - 1
        for number in range(min(1 + int(chance.expovariate(1 / (EVENTS_AN_INCIDENT - 1))), 40)):
            if made >= events:
                return
            off = chance.choices((0, 1, -1), (90, 7, 3))[0]
            place = (lat, lon, town) if chance.random() < 0.85 else (None, None, "Province")
            told = (kind, day + dt.timedelta(days=off), place, max(dead + chance.choice((0, 0, 0, 1, 3)), 0))
            yield account_of(f"{incident} {number}", incident, told, day + dt.timedelta(days=chance.randrange(3)), chance)
            made += 1
        incident += 1


def account_of(
    name: str,
    incident: int,
    told: tuple[EventType, dt.date, tuple[float | None, float | None, str], int],
    published: dt.date,
    chance: random.Random,
) -> Account:
    """Return a report of one event."""
    kind, day, (lat, lon, town), dead = told
    speaker = chance.choice(("police", "residents"))
    text = f"{TYPES[kind]} in {town} near {words_of(incident, 3, chance)}, killing {dead} people, {speaker} said."
    text += f" {words_of(incident * 7 + 1, 4, chance)} was named. {words_of(chance.randrange(10**6), 6, chance)} said little."
    article_id = f"art_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    end = text.index(". ") + 1
    sentences = (
        Sentence(index=0, span=Span(start=0, end=end), text=text[:end]),
        Sentence(index=1, span=Span(start=end + 1, end=len(text)), text=text[end + 1 :], paragraph=1),
    )
    article = Article(
        id=article_id,
        text=text,
        source=Source(publisher=f"Paper {chance.randrange(PUBLISHERS)}"),
        published=published,
        sentences=sentences,
    )
    anchor = TYPES[kind].split()[1 if kind is not EventType.BOMBING else 2]
    words = (article.evidence(Span(start=text.index(anchor), end=text.index(anchor) + len(anchor))),)
    event = Event(
        id=f"evt_{hashlib.sha256(article_id.encode()).hexdigest()[:16]}",
        article_id=article_id,
        type=kind,
        status=Status.HAPPENED,
        anchors=words,
        agents=(Who(name="gunmen", evidence=words),),
        place=Where(
            name=town,
            admin1="Sahra",
            country="Iraq",
            country_code="IRQ",
            lat=33.0 if lat is None else lat,
            lon=43.0 if lon is None else lon,
            geoname_id=int(town[4:]) if lat is not None else 9999,
            precision=PlacePrecision.TOWN if lat is not None else PlacePrecision.PROVINCE,
            uncertainty_km=5.0 if lat is not None else 90.0,
            evidence=words,
        ),
        time=When(first=day, last=day, precision=TimePrecision.DAY, basis=TimeBasis.RELATIVE, evidence=words),
        tolls=(Toll(kind=TollKind.KILLED, low=dead, best=dead, high=dead, evidence=words),),
        claims=(Attribution(speaker="police", speaker_kind=SpeakerKind.OFFICIAL, evidence=words),),
        codes={"acled": {"event_type": "Battles", "sub_event_type": "Armed clash"}},
        confidence=0.8,
    )
    return Account(article=article, events=(event,))


def fill(place: str, events: int) -> None:
    """Write the generated reports to a new database."""
    from dateline.records.store import Entry, Store  # noqa: PLC0415

    with Store(place, create=True) as store:
        run_id, batch = store.begin_run(INFO, {}), []
        for account in reports(events):
            batch.append(Entry(key=f"doc_{account.article.id}", outcome=account))
            if len(batch) == 2000:
                store.add(batch, run_id, INFO)
                batch = []
        store.add(batch, run_id, INFO)
        store.end_run(run_id)


def measure(place: str) -> None:
    """Build the incidents of a database twice and print seconds, processor seconds, memory and what came of it."""
    from dateline.records.store import Store  # noqa: PLC0415
    from dateline.run.linking import build_incidents  # noqa: PLC0415

    with Store(place) as store:
        for again in (False, True):
            begun, used = time.perf_counter(), time.process_time()
            done = build_incidents(store, INFO)
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            told = "again" if again else "first"
            print(
                f"{done.events} {told} {time.perf_counter() - begun:.1f} {time.process_time() - used:.1f} "
                f"{peak_mb:.0f} {done.incidents} {done.changed}"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--measure", metavar="DB", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    print(machine())
    print(f"{'events':>8}  {'run':<6}{'seconds':>8}{'processor s':>13}{'peak MB':>9}{'incidents':>11}{'written':>9}")
    last: tuple[int, float] | None = None
    for events in options.events:
        with tempfile.TemporaryDirectory() as folder:
            place = str(Path(folder, "events.db"))
            fill(place, events)
            # A process of its own, so that the memory is that of the work alone.
            out = subprocess.run(
                [sys.executable, __file__, "--measure", place], check=True, capture_output=True, text=True
            ).stdout
            for line in out.splitlines():
                number, told, seconds, used, peak, incidents, written = line.split()
                print(f"{int(number):>8,}  {told:<6}{seconds:>8}{used:>13}{peak:>9}{int(incidents):>11,}{int(written):>9,}")
                if told == "first":
                    power = math.log(float(used) / last[1]) / math.log(events / last[0]) if last else None
                    print(
                        "" if power is None else f"          grows as events to the power of {power:.2f}",
                        end="" if power is None else "\n",
                    )
                    last = (events, max(float(used), 0.01))


if __name__ == "__main__":
    main()
