"""Balances and ledger from the same moves, so that one can never say something else than the other.

A `Worksheet` holds the loaded balances of a batch while its commands are decided one after another: each decision
sees what the earlier ones took. What it ends with is a list of moves; the changes of balances are their sums. Giving
units back pays a shortage first: as long as more is promised than is there, nothing becomes available.
"""

from collections import defaultdict

from commissary.domain.inventory.types import Account, Balances, Move, StockChange

Place = tuple[int, int]
# Columns of a position's change, in this order everywhere.
POSITION_ACCOUNTS = (
    Account.AVAILABLE,
    Account.RESERVED,
    Account.ALLOCATED,
    Account.DAMAGED,
    Account.QUALITY_HOLD,
    Account.SHORTAGE,
)
_INDEX = {account: index for index, account in enumerate(POSITION_ACCOUNTS)}
_AVAILABLE, _SHORTAGE = _INDEX[Account.AVAILABLE], _INDEX[Account.SHORTAGE]


class Worksheet:
    """Balances under decision."""

    def __init__(self, balances: Balances) -> None:
        self._positions: dict[Place, list[int]] = {(p[0], p[1]): list(p[2:8]) for p in balances.positions}
        self._groups: dict[Place, list[int]] = {(g[0], g[1]): [g[2], g[3], g[4]] for g in balances.groups}
        self._group_of = balances.group_of
        self.moves: list[Move] = []

    def balance(self, item_id: int, location_id: int, account: Account) -> int:
        """Units in one account of a position; 0 where there is no position."""
        row = self._positions.get((item_id, location_id))
        return row[_INDEX[account]] if row else 0

    def on_hand(self, item_id: int, location_id: int) -> int:
        row = self._positions.get((item_id, location_id))
        return sum(row[:_SHORTAGE]) - row[_SHORTAGE] if row else 0

    def free_in_group(self, item_id: int, group_id: int) -> int:
        """Units that a group may still promise."""
        row = self._groups.get((item_id, group_id))
        return max(row[0] - row[1], 0) if row else 0

    def free_at(self, item_id: int, location_id: int) -> int:
        """Units that a location may still promise: what is available there and not promised by its group."""
        available = self.balance(item_id, location_id, Account.AVAILABLE)
        group_id = self._group_of.get(location_id)
        return available if group_id is None else min(available, self.free_in_group(item_id, group_id))

    def move(
        self,
        item_id: int,
        location_id: int,
        quantity: int,
        source: Account,
        target: Account,
        cause: str,
        cause_id: str,
    ) -> None:
        """Move units between accounts of a location; what becomes available pays a shortage first."""
        row = self._positions.setdefault((item_id, location_id), [0] * len(POSITION_ACCOUNTS))
        if target is Account.AVAILABLE and row[_SHORTAGE]:
            paid = min(quantity, row[_SHORTAGE])
            self._enter(row, item_id, location_id, paid, source, Account.SHORTAGE, cause, cause_id)
            quantity -= paid
        if quantity:
            self._enter(row, item_id, location_id, quantity, source, target, cause, cause_id)

    def move_in_group(
        self,
        item_id: int,
        group_id: int,
        quantity: int,
        source: Account,
        target: Account,
        cause: str,
        cause_id: str,
    ) -> None:
        """Reserve in a group (open → reserved) or give back (reserved → open)."""
        self._shift_group(item_id, group_id, quantity, target)
        self.moves.append(Move(item_id, None, group_id, quantity, source, target, cause, cause_id))

    def undo(self, mark: int) -> None:
        """Take back every move made since there were `mark` of them."""
        for item_id, location_id, group_id, quantity, source, target, _, _ in reversed(self.moves[mark:]):
            if location_id is not None:
                self._shift(
                    self._positions[item_id, location_id], item_id, location_id, quantity, target, source
                )
            elif group_id is not None:
                self._shift_group(item_id, group_id, quantity, source)
        del self.moves[mark:]

    def _enter(
        self,
        row: list[int],
        item_id: int,
        location_id: int,
        quantity: int,
        source: Account,
        target: Account,
        cause: str,
        cause_id: str,
    ) -> None:
        self._shift(row, item_id, location_id, quantity, source, target)
        self.moves.append(Move(item_id, location_id, None, quantity, source, target, cause, cause_id))

    def _shift_group(self, item_id: int, group_id: int, quantity: int, target: Account) -> None:
        group = self._groups.setdefault((item_id, group_id), [0, 0, 0])
        group[1] += quantity if target is Account.RESERVED else -quantity
        group[2] = max(group[1] - group[0], 0)

    def _shift(
        self, row: list[int], item_id: int, location_id: int, quantity: int, source: Account, target: Account
    ) -> None:
        before = row[_AVAILABLE]
        for account, change in ((source, -quantity), (target, quantity)):
            if account is not Account.OUTSIDE:
                row[_INDEX[account]] += -change if account is Account.SHORTAGE else change
        supplied = row[_AVAILABLE] - before
        group_id = self._group_of.get(location_id)
        if supplied and group_id is not None:
            group = self._groups.setdefault((item_id, group_id), [0, 0, 0])
            group[0] += supplied
            group[2] = max(group[1] - group[0], 0)

    def change(self) -> StockChange:
        """What all moves made so far come to."""
        return StockChange(self.moves, self._position_changes(), self._group_changes())

    def _position_changes(self) -> list[tuple[int, ...]]:
        """(item, location, six changes in POSITION_ACCOUNTS order), by item and location, without zero rows."""
        changes: dict[Place, list[int]] = defaultdict(lambda: [0] * len(POSITION_ACCOUNTS))
        for item_id, location_id, _, quantity, source, target, _, _ in self.moves:
            if location_id is None:
                continue
            row = changes[item_id, location_id]
            for account, change in ((source, -quantity), (target, quantity)):
                if account is not Account.OUTSIDE:
                    row[_INDEX[account]] += -change if account is Account.SHORTAGE else change
        return [(*place, *row) for place, row in sorted(changes.items()) if any(row)]

    def _group_changes(self) -> list[tuple[int, int, int, int]]:
        """(item, group, change of supply, change of reserved), by item and group, without zero rows."""
        changes: dict[Place, list[int]] = defaultdict(lambda: [0, 0])
        for item_id, location_id, group_id, quantity, source, target, _, _ in self.moves:
            if location_id is None:
                assert group_id is not None
                changes[item_id, group_id][1] += quantity if target is Account.RESERVED else -quantity
            elif (own := self._group_of.get(location_id)) is not None:
                if target is Account.AVAILABLE:
                    changes[item_id, own][0] += quantity
                if source is Account.AVAILABLE:
                    changes[item_id, own][0] -= quantity
        return [(*place, row[0], row[1]) for place, row in sorted(changes.items()) if any(row)]
