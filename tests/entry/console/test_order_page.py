"""The order page: everyone sees what they may, and nobody changes an order that they have not seen."""

import re

import httpx
import pytest

from commissary.domain.security.types import Role
from commissary.platform.db import Db
from tests.conftest import Organization
from tests.console import new_user, signed_in, token_of
from tests.shop import balances, captured, order

PICKUP = {"sku": "A", "quantity": 1, "method": "pickup", "location": "S1"}
AT_W1 = {"sku": "A", "quantity": 3, "location": "W1"}


@pytest.fixture
async def number(shop: Organization) -> str:
    """An order of three units of A from W1 and five of C, which is nowhere."""
    wanted = order(
        AT_W1,
        ("C", 5),
        on_shortage="backorder",
        customer={"reference": "C7", "name": "Ada <b>Peeters</b>", "mail": "ada@example.com"},
        tenders=[{"kind": "card", "amount_minor": 8000, "brand": "visa", "last_four": "4242"}],
    )
    return (await captured(shop.app, wanted)).number


async def fields(client: httpx.AsyncClient, number: str, **more: str) -> dict[str, str]:
    """What every form on the page carries, as it is now."""
    page = (await client.get(f"/console/orders/{number}")).text
    found = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("csrf_token", "version", "seen")
    }
    return {name: match[1] for name, match in found.items() if match} | more


async def units(db: Db) -> dict[str, int]:
    rows = await db.fetch("SELECT state, sum(quantity)::int FROM quantity_group GROUP BY state")
    return dict(rows)


async def test_the_page_tells_everything(ann: httpx.AsyncClient, number: str) -> None:
    page = (await ann.get(f"/console/orders/{number}")).text
    for text in ("Partly reserved", "€80.00", "3 reserved", "5 backordered", "•••• 4242", "ada@example.com"):
        assert text in page, text
    assert "Ada &lt;b&gt;Peeters&lt;/b&gt;" in page and "<b>Peeters" not in page
    assert "Captured from web: 8 units on 2 lines for €80.00. 3 reserved, 5 backordered." in page


async def test_who_cares_not_for_customers_sees_the_pseudonym(
    console: str, shop: Organization, number: str
) -> None:
    await new_user(shop.app, "rob", Role.READ_ONLY)
    async with signed_in(console, "rob") as rob:
        page = (await rob.get(f"/console/orders/{number}")).text
    assert "Customer C7" in page
    assert "Peeters" not in page and "ada@example.com" not in page
    assert "Cancel units" not in page and "Place a hold" not in page


async def test_a_preview_changes_nothing_and_says_what_would(
    ann: httpx.AsyncClient, shop: Organization, number: str
) -> None:
    form = await fields(ann, number, **{"line-1": "2", "line-2": "1", "reason": "Too late"})
    part = await ann.post(f"/console/orders/{number}/cancel", data=form, headers={"hx-request": "true"})
    assert part.status_code == 200 and "<html" not in part.text
    text = " ".join(part.text.split())
    assert "2 units</strong> of line 1, A, are canceled (2 reserved). 2 go back to stock at W1." in text
    assert "1 unit</strong> of line 2, C, is canceled (1 backordered). Nothing goes back to stock." in text
    assert "4 units stay on the line" in text and "Cancel 3 units" in text
    whole = await ann.post(f"/console/orders/{number}/cancel", data=form)
    assert whole.status_code == 200 and "<html" in whole.text and "Cancel 3 units" in whole.text
    async with shop.app.database.transaction("acme") as db:
        assert await units(db) == {"reserved": 3, "backordered": 5}


async def test_a_confirmed_cancellation_gives_stock_back_once(
    ann: httpx.AsyncClient, shop: Organization, number: str
) -> None:
    form = await fields(ann, number, **{"line-1": "2", "reason": "Too late", "confirmed": "yes"})
    done = await ann.post(f"/console/orders/{number}/cancel", data=form)
    assert (done.status_code, done.headers["location"]) == (303, f"/console/orders/{number}?done=canceled")
    async with shop.app.database.transaction("acme") as db:
        assert await units(db) == {"reserved": 1, "backordered": 5, "canceled": 2}
        assert (await balances(db, "A"))["W1"][:2] == (9, 1)
    page = (await ann.get(done.headers["location"])).text
    assert "The units are canceled." in page
    assert "Canceled 2 units of line 1: “Too late”." in page and "Ann" in page
    twice = await ann.post(f"/console/orders/{number}/cancel", data=form)
    assert twice.status_code == 412
    async with shop.app.database.transaction("acme") as db:
        assert await units(db) == {"reserved": 1, "backordered": 5, "canceled": 2}


async def test_a_stale_edit_shows_what_changed(
    ann: httpx.AsyncClient, console: str, shop: Organization, number: str
) -> None:
    mine = await fields(ann, number, whole="yes", reason="All of it", confirmed="yes")
    await new_user(shop.app, "bob", Role.SERVICE_AGENT)
    async with signed_in(console, "bob") as bob:
        theirs = await fields(bob, number, kind="fraud", reason="Odd address")
        assert (await bob.post(f"/console/orders/{number}/holds", data=theirs)).status_code == 303
    for step in (mine, {**mine, "confirmed": ""}):
        answer = await ann.post(f"/console/orders/{number}/cancel", data=step)
        assert answer.status_code == 412
        assert "Nothing was done, because this order changed while you looked at it." in answer.text
        assert "<li>Put on hold for suspicion of fraud: “Odd address”" in answer.text
        assert "Bob" in answer.text
    async with shop.app.database.transaction("acme") as db:
        assert await units(db) == {"reserved": 3, "backordered": 5}


