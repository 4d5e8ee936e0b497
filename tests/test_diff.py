"""The comparison of two runs' records."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path

import pytest

import dateline

PATH = Path(__file__).parents[1] / "evals" / "diff.py"
TEXT = "A car bomb killed nine people in Baidoa on Monday.\n\nPolice arrested two men in Kismayo on Tuesday."


@pytest.fixture(scope="module")
def diff():
    spec = importlib.util.spec_from_file_location("evals_diff", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def records():
    records = dateline.code(TEXT, published="2024-03-05").to_records()
    assert [record["type"] for record in records] == ["bombing", "arrest"]
    return records


def by_article(records):
    return {"report": copy.deepcopy(records)}


def test_a_run_compared_with_itself_is_the_same(diff, records):
    lines, counts = diff.compare(by_article(records), by_article(records))
    assert lines == []
    assert counts == {"same": 2}


def test_what_is_lost_gained_and_changed_is_told(diff, records):
    before, after = by_article(records[:1]), by_article(records)
    after["report"][0]["status"] = "foiled"
    after["report"][0]["confidence"] = 0.01  # a score is no change of what is said
    lines, counts = diff.compare(before, after)
    assert counts == {"gained": 1, "changed": 1, "changed status": 1}
    assert lines[0].startswith("+ report: arrest happened")
    assert "    status: 'happened' -> 'foiled'" in lines
    lines, counts = diff.compare(after, before)
    assert counts["lost"] == 1


def test_events_are_matched_by_the_words_they_share(diff, records):
    turned = by_article(records[::-1])
    assert diff.compare(by_article(records), turned) == ([], {"same": 2})
    other = by_article(records)
    for anchor in other["report"][0]["anchors"]:
        anchor["start"] += 1000
    assert diff.compare(by_article(records), other)[1] == {"same": 1, "lost": 1, "gained": 1}


@pytest.mark.parametrize("line", ['{"type": "bombing"}', "not JSON", "[1]"])
def test_a_line_that_is_no_record_is_named(diff, tmp_path, line, capsys, monkeypatch, records):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(json.dumps(records[0]) + "\n", encoding="utf-8")
    bad.write_text(json.dumps(records[0]) + "\n" + line + "\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["diff.py", str(good), str(bad)])
    assert diff.main() == 2
    assert f"{bad}:2: no event record" in capsys.readouterr().err
