"""Webhook endpoints and their delivery log over HTTP.

Creation and rotation answer a secret, so their answers are never kept under an Idempotency-Key. An address is checked
before the transaction, because names are looked up for it; a test send calls out between two transactions.
"""

import random
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from commissary.domain.integrations.ports import WebhookSender
from commissary.domain.integrations.types import ChangeEndpoint, CreateEndpoint, DeliveryState
from commissary.domain.security.types import Permission
from commissary.entry.api.events import event_endpoints
from commissary.entry.api.schemas.integrations import (
    ChangeEndpointBody,
    CreateEndpointBody,
    DeliveryAnswer,
    DeliveryPage,
    DeliveryQuery,
    EndpointAnswer,
    EndpointPage,
    PageQuery,
    ReplayedAnswer,
    ReplayFailedBody,
    SecretAnswer,
)
from commissary.flows.integrations.change_endpoint import change_endpoint
from commissary.flows.integrations.create_endpoint import create_endpoint
from commissary.flows.integrations.record_outcomes import record_outcomes
from commissary.flows.integrations.replay_delivery import replay_delivery
from commissary.flows.integrations.replay_failed import replay_failed
from commissary.flows.integrations.rotate_secret import rotate_secret
from commissary.flows.integrations.start_test import start_test
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Handler, Reply, Work, versioned
from commissary.platform.sealing import Seal, installation_seal
from commissary.views import webhooks as views
from commissary.views.events import event_kinds
from commissary.wiring import Application, webhook_sender

_TAG = "integrations"
_URLS = ("webhook_url_malformed", "webhook_url_scheme", "webhook_host_unknown", "webhook_address_refused")
_KINDS = ("event_kind_unknown", "event_kind_twice")


def endpoints(app: Application) -> list[Endpoint]:
    """What callers can do with webhooks and events."""
    sender, seal = webhook_sender(app), installation_seal(app.master_key)
    return [
        *_changes_of_endpoints(app, sender, seal),
        *_reads_of_endpoints(),
        *_sendings(app, sender, seal),
        *event_endpoints(),
    ]


def _changes_of_endpoints(app: Application, sender: WebhookSender, seal: Seal) -> list[Endpoint]:
    return [
        Endpoint(
            method="POST", path="/v1/webhook-endpoints", permission=Permission.WEBHOOKS_WRITE,
            summary="Add a webhook endpoint",
            description="The secret that signs is in this answer and nowhere else. If the answer got lost, rotate it.",
            handler=_creator(app, sender, seal), work=Work.OWN, tag=_TAG, body=CreateEndpointBody,
            answer=SecretAnswer, status=201, refusals=(*_URLS, *_KINDS),
        ),
        Endpoint(
            method="PATCH", path="/v1/webhook-endpoints/{id:uuid}", permission=Permission.WEBHOOKS_WRITE,
            summary="Change a webhook endpoint, or switch it off or on", handler=_changer(app, sender),
            work=Work.OWN, tag=_TAG, body=ChangeEndpointBody, answer=EndpointAnswer,
            refusals=("webhook_endpoint_unknown", "version_stale", "version_invalid", *_URLS, *_KINDS),
        ),
        Endpoint(
            method="DELETE", path="/v1/webhook-endpoints/{id:uuid}", permission=Permission.WEBHOOKS_WRITE,
            summary="Switch a webhook endpoint off",
            description="Nothing is sent to it any more; its delivery log stays readable.",
            handler=delete_endpoint, work=Work.WRITE, tag=_TAG, status=204,
            refusals=("webhook_endpoint_unknown", "version_stale", "version_invalid"),
        ),
        Endpoint(
            method="POST", path="/v1/webhook-endpoints/{id:uuid}/rotate-secret", permission=Permission.WEBHOOKS_WRITE,
            summary="Give a webhook endpoint a new secret", description="The old secret signs too for 24 hours.",
            handler=_rotator(app, seal), work=Work.OWN, tag=_TAG, answer=SecretAnswer,
            refusals=("webhook_endpoint_unknown",),
        ),
    ]  # fmt: skip


