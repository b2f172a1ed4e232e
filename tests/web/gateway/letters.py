"""What a gateway sends to our door, rightly signed unless a test says otherwise."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.make import NOW

SECRET = "a secret for tests alone, long enough"


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """The headers that go with a body."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Timestamp": stamp, "X-Signature": f"sha256={digest}", "Content-Type": "application/json"}


def bring(client: FlaskClient, said: Any, *, at: datetime = NOW) -> TestResponse:
    """Bring a document, or bytes as they are, at this moment."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return client.post("/gateway/sms", data=body, headers=signed(body, at=at))


def reply(number: str, text: str) -> dict[str, str]:
    """Somebody answers."""
    return {"type": "reply", "from": number, "text": text}


def receipt(token: str, status: str) -> dict[str, str]:
    """A message arrived, or not."""
    return {"type": "receipt", "id": token, "status": status}
