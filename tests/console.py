"""The console behind a real server, and people who sign in to it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from litestar import Litestar

from commissary.domain.security.types import INSTALLATION, CreateUser, Role, Secret, User
from commissary.entry.api.application import api_document, api_handlers, api_problems
from commissary.entry.console.application import console_handlers
from commissary.flows.security.create_user import create_user
from commissary.kernel.decision import Refusal
from commissary.platform.http.application import build_application
from commissary.wiring import Application, authenticator

PASSWORD = "a quiet river in autumn"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def all_doors(app: Application) -> Litestar:
    """API and console as one ASGI application."""
    problems = api_problems()
    console = console_handlers(app, api_document(app), problems)
    return build_application(
        [*api_handlers(app), *console], authenticate=authenticator(app), problems=problems
    )


async def new_user(
    app: Application,
    name: str,
    role: Role = Role.ADMINISTRATOR,
    *,
    location_ids: frozenset[int] | None = None,
) -> None:
    """A user of `acme` with the password of all tests."""
    command = CreateUser(name, name.title(), Secret(PASSWORD), role, location_ids)
    async with app.database.transaction("acme") as db:
        (user,) = await create_user(db, INSTALLATION, [command])
    assert isinstance(user, User) or not isinstance(user, Refusal), user


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    """Send the sign-in form; the client keeps the cookie."""
    return await client.post(
        "/console/sign-in", data={"organization": "acme", "name": name, "password": password}
    )


@asynccontextmanager
async def signed_in(address: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of someone who signed in; it follows no redirect by itself."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        answer = await sign_in(client, name)
        assert answer.status_code == 303, answer.text
        yield client


async def token_of(client: httpx.AsyncClient) -> str:
    """What the forms of this session carry."""
    found = _TOKEN.search((await client.get("/console")).text)
    assert found is not None
    return found[1]
