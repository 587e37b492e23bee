"""Who calls: a user, or a machine with a key. Every route says what it needs; whoever lacks it is refused."""

import msgspec

PUBLIC = "public"


class Caller(msgspec.Struct, frozen=True):
    """`id` is what events name as the actor. `location_ids` None means all locations of the organization."""

    id: str
    organization: str
    role: str
    permissions: frozenset[str]
    location_ids: frozenset[int] | None = None
    display_name: str = ""
    csrf_token: str = ""

    def __repr__(self) -> str:
        return f"Caller({self.id!r}, organization={self.organization!r}, role={self.role!r})"

    def may(self, permission: str) -> bool:
        return permission == PUBLIC or permission in self.permissions

    def may_at(self, location_id: int) -> bool:
        """Whether the caller's location scope covers this location."""
        return self.location_ids is None or location_id in self.location_ids
