"""`commissary audit`: run every invariant over every organization; a single row that breaks one is a failure."""

import asyncio
import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from commissary.entry.cli.session import running, with_application
from commissary.platform.errors import UnknownOrganization
from commissary.platform.maintenance import list_organizations
from commissary.views.invariants import INVARIANTS, BrokenRow, Finding, check_invariant
from commissary.wiring import Application


class AuditRow(msgspec.Struct, frozen=True):
    """One invariant of one organization; `examples` are the first of the rows that break it."""

    organization: str
    invariant: str
    sentence: str
    rows: int
    seconds: float
    examples: list[BrokenRow]


def audit(
    organization: Annotated[str | None, typer.Option(help="Only this one; else all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for programs.")] = False,
) -> None:
    """Check that the data keeps every rule it must keep; exit code 1 when a row breaks one."""
    with running() as (config, addresses):
        rows = asyncio.run(with_application(config, addresses, lambda app: _audit(app, organization)))
    if as_json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
    else:
        _show(rows, Console())
    if any(row.rows for row in rows):
        raise typer.Exit(1)


async def _audit(app: Application, organization: str | None) -> list[AuditRow]:
    names = await list_organizations(app.database)
    if organization is not None:
        if organization not in names:
            raise UnknownOrganization(organization)
        names = [organization]
    rows = []
    for name in names:
        for invariant in INVARIANTS:
            # A transaction each: a long one would keep old rows alive for everybody.
            async with app.database.transaction(name, read_only=True) as db:
                rows.append(_row(name, await check_invariant(db, invariant)))
    return rows


def _row(organization: str, finding: Finding) -> AuditRow:
    return AuditRow(
        organization,
        finding.invariant.name,
        finding.invariant.sentence,
        finding.rows,
        round(finding.seconds, 3),
        list(finding.examples),
    )


def _show(rows: list[AuditRow], console: Console) -> None:
    for organization in dict.fromkeys(row.organization for row in rows):
        own = [row for row in rows if row.organization == organization]
        table = Table("invariant", "what must hold", title=organization, title_justify="left")
        table.add_column("rows", justify="right")
        table.add_column("seconds", justify="right")
        for row in own:
            style = "bold red" if row.rows else ""
            table.add_row(row.invariant, row.sentence, str(row.rows), f"{row.seconds:.2f}", style=style)
        console.print(table)
        for row in own:
            for what, found in row.examples:
                console.print(f"  {row.invariant}: {what}: {found}", highlight=False, markup=False)
    broken = sum(1 for row in rows if row.rows)
    seconds = sum(row.seconds for row in rows)
    verdict = f"{broken} broken" if broken else "all hold" if rows else "no organization to audit"
    console.print(f"{len(rows)} checks in {seconds:.1f} s: {verdict}.")
