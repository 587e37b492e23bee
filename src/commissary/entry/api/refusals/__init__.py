"""One table: refusal code → HTTP status and sentence. Each context's refusals stand in a file of their own."""

from commissary.entry.api.refusals import (
    catalog,
    customers,
    installation,
    integrations,
    inventory,
    network,
    orders,
    security,
)
from commissary.platform.http.problems import MACHINERY_PROBLEMS, ProblemKind

AREAS = (orders, inventory, catalog, network, customers, security, integrations, installation)


def all_problems() -> dict[str, ProblemKind]:
    """Every problem by its code. Raises ValueError when two areas define one code differently."""
    problems = dict(MACHINERY_PROBLEMS)
    for area in AREAS:
        for code, kind in area.PROBLEMS.items():
            if problems.setdefault(code, kind) != kind:
                raise ValueError(f"{code} is defined twice")
    return problems
