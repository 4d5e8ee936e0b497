"""Weights that ship become a network that can learn, and lose nothing on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed, so training is not tested: pip install '.[train]'")
onnx = pytest.importorskip("onnx", reason="onnx is not installed, so training is not tested: pip install '.[train]'")

from dateline.articles import split_sentences  # noqa: E402 - after the libraries are known to be there
from dateline.claims.network import DISTANCES, Network, _sigmoid, _softmax  # noqa: E402
from dateline.errors import PackError  # noqa: E402
from dateline.knowledge import WEIGHTS  # noqa: E402
from dateline_training.export import write_network  # noqa: E402
from dateline_training.losses import bucket  # noqa: E402
from dateline_training.network import HELPERS, Reader  # noqa: E402
from dateline_training.restoring import open_reader  # noqa: E402

EXAMPLE = Path(__file__).parents[2] / "examples" / "market_attack.txt"


@pytest.fixture(scope="module")
def shipped():
    return open_reader()


@pytest.fixture(scope="module")
def network():
    return Network()


@pytest.fixture(scope="module")
def window(network):
    """Return the inputs of the first window of a whole report."""
    text = EXAMPLE.read_text(encoding="utf-8")
    sentences = [text[slice(*span)] if isinstance(span, tuple) else str(span) for span in split_sentences(text)]
    encoded = [network._encode(sentence) for sentence in sentences]
    return network._window(encoded, (0, 0, min(12, len(encoded))))


@pytest.fixture(scope="module")
def outputs(shipped, network, window):
    """Return each output of the restored network and of the one that ships, by name."""
    with torch.no_grad():
        restored = shipped(*(torch.from_numpy(window[name]) for name in ("ids", "shapes", "first")))
    return dict(
        zip(
            Reader.OUTPUTS,
            zip((each.numpy()[0] for each in restored), (each[0] for each in network._session.run(None, window)), strict=True),
            strict=True,
        )
    )


@pytest.mark.parametrize("name", Reader.OUTPUTS)
def test_the_restored_network_says_what_the_shipped_one_says(outputs, name):
    """But for the rounding of what flows between the layers, which the shipped one does to int8."""
    restored, ships = outputs[name]
    assert restored.shape == ships.shape
    assert restored.size > 100
    assert np.corrcoef(restored.ravel(), ships.ravel())[0, 1] > 0.99


def test_the_restored_network_finds_the_same_anchors(outputs):
    restored, ships = (_softmax(each) for each in outputs["types"])
    assert (restored.argmax(-1) == ships.argmax(-1)).mean() > 0.98
    found = (ships.argmax(-1) > 0) & (ships.max(-1) > 0.6)
    assert found.sum() > 5
    assert (restored.argmax(-1) == ships.argmax(-1))[found].all()


def test_exporting_again_gives_the_same_integers(shipped, tmp_path):
    write_network(shipped, tmp_path)
    ours, theirs = (
        {each.name: onnx.numpy_helper.to_array(each) for each in onnx.load(folder / "reader.onnx").graph.initializer}
        for folder in (tmp_path, WEIGHTS)
    )
    assert len(theirs) > 100
    sized = {name: values for name, values in theirs.items() if values.dtype in (np.int8, np.uint8) and values.ndim == 2}
    assert len(sized) > 40
    mine = [values for values in ours.values() if values.dtype in (np.int8, np.uint8) and values.ndim == 2]
    assert len(mine) == len(sized)
    for one, other in zip(mine, sized.values(), strict=True):
        assert np.array_equal(one, other)
    with np.load(tmp_path / "heads.npz") as ours, np.load(WEIGHTS / "heads.npz") as theirs:
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)


def test_floats_are_restored_as_they_are(shipped, tmp_path):
    write_network(shipped, tmp_path, quantize=False)
    again = open_reader(tmp_path).state_dict()
    for name, values in shipped.state_dict().items():
        if name.split(".")[0] not in HELPERS and name != "encoder.kinds.weight":
            assert torch.equal(again[name], values), name
    assert torch.equal(again["encoder.kinds.weight"][0], shipped.state_dict()["encoder.kinds.weight"][0])


def test_pairs_are_scored_alike_in_training_and_at_run_time(shipped, network):
    """Roles and coreference are computed twice, by torch and by numpy: the same but for the form of GELU."""
    scores = network.score_words(["Gunmen shot two traders in Orin on Monday.", "The shooting was condemned by the mayor."])
    anchors, mentions = np.array([1, 9]), [(0, 0, 0), (0, 2, 3), (3, 5, 5), (6, 14, 15)]
    kinds, first, last = (torch.tensor(column) for column in zip(*mentions, strict=True))
    sentence, at = torch.from_numpy(scores.sentence), torch.from_numpy(anchors)
    anchor, start, end, coref = (torch.from_numpy(each) for each in (scores.anchor, scores.start, scores.end, scores.coref))
    distance = bucket(sentence[first][None] - sentence[at][:, None]) + DISTANCES * (first[None] >= at[:, None]).long()
    with torch.no_grad():
        roles = shipped.score_roles(anchor[at], start[first], end[last], kinds, distance)
        assert np.abs(_sigmoid(roles.numpy()) - network.score_roles(scores, anchors, mentions)).max() < 0.01
        chance = torch.from_numpy(scores.types[anchors, 1:])
        chance = chance / chance.sum(-1, keepdim=True)
        gap = bucket(sentence[at[:1]] - sentence[at[1:]])
        pair = shipped.score_pairs(coref[at[:1]], coref[at[1:]], gap, (chance[:1] * chance[1:]).sum(-1))
    ((_, _, probability),) = network.score_pairs(scores, anchors)
    assert abs(_sigmoid(pair.numpy())[0] - probability) < 0.01


def test_what_was_learned_is_preferred_to_what_ships(shipped, tmp_path):
    state = {name: values.clone() for name, values in shipped.state_dict().items() if name.split(".")[0] not in HELPERS}
    state["types.bias"] += 1.5
    torch.save(state, tmp_path / "reader.pt")
    assert torch.equal(open_reader(tmp_path).types.bias, shipped.types.bias + 1.5)


@pytest.mark.parametrize("name", ["reader.pt", "reader.onnx"])
def test_damaged_weights_are_told(tmp_path, name):
    (tmp_path / name).write_bytes(b"no weights")
    (tmp_path / "heads.npz").write_bytes((WEIGHTS / "heads.npz").read_bytes())
    with pytest.raises(PackError, match=name if name == "reader.pt" else str(tmp_path)):
        open_reader(tmp_path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(PackError, match=r"reader\.onnx is missing"):
        open_reader(tmp_path)


@pytest.mark.parametrize("change", ["missing", "of another size", "unknown"])
def test_weights_of_another_network_are_told(shipped, tmp_path, change):
    state = dict(shipped.state_dict())
    if change == "missing":
        del state["coref.bias"]
    elif change == "of another size":
        state["coref.bias"] = torch.zeros(3)
    else:
        state["coref.more"] = torch.zeros(3)
    torch.save(state, tmp_path / "reader.pt")
    with pytest.raises(PackError, match=r"another network.*coref\."):
        open_reader(tmp_path)
