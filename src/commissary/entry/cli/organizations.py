"""Organizations: each is one stock network with a schema of its own."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commissary.entry.cli.session import running
from commissary.platform.installation import Installation
from commissary.platform.migrate import create_organization, list_organizations

commands = typer.Typer(help="Create and list organizations.", no_args_is_help=True)
_console = Console()


@commands.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Short name: a-z, 0-9 and _, starting with a letter.")],
    title: Annotated[str, typer.Option(help="The name that people see.")] = "",
    test: Annotated[
        bool, typer.Option("--test", help="A test organization: its clock can be moved.")
    ] = False,
) -> None:
    """Create an organization."""
    with running() as (_, addresses):
        create_organization(addresses.dsn, name, title or name, "test" if test else "live")
    _console.print(f"Created the organization [bold]{name}[/].")


@commands.command("list")
def list_all() -> None:
    """List organizations."""
    with running() as (_, addresses):
        table = Table("name", "title", "kind", "created")
        for row in list_organizations(addresses.dsn):
            table.add_row(row.name, row.title, row.kind, f"{row.created_at:%Y-%m-%d}")
    _console.print(table)


def migrate() -> None:
    """Bring the database up to date; safe while the system runs."""
    with running() as (config, _):
        done = Installation(config).prepare()
    for entry in done:
        _console.print(f"ran {entry}")
    _console.print("Up to date.")
