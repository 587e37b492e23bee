"""The hasher of an organization: made once in a process, from the installation's master key."""

from functools import lru_cache

from commissary.domain.customers.rules.person_hasher import PersonHasher
from commissary.platform.sealing import derive_key


@lru_cache(maxsize=256)
def person_hasher(master_key: bytes, organization: str) -> PersonHasher:
    """Keyed hashes of one organization; another organization's hashes of the same text differ."""
    return PersonHasher(derive_key(master_key, f"hashes of persons: {organization}"))
