"""Reads ZIP archives: each file in them by the reader of its kind, folders and archives in archives too."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from dateline.run.readers.found import CHUNK, ReadError, dropped, failure, seekable, unreadable, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dateline.run.readers.found import Budget, Found, Options

MAX_DEPTH = 4
_ENCRYPTED = 0x1
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")


def read_zip(
    name: str, stream: BinaryIO, options: Options, read: Callable[[str, BinaryIO, Options], Iterator[Found]], only: str = ""
) -> Iterator[Found]:
    """Yield what the files of an archive hold, in the order of their names; each is named ``NAME/PATH``.

    Args:
        name: The archive's name.
        stream: Its bytes.
        options: ``budget`` says how much it may unpack to.
        read: Reads one file of it by its kind.
        only: The path of the one file that is wanted, or "" for all.

    Raises:
        OSError: It cannot be read.
    """
    if options.depth >= MAX_DEPTH:
        yield failure(name, "too_deep", f"archives lie in archives more than {MAX_DEPTH} deep; unpack it by hand")
        return
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(seekable(stream))))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            yield failure(name, "not_zip", f"it is no ZIP archive, or a damaged one ({words_of(error)}); make or fetch it anew")
            return
        members = sorted((each for each in archive.infolist() if _wanted(each, only)), key=lambda each: each.filename)
        if any(member.filename in _OFFICE for member in members):
            yield dropped(name, "not_text", "it is a Word, Excel or EPUB file; turn it into text first")
            return
        if not members:
            yield failure(name, "empty_folder", "the archive holds no files (hidden ones are left out)")
        deeper = replace(options, depth=options.depth + 1)
        for member in members:
            try:
                yield from _read_member(f"{name}/{member.filename}", archive, member, deeper, read)
            except ReadError as error:
                if error.reason == "bomb":
                    raise
                yield unreadable(f"{name}/{member.filename}", error)


def _read_member(
    name: str,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    options: Options,
    read: Callable[[str, BinaryIO, Options], Iterator[Found]],
) -> Iterator[Found]:
    if member.flag_bits & _ENCRYPTED:
        yield failure(name, "encrypted", "it is locked with a password; unpack the archive by hand")
        return
    try:
        with archive.open(member) as packed:
            stream = io.BufferedReader(Metered(cast("BinaryIO", packed), options.budget), CHUNK)
            yield from read(name, cast("BinaryIO", stream), options)
    except ReadError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        message = f"it is damaged or packed in an unknown way ({words_of(error)}); the rest of the archive was read"
        yield failure(name, "damaged", message)


def _wanted(member: zipfile.ZipInfo, only: str) -> bool:
    if member.is_dir() or (only and not f"{only}/".startswith(f"{member.filename}/")):
        return False
    return not any(part.startswith(".") or part == "__MACOSX" for part in member.filename.split("/"))


class Metered(io.RawIOBase):
    """A stream that is unpacked as it is read, within a budget."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer.

        Raises:
            ReadError: More is unpacked than any honest input has.
        """
        data = self._stream.read(len(buffer))
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)
