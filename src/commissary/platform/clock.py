"""One clock for each organization. A live organization's clock is real time; a test organization's can be moved.

The clock is read in the database when a transaction begins (see `db`), so that all processes of all machines agree.
It only moves forward: a clock that goes back would make order of history a lie.
"""

from datetime import timedelta

from commissary.platform.db import Database

MOVE_LIMIT = timedelta(days=3660)


async def advance(database: Database, organization: str, by: timedelta) -> bool:
    """Move a test organization's clock forward; False when the organization is live or the step is not forward."""
    if not timedelta(0) < by <= MOVE_LIMIT:
        return False
    async with database.shared() as db:
        touched = await db.count(
            "UPDATE platform.organization SET clock_offset = clock_offset + %(by)s"
            " WHERE name = %(name)s AND kind = 'test' AND clock_offset + %(by)s <= interval '3660 days'",
            {"by": by, "name": organization},
        )
    return touched == 1
