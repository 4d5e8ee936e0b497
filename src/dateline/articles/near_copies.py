"""Finds reports that repeat another: one wire story in forty papers, an updated version, a lead cut off from its report.

Each report becomes a sketch: MinHash signatures (Broder 1997) of the word triples of its whole text and of its opening. Two
reports are copies when

- their texts are mostly the same (the Jaccard similarity of their triples is at least ``SAME``), in whatever order; or
- they open alike (``OPENING``) and most of the shorter stands in the longer (``CONTAINED``): a shortened report;

and not more than ``DAYS`` lie between the days of their publication, as far as both are known.

That one report stands somewhere inside a longer one is not enough: a round-up repeats many reports, and they must not be joined
by it (it may go with the one that it opens with). Whether two reports are copies depends on these two alone, and a cluster is
what hangs together by such pairs; so the result depends neither on the order of the reports nor on how many are looked at at a
time. Candidates are found by bands of the signatures (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4), so that
time grows with the number of reports and not with its square.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateline.articles.copies import fold
from dateline.articles.datelines import find_dateline
from dateline.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

SAME = 0.5
OPENING = 0.45
CONTAINED = 0.6
"""Thresholds, chosen with ``evals/copies.py --sweep``. Below a half, a round-up of two reports would be a copy of both."""
DAYS = 30
"""Days between two reports beyond which they are not compared; a report without a day is compared with all."""
SHINGLE_WORDS = 3
OPENING_WORDS = 60
"""Words of a report's opening, after its dateline."""
FEW_WORDS = 20
"""Shorter texts ("No comment.") are copies only where they are the same word for word."""
_PERMUTATIONS = 126
_ROWS = 3
"""Values of a signature in a band: two texts with a similarity of 0.5 share one of the 42 bands in 996 of 1,000 cases, two with
0.1 in 4 of 100."""
_OPENING_PERMUTATIONS = 64
_OPENING_ROWS = 4
_SEED = 20161014
_BATCH = 2_000
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A report as far as its copies are concerned.

    Attributes:
        id: Its id.
        text: Its text without the headline.
        day: Day of publication (ISO), or None.
    """

    id: str
    text: str
    day: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketches:
    """Sketches of reports, a row each: all that is kept of a text.

    Attributes:
        ids, days: As given; ``ordinals`` are the days as numbers, -1 where none is known.
        lengths: Characters; ``sizes``: different triples.
        whole, opening: Signatures.
    """

    ids: Sequence[str]
    days: Sequence[str | None]
    ordinals: NDArray[np.int64]
    lengths: NDArray[np.int64]
    sizes: NDArray[np.int64]
    whole: NDArray[np.uint32]
    opening: NDArray[np.uint32]


def sketch(texts: Iterable[Text]) -> Sketches:
    """Make the sketches of texts, reading them one at a time.

    Raises:
        MissingExtraError: The library that makes signatures is not installed.
    """
    import numpy as np  # noqa: PLC0415 (heavy)

    ids: list[str] = []
    days: list[str | None] = []
    lengths: list[int] = []
    sizes: list[int] = []
    parts: list[tuple[Any, Any]] = []
    wholes: list[list[str]] = []
    openings: list[list[str]] = []
    for text in texts:
        words = words_of(text.text)
        shingles = shingles_of(words)
        ids.append(text.id)
        days.append(text.day)
        lengths.append(len(text.text))
        sizes.append(len(shingles))
        wholes.append(shingles)
        openings.append(shingles_of(words[:OPENING_WORDS]))
        if len(wholes) == _BATCH:
            parts.append((_signatures(wholes, _PERMUTATIONS), _signatures(openings, _OPENING_PERMUTATIONS)))
            wholes, openings = [], []
    parts.append((_signatures(wholes, _PERMUTATIONS), _signatures(openings, _OPENING_PERMUTATIONS)))
    return Sketches(
        ids=ids,
        days=days,
        ordinals=np.array([_ordinal(day) for day in days], dtype=np.int64),
        lengths=np.array(lengths, dtype=np.int64),
        sizes=np.array(sizes, dtype=np.int64),
        whole=np.concatenate([whole for whole, _ in parts]),
        opening=np.concatenate([opening for _, opening in parts]),
    )


def find_copies(sketches: Sketches, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return, for each report that repeats another, the first of its cluster.

    The first is the one published first; of several, the longest; of these, the one with the least id. Reports without a day
    come after all others.

    Args:
        sketches: The reports.
        known: Reports of which it is known which one they repeat; those that are not in ``sketches`` are passed over.

    Returns:
        Id of a report to the id of the first of its cluster; reports that stand alone or are the first are not in it.
    """
    clusters = _Clusters(len(sketches.ids))
    rows = {name: row for row, name in enumerate(sketches.ids)}
    for copy, first in (known or {}).items():
        if copy in rows and first in rows:
            clusters.join(rows[copy], rows[first])
    for signatures, band in ((sketches.whole, _ROWS), (sketches.opening, _OPENING_ROWS)):
        for bucket in _buckets(signatures, band):
            _join_copies(bucket, sketches, clusters)
    return _firsts(sketches, clusters)


