"""The only place that joins ports to adapters: one `Application` per process, handed to whichever door opened it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from commissary.adapters.webhooks.outgoing.sender import HttpWebhookSender
from commissary.domain.customers.types import PersonInput
from commissary.domain.integrations.ports import WebhookSender
from commissary.domain.orders.types import Captured, CaptureOrder
from commissary.domain.payments.types import TenderInput
from commissary.flows.customers.hashing import person_hasher
from commissary.flows.customers.resolve import resolve
from commissary.flows.customers.seal import prepare
from commissary.flows.orders.capture.draft import CaptureRequest
from commissary.flows.orders.capture.flow import capture
from commissary.kernel.decision import Refusal
from commissary.platform import idempotency
from commissary.platform.config import Config
from commissary.platform.db import Database
from commissary.platform.keystore import KeyStore
from commissary.platform.sealing import derive_key

if TYPE_CHECKING:
    from commissary.platform.http.authentication import Authenticator
    from commissary.platform.http.caller import Caller


@dataclass(frozen=True, slots=True)
class Application:
    """What every door works with. `master_key` seals secrets of the installation; derive, never store or log it."""

    config: Config
    database: Database
    keystore: KeyStore
    master_key: bytes


def build(config: Config, dsn: str, keys_dsn: str, master_key: bytes, *, pool_size: int = 8) -> Application:
    """An application that is not yet connected; `open_application` connects it."""
    return Application(
        config=config,
        database=Database(dsn, max_size=pool_size),
        keystore=KeyStore(keys_dsn, master_key),
        master_key=master_key,
    )


@asynccontextmanager
async def open_application(application: Application) -> AsyncIterator[Application]:
    """Connect, and disconnect at the end, inside the running event loop."""
    await application.database.open()
    try:
        await application.keystore.open()
        try:
            yield application
        finally:
            await application.keystore.close()
    finally:
        await application.database.close()


def request_hash_key(application: Application) -> bytes:
    """The key under which contents of requests are hashed to recognize a repeated one."""
    return derive_key(application.master_key, "hashes of requests")


def authenticator(application: Application) -> "Authenticator":
    """Who sends a request: what every HTTP door hands to `build_application`. One for each process, for its memory."""
    # The command line opens an application without any HTTP in it, and should start quickly.
    from commissary.platform.http.authentication import Authenticator
    from commissary.views.callers import caller_of_key, caller_of_session

    async def of_key(organization: str, digest: bytes) -> "Caller | None":
        async with application.database.transaction(organization, read_only=True) as db:
            return await caller_of_key(db, digest)

    async def of_session(organization: str, digest: bytes) -> "Caller | None":
        async with application.database.transaction(organization, read_only=True) as db:
            return await caller_of_session(db, digest)

    return Authenticator(of_key, of_session)


class OrderToCapture(NamedTuple):
    """An order as a door took it. With a key, the encoded answer is kept and given again."""

    order: CaptureOrder
    tenders: Sequence[TenderInput]
    key: str | None = None


class CaptureAnswer(NamedTuple):
    """`replayed` bytes are an earlier answer under the same key; otherwise `outcome` says what was decided."""

    outcome: Captured | Refusal
    body: bytes
    replayed: bool = False


_encode = msgspec.json.Encoder().encode
_KEY_REFUSALS = {
    idempotency.Standing.OTHER_BODY: Refusal("idempotency_key_reused", {}, "Idempotency-Key"),
    idempotency.Standing.IN_FLIGHT: Refusal("request_in_flight", {}, "Idempotency-Key"),
}


def order_hash(application: Application, given: OrderToCapture) -> bytes:
    """What makes an order the same one when it comes again: its content and its tenders."""
    return idempotency.request_hash(
        request_hash_key(application), _encode(given.order), _encode(given.tenders)
    )


async def capture_orders(
    application: Application, organization: str, actor: str, given: Sequence[OrderToCapture]
) -> list[CaptureAnswer]:
    """Capture a batch: recognize customers, seal them outside any transaction, then capture in one.

    Raises TryAgain when a writer elsewhere was first with one of the customers or numbers; the same batch may then be
    given again.
    """
    hasher = person_hasher(application.master_key, organization)
    people = [_person(entry.order) for entry in given]
    async with application.database.transaction(organization, read_only=True) as db:
        known = await resolve(db, hasher, people)
    sealed = await prepare(application.keystore, organization, hasher, people, known)
    hashes = [order_hash(application, entry) for entry in given]
    async with application.database.transaction(organization) as db:
        keyed = [index for index, entry in enumerate(given) if entry.key is not None]
        claims = (
            await idempotency.claim(db, [given[i].key or "" for i in keyed], [hashes[i] for i in keyed])
            if keyed
            else []
        )
        answers: dict[int, CaptureAnswer] = {}
        for index, claim in zip(keyed, claims, strict=True):
            if claim.standing is idempotency.Standing.REPLAY:
                answers[index] = CaptureAnswer(Refusal("replayed"), claim.answer, replayed=True)
            elif claim.standing in _KEY_REFUSALS:
                answers[index] = CaptureAnswer(_KEY_REFUSALS[claim.standing], b"")
        fresh = [index for index in range(len(given)) if index not in answers]
        requests = [CaptureRequest(given[i].order, given[i].tenders, sealed[i], hashes[i]) for i in fresh]
        kept = []
        for index, outcome in zip(fresh, await capture(db, actor, requests) if requests else [], strict=True):
            body = b"" if isinstance(outcome, Refusal) else _encode(outcome)
            answers[index] = CaptureAnswer(outcome, body)
            key = given[index].key
            if key is not None and body:
                kept.append(idempotency.Kept(key, hashes[index], 201, body))
        await idempotency.keep(db, kept)
    return [answers[index] for index in range(len(given))]


def _person(order: CaptureOrder) -> PersonInput:
    customer = order.customer
    return PersonInput(
        reference=customer.reference,
        name=customer.name or (order.ship_to.name if order.ship_to else ""),
        mail=customer.mail or "",
        phone=customer.phone or "",
        ship_to=order.ship_to,
        bill_to=order.bill_to,
        addresses=tuple([line.ship_to for line in order.lines if line.ship_to is not None]),
    )


def webhook_sender(application: Application) -> WebhookSender:
    """Who sends webhooks for this installation, and checks their addresses."""
    return HttpWebhookSender(allow_loopback=application.config.webhooks_allow_loopback)
