"""Runs over many documents, with coders that need no weights."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path

import pytest

from dateline.config import Config
from dateline.errors import PackError
from dateline.model import Account, Dropped, Event, EventType, Failure, RawDocument, Status
from dateline.run.local import code_document, run

STORY = "Soldiers and rebels fought near the village of Dar on Monday, and the army said that nine of its men were killed."


class SlowestFirst:
    """Takes longer for the first documents, gives one event for each, and comes to grief over some."""

    def code(self, articles):
        (article,) = articles
        if "number 0 " in article.text:
            time.sleep(0.3)
        if "make a fault" in article.text:
            raise ValueError("no\nsuch thing")
        if "kill the process" in article.text:
            os._exit(9)
        if (flag := article.text.rpartition("once by ")[2]).startswith("/") and not Path(flag).exists():
            Path(flag).touch()
            os._exit(9)
        if "run out of memory" in article.text:
            raise MemoryError
        event = Event(id="evt_1", article_id=article.id, type=EventType.CLASH, status=Status.HAPPENED, anchors=())
        return [Account(article=article, events=(event,))]


def open_slowest(config):
    return SlowestFirst()


def open_nothing(config):
    raise PackError("weights are missing")


def document(text: str, name: str = "a.txt") -> RawDocument:
    return RawDocument(name=name, data=text.encode(), kind="text")


def documents(number: int, **special: str) -> list[RawDocument]:
    return [
        document(f"{STORY} This is report number {index} of the day. {special.get(f'at_{index}', '')}", f"{index}.txt")
        for index in range(number)
    ]


def outcomes(found, workers, opener=open_slowest):
    return list(run(found, Config(), workers=workers, opener=opener))


@pytest.mark.parametrize("workers", [1, 3])
def test_every_document_has_one_outcome_in_its_place(workers):
    found = [*documents(6), Dropped(name="x", reason="empty", message="x: empty"), *documents(2)]
    got = outcomes(iter(found), workers)
    assert [type(outcome) for outcome in got] == [Account] * 6 + [Dropped] + [Account] * 2
    numbers = [outcome.article.text.split("number ")[1][0] for outcome in got if isinstance(outcome, Account)]
    assert numbers == list("01234501")


def test_result_is_the_same_for_any_number_of_workers():
    found = [*documents(9, at_3="make a fault"), Failure(name="y", stage="read", reason="not_found", message="y: gone")]
    one = outcomes(found, 1)
    assert one == outcomes(found, 2) == outcomes(found, 4)
    assert {type(outcome) for outcome in one} == {Account, Failure}


@pytest.mark.parametrize("workers", [1, 2])
def test_fault_in_one_document_does_not_end_the_run(workers):
    got = outcomes(documents(4, at_1="make a fault", at_2="run out of memory"), workers)
    assert [type(outcome) for outcome in got] == [Account, Failure, Failure, Account]
    assert (got[1].name, got[1].stage, got[1].reason) == ("1.txt", "code", "fault")
    assert got[1].message.startswith("1.txt: a fault in Dateline (ValueError: no such thing)")
    assert (got[2].reason, got[2].stage) == ("memory", "code")


def test_document_that_kills_its_process_twice_is_a_failure_and_the_run_goes_on():
    got = outcomes(documents(7, at_2="kill the process"), 2)
    assert [type(outcome) for outcome in got] == [Account, Account, Failure, Account, Account, Account, Account]
    assert (got[2].name, got[2].reason) == ("2.txt", "crash")
    assert "died 2 times (exit code 9)" in got[2].message


def test_document_whose_process_dies_once_is_tried_again(tmp_path):
    got = outcomes(documents(4, at_1=f"once by {tmp_path / 'flag'}"), 2)
    assert [type(outcome) for outcome in got] == [Account] * 4
    assert (tmp_path / "flag").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_coder_that_cannot_be_opened_ends_the_run_with_its_error(workers):
    with pytest.raises(PackError, match="weights are missing"):
        outcomes(documents(3), workers, opener=open_nothing)


@pytest.mark.parametrize("workers", [1, 2])
def test_documents_are_read_no_further_ahead_than_needed(workers):
    taken = count()

    def endless():
        for index in taken:
            yield document(f"{STORY} This is report number {index + 10} of the day.", f"{index}.txt")

    got = run(endless(), Config(), workers=workers, opener=open_slowest)
    assert [type(outcome) for outcome in islice(got, 20)] == [Account] * 20
    got.close()
    assert next(taken) <= 20 + 8 * workers


def test_workers_are_gone_when_a_run_is_left():
    got = run(documents(50), Config(), workers=2, opener=open_slowest)
    next(got)
    assert multiprocessing.active_children()
    got.close()
    assert not multiprocessing.active_children()


def test_nothing_to_do():
    assert outcomes([], 1) == outcomes([], 2) == []


def test_what_cannot_be_read_is_passed_on():
    got = code_document(document("  \n "), SlowestFirst(), Config())
    assert isinstance(got, Dropped)
    assert got.reason == "empty"


def test_settings_reach_the_reader():
    import datetime as dt

    got = code_document(document(STORY), SlowestFirst(), Config(published=dt.date(2020, 3, 5)))
    assert got.article.published == dt.date(2020, 3, 5)
    too_long = code_document(document(STORY), SlowestFirst(), Config(max_characters=20))
    assert too_long.reason == "too_long"


class TellsThreads:
    """Gives one event whose id is what the environment says of threads."""

    def code(self, articles):
        told = f"{os.environ.get('OPENBLAS_NUM_THREADS')} {os.environ.get('OMP_NUM_THREADS')}"
        event = Event(id=told, article_id=articles[0].id, type=EventType.CLASH, status=Status.HAPPENED, anchors=())
        return [Account(article=articles[0], events=(event,))]


def open_telling(config):
    return TellsThreads()


def test_a_worker_has_one_thread_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    before = dict(os.environ)
    (found,) = run(documents(1), Config(), workers=2, opener=open_telling)
    assert found.events[0].id == "1 3"
    assert dict(os.environ) == before


def test_the_command_has_one_thread_unless_told_otherwise():
    code = "import os, sys; sys.argv = ['dateline', '--help']; from dateline.__main__ import main\ntry: main()\nexcept SystemExit: print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | {
        "OMP_NUM_THREADS": "3"
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "1 3"