# fields, what the page says
REFUSED: list[tuple[dict[str, str], int, str]] = [
    ({"line-1": "4", "reason": "x"}, 409, "3 units may still be canceled, 4 were asked for"),
    ({"line-9": "1", "reason": "x"}, 422, "no line 9"),
    ({"line-1": "-1", "reason": "x"}, 422, "Units are whole numbers"),
    ({"line-1": "1.5", "reason": "x"}, 422, "Units are whole numbers"),
    ({"line-1": "99999999999999", "reason": "x"}, 422, "Units are whole numbers"),
    ({"line-1": "1", "reason": " "}, 422, "Give a reason"),
    ({"line-1": "1", "reason": "x" * 201}, 422, "Give a reason"),
    ({"reason": "x"}, 422, "Say how many units"),
    ({"line-1": "1", "reason": "x", "version": ""}, 422, "Reload the page"),
    ({"line-1": "1", "reason": "x\x00"}, 422, "NUL"),
]


async def test_what_cannot_be_canceled(ann: httpx.AsyncClient, shop: Organization, number: str) -> None:
    form = await fields(ann, number)
    for given, status, text in REFUSED:
        for confirmed in ("", "yes"):
            sent = {**form, **given, "confirmed": confirmed}
            answer = await ann.post(f"/console/orders/{number}/cancel", data=sent)
            assert answer.status_code == status, given
            assert text in answer.text, given
    async with shop.app.database.transaction("acme") as db:
        assert await units(db) == {"reserved": 3, "backordered": 5}


async def test_forms_without_the_token_do_nothing(
    ann: httpx.AsyncClient, shop: Organization, number: str
) -> None:
    form = await fields(ann, number, whole="yes", reason="x", confirmed="yes")
    for sent in ({**form, "csrf_token": "guessed"}, {k: v for k, v in form.items() if k != "csrf_token"}):
        answer = await ann.post(f"/console/orders/{number}/cancel", data=sent)
        assert answer.status_code == 403
        assert "Form expired" in answer.text
    async with shop.app.database.transaction("acme") as db:
        assert await units(db) == {"reserved": 3, "backordered": 5}


async def test_a_hold_is_placed_and_resolved(ann: httpx.AsyncClient, number: str) -> None:
    address = f"/console/orders/{number}"
    form = await fields(ann, number, kind="legal", reason="Court order", line="2", until="2099-01-01T10:00")
    placed = await ann.post(f"{address}/holds", data=form)
    assert placed.headers["location"] == f"{address}?done=held"
    page = (await ann.get(address)).text
    assert "Hold: legal" in page and "Court order" in page and "line 2" in page
    blocked = await ann.post(f"{address}/cancel", data=await fields(ann, number, whole="yes", reason="x"))
    assert blocked.status_code == 409 and "blocks cancel" in blocked.text
    found = re.search(rf'action="({address}/holds/[0-9a-f-]+/resolve)"', page)
    assert found is not None
    silent = await ann.post(found[1], data=await fields(ann, number, resolution=" "))
    assert silent.status_code == 422 and "Say how the hold was settled" in silent.text
    resolved = await ann.post(found[1], data=await fields(ann, number, resolution="Court agreed"))
    assert resolved.headers["location"] == f"{address}?done=resolved"
    page = (await ann.get(address)).text
    assert "Nothing holds this order." in page
    assert "Resolved the hold for legal reasons: “Court agreed”." in page
    over = await ann.post(found[1], data=await fields(ann, number, resolution="Again"))
    assert over.status_code == 409 and "no active hold" in over.text


# fields, what the page says
NO_HOLD = [
    ({"kind": "mood"}, "no hold of the kind mood"),
    ({"kind": "fraud", "line": "9"}, "no line 9"),
    ({"kind": "fraud", "line": "x"}, "Choose a line"),
    ({"kind": "fraud", "until": "2001-01-01T00:00"}, "cannot end before it begins"),
    ({"kind": "fraud", "until": "soon"}, "Write the time as"),
    ({"kind": "fraud", "reason": "x" * 201}, "at most 200"),
]


async def test_holds_that_cannot_stand(ann: httpx.AsyncClient, number: str) -> None:
    for given, text in NO_HOLD:
        form = await fields(ann, number, **given)
        answer = await ann.post(f"/console/orders/{number}/holds", data=form)
        assert answer.status_code == 422, given
        assert text in answer.text, given
        assert "Nothing holds this order." in answer.text


async def test_an_associate_sees_the_orders_of_their_store_only(
    console: str, shop: Organization, number: str
) -> None:
    here = (await captured(shop.app, order(PICKUP))).number
    async with shop.app.database.transaction("acme") as db:
        row = await db.fetch_one("SELECT id FROM location WHERE code = 'S1'")
    assert row is not None
    await new_user(shop.app, "sam", Role.STORE_ASSOCIATE, location_ids=frozenset({row[0]}))
    async with signed_in(console, "sam") as sam:
        page = (await sam.get("/console/orders")).text
        assert here in page and number not in page
        assert (await sam.get(f"/console/orders/{here}")).status_code == 200
        for address in (f"/console/orders/{number}", f"/console/orders?q={number}"):
            answer = await sam.get(address)
            assert answer.status_code == 404 or "No order fits" in answer.text
        held = {"csrf_token": await token_of(sam), "kind": "fraud", "version": "1"}
        assert (await sam.post(f"/console/orders/{here}/holds", data=held)).status_code == 403
        home = (await sam.get("/console")).text
        assert "Failing webhooks" not in home and "Parked events" not in home
