"""What makes a good item: a sku that people can read, a name, measures that a parcel can have, a safe picture.

Size and weight decide later which parcel fits and what the carrier asks, so a negative one is refused here, where
the person who knows the right one can still be asked.
"""

from collections.abc import Mapping

import msgspec

from commissary.domain.catalog.rules.gtin import canonical_gtins
from commissary.domain.catalog.rules.picture import picture_refusal
from commissary.domain.catalog.rules.sku import canonical_sku, sku_refusal
from commissary.domain.catalog.types import MAX_MEASURE, MAX_NAME_LENGTH, PutItem
from commissary.kernel.attributes import AttributeKind, attribute_refusal
from commissary.kernel.decision import Refusal
from commissary.kernel.text import canonical, name_flaw

MEASURES = ("weight_g", "length_mm", "width_mm", "height_mm")


def checked_item(command: PutItem, declared: Mapping[str, AttributeKind]) -> PutItem | Refusal:
    """The command with sku, name and GTINs in their one spelling, or the first thing wrong with it."""
    sku = canonical_sku(command.sku)
    name = canonical(command.name) if len(command.name) <= 4 * MAX_NAME_LENGTH else command.name
    gtins = canonical_gtins(command.gtins)
    if isinstance(gtins, Refusal):
        return sku_refusal(sku) or gtins
    refusal = (
        sku_refusal(sku)
        or _name_refusal(name)
        or _measure_refusal(command)
        or (picture_refusal(command.picture_url) if command.picture_url is not None else None)
        or attribute_refusal(declared, command.attributes)
    )
    if refusal:
        return refusal
    attributes = {key: value for key, value in command.attributes.items() if value is not None}
    return msgspec.structs.replace(command, sku=sku, name=name, gtins=gtins, attributes=attributes)


def _name_refusal(name: str) -> Refusal | None:
    flaw = name_flaw(name, MAX_NAME_LENGTH)
    return Refusal("item_name_invalid", {"reason": flaw}, "/name") if flaw else None


def _measure_refusal(command: PutItem) -> Refusal | None:
    for measure in MEASURES:
        value = getattr(command, measure)
        if value is not None and not 0 <= value <= MAX_MEASURE:
            return Refusal("measure_invalid", {"measure": measure, "most": MAX_MEASURE}, f"/{measure}")
    return None
