"""Files as rows: what a spreadsheet, an ERP or a broken transfer may hand us."""

import tracemalloc
from pathlib import Path

import pytest

from commissary.adapters.files.tables.joined import load_join
from commissary.adapters.files.tables.opening import open_table
from commissary.adapters.files.tables.table import Fault, FileError
from commissary.domain.integrations.rules.mapping_words import Join


def write(directory: Path, name: str, content: str | bytes) -> Path:
    path = directory / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, **options: str) -> list[tuple[int, object]]:
    return list(open_table(path, **options).rows())


def test_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", '\ufeffsku;name\r\nA;"Lamp; tall"\r\n\r\nB;"two\r\nlines ""x"""\r\n')
    assert rows(path) == [
        (2, {"sku": "A", "name": "Lamp; tall"}),
        (4, {"sku": "B", "name": 'two\r\nlines "x"'}),
    ]


def test_a_bad_row_is_a_fault_and_the_next_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"a,b\n1\n1,2,3\n1,\xff\n\x00,2\n=1+1,2\n")
    assert rows(path) == [
        (2, Fault("cells_missing", "b")),
        (3, Fault("too_many_cells")),
        (4, Fault("wrong_encoding", "b")),
        (5, Fault("nul_character", "a")),
        (6, {"a": "=1+1", "b": "2"}),
    ]
    assert rows(path, encoding="windows-1252")[2] == (4, {"a": "1", "b": "ÿ"})


def test_a_quote_that_never_ends_is_one_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'a,b\n1,"' + "x" * 1_100_000 + "\n")
    assert rows(path)[0] == (2, Fault("cell_too_long"))


def test_ndjson_by_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.ndjson",
        b'\xef\xbb\xbf{"a": {"b": 1}}\n\n[1]\n{"a": 1e400}\n{"a": NaN}\n{"a": "\xff"}\n{"a": "\\u0000"}\n',
    )
    table = open_table(path)
    assert list(table.rows({"a.b"})) == [
        (1, {"a": {"b": 1}, "a.b": 1}),
        (3, Fault("not_an_object")),
        (4, Fault("not_json")),
        (5, Fault("not_json")),
        (6, Fault("wrong_encoding")),
        (7, Fault("nul_character")),
    ]


def test_parquet_with_its_own_types(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"sku": ["A", None], "units": [1.0, 2.5]}), path)
    assert rows(path) == [(1, {"sku": "A", "units": 1.0}), (2, {"sku": None, "units": 2.5})]
    assert list(open_table(path).rows({"units"})) == [(1, {"units": 1.0}), (2, {"units": 2.5})]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\xff\xfea\x00", "UTF-16"),
        ("a.csv", b"a,,b\n", "column 2 has no name"),
        ("a.csv", b"a,a\n", "two columns"),
        ("a.csv", b"a,\xff\n", "first row is not utf-8"),
        ("a.ndjson", b"\x1f\x8b\x08", "gzip"),
        ("a.csv", b"PAR1....", "is a Parquet file"),
        ("a.parquet", b"a,b\n", "is no Parquet file"),
    ],
)
def test_what_is_no_file_of_rows(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(FileError, match=sentence):
        open_table(write(tmp_path, name, content))


def test_joins_by_one_and_by_many(tmp_path: Path) -> None:
    first = write(tmp_path, "orders.csv", "id,place\n1,P\n")
    write(tmp_path, "lines.csv", "id,sku\n1,A\n1,B\n2,C\nbroken\n")
    many = load_join(Join("lines", "lines.csv", "id", "id", many=True), first, ["id", "place"])
    assert [cells["sku"] for _, cells in many.of({"id": "1"})] == ["A", "B"]
    assert many.faults == [(5, Fault("cells_missing", "sku"))]
    one = load_join(Join("lines", "lines.csv", "id", "id", many=False), first, ["id", "place"])
    assert one.of({"id": "1"}) == [(2, {"id": "1", "sku": "A"})]
    with pytest.raises(FileError, match="no column 'code'"):
        load_join(Join("lines", "lines.csv", "id", "code", many=True), first, ["id", "place"])


def test_a_long_file_streams(tmp_path: Path) -> None:
    path = write(tmp_path, "long.csv", "sku,location,on_hand\n" + "A,W1,1\n" * 300_000)
    table = open_table(path)
    tracemalloc.start()
    assert sum(1 for _ in table.rows()) == 300_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
