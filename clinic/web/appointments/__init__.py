"""Appointments: booking one at a free slot, moving, cancelling, restoring; the queue of a session."""

from __future__ import annotations

from clinic.web.appointments import queue, ringing, views
from clinic.web.appointments.room import room

__all__ = ["queue", "ringing", "room", "views"]
