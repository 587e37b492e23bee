"""NDJSON: one JSON object a line. The number of a row is its line.

Names inside objects may be reached as columns with a dot: {"ship_to": {"country": "BE"}} has a column
`ship_to.country` too, so that the same mapping serves flat and nested rows.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from commissary.adapters.files.tables.table import Cells, Fault

_LONGEST_LINE = 4_000_000
_decode = msgspec.json.Decoder().decode


class NdjsonTable:
    """One file; every pass over it reads it from the start."""

    columns: list[str] | None = None

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, only: Collection[str] | None = None) -> Iterator[tuple[int, Cells | Fault]]:
        """Every line that is not blank."""
        dotted = [name for name in only or () if "." in name]
        with self.path.open("rb") as file:
            if file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    while (more := file.readline(_LONGEST_LINE)) and not more.endswith(b"\n"):
                        pass
                    yield number, Fault("line_too_long")
                elif not line.isspace():
                    yield number, _row(line, dotted)


def _row(line: bytes, dotted: Collection[str]) -> Cells | Fault:
    try:
        row = _decode(line)
    except (msgspec.DecodeError, RecursionError):
        return Fault("not_json")
    except UnicodeDecodeError:
        return Fault("wrong_encoding")
    if not isinstance(row, dict):
        return Fault("not_an_object")
    if b"\\u0000" in line:
        return Fault("nul_character")
    for name in dotted:
        if name not in row:
            inner: object = row
            for part in name.split("."):
                inner = inner.get(part) if isinstance(inner, dict) else None
            if inner is not None:
                row[name] = inner
    return row
