"""Who sends a request: keys, cookies, and what another site forges."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar import MediaType, Request, get, post

from commissary.platform.errors import UnknownOrganization
from commissary.platform.http.application import build_application
from commissary.platform.http.authentication import KEPT_S, Authenticator
from commissary.platform.http.caller import PUBLIC, Caller
from commissary.platform.http.problems import MACHINERY_PROBLEMS
from commissary.platform.http.session_cookie import SESSION_COOKIE, ended_session_cookie, session_cookie
from commissary.platform.tokens import new_api_key, new_session_token, token_hash
from tests.doors import serve

KEY, SESSION = new_api_key("acme"), new_session_token("acme")
MACHINE = Caller("key:1", "acme", "operator", frozenset({"orders:read"}))
PERSON = Caller("user:1", "acme", "operator", frozenset({"orders:read"}), csrf_token="right")


class Book:
    """Whom the lookups know, and how often they were asked."""

    def __init__(self) -> None:
        self.callers = {token_hash(KEY): MACHINE, token_hash(SESSION): PERSON}
        self.asked = 0

    async def find(self, organization: str, digest: bytes) -> Caller | None:
        self.asked += 1
        await asyncio.sleep(0.01)
        if organization != "acme":
            raise UnknownOrganization(organization)
        return self.callers.get(digest)


@get("/who", opt={"permission": "orders:read"}, media_type=MediaType.TEXT)
async def _who(request: Request[Any, Any, Any]) -> str:
    caller: Caller = request.scope["state"]["caller"]
    return caller.id


@post("/change", opt={"permission": "orders:read"}, status_code=200, media_type=MediaType.TEXT)
async def _change(request: Request[Any, Any, Any]) -> str:
    form = await request.form()
    return f"changed {form.get('amount', '')}"


@post("/sign-in", opt={"permission": PUBLIC}, status_code=200, media_type=MediaType.TEXT)
async def _sign_in(request: Request[Any, Any, Any]) -> str:
    caller: Caller = request.scope["state"]["caller"]
    return caller.id


@asynccontextmanager
async def _client(book: Book, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    authenticator = Authenticator(book.find, book.find, **options)
    application = build_application(
        [_who, _change, _sign_in], authenticate=authenticator, problems=MACHINERY_PROBLEMS
    )
    async with serve(application) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


def _bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def _cookie(value: str = SESSION, **headers: str) -> dict[str, str]:
    return {"cookie": f"{SESSION_COOKIE}={value}", **{k.replace("_", "-"): v for k, v in headers.items()}}


# what comes, who it is (None: nobody)
COMES: list[tuple[dict[str, str], str | None]] = [
    (_bearer(KEY), "key:1"),
    ({"authorization": f"bearer {KEY}"}, "key:1"),
    (_cookie(), "user:1"),
    ({}, None),
    ({"authorization": ""}, None),
    ({"authorization": "Bearer"}, None),
    ({"authorization": KEY}, None),
    ({"authorization": f"Basic {KEY}"}, None),
    (_bearer(new_api_key("acme")), None),
    (_bearer(KEY.replace("cmk_acme", "cmk_beta")), None),
    (_bearer(SESSION), None),
    (_cookie(""), None),
    (_cookie(KEY), None),
    (_cookie("acme."), None),
    (_cookie(new_session_token("acme")), None),
    (_cookie(SESSION.replace("acme.", "beta.")), None),
    # A key that is wrong is not made good by a cookie.
    ({**_cookie(), **_bearer("wrong")}, None),
]


async def test_who_comes() -> None:
    async with _client(Book()) as client:
        for headers, who in COMES:
            answer = await client.get("/who", headers=headers)
            assert answer.status_code == (401 if who is None else 200), headers
            assert who is None or answer.text == who


async def test_a_caller_is_asked_for_once_in_five_seconds() -> None:
    book, now = Book(), [0.0]
    async with _client(book, clock=lambda: now[0]) as client:
        await asyncio.gather(*(client.get("/who", headers=_bearer(KEY)) for _ in range(20)))
        assert book.asked == 1
        book.callers.clear()
        now[0] = KEPT_S - 0.01
        assert (await client.get("/who", headers=_bearer(KEY))).status_code == 200
        now[0] = KEPT_S
        assert (await client.get("/who", headers=_bearer(KEY))).status_code == 401
        assert book.asked == 2


async def test_what_is_kept_is_bounded() -> None:
    book = Book()
    secrets = [new_api_key("acme") for _ in range(5)]
    book.callers = {token_hash(secret): MACHINE for secret in secrets}
    async with _client(book, size=3) as client:
        for secret in [*secrets, *secrets[2:]]:
            assert (await client.get("/who", headers=_bearer(secret))).status_code == 200
        assert book.asked == 5
        assert (await client.get("/who", headers=_bearer(secrets[0]))).status_code == 200
        assert book.asked == 6


# headers beside the cookie, form fields, status: what a browser sends that is signed in
FORGED: list[tuple[dict[str, str], dict[str, str], int]] = [
    ({}, {}, 403),
    ({}, {"csrf_token": ""}, 403),
    ({}, {"csrf_token": "wrong"}, 403),
    ({}, {"csrf_token": "right\u00e9"}, 403),
    ({}, {"csrf_token": "right"}, 200),
    ({"x_csrf_token": "right"}, {}, 200),
    ({"x_csrf_token": "wrong"}, {"csrf_token": "right"}, 403),
    ({"x_csrf_token": ""}, {"csrf_token": "right"}, 403),
    ({"sec_fetch_site": "same-origin"}, {"csrf_token": "right"}, 200),
    ({"sec_fetch_site": "none"}, {"csrf_token": "right"}, 200),
    ({"sec_fetch_site": "cross-site"}, {"csrf_token": "right"}, 403),
    ({"sec_fetch_site": "same-site"}, {"csrf_token": "right"}, 403),
    ({"origin": "https://evil.example"}, {"csrf_token": "right"}, 403),
    ({"origin": "null"}, {"csrf_token": "right"}, 403),
]


@pytest.mark.parametrize("send", ["data", "files"])
async def test_a_form_carries_the_token_of_its_session(send: str) -> None:
    async with _client(Book()) as client:
        for headers, fields, status in FORGED:
            content: dict[str, Any] = {"amount": "7", **fields}
            if send == "files":
                content = {name: (None, value) for name, value in content.items()}
            sent: dict[str, Any] = {send: content}
            answer = await client.post("/change", headers=_cookie(**headers), **sent)
            assert answer.status_code == status, (headers, fields, answer.text)
            if status == 200:
                assert answer.text == "changed 7", "the handler still reads the form"


async def test_json_under_a_cookie_needs_the_header() -> None:
    async with _client(Book()) as client:
        body = {"csrf_token": "right"}
        assert (await client.post("/change", headers=_cookie(), json=body)).json()[
            "code"
        ] == "csrf_token_wrong"
        plain = _cookie(content_type="text/plain")
        assert (await client.post("/change", headers=plain, content=b"csrf_token=right")).status_code == 403
        assert (
            await client.post("/change", headers=_cookie(x_csrf_token="right"), json={})
        ).status_code == 200


async def test_a_key_needs_no_token() -> None:
    async with _client(Book()) as client:
        headers = {**_bearer(KEY), "origin": "https://shop.example"}
        assert (await client.post("/change", headers=headers)).status_code == 200


async def test_a_link_from_elsewhere_may_be_followed() -> None:
    async with _client(Book()) as client:
        assert (await client.get("/who", headers=_cookie(sec_fetch_site="cross-site"))).status_code == 200


async def test_signing_in_again_from_an_old_page() -> None:
    async with _client(Book()) as client:
        answer = await client.post("/sign-in", headers=_cookie(), data={"name": "ann"})
        assert (answer.status_code, answer.text) == (200, "anonymous")
        foreign = await client.post(
            "/sign-in", headers={"sec-fetch-site": "cross-site"}, data={"name": "eve"}
        )
        assert foreign.json()["code"] == "request_of_other_site"


@pytest.mark.parametrize(("make", "secure"), [(session_cookie, True), (session_cookie, False)])
def test_cookies(make: Callable[..., str], secure: bool) -> None:
    cookie = make(SESSION, 43200, secure=secure)
    assert cookie.startswith(f"commissary_session={SESSION}; Max-Age=43200; Path=/; HttpOnly; SameSite=Lax")
    assert cookie.endswith("; Secure") == secure
    assert "Max-Age=0" in ended_session_cookie()
