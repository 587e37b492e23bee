"""One order from its rows: fields of the order from its first row, a line for each line row, charges by kind."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from commissary.adapters.files.tables.table import Cells
from commissary.domain.integrations.rules.mapping_values import (
    Reader,
    Unfit,
    nested,
    read_fields,
    section_readers,
)
from commissary.domain.integrations.rules.mapping_words import FileMapping, Section
from commissary.domain.integrations.rules.row_kinds import RowKind
from commissary.domain.orders.rules.price_parts import price_order
from commissary.domain.orders.types import CaptureOrder
from commissary.domain.payments.types import TenderInput
from commissary.entry.cli.importing.shapes import Misfit, shaped, shaped_tenders
from commissary.entry.cli.importing.source import Source
from commissary.kernel.decision import Refusal

_INSIDE = re.compile(r"(lines|charges|tenders)\.(\d+)\.?(.*)")


class Part(NamedTuple):
    """A row of an order, with what it is."""

    row: int
    cells: Cells
    kind: RowKind


class Cause(NamedTuple):
    """Why an order cannot be: a row of the main file (`file` empty) or of a joined one, and a field of it."""

    row: int
    field: str
    reason: str
    detail: str = ""
    file: str = ""


class Failed(NamedTuple):
    causes: list[Cause]


Place = tuple[int, str]
Made = tuple[CaptureOrder, tuple[TenderInput, ...], list[Place]]


class _Source(NamedTuple):
    """Where a section's rows come from, and how they are read."""

    section: Section
    readers: Mapping[str, Reader]


class Assembly:
    """Readers for every part of an order, made once for a whole file."""

    def __init__(self, source: Source, mapping: FileMapping, default_location: str | None) -> None:
        assert mapping.lines is not None
        self._joins = source.joins
        self._at = default_location
        self._head = section_readers(mapping.head)
        self._lines = _Source(mapping.lines, section_readers(mapping.lines))
        self._charges = [_Source(section, section_readers(section)) for section in mapping.charges]
        self._tenders = (
            _Source(mapping.tenders, section_readers(mapping.tenders)) if mapping.tenders else None
        )
        self._cancel = section_readers(mapping.cancel.section) if mapping.cancel else {}

    def order(self, parts: Sequence[Part]) -> Made | Failed:
        """The order, its tenders, and the place of each line in the files."""
        first = parts[0]
        try:
            head = nested(read_fields(self._head, first.cells, _currency(self._head, first.cells)))
        except Unfit as unfit:
            return Failed([Cause(first.row, unfit.field, unfit.reason)])
        if "number" not in head:
            # A number of our own making would be another one at the next run.
            return Failed([Cause(part.row, "number", "field_missing") for part in parts])
        currency = str(head.get("currency", ""))
        causes: list[Cause] = []
        lines, places = self._read(self._lines, parts, RowKind.LINE, "line", currency, causes)
        charges = [
            charge
            for source in self._charges
            for charge in self._read(source, parts, RowKind.CHARGE, "charge", currency, causes)[0]
        ]
        tenders: list[dict[str, Any]] = []
        paid_at: list[Place] = []
        if self._tenders is not None:
            tenders, paid_at = self._read(self._tenders, parts, RowKind.LINE, "tender", currency, causes)
        if causes:
            return Failed(causes)
        if not lines:
            return Failed([Cause(part.row, "line", "order_without_lines") for part in parts])
        if self._at is not None:
            for line in lines:
                if "location" not in line and "location_group" not in line:
                    line["location"] = self._at
        try:
            order = shaped(head | {"lines": lines, "charges": _summed(charges)}, CaptureOrder)
            return order, shaped_tenders(tenders), places
        except Misfit as misfit:
            return Failed([_cause(misfit, first.row, places, paid_at)])

    def tenders_differ(self, order: CaptureOrder, tenders: Sequence[TenderInput]) -> bool:
        """Whether the tenders pay another sum than the order's total."""
        prices = price_order(order)
        return not isinstance(prices, Refusal) and sum(t.amount_minor for t in tenders) != prices.total_minor

    def cancel_reason(self, cells: Cells) -> str:
        """In which words the file wants the order canceled."""
        try:
            return str(read_fields(self._cancel, cells).get("reason", "canceled in the file"))
        except Unfit:
            return "canceled in the file"

    def _read(
        self,
        source: _Source,
        parts: Sequence[Part],
        kind: RowKind,
        what: str,
        currency: str,
        causes: list[Cause],
    ) -> tuple[list[dict[str, Any]], list[Place]]:
        made: list[dict[str, Any]] = []
        places: list[Place] = []
        readers = source.readers
        for row, file, cells in self._cells(source.section, parts, kind):
            try:
                values = read_fields(readers, cells, currency)
            except Unfit as unfit:
                causes.append(Cause(row, f"{what}.{unfit.field}", unfit.reason, "", file))
                continue
            made.append(nested(values))
            places.append((row, file))
        return made, places

    def _cells(self, section: Section, parts: Sequence[Part], kind: RowKind) -> list[tuple[int, str, Cells]]:
        if section.source is None:
            return [(part.row, "", part.cells) for part in parts if part.kind is kind]
        joined = self._joins[section.source]
        return [
            (row, joined.join.file, {**part.cells, **cells})
            for part in parts
            for row, cells in joined.of(part.cells)
        ]


def _currency(readers: Mapping[str, Reader], cells: Cells) -> str:
    read = readers.get("currency")
    return "" if read is None else str(read(cells, "") or "")


def _summed(charges: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Charges of one kind become one: an order has each kind once."""
    sums: dict[Any, dict[str, Any]] = {}
    for charge in charges:
        held = sums.setdefault(charge.get("kind"), charge)
        if held is not charge:
            for amount in ("amount_minor", "tax_minor"):
                if amount in charge:
                    held[amount] = held.get(amount, 0) + charge[amount]
    return list(sums.values())


def _cause(misfit: Misfit, first: int, lines: Sequence[Place], tenders: Sequence[Place]) -> Cause:
    inside = _INSIDE.fullmatch(misfit.field)
    if inside is None:
        return Cause(first, misfit.field, misfit.reason, misfit.expected)
    part, index, name = inside[1], int(inside[2]), inside[3]
    places = {"lines": lines, "tenders": tenders}.get(part, ())
    row, file = places[index] if index < len(places) else (first, "")
    return Cause(row, f"{part[:-1]}.{name}".rstrip("."), misfit.reason, misfit.expected, file)
