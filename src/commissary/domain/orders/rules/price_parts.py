"""What an order costs, to the cent, and which part of every discount belongs to which line.

    goods    = Σ unit price × quantity
    discount = Σ line discounts + the order's discount
    tax      = Σ line taxes + Σ charge taxes
    total    = goods − discount + charges + tax   (tax counts only where prices do not include it)

The order's discount is shared over the lines in proportion to what they cost after their own discount, by largest
remainder, so that the shares add up exactly and a later return or partial shipment never loses a cent.
"""

from commissary.domain.orders.types import CaptureOrder, Prices
from commissary.kernel.decision import Refusal
from commissary.kernel.fair import largest_remainder
from commissary.kernel.money import EXPONENT_OF, MAX_AMOUNT_MINOR


def price_order(order: CaptureOrder) -> Prices | Refusal:
    """Totals and line discounts; a refusal names the field that cannot be."""
    if order.currency not in EXPONENT_OF:
        return Refusal("currency_unknown", {"currency": order.currency}, "/currency")
    nets = []
    for index, line in enumerate(order.lines):
        gross = line.unit_price_minor * line.quantity
        if gross > MAX_AMOUNT_MINOR:
            return Refusal("amount_too_large", {"amount_minor": gross}, f"/lines/{index}/unit_price_minor")
        if line.discount_minor > gross:
            return Refusal("discount_above_price", {"price_minor": gross}, f"/lines/{index}/discount_minor")
        nets.append(gross - line.discount_minor)
    if order.discount_minor > sum(nets):
        return Refusal("discount_above_price", {"price_minor": sum(nets)}, "/discount_minor")
    shares = largest_remainder(order.discount_minor, nets) if order.discount_minor else [0] * len(nets)
    line_discounts = tuple(
        line.discount_minor + share for line, share in zip(order.lines, shares, strict=True)
    )
    goods = sum(line.unit_price_minor * line.quantity for line in order.lines)
    charges = sum(charge.amount_minor for charge in order.charges)
    tax = sum(line.tax_minor for line in order.lines) + sum(charge.tax_minor for charge in order.charges)
    discount = sum(line_discounts)
    total = goods - discount + charges + (0 if order.tax_included else tax)
    if order.total_minor is not None and order.total_minor != total:
        return Refusal(
            "total_does_not_add_up", {"given_minor": order.total_minor, "sum_minor": total}, "/total_minor"
        )
    return Prices(goods, discount, charges, tax, total, line_discounts)
