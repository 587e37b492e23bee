"""What is sealed opens with its key at its place only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissary.platform.sealing import Seal, SealBroken, derive_key, installation_seal, new_keys

KEY = bytes(range(32))


@given(st.binary(), st.binary())
def test_what_was_sealed_opens(plain: bytes, place: bytes) -> None:
    assert Seal(KEY).open(Seal(KEY).seal(plain, place), place) == plain


@given(st.binary(), st.data())
def test_any_changed_byte_breaks_the_seal(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(Seal(KEY).seal(plain, b"here"))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        Seal(KEY).open(bytes(sealed), b"here")


@given(st.binary(max_size=40))
def test_what_was_never_sealed_does_not_open(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        Seal(KEY).open(junk, b"here")


def test_another_place_or_key_does_not_open() -> None:
    sealed = Seal(KEY).seal(b"text", b"here")
    with pytest.raises(SealBroken):
        Seal(KEY).open(sealed, b"there")
    with pytest.raises(SealBroken):
        Seal(bytes(32)).open(sealed, b"here")
    with pytest.raises(SealBroken):
        Seal(KEY).open(sealed[:-1], b"here")


def test_the_same_text_is_never_sealed_alike() -> None:
    seal = Seal(KEY)
    assert len({seal.seal(b"text", b"here") for _ in range(100)}) == 100


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Seal(bytes(16))


def test_fresh_keys_differ() -> None:
    keys = new_keys(50)
    assert len(set(keys)) == 50
    assert {len(key) for key in keys} == {32}
    assert new_keys(0) == []


def test_derived_keys_differ_by_purpose_and_master_key() -> None:
    keys = {derive_key(KEY, "a"), derive_key(KEY, "b"), derive_key(bytes(32), "a"), KEY}
    assert len(keys) == 4
    # The value itself is fixed: what was hashed or sealed yesterday must be found and opened tomorrow.
    assert derive_key(KEY, "a").hex() == "2788b92fa9130bdd84eaa720002486dc6aae5b0b18b312324d0a0b28f1609603"
    assert installation_seal(KEY).open(installation_seal(KEY).seal(b"x", b"y"), b"y") == b"x"
