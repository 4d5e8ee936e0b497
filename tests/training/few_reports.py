"""Six short annotated reports, invented for the tests of training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def _event(kind: str, anchors: list[list[Any]], *, status: str = "happened", **more: Any) -> dict[str, Any]:
    return {"id": f"e-{kind}", "type": kind, "status": status, "anchors": anchors, **more}


def few_reports() -> list[dict[str, Any]]:
    """Return the reports, new each time."""
    told = [
        (
            [
                "Herders ambushed a milk lorry near Tolo on Friday.",
                "The ambush left its driver dead, the district office said.",
            ],
            [
                _event(
                    "armed_attack",
                    [[0, "ambushed"], [1, "ambush"]],
                    agent=[[0, "Herders"]],
                    target=[[0, "a milk lorry"], [1, "its driver"]],
                    place=[[0, "Tolo"]],
                    time=[[0, "Friday"]],
                    toll=[{"kind": "killed", "low": 1, "best": 1, "high": 1, "at": None}],
                    source=[[1, "the district office"]],
                    cue=[[1, "said"]],
                )
            ],
        ),
        (
            ["Police arrested nine dockers in Port Varo on Monday.", "The dockers had marched to the customs house."],
            [
                _event(
                    "arrest",
                    [[0, "arrested"]],
                    agent=[[0, "Police"]],
                    target=[[0, "nine dockers"]],
                    place=[[0, "Port Varo"]],
                    toll=[{"kind": "detained", "low": 9, "best": 9, "high": 9, "at": [0, "nine"]}],
                ),
                _event("protest", [[1, "marched"]], agent=[[1, "The dockers"]]),
            ],
        ),
        (
            ["The army denied that its guns had shelled the village of Besk."],
            [
                _event(
                    "shelling", [[0, "shelled"]], status="denied", agent=[[0, "its guns"]], place=[[0, "the village of Besk"]]
                )
            ],
        ),
        (
            ["Delegates will hold talks in Orin next week.", "A ceasefire was signed there in spring."],
            [
                _event("talks", [[0, "talks"]], status="planned", agent=[[0, "Delegates"]], place=[[0, "Orin"]]),
                _event("agreement", [[1, "signed"]], time=[[1, "spring"]]),
            ],
        ),
        (["The spring fair of Orin opens on Sunday with songs and a market."], []),
        (
            ["A mine blew up under a bus near Dell, and the blast wounded six pupils."],
            [
                _event(
                    "bombing",
                    [[0, "blew up"], [0, "blast"]],
                    instrument=[[0, "A mine"]],
                    target=[[0, "six pupils"]],
                    toll=[{"kind": "wounded", "low": 6, "best": 6, "high": 6, "at": [0, "six"]}],
                )
            ],
        ),
    ]
    return [
        {"id": f"few-{number}", "published": "2018-05-08", "sentences": sentences, "events": events}
        for number, (sentences, events) in enumerate(told, start=1)
    ]


def write_reports(path: Path, reports: list[dict[str, Any]]) -> Path:
    """Write reports, one a line."""
    path.write_text("".join(json.dumps(report) + "\n" for report in reports), encoding="utf-8")
    return path
