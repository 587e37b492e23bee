"""The stream of orders: which customer wants what, through which channel, and what they think better of later.

Every order follows from the seed and its position: 0 is placed as the retailer opens, negative ones lie before that,
positive ones come in while it runs. The same position is always the same order with the same number, so to send it
again is answered as before.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from commissary.simulator.checkout import (
    Want,
    business_bill,
    consumer_bill,
    consumer_tenders,
)
from commissary.simulator.goods import Item
from commissary.simulator.people import Customer
from commissary.simulator.places import TAX_PERCENT, Place
from commissary.simulator.rhythm import backward_from
from commissary.simulator.world import World

_AT_OPENING = 100_000
_CANCEL_SHARE, _PART_CANCEL_SHARE, _HOLD_SHARE = 0.04, 0.02, 0.03


class Order(NamedTuple):
    """An order as the API takes it."""

    position: int
    number: str
    body: Mapping[str, Any]


class SecondThought(NamedTuple):
    """What follows on an order: `kind` is cancel, cancel_unit or hold."""

    kind: str
    reason: str
    after_s: float


class Shelf(NamedTuple):
    """Items to choose from, with running sums of their popularity."""

    items: list[Item]
    weights: list[float]

    @classmethod
    def of(cls, items: list[Item]) -> "Shelf":
        return cls(items, list(accumulate(item.popularity for item in items)))


class Demand:
    """What the customers of a world order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._everything = Shelf.of(list(world.items))
        self._in_store = {store.code: Shelf.of(world.carried_at(store)) for store in world.stores}
        self._awaited = {item.sku for item in world.items if item.awaited}

    def number(self, position: int) -> str:
        """The order's number; it says the seed, so that retailers of different seeds do not meet."""
        return f"R{self.world.seed}-{_AT_OPENING + position}"

    def position(self, number: str) -> int | None:
        """The position that a number stands for; None when it is no number of this retailer."""
        prefix, _, digits = number.partition("-")
        if prefix != f"R{self.world.seed}" or not (digits.isascii() and digits.isdigit()):
            return None
        return int(digits) - _AT_OPENING

    def past(self, opened_at: datetime, count: int) -> Iterator[Order]:
        """The last `count` orders up to the opening, latest first. They wait for what is not there."""
        for back, placed_at in zip(range(count), backward_from(opened_at, self.world.seed), strict=False):
            order = self.order(-back, placed_at.date())
            body = {**order.body, "placed_at": placed_at.isoformat(), "on_shortage": "backorder"}
            yield order._replace(body=body)

    def order(self, position: int, today: date) -> Order:
        """The order at a position, placed today."""
        rng = Random(f"{self.world.seed} order {position}")  # noqa: S311 (chance, not secrecy)
        customer = rng.choice(self.world.customers)
        make = self._business_order if customer.company else self._consumer_order
        body = make(rng, customer, today)
        waits = any(line["sku"] in self._awaited for line in body["lines"]) or rng.random() < 0.1
        number = self.number(position)
        body |= {"number": number, "on_shortage": "backorder" if waits else "refuse"}
        return Order(position, number, body)

    def second_thought(self, position: int) -> SecondThought | None:
        """What becomes of the order after it was placed; most of them stay as they are."""
        rng = Random(f"{self.world.seed} thought {position}")  # noqa: S311 (chance, not secrecy)
        chance, after_s = rng.random(), rng.uniform(5, 60)
        for kind, share, reasons in (
            ("cancel", _CANCEL_SHARE, ("Customer changed their mind", "Ordered by mistake")),
            ("cancel_unit", _PART_CANCEL_SHARE, ("Customer wants fewer",)),
            ("hold", _HOLD_SHARE, ("Customer asks for another address", "Customer asks for an invoice")),
        ):
            if chance < share:
                return SecondThought(kind, rng.choice(reasons), after_s)
            chance -= share
        return None

    def _consumer_order(self, rng: Random, customer: Customer, today: date) -> dict[str, Any]:
        channel = rng.choices(("web", "app", "store", "marketplace"), (50, 22, 14, 14))[0]
        wants = self._consumer_wants(rng, customer, channel, today)
        bill = consumer_bill(rng, wants, TAX_PERCENT[customer.country])
        tenders = consumer_tenders(rng, channel, bill.total_minor)
        body: dict[str, Any] = {
            "channel": channel,
            "currency": "EUR",
            "kind": "consumer",
            "customer": customer.body(),
            "lines": bill.lines,
            "charges": bill.charges,
            "discount_minor": bill.discount_minor,
            "tax_included": True,
            "total_minor": bill.total_minor,
            "tenders": tenders,
        }
        if any(want.method == "ship" for want in wants):
            body["ship_to"] = customer.address
        if tenders[0]["kind"] == "bank_transfer":
            body["holds"] = [{"kind": "payment", "reason": "Waiting for the bank transfer"}]
        if rng.random() < 0.12:
            body["attributes"] = {"campaign": rng.choice(("newsletter", "garden_days", "welcome_back"))}
        return body

    def _business_order(self, rng: Random, customer: Customer, today: date) -> dict[str, Any]:
        wants = [
            Want(item.sku, rng.randint(4, 24), item.price_minor, "ship", None)
            for item in _choose(rng, self._everything, rng.randint(1, 4))
        ]
        bill = business_bill(wants, TAX_PERCENT[customer.country])
        wanted = today + timedelta(days=rng.randint(5, 15))
        return {
            "channel": "web",
            "currency": "EUR",
            "kind": "business",
            "customer": customer.body(),
            "ship_to": customer.address,
            "bill_to": customer.address,
            "lines": bill.lines,
            "charges": bill.charges,
            "tax_included": False,
            "total_minor": bill.total_minor,
            "tenders": [{"kind": "account", "amount_minor": bill.total_minor}],
            "purchase_order_number": f"PO-{rng.randint(1000, 9999)}",
            "requested_ship_on": (wanted - timedelta(days=2)).isoformat(),
            "requested_delivery_on": wanted.isoformat(),
        }

    def _consumer_wants(self, rng: Random, customer: Customer, channel: str, today: date) -> list[Want]:
        """Lines of a basket: all shipped, all picked up at one store, or some of both."""
        count = rng.choices((1, 2, 3, 4), (52, 28, 13, 7))[0]
        basket = _basket(rng, channel)
        store = self._near(rng, customer)
        picked_up = {"ship": 0, "pickup": count, "mixed": (count + 1) // 2}[basket]
        day = None if rng.random() < 0.6 else (today + timedelta(days=rng.randint(1, 3))).isoformat()
        pickups = _choose(rng, self._in_store[store.code], picked_up)
        taken = {item.sku for item in pickups}
        wanted = 1 if basket == "mixed" else count - picked_up
        shipped = [item for item in _choose(rng, self._everything, wanted) if item.sku not in taken]
        # A few things are kept for one warehouse, as a marketplace that stores its own stock there does.
        forced = rng.choice(self.world.warehouses).code if rng.random() < 0.05 else None
        return [
            *(Want(i.sku, _units(rng), i.price_minor, "pickup", store.code, day) for i in pickups),
            *(Want(i.sku, _units(rng), i.price_minor, "ship", forced) for i in shipped),
        ]

    def _near(self, rng: Random, customer: Customer) -> Place:
        near = [store for store in self.world.stores if store.country == customer.country]
        return rng.choice(near or self.world.stores)


def _basket(rng: Random, channel: str) -> str:
    if channel == "marketplace":
        return "ship"
    weights = (15, 85, 0) if channel == "store" else (70, 20, 10)
    return rng.choices(("ship", "pickup", "mixed"), weights)[0]


def _units(rng: Random) -> int:
    return rng.choices((1, 2, 3, 6), (78, 15, 5, 2))[0]


def _choose(rng: Random, shelf: Shelf, count: int) -> list[Item]:
    """Up to `count` different items, the popular ones more often."""
    chosen: dict[str, Item] = {}
    for _ in range(count):
        (item,) = rng.choices(shelf.items, cum_weights=shelf.weights)
        chosen[item.sku] = item
    return list(chosen.values())
