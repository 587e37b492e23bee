"""Users and API keys of an organization, made by whoever has the machine."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from commissary.domain.security.types import INSTALLATION, CreateApiKey, CreateUser, Role, Secret
from commissary.entry.cli.session import running, with_application
from commissary.flows.security.create_api_key import create_api_key
from commissary.flows.security.create_user import create_user
from commissary.kernel.decision import Refusal
from commissary.wiring import Application

users = typer.Typer(help="Users of an organization.", no_args_is_help=True)
keys = typer.Typer(help="API keys of an organization.", no_args_is_help=True)
_console = Console()
T = TypeVar("T")


class Refused(Exception):
    """A flow said no; the message is the sentence for people."""


async def make_user(app: Application, organization: str, name: str, password: Secret, role: Role) -> None:
    """A user who may sign in. Raises Refused."""
    async with app.database.transaction(organization) as db:
        (answer,) = await create_user(db, INSTALLATION, [CreateUser(name, name, password, role)])
        if isinstance(answer, Refusal):
            raise Refused(answer.code.replace("_", " "))


async def make_key(app: Application, organization: str, name: str, role: Role) -> str:
    """A key's secret, to be shown once. Raises Refused."""
    async with app.database.transaction(organization) as db:
        (answer,) = await create_api_key(db, INSTALLATION, [CreateApiKey(name, role)])
        if isinstance(answer, Refusal):
            raise Refused(answer.code.replace("_", " "))
        return answer.secret.reveal()


@users.command("create")
def create_user_command(
    organization: Annotated[str, typer.Argument()],
    name: Annotated[str, typer.Argument(help="What the user types to sign in.")],
    role: Annotated[Role, typer.Option()] = Role.OPERATOR,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Create a user; the password is asked for."""

    async def work(app: Application) -> None:
        await make_user(app, organization, name, Secret(password), role)

    with running() as (config, addresses):
        _run_or_exit(with_application(config, addresses, work))
    _console.print(f"Created {name} ({role}).")


@keys.command("create")
def create_key_command(
    organization: Annotated[str, typer.Argument()],
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    role: Annotated[Role, typer.Option()] = Role.OPERATOR,
) -> None:
    """Create an API key and show its secret, this once."""

    async def work(app: Application) -> str:
        return await make_key(app, organization, name, role)

    with running() as (config, addresses):
        secret = _run_or_exit(with_application(config, addresses, work))
    _console.print(secret, soft_wrap=True, highlight=False)


def _run_or_exit(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except Refused as refused:
        _console.print(f"Refused: {refused}.")
        raise typer.Exit(1) from None
