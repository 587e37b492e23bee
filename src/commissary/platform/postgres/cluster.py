"""One data directory on disk: initialized once, and given its settings anew at each start.

    directory/           the caller's: settings.conf, local.conf (the operator's own, optional), start.lock
        cluster/         PostgreSQL's data
        log/             its log files, one per weekday
        socket/          the door: whoever may enter this directory is the superuser

An initialization that was cut off leaves `cluster.new` behind, which is thrown away: `cluster` is whole
or absent.
"""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from commissary.platform.postgres.account import Account
from commissary.platform.postgres.errors import PostgresError
from commissary.platform.postgres.installation import Installation, create_open_directories
from commissary.platform.postgres.tuning import Tuning, memory_mb

SUPERUSER = "commissary"
PORT = 5432
_OWN_SETTINGS = "local.conf"
_SOCKET_PATH_LIMIT = 103  # 107 on Linux; macOS allows four fewer
_SETTING_NAME = re.compile(r"[a-z_][a-z0-9_.]*")
_LINES_OF_LOG = 15


@dataclass(frozen=True, slots=True)
class Cluster:
    """The places of one server below its directory."""

    directory: Path

    @property
    def data(self) -> Path:
        return self.directory / "cluster"

    @property
    def logs(self) -> Path:
        return self.directory / "log"

    @property
    def start_log(self) -> Path:
        return self.logs / "start.log"

    @property
    def settings_file(self) -> Path:
        return self.directory / "settings.conf"

    @property
    def lock_file(self) -> Path:
        return self.directory / "start.lock"

    @property
    def socket_directory(self) -> Path:
        """Beside the data, or in the system's temporary directory when that path is too long."""
        beside = self.directory / "socket"
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_LIMIT:
            return beside
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:12]
        return Path(tempfile.gettempdir()).resolve() / f"commissary-{digest}"

    @property
    def socket_lock(self) -> Path:
        return self.socket_directory / f".s.PGSQL.{PORT}.lock"

    @property
    def major(self) -> int | None:
        """The version that wrote the data; None before the first start."""
        try:
            return int((self.data / "PG_VERSION").read_text().strip())
        except (FileNotFoundError, ValueError):
            return None

    def create_directory(self, account: Account) -> None:
        """Create what is missing down to the directory; the server's user must be able to get there."""
        if account.is_caller:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            create_open_directories(self.directory)
            account.require_way_to(self.directory)

    def create_rooms(self, account: Account) -> None:
        account.make_private(self.logs)
        account.make_private(self.socket_directory)

    def initialize(self, account: Account, installation: Installation, tuning: Tuning) -> None:
        """Create the data directory: checksums, UTF-8, byte order for sorting, one superuser, no network."""
        half = self.directory / "cluster.new"
        shutil.rmtree(half, ignore_errors=True)
        account.make_private(half)
        answer = account.run(
            [
                installation.bin / "initdb",
                f"--pgdata={half}",
                f"--username={SUPERUSER}",
                "--auth-local=trust",
                "--auth-host=reject",
                "--encoding=UTF8",
                *_locale_options(installation),
                "--data-checksums",
                f"--wal-segsize={tuning.wal_segment_mb}",
                "--set=listen_addresses=",
                "--no-instructions",
            ]
        )
        if answer.returncode:
            shutil.rmtree(half, ignore_errors=True)
            raise PostgresError(
                f"PostgreSQL could not initialize {self.directory}:\n{_last_lines(answer.stdout)}"
            )
        half.rename(self.data)

    def write_settings(
        self, account: Account, installation: Installation, tuning: Tuning, extra: Mapping[str, str]
    ) -> None:
        settings = tuning.settings(
            memory_mb=memory_mb(),
            major=installation.major,
            wal_compression=self._wal_compression(account, installation),
        )
        settings |= {"log_directory": str(self.logs), **extra}
        lines = [f"# Written anew at each start. Your own belong into {_OWN_SETTINGS} beside this file."]
        lines += [_setting(name, value) for name, value in settings.items()]
        if (self.directory / _OWN_SETTINGS).exists():
            lines.append(f"include '{_OWN_SETTINGS}'")
        self._replace_settings("\n".join(lines) + "\n", account)

    def recent_log(self, start_log_from: int, since: float) -> str:
        """The last lines that the server wrote since a start: its first words, then its log file."""
        with contextlib.suppress(OSError):
            first = self.start_log.read_bytes()[start_log_from:].decode(errors="replace")
            files = [file for file in self.logs.glob("postgresql-*.log") if not file.is_symlink()]
            fresh = [file for file in files if file.stat().st_mtime >= since]
            later = "".join(file.read_text(errors="replace")[-8000:] for file in fresh)
            return _last_lines(first + later)
        return ""

    def _wal_compression(self, account: Account, installation: Installation) -> str:
        """The best compression that this build knows: it is asked, for the builds differ."""
        question: list[str | Path] = ["-D", self.data, "-c", "wal_compression=lz4", "-C", "wal_compression"]
        answer = account.run([installation.bin / "postgres", *question])
        return "pglz" if answer.returncode else "lz4"

    def _replace_settings(self, text: str, account: Account) -> None:
        # A new file moved into place: root never writes through a link that the server's user may have put.
        half = self.settings_file.with_name(f".settings-{secrets.token_hex(6)}")
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            if not account.is_caller:
                os.fchown(file.fileno(), account.uid, account.gid)
        half.replace(self.settings_file)


def _locale_options(installation: Installation) -> list[str]:
    if installation.major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale-provider=libc", "--locale=C"]


def _setting(name: str, value: str) -> str:
    if not _SETTING_NAME.fullmatch(name) or "\n" in value:
        raise PostgresError(f"{name!r} is no setting of PostgreSQL.")
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    return f"{name} = '{quoted}'"


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LINES_OF_LOG:])
