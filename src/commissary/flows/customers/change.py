"""Change a customer's details: made outside a transaction (the key is elsewhere), written only if nobody was first."""

from collections.abc import Mapping, Sequence

from commissary.domain.customers import store
from commissary.domain.customers.events import CustomerChanged
from commissary.domain.customers.ports import PersonKeys
from commissary.domain.customers.rules.change import decide_change
from commissary.domain.customers.rules.person_hasher import PersonHasher
from commissary.domain.customers.rules.sealed_form import opened_person, sealed_person
from commissary.domain.customers.types import ChangedCustomer, CustomerRecord, DetailsChange
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain, Unavailable
from commissary.platform.sealing import Seal


async def prepare_change(
    keys: PersonKeys,
    organization: str,
    hasher: PersonHasher,
    record: CustomerRecord,
    country: str,
    declared: Mapping[str, AttributeKind],
    change: DetailsChange,
) -> ChangedCustomer | Refusal:
    """The customer's new content, sealed; `changed` is empty when nothing differs.

    `country` is where a phone number without country code is dialed.
    """
    if record.erased_at is not None or record.sealed is None:
        return Refusal("customer_erased")
    key = (await keys.get(organization, [record.id])).get(record.id)
    if key is None:
        raise Unavailable("The key of this customer is missing.")
    seal = Seal(key)
    details = opened_person(seal, organization, record.id, record.sealed)
    decided = decide_change(details, record.category, record.attributes, declared, change)
    if isinstance(decided, Refusal):
        return decided
    return ChangedCustomer(
        record.id,
        record.version,
        decided.category,
        sealed_person(seal, organization, record.id, decided.details),
        hasher.search_hashes(decided.details, country),
        hasher.mail(decided.details.mail) if record.reference is None else None,
        decided.attributes,
        decided.changed,
    )


async def change(db: Db, actor: str, changes: Sequence[ChangedCustomer]) -> list[int]:
    """Write the changes and answer the new versions, in the order given.

    Raises TryAgain when a customer was changed or erased since the change was made.
    """
    states = await store.lock_customers(db, [c.id for c in changes])
    for made in changes:
        state = states.get(made.id)
        if state is None or state.erased_at is not None or state.version != made.version:
            raise TryAgain("A customer was changed meanwhile.")
    real = [made for made in changes if made.changed]
    await store.change_customers(db, real)
    await outbox.tell(
        db, actor, [CustomerChanged(str(c.id), changed=c.changed, version=c.version + 1) for c in real]
    )
    return [made.version + bool(made.changed) for made in changes]