def words_of(text: str) -> list[str]:
    """Return the words of a text by which it is compared: folded, without the dateline."""
    found = find_dateline(text)
    return _WORD.findall(fold(text[found.span[1] :] if found else text))


def shingles_of(words: Sequence[str]) -> list[str]:
    """Return the different runs of three words; a text of few words is one run."""
    if len(words) < FEW_WORDS:
        return [" ".join(words)]
    return list({f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)})


# --- signatures ----------------------------------------------------------------------------------------------------------


def _signatures(token_sets: Sequence[Sequence[str]], permutations: int) -> NDArray[np.uint32]:
    import numpy as np  # noqa: PLC0415

    try:
        from rensa import RMinHash  # noqa: PLC0415 (an extra)
    except ImportError:
        raise MissingExtraError("finding copies needs rensa; install it with: pip install 'dateline[collections]'") from None
    if not token_sets:
        return np.empty((0, permutations), dtype=np.uint32)
    rows = RMinHash.digest_matrix_from_token_sets(token_sets, permutations, _SEED).to_rows()
    return np.array(rows, dtype=np.uint32)


def _buckets(signatures: NDArray[np.uint32], rows: int) -> Iterator[NDArray[np.int64]]:
    """Yield the rows that share a band, for each band that more than one has; the same rows are not given twice in a run."""
    import numpy as np  # noqa: PLC0415

    for start in range(0, signatures.shape[1] - rows + 1, rows):
        band = signatures[:, start : start + rows].astype(np.uint64)
        key = band[:, 0]
        for column in range(1, rows):
            key = (key * np.uint64(0x9E3779B97F4A7C15)) ^ band[:, column]
        order = np.argsort(key, kind="stable")
        key = key[order]
        ends = np.flatnonzero(key[1:] != key[:-1]) + 1
        starts = np.concatenate([[0], ends])
        sizes = np.diff(np.concatenate([starts, [len(key)]]))
        for at, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            yield order[at : at + size]


def _join_copies(bucket: NDArray[np.int64], sketches: Sketches, clusters: _Clusters) -> None:
    """Join those of a bucket that are copies; pairs that belong together already are not compared."""
    import numpy as np  # noqa: PLC0415

    left = bucket.tolist()
    while len(left) > 1:
        first, left = left[0], left[1:]
        root = clusters.find(first)
        others = np.array([row for row in left if clusters.find(row) != root], dtype=np.int64)
        if len(others):
            for row in others[_are_copies(first, others, sketches)].tolist():
                clusters.join(first, row)
        elif clusters.all_one(left):
            return


def _are_copies(one: int, others: NDArray[np.int64], sketches: Sketches) -> NDArray[np.bool_]:
    """Tell which of the others one report is a copy of."""
    import numpy as np  # noqa: PLC0415

    alike = (sketches.whole[others] == sketches.whole[one]).mean(axis=1)
    opening = (sketches.opening[others] == sketches.opening[one]).mean(axis=1)
    size, sizes = sketches.sizes[one], sketches.sizes[others]
    shared = alike * (size + sizes) / (1 + alike)
    contained = shared / np.minimum(size, sizes)
    day, days = sketches.ordinals[one], sketches.ordinals[others]
    near = (day < 0) | (days < 0) | (np.abs(days - day) <= DAYS)
    result: NDArray[np.bool_] = near & ((alike >= SAME) | ((opening >= OPENING) & (contained >= CONTAINED)))
    return result


# --- clusters ------------------------------------------------------------------------------------------------------------


class _Clusters:
    """Which rows belong together (union by the lesser row, with paths halved)."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def find(self, row: int) -> int:
        """Return the least row of those that it belongs to."""
        above = self._above
        while above[row] != row:
            above[row] = above[above[row]]
            row = above[row]
        return row

    def all_one(self, rows: Sequence[int]) -> bool:
        """Tell whether all belong together."""
        root = self.find(rows[0])
        return all(self.find(row) == root for row in rows)

    def join(self, one: int, other: int) -> None:
        """Put two together, with all that belong to them."""
        one, other = self.find(one), self.find(other)
        self._above[max(one, other)] = min(one, other)


def _firsts(sketches: Sketches, clusters: _Clusters) -> dict[str, str]:
    members: dict[int, list[int]] = {}
    for row in range(len(sketches.ids)):
        members.setdefault(clusters.find(row), []).append(row)
    found: dict[str, str] = {}
    for rows in members.values():
        if len(rows) > 1:
            first = min((sketches.days[row] or "9999", -int(sketches.lengths[row]), sketches.ids[row]) for row in rows)[2]
            found |= {sketches.ids[row]: first for row in rows if sketches.ids[row] != first}
    return found


def _ordinal(day: str | None) -> int:
    return dt.date.fromisoformat(day).toordinal() if day else -1
