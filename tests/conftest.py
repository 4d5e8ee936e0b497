"""Fixtures of all tests; builders of hand-made articles and accounts stand in ``builders.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import INFO, make_account

if TYPE_CHECKING:
    from pathlib import Path

    from dateline.model import Account, CoderInfo


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
