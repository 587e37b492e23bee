"""`commissary demo`: the whole system with a made-up retailer in it, and everything a person needs to look around.

The retailer is a program of its own that comes in through the API like anybody else. One user of each role is made,
with passwords drawn at the first start and kept beside the data in a file that only its owner can read.
"""

import asyncio
import secrets
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer
from rich.console import Console

from commissary.domain.security.types import Role
from commissary.entry.cli.people import make_key
from commissary.entry.cli.session import with_application
from commissary.entry.cli.up import Start, is_ready_in_time, run_system, write_private
from commissary.platform.config import Config, load_config
from commissary.platform.installation import Addresses
from commissary.platform.migrate import create_organization, list_organizations
from commissary.platform.supervise import Program

ORGANIZATION = "demo"
_STORE = "S-GENT"
_ROLES = {
    "admin": Role.ADMINISTRATOR,
    "operator": Role.OPERATOR,
    "store": Role.STORE_ASSOCIATE,
    "agent": Role.SERVICE_AGENT,
    "reader": Role.READ_ONLY,
}
_FILL_TIMEOUT_S = 120
_console = Console()


class DemoSteps(msgspec.Struct, frozen=True):
    """What lets a person into the demo. `passwords` are by user name."""

    key: str
    passwords: dict[str, str]


class _Opened(NamedTuple):
    """`fresh`: these steps were made at this start, so users of an earlier one need their new passwords."""

    steps: DemoSteps
    fresh: bool


def demo(
    orders_per_minute: Annotated[int, typer.Option(min=1, max=600, help="Live orders.")] = 30,
    seed: Annotated[int, typer.Option(min=0, max=999_999, help="Which retailer.")] = 7,
    orders: Annotated[int, typer.Option(min=1, max=5000, help="Orders before the opening.")] = 300,
) -> None:
    """Start the whole system with a made-up retailer in it; Ctrl-C stops both in order."""
    started = time.monotonic()
    config = load_config(name=ORGANIZATION)
    signs = Path(tempfile.mkdtemp(prefix="commissary-demo-"))
    filled = signs / "filled"

    def begin(addresses: Addresses) -> Start:
        opened = _open_demo(config, addresses)
        simulator = _simulator(config, opened.steps.key, filled, (seed, orders, orders_per_minute))
        return Start(
            lambda stopping: _announce(config, opened, filled, started, stopping),
            [simulator],
            {"COMMISSARY_WEBHOOKS_ALLOW_LOOPBACK": "1"},
        )

    try:
        run_system(config, begin)
    finally:
        shutil.rmtree(signs, ignore_errors=True)


def _open_demo(config: Config, addresses: Addresses) -> _Opened:
    """The organization and the way in, made where they are missing."""
    if ORGANIZATION not in {organization.name for organization in list_organizations(addresses.dsn)}:
        create_organization(addresses.dsn, ORGANIZATION, "Demo", kind="test")
    path = _steps_path(config)
    if path.exists():
        return _Opened(msgspec.json.decode(path.read_bytes(), type=DemoSteps), False)
    key = asyncio.run(
        with_application(
            config, addresses, lambda app: make_key(app, ORGANIZATION, "demo", Role.ADMINISTRATOR)
        )
    )
    steps = DemoSteps(key, {name: secrets.token_urlsafe(12) for name in _ROLES})
    write_private(path, msgspec.json.encode(steps))
    return _Opened(steps, True)


def _steps_path(config: Config) -> Path:
    return config.directory / "demo-steps.json"


def _simulator(config: Config, key: str, filled: Path, wishes: tuple[int, int, int]) -> Program:
    seed, orders, rate = wishes
    environment = {
        "COMMISSARY_SIMULATOR_ADDRESS": config.address,
        "COMMISSARY_SIMULATOR_KEY": key,
        "COMMISSARY_SIMULATOR_SEED": str(seed),
        "COMMISSARY_SIMULATOR_ORDERS": str(orders),
        "COMMISSARY_SIMULATOR_RATE": str(rate),
        "COMMISSARY_SIMULATOR_FILLED": str(filled),
    }
    return Program("simulator", [sys.executable, "-m", "commissary.simulator"], environment)


def _announce(
    config: Config, opened: _Opened, filled: Path, started: float, stopping: Callable[[], bool]
) -> None:
    if not is_ready_in_time(config, stopping):
        return
    if not _comes_in_time(filled, stopping):
        if not stopping():
            _console.print("The retailer could not be filled in; its log lines above say why.")
        return
    refused = _make_users(config, opened)
    if refused:
        _console.print(f"[red]Not every user could be made:[/] {', '.join(refused)}.", highlight=False)
    key = opened.steps.key
    lines = [
        f"\n[bold]The demo is up[/] after {time.monotonic() - started:.1f} s: {config.address}",
        f"  console      {config.address}/console",
        f"  sign in      organization {ORGANIZATION}, and one of",
        *(
            f"    {name:10} {opened.steps.passwords[name]}   {role.replace('_', ' ')}"
            + (f", {_STORE} only" if role is Role.STORE_ASSOCIATE else "")
            for name, role in _ROLES.items()
        ),
        f"  API          {config.address}/v1, reference {config.address}/docs/api",
        f"  API key      {key}",
        f"  try          curl -H 'Authorization: Bearer {key}' '{config.address}/v1/orders?limit=5'",
        f"  (kept in {_steps_path(config)}; without this file the next start makes new ones)",
        "Orders keep coming in. Ctrl-C stops everything.\n",
    ]
    for line in lines:
        _console.print(line, highlight=False, soft_wrap=True)


def _comes_in_time(sign: Path, stopping: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _FILL_TIMEOUT_S
    while time.monotonic() < deadline and not stopping():
        if sign.exists():
            return True
        time.sleep(0.1)
    return False


def _make_users(config: Config, opened: _Opened) -> list[str]:
    """One user for each role, through the API; names of those that were refused."""
    _, page = _ask(config, opened.steps.key, "GET", "/v1/users?limit=200")
    ids = {user["name"]: user["id"] for user in page.get("data", ())}
    refused = []
    for name, role in _ROLES.items():
        password = opened.steps.passwords[name]
        if name not in ids:
            body: dict[str, Any] = {
                "name": name,
                "display_name": f"Demo {name}",
                "password": password,
                "role": role,
            }
            if role is Role.STORE_ASSOCIATE:
                body["locations"] = [_STORE]
            status, _ = _ask(config, opened.steps.key, "POST", "/v1/users", body)
        elif opened.fresh:
            path = f"/v1/users/{ids[name]}/password"
            status, _ = _ask(config, opened.steps.key, "PUT", path, {"password": password})
        else:
            continue
        if status >= 400:
            refused.append(name)
    return refused


def _ask(config: Config, key: str, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """Status and body of a request to our own address; status 503 when nobody answers."""
    request = urllib.request.Request(  # noqa: S310 (our own address)
        config.address + path,
        None if body is None else msgspec.json.encode(body),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (our own address)
            raw = answer.read()
            return answer.status, msgspec.json.decode(raw) if raw else {}
    except urllib.error.HTTPError as refusal:
        return refusal.code, {}
    except OSError:
        return 503, {}
