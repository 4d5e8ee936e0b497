"""The mean of several rounds' weights: ``python -m dateline_training.average DIR DIR --out DIR``.

Averaging the end points of rounds with a falling rate finds flatter minima than the last point alone (stochastic weight
averaging, arXiv:1803.05407).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    states = [torch.load(folder / "reader.pt", map_location="cpu", weights_only=True) for folder in args.rounds]
    mean = {
        name: sum(state[name] for state in states) / len(states) if first.is_floating_point() else first
        for name, first in states[0].items()
    }
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(mean, args.out / "reader.pt")


if __name__ == "__main__":
    main()
