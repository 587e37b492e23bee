"""A whole installation to measure: started by the same command as in production, filled with items and stock."""

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
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg

from commissary.domain.catalog.types import PutItem
from commissary.domain.inventory.types import FeedMode, FeedRow
from commissary.domain.network.types import PutLocation
from commissary.entry.cli.session import with_application
from commissary.entry.cli.up import FirstSteps
from commissary.flows.catalog.put_items import put_items
from commissary.flows.inventory.receive_feed import StockMessage, receive_feed
from commissary.flows.network.put_locations import put_locations
from commissary.kernel.address import Address
from commissary.platform.config import load_config
from commissary.platform.installation import Installation
from commissary.wiring import Application

COMMAND = str(Path(sys.executable).parent / "commissary")
ITEMS, LOCATIONS = 10_000, 20
_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A running installation: where it listens, a key, and how to run its commands."""

    address: str
    key: str
    environment: dict[str, str]
    dsn: str

    def settle(self) -> None:
        """Let the planner know the data and write out what is dirty, as a system that has run for a while has."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def audit(self) -> str:
        """What `commissary audit` says; raises when an invariant does not hold."""
        done = subprocess.run(
            [COMMAND, "audit"], check=False, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"an invariant is broken:\n{done.stdout}{done.stderr}")
        return done.stdout


@contextlib.contextmanager
def running(workers: int) -> Iterator[Target]:
    """An installation in a directory of its own, seeded, stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="commissary-bench-"))
    home.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "COMMISSARY_HOME": str(home),
        "COMMISSARY_NAME": "bench",
        "COMMISSARY_PORT": str(port),
        "COMMISSARY_LOG": "json",
    }
    log = (home / "up.log").open("w")
    process = subprocess.Popen(
        [COMMAND, "up", "--workers", str(workers)],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process, home / "up.log")
        first = msgspec.json.decode((home / "bench" / "first-steps.json").read_bytes(), type=FirstSteps)
        config = load_config(environment)
        addresses = Installation(config).addresses()
        os.environ["COMMISSARY_HOME"] = str(home)
        asyncio.run(with_application(config, addresses, _seed))
        yield Target(address, first.key, environment, addresses.dsn)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)
        log.close()
        shutil.rmtree(home, ignore_errors=True)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the installation did not start:\n{log.read_text()}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the installation is not ready:\n{log.read_text()}")


async def _seed(app: Application) -> None:
    skus = [f"SKU-{n:05d}" for n in range(1, ITEMS + 1)]
    codes = [f"L{n:02d}" for n in range(1, LOCATIONS + 1)]
    for start in range(0, ITEMS, 1000):
        async with app.database.transaction("main") as db:
            await put_items(
                db, "bench", [PutItem(sku=s, name=f"Item {s}") for s in skus[start : start + 1000]]
            )
    async with app.database.transaction("main") as db:
        await put_locations(
            db,
            "bench",
            [
                PutLocation(
                    code=code,
                    name=code,
                    kind="warehouse",
                    address=Address(country="BE"),
                    time_zone="Europe/Brussels",
                    capabilities=("ship_from", "pickup"),
                )
                for code in codes
            ],
        )
    for number, code in enumerate(codes, start=1):
        async with app.database.transaction("main") as db:
            rows = [FeedRow(sku, code, on_hand=_UNITS) for sku in skus]
            await receive_feed(db, "bench", StockMessage("seed", number, FeedMode.FULL, rows))
