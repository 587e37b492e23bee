"""Every column of an organization's schema is tagged for personal data in docs/reference/personal-data.md."""

from collections import Counter
from typing import NamedTuple

import psycopg

from tests.arch.checks.tree import ROOT

TAGS = {"none", "sealed", "pseudonym", "readable"}


class Tagged(NamedTuple):
    table: str
    column: str
    tag: str
    reason: str


def tagged() -> list[Tagged]:
    text = (ROOT / "docs" / "reference" / "personal-data.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| Table ")
    ]
    return [
        Tagged(table, column.strip(), tag, reason)
        for table, tag, columns, reason in rows
        for column in columns.split(",")
    ]


def columns_of(dsn: str) -> set[tuple[str, str]]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'org_acme'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped"
        ).fetchall()
    return {(table, column) for table, column in rows}


def test_every_column_is_tagged_and_every_tag_has_its_column(organization_dsn: str) -> None:
    columns = columns_of(organization_dsn)
    documented = {(entry.table, entry.column) for entry in tagged()}
    assert columns - documented == set(), "tag these columns in docs/reference/personal-data.md"
    assert documented - columns == set(), "these columns are gone"


def test_no_column_is_tagged_twice_and_all_but_none_give_a_reason() -> None:
    entries = tagged()
    twice = [key for key, number in Counter((e.table, e.column) for e in entries).items() if number > 1]
    assert twice == []
    assert {entry.tag for entry in entries} <= TAGS
    assert [entry for entry in entries if entry.tag != "none" and not entry.reason] == []


def test_sealed_columns_are_bytes_and_belong_to_customers(organization_dsn: str) -> None:
    sealed = {(entry.table, entry.column) for entry in tagged() if entry.tag == "sealed"}
    with psycopg.connect(organization_dsn) as connection:
        for table, column in sealed:
            row = connection.execute(
                "SELECT data_type FROM information_schema.columns"
                " WHERE table_schema = 'org_acme' AND table_name = %s AND column_name = %s",
                (table, column),
            ).fetchone()
            assert row == ("bytea",)
    assert {table for table, _ in sealed} == {"customer", "contact"}


def test_an_untagged_column_is_noticed(organization_dsn: str) -> None:
    with psycopg.connect(organization_dsn) as connection:
        connection.execute("ALTER TABLE org_acme.customer ADD COLUMN birth_on date")
    documented = {(entry.table, entry.column) for entry in tagged()}
    assert columns_of(organization_dsn) - documented == {("customer", "birth_on")}
