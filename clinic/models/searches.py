"""Searches: looking for somebody for a session, and who was asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.people import Role
from clinic.domain.searches import AskState, SearchState
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.people import Person

_OPEN = text("state = 'open'")


class Search(HasId, Base):
    """Somebody is looked for in a role: a stand-in for a shift, or, without one, for a place that nobody holds.

    `next_at` is when the next few people are asked. One shift has one open search at most.
    """

    __tablename__ = "searches"
    __table_args__ = (
        Index("uq_searches_shift", "shift_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "session_id"),
        Index(None, "state", "next_at"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    role: Mapped[Role] = mapped_column(coded(Role))
    shift_id: Mapped[str | None] = mapped_column(ForeignKey("shifts.id"))
    opened_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    state: Mapped[SearchState] = mapped_column(coded(SearchState))
    opened_at: Mapped[datetime] = mapped_column(UtcInstant)
    next_at: Mapped[datetime] = mapped_column(UtcInstant)
    asks: Mapped[list[Ask]] = relationship(lazy="raise", order_by="Ask.id")


class Ask(HasId, Base):
    """One person asked; `place` counts those who accepted from 1, so that no two of them can have the same place."""

    __tablename__ = "asks"
    __table_args__ = (
        UniqueConstraint("search_id", "person_id"),
        UniqueConstraint("search_id", "place"),
        Index(None, "person_id"),
    )

    search_id: Mapped[str] = mapped_column(ForeignKey("searches.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    state: Mapped[AskState] = mapped_column(coded(AskState))
    place: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcInstant)
    answered_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    search: Mapped[Search] = relationship(lazy="raise", overlaps="asks")
    person: Mapped[Person] = relationship(lazy="raise")


class Recusal(Base):
    """A person said "I cannot take this" of a session: she is never proposed for it, and no reason is kept (S07)."""

    __tablename__ = "recusals"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(UtcInstant)
