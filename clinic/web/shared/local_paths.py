"""Paths of our own that a link may lead back to."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(wished: str | None) -> str | None:
    """The wished path if it stays on this site, else None: no host, no scheme, nothing a browser could read as one."""
    if not wished or not wished.startswith("/") or wished.startswith("//") or not wished.isprintable():
        return None
    parts = urlsplit(wished)
    return None if parts.scheme or parts.netloc or "\\" in wished else wished
