"""Every endpoint × every role: refused exactly when the role lacks the permission; a bare cookie changes nothing."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from commissary.domain.security.types import (
    INSTALLATION,
    PERMISSIONS_OF,
    CreateUser,
    Permission,
    Role,
    Secret,
    SignedIn,
    SignIn,
)
from commissary.flows.security.create_user import create_user
from commissary.flows.security.sign_in import sign_in
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.endpoint import Endpoint
from commissary.platform.http.session_cookie import SESSION_COOKIE
from tests.conftest import Organization
from tests.doors import api, client_with, new_key, serve

_DUMMIES: Mapping[str, str] = {"str": "x", "int": "1", "uuid": str(uuid4()), "path": "x"}


@pytest.fixture
def application(organization: Organization) -> Litestar:
    return api(organization.app)


@pytest.fixture
async def address(application: Litestar) -> AsyncIterator[str]:
    async with serve(application) as address:
        yield address


def _endpoints(application: Litestar) -> list[tuple[Endpoint, str]]:
    """Every endpoint with an address that fits its path."""
    found = []
    for route in application.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                assert isinstance(handler, HTTPRouteHandler)
                endpoint = handler.opt.get("endpoint")
                if endpoint is not None:
                    steps = [
                        f"/{part}" if isinstance(part, str) else f"/{_DUMMIES[_kind(part.full)]}"
                        for part in route.path_components
                    ]
                    found.append((endpoint, "".join(steps) or "/"))
    return found


def _kind(parameter: str) -> str:
    return parameter.partition(":")[2]


async def _send(client: httpx.AsyncClient, endpoint: Endpoint, path: str, **headers: str) -> httpx.Response:
    # Streams never end by themselves; whether they begin is all that matters here.
    request = client.build_request(
        endpoint.method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer


def test_every_permission_is_one_that_exists(application: Litestar) -> None:
    endpoints = [endpoint for endpoint, _ in _endpoints(application)]
    assert len(endpoints) >= 8
    known = {*(p.value for p in Permission), PUBLIC}
    assert [e.path for e in endpoints if e.permission not in known] == []


async def test_each_role_gets_exactly_what_it_may(
    organization: Organization, application: Litestar, address: str
) -> None:
    wrong = []
    async with AsyncExitStack() as stack:
        clients = {
            role: await stack.enter_async_context(
                client_with(address, await new_key(organization.app, role=role))
            )
            for role in Role
        }
        nobody = await stack.enter_async_context(client_with(address, None))
        for endpoint, path in _endpoints(application):
            public = endpoint.permission == PUBLIC
            label = f"{endpoint.method} {endpoint.path}"
            if ((await _send(nobody, endpoint, path)).status_code == 401) == public:
                wrong.append(f"{label} without a key")
            for role, client in clients.items():
                status = (await _send(client, endpoint, path)).status_code
                may = public or endpoint.permission in PERMISSIONS_OF[role]
                if status == 401 or (status == 403) == may:
                    wrong.append(f"{label} as {role}: {status}")
    assert wrong == []


async def test_no_endpoint_that_changes_something_trusts_a_bare_cookie(
    organization: Organization, application: Litestar, address: str
) -> None:
    password = Secret("correct horse battery")
    async with organization.app.database.transaction("acme") as db:
        await create_user(db, INSTALLATION, [CreateUser("root", "Root", password, Role.ADMINISTRATOR)])
    signed_in = await sign_in(organization.app.database, "acme", SignIn("root", password))
    assert isinstance(signed_in, SignedIn)
    cookie = f"{SESSION_COOKIE}={signed_in.token.reveal()}"
    trusted, distrusted = [], []
    async with client_with(address, None) as client:
        for endpoint, path in _endpoints(application):
            if endpoint.method == "GET" or endpoint.permission == PUBLIC:
                continue
            label = f"{endpoint.method} {endpoint.path}"
            if (await _send(client, endpoint, path, cookie=cookie)).status_code != 403:
                trusted.append(label)
            token = signed_in.session.csrf_token
            if (await _send(client, endpoint, path, cookie=cookie, x_csrf_token=token)).status_code in (
                401,
                403,
            ):
                distrusted.append(label)
    assert trusted == [] and distrusted == []
