"""In and out of the console; strangers learn nothing."""

import httpx
import pytest

from commissary.platform.migrate import create_organization
from tests.conftest import Organization
from tests.console import PASSWORD, new_user, sign_in, signed_in, token_of


@pytest.fixture
async def stranger(console: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=console, timeout=30)


async def test_strangers_are_led_to_the_sign_in_and_back(
    shop: Organization, stranger: httpx.AsyncClient
) -> None:
    await new_user(shop.app, "ann")
    async with stranger as client:
        answer = await client.get("/console/orders?state=reserved")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/sign-in?next=/console/orders%3Fstate%3Dreserved"
        form = await client.get(answer.headers["location"])
        assert '<input type="hidden" name="next" value="/console/orders?state=reserved">' in form.text
        given = {"organization": "acme", "name": "ann", "password": PASSWORD}
        there = await client.post("/console/sign-in", data=given | {"next": "/console/orders?state=reserved"})
        assert (there.status_code, there.headers["location"]) == (303, "/console/orders?state=reserved")
        cookie = there.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie
        assert (await client.get("/console/orders")).status_code == 200
        # who is in already needs no form
        assert (await client.get("/console/sign-in")).headers["location"] == "/console"


async def test_next_never_leads_to_another_site(shop: Organization, stranger: httpx.AsyncClient) -> None:
    await new_user(shop.app, "ann")
    async with stranger as client:
        given = {"organization": "acme", "name": "ann", "password": PASSWORD, "next": "//evil.example"}
        assert (await client.post("/console/sign-in", data=given)).headers["location"] == "/console"


async def test_one_sentence_for_every_failure(shop: Organization, stranger: httpx.AsyncClient) -> None:
    await new_user(shop.app, "ann")
    async with stranger as client:
        wrong = await sign_in(client, "ann", "not the password")
        unknown = await sign_in(client, "nobody")
        given = {"organization": "elsewhere", "name": "ann", "password": PASSWORD}
        elsewhere = await client.post("/console/sign-in", data=given)
        empty = await client.post("/console/sign-in", data={})
        long = await sign_in(client, "ann", "x" * 1000)
    for answer in (wrong, unknown, elsewhere, empty, long):
        assert answer.status_code == 401
        assert "What you typed does not fit" in answer.text
        assert "set-cookie" not in answer.headers
    assert wrong.text.replace('value="ann"', "") == unknown.text.replace('value="nobody"', "")
    assert "not the password" not in wrong.text


async def test_the_organization_is_asked_when_there_are_several(
    shop: Organization, stranger: httpx.AsyncClient
) -> None:
    async with stranger as client:
        assert (
            '<input type="hidden" name="organization" value="acme">'
            in (await client.get("/console/sign-in")).text
        )
        create_organization(shop.dsn, "zenith", "Zenith", kind="test")
        page = (await client.get("/console/sign-in")).text
    assert '<input class="form-control" name="organization" value=""' in page
    assert "acme" not in page and "zenith" not in page


async def test_signing_out_ends_the_session(ann: httpx.AsyncClient, shop: Organization) -> None:
    cookie = ann.cookies["commissary_session"]
    left = await ann.post("/console/sign-out", data={"csrf_token": await token_of(ann)})
    assert (left.status_code, left.headers["location"]) == (303, "/console/sign-in?left=1")
    assert "commissary_session" not in ann.cookies
    async with shop.app.database.transaction("acme") as db:
        row = await db.fetch_one("SELECT count(*) FROM user_session")
    assert row == (0,)
    assert cookie


async def test_nobody_else_signs_one_out(ann: httpx.AsyncClient) -> None:
    await ann.post("/console/sign-out", data={"csrf_token": "guessed"})
    assert (await ann.get("/console")).status_code == 200


async def test_another_site_cannot_sign_anyone_in(console: str, shop: Organization) -> None:
    await new_user(shop.app, "ann")
    async with httpx.AsyncClient(base_url=console, headers={"sec-fetch-site": "cross-site"}) as client:
        answer = await sign_in(client, "ann")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    async with signed_in(console, "ann") as client:
        assert (await client.get("/console")).status_code == 200
