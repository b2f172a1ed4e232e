"""When a person usually can, and the days on which she can or cannot."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.availability import Part
from clinic.models.base import Base, HasId, coded


class UsualTime(Base):
    """A part of a weekday (0 is Monday) on which a person usually can."""

    __tablename__ = "usual_times"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[Part] = mapped_column(coded(Part), primary_key=True)


class DatedAvailability(HasId, Base):
    """A period, both days included, in which a person can, or cannot, whatever is usual; no reason is kept."""

    __tablename__ = "dated_availabilities"
    __table_args__ = (CheckConstraint("first_on <= last_on", name="in_order"), Index(None, "person_id"))

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    can: Mapped[bool]
