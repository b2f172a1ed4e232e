"""The door of the SMS gateway: answers to messages, and receipts."""

from __future__ import annotations

from clinic.web.gateway.views import room

__all__ = ["room"]
