"""A sound organization breaks nothing; every way to corrupt a row by hand is found, by the rule that it breaks.

corrupted by hand                                   found by
a balance without a movement                        I1 balances follow the ledger
a movement without its balance                      I1, both ways
a reservation that vanished                         I2 reservations fill balances, have owners
… and so on: CORRUPTIONS below, one line each
"""

import contextlib
from datetime import timedelta
from typing import LiteralString

import pytest

from commissary.domain.inventory.types import Account, Adjustment, CartLine
from commissary.domain.orders.types import CancelLine, CancelOrder
from commissary.flows.inventory import cart
from commissary.flows.inventory.adjust import adjust
from commissary.flows.orders.cancel import Cancellation, cancel
from commissary.platform import outbox
from commissary.platform.telemetry import REGISTRY
from commissary.views.invariants import INVARIANTS, broken_invariants, measure_invariants
from tests.conftest import Organization
from tests.shop import answers_of, captured, feed, open_shop, order

# what is done to the data                                           the invariants that must find it, no other
CORRUPTIONS: list[tuple[str, LiteralString, set[str]]] = [
    (
        "available units out of nowhere",
        "UPDATE stock_position SET available = available + 1 WHERE shortage = 0 AND available = 5",
        {"i1_balances_follow_ledger", "i2_group_supply"},
    ),
    (
        "damaged units out of nowhere",
        "UPDATE stock_position SET damaged = damaged + 1 WHERE available = 5",
        {"i1_balances_follow_ledger"},
    ),
    (
        "a shortage out of nowhere",
        "UPDATE stock_position SET shortage = shortage + 1, damaged = damaged + 1 WHERE available = 0",
        {"i1_balances_follow_ledger"},
    ),
    (
        "a movement without its balance",
        "INSERT INTO movement (at, item_id, location_id, quantity, from_account, to_account, cause, cause_id, actor)"
        " VALUES (now(), 1, 1, 1, 'outside', 'damaged', 'feed', 'x:1', 'x')",
        {"i1_balances_follow_ledger"},
    ),
    (
        "a position that vanished",
        "DELETE FROM stock_position WHERE available = 5",
        {"i1_balances_follow_ledger", "i2_group_supply", "i2_reservations_fill_balances"},
    ),
    (
        "a group that promised more than its ledger",
        "UPDATE group_position SET reserved = reserved + 1 WHERE reserved > 0 AND supply > reserved",
        {"i1_groups_follow_ledger", "i2_reservations_fill_balances"},
    ),
    (
        "stock that came in through an order",
        "INSERT INTO movement (at, item_id, location_id, quantity, from_account, to_account, cause, cause_id, actor)"
        " VALUES (now(), 1, 1, 1, 'outside', 'damaged', 'order_line', 'x', 'x'),"
        " (now(), 1, 1, 1, 'damaged', 'outside', 'order_line', 'x', 'x')",
        {"i1_total_changes_at_the_door"},
    ),
    (
        "a negative balance",
        "ALTER TABLE stock_position DROP CONSTRAINT stock_position_damaged_check;"
        " UPDATE stock_position SET damaged = -1 WHERE available = 5",
        {"i1_balances_follow_ledger", "i2_stock_identity"},
    ),
    (
        "a shortage beside available units",
        "ALTER TABLE stock_position DROP CONSTRAINT no_shortage_beside_available;"
        " UPDATE stock_position SET shortage = 1 WHERE available = 5",
        {"i1_balances_follow_ledger", "i2_stock_identity"},
    ),
    (
        "a group whose supply is not its locations'",
        "UPDATE group_position SET supply = supply + 1 WHERE shortage = 0 AND supply > 0",
        {"i2_group_supply"},
    ),
    (
        "a group's shortage that is not exact",
        "ALTER TABLE group_position DROP CONSTRAINT group_shortage_exact;"
        " UPDATE group_position SET shortage = shortage + 1 WHERE supply > reserved",
        {"i2_group_supply"},
    ),
    (
        "a reservation that vanished",
        "DELETE FROM reservation WHERE owner_kind = 'order_line' AND location_id IS NOT NULL",
        {"i2_reservations_fill_balances", "i2_reservations_have_owners"},
    ),
    (
        "a reservation that grew",
        "UPDATE reservation SET quantity = quantity + 1 WHERE owner_kind = 'cart' AND state = 'reserved'",
        {"i2_reservations_fill_balances"},
    ),
    (
        "a reservation of a line that is no more",
        "UPDATE reservation SET owner_id = 'nobody' WHERE owner_kind = 'order_line' AND location_id IS NULL",
        {"i2_reservations_have_owners"},
    ),
    (
        "a cart that never ends",
        "UPDATE reservation SET expires_at = NULL WHERE owner_kind = 'cart' AND state = 'reserved'",
        {"i2_reservations_have_owners"},
    ),
    (
        "a line reserved twice, ledger and balances agreeing",
        "INSERT INTO reservation SELECT gen_random_uuid(), item_id, location_id, group_id, 1, state, owner_kind,"
        " owner_id, expires_at FROM reservation WHERE owner_kind = 'order_line' AND quantity = 2;"
        " UPDATE group_position SET reserved = reserved + 1 WHERE reserved > 0 AND supply > reserved AND item_id = 1;"
        " INSERT INTO movement (at, item_id, group_id, quantity, from_account, to_account, cause, cause_id, actor)"
        " SELECT now(), item_id, group_id, 1, 'open', 'reserved', 'order_line', owner_id, 'x'"
        " FROM reservation WHERE owner_kind = 'order_line' AND quantity = 2",
        {"i2_reservations_have_owners"},
    ),
    (
        "more promised than was there, put right afterwards",
        "INSERT INTO movement (at, item_id, location_id, quantity, from_account, to_account, cause, cause_id, actor)"
        " VALUES (now(), 1, 1, 1000, 'available', 'reserved', 'cart', 'x', 'x'),"
        " (now(), 1, 1, 1000, 'reserved', 'available', 'cart', 'x', 'x')",
        {"i3_no_oversell"},
    ),
    (
        "an acknowledged order that is lost",
        "UPDATE idempotency SET answer = convert_to(replace(convert_from(answer, 'UTF8'),"
        " substring(convert_from(answer, 'UTF8') FROM 8 FOR 36), gen_random_uuid()::text), 'UTF8')",
        {"i4_answered_orders_exist"},
    ),
    (
        "a delivery of no event",
        "UPDATE delivery SET event_id = gen_random_uuid() WHERE id = (SELECT max(id) FROM delivery)",
        {"i4_deliveries_name_events", "i10_deliveries_in_order"},
    ),
    (
        "a delivery that stands twice",
        "INSERT INTO delivery (subscriber, lane, subject_id, event_id, event_at)"
        " SELECT subscriber, lane, subject_id, event_id, event_at FROM delivery"
        " WHERE id = (SELECT max(id) FROM delivery)",
        {"i5_effects_once"},
    ),
    (
        "a message that counted twice",
        "INSERT INTO movement (at, item_id, location_id, quantity, from_account, to_account, cause, cause_id, actor)"
        " SELECT at, item_id, location_id, quantity, from_account, to_account, cause, cause_id, actor FROM movement"
        " WHERE cause = 'feed' AND quantity = 5;"
        " UPDATE stock_position SET available = 10 WHERE available = 5;"
        " UPDATE group_position SET supply = supply + 5 WHERE item_id = 1",
        {"i5_effects_once"},
    ),
    (
        "a line that lost a cent",
        "UPDATE order_line SET tax_minor = tax_minor + 1 WHERE line_number = 1",
        {"i6_order_totals"},
    ),
    (
        "a charge that nobody pays",
        "INSERT INTO order_charge SELECT id, 'gift_wrap', 1, 0 FROM customer_order",
        {"i6_order_totals"},
    ),
    ("a tender that pays too much", "UPDATE tender SET amount_minor = amount_minor + 1", {"i6_tenders_add_up"}),
    (
        "a unit that came to a line by itself",
        "UPDATE quantity_group SET quantity = quantity + 1 WHERE state = 'backordered'",
        {"i7_line_quantities"},
    ),
    (
        "an order without lines",
        "INSERT INTO customer_order (id, number, channel, kind, customer_id, currency, placed_at, captured_at, "
        " goods_minor, discount_minor, charges_minor, tax_minor, tax_included, total_minor, body_hash)"
        " SELECT gen_random_uuid(), 'orphan', channel, kind, customer_id, currency, placed_at, captured_at,"
        " 0, 0, 0, 0, false, 0, body_hash FROM customer_order LIMIT 1",
        {"i6_order_totals", "i7_line_quantities", "i8_history_explains_state"},
    ),
    (
        "units canceled without a word",
        "UPDATE quantity_group SET state = 'canceled' WHERE state = 'backordered'",
        {"i8_history_explains_state"},
    ),
    (
        "a state that does not exist",
        "ALTER TABLE quantity_group DROP CONSTRAINT quantity_group_state_check;"
        " UPDATE quantity_group SET state = 'teleported' WHERE state = 'backordered'",
        {"i8_history_explains_state"},
    ),
    (
        "a newer event delivered before its elder",
        "DELETE FROM delivery WHERE id = (SELECT max(delivery.id) FROM delivery WHERE subscriber = 'tests.cancel')",
        {"i10_deliveries_in_order"},
    ),
    (
        "two events of a subject that changed places",
        "UPDATE delivery SET id = -id"
        " WHERE id = (SELECT max(delivery.id) FROM delivery WHERE subscriber = 'tests.cancel')",
        {"i10_deliveries_in_order"},
    ),
    (
        "a constraint that reaches into another schema",
        "ALTER TABLE customer_order ADD CONSTRAINT abroad FOREIGN KEY (channel)"
        " REFERENCES platform.organization (name) NOT VALID",
        {"i12_nothing_reaches_out"},
    ),
    (
        "a trigger",
        "CREATE TRIGGER meddle BEFORE UPDATE ON item FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        {"i12_nothing_reaches_out"},
    ),
    (
        "a default that counts in another schema",
        "CREATE SEQUENCE platform.abroad; ALTER TABLE feed ALTER last_sequence SET DEFAULT nextval('platform.abroad')",
        {"i12_nothing_reaches_out"},
    ),
    (
        "a reservation long past its end",
        "UPDATE reservation SET expires_at = now() - interval '121 s' WHERE owner_kind = 'cart' AND state = 'reserved'",
        {"i14_nothing_outlives_its_end"},
    ),
    (
        "a hold long past its end",
        "UPDATE order_hold SET expires_at = now() - interval '121 s'",
        {"i14_nothing_outlives_its_end"},
    ),
]  # fmt: skip


