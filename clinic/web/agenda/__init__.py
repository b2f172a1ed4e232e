"""My today, and the week."""

from __future__ import annotations

from clinic.web.agenda.views import room

__all__ = ["room"]
