"""Rewriting the key store.

nobody was erased lately       no job
somebody was                   one job, whatever the number of sweeps before it ran
"""

from uuid import UUID

from commissary.flows.customers.compact_keys import COMPACT_KEYS, compact_keys
from commissary.flows.customers.erase import erase, finish
from tests.conftest import Organization
from tests.shop import captured, open_shop, order


async def test_key_store_is_rewritten_after_an_erasure(organization: Organization) -> None:
    app = organization.app
    async with app.database.transaction("acme") as db:
        await open_shop(db)
    await captured(app, order(("A", 1)))
    async with app.database.transaction("acme") as db:
        assert not await compact_keys(db)
        assert await db.fetch("SELECT 1 FROM job_request") == []
        ((customer,),) = await db.fetch("SELECT id FROM customer")
        assert isinstance(customer, UUID)
        await erase(db, "tests", [customer])
    await finish(app.database, app.keystore, "acme", [customer])
    async with app.database.transaction("acme") as db:
        await compact_keys(db)
        await compact_keys(db)
        assert await db.fetch("SELECT DISTINCT task, lock FROM job_request") == [(COMPACT_KEYS, COMPACT_KEYS)]
    await app.keystore.compact()
