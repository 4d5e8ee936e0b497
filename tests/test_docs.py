"""The pages say what is so: files, links, commands, types; and the tree keeps its own rules of size and naming."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dateline.model import EventType, Role, Status, TollKind

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "dateline"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(p for folder in ("docs", "benchmarks", "training", "LICENSES") for p in ROOT.glob(f"{folder}/**/*.md")),
    ]
)
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CODEBOOK = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager", "handler"}
LONGEST = 600
LONGER = {"src/dateline/model.py": 780}  # the types of all rooms stand in one place
TEXTS = {".py", ".md", ".toml", ".cff", ".tsv", ".sh", ".yml", ".yaml", ".txt", ".json", ".jsonl", ""}
MACHINE_PATHS = re.compile("|".join(rf"(?<![\w.-])/{name}/" for name in ("work", "root", r"home/\w+", "mnt", r"Users/\w+")))


def of_the_project() -> list[Path]:
    """Return the files that belong to the project: those that git tracks or would, else all that are not made by tools."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
        )
        names = [name for name in listed.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # a copy without git
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    made = {"__pycache__", "build", "dist", "venv"}
    ours = [
        Path(name)
        for name in names
        if not any(part in made or (part.startswith(".") and part != ".ci") for part in Path(name).parts[:-1])
    ]
    return [ROOT / name for name in ours if (ROOT / name).is_file()]


FILES = of_the_project()
MODULES = [path for path in FILES if path.suffix == ".py"]


def tree_of(page: str) -> dict[str, str]:
    """Return path and description of each file in the page's drawing of the package."""
    drawing = page.split("```")[1]
    found, folder = {}, ""
    for line in drawing.splitlines():
        match = re.match(r"( +)(\S+)\s*(.*)", line)
        if match is None:
            folder = "" if line.startswith("src/dateline/") else "elsewhere/"
        elif folder != "elsewhere/":
            indent, name, told = match.groups()
            if name.endswith("/") and len(indent) == 2:
                folder = name
            found[(folder if len(indent) > 2 else "") + name] = told
    return found


# --- architecture --------------------------------------------------------------------------------------------------------


def test_architecture_names_every_source_file_and_no_other():
    drawn = {name for name in tree_of(ARCHITECTURE) if name.endswith(".py")}
    there = {path.relative_to(PACKAGE).as_posix() for path in MODULES if path.is_relative_to(PACKAGE)}
    assert there, "no source file was found"
    assert drawn == there


def test_architecture_tells_what_each_file_and_folder_is():
    for name, told in tree_of(ARCHITECTURE).items():
        assert (PACKAGE / name).exists(), f"{name} stands in docs/architecture.md and is not there"
        assert told or name == "run/__init__.py", f"{name} stands in docs/architecture.md without a word"


def test_architecture_draws_the_layers_of_the_contract():
    tomllib = pytest.importorskip("tomllib")
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    assert "```\n" + "\n".join(layers) + "\n```" in ARCHITECTURE


def test_architecture_names_no_type_that_is_not_there():
    from dateline import model

    table = ARCHITECTURE.split("## The types")[1].split("\n## ")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) > 15
    assert named <= set(vars(model))


# --- what counts as an event ---------------------------------------------------------------------------------------------


def section(title: str) -> str:
    return CODEBOOK.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("title", "kinds"),
    [("Types", EventType), ("Status", Status), ("Roles", Role), ("Tolls", TollKind)],
    ids=["types", "statuses", "roles", "tolls"],
)
def test_codebook_explains_every_value_and_no_other(title, kinds):
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section(title), re.MULTILINE))
    assert set(told) == {kind.value for kind in kinds}
    assert all(len(words) > 8 for words in told.values())


def number_rows() -> list[tuple[str, tuple[int | None, ...]]]:
    rows = re.findall(r"^\| (.+?) \| (\d+|unknown) \| (\d+|unknown) \| (\d+|unknown) \|$", section("Tolls"), re.MULTILINE)
    return [
        (words, tuple(None if value == "unknown" else int(value) for value in values))
        for told, *values in rows
        for words in re.findall(r'"([^"]+)"', told)
    ]


