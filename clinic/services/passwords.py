"""Argon2id, outside every transaction since it is slow on purpose (S30)."""

from __future__ import annotations

import secrets
from unicodedata import normalize

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


def hash_password(password: str) -> str:
    """Hash with Argon2id: 19 MiB, two passes, one lane (RFC 9106; OWASP's least)."""
    return _HASHER.hash(_as_typed_anywhere(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Check a password; without a hash it takes as long and says no (S32)."""
    try:
        _HASHER.verify(password_hash or _NOBODYS, _as_typed_anywhere(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _as_typed_anywhere(password: str) -> str:
    """Write an accent in the one way that all keyboards agree on after normalising (NFC)."""
    return normalize("NFC", password)


# Made while loading, so that the first unknown name takes no longer than the others.
_NOBODYS = hash_password(secrets.token_hex())
