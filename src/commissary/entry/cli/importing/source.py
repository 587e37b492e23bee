"""What is imported: the file, its mapping, and the files joined to it, checked against each other before any row."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from commissary.adapters.files.mapping_document import read_mapping_document
from commissary.adapters.files.tables.joined import Joined, load_join
from commissary.adapters.files.tables.opening import open_table
from commissary.adapters.files.tables.table import Cells, Fault, Table
from commissary.domain.integrations.rules.mapping import parse_mapping, plain_mapping
from commissary.domain.integrations.rules.mapping_fields import Entity
from commissary.domain.integrations.rules.mapping_words import (
    FileMapping,
    MappingError,
    Rule,
    Section,
    template_columns,
)


class Source(NamedTuple):
    """`mapping` is None for NDJSON whose rows have the API's own shape. `joins` by name."""

    table: Table
    mapping: FileMapping | None
    joins: dict[str, Joined]

    def rows(self) -> Iterator[tuple[int, Cells | Fault]]:
        """Rows of the file, with the columns of files that add one row to each."""
        adding = [joined for joined in self.joins.values() if not joined.join.many]
        only = None if self.mapping is None else needed_columns(self.mapping)
        for number, row in self.table.rows(only):
            if not adding or isinstance(row, Fault):
                yield number, row
                continue
            whole: dict[str, object] = {}
            for joined in adding:
                if found := joined.of(row):
                    whole.update(found[0][1])
            whole.update(row)
            yield number, whole


def open_source(path: Path, mapping_path: Path | None, entity: Entity) -> Source:
    """Raises FileError, DocumentError, MappingError."""
    if mapping_path is None:
        table = open_table(path)
        if table.columns is None:
            return Source(table, None, {})
        return Source(table, plain_mapping(entity, table.columns), {})
    mapping = parse_mapping(read_mapping_document(mapping_path), entity)
    table = open_table(path, mapping.format, mapping.delimiter, mapping.encoding)
    joins = {join.name: load_join(join, path, table.columns) for join in mapping.joins}
    _check_columns(mapping, table, joins)
    return Source(table, mapping, joins)


def rule_columns(rule: Rule) -> list[str]:
    """The columns that a field is made from."""
    columns = template_columns(rule.template) if rule.template is not None else []
    if rule.column is not None:
        columns.append(rule.column)
    if isinstance(rule.times, str):
        columns.append(rule.times)
    return columns


def needed_columns(mapping: FileMapping) -> set[str]:
    """Every column that the mapping looks at."""
    needed = {join.own_column for join in mapping.joins}
    for section in _sections(mapping):
        needed.update(column for rule in section.rules.values() for column in rule_columns(rule))
    for _, column in _tested(mapping):
        needed.add(column)
    return needed


def _sections(mapping: FileMapping) -> Iterable[Section]:
    cancel = mapping.cancel.section if mapping.cancel is not None else None
    given = (mapping.head, mapping.lines, mapping.tenders, mapping.credits, cancel, mapping.derived_items)
    return [section for section in (*given, *mapping.charges) if section is not None]


def _tested(mapping: FileMapping) -> Iterable[tuple[str, str]]:
    for index, rule in enumerate(mapping.rows):
        for column in rule.when:
            yield f"rows[{index}].when", column
    for column in mapping.cancel.when if mapping.cancel is not None else ():
        yield "cancel.when", column


def _check_columns(mapping: FileMapping, table: Table, joins: dict[str, Joined]) -> None:
    own = set(table.columns or ())
    open_ended = table.columns is None
    for joined in joins.values():
        if not joined.join.many:
            own |= set(joined.columns or ())
            open_ended = open_ended or joined.columns is None
    for section in _sections(mapping):
        there, unknown = own, open_ended
        if section.source is not None:
            more = joins[section.source].columns
            there, unknown = own | set(more or ()), open_ended or more is None
        for rule in section.rules.values():
            for column in rule_columns(rule):
                if column not in there and not unknown:
                    raise MappingError(rule.key, f"there is no column {column!r} in {table.path.name}")
    for key, column in _tested(mapping):
        if column not in own and not open_ended:
            raise MappingError(key, f"there is no column {column!r} in {table.path.name}")
