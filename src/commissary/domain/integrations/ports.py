"""What integrations need of the outside: someone who checks addresses and sends messages."""

from collections.abc import Sequence
from typing import Protocol

from commissary.domain.integrations.types import Message, Outcome
from commissary.kernel.decision import Refusal


class WebhookSender(Protocol):
    async def address_refusal(self, url: str) -> Refusal | None:
        """Why nothing may be sent to this address; None when it may. Looks names up, so it takes time."""

    async def send(self, messages: Sequence[Message]) -> list[Outcome]:
        """Send each message once, some at a time; an outcome for each, in their order. Never raises."""
