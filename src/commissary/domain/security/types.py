"""Words of security: permissions, roles, and what each role may do.

A permission is `<thing>:<act>`. Roles are fixed sets, so that anyone can say by heart what a role may do; an API key
can be narrowed further by scopes (a subset of its role's permissions), a user or key by locations.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec


class Permission(StrEnum):
    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"
    LOCATIONS_READ = "locations:read"
    LOCATIONS_WRITE = "locations:write"
    STOCK_READ = "stock:read"
    STOCK_FEED = "stock:feed"
    STOCK_RESERVE = "stock:reserve"
    STOCK_ADJUST = "stock:adjust"
    ORDERS_READ = "orders:read"
    ORDERS_CAPTURE = "orders:capture"
    ORDERS_CANCEL = "orders:cancel"
    ORDERS_HOLD = "orders:hold"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_ERASE = "customers:erase"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    EVENTS_READ = "events:read"
    AUDIT_READ = "audit:read"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    CLOCK_MOVE = "clock:move"


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    STORE_ASSOCIATE = "store_associate"
    SERVICE_AGENT = "service_agent"
    READ_ONLY = "read_only"


_P = Permission
_READS_WITHOUT_PERSONS = frozenset(
    {_P.ITEMS_READ, _P.LOCATIONS_READ, _P.STOCK_READ, _P.ORDERS_READ, _P.EVENTS_READ}
)

PERMISSIONS_OF: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.OPERATOR: frozenset(Permission)
    - {_P.USERS_READ, _P.USERS_WRITE, _P.KEYS_READ, _P.KEYS_WRITE}
    - {_P.CUSTOMERS_ERASE, _P.SETTINGS_WRITE, _P.CLOCK_MOVE},
    Role.STORE_ASSOCIATE: frozenset(
        {_P.ITEMS_READ, _P.LOCATIONS_READ, _P.STOCK_READ, _P.STOCK_ADJUST, _P.ORDERS_READ}
    ),
    Role.SERVICE_AGENT: _READS_WITHOUT_PERSONS
    | {_P.ORDERS_CAPTURE, _P.ORDERS_CANCEL, _P.ORDERS_HOLD, _P.CUSTOMERS_READ, _P.CUSTOMERS_WRITE},
    Role.READ_ONLY: _READS_WITHOUT_PERSONS | {_P.AUDIT_READ, _P.SETTINGS_READ, _P.WEBHOOKS_READ},
}  # fmt: skip


class Secret:
    """A text that never shows itself: not in a log, an error, nor in the representation of whatever holds it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


class Grantor(NamedTuple):
    """Who gives rights to others, and what they hold themselves: nobody gives away more. None means all."""

    actor: str
    permissions: frozenset[str] | None
    location_ids: frozenset[int] | None


# Whoever can run commands on the installation owns its database anyway.
INSTALLATION = Grantor("installation", None, None)


class CreateUser(msgspec.Struct, frozen=True):
    """`location_ids` None means all locations."""

    name: str
    display_name: str
    password: Secret
    role: Role
    location_ids: frozenset[int] | None = None
    expires_at: datetime | None = None


class ChangeUser(msgspec.Struct, frozen=True):
    """What is UNSET stays. `expected_version` is the version that the change was made on, None for any."""

    user_id: UUID
    expected_version: int | None = None
    display_name: str | msgspec.UnsetType = msgspec.UNSET
    role: Role | msgspec.UnsetType = msgspec.UNSET
    location_ids: frozenset[int] | msgspec.UnsetType | None = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET


class SetPassword(msgspec.Struct, frozen=True):
    """A new password that an administrator gives a user."""

    user_id: UUID
    password: Secret


class ChangeOwnPassword(msgspec.Struct, frozen=True):
    """A new password that a signed-in user gives themselves."""

    user_id: UUID
    current: Secret
    password: Secret


class SignIn(msgspec.Struct, frozen=True):
    """What a person types to come in."""

    name: str
    password: Secret


class CreateApiKey(msgspec.Struct, frozen=True):
    """`scopes` None means every permission of the role, `location_ids` None all locations."""

    name: str
    role: Role
    scopes: frozenset[str] | None = None
    location_ids: frozenset[int] | None = None
    expires_at: datetime | None = None


class User(NamedTuple):
    id: UUID
    name: str
    display_name: str
    role: Role
    location_ids: frozenset[int] | None
    active: bool
    expires_at: datetime | None
    version: int


class Credential(NamedTuple):
    """What a sign-in is checked against. `password_hash` opens nothing, and still goes nowhere else."""

    user_id: UUID
    name: str
    password_hash: str
    active: bool
    expires_at: datetime | None
    failed_attempts: int
    locked_until: datetime | None


class Session(NamedTuple):
    """A signed-in browser. The token itself is only with that browser."""

    token_hash: bytes
    user_id: UUID
    csrf_token: str
    created_at: datetime
    expires_at: datetime


class ApiKey(NamedTuple):
    id: UUID
    name: str
    secret_hash: bytes
    prefix: str
    role: Role
    scopes: frozenset[str] | None
    location_ids: frozenset[int] | None
    expires_at: datetime | None
    created_at: datetime
    created_by: str


class ApiKeyState(NamedTuple):
    """What revoking a key needs to know of it."""

    id: UUID
    role: Role
    scopes: frozenset[str] | None
    location_ids: frozenset[int] | None
    revoked_at: datetime | None


class IssuedKey(NamedTuple):
    """A new key and its secret, which is shown this once."""

    key: ApiKey
    secret: Secret


class SignedIn(NamedTuple):
    """A new session and the token for its cookie."""

    session: Session
    token: Secret
