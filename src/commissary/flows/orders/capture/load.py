"""What a batch of orders needs to know before anything is decided: items, places, numbers, earlier answers."""

from collections.abc import Sequence

from commissary.domain.catalog import store as catalog
from commissary.domain.catalog.rules.sku import canonical_sku
from commissary.domain.network import store as network
from commissary.domain.orders import store as orders
from commissary.domain.orders.rules.capture import Known, Place
from commissary.domain.orders.rules.order_number import order_number
from commissary.domain.orders.types import Captured
from commissary.flows.orders.capture.draft import CaptureRequest, number_taken, stored_answer
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.settings import attribute_kinds


async def numbers_of(db: Db, requests: Sequence[CaptureRequest], pattern: str) -> list[str]:
    """The number of each order: its channel's, or the next of the pattern that no other order has."""
    given = [request.order.number for request in requests]
    missing = given.count(None)
    taken = {number for number in given if number is not None}
    fresh: list[str] = []
    while len(fresh) < missing:
        more = await orders.next_numbers(db, missing - len(fresh))
        made = [order_number(pattern, sequence, db.now) for sequence in more]
        taken.update(await orders.orders_by_number(db, made))
        fresh += [number for number in made if number not in taken]
    made_numbers = iter(fresh)
    return [next(made_numbers) if number is None else number for number in given]


async def known_of(db: Db, requests: Sequence[CaptureRequest], default_group: str | None) -> Known:
    lines = [line for request in requests for line in request.order.lines]
    items = await catalog.ids_of(db, list({canonical_sku(line.sku) for line in lines}))
    locations = {line.location for line in lines if line.location is not None}
    groups = {line.location_group for line in lines if line.location_group is not None}
    if default_group is not None:
        groups.add(default_group)
    if locations:
        await network.hold_grouping(db)
    found = await network.find_locations(db, list(locations)) if locations else {}
    found_groups = await network.find_groups(db, list(groups)) if groups else {}
    with_attributes = any(request.order.attributes for request in requests)
    lines_with_attributes = any(line.attributes for line in lines)
    return Known(
        items={
            line.sku: (item.id, item.active) for line in lines if (item := items.get(canonical_sku(line.sku)))
        },
        places={
            code: Place(row.id, row.active, frozenset(row.capabilities), row.reserving_group_id)
            for code, row in found.items()
        },
        groups={code: (row.id, row.reserving) for code, row in found_groups.items()},
        default_group=default_group,
        order_attributes=await attribute_kinds(db, "order") if with_attributes else {},
        line_attributes=await attribute_kinds(db, "line") if lines_with_attributes else {},
    )


async def repeated_answers(
    db: Db, requests: Sequence[CaptureRequest], numbered: Sequence[str], known: Known
) -> dict[int, Captured | Refusal]:
    """Answers for orders whose number is already taken."""
    given = {request.order.number for request in requests if request.order.number is not None}
    found = await orders.orders_by_number(db, sorted(given))
    if not found:
        return {}
    stored = await orders.captured_orders(db, [f.id for f in found.values()])
    sku_of = {item_id: sku for sku, (item_id, _) in known.items.items()}
    answers: dict[int, Captured | Refusal] = {}
    for index, (request, number) in enumerate(zip(requests, numbered, strict=True)):
        if number in found:
            same = found[number].body_hash == request.body_hash
            answers[index] = stored_answer(stored[found[number].id], sku_of) if same else number_taken(number)
    return answers
