"""The annotated reports of the project hold together, and the check that says so can fail."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted(CORPUS.glob("*.jsonl"))

GOOD = {
    "id": "x-1",
    "published": "2014-03-02",
    "sentences": ["Nine miners were killed in Doba.", "The blast was told of by a nurse at the blast furnace."],
    "events": [
        {
            "id": "e1",
            "type": "bombing",
            "status": "happened",
            "anchors": [[0, "killed"], [1, "blast"]],
            "place": [[0, "Doba"]],
            "toll": [{"kind": "killed", "low": 9, "best": 9, "high": 9, "at": [0, "Nine"]}],
            "norm": {"start": None, "end": "2014-03-02"},
        }
    ],
}


@pytest.fixture(scope="module")
def check():
    spec = importlib.util.spec_from_file_location("corpus_check", CORPUS / "check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_quotation_stands_in_its_sentence(check, path):
    seen = set()
    faults = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        name, found, _ = check.check_line(line, seen)
        faults += [f"{number}: {name}: {fault}" for fault in found]
    assert faults == []
    assert len(seen) > 20


def test_every_file_is_described(check):
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in FILES if f"`{path.name}`" not in readme] == []


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("events", 0, "anchors"), [[0, "exploded"]], "anchors: 'exploded' does not stand in sentence 0"),
        (("events", 0, "anchors"), [[0, "kill"]], "anchors: 'kill' begins or ends inside a word of sentence 0"),
        (("events", 0, "anchors"), [[7, "killed"]], "anchors: there is no sentence 7"),
        (("events", 0, "anchors"), [[1, "blast#3"]], "anchors: 'blast#3' does not stand in sentence 1"),
        (("events", 0, "anchors"), ["killed"], "anchors: no quotation: 'killed'"),
        (("events", 0, "anchors"), [], "no anchor"),
        (("events", 0, "type"), "explosion", "unknown type 'explosion'"),
        (("events", 0, "status"), "done", "unknown status 'done'"),
        (("events", 0, "toll", 0, "kind"), "dead", "unknown toll 'dead'"),
        (("events", 0, "toll", 0, "best"), -9, "toll figures [9, -9, 9]"),
        (("events", 0, "norm", "end"), "Sunday", "norm.end 'Sunday' is no ISO date, month or year"),
        (("published",), "March", "published 'March' is no ISO date"),
        (("sentences",), ["Nine.", " "], "no sentences, or an empty one"),
        (("events", 0, "id"), None, "an event without an id, or an id twice"),
    ],
)
def test_faults_are_found(check, place, value, fault):
    report = copy.deepcopy(GOOD)
    assert check.check_line(json.dumps(report), set())[1] == []
    *way, last = place
    inner = report
    for step in way:
        inner = inner[step]
    inner[last] = value
    assert any(fault in found for found in check.check_line(json.dumps(report), set())[1])


def test_an_id_given_twice_is_a_fault(check):
    seen = set()
    line = json.dumps(GOOD)
    assert check.check_line(line, seen)[1] == []
    assert check.check_line(line, seen)[1] == ["this id stands twice"]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 3}'])
def test_what_is_no_report_is_told(check, line):
    assert check.check_line(line, set())[1]


def test_a_lost_line_break_is_no_split_word(check):
    report = copy.deepcopy(GOOD)
    report["sentences"][0] = "OUAGADOUGOUNine miners were killed in DobaPhoto by a stringer."
    assert check.check_line(json.dumps(report), set())[1] == []


CLUSTERS = sorted((CORPUS / "clusters").glob("*.jsonl"))


@pytest.mark.parametrize("path", CLUSTERS, ids=[path.stem for path in CLUSTERS])
def test_every_cluster_quotes_its_reports_and_tells_of_its_own_incidents(path):
    reports = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({report["id"] for report in reports}) == len(reports) > 100
    for report in reports:
        told = f"{report['title'] or ''}\n{report['text']}"
        for event in report["events"]:
            assert event["incident"] in report["incidents"], report["id"]
            assert [words for words in event["anchors"] if words.split("#")[0] not in told] == [], report["id"]


def test_clusters_have_several_reports_each():
    sizes = {}
    for path in CLUSTERS:
        for line in path.read_text(encoding="utf-8").splitlines():
            cluster = json.loads(line)["cluster"]
            sizes[cluster] = sizes.get(cluster, 0) + 1
    assert len(sizes) >= 60
    assert min(sizes.values()) >= 3
