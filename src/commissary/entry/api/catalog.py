"""Items over HTTP."""

from collections import Counter
from typing import Any

import msgspec

from commissary.domain.catalog.rules.gtin import canonical_gtin
from commissary.domain.catalog.rules.sku import canonical_sku, sku_refusal
from commissary.domain.catalog.types import PutItem
from commissary.domain.security.types import Permission
from commissary.entry.api.refusals import catalog, installation
from commissary.entry.api.schemas.catalog import (
    ItemAnswer,
    ItemBody,
    ItemBulkAnswer,
    ItemLine,
    ItemLines,
    ItemPage,
    ItemQuery,
    ItemRowResult,
)
from commissary.flows.catalog.put_items import put_items
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.http.body import decode_body
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Reply, Work, versioned
from commissary.platform.http.problems import MACHINERY_PROBLEMS, Problem, problem_body
from commissary.views import items as views
from commissary.wiring import Application

_TAG = "catalog"
_PROBLEMS = {**MACHINERY_PROBLEMS, **installation.PROBLEMS, **catalog.PROBLEMS}
_PUT_REFUSALS = tuple(code for code in catalog.PROBLEMS if code not in ("item_unknown", "sku_twice"))


def endpoints(_: Application) -> list[Endpoint]:
    """What callers can do with items."""
    return [_list(), _get(), _put(), _bulk()]


def _list() -> Endpoint:
    return Endpoint(
        method="GET",
        path="/v1/items",
        permission=Permission.ITEMS_READ,
        summary="List items, or find them by sku, GTIN, or first letters of sku or name",
        handler=list_items,
        work=Work.READ,
        tag=_TAG,
        query=ItemQuery,
        answer=ItemPage,
        refusals=("gtin_invalid",),
    )


def _get() -> Endpoint:
    return Endpoint(
        method="GET",
        path="/v1/items/{sku:str}",
        permission=Permission.ITEMS_READ,
        summary="Read an item",
        description="A sku with a slash, or the sku `bulk`, is found by `GET /v1/items?sku=…`.",
        handler=get_item,
        work=Work.READ,
        tag=_TAG,
        answer=ItemAnswer,
        refusals=("item_unknown",),
    )


def _put() -> Endpoint:
    return Endpoint(
        method="PUT",
        path="/v1/items/{sku:str}",
        permission=Permission.ITEMS_WRITE,
        summary="Create an item or replace it",
        description="What the body leaves out is empty afterwards. GTINs are kept in 14 digits. "
        "A sku with a slash, or the sku `bulk`, is put by `POST /v1/items/bulk`.",
        handler=put_item,
        work=Work.WRITE,
        tag=_TAG,
        body=ItemBody,
        answer=ItemAnswer,
        refusals=(*_PUT_REFUSALS, *installation.ATTRIBUTE_VALUE_CODES, "version_stale", "version_invalid"),
    )


def _bulk() -> Endpoint:
    return Endpoint(
        method="POST",
        path="/v1/items/bulk",
        permission=Permission.ITEMS_WRITE,
        summary="Create or replace up to 1,000 items, with a result for each",
        description="Good rows go in, a refused one says why; rows already as wanted stay untouched.",
        handler=put_many,
        work=Work.WRITE,
        tag=_TAG,
        body=ItemLines,
        answer=ItemBulkAnswer,
        max_body_bytes=4_000_000,
    )


async def list_items(call: Call[None, ItemQuery], db: Db) -> ItemPage | Refusal:
    query = call.query
    if query.sku is not None or query.gtin is not None:
        return await _find_one(query, db)
    after = decode_cursor(query.cursor, str) if query.cursor else ""
    rows = await views.items(db, starting=query.q, active=query.active, after=after, limit=query.limit + 1)
    page = rows[: query.limit]
    more = encode_cursor(page[-1].sku) if len(rows) > query.limit else None
    return ItemPage(data=[_answer(row) for row in page], next_cursor=more)


async def _find_one(query: ItemQuery, db: Db) -> ItemPage | Refusal:
    by_sku = await views.item(db, canonical_sku(query.sku)) if query.sku is not None else None
    found = by_sku
    if query.gtin is not None:
        gtin = canonical_gtin(query.gtin)
        if gtin is None:
            return Refusal("gtin_invalid", {"gtin": query.gtin}, "gtin")
        by_gtin = await views.item_of_gtin(db, gtin)
        found = by_gtin if query.sku is None or by_gtin == by_sku else None
    fits = found and query.active in (None, found.active)
    return ItemPage(data=[_answer(found)] if found and fits else [])


async def get_item(call: Call[None, None], db: Db) -> Reply | Refusal:
    sku = canonical_sku(call.path["sku"])
    row = None if sku_refusal(sku) else await views.item(db, sku)
    return versioned(_answer(row), row.version) if row else Refusal("item_unknown", {}, "/sku")


async def put_item(call: Call[ItemBody, None], db: Db) -> Reply | Refusal:
    command = _command(call.path["sku"], call.body, call.if_match)
    (answer,) = await put_items(db, call.actor, [command])
    if isinstance(answer, Refusal):
        return answer
    row = await views.item(db, answer.sku)
    assert row is not None
    return versioned(_answer(row), row.version)


async def put_many(call: Call[list[msgspec.Raw], None], db: Db) -> ItemBulkAnswer:
    results: list[ItemRowResult] = []
    commands: list[tuple[int, PutItem]] = []
    for index, raw in enumerate(call.body):
        try:
            line = decode_body(bytes(raw), ItemLine)
        except Problem as problem:
            results.append(_refused(index, _named_sku(raw), problem.refusal))
        else:
            commands.append((index, _command(line.sku, line, None)))
    answers = await put_items(db, call.actor, [command for _, command in commands])
    for (index, command), answer in zip(commands, answers, strict=True):
        if isinstance(answer, Refusal):
            results.append(_refused(index, command.sku, answer))
        else:
            results.append(
                ItemRowResult(row=index, sku=answer.sku, outcome=answer.outcome, version=answer.version)
            )
    counts = Counter(result.outcome or "refused" for result in results)
    return ItemBulkAnswer(
        created=counts["created"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        refused=counts["refused"],
        results=sorted(results, key=lambda result: result.row),
    )


def _refused(index: int, sku: str | None, refusal: Refusal) -> ItemRowResult:
    return ItemRowResult(row=index, sku=sku, problem=problem_body(refusal, _PROBLEMS))


def _named_sku(raw: msgspec.Raw) -> str | None:
    """The sku of a row that does not fit otherwise, so that its sender finds it again."""
    try:
        row: Any = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
    sku = row.get("sku") if isinstance(row, dict) else None
    return sku[:200] if isinstance(sku, str) else None


def _command(sku: str, body: ItemBody, expected_version: int | None) -> PutItem:
    return PutItem(
        sku=sku,
        name=body.name,
        gtins=body.gtins,
        weight_g=body.weight_g,
        length_mm=body.length_mm,
        width_mm=body.width_mm,
        height_mm=body.height_mm,
        picture_url=body.picture_url,
        attributes=body.attributes,
        active=body.active,
        expected_version=expected_version,
    )


def _answer(row: views.ItemView) -> ItemAnswer:
    return ItemAnswer(
        sku=row.sku,
        name=row.name,
        gtins=row.gtins,
        weight_g=row.weight_g,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        picture_url=row.picture_url,
        attributes=dict(row.attributes),
        active=row.active,
        version=row.version,
        updated_at=row.updated_at,
    )
