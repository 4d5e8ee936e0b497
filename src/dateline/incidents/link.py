"""Events of many reports that tell of one happening become one group.

Each pair that lies near enough (``pairs.py``) is scored: fitted weights over type, days, places, parties, tolls, weapons and
words (``link_weights.json``, made by ``tools/fit_links.py``). Pairs above zero make components; within one, all pairs are
scored and groups are joined by average linkage, so that one wrong pair does not chain two happenings together. Some pairs
can never stand in one group: what one article tells apart, days or places that exclude each other, a sum and its part.

Nothing depends on the order in which events came: they are sorted first, and ties go to what was published first.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dateline.incidents.nearness import distance_km
from dateline.incidents.pairs import TELLING_FIGURE, Blocks, WordWeights, alike, kinds
from dateline.model import PlacePrecision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from dateline.incidents.pairs import Sketch

FAR_KM = 60.0
"""Two towns farther apart than this, beyond how exactly they are known, are not one place."""
FAR_DAYS = 2
"""Two days that texts tell exactly and that lie so far apart are not one; a day's difference may be a night or a slip."""
WIDEST_FIT_DAYS = 400
"""Spans of days so wide tell nothing by meeting."""
SAME_KM = 3.0
CONTRAST = 0.8
"""Share that is taken off a pair of how much better one of the two fits another event of the other's report."""
CONTRAST_MOST = 6.0
WEAKEST = 0.5
"""How much the weakest pair counts beside the mean of all when two groups are joined; no pair counts below ``UNLIKELY``."""
LARGEST = 500
"""Events of a component that are compared each with each; a larger one is divided along its weakest pairs first."""
BATCH = 8_000
_WIDE = frozenset({PlacePrecision.COUNTRY, PlacePrecision.REGION})
NEVER = -1e9
"""Log-odds of two events that can never be one; no number of other pairs makes up for it."""
UNLIKELY = -15.0
"""Log-odds where day or place exclude each other: a slip in one report must not keep two long stories apart."""

FEATURES = (
    "always",
    "same_type",
    "close_type",
    "same_day",
    "next_day",
    "days_apart",
    "days_fit",
    "days_unknown",
    "same_place",
    "near_place",
    "places_apart",
    "place_within",
    "place_elsewhere",
    "place_unknown",
    "same_name",
    "other_name",
    "same_actor",
    "other_actor",
    "party_words",
    "other_parties",
    "same_figure",
    "same_small_figure",
    "figures_near",
    "figures_apart",
    "same_weapon",
    "other_weapon",
    "words",
    "telling_words",
    "report_words",
    "telling_report_words",
    "status_differs",
    "same_article",
    "reports_apart",
    "both_lead",
)
"""What is weighed of a pair, in the order of the vector that ``features`` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was fitted: a weight for each of ``FEATURES``, where groups are joined, and how much a word tells."""

    vector: NDArray[np.float64]
    join_at: float
    words: WordWeights


@cache
def shipped_weights() -> Weights:
    """Return the weights that ship with Dateline."""
    return read_weights(Path(__file__).with_name("link_weights.json"))


