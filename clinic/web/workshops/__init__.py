"""Workshops: the programme, coming to one, and organising it."""

from __future__ import annotations

from clinic.web.workshops import coming, organising, pages
from clinic.web.workshops.room import room

__all__ = ["coming", "organising", "pages", "room"]
