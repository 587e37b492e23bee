"""Keep an installation's processes running: restart what dies, stop all in order, finish what was accepted.

A program that dies again and again is restarted with growing pauses; one that stays up has them forgotten.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

from commissary.platform.installation import Installation

STOP_TIMEOUT_S = 30.0
_CHECK_EVERY_S = 0.5
_SERVER_CHECK_EVERY_S = 5.0
_LONGEST_PAUSE_S = 30.0
_log = structlog.get_logger()


@dataclass(slots=True)
class Program:
    """A process to keep running. `command` is started with `environment` on top of this process's own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    not_before: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Runs programs and watches over the installation's servers until it is told to stop."""

    installation: Installation
    programs: Sequence[Program]
    _stopping: bool = field(default=False, init=False)

    def run(self, on_started: Callable[[Callable[[], bool]], None]) -> None:
        """Start everything, call `on_started`, and keep watch until SIGINT or SIGTERM; then stop in order.

        `on_started` gets a function that says whether it should give up waiting.
        """
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, self._stop)
        try:
            for program in self.programs:
                _start(program)
            on_started(lambda: self._stopping)
            self._watch()
        finally:
            stop_all(self.programs)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    def _watch(self) -> None:
        checked = time.monotonic()
        while not self._stopping:
            time.sleep(_CHECK_EVERY_S)
            now = time.monotonic()
            for program in self.programs:
                _revive(program, now)
            if now - checked >= _SERVER_CHECK_EVERY_S:
                checked = now
                for server in self.installation.servers:
                    if server.ensure_running():
                        _log.warning("database.restarted")


def _start(program: Program) -> None:
    program.process = subprocess.Popen(
        program.command, env={**os.environ, **program.environment}, start_new_session=True
    )
    program.started_at = time.monotonic()


def _revive(program: Program, now: float) -> None:
    process = program.process
    if process is not None and process.poll() is not None:
        program.deaths = program.deaths + 1 if now - program.started_at < 60 else 1
        program.not_before = now + min(_LONGEST_PAUSE_S, 0.5 * 2 ** (program.deaths - 1))
        program.process = None
        _log.error("program.died", program=program.name, code=process.returncode, deaths=program.deaths)
    if program.process is None and now >= program.not_before:
        _start(program)


def stop_all(programs: Sequence[Program]) -> None:
    """Ask all to stop, in order, and wait; only what does not stop in time is killed."""
    for program in programs:
        process = program.process
        if process is None or process.poll() is not None:
            continue
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            _log.error("program.killed", program=program.name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