@pytest.mark.parametrize(("words", "values"), number_rows())
def test_codebook_gives_numbers_as_the_reader_reads_them(words, values):
    from dateline.claims.counts import read_number

    value = read_number(words)
    assert value is not None
    assert (value.low, value.best, value.high) == values


def test_codebook_has_numbers_to_compare():
    assert len(number_rows()) > 12


def test_codebook_example_keeps_its_own_rules():
    report = json.loads(re.search(r"```json\n(.+?)```", CODEBOOK, re.DOTALL)[1])
    assert report["synthetic"] is True
    for event in report["events"]:
        EventType(event["type"]), Status(event["status"])
        quotations = [quote for name in ("anchors", *(role.value for role in Role)) for quote in event.get(name, [])]
        quotations += [toll["at"] for toll in event["toll"] if TollKind(toll["kind"])]
        assert event["anchors"]
        for sentence, words in quotations:
            assert words in report["sentences"][sentence]


# --- all pages -----------------------------------------------------------------------------------------------------------


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name} links to {target}, which is not there"
        assert not anchor or anchor in anchors_of(file), f"{page.name} links to {target}: no such heading"


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "docs"], ids=lambda page: page.name)
def test_pages_name_no_file_that_is_not_there(page):
    """A path in code type, such as ``docs/data.md`` or ``evals/gate.py``, is a file of the project."""
    places = (ROOT, PACKAGE, PACKAGE / "grounding", PACKAGE / "records", page.parent)
    for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|md|toml|xz))`", page.read_text(encoding="utf-8")):
        assert any((place / name).exists() for place in places), f"{page.name} names {name}, which is not there"


def run_blocks() -> list[object]:
    marked = re.compile(r"^<!-- run -->\n```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [
        pytest.param(block, id=f"{page.relative_to(ROOT)}-{number}")
        for page in PAGES
        for number, block in enumerate(marked.findall(page.read_text(encoding="utf-8")), start=1)
    ]


@pytest.mark.parametrize("block", run_blocks())
def test_marked_commands_run(block, tmp_path, own_cache, coder):
    """The coder has been opened, so that the index of places is built and no command waits for it."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash to run the pages' commands with")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [shell, "-euo", "pipefail", "-c", block],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "the command says nothing"


# --- the tree ------------------------------------------------------------------------------------------------------------


def test_no_file_is_too_long():
    long = {}
    for path in MODULES:
        name, lines = path.relative_to(ROOT).as_posix(), len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGER.get(name, LONGEST):
            long[name] = lines
    assert not long


def test_no_module_is_a_drawer():
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert "model" in names
    assert not names & BANNED_NAMES


def test_nothing_names_a_path_of_one_machine():
    found = []
    for path in FILES:
        if path.suffix not in TEXTS or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if MACHINE_PATHS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("see /{}/main/x", True),
        ("{}/main", False),
        ("https://a.example/{}/x", False),
        ("frame/{}/x", False),
    ],
)
def test_paths_of_a_machine_are_told_from_others(text, is_one):
    assert bool(MACHINE_PATHS.search(text.format("work"))) is is_one


README = (ROOT / "README.md").read_text(encoding="utf-8")


def block_after(mark: str, fence: str) -> str:
    """Return the first block with this fence after a mark in the README."""
    return README[README.index(mark) :].split(f"```{fence}\n", 1)[1].split("```", 1)[0]


def unscored(text: str) -> list[list[str]]:
    """Return the words of each line but the confidence, whose last digit may differ between processors."""
    return [[word for word in line.split() if not re.fullmatch(r"[01]\.\d\d", word)] for line in text.strip().splitlines()]


def test_readme_shows_the_real_output(own_cache):
    command = block_after("<!-- ci: run -->", "console").strip().split("bin/dateline ", 1)[1].split()
    shown = block_after("<!-- ci: run -->", "text")
    done = subprocess.run([sys.executable, "-m", "dateline", *command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert unscored(done.stdout) == unscored(shown)


def test_readme_python_prints_what_it_says(own_cache, capsys):
    code = block_after("## How to", "python")
    exec(compile(code, "README.md", "exec"), {})
    said = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    assert capsys.readouterr().out.strip().splitlines() == said
