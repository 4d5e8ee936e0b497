"""The command, with the real coder."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import dateline.pipeline
from dateline.cli import cli
from dateline.errors import PackError

if TYPE_CHECKING:
    from dateline.config import Config

ROOT = Path(__file__).parents[1]
DATELINE = [sys.executable, "-m", "dateline"]

KILLING = (
    "Gunmen killed five policemen at a checkpoint in Baghdad on Tuesday, officials said.\n\n"
    "A car bomb later wounded dozens of shoppers in the northern city of Mosul, a hospital official told reporters.\n"
)
PROTEST = "Thousands of protesters marched through Tunis on Monday against the new election law. Police fired tear gas at the crowd.\n"
GARDEN = (
    "The rose garden of the town hall opens in June. Visitors can walk among two hundred kinds of roses until late in autumn.\n"
)
GERMAN = (
    "Die Regierung hat am Dienstag ein neues Gesetz beschlossen, das den Bau von Wohnungen erleichtern soll. "
    "Der Minister sprach von einem wichtigen Schritt für die Menschen im Land.\n"
)


@pytest.fixture(scope="module")
def open_once():
    """Return a stand-in for ``Coder(config)`` that opens the real one once for each config."""
    real, opened = dateline.pipeline.Coder, {}

    def open_coder(config: Config | None = None, *, progress=None):
        if config not in opened:
            opened[config] = real(config, progress=progress)
        return opened[config]

    return open_coder


@pytest.fixture
def command(own_cache, open_once, monkeypatch, tmp_path):
    """Return a function that runs the command in a folder with some reports."""
    monkeypatch.setattr(dateline.pipeline, "Coder", open_once)
    monkeypatch.chdir(tmp_path)
    for name, text in {"killing.txt": KILLING, "protest.txt": PROTEST, "garden.txt": GARDEN, "german.txt": GERMAN}.items():
        Path(name).write_text(text, encoding="utf-8")
    runner = CliRunner()

    def run(*arguments: str, stdin: str | bytes | None = None, exit_code: int = 0):
        result = runner.invoke(cli, arguments, input=stdin, catch_exceptions=False, prog_name="dateline")
        assert result.exit_code == exit_code, result.output
        return result

    return run


def records_in(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


# --- formats -------------------------------------------------------------------------------------------------------------


def test_plain_lines_have_a_heading_and_a_line_for_each_event(command):
    result = command("code", "killing.txt")
    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["N", "TYPE", "STATUS", "CONF", "WHEN", "WHERE", "WHO", "TOLL", "WORDS", "REPORT", "ID"]
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    assert len(lines) >= 2
    assert "\x1b" not in result.stdout
    assert all(re.search(r"killing\.txt  evt_\w+$", line) for line in lines)


def test_jsonl_records_quote_the_file(command):
    records = records_in(command("code", "killing.txt", "--format", "jsonl", "--published", "2016-10-14").stdout)
    assert len(records) >= 2
    for record in records:
        assert record["article"]["path"] == "killing.txt"
        assert record["article"]["published"] == "2016-10-14"
        assert list(record["codes"]) == ["acled", "ged", "plover", "cameo", *list(record["codes"])[4:]]
        for span in record["anchors"]:
            assert KILLING[span["start"] : span["end"]] == span["text"]


def test_every_format_tells_the_same_events(command):
    ids = [record["id"] for record in records_in(command("code", "killing.txt", "--format", "jsonl").stdout)]
    rows = list(csv.DictReader(io.StringIO(command("code", "killing.txt", "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == ids
    assert "acled_event_type" in rows[0]
    features = json.loads(command("code", "killing.txt", "--format", "geojson").stdout)["features"]
    assert [feature["id"] for feature in features] == ids
    assert [line.split()[-1] for line in command("code", "killing.txt").stdout.splitlines()[1:]] == ids
    parquet = pytest.importorskip("pyarrow.parquet")
    command("code", "killing.txt", "-o", "out.parquet")
    assert parquet.read_table("out.parquet")["id"].to_pylist() == ids


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.geojson", "out.txt"])
def test_format_follows_the_ending_of_the_output(command, name):
    form = {"out.jsonl": "jsonl", "out.csv": "csv", "out.geojson": "geojson", "out.txt": "table"}[name]
    result = command("code", "killing.txt", "--output", name)
    assert result.stdout == ""
    assert Path(name).read_text(encoding="utf-8") == command("code", "killing.txt", "--format", form).stdout.replace(
        "\r\n", "\n"
    )


def test_format_that_is_named_wins_over_the_ending(command):
    command("code", "killing.txt", "-o", "out.csv", "--format", "jsonl")
    assert records_in(Path("out.csv").read_text(encoding="utf-8"))


def test_events_are_numbered_through_a_run(command):
    lines = command("code", "killing.txt", "protest.txt").stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    assert "killing.txt" in lines[0]
    assert "protest.txt" in lines[-1]


def test_standard_input_is_read_when_nothing_is_named(command):
    named = records_in(command("code", "-", "--format", "jsonl", stdin=KILLING).stdout)
    assert named
    assert records_in(command("code", "--format", "jsonl", stdin=KILLING).stdout) == named


def test_jsonl_reports_keep_their_ids_and_titles(command):
    report = {"id": "r-1", "title": "Gunmen kill five policemen in Baghdad", "text": KILLING, "published": "2016-10-14"}
    Path("in.jsonl").write_text(json.dumps(report) + "\n", encoding="utf-8")
    records = records_in(command("code", "in.jsonl", "--format", "jsonl").stdout)
    assert {record["article"]["id"] for record in records} == {"r-1"}
    for record in records:
        for span in record["anchors"]:
            field = report["title"] if span.get("field") == "title" else report["text"]
            assert field[span["start"] : span["end"]] == span["text"]


def test_threshold_leaves_out_what_is_less_sure(command):
    every = records_in(command("code", "killing.txt", "--format", "jsonl").stdout)
    highest = max(record["confidence"] for record in every)
    kept = records_in(command("code", "killing.txt", "--format", "jsonl", "--threshold", str(min(1, highest + 0.01))).stdout)
    assert len(kept) < len(every)


def test_codebooks_can_be_chosen(command):
    records = records_in(command("code", "killing.txt", "--format", "jsonl", "--codebook", "ged", "--codebook", "acled").stdout)
    assert all(next(iter(record["codes"])) == "ged" and "acled" in record["codes"] for record in records)
    assert all("plover" not in record["codes"] for record in records)


@pytest.mark.parametrize("form", ["jsonl", "csv", "geojson"])
def test_any_number_of_workers_writes_the_same(command, form):
    paths = ["killing.txt", "protest.txt", "german.txt", "garden.txt"]
    one, two = (command("code", *paths, "--format", form, "--workers", workers) for workers in ("1", "2"))
    assert one.stdout == two.stdout
    assert re.sub(r"[\d.]+ s$", "", one.stderr) == re.sub(r"[\d.]+ s$", "", two.stderr)


# --- what is said beside -------------------------------------------------------------------------------------------------


def test_summary_counts_what_was_coded_dropped_and_failed(command):
    result = command("code", "killing.txt", "garden.txt", "german.txt", "none.txt", exit_code=3)
    events = len(result.stdout.splitlines()) - 1
    last = result.stderr.splitlines()[-1]
    assert re.fullmatch(rf"dateline: 2 reports coded, {events} events; 1 dropped \(language 1\); 1 failed; [\d.]+ s", last)
    assert any(line.startswith("dateline: failed: none.txt: ") for line in result.stderr.splitlines())
    assert any(line.startswith("dateline: dropped: german.txt: ") for line in result.stderr.splitlines())


def test_failures_can_be_written(command):
    command("code", "killing.txt", "german.txt", "none.txt", "--failures", "bad.jsonl", exit_code=3)
    dropped, failed = records_in(Path("bad.jsonl").read_text(encoding="utf-8"))
    assert (dropped["outcome"], dropped["name"], dropped["reason"]) == ("dropped", "german.txt", "language")
    assert (failed["outcome"], failed["name"], failed["stage"], failed["reason"]) == ("failed", "none.txt", "read", "not_found")


def test_many_drops_are_counted_not_listed(command):
    lines = [json.dumps({"id": str(number), "text": GERMAN}) for number in range(15)]
    Path("in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = command("code", "in.jsonl", "killing.txt")
    assert len([line for line in result.stderr.splitlines() if "dropped: " in line]) == 10
    assert "--failures FILE lists them all" in result.stderr
    assert "15 dropped (language 15)" in result.stderr


def test_no_escape_codes_where_there_is_no_terminal(command):
    result = command("code", "killing.txt", "protest.txt", "none.txt", exit_code=3)
    assert "\x1b" not in result.stdout + result.stderr


# --- exit codes ----------------------------------------------------------------------------------------------------------


def test_report_without_events_is_coded(command):
    result = command("code", "garden.txt", "--format", "jsonl")
    assert result.stdout == ""
    assert "1 report coded, 0 events" in result.stderr


def test_nothing_coded_is_5(command):
    command("code", "none.txt", exit_code=5)
    command("code", "german.txt", exit_code=5)
    command("code", "-", stdin="", exit_code=5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["code", "killing.txt", "--published", "soon"], "'soon' is no date"),
        (["code", "killing.txt", "--format", "xml"], "'xml' is not one of"),
        (["code", "killing.txt", "--codebook", "nothing"], "no codebook 'nothing'"),
        (["code", "killing.txt", "-o", "no/such/folder.csv"], "No such file or directory"),
        (["code", "killing.txt", "-o", "out.xyz"], "no format is known by the ending of out.xyz"),
        (["code", "killing.txt", "-o", "."], "no format is known"),
        (["code", "killing.txt", "--failures", "no/such/folder.jsonl"], "No such file or directory"),
        (["code", "killing.txt", "--workers", "-1"], "-1 is not in the range"),
        (["code", "killing.txt", "--threshold", "2"], "2.0 is not in the range"),
        (["explain", "1", "killing.txt", "--records", "a.jsonl"], "either PATH or --records"),
        (["explain", "999", "killing.txt"], "There is no event 999"),
        (["explain", "nonsense", "killing.txt"], "neither the id of an event"),
        (["explain", "1"], "no run is remembered yet"),
        (["explain", "1", "--records", "none.jsonl"], "none.jsonl is not there"),
        (["explain", "1", "--records", "killing.txt"], "killing.txt holds a line that is no record"),
        (["codebook", "check", "none.toml"], "no codebook 'none.toml'"),
        (["nonsense"], "No such command"),
    ],
)
def test_users_mistake_is_told_in_a_line_and_is_2(command, arguments, words):
    result = command(*arguments, exit_code=2)
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_mistake_in_a_codebook_names_its_line(command):
    Path("mine.toml").write_text('name = "mine"\ntitle = \n', encoding="utf-8")
    assert "mine.toml:2" in command("code", "killing.txt", "--codebook", "mine.toml", exit_code=2).stderr
    assert "mine.toml:2" in command("codebook", "check", "mine.toml", exit_code=2).stderr


def test_missing_weights_are_4(command):
    Path("empty").mkdir()
    assert "is missing" in command("code", "killing.txt", "--weights", "empty", exit_code=4).stderr


def test_actors_of_the_users_own_go_before_those_that_ship(command):
    Path("own.toml").write_text('own = {name = "Our Shabaab", kind = "militia", country = "SOM", aliases = ["Al-Shabaab"]}\n')
    Path("report.txt").write_text("Al-Shabaab fighters attacked a police station in Baidoa on Tuesday, killing five officers.")
    lines = command("code", "report.txt", "--actors", "own.toml", "--format", "jsonl").stdout.splitlines()
    assert any(who["name"] == "Our Shabaab" for line in lines for who in json.loads(line)["agents"])
    Path("bad.toml").write_text('x = {name = "X"}\n')
    assert (
        "bad.toml:1: entry 'x': 'kind' is missing" in command("code", "report.txt", "--actors", "bad.toml", exit_code=2).stderr
    )


def test_gazetteer_that_is_none_is_4(command):
    assert "killing.txt is no place index" in command("code", "killing.txt", "--gazetteer", "killing.txt", exit_code=4).stderr


def test_mistake_leaves_an_old_output_as_it_was(command):
    Path("out.csv").write_text("old")
    command("code", "killing.txt", "-o", "out.csv", "--codebook", "nothing", exit_code=2)
    assert Path("out.csv").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir() if path.suffix != ".txt") == ["out.csv"]


# --- explain -------------------------------------------------------------------------------------------------------------


def test_explain_looks_into_the_last_run(command):
    records = records_in(command("code", "killing.txt", "protest.txt", "--format", "jsonl").stdout)
    by_number = command("explain", str(len(records))).stdout
    by_id = command("explain", records[-1]["id"]).stdout
    assert by_number == by_id
    assert records[-1]["id"] in by_number
    assert "why:" in by_number
    assert f'"{records[-1]["anchors"][0]["text"]}"' in by_number.replace("[", "").replace("]", "")


def test_explain_recodes_a_path(command):
    records = records_in(command("code", "protest.txt", "--format", "jsonl").stdout)
    assert records[0]["id"] in command("explain", "1", "protest.txt").stdout
    assert command("explain", records[0]["id"], "killing.txt", "protest.txt").stdout


def test_explain_looks_into_a_file_of_records(command):
    command("code", "killing.txt", "-o", "out.jsonl")
    records = records_in(Path("out.jsonl").read_text(encoding="utf-8"))
    text = command("explain", "2", "--records", "out.jsonl").stdout
    assert records[1]["id"] in text
    assert "reasons are not in a file of records" in text


def test_run_without_events_is_remembered_too(command):
    command("code", "killing.txt")
    command("code", "garden.txt")
    assert "There is no event 1 among the 0 events looked at" in command("explain", "1", exit_code=2).stderr


# --- the other commands --------------------------------------------------------------------------------------------------


def test_version_names_what_made_a_record(command):
    (record, *_) = records_in(command("code", "killing.txt", "--format", "jsonl").stdout)
    text = command("--version").stdout
    for part in record["coder"].values():
        assert part in text


@pytest.mark.parametrize("name", ["acled", "ged", "plover", "cameo"])
def test_codebook_that_ships_is_all_right(command, name):
    assert re.match(rf"{name}: \d+ rules and \d+ examples, all right\n", command("codebook", "check", name).stdout)


def test_gazetteer_info_names_the_index(command, own_cache):
    text = command("gazetteer", "info").stdout
    path = Path(re.search(r"^index +(.+)$", text, re.MULTILINE)[1])
    assert path.parent == own_cache
    assert path.is_file()


def test_gazetteer_is_built_from_a_dump_and_used(command):
    row = [
        "900001",
        "Karmelville",
        "Karmelville",
        "",
        "33.5",
        "44.5",
        "P",
        "PPL",
        "IQ",
        "",
        "07",
        "",
        "",
        "",
        "200000",
        "",
        "",
        "Asia/Baghdad",
        "2020-01-01",
    ]
    Path("IQ.txt").write_text("\t".join(row) + "\n", encoding="utf-8")
    assert "dateline code --gazetteer my.sqlite" in command("gazetteer", "build", "IQ.txt", "-o", "my.sqlite").stdout
    Path("new.txt").write_text("Gunmen killed five policemen in Karmelville on Tuesday, officials said.\n", encoding="utf-8")
    records = records_in(command("code", "new.txt", "--gazetteer", "my.sqlite", "--format", "jsonl").stdout)
    assert 900001 in {record["place"]["geoname_id"] for record in records if record["place"]}


def test_gazetteer_dump_that_is_none_is_told(command):
    result = command("gazetteer", "build", "killing.txt", "-o", "my.sqlite", exit_code=3)
    assert "killing.txt" in result.stderr
    assert not Path("my.sqlite").exists()


# --- as a process --------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(own_cache, tmp_path):
    (tmp_path / "killing.txt").write_text(KILLING, encoding="utf-8")
    lines = [json.dumps({"id": str(number), "text": f"{KILLING} Report {number}."}) for number in range(3000)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_module_runs_as_the_command(folder):
    done = subprocess.run([*DATELINE, "code", "killing.txt"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_quietly_and_keeps_what_was_coded(folder, workers):
    running = subprocess.Popen(
        [*DATELINE, "code", "many.jsonl", "-o", "out.jsonl", "--workers", workers],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in folder.glob(".out.jsonl.*.tmp")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130, errors
    counted, kept, *_, last = errors.strip().splitlines()
    assert re.match(r"dateline: \d+ reports? coded, \d+ events", counted)
    assert kept == "dateline: what was coded is kept in out.jsonl.part"
    assert last == "dateline: interrupted"
    assert "Traceback" not in errors
    assert not (folder / "out.jsonl").exists()
    assert records_in((folder / "out.jsonl.part").read_text(encoding="utf-8"))
    assert not list(folder.glob("*.tmp"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_closed_pipe_ends_quietly(folder):
    running = subprocess.Popen(
        [*DATELINE, "code", "many.jsonl", "--format", "jsonl"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert json.loads(running.stdout.readline())
    running.stdout.close()
    errors = running.stderr.read().decode()
    running.stderr.close()
    assert running.wait(timeout=30) == 141
    assert errors == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_terminal_gets_the_readable_view_in_colour(folder):
    import pty

    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    running = subprocess.Popen([*DATELINE, "code", "killing.txt"], cwd=folder, stdout=child, stderr=child, env=environment)
    os.close(child)
    shown = b""
    try:
        while block := os.read(parent, 65536):
            shown += block
    except OSError:
        pass
    finally:
        os.close(parent)
    assert running.wait(timeout=30) == 0, shown
    text = shown.decode()
    assert "\x1b[1;7m" in text, "anchors stand out"
    bare = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", text)
    assert re.search(r"^1 +\w+  ", bare, re.MULTILINE)
    assert re.search(r"^  where +Baghdad", bare, re.MULTILINE)
    assert "1 report coded" in bare


def test_help_loads_no_heavy_library():
    code = "import sys; from dateline.cli import cli; cli(['code', '--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "onnxruntime", "rich", "trafilatura", "tokenizers", "pyarrow", "sqlite3"} & set(done.stderr.split())


# --- the page of documents -----------------------------------------------------------------------------------------------


def pages_of_help(command: click.Command, name: str, context: click.Context | None = None) -> dict[str, str]:
    context = click.Context(command, info_name=name, parent=context, terminal_width=100, **command.context_settings)
    pages = {context.command_path: context.get_help()}
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            pages |= pages_of_help(command.get_command(context, each), each, context)
    return pages


def test_page_shows_the_help_of_every_command():
    """Write the page anew with ``UPDATE_DOCS=1 pytest tests/test_cli.py``."""
    page = ROOT / "docs" / "cli.md"
    text = page.read_text(encoding="utf-8")
    before, mark, _ = text.partition("<!-- help: made by tests/test_cli.py -->\n")
    assert mark
    blocks = [f"\n### `{path}`\n\n```text\n{shown}\n```\n" for path, shown in pages_of_help(cli, "dateline").items()]
    expected = before + mark + "".join(blocks)
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(expected, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == expected


def test_page_names_every_exit_code():
    from dateline import cli as module
    from dateline import errors

    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    codes = {
        kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DatelineError)
    }
    codes |= {0, module.SOME_FAILED, module.NOTHING_CODED, module.INTERRUPTED, module.PIPE_CLOSED}
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert documented == codes
    assert PackError.exit_code == 4
