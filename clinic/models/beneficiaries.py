"""The people helped: a word agreed with each, the languages she speaks, who follows her, with whom never."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.beneficiaries import Side
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.sealed import Sealed


class Beneficiary(HasId, Base):
    """Someone helped, found again by the keyed digest of her alias. Without an alias there is no record of her: the row
    only lets her appointment be told, called about and kept from clashing like any other (ADR 18).

    `languages`: ISO 639-3 codes, the one she speaks best first, between spaces.
    """

    __tablename__ = "beneficiaries"
    __table_args__ = (Index(None, "mediator_id", "alias_digest", unique=True), Index(None, "stand_in_id"))

    alias: Mapped[str | None] = mapped_column(Sealed("beneficiaries.alias"))
    alias_digest: Mapped[str | None] = mapped_column(String(64))
    languages: Mapped[str] = mapped_column(String(40), default="")
    mediator_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    stand_in_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcInstant)


class Exclusion(Base):
    """Someone helped and someone who works here never meet (S07). The keyed digest of the pair is all that is kept:
    whoever has the database learns neither who is excluded, nor that it is the same person twice."""

    __tablename__ = "exclusions"

    beneficiary_id: Mapped[str] = mapped_column(ForeignKey("beneficiaries.id"), primary_key=True)
    pair_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    side: Mapped[Side] = mapped_column(coded(Side), primary_key=True)
