"""Measures the index of places: names looked up a second on one core, and how long and how big an index of a dump is.

    python benchmarks/places.py [--rows N] [--seed N]

Names are those of the shipped places, each looked up once (so that no answer is remembered), and names that no place bears.
The dump is made up: rows like those of GeoNames' allCountries.txt, as many as asked for. Times are those of the processor.
It prints what it measures and judges nothing.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from reports import machine

from dateline.grounding.gazetteer import Gazetteer, build_from_geonames_dump, shipped_index
from dateline.grounding.place_names import read_countries

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE_DUMP_ROWS = 12_400_000
"""About how many rows allCountries.txt has."""
SYLLABLES = re.findall(
    r"[^aeiou]+[aeiou]n?", "barelokimunadasenotarifukolavomirugabelinokadutesinamorahenolizaguwopechaduthimo"
)
FEATURES = (
    ("P", "PPL", 5),
    ("P", "PPLX", 1),
    ("H", "STM", 2),
    ("T", "MT", 1),
    ("S", "SCH", 1),
    ("S", "AIRP", 1),
    ("L", "PRK", 1),
)
"""Groups and codes of features with how frequent they are made; about half of GeoNames are populated places."""


def name(chance: random.Random) -> str:
    """Make up a name of one to three words."""
    words = chance.choices((1, 2, 3), (5, 4, 1))[0]
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 4)))).capitalize() for _ in range(words))


def write_dump(path: Path, rows: int, seed: int) -> None:
    """Write rows in the 19 columns of a GeoNames dump, a twentieth of them divisions."""
    chance = random.Random(seed)
    codes = [country.code2 for country in read_countries().values()]
    groups, weights = [feature[:2] for feature in FEATURES], [feature[2] for feature in FEATURES]
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, rows + 1):
            code, first, second = chance.choice(codes), f"{chance.randint(1, 20):02d}", str(chance.randint(1, 30))
            group, feature = chance.choices(groups, weights)[0]
            if number % 20 == 0:
                group, feature = "A", "ADM1" if number % 400 == 0 else "ADM2"
            shown = name(chance)
            others = ",".join(name(chance) for _ in range(chance.choices((0, 1, 3, 8), (5, 3, 2, 1))[0]))
            point = f"{chance.uniform(-60, 70):.5f}\t{chance.uniform(-180, 180):.5f}"
            people = chance.choice((0, 0, 0, chance.randint(1, 60_000)))
            file.write(
                f"{10_000_000 + number}\t{shown}\t{shown}\t{others}\t{point}\t{group}\t{feature}\t{code}\t\t{first}\t{second}"
                "\t\t\t"
                f"{people}\t\t0\tEtc/UTC\t2026-01-01\n"
            )


def per_second(gazetteer: Gazetteer, names: Sequence[str]) -> float:
    """Look names up, each once, and return how many a second of processor time."""
    begun = time.process_time()
    for text in names:
        gazetteer.candidates(text)
    return len(names) / (time.process_time() - begun)


def some_names(index: Path, count: int, seed: int) -> list[str]:
    """Return main names of an index, drawn by chance."""
    database = sqlite3.connect(f"{index.as_uri()}?mode=ro", uri=True)
    names = [row[0] for row in database.execute("SELECT DISTINCT name FROM place")]
    database.close()
    return random.Random(seed).sample(names, min(count, len(names)))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000, help="rows of the made-up dump (default 200000)")
    parser.add_argument("--names", type=int, default=20_000, help="names to look up (default 20000)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(f"machine  {machine()}")
    shipped = Gazetteer.open()
    known = some_names(shipped_index(), args.names, args.seed)
    unknown = [f"{name(random.Random(i))}q" for i in range(args.names)]
    news = random.Random(args.seed).choices(known[:500], k=args.names)
    print(f"shipped  {per_second(shipped, known):,.0f} names a second, each of {len(known)} names once")
    print(f"         {per_second(shipped, unknown):,.0f} names a second that no place bears")
    print(f"         {per_second(shipped, news):,.0f} names a second of 500 that come again, as in news")
    with tempfile.TemporaryDirectory() as folder:
        dump, index = Path(folder) / "allCountries.txt", Path(folder) / "places.sqlite"
        write_dump(dump, args.rows, args.seed)
        begun = time.process_time()
        taken = build_from_geonames_dump(dump, index)
        seconds, megabytes = time.process_time() - begun, index.stat().st_size / 1e6
        times = WHOLE_DUMP_ROWS / args.rows
        print(f"dump     {args.rows:,} rows, {taken:,} taken: {seconds:.1f} s, {megabytes:.0f} MB")
        whole = f"{times * seconds / 60:.0f} minutes, {times * megabytes / 1000:.1f} GB"
        print(f"         {WHOLE_DUMP_ROWS:,} rows at this rate: {whole}")
        built = Gazetteer.open(index)
        print(f"         {per_second(built, some_names(index, args.names, args.seed)):,.0f} names a second from it, each once")
        built.close()


if __name__ == "__main__":
    main()
