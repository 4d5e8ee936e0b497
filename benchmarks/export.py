"""Measures exports from a database of many events: each form, all of it and a part.

    python benchmarks/export.py [--events N] [--db FILE] [--form FORM]...

The events are ready-made, with everything that an event can have, and coded by the codebooks that ship. It prints what it
measures and judges nothing; what is aimed at is a filtered export from 100,000 events in under 10 seconds.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ingest import EVENTS_A_REPORT, INFO, event_of
from reports import machine

from dateline.articles import make_article
from dateline.config import CODEBOOKS
from dateline.model import Account, ActorKind, Side, Who
from dateline.records.codebooks import code_events, open_codebook
from dateline.records.datasets import Protection, Request, export, forms
from dateline.records.store import Entry, Store

WHERE = ("country=IRQ,SYR first_day=2016..2018 confidence>=0.35",)
PROTECTED = Protection(coarsen="admin1", withhold=frozenset({"names", "speakers"}))


def fill(path: Path, events: int) -> None:
    """Write a database of so many events."""
    base = make_article("Gunmen killed policemen near Dar on Monday. " * 20, published="2016-10-14")
    codebooks = [open_codebook(name) for name in CODEBOOKS]
    chance = random.Random(1)
    with Store(path, create=True) as store:
        run_id = store.begin_run(INFO, {})
        for start in range(0, events, 1500):
            accounts = []
            for number in range(start, min(start + 1500, events), EVENTS_A_REPORT):
                article = replace(base, id=f"art_{number:016x}")
                made = [parties_of(event_of(article, nth, chance), chance) for nth in range(EVENTS_A_REPORT)]
                accounts.append(Account(article=article, events=tuple(code_events(made, codebooks))))
            store.add([Entry(key=f"doc_{each.article.id}", outcome=each) for each in accounts], run_id, INFO)
        store.end_run(run_id)


def parties_of(event, chance):  # noqa: ANN001, ANN201 - an event and the same with other parties
    """Return an event whose parties are of some kind, as most are."""
    kinds = list(ActorKind)
    agents = (Who(name="Northern Front", actor_id="northern-front", kind=chance.choice(kinds), country="IRQ"), *event.agents)
    targets = (replace(event.targets[0], kind=chance.choice(kinds)),)
    tolls = tuple(replace(toll, side=chance.choice(list(Side))) for toll in event.tolls)
    return replace(event, agents=agents, targets=targets, tolls=tolls)


def time_forms(path: Path, names: list[str], folder: Path) -> None:
    """Print how long each form takes: a part, a part protected, and all of it."""
    print(f"{'form':<15} {'part':>7} {'protected':>10} {'all':>7}   rows of all")
    for name in names:
        seconds, rows = [], 0
        for where, protection in ((WHERE, Protection()), (WHERE, PROTECTED), ((), Protection())):
            begun = time.perf_counter()
            rows = export(path, folder / "out", Request(form=name, where=where, protection=protection)).rows
            seconds.append(time.perf_counter() - begun)
        part, protected, everything = seconds
        print(f"{name:<15} {part:>6.1f}s {protected:>9.1f}s {everything:>6.1f}s   {rows:>9,}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--db", type=Path, help="database to keep, and to use where it is there; default: a passing one")
    parser.add_argument("--form", action="append", choices=list(forms()), help="forms to measure; default: all")
    asked = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        path = asked.db or Path(folder, "events.db")
        if not path.exists():
            begun = time.perf_counter()
            fill(path, asked.events)
            print(f"{asked.events:,} events written in {time.perf_counter() - begun:.1f} s")
        with Store(path) as store:
            print(f"{store.count('events'):,} events, {store.count('events', WHERE):,} of them in the part ({WHERE[0]})")
        time_forms(path, asked.form or list(forms()), Path(folder))


if __name__ == "__main__":
    main()
