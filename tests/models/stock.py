"""Stock as a shopkeeper would count it: what is on the shelf, what is set aside, and what was promised to whom.

Everything else follows. At a place: available = what is on hand beyond what is promised or set aside, shortage = what
is promised or set aside beyond what is on hand. A group may promise what its places have available together.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

Key = tuple[str, str]
GROUP = "ALL"


class Promise(NamedTuple):
    owner: str
    sku: str
    place: str
    quantity: int
    allocated: bool = False


@dataclass
class Shelf:
    on_hand: int = 0
    damaged: int = 0
    quality_hold: int = 0
    heard: int = 0


@dataclass
class Shop:
    """The model. Every method says what the system must answer: True when done, False when refused."""

    places: tuple[str, ...]
    shelves: dict[Key, Shelf] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)
    messages: set[int] = field(default_factory=set)

    def shelf(self, sku: str, place: str) -> Shelf:
        return self.shelves.get((sku, place), Shelf())

    def promised(self, sku: str, place: str, *, allocated: bool) -> int:
        return sum(p.quantity for p in self.promises if p[1:3] == (sku, place) and p.allocated is allocated)

    def balance(self, sku: str, place: str) -> int:
        """What is on hand beyond all claims; below zero it is a shortage."""
        shelf = self.shelf(sku, place)
        claims = sum(self.promised(sku, place, allocated=allocated) for allocated in (False, True))
        return shelf.on_hand - claims - shelf.damaged - shelf.quality_hold

    def free(self, sku: str, place: str) -> int:
        supply = sum(max(self.balance(sku, each), 0) for each in self.places)
        in_group = max(supply - self.promised(sku, GROUP, allocated=False), 0)
        return in_group if place == GROUP else min(max(self.balance(sku, place), 0), in_group)

    def row(self, sku: str, place: str) -> tuple[int, ...]:
        """(available, reserved, allocated, shortage) of a place; (supply, reserved, shortage) of the group."""
        reserved = self.promised(sku, place, allocated=False)
        if place == GROUP:
            supply = sum(max(self.balance(sku, each), 0) for each in self.places)
            return supply, reserved, max(reserved - supply, 0)
        rest = self.balance(sku, place)
        return max(rest, 0), reserved, self.promised(sku, place, allocated=True), max(-rest, 0)

    def full(self, sequence: int, sku: str, place: str, on_hand: int, damaged: int | None) -> bool:
        shelf = self.shelves.setdefault((sku, place), Shelf())
        if sequence in self.messages or sequence <= shelf.heard:
            return False
        shelf.on_hand, shelf.heard = on_hand, sequence
        shelf.damaged = shelf.damaged if damaged is None else damaged
        return True

    def delta(self, sequence: int, sku: str, place: str, change: int) -> bool:
        shelf = self.shelves.setdefault((sku, place), Shelf())
        if sequence in self.messages or sequence <= shelf.heard or shelf.on_hand + change < 0:
            return False
        shelf.on_hand += change
        return True

    def adjust(self, sku: str, place: str, account: str, change: int) -> bool:
        shelf = self.shelf(sku, place)
        aside = 0 if account == "available" else getattr(shelf, account)
        if change == 0 or shelf.on_hand + change < 0 or (account != "available" and aside + change < 0):
            return False
        self.shelves[sku, place] = shelf
        shelf.on_hand += change
        if account != "available":
            setattr(shelf, account, aside + change)
        return True

    def promise(
        self, owner: str, lines: list[tuple[str, str, int]], *, partial: bool = False
    ) -> list[int] | None:
        """Units granted per line; None when a line cannot be had, and then nothing is promised."""
        before = list(self.promises)
        granted = []
        for index, (sku, place, wanted) in enumerate(lines):
            units = min(wanted, self.free(sku, place))
            if units < wanted and not partial:
                self.promises = before
                return None
            if units:
                self.promises.append(Promise(f"{owner}#{index}", sku, place, units))
            granted.append(units)
        return granted

    def of(self, owner: str) -> list[Promise]:
        return [promise for promise in self.promises if promise.owner.partition("#")[0] == owner]

    def forget(self, owner: str) -> None:
        self.promises = [promise for promise in self.promises if promise not in self.of(owner)]

    def reserve_cart(self, cart: str, lines: list[tuple[str, str, int]]) -> bool:
        before = list(self.promises)
        if any(promise.allocated for promise in self.of(cart)):
            return False
        self.forget(cart)
        if self.promise(cart, lines) is None:
            self.promises = before
            return False
        return True

    def allocate_cart(self, cart: str, place: str) -> bool:
        before = list(self.promises)
        mine = [promise for promise in self.of(cart) if not promise.allocated]
        for promise in mine:
            self.promises.remove(promise)
            if promise.place != place and self.free(promise.sku, place) < promise.quantity:
                self.promises = before
                return False
            self.promises.append(promise._replace(place=place, allocated=True))
        return bool(mine)

    def issue_cart(self, cart: str) -> bool:
        mine = self.of(cart)
        needed: dict[Key, int] = {}
        for promise in mine:
            needed[promise.sku, promise.place] = (
                needed.get((promise.sku, promise.place), 0) + promise.quantity
            )
        if not mine or any(p.place == GROUP for p in mine):
            return False
        if any(self.shelf(*key).on_hand < units for key, units in needed.items()):
            return False
        self.forget(cart)
        for key, units in needed.items():
            self.shelves[key].on_hand -= units
        return True

    def cancel(self, owner: str, index: int, units: int) -> None:
        """Take units from what a line holds."""
        name = f"{owner}#{index}"
        for promise in [promise for promise in self.promises if promise.owner == name]:
            self.promises.remove(promise)
            if promise.quantity > units:
                self.promises.append(promise._replace(quantity=promise.quantity - units))
