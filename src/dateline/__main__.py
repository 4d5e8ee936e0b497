"""The command ``dateline``."""

from __future__ import annotations

import os
import sys

from dateline.config import THREAD_SETTINGS


def main() -> None:
    """Run the command and end the process with its exit code."""
    for name in THREAD_SETTINGS:  # before numpy loads, which reads them once
        os.environ.setdefault(name, "1")
    try:
        from dateline.cli import cli  # noqa: PLC0415 - a worker process imports this file without need of the command

        cli(prog_name="dateline")
    except KeyboardInterrupt:  # before or after the command's own work
        sys.exit(130)


if __name__ == "__main__":
    main()
