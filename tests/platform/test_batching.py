"""Concurrent commands share a transaction.

commands                                   batches
one                                        at once, alone
ten while one is being worked on           one batch of ten
one of which is poison                     each alone; only the poison fails
that lose a race                           the same batch again
while the database is away                 all told so, none tried twice
more than may wait                         refused at once
"""

import asyncio
from collections.abc import Sequence

import pytest

from commissary.platform.batching import Batcher
from commissary.platform.errors import TryAgain, Unavailable


class Kitchen:
    """Answers each command with its name in capitals, and remembers the batches."""

    def __init__(self, *troubles: Exception | None) -> None:
        self.batches: list[tuple[str, list[str]]] = []
        self.troubles = list(troubles)
        self.open = asyncio.Event()
        self.open.set()

    async def run(self, organization: str, commands: Sequence[str]) -> list[str]:
        self.batches.append((organization, list(commands)))
        await self.open.wait()
        if self.troubles and (trouble := self.troubles.pop(0)):
            raise trouble
        if "poison" in commands:
            raise ValueError("poison")
        return [command.upper() for command in commands]


async def test_lone_command_does_not_wait() -> None:
    kitchen = Kitchen()
    assert await asyncio.wait_for(Batcher(kitchen.run).submit("acme", "a"), 0.5) == "A"
    assert kitchen.batches == [("acme", ["a"])]


async def test_commands_gather_while_others_are_worked_on() -> None:
    kitchen = Kitchen()
    batcher = Batcher(kitchen.run, lanes=1)
    kitchen.open.clear()
    first = asyncio.create_task(batcher.submit("acme", "first"))
    await asyncio.sleep(0.01)
    rest = [asyncio.create_task(batcher.submit("acme", f"c{n}")) for n in range(10)]
    await asyncio.sleep(0.01)
    kitchen.open.set()
    assert await asyncio.gather(first, *rest) == ["FIRST", *(f"C{n}" for n in range(10))]
    assert kitchen.batches == [("acme", ["first"]), ("acme", [f"c{n}" for n in range(10)])]


async def test_batch_has_a_size_and_organizations_never_share_one() -> None:
    kitchen = Kitchen()
    batcher = Batcher(kitchen.run, size=3, lanes=1)
    given = [batcher.submit_all("acme", list("abcdefg")), batcher.submit_all("other", list("xy"))]
    assert await asyncio.gather(*given) == [list("ABCDEFG"), list("XY")]
    assert sorted(kitchen.batches) == [
        ("acme", ["a", "b", "c"]),
        ("acme", ["d", "e", "f"]),
        ("acme", ["g"]),
        ("other", ["x", "y"]),
    ]


async def test_poison_fails_alone() -> None:
    kitchen = Kitchen()
    batcher = Batcher(kitchen.run)
    answers = await asyncio.gather(
        *(batcher.submit("acme", command) for command in ("a", "poison", "b")), return_exceptions=True
    )
    assert (answers[0], answers[2]) == ("A", "B")
    assert isinstance(answers[1], ValueError)


async def test_lost_race_is_run_again_whole() -> None:
    kitchen = Kitchen(TryAgain("deadlock"), TryAgain("deadlock"))
    assert await Batcher(kitchen.run).submit_all("acme", ["a", "b"]) == ["A", "B"]
    assert kitchen.batches == [("acme", ["a", "b"])] * 3


async def test_race_that_is_always_lost_is_unavailable() -> None:
    kitchen = Kitchen(*[TryAgain("deadlock")] * 100)
    with pytest.raises(Unavailable):
        await Batcher(kitchen.run).submit("acme", "a")
    assert len(kitchen.batches) < 10


async def test_database_that_is_away_is_told_to_all_and_not_tried_again() -> None:
    """A commit whose acknowledgement was lost may have happened: trying again is the caller's, with its key."""
    kitchen = Kitchen(Unavailable("away"))
    answers = await asyncio.gather(
        *(Batcher.submit(b, "acme", c) for b, c in zip([Batcher(kitchen.run)] * 2, "ab", strict=True)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    assert len(kitchen.batches) == 1


async def test_too_many_waiting_are_refused_at_once() -> None:
    kitchen = Kitchen()
    kitchen.open.clear()
    batcher = Batcher(kitchen.run, size=1, lanes=1, waiting=3)
    waiting = [asyncio.create_task(batcher.submit("acme", "0"))]
    await asyncio.sleep(0.01)
    waiting += [asyncio.create_task(batcher.submit("acme", str(n))) for n in (1, 2, 3)]
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable):
        await batcher.submit("acme", "one too many")
    kitchen.open.set()
    assert await asyncio.gather(*waiting) == ["0", "1", "2", "3"]


async def test_caller_that_went_away_hurts_no_neighbor() -> None:
    kitchen = Kitchen()
    kitchen.open.clear()
    batcher = Batcher(kitchen.run)
    gone, stays = (asyncio.create_task(batcher.submit("acme", c)) for c in "ab")
    await asyncio.sleep(0.01)
    gone.cancel()
    kitchen.open.set()
    assert await stays == "B"


async def test_answers_that_do_not_match_their_commands_leave_nobody_waiting() -> None:
    async def forgetful(_: str, commands: Sequence[str]) -> list[str]:
        return list(commands[1:])

    batcher: Batcher[str, str] = Batcher(forgetful)
    answers = await asyncio.wait_for(
        asyncio.gather(*(batcher.submit("acme", c) for c in "ab"), return_exceptions=True), 2
    )
    assert all(isinstance(answer, Exception) for answer in answers)
