"""Home, the list of orders and the stock grid over HTTP."""

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from commissary.domain.security.types import Role
from commissary.entry.console import orders, stock
from tests.conftest import Organization
from tests.console import new_user, signed_in
from tests.shop import captured, feed, order

_NUMBER = re.compile(r'data-row href="/console/orders/([^"]+)"')
_POSITION = re.compile(r'data-row href="/console/stock/([^"?]+)\?location=([^"]+)"')
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_PREV = re.compile(r'rel="prev" href="([^"]+)"')


async def test_home_counts_what_needs_a_person(ann: httpx.AsyncClient, shop: Organization) -> None:
    empty = (await ann.get("/console")).text
    assert "Nothing sold yet" in empty and "No order was placed today." in empty
    held = await captured(shop.app, order(("A", 2), holds=[{"kind": "fraud"}]))
    await captured(shop.app, order(("C", 4), on_shortage="backorder"))
    await captured(shop.app, order({"sku": "B", "quantity": 1, "method": "pickup", "location": "S2"}))
    async with shop.app.database.transaction("acme") as db:
        await feed(db, 2, {("B", "S2"): 0})
    page = " ".join((await ann.get("/console")).text.split())
    assert '<span class="number">1</span> order<' in page
    assert f'The oldest, <a href="/console/orders/{held.number}">' in page
    assert '<span class="number">4</span> units<' in page
    assert '<span class="number">1</span> unit owed' in page
    assert '<a href="/console/stock/B">B</a>' in page
    assert '<span class="number">3</span> orders' in page
    assert "€70.00" in page


async def test_today_is_the_day_of_the_reader(ann: httpx.AsyncClient, shop: Organization) -> None:
    async with shop.app.database.transaction("acme", read_only=True) as db:
        now = db.now
    kolkata = now.astimezone(ZoneInfo("Asia/Kolkata"))
    midnight = kolkata.replace(hour=0, minute=0, second=0, microsecond=0)
    await captured(shop.app, order(("A", 1), placed_at=midnight.isoformat()))
    await captured(shop.app, order(("A", 1), placed_at=(midnight - timedelta(seconds=1)).isoformat()))
    ann.cookies.set("time_zone", "Asia%2FKolkata")
    page = " ".join((await ann.get("/console")).text.split())
    assert 'title="00:00: 1 order"' in page and "Asia/Kolkata" in page
    assert 'aria-label="1 order today, at most 1 in one hour"' in page
    ann.cookies.set("time_zone", "../../etc/passwd")
    assert (await ann.get("/console")).status_code == 200


async def test_orders_are_filtered_by_the_address(ann: httpx.AsyncClient, shop: Organization) -> None:
    web = await captured(shop.app, order(("A", 1), number="WEB-1"))
    store = await captured(
        shop.app,
        order(
            ("B", 1), number="STO-1", channel="store", purchase_order_number="PO 9", holds=[{"kind": "fraud"}]
        ),
    )
    late = await captured(shop.app, order(("C", 1), number="WEB-2", on_shortage="backorder"))
    cases = {
        "": {web.number, store.number, late.number},
        "q=WEB-1": {web.number},
        "q=WEB-": {web.number, late.number},
        "q=PO+9": {store.number},
        "q=C1": {web.number, store.number, late.number},
        "sku=B": {store.number},
        "state=backordered": {late.number},
        "channel=store": {store.number},
        "held=yes": {store.number},
        "held=no": {web.number, late.number},
        "from=2001-01-01&to=2001-01-02": set(),
        "from=2001-01-01": {web.number, store.number, late.number},
        "q=WEB-1&sku=B": set(),
    }
    for query, numbers in cases.items():
        page = (await ann.get(f"/console/orders?{query}")).text
        assert set(_NUMBER.findall(page)) == numbers, query
        if not numbers:
            assert "No order fits these filters" in page
    page = (await ann.get("/console/orders?state=backordered&q=WEB-")).text
    assert '<option value="backordered" selected>' in page and 'name="q" value="WEB-"' in page


async def test_pages_of_orders_lead_forth_and_back(
    ann: httpx.AsyncClient, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "PAGE_ROWS", 2)
    for day in (1, 2, 3, 3, 5):  # two were placed at the same instant
        placed_at = f"2026-01-0{day}T10:00:00Z"
        await captured(shop.app, order(("A", 1), placed_at=placed_at))
    pages = [(await ann.get("/console/orders?sku=A")).text]
    while following := _NEXT.search(pages[-1]):
        pages.append((await ann.get(html.unescape(following[1]))).text)
    forth = [_NUMBER.findall(page) for page in pages]
    assert [len(numbers) for numbers in forth] == [2, 2, 1]
    assert len({number for numbers in forth for number in numbers}) == 5
    back = [forth[-1]]
    page = pages[-1]
    while previous := _PREV.search(page):
        assert "sku=A" in previous[1]
        page = (await ann.get(html.unescape(previous[1]))).text
        back.insert(0, _NUMBER.findall(page))
    assert back == forth


async def test_pages_of_stock_lead_forth_and_back(
    ann: httpx.AsyncClient, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "PAGE_ROWS", 2)
    first = (await ann.get("/console/stock")).text
    assert _POSITION.findall(first) == [("A", "S1"), ("A", "W1")]
    following = _NEXT.search(first)
    assert following is not None and _PREV.search(first) is None
    second = (await ann.get(html.unescape(following[1]))).text
    assert _POSITION.findall(second) == [("B", "S2"), ("B", "W1")]
    back = _PREV.search(second)
    assert back is not None and _NEXT.search(second) is None
    assert _POSITION.findall((await ann.get(html.unescape(back[1]))).text) == [("A", "S1"), ("A", "W1")]


async def test_stock_is_filtered_and_explained(ann: httpx.AsyncClient, shop: Organization) -> None:
    taken = await captured(shop.app, order({"sku": "B", "quantity": 1, "method": "pickup", "location": "S2"}))
    async with shop.app.database.transaction("acme") as db:
        await feed(db, 2, {("B", "S2"): 0})
    assert _POSITION.findall((await ann.get("/console/stock?short=yes")).text) == [("B", "S2")]
    assert _POSITION.findall((await ann.get("/console/stock?location=W1")).text) == [("A", "W1"), ("B", "W1")]
    assert _POSITION.findall((await ann.get("/console/stock?sku=B&location=W1")).text) == [("B", "W1")]
    assert "No position fits" in (await ann.get("/console/stock?sku=Z")).text
    page = (await ann.get("/console/stock/B?location=S2")).text
    assert f'Order <a href="/console/orders/{taken.number}">' in page
    assert "Shortage" in page and "erp" in page and "Everywhere" in page
    assert (await ann.get("/console/stock/B?location=S1")).status_code == 404


async def test_an_associate_sees_the_stock_of_their_store_only(console: str, shop: Organization) -> None:
    async with shop.app.database.transaction("acme") as db:
        row = await db.fetch_one("SELECT id FROM location WHERE code = 'S1'")
    assert row is not None
    await new_user(shop.app, "sam", Role.STORE_ASSOCIATE, location_ids=frozenset({row[0]}))
    async with signed_in(console, "sam") as sam:
        assert _POSITION.findall((await sam.get("/console/stock")).text) == [("A", "S1")]
        assert _POSITION.findall((await sam.get("/console/stock?location=W1")).text) == []
        page = (await sam.get("/console/stock/A")).text
        assert "S1" in page and "W1" not in page
        assert (await sam.get("/console/stock/A?location=W1")).status_code == 404
