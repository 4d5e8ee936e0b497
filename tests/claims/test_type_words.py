"""What an anchor's word by itself says of the type."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.claims.type_words import COMMON_SPECIFICITY, TypeWords

TYPES = ["clash", "execution", "mutiny"]
COUNTS = {"execut": {"execution": 40}, "killed": {"clash": 30, "execution": 20, "mutiny": 2}, "odd": {"mutiny": 2}}


@pytest.fixture(scope="module")
def words():
    return TypeWords(COUNTS, TYPES)


def share(*values):
    return np.array(values, dtype=np.float32)


def test_a_telling_word_outweighs_its_surroundings(words):
    weighed = words.weigh("Executes", share(0.6, 0.3, 0.1))
    assert TYPES[int(weighed.argmax())] == "execution"


def test_a_common_word_leaves_it_to_the_surroundings(words):
    weighed = words.weigh("killed", share(0.2, 0.7, 0.1))
    assert TYPES[int(weighed.argmax())] == "execution"


def test_an_unknown_word_changes_nothing(words):
    before = share(0.2, 0.7, 0.1)
    assert words.weigh("paraded", before).tolist() == before.tolist()


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.sampled_from(["executed", "killed", "odd", "other"]))
def test_shares_stay_shares(values, word):
    before = share(*values) / sum(values)
    weighed = TypeWords(COUNTS, TYPES).weigh(word, before.astype(np.float32))
    assert weighed.sum() == pytest.approx(1, abs=1e-4)
    assert (weighed > 0).all()


@pytest.mark.parametrize(
    ("word", "value"), [("executed", 1.0), ("Killed", 0.58), ("odd", COMMON_SPECIFICITY), ("x", COMMON_SPECIFICITY)]
)
def test_specificity(words, word, value):
    assert words.specificity(word) == value
