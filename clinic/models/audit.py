"""Who did what: ids and codes, no values."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, HasId, UtcInstant


class AuditEntry(HasId, Base):
    """One act; no foreign keys, so that an entry outlives what it tells of."""

    __tablename__ = "audit_entries"

    at: Mapped[datetime] = mapped_column(UtcInstant, index=True)
    actor_id: Mapped[str | None] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(24))
