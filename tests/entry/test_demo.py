"""`commissary demo` as a person runs it: a retailer is there, each role can come in, and it stops in order.

started            the orders of the past, stock everywhere, one user for each role
sign-in printed    works, the store associate's for their store alone
SIGINT             exit 0, nothing left running
"""

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
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from commissary.entry.cli.demo import DemoSteps
from commissary.platform.config import load_config
from commissary.platform.installation import Installation

_COMMAND = str(Path(sys.executable).parent / "commissary")
pytestmark = pytest.mark.slow


class Demo(NamedTuple):
    process: "subprocess.Popen[bytes]"
    log: Path
    client: httpx.Client


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def demo() -> Iterator[Demo]:
    """A demo with few orders in a directory of its own."""
    home = Path(tempfile.mkdtemp(prefix="commissary-demo-test-"))
    home.chmod(0o755)
    port = _free_port()
    environment = {
        **os.environ,
        "COMMISSARY_HOME": str(home),
        "COMMISSARY_PORT": str(port),
        "COMMISSARY_WORKERS": "1",
    }
    log = home / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [_COMMAND, "demo", "--orders", "20", "--orders-per-minute", "600"],
            env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        _wait_for(process, log, "Ctrl-C stops everything")
        steps = msgspec.json.decode((home / "demo" / "demo-steps.json").read_bytes(), type=DemoSteps)
        headers = {"Authorization": f"Bearer {steps.key}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
            yield Demo(process, log, client)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        Installation(load_config(environment, name="demo")).stop()
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(process: "subprocess.Popen[bytes]", log: Path, text: str, timeout_s: float = 120) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if text in log.read_text():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"{text!r} never came:\n{log.read_text()}")


def _numbers(client: httpx.Client) -> set[str]:
    page: dict[str, Any] = client.get("/v1/orders", params={"limit": 200}).json()
    return {order["number"] for order in page["data"]}


def test_demo_is_there_goes_on_and_stops(demo: Demo) -> None:
    first = _numbers(demo.client)
    assert {f"R7-{100_000 - back}" for back in range(20)} <= first
    users = {user["name"]: user for user in demo.client.get("/v1/users").json()["data"]}
    assert {name: user["role"] for name, user in users.items()} == {
        "admin": "administrator",
        "operator": "operator",
        "store": "store_associate",
        "agent": "service_agent",
        "reader": "read_only",
    }
    assert users["store"]["locations"] == ["S-GENT"]
    assert users["admin"]["locations"] is None
    deadline = time.monotonic() + 30
    while not _numbers(demo.client) - first and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _numbers(demo.client) - first
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0
    said = demo.log.read_text()
    assert "Stopped." in said
    assert "program.died" not in said
    with pytest.raises(httpx.ConnectError):
        demo.client.get("/livez")
