"""Before and after: the table's numbers, and when a change may be chance."""

from __future__ import annotations

import json

import pytest
from few_reports import few_reports

from dateline.model import Event, EventType, RawDocument, Status
from dateline.scoring import read_report, score_report
from dateline_training.cards import write_card
from dateline_training.comparing import compare


def judged(right: list[bool]) -> list:
    """Return as many judged reports, each with one annotated event, coded with its type or another."""
    line = json.dumps(few_reports()[2])
    out = []
    for number, each in enumerate(right):
        report = read_report(RawDocument(name=f"x:{number}", data=line.encode(), kind="jsonl"))
        (annotated,) = report.events
        kind = annotated.type if each else EventType.PROTEST
        event = Event(id="evt_a", article_id=report.id, type=kind, status=Status.DENIED, anchors=annotated.anchors)
        out.append(score_report(report, [event]))
    return out


def test_rows_give_the_numbers_before_and_after():
    comparison = compare(judged([False, False, True, True]), judged([True, True, True, True]))
    rows = {name: values for name, *values in comparison.rows}
    assert rows["typed F"] == [50.0, 100.0]
    assert rows["detection F"] == [100.0, 100.0]
    assert rows["status right"] == [100.0, 100.0]
    assert (comparison.reports, comparison.events) == (4, 4)
    assert comparison.as_json()["numbers"]["typed F"] == {"before": 50.0, "after": 100.0}


def test_a_field_that_nothing_is_counted_of_has_no_number():
    rows = {name: values for name, *values in compare(judged([True]), judged([True])).rows}
    assert rows["speaker right"] == [None, None]


def test_a_change_of_every_report_is_no_chance():
    comparison = compare(judged([False] * 30), judged([True] * 30))
    assert (comparison.low, comparison.high) == (100.0, 100.0)
    assert comparison.warnings() == []


def test_a_change_of_one_report_in_thirty_may_be_chance():
    comparison = compare(judged([False] + [True] * 29), judged([True] * 30))
    assert comparison.low <= 0 < comparison.high
    assert any("chance" in warning for warning in comparison.warnings())


def test_few_reports_are_warned_of():
    (warning,) = compare(judged([False] * 3), judged([True] * 3)).warnings()
    assert "only 3 reports" in warning


FACTS = {
    "version": "aaaa",
    "start": "bbbb",
    "files": ["mine.jsonl"],
    "epochs": 4.0,
    "steps": 12,
    "rate": 5e-05,
    "seed": 7,
    "workers": 1,
    "seconds": 60,
    "torch": "2",
}


@pytest.mark.parametrize("measured", [True, False])
def test_the_card_tells_what_was_learned_and_what_it_changed(tmp_path, measured):
    (tmp_path / "reader.onnx").write_bytes(b"x" * 100_000)
    comparison = compare(judged([False] * 3), judged([True] * 3)) if measured else None
    write_card(tmp_path / "MODEL_CARD.md", FACTS, few_reports(), comparison)
    card = (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")
    for words in ("aaaa", "bbbb", "`mine.jsonl`", "6 annotated reports with 7 events", "denied 1", "seed 7", "CC BY-SA 4.0"):
        assert words in card
    assert ("| typed F | 0.0 | 100.0 |" in card) is measured
    assert ("Not measured" in card) is not measured
