"""The page on problems lists every refusal of the API with its status and sentence."""

from commissary.entry.api.refusals import AREAS, all_problems
from commissary.platform.http.problems import MACHINERY_PROBLEMS
from tests.docs.pages import ROOT
from tests.docs.written import compare_or_write

PAGE = ROOT / "docs/reference/problems.md"


def _content() -> str:
    groups = [("Any request", MACHINERY_PROBLEMS)]
    groups += [(area.__name__.rpartition(".")[2].capitalize(), area.PROBLEMS) for area in AREAS]
    seen: set[str] = set()
    parts = []
    for title, problems in groups:
        fresh = {code: kind for code, kind in problems.items() if code not in seen}
        seen |= set(fresh)
        rows = [
            f'| <a id="{code}"></a>`{code}` | {kind.status} | {kind.title} | {kind.sentence} |'
            for code, kind in sorted(fresh.items())
        ]
        parts.append(
            "\n".join(
                ["", f"## {title}", "", "| Code | Status | Title | Detail |", "|---|---|---|---|", *rows]
            )
        )
    assert seen == set(all_problems())
    return "\n".join(parts) + "\n\n"


def test_the_page_lists_every_problem() -> None:
    compare_or_write(PAGE, "problems", _content())
