"""The covered screen: who was away for too long gives her password, and finds what she left (S33)."""

from __future__ import annotations

from clinic.web.idle.views import room

__all__ = ["room"]
