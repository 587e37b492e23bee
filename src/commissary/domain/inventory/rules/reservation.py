"""Reserving: promise only what is there, and decide every want of a batch against what the earlier ones left.

The wants of one basket stand or fall together (unless a want takes what it can get); baskets are served in the order
they came. Two lines of one basket on the same item and place are added up by construction: the second sees what the
first took.

    available   wanted   partial   granted
    5           3        no        3
    5           6        no        refused, and the whole basket with it
    5           6        yes       5
    0           1        yes       0
"""

from collections.abc import Sequence

from commissary.domain.inventory.rules.ledger import Worksheet
from commissary.domain.inventory.types import Account, Reservation, Want


def decide_reserve(
    worksheet: Worksheet, wants: Sequence[Want], cause: str, cause_ids: Sequence[str]
) -> list[int] | int:
    """Units granted per want, taken on the worksheet; or the index of the first want that cannot be met.

    `cause_ids` names, per want, what the ledger shows as the cause. When the answer is an index nothing was taken.
    """
    granted: list[int] = []
    mark = len(worksheet.moves)
    for index, (want, cause_id) in enumerate(zip(wants, cause_ids, strict=True)):
        quantity = min(want.quantity, _free(worksheet, want))
        if quantity < want.quantity and not want.partial:
            worksheet.undo(mark)
            return index
        if quantity:
            _take(worksheet, want, quantity, cause, cause_id)
        granted.append(quantity)
    return granted


def decide_release(
    worksheet: Worksheet, reservation: Reservation, quantity: int, cause: str, cause_id: str
) -> None:
    """Give units of a reservation or allocation back to where they were promised from."""
    if reservation.location_id is not None:
        source = Account(reservation.state)
        worksheet.move(
            reservation.item_id, reservation.location_id, quantity, source, Account.AVAILABLE, cause, cause_id
        )
    elif reservation.group_id is not None:
        worksheet.move_in_group(
            reservation.item_id,
            reservation.group_id,
            quantity,
            Account.RESERVED,
            Account.OPEN,
            cause,
            cause_id,
        )


def decide_allocate(
    worksheet: Worksheet, reservation: Reservation, location_id: int, cause: str, cause_id: str
) -> bool:
    """Bind a reservation to a location for good; False when the location does not have the units.

    A reservation of that very location turns into an allocation. One of another place gives its units back first.
    """
    mark = len(worksheet.moves)
    item_id, quantity = reservation.item_id, reservation.quantity
    if reservation.location_id == location_id:
        worksheet.move(item_id, location_id, quantity, Account.RESERVED, Account.ALLOCATED, cause, cause_id)
        return True
    decide_release(worksheet, reservation, quantity, cause, cause_id)
    if worksheet.free_at(item_id, location_id) < quantity:
        worksheet.undo(mark)
        return False
    worksheet.move(item_id, location_id, quantity, Account.AVAILABLE, Account.ALLOCATED, cause, cause_id)
    return True


def decide_issue(worksheet: Worksheet, reservation: Reservation, cause: str, cause_id: str) -> bool:
    """Units leave the building; False when fewer are on hand than would leave (count the shelf first)."""
    assert reservation.location_id is not None
    if worksheet.on_hand(reservation.item_id, reservation.location_id) < reservation.quantity:
        return False
    worksheet.move(
        reservation.item_id,
        reservation.location_id,
        reservation.quantity,
        Account(reservation.state),
        Account.OUTSIDE,
        cause,
        cause_id,
    )
    return True


def _free(worksheet: Worksheet, want: Want) -> int:
    if want.location_id is not None:
        return worksheet.free_at(want.item_id, want.location_id)
    return 0 if want.group_id is None else worksheet.free_in_group(want.item_id, want.group_id)


def _take(worksheet: Worksheet, want: Want, quantity: int, cause: str, cause_id: str) -> None:
    if want.location_id is not None:
        worksheet.move(
            want.item_id, want.location_id, quantity, Account.AVAILABLE, Account.RESERVED, cause, cause_id
        )
    elif want.group_id is not None:
        worksheet.move_in_group(
            want.item_id, want.group_id, quantity, Account.OPEN, Account.RESERVED, cause, cause_id
        )