def _reads_of_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="GET", path="/v1/webhook-endpoints", permission=Permission.WEBHOOKS_READ,
            summary="List webhook endpoints", handler=list_endpoints, work=Work.READ, tag=_TAG,
            query=PageQuery, answer=EndpointPage,
        ),
        Endpoint(
            method="GET", path="/v1/webhook-endpoints/{id:uuid}", permission=Permission.WEBHOOKS_READ,
            summary="Read a webhook endpoint", handler=get_endpoint, work=Work.READ, tag=_TAG,
            answer=EndpointAnswer, refusals=("webhook_endpoint_unknown",),
        ),
        Endpoint(
            method="GET", path="/v1/webhook-endpoints/{id:uuid}/deliveries", permission=Permission.WEBHOOKS_READ,
            summary="Read the delivery log of a webhook endpoint, newest first", handler=list_deliveries,
            work=Work.READ, tag=_TAG, query=DeliveryQuery, answer=DeliveryPage,
            refusals=("webhook_endpoint_unknown",),
        ),
    ]  # fmt: skip


def _sendings(app: Application, sender: WebhookSender, seal: Seal) -> list[Endpoint]:
    return [
        Endpoint(
            method="POST", path="/v1/webhook-endpoints/{id:uuid}/test", permission=Permission.WEBHOOKS_WRITE,
            summary="Send a webhook.test now", description="Answers what came of it; it stands in the log as well.",
            handler=_tester(app, sender, seal), work=Work.OWN, tag=_TAG, answer=DeliveryAnswer,
            refusals=("webhook_endpoint_unknown", "webhook_endpoint_inactive"),
        ),
        Endpoint(
            method="POST", path="/v1/webhook-endpoints/{id:uuid}/replay", permission=Permission.WEBHOOKS_WRITE,
            summary="Send everything again that failed or was dropped since an instant", handler=post_replay,
            work=Work.WRITE, tag=_TAG, body=ReplayFailedBody, answer=ReplayedAnswer,
            refusals=("webhook_endpoint_unknown", "webhook_endpoint_inactive"),
        ),
        Endpoint(
            method="POST", path="/v1/webhook-deliveries/{id:uuid}/replay", permission=Permission.WEBHOOKS_WRITE,
            summary="Send one delivery again", handler=post_delivery_replay, work=Work.WRITE, tag=_TAG,
            answer=DeliveryAnswer,
            refusals=("webhook_delivery_unknown", "webhook_endpoint_inactive", "webhook_delivery_waiting"),
        ),
    ]  # fmt: skip


def _catalog() -> frozenset[str]:
    return frozenset(kind.kind for kind in event_kinds())


def _creator(app: Application, sender: WebhookSender, seal: Seal) -> Handler:
    async def post_endpoint(call: Call[CreateEndpointBody, None]) -> Reply | Refusal:
        body = call.body
        refusal = await sender.address_refusal(body.url)
        if refusal is not None:
            return refusal
        command = CreateEndpoint(body.url, body.kinds, body.description)
        async with app.database.transaction(call.organization) as db:
            answer = await create_endpoint(db, call.actor, command, catalog=_catalog(), seal=seal)
            if isinstance(answer, Refusal):
                return answer
            endpoint, secret = answer
            shown = await _shown(db, endpoint.id)
        assert not isinstance(shown, Refusal)
        return versioned(SecretAnswer(endpoint=shown, secret=secret.reveal()), shown.version, 201)

    return post_endpoint


def _changer(app: Application, sender: WebhookSender) -> Handler:
    async def patch_endpoint(call: Call[ChangeEndpointBody, None]) -> Reply | Refusal:
        body = call.body
        if body.url is not UNSET:
            refusal = await sender.address_refusal(body.url)
            if refusal is not None:
                return refusal
        given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
        async with app.database.transaction(call.organization) as db:
            return await _changed(db, call, ChangeEndpoint(**given))

    return patch_endpoint


async def delete_endpoint(call: Call[None, None], db: Db) -> Refusal | None:
    """Switch off; switching off twice is no error."""
    answer = await _changed(db, call, ChangeEndpoint(active=False))
    return answer if isinstance(answer, Refusal) else None


async def _changed(db: Db, call: Call[Any, None], command: ChangeEndpoint) -> Reply | Refusal:
    answer = await change_endpoint(
        db,
        call.actor,
        UUID(call.path["id"]),
        command,
        catalog=_catalog(),
        expect_version=call.expect_version,
    )
    if isinstance(answer, Refusal):
        return answer
    shown = await _shown(db, answer.id)
    return shown if isinstance(shown, Refusal) else versioned(shown, shown.version)


