"""Annotated reports become windows whose labels stand at the quoted words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from few_reports import few_reports

from dateline.claims.words import MAX_PIECES, SHAPES
from dateline.knowledge import weights_file
from dateline_training.data import (
    IGNORE,
    KINDS,
    ROLES,
    STATUSES,
    TYPES,
    Encoder,
    count_statuses,
    load,
    read_jsonl,
    report_windows,
)


@pytest.fixture(scope="module")
def encoder():
    return Encoder.open(weights_file("tokenizer.json"))


def mention(window, kind: str, words: str) -> tuple[int, int, int]:
    """Return the one mention of a kind with these words."""
    found = [m for m in window.mentions if KINDS[m[0]] == kind and " ".join(window.words[m[1] : m[2]]) == words]
    assert len(found) == 1, window.mentions
    return found[0]


def test_anchors_carry_type_status_and_event(encoder):
    (window,) = report_windows(few_reports()[1], encoder)
    told = [(window.words[a], TYPES[kind], STATUSES[status], event) for a, _, kind, status, event in window.anchors]
    assert told == [("arrested", "arrest", "happened", 0), ("marched", "protest", "happened", 1)]
    for start, _, kind, _, _ in window.anchors:
        assert window.types[start] == 1 + kind
    assert np.count_nonzero(window.types) == 2


def test_an_anchor_of_two_words_goes_on_in_its_second(encoder):
    (window,) = report_windows(few_reports()[5], encoder)
    blew = window.words.index("blew")
    assert window.types[blew] == 1 + TYPES.index("bombing")
    assert window.types[blew + 1] == 0
    assert window.inside.nonzero()[0].tolist() == [blew + 1]


def test_mentions_are_tagged_from_begin_to_end(encoder):
    (window,) = report_windows(few_reports()[0], encoder)
    kind, start, end = mention(window, "party", "a milk lorry")
    assert window.tags[start:end, kind].tolist() == [1, 2, 2]
    assert window.tags[end, kind] == 0


def test_a_role_counts_for_the_nearest_anchor_and_is_left_open_for_others(encoder):
    (window,) = report_windows(few_reports()[0], encoder)
    driver = window.mentions.index(mention(window, "party", "its driver"))
    source = window.mentions.index(mention(window, "source", "the district office"))
    target, role = ROLES.index("target"), ROLES.index("source")
    assert window.roles[:, driver, target].tolist() == [IGNORE, 1]
    assert window.roles[:, source, role].tolist() == [IGNORE, 1]
    assert window.roles[:, driver, role].tolist() == [0, 0]


def test_tolls_are_roles_of_the_words_that_give_the_figure(encoder):
    (window,) = report_windows(few_reports()[1], encoder)
    nine = window.mentions.index(mention(window, "toll", "nine"))
    assert window.roles[0, nine, ROLES.index("detained")] == 1
    assert window.roles[1, nine].sum() == 0


@pytest.mark.parametrize(("casing", "shape"), [("as_is", "title"), ("upper", "caps_text"), ("lower", "lower")])
def test_capitals_change_the_shapes_and_nothing_else(encoder, casing, shape):
    report = few_reports()[0]
    plain, changed = (report_windows(report, encoder, each)[0] for each in ("as_is", casing))
    assert SHAPES[changed.shapes[changed.first[0]]] == shape
    assert np.array_equal(plain.ids, changed.ids)
    assert np.array_equal(plain.types, changed.types)
    assert plain.mentions == changed.mentions


def test_a_long_report_has_every_word_live_in_exactly_one_window(encoder):
    report = few_reports()[0]
    long = report | {"sentences": report["sentences"] * 40}
    windows = report_windows(long, encoder)
    assert len(windows) > 1
    assert all(len(window.ids) <= MAX_PIECES for window in windows)
    assert sum(int(window.live.sum()) for window in windows) == 40 * len(report_windows(report, encoder)[0].words)
    assert any(not window.live.all() for window in windows), "no window is led by context"


def test_statuses_are_counted():
    counts = dict(zip(STATUSES, count_statuses(few_reports()).tolist(), strict=True))
    assert counts == {"happened": 5, "planned": 1, "foiled": 0, "denied": 1, "possible": 0}


def test_every_20th_report_of_the_start_is_held_back_and_none_of_the_later(tmp_path):
    for name, many in {"africa.jsonl": 40, "muc_1.jsonl": 0, "later.jsonl": 40}.items():
        lines = (json.dumps({"id": f"{name}-{i}", "sentences": ["x"], "events": []}) for i in range(many))
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    taught, held = load(tmp_path, corpus=tmp_path)
    assert [report["id"] for report in held] == ["africa.jsonl-7", "africa.jsonl-27"]
    assert len(taught) == 78
    assert {report["file"] for report in taught} == {"africa.jsonl", "later.jsonl"}


def test_a_folder_without_reports_is_told(tmp_path):
    with pytest.raises(SystemExit, match="--corpus"):
        load(tmp_path, corpus=tmp_path / "none")


def test_every_report_of_the_project_gives_windows_with_its_anchors(encoder):
    """One report of each file: no quotation is lost on the way."""
    for path in sorted((Path(__file__).parents[2] / "corpus").glob("*.jsonl")):
        report = next(r for r in read_jsonl(path) if r["events"])
        windows = report_windows(report, encoder)
        found = {(window.words[a[0]], a[4]) for window in windows for a in window.anchors}
        assert {number for _, number in found} == set(range(len(report["events"]))), path.name
