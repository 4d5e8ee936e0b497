"""``dateline train``: what it reads, refuses and leaves behind. Most of it is tested without the libraries that train."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from few_reports import few_reports, write_reports

from dateline.cli import cli, training


@dataclass
class FakeTraining:
    """Stands for what trains: writes a file where the weights go, or fails as it is told to."""

    failure: BaseException | None = None
    taught: list[dict] = field(default_factory=list)
    settings: SimpleNamespace | None = None
    start: object = None

    def complete(self, start, _spare):
        return start

    def fine_tune(self, reports, start, _completed, target, settings, *, watch):
        self.taught, self.start, self.settings = list(reports), start, settings
        watch(1, 2, 3.5)
        (target / "reader.onnx").write_bytes(b"new")
        if self.failure:
            raise self.failure
        watch(2, 2, 2.5)
        return {"version": "v", "start": "s", "steps": 2, "seconds": 1, "torch": "t"}

    def modules(self):
        from dateline_training import cards, comparing

        tuning = SimpleNamespace(complete=self.complete, fine_tune=self.fine_tune, Settings=SimpleNamespace)
        return {"fine_tuning": tuning, "comparing": comparing, "cards": cards}


@pytest.fixture
def fake(monkeypatch):
    made = FakeTraining()
    monkeypatch.setattr(training, "_open_training", made.modules)
    return made


@pytest.fixture
def train(tmp_path, monkeypatch):
    """Return a function that runs the command in a folder with ``few.jsonl``; nothing is held back unless asked for."""
    monkeypatch.chdir(tmp_path)
    write_reports(tmp_path / "few.jsonl", few_reports())

    def run(*arguments: str, exit_code: int = 0):
        if "--hold-back" not in arguments:
            arguments += ("--hold-back", "0")
        result = CliRunner().invoke(cli, ["train", *arguments], catch_exceptions=False, prog_name="dateline")
        assert result.exit_code == exit_code, result.output
        return result

    return run


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_folder_holds_what_was_made_and_what_was_done(train, fake, tmp_path):
    result = train("--corpus", "few.jsonl", "--out", "mine", "--seed", "3", "--epochs", "2")
    assert names(tmp_path / "mine") == {"reader.onnx", "MODEL_CARD.md", "training.json"}
    facts = json.loads((tmp_path / "mine" / "training.json").read_text())
    assert (facts["reports"], facts["seed"], facts["epochs"], facts["files"]) == (6, 3, 2.0, ["few.jsonl"])
    assert "--weights mine" in result.stdout
    assert "learning: step 2 of 2, loss 2.50" in result.stderr
    assert names(tmp_path) == {"few.jsonl", "mine"}, "something was left behind"
    assert fake.start is None
    assert fake.taught == few_reports()


@pytest.mark.parametrize(
    "arguments",
    [("--corpus", "few.jsonl", "more.jsonl"), ("--corpus", "few.jsonl", "--corpus", "more.jsonl")],
    ids=["one option", "two options"],
)
def test_several_files_are_learned_from_together(train, fake, tmp_path, arguments):
    more = [report | {"id": f"more-{number}"} for number, report in enumerate(few_reports())]
    write_reports(tmp_path / "more.jsonl", more)
    train(*arguments, "--out", "mine")
    assert len(fake.taught) == 12
    assert json.loads((tmp_path / "mine" / "training.json").read_text())["files"] == ["few.jsonl", "more.jsonl"]


def test_lines_that_are_no_reports_are_told_and_left_out(train, fake, tmp_path):
    misquoted = few_reports()[0] | {"id": "misquoted"}
    misquoted["events"][0]["anchors"] = [[0, "bombed"]]
    write_reports(tmp_path / "few.jsonl", [*few_reports(), misquoted, few_reports()[1], {"id": "x"}])
    result = train("--corpus", "few.jsonl", "--out", "mine", exit_code=3)
    assert "few.jsonl:7: event e-armed_attack: anchors: 'bombed' does not stand in sentence 0" in result.stderr
    assert "few.jsonl:8: the id 'few-2' stands in few.jsonl:2 already" in result.stderr
    assert "few.jsonl:9: this is no annotated report" in result.stderr
    assert len(fake.taught) == 6


@pytest.mark.parametrize(
    "reports", [few_reports()[:3], [few_reports()[4] | {"id": str(i)} for i in range(9)]], ids=["few", "none"]
)
def test_too_little_to_learn_from_is_refused(train, fake, tmp_path, reports):
    write_reports(tmp_path / "few.jsonl", reports)
    result = train("--corpus", "few.jsonl", "--out", "mine", exit_code=3)
    assert "at least 4 reports are needed, and an event in them" in result.stderr
    assert fake.settings is None
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(("share", "held"), [("0", 0), ("0.1", 4), ("0.25", 10), ("0.5", 20)])
def test_every_nth_report_is_held_back(share, held):
    taught, back = training._hold_back(list(range(1, 41)), float(share))
    assert len(back) == held
    assert sorted(taught + back) == list(range(1, 41))
    assert not held or back[0] == 40 // held


def test_an_earlier_result_is_replaced_whole(train, fake, tmp_path):
    train("--corpus", "few.jsonl", "--out", "mine")
    (tmp_path / "mine" / "heads.npz").write_bytes(b"old")
    train("--corpus", "few.jsonl", "--out", "mine", "--from", "mine")
    assert names(tmp_path / "mine") == {"reader.onnx", "MODEL_CARD.md", "training.json"}
    assert fake.start is not None
    assert names(tmp_path) == {"few.jsonl", "mine"}


@pytest.mark.parametrize("there", ["notes.txt", "reader.onnx", "training.json"])
def test_a_folder_that_holds_something_else_is_refused(train, fake, tmp_path, there):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / there).write_text("{}")
    result = train("--corpus", "few.jsonl", "--out", "mine", exit_code=2)
    assert "mine is not empty" in result.stderr
    assert (tmp_path / "mine" / there).read_text() == "{}"
    assert fake.settings is None


def test_an_earlier_result_with_a_file_of_the_users_is_refused(train, fake, tmp_path):
    train("--corpus", "few.jsonl", "--out", "mine")
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    assert "mine is not empty" in train("--corpus", "few.jsonl", "--out", "mine", exit_code=2).stderr
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep me"


def test_a_file_is_no_folder(train, fake):
    assert "few.jsonl is a file" in train("--corpus", "few.jsonl", "--out", "few.jsonl", exit_code=2).stderr
    result = train("--corpus", "few.jsonl", "--out", "few.jsonl/mine", exit_code=2)
    assert "few.jsonl/mine cannot be written" in result.stderr
    assert fake.settings is None


def test_ctrl_c_leaves_a_message_and_nothing_else(train, fake, tmp_path):
    train("--corpus", "few.jsonl", "--out", "mine")
    before = (tmp_path / "mine" / "training.json").read_bytes()
    fake.failure = KeyboardInterrupt()
    for out in ("mine", "other"):
        result = train("--corpus", "few.jsonl", "--out", out, exit_code=130)
        assert f"training was stopped; nothing was written to {out}" in result.stderr
    assert names(tmp_path) == {"few.jsonl", "mine"}
    assert (tmp_path / "mine" / "training.json").read_bytes() == before


def test_a_fault_leaves_nothing_either(train, fake, tmp_path):
    fake.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        train("--corpus", "few.jsonl", "--out", "mine")
    assert names(tmp_path) == {"few.jsonl"}


@pytest.mark.parametrize("library", ["torch", "onnx"])
def test_a_missing_library_is_told_with_the_command_that_installs_it(train, monkeypatch, tmp_path, library):
    if library == "onnx":
        pytest.importorskip("torch", reason="torch is not installed, so that onnx is never asked for; pip install '.[train]'")
    for name in [name for name in sys.modules if name.partition(".")[0] == "dateline_training"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    result = train("--corpus", "few.jsonl", "--out", "mine", exit_code=2)
    assert f"the library {library}, which is not installed" in result.stderr
    assert "pip install 'dateline[train]'" in result.stderr
    assert names(tmp_path) == {"few.jsonl"}


@pytest.mark.parametrize(
    "arguments", [("--out", "mine"), ("--corpus", "few.jsonl"), ("--corpus", "few.jsonl", "--out", "mine", "--epochs", "0")]
)
def test_a_mistake_in_the_command_gets_its_usage(train, fake, arguments):
    assert "Usage: dateline train" in train(*arguments, exit_code=2).stderr
    assert fake.settings is None
