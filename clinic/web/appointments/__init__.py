"""Appointments: booking one at a free slot, moving, cancelling, restoring."""

from __future__ import annotations

from clinic.web.appointments import views
from clinic.web.appointments.room import room

__all__ = ["room", "views"]
