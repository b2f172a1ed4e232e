"""Appointments at the desks of a session."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.appointments import AppointmentState, Topic
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.beneficiaries import Beneficiary

_BOOKED = text("state = 'booked'")


class Appointment(HasId, Base):
    """One person at one desk for one slot; the unique index is the last net under double booking."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index(
            "uq_appointments_desk",
            "session_id",
            "starts_at",
            "desk",
            unique=True,
            sqlite_where=_BOOKED,
            postgresql_where=_BOOKED,
        ),
        Index(None, "session_id"),
        Index(None, "booked_by_id"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    beneficiary_id: Mapped[str] = mapped_column(ForeignKey("beneficiaries.id"))
    booked_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    ends_at: Mapped[datetime] = mapped_column(UtcInstant)
    desk: Mapped[int]
    language: Mapped[str] = mapped_column(String(3))
    topic: Mapped[Topic] = mapped_column(coded(Topic))
    state: Mapped[AppointmentState] = mapped_column(coded(AppointmentState))
    booked_at: Mapped[datetime] = mapped_column(UtcInstant)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    beneficiary: Mapped[Beneficiary] = relationship(lazy="raise")
