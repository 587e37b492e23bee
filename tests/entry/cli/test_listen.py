"""`commissary listen`: what it shows, from when on."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import typer

from commissary.entry.cli.listen import follow_events, instant
from commissary.platform import outbox
from tests.conftest import Organization
from tests.platform.test_outbox import Counted, Weighed

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

# what a person types, what it means
SINCE = [
    ("30s", NOW - timedelta(seconds=30)),
    ("15m", NOW - timedelta(minutes=15)),
    ("2h", NOW - timedelta(hours=2)),
    ("7d", NOW - timedelta(days=7)),
    ("2026-04-30", datetime(2026, 4, 30, tzinfo=UTC)),
    ("2026-04-30T08:00+02:00", datetime(2026, 4, 30, 6, tzinfo=UTC)),
]


@pytest.mark.parametrize(("text", "expected"), SINCE)
def test_since(text: str, expected: datetime) -> None:
    assert instant(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "-3m", "3x", "99999999999d"])
def test_since_that_means_nothing(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        instant(text, NOW)


async def first(organization: Organization, count: int, *kinds: str, since: str | None = None) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(10):
        events = follow_events(organization.app.database, organization.name, kinds, since)
        async for followed in events:
            found.append(followed.event.kind)
            if len(found) == count:
                break
        await events.aclose()  # type: ignore[attr-defined]
    return found


async def test_only_what_comes_next_or_also_what_was(organization: Organization) -> None:
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.tell(db, "test", [Counted("a", 1), Weighed("a")])
    assert await first(organization, 2, since="1h") == ["thing.counted", "thing.weighed"]
    assert await first(organization, 1, "thing.weighed", since="1h") == ["thing.weighed"]
    coming = asyncio.create_task(first(organization, 1, "thing.*"))
    await asyncio.sleep(0.5)
    assert not coming.done()
    async with organization.app.database.transaction(organization.name) as db:
        await outbox.tell(db, "test", [Weighed("b")])
    assert await coming == ["thing.weighed"]
