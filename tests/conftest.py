"""Fixtures of all tests; builders of hand-made articles and accounts stand in ``builders.py``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from builders import INFO, make_account
from hypothesis import settings
from postgres import Server, find_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dateline.model import Account, CoderInfo
    from dateline.pipeline import Coder


# The same examples each time, so that a run tells of the change and not of luck; EXPLORE=1 looks for new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write tests/golden anew from what the coder says now")


@pytest.fixture
def account() -> Account:
    return make_account()


@pytest.fixture
def info() -> CoderInfo:
    return INFO


@pytest.fixture(scope="session")
def cache_directory(pytestconfig: pytest.Config) -> Path:
    """Return a cache directory for the tests alone, kept between runs so that the index of places is built once."""
    return pytestconfig.cache.mkdir("dateline")


@pytest.fixture
def own_cache(cache_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let this test, and the processes it starts, use the tests' cache directory, with no run remembered in it."""
    monkeypatch.setenv("DATELINE_CACHE", str(cache_directory))
    (cache_directory / "last_run.jsonl").unlink(missing_ok=True)
    return cache_directory


@pytest.fixture(scope="session")
def coder(cache_directory: Path) -> Iterator[Coder]:
    """Return the real coder, opened once for all tests."""
    from dateline.pipeline import Coder

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATELINE_CACHE", str(cache_directory))
        yield Coder()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server of the tests' own."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("NOT TESTED: no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    server = Server(binaries)
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_database(postgres: Server) -> str:
    """Return the address of a database of the tests' own; ``postgres_place`` gives it empty."""
    return postgres.make_database()


@pytest.fixture
def postgres_place(postgres: Server, postgres_database: str) -> str:
    """Return the address of an empty database."""
    postgres.clear(postgres_database)
    return postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where records can be kept: a file that is not there yet, then an empty database of the server."""
    if request.param == "sqlite":
        return str(tmp_path / "events.db")
    address: str = request.getfixturevalue("postgres_place")
    return address