def read_weights(path: Path) -> Weights:
    """Read weights as ``tools/fit_links.py`` writes them."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Weights(
        vector=np.array([told["weights"][name] for name in FEATURES]),
        join_at=told["join_at"],
        words=WordWeights(common=told["common"], rare=told["rare"]),
    )


def link_sketches(sketches: Iterable[Sketch], weights: Weights | None = None) -> list[list[Sketch]]:
    """Group events by happening.

    Args:
        sketches: Events of any number of reports, in any order.
        weights: Other weights than those that ship.

    Returns:
        The groups, each in the order of publication, in the order of their first events. Every event is in one.
    """
    weights = weights or shipped_weights()
    ordered = sorted(sketches, key=lambda sketch: sketch.order)
    edges = _edges(ordered, weights)
    groups = [part for component in _components(range(len(ordered)), edges) for part in _divide(component, edges)]
    clusters = [[part[at] for at in cluster] for part in groups for cluster in _cluster_part(part, ordered, weights)]
    return [[ordered[number] for number in cluster] for cluster in sorted(clusters)]


# --- scores --------------------------------------------------------------------------------------------------------------


class Scorer:
    """Scores pairs in batches.

    Args:
        weights: What was fitted.
    """

    def __init__(self, weights: Weights) -> None:
        self._vector = weights.vector
        self._words = weights.words
        self._sizes: dict[tuple[str, bool], float] = {}

    def scores(self, pairs: Sequence[tuple[Sketch, Sketch]]) -> NDArray[np.float64]:
        """Return the log-odds of pairs being of one happening; ``NEVER`` or ``UNLIKELY``, unweighed, for what is excluded."""
        scores = np.array([exclusion(one, other) for one, other in pairs], dtype=np.float64)
        weighed = np.flatnonzero(scores == 0.0).tolist()
        if weighed:
            scores[weighed] = np.array([self.features(*pairs[at]) for at in weighed]) @ self._vector
        return scores

    def features(self, one: Sketch, other: Sketch) -> list[float]:
        """Return what is weighed of a pair, in the order of ``FEATURES``; the order of the two does not matter."""
        same_type = one.type is other.type
        return [
            1.0,
            float(same_type),
            float(not same_type and (one.type, other.type) in kinds().close),
            *_days(one, other),
            *_places(one, other),
            *_names(one, other),
            *_parties(one, other),
            *_figures(one.tolls, other.tolls),
            *_overlap(one.weapons, other.weapons),
            *self._shared(one, other, of_reports=False),
            *self._shared(one, other, of_reports=True),
            float(one.status is not other.status and (one.status.undone or other.status.undone)),
            float(one.article_id == other.article_id),
            _reports_apart(one, other),
            float(one.lead and other.lead),
        ]

    def _shared(self, one: Sketch, other: Sketch, *, of_reports: bool) -> tuple[float, float]:
        """Weighted share of words that both have, and how many telling ones are among them; of sentences or whole reports."""
        words, others = (one.story, other.story) if of_reports else (one.words, other.words)
        shared = words & others
        if not shared:
            return 0.0, 0.0
        common, rare = self._words.common, self._words.rare
        told = [common.get(word, rare) for word in shared]
        fewer = math.sqrt(self._size(one, words, of_reports) * self._size(other, others, of_reports))
        return sum(told) / fewer, min(told.count(rare), 6) / 6

    def _size(self, sketch: Sketch, words: frozenset[str], of_reports: bool) -> float:  # noqa: FBT001
        key = (sketch.id, of_reports)
        size = self._sizes.get(key)
        if size is None:
            size = self._sizes[key] = float(sum(map(self._words.weigh, words)) or 1)
        return size


def exclusion(one: Sketch, other: Sketch) -> float:
    """Return the score of two events that can hardly, or never, be of one happening; else 0."""
    if (one.summary is None) != (other.summary is None):
        return NEVER
    if one.article_id == other.article_id and _told_apart(one, other):
        return NEVER
    if one.type is not other.type and not kinds().share_group(one.type, other.type):
        return NEVER
    if one.sharp and other.sharp and _gap_days(one, other) >= FAR_DAYS:
        return UNLIKELY
    far = one.fine and other.fine and one.place != other.place and _gap_km(one, other) > FAR_KM
    return UNLIKELY if far else 0.0


def _told_apart(one: Sketch, other: Sketch) -> bool:
    """Whether an article that made two events of something says why: another type, day, place or figure."""
    if one.type is not other.type or one.words == other.words:
        return True  # two kinds, or one sentence with two happenings
    if one.sharp and other.sharp and one.first != other.first:
        return True
    if one.place and other.place and one.place != other.place:
        return True
    return any(not set(one.tolls[kind]) & set(other.tolls[kind]) for kind in one.tolls.keys() & other.tolls.keys())


def _gap_days(one: Sketch, other: Sketch) -> int:
    if one.first is None or other.first is None or one.last is None or other.last is None:
        return 0
    return max(one.first - other.last, other.first - one.last, 0)


def _gap_km(one: Sketch, other: Sketch) -> float:
    """Kilometres between two points beyond how exactly they are known."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return 0.0
    return max(0.0, distance_km(one.lat, one.lon, other.lat, other.lon) - one.radius_km - other.radius_km)


def _days(one: Sketch, other: Sketch) -> tuple[float, float, float, float, float]:
    """Same day, next day, days apart (log), days that fit, days unknown."""
    if one.first is None or other.first is None:
        return 0.0, 0.0, 0.0, 0.0, 1.0
    gap = _gap_days(one, other)
    if one.sharp and other.sharp:
        return float(gap == 0), float(gap == 1), math.log1p(max(gap - 1, 0)), 0.0, 0.0
    return 0.0, 0.0, math.log1p(gap), _fit(one, other), 0.0


