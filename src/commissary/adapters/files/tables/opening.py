"""Open a file of rows by its format, and say plainly what it is when it is something else."""

from pathlib import Path

from commissary.adapters.files.tables.csv_table import CsvTable
from commissary.adapters.files.tables.ndjson_table import NdjsonTable
from commissary.adapters.files.tables.parquet_table import ParquetTable
from commissary.adapters.files.tables.table import FileError, Table

_FORMAT_OF = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_SEEN_AS = (
    (b"\x1f\x8b", "is compressed with gzip; unpack it first"),
    (b"PK\x03\x04", "is a zip archive or a spreadsheet; unpack it, or save the sheet as CSV"),
    (b"BZh", "is compressed with bzip2; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstandard; unpack it first"),
    (b"\xff\xfe", "is UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16; save it as UTF-8"),
)


def open_table(
    path: Path, format_name: str | None = None, delimiter: str | None = None, encoding: str = "utf-8"
) -> Table:
    """The file as rows. Raises FileError."""
    kind = format_name or _FORMAT_OF.get(path.suffix.lower())
    head = _head(path)
    for magic, what in _SEEN_AS:
        if head.startswith(magic):
            raise FileError(f"{path.name} {what}.")
    if kind is None:
        raise FileError(
            f"{path.name}: the name ends in none of {', '.join(_FORMAT_OF)}; say `format` in the mapping."
        )
    if (kind == "parquet") != head.startswith(b"PAR1"):
        raise FileError(f"{path.name} is {'no' if kind == 'parquet' else 'a'} Parquet file.")
    if kind == "parquet":
        return ParquetTable(path)
    return CsvTable(path, delimiter, encoding) if kind == "csv" else NdjsonTable(path)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise FileError(f"There is no file {path}.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None
    if not head.strip():
        raise FileError(f"{path.name} is empty.")
    return head
