"""What integrations tell others: changes of endpoints, and the event of a test send.

Sendings tell nothing: an event about each event sent would never end. Addresses stay out because they may hold keys.
"""

from typing import ClassVar

from commissary.kernel.fact import Fact


class WebhookEndpointCreated(Fact, frozen=True):
    """An endpoint was added. `event_kinds` empty: it wants every kind."""

    KIND: ClassVar[str] = "webhook_endpoint.created"
    SUBJECT_KIND: ClassVar[str] = "webhook_endpoint"

    event_kinds: tuple[str, ...]


class WebhookEndpointChanged(Fact, frozen=True):
    """An endpoint was changed; `fields` names what."""

    KIND: ClassVar[str] = "webhook_endpoint.changed"
    SUBJECT_KIND: ClassVar[str] = "webhook_endpoint"

    fields: tuple[str, ...]
    event_kinds: tuple[str, ...]
    active: bool


class WebhookEndpointDeactivated(Fact, frozen=True):
    """Nothing is sent to an endpoint any more: by a person (`by_hand`), or because it answered 410 (`gone`)."""

    KIND: ClassVar[str] = "webhook_endpoint.deactivated"
    SUBJECT_KIND: ClassVar[str] = "webhook_endpoint"

    reason: str


class WebhookSecretRotated(Fact, frozen=True):
    """An endpoint has a new secret; the old one signs too for a day."""

    KIND: ClassVar[str] = "webhook_endpoint.secret_rotated"
    SUBJECT_KIND: ClassVar[str] = "webhook_endpoint"


class WebhookDeliveriesReplayed(Fact, frozen=True):
    """Deliveries that had ended are sent to an endpoint again."""

    KIND: ClassVar[str] = "webhook_endpoint.deliveries_replayed"
    SUBJECT_KIND: ClassVar[str] = "webhook_endpoint"

    deliveries: int


class WebhookTest(Fact, frozen=True):
    """A test send: goes to the one endpoint that is tested, whatever kinds it wants."""

    KIND: ClassVar[str] = "webhook.test"
    SUBJECT_KIND: ClassVar[str] = "webhook_endpoint"