def _fit(one: Sketch, other: Sketch) -> float:
    """How much it tells that two spans of days meet: 1 for the same day, the less the wider they are, 0 where they do not."""
    assert one.first is not None
    assert one.last is not None
    assert other.first is not None
    assert other.last is not None
    shared = min(one.last, other.last) - max(one.first, other.first) + 1
    if shared <= 0:
        return 0.0
    wide = (one.last - one.first + 1) * (other.last - other.first + 1)
    return max(1 - math.log(wide / shared) / math.log(WIDEST_FIT_DAYS), 0.0)


def _places(one: Sketch, other: Sketch) -> tuple[float, float, float, float, float, float]:
    """Same place, near place, places apart (log), one within the other, elsewhere, unknown."""
    same = near = apart = within = elsewhere = 0.0
    if one.precision is None or other.precision is None:
        return same, near, apart, within, elsewhere, 1.0
    if one.country and other.country and one.country != other.country:
        elsewhere = 1.0
    elif one.fine and other.fine:
        gap = _gap_km(one, other)
        same = float(one.place == other.place)
        near, apart = (0.0, 0.0) if same else (float(gap <= SAME_KM), math.log1p(gap / 10))
    elif one.precision in _WIDE or other.precision in _WIDE or one.province is None or other.province is None:
        within = 0.5
    elif one.province == other.province:
        within = 1.0
    else:
        elsewhere = float(_gap_km(one, other) > FAR_KM)
    return same, near, apart, within, elsewhere, 0.0


def _names(one: Sketch, other: Sketch) -> tuple[float, float]:
    """Whether the places' names are spellings of one, or of two where the gazetteer cannot say."""
    if not one.name or not other.name or one.place == other.place:
        return 0.0, 0.0
    same = alike(one.name, other.name)
    return float(same), float(not same and one.specific and other.specific)


def _parties(one: Sketch, other: Sketch) -> tuple[float, float, float, float]:
    """Same registry actor, other registry actor, shared words of parties, none shared."""
    shared = one.actors & other.actors
    other_actor = bool(one.actors and other.actors and not shared)
    words = one.phrases & other.phrases
    fewer = min(len(one.phrases), len(other.phrases))
    return (
        float(bool(shared)),
        float(other_actor),
        len(words) / fewer if fewer else 0.0,
        float(bool(fewer) and not words),
    )


def _figures(one: Mapping[str, tuple[int, ...]], other: Mapping[str, tuple[int, ...]]) -> tuple[float, float, float, float]:
    """Same telling figures, same small figures, how near unlike ones are (0 to 1), how far apart (log)."""
    same = small = near = apart = 0.0
    for kind in sorted(one.keys() & other.keys()):
        shared = set(one[kind]) & set(other[kind])
        if shared:
            same += max(shared) >= TELLING_FIGURE
            small += max(shared) < TELLING_FIGURE
            continue
        ratio = min(abs(math.log((first + 1) / (second + 1))) for first in one[kind] for second in other[kind])
        near += math.exp(-2 * ratio)
        apart += min(ratio, 3.0)
    return same, small, near, apart


def _overlap(one: frozenset[str], other: frozenset[str]) -> tuple[float, float]:
    return float(bool(one & other)), float(bool(one and other and not one & other))


def _reports_apart(one: Sketch, other: Sketch) -> float:
    return math.log1p(min(abs(one.order[0] - other.order[0]), 3650)) / 4


def _edges(ordered: Sequence[Sketch], weights: Weights) -> list[tuple[float, int, int]]:
    """Score the pairs that lie near and keep those above where groups are joined."""
    scorer = Scorer(weights)
    kept: list[tuple[float, int, int]] = []
    batch: list[tuple[int, int]] = []

    def settle() -> None:
        scores = scorer.scores([(ordered[one], ordered[other]) for one, other in batch])
        kept.extend((float(scores[at]), *batch[at]) for at in np.flatnonzero(scores > weights.join_at))
        batch.clear()

    for number, near in Blocks(ordered).pairs():
        batch.extend((number, other) for other in near)
        if len(batch) >= BATCH:
            settle()
    settle()
    return kept


# --- groups --------------------------------------------------------------------------------------------------------------


def _components(members: Iterable[int], edges: Iterable[tuple[float, int, int]]) -> list[list[int]]:
    """Return what hangs together by edges."""
    parent = {number: number for number in members}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for _, one, other in edges:
        first, second = root(one), root(other)
        parent[max(first, second)] = min(first, second)
    found: dict[int, list[int]] = {}
    for number in parent:
        found.setdefault(root(number), []).append(number)
    return [sorted(each) for each in found.values()]


