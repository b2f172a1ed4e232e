"""One's own account: language, calendar links, signing out."""

from __future__ import annotations

from clinic.web.account.views import room

__all__ = ["room"]
