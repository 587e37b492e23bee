"""Parquet, with pyarrow where it is installed (the extra `files`). The number of a row counts from 1.

Read in batches, so that a file of any size needs the memory of one row group's columns at most.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from commissary.adapters.files.tables.table import Cells, Fault, FileError, named_once

_BATCH_ROWS = 20_000


class ParquetTable:
    """One file; every pass over it reads it from the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened = self._open()
        self.columns = named_once(list(self._opened.schema_arrow.names), path)

    def rows(self, only: Collection[str] | None = None) -> Iterator[tuple[int, Cells | Fault]]:
        """Every row."""
        names = [name for name in self.columns if only is None or name in only]
        number = 0
        for batch in self._opened.iter_batches(batch_size=_BATCH_ROWS, columns=names):
            columns = [column.to_pylist() for column in batch.columns]
            found = batch.schema.names
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, dict(zip(found, cells, strict=True))
            number += 0 if columns else batch.num_rows

    def _open(self) -> Any:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise FileError("Reading Parquet needs pyarrow: install commissary[files].") from None
        try:
            return parquet.ParquetFile(self.path)
        except pyarrow.ArrowException as error:
            raise FileError(f"{self.path.name} is no Parquet file that can be read: {error}.") from None
