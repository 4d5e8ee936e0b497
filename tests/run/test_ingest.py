"""Runs into a database: stopped, killed, crowded and starved ones lose nothing and double nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from standin_ingest import INFO, Standin, open_standin

from dateline.config import Config
from dateline.errors import PackError, StoreError
from dateline.model import Dropped, Failure, RawDocument
from dateline.records.store import Store
from dateline.run import ingest as module
from dateline.run.ingest import Ingested, Job, ingest, retry_failures
from dateline.run.inputs import find_documents

SCRIPT = Path(__file__).with_name("standin_ingest.py")
STORY = "Soldiers and rebels fought near the village of Dar on Monday, and the army said that nine of its men were killed."


def report(number: int) -> str:
    grief = " Some come to grief." if number % 50 == 7 else ""
    return f"{STORY} This is report number {number} of the day.{grief}"


def documents(numbers) -> list[RawDocument]:
    return [RawDocument(name=f"{number}.txt", data=report(number).encode(), kind="text") for number in numbers]


def write_reports(path: Path, number: int, first: int = 0) -> Path:
    lines = [json.dumps({"id": f"r{each}", "text": report(each), "published": "2020-03-05"}) for each in range(first, number)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def content(place) -> dict[str, object]:
    """Return everything in a database that should not depend on how often a run was stopped."""
    with Store(place, readonly=True) as store:
        kept = {table: [{**row, "run_id": None} for row in store.rows(table)] for table in ("articles", "events", "claims")}
        failures = [(row["key"], row["reason"], document.data) for row, document in store.failures()]
        return kept | {"failures": failures, "dropped": store.status().dropped}


@pytest.fixture
def store(place):
    with Store(place, create=True) as store:
        yield store


def job(store, **settings) -> Job:
    return Job(store=store, info=INFO, config=Config(), **({"coder": Standin()} | settings))


def start(source, place, workers=1, seconds=0.0, **environment):
    """Start a run as a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(source), str(place), str(workers)],
        env=os.environ | {"STANDIN_SECONDS": str(seconds)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_whole(source, place):
    """Run to the end and return the exit code, the words it said and its messages."""
    with start(source, place) as process:
        out, err = process.communicate(timeout=300)
    return process.returncode, out.split(), err


def undisturbed(source, tmp_path):
    """Return what a run that nothing disturbs leaves in a database."""
    with Store(tmp_path / "whole.db", create=True) as store:
        ingest(find_documents([str(source)], stdin=None), job(store))
    return content(tmp_path / "whole.db")


# --- what a run does -----------------------------------------------------------------------------------------------------


def test_a_run_keeps_what_it_codes(store):
    done = ingest(documents(range(20)), job(store), ["here"])
    status = store.status()
    assert (done.coded, done.failed, done.skipped) == (19, 1, 0)
    assert (status.articles, status.events, status.failures) == (19, done.events, {("code", "fault"): 1})
    (run,) = status.runs
    assert (run["state"], run["articles"], run["events"], run["failed"]) == ("finished", 19, done.events, 1)
    assert (json.loads(run["sources"]), json.loads(run["config"])["threshold"]) == (["here"], 0.35)


def test_a_second_run_passes_over_what_is_there(store):
    class NeverAsked:
        def code(self, articles):
            raise AssertionError("an article was read again")

    ingest(documents(range(20)), job(store))
    before = content(store.url)
    done = ingest(documents(range(20)), job(store, coder=NeverAsked()))
    assert done == Ingested(skipped=20, read_bytes=done.read_bytes)
    assert content(store.url) == before
    assert store.status().runs[0]["skipped"] == 20


def test_new_documents_are_added_to_old_ones(store):
    ingest(documents(range(0, 20, 2)), job(store))
    done = ingest(documents(range(20)), job(store))
    assert (done.coded + done.failed, done.skipped) == (10, 10)
    assert store.count("articles") == 19


def test_a_document_twice_in_one_run_is_read_once(store):
    done = ingest([*documents([1, 2]), *documents([1])], job(store))
    assert (done.coded, done.skipped, store.count("articles")) == (2, 1, 2)


def test_dropped_and_unreadable_inputs_are_counted(store):
    found = [
        Dropped(name="a", reason="too_long", message="a: long"),
        *documents([1]),
        Failure(name="b", stage="read", reason="not_found", message="b: gone"),
        RawDocument(name="c", data=b"  "),
    ]
    done = ingest(found, job(store))
    assert (done.coded, done.dropped, done.failed, done.documents) == (1, 2, 1, 4)
    status = store.status()
    assert (status.failures, status.dropped["empty"]) == ({("read", "not_found"): 1}, 1)
    assert (status.runs[0]["dropped"], status.runs[0]["failed"]) == (2, 1)


def test_batches_are_committed_as_the_run_goes(store, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 5)
    seen = []
    ingest(documents(range(10, 22)), job(store, watch=lambda done, _: seen.append(store.count("articles"))))
    assert seen == [0] * 4 + [5] * 5 + [10] * 3
    assert store.count("articles") == 12


def test_result_does_not_depend_on_the_number_of_workers(tmp_path):
    for workers in (1, 2):
        with Store(tmp_path / f"{workers}.db", create=True) as store:
            ingest(documents(range(30)), job(store, coder=None, opener=open_standin, workers=workers))
    assert content(tmp_path / "1.db") == content(tmp_path / "2.db")


def test_what_was_coded_is_kept_when_the_user_breaks_off(store):
    def watch(done, _):
        if done.coded == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(documents(range(10, 30)), job(store, watch=watch))
    assert store.count("articles") == 8
    assert store.status().runs[0]["state"] == "interrupted"
    done = ingest(documents(range(10, 30)), job(store))
    assert (done.coded, done.skipped) == (12, 8)


def test_a_coder_that_cannot_be_opened_ends_the_run(store):
    def open_nothing(config):
        raise PackError("weights are missing")

    with pytest.raises(PackError, match="weights are missing"):
        ingest(documents(range(3)), job(store, coder=None, opener=open_nothing))
    assert store.status().runs[0]["state"] == "failed"


def test_memory_does_not_grow_with_the_collection(tmp_path):
    filler = " The day was quiet in the town." * 30
    peaks = []
    for number in (200, 800):
        source = tmp_path / f"{number}.jsonl"
        source.write_text("".join(json.dumps({"text": report(each) + filler}) + "\n" for each in range(number)))
        code, words, told = run_whole(source, tmp_path / f"{number}.db")
        assert (code, words[0]) == (0, str(number - number // 50)), told
        peaks.append(int(words[3]))
    assert peaks[1] < 1.1 * peaks[0]


# --- failures tried again ------------------------------------------------------------------------------------------------


class Mended(Standin):
    def account(self, article):
        return super().account(
            type(article)(id=article.id, text=article.text.replace("come to grief", ""), sentences=article.sentences)
        )


def test_failures_are_tried_again_from_what_was_kept(store):
    ingest(documents(range(20)), job(store))
    still = retry_failures(job(store), lambda name: [])
    assert (still.coded, still.failed) == (0, 1)
    ((row, _),) = store.failures()
    assert row["tries"] == 2
    done = retry_failures(job(store, coder=Mended()), lambda name: [])
    assert (done.coded, done.failed) == (1, 0)
    assert list(store.failures()) == []
    assert store.count("articles") == 20
    assert ingest(documents(range(20)), job(store)).skipped == 20


def test_an_input_that_was_not_there_is_looked_for_again(store, tmp_path):
    missing = tmp_path / "late.jsonl"
    find = lambda name: find_documents([name], stdin=None)  # noqa: E731
    ingest(find(str(missing)), job(store))
    assert retry_failures(job(store), find).failed == 1
    write_reports(missing, 5)
    assert retry_failures(job(store), find).coded == 5
    assert list(store.failures()) == []


def test_a_record_that_was_not_kept_is_read_again_alone(store, tmp_path, monkeypatch):
    monkeypatch.setattr("dateline.records.rows.LARGEST_KEPT", 5)
    source = write_reports(tmp_path / "r.jsonl", 10)
    find = lambda name: find_documents([name], stdin=None)  # noqa: E731
    ingest(find(str(source)), job(store))
    done = retry_failures(job(store, coder=Mended()), find)
    assert (done.coded, done.skipped) == (1, 0)
    assert list(store.failures()) == []


# --- killed --------------------------------------------------------------------------------------------------------------


def kill_after(process, documents, moment):
    """Kill a run ``moment`` seconds after it has done with some documents."""
    process.stderr.read(documents)
    time.sleep(moment)
    process.kill()
    process.communicate()


def kill_often(source, place, workers, seed):
    """Run again and again, killed each time somewhere else, then to the end; return what the last run said."""
    chance = random.Random(seed)
    with start(source, place, workers) as process:  # while it starts, makes the tables, or reads its first reports
        time.sleep(0.3 + 0.7 * chance.random())
        process.kill()
        process.communicate()
    for _ in range(4):
        with start(source, place, workers, STANDIN_BATCH="10") as process:
            kill_after(process, chance.randrange(1, 150), 0.02 * chance.random())
        assert process.returncode == -signal.SIGKILL
    return run_whole(source, place)


@pytest.mark.parametrize(("place", "workers"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 1)], indirect=["place"])
def test_a_run_killed_at_random_ends_like_an_undisturbed_one(tmp_path, place, workers):
    source = write_reports(tmp_path / "reports.jsonl", 200)
    code, (_, skipped, *_), told = kill_often(source, place, workers, seed=workers)
    assert code == 0, told
    assert int(skipped) > 0
    assert content(place) == undisturbed(source, tmp_path)
    with Store(place) as store:
        states = [run["state"] for run in store.status(runs=100).runs]
        assert states[0] == "finished"
        assert states[1:].count("running") >= 4
        assert sum(run["articles"] for run in store.status(runs=100).runs) == store.count("articles")
    if not place.startswith("postgresql"):
        with closing(sqlite3.connect(place)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_ctrl_c_keeps_the_batch_at_hand(tmp_path):
    source = write_reports(tmp_path / "reports.jsonl", 300)
    place = tmp_path / "events.db"
    with start(source, place, 1, 0.01, STANDIN_BATCH="1000") as process:
        process.stderr.read(50)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)
    assert process.returncode == 130
    with Store(place) as store:
        run = store.status().runs[0]
        assert (run["state"], run["articles"] >= 49) == ("interrupted", True)
        assert store.count("articles") == run["articles"]


# --- two at once ---------------------------------------------------------------------------------------------------------


def test_two_runs_into_one_database_both_work(tmp_path, place):
    source = write_reports(tmp_path / "reports.jsonl", 300)
    with start(source, place, 1, 0.002) as first, start(source, place, 1, 0.002) as second:
        told = [process.communicate(timeout=300) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], told
    assert content(place) == undisturbed(source, tmp_path)
    with Store(place) as store:
        assert sum(run["articles"] for run in store.status().runs) == store.count("articles")


def test_a_file_that_another_program_holds_is_told_of(tmp_path, monkeypatch):
    place = tmp_path / "events.db"
    Store(place, create=True).close()
    monkeypatch.setattr("dateline.records.database.BUSY_S", 0.2)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Store(place) as store, pytest.raises(StoreError, match="another program has been writing to it") as caught:
            ingest(documents(range(3)), job(store))
    assert "\n" not in str(caught.value)


# --- no room, no server --------------------------------------------------------------------------------------------------


def test_a_database_that_may_not_grow_keeps_what_it_has(tmp_path):
    """SQLite is made to stop at a number of pages, as it does on a full disk."""
    place = tmp_path / "events.db"
    with Store(place, create=True) as store:
        ingest(documents(range(10, 40)), job(store))
        kept = content(place)
        with store._database._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="the disk is full; free space") as caught:
            ingest(documents(range(100, 600)), job(store))
    assert "\n" not in str(caught.value)
    with Store(place) as store:
        now = content(place)
        assert {row["id"] for row in now["articles"]} >= {row["id"] for row in kept["articles"]}
        ingest(documents(range(100, 600)), job(store))
    assert run_of(range(10, 40), range(100, 600), tmp_path / "other.db") == content(place)


def run_of(*ranges_and_place):
    *ranges, place = ranges_and_place
    with Store(place, create=True) as store:
        for numbers in ranges:
            ingest(documents(numbers), job(store))
    return content(place)


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("NOT TESTED: a small disk can be mounted by root only")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"NOT TESTED: no small disk can be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_is_told_of_and_the_run_goes_on_when_there_is_room(tmp_path, small_disk):
    source = write_reports(tmp_path / "reports.jsonl", 900)
    code, _, told = run_whole(source, small_disk / "events.db")
    assert code == 2
    assert told.count("\n") == 1
    assert "full" in told
    assert "run the same command again" in told
    place = tmp_path / "moved.db"
    for part in small_disk.glob("events.db*"):
        shutil.copy(part, str(place) + part.name.removeprefix("events.db"))
    with Store(place) as store:
        assert 0 < store.count("articles") < 880
    code, (_, skipped, *_), _ = run_whole(source, place)
    assert (code, int(skipped) > 0) == (0, True)
    assert content(place) == undisturbed(source, tmp_path)


def test_a_server_that_goes_away_is_told_of_and_nothing_committed_is_lost(tmp_path, postgres, postgres_place):
    source = write_reports(tmp_path / "reports.jsonl", 400)
    with start(source, postgres_place, 1, 0.01) as process:
        with Store(postgres_place, create=True) as store:
            deadline = time.monotonic() + 30
            while not store.count("articles"):
                assert time.monotonic() < deadline, "nothing was committed"
                time.sleep(0.05)
        postgres.stop("immediate")
        try:
            _, told = process.communicate(timeout=300)
        finally:
            postgres.start()
    assert process.returncode == 2
    assert told.count("\n") == 1, told
    assert "the server cannot be reached, or went away" in told
    with Store(postgres_place) as store:
        kept = store.count("articles")
        assert 0 < kept < 390
    code, (_, skipped, *_), _ = run_whole(source, postgres_place)
    assert (code, int(skipped) >= kept) == (0, True)
    assert content(postgres_place) == undisturbed(source, tmp_path)
