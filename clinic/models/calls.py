"""Calls to make: whom the duty mediator tells by telephone, because nothing may be written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.calls import CallState, Change
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.beneficiaries import Beneficiary
from clinic.models.people import Person


class Call(HasId, Base):
    """One person to tell of one change of one session; `about_id` is her appointment or registration.

    Either a beneficiary or someone with an account. A later change of the same thing takes the place of what was not
    told yet; the unique key makes it impossible to ask for the same call twice.
    """

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("about_id", "change", "made_at"),
        CheckConstraint("(beneficiary_id IS NULL) <> (person_id IS NULL)", name="one_person"),
        Index(None, "session_id"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    about_id: Mapped[str] = mapped_column(String(16))
    beneficiary_id: Mapped[str | None] = mapped_column(ForeignKey("beneficiaries.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    change: Mapped[Change] = mapped_column(coded(Change))
    state: Mapped[CallState] = mapped_column(coded(CallState))
    made_at: Mapped[datetime] = mapped_column(UtcInstant)
    settled_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    settled_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    beneficiary: Mapped[Beneficiary | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[person_id])
