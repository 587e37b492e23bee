"""Is an order complete, and is everything it names known? What it asks of stock follows from its lines.

line                        asks stock of
pickup, location            that location; it must offer pickup
ship, location              that location; it must ship
ship, location group        that group; it must take reservations
ship, neither               the organization's default group
"""

from collections.abc import Mapping
from typing import NamedTuple

from commissary.domain.orders.types import CaptureOrder, LineInput, Method
from commissary.kernel.attributes import AttributeKind, Attributes, attribute_refusal
from commissary.kernel.card_numbers import holds_card_number
from commissary.kernel.decision import Refusal
from commissary.kernel.instant import instant_in_range

_CAPABILITY = {Method.PICKUP: "pickup", Method.SHIP: "ship_from"}


class Place(NamedTuple):
    """A location as an order may name it. `group_id` is its reserving group."""

    id: int
    active: bool
    capabilities: frozenset[str]
    group_id: int | None


class Known(NamedTuple):
    """What the organization knows of the skus, places and attributes that a batch names."""

    items: Mapping[str, tuple[int, bool]]
    places: Mapping[str, Place]
    groups: Mapping[str, tuple[int, bool]]
    default_group: str | None
    order_attributes: Mapping[str, AttributeKind]
    line_attributes: Mapping[str, AttributeKind]


class Source(NamedTuple):
    """Where a line takes its units: a location, or a group (location None)."""

    item_id: int
    location_id: int | None
    group_id: int | None


def decide_sources(order: CaptureOrder, known: Known) -> list[Source] | Refusal:
    """Item and place of each line; a refusal names the first field that is unknown or missing."""
    if refusal := _order_refusal(order, known):
        return refusal
    sources = []
    for index, line in enumerate(order.lines):
        source = _line_source(order, line, f"/lines/{index}", known)
        if isinstance(source, Refusal):
            return source
        sources.append(source)
    return sources


def _order_refusal(order: CaptureOrder, known: Known) -> Refusal | None:
    kinds = [charge.kind for charge in order.charges]
    if len(set(kinds)) != len(kinds):
        return Refusal("charge_twice", {}, "/charges")
    if order.placed_at is not None and not instant_in_range(order.placed_at):
        return Refusal("instant_out_of_range", {"year": order.placed_at.year}, "/placed_at")
    for index, hold in enumerate(order.holds):
        if hold.expires_at is not None and not instant_in_range(hold.expires_at):
            return Refusal(
                "instant_out_of_range", {"year": hold.expires_at.year}, f"/holds/{index}/expires_at"
            )
    if order.attributes:
        return _attributes_refusal(known.order_attributes, order.attributes, "/attributes")
    return None


def _line_source(order: CaptureOrder, line: LineInput, field: str, known: Known) -> Source | Refusal:
    item = known.items.get(line.sku)
    if item is None:
        return Refusal("sku_unknown", {"sku": line.sku}, f"{field}/sku")
    if not item[1]:
        return Refusal("item_inactive", {"sku": line.sku}, f"{field}/sku")
    if line.attributes and (
        refusal := _attributes_refusal(known.line_attributes, line.attributes, f"{field}/attributes")
    ):
        return refusal
    if line.method is Method.SHIP and line.ship_to is None and order.ship_to is None:
        return Refusal("ship_to_missing", {}, f"{field}/ship_to")
    if line.location is not None:
        return _at_location(item[0], line, field, known)
    if line.method is Method.PICKUP:
        return Refusal("pickup_location_missing", {}, f"{field}/location")
    return _in_group(item[0], line, field, known)


def _at_location(item_id: int, line: LineInput, field: str, known: Known) -> Source | Refusal:
    place = known.places.get(line.location or "")
    if place is None:
        return Refusal("location_unknown", {"location": line.location}, f"{field}/location")
    if not place.active:
        return Refusal("location_inactive", {"location": line.location}, f"{field}/location")
    if line.location_group is not None:
        return Refusal("location_and_group", {}, f"{field}/location_group")
    if (needed := _CAPABILITY[line.method]) not in place.capabilities:
        return Refusal(
            "location_cannot", {"location": line.location, "capability": needed}, f"{field}/location"
        )
    return Source(item_id, place.id, place.group_id)


def _in_group(item_id: int, line: LineInput, field: str, known: Known) -> Source | Refusal:
    code = line.location_group or known.default_group
    if code is None:
        return Refusal("location_missing", {}, f"{field}/location")
    group = known.groups.get(code)
    if group is None:
        return Refusal("location_group_unknown", {"group": code}, f"{field}/location_group")
    if not group[1]:
        return Refusal("group_takes_no_reservations", {"location_group": code}, f"{field}/location_group")
    return Source(item_id, None, group[0])


def _attributes_refusal(
    declared: Mapping[str, AttributeKind], values: Attributes, field: str
) -> Refusal | None:
    for name, value in values.items():
        if isinstance(value, str) and holds_card_number(value):
            return Refusal("card_number_refused", {}, f"{field}/{name}")
    return attribute_refusal(declared, values, field)
