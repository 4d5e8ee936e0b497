"""The commands ``dateline ingest``, ``dateline status`` and ``dateline retry-failures``, with the real reader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from dateline.cli import cli
from dateline.records.store import Store

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture
def reports(tmp_path):
    shutil.copytree(EXAMPLES, tmp_path / "in")
    return tmp_path / "in"


def said(*words, code=0):
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_reports_go_in_once(reports, tmp_path, own_cache):
    place = tmp_path / "events.db"
    _, told = said("ingest", reports, "--db", place)
    assert "4 reports coded" in told
    _, told = said("ingest", reports, "--db", place)
    assert "0 reports coded, 0 events; 4 there already" in told
    shown, _ = said("status", "--db", place)
    assert "articles   4" in shown
    assert "events by type and status" in shown
    found = json.loads(said("status", "--db", place, "--json")[0])
    with Store(place) as store:
        assert (found["articles"], found["events"]) == (4, store.count("events"))
        coded = [json.loads(line) for line in said("code", reports, "--format", "jsonl")[0].splitlines()]
        assert sorted(coded, key=lambda record: record["id"]) == sorted(store.records(), key=lambda record: record["id"])


def test_what_fails_is_told_and_tried_again(reports, tmp_path, own_cache):
    place, late = tmp_path / "events.db", tmp_path / "late.txt"
    _, told = said("ingest", reports / "reports.jsonl", late, "--db", place, code=3)
    assert "failed: " in told
    assert "read: not_found" in said("status", "--db", place)[0]
    _, told = said("retry-failures", "--db", place, code=5)
    assert "1 failed" in told
    shutil.copy(reports / "market_attack.txt", late)
    said("retry-failures", "--db", place)
    shown, _ = said("status", "--db", place)
    assert "articles   4" in shown
    assert "failed (" not in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ingest", "x.txt"], "Missing option '--db'"),
        (["ingest", "--db", "e.db"], "Missing argument 'SOURCE...'"),
        (["status", "--db", "nowhere.db"], "dateline: there is no database nowhere.db; check the spelling"),
        (["retry-failures", "--db", "nowhere.db"], "dateline: there is no database nowhere.db"),
        (["ingest", "x.txt", "--db", "nowhere/e.db"], "dateline: nowhere/e.db cannot be made: there is no folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_get_one_line(tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    _, message = said(*words, code=2)
    assert told in message
    assert list(tmp_path.iterdir()) == []
