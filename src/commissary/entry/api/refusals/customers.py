"""How the refusals of customers look over HTTP."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "customer_unknown": ProblemKind(404, "No such customer", "No customer has this id."),
    "customer_erased": ProblemKind(410, "Erased", "This customer was erased; nothing is left to change."),
    "search_too_short": ProblemKind(
        422,
        "Too little to look for",
        "Type a mail address, a phone number, the sender's reference, or at least two letters of a name.",
    ),
    "card_number_in_text": ProblemKind(
        422, "A card number", "This text holds what looks like a card number; no such number is kept here."
    ),
}
