"""Shows a progress bar with rate and remaining time.

It is imported only if a terminal shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.1f}/s")


class Bar:
    """A progress bar on stderr, which disappears at the end of the block."""

    def __init__(self, label: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            _Rate(),
            TextColumn("ETA"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            expand=True,
        )
        self._task = self._progress.add_task(label, total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._progress.stop()

    def advance(self, by: int) -> None:
        """Add a number of finished items."""
        self._progress.advance(self._task, by)

    def expect(self, total: Callable[[], int | None]) -> None:
        """Set the total, which is computed once."""
        if self._progress.tasks[0].total is None:
            self._progress.update(self._task, total=total())

    def set(self, done: int, total: int) -> None:
        """Set the number of finished items, and the total if known."""
        self._progress.update(self._task, completed=done, total=total)
