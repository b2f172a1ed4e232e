"""The password once more, and why, before something masked is shown."""

from __future__ import annotations

from clinic.web.step_up.views import room

__all__ = ["room"]
