"""Who the server runs as. PostgreSQL refuses to run as root, so root hands it to a user without rights.

That user must own the data and be able to enter every directory above it. Both are tried for real, as that
user, rather than computed from permission bits: access lists and containers have their own ideas.
"""

import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from commissary.platform.postgres.errors import PostgresError

_CANDIDATES = ("postgres", "nobody")
# Nothing of the caller's environment reaches the server: PGDATA, PGPORT or a locale would change it.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
_FIRST_CLOSED = 'for place; do cd -- "$place" 2>/dev/null || { printf %s "$place"; exit 1; }; done'


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine who runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, in a session of its own; both output streams come back as one."""
        try:
            return subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout_s,
                cwd="/",
                env=_ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                user=None if self.is_caller else self.uid,
                group=None if self.is_caller else self.gid,
                extra_groups=None if self.is_caller else [],
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PostgresError(f"{Path(command[0]).name} did not finish within {timeout_s:.0f} s.") from None

    def first_closed(self, directory: Path) -> Path | None:
        """The first directory on the way down to `directory`, itself included, closed to this user."""
        way = [*reversed(directory.parents), directory]
        answer = self.run(["/bin/sh", "-c", _FIRST_CLOSED, "sh", *way])
        return Path(answer.stdout) if answer.returncode else None

    def require_way_to(self, directory: Path) -> None:
        """Refuse, with the way to mend it, when this user cannot enter `directory`."""
        closed = self.first_closed(directory)
        if closed is not None:
            raise PostgresError(
                f"PostgreSQL runs as the user {self.name} here, who cannot enter {closed}. "
                f"Either run `chmod o+x {closed}`, or set COMMISSARY_HOME to a directory that everyone can "
                "enter, such as /var/lib/commissary."
            )

    def make_private(self, directory: Path) -> None:
        """Make sure that `directory` exists, belongs to this user, and is closed to all others.

        Safe below a directory that everyone may write: what somebody else has put there is refused.
        """
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            if not self.is_caller:
                os.chown(directory, self.uid, self.gid, follow_symlinks=False)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid:
            raise PostgresError(
                f"{directory} should be a directory of the user {self.name}, and is not: "
                "remove it, or hand it to that user."
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            directory.chmod(0o700)


def account_for(cluster: Path) -> Account:
    """The user who runs the server of this data directory: its owner, else the caller; never root."""
    owner = cluster.stat().st_uid if cluster.exists() else None
    caller = os.geteuid()
    if caller != 0:
        if owner is not None and owner != caller:
            raise PostgresError(
                f"{cluster} belongs to the user {_name_of(owner)}: start the server as that user, or as root."
            )
        return Account(_name_of(caller), caller, os.getegid())
    if owner:
        return Account(_name_of(owner), owner, cluster.stat().st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody: "
        "create one with `useradd --system postgres`."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
