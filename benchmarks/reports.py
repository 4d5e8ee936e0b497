"""What the benchmarks read, and what they tell of the machine they ran on."""

from __future__ import annotations

import itertools
import json
import os
import platform
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
WORDS = 400
"""About how long a report of a news agency is, in words."""


def read_reports(count: int) -> tuple[list[str], str]:
    """Return texts of about ``WORDS`` words each and where they are from.

    They are made of the corpus's long reports: a report is cut at the length, a shorter one goes on with the next.
    """
    texts = [sentences for path in sorted(CORPUS.glob("long_*.jsonl")) for sentences in _corpus_texts(path)]
    origin = f"{CORPUS}/long_*.jsonl"
    reports: list[str] = []
    parts: list[str] = []
    for sentences in itertools.cycle(texts):
        for sentence in sentences:
            parts.append(sentence)
            if sum(len(part.split()) for part in parts) >= WORDS:
                reports.append("\n\n".join(parts))
                parts = []
                break
        if len(reports) == count:
            return reports, origin
    return reports, origin


def mean_words(reports: list[str]) -> float:
    """Return the mean length in words."""
    return sum(len(report.split()) for report in reports) / len(reports)


def machine() -> str:
    """Describe the machine: processor, cores, memory, system, Python, and how busy it is."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB memory, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}{load}"
    )


def _corpus_texts(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["sentences"]


def _processor() -> str:
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _memory_gb() -> float:
    if not hasattr(os, "sysconf"):
        return float("nan")
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
