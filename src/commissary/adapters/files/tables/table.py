"""A file of rows, whatever its format: columns, and rows with the number under which a person finds them again.

A row that cannot be read is a fault of that row alone; a file that cannot be read at all is a `FileError`, whose
message is the sentence for people.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

Cells = Mapping[str, object]


class Fault(NamedTuple):
    """Why a row cannot be read, and in which column where that is known."""

    reason: str
    field: str = ""


class FileError(Exception):
    """The file cannot be imported at all."""


class Table(Protocol):
    """`columns` is None where each row names its own (NDJSON)."""

    path: Path

    @property
    def columns(self) -> list[str] | None: ...

    def rows(self, only: Collection[str] | None = None) -> Iterator[tuple[int, Cells | Fault]]:
        """Every row with its number, from the start; `only` says which columns will be looked at."""


def named_once(names: list[str], path: Path) -> list[str]:
    """The column names, if each stands once and none is empty."""
    seen: set[str] = set()
    for place, name in enumerate(names, start=1):
        if not name:
            raise FileError(f"{path.name}: column {place} has no name in the first row.")
        if name in seen:
            raise FileError(f"{path.name}: two columns are named {name!r}; which one is meant?")
        seen.add(name)
    return names
