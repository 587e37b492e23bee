"""One buyer's process of a flash sale: many attempts at once over HTTP, and a count of the answers.

Run as a program of its own, so that several of them press on the same server from outside.
"""

import asyncio
import json
import sys
from collections import Counter

import aiohttp

AT_ONCE = 100


async def _attempt(session: aiohttp.ClientSession, url: str, name: str, places: asyncio.Semaphore) -> str:
    body = {
        "channel": "web",
        "currency": "EUR",
        "ship_to": {"country": "BE"},
        "customer": {"reference": name},
        "lines": [{"sku": "A", "quantity": 1, "unit_price_minor": 1000}],
    }
    async with (
        places,
        session.post(f"{url}/v1/orders", json=body, headers={"idempotency-key": name}) as answer,
    ):
        told = await answer.json()
        return f"{answer.status} {told.get('code', 'accepted')}"


async def _run(url: str, secret: str, process: str, attempts: int) -> Counter[str]:
    headers = {"authorization": f"Bearer {secret}"}
    places = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(
        headers=headers, connector=aiohttp.TCPConnector(limit=AT_ONCE)
    ) as session:
        return Counter(
            await asyncio.gather(*(_attempt(session, url, f"{process}-{n}", places) for n in range(attempts)))
        )


if __name__ == "__main__":
    given_url, given_process, given_attempts = sys.argv[1:]
    # The key comes by standard input: a command line is for everybody to read.
    print(
        json.dumps(
            asyncio.run(_run(given_url, sys.stdin.readline().strip(), given_process, int(given_attempts)))
        )
    )
