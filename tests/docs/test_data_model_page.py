"""The page on the data model lists every table, by context, with what the schema's own comments say of it."""

import re
from pathlib import Path

from tests.docs.pages import ROOT
from tests.docs.written import compare_or_write

PAGE = ROOT / "docs/reference/data-model.md"
_SOURCE = ROOT / "src/commissary"
_TABLE = re.compile(
    r"((?:^--[^\n]*\n)*)^CREATE TABLE (\w+) (\(\n.*?^\)|PARTITION OF \w+)", re.MULTILINE | re.DOTALL
)
_COLUMN = re.compile(r"^    ([a-z_]+) [a-z]", re.MULTILINE)


def _tables(schema: Path) -> str:
    text = schema.read_text(encoding="utf-8")
    opening = re.match(r"(?:--[^\n]*\n)+", text)
    rows = []
    for comment, name, body in _TABLE.findall(text):
        if body.startswith("PARTITION"):
            continue
        says = " ".join(line.removeprefix("--").strip() for line in comment.splitlines())
        columns = ", ".join(f"`{column}`" for column in _COLUMN.findall(body))
        rows.append(f"| `{name}` | {columns} | {says} |")
    head = " ".join(line.removeprefix("--").strip() for line in opening[0].splitlines()) if opening else ""
    return "\n".join([head, "", "| Table | Columns | |", "|---|---|---|", *rows, ""])


def _content() -> str:
    schemas = sorted((_SOURCE / "domain").glob("*/schema.sql"))
    parts = [f"\n## {schema.parent.name.capitalize()}\n\n{_tables(schema)}" for schema in schemas]
    parts.append(f"\n## Machinery, in every organization\n\n{_tables(_SOURCE / 'platform/schema.sql')}")
    parts.append(f"\n## Shared by all organizations\n\n{_tables(_SOURCE / 'platform/shared.sql')}")
    return "".join(parts) + "\n"


def test_the_page_lists_every_table() -> None:
    compare_or_write(PAGE, "tables", _content())


def test_no_table_is_missed() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", _content(), re.MULTILINE))
    for schema in [*_SOURCE.glob("domain/*/schema.sql"), *_SOURCE.glob("platform/*.sql")]:
        made = re.findall(r"^CREATE TABLE (\w+) \(", schema.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(made) <= listed, schema
