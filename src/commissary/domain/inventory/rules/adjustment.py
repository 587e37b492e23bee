"""Corrections by people: truth is never refused because of promises, only because it cannot be.

Taking units from `available` beyond what is available raises a shortage: those units were promised and are not
there. Nothing can bring what is on hand below zero.
"""

from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.types import Account
from commissary.kernel.decision import Refusal

ADJUSTABLE = (Account.AVAILABLE, Account.DAMAGED, Account.QUALITY_HOLD)


def decide_adjust(
    worksheet: Worksheet, item_id: int, location_id: int, change: int, account: Account, cause_id: str
) -> Refusal | None:
    """Add to or take from one account of a position; None when done on the worksheet."""
    if account not in ADJUSTABLE:
        return Refusal("account_not_adjustable", {"account": account}, "/account")
    if change == 0:
        return Refusal("change_is_zero", {}, "/change")
    if change > 0:
        worksheet.move(item_id, location_id, change, Account.OUTSIDE, account, "adjustment", cause_id)
        return None
    take = -change
    held = worksheet.balance(item_id, location_id, account)
    on_hand = worksheet.on_hand(item_id, location_id)
    # What is set aside may be missing too: units that are not there cannot be taken away.
    room = on_hand if account is Account.AVAILABLE else min(held, on_hand)
    if take > room:
        return Refusal("stock_below_zero", {"there": room, "change": change}, "/change")
    if here := min(take, held):
        worksheet.move(item_id, location_id, here, account, Account.OUTSIDE, "adjustment", cause_id)
    if rest := take - here:
        worksheet.move(item_id, location_id, rest, Account.SHORTAGE, Account.OUTSIDE, "adjustment", cause_id)
    return None
