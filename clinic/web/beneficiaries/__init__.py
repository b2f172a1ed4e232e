"""The people helped: the record of each, how she may safely be reached, whom she never meets."""

from __future__ import annotations

from clinic.web.beneficiaries import apart, conversation, erasing, finding, records, views
from clinic.web.beneficiaries.room import room

__all__ = ["apart", "conversation", "erasing", "finding", "records", "room", "views"]
