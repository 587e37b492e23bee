"""The embedded PostgreSQL: started when needed, shared by all processes here, restarted when it died.

The server is nobody's child: it survives the process that started it and the Ctrl-C in its terminal, and is
stopped only when told to. Whoever comes second attaches to what runs. Whether it runs is never remembered,
always asked. There is no network port: the door is a Unix socket in a directory that only the server's user
and root can enter.
"""

import contextlib
import fcntl
import os
import shlex
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from commissary.platform.postgres.account import account_for
from commissary.platform.postgres.cluster import PORT, SUPERUSER, Cluster
from commissary.platform.postgres.errors import PostgresError
from commissary.platform.postgres.installation import Installation, find_installation
from commissary.platform.postgres.postmaster import clear_remains, is_postmaster, running_postmaster
from commissary.platform.postgres.tuning import DATA_TUNING, Tuning

_TRIES = 5  # after a kill -9 the orphans of the dead server may hold its shared memory for a while
_LASTING = "configuration file"  # what is wrong there is wrong the next time, too
_POLL_S = 0.05
_FULL_HOUSE = ("too many clients", "remaining connection slots")


class EmbeddedPostgres:
    """One PostgreSQL server on one directory of this machine.

    `extra_settings` go over those of the tuning (tests switch `fsync` off; nothing else should). All methods
    may be called from several processes at once, and raise PostgresError in words that say how to mend it.
    """

    def __init__(
        self,
        directory: Path,
        *,
        name: str,
        tuning: Tuning = DATA_TUNING,
        extra_settings: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.directory = directory.expanduser().resolve()
        self._cluster = Cluster(self.directory)
        self._tuning = tuning
        self._extra = {"cluster_name": f"commissary {name}"[:60], **(extra_settings or {})}

    @property
    def pid(self) -> int | None:
        """The process of the server, None when none runs on this directory."""
        running = running_postmaster(self._cluster.data)
        return running.pid if running else None

    def dsn(self, database: str) -> str:
        """How to connect to one database of this server."""
        running = running_postmaster(self._cluster.data)
        # A server started under another TMPDIR says itself where its socket is.
        noted = running.socket_directory if running else ""
        host = noted or str(self._cluster.socket_directory)
        return make_conninfo(host=host, port=PORT, user=SUPERUSER, dbname=database)

    def is_running(self) -> bool:
        """Whether the server accepts connections now: tried, not remembered."""
        try:
            self._connect().close()
        except psycopg.OperationalError as problem:
            return any(words in str(problem) for words in _FULL_HOUSE)
        return True

    def start(self, timeout_s: float = 60) -> None:
        """Make the server ready, initializing its directory the first time; attach when it runs already."""
        self._launch_unless_running(timeout_s)

    def ensure_running(self, timeout_s: float = 60) -> bool:
        """Start the server again if it has died; True if that was needed."""
        return self._launch_unless_running(timeout_s)

    def stop(self, timeout_s: float = 30) -> None:
        """End all sessions, write all to disk and stop; after `timeout_s` stop at once and recover later."""
        if not self._cluster.lock_file.exists():
            return
        deadline = time.monotonic() + timeout_s
        with self._plain_errors(), self._locked(deadline):
            running = running_postmaster(self._cluster.data)
            if running is not None:
                self._end(running.pid, deadline)
            if self._cluster.socket_directory.parent != self.directory:
                with contextlib.suppress(OSError):
                    self._cluster.socket_directory.rmdir()

    def ensure_database(self, database: str) -> None:
        """Create a database unless it is there."""
        with self._session() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                return
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def drop_database(self, database: str) -> None:
        """Remove a database if it is there, and end the sessions on it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        with self._session() as connection:
            connection.execute(statement)

    @contextlib.contextmanager
    def _session(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        try:
            with self._connect() as connection:
                yield connection
        except psycopg.OperationalError as problem:
            raise PostgresError(f"The server in {self.directory} does not answer: {problem}") from problem

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.dsn("postgres"), autocommit=True, connect_timeout=3)

    def _launch_unless_running(self, timeout_s: float) -> bool:
        if self.is_running():
            return False
        deadline = time.monotonic() + timeout_s
        with self._plain_errors():
            account = account_for(self._cluster.data)
            self._cluster.create_directory(account)
            with self._locked(deadline):
                return self._launch_until_ready(deadline)

    def _launch_until_ready(self, deadline: float) -> bool:
        """Wait for a server that is starting, launch one where there is none; True if one was launched."""
        failures = 0
        while not self.is_running():
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"The {self.name} server in {self.directory} is not ready in time: it may be recovering."
                )
            if running_postmaster(self._cluster.data) is not None:
                time.sleep(_POLL_S)
                continue
            problem = self._launch(deadline)
            if problem is None:
                return True
            failures += 1
            if failures == _TRIES or _LASTING in problem:
                raise PostgresError(f"The {self.name} server in {self.directory} does not start:\n{problem}")
            time.sleep(0.2 * failures)
        return False

    def _launch(self, deadline: float) -> str | None:
        """Launch the server once; None when it is ready, else what it said."""
        cluster = self._cluster
        account = account_for(cluster.data)
        installation = find_installation(account, cluster.major)
        cluster.create_rooms(account)
        if cluster.major is None:
            cluster.initialize(account, installation, self._tuning)
        else:
            clear_remains(cluster.data, cluster.socket_lock, account)
        cluster.write_settings(account, installation, self._tuning, self._extra)
        begun = time.time()
        log_from = cluster.start_log.stat().st_size if cluster.start_log.exists() else 0
        patience_s = max(1, int(deadline - time.monotonic()))
        answer = account.run(self._start_command(installation, patience_s), timeout_s=patience_s + 10)
        if answer.returncode == 0 or running_postmaster(cluster.data):
            return None if self.is_running() else "It runs, and does not answer."
        return cluster.recent_log(log_from, begun - 1) or answer.stdout.strip()

    def _start_command(self, installation: Installation, patience_s: int) -> list[str | Path]:
        cluster = self._cluster
        # These three are on the command line, where no configuration file can undo them.
        fixed = {
            "config_file": str(cluster.settings_file),
            "listen_addresses": "",
            "unix_socket_directories": f'"{cluster.socket_directory}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
        }
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in fixed.items())
        wait = ["-w", "-t", str(patience_s)]
        return [
            installation.bin / "pg_ctl",
            "start",
            "-D",
            cluster.data,
            "-l",
            cluster.start_log,
            *wait,
            "-o",
            options,
        ]

    def _end(self, pid: int, deadline: float) -> None:
        if self._ended(pid, signal.SIGINT, deadline):
            return
        if not self._ended(pid, signal.SIGQUIT, time.monotonic() + 10):
            raise PostgresError(f"The {self.name} server (process {pid}) does not stop.")

    def _ended(self, pid: int, how: signal.Signals, deadline: float) -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        while is_postmaster(pid, self._cluster.data):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

    @contextlib.contextmanager
    def _locked(self, deadline: float) -> Iterator[None]:
        """Keep other processes from starting or stopping this server meanwhile."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self._cluster.lock_file, flags, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise PostgresError(
                            f"Another process is starting or stopping the server in {self.directory}."
                        ) from None
                    time.sleep(_POLL_S)
            yield
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise PostgresError(
                f"The {self.name} server in {self.directory} cannot be handled: {problem}."
            ) from problem
