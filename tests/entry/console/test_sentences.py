"""Everything that happens to an order is told in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from commissary.entry.console.reader import ANONYMOUS, Reader
from commissary.entry.console.sentences import SENTENCES, actor_words, sentence
from commissary.views.events import event_kinds

READER = Reader(ANONYMOUS, Locale("en", "US"), ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))

# kind, data, sentence
TOLD = [
    (
        "order.captured",
        {"channel": "web", "units": 3, "lines": 1, "total_minor": 3000, "currency": "EUR", "reserved": 3},
        "Captured from web: 3 units on 1 line for €30.00. 3 reserved.",
    ),
    (
        "order.captured",
        {
            "channel": "web",
            "units": 1,
            "lines": 1,
            "total_minor": 3000,
            "currency": "JPY",
            "reserved": 0,
            "backordered": 1,
        },
        "Captured from web: 1 unit on 1 line for ¥3,000. 0 reserved, 1 backordered.",
    ),
    (
        "order.lines_canceled",
        {"reason": "too late.", "quantities": {"1": 2, "4": 1}, "whole": False},
        "Canceled 2 units of line 1 and 1 unit of line 4: “too late”.",
    ),
    (
        "order.lines_canceled",
        {"reason": "gone", "quantities": {"1": 2}, "whole": True},
        "Canceled the whole order: “gone”.",
    ),
    (
        "order.hold_placed",
        {"kind": "legal", "reason": "", "blocks": ["ship", "cancel"]},
        "Put on hold for legal reasons; this blocks ship and cancel.",
    ),
    (
        "order.hold_resolved",
        {"kind": "fraud", "resolution": "called"},
        "Resolved the hold for suspicion of fraud: “called”.",
    ),
    (
        "order.hold_resolved",
        {"kind": "until", "resolution": "expired"},
        "The time of the hold for a date ran out.",
    ),
    ("order.new_kind", {"number": "1", "some_fact": 3}, "order: new kind (some fact 3)"),
]


@pytest.mark.parametrize(("kind", "data", "text"), TOLD)
def test_what_happened_in_words(kind: str, data: dict[str, object], text: str) -> None:
    assert sentence(kind, data, READER) == text


def test_every_kind_of_event_of_orders_has_a_sentence() -> None:
    kinds = {kind.kind for kind in event_kinds() if kind.subject_kind == "order"}
    assert kinds
    assert kinds - set(SENTENCES) == set()


def test_who_did_it() -> None:
    assert actor_words("user:1", {"user:1": "Ann"}) == "Ann"
    assert actor_words("key:gone", {}) == "someone who is no longer here"
    assert actor_words("clock", {}) == "The clock"
