"""What all readers share: what they give, what they are told, and how they say that something cannot be read."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from dateline.model import Dropped, Failure, RawDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Found = RawDocument | Failure | Dropped

CHUNK = 65_536
MAX_SPOOLED = 4_000_000_000
"""Bytes of a packed file, or of one from a pipe, that are written to a temporary file where a reader must jump about in it."""
FREE_BYTES = 100_000_000
MAX_RATIO = 200
"""How many bytes a packed one may become, beyond the first ``FREE_BYTES``: text shrinks to a third or a tenth, a bomb to a
thousandth."""


class ReadError(OSError):
    """A stream that must not or cannot be read on; ``reason`` is the short code of the failure record."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(slots=True)
class Budget:
    """How much one input may unpack to, all that is packed inside it included.

    Attributes:
        packed: Bytes of the input as it lies there; grows with what is read where that is not known beforehand.
        unpacked: Bytes unpacked so far.
    """

    packed: int = 0
    unpacked: int = 0

    def spend(self, size: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            ReadError: They are more than any honest input has.
        """
        self.unpacked += size
        if self.unpacked > max(FREE_BYTES, MAX_RATIO * self.packed):
            packed = f"{self.packed:,} bytes"
            message = f"it unpacks to more than {MAX_RATIO} times its size ({packed}), as a bomb does; unpack it by hand"
            raise ReadError("bomb", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What readers are told.

    Attributes:
        max_bytes: Longer documents are dropped.
        columns: Field of a report to the column (or field of a JSONL record) that holds it; empty is to guess.
        note: Takes words for the user: what was guessed.
        timeout_s: Seconds within which a web address must have answered in full.
        budget: How much the input may unpack to.
        depth: How many archives or lists this one lies in.
    """

    max_bytes: int
    columns: Mapping[str, str] = field(default_factory=dict)
    note: Callable[[str], None] = print
    timeout_s: float = 20
    budget: Budget = field(default_factory=Budget)
    depth: int = 0


def failure(name: str, reason: str, message: str) -> Failure:
    """Return the failure of an input: what was wrong with it and what to do."""
    return Failure(name=name, stage="read", reason=reason, message=f"{name}: {message}")


def dropped(name: str, reason: str, message: str) -> Dropped:
    """Return that an input was left out on purpose."""
    return Dropped(name=name, reason=reason, message=f"{name}: {message}")


def too_long(name: str, max_bytes: int, what: str = "it") -> Dropped:
    """Return that an input has more bytes than a report can have."""
    hint = "split it into single reports, one a line of a .jsonl file" if what == "it" else "split it into single reports"
    return dropped(name, "too_long", f"{what} has more than {max_bytes:,} bytes; {hint}")


def unreadable(name: str, error: BaseException) -> Failure:
    """Return that reading broke off by an error of the system or of what unpacks."""
    if isinstance(error, ReadError):
        return failure(name, error.reason, str(error))
    return failure(name, "not_readable", f"it cannot be read ({words_of(error)})")


def missing(name: str, library: str, extra: str) -> Failure:
    """Return that a kind of input needs a library that is not installed."""
    return failure(name, "missing_extra", f"reading it needs {library}; install it with: pip install 'dateline[{extra}]'")


def words_of(error: BaseException) -> str:
    """Return what an error says, on one line."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes; a pipe may give fewer at a time."""
    chunks = []
    while size > 0 and (chunk := stream.read(min(size, 1 << 20))):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


@contextlib.contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the stream, or a temporary file with what it holds where it cannot be read from any place.

    Raises:
        ReadError: It is larger than ``MAX_SPOOLED``.
        OSError: It cannot be read, or the temporary file not be written.
    """
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=16_000_000) as spooled:
        size = 0
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MAX_SPOOLED:
                raise ReadError("too_long", f"it has more than {MAX_SPOOLED:,} bytes; save it as a file of its own")
            spooled.write(chunk)
        spooled.seek(0)
        yield cast("BinaryIO", spooled)
