"""Every link on every page leads somewhere."""

from urllib.parse import urldefrag, urljoin

from playwright.async_api import Page

from tests.conftest import Organization
from tests.shop import captured, order

MOST = 200


async def test_every_link_answers(ann: Page, shop: Organization, console: str) -> None:
    await captured(shop.app, order(("A", 2), ("C", 1), on_shortage="backorder", holds=[{"kind": "fraud"}]))
    await captured(
        shop.app, order({"sku": "B", "quantity": 1, "method": "pickup", "location": "S2"}, number="A B%C?&1")
    )
    waiting, seen = [f"{console}/console"], set[str]()
    while waiting and len(seen) < MOST:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = await ann.request.get(address)
        assert answer.status == 200, address
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        await ann.set_content(await answer.text())
        for href in await ann.eval_on_selector_all(
            "a[href]", "links => links.map(a => a.getAttribute('href'))"
        ):
            target = urldefrag(urljoin(address, href))[0]
            assert target.startswith(console), f"{address} leads away to {target}"
            waiting.append(target)
    assert not waiting or len(seen) == MOST
    for part in (
        "/console/orders/A%20B%25C%3F%261",
        "/console/stock/A",
        "/docs/problems",
        "/v1/openapi.json",
    ):
        assert any(address.startswith(f"{console}{part}") for address in seen), part
