"""Second thoughts of customers: cancel an order, cancel one unit, or hold it until a question is answered.

Each is done at most once, however often the retailer starts again: it looks at the order first.
"""

from typing import Any

from commissary.simulator.client import Answer, Client
from commissary.simulator.demand import SecondThought

_HOLD = "customer"


async def think_again(client: Client, number: str, thought: SecondThought) -> Answer | None:
    """Do what the customer asks; None when it was done before, or the order is gone too far."""
    found = await client.get(f"/v1/orders/{number}")
    if not found.good or _is_done(found.body, thought):
        return None
    if thought.kind == "hold":
        body: dict[str, Any] = {"kind": _HOLD, "reason": thought.reason}
        return await client.post(f"/v1/orders/{number}/holds", body, f"{number}.hold")
    body = {"reason": thought.reason}
    if thought.kind == "cancel_unit":
        body["lines"] = [{"line_number": 1, "quantity": 1}]
    return await client.post(f"/v1/orders/{number}/cancel", body, f"{number}.{thought.kind}")


async def answer_question(client: Client, number: str) -> Answer | None:
    """Resolve the hold that a question of the customer put on an order; None when there is none."""
    found = await client.get(f"/v1/orders/{number}")
    for hold in found.body["holds"] if found.good else ():
        if hold["kind"] == _HOLD and hold["resolved_at"] is None:
            path = f"/v1/orders/{number}/holds/{hold['id']}/resolve"
            return await client.post(path, {"resolution": "Answered"}, f"{number}.resolve")
    return None


def _is_done(order: dict[str, Any], thought: SecondThought) -> bool:
    if thought.kind == "hold":
        return any(hold["kind"] == _HOLD for hold in order["holds"])
    return any(group["state"] == "canceled" for line in order["lines"] for group in line["groups"])
