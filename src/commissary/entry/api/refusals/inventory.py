"""How refusals about stock look over HTTP; those it shares with orders stand there."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "location_not_yours": ProblemKind(
        403, "Not your location", "Your account covers other locations than {location}."
    ),
    "account_not_adjustable": ProblemKind(
        422, "Not to be adjusted", "{account} changes only with what it stands for."
    ),
    "change_is_zero": ProblemKind(422, "No change", "A correction by zero corrects nothing."),
    "stock_below_zero": ProblemKind(409, "Stock below zero", "There would be less than nothing on hand."),
    "stock_short_at": ProblemKind(
        409, "Not enough stock there", "{location} does not have {wanted} free units."
    ),
    "on_hand_short": ProblemKind(
        409, "Not on hand", "Fewer than {wanted} units are on hand; count the shelf first."
    ),
    "row_twice": ProblemKind(
        422, "A position stands twice", "{sku} at {location} stands twice in this message."
    ),
    "feed_row_other_mode": ProblemKind(
        422,
        "Row of another mode",
        "A full message says on_hand, a delta says change: this row lacks {expected}.",
    ),
    "cart_name_invalid": ProblemKind(422, "Not a cart's name", "The name of the cart {flaw}."),
    "cart_allocated": ProblemKind(
        409, "Cart is allocated", "What {cart} holds is bound to a location already."
    ),
    "cart_holds_nothing": ProblemKind(
        404, "Cart holds nothing", "{cart} holds no units; its time may be over."
    ),
    "cart_not_at_location": ProblemKind(409, "Not at a location", "Bind {cart} to a location first."),
}
