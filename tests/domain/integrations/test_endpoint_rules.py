"""Which endpoint hears of what, how changes and rotations work out, and what a body looks like."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from commissary.domain.integrations.rules.endpoint import (
    decide_change,
    rotated,
    secret_place,
    signing,
)
from commissary.domain.integrations.rules.interest import kinds_refusal, wanted_kinds, wants
from commissary.domain.integrations.rules.message import cloud_event
from commissary.domain.integrations.types import (
    ChangeEndpoint,
    Endpoint,
    InactiveReason,
    SealedSecrets,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ID = UUID("0196b8a0-0000-7000-8000-000000000001")


def endpoint(*kinds: str, off: InactiveReason | None = None) -> Endpoint:
    return Endpoint(ID, "https://a.example", kinds, "", off, 3, NOW, NOW, 1, SealedSecrets(b"new"))


def test_an_endpoint_wants_its_kinds_or_all_and_never_the_tests_of_others() -> None:
    later = NOW + timedelta(seconds=1)
    assert wants(endpoint("order.captured"), "order.captured", later)
    assert not wants(endpoint("order.captured"), "order.canceled", later)
    assert wants(endpoint(), "order.canceled", later)
    assert not wants(endpoint(), "order.canceled", NOW)
    assert not wants(endpoint(), "webhook.test", later)
    assert not wants(endpoint("webhook.test"), "webhook.test", later)
    assert not wants(endpoint(off=InactiveReason.BY_HAND), "order.captured", later)


def test_what_is_delivered_is_what_anyone_active_wants() -> None:
    off = endpoint(off=InactiveReason.GONE)
    assert wanted_kinds([]) == wanted_kinds([off]) == []
    assert wanted_kinds([endpoint("b", "a"), endpoint("a"), off]) == ["a", "b"]
    assert wanted_kinds([endpoint("a"), endpoint()]) == ["*"]


def test_kinds_must_be_in_the_catalog_and_stand_once() -> None:
    catalog = {"a", "b"}
    assert kinds_refusal(["a", "b"], catalog) is None
    unknown, twice = kinds_refusal(["a", "c"], catalog), kinds_refusal(["a", "a"], catalog)
    assert unknown
    assert (unknown.code, unknown.field) == ("event_kind_unknown", "/kinds/1")
    assert twice
    assert (twice.code, twice.field) == ("event_kind_twice", "/kinds/1")


def test_changes() -> None:
    before = endpoint("a")
    assert decide_change(before, ChangeEndpoint()) == (before, ())
    assert decide_change(before, ChangeEndpoint(kinds=("a",), active=True)).fields == ()
    off, fields = decide_change(before, ChangeEndpoint(active=False))
    assert (off.inactive_reason, fields) == (InactiveReason.BY_HAND, ("active",))
    on, _ = decide_change(off, ChangeEndpoint(active=True))
    assert (on.inactive_reason, on.failures_in_row, on.paused_until) == (None, 0, None)
    moved, fields = decide_change(before, ChangeEndpoint(url="https://b.example", kinds=()))
    assert (moved.paused_until, fields) == (None, ("url", "kinds"))


def test_after_a_rotation_both_secrets_sign_for_a_day() -> None:
    secrets = rotated(SealedSecrets(b"old"), b"new", NOW)
    assert signing(secrets, NOW + timedelta(hours=23, minutes=59)) == [b"new", b"old"]
    assert signing(secrets, NOW + timedelta(hours=24)) == [b"new"]
    assert signing(rotated(secrets, b"newest", NOW), NOW) == [b"newest", b"new"]
    assert secret_place("acme", ID) != secret_place("acmf", ID)


def test_the_body_is_a_cloud_event() -> None:
    body = cloud_event("acme", ID, NOW, "order.captured", "order", "2026-000123", '{"total_minor": 1}')
    assert msgspec.json.decode(body) == {
        "specversion": "1.0",
        "id": str(ID),
        "source": "/organizations/acme",
        "type": "commissary.order.captured",
        "time": "2026-05-01T12:00:00Z",
        "subject": "2026-000123",
        "subjectkind": "order",
        "datacontenttype": "application/json",
        "data": {"total_minor": 1},
    }
