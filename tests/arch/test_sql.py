"""A context touches its own tables only, names its columns, and stays movable to another node."""

import pytest

from tests.arch.checks import sql
from tests.arch.checks.tree import ROOT, contexts, listed


def test_a_context_touches_only_the_tables_it_creates() -> None:
    assert listed(sql.foreign_tables(ROOT)) == ""


def test_queries_are_named_blocks_of_one_statement() -> None:
    assert listed(sql.query_blocks(ROOT)) == ""


def test_columns_are_named() -> None:
    assert listed(sql.star_selects(ROOT)) == ""


def test_sql_stands_where_it_is_looked_for() -> None:
    assert listed(sql.inline_sql(ROOT)) == ""


def test_schemas_hold_no_trigger_and_refer_to_no_other_schema() -> None:
    assert listed(sql.schema_rules(ROOT)) == ""


def test_every_context_with_a_store_has_tables_and_queries() -> None:
    for context in contexts(ROOT):
        if (context / "store.py").exists() or (context / "store").exists():
            assert sql.created_tables(context), f"{context.name} has a store but creates no table"
            assert sql.queries_of(context), f"{context.name} has a store but no named query"


# statement, tables it touches
TOUCHED = [
    ("SELECT id FROM hold WHERE order_id = ANY(%(orders)s::uuid[])", {"hold"}),
    ("SELECT a.id FROM hold a JOIN line l ON l.id = a.line_id FOR UPDATE OF a SKIP LOCKED", {"hold", "line"}),
    (
        "WITH w AS (SELECT i FROM unnest(%(i)s) AS t(i)) UPDATE hold h SET n = 1 FROM w WHERE h.id = w.i",
        {"hold"},
    ),
    (
        "INSERT INTO hold (id) SELECT x FROM line ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        {"hold", "line"},
    ),
    ("DELETE FROM hold USING line WHERE line.id = hold.id", {"hold", "line"}),
    (
        "SELECT 1 FROM a, LATERAL (SELECT b FROM c) v LEFT JOIN LATERAL unnest(a.x) AS q(z) ON true",
        {"a", "c"},
    ),
    ("SELECT id FROM other.hold", {"other.hold"}),
    ("MERGE INTO a USING b ON a.i = b.i WHEN MATCHED THEN DELETE", {"a", "b"}),
    ("COPY hold (a, b) FROM STDIN", {"hold"}),
    # not known to the parser: searched
    ("COPY hold (a, b) FROM STDIN (FORMAT BINARY)", {"hold"}),
    ("LOCK TABLE hold IN EXCLUSIVE MODE", {"hold"}),
    ("INSERT INTO hold OVERRIDING SYSTEM VALUE SELECT a FROM unnest(%(a)s) JOIN b USING (a)", {"hold", "b"}),
    ("WITH w AS (SELECT 1) INSERT INTO hold OVERRIDING SYSTEM VALUE SELECT a FROM w", {"hold"}),
]


@pytest.mark.parametrize(("statement", "tables"), TOUCHED)
def test_the_tables_of_a_statement(statement: str, tables: set[str]) -> None:
    assert sql.touched_tables(statement) == tables


@pytest.mark.parametrize(("statement", "tables"), TOUCHED)
def test_the_search_overlooks_no_table(statement: str, tables: set[str]) -> None:
    assert tables <= sql._searched_tables(statement)


@pytest.mark.parametrize("text", ["a.b * c.d", "count(*)", "SELECT '*' , a", "-- select *\nSELECT a"])
def test_what_is_no_star(text: str) -> None:
    assert not sql._STAR.search(sql.visible(text))


@pytest.mark.parametrize(
    "text", ["SELECT\n  *", "SELECT a, *", "SELECT o.* FROM o", "RETURNING *", "SELECT (f(x)).*"]
)
def test_what_is_a_star(text: str) -> None:
    assert sql._STAR.search(sql.visible(text))
