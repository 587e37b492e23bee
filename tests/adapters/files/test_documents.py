"""Mapping documents and reports."""

from pathlib import Path

import pytest

from commissary.adapters.files.mapping_document import DocumentError, read_mapping_document
from commissary.adapters.files.refusal_report import RefusalReport


def document(directory: Path, text: str) -> object:
    path = directory / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping_document(path)


def test_yaml_without_its_old_surprises(tmp_path: Path) -> None:
    text = "tables: {Norway: NO, on: off, at: 12:30, day: 2011-05-01, code: 007, n: 1.5, i: -3, t: true, e: }"
    assert document(tmp_path, text) == {
        "tables": {
            "Norway": "NO",
            "on": "off",
            "at": "12:30",
            "day": "2011-05-01",
            "code": "007",
            "n": 1.5,
            "i": -3,
            "t": True,
            "e": None,
        }
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands twice"),
        ("a: [1", "m.yaml, line"),
        ("a: !!python/object/apply:os.getcwd []", "m.yaml, line 1"),
    ],
)
def test_a_document_that_cannot_be_read(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DocumentError, match=sentence):
        document(tmp_path, text)


def test_no_entry_no_report_and_formulas_are_disarmed(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("of an earlier run")
    with RefusalReport(path):
        pass
    assert not path.exists()
    with RefusalReport(path) as report:
        report.add(3, "line.sku", "sku_unknown", "=cmd()\r\n", file="a.csv")
    assert (
        path.read_text()
        == "row,field,reason,detail,outcome,file\n3,line.sku,sku_unknown,'=cmd()  ,refused,a.csv\n"
    )
