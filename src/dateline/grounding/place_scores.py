"""How sure a place is: turns the weight that its choice has into the share of such choices that are right.

The table ``packs/place_scores.toml`` is fitted by ``evals/place_scores.py``; ``docs/gazetteer.md`` shows how well it holds.
"""

from __future__ import annotations

import math
import tomllib
from enum import StrEnum
from functools import cache

from dateline import knowledge


class Way(StrEnum):
    """How a place was reached from its words."""

    NAMED = "named"
    ALIAS = "alias"
    SOUND = "sound"
    INSIDE = "inside"
    """A name that the gazetteer lacks, in a place that the words beside it name."""
    AROUND = "around"
    """A name that the gazetteer lacks, where the report is at."""
    BACK = "back"
    """Words that point back to a place: "the city"."""
    VENUE = "venue"
    """What stands in a place: "the hospital"."""
    PEOPLE = "people"
    """A country by its people: "Iraqi territory"."""
    BORDER = "border"


def certainty(way: Way, raw: float) -> float:
    """Return how likely a place is right.

    Args:
        way: How it was reached.
        raw: Its weight against the other places that the words could mean, 0 to 1.

    Returns:
        0.01 to 0.99.
    """
    slope, intercept = table()[way]
    return min(max(1 / (1 + math.exp(-(slope * log_odds(raw) + intercept))), 0.01), 0.99)


def log_odds(raw: float) -> float:
    """Return the log odds of a weight, held within 0.02 and 0.98: beyond, the weights say little more."""
    held = min(max(raw, 0.02), 0.98)
    return math.log(held / (1 - held))


@cache
def table() -> dict[Way, tuple[float, float]]:
    """Return slope and intercept of each way, read once."""
    with knowledge.pack_file("place_scores.toml").open("rb") as file:
        rows = tomllib.load(file)
    return {way: (float(rows[way]["slope"]), float(rows[way]["intercept"])) for way in Way}
