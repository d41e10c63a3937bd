"""The progress bar: how much is done, how fast, and how long the rest will take.

Imported only where a terminal shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
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
    """A bar on stderr for as long as it is entered; nothing of it stays."""

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

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def advance(self, by: int) -> None:
        """So many more are done."""
        self._progress.advance(self._task, by)

    def expect(self, total: Callable[[], int | None]) -> None:
        """There are so many in all; asked once."""
        if self._progress.tasks[0].total is None:
            self._progress.update(self._task, total=total())

    def set(self, done: int, total: int) -> None:
        """So many are done, of so many as far as is known."""
        self._progress.update(self._task, completed=done, total=total)
