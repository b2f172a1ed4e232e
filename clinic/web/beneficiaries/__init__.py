"""The people helped: how each may safely be reached, and the conversation in which she says so."""

from __future__ import annotations

from clinic.web.beneficiaries import conversation, views
from clinic.web.beneficiaries.room import room

__all__ = ["conversation", "room", "views"]
