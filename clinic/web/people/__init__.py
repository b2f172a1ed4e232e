"""The team: who has an account, with which roles."""

from __future__ import annotations

from clinic.web.people.views import room

__all__ = ["room"]
