"""`commissary up`: start the whole system, and print what a person needs to use it."""

import asyncio
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import structlog
import typer
from rich.console import Console

from commissary.domain.security.types import Role, Secret
from commissary.entry.cli.people import make_key, make_user
from commissary.entry.cli.session import with_application
from commissary.platform.config import Config, ConfigError, load_config
from commissary.platform.installation import Addresses, Installation
from commissary.platform.migrate import create_organization, list_organizations
from commissary.platform.supervise import Program, Supervisor
from commissary.platform.telemetry import configure_logs
from commissary.wiring import Application

_console = Console()
_log = structlog.get_logger()


class FirstSteps(msgspec.Struct, frozen=True):
    """What the first start made, kept in a file that only its owner can read until they delete it."""

    organization: str
    user: str
    password: str
    key: str


def up(
    organization: Annotated[str, typer.Option(help="Organization to create at the first start.")] = "main",
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Web processes.")] = None,
) -> None:
    """Start databases, web processes and the worker; Ctrl-C stops them in order."""
    started = time.monotonic()
    config = load_config()

    def begin(addresses: Addresses) -> Start:
        first = _first_steps(config, addresses, organization)
        return Start(lambda stopping: _announce(config, first, started, stopping))

    run_system(config, begin, workers)


class Start(NamedTuple):
    """What one start does beyond the whole system: `announce` is called once all runs, and gets a function that says
    whether to give up. `feeders` are programs that need the web processes and so stop before them."""

    announce: Callable[[Callable[[], bool]], None]
    feeders: Sequence[Program] = ()
    environment: Mapping[str, str] = {}


def run_system(config: Config, begin: Callable[[Addresses], Start], workers: int | None = None) -> None:
    """Start databases, web processes and the worker, and keep them running until SIGINT or SIGTERM.

    `begin` is called once the databases are up to date. Raises ConfigError, PostgresError, MigrationError.
    """
    configure_logs(config.log_format)
    _refuse_taken_port(config)
    installation = Installation(config)
    was_running = installation.is_running()
    addresses = installation.start()
    metrics = tempfile.mkdtemp(prefix="commissary-metrics-")
    try:
        installation.prepare()
        start = begin(addresses)
        programs = _programs(config, addresses, metrics, workers or config.workers, start.environment)
        Supervisor(installation, [*start.feeders, *programs]).run(start.announce)
        _console.print("\nStopping …")
    finally:
        shutil.rmtree(metrics, ignore_errors=True)
        if not was_running:
            installation.stop()
    _console.print("Stopped.")


def _programs(
    config: Config, addresses: Addresses, metrics: str, workers: int, more: Mapping[str, str]
) -> list[Program]:
    environment = {
        **more,
        "COMMISSARY_DSN": addresses.dsn,
        "COMMISSARY_KEYS_DSN": addresses.keys_dsn,
        "COMMISSARY_HOME": str(config.home),
        "COMMISSARY_NAME": config.name,
        "PROMETHEUS_MULTIPROC_DIR": metrics,
    }
    web = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "commissary.entry.server:create",
        "--host", config.host, "--port", str(config.port), "--workers", str(workers), "--no-ws",
        "--http", "1", "--runtime-mode", "st", "--respawn-failed-workers", "--workers-kill-timeout", "20",
        "--log-level", "warning",
    ]  # fmt: skip
    worker = [sys.executable, "-m", "commissary.entry.worker"]
    return [Program("web", web, environment), Program("worker", worker, environment)]


def _first_steps(config: Config, addresses: Addresses, organization: str) -> FirstSteps | None:
    """At the very first start make an organization, an administrator and a key; later read them back if still there."""
    path = config.directory / "first-steps.json"
    if not list_organizations(addresses.dsn):
        create_organization(addresses.dsn, organization, organization.replace("_", " ").title())
        first = asyncio.run(with_application(config, addresses, lambda app: _make_first(app, organization)))
        write_private(path, msgspec.json.encode(first))
    if not path.exists():
        return None
    return msgspec.json.decode(path.read_bytes(), type=FirstSteps)


async def _make_first(app: Application, organization: str) -> FirstSteps:
    password = secrets.token_urlsafe(15)
    await make_user(app, organization, "admin", Secret(password), Role.ADMINISTRATOR)
    key = await make_key(app, organization, "first key", Role.ADMINISTRATOR)
    return FirstSteps(organization, "admin", password, key)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read."""
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _announce(config: Config, first: FirstSteps | None, started: float, stopping: Callable[[], bool]) -> None:
    if not is_ready_in_time(config, stopping):
        return
    lines = [f"\n[bold]Commissary is up[/] after {time.monotonic() - started:.1f} s: {config.address}"]
    if first is None:
        lines.append("Make a key with `commissary key create ORGANIZATION NAME`.")
    else:
        lines += [
            f"  console      {config.address}/console",
            f"  sign in      organization {first.organization}, name {first.user}, password {first.password}",
            f"  API          {config.address}/v1, reference {config.address}/docs/api",
            f"  API key      {first.key}",
            f"  try          curl -H 'Authorization: Bearer {first.key}' {config.address}/v1/orders",
            f"  (kept in {config.directory / 'first-steps.json'}; delete it once you have keys of your own)",
        ]
    for line in [*lines, "Ctrl-C stops everything.\n"]:
        _console.print(line, highlight=False, soft_wrap=True)


def is_ready_in_time(config: Config, stopping: Callable[[], bool], timeout_s: float = 60) -> bool:
    """Wait until the system answers; False when it does not in time, or is told to stop."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and not stopping():
        if _answers(f"{config.address}/readyz"):
            return True
        time.sleep(0.1)
    if not stopping():
        _log.error("web.not_ready", address=config.address)
    return False


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except OSError:
        return False


def _refuse_taken_port(config: Config) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise ConfigError(
                f"{config.host}:{config.port} cannot be used ({error.strerror}); set COMMISSARY_PORT to another port."
            ) from None
