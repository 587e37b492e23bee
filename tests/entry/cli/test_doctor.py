"""`commissary doctor` on an installation with one fault planted at a time.

fault                                          said of                level
none                                           everything             ok
the master key is another one                  key store              problem
the master key's file is open to others        master key             problem
keys and data share a server                   keys                   problem
a migration was changed, or has not run        migrations             problem
events wait and no worker comes                the organization       problem
a subject is parked                            the organization       problem
no partition for the next month                the organization       warning
a row breaks an invariant                      the organization       problem
another program listens at our port            port                   problem
fsync is off (it is, in these tests)           data server            problem
"""

import base64
import json
import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from commissary.entry.cli.doctor import server_findings
from commissary.platform.checkup import (
    Level,
    assets_finding,
    directory_findings,
    key_file_finding,
    machine_findings,
    port_finding,
    python_finding,
)
from commissary.platform.config import load_config
from commissary.views.server_health import ServerFacts
from tests.installation import Commands

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SOUND = ServerFacts(180001, "on", "on", "on", NOW, "1", 200, 10)
KEY = base64.b64encode(b"k" * 32).decode()


def examined(shell: Commands) -> dict[tuple[str, str], str]:
    """What is not well: (looked at, level) → found. The run's servers are fast and unsafe, which is not told here."""
    findings = json.loads(shell.run("doctor", "--json", expect=1))
    assert all(finding["mend"] for finding in findings if finding["level"] != "ok")
    return {
        (finding["what"], finding["level"]): finding["found"]
        for finding in findings
        if finding["level"] != "ok" and "off" not in finding["found"] and finding["what"] != "browser assets"
    }


