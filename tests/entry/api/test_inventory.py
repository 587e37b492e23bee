"""Stock over HTTP: what goes wrong is said by status, code and field, and moves nothing.

sent                                             answer
a feed with an unknown sku or location           that row refused, the others taken in
a feed older than the last                       its rows stale, nothing moved
the same feed twice                              duplicate, nothing moved
a delta below zero                               that row refused
a correction without reason, by zero, too deep   refused at its field
a correction at another store                    403, nothing of the request is done
a cart that wants too much                       409 at the line
"""

import json
from typing import Any

import httpx
import pytest

from commissary.domain.security.types import Role
from tests.conftest import Organization
from tests.doors import client_with, new_key
from tests.shop import balances, location_ids, open_shop, row_counts

Answer = tuple[int, str, str]
ROW = {"sku": "A", "location": "W1", "on_hand": 7}
FEED: dict[str, Any] = {"source": "erp", "sequence": 100, "mode": "full", "rows": [ROW]}
FIX: dict[str, Any] = {"sku": "A", "location": "W1", "change": 1, "reason": "found behind a shelf"}


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


def problem(answer: httpx.Response) -> Answer:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    return answer.status_code, body["code"], body.get("field", "")


def rows(**changes: Any) -> dict[str, Any]:
    return {"rows": [{**ROW, **changes}]}


# what is sent in place of a good feed                             status, code, field
REFUSED_FEEDS: list[tuple[dict[str, Any], Answer]] = [
    (rows(on_hand=-1), (422, "body_invalid", "/rows/0/on_hand")),
    (rows(on_hand=10**23), (422, "body_invalid", "/rows/0/on_hand")),
    (rows(on_hand=2**31), (422, "body_invalid", "/rows/0/on_hand")),
    (rows(on_hand=1.5), (422, "body_invalid", "/rows/0/on_hand")),
    (rows(on_hand="7"), (422, "body_invalid", "/rows/0/on_hand")),
    (rows(damaged=-1), (422, "body_invalid", "/rows/0/damaged")),
    (rows(sku=""), (422, "body_invalid", "/rows/0/sku")),
    (rows(sku="A\x00"), (422, "body_invalid", "/rows/0/sku")),
    (rows(surprise=1), (422, "body_invalid", "/rows/0/surprise")),
    ({"sequence": 0}, (422, "body_invalid", "/sequence")),
    ({"sequence": 2**63}, (422, "body_invalid", "/sequence")),
    ({"sequence": 10**23}, (422, "body_invalid", "/sequence")),
    ({"source": "ERP"}, (422, "body_invalid", "/source")),
    ({"source": "erp\n"}, (422, "body_invalid", "/source")),
    ({"mode": "half"}, (422, "body_invalid", "/mode")),
    ({"rows": []}, (422, "body_invalid", "/rows")),
    ({"rows": [{"sku": "A"}]}, (422, "body_invalid", "/rows/0/location")),
]
# a row of a feed, in a mode                                        code, field of the row's problem
REFUSED_ROWS: list[tuple[str, list[dict[str, Any]], list[tuple[str, str]]]] = [
    ("full", [{**ROW, "sku": "NOPE"}], [("sku_unknown", "/rows/0/sku")]),
    ("full", [{**ROW, "location": "MARS"}], [("location_unknown", "/rows/0/location")]),
    ("full", [{"sku": "A", "location": "W1", "change": 1}], [("feed_row_other_mode", "/rows/0/on_hand")]),
    ("delta", [ROW], [("feed_row_other_mode", "/rows/0/change")]),
    ("delta", [{"sku": "A", "location": "W1", "change": -11}], [("stock_below_zero", "/rows/0/change")]),
    ("delta", [{"sku": "C", "location": "W1", "change": -1}], [("stock_below_zero", "/rows/0/change")]),
]


async def test_bad_feeds_are_refused_at_their_field_and_move_nothing(
    client: httpx.AsyncClient, shop: Organization
) -> None:
    before = await row_counts(shop)
    wrong = []
    for changes, expected in REFUSED_FEEDS:
        answer = await client.post("/v1/stock-feeds", json={**FEED, **changes})
        if answer.status_code < 400 or problem(answer) != expected:
            wrong.append((changes, answer.status_code, answer.text[:200]))
    many = {**FEED, "rows": [ROW] * 50_001}
    assert problem(await client.post("/v1/stock-feeds", json=many)) == (422, "body_invalid", "/rows")
    huge = b'{"source": "' + b"x" * 10_000_000 + b'"}'
    assert problem(await client.post("/v1/stock-feeds", content=huge))[:2] == (413, "body_too_large")
    assert not wrong, "\n".join(map(str, wrong))
    assert await row_counts(shop) == before


