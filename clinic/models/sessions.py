"""Series (a rule in local time) and their stored sessions."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.people import Role
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.places import Place


class Series(HasId, Base):
    """What repeats: its name, its agenda word, its rule (RFC 5545 §3.3.10) and what each session is made with."""

    __tablename__ = "series"

    kind: Mapped[Kind] = mapped_column(coded(Kind))
    name_fr: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    agenda_word_fr: Mapped[str] = mapped_column(String(24))
    agenda_word_en: Mapped[str] = mapped_column(String(24))
    is_public: Mapped[bool]
    rule: Mapped[str] = mapped_column(String(120))
    first_on: Mapped[date]
    made_until: Mapped[date]
    keeps_closed_days: Mapped[bool]
    starts: Mapped[time]
    ends: Mapped[time]
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"))
    desks: Mapped[int]
    slot_minutes: Mapped[int]
    needs: Mapped[list[SeriesNeed]] = relationship(lazy="raise", cascade="all, delete-orphan")
    place: Mapped[Place] = relationship(lazy="raise")


class SeriesNeed(Base):
    """How many people of a role each new session of a series needs."""

    __tablename__ = "series_needs"

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)
    least: Mapped[int]


class ClinicSession(HasId, Base):
    """One session, movable and cancellable alone; `planned_on` is the rule's date and never changes.

    `sequence` and `changed_at` advance with every change that a calendar's reader would notice (RFC 5545 §3.8.7.4).
    """

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("series_id", "planned_on"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index(None, "starts_at"),
        Index(None, "ends_at"),
    )

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"))
    planned_on: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    ends_at: Mapped[datetime] = mapped_column(UtcInstant)
    moved_from: Mapped[datetime | None] = mapped_column(UtcInstant)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"))
    desks: Mapped[int]
    slot_minutes: Mapped[int]
    status: Mapped[Status] = mapped_column(coded(Status), default=Status.PLANNED)
    cancel_reason: Mapped[CancelReason | None] = mapped_column(coded(CancelReason))
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    series: Mapped[Series] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")


class SessionNeed(Base):
    """How many people of a role one session needs in order to run."""

    __tablename__ = "session_needs"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)
    least: Mapped[int]
