"""How a rule says no: a code and the facts a sentence needs."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A wish that the rules do not grant; `code` becomes a sentence at the door, `facts` fill it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotFound(Exception):
    """There is no such thing, or none that this person may know of: the two are never told apart (S02)."""
