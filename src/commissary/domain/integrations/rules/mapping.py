"""A mapping file: which column, constant or template of a foreign file feeds which of our fields.

    entity: orders
    time_zone: Europe/London
    columns:                          # of the order; keys are the names of the API
      number: InvoiceNo               # short for {column: InvoiceNo}
      channel: {constant: wholesale}
    lines:
      columns:
        quantity: Quantity
        unit_price_minor: {column: UnitPrice, amount: decimal}

Everything is checked before the first row is read, and a mistake names its key: what a mapping misspells would
otherwise be missing from every order of the file.
"""

from collections.abc import Mapping, Sequence

from commissary.domain.integrations.rules import mapping_fields as fields
from commissary.domain.integrations.rules.mapping_fields import Entity, FieldKind
from commissary.domain.integrations.rules.mapping_words import (
    Cancel,
    FileMapping,
    Join,
    MappingError,
    Rule,
    Section,
    template_columns,
)
from commissary.domain.integrations.rules.row_kinds import RowKind, RowRule, Test, test_of

FORMATS = ("csv", "ndjson", "parquet")
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "iso-8859-15")


_TOP = frozenset({
    "entity", "format", "csv", "time_zone", "tables", "columns", "grouping", "joins", "rows", "lines", "charges",
    "tenders", "credits", "cancel", "items", "repeated",
})  # fmt: skip
_ONLY_ORDERS = frozenset({"grouping", "lines", "charges", "tenders", "credits", "cancel", "items"})
_RULE_KEYS = frozenset({
    "column", "constant", "value", "default", "lookup", "amount", "decimal_mark", "sign", "times", "case", "split",
    "time_zone", "date_format", "type",
})  # fmt: skip
_CHOICES = {
    "sign": ("keep", "negate", "absolute"),
    "case": ("keep", "upper", "lower"),
    "decimal_mark": (".", ","),
}


def parse_mapping(document: object, entity: Entity) -> FileMapping:
    """The mapping of a document as YAML gives it. Raises MappingError."""
    top = _table(document, "")
    _only(top, _TOP, "")
    if top.get("entity", entity) != entity:
        raise MappingError("entity", f"is {top['entity']!r}, but {entity} are being imported")
    if entity is not Entity.ORDERS and (extra := sorted(_ONLY_ORDERS & top.keys())):
        raise MappingError(extra[0], "is only for orders")
    csv = _table(top.get("csv", {}), "csv")
    _only(csv, {"delimiter", "encoding"}, "csv")
    words = _Words(_tables(top), _zone(top))
    joins = tuple(_join(name, join) for name, join in _table(top.get("joins", {}), "joins").items())
    many = frozenset(join.name for join in joins if join.many)
    mapping = FileMapping(
        entity,
        words.section(top.get("columns", {}), "columns", fields.HEAD_OF[entity], attributes=True),
        _choice(top, "format", FORMATS, ""),
        _delimiter(csv),
        _choice(csv, "encoding", ENCODINGS, "csv") or "utf-8",
        _choice(top, "grouping", ("anywhere", "adjacent"), "") == "adjacent",
        joins,
    )
    rows = enumerate(_list(top.get("rows", []), "rows"))
    mapping = mapping._replace(
        rows=tuple(_row_rule(rule, f"rows[{index}]", entity) for index, rule in rows),
        skip_repeated=_choice(top, "repeated", ("take", "skip"), "") == "skip",
    )
    if entity is not Entity.ORDERS:
        return _complete(mapping)
    return _complete(_with_parts(mapping, top, words, many))


def plain_mapping(entity: Entity, columns: Sequence[str] | None) -> FileMapping:
    """The mapping of a file whose columns are named as the fields; `line.sku` and so on for lines of orders.

    Raises MappingError for a column that is no field.
    """
    head: dict[str, object] = {}
    lines: dict[str, object] = {}
    for column in columns or ():
        if entity is Entity.ORDERS and column.startswith("line."):
            lines[column.removeprefix("line.")] = column
        else:
            head[column] = column
    document: dict[str, object] = {"columns": head}
    if entity is Entity.ORDERS:
        document["lines"] = {"columns": lines}
    return parse_mapping(document, entity)


def _with_parts(
    mapping: FileMapping, top: Mapping[str, object], words: "_Words", many: frozenset[str]
) -> FileMapping:
    charges = [
        words.part(part, f"charges[{index}]", fields.CHARGE, many)
        for index, part in enumerate(_list(top.get("charges", []), "charges"))
    ]
    tenders = _table(top.get("tenders", {}), "tenders")
    differing = _choice(tenders, "when_not_the_total", ("refuse", "drop"), "tenders")
    tenders = {name: value for name, value in tenders.items() if name != "when_not_the_total"}
    return mapping._replace(
        lines=words.part(top.get("lines"), "lines", fields.LINE, many, attributes=True),
        charges=tuple(charges),
        tenders=words.part(tenders, "tenders", fields.TENDER, many) if tenders else None,
        drop_tenders_that_differ=differing == "drop",
        credits=words.part(top["credits"], "credits", fields.CREDIT, frozenset())
        if "credits" in top
        else None,
        cancel=_cancel(top["cancel"], words) if "cancel" in top else None,
        derived_items=words.part(top["items"], "items", fields.ITEM, frozenset()) if "items" in top else None,
    )


