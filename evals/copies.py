"""Measures the finding of copies: ``python evals/copies.py [--sweep] [--errors N] [--shared DIR]``.

Recall: annotated reports are changed in the ways in which papers change a wire story (shortened, cut inside, re-titled,
re-ordered, another agency's by-line, updated, words replaced, several of these), and each changed one must be found to be a copy of
its report. Precision: no two different reports may be joined; different reports of the same event (ECB+, two corpora of follow-ups)
are the hard ones. All are looked at together, so that what is measured is the whole search.

The corpora are read where they lie, in ``shared`` beside the project and in ``corpus``; one that is missing is reported.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.articles import near_copies
from dateline.articles.near_copies import Text, find_copies, sketch, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
MIN_SENTENCES = 4
RUN_WORDS = 8
MOSTLY = 0.5
"""ECB+ holds real copies of one wire story, which nobody marked: texts of which more than this share is word for word the same, in
runs so long that they are not by chance, are counted apart."""
SEED = 7

Sentences = list[str]


def lead(sentences: Sentences, chance: random.Random) -> Sentences:
    """Keep the first third to two thirds."""
    return sentences[: max(2, round(len(sentences) * chance.uniform(0.34, 0.67)))]


def short_lead(sentences: Sentences, chance: random.Random) -> Sentences:
    """Keep the first fifth to third, three sentences at least."""
    return sentences[: max(3, round(len(sentences) * chance.uniform(0.2, 0.34)))]


def cut_inside(sentences: Sentences, chance: random.Random) -> Sentences:
    """Leave out up to a third of the sentences, anywhere but at the beginning."""
    leave = set(chance.sample(range(1, len(sentences)), max(1, (len(sentences) - 1) // 3)))
    return [sentence for number, sentence in enumerate(sentences) if number not in leave]


def retitled(sentences: Sentences, chance: random.Random) -> Sentences:
    """Put another headline above the text."""
    words = " ".join(sentences).split()
    return [" ".join(chance.sample(words, min(8, len(words)))).title(), *sentences]


def reordered(sentences: Sentences, chance: random.Random) -> Sentences:
    """Put the sentences after the first in another order."""
    rest = sentences[1:]
    chance.shuffle(rest)
    return [sentences[0], *rest]


def bylined(sentences: Sentences, chance: random.Random) -> Sentences:
    """Give it another agency's by-line, dateline and last line."""
    agency = chance.choice(["Reuters", "AFP", "Xinhua", "dpa", "Associated Press"])
    head = f"By a correspondent, {agency}\n{chance.choice(['GENEVA', 'NAIROBI', 'BEIRUT'])}, Oct 14 ({agency}) - "
    return [
        head + sentences[0],
        *sentences[1:],
        f"Reporting by {agency}; editing by the desk. Copyright {agency}. All rights reserved.",
    ]


def updated(sentences: Sentences, chance: random.Random) -> Sentences:
    """Give it a new first sentence, raise its numbers, add what was learned since."""
    new = [
        f"The toll rose on {chance.choice(['Tuesday', 'Friday'])} as rescue teams went on with their search, officials told reporters."
    ]
    changed = [" ".join(str(int(word) + 2) if word.isdigit() else word for word in sentence.split()) for sentence in sentences]
    added = ["Neighbours spoke of a night without sleep, and schools in the district stayed shut."] * (len(sentences) > 6)
    return [*new, *changed, *added]


def reworded(sentences: Sentences, chance: random.Random) -> Sentences:
    """Replace or leave out three words in a hundred, as editors and bad copying do."""

    def edited(word: str) -> str:
        return chance.choice(["", "reportedly", "the", word.upper()]) if chance.random() < 0.03 else word

    return [" ".join(filter(None, map(edited, sentence.split()))) for sentence in sentences]


def all_at_once(sentences: Sentences, chance: random.Random) -> Sentences:
    """Re-title, shorten to two thirds, reword and give another by-line."""
    kept = sentences[: max(3, round(len(sentences) * 0.67))]
    return retitled(bylined(reworded(kept, chance), chance), chance)


WAYS: dict[str, Callable[[Sentences, random.Random], Sentences]] = {
    way.__name__: way for way in (lead, short_lead, cut_inside, retitled, reordered, bylined, updated, reworded, all_at_once)
}


def read_reports(shared: Path) -> Iterator[tuple[str, Sentences]]:
    """Yield the annotated reports: id and sentences."""
    for path in [shared / "corpus/gold/dev.jsonl", *sorted((ROOT / "corpus").glob("*.jsonl"))]:
        if not path.exists():
            print(f"NOT MEASURED: {path} is missing")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            report = json.loads(line)
            if len(report["sentences"]) >= MIN_SENTENCES:
                yield f"{path.stem}:{number}", report["sentences"]


def read_same_event(shared: Path) -> Iterator[tuple[str, str, Sentences]]:
    """Yield ECB+'s reports: the event that they tell of, id and sentences."""
    path = shared / "data/copies/ecbplus_train.jsonl.gz"
    if not path.exists():
        print(f"NOT MEASURED: {path} is missing")
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            report = json.loads(line)
            yield f"{report['topic']}{report['sub']}", report["id"], [" ".join(tokens) for tokens in report["sents"]]


def joined(sentences: Sentences) -> str:
    """Return the text of a report."""
    return "\n".join(sentences)