def _divide(component: list[int], edges: Sequence[tuple[float, int, int]]) -> list[list[int]]:
    """Divide a component that is too large along its weakest edges, as far as that goes."""
    whole: list[list[int]] = []
    rest = [component]
    for least in range(1, 16):
        large = [part for part in rest if len(part) > LARGEST]
        whole += [part for part in rest if len(part) <= LARGEST]
        if not large:
            return whole
        inside = {number for part in large for number in part}
        strong = [edge for edge in edges if edge[0] > least and edge[1] in inside]
        rest = _components(sorted(inside), strong)
    return whole + rest


def _cluster_part(part: Sequence[int], ordered: Sequence[Sketch], weights: Weights) -> list[list[int]]:
    """Return groups of positions in a part; one too large is done in pieces, then the pieces' groups by their first events."""
    if len(part) <= LARGEST:
        return cluster([ordered[number] for number in part], weights)
    pieces = [
        [start + at for at in group]
        for start in range(0, len(part), LARGEST)
        for group in cluster([ordered[number] for number in part[start : start + LARGEST]], weights)
    ]
    if len(pieces) == len(part):
        return pieces
    joined = _cluster_part([part[group[0]] for group in pieces], ordered, weights)
    return [sorted(at for number in group for at in pieces[number]) for group in joined]


def cluster(sketches: Sequence[Sketch], weights: Weights) -> list[list[int]]:
    """Group events that are compared each with each, by average linkage in which the weakest pair counts more.

    Args:
        sketches: In the order of publication.
        weights: What was fitted.

    Returns:
        Groups of positions, each in order.
    """
    count = len(sketches)
    if count == 1:
        return [[0]]
    sums = _contrast(score_matrix(sketches, weights), sketches)
    np.fill_diagonal(sums, -np.inf)
    least = np.maximum(sums, UNLIKELY)
    groups = [[number] for number in range(count)]
    sizes = np.ones(count)
    alive = np.ones(count, dtype=bool)
    while True:
        fit = (1 - WEAKEST) * sums / np.outer(sizes, sizes) + WEAKEST * least
        at = int(np.argmax(fit))
        one, other = divmod(at, count)
        if fit[one, other] <= weights.join_at:
            break
        one, other = min(one, other), max(one, other)
        groups[one] = sorted(groups[one] + groups[other])
        sums[one] += sums[other]
        sums[:, one] = sums[one]
        least[one] = least[:, one] = np.minimum(least[one], least[other])
        sums[other] = sums[:, other] = -np.inf
        sums[one, one] = -np.inf
        sizes[one] += sizes[other]
        alive[other] = False
    return [groups[number] for number in range(count) if alive[number]]


def _contrast(scores: NDArray[np.float64], sketches: Sequence[Sketch]) -> NDArray[np.float64]:
    """Take off a pair what one of the two has in common with the other's report's events that it cannot be one with.

    Of two bombings that one article tells apart, another article's bombing is most likely the one it is more like; without
    this both would fit, the same day in the same town.
    """
    of_article: dict[str, list[int]] = {}
    for number, sketch in enumerate(sketches):
        of_article.setdefault(sketch.article_id, []).append(number)
    taken = np.zeros_like(scores)
    for members in of_article.values():
        apart = scores[np.ix_(members, members)] < 0
        for at, number in enumerate(members):
            rivals = [members[other] for other in np.flatnonzero(apart[at])]
            if rivals:
                better = np.clip(scores[rivals].max(axis=0) - scores[number], 0.0, CONTRAST_MOST)
                taken[number] += CONTRAST * better
    return scores - taken - taken.T


def score_matrix(sketches: Sequence[Sketch], weights: Weights) -> NDArray[np.float64]:
    """Return the scores of all pairs, symmetric, 0 on the diagonal."""
    count = len(sketches)
    rows, columns = np.triu_indices(count, 1)
    scorer = Scorer(weights)
    matrix = np.zeros((count, count))
    for start in range(0, len(rows), BATCH):
        some = slice(start, start + BATCH)
        pairs = [(sketches[one], sketches[other]) for one, other in zip(rows[some], columns[some], strict=True)]
        matrix[rows[some], columns[some]] = scorer.scores(pairs)
    return matrix + matrix.T