def _complete(mapping: FileMapping) -> FileMapping:
    required = {
        Entity.ITEMS: ("sku", "name"),
        Entity.LOCATIONS: ("code", "name", "kind", "address.country", "time_zone"),
        Entity.STOCK: ("sku", "location"),
        Entity.ORDERS: ("number", "channel", "currency"),
    }[mapping.entity]
    _require(mapping.head, required)
    if mapping.entity is Entity.ORDERS:
        assert mapping.lines is not None
        _require(mapping.lines, ("sku", "quantity", "unit_price_minor"))
        if mapping.lines.source is None and mapping.head.rules["number"].column is None:
            raise MappingError("columns.number", "must be a column: rows with the same number make an order")
        if mapping.credits is not None:
            _require(mapping.credits, ("number", "sku", "quantity"))
        elif any(rule.kind is RowKind.CREDIT for rule in mapping.rows):
            raise MappingError("credits", "is missing, but rows are named credits")
        if any(rule.kind is RowKind.CHARGE for rule in mapping.rows) and all(
            c.source for c in mapping.charges
        ):
            raise MappingError("charges", "has no part without `from`, but rows are named charges")
        for charge in mapping.charges:
            _require(charge, ("kind", "amount_minor"))
        if mapping.tenders is not None:
            if mapping.tenders.source is None:
                raise MappingError("tenders.from", "must name a join with many rows")
            _require(mapping.tenders, ("kind", "amount_minor"))
    return mapping


def _require(section: Section, names: Sequence[str]) -> None:
    for name in names:
        if name not in section.rules:
            raise MappingError(f"{section.key}.{name}", "is needed and is not there")


class _Words:
    """What the rules of one mapping share: its tables and its time zone."""

    def __init__(self, tables: Mapping[str, Mapping[str, object]], zone: str | None) -> None:
        self._tables = tables
        self._zone = zone

    def part(
        self,
        given: object,
        key: str,
        known: Mapping[str, FieldKind],
        many: frozenset[str],
        *,
        attributes: bool = False,
    ) -> Section:
        part = _table(given, key)
        _only(part, {"from", "columns"}, key)
        source = part.get("from")
        if source is not None and source not in many:
            raise MappingError(f"{key}.from", f"{source!r} is no join with `many: true`")
        section = self.section(part.get("columns"), f"{key}.columns", known, attributes=attributes)
        return section._replace(source=source if isinstance(source, str) else None)

    def section(
        self, given: object, key: str, known: Mapping[str, FieldKind], *, attributes: bool = False
    ) -> Section:
        rules = {}
        for name, rule in _table(given, key).items():
            own = f"{key}.{name}"
            kind = known.get(name)
            if kind is None and attributes and name.startswith(fields.ATTRIBUTES):
                kind = _attribute_kind(rule, own)
            elif kind is None:
                raise MappingError(own, f"is no field; there are {', '.join(known)}")
            elif isinstance(rule, Mapping) and "type" in rule:
                raise MappingError(f"{own}.type", "is only for custom attributes")
            rules[name] = self._rule(rule, own, kind)
        return Section(key, rules)

    def _rule(self, given: object, key: str, kind: FieldKind) -> Rule:
        if isinstance(given, str):
            return Rule(key, kind, column=given, time_zone=self._zone)
        rule = _table(given, key)
        _only(rule, _RULE_KEYS, key)
        sources = [name for name in ("column", "constant", "value") if name in rule]
        if len(sources) != 1:
            raise MappingError(key, "needs exactly one of `column`, `constant` and `value`")
        chosen = {name: _choice(rule, name, choices, key) or choices[0] for name, choices in _CHOICES.items()}
        amount = _choice(rule, "amount", ("minor", "decimal"), key)
        if amount and kind is not FieldKind.AMOUNT:
            raise MappingError(f"{key}.amount", "is only for amounts")
        lookup = _text(rule, "lookup", key)
        if lookup is not None and lookup not in self._tables:
            raise MappingError(f"{key}.lookup", f"there is no table {lookup!r} under `tables`")
        times = rule.get("times")
        if times is not None and (isinstance(times, bool) or not isinstance(times, str | int | float)):
            raise MappingError(f"{key}.times", "must be a number or the name of a column")
        return Rule(
            key,
            kind,
            _text(rule, "column", key),
            rule.get("constant"),
            _template(rule, key),
            rule.get("default"),
            self._tables[lookup] if lookup is not None else None,
            amount == "decimal",
            chosen["decimal_mark"],
            chosen["sign"],
            times,
            chosen["case"],
            _text(rule, "split", key) or ",",
            _zone(rule, f"{key}.") or self._zone,
            _text(rule, "date_format", key),
        )


