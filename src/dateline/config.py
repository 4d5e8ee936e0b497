"""What a user can set, in one frozen place, each with its default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

CODEBOOKS = ("acled", "ged", "plover", "cameo")
"""The codebooks that ship with Dateline."""

THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Environment variables by which the numeric libraries, as they load, set the size of their pools of threads. Dateline codes
with one thread a process: a pool costs start-up and memory and makes no report faster."""


THRESHOLD = 0.35
"""Default of ``Config.threshold``. Leaving out what is less likely right than half of F makes F largest (Lipton, Elkan and
Narayanaswamy 2014, arXiv:1402.1892); the reader's typed F is about 0.7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of a coder.

    Attributes:
        codebooks: Names of shipped codebooks or paths of TOML files, in the order of the record's ``codes``.
        weights: Folder of reader weights; None is the shipped reader.
        gazetteer: Path of a gazetteer index; None is the shipped places.
        actors: Paths of TOML files with actors of the user's own, which go before those that ship.
        published: Publication day for inputs that give none.
        language: The language that is coded.
        max_characters: Longer texts are dropped with the reason ``too_long``.
        threshold: Events below this confidence are left out.
        columns: Pairs of a report's field and the column of a table, or the field of a JSONL record, that holds it; what is not
            given is guessed from the names.
    """

    codebooks: tuple[str, ...] = CODEBOOKS
    weights: Path | None = None
    gazetteer: Path | None = None
    actors: tuple[Path, ...] = ()
    published: dt.date | None = None
    language: str = "en"
    max_characters: int = 5_000_000
    threshold: float = THRESHOLD
    columns: tuple[tuple[str, str], ...] = ()