async def test_bad_rows_are_refused_and_good_ones_go_in(
    client: httpx.AsyncClient, shop: Organization
) -> None:
    before = await row_counts(shop)
    for sequence, (mode, given, expected) in enumerate(REFUSED_ROWS, start=10):
        answer = await client.post(
            "/v1/stock-feeds", json={"source": "other", "sequence": sequence, "mode": mode, "rows": given}
        )
        assert answer.status_code == 200, answer.text
        told = [(p["problem"]["code"], p["problem"]["field"]) for p in answer.json()["problems"]]
        assert (told, answer.json()["applied"]) == (expected, 0)
    after = await row_counts(shop)
    assert (after["movement"], after["stock"]) == (before["movement"], before["stock"])
    mixed = {**FEED, "rows": [{**ROW, "sku": "NOPE"}, ROW, ROW]}
    body = (await client.post("/v1/stock-feeds", json=mixed)).json()
    assert (body["applied"], body["refused"]) == (1, 2)
    assert [(p["row"], p["problem"]["code"]) for p in body["problems"]] == [
        (0, "sku_unknown"),
        (2, "row_twice"),
    ]
    async with shop.app.database.transaction("acme") as db:
        assert (await balances(db, "A"))["W1"] == (7, 0, 0, 0)


async def test_feed_older_than_the_last_changes_nothing(
    client: httpx.AsyncClient, shop: Organization
) -> None:
    assert (await client.post("/v1/stock-feeds", json=FEED)).json()["applied"] == 1
    for mode, row in (
        ("full", {**ROW, "on_hand": 99}),
        ("delta", {"sku": "A", "location": "W1", "change": 5}),
    ):
        old = {"source": "erp", "sequence": 98 if mode == "full" else 99, "mode": mode, "rows": [row]}
        body = (await client.post("/v1/stock-feeds", json=old)).json()
        assert (body["applied"], body["stale"], body["duplicate"]) == (0, 1, False)
    again = (await client.post("/v1/stock-feeds", json={**FEED, "rows": [{**ROW, "on_hand": 1}]})).json()
    assert (again["applied"], again["duplicate"]) == (0, True)
    async with shop.app.database.transaction("acme") as db:
        assert (await balances(db, "A"))["W1"] == (7, 0, 0, 0)


# what is sent in place of a good correction                        status, code, field
REFUSED_FIXES: list[tuple[dict[str, Any], Answer]] = [
    ({"reason": ""}, (422, "body_invalid", "/0/reason")),
    ({"change": 10**23}, (422, "body_invalid", "/0/change")),
    ({"change": 0.5}, (422, "body_invalid", "/0/change")),
    ({"account": "pocket"}, (422, "body_invalid", "/0/account")),
    ({"surprise": 1}, (422, "body_invalid", "/0/surprise")),
]
# a correction                                                      the row's problem
REFUSED_FIX_ROWS: list[tuple[dict[str, Any], Answer]] = [
    ({"sku": "NOPE"}, (422, "sku_unknown", "/0/sku")),
    ({"location": "MARS"}, (422, "location_unknown", "/0/location")),
    ({"change": 0}, (422, "change_is_zero", "/0/change")),
    ({"change": -11}, (409, "stock_below_zero", "/0/change")),
    ({"sku": "C", "change": -1}, (409, "stock_below_zero", "/0/change")),
    ({"account": "reserved"}, (422, "account_not_adjustable", "/0/account")),
    ({"account": "shortage"}, (422, "account_not_adjustable", "/0/account")),
    ({"account": "damaged", "change": -1}, (409, "stock_below_zero", "/0/change")),
]


