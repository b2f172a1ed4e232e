"""Places, and when they are closed."""

from __future__ import annotations

from clinic.web.places.views import room

__all__ = ["room"]
