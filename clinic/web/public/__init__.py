"""What anyone may open: the programme, the safety page, the language switch."""

from __future__ import annotations

from clinic.web.public.views import room

__all__ = ["room"]
