"""Appointments: booking, moving, cancelling, restoring; the day sheet, and what is typed in from it."""

from __future__ import annotations

from clinic.web.appointments import results, sheets, views
from clinic.web.appointments.room import room

__all__ = ["results", "room", "sheets", "views"]
