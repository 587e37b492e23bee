"""The table of measured figures in the README is made of the results that the benches wrote."""

import json
from typing import Any

from tests.docs.pages import ROOT
from tests.docs.written import compare_or_write

_RESULTS = ROOT / "bench/results.json"
_SAID = {
    "orders_single_post_per_s": "orders captured, one a request",
    "orders_bulk_post_per_s": "orders captured, hundreds a request",
    "stock_feed_rows_per_s": "rows of stock feeds taken in",
}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _row(name: str, result: dict[str, Any]) -> str:
    tail = [_number(result[key]) if key in result else "" for key in ("p50_ms", "p99_ms")]
    said = _SAID.get(name, name.replace("_", " "))
    return f"| {said} | {_number(result['value'])} {result['unit']} | {tail[0]} | {tail[1]} |"


def _content() -> str:
    results: dict[str, dict[str, Any]] = json.loads(_RESULTS.read_text(encoding="utf-8"))
    rows = [_row(name, result) for name, result in sorted(results.items())]
    table = ["", "| What | Rate | a request: p50 ms | p99 ms |", "|---|--:|--:|--:|", *rows, ""]
    conditions = {json.dumps(result["conditions"], sort_keys=True) for result in results.values()}
    for entry in sorted(conditions):
        given = json.loads(entry)
        table += [
            f"{given['cores']} cores ({given['machine']}), Python {given['python']}, {given['items']:,} items × "
            f"{given['locations']} locations, {given['web_processes']} web processes; measured on "
            f"{given['measured_on']}.",
            "",
        ]
    return "\n".join(table)


def test_the_readme_shows_what_was_measured() -> None:
    compare_or_write(ROOT / "README.md", "measured", _content())
