"""Measures how well events of different reports are put together into incidents.

    python evals/incidents.py [--ecb FILE] [--clusters FOLDER] [--mistakes]

Reads ECB+ (the file of docs/incidents.md) and the project's own clusters of invented reports, codes them, links the events and prints

- on ECB+: MUC, B³, CEAF-e and their mean (CoNLL F1) over the mentions at which the coder found an event, first of those that the
  coder itself anchors (what linking adds or spoils), with how many of all coreferent mentions these are;
- on the clusters: precision, recall and F over pairs of events of different reports, and how many incidents mix what the reports keep apart.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import gzip
import itertools
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dateline.articles import make_article
from dateline.config import Config
from dateline.incidents import find_groups, telling_of
from dateline.pipeline import Coder

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from dateline.model import Account, Telling

ROOT = Path(__file__).parent.parent
ECB = ROOT.parent / "shared" / "data" / "copies" / "ecbplus_dev.jsonl.gz"
CLUSTERS = ROOT / "corpus" / "clusters"

Labels = dict[str, str]
"""Id of an event, or of a mention, to the cluster that it belongs to."""


# --- measures ------------------------------------------------------------------------------------------------------------


def clusters_of(labels: Mapping[Hashable, Hashable]) -> list[frozenset[Hashable]]:
    """Return the sets of items that have one label."""
    found: dict[Hashable, set[Hashable]] = defaultdict(set)
    for item, label in labels.items():
        found[label].add(item)
    return [frozenset(each) for each in found.values()]


def f_of(precision: float, recall: float) -> float:
    """Return the harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def muc(key: Sequence[frozenset[Hashable]], response: Sequence[frozenset[Hashable]]) -> tuple[float, float, float]:
    """Return precision, recall and F of links (Vilain et al. 1995)."""
    return _both(_muc_recall(response, key), _muc_recall(key, response))


def b_cubed(key: Sequence[frozenset[Hashable]], response: Sequence[frozenset[Hashable]]) -> tuple[float, float, float]:
    """Return precision, recall and F over items (Bagga and Baldwin 1998)."""
    return _both(_b_recall(response, key), _b_recall(key, response))


def ceaf_e(key: Sequence[frozenset[Hashable]], response: Sequence[frozenset[Hashable]]) -> tuple[float, float, float]:
    """Return precision, recall and F over the best one-to-one pairing of clusters (Luo 2005, phi-4)."""
    if not key or not response:
        return 0.0, 0.0, 0.0
    similarity = np.array([[2 * len(one & other) / (len(one) + len(other)) for other in response] for one in key])
    total = _best_pairing(similarity)
    return _both(total / len(response), total / len(key))


