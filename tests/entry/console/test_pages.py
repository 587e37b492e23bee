"""What all pages have in common: failures as pages, no inline script or style, exact files only."""

import re
from pathlib import Path

import httpx
import pytest

from commissary.domain.security.types import Role
from commissary.entry.console.assets import OWN, VENDOR, Assets, packages_folder
from tests.conftest import Organization
from tests.console import new_user, signed_in, token_of

_INLINE = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
PAGES = ["/console", "/console/orders", "/console/stock", "/console/stock/A", "/docs/api", "/docs/problems"]


async def test_pages_carry_no_inline_script_or_style(ann: httpx.AsyncClient) -> None:
    for page in PAGES:
        answer = await ann.get(page)
        assert answer.status_code == 200
        assert _INLINE.search(answer.text) is None, page
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert '<a class="skip" href="#main">' in answer.text and "<h1>" in answer.text


async def test_what_is_not_there_is_a_page(ann: httpx.AsyncClient) -> None:
    for address in ("/console/nowhere", "/console/orders/none", "/console/stock/none", "/docs/none/at/all"):
        answer = await ann.get(address)
        assert answer.status_code == 404, address
        assert answer.headers["content-type"].startswith("text/html")
    api = await ann.get("/v1/orders/none")
    assert api.headers["content-type"] == "application/problem+json"


async def test_who_may_not_gets_a_calm_page(shop: Organization, console: str) -> None:
    await new_user(shop.app, "rob", Role.READ_ONLY)
    async with signed_in(console, "rob") as rob:
        token = await token_of(rob)
        answer = await rob.post("/console/orders/1/cancel", data={"csrf_token": token})
    assert answer.status_code == 403
    assert "Your role does not cover this" in answer.text and "orders:cancel" in answer.text


async def test_parts_of_pages_lead_to_the_sign_in_as_a_whole(console: str) -> None:
    async with httpx.AsyncClient(base_url=console) as client:
        answer = await client.get("/console/orders", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/console/sign-in"


async def test_our_mistake_is_a_page_with_a_number(ann: httpx.AsyncClient, shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        await db.execute("ALTER TABLE feed RENAME TO feed_elsewhere")
    answer = await ann.get("/console")
    assert answer.status_code == 500
    assert re.search(r'class="request-id">[0-9a-f]{16}<', answer.text)
    assert "feed_elsewhere" not in answer.text and "Traceback" not in answer.text


async def test_filters_that_mean_nothing_are_refused_calmly(ann: httpx.AsyncClient) -> None:
    for query in ("state=gone", "from=yesterday", "held=perhaps", "cursor=abc", "q=%00", "from=2026-13-01"):
        answer = await ann.get(f"/console/orders?{query}")
        assert answer.status_code == 400, query
        assert "Start over without filters" in answer.text
        part = await ann.get(f"/console/orders?{query}", headers={"hx-request": "true"})
        assert part.headers["hx-reselect"] == ".calm"


async def test_files_are_named_one_by_one_and_kept_for_ever(ann: httpx.AsyncClient) -> None:
    page = (await ann.get("/console/sign-in", follow_redirects=True)).text
    found = re.findall(r'"(/static/[^"]+)"', page)
    assert len(found) >= len(OWN)
    for address in found:
        answer = await ann.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        bare = await ann.get(address.partition("?")[0])
        assert bare.headers["cache-control"] == "no-cache"
        again = await ann.get(address, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    for nothing in (
        "/static/",
        "/static/vendor/",
        "/static/vendor/package.json",
        "/static/console/..%2fpages.py",
    ):
        assert (await ann.get(nothing)).status_code == 404


async def test_without_packages_the_pages_say_what_to_do(
    shop: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.console import all_doors
    from tests.doors import serve

    monkeypatch.setenv("COMMISSARY_ASSETS", str(tmp_path))
    assert Assets(packages_folder()).missing == sorted(f"vendor/{name}" for name in VENDOR)
    async with serve(all_doors(shop.app)) as address, httpx.AsyncClient(base_url=address) as client:
        answer = await client.get("/console/sign-in")
    assert answer.status_code == 200
    assert "make setup" in answer.text
