"""What an anchor's word says of the event's type by itself.

"Executed" nearly always names an execution, "offensive" never a mutiny; "killed" may name a dozen types. The reader sees the
word, but lets the words around it carry it away; so its type probabilities are weighed by how often the word named each type in
the annotated reports: a prior, with the overall frequency of types counted in ``PRIOR_MASS`` times, so that rare words hardly
matter. The counts are in the weights' ``reader.json``, made by dateline_training/export.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dateline.claims.words import word_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dateline.claims.network import Floats

PRIOR_MASS = 20.0
PRIOR_POWER = 0.8
COMMON_SPECIFICITY = 0.6
"""What a word too rare to know says of the type."""
KNOWN = 3
"""So many anchors a word must have been to be known."""


class TypeWords:
    """Counts of the types that words named.

    Args:
        counts: Type codes with how often each was named, by ``word_key``.
        types: All type codes, in the order of the reader's.
    """

    def __init__(self, counts: Mapping[str, Mapping[str, int]], types: Sequence[str]) -> None:
        column = {type_: k for k, type_ in enumerate(types)}
        self._counts: dict[str, Floats] = {}
        for key, named in counts.items():
            row = np.zeros(len(types), dtype=np.float32)
            for type_, times in named.items():
                row[column[type_]] = times
            self._counts[key] = row
        total = sum(self._counts.values(), np.zeros(len(types), dtype=np.float32))
        self._overall: Floats = (total + 1.0) / (total + 1.0).sum()

    def weigh(self, word: str, share: Floats) -> Floats:
        """Weigh the reader's type probabilities of an anchor, which add up to 1, by what its word named; they still do."""
        counts = self._counts.get(word_key(word))
        if counts is None:
            return share
        prior = (counts + PRIOR_MASS * self._overall) / (counts.sum() + PRIOR_MASS)
        weighed = share * prior**PRIOR_POWER
        return np.asarray(weighed / weighed.sum(), dtype=np.float32)

    def specificity(self, word: str) -> float:
        """How much the word says of the type, 0 to 1: the share of the type that it named most."""
        counts = self._counts.get(word_key(word))
        if counts is None or counts.sum() < KNOWN:
            return COMMON_SPECIFICITY
        return round(float(counts.max() / counts.sum()), 2)
