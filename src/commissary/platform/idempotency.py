"""The same request twice has one effect and one answer.

A key belongs to its caller. Same key and same body: the stored answer. Same key, other body: refused. Same key while
the first is still being worked on: told to come back. The answer is stored in the transaction of the effect, so a
connection lost right after COMMIT costs nothing: the retry gets what the first would have got.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from commissary.platform.arrays import bytes_array, plain_array, text_array
from commissary.platform.db import Db
from commissary.platform.queries import load_queries

KEEP_DAYS = 7
MAX_KEY_LENGTH = 255
_SQL = load_queries("commissary.platform", "idempotency_queries.sql")


class Standing(StrEnum):
    NEW = "new"
    REPLAY = "replay"
    OTHER_BODY = "other_body"
    IN_FLIGHT = "in_flight"


class Claim(NamedTuple):
    standing: Standing
    status: int = 0
    answer: bytes = b""


class Kept(NamedTuple):
    """An answer to store: the caller's key, the hash of the request, HTTP status and body."""

    key: str
    request_hash: bytes
    status: int
    answer: bytes


def request_hash(hash_key: bytes, *parts: bytes) -> bytes:
    """What makes two requests the same: method and path, and the body's bytes.

    Keyed, because a body may hold a name and an address, and an unkeyed hash would confirm a guess of them.
    """
    digest = blake2b(key=hash_key, digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


async def claim(db: Db, keys: Sequence[str], hashes: Sequence[bytes]) -> list[Claim]:
    """How each key stands, in the order given. A key that stands twice among them is in flight the second time."""
    rows = await db.fetch(_SQL["claim_keys"], {"keys": text_array(keys), "organization": db.organization})
    seen: set[str] = set()
    claims = []
    for key, own_hash, (_, locked, stored_hash, status, answer) in zip(keys, hashes, rows, strict=True):
        if stored_hash is not None:
            same = bytes(stored_hash) == own_hash
            claims.append(
                Claim(Standing.REPLAY, status, bytes(answer)) if same else Claim(Standing.OTHER_BODY)
            )
        elif not locked or key in seen:
            claims.append(Claim(Standing.IN_FLIGHT))
        else:
            claims.append(Claim(Standing.NEW))
        seen.add(key)
    return claims


async def keep(db: Db, answers: Sequence[Kept]) -> None:
    """Store answers in the transaction of their effects.

    A first request may commit between a second one's look for the answer and its lock: the second then starts afresh.
    """
    if answers:
        db.races.add("idempotency_pkey")
        await db.execute(
            _SQL["keep_answers"],
            {
                "keys": text_array(a.key for a in answers),
                "hashes": bytes_array(a.request_hash for a in answers),
                "statuses": plain_array(a.status for a in answers),
                "answers": bytes_array(a.answer for a in answers),
                "now": db.now,
            },
        )


async def drop_older_than(db: Db, before: datetime) -> int:
    """Forget answers given before this instant; returns how many."""
    return await db.count(_SQL["drop_old"], {"before": before})
