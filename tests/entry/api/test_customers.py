"""Customers over HTTP: found, read, changed, erased and exported, by those who may."""

from uuid import UUID

import httpx
import msgspec
import pytest

from commissary.domain.security.types import Role
from commissary.kernel.attributes import AttributeKind
from commissary.platform.ids import new_id
from commissary.platform.settings import declare_attribute
from tests.conftest import Organization
from tests.doors import api, client_with, new_key, serve
from tests.flows.customers.people import ADA, GUEST, OFFICE, bring

replace = msgspec.structs.replace


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    return answer.status_code, body["code"], body.get("field", "")


async def ada_of(organization: Organization) -> UUID:
    (ada,) = await bring(organization, replace(ADA, bill_to=OFFICE))
    return ada.customer_id


async def test_a_customer_is_read_with_contacts(
    client: httpx.AsyncClient, organization: Organization
) -> None:
    customer = await ada_of(organization)
    answer = await client.get(f"/v1/customers/{customer}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"1"'
    body = answer.json()
    assert body["reference"] == "c-1" and body["erased_at"] is None and body["version"] == 1
    assert body["person"] == {
        "name": "Ada Lovelace", "mail": "ada@example.org", "phone": "0170 1234567", "locale": "",
    }  # fmt: skip
    home, office = body["contacts"]
    assert home["address"]["lines"] == ["Hauptstr. 1"] and home["region"] == "BE"
    assert office["address"]["company"] == "Engines" and office["country"] == "FR"


# typed, whether Ada and Grace are found
SEARCHES = [
    ("ada@EXAMPLE.org", ["c-1"]),
    ("lovel", ["c-1"]),
    ("love ad", ["c-1"]),
    ("0170 / 1234567", ["c-1"]),
    ("+49 170 1234567", ["c-1"]),
    ("c-1", ["c-1"]),
    ("gra", [None]),
    ("nobody", []),
    ("lovelacexyz", []),
]


@pytest.mark.parametrize(("text", "found"), SEARCHES)
async def test_search(
    client: httpx.AsyncClient, organization: Organization, text: str, found: list[str | None]
) -> None:
    await bring(organization, ADA, GUEST)
    answer = await client.post("/v1/customers/search", json={"text": text})
    assert answer.status_code == 200, answer.text
    assert [row["reference"] for row in answer.json()["data"]] == found
    assert answer.json()["next_cursor"] is None


async def test_a_false_positive_of_a_hash_never_shows(
    client: httpx.AsyncClient, organization: Organization
) -> None:
    await bring(organization, ADA, GUEST)
    async with organization.app.database.transaction("acme") as db:
        await db.execute(
            "UPDATE customer SET search_hashes = (SELECT array_agg(h) FROM customer, unnest(search_hashes) AS h)"
        )
    answer = await client.post("/v1/customers/search", json={"text": "ada"})
    assert [row["reference"] for row in answer.json()["data"]] == ["c-1"]


async def test_search_goes_on_page_by_page(client: httpx.AsyncClient, organization: Organization) -> None:
    await bring(organization, *[replace(ADA, reference=f"c-{n}") for n in range(5)])
    found: list[str] = []
    cursor = None
    for _ in range(3):
        answer = await client.post("/v1/customers/search", json={"text": "ada", "limit": 2, "cursor": cursor})
        found += [row["reference"] for row in answer.json()["data"]]
        cursor = answer.json()["next_cursor"]
    assert found == ["c-4", "c-3", "c-2", "c-1", "c-0"] and cursor is None


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"text": "a"}, (422, "search_too_short", "/text")),
        ({"text": "  "}, (422, "search_too_short", "/text")),
        ({"text": ""}, (422, "body_invalid", "/text")),
        ({"text": "ada", "limit": 201}, (422, "body_invalid", "/limit")),
        ({"text": "ada", "cursor": "!"}, (400, "cursor_invalid", "cursor")),
        ({"name": "ada"}, (422, "body_invalid", "/name")),
        ({"text": "ad\x00a"}, (422, "body_invalid", "/text")),
    ],
)
async def test_searches_that_are_refused(
    client: httpx.AsyncClient, body: dict[str, object], refused: tuple[int, str, str]
) -> None:
    assert problem(await client.post("/v1/customers/search", json=body)) == refused


async def test_a_changed_customer_is_found_by_the_new_and_not_by_the_old(
    client: httpx.AsyncClient, organization: Organization
) -> None:
    address = f"/v1/customers/{await ada_of(organization)}"
    async with organization.app.database.transaction("acme") as db:
        await declare_attribute(db, "customer", "size", AttributeKind.TEXT)
    change = {"name": "Augusta King", "category": "vip", "attributes": {"size": "M"}}
    answer = await client.patch(address, json=change, headers={"if-match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["person"]["name"] == "Augusta King"
    assert answer.json()["person"]["mail"] == "ada@example.org"
    assert (answer.json()["category"], answer.json()["attributes"]) == ("vip", {"size": "M"})
    for text, number in (("augusta", 1), ("lovelace", 0), ("ada@example.org", 1), ("0170 1234567", 1)):
        found = await client.post("/v1/customers/search", json={"text": text})
        assert len(found.json()["data"]) == number, text
    again = await client.patch(address, json=change)
    assert again.headers["etag"] == '"2"'
    assert problem(await client.patch(address, json={"name": "X"}, headers={"if-match": '"1"'})) == (
        412, "version_stale", "",
    )  # fmt: skip
    async with organization.app.database.transaction("acme") as db:
        told = await db.fetch("SELECT data FROM event WHERE kind = 'customer.changed'")
    assert [row[0]["changed"] for row in told] == [["name", "category", "attributes"]]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"mail": "no mail"}, (422, "body_invalid", "/mail")),
        ({"name": "x" * 201}, (422, "body_invalid", "/name")),
        ({"name": None}, (422, "body_invalid", "/name")),
        ({"reference": "c-2"}, (422, "body_invalid", "/reference")),
        ({"attributes": {"shoe": "42"}}, (422, "attribute_undeclared", "/attributes/shoe")),
        ({"name": "4111 1111 1111 1111"}, (422, "card_number_in_text", "/name")),
    ],
)
async def test_changes_that_are_refused(
    client: httpx.AsyncClient,
    organization: Organization,
    change: dict[str, object],
    refused: tuple[int, str, str],
) -> None:
    address = f"/v1/customers/{await ada_of(organization)}"
    assert problem(await client.patch(address, json=change)) == refused
    assert (await client.get(address)).headers["etag"] == '"1"'


