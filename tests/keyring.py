"""The keys of all tests, in this process and in those it starts."""

from __future__ import annotations

from clinic import keys
from clinic.models import sealed

KEYS = """\
seal tests dGhlIGtleSBvZiBhbGwgdGVzdHMgdGhhdCBzZWFscy4=
look-up dGhlIGtleSBvZiBhbGwgdGVzdHMgdG8gbG9vayB1cC4=
"""
RING = keys.parse(KEYS)


def install() -> None:
    """Let this process seal with the keys of the tests."""
    sealed.use(RING)
