"""Where results go: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dateline.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sink:
    """A binary file whose failures are ``OutputError``; a pipe that was closed stays ``BrokenPipeError``."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.name = name

    @property
    def closed(self) -> bool:
        """Whether no more can be written."""
        return self._file.closed

    def write(self, data: bytes) -> int:
        """Write bytes and return how many."""
        with _told(self.name):
            return self._file.write(data)

    def flush(self) -> None:
        """Pass on what is buffered."""
        with _told(self.name):
            self._file.flush()

    def close(self) -> None:
        """Leave the file open: who opened it closes it."""
        self.flush()


@contextmanager
def open_output(path: Path | None) -> Iterator[Sink]:
    """Open where a result goes: a file that appears whole or not at all, or standard output.

    The result is written beside the file under another name and put in its place at the end; when it fails, the old file
    stays as it was. A run that the user breaks off leaves what it had in ``FILE.part``. Pipes and devices are written straight.

    Args:
        path: The file, or None for standard output.

    Raises:
        OutputError: It cannot be written, such as when the folder is missing or the disk is full.
    """
    if path is None:
        sink = Sink(sys.stdout.buffer, "standard output")
        yield sink
        sink.flush()
        return
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OutputError(f"{path} is a folder; name a file inside it")
    straight = target.exists() and not target.is_file()
    draft = target if straight else target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with _told(str(path)):
        file = draft.open("wb")
    try:
        yield Sink(file, str(path))
        with _told(str(path)):
            file.close()
            if not straight:
                draft.replace(target)
    except KeyboardInterrupt:
        file.close()
        if not straight:
            draft.replace(target.with_name(f"{target.name}.part"))
        raise
    finally:
        with suppress(OSError):
            file.close()
        if not straight:
            draft.unlink(missing_ok=True)


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"{name} cannot be written: {error.strerror or error}; free space or name another --output"
        ) from error
