"""Orders over HTTP: what goes wrong is said by status, code and field, and changes nothing.

sent                                          answer
an unknown sku, location, currency            422 at that field
zero, negative, huge or fractional units      422 at the quantity
the same number, the same content             the same answer
the same number, other content                409 at the number
totals or tenders that do not add up          422 at the total
no JSON, keys twice, 10,000 deep, 10 MB       400, 413
an order of another store                     404, as if there were none
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.conftest import Organization
from tests.shop import open_shop, row_counts

LINE = {"sku": "A", "quantity": 2, "unit_price_minor": 1000}
GOOD: dict[str, Any] = {
    "channel": "web",
    "currency": "EUR",
    "ship_to": {"country": "BE"},
    "customer": {"reference": "C1"},
    "lines": [LINE],
}
Answer = tuple[int, str, str]


@pytest.fixture
async def shop(organization: Organization) -> Organization:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    return organization


@pytest.fixture
async def api(shop: Organization, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    yield client


def problem(answer: httpx.Response) -> Answer:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert "{" not in body["detail"] or "regex" in body["detail"], body["detail"]
    assert body["title"] and body["status"] == answer.status_code
    return answer.status_code, body["code"], body.get("field", "")


async def post(
    api: httpx.AsyncClient, body: Any, key: str | None = "k", path: str = "/v1/orders"
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await api.post(path, content=content, headers={} if key is None else {"idempotency-key": key})


def lines(**changes: Any) -> dict[str, Any]:
    return {"lines": [{**LINE, **changes}]}


# what is sent in place of a good order                         status, code, field
REFUSED: list[tuple[dict[str, Any], Answer]] = [
    (lines(sku="NOPE"), (422, "sku_unknown", "/lines/0/sku")),
    (lines(sku=""), (422, "body_invalid", "/lines/0/sku")),
    (lines(sku="A" * 101), (422, "body_invalid", "/lines/0/sku")),
    (lines(location="MARS"), (422, "location_unknown", "/lines/0/location")),
    (lines(location_group="MARS"), (422, "location_group_unknown", "/lines/0/location_group")),
    (lines(location="W1", location_group="ALL"), (422, "location_and_group", "/lines/0/location_group")),
    (lines(method="pickup"), (422, "pickup_location_missing", "/lines/0/location")),
    (lines(method="teleport"), (422, "body_invalid", "/lines/0/method")),
    ({"ship_to": None}, (422, "ship_to_missing", "/lines/0/ship_to")),
    ({"ship_to": {"country": "Belgium"}}, (422, "body_invalid", "/ship_to/country")),
    ({"ship_to": {"country": "BE\n"}}, (422, "body_invalid", "/ship_to/country")),
    ({"currency": "XQX"}, (422, "currency_unknown", "/currency")),
    ({"currency": "eur"}, (422, "body_invalid", "/currency")),
    ({"currency": "EUR\n"}, (422, "body_invalid", "/currency")),
    (lines(quantity=0), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=-1), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=2**31), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=2**63), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=10**23), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=1.5), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity="2"), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=None), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=True), (422, "body_invalid", "/lines/0/quantity")),
    (lines(quantity=100), (409, "stock_short", "/lines/0/quantity")),
    (lines(unit_price_minor=-1), (422, "body_invalid", "/lines/0/unit_price_minor")),
    (lines(unit_price_minor=10**23), (422, "body_invalid", "/lines/0/unit_price_minor")),
    (lines(unit_price_minor=10**13), (422, "amount_too_large", "/lines/0/unit_price_minor")),
    (lines(discount_minor=2001), (422, "discount_above_price", "/lines/0/discount_minor")),
    (lines(surprise=1), (422, "body_invalid", "/lines/0/surprise")),
    (lines(requested_on="2026-02-30"), (422, "body_invalid", "/lines/0/requested_on")),
    (lines(attributes={"color": "red"}), (422, "attribute_undeclared", "/lines/0/attributes/color")),
    (lines(ship_to={"country": "B"}), (422, "body_invalid", "/lines/0/ship_to/country")),
    ({"discount_minor": 2001}, (422, "discount_above_price", "/discount_minor")),
    ({"total_minor": 1999}, (422, "total_does_not_add_up", "/total_minor")),
    ({"tenders": [{"kind": "card", "amount_minor": 1999}]}, (422, "tenders_do_not_add_up", "/tenders")),
    ({"tenders": [{"kind": "card", "amount_minor": -1}]}, (422, "body_invalid", "/tenders/0/amount_minor")),
    (
        {"tenders": [{"kind": "card", "amount_minor": 2000, "token": "4111111111111111"}]},
        (422, "card_number_refused", "/tenders/0/token"),
    ),
    (
        {"tenders": [{"kind": "card", "amount_minor": 2000, "last_four": "1111\n"}]},
        (422, "body_invalid", "/tenders/0/last_four"),
    ),
    ({"charges": [{"kind": "shipping", "amount_minor": 1}] * 2}, (422, "charge_twice", "/charges")),
    ({"holds": [{"kind": "mood"}]}, (422, "hold_kind_unknown", "/holds/0/kind")),
    ({"holds": [{"kind": "until", "expires_at": "2026-01-01T00:00:00"}]}, (422, "body_invalid", "/holds/0/expires_at")),
    ({"attributes": {"gift": True}}, (422, "attribute_undeclared", "/attributes/gift")),
    ({"attributes": {"gift": [[1]]}}, (422, "body_invalid", "/attributes/...")),
    ({"channel": ""}, (422, "body_invalid", "/channel")),
    ({"channel": "web\n"}, (422, "body_invalid", "/channel")),
    ({"number": ""}, (422, "body_invalid", "/number")),
    ({"number": " W-1"}, (422, "body_invalid", "/number")),
    ({"number": "W-1\n"}, (422, "body_invalid", "/number")),
    ({"number": "W\x00"}, (422, "body_invalid", "/number")),
    ({"number": "9" * 61}, (422, "body_invalid", "/number")),
    ({"placed_at": "yesterday"}, (422, "body_invalid", "/placed_at")),
    ({"placed_at": "2026-01-01T00:00:00"}, (422, "body_invalid", "/placed_at")),
    ({"placed_at": "0001-01-01T00:00:00+14:00"}, (422, "instant_out_of_range", "/placed_at")),
    ({"placed_at": "9999-12-31T23:59:59-14:00"}, (422, "instant_out_of_range", "/placed_at")),
    (
        {"holds": [{"kind": "until", "expires_at": "9999-12-31T23:59:59-14:00"}]},
        (422, "instant_out_of_range", "/holds/0/expires_at"),
    ),
    ({"customer": {"reference": "a\x00b"}}, (422, "body_invalid", "/customer/reference")),
    ({"customer": {"mail": "a" * 255}}, (422, "body_invalid", "/customer/mail")),
    ({"customer": "C1"}, (422, "body_invalid", "/customer")),
    ({"lines": []}, (422, "body_invalid", "/lines")),
    ({"lines": {}}, (422, "body_invalid", "/lines")),
    ({"lines": [LINE] * 2001}, (422, "body_invalid", "/lines")),
    ({"surprise": 1}, (422, "body_invalid", "/surprise")),
    ({"organization": "other"}, (422, "body_invalid", "/organization")),
]  # fmt: skip

_START = json.dumps(GOOD)[:-1]
_DEEP = "[" * 10_000 + "]" * 10_000
# bodies that are no orders at all                               status, code, field
MALFORMED: list[tuple[str, bytes, Answer]] = [
    ("nothing", b"", (400, "body_malformed", "")),
    ("no JSON", b"{", (400, "body_malformed", "")),
    ("a comma too much", _START.encode() + b",}", (400, "body_malformed", "")),
    ("two bodies", json.dumps(GOOD).encode() * 2, (400, "body_malformed", "")),
    ("a BOM", b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), (400, "body_malformed", "")),
    ("latin-1", json.dumps(GOOD).replace("web", "w\xe9b").encode("latin-1"), (400, "body_malformed", "")),
    ("UTF-16", json.dumps(GOOD).encode("utf-16"), (400, "body_malformed", "")),
    ("a lone surrogate", (_START + ', "number": "\\ud800"}').encode(), (400, "body_malformed", "")),
    ("NaN", (_START + ', "total_minor": NaN}').encode(), (400, "body_malformed", "")),
    ("1e400", (_START + ', "total_minor": 1e400}').encode(), (422, "body_invalid", "/total_minor")),
    ("an array", b"[]", (422, "body_invalid", "")),
    ("null", b"null", (422, "body_invalid", "")),
    ("a key twice", (_START + ', "number": "1", "number": "2"}').encode(), (400, "body_key_twice", "/number")),
    (
        "a key twice in a line",
        json.dumps(GOOD).replace('"quantity": 2', '"quantity": 1, "quantity": 2').encode(),
        (400, "body_key_twice", "/lines/0/quantity"),
    ),
    ("10,000 deep", _DEEP.encode(), (422, "body_invalid", "")),
    ("10,000 deep in a field", (_START + f', "number": {_DEEP}}}').encode(), (422, "body_invalid", "/number")),
    ("10,000 deep in an extra field", (_START + f', "x": {_DEEP}}}').encode(), (422, "body_invalid", "/x")),
    (
        "10,000 deep in an attribute",
        (_START + f', "attributes": {{"a": {_DEEP}}}}}').encode(),
        (422, "body_invalid", "/attributes/..."),
    ),
    ("10 MB", (_START + ', "number": "' + "9" * 10_000_000 + '"}').encode(), (413, "body_too_large", "")),
]  # fmt: skip


async def test_bad_orders_are_refused_at_their_field_and_change_nothing(
    api: httpx.AsyncClient, shop: Organization
) -> None:
    before = await row_counts(shop)
    wrong = []
    for index, (changes, expected) in enumerate(REFUSED):
        answer = await post(api, {**GOOD, **changes}, f"k{index}")
        if answer.status_code < 400 or problem(answer) != expected:
            wrong.append((str(changes)[:200], answer.status_code, answer.text[:300], expected))
    for name, body, expected in MALFORMED:
        answer = await post(api, body, "malformed")
        if answer.status_code < 400 or problem(answer) != expected:
            wrong.append((name, answer.status_code, answer.text[:300], expected))
    assert not wrong, "\n".join(map(str, wrong))
    assert await row_counts(shop) == before


# what is sent in place of a good key                             status, code, field
BAD_KEYS: list[tuple[str | None, Answer]] = [
    (None, (400, "idempotency_key_missing", "Idempotency-Key")),
    ("", (400, "idempotency_key_invalid", "Idempotency-Key")),
    ("k" * 256, (400, "idempotency_key_invalid", "Idempotency-Key")),
    ("two words", (400, "idempotency_key_invalid", "Idempotency-Key")),
]


async def test_keys_that_cannot_be_used_are_refused(api: httpx.AsyncClient, shop: Organization) -> None:
    before = await row_counts(shop)
    for key, expected in BAD_KEYS:
        assert problem(await post(api, GOOD, key)) == expected
        assert problem(await post(api, [GOOD], key, "/v1/orders/bulk")) == expected
    assert await row_counts(shop) == before
    assert (await post(api, GOOD, "k" * 255)).status_code == 201


async def test_repeated_number_and_repeated_key(api: httpx.AsyncClient, shop: Organization) -> None:
    numbered = {**GOOD, "number": "W-1"}
    first = await post(api, numbered, "one")
    assert first.status_code == 201
    again = await post(api, numbered, "two")
    assert (again.status_code, again.content) == (201, first.content)
    replayed = await post(api, numbered, "one")
    assert (replayed.content, replayed.headers["idempotent-replayed"]) == (first.content, "true")
    before = await row_counts(shop)
    assert problem(await post(api, {**numbered, **lines(quantity=1)}, "three")) == (
        409,
        "order_number_taken",
        "/number",
    )
    assert problem(await post(api, GOOD, "one")) == (422, "idempotency_key_reused", "Idempotency-Key")
    assert await row_counts(shop) == before


async def test_key_used_for_capture_cannot_cancel(api: httpx.AsyncClient) -> None:
    number = (await post(api, GOOD, "one")).json()["number"]
    answer = await post(api, {"reason": "x"}, "one", f"/v1/orders/{number}/cancel")
    assert problem(answer) == (422, "idempotency_key_reused", "Idempotency-Key")


async def test_refusal_is_not_kept(api: httpx.AsyncClient, shop: Organization) -> None:
    late = {**GOOD, **lines(sku="C")}
    assert problem(await post(api, late, "late"))[1] == "stock_short"
    feed = {
        "source": "erp",
        "sequence": 9,
        "mode": "full",
        "rows": [{"sku": "C", "location": "W1", "on_hand": 2}],
    }
    assert (await api.post("/v1/stock-feeds", json=feed)).json()["applied"] == 1
    assert (await post(api, late, "late")).status_code == 201


async def test_bulk_answers_row_by_row(api: httpx.AsyncClient, shop: Organization) -> None:
    answer = await post(api, [GOOD, {**GOOD, **lines(sku="NOPE")}, GOOD], "bulk", "/v1/orders/bulk")
    body = answer.json()
    assert (answer.status_code, body["accepted"], body["refused"]) == (200, 2, 1)
    assert body["results"][1]["problem"]["field"] == "/lines/0/sku"
    again = (await post(api, [GOOD, {**GOOD, **lines(sku="NOPE")}, GOOD], "bulk", "/v1/orders/bulk")).json()
    assert again == body
    before = await row_counts(shop)
    for bad in ([], [GOOD] * 501):
        assert problem(await post(api, bad, "bulk2", "/v1/orders/bulk")) == (422, "body_invalid", "")
    assert problem(await post(api, [GOOD, {**GOOD, **lines(quantity=0)}], "bulk3", "/v1/orders/bulk")) == (
        422,
        "body_invalid",
        "/1/lines/0/quantity",
    )
    assert await row_counts(shop) == before


# path                                                            status, code
UNKNOWN = [
    ("GET", "/v1/orders/NOPE", 404, "order_unknown"),
    ("GET", "/v1/orders/NOPE/timeline", 404, "order_unknown"),
    ("GET", "/v1/orders/%00", 404, "order_unknown"),
    ("GET", "/v1/orders/%ff", 404, "order_unknown"),
    ("GET", "/v1/orders/%F0%9F%98%80", 404, "order_unknown"),
    ("GET", "/v1/orders/" + "9" * 5000, 404, "order_unknown"),
    ("POST", "/v1/orders/NOPE/cancel", 404, "order_unknown"),
    ("POST", "/v1/orders/%00/cancel", 404, "order_unknown"),
    ("GET", "/v1/orders?limit=0", 400, "query_invalid"),
    ("GET", "/v1/orders?limit=1000000", 400, "query_invalid"),
    ("GET", "/v1/orders?surprise=1", 400, "query_invalid"),
    ("GET", "/v1/orders?cursor=x", 400, "cursor_invalid"),
    ("GET", "/v1/orders?number=%00", 400, "query_invalid"),
    ("GET", "/v1/orders?attribute=color", 400, "query_invalid"),
    ("GET", "/v1/orders?customer_id=x", 400, "query_invalid"),
    ("GET", "/v1/orders?placed_from=x", 400, "query_invalid"),
]


async def test_unknown_orders_and_unreadable_queries(api: httpx.AsyncClient) -> None:
    wrong = []
    for method, path, status, code in UNKNOWN:
        body = {} if method == "GET" else {"json": {"reason": "x"}, "headers": {"idempotency-key": path[-3:]}}
        answer = await api.request(method, path, **body)  # type: ignore[arg-type]
        if answer.status_code != status or problem(answer)[1] != code:
            wrong.append((path[:60], answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("kind", ["number", "whole_number", "yes_no", "text", "date"])
async def test_any_text_may_be_searched_as_attribute(api: httpx.AsyncClient, kind: str) -> None:
    put = await api.put(f"/v1/attributes/order/a_{kind}", json={"kind": kind})
    assert put.status_code < 300, put.text
    for text in (
        "NaN",
        "Infinity",
        "1e999",
        "-1e999",
        "[" * 1000,
        '"\\u0000"',
        "9" * 1000,
        "{}",
        "true",
        "",
        "%s",
    ):
        answer = await api.get("/v1/orders", params={"attribute": f"a_{kind}:{text}"})
        assert (answer.status_code, answer.json()["data"]) == (200, []), (text, answer.text)


async def test_cancel_refusals_name_their_field(api: httpx.AsyncClient, shop: Organization) -> None:
    assert (await post(api, {**GOOD, "number": "W-1"})).status_code == 201
    before = await row_counts(shop)
    path = "/v1/orders/W-1/cancel"
    # body                                                        status, code, field
    refused: list[tuple[dict[str, Any], Answer]] = [
        ({}, (422, "body_invalid", "/reason")),
        ({"reason": ""}, (422, "body_invalid", "/reason")),
        ({"reason": "x", "lines": [{"line_number": 9}]}, (422, "line_unknown", "/lines/0/line_number")),
        ({"reason": "x", "lines": [{"line_number": 0}]}, (422, "body_invalid", "/lines/0/line_number")),
        ({"reason": "x", "lines": [{"line_number": 1}] * 2}, (422, "line_twice", "/lines/0/line_number")),
        (
            {"reason": "x", "lines": [{"line_number": 1, "quantity": 0}]},
            (422, "body_invalid", "/lines/0/quantity"),
        ),
        (
            {"reason": "x", "lines": [{"line_number": 1, "quantity": 3}]},
            (409, "too_late_to_cancel", "/lines/0/quantity"),
        ),
    ]
    for index, (body, expected) in enumerate(refused):
        assert problem(await post(api, body, f"c{index}", path)) == expected
    stale = await api.post(path, json={"reason": "x"}, headers={"idempotency-key": "s", "if-match": '"7"'})
    assert problem(stale)[:2] == (412, "version_stale")
    assert await row_counts(shop) == before
    done = await post(api, {"reason": "x"}, "done", path)
    assert (done.status_code, done.json()["status"], done.headers["etag"]) == (200, "canceled", '"2"')
    assert problem(await post(api, {"reason": "x"}, "again", path))[:2] == (409, "too_late_to_cancel")


async def test_whole_life_of_an_order_is_told(api: httpx.AsyncClient) -> None:
    number = (await post(api, GOOD)).json()["number"]
    held = await post(api, {"kind": "fraud", "reason": "new card"}, "h", f"/v1/orders/{number}/holds")
    assert held.status_code == 201, held.text
    path = f"/v1/orders/{number}/holds/{held.json()['id']}/resolve"
    assert (await post(api, {"resolution": "called the customer"}, "r", path)).status_code == 204
    assert problem(await post(api, {"resolution": "again"}, "r2", path))[:2] == (409, "hold_not_active")
    await post(api, {"reason": "gave up"}, "c", f"/v1/orders/{number}/cancel")
    read = await api.get(f"/v1/orders/{number}")
    assert (read.json()["status"], read.headers["etag"]) == ("canceled", f'"{read.json()["version"]}"')
    kinds = [entry["kind"] for entry in (await api.get(f"/v1/orders/{number}/timeline")).json()["data"]]
    assert kinds == ["order.captured", "order.hold_placed", "order.hold_resolved", "order.lines_canceled"]
