"""The keys that seal text and digest it for look-up, and the form in which an operator keeps them."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
SMALLEST = 256  # bytes of padded text
_VERSION = 1
_END = b"\x80"  # ends the text; zeros follow it
_CLOSED = "what was sealed for {} does not open with these keys"
_HEAD = """\
# These keys open the contact data. Without them it is lost.
# Keep a copy elsewhere than the database and its backups.
"""


class BadKeys(Exception):
    """Keys that cannot be used; the sentence repeats nothing of them."""


class CannotOpen(Exception):
    """What was sealed does not open: other keys, another place, or changed bytes."""


@dataclass(frozen=True)
class KeyRing:
    """Keys of 32 bytes: of those in `sealing`, by id, all open and the first seals; `look_up` makes digests."""

    sealing: Mapping[str, bytes] = field(repr=False)
    look_up: bytes = field(repr=False)

    def __post_init__(self) -> None:
        keys = [*self.sealing.values(), self.look_up]
        if not self.sealing:
            raise BadKeys("there is no key that seals")
        if any(len(key) != KEY_BYTES for key in keys):
            raise BadKeys(f"each key must be {KEY_BYTES} bytes long")
        if len(set(keys)) < len(keys):
            raise BadKeys("two keys are equal")

    def seal(self, text: str, place: str) -> bytes:
        """Seal text for one place ("table.column"): the same text never gives the same bytes twice (S50).

        AES-256-GCM: version, length and id of the key, nonce, then the padded text. All but the text is authenticated.
        """
        key_id, key = next(iter(self.sealing.items()))
        head, nonce = _head(key_id), secrets.token_bytes(NONCE_BYTES)
        return head + nonce + AESGCM(key).encrypt(nonce, _padded(text.encode()), head + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Return the text that was sealed for this place. Raises `CannotOpen`."""
        after_head = 2 + int.from_bytes(sealed[1:2], "big")
        head, nonce, rest = sealed[:after_head], sealed[after_head:][:NONCE_BYTES], sealed[after_head + NONCE_BYTES :]
        key = {_head(key_id): key for key_id, key in self.sealing.items()}.get(head)
        if key is None or len(nonce) < NONCE_BYTES:
            raise CannotOpen(_CLOSED.format(place))
        try:
            padded = AESGCM(key).decrypt(nonce, rest, head + place.encode())
        except InvalidTag:
            raise CannotOpen(_CLOSED.format(place)) from None
        return padded.rstrip(b"\0").removesuffix(_END).decode()

    def digest(self, text: str, place: str) -> str:
        """Return 64 hexadecimal digits by which text, already in its look-up form, is found in one place."""
        return hmac.digest(self.look_up, f"{place}\0{text}".encode(), "sha256").hex()


def parse(text: str) -> KeyRing:
    """Read lines `seal ID KEY` and `look-up KEY` (base64url); "#" begins a remark. Raises `BadKeys`."""
    sealing: dict[str, bytes] = {}
    look_up: list[bytes] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match line.partition("#")[0].split():
            case []:
                continue
            case ["seal", key_id, key] if re.fullmatch(r"[A-Za-z0-9-]{1,32}", key_id):
                if key_id in sealing:
                    raise BadKeys(f"line {number} has an id that stands above")
                sealing[key_id] = _key(key, number)
            case ["look-up", key]:
                look_up.append(_key(key, number))
            case _:
                raise BadKeys(f"line {number} is neither `seal ID KEY` nor `look-up KEY`")
    if len(look_up) != 1:
        raise BadKeys("there must be exactly one look-up key")
    return KeyRing(sealing, look_up[0])


def make() -> str:
    """Draw new keys; return their text."""
    seal, look_up = (urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode() for _ in range(2))
    return f"{_HEAD}seal {secrets.token_hex(4)} {seal}\nlook-up {look_up}\n"


def _head(key_id: str) -> bytes:
    return bytes([_VERSION, len(key_id)]) + key_id.encode()


def _padded(text: bytes) -> bytes:
    """Fill up to 256, 512, 1024… bytes, so that a length tells little and none of a short text."""
    size = SMALLEST
    while size <= len(text):
        size *= 2
    return (text + _END).ljust(size, b"\0")


def _key(text: str, line: int) -> bytes:
    bare = text.rstrip("=")
    try:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", bare):
            raise NotBase64
        key = urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except NotBase64:
        raise BadKeys(f"the key in line {line} is not base64url") from None
    if len(key) != KEY_BYTES:
        raise BadKeys(f"the key in line {line} must be {KEY_BYTES} bytes long")
    return key
