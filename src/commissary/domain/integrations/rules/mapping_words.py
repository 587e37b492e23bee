"""The words of a mapping once it is read: rules for fields, sections of them, joins with other files."""

from collections.abc import Mapping
from typing import NamedTuple

from commissary.domain.integrations.rules.mapping_fields import Entity, FieldKind
from commissary.domain.integrations.rules.row_kinds import RowRule, Test


class MappingError(ValueError):
    """A mapping that cannot be used; `key` is where in it, as a dotted path."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"{key or 'the mapping'}: {what}")
        self.key = key


class Rule(NamedTuple):
    """Where one field's value comes from, and what is done with it. `key` is its place in the mapping."""

    key: str
    kind: FieldKind
    column: str | None = None
    constant: object = None
    template: str | None = None
    default: object = None
    lookup: Mapping[str, object] | None = None
    decimal: bool = False
    decimal_mark: str = "."
    sign: str = "keep"
    times: str | int | float | None = None
    case: str = "keep"
    split: str = ","
    time_zone: str | None = None
    date_format: str | None = None


class Section(NamedTuple):
    """Fields of one kind of thing. `source` names the join whose rows make it; None: rows of the file itself."""

    key: str
    rules: Mapping[str, Rule]
    source: str | None = None


class Join(NamedTuple):
    """Another file beside the first. `many`: its rows make lines, charges or tenders; else they add columns."""

    name: str
    file: str
    own_column: str
    other_column: str
    many: bool


class Cancel(NamedTuple):
    """Orders that the file tells to be canceled: when, and with which words."""

    when: Mapping[str, Test]
    section: Section


class FileMapping(NamedTuple):
    entity: Entity
    head: Section
    format: str | None = None
    delimiter: str | None = None
    encoding: str = "utf-8"
    adjacent: bool = False
    joins: tuple[Join, ...] = ()
    rows: tuple[RowRule, ...] = ()
    skip_repeated: bool = False
    lines: Section | None = None
    charges: tuple[Section, ...] = ()
    tenders: Section | None = None
    drop_tenders_that_differ: bool = False
    credits: Section | None = None
    cancel: Cancel | None = None
    derived_items: Section | None = None


def template_columns(template: str) -> list[str]:
    """The columns that a template such as "{first} {last}" names, in order. Raises ValueError."""
    columns, rest = [], template
    while rest:
        before, brace, rest = rest.partition("{")
        if "}" in before:
            raise ValueError("has a } without {")
        if brace:
            column, end, rest = rest.partition("}")
            if not end or not column:
                raise ValueError("has a { without a column and }")
            columns.append(column)
    return columns
