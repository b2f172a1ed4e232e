"""Calls to make: to those to whom nothing may be written."""

from __future__ import annotations

from clinic.web.calls.views import room

__all__ = ["room"]
