"""Bodies and answers of users and API keys. A password comes in and never goes out; a key's secret goes out once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from commissary.domain.security.types import Role
from commissary.platform.http.endpoint import PAGE_LIMIT

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
DisplayName = Annotated[str, Meta(min_length=1, max_length=200, pattern=_PLAIN)]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Locations = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=100, pattern=_PLAIN)], ...],
    Meta(min_length=1, max_length=5000, description="Codes of locations; null means all of them."),
]
Scopes = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=100, pattern=_PLAIN)], ...],
    Meta(min_length=1, max_length=100, description="Permissions; null means all that the role has."),
]
Instant = Annotated[datetime, Meta(tz=True)]


class CreateUserBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=100, description="What the user signs in with.")]
    display_name: DisplayName
    password: Password
    role: Role
    locations: Locations | None = None
    expires_at: Instant | None = None

    def __repr__(self) -> str:
        return f"CreateUserBody(name={self.name!r})"


class ChangeUserBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is."""

    display_name: DisplayName | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    locations: Locations | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    expires_at: Instant | UnsetType | None = UNSET


class PasswordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    password: Password

    def __repr__(self) -> str:
        return "PasswordBody()"


class UserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`locked`: failed sign-ins make the account wait."""

    id: UUID
    name: str
    display_name: str
    role: Role
    locations: list[str] | None
    active: bool
    expires_at: datetime | None
    locked: bool
    created_at: datetime
    version: int


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[UserAnswer]
    next_cursor: str | None = None


class CreateApiKeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=_PLAIN)]
    role: Role
    scopes: Scopes | None = None
    locations: Locations | None = None
    expires_at: Instant | None = None


class ApiKeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`prefix` is the visible beginning of the key."""

    id: UUID
    name: str
    prefix: str
    role: Role
    scopes: list[str] | None
    locations: list[str] | None
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    created_by: str


class IssuedApiKeyAnswer(ApiKeyAnswer, frozen=True, kw_only=True):
    """`secret` is the key itself, answered this once and kept nowhere."""

    secret: str

    def __repr__(self) -> str:
        return f"IssuedApiKeyAnswer(prefix={self.prefix!r})"


class ApiKeyPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[ApiKeyAnswer]
    next_cursor: str | None = None


class SecurityPageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 50
    cursor: Annotated[str, Meta(max_length=1000)] = ""
