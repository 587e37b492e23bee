"""One import while it runs: where it writes, what it has counted, and its report."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from commissary.adapters.files.refusal_report import RefusalReport
from commissary.entry.cli.importing.progress import Progress
from commissary.kernel.decision import Refusal
from commissary.platform.errors import TryAgain
from commissary.wiring import Application

ACTOR = "import"
_ATTEMPTS = 20
T = TypeVar("T")


@dataclass(slots=True)
class Run:
    """`tally` counts outcomes by the words of the summary, in the order in which they first came up."""

    app: Application
    organization: str
    file: str
    report: RefusalReport
    progress: Progress
    tally: Counter[str] = field(default_factory=Counter)

    def refuse(self, row: int, name: str, reason: str, detail: str = "", *, file: str = "") -> None:
        """A row that does not go in."""
        self.tally["rows refused"] += 1
        self.report.add(row, name, reason, detail, file=file or self.file)

    def adjust(self, row: int, name: str, reason: str, detail: str = "", *, file: str = "") -> None:
        """A row that goes in, but not as it stands."""
        self.tally["rows adjusted"] += 1
        self.report.add(row, name, reason, detail, file=file or self.file, outcome="adjusted")

    @property
    def clean(self) -> bool:
        """Whether every row went in as it stands."""
        return not self.report.entries


def detail_of(refusal: Refusal) -> str:
    """The facts of a refusal as text for the report."""
    return ", ".join(f"{name}: {value}" for name, value in refusal.facts.items())


async def retried(work: Callable[[], Awaitable[T]]) -> T:
    """Do the work again when another writer was first. Raises TryAgain when that never ends."""
    for attempt in range(_ATTEMPTS):
        try:
            return await work()
        except TryAgain:
            if attempt == _ATTEMPTS - 1:
                raise
            await asyncio.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311 - no secret
    raise AssertionError("unreachable")
