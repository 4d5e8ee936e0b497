"""The command ``dateline``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command and end the process with its exit code."""
    try:
        from dateline.cli import cli  # noqa: PLC0415 - a worker process imports this file without need of the command

        cli(prog_name="dateline")
    except KeyboardInterrupt:  # before or after the command's own work
        sys.exit(130)


if __name__ == "__main__":
    main()
