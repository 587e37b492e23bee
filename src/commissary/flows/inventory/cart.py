"""Units kept for a cart: reserved for a while, given back, bound to a location, or sold over the counter.

A cart's lines stand or fall together. A cart that reserves again gets what it asks now in place of what it had.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from commissary.domain.catalog import store as catalog
from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.inventory import store as inventory
from commissary.domain.inventory.events import CartReleased, CartReserved
from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.rules.reservation import (
    decide_allocate,
    decide_issue,
    decide_release,
    decide_reserve,
)
from commissary.domain.inventory.types import (
    CartLine,
    OwnerKind,
    Reservation,
    ReservationState,
    Want,
)
from commissary.domain.network import store as network
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.ids import new_id


class ReserveCart(NamedTuple):
    """What a cart wants to keep, and for how long. `scope`: locations that the caller may use; None means all."""

    cart: str
    lines: Sequence[CartLine]
    ttl: timedelta
    scope: frozenset[int] | None = None


async def reserve(db: Db, actor: str, command: ReserveCart) -> list[Reservation] | Refusal:
    """The cart's reservations, or the first line that cannot be had."""
    resolved = await _wants(db, command.lines, command.scope)
    if isinstance(resolved, Refusal):
        return resolved
    wants, group_of = resolved
    held = await _held(db, command.cart)
    if any(reservation.state is ReservationState.ALLOCATED for reservation in held):
        return Refusal("cart_allocated", {"cart": command.cart})
    worksheet = await _open(db, held, wants, group_of)
    for reservation in held:
        decide_release(worksheet, reservation, reservation.quantity, "cart", command.cart)
    granted = decide_reserve(worksheet, wants, "cart", [command.cart] * len(wants))
    if isinstance(granted, int):
        line = command.lines[granted]
        return Refusal(
            "stock_short", {"sku": line.sku, "wanted": line.quantity}, f"/lines/{granted}/quantity"
        )
    expires_at = db.now + command.ttl
    made = [
        Reservation(
            new_id(),
            want.item_id,
            want.location_id,
            None if want.location_id is not None else want.group_id,
            units,
            ReservationState.RESERVED,
            OwnerKind.CART,
            command.cart,
            expires_at,
        )
        for want, units in zip(wants, granted, strict=True)
    ]
    await inventory.write_change(db, worksheet.change(), actor)
    await inventory.set_reservations(db, [(reservation, 0) for reservation in held])
    await inventory.insert_reservations(db, made)
    fact = CartReserved(subject=command.cart, units=sum(granted), expires_at=expires_at.isoformat())
    await outbox.tell(db, actor, [fact])
    return made


async def release(db: Db, actor: str, cart: str) -> int:
    """Give back all that a cart holds; returns the units. A cart that holds nothing is no error."""
    held = await _held(db, cart)
    return await _give_back(db, actor, held, "given_up")


async def expire(db: Db, limit: int = 1000) -> int:
    """Give back what carts held too long; returns how many reservations there were."""
    over = await inventory.expired_reservations(db, limit)
    await _give_back(db, "clock", over, "expired")
    return len(over)


async def allocate(
    db: Db, actor: str, cart: str, location: str, scope: frozenset[int] | None = None
) -> Refusal | None:
    """Bind a cart's units to one location, without expiry."""
    await network.hold_grouping(db)
    places = await network.find_locations(db, [location])
    if location not in places:
        return Refusal("location_unknown", {"location": location}, "/location")
    place = places[location]
    if scope is not None and place.id not in scope:
        return Refusal("location_not_yours", {"location": location}, "/location")
    held = await _held(db, cart)
    open_ones = [reservation for reservation in held if reservation.state is ReservationState.RESERVED]
    if not open_ones:
        return Refusal("cart_holds_nothing", {"cart": cart})
    group_of = {} if place.reserving_group_id is None else {place.id: place.reserving_group_id}
    there = [Want(r.item_id, place.id, place.reserving_group_id, r.quantity) for r in open_ones]
    worksheet = await _open(db, open_ones, there, group_of)
    for reservation in open_ones:
        if not decide_allocate(worksheet, reservation, place.id, "cart", cart):
            return Refusal("stock_short_at", {"location": location, "wanted": reservation.quantity})
    await inventory.write_change(db, worksheet.change(), actor)
    await inventory.set_reservations(db, [(reservation, 0) for reservation in open_ones])
    allocated = [
        r._replace(
            id=new_id(),
            location_id=place.id,
            group_id=None,
            state=ReservationState.ALLOCATED,
            expires_at=None,
        )
        for r in open_ones
    ]
    await inventory.insert_reservations(db, allocated)
    return None


