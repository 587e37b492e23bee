"""The real API behind a real HTTP server on loopback, and keys to come in with."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from litestar import Litestar

from commissary.domain.security.types import INSTALLATION, CreateApiKey, IssuedKey, Role
from commissary.entry.api.application import api_handlers, api_problems
from commissary.flows.security.create_api_key import create_api_key
from commissary.platform.http.application import build_application
from commissary.wiring import Application, authenticator


def api(app: Application) -> Litestar:
    """The whole API as ASGI application."""
    return build_application(api_handlers(app), authenticate=authenticator(app), problems=api_problems())


@asynccontextmanager
async def serve(application: Any) -> AsyncIterator[str]:
    """An ASGI application behind a server in this event loop; yields its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        settings = uvicorn.Config(application, log_config=None, access_log=False, ws="none", lifespan="on")
        server = uvicorn.Server(settings)
        # The signals are the test runner's.
        running = asyncio.ensure_future(server._serve([listener]))
        try:
            while not server.started:
                if running.done():
                    await running
                    raise RuntimeError("the server did not start")
                await asyncio.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


async def new_key(
    app: Application,
    organization: str = "acme",
    *,
    role: Role = Role.ADMINISTRATOR,
    scopes: frozenset[str] | None = None,
    location_ids: frozenset[int] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """The secret of a fresh API key."""
    command = CreateApiKey(f"{role} for tests", role, scopes, location_ids, expires_at)
    async with app.database.transaction(organization) as db:
        (issued,) = await create_api_key(db, INSTALLATION, [command])
    assert isinstance(issued, IssuedKey), issued
    return issued.secret.reveal()


@asynccontextmanager
async def client_with(address: str, secret: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that comes with this key, or with none."""
    headers = {} if secret is None else {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        yield client


async def events_settled(app: Application, organization: str = "acme") -> None:
    """Wait until followers may see every event: transactions of the whole server count, other tests' among them."""
    for _ in range(200):
        async with app.database.transaction(organization) as db:
            rows = await db.fetch(
                "SELECT coalesce(bool_and(transaction < pg_snapshot_xmin(pg_current_snapshot())), true) FROM event"
            )
        if rows == [(True,)]:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError("a transaction elsewhere stays open")
