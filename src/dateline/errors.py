"""Every error that Dateline raises on purpose.

    DatelineError
    ├── InputError          an input that cannot be read
    ├── DateError           a date that is none
    ├── CodebookError       a codebook with mistakes (all of them listed)
    ├── RegistryError       an actor registry with mistakes
    ├── PackError           a pack of data or the weights are missing or damaged
    ├── OutputError         a result that cannot be written
    ├── StoreError          a database that cannot be opened, read or written
    ├── FilterError         a condition on what to read from a database that is none
    └── MissingExtraError   an optional library is not installed

Each message says what was wrong, where, what is allowed and what to do. ``exit_code`` is what the command ends with. All can be
pickled, so that they cross process borders.
"""

from __future__ import annotations


class DatelineError(Exception):
    """Base of all errors that Dateline raises on purpose."""

    exit_code = 1


class InputError(DatelineError):
    """An input that cannot be read.

    Args:
        message: What was wrong and what to do.
        reason: Short code for the failure record.
    """

    exit_code = 3

    def __init__(self, message: str, reason: str = "unreadable") -> None:
        super().__init__(message, reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


class DateError(DatelineError):
    """A date that is none."""

    exit_code = 2


class CodebookError(DatelineError):
    """A codebook with mistakes; the message lists all of them with their line numbers."""

    exit_code = 2


class RegistryError(DatelineError):
    """An actor registry with mistakes."""

    exit_code = 2


class PackError(DatelineError):
    """A pack of data or the reader's weights are missing or damaged."""

    exit_code = 4


class OutputError(DatelineError):
    """A result that cannot be written."""

    exit_code = 2


class StoreError(DatelineError):
    """A database that cannot be opened, read or written; what was committed is kept."""

    exit_code = 2


class FilterError(DatelineError):
    """A condition on what to read from a database (``--where``) that is none."""

    exit_code = 2


class MissingExtraError(DatelineError):
    """An optional library is needed that is not installed."""

    exit_code = 2
