"""Keys and session tokens: made, taken apart, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.platform.tokens import (
    Token,
    new_api_key,
    new_session_token,
    read_api_key,
    read_session_token,
    token_hash,
    visible_prefix,
)

ORGANIZATIONS = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)


@given(ORGANIZATIONS)
def test_what_is_made_is_read_back(organization: str) -> None:
    key, session = new_api_key(organization), new_session_token(organization)
    assert read_api_key(key) == Token(organization, token_hash(key))
    assert read_session_token(session) == Token(organization, token_hash(session))
    assert read_api_key(session) is None and read_session_token(key) is None
    assert key.startswith(visible_prefix(key)) and len(key) - len(visible_prefix(key)) == 37


@given(st.text(max_size=80))
def test_anything_else_is_none(text: str) -> None:
    assert read_session_token(text) is None
    assert read_api_key(text) is None


RANDOM = "A" * 43


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "cmk_", "cmk_acme_", f"cmk_{RANDOM}", f"cmk__{RANDOM}", f"cmk_acme_{RANDOM[1:]}", f"cmk_Acme_{RANDOM}",
        f"cmk_acme_{RANDOM}\n", f"cmk_acme_{RANDOM[1:]}é", f"cmk_acme.x_{RANDOM}", f"cmk_{'a' * 41}_{RANDOM}", "null",
    ],
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    assert read_api_key(text) is None


def test_the_organization_is_part_of_what_is_hashed() -> None:
    key = new_api_key("acme")
    forged = read_api_key(key.replace("cmk_acme_", "cmk_beta_"))
    assert forged is not None and forged.organization == "beta"
    assert forged.digest != token_hash(key)
