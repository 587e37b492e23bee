"""Keep the retailer running: a calm trickle of orders, second thoughts, deliveries and sales over the counter.

One thing at a time, so a slow server slows the retailer down instead of being flooded. What customers took is
delivered again in small delta feeds, so that the shelves neither empty nor overflow however long it runs.
"""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from random import Random
from typing import Any

import structlog

from commissary.simulator.changes import answer_question, think_again
from commissary.simulator.client import Client, Unreachable
from commissary.simulator.demand import Demand, Order
from commissary.simulator.rhythm import gap_before
from commissary.simulator.world import World

_FEED_EVERY_S = 20.0
_REPORT_EVERY_S = 60.0
_ANSWER_AFTER_S = 90.0
_AFTER_SILENCE_S = 5.0
_PAGE = 200
_log = structlog.get_logger()


class Drive:
    """A running retailer. `report` is what it did since the last report."""

    def __init__(self, client: Client, world: World, demand: Demand, orders_per_minute: int) -> None:
        self.report: Counter[str] = Counter()
        self._client = client
        self._world = world
        self._demand = demand
        self._rate = orders_per_minute
        self._taken: Counter[tuple[str, str]] = Counter()
        self._later: list[tuple[float, str, int]] = []
        self._today = date.min

    async def run(self, stopping: asyncio.Event, most_orders: int | None = None) -> None:
        """Until told to stop, or (for a rehearsal) until so many orders were sent. What was begun is finished."""
        await self._read_calendar()
        position = await self._next_position()
        last = None if most_orders is None else position + most_orders
        feed_at = time.monotonic() + _FEED_EVERY_S
        report_at = time.monotonic() + _REPORT_EVERY_S
        while not stopping.is_set() and position != last:
            await _pause(stopping, gap_before(self._world.seed, position, self._rate))
            if stopping.is_set():
                return
            try:
                await self._send(self._demand.order(position, self._today))
                position += 1
                await self._think_again()
                if time.monotonic() >= feed_at:
                    feed_at = time.monotonic() + _FEED_EVERY_S
                    await self.feed()
                    await self._read_calendar()
            except Unreachable as silence:
                _log.warning("simulator.unreachable", what=str(silence))
                await _pause(stopping, _AFTER_SILENCE_S)
            if time.monotonic() >= report_at:
                report_at = time.monotonic() + _REPORT_EVERY_S
                _log.info("simulator.minute", **dict(sorted(self.report.items())))
                self.report.clear()

    async def _next_position(self) -> int:
        """Where the stream goes on: after the newest of its orders that the API shows."""
        cursor: dict[str, str] = {}
        # Orders of other senders may lie in between; some pages are enough, since a number sent again is harmless.
        for _ in range(5):
            answer = await self._client.get("/v1/orders", limit=_PAGE, **cursor)
            page = answer.body if answer.good else {"data": []}
            found = [self._demand.position(order["number"]) for order in page["data"]]
            newest = max((position for position in found if position is not None), default=None)
            if newest is not None:
                return max(newest, 0) + 1
            if not page.get("next_cursor"):
                break
            cursor = {"cursor": page["next_cursor"]}
        return 1

    async def _read_calendar(self) -> None:
        """Today by the organization's clock, which may be another than ours."""
        answer = await self._client.get("/v1/organization")
        if not answer.good:
            raise Unreachable(f"the organization: {answer.status} {answer.code}")
        self._today = datetime.fromisoformat(answer.body["now"]).date()

    async def _send(self, order: Order) -> None:
        answer = await self._client.post("/v1/orders", order.body, order.number)
        if not answer.good:
            self.report[f"refused_{answer.code or answer.status}"] += 1
            return
        self.report["orders"] += 1
        for line, captured in zip(order.body["lines"], answer.body["lines"], strict=True):
            place = line.get("location") or self._world.warehouses[order.position % 2].code
            self._taken[line["sku"], place] += captured["reserved"]
        thought = self._demand.second_thought(order.position)
        if thought is not None:
            heapq.heappush(self._later, (time.monotonic() + thought.after_s, "think_again", order.position))

    async def _think_again(self) -> None:
        """Everything that is due by now."""
        while self._later and self._later[0][0] <= time.monotonic():
            _, what, position = heapq.heappop(self._later)
            number, thought = self._demand.number(position), self._demand.second_thought(position)
            assert thought is not None
            if what == "answer":
                await answer_question(self._client, number)
                self.report["answered"] += 1
                continue
            done = await think_again(self._client, number, thought)
            if done is not None and done.good:
                self.report[thought.kind] += 1
                if thought.kind == "hold" and position % 3:
                    heapq.heappush(self._later, (time.monotonic() + _ANSWER_AFTER_S, "answer", position))

    async def feed(self) -> None:
        """Deliver what customers took, and ring up a few sales over the counter of one store."""
        sequence = int(time.time() * 1000)
        delivered, self._taken = self._taken, Counter()
        await self._delta("deliveries", sequence, {place: n for place, n in delivered.items() if n > 0})
        await self._delta("tills", sequence, self._counter_sales(sequence))

    def _counter_sales(self, sequence: int) -> dict[tuple[str, str], int]:
        rng = Random(f"{self._world.seed} till {sequence}")  # noqa: S311 (chance, not secrecy)
        store = rng.choice(self._world.stores)
        full = [item.sku for item in self._world.carried_at(store) if item.popularity > 0.05]
        sold = rng.sample(full, min(3, len(full)))
        self._taken.update({(sku, store.code): 1 for sku in sold})
        return {(sku, store.code): -1 for sku in sold}

    async def _delta(self, source: str, sequence: int, changes: Mapping[tuple[str, str], int]) -> None:
        if not changes:
            return
        rows: list[dict[str, Any]] = [
            {"sku": sku, "location": place, "change": change}
            for (sku, place), change in sorted(changes.items())
        ]
        message = {"source": source, "sequence": sequence, "mode": "delta", "rows": rows}
        answer = await self._client.post("/v1/stock-feeds", message)
        self.report["feed_rows" if answer.good else f"refused_{answer.code}"] += len(rows)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until someone says stop."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
