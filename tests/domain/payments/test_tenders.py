"""Tenders against a total of 100.

tenders                       accepted
none                          yes: told later, or on invoice
100                           yes
60 + 40                       yes
60                            no: they do not add up
60 + 41                       no
100, a card number as token   no, and the number is in no answer
"""

from commissary.domain.payments.rules.tenders import tenders_refusal
from commissary.domain.payments.types import TenderInput, TenderKind


def tender(amount: int, token: str | None = None) -> TenderInput:
    return TenderInput(TenderKind.CARD, amount, token=token)


# tenders                                             code and field, or None
TENDERS: list[tuple[list[TenderInput], tuple[str, str] | None]] = [
    ([], None),
    ([tender(100)], None),
    ([tender(60), tender(40)], None),
    ([tender(100), tender(0)], None),
    ([tender(60)], ("tenders_do_not_add_up", "/tenders")),
    ([tender(60), tender(41)], ("tenders_do_not_add_up", "/tenders")),
    ([tender(100, "tok_4eC39HqLyjWDarjtT1zdp7dc")], None),
    ([tender(60), tender(40, "4111111111111111")], ("card_number_refused", "/tenders/1/token")),
    ([tender(100, "4111-1111-1111-1111")], ("card_number_refused", "/tenders/0/token")),
]


def test_tenders() -> None:
    for tenders, expected in TENDERS:
        refusal = tenders_refusal(tenders, 100)
        assert (refusal and (refusal.code, refusal.field)) == expected
        assert refusal is None or "4111" not in repr(refusal)
