"""The page on roles and permissions says what the program does.

After a change of roles, `COMMISSARY_WRITE_DOCS=1 pytest tests/docs` writes the table anew.
"""

import os
from pathlib import Path

from commissary.domain.security.types import PERMISSIONS_OF, Permission, Role

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/permissions.md"
BEGIN, END = "<!-- table: roles -->\n", "<!-- end of table -->\n"


def _table() -> str:
    rows = [
        "| Permission | " + " | ".join(role.value for role in Role) + " |",
        "|---|" + ":-:|" * len(Role),
    ]
    rows += [
        f"| `{permission}` | "
        + " | ".join("yes" if permission in PERMISSIONS_OF[r] else "–" for r in Role)
        + " |"
        for permission in Permission
    ]
    return "\n".join(rows) + "\n"


def test_the_page_has_the_table_of_the_program() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    if os.environ.get("COMMISSARY_WRITE_DOCS"):
        PAGE.write_text(before + BEGIN + _table() + END + after, encoding="utf-8")
        return
    assert table == _table()
