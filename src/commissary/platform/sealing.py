"""Sealing: data that only the holder of a key can read, and that cannot be moved or changed unseen.

AES-256-GCM with a random 96-bit nonce for each sealing (NIST SP 800-38D §8.2.2). What is sealed is bound to its place
by associated data: a sealed value copied into another row, table or organization does not open there. Layout: one
byte for the format, 12 of nonce, the ciphertext, 16 of tag.

Keys with a purpose (keyed hashes, secrets of the installation) are derived from the master key by HKDF-SHA-256
(RFC 5869), so that none of them tells anything about another or about the master key.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = b"\x01"
_HEAD_BYTES = len(_FORMAT) + _NONCE_BYTES
_SALT = b"commissary key derivation 1"


class SealBroken(Exception):
    """Sealed data was changed, moved from its place, or sealed under another key."""


class Seal:
    """One key, ready to seal and to open; making it costs more than using it, so use it for all of a person's data."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a sealing key has {KEY_BYTES} bytes")
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Sealed `plain`, to be opened at the same `place` (organization, kind and id of the row) only."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""
        if sealed[:1] != _FORMAT or len(sealed) < _HEAD_BYTES:
            raise SealBroken("this is no sealed value")
        try:
            return self._cipher.decrypt(sealed[1:_HEAD_BYTES], sealed[_HEAD_BYTES:], place)
        except InvalidTag:
            raise SealBroken("a sealed value does not open with this key at this place") from None


def new_keys(number: int) -> list[bytes]:
    """Fresh random keys."""
    drawn = os.urandom(KEY_BYTES * number)
    return [drawn[start : start + KEY_BYTES] for start in range(0, len(drawn), KEY_BYTES)]


@lru_cache(maxsize=256)
def derive_key(master_key: bytes, purpose: str) -> bytes:
    """The master key's own key for one purpose; the same purpose always gives the same key."""
    return HKDF(SHA256(), KEY_BYTES, salt=_SALT, info=purpose.encode()).derive(master_key)


def installation_seal(master_key: bytes) -> Seal:
    """For secrets of the installation that it must read itself, such as a webhook endpoint's signing secret."""
    return Seal(derive_key(master_key, "secrets of the installation"))
