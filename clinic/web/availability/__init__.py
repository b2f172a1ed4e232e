"""When one can: what is usual, and single days."""

from __future__ import annotations

from clinic.web.availability.views import room

__all__ = ["room"]
