"""Webhooks from the API to a real receiver and back into the log, with real workers in between."""

import asyncio
import dataclasses
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
import structlog
from aiohttp import web

from commissary.entry.worker.run import run_worker
from commissary.platform import outbox
from commissary.wiring import Application
from tests.adapters.webhooks.receiver import Receiver, receiver
from tests.conftest import Organization
from tests.doors import api, client_with, new_key, serve
from tests.platform.test_outbox import Counted, Weighed, move_clock


@pytest.fixture
async def house(organization: Organization) -> Organization:
    """The organization in an installation that lets webhooks go to loopback."""
    config = dataclasses.replace(organization.app.config, webhooks_allow_loopback=True)
    app = dataclasses.replace(organization.app, config=config)
    return Organization(app, organization.name, organization.dsn)


@pytest.fixture
async def door(house: Organization) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(api(house.app)) as address, client_with(address, await new_key(house.app)) as client:
        yield client


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver() as running:
        yield running


@asynccontextmanager
async def workers(house: Organization, number: int = 1) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(_worker(house.app, house.dsn, stopping)) for _ in range(number)]
    try:
        yield
    finally:
        stopping.set()
        async with asyncio.timeout(30):
            await asyncio.gather(*tasks)


async def _worker(app: Application, dsn: str, stopping: asyncio.Event) -> None:
    await run_worker(app, dsn, stopping=stopping)


async def add(door: httpx.AsyncClient, url: str, *kinds: str) -> tuple[str, str]:
    answer = await door.post("/v1/webhook-endpoints", json={"url": url, "kinds": list(kinds)})
    assert answer.status_code == 201, answer.text
    return answer.json()["endpoint"]["id"], answer.json()["secret"]


async def log(door: httpx.AsyncClient, endpoint: str, **query: Any) -> list[dict[str, Any]]:
    answer = await door.get(f"/v1/webhook-endpoints/{endpoint}/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def until_ended(door: httpx.AsyncClient, endpoint: str, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        while True:
            rows = await log(door, endpoint, limit=200)
            if len(rows) == count and all(row["state"] != "waiting" for row in rows):
                return rows
            await asyncio.sleep(0.05)


async def until_attempted(door: httpx.AsyncClient, endpoint: str, attempts: int) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            rows = await log(door, endpoint)
            if rows and rows[0]["attempts"] >= attempts and rows[0]["last_error"]:
                return rows[0]
            await asyncio.sleep(0.05)


async def tell(house: Organization, *facts: Counted | Weighed) -> None:
    async with house.app.database.transaction(house.name) as db:
        await outbox.tell(db, "test", facts)


async def test_every_wanted_event_arrives_once_from_many_workers_and_stands_in_the_log(
    house: Organization, door: httpx.AsyncClient, hook: Receiver
) -> None:
    everything, secret = await add(door, hook.url)
    await tell(house, *[Counted(f"s{n % 7}", n) for n in range(60)])
    async with workers(house, 2):
        await hook.until(60)
        rows = await until_ended(door, everything, 60)
    bodies = [got.verified(secret) for got in hook.received]
    assert sorted(body["data"]["number"] for body in bodies) == list(range(60))
    assert {body["type"] for body in bodies} == {"commissary.thing.counted"}
    assert len({got.headers["webhook-id"] for got in hook.received}) == 60
    assert {(row["state"], row["attempts"], row["last_status"]) for row in rows} == {("delivered", 1, 204)}
    assert all(row["last_duration_ms"] >= 0 and row["ended_at"] for row in rows)


async def test_an_endpoint_gets_the_kinds_it_asked_for(
    house: Organization, door: httpx.AsyncClient, hook: Receiver
) -> None:
    """Kinds of the catalog; an organization whose endpoints are all switched off has nothing delivered."""
    endpoint, secret = await add(door, hook.url, "webhook_endpoint.changed")
    async with workers(house):
        await tell(house, Counted("a", 1))
        await door.patch(f"/v1/webhook-endpoints/{endpoint}", json={"description": "warehouse"})
        await hook.until(1)
        (row,) = await until_ended(door, endpoint, 1)
        assert row["event_kind"] == "webhook_endpoint.changed"
        assert hook.received[0].verified(secret)["data"]["fields"] == ["description"]
        assert (await door.delete(f"/v1/webhook-endpoints/{endpoint}")).status_code == 204
    with psycopg.connect(house.dsn) as connection:
        assert (
            connection.execute(
                f"SELECT 1 FROM org_{house.name}.subscription WHERE subscriber = 'integrations.fan_out'"
            ).fetchall()
            == []
        )


async def test_a_failed_sending_is_tried_again_by_the_clock_and_410_ends_it(
    house: Organization, door: httpx.AsyncClient, hook: Receiver
) -> None:
    hook.answer = lambda count: web.Response(status=500 if count < 3 else 410)
    endpoint, _ = await add(door, hook.url)
    await tell(house, Counted("a", 1))
    async with workers(house):
        first = await until_attempted(door, endpoint, 1)
        assert (first["state"], first["last_status"]) == ("waiting", 500)
        await move_clock(house, timedelta(seconds=10))
        await hook.until(2)
        await move_clock(house, timedelta(minutes=2))
        await hook.until(3)
        rows = await until_ended(door, endpoint, 1)
    assert [(row["state"], row["attempts"]) for row in rows] == [("failed", 3)]
    shown = (await door.get(f"/v1/webhook-endpoints/{endpoint}")).json()
    assert (shown["active"], shown["inactive_reason"]) == (False, "gone")
    refused = await door.post(f"/v1/webhook-deliveries/{rows[0]['id']}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_endpoint_inactive")


async def test_replay_of_one_and_of_all_that_failed(
    house: Organization, door: httpx.AsyncClient, hook: Receiver
) -> None:
    endpoint, secret = await add(door, hook.url)
    await tell(house, *[Counted("a", n) for n in range(3)])
    async with workers(house):
        rows = await until_ended(door, endpoint, 3)
        again = await door.post(f"/v1/webhook-deliveries/{rows[0]['id']}/replay")
        assert (again.status_code, again.json()["state"]) == (200, "waiting")
        # The replay is an event too, and this endpoint wants every kind.
        await hook.until(5)
        await until_ended(door, endpoint, 4)
        assert [g.headers["webhook-id"] for g in hook.received].count(rows[0]["event_id"]) == 2
        with psycopg.connect(house.dsn) as connection:
            connection.execute(f"UPDATE org_{house.name}.webhook_delivery SET state = 'failed'")
        since = {"since": "2020-01-01T00:00:00Z"}
        all_failed = await door.post(f"/v1/webhook-endpoints/{endpoint}/replay", json=since)
        assert all_failed.json() == {"replayed": 4}
        await hook.until(5 + 4 + 1)
    assert all(got.verified(secret) for got in hook.received)


async def test_a_test_send_answers_at_once_and_stands_in_the_log(
    door: httpx.AsyncClient, hook: Receiver
) -> None:
    endpoint, secret = await add(door, hook.url, "webhook_endpoint.changed")
    answer = await door.post(f"/v1/webhook-endpoints/{endpoint}/test")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["last_status"]) == ("delivered", 204)
    (got,) = hook.received
    assert got.verified(secret)["type"] == "commissary.webhook.test"
    assert [row["event_kind"] for row in await log(door, endpoint, state="delivered")] == ["webhook.test"]
    hook.answer = lambda _: web.Response(status=500)
    failed = (await door.post(f"/v1/webhook-endpoints/{endpoint}/test")).json()
    assert (failed["state"], failed["last_error"], failed["attempts"]) == ("waiting", "answered 500", 1)


