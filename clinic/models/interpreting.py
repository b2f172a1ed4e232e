"""Interpreters: what they speak, who is needed, who was asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.people import Person
from clinic.models.sealed import Sealed

_ACCEPTED = text("state = 'accepted'")


class Interpreter(Base):
    """How an interpreter works, and the number to call for telephone interpreting."""

    __tablename__ = "interpreters"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    comes_on_site: Mapped[bool]
    phone: Mapped[str | None] = mapped_column(Sealed("interpreters.phone"))
    languages: Mapped[list[SpokenLanguage]] = relationship(lazy="raise", cascade="all, delete-orphan")


class SpokenLanguage(Base):
    """One language that an interpreter speaks (ISO 639-3)."""

    __tablename__ = "spoken_languages"

    person_id: Mapped[str] = mapped_column(ForeignKey("interpreters.person_id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(3), primary_key=True)


class Need(HasId, Base):
    """An interpreter is needed at a session, for one appointment or for the whole of it."""

    __tablename__ = "interpreter_needs"
    __table_args__ = (Index(None, "session_id"), CheckConstraint("starts_at < ends_at", name="in_order"))

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    appointment_id: Mapped[str | None] = mapped_column(ForeignKey("appointments.id"), unique=True)
    language: Mapped[str] = mapped_column(String(3))
    modality: Mapped[Modality] = mapped_column(coded(Modality))
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    ends_at: Mapped[datetime] = mapped_column(UtcInstant)
    answer_by: Mapped[datetime] = mapped_column(UtcInstant)
    state: Mapped[NeedState] = mapped_column(coded(NeedState))
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    offers: Mapped[list[Offer]] = relationship(lazy="raise", order_by="Offer.id")


class Offer(HasId, Base):
    """One interpreter asked for one need; by the partial unique index only one acceptance can stand.

    `ended_from` is the state in which she was freed, so that an undone cancellation can give it back.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("need_id", "person_id"),
        Index("uq_offers_accepted", "need_id", unique=True, sqlite_where=_ACCEPTED, postgresql_where=_ACCEPTED),
        Index(None, "person_id"),
    )

    need_id: Mapped[str] = mapped_column(ForeignKey("interpreter_needs.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    state: Mapped[OfferState] = mapped_column(coded(OfferState))
    ended_from: Mapped[OfferState | None] = mapped_column(coded(OfferState))
    answer_by: Mapped[datetime] = mapped_column(UtcInstant)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    need: Mapped[Need] = relationship(lazy="raise", overlaps="offers")
    person: Mapped[Person] = relationship(lazy="raise")
