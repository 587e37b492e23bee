"""Persons of an organization: erase one, and erase again whoever a restored backup brought back."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from commissary.entry.cli.session import running, with_application
from commissary.flows.customers.erase import erase, finish
from commissary.flows.customers.replay_erasures import Replayed, replay_erasures
from commissary.kernel.decision import Refusal
from commissary.platform.maintenance import list_organizations
from commissary.wiring import Application

commands = typer.Typer(help="Persons: erase, and replay erasures after a restore.", no_args_is_help=True)
_console = Console()
_ACTOR = "installation"


@commands.command("erase")
def erase_customers(
    organization: Annotated[str, typer.Argument()],
    customers: Annotated[list[UUID], typer.Argument(help="Ids of the customers.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase persons for good: their data, and the keys that could read what is left of it in logs and backups."""
    if not yes:
        typer.confirm(f"Erase {len(customers)} person(s) of {organization} for good?", abort=True)

    async def work(app: Application) -> list[Refusal]:
        async with app.database.transaction(organization) as db:
            answers = await erase(db, _ACTOR, customers)
        known = [answer.customer_id for answer in answers if not isinstance(answer, Refusal)]
        await finish(app.database, app.keystore, organization, known)
        return [answer for answer in answers if isinstance(answer, Refusal)]

    with running() as (config, addresses):
        unknown = asyncio.run(with_application(config, addresses, work))
    for refusal in unknown:
        _console.print(f"There is no customer {refusal.facts['customer_id']}.", highlight=False)
    _console.print(f"Erased {len(customers) - len(unknown)}.")
    if unknown:
        raise typer.Exit(1)


@commands.command("replay-erasures")
def replay(
    also: Annotated[
        Path | None,
        typer.Option(help="A file with one customer id a line, for when both servers were restored."),
    ] = None,
) -> None:
    """After a restore and before the system serves: erase again whoever was erased since the backup was made."""
    ids = _ids_in(also) if also is not None else []

    async def work(app: Application) -> dict[str, Replayed]:
        return {
            name: await replay_erasures(app.database, app.keystore, name, ids)
            for name in await list_organizations(app.database)
        }

    with running() as (config, addresses):
        replayed = asyncio.run(with_application(config, addresses, work))
    for name, found in replayed.items():
        _console.print(f"{name}: {found.keys} keys deleted again, {found.customers} customers emptied again.")


def _ids_in(path: Path) -> list[UUID]:
    ids = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                ids.append(UUID(line.strip()))
            except ValueError:
                raise typer.BadParameter(f"line {number} is no customer id", param_hint="--also") from None
    return ids
