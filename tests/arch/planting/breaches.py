"""The breaches: what is added to which file, and where and with which words it must be caught."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tests.arch.checks import files, purity, sql, words
from tests.arch.checks.contracts import broken_contracts
from tests.arch.checks.tree import Problem

Check = Callable[[Path], Iterable[Problem]]


class Breach(NamedTuple):
    """`added` goes to the end of `file` (inside the package unless it starts with a slash)."""

    name: str
    file: str
    added: str
    check: Check
    where: str
    reason: str


def _imports(name: str, file: str, imported: str, contract: str) -> Breach:
    """A module that imports what its contract forbids; the report must show this very import."""
    head, _, tail = imported.rpartition(".")
    statement = f"from {head} import {tail}\n" if head else f"import {tail}\n"
    importer = "commissary." + file.removesuffix(".py").replace("/", ".")
    return Breach(name, file, statement, broken_contracts, contract, f"{importer} -> {imported}")


IMPORTS = [
    _imports(
        "a context imports a context",
        "domain/tannery/types.py",
        "commissary.domain.cooperage.types",
        "2 Contexts never import each other",
    ),
    _imports(
        "words import rules",
        "domain/tannery/types.py",
        "commissary.domain.tannery.rules",
        "3 Inside a context: store above rules above words",
    ),
    _imports(
        "a flow imports a flow",
        "flows/tannery/tan.py",
        "commissary.flows.cooperage.cut",
        "5 Flows never call flows",
    ),
    _imports("a rule imports the driver", "domain/tannery/rules/age.py", "psycopg", "4 The core is pure"),
    _imports("a rule imports HTTP", "domain/tannery/rules/age.py", "aiohttp", "4 The core is pure"),
    _imports("kernel imports platform", "kernel/machine.py", "commissary.platform", "1 Layers point down"),
    _imports(
        "a flow imports a door", "flows/tannery/cut.py", "commissary.entry.tannery", "1 Layers point down"
    ),
    _imports(
        "a door imports a store",
        "entry/tannery/gate.py",
        "commissary.domain.tannery.store",
        "10 Doors, views and adapters never touch a store",
    ),
    _imports(
        "a view imports a store",
        "views/tannery_board.py",
        "commissary.domain.tannery.store",
        "10 Doors, views and adapters never touch a store",
    ),
    _imports(
        "a store imports the driver",
        "domain/tannery/store.py",
        "psycopg",
        "8 Only platform touches the database driver",
    ),
    _imports(
        "a door imports a door",
        "entry/tannery/gate.py",
        "commissary.entry.cooperage.gate",
        "6 Doors do not know each other",
    ),
    _imports(
        "an adapter imports an adapter",
        "adapters/tannery/vat.py",
        "commissary.adapters.cooperage.knife",
        "7 Adapters do not know each other",
    ),
]

OTHERS = [
    Breach(
        "a rule reads the clock",
        "domain/tannery/rules/age.py",
        "from datetime import UTC, datetime as instant\n\nNOW = instant.now(UTC)\n",
        purity.impure_calls,
        "src/commissary/domain/tannery/rules/age.py",
        "uses datetime.datetime.now",
    ),
    Breach(
        "a rule makes an id",
        "domain/tannery/rules/age.py",
        "import uuid\n\nID = uuid.uuid4()\n",
        purity.impure_calls,
        "src/commissary/domain/tannery/rules/age.py",
        "uses uuid.uuid4",
    ),
    Breach(
        "a rule opens a file",
        "domain/tannery/rules/age.py",
        'TEXT = open("prices.csv")\n',
        purity.impure_calls,
        "src/commissary/domain/tannery/rules/age.py",
        "calls open",
    ),
    Breach(
        "a query reads a foreign table",
        "domain/tannery/queries.sql",
        "-- name: peek\nSELECT h.id FROM tannery_hide h JOIN cooperage_hide c ON c.id = h.id;\n",
        sql.foreign_tables,
        "src/commissary/domain/tannery/queries.sql:peek",
        "touches cooperage_hide of cooperage",
    ),
    Breach(
        "a query writes a foreign table in syntax that the parser does not know",
        "domain/tannery/queries.sql",
        "-- name: poke\nINSERT INTO cooperage_hide OVERRIDING SYSTEM VALUE SELECT id FROM tannery_hide;\n",
        sql.foreign_tables,
        "src/commissary/domain/tannery/queries.sql:poke",
        "touches cooperage_hide of cooperage",
    ),
    Breach(
        "a query hides a foreign table behind a WITH expression of its name",
        "domain/tannery/queries.sql",
        "-- name: hide\nWITH cooperage_hide AS (SELECT id FROM cooperage_hide) SELECT 1;\n",
        sql.foreign_tables,
        "src/commissary/domain/tannery/queries.sql:hide",
        "a WITH expression is called cooperage_hide",
    ),
    Breach(
        "a query takes every column",
        "domain/tannery/queries.sql",
        "-- name: everything\nSELECT h.* FROM tannery_hide h;\n",
        sql.star_selects,
        "src/commissary/domain/tannery/queries.sql",
        "`h.*`: name the columns",
    ),
    Breach(
        "a view takes every column",
        "views/tannery_board.py",
        'ALL = """\n    SELECT *\n    FROM tannery_hide"""\n',
        sql.star_selects,
        "src/commissary/views/tannery_board.py",
        "`SELECT *`: name the columns",
    ),
    Breach(
        "a flow holds SQL",
        "flows/tannery/tan.py",
        'QUERY = "UPDATE tannery_hide SET number = 2 WHERE id = %(id)s"\n',
        sql.inline_sql,
        "src/commissary/flows/tannery/tan.py",
        "belongs into a queries.sql or a view",
    ),
    Breach(
        "two statements under one name",
        "domain/tannery/queries.sql",
        "-- name: both\nDELETE FROM tannery_hide; SELECT id FROM tannery_hide;\n",
        sql.query_blocks,
        "src/commissary/domain/tannery/queries.sql:both",
        "holds 2 statements",
    ),
    Breach(
        "a schema creates a trigger",
        "domain/tannery/schema.sql",
        "CREATE TRIGGER t AFTER INSERT ON tannery_hide FOR EACH ROW EXECUTE FUNCTION f();\n",
        sql.schema_rules,
        "src/commissary/domain/tannery/schema.sql",
        "creates a trigger",
    ),
    Breach(
        "a schema refers to another schema",
        "domain/tannery/schema.sql",
        "CREATE TABLE tannery_vat (id uuid REFERENCES platform.organization (id));\n",
        sql.schema_rules,
        "src/commissary/domain/tannery/schema.sql",
        "references platform.organization",
    ),
    Breach(
        "a file is called utils",
        "flows/tannery/utils.py",
        '"""Anything."""\n',
        files.forbidden_names,
        "src/commissary/flows/tannery/utils.py",
        "nothing is called utils",
    ),
    Breach(
        "a file is too long",
        "flows/tannery/tan.py",
        "# leather\n" * 400,
        files.lengths,
        "src/commissary/flows/tannery/tan.py",
        "lines, at most 400",
    ),
    Breach(
        "a function is too long",
        "flows/tannery/tan.py",
        "\n\ndef tan() -> None:\n" + "    print()\n" * 70,
        files.lengths,
        "src/commissary/flows/tannery/tan.py",
        "tan has 71 lines, at most 70",
    ),
    Breach(
        "a module says nothing",
        "flows/tannery/dry.py",
        "DRY = True\n",
        files.docstrings,
        "src/commissary/flows/tannery/dry.py",
        "does not say what lives in it",
    ),
    Breach(
        "a context has a file of its own kind",
        "domain/tannery/prices.py",
        '"""Prices."""\n',
        files.context_files,
        "src/commissary/domain/tannery/prices.py",
        "is no file that a context has",
    ),
    Breach(
        "a ninth folder",
        "lib/__init__.py",
        "",
        files.layout,
        "src/commissary/lib",
        "is not one of the eight folders",
    ),
    Breach(
        "a folder that no contract sees",
        "flows/tannery/hidden/tan.py",
        '"""Hidden."""\n',
        files.packages,
        "src/commissary/flows/tannery/hidden",
        "has modules but no __init__.py",
    ),
    Breach(
        "a migration without a number",
        "/migrations/add_vat.sql",
        "SELECT 1;\n",
        files.migration_names,
        "migrations/add_vat.sql",
        "is not called NNNN_name.sql",
    ),
    Breach(
        "a lock file that names a registry",
        "/requirements/runtime.txt",
        "--index-url https://" + ".".join(("py" + "pi", "org")) + "/simple\n",
        words.forbidden_words,
        "requirements/runtime.txt",
        "line 1 names",
    ),
]
