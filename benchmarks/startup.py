"""Measures how long it takes from starting the command to the first record, to build the index of places, and how big it is.

    python benchmarks/startup.py [--runs N]

It prints what it measures and judges nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reports import ROOT, machine

import dateline

REPORT = ROOT / "examples" / "market_attack.txt"
COMMAND = (sys.executable, "-m", "dateline", "code", "--format", "jsonl", str(REPORT))


def first_record(cache: Path) -> tuple[float, float]:
    """Start the command; return the seconds until its first record is out, and until it has ended."""
    begun = time.perf_counter()
    with subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | {"DATELINE_CACHE": str(cache)}
    ) as process:
        line = process.stdout.readline() if process.stdout else b""
        first = time.perf_counter() - begun
        process.communicate()
    if not line or process.returncode:
        sys.exit(f"{' '.join(COMMAND)} wrote no record (exit code {process.returncode})")
    return first, time.perf_counter() - begun


def build_index(cache: Path) -> tuple[float, float]:
    """Build the index of places in a fresh process; return the seconds that took, without start-up, and its size in MB."""
    program = (
        "import time\nfrom dateline.grounding import Grounder\nt = time.perf_counter()\nGrounder.open()\n"
        "print(time.perf_counter() - t)"
    )
    environment = os.environ | {"DATELINE_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout), sum(path.stat().st_size for path in cache.iterdir()) / 1e6


def package_size() -> tuple[float, dict[str, float]]:
    """Return the size of the package in MB, compiled files left out, and of its folders."""
    home = Path(dateline.__file__).parent
    sizes: dict[str, float] = {}
    for path in home.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            part = path.relative_to(home).parts[0] if path.parent != home else "."
            sizes[part] = sizes.get(part, 0.0) + path.stat().st_size / 1e6
    return sum(sizes.values()), sizes


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="how often to start (default 7)")
    runs = max(1, parser.parse_args().runs)
    print(f"machine  {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        seconds, megabytes = build_index(Path(folder))
        print(f"index    {seconds:.1f} s to build once, into a fresh cache; {megabytes:.0f} MB")
        first_record(Path(folder))  # files into memory, modules compiled
        times = [first_record(Path(folder)) for _ in range(runs)]
    first = sorted(time for time, _ in times)
    words = len(REPORT.read_text(encoding="utf-8").split())
    print(
        f"start    {statistics.median(first):.2f} s to the first record of {REPORT.name} ({words} words): median of {runs}, "
        f"{first[0]:.2f} to {first[-1]:.2f}; to the end {statistics.median(end for _, end in times):.2f} s"
    )
    size, parts = package_size()
    listed = ", ".join(f"{name} {part:.1f}" for name, part in sorted(parts.items(), key=lambda item: -item[1])[:3])
    print(f"size     {size:.1f} MB installed, without its dependencies ({listed})")


if __name__ == "__main__":
    main()
