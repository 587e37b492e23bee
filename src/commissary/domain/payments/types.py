"""Words of money: tenders as orders name them."""

from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec

from commissary.kernel.money import MAX_AMOUNT_MINOR

MAX_TENDERS = 50


class TenderKind(StrEnum):
    CARD = "card"
    BANK_TRANSFER = "bank_transfer"
    WALLET = "wallet"
    GIFT_CARD = "gift_card"
    ACCOUNT = "account"
    CASH = "cash"
    VOUCHER = "voucher"
    OTHER = "other"


class TenderInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A means of payment. `token` is the gateway's name for it; a card number is refused."""

    kind: TenderKind
    amount_minor: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT_MINOR)]
    prepaid: bool = False
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    brand: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    last_four: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}$(?!\n)")] | None = None
    installments: Annotated[int, msgspec.Meta(ge=1, le=120)] = 1


class TenderRow(NamedTuple):
    id: UUID
    order_id: UUID
    position: int
    tender: TenderInput
