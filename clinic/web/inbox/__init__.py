"""The telephones and mailboxes of a demonstration: what each person would have received."""

from __future__ import annotations

from clinic.web.inbox.views import room

__all__ = ["room"]
