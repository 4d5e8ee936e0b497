"""A reader learns from a few reports: it gets better at them, keeps what it was, and does so the same way each time."""

from __future__ import annotations

import json
import random
import time

import pytest
from click.testing import CliRunner
from few_reports import few_reports, write_reports

torch = pytest.importorskip("torch", reason="torch is not installed, so training is not tested: pip install '.[train]'")
pytest.importorskip("onnx", reason="onnx is not installed, so training is not tested: pip install '.[train]'")

from dateline.claims import Reader  # noqa: E402 - after the libraries are known to be there
from dateline.cli import cli  # noqa: E402
from dateline.errors import DatelineError, PackError  # noqa: E402
from dateline.knowledge import WEIGHTS, weights_file  # noqa: E402
from dateline_training.data import Encoder, count_statuses  # noqa: E402
from dateline_training.export import count_anchors, describe, digest  # noqa: E402
from dateline_training.fine_tuning import Settings, complete, fine_tune  # noqa: E402
from dateline_training.learning import Queue  # noqa: E402
from dateline_training.losses import Losses  # noqa: E402
from dateline_training.restoring import open_reader  # noqa: E402

SETTINGS = Settings(epochs=2, rate=5e-5, seed=3, workers=1)


def learn(target, settings=SETTINGS, start=None, completed=None):
    steps = []
    target.mkdir()
    facts = fine_tune(few_reports(), start, completed, target, settings, watch=lambda *step: steps.append(step))
    return facts, steps


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Return the folder, the facts and the steps of a run of two steps."""
    target = tmp_path_factory.mktemp("learned") / "mine"
    return (target, *learn(target))


def loss_of(model) -> float:
    """Return the loss of a reader on the few reports."""
    encoder = Encoder.open(weights_file("tokenizer.json"))
    losses = Losses(count_statuses(few_reports()), 0.0, encoder.mask)
    batch = next(Queue(few_reports(), encoder, 1100).draw(random.Random(1)))
    with torch.no_grad():
        return losses.total(losses.report(model, batch)).item()


def test_every_step_is_told(learned):
    _, facts, steps = learned
    assert [step[:2] for step in steps] == [(1, 2), (2, 2)]
    assert facts["steps"] == 2
    assert all(loss > 0 for *_, loss in steps)


def test_the_folder_is_one_that_the_reader_opens(learned):
    target, facts, _ = learned
    assert {path.name for path in target.iterdir()} == {"reader.onnx", "heads.npz", "tokenizer.json", "reader.json"}
    assert (target / "reader.onnx").stat().st_size < 30e6
    assert Reader(target).version == facts["version"] != Reader().version


def test_thresholds_and_calibration_are_those_of_the_start(learned):
    ours, theirs = (json.loads((folder / "reader.json").read_text()) for folder in (learned[0], WEIGHTS))
    for name in ("thresholds", "calibration", "types", "statuses", "kinds", "roles"):
        assert ours[name] == theirs[name]


def test_it_gets_better_at_what_it_learns_from(tmp_path):
    _, steps = learn(tmp_path / "mine", Settings(epochs=8, rate=2e-4, seed=3, workers=1))
    assert len(steps) == 8
    assert loss_of(open_reader(tmp_path / "mine")) < 0.9 * loss_of(open_reader())


def test_the_same_seed_gives_the_same_weights_and_another_one_others(learned, tmp_path):
    again, _ = learn(tmp_path / "again")
    other, _ = learn(tmp_path / "other", Settings(epochs=2, rate=5e-5, seed=4, workers=1))
    first = learned[0]
    for name in ("reader.onnx", "reader.json", "tokenizer.json"):
        assert (tmp_path / "again" / name).read_bytes() == (first / name).read_bytes()
    assert again["version"] == learned[1]["version"] != other["version"]


def test_a_rate_that_is_too_high_is_told(tmp_path):
    with pytest.raises(DatelineError, match="try a lower --rate"):
        learn(tmp_path / "mine", Settings(epochs=12, rate=1e12, seed=3, workers=1))


# --- the start -----------------------------------------------------------------------------------------------------------


def test_a_start_with_learned_weights_alone_is_completed(tmp_path):
    start, spare = tmp_path / "start", tmp_path / "spare"
    start.mkdir()
    torch.save(open_reader().state_dict(), start / "reader.pt")
    assert complete(start, spare) == spare
    assert Reader(spare).version == Reader().version, "what ships, exported again, is what ships"


def test_a_start_that_is_whole_is_taken_as_it_is(learned, tmp_path):
    assert complete(None, tmp_path) is None
    assert complete(learned[0], tmp_path) == learned[0]
    assert not any(tmp_path.iterdir())


def test_a_folder_without_weights_is_no_start(tmp_path):
    with pytest.raises(PackError, match=r"neither reader\.json nor reader\.pt"):
        complete(tmp_path, tmp_path / "spare")


def test_weights_with_other_labels_are_no_start(learned, tmp_path):
    description = json.loads((learned[0] / "reader.json").read_text())
    description["types"] = description["types"][::-1]
    (tmp_path / "reader.json").write_text(json.dumps(description))
    with pytest.raises(PackError, match="the types of the weights"):
        complete(tmp_path, tmp_path / "spare")


# --- counts of anchors ---------------------------------------------------------------------------------------------------


def test_anchors_are_counted_by_their_first_word_and_rare_ones_left_out():
    counts = count_anchors(few_reports() * 2)
    assert counts["ambush"] == {"armed_attack": 4}
    assert "arrest" not in counts, "named twice only"
    assert count_anchors(few_reports(), {"arrest": {"arrest": 2, "raid": 1}})["arrest"] == {"arrest": 3, "raid": 1}


def test_a_report_is_counted_once_however_often_it_is_learned_from(learned, tmp_path):
    (tmp_path / "reader.onnx").write_bytes(b"x")
    first = json.loads((learned[0] / "reader.json").read_text())
    shipped = json.loads((WEIGHTS / "reader.json").read_text())
    assert first["anchor_words"]["ambush"]["armed_attack"] == shipped["anchor_words"]["ambush"].get("armed_attack", 0) + 2
    again = describe(tmp_path, first, few_reports(), before=first["anchor_words"])
    assert again["anchor_words"] == first["anchor_words"]
    assert {digest(report) for report in few_reports()} <= set(again["counted"])
    more = few_reports()[0] | {"sentences": ["Herders ambushed a bus.", "The ambush failed."]}
    third = describe(tmp_path, first, [*few_reports(), more], before=first["anchor_words"])
    assert third["anchor_words"]["ambush"]["armed_attack"] == first["anchor_words"]["ambush"]["armed_attack"] + 2


# --- the whole command ---------------------------------------------------------------------------------------------------


def test_the_command_trains_measures_and_its_weights_code(own_cache, coder, tmp_path, monkeypatch):
    """The coder has been opened, so that the index of places is built."""
    monkeypatch.chdir(tmp_path)
    reports = [report | {"id": f"{report['id']}-{number}"} for number in range(2) for report in few_reports()]
    write_reports(tmp_path / "few.jsonl", reports)
    began = time.monotonic()

    def run(*arguments: str):
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False, prog_name="dateline")
        assert result.exit_code == 0, result.output
        return result

    told = run("train", "--corpus", "few.jsonl", "--out", "mine", "--epochs", "1", "--hold-back", "0.25")
    assert "3 held-back reports" in told.stdout
    assert "typed F" in told.stdout
    facts = json.loads((tmp_path / "mine" / "training.json").read_text())
    assert (facts["reports"], facts["measured"]["reports"]) == (9, 3)
    card = (tmp_path / "mine" / "MODEL_CARD.md").read_text()
    assert facts["version"] in card
    assert "| typed F |" in card
    evaluation = json.loads(run("evaluate", "few.jsonl", "--weights", "mine", "--format", "json").stdout)
    assert evaluation["reports"] == 12
    assert evaluation["coded"] > 3
    (tmp_path / "report.txt").write_text(" ".join(few_reports()[1]["sentences"]), encoding="utf-8")
    record = json.loads(run("code", "report.txt", "--weights", "mine", "--format", "jsonl").stdout.splitlines()[0])
    assert facts["version"] in json.dumps(record["coder"])
    assert time.monotonic() - began < 120
