"""`commissary up` as a person runs it: it starts, prints a key that works, and stops without losing what it accepted.

SIGINT while orders stream in     every order that was written was answered, every answer was written
a killed web process              is started again
a taken port                      one sentence that names the port, exit 1
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec
import psutil
import psycopg
import pytest

from commissary.entry.cli.up import FirstSteps
from commissary.platform.config import load_config
from commissary.platform.installation import Installation

_COMMAND = str(Path(sys.executable).parent / "commissary")


@dataclass(frozen=True, slots=True)
class Running:
    """A started installation."""

    process: "subprocess.Popen[bytes]"
    address: str
    key: str
    environment: dict[str, str]
    log: Path

    @property
    def dsn(self) -> str:
        return Installation(load_config(self.environment)).addresses().dsn


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation() -> Iterator[Running]:
    """`commissary up` in a directory of its own, with one web process."""
    home = Path(tempfile.mkdtemp(prefix="commissary-up-"))
    home.chmod(0o755)
    port = _free_port()
    environment = {
        **os.environ,
        "COMMISSARY_HOME": str(home),
        "COMMISSARY_PORT": str(port),
        "COMMISSARY_NAME": "up",
    }
    log = home / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [_COMMAND, "up", "--workers", "1"], env=environment, stdout=output, stderr=output
        )
    try:
        _wait_for(process, log, "Ctrl-C stops everything")
        first = msgspec.json.decode((home / "up" / "first-steps.json").read_bytes(), type=FirstSteps)
        yield Running(process, f"http://127.0.0.1:{port}", first.key, environment, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        Installation(load_config(environment)).stop()
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(process: "subprocess.Popen[bytes]", log: Path, text: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if text in log.read_text():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"{text!r} never came:\n{log.read_text()}")


async def _fill(session: aiohttp.ClientSession, address: str) -> None:
    for method, path, body in (
        ("PUT", "/v1/items/A", {"name": "Item A"}),
        (
            "PUT",
            "/v1/locations/W1",
            {
                "name": "Warehouse",
                "kind": "warehouse",
                "address": {"country": "BE"},
                "time_zone": "Europe/Brussels",
                "capabilities": ["ship_from"],
            },
        ),
        (
            "POST",
            "/v1/stock-feeds",
            {
                "source": "erp",
                "sequence": 1,
                "mode": "full",
                "rows": [{"sku": "A", "location": "W1", "on_hand": 1_000_000}],
            },
        ),
    ):
        async with session.request(method, address + path, json=body) as answer:
            assert answer.status == 200, await answer.text()


async def _order_until_refused(session: aiohttp.ClientSession, address: str, lane: int) -> list[str]:
    """Numbers of orders that were answered with 201, until the server no longer takes any."""
    answered = []
    for count in range(5000):
        number = f"S-{lane}-{count}"
        body = {
            "number": number,
            "channel": "web",
            "currency": "EUR",
            "ship_to": {"country": "BE"},
            "lines": [{"sku": "A", "quantity": 1, "unit_price_minor": 100, "location": "W1"}],
        }
        try:
            async with session.post(
                f"{address}/v1/orders", json=body, headers={"Idempotency-Key": number}
            ) as answer:
                if answer.status != 201:
                    break
                await answer.read()
                answered.append(number)
        except aiohttp.ClientError:
            break
    return answered


async def test_stopping_loses_nothing_that_was_accepted(installation: Running) -> None:
    headers = {"Authorization": f"Bearer {installation.key}"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=60)) as session:
        await _fill(session, installation.address)
        lanes = [
            asyncio.create_task(_order_until_refused(session, installation.address, n)) for n in range(16)
        ]
        await asyncio.sleep(2)
        installation.process.send_signal(signal.SIGINT)
        answered = {number for numbers in await asyncio.gather(*lanes) for number in numbers}
    assert await asyncio.to_thread(installation.process.wait, 60) == 0
    servers = Installation(load_config(installation.environment))
    servers.start()
    with psycopg.connect(installation.dsn) as connection:
        written = {row[0] for row in connection.execute("SELECT number FROM org_main.customer_order")}
    servers.stop()
    assert len(answered) > 50
    assert written == answered


async def test_dead_web_process_is_started_again(installation: Running) -> None:
    (web,) = [
        process.pid
        for process in psutil.Process(installation.process.pid).children()
        if "granian" in " ".join(process.cmdline())
    ]
    os.killpg(web, signal.SIGKILL)
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            await asyncio.sleep(0.1)
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{installation.address}/readyz") as answer:
                    if answer.status == 200 and "program.died" in installation.log.read_text():
                        return
    raise AssertionError("the web process did not come back")


def test_taken_port_is_named(installation: Running) -> None:
    port = installation.environment["COMMISSARY_PORT"]
    done = subprocess.run(
        [_COMMAND, "up"],
        check=False,
        env={**installation.environment, "COMMISSARY_NAME": "other"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
