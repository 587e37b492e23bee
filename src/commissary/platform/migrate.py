"""Migrations: plain SQL, forward only, once for what is shared and once for each organization.

`migrations/NNNN_name.sql` is for organizations, `migrations/shared/NNNN_name.sql` for the schema `platform`. Each file
runs in one transaction under an advisory lock and a short lock timeout, and is recorded with its checksum: a file
that changed after it ran is an error. Every migration must be safe while version N still runs beside N+1 (tests hold
it): columns are added with a default or nullable, and never renamed, retyped or dropped in the release that stops
using them.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from commissary.platform.db import ORGANIZATION_NAME

_LOCK = 0x436F6D6D  # one migration at a time for the whole database
MONTHS_AHEAD = 3


class MigrationError(Exception):
    """A migration that cannot run; the message names the file and the reason."""


class Migration(NamedTuple):
    name: str
    statement: LiteralString
    checksum: str


def migration_folder() -> Path:
    """Where the SQL files are: inside the installed package, or at the root of a checkout."""
    packaged = Path(str(resources.files("commissary"))) / "_migrations"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "migrations"


def load_migrations(folder: Path) -> list[Migration]:
    """The folder's SQL files in order of their numbers."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        text = path.read_text(encoding="utf-8")
        checksum = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(path.stem, text, checksum))
    return found


def migrate(dsn: str) -> list[str]:
    """Bring the whole database up to date; says what was done, one entry a migration."""
    folder = migration_folder()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS platform")
        done = [
            f"platform: {name}" for name in _run(connection, "platform", load_migrations(folder / "shared"))
        ]
        connection.execute("SET search_path TO platform")
        if _lacks(connection, "platform.procrastinate_jobs"):
            connection.execute(SchemaManager.get_schema().replace("%", "%%"), ())
            done.append("platform: job queue")
        for name in organization_names(connection):
            done += _migrate_organization(connection, name, folder)
    return done


def create_organization(dsn: str, name: str, title: str, kind: str = "live") -> None:
    """A new organization with its own schema. Raises MigrationError when the name cannot be used or is taken."""
    if not ORGANIZATION_NAME.fullmatch(name):
        raise MigrationError(
            f"{name!r} cannot name an organization: use a-z, 0-9 and _, starting with a letter."
        )
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        if name in organization_names(connection):
            raise MigrationError(f"There is already an organization named {name!r}.")
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(f"org_{name}")))
        _migrate_organization(connection, name, migration_folder())
        # Listed last: until everything is in place nobody can work in it.
        connection.execute(
            "INSERT INTO platform.organization (name, title, kind) VALUES (%s, %s, %s)", (name, title, kind)
        )


def pending_migrations(dsn: str) -> list[str]:
    """What `migrate` would do, without doing it; for readiness and for the doctor."""
    folder = migration_folder()
    with psycopg.connect(dsn, autocommit=True) as connection:
        if _lacks(connection, "platform.migration"):
            return ["platform: everything"]
        pending = [
            f"platform: {m.name}"
            for m in _pending(connection, "platform", load_migrations(folder / "shared"))
        ]
        for name in organization_names(connection):
            pending += [
                f"{name}: {m.name}" for m in _pending(connection, f"org_{name}", load_migrations(folder))
            ]
    return pending


def organization_names(connection: psycopg.Connection[Any]) -> list[str]:
    """Names of all organizations, in order."""
    if _lacks(connection, "platform.organization"):
        return []
    return [row[0] for row in connection.execute("SELECT name FROM platform.organization ORDER BY name")]


class OrganizationRow(NamedTuple):
    name: str
    title: str
    kind: str
    created_at: datetime


def list_organizations(dsn: str) -> list[OrganizationRow]:
    """All organizations by name."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT name, title, kind, created_at FROM platform.organization ORDER BY name"
        )
        return [OrganizationRow._make(row) for row in rows]


def ensure_partitions(connection: psycopg.Connection[Any], schema: str) -> None:
    """Monthly partitions of `event` for this month and the next ones; the rest partition catches what is left."""
    for month in range(MONTHS_AHEAD + 1):
        row = connection.execute(
            "SELECT to_char(m, 'YYYY_MM'), m::date, (m + interval '1 month')::date "
            "FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => %s) AS m)",
            (month,),
        ).fetchone()
        assert row is not None
        create = sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
            sql.Identifier(schema, f"event_{row[0]}"),
            sql.Identifier(schema, "event"),
            sql.Literal(f"{row[1]} 00:00:00+00"),
            sql.Literal(f"{row[2]} 00:00:00+00"),
        )
        # A test organization whose clock was ahead has events of that month in the rest partition: they stay there.
        with suppress(psycopg.errors.CheckViolation):
            connection.execute(create)


def _migrate_organization(connection: psycopg.Connection[Any], name: str, folder: Path) -> list[str]:
    schema = f"org_{name}"
    done = [f"{name}: {migration}" for migration in _run(connection, schema, load_migrations(folder))]
    ensure_partitions(connection, schema)
    return done


def _run(connection: psycopg.Connection[Any], schema: str, migrations: Sequence[Migration]) -> list[str]:
    done = []
    for migration in _pending(connection, schema, migrations):
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '5s'")
                connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(schema)))
                connection.execute(migration.statement)
                connection.execute(
                    sql.SQL("INSERT INTO {} (name, checksum) VALUES (%s, %s)").format(
                        sql.Identifier(schema, "migration")
                    ),
                    (migration.name, migration.checksum),
                )
        except psycopg.Error as error:
            raise MigrationError(f"{schema}: {migration.name} failed: {error}") from error
        done.append(migration.name)
    return done


def _pending(
    connection: psycopg.Connection[Any], schema: str, migrations: Sequence[Migration]
) -> list[Migration]:
    table = sql.Identifier(schema, "migration")
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} (name text PRIMARY KEY, checksum text NOT NULL,"
            " ran_at timestamptz NOT NULL DEFAULT now())"
        ).format(table)
    )
    ran = dict(connection.execute(sql.SQL("SELECT name, checksum FROM {}").format(table)).fetchall())
    for migration in migrations:
        if ran.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationError(
                f"{schema}: {migration.name} was changed after it ran; add a new migration instead."
            )
    return [migration for migration in migrations if migration.name not in ran]


def _lacks(connection: psycopg.Connection[Any], table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NULL", (table,)).fetchone()
    return row is None or bool(row[0])
