"""The command line; docs/cli.md shows the help of every command.

Results go to standard output or a file, all else to standard error. Heavy libraries are imported where they are used, so that
help, mistakes and piped output are quick.
"""

from dateline.cli import coding, collecting, copying, evaluating, explaining, exporting, linking, packs, training, watching
from dateline.cli.group import INTERRUPTED, NOTHING_CODED, PIPE_CLOSED, SOME_FAILED, cli

__all__ = [
    "INTERRUPTED",
    "NOTHING_CODED",
    "PIPE_CLOSED",
    "SOME_FAILED",
    "cli",
    "coding",
    "collecting",
    "copying",
    "evaluating",
    "explaining",
    "exporting",
    "linking",
    "packs",
    "training",
    "watching",
]
