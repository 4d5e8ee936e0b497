"""From a folder of weights back to a network that can learn.

A folder that training made holds ``reader.pt``, the weights as they were learned. One that ships holds ``reader.onnx``, whose
matrices are int8 with a scale for each column (or each matrix), and ``heads.npz``. Its graph has lost the names of the
matrices, but not those of the biases, nor its structure: a matrix's product goes, rescaled, into the sum with the bias of its
layer, and that tells which layer's weight it is. Exporting the network again gives the same integers.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import onnx
import torch

from dateline.errors import PackError
from dateline.knowledge import weights_file
from dateline_training.network import HELPERS, SCORERS, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Array = npt.NDArray[Any]


def open_reader(folder: Path | None = None) -> Reader:
    """Return the network of a folder of weights; its helper heads, which do not ship, are new.

    Args:
        folder: ``reader.pt`` is read where it is there, else ``reader.onnx`` and ``heads.npz``. None: the weights that ship.

    Raises:
        PackError: A file is missing or damaged, or is of another network than this version's.
    """
    learned = folder / "reader.pt" if folder else None
    state = read_learned(learned) if learned and learned.is_file() else read_shipped(folder)
    model = Reader()
    own = model.state_dict()
    missing = sorted(name for name in own.keys() - state.keys() if name.split(".")[0] not in HELPERS)
    foreign = sorted(name for name in state if name not in own or own[name].shape != state[name].shape)
    if missing or foreign:
        what = ", ".join((missing + foreign)[:5])
        raise PackError(f"the weights in {folder or 'the package'} are of another network than this version's (see {what})")
    model.load_state_dict(state, strict=False)
    return model.eval()


def read_learned(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a ``reader.pt``."""
    try:
        state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise PackError(f"{path} cannot be read as weights: {str(error).splitlines()[0]}") from error
    return state


def read_shipped(folder: Path | None) -> dict[str, torch.Tensor]:
    """Return the weights of a folder with ``reader.onnx`` and ``heads.npz``, by the network's own names."""
    path = weights_file("reader.onnx", folder)
    try:
        graph = onnx.load(path).graph
        with np.load(weights_file("heads.npz", folder)) as heads:
            state = {name: heads[name.replace(".", "_")] for name in SCORERS}
    except PackError:
        raise
    except Exception as error:  # the parsers of both forms raise errors of many kinds
        raise PackError(f"the reader's weights in {path.parent} cannot be opened: {error}") from error
    state |= dict(_named(graph))
    return {name: torch.from_numpy(np.array(values, dtype=np.float32)) for name, values in state.items()}


def _named(graph: Any) -> Iterator[tuple[str, Array]]:
    """Yield name and values of each parameter in the graph."""
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    users: dict[str, list[Any]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            users[name].append(node)
    for name, values in _in_floats(stored):
        kinds = {node.op_type for node in users[name] + users[f"{name}_quantized"]}
        if kinds & {"MatMul", "MatMulInteger"}:
            yield _bias(users, name, stored).removesuffix("bias") + "weight", values.T
        elif kinds == {"Add"} and not name.endswith(".bias"):  # the one that was folded: the embedding of the only segment
            yield "encoder.kinds.weight", np.stack([values, np.zeros_like(values)])
        else:
            yield name, values


def _in_floats(stored: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    """Yield name and values of what is stored as it is, or as integers with a scale and a zero point."""
    for name, values in stored.items():
        plain = name.removesuffix("_quantized")
        if plain != name:
            scale, zero = stored[f"{plain}_scale"], stored[f"{plain}_zero_point"]
            yield plain, (values.astype(np.float32) - zero.astype(np.float32)) * scale
        elif values.dtype == np.float32 and not name.endswith("_scale"):
            yield name, values


def _bias(users: dict[str, list[Any]], name: str, stored: dict[str, Array]) -> str:
    """Return the name of the bias that a matrix's product is added to; the product may be cast and rescaled on the way."""
    ahead = [*users[name], *users[f"{name}_quantized"]]
    while ahead:
        node = ahead.pop()
        if node.op_type == "Add":
            return next((each for each in node.input if each in stored), name)
        ahead += (after for output in node.output for after in users[output])
    return name