def _both(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, f_of(precision, recall)


def _muc_recall(key: Sequence[frozenset[Hashable]], response: Sequence[frozenset[Hashable]]) -> float:
    where = {item: number for number, cluster in enumerate(response) for item in cluster}
    kept = whole = 0
    for cluster in key:
        parts = {where.get(item, ("alone", item)) for item in cluster}
        kept += len(cluster) - len(parts)
        whole += len(cluster) - 1
    return kept / whole if whole else 0.0


def _b_recall(key: Sequence[frozenset[Hashable]], response: Sequence[frozenset[Hashable]]) -> float:
    where = {item: cluster for cluster in response for item in cluster}
    items = [(item, cluster) for cluster in key for item in cluster]
    return (
        sum(len(cluster & where.get(item, frozenset())) / len(cluster) for item, cluster in items) / len(items)
        if items
        else 0.0
    )


def _best_pairing(similarity: np.ndarray) -> float:
    """The Hungarian method in its O(n³) form with potentials; clusters without a common item change nothing."""
    if similarity.shape[0] > similarity.shape[1]:
        similarity = similarity.T
    rows, columns = similarity.shape
    cost = -similarity
    u, v = np.zeros(rows + 1), np.zeros(columns + 1)
    match = np.zeros(columns + 1, dtype=int)
    for row in range(1, rows + 1):
        match[0], at = row, 0
        least, way = np.full(columns + 1, np.inf), np.zeros(columns + 1, dtype=int)
        used = np.zeros(columns + 1, dtype=bool)
        while True:
            used[at] = True
            free = ~used
            free[0] = False
            current = cost[match[at] - 1] - u[match[at]] - v[1:]
            better = free[1:] & (current < least[1:])
            least[1:][better] = current[better]
            way[1:][better] = at
            step_to = int(np.argmin(np.where(free, least, np.inf)))
            delta = least[step_to]
            u[match[used]] += delta
            v[used] -= delta
            least[free] -= delta
            at = step_to
            if match[at] == 0:
                break
        while at:
            before = way[at]
            match[at] = match[before]
            at = before
    return float(sum(similarity[match[column] - 1, column - 1] for column in range(1, columns + 1) if match[column]))


def pairwise(gold: Labels, found: Labels, report_of: Mapping[str, str]) -> tuple[int, int, int]:
    """Return right, found and wanted pairs of events of different reports."""
    right = said = wanted = 0
    for one, other in itertools.combinations(sorted(gold), 2):
        if report_of[one] != report_of[other]:
            same, joined = gold[one] == gold[other], found[one] == found[other]
            right, said, wanted = right + (same and joined), said + joined, wanted + same
    return right, said, wanted


# --- ECB+ ----------------------------------------------------------------------------------------------------------------


def read_ecb(path: Path) -> Iterable[tuple[dict[str, object], list[tuple[int, int]], str]]:
    """Yield each document with the offsets of its tokens and its text, a sentence a line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            offsets, text = [], ""
            for sentence in document["sents"]:
                for token in sentence:
                    offsets.append((len(text), len(text) + len(token)))
                    text += token + " "
                text = text[:-1] + "\n"
            yield document, offsets, text


def ecb_labels(
    document: dict[str, object], offsets: Sequence[tuple[int, int]], account: Account
) -> tuple[Labels, dict[str, str], Labels]:
    """Return the gold chain of each mention at which an event is anchored, that event, and the chain of every mention."""
    spans = [(anchor.span.start, anchor.span.end, event.id) for event in account.events for anchor in event.anchors]
    gold: Labels = {}
    event_of: dict[str, str] = {}
    everything: Labels = {}
    mentions = [m for m in document["mentions"] if m["type"].startswith("ACTION") and "chain" in m]  # type: ignore[union-attr, attr-defined]
    for number, mention in enumerate(mentions):
        name = f"{document['id']}:{number}"
        everything[name] = mention["chain"]
        start, end = offsets[mention["tok"][0]][0], offsets[mention["tok"][-1]][1]
        for first, last, event in spans:
            if first < end and start < last:
                gold[name], event_of[name] = mention["chain"], event
                break
    return gold, event_of, everything


def measure_ecb(path: Path, coder: Coder) -> None:
    """Print the measures on ECB+."""
    gold: Labels = {}
    event_of: dict[str, str] = {}
    everything: Labels = {}
    tellings: list[Telling] = []
    for document, offsets, text in read_ecb(path):
        account = coder.code([make_article(text)])[0]
        some = ecb_labels(document, offsets, account)
        for whole, part in zip((gold, event_of, everything), some, strict=True):
            whole.update(part)
        tellings += [telling_of(event, account.article) for event in account.events]
    print_coreference(gold, event_of, tellings, everything)


def print_coreference(gold: Labels, event_of: Mapping[str, str], tellings: Sequence[Telling], everything: Labels) -> None:
    """Print MUC, B³, CEAF-e and CoNLL F1."""
    group_of = {telling.event.id: str(number) for number, group in enumerate(find_groups(tellings)) for telling in group}
    found = {mention: group_of[event] for mention, event in event_of.items()}
    sizes = Counter(everything.values())
    shared = sum(sizes[chain] > 1 for chain in gold.values())
    print(f"ECB+: {len(gold)} of {len(everything)} event mentions are anchors of the coder ({shared} of them coreferent)")
    for name, labels in (
        ("linked", found),
        ("each report alone", dict(event_of)),
        ("one a type", _by_type(event_of, tellings)),
    ):
        key, response = clusters_of(gold), clusters_of(labels)  # type: ignore[arg-type]
        rows = {"MUC": muc(key, response), "B3": b_cubed(key, response), "CEAF-e": ceaf_e(key, response)}
        told = "  ".join(f"{measure} P {p:.1%} R {r:.1%} F {f:.1%}" for measure, (p, r, f) in rows.items())
        print(f"  {name:<18} {told}  CoNLL {sum(f for _, _, f in rows.values()) / 3:.1%}")


def _by_type(event_of: Mapping[str, str], tellings: Sequence[Telling]) -> dict[str, str]:
    type_of = {telling.event.id: str(telling.event.type) for telling in tellings}
    return {mention: type_of[event] for mention, event in event_of.items()}


# --- the project's clusters ----------------------------------------------------------------------------------------------


def read_clusters(folder: Path) -> list[dict[str, object]]:
    """Return the invented reports."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line
    ]


