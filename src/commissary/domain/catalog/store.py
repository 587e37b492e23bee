"""Items in the database: locked in sku order, written in sets, never row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from commissary.domain.catalog.types import Gtin, Item, ItemRef
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

_SQL = load_queries("commissary.domain.catalog")
_encode = msgspec.json.Encoder().encode


async def ids_of(db: Db, skus: Sequence[str]) -> dict[str, ItemRef]:
    """Items by canonical sku, with the little that an order line needs; unknown ones are missing."""
    rows = await db.fetch(_SQL["ids_of"], {"skus": list(skus)})
    return {sku: ItemRef(item_id, active) for sku, item_id, active in rows}


async def skus_of(db: Db, item_ids: Sequence[int]) -> dict[int, str]:
    """The sku of each item."""
    return dict(await db.fetch(_SQL["skus_of"], {"ids": list(item_ids)})) if item_ids else {}


async def find_items(db: Db, skus: Sequence[str]) -> dict[str, Item]:
    """Whole items by canonical sku; unknown ones are missing."""
    rows = await db.fetch(_SQL["find_items"], {"skus": list(skus)})
    return {row[1]: Item._make(row) for row in rows}


async def lock_items(db: Db, skus: Sequence[str]) -> dict[str, Item]:
    """As `find_items`, held against other writers until the transaction ends."""
    rows = await db.fetch(_SQL["lock_items"], {"skus": list(skus)})
    return {row[1]: Item._make(row) for row in rows}


async def gtin_owners(db: Db, item_ids: Sequence[int], gtins: Sequence[str]) -> dict[str, str]:
    """GTIN → sku, for all GTINs of these items and for those given. Call it after `lock_items`."""
    rows = await db.fetch(_SQL["gtin_owners"], {"ids": list(item_ids), "gtins": list(gtins)})
    return dict(rows)


async def insert_items(db: Db, items: Sequence[Item]) -> bool:
    """Add items. False when another writer was first with one of them: start afresh."""
    return await db.count(_SQL["insert_items"], {"at": db.now, **_columns(items)}) == len(items)


async def update_items(db: Db, items: Sequence[Item]) -> None:
    """Replace locked items; the version goes up by one."""
    await db.execute(_SQL["update_items"], {"at": db.now, **_columns(items)})


async def remove_gtins(db: Db, gtins: Sequence[str]) -> None:
    """Take these numbers off their items."""
    await db.execute(_SQL["remove_gtins"], {"gtins": list(gtins)})


async def add_gtins(db: Db, gtins: Sequence[Gtin]) -> bool:
    """Put numbers on items. False when another writer has just taken one of them: start afresh."""
    given = {"gtins": [g.gtin for g in gtins], "skus": [g.sku for g in gtins]}
    return await db.count(_SQL["add_gtins"], given) == len(gtins)


def _columns(items: Sequence[Item]) -> Mapping[str, list[Any]]:
    return {
        "skus": [item.sku for item in items],
        "names": [item.name for item in items],
        "weights": [item.weight_g for item in items],
        "lengths": [item.length_mm for item in items],
        "widths": [item.width_mm for item in items],
        "heights": [item.height_mm for item in items],
        "pictures": [item.picture_url for item in items],
        "attributes": [_encode(item.attributes).decode() for item in items],
        "actives": [item.active for item in items],
    }
