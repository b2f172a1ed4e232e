"""Places, and the periods when they (or everything) are closed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.places import Publicity
from clinic.models.base import Base, HasId, coded


class Place(HasId, Base):
    """A venue: its published area, and its exact spot."""

    __tablename__ = "places"

    name: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80))
    spot: Mapped[str] = mapped_column(String(200))
    publicity: Mapped[Publicity] = mapped_column(coded(Publicity))


class Closure(HasId, Base):
    """A period, both days included, when a place is shut; without a place, everything is."""

    __tablename__ = "closures"
    __table_args__ = (CheckConstraint("first_on <= last_on", name="in_order"),)

    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id"))
    name: Mapped[str] = mapped_column(String(80))
    first_on: Mapped[date]
    last_on: Mapped[date]
