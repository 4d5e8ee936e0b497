"""Codes documents on this machine, in this process or in several, always in the order in which they came.

With several workers the parent hands one document at a time to each worker that is free and holds back results that are early.
At most ``_AHEAD`` documents a worker are on their way, so that a run of any length needs the same memory. A document that
brings its worker down twice becomes a ``Failure``; the run goes on with a fresh worker.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Protocol, Self

from dateline.config import THREAD_SETTINGS, Config
from dateline.errors import DatelineError, InputError
from dateline.model import Account, Article, Dropped, Failure, RawDocument

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Outcome = Account | Dropped | Failure
_AHEAD = 8
_TRIES = 2


class Codes(Protocol):
    """What codes articles: ``dateline.pipeline.Coder``."""

    def code(self, articles: Sequence[Article]) -> list[Account]:
        """Return each article's account, in the same order."""


OpenCoder = Callable[[Config], Codes]


def open_coder(config: Config) -> Codes:
    """Open the coder; loads the inference library."""
    from dateline.pipeline import Coder  # noqa: PLC0415 - heavy

    return Coder(config)


def run(
    documents: Iterable[RawDocument | Dropped | Failure],
    config: Config,
    *,
    workers: int = 1,
    coder: Codes | None = None,
    opener: OpenCoder = open_coder,
) -> Generator[Outcome]:
    """Code documents.

    Each article is coded by itself, so that the result is the same for any number of workers.

    Args:
        documents: What was found; what was dropped or failed before is passed on in its place.
        config: The settings of the coder.
        workers: How many processes code; 1 is this process. Each opens its own coder, with one thread.
        coder: An open coder for this process; None opens one. Not used with several workers.
        opener: Opens a coder; with several workers it must be importable by name in another process.

    Yields:
        One outcome for each document, in order.

    Raises:
        DatelineError: A coder cannot be opened.
    """
    if workers <= 1:
        coder = coder or opener(config)
        for document in documents:
            yield code_document(document, coder, config) if isinstance(document, RawDocument) else document
        return
    with _Crew(config, workers, opener) as crew:
        yield from crew.run(iter(documents))


def code_document(document: RawDocument, coder: Codes, config: Config) -> Outcome:
    """Read and code one document; whatever goes wrong with it becomes a ``Failure``, so that a run never ends by one input."""
    from dateline.articles import read_article  # noqa: PLC0415 - heavy

    stage = "read"
    try:
        article = read_article(
            document,
            published=config.published,
            language=config.language,
            max_characters=config.max_characters,
        )
        if not isinstance(article, Article):
            return article
        stage = "code"
        return coder.code([article])[0]
    except InputError as error:
        return Failure(name=document.name, stage=stage, reason=error.reason, message=f"{document.name}: {error}")
    except DatelineError as error:
        return Failure(name=document.name, stage=stage, reason="error", message=f"{document.name}: {error}")
    except MemoryError:
        message = f"{document.name}: not enough memory for this document; split it, or run with fewer --workers"
        return Failure(name=document.name, stage=stage, reason="memory", message=message)
    except Exception as error:  # noqa: BLE001 - the one guard of a run: a fault met in one document must not end the others
        message = f"{document.name}: a fault in Dateline ({type(error).__name__}: {error}); please report it with this document"
        return Failure(name=document.name, stage=stage, reason="fault", message=" ".join(message.split()))


# --- several processes ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Job:
    """One place in the order: a document on its way, or what came of it."""

    document: RawDocument | None
    outcome: Outcome | None = None
    tries: int = 0


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection[Any, Any]
    job: _Job | None = None


class _Crew:
    """The workers of a run."""

    def __init__(self, config: Config, size: int, opener: OpenCoder) -> None:
        self._config = config
        self._size = size
        self._opener = opener
        self._workers: list[_Worker] = []
        self._jobs: deque[_Job] = deque()
        self._waiting: deque[_Job] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()

    def run(self, documents: Iterator[RawDocument | Dropped | Failure]) -> Iterator[Outcome]:
        """Yield one outcome for each document, in order."""
        more = True
        while more or self._jobs:
            while more and len(self._jobs) < self._size * _AHEAD and not self._enough_waiting():
                more = self._take(documents)
            self._hand_out()
            if self._jobs and self._jobs[0].outcome is None:
                self._collect()
            while self._jobs and (outcome := self._jobs[0].outcome) is not None:
                self._jobs.popleft()
                yield outcome

    def _enough_waiting(self) -> bool:
        return len(self._waiting) >= self._size

    def _take(self, documents: Iterator[RawDocument | Dropped | Failure]) -> bool:
        item = next(documents, None)
        if item is None:
            return False
        job = _Job(item) if isinstance(item, RawDocument) else _Job(None, outcome=item)
        self._jobs.append(job)
        if job.outcome is None:
            self._waiting.append(job)
        return True

    def _hand_out(self) -> None:
        while self._waiting:
            worker = next((each for each in self._workers if each.job is None), None)
            if worker is None:
                if len(self._workers) == self._size:
                    return
                worker = self._start()
            worker.job = self._waiting.popleft()
            try:
                worker.connection.send(worker.job.document)
            except OSError:
                self._bury(worker)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._config, self._opener), daemon=True)
        with _interrupts_ignored(), _one_thread():
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _collect(self) -> None:
        """Wait until a worker answers and take what there is."""
        busy = [worker for worker in self._workers if worker.job is not None]
        answered = wait([worker.connection for worker in busy])
        for worker in (each for each in busy if each.connection in answered):
            try:
                answer = worker.connection.recv()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            if isinstance(answer, DatelineError):
                raise answer
            if worker.job is not None:
                worker.job.outcome, worker.job = answer, None

    def _bury(self, worker: _Worker) -> None:
        """Put away a worker that died; its document is tried once more, by a fresh one."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        job = worker.job
        if job is None or job.document is None:
            return
        job.tries += 1
        if job.tries < _TRIES:
            self._waiting.appendleft(job)
            return
        died = f"the process that coded it died {_TRIES} times (exit code {worker.process.exitcode})"
        message = f"{job.document.name}: {died}; split the document, or run with fewer --workers"
        job.outcome = Failure(name=job.document.name, stage="code", reason="crash", message=message)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Let a process start here pay no heed to Ctrl-C: the parent ends it, without a traceback from each worker."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let a process started here have no pools of threads, so that workers do not stand in each other's way.

    They are set in the environment that it inherits, not by the worker itself: it may load numpy before it comes to ``_work``,
    with the script that it belongs to.
    """
    unset = [name for name in THREAD_SETTINGS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            del os.environ[name]


def _work(connection: Connection[Any, Any], config: Config, opener: OpenCoder) -> None:
    """Code what comes until the parent hangs up."""
    try:
        coder = opener(config)
    except DatelineError as error:
        connection.send(error)
        return
    try:
        while True:
            connection.send(code_document(connection.recv(), coder, config))
    except (EOFError, OSError):
        os._exit(0)
