"""Forms already carried out, so that a double click or a retry gives one result (S72)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, UtcInstant


class Repeat(Base):
    """The key a form was sent with, and what came of it."""

    __tablename__ = "repeats"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    result_id: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcInstant, index=True)
