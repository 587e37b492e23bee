"""Users and API keys over HTTP.

What carries a password or answers a secret is never kept under an Idempotency-Key: a stored answer would hold the
secret, and a stored fast hash of the request would be an easier target than the password's own slow one.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from commissary.domain.security.types import (
    ChangeUser,
    CreateApiKey,
    CreateUser,
    Grantor,
    Permission,
    Role,
    Secret,
    SetPassword,
)
from commissary.entry.api.schemas.security import (
    ApiKeyAnswer,
    ApiKeyPage,
    ChangeUserBody,
    CreateApiKeyBody,
    CreateUserBody,
    IssuedApiKeyAnswer,
    PasswordBody,
    SecurityPageQuery,
    UserAnswer,
    UserPage,
)
from commissary.flows.security.change_user import change_user
from commissary.flows.security.create_api_key import create_api_key
from commissary.flows.security.create_user import create_user
from commissary.flows.security.revoke_api_key import revoke_api_key
from commissary.flows.security.set_password import set_password
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.http.caller import Caller
from commissary.platform.http.cursor import decode_cursor, encode_cursor
from commissary.platform.http.endpoint import Call, Endpoint, Handler, Reply, Work, versioned
from commissary.views import security as views
from commissary.wiring import Application

_TAG = "security"
_GRANTS = ("grant_too_wide", "grant_beyond_locations", "scope_location_unknown", "expiry_passed")
_PASSWORDS = ("password_too_short", "password_is_name")


def endpoints(app: Application) -> list[Endpoint]:
    """What callers can do with users and keys."""
    return [*_user_endpoints(app), *_key_endpoints(app)]


def _user_endpoints(app: Application) -> list[Endpoint]:
    return [
        Endpoint(
            method="POST", path="/v1/users", permission=Permission.USERS_WRITE, summary="Create a user",
            description="A name is given once: to send this again is refused, not done twice.",
            handler=_creator_of_users(app), work=Work.OWN, tag=_TAG, body=CreateUserBody, answer=UserAnswer,
            status=201, refusals=("user_name_invalid", "user_name_taken", *_PASSWORDS, *_GRANTS),
        ),
        Endpoint(
            method="GET", path="/v1/users", permission=Permission.USERS_READ, summary="List users by name",
            handler=list_users, work=Work.READ, tag=_TAG, query=SecurityPageQuery, answer=UserPage,
        ),
        Endpoint(
            method="GET", path="/v1/users/{id:uuid}", permission=Permission.USERS_READ, summary="Read a user",
            handler=get_user, work=Work.READ, tag=_TAG, answer=UserAnswer, refusals=("user_unknown",),
        ),
        Endpoint(
            method="PATCH", path="/v1/users/{id:uuid}", permission=Permission.USERS_WRITE, summary="Change a user",
            description="A user who is made inactive is signed out everywhere.",
            handler=patch_user, work=Work.WRITE, tag=_TAG, body=ChangeUserBody, answer=UserAnswer,
            refusals=("user_unknown", "last_administrator", "version_stale", "version_invalid", *_GRANTS),
        ),
        Endpoint(
            method="PUT", path="/v1/users/{id:uuid}/password", permission=Permission.USERS_WRITE,
            summary="Give a user a new password", description="The user is signed out everywhere.",
            handler=_setter_of_passwords(app), work=Work.OWN, tag=_TAG, body=PasswordBody, status=204,
            refusals=("user_unknown", *_PASSWORDS, "grant_too_wide", "grant_beyond_locations"),
        ),
    ]  # fmt: skip


def _key_endpoints(app: Application) -> list[Endpoint]:
    return [
        Endpoint(
            method="POST", path="/v1/api-keys", permission=Permission.KEYS_WRITE, summary="Create an API key",
            description="The secret is in this answer and nowhere else. If the answer got lost, revoke the key "
            "and create another.",
            handler=_creator_of_keys(app), work=Work.OWN, tag=_TAG, body=CreateApiKeyBody,
            answer=IssuedApiKeyAnswer, status=201, refusals=("scope_not_of_role", *_GRANTS),
        ),
        Endpoint(
            method="GET", path="/v1/api-keys", permission=Permission.KEYS_READ, summary="List API keys, oldest first",
            handler=list_keys, work=Work.READ, tag=_TAG, query=SecurityPageQuery, answer=ApiKeyPage,
        ),
        Endpoint(
            method="DELETE", path="/v1/api-keys/{id:uuid}", permission=Permission.KEYS_WRITE,
            summary="Revoke an API key", description="It stops working within 5 seconds, for good.",
            handler=delete_key, work=Work.WRITE, tag=_TAG, status=204,
            refusals=("api_key_unknown", "grant_too_wide", "grant_beyond_locations"),
        ),
    ]  # fmt: skip


def _creator_of_users(app: Application) -> Handler:
    async def post_user(call: Call[CreateUserBody, None]) -> Reply | Refusal:
        body = call.body
        async with app.database.transaction(call.organization) as db:
            locations = await _location_ids(db, body.locations)
            if isinstance(locations, Refusal):
                return locations
            command = CreateUser(
                name=body.name,
                display_name=body.display_name,
                password=Secret(body.password),
                role=body.role,
                location_ids=locations,
                expires_at=body.expires_at,
            )
            (answer,) = await create_user(db, _grantor(call.caller), [command])
            return answer if isinstance(answer, Refusal) else await _user_reply(db, answer.id, 201)

    return post_user


def _setter_of_passwords(app: Application) -> Handler:
    async def put_password(call: Call[PasswordBody, None]) -> Refusal | Reply:
        command = SetPassword(UUID(call.path["id"]), Secret(call.body.password))
        async with app.database.transaction(call.organization) as db:
            (answer,) = await set_password(db, _grantor(call.caller), [command])
        return answer if isinstance(answer, Refusal) else Reply(b"", 204)

    return put_password


def _creator_of_keys(app: Application) -> Handler:
    async def post_key(call: Call[CreateApiKeyBody, None]) -> IssuedApiKeyAnswer | Refusal:
        body = call.body
        async with app.database.transaction(call.organization) as db:
            locations = await _location_ids(db, body.locations)
            if isinstance(locations, Refusal):
                return locations
            command = CreateApiKey(
                name=body.name,
                role=body.role,
                scopes=None if body.scopes is None else frozenset(body.scopes),
                location_ids=locations,
                expires_at=body.expires_at,
            )
            (answer,) = await create_api_key(db, _grantor(call.caller), [command])
            if isinstance(answer, Refusal):
                return answer
            row = await views.api_key(db, answer.key.id)
            assert row is not None
            return IssuedApiKeyAnswer(**_key_fields(row), secret=answer.secret.reveal())

    return post_key


async def list_users(call: Call[None, SecurityPageQuery], db: Db) -> UserPage:
    after = decode_cursor(call.query.cursor, str) if call.query.cursor else None
    rows = await views.users(db, after, call.query.limit + 1)
    page = rows[: call.query.limit]
    more = encode_cursor(page[-1].name) if len(rows) > len(page) else None
    return UserPage(data=[_user_answer(row) for row in page], next_cursor=more)


async def get_user(call: Call[None, None], db: Db) -> Reply | Refusal:
    return await _user_reply(db, UUID(call.path["id"]))


async def patch_user(call: Call[ChangeUserBody, None], db: Db) -> Reply | Refusal:
    body = call.body
    locations: frozenset[int] | UnsetType | None = UNSET
    if body.locations is not UNSET:
        found = await _location_ids(db, body.locations)
        if isinstance(found, Refusal):
            return found
        locations = found
    command = ChangeUser(
        user_id=UUID(call.path["id"]),
        expected_version=call.if_match,
        display_name=body.display_name,
        role=body.role,
        location_ids=locations,
        active=body.active,
        expires_at=body.expires_at,
    )
    (answer,) = await change_user(db, _grantor(call.caller), [command])
    return answer if isinstance(answer, Refusal) else await _user_reply(db, answer.id)


async def list_keys(call: Call[None, SecurityPageQuery], db: Db) -> ApiKeyPage:
    after = decode_cursor(call.query.cursor, UUID) if call.query.cursor else None
    rows = await views.api_keys(db, after, call.query.limit + 1)
    page = rows[: call.query.limit]
    more = encode_cursor(page[-1].id) if len(rows) > len(page) else None
    return ApiKeyPage(data=[ApiKeyAnswer(**_key_fields(row)) for row in page], next_cursor=more)


async def delete_key(call: Call[None, None], db: Db) -> Refusal | Reply:
    (answer,) = await revoke_api_key(db, _grantor(call.caller), [UUID(call.path["id"])])
    return answer if isinstance(answer, Refusal) else Reply(b"", 204)


def _grantor(caller: Caller) -> Grantor:
    return Grantor(caller.id, caller.permissions, caller.location_ids)


async def _location_ids(db: Db, codes: Sequence[str] | None) -> frozenset[int] | Refusal | None:
    if codes is None:
        return None
    ids = await views.location_ids_of(db, codes)
    for index, code in enumerate(codes):
        if code not in ids:
            return Refusal("scope_location_unknown", {"location": code}, f"/locations/{index}")
    return frozenset(ids.values())


async def _user_reply(db: Db, user_id: UUID, status: int = 200) -> Reply | Refusal:
    row = await views.user(db, user_id)
    if row is None:
        return Refusal("user_unknown", {"user": str(user_id)})
    return versioned(_user_answer(row), row.version, status)


def _user_answer(row: views.UserRow) -> UserAnswer:
    return UserAnswer(**{**row._asdict(), "role": Role(row.role), "locked": bool(row.locked)})


def _key_fields(row: views.ApiKeyRow) -> dict[str, Any]:
    return {**row._asdict(), "role": Role(row.role)}
