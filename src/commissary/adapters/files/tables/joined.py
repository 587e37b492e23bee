"""Files that belong together: customers, lines and payments of an order each in a file of their own.

The first file is streamed; the others are held in memory, by the column that joins them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from commissary.adapters.files.tables.opening import open_table
from commissary.adapters.files.tables.table import Cells, Fault, FileError
from commissary.domain.integrations.rules.mapping_words import Join
from commissary.domain.integrations.rules.row_kinds import as_text

Numbered = tuple[int, Cells]


class Joined(NamedTuple):
    """A joined file: its rows by the text of the joining column, and the rows that could not be read."""

    join: Join
    columns: list[str] | None
    rows: Mapping[str, list[Numbered]]
    faults: list[tuple[int, Fault]]

    def of(self, row: Cells) -> list[Numbered]:
        """Rows that belong to a row of the first file."""
        return self.rows.get(as_text(row.get(self.join.own_column)), [])


def load_join(join: Join, beside: Path, own: Collection[str] | None) -> Joined:
    """Read a joined file, which lies beside the first one. Raises FileError."""
    table = open_table(beside.parent / join.file)
    if own is not None and join.own_column not in own:
        raise FileError(f"joins.{join.name}.on: {beside.name} has no column {join.own_column!r}.")
    if table.columns is not None:
        if join.other_column not in table.columns:
            raise FileError(f"joins.{join.name}.on: {join.file} has no column {join.other_column!r}.")
        clash = (set(table.columns) & set(own or ())) - {join.own_column, join.other_column}
        if not join.many and clash:
            raise FileError(f"joins.{join.name}: both files have a column {min(clash)!r}.")
    rows: dict[str, list[Numbered]] = defaultdict(list)
    faults: list[tuple[int, Fault]] = []
    for number, cells in table.rows():
        if isinstance(cells, Fault):
            faults.append((number, cells))
            continue
        key = as_text(cells.get(join.other_column))
        if join.many or key not in rows:
            rows[key].append((number, cells))
    return Joined(join, table.columns, dict(rows), faults)
