"""How refusals about what is set for a whole organization look over HTTP."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "setting_unknown": ProblemKind(404, "No such setting", "There is no setting {name}; there are {known}."),
    "setting_value_wrong": ProblemKind(422, "Wrong value", "This setting takes {expected}."),
    "order_number_pattern_without_sequence": ProblemKind(
        422, "Pattern without sequence", "A pattern names {{sequence}} exactly once."
    ),
    "order_number_pattern_unreadable": ProblemKind(
        422,
        "Pattern not readable",
        "A pattern has letters, digits, / _ . - and {{year}} {{month}} {{day}} {{sequence}}.",
    ),
    "clock_not_movable": ProblemKind(
        409, "Clock stands", "Only a test organization has a clock that moves, forward."
    ),
    "attribute_not_found": ProblemKind(404, "No such attribute", "Nobody has declared this attribute."),
    "attribute_entity_unknown": ProblemKind(
        422, "No attributes here", "Attributes belong to one of {known}."
    ),
    "attribute_name_invalid": ProblemKind(
        422, "Not an attribute's name", "A name has 1 to 60 of a-z, 0-9 and _, and starts with a letter."
    ),
    "attribute_kind_fixed": ProblemKind(
        409, "The kind is fixed", "{attribute} is declared as {kind}, and a kind never changes."
    ),
    "attribute_undeclared": ProblemKind(
        422, "Undeclared attribute", "{attribute} is not declared; declare it at /v1/attributes first."
    ),
    "attribute_kind_wrong": ProblemKind(
        422, "Wrong kind of value", "{attribute} takes values of the kind {expected}."
    ),
}

# What any thing with custom attributes may answer.
ATTRIBUTE_VALUE_CODES = ("attribute_undeclared", "attribute_kind_wrong")
