"""Appointments at the desks of a session, who must be there, and who may look at one for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.appointments import AppointmentState, CrewPart, Topic
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.interpreting import Modality
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.beneficiaries import Beneficiary
from clinic.models.people import Person
from clinic.models.sealed import SealedCode

_TAKES_A_DESK = text("state IN ('booked', 'held')")


class Appointment(HasId, Base):
    """One person at one desk for one slot; the unique index is the last net under double booking.

    Held, it keeps its desk and people until `held_until`. `outcome` is None while nobody knows whether she came.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        Index(
            "uq_appointments_desk",
            "session_id",
            "starts_at",
            "desk",
            unique=True,
            sqlite_where=_TAKES_A_DESK,
            postgresql_where=_TAKES_A_DESK,
        ),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held_until"),
        Index(None, "session_id"),
        Index(None, "booked_by_id"),
        Index(None, "beneficiary_id"),
        Index(None, "held_until"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    beneficiary_id: Mapped[str] = mapped_column(ForeignKey("beneficiaries.id"))
    booked_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    ends_at: Mapped[datetime] = mapped_column(UtcInstant)
    desk: Mapped[int]
    language: Mapped[str] = mapped_column(String(3))
    topic: Mapped[Topic | None] = mapped_column(SealedCode(Topic, "appointments.topic"))
    state: Mapped[AppointmentState] = mapped_column(coded(AppointmentState))
    held_until: Mapped[datetime | None] = mapped_column(UtcInstant)
    outcome: Mapped[Outcome | None] = mapped_column(coded(Outcome))
    follow_up: Mapped[FollowUp | None] = mapped_column(coded(FollowUp))
    booked_at: Mapped[datetime] = mapped_column(UtcInstant)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    beneficiary: Mapped[Beneficiary] = relationship(lazy="raise")
    attending: Mapped[list[Attending]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Attending.part"
    )


class Attending(Base):
    """Who must be there besides her; without a person, whoever it was has left the crew and somebody is missing.

    `modality`: of an interpreter who is not on the crew, how she will be asked once a held time is confirmed.
    """

    __tablename__ = "attending"
    __table_args__ = (Index(None, "person_id"),)

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointments.id"), primary_key=True)
    part: Mapped[CrewPart] = mapped_column(coded(CrewPart), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    modality: Mapped[Modality | None] = mapped_column(coded(Modality))
    person: Mapped[Person | None] = relationship(lazy="raise")


class Disclosure(HasId, Base):
    """One appointment opened to somebody of the legal team who is not on its crew, until a time."""

    __tablename__ = "disclosures"
    __table_args__ = (Index(None, "person_id", "until"), Index(None, "appointment_id"))

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointments.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    opened_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcInstant)
    until: Mapped[datetime] = mapped_column(UtcInstant)
