"""Appointments: booked or kept for a moment, changed, opened to a lawyer; who must be there, and who came."""

from __future__ import annotations

from clinic.web.appointments import attendance, booking, changing, disclosing, pages
from clinic.web.appointments.room import room

__all__ = ["attendance", "booking", "changing", "disclosing", "pages", "room"]
