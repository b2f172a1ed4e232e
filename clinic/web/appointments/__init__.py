"""Appointments: booking one at a free slot, moving, cancelling, restoring."""

from __future__ import annotations

from clinic.web.appointments.views import room

__all__ = ["room"]
