"""Shifts: what lacks people, and taking or giving back."""

from __future__ import annotations

from clinic.web.rota.views import room

__all__ = ["room"]
