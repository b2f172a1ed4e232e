"""Sessions: one page each, deciding, moving and cancelling, and the series that make them."""

from __future__ import annotations

from clinic.web.sessions import changing_series, deciding, moving, pages, series, series_life, series_messages, spots
from clinic.web.sessions.room import room

__all__ = [
    "changing_series",
    "deciding",
    "moving",
    "pages",
    "room",
    "series",
    "series_life",
    "series_messages",
    "spots",
]
