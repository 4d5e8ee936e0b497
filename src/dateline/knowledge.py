"""Finds, verifies and opens what Dateline knows: the packs of data and the reader's weights.

The files live in the rooms that use them (``claims/weights``, ``grounding/packs``, ``records/codebooks``); this module knows
where they are, where the cache is, and how to say that one is missing or damaged.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from dateline.errors import PackError

PACKAGE = Path(__file__).parent
WEIGHTS = PACKAGE / "claims" / "weights"
PACKS = PACKAGE / "grounding" / "packs"
CODEBOOKS = PACKAGE / "records" / "codebooks"


def cache_directory() -> Path:
    r"""Return the user's cache directory for Dateline, made if need be.

    ``DATELINE_CACHE`` overrides it; else the platform's custom: ``$XDG_CACHE_HOME/dateline`` or ``~/.cache/dateline``,
    ``~/Library/Caches/dateline`` on macOS, ``%LOCALAPPDATA%\dateline`` on Windows.
    """
    if given := os.environ.get("DATELINE_CACHE"):
        path = Path(given)
    elif sys.platform == "darwin":
        path = Path.home() / "Library" / "Caches" / "dateline"
    elif sys.platform == "win32":
        path = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "dateline"
    else:
        path = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dateline"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PackError(
            f"cache directory {path} cannot be made ({error.strerror}); set DATELINE_CACHE to a folder you may write"
        ) from error
    return path


def pack_file(name: str) -> Path:
    """Return the path of a data pack that ships with Dateline.

    Args:
        name: File name inside ``grounding/packs``, such as ``places.tsv.xz``.

    Raises:
        PackError: It is not there.
    """
    return _present(PACKS / name)


def weights_file(name: str, directory: Path | None = None) -> Path:
    """Return the path of a file of the reader's weights (``reader.onnx``, ``tokenizer.json``, ``reader.json``).

    Args:
        name: File name.
        directory: Another folder of weights; None is the one that ships with Dateline.

    Raises:
        PackError: It is not there.
    """
    return _present((directory or WEIGHTS) / name)


@cache
def fingerprint(*paths: Path) -> str:
    """Return the first 12 hex digits of the SHA-256 of files, taken together in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _present(path: Path) -> Path:
    if not path.is_file():
        raise PackError(f"{path} is missing; reinstall with: pip install --force-reinstall dateline")
    return path