def repeated(one: str, other: str) -> float:
    """Return the share of the shorter text's words that stand in runs of ``RUN_WORDS`` or more that the longer one has too."""
    a, b = sorted((words_of(one), words_of(other)), key=len)
    runs = {tuple(b[at : at + RUN_WORDS]) for at in range(len(b) - RUN_WORDS + 1)}
    covered: set[int] = set()
    for at in range(len(a) - RUN_WORDS + 1):
        if tuple(a[at : at + RUN_WORDS]) in runs:
            covered.update(range(at, at + RUN_WORDS))
    return len(covered) / max(len(a), 1)


class Collection:
    """All texts that are looked at together, each with the report that it is made of."""

    def __init__(self, shared: Path) -> None:
        self.texts: dict[str, str] = {}
        self.origin: dict[str, str] = {}
        self.way: dict[str, str] = {}
        self.event: dict[str, str] = {}
        chance = random.Random(SEED)
        for name, sentences in read_reports(shared):
            self._add(name, name, joined(sentences))
            way = chance.choice(list(WAYS))
            self._add(f"{name}#{way}", name, joined(WAYS[way](list(sentences), chance)), way)
        for event, name, sentences in read_same_event(shared):
            self._add(name, name, joined(sentences))
            self.event[name] = event

    def _add(self, name: str, origin: str, text: str, way: str = "") -> None:
        self.texts[name], self.origin[name], self.way[name] = text, origin, way

    def sketches(self) -> near_copies.Sketches:
        """Return the sketches of all."""
        return sketch(Text(id=name, text=text) for name, text in self.texts.items())


def score(collection: Collection, sketches: near_copies.Sketches) -> tuple[Counter[str], Counter[str], list[tuple[str, str]]]:
    """Return how many copies of each way there are and were found, and the pairs of different reports that were joined."""
    found = find_copies(sketches)
    cluster = {name: found.get(name, name) for name in collection.texts}
    there, right = Counter(), Counter()
    for name, way in collection.way.items():
        if way:
            there[way] += 1
            right[way] += cluster[name] == cluster[collection.origin[name]]
    members = defaultdict(set)
    for name, first in cluster.items():
        members[first].add(collection.origin[name])
    wrong = [(first, other) for origins in members.values() for first, *others in [sorted(origins)] for other in others]
    return there, right, wrong


def tell(collection: Collection, there: Counter[str], right: Counter[str], wrong: list[tuple[str, str]]) -> None:
    """Print the numbers."""
    print(f"{'way':<14} {'copies':>7} {'recall %':>9}")
    for way in WAYS:
        print(f"{way:<14} {there[way]:>7,} {100 * right[way] / max(there[way], 1):>9.1f}")
    found = right.total()
    marked = {pair: repeated(collection.texts[pair[0]], collection.texts[pair[1]]) for pair in wrong}
    wrong = [pair for pair in wrong if marked[pair] < MOSTLY]
    print(
        f"joined too: {len(marked) - len(wrong)} pairs of the corpora that are copies, mostly the same in runs of {RUN_WORDS} words"
    )
    print(f"{'all':<14} {there.total():>7,} {100 * found / max(there.total(), 1):>9.1f}")
    print(
        f"precision {100 * found / max(found + len(wrong), 1):.2f} % ({len(wrong)} joins of different reports in {len(set(collection.origin.values())):,})"
    )
    same = [pair for pair in wrong if pair[0] in collection.event and pair[1] in collection.event]
    events = Counter(collection.event.values())
    pairs = sum(number * (number - 1) // 2 for number in events.values())
    print(f"different reports of the same event: {len(same)} joined of {len(collection.event):,} reports ({pairs:,} pairs)")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument(
        "--errors", type=int, default=0, metavar="N", help="show N joins of different reports, with their real similarity"
    )
    parser.add_argument("--sweep", action="store_true", help="show precision and recall for other thresholds")
    arguments = parser.parse_args()
    collection = Collection(arguments.shared)
    begun = time.perf_counter()
    sketches = collection.sketches()
    if arguments.sweep:
        for same, opening, contained in itertools.product((0.35, 0.4, 0.45, 0.5, 0.55), (0.35, 0.45, 0.55), (0.6, 0.7, 0.8)):
            near_copies.SAME, near_copies.OPENING, near_copies.CONTAINED = same, opening, contained
            there, right, joins = score(collection, sketches)
            wrong = [pair for pair in joins if repeated(collection.texts[pair[0]], collection.texts[pair[1]]) < MOSTLY]
            ways = " ".join(f"{way}={100 * right[way] / max(there[way], 1):.0f}" for way in WAYS)
            recall = 100 * right.total() / there.total()
            print(f"{same:.2f} {opening:.2f} {contained:.2f}  recall {recall:.2f}  wrong {len(wrong)} of {len(joins)}  {ways}")
        return
    there, right, wrong = score(collection, sketches)
    tell(collection, there, right, wrong)
    print(f"{len(collection.texts):,} reports in {time.perf_counter() - begun:.1f} s")
    for one, other in wrong[: arguments.errors]:
        print(
            f"\n{repeated(collection.texts[one], collection.texts[other]):.2f}  {one}: {collection.texts[one][:300]!r}\n      {other}: {collection.texts[other][:300]!r}"
        )


if __name__ == "__main__":
    main()