@pytest.fixture
async def lived_in(organization: Organization) -> Organization:
    """An organization in which everything has happened that can happen so far."""
    app = organization.app
    async with app.database.transaction("acme") as db:
        await open_shop(db)
        await outbox.subscribe(db, "tests.cancel", ["order.lines_canceled"])
    tenders = [{"kind": "card", "amount_minor": 2000}]
    kept = order(("A", 2), number="K-1", tenders=tenders, holds=[{"kind": "review"}])
    await answers_of(app, [kept], ["tests:k1"])
    at_store = {"sku": "B", "quantity": 1, "method": "pickup", "location": "S2"}
    await captured(app, order(at_store, number="P-1"))
    await captured(app, order(("C", 3), ("A", 4), number="B-1", on_shortage="backorder", discount_minor=100))
    async with app.database.transaction("acme") as db:
        for units in (1, 2):
            await cancel(
                db, "tests", [Cancellation("B-1", CancelOrder("changed mind", (CancelLine(2, units),)))]
            )
        line = CartLine(sku="A", quantity=1, location="S1")
        await cart.reserve(db, "tests", cart.ReserveCart("basket", [line], timedelta(minutes=5)))
        await cart.reserve(db, "tests", cart.ReserveCart("counter", [line], timedelta(minutes=5)))
        await cart.allocate(db, "tests", "counter", "S1")
        await adjust(db, "tests", [Adjustment("A", "S1", 2, "found")])
        await adjust(db, "tests", [Adjustment("B", "W1", 1, "broken", Account.DAMAGED)])
        await feed(db, 2, {("B", "S2"): 0})
    return organization


