"""Sessions: one page each, moving and cancelling, and the series that make them."""

from __future__ import annotations

from clinic.web.sessions import moving, pages, series
from clinic.web.sessions.room import room

__all__ = ["moving", "pages", "room", "series"]