@pytest.fixture
def sound(shell: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """An installation that a worker looks after."""
    monkeypatch.setenv("COMMISSARY_PORT", str(_free_port()))
    with psycopg.connect(shell.dsn) as connection:
        connection.execute("INSERT INTO org_acme.sweep (name, ran_at) VALUES ('any', now())")
        connection.execute("INSERT INTO org_acme.setting (name, value) VALUES ('outbox.registered', 'true')")
        connection.execute("UPDATE org_acme.delivery SET event_at = now()")
    return shell


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_sound_installation(sound: Commands) -> None:
    assert examined(sound) == {}
    table = sound.run("doctor", expect=1)
    assert "the master key opens it" in table
    assert "nothing waits, nothing is broken" in table
    # The test run's own servers do without fsync, and the doctor says so.
    assert "fsync, full_page_writes off" in table


# a fault                                                            said of, level, found
PLANTED: list[tuple[str, tuple[str, str], str]] = [
    (
        "INSERT INTO org_acme.delivery (subscriber, lane, subject_id, event_id, event_at)"
        " SELECT 'x', 0, subject_id, id, at - interval '61 s' FROM org_acme.event LIMIT 1",
        ("acme", "problem"),
        "1 events and 0 jobs wait",
    ),
    (
        "INSERT INTO org_acme.job_request (task, arguments, run_at) VALUES ('t', '{}', now() - interval '61 s')",
        ("acme", "problem"),
        "0 events and 1 jobs wait",
    ),
    (
        "INSERT INTO org_acme.parked_subject VALUES ('x', 's', 1, 'ValueError', now())",
        ("acme", "problem"),
        "1 subjects are parked",
    ),
    ("DELETE FROM org_acme.sweep", ("acme", "warning"), "no worker has ever looked after it"),
    (
        "DROP TABLE org_acme.event_2999",
        ("acme", "warning"),
        "events have no partition for the next month",
    ),
    (
        "INSERT INTO org_acme.group_position (item_id, group_id, supply) VALUES (1, 1, 7)",
        ("acme", "problem"),
        "1 rows break: A group's supply",
    ),
    (
        "UPDATE org_acme.migration SET checksum = 'other'",
        ("migrations", "problem"),
        "was changed after it ran",
    ),
    (
        "ALTER TABLE org_acme.migration RENAME TO migration_lost",
        ("migrations", "problem"),
        "1 have not run: acme: 0001_first",
    ),
]


@pytest.mark.parametrize(("fault", "said_of", "found"), PLANTED, ids=[row[2] for row in PLANTED])
def test_planted_fault_is_found(sound: Commands, fault: str, said_of: tuple[str, str], found: str) -> None:
    with psycopg.connect(sound.dsn) as connection:
        month = connection.execute("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM')")
        connection.execute(fault.replace("2999", str((month.fetchone() or ("",))[0])))
    said = examined(sound)
    assert list(said) == [said_of]
    assert found in said[said_of]


def test_master_key_that_opens_nothing(sound: Commands, _keys_database: str) -> None:
    with psycopg.connect(_keys_database) as connection:
        connection.execute("TRUNCATE person_key")
        connection.execute(
            "INSERT INTO person_key VALUES ('acme', gen_random_uuid(), decode(repeat('00', 40), 'hex'))"
        )
    said = examined(sound)
    with psycopg.connect(_keys_database) as connection:
        connection.execute("TRUNCATE person_key")
    assert said == {("key store", "problem"): "The master key does not open this key store."}


def test_keys_beside_the_data(sound: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS_DATABASE_URL", sound.dsn)
    assert ("keys", "problem") in examined(sound)


def test_servers_that_do_not_run_are_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMISSARY_HOME", str(tmp_path))
    config = load_config({"COMMISSARY_HOME": str(tmp_path)}, name="nothing")
    findings = {f.what: f for f in machine_findings(config, {}, None)}
    assert findings["directory"].level is Level.WARNING
    assert findings["master key"].level is Level.WARNING
    assert list(tmp_path.iterdir()) == []


# facts of a server                                             levels
FACTS = [
    (SOUND, [Level.OK]),
    (SOUND._replace(version=150004), [Level.PROBLEM]),
    (SOUND._replace(fsync="off"), [Level.OK, Level.PROBLEM]),
    (SOUND._replace(synchronous_commit="off"), [Level.OK, Level.PROBLEM]),
    (SOUND._replace(full_page_writes="off"), [Level.OK, Level.PROBLEM]),
    (SOUND._replace(clock=NOW + timedelta(minutes=1)), [Level.OK, Level.WARNING]),
    (SOUND._replace(clock=NOW - timedelta(minutes=1)), [Level.OK, Level.WARNING]),
    (SOUND._replace(connections=199), [Level.WARNING]),
]


@pytest.mark.parametrize(("facts", "levels"), FACTS)
def test_servers(facts: ServerFacts, levels: list[Level]) -> None:
    findings = server_findings("data server", facts, NOW)
    assert [finding.level for finding in findings] == levels
    assert all(bool(finding.mend) is (finding.level is not Level.OK) for finding in findings)


def test_master_key_file(tmp_path: Path) -> None:
    config = load_config({"COMMISSARY_HOME": str(tmp_path)})
    assert key_file_finding(config, {}).level is Level.WARNING
    assert key_file_finding(config, {"COMMISSARY_MASTER_KEY": KEY}).level is Level.OK
    assert key_file_finding(config, {"COMMISSARY_MASTER_KEY": "secret"}).level is Level.PROBLEM
    path = config.directory / "master.key"
    config.directory.mkdir()
    for content, mode, level in (
        (KEY, 0o600, Level.OK),
        (KEY, 0o640, Level.PROBLEM),
        ("secret", 0o600, Level.PROBLEM),
    ):
        path.write_text(content)
        path.chmod(mode)
        finding = key_file_finding(config, {})
        assert finding.level is level
        assert content not in finding.found + finding.mend


def test_port_of_another_program() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        config = load_config({"COMMISSARY_PORT": str(other.getsockname()[1])})
        other.settimeout(0.1)
        assert port_finding(config).level is Level.PROBLEM
    assert port_finding(config).level is Level.OK


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config({"COMMISSARY_HOME": str(tmp_path)})
    config.directory.mkdir()
    for free_gb, level in ((0.5, Level.PROBLEM), (3, Level.WARNING), (30, Level.OK)):
        usage = type("Usage", (), {"free": free_gb * 10**9})
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        (finding,) = directory_findings(config)
        assert finding.level is level


def test_cluster_open_to_others(tmp_path: Path) -> None:
    config = load_config({"COMMISSARY_HOME": str(tmp_path)})
    cluster = config.directory / "data" / "cluster"
    cluster.mkdir(parents=True)
    cluster.chmod(0o755)
    assert any(f.what == "directory" and f.level is Level.PROBLEM for f in directory_findings(config))


def test_assets_and_python(tmp_path: Path) -> None:
    assert assets_finding(tmp_path).level is Level.WARNING
    for name in ("htmx.org", "@tabler/core"):
        (tmp_path / "node_modules" / name).mkdir(parents=True)
    assert assets_finding(tmp_path).level is Level.OK
    assert python_finding().level is Level.OK
