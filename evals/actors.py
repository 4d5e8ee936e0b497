"""Measures how parties are resolved on annotated reports.

    python evals/actors.py [--errors N] [--sample N] [--seed S] [--role agent|target] FILE.jsonl ...

For each annotated agent and target quotation, told by its report alone: does the resolved name share a content word with the
annotator's well-known name (``norm``); if not, is it by the registry the same actor, its branch or its whole ("Armed Forces of
Syria" and "Syrian Army", "URNG" and its long form); and is its kind known? Pronouns and bare numbers are left out of the first
two. Also the time for a report of 400 words and for opening the registry. Without files it reads the corpus beside the repository.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.grounding.actors import ReportActors
from dateline.grounding.registry import Registry, fold, tokenise
from dateline.model import ActorKind, Who

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
# The words that the scorer of event records leaves out.
STOP = frozenset(
    {
        *(
            "the",
            "a",
            "an",
            "of",
            "in",
            "on",
            "at",
            "to",
            "and",
            "or",
            "by",
            "for",
            "with",
            "from",
            "their",
            "his",
            "her",
            "its",
        ),
        *(
            "some",
            "one",
            "more",
            "than",
            "least",
            "about",
            "up",
            "over",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
        ),
        *("nine", "ten", "men", "man", "people", "persons", "person", "group", "groups"),
    }
)
PRONOUNS = frozenset("he she it they him her them we us i his its their one who those".split())  # noqa: SIM905


def content(text: str) -> set[str]:
    """Return the content words of a name, as the scorer of event records has them."""
    return {word for word in re.findall(r"[a-z0-9]+", fold(text).replace("-", " ")) if word not in STOP}


def parties(path: Path, registry: Registry) -> Iterator[tuple[str, str, str, list[str], Who]]:
    """Yield report id, role, quotation, the annotator's names and what Dateline makes of it."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        report: dict[str, Any] = json.loads(line)
        day = dt.date.fromisoformat(report["published"][:10]) if report.get("published") else None
        countries = collections.Counter(((e.get("norm") or {}).get("place") or "").split(", ")[-1] for e in report["events"])
        codes = {country.name: code for code, country in registry.countries.items()}
        home = next((codes[name] for name, _ in countries.most_common() if name in codes), None)
        actors = ReportActors.read(report["sentences"], registry, country=home, day=day)
        for event in report["events"]:
            norm = event.get("norm") or {}
            for role in ("agent", "target"):
                for sentence, quote in event.get(role) or []:
                    phrase = re.sub(r"#\d+$", "", quote)
                    yield report["id"], role, phrase, norm.get(role) or [], actors.resolve(phrase, sentence=sentence, role=role)


def main() -> int:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--role")
    args = parser.parse_args()
    files = args.files or [*sorted((CORPUS / "train").glob("*.jsonl")), CORPUS / "gold" / "dev.jsonl"]
    if missing := [path for path in files if not path.is_file()]:
        print(f"{missing[0]} is not there; name files of annotated reports")
        return 2
    start = time.process_time()
    registry = Registry.open()
    opened = time.process_time() - start
    rows = [row for path in files for row in parties(path, registry) if args.role in (None, row[1])]
    report(rows, registry)
    start = time.process_time()
    filler = (
        "Iraqi troops and the Peshmerga fought Islamic State militants near the town, the army said, and three people died. "
        * 20
    )
    actors = ReportActors.read(filler.split(". "), registry, country="IRQ")
    for index in range(20):
        actors.resolve("the militants", sentence=index)
    took = 1000 * (time.process_time() - start)
    print(f"registry opened in {1000 * opened:.0f} ms; a report of {len(filler.split())} words in {took:.1f} ms")
    rng = random.Random(args.seed)
    wrong = [row for row in rows if row[3] and plain(row[2]) and not shares(row)]
    for title, some in (("wrong", rng.sample(wrong, min(args.errors, len(wrong)))), ("sample", rng.sample(rows, args.sample))):
        for ident, role, phrase, names, who in some:
            print(f"{title}\t{ident}\t{role}\t{phrase}\t{names}\t{who.name}\t{who.kind}\t{who.country}\t{who.basis}")
    return 0


def plain(phrase: str) -> bool:
    """Whether a quotation has words of its own: no pronoun, no bare number."""
    words = [token.folded for token in tokenise(phrase)]
    return not set(words) <= PRONOUNS and bool(content(phrase) - {word for word in words if word[0].isdigit()})


def shares(row: tuple[str, str, str, list[str], Who]) -> bool:
    """Whether the resolved name shares a content word with one of the annotator's."""
    return bool(content(row[4].name) & set().union(*map(content, row[3])))


def related(row: tuple[str, str, str, list[str], Who], registry: Registry) -> bool:
    """Whether the annotator's name is, by the registry, the resolved actor, a part of it or what it is a part of."""
    if row[4].actor_id is None:
        return False
    mine = line(row[4].actor_id, registry)
    theirs = [entry.id for name in row[3] for entry in registry.lookup(name)]
    return any(one in mine or row[4].actor_id in line(one, registry) for one in theirs)


def line(ident: str, registry: Registry) -> set[str]:
    """Return an entry's id with those of all that it is a part of, governments left out: all of a state is part of one."""
    found: set[str] = set()
    at: str | None = ident
    while at is not None and (at == ident or not at.startswith("government-of-")):
        found.add(at)
        at = registry.entries[at].parent
    return found


def report(rows: list[tuple[str, str, str, list[str], Who]], registry: Registry) -> None:
    """Print the shares of all rows."""
    for role in ("agent", "target"):
        mine = [row for row in rows if row[1] == role]
        named = [row for row in mine if row[3] and plain(row[2])]
        exact = sum(any(fold(row[4].name) == fold(name) for name in row[3]) for row in named)
        share, known = sum(map(shares, named)), sum(row[4].kind is not ActorKind.UNKNOWN for row in mine)
        same = share + sum(not shares(row) and related(row, registry) for row in named)
        ids = sum(row[4].actor_id is not None for row in mine)
        print(
            f"{role}: {len(mine)} quotations; shares a name word {100 * share / max(1, len(named)):.1f} % of {len(named)}, "
            f"shares one or is the same actor or its part {100 * same / max(1, len(named)):.1f} %, the very name {100 * exact / max(1, len(named)):.1f} %; kind known {100 * known / max(1, len(mine)):.1f} %, "
            f"registry id {100 * ids / max(1, len(mine)):.1f} %"
        )
        base = sum(bool(content(row[2]) & set().union(*map(content, row[3]))) for row in named)
        print(f"  the quotation itself would share {100 * base / max(1, len(named)):.1f} %")


if __name__ == "__main__":
    sys.exit(main())
