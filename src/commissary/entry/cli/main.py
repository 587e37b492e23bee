"""`commissary`: one command for each thing a person does to an installation."""

import signal
import sys
from types import FrameType

import typer

from commissary.entry.cli import (
    audit,
    clock,
    customers,
    demo,
    doctor,
    imports,
    listen,
    organizations,
    people,
    up,
)
from commissary.platform.config import ConfigError
from commissary.platform.db import DatabaseError, database_trouble
from commissary.platform.errors import Unavailable, UnknownOrganization
from commissary.platform.migrate import MigrationError
from commissary.platform.postgres import PostgresError

application = typer.Typer(
    name="commissary",
    help="Distributed order management.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
application.command("up")(up.up)
application.command("demo")(demo.demo)
application.command("listen")(listen.listen)
application.command("audit")(audit.audit)
application.command("doctor")(doctor.doctor)
application.command("migrate")(organizations.migrate)
application.add_typer(organizations.commands, name="organization")
application.add_typer(people.users, name="user")
application.add_typer(people.keys, name="key")
application.add_typer(customers.commands, name="customer")
application.add_typer(clock.commands, name="clock")
application.add_typer(imports.commands, name="import")


def _leave(_: int, __: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)


def main() -> None:
    """Run a command; what a person can mend is one sentence, not a traceback."""
    # A command that is told to stop still stops the servers it started.
    signal.signal(signal.SIGTERM, _leave)
    try:
        application()
    except (ConfigError, PostgresError, MigrationError, Unavailable, UnknownOrganization) as error:
        sys.exit(f"commissary: {error}")
    except DatabaseError as error:
        sys.exit(f"commissary: {database_trouble(error)}")
