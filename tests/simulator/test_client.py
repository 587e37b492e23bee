"""The retailer's client sends a command again under the same key, for as long as the server asks and not forever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from commissary.simulator import client as module
from commissary.simulator.client import Client, Unreachable

PROBLEM = "application/problem+json"


@asynccontextmanager
async def _server(answers: list[web.Response], keys: list[str | None]) -> AsyncIterator[str]:
    """A server that gives these answers in turn and writes down the keys it was sent; then it gives the last again."""

    async def answer(request: web.Request) -> web.Response:
        keys.append(request.headers.get("Idempotency-Key"))
        given = answers[min(len(keys), len(answers)) - 1]
        return web.Response(body=given.body, status=given.status, headers=dict(given.headers))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_comes_back_when_the_server_says_and_with_the_same_key() -> None:
    keys: list[str | None] = []
    busy = web.json_response({"code": "unavailable"}, status=503, headers={"Retry-After": "1"})
    in_flight = web.json_response({"code": "request_in_flight"}, status=409)
    done = web.json_response({"number": "R7-1"}, status=201)
    loop = asyncio.get_running_loop()
    async with _server([busy, in_flight, done], keys) as address, Client(address, "key") as client:
        started = loop.time()
        answer = await client.post("/v1/orders", {"number": "R7-1"}, "R7-1")
        assert loop.time() - started >= 1
    assert (answer.status, answer.body, answer.code) == (201, {"number": "R7-1"}, "")
    assert keys == ["R7-1", "R7-1", "R7-1"]


async def test_refusal_is_an_answer() -> None:
    keys: list[str | None] = []
    short = web.json_response({"code": "stock_short"}, status=409, content_type=PROBLEM)
    async with _server([short], keys) as address, Client(address, "key") as client:
        answer = await client.post("/v1/orders", {}, "k")
    assert (answer.good, answer.code) == (False, "stock_short")
    assert keys == ["k"]


async def test_gives_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GIVE_UP_AFTER_S", 0.5)
    async with Client("http://127.0.0.1:9", "key") as client:
        with pytest.raises(Unreachable, match="GET /v1/orders after"):
            await client.get("/v1/orders", limit=1)
        with pytest.raises(Unreachable, match="not ready"):
            await client.wait_until_ready(0.3)
