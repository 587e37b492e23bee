"""Which processes belong to a data directory, and which only look like it.

The server's own note, `postmaster.pid`, outlives a kill -9, and its number may by then belong to anybody. So
no process is trusted, waited for or signaled before it was seen to be a PostgreSQL of exactly this directory.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from commissary.platform.postgres.account import Account

_PROC = Path("/proc")
_WORKING_IN = 'for one in /proc/[0-9]*; do [ "$one/cwd" -ef "$1" ] && echo "$one"; done'


@dataclass(frozen=True, slots=True)
class PidFile:
    """What the server wrote down: its process, and the directory of its socket (empty until it listens)."""

    pid: int
    socket_directory: str


def _read_note(note: Path) -> PidFile | None:
    try:
        lines = note.read_text(errors="replace").splitlines()
        return PidFile(pid=abs(int(lines[0])), socket_directory=lines[4].strip() if len(lines) > 4 else "")
    except (OSError, ValueError, IndexError):
        return None


def running_postmaster(cluster: Path) -> PidFile | None:
    """The note of the server that really runs on this directory, or None."""
    noted = _read_note(cluster / "postmaster.pid")
    if noted is None or not is_postmaster(noted.pid, cluster):
        return None
    return noted


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether this process is alive and a PostgreSQL of this directory. A dead one not yet reaped is not."""
    if sys.platform != "linux":
        command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        return "postgres" in answer.stdout and str(cluster) in answer.stdout
    if not _is_postgres(pid):
        return False
    try:
        arguments = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    # A container's root cannot see the working directory of another user's process, but its arguments.
    return os.fsencode(cluster) in arguments or _works_in(pid, cluster)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def clear_remains(cluster: Path, socket_lock: Path, account: Account, patience_s: float = 5) -> None:
    """Make a directory whose server has died ready for a new one.

    Backends that outlived their postmaster are told to quit: they hold the shared memory. A note is removed
    only when its number belongs to a stranger now (or to a dead process that nobody has reaped yet); else
    PostgreSQL judges it itself, with all its own checks.
    """
    for stop in (signal.SIGQUIT, signal.SIGKILL):
        for pid in _orphans(cluster, account):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, stop)
        until = time.monotonic() + patience_s
        while _orphans(cluster, account) and time.monotonic() < until:
            time.sleep(0.02)
    for note in (cluster / "postmaster.pid", socket_lock):
        noted = _read_note(note)
        if noted is not None and _is_alive(noted.pid) and not is_postmaster(noted.pid, cluster):
            note.unlink(missing_ok=True)


def _orphans(cluster: Path, account: Account) -> list[int]:
    if sys.platform != "linux":
        return []
    # Asked as the server's user: the root of a container may not see where other users' processes work.
    answer = account.run(["/bin/sh", "-c", _WORKING_IN, "sh", cluster])
    pids = [int(Path(line).name) for line in answer.stdout.splitlines()]
    return [pid for pid in pids if _is_postgres(pid)]


def _is_postgres(pid: int) -> bool:
    try:
        return (_PROC / str(pid) / "comm").read_text().strip() == "postgres"
    except OSError:
        return False


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        return (_PROC / str(pid) / "cwd").samefile(cluster)
    except OSError:
        return False
