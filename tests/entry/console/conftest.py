"""A shop with a few orders, its console, and people of each role."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conftest import Organization
from tests.console import all_doors, new_user, signed_in
from tests.doors import serve
from tests.shop import open_shop


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    """The test organization with the shop in it."""
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


@pytest.fixture
async def console(shop: Organization) -> AsyncIterator[str]:
    """Where the console of the shop listens."""
    async with serve(all_doors(shop.app)) as address:
        yield address


@pytest.fixture
async def ann(shop: Organization, console: str) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of an administrator."""
    await new_user(shop.app, "ann")
    async with signed_in(console, "ann") as client:
        yield client
