"""Create items or replace what is known of them, hundreds at a time: one item from a page, a whole file from an ERP."""

from collections.abc import Sequence

from commissary.domain.catalog import store
from commissary.domain.catalog.rules.item import checked_item
from commissary.domain.catalog.rules.put import decide_put
from commissary.domain.catalog.rules.told import facts_of
from commissary.domain.catalog.types import Catalog, ItemChanges, ItemPut, PutItem
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain
from commissary.platform.settings import attribute_kinds


async def put_items(
    db: Db, actor: str, commands: Sequence[PutItem], cause: str | None = None
) -> list[ItemPut | Refusal]:
    """An answer for each command, in order. Raises TryAgain when another writer was first with a sku or a GTIN."""
    declared = await attribute_kinds(db, "item") if any(c.attributes for c in commands) else {}
    checked = [checked_item(command, declared) for command in commands]
    before = await _load(db, [command for command in checked if isinstance(command, PutItem)])
    answers, changes = decide_put(checked, before)
    await _write(db, changes)
    await outbox.tell(db, actor, facts_of(changes, before), cause)
    return answers


async def _load(db: Db, commands: Sequence[PutItem]) -> Catalog:
    items = await store.lock_items(db, sorted({command.sku for command in commands}))
    gtins = {gtin for command in commands for gtin in command.gtins}
    if not items and not gtins:
        return Catalog(items, {})
    return Catalog(items, await store.gtin_owners(db, [i.id for i in items.values()], sorted(gtins)))


async def _write(db: Db, changes: ItemChanges) -> None:
    first = True
    if changes.created:
        first = await store.insert_items(db, changes.created)
    if changes.changed:
        await store.update_items(db, changes.changed)
    if changes.dropped_gtins:
        await store.remove_gtins(db, changes.dropped_gtins)
    if changes.added_gtins and first:
        first = await store.add_gtins(db, changes.added_gtins)
    if not first:
        raise TryAgain("Another writer has just put one of these items.")
