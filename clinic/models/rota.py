"""Shifts: a person in a role at a session."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.people import Person


class Shift(HasId, Base):
    """A person in a role; taken again it is the same row, so that `uid` names it in calendars for ever
    (RFC 5545 §3.8.4.7)."""

    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("session_id", "person_id"), Index(None, "person_id"))

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(coded(Role))
    state: Mapped[ShiftState] = mapped_column(coded(ShiftState))
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    person: Mapped[Person] = relationship(lazy="raise")