async def test_rotation_signs_with_both_secrets_and_no_secret_shows_anywhere(
    house: Organization, door: httpx.AsyncClient, hook: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint, old = await add(door, hook.url)
    rotation = await door.post(f"/v1/webhook-endpoints/{endpoint}/rotate-secret")
    assert rotation.status_code == 200
    new = rotation.json()["secret"]
    await door.post(f"/v1/webhook-endpoints/{endpoint}/test")
    (got,) = hook.received
    assert got.verified(old) == got.verified(new)
    await move_clock(house, timedelta(hours=25))
    await door.post(f"/v1/webhook-endpoints/{endpoint}/test")
    assert len(hook.received[1].headers["webhook-signature"].split()) == 1
    assert hook.received[1].verified(new)

    texts = [rotation.request.url.path]
    for path in ("", f"/{endpoint}", f"/{endpoint}/deliveries"):
        texts.append((await door.get(f"/v1/webhook-endpoints{path}")).text)
    texts.append((await door.get("/v1/events")).text)
    stored = io.BytesIO()
    with psycopg.connect(house.dsn) as connection:
        for table in ("webhook_endpoint", "webhook_delivery", "event", "idempotency", "job_request"):
            with connection.cursor().copy(
                f"COPY (SELECT t::text FROM org_{house.name}.{table} AS t) TO STDOUT"
            ) as copy:
                for block in copy:
                    stored.write(block)
    captured = capsys.readouterr()
    texts += [stored.getvalue().decode(), captured.out, captured.err]
    for secret in (old, new):
        bare = secret.removeprefix("whsec_")
        assert not [text for text in texts if bare in text]


async def test_a_worker_told_to_stop_finishes_what_it_sends(
    house: Organization, door: httpx.AsyncClient
) -> None:
    arrived, finished = asyncio.Event(), []

    async def slow(_: web.Request) -> web.Response:
        arrived.set()
        await asyncio.sleep(1)
        finished.append(True)
        return web.Response()

    application = web.Application()
    application.router.add_post("/slow", slow)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        endpoint, _ = await add(door, f"http://127.0.0.1:{runner.addresses[0][1]}/slow")
        await tell(house, Counted("a", 1))
        async with workers(house):
            async with asyncio.timeout(15):
                await arrived.wait()
    finally:
        await runner.cleanup()
    assert finished == [True]
    assert [row["state"] for row in await log(door, endpoint)] == ["delivered"]


async def test_metrics_of_the_worker_are_there(house: Organization) -> None:
    from commissary.platform.telemetry import REGISTRY

    async with workers(house):
        async with asyncio.timeout(10):
            while (  # noqa: ASYNC110
                REGISTRY.get_sample_value("commissary_waiting_deliveries", {"organization": house.name})
                is None
            ):
                await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
