"""CSV as spreadsheets and ERPs write it (RFC 4180): quoted fields, any of three delimiters, a BOM or none.

The number of a row is the one a spreadsheet shows: the header is row 1. Cells are text and stay text; what looks like
a formula is not one here. A wrong byte, a NUL or a missing cell is the fault of its row, and the next row is read.
"""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from commissary.adapters.files.tables.table import Cells, Fault, FileError, named_once

_LONGEST_CELL = 1_000_000
_DELIMITERS = (",", ";", "\t", "|")


class CsvTable:
    """One file; every pass over it reads it from the start."""

    def __init__(self, path: Path, delimiter: str | None, encoding: str) -> None:
        self.path = path
        self._encoding = encoding
        csv.field_size_limit(_LONGEST_CELL)
        with path.open("rb") as file:
            lines = _Lines(file, encoding)
            first = next(lines, "")
            self._delimiter = delimiter or max(_DELIMITERS, key=first.count)
        with path.open("rb") as file:
            lines = _Lines(file, encoding)
            header = next(csv.reader(lines, delimiter=self._delimiter), None)
            if lines.take_flaw():
                raise FileError(f"{path.name}: the first row is not {encoding}, or holds a NUL character.")
        if not header or not any(name.strip() for name in header):
            raise FileError(f"{path.name} has no header in its first row.")
        self.columns = named_once([name.strip() for name in header], path)

    def rows(self, only: Collection[str] | None = None) -> Iterator[tuple[int, Cells | Fault]]:
        """Every row but the header and empty ones."""
        columns, width = self.columns, len(self.columns)
        picked = [(i, name) for i, name in enumerate(columns) if only is None or name in only]
        everything = len(picked) == width
        with self.path.open("rb") as file:
            lines = _Lines(file, self._encoding)
            reader = csv.reader(lines, delimiter=self._delimiter)
            next(reader)
            number = 1
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    lines.take_flaw()
                    yield number, Fault("cell_too_long")
                    continue
                if lines.flawed and lines.take_flaw():
                    yield number, _flaw(cells, columns)
                elif len(cells) == width:
                    if everything:
                        yield number, dict(zip(columns, cells, strict=True))
                    else:
                        yield number, {name: cells[i] for i, name in picked}
                elif cells:
                    missing = len(cells) < width
                    field = columns[len(cells)] if missing else ""
                    yield number, Fault("cells_missing" if missing else "too_many_cells", field)


def _flaw(cells: list[str], columns: list[str]) -> Fault:
    for cell, column in zip(cells, columns, strict=False):
        if "\x00" in cell:
            return Fault("nul_character", column)
        if any("\udc80" <= character <= "\udcff" for character in cell):
            return Fault("wrong_encoding", column)
    return Fault("wrong_encoding")


class _Lines:
    """Lines of text from a file of bytes; `flawed` says that one since the last look held a wrong byte or a NUL."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.flawed = False
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(_LONGEST_CELL)
        if not line:
            raise StopIteration
        if b"\x00" in line:
            self.flawed = True
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError:
            self.flawed = True
            return line.decode(self._encoding, "surrogateescape")

    def take_flaw(self) -> bool:
        """Whether there was a flaw since the last look."""
        flawed, self.flawed = self.flawed, False
        return flawed
