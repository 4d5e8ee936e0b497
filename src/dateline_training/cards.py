"""The model card of weights that a user trained."""

from __future__ import annotations

import platform
from collections import Counter
from typing import TYPE_CHECKING, Any

from dateline import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dateline_training.comparing import Comparison
    from dateline_training.data import Record

CARD = """# Model card: the reader, {version}

**What it is.** Dateline's reader, trained on from the weights {start} by `dateline train`. One int8 ONNX file of {size:.1f} MB
and the small files beside it; use it with `dateline code --weights FOLDER`.

**Intended use.** Finding event statements in English news reports like those below, for people to check. **Not for** targeting,
profiling or judging persons; a record says what a report says, not what happened.

**Learned from.** {reports:,} annotated reports with {events:,} events, of {names}, on top of all that the starting weights
learned from (their own card tells).
Types: {types}.
Status: {statuses}.

**Training.** {epochs:g} epochs, {steps:,} steps, highest rate {rate:g}, seed {seed}, workers {workers}, {seconds:,} seconds.
Dateline {dateline}, torch {torch}, Python {python}. Thresholds and calibration are those of the starting weights:
`confidence` may be less well calibrated on reports of another kind.

## Measured
{measured}

## Licence
The weights that ship with Dateline are under CC BY-SA 4.0, and so must be weights made from them, when they are passed on.
Whether the annotated reports may be used to train, and the result be passed on, is for whoever holds their rights to say: text
can be told in part from weights that learned it.
"""


def write_card(path: Path, facts: Mapping[str, Any], reports: Sequence[Record], comparison: Comparison | None) -> None:
    """Write the card.

    Args:
        path: File to write, beside the weights.
        facts: What was done: the settings, the ``files`` read, and what ``fine_tune`` returned.
        reports: What was learned from.
        comparison: The numbers before and after; None where nothing was held back.
    """
    types, statuses = (Counter(event[key] for report in reports for event in report["events"]) for key in ("type", "status"))
    told = {
        "size": (path.parent / "reader.onnx").stat().st_size / 1e6,
        "reports": len(reports),
        "events": types.total(),
        "names": ", ".join(f"`{name}`" for name in facts["files"]),
        "types": _told(types),
        "statuses": _told(statuses),
        "dateline": __version__,
        "python": platform.python_version(),
        "measured": _measured(comparison),
    }
    path.write_text(CARD.format(**(dict(facts) | told)), encoding="utf-8")


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


def _measured(comparison: Comparison | None) -> str:
    if comparison is None:
        return "Not measured: no report was held back."
    shown = ((name, *("-" if value is None else f"{value:.1f}" for value in values)) for name, *values in comparison.rows)
    return "\n".join(
        (
            f"On {comparison.reports:,} held-back reports with {comparison.events:,} annotated events, which were not trained",
            "on, by the rules of `dateline evaluate`, in percent. In 95 of 100 resamplings of these reports typed F changes by",
            f"{comparison.low:+.1f} to {comparison.high:+.1f} points.",
            *(f"Note: {warning}." for warning in comparison.warnings()),
            "",
            "| | before | after |",
            "| --- | --- | --- |",
            *(f"| {name} | {before} | {after} |" for name, before, after in shown),
        )
    )
