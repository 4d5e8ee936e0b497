# ruff: noqa: INP001, S311, T201 (a tool that prints; its chance is no secret)
"""Fits the weights by which events of different reports are put together (src/dateline/incidents/link_weights.json).

    python tools/fit_links.py [--ecb FILE] [--clusters FOLDER] [--folds 5]

Learns from pairs of events that lie near enough to be compared: of ECB+ (train; docs/incidents.md), of the project's own
clusters, and of these moved onto each other's days and places. Logistic regression, drawn towards the weights that a person
would give (PRIOR), so that what the reports say little of stays sensible; a weight never changes its prior's sign. How much a
word tells is counted over the project's corpus. Where groups are joined is chosen by F over pairs in which precision counts
more. Everything follows from the files and the seed. With --folds it prints what weights learned without a fold of the clusters
do on that fold: the number to believe.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "evals"))

import incidents as measure  # noqa: E402 - evals/incidents.py: reads what was told and what was coded

from dateline.articles import make_article  # noqa: E402
from dateline.config import Config  # noqa: E402
from dateline.incidents import sketch, telling_of  # noqa: E402
from dateline.incidents.link import FEATURES, NEVER, Scorer, Weights, exclusion, link_sketches  # noqa: E402
from dateline.incidents.pairs import Blocks, Sketch, WordWeights, stem, told_words  # noqa: E402
from dateline.pipeline import Coder  # noqa: E402

OUT = ROOT / "src" / "dateline" / "incidents" / "link_weights.json"
ECB = ROOT.parent / "shared" / "data" / "copies" / "ecbplus_train.jsonl.gz"
SEED = 20161014
PULL = 10.0
"""How strongly a weight is drawn to its prior."""
ECB_SHARE = 0.1
"""How much a pair of ECB+ counts beside one of the clusters: its reports tell neither day nor place of most events."""
GRAFT_SHARE = 0.3
COMMON_WORDS = 2500
CAUTION = 0.65
"""Beta of the F by which it is chosen where groups are joined: two happenings in one incident mislead more than one in two."""
JOIN_AT = [step / 4 for step in range(-8, 1)]

PRIOR = {
    "always": -4.0,
    "same_type": 1.0,
    "close_type": 0.3,
    "same_day": 1.5,
    "next_day": -0.7,
    "days_apart": -1.2,
    "days_fit": 0.7,
    "days_unknown": 0.0,
    "same_place": 2.0,
    "near_place": 1.0,
    "places_apart": -1.5,
    "place_within": 0.5,
    "place_elsewhere": -2.5,
    "place_unknown": 0.0,
    "same_name": 2.0,
    "other_name": -0.7,
    "same_actor": 0.7,
    "other_actor": -0.8,
    "party_words": 0.8,
    "other_parties": -0.3,
    "same_figure": 1.5,
    "same_small_figure": 0.4,
    "figures_near": 0.7,
    "figures_apart": -1.2,
    "same_weapon": 0.6,
    "other_weapon": -0.5,
    "words": 3.0,
    "telling_words": 2.0,
    "report_words": 2.0,
    "telling_report_words": 1.0,
    "status_differs": -1.0,
    "same_article": -2.0,
    "reports_apart": -0.8,
    "both_lead": 0.3,
}

Labelled = tuple[list[Sketch], dict[str, str], dict[str, str]]
"""Sketches, event to what it is of, and event to the group (a cluster, or an ECB+ topic) that a fold keeps whole."""


def weigh_words() -> WordWeights:
    """Count how common words are in the project's corpus."""
    counts: Counter[str] = Counter()
    total = 0
    for path in sorted((ROOT / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for sentence in json.loads(line)["sentences"]:
                counts.update({stem(word) for word in told_words(sentence)})
                total += 1
    common = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:COMMON_WORDS]
    weights = {word: round(10 * math.log(total / count)) for word, count in sorted(common)}
    return WordWeights(common=weights, rare=round(10 * math.log(total / 3)))


def read_ecb(path: Path, coder: Coder, weights: Weights) -> Labelled:
    """Code ECB+ and give each event the chain that most of its anchors are of."""
    sketches: list[Sketch] = []
    labels: dict[str, str] = {}
    topics: dict[str, str] = {}
    for document, offsets, text in measure.read_ecb(path):
        account = coder.code([make_article(text)])[0]
        gold, event_of, _ = measure.ecb_labels(document, offsets, account)
        votes: dict[str, Counter[str]] = {}
        for mention, event in event_of.items():
            votes.setdefault(event, Counter())[gold[mention]] += 1
        for event in account.events:
            if event.id in votes:
                sketches.append(sketch(telling_of(event, account.article), weights))
                labels[event.id] = min(votes[event.id], key=lambda chain: (-votes[event.id][chain], chain))
                topics[event.id] = f"ecb {document['topic']}"
    return sketches, labels, topics


def read_clusters(folder: Path, coder: Coder, weights: Weights) -> Labelled:
    """Code the clusters."""
    sketches: list[Sketch] = []
    labels: dict[str, str] = {}
    groups: dict[str, str] = {}
    for report in measure.read_clusters(folder):
        article = make_article(
            str(report["text"]), title=report["title"], published=str(report["published"]), publisher=str(report["publisher"])
        )
        account = coder.code([article])[0]
        labels |= measure.cluster_labels(report, account)[0]
        for event in account.events:
            if event.id in labels:
                sketches.append(sketch(telling_of(event, account.article), weights))
                groups[event.id] = str(report["cluster"])
    return sketches, labels, groups


def pairs_of(told: Labelled, words: WordWeights) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return features, whether of one happening, and the group, of pairs that are compared and not excluded."""
    sketches, labels, groups = told
    ordered = sorted(sketches, key=lambda each: each.order)
    scorer = Scorer(Weights(vector=np.zeros(len(FEATURES)), join_at=0.0, words=words))
    rows, same, whose = [], [], []
    near = {(min(a, b), max(a, b)) for a, others in Blocks(ordered).pairs() for b in others}
    for one, other in sorted(near):
        first, second = ordered[one], ordered[other]
        if exclusion(first, second) > NEVER and groups[first.id] == groups[second.id]:
            rows.append(scorer.features(first, second))
            same.append(float(labels[first.id] == labels[second.id]))
            whose.append(groups[first.id])
    return np.array(rows), np.array(same), whose


GRAFTS = ("there and then", "then, another town", "there, days later")


def graft(told: Labelled, how: str) -> Labelled:
    """Move every other cluster to the days or places of the one before it.

    The clusters tell of places far from each other; a war has many incidents in one town and week, and on one day in many
    towns. What is moved takes days and places, and some of the names, of where it goes, and keeps what was done, by whom, with
    how many dead, and the rest of its words.

    Args:
        told: The clusters.
        how: One of ``GRAFTS``.
    """
    sketches, labels, groups = told
    chance = random.Random(f"{SEED} {how}")
    names = sorted(set(groups.values()))
    chance.shuffle(names)
    of = {name: sorted((each for each in sketches if groups[each.id] == name), key=lambda each: each.id) for name in names}
    moved: list[Sketch] = []
    whose: dict[str, str] = {}
    for host, guest in zip(names[::2], names[1::2], strict=False):
        days = [median([each.first for each in of[name] if each.first is not None] or [0]) for name in (host, guest)]
        shift = round(days[0] - days[1]) + (chance.randint(2, 7) if how == GRAFTS[2] else 0)
        placed = [each for each in of[host] if each.lat is not None] or of[host]
        away = (chance.uniform(0.3, 1.2), chance.uniform(0.3, 1.2)) if how == GRAFTS[1] else (0.0, 0.0)
        moved += of[host] + [_moved(each, chance.choice(placed), shift, away, chance) for each in of[guest]]
        whose |= {each.id: host for name in (host, guest) for each in of[name]}
    return moved, {each.id: labels[each.id] for each in moved}, whose


def _moved(sketch: Sketch, onto: Sketch, shift: int, away: tuple[float, float], chance: random.Random) -> Sketch:
    names = frozenset([onto.name] if onto.name else []) | set(chance.sample(sorted(onto.top), min(2, len(onto.top))))
    same_town = ("place", "fine", "precision", "radius_km", "name", "specific") if away == (0.0, 0.0) else ()
    where = (
        {name: getattr(onto, name) for name in ("lat", "lon", "country", "province", *same_town)}
        if sketch.lat is not None
        else {}
    )
    if where and not same_town and onto.lat is not None and onto.lon is not None:
        where |= {"lat": max(min(onto.lat + away[0], 85.0), -85.0), "lon": onto.lon + away[1]}
    return replace(
        sketch,
        **where,
        first=None if sketch.first is None else max(sketch.first + shift, 1),
        last=None if sketch.last is None else max(sketch.last + shift, 1),
        order=(sketch.order[0] + shift, sketch.order[1]),
        story=sketch.story | names,
        top=(*sorted(names), *sketch.top)[: len(sketch.top)],
    )


def fit(rows: np.ndarray, same: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the weights that make the pairs likeliest, near the prior and of its signs (projected gradient descent)."""
    prior = np.array([PRIOR[name] for name in FEATURES])
    sign = np.array([math.copysign(1, PRIOR[name]) if PRIOR[name] and name != "always" else 0 for name in FEATURES])
    weights = prior.copy()
    bound = 0.25 * float((share[:, None] * rows**2).sum()) + PULL
    step = 1.0 / (0.25 * float(np.linalg.eigvalsh((rows * share[:, None]).T @ rows)[-1]) + PULL) if len(rows) else 1 / bound
    for _ in range(1500):
        error = share * (1 / (1 + np.exp(-np.clip(rows @ weights, -40, 40))) - same)
        weights = weights - step * (rows.T @ error + PULL * (weights - prior))
        weights = np.where(sign * weights < 0, 0.0, weights)
    return weights


def counted(weights: Weights, told: list[Labelled]) -> np.ndarray:
    """Return right, said and wanted pairs of events of different reports over the groups that linking makes."""
    total = np.zeros(3)
    for sketches, labels, _ in told:
        found = {each.id: str(number) for number, group in enumerate(link_sketches(sketches, weights)) for each in group}
        total += measure.pairwise(labels, found, {each.id: each.article_id for each in sketches})
    return total


def f_at(weights: Weights, told: list[Labelled], beta: float = 1.0) -> float:
    """Return F over pairs; precision counts more with a ``beta`` below 1."""
    right, said, wanted = counted(weights, told)
    return float((1 + beta**2) * right / (said + beta**2 * wanted)) if said + wanted else 0.0


def learn(ecb: Labelled, clusters: Labelled, words: WordWeights) -> Weights:
    """Fit the weights, then choose where groups are joined, on the clusters as they are and as they are grafted."""
    grafts = [graft(clusters, how) for how in GRAFTS]
    parts = [pairs_of(each, words) for each in (ecb, clusters, *grafts)]
    sizes = [len(part[1]) for part in parts]
    shares = [ECB_SHARE * min(1.0, sizes[1] / max(sizes[0], 1)), 1.0] + [GRAFT_SHARE] * len(grafts)
    share = np.concatenate([np.full(size, weight) for size, weight in zip(sizes, shares, strict=True)])
    # Of the grafted only what was brought together: the pairs within a cluster are there already.
    brought = np.concatenate([np.full(sum(sizes[:2]), fill_value=True), *(part[1] == 0 for part in parts[2:])])
    rows = np.concatenate([part[0].reshape(-1, len(FEATURES)) for part in parts])[brought]
    same = np.concatenate([part[1] for part in parts])[brought]
    vector = np.round(fit(rows, same, share[brought]), 2)
    told = [clusters, *grafts]
    scored = [(f_at(Weights(vector=vector, join_at=at, words=words), told, CAUTION), -abs(at), at) for at in JOIN_AT]
    return Weights(vector=vector, join_at=max(scored)[2], words=words)


def keep(told: Labelled, groups: set[str]) -> Labelled:
    """Return the part of what was told that lies in some groups."""
    sketches = [each for each in told[0] if told[2][each.id] in groups]
    ids = {each.id for each in sketches}
    return sketches, {k: v for k, v in told[1].items() if k in ids}, {k: v for k, v in told[2].items() if k in ids}


def cross_validate(ecb: Labelled, clusters: Labelled, words: WordWeights, folds: int) -> None:
    """Print F over pairs of the clusters, and of them grafted, each linked by weights that were learned without its fold."""
    names = sorted(set(clusters[2].values()))
    random.Random(SEED).shuffle(names)
    sums = {name: np.zeros(3) for name in ("as they are", *GRAFTS)}
    for fold in range(folds):
        held = set(names[fold::folds])
        weights = learn(ecb, keep(clusters, set(names) - held), words)
        rest = keep(clusters, held)
        sums["as they are"] += counted(weights, [rest])
        for how in GRAFTS:
            sums[how] += counted(weights, [graft(rest, how)])
        print(f"  fold {fold + 1}: joined at {weights.join_at}")
    for name, (right, said, wanted) in sums.items():
        precision, recall = right / said, right / wanted
        print(f"held back, {name}: P {precision:.1%} R {recall:.1%} F {measure.f_of(precision, recall):.1%}")


def main() -> int:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ecb", type=Path, default=ECB)
    parser.add_argument("--clusters", type=Path, default=measure.CLUSTERS)
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    coder = Coder(Config(codebooks=()))
    words = weigh_words()
    bare = Weights(vector=np.zeros(len(FEATURES)), join_at=0.0, words=words)
    write(read_ecb(options.ecb, coder, bare), read_clusters(options.clusters, coder, bare), words, options.folds)
    return 0


def write(ecb: Labelled, clusters: Labelled, words: WordWeights, folds: int) -> None:
    """Fit on all, tell how it does on what was held back, and write the weights."""
    if folds > 1:
        cross_validate(ecb, clusters, words, folds)
    weights = learn(ecb, clusters, words)
    print(
        f"all: joined at {weights.join_at}, F {f_at(weights, [clusters]):.1%}; "
        f"ECB+ train, events alone: F {f_at(weights, [ecb]):.1%}"
    )
    told = {name: float(weight) for name, weight in zip(FEATURES, weights.vector, strict=True)}
    print(json.dumps(told, indent=1))
    made = {"weights": told, "join_at": weights.join_at, "rare": words.rare, "common": dict(words.common)}
    OUT.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
