"""What is particular to a workshop session, and who comes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.workshops import Attendance, RegistrationState
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.people import Person


class Workshop(Base):
    """The film, the guest and the topic of one session; a guest without a name is still to be confirmed."""

    __tablename__ = "workshops"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    film: Mapped[str] = mapped_column(String(120))
    speaker: Mapped[str | None] = mapped_column(String(120))
    affiliation: Mapped[str | None] = mapped_column(String(120))
    topic_fr: Mapped[str] = mapped_column(String(200))
    topic_en: Mapped[str] = mapped_column(String(200))
    content_note_fr: Mapped[str | None] = mapped_column(String(200))
    content_note_en: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(3))
    capacity: Mapped[int] = mapped_column(default=12, server_default="12")


class Registration(HasId, Base):
    """A person's place at a workshop: a seat of her own (no two share one, by constraint), or a turn in the list."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        UniqueConstraint("session_id", "seat"),
        Index(None, "person_id"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    state: Mapped[RegistrationState] = mapped_column(coded(RegistrationState))
    seat: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcInstant)
    attendance: Mapped[Attendance] = mapped_column(coded(Attendance), default=Attendance.UNKNOWN)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    person: Mapped[Person] = relationship(lazy="raise")
