"""Personal calendar links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.calendars import Detail
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.people import Person


class FeedLink(HasId, Base):
    """A link by the digest of its token; each is named, has its own detail, and is ended alone."""

    __tablename__ = "feed_links"
    __table_args__ = (Index(None, "person_id"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    detail: Mapped[Detail] = mapped_column(coded(Detail))
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcInstant)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    last_fetched_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    person: Mapped[Person] = relationship(lazy="raise")
