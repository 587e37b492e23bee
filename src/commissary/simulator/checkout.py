"""What a basket costs and how it is paid: discounts, charges, tax and tenders that add up to the cent.

                    consumer                     company
prices              with tax                     without tax, which comes on top
shipping            4.95, free from 50.00        12.50, free from 250.00
discount            on a line, or a voucher      10 % on each line
paid by             card, wallet, gift card …    account
"""

from random import Random
from typing import Any, NamedTuple

from commissary.kernel.fair import largest_remainder


class Want(NamedTuple):
    """One line before it is priced. `place` names where it comes from: the store of a pickup, or a forced ship-from."""

    sku: str
    quantity: int
    unit_price_minor: int
    method: str
    place: str | None
    requested_on: str | None = None


class Bill(NamedTuple):
    """The priced parts of an order as the API takes them; `total_minor` is what its tenders pay."""

    lines: list[dict[str, Any]]
    charges: list[dict[str, Any]]
    discount_minor: int
    total_minor: int


def tax_inside(amount_minor: int, percent: int) -> int:
    """The tax in a price that has it in, rounded half up."""
    return (2 * amount_minor * percent + 100 + percent) // (2 * (100 + percent))


def tax_on(amount_minor: int, percent: int) -> int:
    """The tax that comes on top of a price, rounded half up."""
    return (2 * amount_minor * percent + 100) // 200


def consumer_bill(rng: Random, wants: list[Want], percent: int) -> Bill:
    """Prices with tax; some lines are reduced, some baskets have a voucher of 5.00 or a gift wrapping."""
    reductions = [rng.choice((10, 20)) if rng.random() < 0.1 else 0 for _ in wants]
    discounts = [
        want.unit_price_minor * want.quantity * percent_off // 100
        for want, percent_off in zip(wants, reductions, strict=True)
    ]
    nets = [
        want.unit_price_minor * want.quantity - discount
        for want, discount in zip(wants, discounts, strict=True)
    ]
    voucher = 500 if sum(nets) >= 2500 and rng.random() < 0.08 else 0
    shares = largest_remainder(voucher, nets)
    paid = [net - share for net, share in zip(nets, shares, strict=True)]
    taxes = [tax_inside(amount, percent) for amount in paid]
    charges = []
    if any(want.method == "ship" for want in wants) and sum(paid) < 5000:
        charges.append(_charge("shipping", 495, tax_inside(495, percent)))
    if rng.random() < 0.05:
        charges.append(_charge("gift_wrap", 350, tax_inside(350, percent)))
    total = sum(paid) + sum(charge["amount_minor"] for charge in charges)
    return Bill(_lines(wants, discounts, taxes), charges, voucher, total)


def business_bill(wants: list[Want], percent: int) -> Bill:
    """Prices without tax, less the trade discount; the tax comes on top."""
    bare = [
        want._replace(unit_price_minor=want.unit_price_minor - tax_inside(want.unit_price_minor, percent))
        for want in wants
    ]
    grosses = [want.unit_price_minor * want.quantity for want in bare]
    discounts = [gross // 10 for gross in grosses]
    nets = [gross - discount for gross, discount in zip(grosses, discounts, strict=True)]
    taxes = [tax_on(net, percent) for net in nets]
    charges = [] if sum(nets) >= 25_000 else [_charge("shipping", 1250, tax_on(1250, percent))]
    total = sum(nets) + sum(taxes) + sum(c["amount_minor"] + c["tax_minor"] for c in charges)
    return Bill(_lines(bare, discounts, taxes), charges, 0, total)


def consumer_tenders(rng: Random, channel: str, total_minor: int) -> list[dict[str, Any]]:
    """How a consumer pays: at the till at once, through the marketplace, or by card, wallet, gift card …."""
    if channel == "store":
        kind = rng.choice(("card", "card", "cash"))
        return [
            _card(rng, total_minor, prepaid=True) if kind == "card" else _tender("cash", total_minor, True)
        ]
    if channel == "marketplace":
        return [_tender("other", total_minor, True)]
    way = rng.choices(("card", "wallet", "bank_transfer", "gift_card"), (66, 18, 4, 12))[0]
    if way == "card":
        return [_card(rng, total_minor)]
    if way != "gift_card":
        return [_tender(way, total_minor)]
    balance = rng.choice((1000, 2500, 5000))
    used = min(balance, total_minor)
    rest = total_minor - used
    return [_tender("gift_card", used, True), *([_card(rng, rest)] if rest else [])]


def _lines(wants: list[Want], discounts: list[int], taxes: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "sku": want.sku,
            "quantity": want.quantity,
            "unit_price_minor": want.unit_price_minor,
            "discount_minor": discount,
            "tax_minor": tax,
            "method": want.method,
            **({"location": want.place} if want.place else {}),
            **({"requested_on": want.requested_on} if want.requested_on else {}),
        }
        for want, discount, tax in zip(wants, discounts, taxes, strict=True)
    ]


def _charge(kind: str, amount_minor: int, tax_minor: int) -> dict[str, Any]:
    return {"kind": kind, "amount_minor": amount_minor, "tax_minor": tax_minor}


def _tender(kind: str, amount_minor: int, prepaid: bool = False) -> dict[str, Any]:
    return {"kind": kind, "amount_minor": amount_minor, "prepaid": prepaid}


def _card(rng: Random, amount_minor: int, *, prepaid: bool = False) -> dict[str, Any]:
    token = "tok_" + "".join(rng.choices("abcdefghjkmnpqrstvwxyz", k=16))
    return {
        **_tender("card", amount_minor, prepaid),
        "token": token,
        "brand": rng.choice(("visa", "mastercard", "bancontact")),
        "last_four": f"{rng.randrange(10_000):04}",
    }
