"""What an order's tenders must satisfy: they pay the whole order or nothing is said of payment yet.

total   tenders     accepted
100     none        yes (paid on invoice, or told later)
100     100         yes
100     60 + 40     yes
100     60          no: tenders_do_not_add_up
"""

from collections.abc import Sequence

from commissary.domain.payments.types import TenderInput
from commissary.kernel.card_numbers import holds_card_number
from commissary.kernel.decision import Refusal


def tenders_refusal(tenders: Sequence[TenderInput], total_minor: int) -> Refusal | None:
    """Why these tenders cannot pay this total; None when they can."""
    for index, tender in enumerate(tenders):
        if tender.token is not None and holds_card_number(tender.token):
            return Refusal("card_number_refused", {}, f"/tenders/{index}/token")
    paid = sum(tender.amount_minor for tender in tenders)
    if tenders and paid != total_minor:
        return Refusal(
            "tenders_do_not_add_up", {"tenders_minor": paid, "total_minor": total_minor}, "/tenders"
        )
    return None
