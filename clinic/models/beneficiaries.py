"""The people helped: an alias, and nothing else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, HasId, UtcInstant


class Beneficiary(HasId, Base):
    """An alias and the mediator who follows her; found again by digest, so that the alias itself can be sealed."""

    __tablename__ = "beneficiaries"
    __table_args__ = (Index(None, "mediator_id", "alias_digest", unique=True),)

    alias: Mapped[str] = mapped_column(String(40))
    alias_digest: Mapped[str] = mapped_column(String(64))
    mediator_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcInstant)
