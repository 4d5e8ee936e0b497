"""``dateline export`` as a command."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from builders import INFO, make_account
from click.testing import CliRunner

from dateline.cli import NOTHING_CODED, cli
from dateline.records.store import Entry, Store


@pytest.fixture
def run(tmp_path, monkeypatch, own_cache):
    monkeypatch.chdir(tmp_path)
    with Store("events.db", create=True) as store:
        store.add([Entry(key="doc_1", outcome=make_account())], store.begin_run(INFO, {}), INFO)

    def run(*arguments: str, exit_code: int = 0):
        result = CliRunner().invoke(cli, ("export", *arguments), catch_exceptions=False, prog_name="dateline")
        assert result.exit_code == exit_code, result.output
        return result

    return run


def test_export_writes_and_tells_what_it_left_out(run):
    result = run("hxl", "--db", "events.db", "--output", "out.csv")
    assert "dateline: 2 events written as hxl to out.csv (2 rows)" in result.stderr
    assert result.stdout == ""
    names, tags, *rows = list(csv.reader(Path("out.csv").read_text(encoding="utf-8").splitlines()))
    assert names[0] == "id"
    assert tags[0] == "#event+id"
    assert [row[0] for row in rows] == ["evt_aaaa", "evt_bbbb"]
    assert {path.name for path in Path().glob("out.csv*")} == {
        "out.csv", "out.csv.README.md", "out.csv.CITATION.cff", "out.csv.left_out.jsonl", "out.csv.records.jsonl",
    }  # fmt: skip


def test_nothing_to_write_is_told_by_the_exit_code(run):
    result = run("ged", "--db", "events.db", "--output", "out.csv", exit_code=NOTHING_CODED)
    assert "2 events left out, listed in out.csv.left_out.jsonl:" in result.stderr
    assert "of a kind that the data set does not code (no_code)" in result.stderr
    left = [json.loads(line) for line in Path("out.csv.left_out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {each["id"]: each["reason"] for each in left} == {"evt_aaaa": "no_code", "evt_bbbb": "not_happened"}


def test_protection_reaches_every_file(run):
    run("jsonl", "--db", "events.db", "-o", "out.jsonl", "--coarsen", "admin1", "--withhold", "names,speakers")
    told = "".join(path.read_text(encoding="utf-8") for path in Path().glob("out.jsonl*"))
    for word in ("Karmel", "traders", "residents", "Radio Sahra", "wire-7", "news.example", "gunmen"):
        assert word not in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("acled", "--db", "none.db", "-o", "out.csv"), "none.db"),
        (("acled", "--db", "events.db", "-o", "out.csv", "--where", "colour=red"), "there is no field 'colour'"),
        (("acled", "--db", "events.db", "-o", "no/folder/out.csv"), "no/folder/out.csv"),
        (("acled", "--db", "events.db", "-o", "out.csv", "--withhold", "faces"), "'faces' cannot be withheld"),
        (("exel", "--db", "events.db", "-o", "out.csv"), "exel"),
    ],
)
def test_mistakes_get_a_line_and_leave_no_file(run, arguments, words):
    result = run(*arguments, exit_code=2)
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert not list(Path().glob("out*"))


def test_a_missing_library_is_named(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    result = run("xlsx", "--db", "events.db", "-o", "out.xlsx", exit_code=2)
    assert "pip install 'dateline[collections]'" in result.stderr
    assert not list(Path().glob("out*"))
