"""`python -m commissary.simulator`: fill an organization with a retailer, and keep it running until told to stop.

| variable | meaning |
|---|---|
| COMMISSARY_SIMULATOR_ADDRESS | where the API is |
| COMMISSARY_SIMULATOR_KEY | the API key of an administrator |
| COMMISSARY_SIMULATOR_SEED | which retailer (default 7) |
| COMMISSARY_SIMULATOR_ORDERS | how many orders lie before the opening (default 300) |
| COMMISSARY_SIMULATOR_RATE | live orders a minute (default 30, at most 600) |
| COMMISSARY_SIMULATOR_FILLED | a file to make once everything is filled |
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import structlog

from commissary.simulator.client import Client, Unreachable
from commissary.simulator.demand import Demand
from commissary.simulator.drive import Drive
from commissary.simulator.fill import NotFilled, fill
from commissary.simulator.world import build_world

MOST_ORDERS_PER_MINUTE = 600
_log = structlog.get_logger()


def main() -> int:
    """Exit code 0 when told to stop; 1 when the API does not answer, or refuses what the retailer needs."""
    _configure_logs(os.environ.get("COMMISSARY_LOG", "console"))
    try:
        asyncio.run(_simulate())
    except (NotFilled, Unreachable) as failure:
        _log.error("simulator.failed", why=str(failure))
        return 1
    return 0


async def _simulate() -> None:
    stopping = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
    address, key = os.environ["COMMISSARY_SIMULATOR_ADDRESS"], os.environ["COMMISSARY_SIMULATOR_KEY"]
    world = build_world(_number("SEED", 7))
    demand = Demand(world)
    async with Client(address, key) as client:
        filling = asyncio.create_task(_fill(client, demand))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({filling, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if stopping.is_set():
            filling.cancel()
            return
        filling.result()
        rate = max(1, min(MOST_ORDERS_PER_MINUTE, _number("RATE", 30)))
        await Drive(client, world, demand, rate).run(stopping)


async def _fill(client: Client, demand: Demand) -> None:
    await client.wait_until_ready(120)
    started = time.monotonic()
    filled = await fill(client, demand.world, demand, _number("ORDERS", 300))
    _log.info(
        "simulator.filled",
        orders=filled.orders,
        refused=filled.refused,
        seconds=round(time.monotonic() - started, 1),
    )
    if flag := os.environ.get("COMMISSARY_SIMULATOR_FILLED"):
        await asyncio.to_thread(Path(flag).touch)


def _number(name: str, default: int) -> int:
    return int(os.environ.get(f"COMMISSARY_SIMULATOR_{name}", default))


def _configure_logs(log_format: str) -> None:
    """Counts, codes and times only, to standard error like the logs of the system it drives."""
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
