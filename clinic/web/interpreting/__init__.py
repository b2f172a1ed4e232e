"""Interpreters: saying that one is needed, asking, answering, and how each of them works."""

from __future__ import annotations

from clinic.web.interpreting import needs, offers, profile
from clinic.web.interpreting.room import room

__all__ = ["needs", "offers", "profile", "room"]