async def test_an_erased_customer_is_empty_everywhere(
    client: httpx.AsyncClient, organization: Organization
) -> None:
    customer = await ada_of(organization)
    address = f"/v1/customers/{customer}"
    answer = await client.post(f"{address}/erase")
    assert answer.status_code == 200, answer.text
    assert (await client.post(f"{address}/erase")).json() == answer.json()
    body = (await client.get(address)).json()
    assert body["person"] is None and body["reference"] is None
    assert body["erased_at"] == answer.json()["erased_at"]
    assert [contact["address"] for contact in body["contacts"]] == [None, None]
    assert [contact["country"] for contact in body["contacts"]] == ["DE", "FR"]
    for text in ("ada", "ada@example.org", "0170 1234567", "c-1"):
        found = await client.post("/v1/customers/search", json={"text": text})
        assert found.json()["data"] == []
    assert problem(await client.patch(address, json={"name": "Ada"})) == (410, "customer_erased", "")
    assert await organization.app.keystore.get("acme", [customer]) == {}


async def _order(organization: Organization, customer: UUID) -> None:
    async with organization.app.database.transaction("acme") as db:
        await db.execute("INSERT INTO item (id, sku, name, updated_at) VALUES (1, 'TEA', 'Tea', now())")
        await db.execute(
            "INSERT INTO customer_order (id, number, channel, kind, customer_id, currency, placed_at, captured_at,"
            " purchase_order_number, goods_minor, discount_minor, charges_minor, tax_minor, tax_included,"
            " total_minor, body_hash) VALUES (%(id)s, 'N-1', 'web', 'consumer', %(customer)s, 'EUR', now(), now(),"
            " 'PO-7', 500, 0, 0, 0, true, 500, '')",
            {"id": customer, "customer": customer},
        )
        await db.execute(
            "INSERT INTO order_line (id, order_id, line_number, item_id, quantity, method, unit_price_minor,"
            " discount_minor, tax_minor) VALUES (%(id)s, %(id)s, 1, 1, 2, 'ship', 250, 0, 0)",
            {"id": customer},
        )


async def test_an_export_holds_all_and_is_noted(
    client: httpx.AsyncClient, organization: Organization
) -> None:
    customer = await ada_of(organization)
    await _order(organization, customer)
    answer = await client.get(f"/v1/customers/{customer}/export")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["customer"] == (await client.get(f"/v1/customers/{customer}")).json()
    (order,) = body["orders"]
    assert (order["number"], order["total_minor"], order["purchase_order_number"]) == ("N-1", 500, "PO-7")
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("TEA", 2)]
    assert [entry["kind"] for entry in body["history"]] == ["customer.exported"]
    await client.post(f"/v1/customers/{customer}/erase")
    after = (await client.get(f"/v1/customers/{customer}/export")).json()
    assert after["customer"]["person"] is None and after["orders"][0]["total_minor"] == 500


async def test_a_customer_whom_nobody_knows(client: httpx.AsyncClient) -> None:
    address = f"/v1/customers/{new_id()}"
    for answer in (
        await client.get(address),
        await client.patch(address, json={}),
        await client.post(f"{address}/erase"),
        await client.get(f"{address}/export"),
    ):
        assert answer.json()["code"] == "customer_unknown" and answer.status_code == 404
    assert (await client.get("/v1/customers/7")).status_code == 404


# role, whether it may read, change, erase
MAY = [
    (Role.ADMINISTRATOR, True, True, True),
    (Role.OPERATOR, True, True, False),
    (Role.SERVICE_AGENT, True, True, False),
    (Role.READ_ONLY, False, False, False),
    (Role.STORE_ASSOCIATE, False, False, False),
]


@pytest.mark.parametrize(("role", "reads", "changes", "erases"), MAY)
async def test_who_may(
    organization: Organization, role: Role, reads: bool, changes: bool, erases: bool
) -> None:
    address = f"/v1/customers/{await ada_of(organization)}"
    secret = await new_key(organization.app, role=role)
    async with serve(api(organization.app)) as server, client_with(server, secret) as client:
        answers = {
            "get": (await client.get(address), reads),
            "export": (await client.get(f"{address}/export"), reads),
            "search": (await client.post("/v1/customers/search", json={"text": "ada"}), reads),
            "patch": (await client.patch(address, json={"name": "B"}), changes),
            "erase": (await client.post(f"{address}/erase"), erases),
        }
    for what, (answer, allowed) in answers.items():
        assert answer.status_code == (200 if allowed else 403), what
        assert allowed or "Lovelace" not in answer.text
