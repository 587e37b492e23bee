"""What security tells others: who was let in, who was given which rights, and by whom (the event's actor).

People appear by the id of their user only.
"""

from typing import ClassVar

from commissary.kernel.fact import Fact


class UserCreated(Fact, frozen=True):
    """A user was created."""

    KIND: ClassVar[str] = "user.created"
    SUBJECT_KIND: ClassVar[str] = "user"

    role: str
    location_ids: tuple[int, ...] | None = None


class UserChanged(Fact, frozen=True):
    """`changed` names the fields that have another value now."""

    KIND: ClassVar[str] = "user.changed"
    SUBJECT_KIND: ClassVar[str] = "user"

    changed: tuple[str, ...]
    role: str
    active: bool


class UserSignedIn(Fact, frozen=True):
    """A user signed in."""

    KIND: ClassVar[str] = "user.signed_in"
    SUBJECT_KIND: ClassVar[str] = "user"


class UserSignInFailed(Fact, frozen=True):
    """`locked`: this failure closes the account for a while."""

    KIND: ClassVar[str] = "user.sign_in_failed"
    SUBJECT_KIND: ClassVar[str] = "user"

    locked: bool


class ApiKeyCreated(Fact, frozen=True):
    """An API key was created; without scopes it may do all that its role may."""

    KIND: ClassVar[str] = "api_key.created"
    SUBJECT_KIND: ClassVar[str] = "api_key"

    role: str
    scopes: tuple[str, ...] | None = None
    location_ids: tuple[int, ...] | None = None


class ApiKeyRevoked(Fact, frozen=True):
    """An API key was revoked; it works no more."""

    KIND: ClassVar[str] = "api_key.revoked"
    SUBJECT_KIND: ClassVar[str] = "api_key"
