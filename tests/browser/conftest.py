"""A real Chromium on the console of a small shop; whatever a page complains about fails the test that opened it."""

import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, async_playwright

from tests.conftest import Organization
from tests.console import PASSWORD, all_doors, new_user
from tests.doors import serve
from tests.shop import open_shop

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    """The test organization with the shop in it, and Ann, who may do everything."""
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    await new_user(organization.app, "ann")
    return organization


@pytest.fixture
async def console(shop: Organization) -> AsyncIterator[str]:
    """Where the console of the shop listens."""
    async with serve(all_doors(shop.app)) as address:
        yield address


@pytest.fixture
async def page(console: str) -> AsyncIterator[Page]:
    """A tab in which nothing may go wrong: no script error, no complaint, no request to another origin.

    A test that expects an answer of 400 or more says so in `page.expected`, a list of statuses.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine; install the distribution's")
    complaints: list[str] = []
    expected: list[int] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        context = await browser.new_context(base_url=console, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.expected = expected  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on(
            "console",
            lambda told: (
                complaints.append(f"{told.type}: {told.text}") if _matters(told.type, told.text) else None
            ),
        )
        page.on(
            "request",
            lambda sent: (
                complaints.append(f"other origin: {sent.url}") if _is_foreign(sent.url, console) else None
            ),
        )
        page.on(
            "response",
            lambda answer: (
                complaints.append(f"{answer.status}: {answer.url}")
                if answer.status >= 400 and answer.status not in expected
                else None
            ),
        )
        yield page
        await browser.close()
    assert complaints == []


def _matters(kind: str, text: str) -> bool:
    # Answers of 400 and more are judged where they arrive.
    return kind in ("error", "warning") and not text.startswith("Failed to load resource")


def _is_foreign(address: str, console: str) -> bool:
    return urlsplit(address).scheme not in ("data", "blob") and not address.startswith(f"{console}/")


@pytest.fixture
async def ann(page: Page) -> Page:
    """The tab after Ann signed in and came home."""
    form: dict[str, str | float | bool] = {"organization": "acme", "name": "ann", "password": PASSWORD}
    answer = await page.request.post("/console/sign-in", form=form, max_redirects=0)
    assert answer.status == 303
    await page.goto("/console")
    return page