def _rotator(app: Application, seal: Seal) -> Handler:
    async def post_rotation(call: Call[None, None]) -> Reply | Refusal:
        async with app.database.transaction(call.organization) as db:
            answer = await rotate_secret(db, call.actor, UUID(call.path["id"]), seal=seal)
            if isinstance(answer, Refusal):
                return answer
            endpoint, secret = answer
            shown = await _shown(db, endpoint.id)
        assert not isinstance(shown, Refusal)
        return versioned(SecretAnswer(endpoint=shown, secret=secret.reveal()), shown.version)

    return post_rotation


def _tester(app: Application, sender: WebhookSender, seal: Seal) -> Handler:
    async def post_test(call: Call[None, None]) -> DeliveryAnswer | Refusal:
        endpoint_id = UUID(call.path["id"])
        async with app.database.transaction(call.organization) as db:
            message = await start_test(db, call.actor, endpoint_id, seal=seal)
        if isinstance(message, Refusal):
            return message
        outcomes = await sender.send([message])
        async with app.database.transaction(call.organization) as db:
            # Chance spreads load here; it keeps nothing secret.
            chance = random.random()  # noqa: S311
            await record_outcomes(db, call.actor, endpoint_id, outcomes, chance=chance)
            return await _delivery(db, message.delivery_id)

    return post_test


async def list_endpoints(call: Call[None, PageQuery], db: Db) -> EndpointPage:
    after = decode_cursor(call.query.cursor, UUID) if call.query.cursor else None
    rows = await views.endpoints(db, call.query.limit + 1, after)
    page = rows[: call.query.limit]
    more = encode_cursor(page[-1].id) if len(rows) > len(page) else None
    return EndpointPage([_endpoint_answer(row) for row in page], more)


async def get_endpoint(call: Call[None, None], db: Db) -> Reply | Refusal:
    shown = await _shown(db, UUID(call.path["id"]))
    return shown if isinstance(shown, Refusal) else versioned(shown, shown.version)


async def list_deliveries(call: Call[None, DeliveryQuery], db: Db) -> DeliveryPage | Refusal:
    endpoint_id = UUID(call.path["id"])
    found = await _shown(db, endpoint_id)
    if isinstance(found, Refusal):
        return found
    query = call.query
    before = decode_cursor(query.cursor, tuple[datetime, UUID]) if query.cursor else None
    rows = await views.deliveries(db, endpoint_id, query.limit + 1, state=query.state, before=before)
    page = rows[: query.limit]
    more = encode_cursor((page[-1].created_at, page[-1].id)) if len(rows) > len(page) else None
    return DeliveryPage([_delivery_answer(row) for row in page], more)


async def post_replay(call: Call[ReplayFailedBody, None], db: Db) -> ReplayedAnswer | Refusal:
    replayed = await replay_failed(db, call.actor, UUID(call.path["id"]), call.body.since)
    return replayed if isinstance(replayed, Refusal) else ReplayedAnswer(replayed=replayed)


async def post_delivery_replay(call: Call[None, None], db: Db) -> DeliveryAnswer | Refusal:
    delivery_id = UUID(call.path["id"])
    answer = await replay_delivery(db, call.actor, delivery_id)
    return answer if isinstance(answer, Refusal) else await _delivery(db, delivery_id)


async def _shown(db: Db, endpoint_id: UUID) -> EndpointAnswer | Refusal:
    row = await views.endpoint(db, endpoint_id)
    if row is None:
        return Refusal("webhook_endpoint_unknown", {"webhook_endpoint": str(endpoint_id)})
    return _endpoint_answer(row)


async def _delivery(db: Db, delivery_id: UUID) -> DeliveryAnswer | Refusal:
    row = await views.delivery(db, delivery_id)
    if row is None:
        return Refusal("webhook_delivery_unknown", {"webhook_delivery": str(delivery_id)})
    return _delivery_answer(row)


def _endpoint_answer(row: views.EndpointView) -> EndpointAnswer:
    return EndpointAnswer(**row._asdict())


def _delivery_answer(row: views.DeliveryView) -> DeliveryAnswer:
    return DeliveryAnswer(**{**row._asdict(), "state": DeliveryState(row.state)})
