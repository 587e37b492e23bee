"""The words and tones of the pages: one label and one tone for each state, status and kind, on every page the same.

Tones say what to do, not what is pretty: `stop` needs a person, `wait` waits for something, `go` is on its way,
`done` asks for nothing, `off` is given up.
"""

from commissary.domain.orders.types import QuantityState

STATUS_TONES = {
    "draft": "off",
    "placed": "wait",
    "backordered": "stop",
    "partly_reserved": "wait",
    "reserved": "go",
    "allocated": "go",
    "in_fulfillment": "go",
    "ready_for_pickup": "go",
    "partly_shipped": "go",
    "shipped": "done",
    "completed": "done",
    "canceled": "off",
}
# As a bar shows them, from done to given up.
STATE_ORDER = (
    "delivered", "collected", "shipped", "ready_for_pickup", "packed", "picked", "accepted", "released", "allocated",
    "reserved", "placed", "draft", "backordered", "canceled",
)  # fmt: skip
STATES = tuple(state.value for state in QuantityState)
HOLD_WORDS = {
    "review": "review by a person",
    "fraud": "suspicion of fraud",
    "payment": "payment",
    "customer": "a question to the customer",
    "credit": "the customer's credit limit",
    "legal": "legal reasons",
    "until": "a date",
}
METHODS = {"ship": "Ship", "pickup": "Pickup"}


def label(word: str) -> str:
    """ready_for_pickup → Ready for pickup."""
    return word.replace("_", " ").capitalize()


def plural(count: int, one: str, many: str | None = None) -> str:
    """The noun for that many."""
    return one if count == 1 else many or f"{one}s"


def in_order(units: dict[str, int]) -> list[tuple[str, int]]:
    """Units by state in the order of a bar; a state that is new to this page comes last."""
    known = [(state, units[state]) for state in STATE_ORDER if state in units]
    return known + sorted((state, count) for state, count in units.items() if state not in STATE_ORDER)
