"""The same request twice has one effect and one answer.

a key that                                   stands as
nobody used                                  new
came with the same request                   replay, with the stored status and bytes
came with another request                    other body
another transaction works on                 in flight
stands twice in one batch                    new, then in flight
was answered longer ago than is promised     new
another organization used                    new
"""

import asyncio
from datetime import timedelta

import httpx
import psycopg
import pytest

from commissary.platform.clock import advance
from commissary.platform.errors import TryAgain
from commissary.platform.idempotency import KEEP_DAYS, Claim, Kept, Standing, claim, keep, request_hash
from commissary.platform.maintenance import drop_old_answers
from commissary.platform.migrate import create_organization
from tests.conftest import Organization
from tests.shop import open_shop

KEY = b"k" * 32
ONE, OTHER = request_hash(KEY, b"POST", b"one"), request_hash(KEY, b"POST", b"other")


async def answered(organization: Organization, key: str = "k") -> None:
    async with organization.app.database.transaction("acme") as db:
        assert await claim(db, [key], [ONE]) == [Claim(Standing.NEW)]
        await keep(db, [Kept(key, ONE, 201, b'{"a": 1}')])


async def test_replay_and_other_body(organization: Organization) -> None:
    await answered(organization)
    async with organization.app.database.transaction("acme") as db:
        assert await claim(db, ["k", "k", "new"], [ONE, OTHER, ONE]) == [
            Claim(Standing.REPLAY, 201, b'{"a": 1}'),
            Claim(Standing.OTHER_BODY),
            Claim(Standing.NEW),
        ]


async def test_key_twice_in_one_batch(organization: Organization) -> None:
    async with organization.app.database.transaction("acme") as db:
        claims = await claim(db, ["k", "k"], [ONE, ONE])
        assert [c.standing for c in claims] == [Standing.NEW, Standing.IN_FLIGHT]


async def test_key_that_another_works_on_is_in_flight(organization: Organization) -> None:
    database = organization.app.database
    async with database.transaction("acme") as first, database.transaction("acme") as second:
        assert (await claim(first, ["k"], [ONE]))[0].standing is Standing.NEW
        assert (await claim(second, ["k", "free"], [ONE, ONE]))[0].standing is Standing.IN_FLIGHT
    async with database.transaction("acme") as db:
        assert (await claim(db, ["k"], [ONE]))[0].standing is Standing.NEW


async def test_answer_kept_between_look_and_lock_is_found_at_the_next_try(organization: Organization) -> None:
    """The first commits just after the second has looked for its answer, and before the second has the lock."""
    database = organization.app.database
    with pytest.raises(TryAgain):
        async with database.transaction("acme") as second:
            assert (await claim(second, ["k"], [ONE]))[0].standing is Standing.NEW
            with psycopg.connect(organization.dsn) as first:
                first.execute(
                    "INSERT INTO org_acme.idempotency (key, request_hash, status, answer, created_at)"
                    " VALUES ('k', %s, 201, 'first', now())",
                    (ONE,),
                )
            await keep(second, [Kept("k", ONE, 201, b"second")])
    async with database.transaction("acme") as db:
        assert await claim(db, ["k"], [ONE]) == [Claim(Standing.REPLAY, 201, b"first")]


async def test_keys_of_organizations_are_their_own(organization: Organization) -> None:
    create_organization(organization.dsn, "other", "Other")
    await answered(organization)
    database = organization.app.database
    async with database.transaction("acme") as here, database.transaction("other") as there:
        assert (await claim(here, ["same"], [ONE]))[0].standing is Standing.NEW
        standings = [c.standing for c in await claim(there, ["same", "k"], [ONE, ONE])]
        assert standings == [Standing.NEW, Standing.NEW]


async def test_answers_are_kept_as_long_as_promised(organization: Organization) -> None:
    database = organization.app.database
    await answered(organization)
    for days, standing in ((KEEP_DAYS - 1, Standing.REPLAY), (2, Standing.NEW)):
        await advance(database, "acme", timedelta(days=days))
        async with database.transaction("acme") as db:
            await drop_old_answers(db)
            assert (await claim(db, ["k"], [ONE]))[0].standing is standing


def test_hash_tells_requests_apart() -> None:
    same = {request_hash(KEY, b"POST", b"/a", b"{}") for _ in range(2)}
    others = {
        request_hash(KEY, b"POST", b"/a", b"{} "),
        request_hash(KEY, b"POST", b"/a{}", b""),
        request_hash(KEY, b"POST/a", b"", b"{}"),
        request_hash(b"other" * 5, b"POST", b"/a", b"{}"),
    }
    assert len(same) == 1
    assert len(same | others) == 5


ORDER = {
    "channel": "web",
    "currency": "EUR",
    "ship_to": {"country": "BE"},
    "lines": [{"sku": "A", "quantity": 1, "unit_price_minor": 1000}],
}


@pytest.mark.parametrize(
    ("path", "body", "count"),
    [
        ("/v1/orders", ORDER, "SELECT count(*) FROM org_acme.customer_order"),
        (
            "/v1/stock-adjustments",
            [{"sku": "A", "location": "W1", "change": 1, "reason": "found"}],
            "SELECT count(*) FROM org_acme.movement WHERE cause = 'adjustment'",
        ),
    ],
    ids=["batched door", "ordinary door"],
)
async def test_caller_that_went_away_gets_its_answer_at_the_next_try(
    organization: Organization, client: httpx.AsyncClient, path: str, body: object, count: str
) -> None:
    """The connection is cut between the effect and its answer, again and again: there is one effect, one answer."""
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    headers = {"idempotency-key": "cut"}
    # Most of these see their time end before the answer comes.
    for patience_s in (0.001, 0.005, 0.01, 0.02, 0.05):
        try:
            await client.post(path, json=body, headers=headers, timeout=patience_s)
        except httpx.TimeoutException:
            continue
    await asyncio.sleep(0.3)
    answers = [await client.post(path, json=body, headers=headers) for _ in range(2)]
    assert answers[0].status_code in (200, 201)
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotent-replayed"] == "true"
    with psycopg.connect(organization.dsn) as connection:
        assert connection.execute(count).fetchone() == (1,)


async def test_many_at_once_have_one_effect(organization: Organization, client: httpx.AsyncClient) -> None:
    async with organization.app.database.transaction("acme") as db:
        await open_shop(db)
    headers = {"idempotency-key": "many"}
    answers = await asyncio.gather(
        *(client.post("/v1/orders", json=ORDER, headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"request_in_flight"}
