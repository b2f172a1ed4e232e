"""Shifts: what lacks people, taking or giving back, and looking for somebody."""

from __future__ import annotations

from clinic.web.rota import searches, views
from clinic.web.rota.room import room

__all__ = ["room", "searches", "views"]
