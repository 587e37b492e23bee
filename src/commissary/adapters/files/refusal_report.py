"""The report of an import: a line for each row that did not go in as it stands, with field and reason.

It repeats no names or addresses: a report is mailed around, and a person who is erased must not live on in it.
A detail is a fact of the refusal such as a sku, a location or a sum; one that a spreadsheet would run as a formula is
disarmed with an apostrophe.
"""

import csv
from pathlib import Path
from types import TracebackType
from typing import TextIO

HEADER = ("row", "field", "reason", "detail", "outcome", "file")


class RefusalReport:
    """Written as the import goes. The file appears with the first entry, so no file means that nothing was refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries = 0
        self._file: TextIO | None = None
        path.unlink(missing_ok=True)

    def add(
        self, row: int, field: str, reason: str, detail: str = "", *, file: str = "", outcome: str = "refused"
    ) -> None:
        """One row, by its number in the file."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADER)
        self.entries += 1
        self._writer.writerow([row, _disarmed(field), reason, _disarmed(detail), outcome, file])

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> "RefusalReport":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _disarmed(text: str) -> str:
    plain = "".join(character if character.isprintable() else " " for character in text)
    return f"'{plain}" if plain.startswith(("=", "+", "-", "@")) else plain