def _attribute_kind(rule: object, key: str) -> FieldKind:
    chosen = _choice(rule, "type", sorted(fields.ATTRIBUTE_KINDS), key) if isinstance(rule, Mapping) else None
    return FieldKind(chosen or FieldKind.TEXT)


def _cancel(given: object, words: _Words) -> Cancel:
    cancel = _table(given, "cancel")
    _only(cancel, {"when", "reason"}, "cancel")
    section = words.section({"reason": cancel.get("reason")}, "cancel", fields.CANCEL)
    return Cancel(_when(cancel, "cancel"), section)


def _row_rule(given: object, key: str, entity: Entity) -> RowRule:
    rule = _table(given, key)
    _only(rule, {"when", "as", "reason", "field"}, key)
    kind = _choice(rule, "as", tuple(RowKind), key)
    if kind is None:
        raise MappingError(f"{key}.as", "is needed and is not there")
    if entity is not Entity.ORDERS and kind not in (RowKind.SKIPPED, RowKind.REFUSED):
        raise MappingError(f"{key}.as", f"is {kind!r}; rows of {entity} may only be skipped or refused")
    reason = _text(rule, "reason", key)
    if (kind == RowKind.REFUSED) != (reason is not None):
        raise MappingError(f"{key}.reason", "goes with `as: refused`, and only with it")
    when = _when(rule, key)
    return RowRule(when, RowKind(kind), reason or "", _text(rule, "field", key) or next(iter(when), ""))


def _when(given: Mapping[str, object], key: str) -> dict[str, Test]:
    tests = _table(given.get("when"), f"{key}.when")
    if not tests:
        raise MappingError(f"{key}.when", "names no column")
    made = {}
    for column, test in tests.items():
        try:
            made[column] = test_of(test)
        except ValueError as error:
            raise MappingError(f"{key}.when.{column}", str(error)) from None
    return made


def _join(name: str, given: object) -> Join:
    key = f"joins.{name}"
    join = _table(given, key)
    _only(join, {"file", "on", "many"}, key)
    file, on, many = _text(join, "file", key), join.get("on"), join.get("many", False)
    if file is None:
        raise MappingError(f"{key}.file", "is needed and is not there")
    if not isinstance(many, bool):
        raise MappingError(f"{key}.many", "must be true or false")
    if isinstance(on, str):
        return Join(name, file, on, on, many)
    if isinstance(on, Mapping) and len(on) == 1:
        ((own, other),) = on.items()
        if isinstance(own, str) and isinstance(other, str):
            return Join(name, file, own, other, many)
    raise MappingError(f"{key}.on", "must be a column of both files, or {column of ours: column of theirs}")


def _tables(top: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    tables: dict[str, Mapping[str, object]] = {}
    for name, table in _table(top.get("tables", {}), "tables").items():
        if not isinstance(table, Mapping):
            raise MappingError(f"tables.{name}", "must be pairs of value and our value")
        tables[name] = {str(value): ours for value, ours in table.items()}
    return tables


def _zone(given: Mapping[str, object], prefix: str = "") -> str | None:
    from zoneinfo import ZoneInfo

    name = _text(given, "time_zone", prefix.rstrip("."))
    if name is not None:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            raise MappingError(f"{prefix}time_zone", f"there is no time zone {name!r}") from None
    return name


def _template(rule: Mapping[str, object], key: str) -> str | None:
    template = _text(rule, "value", key)
    if template is not None:
        try:
            template_columns(template)
        except ValueError as error:
            raise MappingError(f"{key}.value", str(error)) from None
    return template


def _delimiter(csv: Mapping[str, object]) -> str | None:
    delimiter = _text(csv, "delimiter", "csv")
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise MappingError("csv.delimiter", "must be one character")
    return delimiter


def _table(given: object, key: str) -> Mapping[str, object]:
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise MappingError(key, "must be a table of keys and values, each key a text")
    return given


def _list(given: object, key: str) -> Sequence[object]:
    if not isinstance(given, list):
        raise MappingError(key, "must be a list")
    return given


def _text(given: Mapping[str, object], name: str, key: str) -> str | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise MappingError(f"{key}.{name}".lstrip("."), "must be a text")
    return value


def _choice(given: Mapping[str, object], name: str, choices: Sequence[str], key: str) -> str | None:
    value = given.get(name)
    if value is not None and value not in choices:
        raise MappingError(f"{key}.{name}".lstrip("."), f"is {value!r}; it may be {', '.join(choices)}")
    return value if isinstance(value, str) else None


def _only(given: Mapping[str, object], known: "frozenset[str] | set[str]", key: str) -> None:
    for name in given:
        if name not in known:
            raise MappingError(
                f"{key}.{name}".lstrip("."), f"is no key; there are {', '.join(sorted(known))}"
            )
