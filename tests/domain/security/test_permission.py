"""Who may do what, as a merchant could read it, and that rights only ever shrink on their way to someone else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.security.rules.permission import grant_refusal, permissions_of, scope_refusal
from commissary.domain.security.types import INSTALLATION, PERMISSIONS_OF, Grantor, Permission, Role

# permission             administrator operator store_associate service_agent read_only
WHO = """
    orders:read              yes yes yes yes yes
    orders:capture           yes yes -   yes -
    orders:cancel            yes yes -   yes -
    orders:hold              yes yes -   yes -
    stock:read               yes yes yes yes yes
    stock:adjust             yes yes yes -   -
    stock:feed               yes yes -   -   -
    stock:reserve            yes yes -   -   -
    items:read               yes yes yes yes yes
    items:write              yes yes -   -   -
    locations:read           yes yes yes yes yes
    locations:write          yes yes -   -   -
    customers:read           yes yes -   yes -
    customers:write          yes yes -   yes -
    customers:erase          yes -   -   -   -
    webhooks:read            yes yes -   -   yes
    webhooks:write           yes yes -   -   -
    events:read              yes yes -   yes yes
    audit:read               yes yes -   -   yes
    settings:read            yes yes -   -   yes
    settings:write           yes -   -   -   -
    users:read               yes -   -   -   -
    users:write              yes -   -   -   -
    keys:read                yes -   -   -   -
    keys:write               yes -   -   -   -
    clock:move               yes -   -   -   -
"""


def test_the_table_of_roles() -> None:
    table = {row.split()[0]: row.split()[1:] for row in WHO.strip().splitlines()}
    assert set(table) == {p.value for p in Permission}
    for permission in Permission:
        may = ["yes" if permission in PERMISSIONS_OF[role] else "-" for role in Role]
        assert may == table[permission], permission


@given(st.sampled_from(Role), st.none() | st.frozensets(st.sampled_from([p.value for p in Permission])))
def test_scopes_only_narrow(role: Role, scopes: frozenset[str] | None) -> None:
    granted = permissions_of(role, scopes)
    assert granted <= PERMISSIONS_OF[role]
    if scopes is not None:
        assert granted == PERMISSIONS_OF[role] & scopes
        refusal = scope_refusal(role, scopes)
        assert (refusal is None) == (scopes <= PERMISSIONS_OF[role])
        assert refusal is None or refusal.facts["scope"] in scopes - PERMISSIONS_OF[role]


_PLACES = st.none() | st.frozensets(st.integers(1, 4), min_size=1)


@given(
    st.sampled_from(Role),
    st.none() | st.frozensets(st.sampled_from([p.value for p in Permission])),
    _PLACES,
    st.sampled_from(Role),
    _PLACES,
)
def test_nobody_gives_more_than_they_hold(
    role: Role,
    scopes: frozenset[str] | None,
    places: frozenset[int] | None,
    own: Role,
    own_places: frozenset[int] | None,
) -> None:
    by = Grantor("user:1", permissions_of(own), own_places)
    held = permissions_of(role, scopes) <= permissions_of(own)
    inside = own_places is None or (places is not None and places <= own_places)
    assert (grant_refusal(by, role, scopes, places) is None) == (held and inside)
    assert grant_refusal(INSTALLATION, role, scopes, places) is None


@pytest.mark.parametrize("role", Role)
def test_only_administrators_make_administrators(role: Role) -> None:
    refusal = grant_refusal(Grantor("user:1", permissions_of(role), None), Role.ADMINISTRATOR, None, None)
    assert (refusal is None) == (role is Role.ADMINISTRATOR)
