"""Orders out of rows: rows with the same number are one order, wherever in the file they stand.

Two passes. The first reads only the number column and notes in which row each order ends; the second collects the
rows of an order and lets it go at its last row. So memory grows with the orders that are open at once, and with one
entry for each number, not with the rows. A file that says `grouping: adjacent` is read in one pass.

An order goes in whole or not at all: a row that cannot be read keeps its whole order out, and every other row of it is
reported with `order_refused`.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from commissary.adapters.files.tables.table import Cells, Fault
from commissary.domain.integrations.rules.mapping_values import Unfit, read_fields, section_readers
from commissary.domain.integrations.rules.mapping_words import FileMapping
from commissary.domain.integrations.rules.row_kinds import RowKind, RowSorter, as_text, holds
from commissary.domain.orders.types import CaptureOrder
from commissary.entry.cli.importing.assembly import Assembly, Failed, Part
from commissary.entry.cli.importing.credits import CreditRow
from commissary.entry.cli.importing.run import Run
from commissary.entry.cli.importing.shapes import Misfit, only_known, shaped, shaped_tenders
from commissary.entry.cli.importing.source import Source
from commissary.wiring import OrderToCapture


class Draft(NamedTuple):
    """An order ready to be captured. `lines`: (row, file) of each line that has a row of its own; `rows`: all its rows
    in the main file."""

    number: str
    given: OrderToCapture
    lines: list[tuple[int, str]]
    rows: list[int]
    cancel: str | None = None


class Drafts:
    """The orders of a source, as an iterator; what cannot become one goes to the report. `credits` fill as it runs."""

    def __init__(self, run: Run, source: Source, default_location: str | None) -> None:
        self._run = run
        self._source = source
        self._at = default_location
        self.credits: list[CreditRow] = []

    def __iter__(self) -> Iterator[Draft]:
        if self._source.mapping is None:
            return self._whole_orders()
        return self._grouped(self._source.mapping)

    def _whole_orders(self) -> Iterator[Draft]:
        """Rows in the shape of `POST /v1/orders`."""
        self._run.progress.step("Orders")
        for number, row in self._source.rows():
            self._run.tally["rows read"] += 1
            try:
                if isinstance(row, Fault):
                    raise Unfit(*row)
                body = dict(row)
                tenders = shaped_tenders(body.pop("tenders", []))
                only_known(body, CaptureOrder)
                if not body.get("number"):
                    raise Unfit("field_missing", "number")
                order = shaped(body, CaptureOrder)
            except Unfit as unfit:
                self._run.refuse(number, unfit.field, unfit.reason)
            except Misfit as misfit:
                self._run.refuse(number, misfit.field, misfit.reason, misfit.expected)
            else:
                yield Draft(order.number or "", OrderToCapture(order, tenders), [], [number])

    def _grouped(self, mapping: FileMapping) -> Iterator[Draft]:
        self._report_joined_faults()
        assembly = Assembly(self._source, mapping, self._at)
        by_rows = mapping.lines is not None and mapping.lines.source is None
        column = mapping.head.rules["number"].column
        if not by_rows or column is None:
            groups = self._each_alone(mapping)
        elif mapping.adjacent:
            groups = self._adjacent(mapping, column)
        else:
            groups = self._anywhere(mapping, column)
        for parts in groups:
            if (draft := self._draft(assembly, mapping, parts)) is not None:
                yield draft

    def _draft(self, assembly: Assembly, mapping: FileMapping, parts: list[Part]) -> Draft | None:
        made = assembly.order(parts)
        if isinstance(made, Failed):
            for row, name, reason, detail, file in made.causes:
                self._run.refuse(row, name, reason, detail, file=file)
            told = {(cause.row, cause.file) for cause in made.causes}
            for part in parts:
                if (part.row, "") not in told:
                    self._run.refuse(part.row, "number", "order_refused")
            return None
        order, tenders, lines = made
        if mapping.drop_tenders_that_differ and tenders and assembly.tenders_differ(order, tenders):
            self._run.adjust(parts[0].row, "tenders", "tenders_do_not_add_up")
            tenders = ()
        cancel = None
        if mapping.cancel is not None and holds(mapping.cancel.when, parts[0].cells):
            cancel = assembly.cancel_reason(parts[0].cells)
        number = order.number or ""
        return Draft(number, OrderToCapture(order, tenders), lines, [part.row for part in parts], cancel)

    def _sorted_out(self, mapping: FileMapping) -> Iterator[tuple[int, Cells, RowKind | None]]:
        """Every readable row with its kind; None for one that has been dealt with."""
        credit_readers = section_readers(mapping.credits) if mapping.credits is not None else {}
        sorter = RowSorter(mapping.rows)
        for number, row in self._source.rows():
            self._run.tally["rows read"] += 1
            if isinstance(row, Fault):
                self._run.refuse(number, row.field, row.reason)
                continue
            rule = sorter.rule_of(row)
            kind = RowKind.LINE if rule is None else rule.kind
            if kind is RowKind.REFUSED and rule is not None:
                self._run.refuse(number, rule.field, rule.reason)
            elif kind is RowKind.SKIPPED:
                self._run.tally["rows skipped"] += 1
            elif kind is RowKind.CREDIT:
                try:
                    self.credits.append(CreditRow.of(number, read_fields(credit_readers, row)))
                except Unfit as unfit:
                    self._run.refuse(number, unfit.field, unfit.reason)
            else:
                yield number, row, kind
                continue
            yield number, row, None

    def _each_alone(self, mapping: FileMapping) -> Iterator[list[Part]]:
        self._run.progress.step("Orders")
        for number, row, kind in self._sorted_out(mapping):
            if kind is not None:
                yield [Part(number, row, kind)]

    def _adjacent(self, mapping: FileMapping, column: str) -> Iterator[list[Part]]:
        self._run.progress.step("Orders")
        last, parts = "", list[Part]()
        for number, row, kind in self._sorted_out(mapping):
            key = as_text(row.get(column)).strip()
            if key != last and parts:
                yield parts
                parts = []
            last = key
            if kind is not None:
                parts.append(Part(number, row, kind))
        if parts:
            yield parts

    def _anywhere(self, mapping: FileMapping, column: str) -> Iterator[list[Part]]:
        ends, total = self._ends(column)
        self._run.progress.step("Orders", total)
        opened: dict[str, list[Part]] = {}
        for number, row, kind in self._sorted_out(mapping):
            key = as_text(row.get(column)).strip()
            if kind is not None:
                opened.setdefault(key, []).append(Part(number, row, kind))
            if ends.get(key) == number and (parts := opened.pop(key, None)):
                yield parts

    def _ends(self, column: str) -> tuple[Mapping[str, int], int]:
        self._run.progress.step("Finding where orders end")
        ends: dict[str, int] = {}
        total = 0
        for number, row in self._source.table.rows({column}):
            total += 1
            if not isinstance(row, Fault):
                ends[as_text(row.get(column)).strip()] = number
        return ends, total

    def _report_joined_faults(self) -> None:
        for joined in self._source.joins.values():
            for number, fault in joined.faults:
                self._run.refuse(number, fault.field, fault.reason, file=joined.join.file)