async def test_sound_organization_breaks_nothing(lived_in: Organization) -> None:
    async with lived_in.app.database.transaction("acme") as db:
        assert await broken_invariants(db) == []


class _Undone(Exception):
    """Rolls a corruption back, so that the next one starts from a sound organization."""


async def test_every_corruption_is_found(lived_in: Organization) -> None:
    wrong: dict[str, object] = {}
    for what, statements, found_by in CORRUPTIONS:
        with contextlib.suppress(_Undone):
            async with lived_in.app.database.transaction("acme") as db:
                for statement in statements.split(";"):
                    assert await db.count(statement) != 0, f"{what}: nothing was corrupted"
                broken = {finding.invariant.name: finding.examples for finding in await broken_invariants(db)}
                if set(broken) != found_by or not all(broken.values()):
                    wrong[what] = broken
                raise _Undone
    assert wrong == {}


def test_every_invariant_is_tried() -> None:
    tried = set().union(*(found_by for _, _, found_by in CORRUPTIONS))
    assert tried == {invariant.name for invariant in INVARIANTS}


async def test_metric_counts_the_broken_rows(lived_in: Organization) -> None:
    async with lived_in.app.database.transaction("acme") as db:
        await db.execute("UPDATE order_hold SET expires_at = now() - interval '121 s'")
        assert await measure_invariants(db) is False
    labels = {"organization": "acme", "invariant": "i14_nothing_outlives_its_end"}
    assert REGISTRY.get_sample_value("commissary_broken_invariant_rows", labels) == 1
    labels["invariant"] = "i2_group_supply"
    assert REGISTRY.get_sample_value("commissary_broken_invariant_rows", labels) == 0
