"""`commissary` as a person types it, on a database and a key store of the test run."""

import base64
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from commissary.entry.cli.main import application

PLACE = (
    '{"code": "%s", "name": "%s", "kind": "warehouse", "address": {"country": "GB"}, '
    '"time_zone": "Europe/London", "capabilities": ["ship_from"]}\n'
)


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs commands in a directory of its own; `dsn` is the database with the organization `acme`."""

    dsn: str
    directory: Path

    def write(self, name: str, text: str | bytes) -> Path:
        """A file to import."""
        path = self.directory / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def run(self, *words: str | Path, expect: int = 0) -> str:
        """The output of a command that ends with this exit code."""
        result = CliRunner().invoke(application, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, result.output
        return result.output

    def take(self, entity: str, path: Path, *options: str | Path, expect: int = 0) -> str:
        """`commissary import` for the organization `acme`, with the report beside the file."""
        report = self.report_of(path)
        return self.run(
            "import", entity, path, "--organization", "acme", "--report", report, *options, expect=expect
        )

    def report_of(self, path: Path) -> Path:
        return path.with_suffix(".refused.csv")

    def refused(self, path: Path) -> list[tuple[int, str, str]]:
        """(row, field, reason) of each entry in the report of a file."""
        report = self.report_of(path)
        if not report.exists():
            return []
        with report.open(newline="", encoding="utf-8") as file:
            return [(int(e["row"]), e["field"], e["reason"]) for e in csv.DictReader(file)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query of the organization's tables finds."""
        with psycopg.connect(self.dsn, options="-c search_path=org_acme") as connection:
            return connection.execute(query.encode()).fetchall()

    def state(self) -> dict[str, Any]:
        """Rows of every table, and the sums of stock: equal before and after what changes nothing."""
        tables = [
            name
            for (name,) in self.rows(
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'org_acme' ORDER BY 1"
            )
        ]
        found: dict[str, Any] = {name: self.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables}
        found["stock"] = self.rows("SELECT sum(available), sum(reserved), sum(shortage) FROM stock_position")
        found["states"] = self.rows("SELECT state, sum(quantity) FROM quantity_group GROUP BY 1 ORDER BY 1")
        return found


@pytest.fixture
def shell(
    organization_dsn: str, _keys_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """Commands on the test database, with one warehouse."""
    monkeypatch.setenv("DATABASE_URL", organization_dsn)
    monkeypatch.setenv("KEYS_DATABASE_URL", _keys_database)
    monkeypatch.setenv("COMMISSARY_MASTER_KEY", base64.b64encode(b"k" * 32).decode())
    monkeypatch.setenv("COMMISSARY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    commands = Commands(organization_dsn, tmp_path)
    commands.take("locations", commands.write("places.ndjson", PLACE % ("W1", "Warehouse")))
    return commands
