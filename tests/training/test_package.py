"""The package that trains stands beside the one that codes, ships with it, and is told of; nothing that codes loads it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "dateline_training"
FILES = {path.name for path in PACKAGE.glob("*.py")}
PROGRAMS = {
    "train": "--tasks --muc --helpers --start --twice-weight --epochs --budget --rate --head-rate --dropout --hidden --ema "
    "--helper-every --processes --seed --limit --save-every --port --out --corpus",
    "export": "--to --muc --float --corpus",
    "tune": "--shared --training --keep-thresholds --corpus",
    "average": "--out",
}


def test_architecture_names_every_file_of_it():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = page.split("src/dateline_training/")[1].split("```")[0]
    drawn = set(re.findall(r"^  (\w+\.py)", drawing, re.MULTILINE))
    assert len(FILES) > 10
    assert drawn == FILES


def test_both_packages_are_in_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["src/dateline", "src/dateline_training"]


def test_the_command_loads_nothing_that_trains():
    code = "import sys, dateline.cli; print(*(name for name in sys.modules if name.partition('.')[0] in {'dateline_training', 'torch'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_run_sh_runs_programs_that_are_there():
    named = re.findall(r"-m dateline_training\.(\w+)", (ROOT / "training" / "run.sh").read_text(encoding="utf-8"))
    assert set(named) == set(PROGRAMS)
    assert {f"{name}.py" for name in named} <= FILES


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_tell_their_options(name):
    pytest.importorskip("torch", reason="torch is not installed, so training is not tested: pip install '.[train]'")
    done = subprocess.run(
        [sys.executable, "-m", f"dateline_training.{name}", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    assert set(PROGRAMS[name].split()) <= set(re.findall(r"--[a-z-]+", done.stdout))