async def issue(db: Db, actor: str, cart: str, reason: str) -> int | Refusal:
    """A cart's units leave the building (sold over the counter); returns how many."""
    held = await _held(db, cart)
    if not held:
        return Refusal("cart_holds_nothing", {"cart": cart})
    if any(reservation.location_id is None for reservation in held):
        return Refusal("cart_not_at_location", {"cart": cart})
    worksheet = await _open(db, held, [], {})
    for reservation in held:
        if not decide_issue(worksheet, reservation, "cart", cart):
            return Refusal("on_hand_short", {"wanted": reservation.quantity})
    await inventory.write_change(db, worksheet.change(), actor, reason)
    await inventory.set_reservations(db, [(reservation, 0) for reservation in held])
    units = sum(reservation.quantity for reservation in held)
    await outbox.tell(db, actor, [CartReleased(subject=cart, units=units, cause="issued")])
    return units


async def _held(db: Db, cart: str) -> list[Reservation]:
    """What a cart holds. Two requests for one cart never both find it empty."""
    await inventory.lock_cart(db, cart)
    return await inventory.reservations_of(db, OwnerKind.CART, [cart])


async def _give_back(db: Db, actor: str, held: Sequence[Reservation], cause: str) -> int:
    if not held:
        return 0
    worksheet = await _open(db, held, [], {})
    units: dict[str, int] = {}
    for reservation in held:
        decide_release(worksheet, reservation, reservation.quantity, "cart", reservation.owner_id)
        units[reservation.owner_id] = units.get(reservation.owner_id, 0) + reservation.quantity
    await inventory.write_change(db, worksheet.change(), actor, cause)
    await inventory.set_reservations(db, [(reservation, 0) for reservation in held])
    await outbox.tell(
        db, actor, [CartReleased(subject=cart, units=given, cause=cause) for cart, given in units.items()]
    )
    return sum(units.values())


async def _open(
    db: Db, held: Sequence[Reservation], wants: Sequence[Want], group_of: dict[int, int]
) -> Worksheet:
    places = [(r.item_id, r.location_id, r.group_id) for r in held] + [
        (w.item_id, w.location_id, w.group_id) for w in wants
    ]
    own = await network.reserving_groups(db, [r.location_id for r in held if r.location_id is not None])
    balances = await inventory.lock_balances(
        db,
        [(item, location) for item, location, _ in places if location is not None],
        [(item, group) for item, location, group in places if location is None and group is not None],
        {**own, **group_of},
    )
    return Worksheet(balances)


async def _wants(
    db: Db, lines: Sequence[CartLine], scope: frozenset[int] | None
) -> tuple[list[Want], dict[int, int]] | Refusal:
    items = await catalog.ids_of(db, list({canonical_sku(line.sku) for line in lines}))
    await network.hold_grouping(db)
    places = await network.find_locations(db, list({x.location for x in lines if x.location is not None}))
    groups = await network.find_groups(
        db, list({x.location_group for x in lines if x.location_group is not None})
    )
    wants = []
    for index, line in enumerate(lines):
        item = items.get(canonical_sku(line.sku))
        if item is None:
            return Refusal("sku_unknown", {"sku": line.sku}, f"/lines/{index}/sku")
        if (line.location is None) == (line.location_group is None):
            return Refusal("location_and_group", {}, f"/lines/{index}/location")
        if line.location is not None:
            place = places.get(line.location)
            if place is None:
                return Refusal("location_unknown", {"location": line.location}, f"/lines/{index}/location")
            if scope is not None and place.id not in scope:
                return Refusal("location_not_yours", {"location": line.location}, f"/lines/{index}/location")
            wants.append(Want(item.id, place.id, place.reserving_group_id, line.quantity))
        else:
            group = groups.get(line.location_group or "")
            field = f"/lines/{index}/location_group"
            if group is None:
                return Refusal("location_group_unknown", {"group": line.location_group}, field)
            if scope is not None:
                return Refusal("location_not_yours", {"location": line.location_group}, field)
            if not group.reserving:
                return Refusal("group_takes_no_reservations", {"location_group": line.location_group}, field)
            wants.append(Want(item.id, None, group.id, line.quantity))
    group_of = {p.id: p.reserving_group_id for p in places.values() if p.reserving_group_id is not None}
    return wants, group_of
