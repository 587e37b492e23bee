"""2,000 attempts at once for 50 units, from several processes at several web processes: exactly 50 are sold.

attempts     units     accepted     refused as too late     any other answer
2,000        50        50           1,950                   none
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from commissary.views.invariants import broken_invariants
from tests.conftest import Organization
from tests.doors import new_key
from tests.shop import balances, open_shop

UNITS, ATTEMPTS, PROCESSES, WEB_PROCESSES = 50, 2000, 4, 2
_SALE = Path(__file__).with_name("flash_sale.py")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "the web server died"
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{url}/readyz", timeout=2),
        ):
            return
        time.sleep(0.1)
    raise AssertionError("the web server is not ready in time")


@contextlib.contextmanager
def web_server(organization: Organization, keys_dsn: str, home: Path) -> Iterator[str]:
    """The real server with several processes, as `commissary up` starts it."""
    url = f"http://127.0.0.1:{(port := _free_port())}"
    environment = {
        **os.environ,
        "COMMISSARY_DSN": organization.dsn,
        "COMMISSARY_KEYS_DSN": keys_dsn,
        "COMMISSARY_HOME": str(home),
        "COMMISSARY_LOG": "json",
    }
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "commissary.entry.server:create",
        "--host", "127.0.0.1", "--port", str(port), "--workers", str(WEB_PROCESSES), "--no-ws",
        "--workers-kill-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_until_ready(url, server)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


async def _buy(url: str, secret: str, process: int) -> Counter[str]:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_SALE),
        url,
        f"p{process}",
        str(ATTEMPTS // PROCESSES),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await asyncio.wait_for(program.communicate(secret.encode()), 60)
    assert program.returncode == 0
    return Counter(json.loads(told))


async def _sell(organization: Organization, url: str, secret: str) -> Counter[str]:
    counts = await asyncio.gather(*(_buy(url, secret, process) for process in range(PROCESSES)))
    return sum(counts, Counter())


# Rows that one half of an order would leave behind; every one of them must be none.
ORPHANS = {
    "order without lines": "SELECT count(*) FROM customer_order WHERE NOT EXISTS"
    " (SELECT 1 FROM order_line WHERE order_id = customer_order.id)",
    "order without groups": "SELECT count(*) FROM customer_order WHERE NOT EXISTS"
    " (SELECT 1 FROM quantity_group WHERE order_id = customer_order.id)",
    "order without reservation": "SELECT count(*) FROM order_line WHERE NOT EXISTS"
    " (SELECT 1 FROM reservation WHERE owner_id = order_line.id::text)",
    "reservation without order": "SELECT count(*) FROM reservation WHERE NOT EXISTS"
    " (SELECT 1 FROM order_line WHERE order_line.id::text = owner_id)",
    "movement without order": "SELECT count(*) FROM movement WHERE cause = 'order_line' AND NOT EXISTS"
    " (SELECT 1 FROM order_line WHERE order_line.id::text = cause_id)",
    "event without order": "SELECT count(*) FROM event WHERE kind = 'order.captured' AND NOT EXISTS"
    " (SELECT 1 FROM customer_order WHERE customer_order.id::text = subject_id)",
    "customer without order": "SELECT count(*) FROM customer WHERE NOT EXISTS"
    " (SELECT 1 FROM customer_order WHERE customer_id = customer.id)",
    "kept answer without order": "SELECT abs(count(*) - 50) FROM idempotency",
}


@pytest.mark.slow
async def test_2000_attempts_for_50_units_sell_exactly_50(
    organization: Organization, _keys_database: str, tmp_path: Path
) -> None:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db, {("A", "W1"): UNITS})
    master = tmp_path / "main"
    master.mkdir()
    (master / "master.key").write_text("a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    secret = await new_key(organization.app)
    with web_server(organization, _keys_database, tmp_path) as url:
        sold = await _sell(organization, url, secret)
    assert sold == {"201 accepted": UNITS, "409 stock_short": ATTEMPTS - UNITS}
    async with organization.app.database.transaction("acme") as db:
        assert await balances(db, "A") == {"W1": (UNITS, 0, 0, 0), "ALL": (UNITS, UNITS, 0)}
        assert await db.fetch("SELECT count(*) FROM customer_order") == [(UNITS,)]
        found = {name: (await db.fetch(query))[0][0] for name, query in ORPHANS.items()}
        assert found == dict.fromkeys(ORPHANS, 0)
        assert await broken_invariants(db) == []