def cluster_labels(report: Mapping[str, object], account: Account) -> tuple[Labels, set[str]]:
    """Return the incident of each event whose anchors are those of a told one, and the incidents told that no event is of."""
    texts = {"text": account.article.text, "title": account.article.title or ""}
    spans: list[tuple[str, int, int, str]] = []
    for told in report["events"]:  # type: ignore[attr-defined]
        for words in told.get("anchors") or [told["anchor"]]:
            for field, text in texts.items():
                spans += [(field, at.start(), at.end(), told["incident"]) for at in re.finditer(re.escape(words), text)]
    labels: Labels = {}
    for event in account.events:
        votes: Counter[str] = Counter()
        for anchor in event.anchors:
            hit = {
                incident
                for field, start, end, incident in spans
                if field == anchor.span.field and start < anchor.span.end and anchor.span.start < end
            }
            votes.update({incident: 1 / len(hit) for incident in hit})  # type: ignore[dict-item]
        if votes:
            best = max(votes.values())
            labels[event.id] = min(incident for incident, vote in votes.items() if vote == best)
    return labels, {told["incident"] for told in report["events"]} - set(labels.values())  # type: ignore[attr-defined]


def measure_clusters(folder: Path, coder: Coder, *, mistakes: bool) -> None:
    """Print the measures on the clusters."""
    reports = read_clusters(folder)
    accounts = [
        coder.code(
            [
                make_article(
                    str(each["text"]), title=each["title"], published=str(each["published"]), publisher=str(each["publisher"])
                )
            ]
        )[0]  # type: ignore[arg-type]
        for each in reports
    ]
    print_pairs(list(zip(reports, accounts, strict=True)), mistakes=mistakes)


def print_pairs(coded: Sequence[tuple[Mapping[str, object], Account]], *, mistakes: bool) -> None:
    """Print precision, recall and F over pairs, and the incidents that mix."""
    gold: Labels = {}
    report_of: dict[str, str] = {}
    missing = 0
    tellings = [telling_of(event, account.article) for _, account in coded for event in account.events]
    for report, account in coded:
        labels, missed = cluster_labels(report, account)
        gold |= labels
        missing += len(missed)
        report_of |= {event.id: str(report["id"]) for event in account.events}
    groups = find_groups(tellings)
    group_of = {telling.event.id: str(number) for number, group in enumerate(groups) for telling in group}
    right, said, wanted = pairwise(gold, group_of, report_of)
    precision, recall = right / said if said else 0.0, right / wanted if wanted else 0.0
    told = len({(report_of[event], incident) for event, incident in gold.items()})
    print(
        f"clusters: {len(coded)} reports, {len(set(gold.values()))} incidents; {told} of {told + missing} accounts found by the coder"
    )
    print(
        f"  pairs of events P {precision:.1%} R {recall:.1%} F {f_of(precision, recall):.1%}  ({right} right, {said} said, {wanted} wanted)"
    )
    mixed = [(group, names) for group in groups if len(names := {gold[t.event.id] for t in group if t.event.id in gold}) > 1]
    print(f"  incidents that mix: {len(mixed)}")
    if mistakes:
        _print_mistakes(groups, mixed, gold, report_of)


def _print_mistakes(
    groups: Sequence[Sequence[Telling]],
    mixed: Sequence[tuple[Sequence[Telling], set[str]]],
    gold: Labels,
    report_of: Mapping[str, str],
) -> None:
    for group, names in mixed:
        print(f"\nMIXED {sorted(names)}")
        for telling in group:
            print("   ", _short(telling, gold, report_of))
    split = defaultdict(list)
    for group in groups:
        for name in {gold[t.event.id] for t in group if t.event.id in gold}:
            split[name].append([t for t in group if gold.get(t.event.id) == name])
    for name, parts in sorted(split.items()):
        if len(parts) > 1:
            print(f"\nSPLIT {name}")
            for part in sorted(parts, key=len, reverse=True):
                print("   ", " | ".join(_short(telling, gold, report_of) for telling in part[:3]), f"({len(part)})")


def _short(telling: Telling, gold: Labels, report_of: Mapping[str, str]) -> str:
    event = telling.event
    when = event.time and f"{event.time.first}..{event.time.last} {event.time.precision}/{event.time.basis}"
    where = event.place and f"{event.place.name} {event.place.precision} {event.place.basis}"
    tolls = ",".join(f"{toll.kind[:1]}{toll.best}" for toll in event.tolls)
    words = "/".join(anchor.quote for anchor in event.anchors)
    return f"{report_of.get(event.id, '')}:{gold.get(event.id, '-')} {event.type} [{words}] {when} @{where} {tolls}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ecb", type=Path, default=ECB)
    parser.add_argument("--clusters", type=Path, default=CLUSTERS)
    parser.add_argument("--mistakes", action="store_true", help="list what was mixed and what was split")
    options = parser.parse_args()
    coder = Coder(Config(codebooks=()))
    if options.ecb.is_file():
        measure_ecb(options.ecb, coder)
    else:
        print(f"NOT MEASURED: {options.ecb} is not there", file=sys.stderr)
    measure_clusters(options.clusters, coder, mistakes=options.mistakes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
