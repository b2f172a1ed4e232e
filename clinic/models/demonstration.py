"""What this database is: the real one, or a demonstration."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base


class Demonstration(Base):
    """The one row that marks a demo database, with the day it was laid around and its last act."""

    __tablename__ = "demonstration"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    around_on: Mapped[date]
    audit_entries: Mapped[int]