async def test_bad_corrections_are_refused_and_move_nothing(
    client: httpx.AsyncClient, shop: Organization
) -> None:
    before = await row_counts(shop)
    for index, (changes, expected) in enumerate(REFUSED_FIXES):
        answer = await client.post(
            "/v1/stock-adjustments", json=[{**FIX, **changes}], headers={"idempotency-key": f"a{index}"}
        )
        assert problem(answer) == expected
    assert problem(await client.post("/v1/stock-adjustments", json=[FIX]))[:2] == (
        400,
        "idempotency_key_missing",
    )
    many = json.dumps([FIX] * 1001).encode()
    answer = await client.post("/v1/stock-adjustments", content=many, headers={"idempotency-key": "m"})
    assert problem(answer) == (422, "body_invalid", "")
    assert await row_counts(shop) == before
    for index, (changes, expected) in enumerate(REFUSED_FIX_ROWS):
        answer = await client.post(
            "/v1/stock-adjustments", json=[{**FIX, **changes}], headers={"idempotency-key": f"r{index}"}
        )
        told = answer.json()["results"][0]["problem"]
        assert (told["status"], told["code"], told["field"]) == expected
    after = await row_counts(shop)
    assert {**after, "idempotency": 0} == {**before, "idempotency": 0}


async def test_associate_corrects_only_the_own_store(
    client: httpx.AsyncClient, shop: Organization, api_address: str
) -> None:
    places = await location_ids(shop)
    secret = await new_key(shop.app, role=Role.STORE_ASSOCIATE, location_ids=frozenset({places["S1"]}))
    own, foreign = {**FIX, "location": "S1"}, {**FIX, "location": "S2", "sku": "C"}
    async with client_with(api_address, secret) as associate:
        before = await row_counts(shop)
        for index, body in enumerate(([foreign], [own, foreign])):
            answer = await associate.post(
                "/v1/stock-adjustments", json=body, headers={"idempotency-key": f"f{index}"}
            )
            assert problem(answer) == (403, "location_not_yours", f"/{index}/location")
        assert await row_counts(shop) == before
        answer = await associate.post("/v1/stock-adjustments", json=[own], headers={"idempotency-key": "o"})
        assert answer.json()["results"][0]["cause_id"]
        assert problem(await associate.post("/v1/stock-feeds", json=FEED))[:2] == (403, "not_permitted")


async def test_feed_and_cart_of_one_location_reach_no_other(
    client: httpx.AsyncClient, shop: Organization, api_address: str
) -> None:
    places = await location_ids(shop)
    secret = await new_key(shop.app, role=Role.OPERATOR, location_ids=frozenset({places["S1"]}))
    async with client_with(api_address, secret) as third_party:
        both = {**FEED, "rows": [ROW, {**ROW, "location": "S1"}]}
        body = (await third_party.post("/v1/stock-feeds", json=both)).json()
        assert (body["applied"], body["problems"][0]["problem"]["code"]) == (1, "location_not_yours")
        before = await row_counts(shop)
        for place in ({"location": "W1"}, {"location_group": "ALL"}):
            answer = await third_party.put(
                "/v1/carts/x", json={"lines": [{"sku": "A", "quantity": 1, **place}]}
            )
            field = f"/lines/0/{next(iter(place))}"
            assert problem(answer) == (403, "location_not_yours", field)
        assert await row_counts(shop) == before


def cart(**changes: Any) -> dict[str, Any]:
    return {"lines": [{"sku": "A", "quantity": 1, "location": "W1", **changes}]}


# what is sent in place of a good cart                              status, code, field
REFUSED_CARTS: list[tuple[str, dict[str, Any], Answer]] = [
    ("c", cart(sku="NOPE"), (422, "sku_unknown", "/lines/0/sku")),
    ("c", cart(location="MARS"), (422, "location_unknown", "/lines/0/location")),
    ("c", cart(location=None), (422, "location_and_group", "/lines/0/location")),
    ("c", cart(location_group="ALL"), (422, "location_and_group", "/lines/0/location")),
    ("c", cart(location=None, location_group="MARS"), (422, "location_group_unknown", "/lines/0/location_group")),
    ("c", cart(quantity=0), (422, "body_invalid", "/lines/0/quantity")),
    ("c", cart(quantity=10**23), (422, "body_invalid", "/lines/0/quantity")),
    ("c", cart(quantity=11), (409, "stock_short", "/lines/0/quantity")),
    ("c", cart(sku="C"), (409, "stock_short", "/lines/0/quantity")),
    ("c", {**cart(), "ttl_s": 0}, (422, "body_invalid", "/ttl_s")),
    ("c", {**cart(), "ttl_s": 10**9}, (422, "body_invalid", "/ttl_s")),
    ("c", {"lines": []}, (422, "body_invalid", "/lines")),
    ("c", {"lines": cart()["lines"] * 201}, (422, "body_invalid", "/lines")),
    ("c" * 101, cart(), (422, "cart_name_invalid", "/cart")),
    ("c%00", cart(), (422, "cart_name_invalid", "/cart")),
]  # fmt: skip


