"""The measures of evals/incidents.py on clusters whose scores are known."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

PATH = Path(__file__).parent.parent / "evals" / "incidents.py"
SPEC = importlib.util.spec_from_file_location("evals_incidents", PATH)
measure = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(measure)

KEY = [frozenset("abc"), frozenset("defg")]
RESPONSE = [frozenset("ab"), frozenset("cd"), frozenset("fghi")]
"""The worked example of Pradhan et al. 2014, "Scoring Coreference Partitions of Predicted Mentions"."""


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("muc", 2 / 5, 2 / 5), ("b_cubed", 1 / 2, 0.4167), ("ceaf_e", 0.4333, 0.65)]
)
def test_measures_agree_with_the_published_example(name, precision, recall):
    found = getattr(measure, name)(KEY, RESPONSE)
    assert found[:2] == pytest.approx((precision, recall), abs=1e-3)


def test_what_is_right_is_measured_so():
    for name in ("muc", "b_cubed", "ceaf_e"):
        assert getattr(measure, name)(KEY, KEY) == (1.0, 1.0, 1.0)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_the_best_pairing_is_the_best(rows, columns, seed):
    table = np.random.default_rng(seed).random((rows, columns)).round(2)
    small = table if rows <= columns else table.T
    best = max(
        sum(small[row, column] for row, column in enumerate(chosen))
        for chosen in itertools.permutations(range(small.shape[1]), small.shape[0])
    )
    assert measure._best_pairing(table) == pytest.approx(best)


def test_pairs_within_one_report_do_not_count():
    gold = {"e1": "x", "e2": "x", "e3": "y"}
    report = {"e1": "r1", "e2": "r2", "e3": "r2"}
    assert measure.pairwise(gold, {"e1": "1", "e2": "1", "e3": "1"}, report) == (1, 2, 1)
