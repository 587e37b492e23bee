"""How far an import is: a bar on a terminal, a plain line now and then in a log."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_LINE_EVERY_S = 10.0


class Progress:
    """Steps of one import, one after the other; within a step, rows."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Bar | None = None
        if console.is_terminal:
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=console,
            )
        self._step, self._total, self._done = "", 0, 0
        self._task = None if self._bar is None else self._bar.add_task("", total=None)
        self._said_at = time.monotonic()

    def step(self, name: str, total: int = 0) -> None:
        """The next step begins; `total` rows where that is known."""
        self._step, self._total, self._done = name, total, 0
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, description=name, total=total or None)
        else:
            self._say(f"{name} …")

    def advance(self, rows: int) -> None:
        """So many rows more are done."""
        self._done += rows
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done)
        elif time.monotonic() - self._said_at >= _LINE_EVERY_S:
            of = f" of {self._total:,}" if self._total else ""
            self._say(f"{self._step}: {self._done:,}{of}")

    def _say(self, text: str) -> None:
        self._said_at = time.monotonic()
        self._console.print(text, highlight=False)

    def __enter__(self) -> "Progress":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
