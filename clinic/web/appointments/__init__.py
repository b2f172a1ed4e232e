"""Appointments: booked or kept for a moment, changed, opened to a lawyer; the queue; who came, on paper too."""

from __future__ import annotations

from clinic.web.appointments import (
    attendance,
    booking,
    changing,
    disclosing,
    pages,
    queue,
    results,
    ringing,
    sheets,
)
from clinic.web.appointments.room import room

__all__ = [
    "attendance",
    "booking",
    "changing",
    "disclosing",
    "pages",
    "queue",
    "results",
    "ringing",
    "room",
    "sheets",
]
