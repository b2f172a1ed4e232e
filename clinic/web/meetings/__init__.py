"""Meetings by telephone: agreeing on one, changing it, and what came of it."""

from __future__ import annotations

from clinic.web.meetings import acts, views
from clinic.web.meetings.room import room

__all__ = ["acts", "room", "views"]
