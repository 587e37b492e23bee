"""What the catalog tells of its changes: the whole of a new item, the difference of a changed one."""

from collections.abc import Mapping, Sequence
from typing import Any

from commissary.domain.catalog.events import ItemChanged, ItemCreated
from commissary.domain.catalog.rules.put import differing
from commissary.domain.catalog.types import Catalog, Item, ItemChanges
from commissary.kernel.fact import Fact


def facts_of(changes: ItemChanges, before: Catalog) -> list[Fact]:
    """One fact for each item that a batch created or changed."""
    held: dict[str, set[str]] = {}
    for gtin, sku in before.owners.items():
        held.setdefault(sku, set()).add(gtin)
    gone = set(changes.dropped_gtins)
    added: dict[str, set[str]] = {}
    for gtin, sku in changes.added_gtins:
        added.setdefault(sku, set()).add(gtin)
    facts: list[Fact] = [
        ItemCreated(item.sku, item.version, _whole(item, sorted(added.get(item.sku, ()))))
        for item in changes.created
    ]
    for item in changes.changed:
        had = held.get(item.sku, set())
        has = (had - gone) | added.get(item.sku, set())
        facts.append(_changed(before.items[item.sku], item, sorted(had), sorted(has)))
    return facts


def _whole(item: Item, gtins: Sequence[str]) -> Mapping[str, Any]:
    fields = {name: value for name, value in item._asdict().items() if name not in ("id", "sku", "version")}
    return {**{name: value for name, value in fields.items() if value not in (None, {})}, "gtins": gtins}


def _changed(old: Item, new: Item, had: list[str], has: list[str]) -> Fact:
    fields = differing(old, new)
    before = {name: getattr(old, name) for name in fields}
    after = {name: getattr(new, name) for name in fields}
    if had != has:
        before["gtins"], after["gtins"] = had, has
    return ItemChanged(new.sku, new.version, before, after)
