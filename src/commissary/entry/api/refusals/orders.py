"""How refusals about orders look over HTTP."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "order_unknown": ProblemKind(404, "No such order", "There is no order {number}."),
    "line_unknown": ProblemKind(422, "No such line", "The order has no line {line_number}."),
    "line_twice": ProblemKind(
        422, "A line stands twice", "Line {line_number} stands twice; name each line once."
    ),
    "order_number_taken": ProblemKind(
        409, "Order number taken", "There is another order with the number {number} and other content."
    ),
    "sku_unknown": ProblemKind(422, "No such item", "There is no item with the sku {sku}."),
    "item_inactive": ProblemKind(422, "Item not sold", "The item {sku} is not active."),
    "location_inactive": ProblemKind(422, "Location closed", "The location {location} is not active."),
    "location_cannot": ProblemKind(422, "Location cannot do this", "{location} does not offer {capability}."),
    "location_and_group": ProblemKind(
        422, "Location or group", "Name a location or a location group, not both."
    ),
    "location_missing": ProblemKind(
        422,
        "No place to take stock from",
        "Name a location or location group, or set a default location group.",
    ),
    "group_takes_no_reservations": ProblemKind(
        422, "Group takes no reservations", "{location_group} is not a reserving group."
    ),
    "pickup_location_missing": ProblemKind(422, "Where to pick up?", "A pickup line names its location."),
    "ship_to_missing": ProblemKind(
        422, "Where to ship?", "A shipped line needs an address, its own or the order's."
    ),
    "currency_unknown": ProblemKind(422, "No such currency", "{currency} is no ISO 4217 currency."),
    "amount_too_large": ProblemKind(
        422, "Amount too large", "{amount_minor} is beyond any amount this system takes."
    ),
    "discount_above_price": ProblemKind(
        422, "Discount above price", "A discount cannot exceed what it is on: {price_minor}."
    ),
    "total_does_not_add_up": ProblemKind(
        422, "Total does not add up", "The total is {given_minor}; its parts make {sum_minor}."
    ),
    "tenders_do_not_add_up": ProblemKind(
        422, "Tenders do not add up", "The tenders pay {tenders_minor} of {total_minor}."
    ),
    "card_number_refused": ProblemKind(
        422, "Card number", "This looks like a payment card's number, which is never stored here."
    ),
    "instant_out_of_range": ProblemKind(
        422, "Beyond the calendar", "The year {year} is beyond any that is taken."
    ),
    "charge_twice": ProblemKind(422, "A charge stands twice", "Name each kind of charge once."),
    "hold_kind_unknown": ProblemKind(422, "No such kind of hold", "There is no hold of the kind {kind}."),
    "hold_expired_already": ProblemKind(422, "Hold in the past", "A hold cannot end before it begins."),
    "hold_not_active": ProblemKind(409, "Hold is over", "The order has no active hold with this id."),
    "order_on_hold": ProblemKind(409, "Order on hold", "A hold of the kind {kind} blocks {step}."),
    "too_late_to_cancel": ProblemKind(
        409, "Too late to cancel", "{cancelable} units may still be canceled, {wanted} were asked for."
    ),
    "stock_short": ProblemKind(
        409, "Not enough stock", "There are fewer than {wanted} units of {sku} to promise."
    ),
    "body_too_long": ProblemKind(422, "Too many rows", "At most {limit} rows at a time."),
}
