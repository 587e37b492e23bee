"""Run the benchmarks and write `bench/results.json`: metric → value, unit, conditions."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import installation, load
from bench.installation import Target

RESULTS = Path(__file__).parent / "results.json"
Measure = Callable[[Target, int], dict[str, Any]]


def orders_single(target: Target, seconds: int) -> dict[str, Any]:
    """One order a request, 64 connections."""
    load.run(target, "orders_single", connections=64, seconds=8)
    target.settle()
    load.run(target, "orders_single", connections=64, seconds=2)
    return _result(load.run(target, "orders_single", connections=64, seconds=seconds), 1, "orders/s")


def orders_bulk(target: Target, seconds: int) -> dict[str, Any]:
    """200 orders a request, 4 connections."""
    load.run(target, "orders_bulk", connections=2, seconds=5, rows=200)
    target.settle()
    return _result(load.run(target, "orders_bulk", connections=4, seconds=seconds, rows=200), 200, "orders/s")


def stock_feed(target: Target, seconds: int) -> dict[str, Any]:
    """5,000 rows of one location a request, 2 connections, every row changes."""
    load.run(target, "stock_feed", connections=2, seconds=3, rows=5000)
    target.settle()
    return _result(load.run(target, "stock_feed", connections=2, seconds=seconds, rows=5000), 5000, "rows/s")


MEASURES: dict[str, Measure] = {
    "orders_single_post_per_s": orders_single,
    "orders_bulk_post_per_s": orders_bulk,
    "stock_feed_rows_per_s": stock_feed,
}


def main() -> int:
    """Measure what was asked for; the figures of others stay as they were."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", nargs="*", choices=sorted(MEASURES), default=list(MEASURES))
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    with installation.running(given.workers) as target:
        for name in given.only:
            measured = MEASURES[name](target, given.seconds)
            audit = target.audit()
            results[name] = {**measured, "conditions": _conditions(given.workers, given.seconds)}
            print(
                f"{name:28} {measured['value']:>10,.0f} {measured['unit']:9} p50 {measured['p50_ms']:.1f} ms  "
                f"p99 {measured['p99_ms']:.1f} ms  refused {measured['refused']}  audit {audit.splitlines()[-1]}"
            )
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    return 0


def _result(measured: load.Load, each: int, unit: str) -> dict[str, Any]:
    if measured.refused or measured.socket_errors:
        print(f"  {measured.refused} refused, {measured.socket_errors} socket errors: {measured.example}")
    return {
        "value": round(measured.per_second * each, 1),
        "unit": unit,
        "p50_ms": measured.p50_ms,
        "p99_ms": measured.p99_ms,
        "p999_ms": measured.p999_ms,
        "refused": measured.refused,
    }


def _conditions(workers: int, seconds: int) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "web_processes": workers,
        "seconds": seconds,
        "items": installation.ITEMS,
        "locations": installation.LOCATIONS,
        "postgresql": "embedded, fsync and synchronous_commit on",
        "load": "wrk on the same cores",
        "measured_on": datetime.now(UTC).date().isoformat(),
    }


if __name__ == "__main__":
    sys.exit(main())
