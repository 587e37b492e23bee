"""Real servers for all tests: one for data and one for keys per test run, shared by all of its processes.

The process that leads the run makes the run's directory and names it in the environment; the first test that
needs a server starts it, the leader stops both and removes the directory. The leader holds a lock on its
directory for as long as it lives, so the next run can tell the remains of a run that was killed, and clears
them away.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import psycopg
import pytest

from commissary.platform.config import load_config
from commissary.platform.db import Db
from commissary.platform.keystore import prepare_keystore
from commissary.platform.migrate import create_organization, migrate
from commissary.platform.postgres import DATA_TUNING, KEYS_TUNING, EmbeddedPostgres, Tuning
from commissary.wiring import Application, build, open_application
from tests.doors import api, client_with, new_key, serve

_RUN_VARIABLE = "COMMISSARY_TEST_RUN"
_PREFIX = "commissary-tests-"
# For tests only: they survive the death of the server, not of the machine.
_FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "1min"}
_LEADER_LOCK = pytest.StashKey[IO[str]]()


def _server(run: Path, tuning: Tuning) -> EmbeddedPostgres:
    return EmbeddedPostgres(
        run / tuning.role, name=f"tests {tuning.role}", tuning=tuning, extra_settings=_FAST
    )


def _remove_run(run: Path) -> None:
    for lock in run.rglob("start.lock"):
        EmbeddedPostgres(lock.parent, name="tests").stop(timeout_s=10)
    shutil.rmtree(run, ignore_errors=True)


def _held(run: Path) -> IO[str] | None:
    """The lock of a run's leader, or None while another process holds it."""
    lock = (run / "leader.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _clear_abandoned_runs() -> None:
    for run in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another run was faster to clear it
            found = run.lstat()
            # A leader that has just begun may not hold its lock yet.
            if found.st_uid != os.geteuid() or time.time() - found.st_mtime < 60 or run.is_symlink():
                continue
            lock = _held(run)
            if lock is not None:
                _remove_run(run)
                lock.close()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    _clear_abandoned_runs()
    run = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = _held(run)
    assert lock is not None
    config.stash[_LEADER_LOCK] = lock
    run.chmod(0o755)  # the server of a root that tests runs as another user
    os.environ[_RUN_VARIABLE] = str(run)


def pytest_unconfigure(config: pytest.Config) -> None:
    lock = config.stash.get(_LEADER_LOCK, None)
    if lock is not None:
        _remove_run(Path(os.environ[_RUN_VARIABLE]))
        lock.close()


@pytest.fixture(scope="session")
def run_directory() -> Path:
    """A directory of this run that every user can enter; what is in it, servers too, ends with the run."""
    return Path(os.environ[_RUN_VARIABLE])


@pytest.fixture(scope="session")
def postgres_server(run_directory: Path) -> EmbeddedPostgres:
    """The run's server for business data."""
    server = _server(run_directory, DATA_TUNING)
    server.start()
    return server


@pytest.fixture(scope="session")
def keys_server(run_directory: Path) -> EmbeddedPostgres:
    """The run's server for the keys of personal data."""
    server = _server(run_directory, KEYS_TUNING)
    server.start()
    return server


def _fresh_database(server: EmbeddedPostgres) -> Iterator[str]:
    database = f"test_{secrets.token_hex(8)}"
    server.ensure_database(database)
    yield server.dsn(database)
    server.drop_database(database)


@pytest.fixture
def empty_database(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The DSN of a database with nothing in it, removed after the test."""
    yield from _fresh_database(postgres_server)


@pytest.fixture
def empty_keys_database(keys_server: EmbeddedPostgres) -> Iterator[str]:
    """The DSN of a key database with nothing in it, removed after the test."""
    yield from _fresh_database(keys_server)


@dataclass(frozen=True, slots=True)
class Organization:
    """A migrated database with one test organization, and an open application on it."""

    app: Application
    name: str
    dsn: str


@pytest.fixture(scope="session")
def _organization_template(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database with the test organization `acme` in it, to be copied for each test."""
    name = f"template_{secrets.token_hex(8)}"
    postgres_server.ensure_database(name)
    dsn = postgres_server.dsn(name)
    migrate(dsn)
    create_organization(dsn, "acme", "Acme", kind="test")
    return name


@pytest.fixture(scope="session")
def _keys_database(keys_server: EmbeddedPostgres) -> str:
    name = f"keys_{secrets.token_hex(8)}"
    keys_server.ensure_database(name)
    dsn = keys_server.dsn(name)
    prepare_keystore(dsn)
    return dsn


@pytest.fixture
def organization_dsn(postgres_server: EmbeddedPostgres, _organization_template: str) -> Iterator[str]:
    """The DSN of a fresh database with the migrated test organization `acme` in it."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(postgres_server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_organization_template} STRATEGY file_copy")
    yield postgres_server.dsn(name)
    postgres_server.drop_database(name)


@pytest.fixture
async def organization(organization_dsn: str, _keys_database: str) -> AsyncIterator[Organization]:
    """The test organization `acme` in a database of its own, with an open application; its key store is empty."""
    with psycopg.connect(_keys_database) as connection:
        connection.execute("TRUNCATE person_key, erased_person")
    config = load_config({}, name="tests")
    async with open_application(
        build(config, organization_dsn, _keys_database, b"k" * 32, pool_size=8)
    ) as app:
        yield Organization(app, "acme", organization_dsn)


@pytest.fixture
async def db(organization: Organization) -> AsyncIterator[Db]:
    """An open transaction on the test organization; commits when the test ends well."""
    async with organization.app.database.transaction(organization.name) as db:
        yield db


@pytest.fixture
async def api_address(organization: Organization) -> AsyncIterator[str]:
    """Where the API of the test organization listens."""
    async with serve(api(organization.app)) as address:
        yield address


@pytest.fixture
async def client(organization: Organization, api_address: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client on the API with the key of an administrator; `tests.doors.new_key` makes keys of others."""
    async with client_with(api_address, await new_key(organization.app)) as client:
        yield client
