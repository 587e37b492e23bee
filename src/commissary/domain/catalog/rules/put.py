"""Putting items: what a batch of commands makes of the catalog as it was.

The commands of a batch are taken one after the other: a GTIN that an earlier one gave up may be taken by a later one.
A sku that stands twice in a batch is refused the second time, because nobody can say which of the two was meant last.
An item that is already as the command wants it is left alone, so that loading the same file twice tells nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from commissary.domain.catalog.types import (
    Attributes,
    Catalog,
    Gtin,
    Item,
    ItemChanges,
    ItemPut,
    Outcome,
    PutItem,
)
from commissary.kernel.decision import Refusal

Answer = ItemPut | Refusal
_FIELDS = tuple(field for field in Item._fields if field not in {"id", "sku", "version"})


def decide_put(commands: Sequence[PutItem | Refusal], before: Catalog) -> tuple[list[Answer], ItemChanges]:
    """An answer for each checked command, in order, and what must be written. Refused commands pass through."""
    owners = dict(before.owners)
    gtins_of: dict[str, set[str]] = {}
    for gtin, sku in owners.items():
        gtins_of.setdefault(sku, set()).add(gtin)
    answers: list[Answer] = []
    changes = ItemChanges([], [], [], [])
    seen: set[str] = set()
    for command in commands:
        if isinstance(command, Refusal):
            answers.append(command)
        elif command.sku in seen:
            answers.append(Refusal("sku_twice", {"sku": command.sku}, "/sku"))
        else:
            seen.add(command.sku)
            answers.append(_put(command, before.items.get(command.sku), owners, gtins_of, changes))
    _settle_gtins(before.owners, owners, changes)
    return answers, changes


def _put(
    command: PutItem,
    item: Item | None,
    owners: dict[str, str],
    gtins_of: dict[str, set[str]],
    changes: ItemChanges,
) -> Answer:
    version = item.version if item else 0
    if command.expected_version not in (None, version):
        return Refusal("version_stale", {"expected": command.expected_version, "current": version})
    for index, gtin in enumerate(command.gtins):
        if owners.get(gtin, command.sku) != command.sku:
            return Refusal("gtin_taken", {"gtin": gtin, "sku": owners[gtin]}, f"/gtins/{index}")
    wanted = _item(command, item.id if item else 0, version + 1)
    held = gtins_of.get(command.sku, set())
    if item and held == set(command.gtins) and _same(item, wanted):
        return ItemPut(command.sku, Outcome.UNCHANGED, version)
    for gtin in held.difference(command.gtins):
        del owners[gtin]
    owners.update(dict.fromkeys(command.gtins, command.sku))
    gtins_of[command.sku] = set(command.gtins)
    (changes.changed if item else changes.created).append(wanted)
    return ItemPut(command.sku, Outcome.CHANGED if item else Outcome.CREATED, version + 1)


def _item(command: PutItem, item_id: int, version: int) -> Item:
    return Item(
        id=item_id,
        sku=command.sku,
        name=command.name,
        weight_g=command.weight_g,
        length_mm=command.length_mm,
        width_mm=command.width_mm,
        height_mm=command.height_mm,
        picture_url=command.picture_url,
        attributes=command.attributes,
        active=command.active,
        version=version,
    )


def _settle_gtins(before: Mapping[str, str], after: Mapping[str, str], changes: ItemChanges) -> None:
    changes.dropped_gtins.extend(sorted(gtin for gtin, sku in before.items() if after.get(gtin) != sku))
    changes.added_gtins.extend(
        Gtin(gtin, sku) for gtin, sku in sorted(after.items()) if before.get(gtin) != sku
    )


def _same(one: Item, other: Item) -> bool:
    return not differing(one, other)


def differing(one: Item, other: Item) -> list[str]:
    """Names of the fields in which two states of an item differ; id and version aside."""
    return [
        field for field in _FIELDS if _comparable(getattr(one, field)) != _comparable(getattr(other, field))
    ]


def _comparable(value: Any) -> Any:
    """A large number read from JSON may come as a whole number that went in as a float; it is still the same."""
    if isinstance(value, Mapping):
        attributes: Attributes = value
        return {
            name: float(inner) if isinstance(inner, int | float) and not isinstance(inner, bool) else inner
            for name, inner in attributes.items()
        }
    return value