async def test_bad_carts_are_refused_and_keep_nothing(client: httpx.AsyncClient, shop: Organization) -> None:
    before = await row_counts(shop)
    wrong = []
    for name, body, expected in REFUSED_CARTS:
        answer = await client.put(f"/v1/carts/{name}", json=body)
        if answer.status_code < 400 or problem(answer) != expected:
            wrong.append((body, answer.status_code, answer.text[:200]))
    key = {"idempotency-key": "k"}
    answer = await client.post("/v1/carts/none/allocate", json={"location": "W1"}, headers=key)
    assert problem(answer)[:2] == (404, "cart_holds_nothing")
    answer = await client.post("/v1/carts/none/issue", json={"reason": "sold"}, headers=key)
    assert problem(answer)[:2] == (404, "cart_holds_nothing")
    assert (await client.delete("/v1/carts/none")).json() == {"units": 0}
    assert problem(await client.delete("/v1/carts/%00"))[:2] == (422, "cart_name_invalid")
    assert not wrong, "\n".join(map(str, wrong))
    assert {**await row_counts(shop), "idempotency": 0} == {**before, "idempotency": 0}


async def test_cart_from_shelf_to_counter(client: httpx.AsyncClient, shop: Organization) -> None:
    body = {"lines": [{"sku": "A", "quantity": 2, "location_group": "ALL"}], "ttl_s": 60}
    for _ in range(2):
        kept = (await client.put("/v1/carts/basket", json=body)).json()
        assert [r["quantity"] for r in kept["reservations"]] == [2]
    answer = await client.post(
        "/v1/carts/basket/issue", json={"reason": "sold"}, headers={"idempotency-key": "1"}
    )
    assert problem(answer)[:2] == (409, "cart_not_at_location")
    answer = await client.post(
        "/v1/carts/basket/allocate", json={"location": "S2"}, headers={"idempotency-key": "2"}
    )
    assert problem(answer)[:2] == (409, "stock_short_at")
    answer = await client.post(
        "/v1/carts/basket/allocate", json={"location": "S1"}, headers={"idempotency-key": "3"}
    )
    assert answer.status_code == 204
    assert problem(await client.put("/v1/carts/basket", json=body))[:2] == (409, "cart_allocated")
    sold = {"reason": "sold"}
    for replayed in (None, "true"):
        answer = await client.post("/v1/carts/basket/issue", json=sold, headers={"idempotency-key": "4"})
        assert (answer.json(), answer.headers.get("idempotent-replayed")) == ({"units": 2}, replayed)
    async with shop.app.database.transaction("acme") as db:
        assert await balances(db, "A") == {"W1": (10, 0, 0, 0), "S1": (3, 0, 0, 0), "ALL": (13, 0, 0)}
    ledger = (await client.get("/v1/stock-movements", params={"sku": "A"})).json()["data"]
    assert (ledger[0]["to_account"], ledger[0]["reason"], ledger[0]["quantity"]) == ("outside", "sold", 2)


async def test_unreadable_reads(client: httpx.AsyncClient, shop: Organization) -> None:
    for path, status in (
        ("/v1/stock-positions?sku=%00", 400),
        ("/v1/stock-positions?limit=0", 400),
        ("/v1/stock-positions?cursor=eA", 400),
        ("/v1/stock-movements", 400),
        ("/v1/stock-movements?sku=NOPE", 200),
        ("/v1/stock-movements?sku=A&cursor=x", 400),
        ("/v1/items/%00/group-positions", 200),
        ("/v1/items/NOPE/group-positions", 200),
    ):
        answer = await client.get(path)
        assert answer.status_code == status, (path, answer.text)
