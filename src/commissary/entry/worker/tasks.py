"""Jobs that this worker knows, each with its time limit: outside calls, between two transactions."""

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from commissary.domain.integrations.ports import WebhookSender
from commissary.domain.integrations.types import SEND_WEBHOOKS
from commissary.flows.customers.chase_erasures import FINISH_ERASURES
from commissary.flows.customers.compact_keys import COMPACT_KEYS
from commissary.flows.customers.erase import finish_pending
from commissary.flows.integrations.record_outcomes import record_outcomes
from commissary.flows.integrations.take_deliveries import take_deliveries
from commissary.platform.db import Database
from commissary.platform.jobs import JobKind
from commissary.platform.sealing import Seal, installation_seal
from commissary.wiring import Application, webhook_sender

ACTOR = "worker"
_ROUND = 40
_ROUNDS = 25
_SEND_TIME_LIMIT_S = 150
_ERASE_TIME_LIMIT_S = 60
_COMPACT_TIME_LIMIT_S = 600


def job_kinds(application: Application) -> tuple[JobKind, ...]:
    """All kinds of jobs."""
    send = _webhook_job(
        application.database, webhook_sender(application), installation_seal(application.master_key)
    )

    async def finish_erasures(organization: str, _: Mapping[str, Any]) -> None:
        await finish_pending(application.database, application.keystore, organization)

    async def compact(_: str, __: Mapping[str, Any]) -> None:
        await application.keystore.compact()

    return (
        JobKind(SEND_WEBHOOKS, send, time_limit_s=_SEND_TIME_LIMIT_S),
        JobKind(COMPACT_KEYS, compact, time_limit_s=_COMPACT_TIME_LIMIT_S),
        JobKind(FINISH_ERASURES, finish_erasures, time_limit_s=_ERASE_TIME_LIMIT_S),
    )


def _webhook_job(
    database: Database, sender: WebhookSender, seal: Seal
) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
    async def send(organization: str, arguments: Mapping[str, Any]) -> None:
        endpoint_id = UUID(arguments["endpoint_id"])
        for _ in range(_ROUNDS):
            async with database.transaction(organization) as db:
                messages = await take_deliveries(db, endpoint_id, seal=seal, limit=_ROUND)
            if not messages:
                return
            outcomes = await sender.send(messages)
            async with database.transaction(organization) as db:
                # Chance spreads load here; it keeps nothing secret.
                chance = random.random()  # noqa: S311
                more = await record_outcomes(db, ACTOR, endpoint_id, outcomes, chance=chance)
            if not more:
                return

    return send
