"""Calendar feeds over HTTP."""

from __future__ import annotations

from clinic.web.calendars.views import room

__all__ = ["room"]
