"""Who came to a session and waits, is seen, or was: the queue of the bus, and the desk's waiting room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.appointments import Topic
from clinic.domain.queue import VisitState
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.beneficiaries import Beneficiary
from clinic.models.people import Person
from clinic.models.sealed import SealedCode

_SEEN = text("state = 'seen'")


class Visit(HasId, Base):
    """One person who is there, with or without an appointment; `number` is what she is called by, in order of arrival.

    `turn` is her place in the line, `since` when her state began, `version` what a telephone has seen of it (S73). By
    the partial unique index nobody of the crew is with two people at once.
    """

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        UniqueConstraint("appointment_id"),
        Index("uq_visits_with", "session_id", "with_id", unique=True, sqlite_where=_SEEN, postgresql_where=_SEEN),
        CheckConstraint("state <> 'seen' OR with_id IS NOT NULL", name="seen_by"),
        Index(None, "beneficiary_id"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    beneficiary_id: Mapped[str] = mapped_column(ForeignKey("beneficiaries.id"))
    appointment_id: Mapped[str | None] = mapped_column(ForeignKey("appointments.id"))
    added_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    turn: Mapped[int]
    language: Mapped[str] = mapped_column(String(3))
    topic: Mapped[Topic | None] = mapped_column(SealedCode(Topic, "visits.topic"))
    arrived_at: Mapped[datetime] = mapped_column(UtcInstant)
    state: Mapped[VisitState] = mapped_column(coded(VisitState))
    since: Mapped[datetime] = mapped_column(UtcInstant)
    with_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)
    beneficiary: Mapped[Beneficiary] = relationship(lazy="raise")
    seen_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[with_id])
