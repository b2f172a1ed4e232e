"""What is particular to a workshop session."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base


class Workshop(Base):
    """The film, the guest and the topic of one session; a guest without a name is still to be confirmed."""

    __tablename__ = "workshops"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    film: Mapped[str] = mapped_column(String(120))
    speaker: Mapped[str | None] = mapped_column(String(120))
    affiliation: Mapped[str | None] = mapped_column(String(120))
    topic_fr: Mapped[str] = mapped_column(String(200))
    topic_en: Mapped[str] = mapped_column(String(200))
