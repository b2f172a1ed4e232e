"""The outbox, for the coordinator: what waits, what went, what did not and why."""

from __future__ import annotations

from clinic.web.notices.views import room

__all__ = ["room"]
