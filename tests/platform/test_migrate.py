"""Migrations: forward only, one at a time, never changed once they ran.

what happens                                       then
two processes migrate at once                      each migration runs once
a file was changed after it ran                    refused, by its name
a migration fails half-way                         nothing of it is left, the next try runs it
an organization's name is taken or no name         refused
a creation was interrupted                         the next one ends it
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from commissary.platform import migrate as machinery
from commissary.platform.migrate import (
    MONTHS_AHEAD,
    MigrationError,
    create_organization,
    list_organizations,
    load_migrations,
    migrate,
    migration_folder,
    pending_migrations,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations that a test may change."""
    copy = tmp_path / "migrations"
    shutil.copytree(migration_folder(), copy)
    monkeypatch.setattr(machinery, "migration_folder", lambda: copy)
    return copy


def add(folder: Path, statement: str, name: str = "9998_added.sql") -> None:
    (folder / name).write_text(statement)


def columns(dsn: str, table: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", (table,)
        )
        return {row[0] for row in rows}


def test_everything_is_pending_until_it_ran(empty_database: str) -> None:
    assert pending_migrations(empty_database) == ["platform: everything"]
    assert migrate(empty_database) == ["platform: 0001_first", "platform: job queue"]
    create_organization(empty_database, "acme", "Acme")
    assert pending_migrations(empty_database) == []
    assert migrate(empty_database) == []
    assert [(o.name, o.title, o.kind) for o in list_organizations(empty_database)] == [
        ("acme", "Acme", "live")
    ]


def test_new_migration_runs_in_every_organization(organization_dsn: str, folder: Path) -> None:
    create_organization(organization_dsn, "other", "Other")
    add(folder, "ALTER TABLE item ADD COLUMN color text")
    assert pending_migrations(organization_dsn) == ["acme: 9998_added", "other: 9998_added"]
    assert migrate(organization_dsn) == ["acme: 9998_added", "other: 9998_added"]
    for name in ("acme", "other"):
        assert "color" in columns(organization_dsn, f"org_{name}.item")


def test_two_processes_migrate_at_once(empty_database: str, folder: Path) -> None:
    add(folder, "ALTER TABLE item ADD COLUMN color text")
    with ThreadPoolExecutor(4) as processes:
        done = [name for names in processes.map(migrate, [empty_database] * 4) for name in names]
        assert sorted(done) == ["platform: 0001_first", "platform: job queue"]
        names = [f"org{n}" for n in range(4)]
        list(processes.map(lambda name: create_organization(empty_database, name, name), names))
        add(folder, "SELECT pg_sleep(0.1); ALTER TABLE item ADD COLUMN size text", "9999_slow.sql")
        done = [name for found in processes.map(migrate, [empty_database] * 3) for name in found]
    assert sorted(done) == [f"{name}: 9999_slow" for name in names]


def test_changed_file_is_refused(organization_dsn: str, folder: Path) -> None:
    first = folder / "0001_first.sql"
    first.write_text(first.read_text() + "\n-- an afterthought\n")
    for run in (migrate, pending_migrations):
        with pytest.raises(MigrationError, match="0001_first was changed after it ran"):
            run(organization_dsn)


def test_failing_migration_leaves_nothing(organization_dsn: str, folder: Path) -> None:
    add(folder, "ALTER TABLE item ADD COLUMN color text; ALTER TABLE nothing ADD COLUMN color text")
    with pytest.raises(MigrationError, match="9998_added"):
        migrate(organization_dsn)
    assert "color" not in columns(organization_dsn, "org_acme.item")
    assert pending_migrations(organization_dsn) == ["acme: 9998_added"]
    add(folder, "ALTER TABLE item ADD COLUMN color text")
    assert migrate(organization_dsn) == ["acme: 9998_added"]


def test_table_in_use_is_not_waited_for_for_ever(
    organization_dsn: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration that waits for a lock makes everybody behind it wait too, so it gives up soon."""
    add(folder, "SET LOCAL lock_timeout = '200ms'; ALTER TABLE item ADD COLUMN color text")
    with psycopg.connect(organization_dsn) as reader:
        reader.execute("SELECT count(*) FROM org_acme.item")
        with pytest.raises(MigrationError, match="lock timeout"):
            migrate(organization_dsn)
    assert migrate(organization_dsn) == ["acme: 9998_added"]


@pytest.mark.parametrize("name", ["", "Acme", "1a", "a-b", "a" * 41, "a; DROP", "platform\n", "a.b"])
def test_names_that_no_organization_can_have(organization_dsn: str, name: str) -> None:
    with pytest.raises(MigrationError):
        create_organization(organization_dsn, name, "x")
    assert [o.name for o in list_organizations(organization_dsn)] == ["acme"]


def test_name_is_taken_once(organization_dsn: str) -> None:
    with pytest.raises(MigrationError, match="already"):
        create_organization(organization_dsn, "acme", "Acme again")


def test_interrupted_creation_is_ended_by_the_next(organization_dsn: str) -> None:
    with psycopg.connect(organization_dsn) as connection:
        connection.execute("CREATE SCHEMA org_half")
    create_organization(organization_dsn, "half", "Half")
    assert "sku" in columns(organization_dsn, "org_half.item")


def test_events_have_a_partition_for_this_month_and_the_next(organization_dsn: str) -> None:
    with psycopg.connect(organization_dsn) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = 'org_acme.event'::regclass AND relname ~ '^event_[0-9]{4}_[0-9]{2}$'"
        ).fetchone()
    assert rows == (MONTHS_AHEAD + 1,)


def test_files_are_read_in_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("0010_c.sql", "0002_b.sql", "0001_a.sql", "notes.sql", "1_x.sql", "0003_d.txt"):
        (tmp_path / name).write_text("SELECT 1")
    assert [m.name for m in load_migrations(tmp_path)] == ["0001_a", "0002_b", "0010_c"]
