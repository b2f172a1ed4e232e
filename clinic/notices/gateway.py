"""Handing an SMS to the JSON gateway of docs/sms-gateway.md, and to no other host (S45)."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from clinic.notices.smtp import Delivery
from clinic.services.outbox import Fate
from clinic.settings import SmsGateway

_TAKEN = range(200, 300)
_REFUSED = range(400, 500)
_NOT_NOW = (429, 503)
_OUR_FAULT = (401, 403)  # the token is wrong, not this message


def deliver(text: str, *, to: str, message_token: str, gateway: SmsGateway, patience: float) -> Delivery:
    """Hand in one SMS, waiting `patience` seconds for each answer. Before the request is handed over a broken line
    means later; after, nobody knows.

    The connection is used bare: a pool would not tell a broken handshake from a broken answer, and there are no
    redirects, retries and proxies to switch off.
    """
    message = {"id": message_token, "from": gateway.sender, "to": to, "text": text}
    headers = {
        "Authorization": f"Bearer {gateway.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": message_token,
        "User-Agent": "agenda",
    }
    connection = _connection(gateway.url, patience)
    try:
        connection.connect()
    except (OSError, HTTPError) as error:
        connection.close()
        return Delivery(Fate.LATER, _why_not_connected(error), is_down=True)
    try:
        return _verdict(_hand_in(connection, gateway.url, headers, message))
    except (OSError, HTTPException, HTTPError) as error:
        return Delivery(Fate.UNKNOWN, _why_not_known(error), is_down=True)
    finally:
        connection.close()


def _connection(url: str, patience: float) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return HTTPConnection(host, parts.port, timeout=patience)
    return HTTPSConnection(host, parts.port, timeout=patience, ssl_context=ssl.create_default_context())


def _hand_in(connection: HTTPConnection, url: str, headers: dict[str, str], message: dict[str, str]) -> int:
    """Return the status of the answer; its body is not read."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    body = json.dumps(message, ensure_ascii=False).encode()
    connection.request("POST", path, body, headers, preload_content=False)
    answer = connection.getresponse()
    answer.close()
    return answer.status


def _verdict(status: int) -> Delivery:
    code = f"gateway_{status}"
    if status in _TAKEN:
        return Delivery(Fate.SENT)
    if status in _NOT_NOW or status in _OUR_FAULT:
        return Delivery(Fate.LATER, code, is_down=True)
    if status in _REFUSED:
        return Delivery(Fate.REFUSED, code)
    return Delivery(Fate.UNKNOWN, code, is_down=True)


def _why_not_connected(error: Exception) -> str:
    if isinstance(error, NameResolutionError):
        return "name"
    if isinstance(error, NewConnectionError):  # urllib3 calls a refused connection a timeout too
        return "no_connection"
    if isinstance(error, TimeoutError | ConnectTimeoutError):
        return "timeout"
    return "tls" if isinstance(error, ssl.SSLError) else "no_connection"


def _why_not_known(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "broken_line" if isinstance(error, OSError) else "unreadable"
