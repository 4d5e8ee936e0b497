"""How a run shows itself on a terminal: views in colour on standard output, messages and a progress bar on standard error.

The drawing library is imported only where something is drawn, so that piped output starts quickly.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from dateline.records.views import LABEL_WIDTH, clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from dateline.records.views import Line

_STYLES: dict[str, str] = {
    "plain": "",
    "title": "bold",
    "faint": "dim",
    "type": "bold",
    "happened": "green",
    "not-happened": "bold red",
    "anchor": "bold reverse",
    "agent": "red",
    "target": "bright_blue",
    "supporter": "yellow",
    "thing": "underline",
    "place": "green",
    "time": "magenta",
    "toll": "bold yellow",
    "speaker": "italic cyan",
}


def draw(console: Console, lines: Iterable[Line]) -> None:
    """Draw a view on a terminal: labels in a left column, long lines wrapped in the right one."""
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    for line in lines:
        words = Text.assemble(*((clean(piece.text), _STYLES[piece.mark]) for piece in line.pieces))
        if line.wide:
            console.print(words)
        elif not line.label:
            console.print(Padding(words, (0, 0, 0, LABEL_WIDTH)))
        else:
            grid = Table.grid()
            grid.add_column(width=LABEL_WIDTH, no_wrap=True)
            grid.add_column(ratio=1)
            grid.add_row(Text(line.label, style="dim" if line.label.startswith(" ") else "bold"), words)
            console.print(grid)


class Talk:
    """Speaks on standard error: messages, and a progress bar where that is a terminal."""

    def __init__(self, *, show_progress: bool = True) -> None:
        self._bars = show_progress and sys.stderr.isatty()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._told_of_building = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def say(self, message: str) -> None:
        """Print one line."""
        if self._progress:
            self._progress.console.print(f"dateline: {clean(message)}", markup=False, highlight=False, soft_wrap=True)
        else:
            print(f"dateline: {clean(message)}", file=sys.stderr, flush=True)  # noqa: T201

    def building(self, done: int, total: int) -> None:
        """Show how far the place index is built, which happens once."""
        if not self._bars:
            if not self._told_of_building:
                self.say("building the index of places; this happens once")
            self._told_of_building = True
            return
        self._draw("building the index of places (once)", done, total)
        if done >= total:
            self._stop()

    def advance(self, inputs: int, events: int) -> None:
        """Show how far a run is; the first input shows nothing."""
        if self._bars and inputs > 1:
            self._draw(f"{counted(inputs, 'input')}, {counted(events, 'event')}", inputs, None)

    def learning(self, step: int, steps: int, loss: float) -> None:
        """Show how far training is: as a bar, or where there is none in a line at each quarter."""
        told = f"learning: step {step:,} of {steps:,}, loss {loss:.2f}"
        if self._bars:
            self._draw(told, step, steps)
            if step >= steps:
                self._stop()
        elif step * 4 // steps > (step - 1) * 4 // steps:
            self.say(told)

    def measure(self, description: str, done: int, total: int | None) -> None:
        """Show how much of a whole is done, in any unit, with the time that remains; None is a whole of unknown size."""
        if self._bars:
            self._draw(description, done, total)

    def _draw(self, description: str, done: int, total: int | None) -> None:
        if self._progress is None or self._task is None:
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415

            remaining = () if total is None else (TextColumn("left"), TimeRemainingColumn())
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), *remaining)
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.start()
            self._task = self._progress.add_task(description)
        self._progress.update(self._task, description=description, completed=done, total=total)

    def _stop(self) -> None:
        if self._progress:
            self._progress.stop()
        self._progress = self._task = None


def counted(number: int, word: str) -> str:
    """Return a number with its word: ``1 event``, ``2,000 events``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
