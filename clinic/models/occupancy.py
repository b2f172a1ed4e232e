"""What is in use when: one row for each resource and quarter of an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, UtcInstant


class Occupancy(Base):
    """The primary key makes it impossible for a resource to be in two places at once, on both engines (S70).

    A hold with an end (an interpreter asked, who has not answered yet) counts only until then.
    """

    __tablename__ = "occupancy"
    __table_args__ = (Index(None, "holder"),)

    resource: Mapped[str] = mapped_column(String(40), primary_key=True)
    quantum: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(16))
    until: Mapped[datetime | None] = mapped_column(UtcInstant)
