"""How people may safely be reached, sealed, and what somebody has to see to about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.contacts import Suspension, TaskKind
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.beneficiaries import Beneficiary
from clinic.models.people import Person
from clinic.models.sealed import SealedJson


class Contact(HasId, Base):
    """What one person said about being reached: someone with an account, or one who is helped.

    `said` is a sealed `domain.contacts.Choice`; the digests, keyed, find her again by exactly what was typed.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("(beneficiary_id IS NULL) <> (person_id IS NULL)", name="one_person"),
        Index(None, "number_digest"),
        Index(None, "email_digest"),
        Index(None, "chosen_at"),
    )

    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), unique=True)
    beneficiary_id: Mapped[str | None] = mapped_column(ForeignKey("beneficiaries.id"), unique=True)
    said: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("contacts.said"), nullable=False)
    number_digest: Mapped[str | None] = mapped_column(String(64))
    email_digest: Mapped[str | None] = mapped_column(String(64))
    chosen_at: Mapped[datetime] = mapped_column(UtcInstant)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    suspended: Mapped[Suspension | None] = mapped_column(coded(Suspension))
    suspended_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    person: Mapped[Person | None] = relationship(lazy="raise")
    beneficiary: Mapped[Beneficiary | None] = relationship(lazy="raise")


class ContactTask(HasId, Base):
    """Something about reaching one person that a human has to see to.

    `notice_id`: about which message, if about one; that one may be forgotten earlier.
    """

    __tablename__ = "contact_tasks"
    __table_args__ = (Index(None, "contact_id"), Index(None, "done_at"))

    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[TaskKind] = mapped_column(coded(TaskKind))
    notice_id: Mapped[str | None] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcInstant)
    done_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    done_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    contact: Mapped[Contact] = relationship(lazy="raise")
