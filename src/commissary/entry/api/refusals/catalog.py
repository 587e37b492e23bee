"""How the catalog's refusals look over HTTP."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "item_unknown": ProblemKind(404, "No such item", "No item has this sku."),
    "sku_invalid": ProblemKind(422, "Not a sku", "The sku {reason}."),
    "sku_twice": ProblemKind(409, "A sku stands twice", "An earlier row of this batch already puts {sku}."),
    "item_name_invalid": ProblemKind(422, "Not a name", "The name {reason}."),
    "gtin_invalid": ProblemKind(
        422,
        "Not a GTIN",
        "{gtin} is no GTIN: 8, 12, 13 or 14 digits, of which the last one is a check digit.",
    ),
    "gtins_too_many": ProblemKind(422, "Too many GTINs", "An item takes at most {most} GTINs."),
    "gtin_taken": ProblemKind(409, "GTIN taken", "The GTIN {gtin} belongs to the item {sku}."),
    "measure_invalid": ProblemKind(422, "Not a measure", "{measure} is a whole number from 0 to {most}."),
    "picture_url_invalid": ProblemKind(422, "Not a picture's address", "The address {reason}."),
}
