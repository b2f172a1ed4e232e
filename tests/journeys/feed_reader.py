"""A calendar program, as the server sees one."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPMessage
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """What a feed's address answered."""

    status: int
    headers: HTTPMessage
    body: bytes


def fetch(url: str, **headers: str) -> Answer:
    """Ask for a feed; keywords are headers, with underscores for dashes."""
    parts = urlsplit(url)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", parts.path, headers=named)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def longest_line(feed: bytes) -> int:
    """The length of the longest line, in octets without its end (RFC 5545 §3.1)."""
    return max(map(len, feed.split(b"\r\n")))
