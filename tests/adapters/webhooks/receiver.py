"""A receiver of webhooks as another company runs it: a real HTTP server that verifies with the public library."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import web
from standardwebhooks import Webhook


class Received(NamedTuple):
    headers: dict[str, str]
    body: str

    def verified(self, secret: str) -> Any:
        """The body as JSON. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Answers each request with what `answer` makes of it; remembers all."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[int], web.Response] = lambda _: web.Response(status=204)
        self.url = ""
        self.arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        self.received.append(Received(dict(request.headers), (await request.read()).decode()))
        self.arrived.set()
        return self.answer(len(self.received))

    async def until(self, count: int, seconds: float = 15) -> None:
        """Wait for the given number of requests."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                self.arrived.clear()
                await self.arrived.wait()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that runs on loopback."""
    running = Receiver()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", running.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    running.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield running
    finally:
        await runner.cleanup()
