"""Named SQL: a `queries.sql` file beside a store holds its statements, one block per store function.

    -- name: lock_lines
    -- Lines of these orders, locked in line order.
    SELECT … WHERE order_id = ANY(%(orders)s) ORDER BY line_id FOR UPDATE

The store reads the file once at import; a missing or doubled name is an error at start, not at the first order.
"""

import re
from importlib import resources
from typing import LiteralString

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)

Queries = dict[str, LiteralString]


def load_queries(package: str, file: str = "queries.sql") -> Queries:
    """Statements of `package`/`file` by name. Raises ValueError when a name stands twice or a block is empty."""
    text = (resources.files(package) / file).read_text(encoding="utf-8")
    parts = _NAME.split(text)
    queries: Queries = {}
    for name, statement in zip(parts[1::2], parts[2::2], strict=True):
        body = "\n".join(
            line for line in statement.splitlines() if not line.lstrip().startswith("--")
        ).strip()
        if name in queries or not body:
            raise ValueError(f"{package}/{file}: {name} is empty or stands twice")
        queries[name] = body.rstrip(";")
    return queries
