"""What the gateway says, as it is written in docs/sms-gateway.md: who signed it, and what it holds."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

FRESH_FOR = timedelta(minutes=5)
_INSTANT = re.compile("[0-9]{1,12}")
_TOKEN = re.compile("[0-9A-Za-z_-]{1,64}")
_REPLY, _RECEIPT = {"type", "from", "text"}, {"type", "id", "status"}


class Unreadable(Exception):
    """A body that is not what was agreed upon."""


@dataclass(frozen=True)
class Reply:
    """Somebody answered a message."""

    number: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """A message arrived, or did not."""

    token: str
    is_delivered: bool


def is_signed(body: bytes, *, timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Whether this was signed with the secret (HMAC-SHA-256, RFC 2104), not more than 5 minutes ago or ahead."""
    if not _INSTANT.fullmatch(timestamp) or abs(int(timestamp) - now.timestamp()) > FRESH_FOR.total_seconds():
        return False
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={digest}".encode(), signature.encode())


def read(body: bytes) -> Reply | Receipt:
    """Read a body; raises `Unreadable` for anything but one of the two, with exactly its keys."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise Unreadable
    if said.get("type") == "reply" and said.keys() == _REPLY:
        return Reply(said["from"], said["text"])
    if said.get("type") == "receipt" and said.keys() == _RECEIPT:
        return _receipt(said)
    raise Unreadable


def _receipt(said: dict[str, Any]) -> Receipt:
    if said["status"] not in ("delivered", "failed") or not _TOKEN.fullmatch(said["id"]):
        raise Unreadable
    return Receipt(said["id"], said["status"] == "delivered")
