"""All migrations together make what the schema files say, and each of them is safe beside the version before."""

from pathlib import Path

import psycopg
import pytest

from commissary.platform.migrate import create_organization, migrate, migration_folder
from tests.migrations.safety import breaches

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "commissary"
# What a schema is: its columns, constraints, indexes, sequences, each as a line of text without the schema's name.
CATALOG = {
    "columns": """
        SELECT format('%%s.%%s %%s %%s %%s %%s %%s', relname, attname, format_type(atttypid, atttypmod), attnotnull,
            attidentity, coalesce((SELECT collname FROM pg_collation WHERE oid = attcollation), ''),
            pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped""",
    "constraints": """
        SELECT format('%%s %%s %%s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE relnamespace = %(schema)s::regnamespace""",
    "indexes": """
        SELECT replace(indexdef, schemaname || '.', '') FROM pg_indexes WHERE schemaname = %(schema)s""",
    "relations": """
        SELECT format('%%s %%s %%s %%s', relname, relkind, reloptions, pg_get_partkeydef(oid)) FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace AND relkind <> 'i'""",
}  # fmt: skip
# Made for every organization beside its migrations.
NOT_COMPARED = ("migration", "event_2")


def catalog(connection: psycopg.Connection[tuple[str]], schema: str) -> dict[str, list[str]]:
    found = {}
    connection.execute(f'SET search_path TO "{schema}"')
    for part, query in CATALOG.items():
        rows = connection.execute(query, {"schema": schema})
        lines = [row[0] for row in rows]
        found[part] = sorted(
            line for line in lines if not any(line.startswith(n) or f" {n}" in line for n in NOT_COMPARED)
        )
    return found


def schema_files() -> list[Path]:
    contexts = sorted((PACKAGE / "domain").glob("*/schema.sql"))
    # Orders refer to nothing of other contexts, but the files of a context may be read in any order.
    return [PACKAGE / "platform" / "schema.sql", *contexts]


def test_all_migrations_make_what_the_schema_files_say(empty_database: str) -> None:
    migrate(empty_database)
    create_organization(empty_database, "migrated", "Migrated")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA org_declared")
        connection.execute("SET search_path TO org_declared")
        for path in schema_files():
            connection.execute(path.read_text(encoding="utf-8"))
        declared, migrated = (catalog(connection, f"org_{name}") for name in ("declared", "migrated"))
        assert sum(map(len, declared.values())) > 300
        for part in CATALOG:
            assert migrated[part] == declared[part]


def test_shared_migrations_make_what_the_shared_file_says(empty_database: str) -> None:
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA declared")
        connection.execute("SET search_path TO declared")
        connection.execute((PACKAGE / "platform" / "shared.sql").read_text(encoding="utf-8"))
        declared = catalog(connection, "declared")
        migrated = catalog(connection, "platform")
        for part in CATALOG:
            ours = [line for line in migrated[part] if "procrastinate" not in line]
            assert ours == declared[part]


def test_comparison_sees_a_difference(organization_dsn: str) -> None:
    """A test of the test: one column more in one of two schemas."""
    create_organization(organization_dsn, "other", "Other")
    for change in (
        "ALTER TABLE org_other.item ADD COLUMN color text",
        "ALTER TABLE org_other.item ALTER name SET DEFAULT 'x'",
        "ALTER TABLE org_other.item DROP CONSTRAINT item_sku_check",
        "DROP INDEX org_other.item_sku_prefix",
    ):
        with psycopg.connect(organization_dsn) as connection:
            connection.execute(change)
            assert catalog(connection, "org_other") != catalog(connection, "org_acme"), change
            connection.rollback()


def test_migrations_are_safe_beside_the_version_before() -> None:
    first = {"0001_first.sql"}
    files = [path for path in sorted(migration_folder().rglob("*.sql")) if path.name not in first]
    assert [breach for path in files for breach in breaches(path)] == []


# a statement                                                               why it is refused (part of the sentence)
PLANTED = [
    ("DROP TABLE item", "drops something"),
    ("ALTER TABLE item DROP COLUMN name", "drops something"),
    ("ALTER TABLE item DROP name", "drops a column"),
    ("ALTER TABLE item RENAME COLUMN name TO title", "renames"),
    ("ALTER TABLE item RENAME TO article", "renames"),
    ("ALTER TABLE item ALTER COLUMN weight_g TYPE bigint", "changes the type"),
    ("ALTER TABLE item ALTER weight_g SET DATA TYPE bigint", "changes the type"),
    ("ALTER TABLE item ALTER COLUMN weight_g SET NOT NULL", "obligatory"),
    ("ALTER TABLE item ADD COLUMN color text NOT NULL", "without a default"),
    ("ALTER TABLE item ADD color text NOT NULL CHECK (color <> '')", "without a default"),
    ("ALTER TABLE item ADD COLUMN a text, ADD COLUMN b numeric(3, 2) NOT NULL", "without a default"),
    ("ALTER TABLE item ADD CONSTRAINT heavy CHECK (weight_g > 0)", "scans the table"),
    ("ALTER TABLE item ADD FOREIGN KEY (id) REFERENCES other (id)", "scans the table"),
    ("CREATE UNIQUE INDEX one_name ON item (name)", "unique index"),
    ("TRUNCATE item", "throws data away"),
    ("LOCK TABLE item", "locks a table"),
    ("CREATE TRIGGER t BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION f()", "trigger"),
    ("-- a remark\nSELECT 1; /* two\nlines */ drop table item", "drops something"),
]
FINE = [
    "CREATE TABLE shelf (id integer PRIMARY KEY, name text NOT NULL); CREATE UNIQUE INDEX shelf_name ON shelf (name)",
    "CREATE TABLE shelf (id integer); ALTER TABLE shelf ADD COLUMN name text NOT NULL",
    "ALTER TABLE item ADD COLUMN color text",
    "ALTER TABLE item ADD COLUMN color text NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN color text; CREATE INDEX item_color ON item (color)",
    "ALTER TABLE item ADD CONSTRAINT heavy CHECK (weight_g > 0) NOT VALID",
    "ALTER TABLE item DROP CONSTRAINT item_sku_check",
    "ALTER TABLE item ALTER COLUMN weight_g DROP NOT NULL",
    "ALTER TABLE item ALTER COLUMN weight_g SET DEFAULT 0",
    "UPDATE item SET name = 'drop table' WHERE name = ''",
    "-- DROP TABLE item would be wrong here\nSELECT 1",
]


@pytest.mark.parametrize(("statement", "why"), PLANTED)
def test_planted_breach_is_caught(tmp_path: Path, statement: str, why: str) -> None:
    path = tmp_path / "0002_planted.sql"
    path.write_text(statement)
    assert any(why in breach.why for breach in breaches(path)), list(breaches(path))


@pytest.mark.parametrize("statement", FINE)
def test_safe_statement_passes(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "0002_fine.sql"
    path.write_text(statement)
    assert list(breaches(path)) == []
