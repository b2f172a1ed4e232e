"""The outbox: what is to be said to whom, and what became of it; and what people chose to be told."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.notices import Channel, Kind, Shared, State
from clinic.models.base import Base, HasId, UtcInstant, coded


def _new_token() -> str:
    return secrets.token_hex(16)


class Notice(HasId, Base):
    """One thing to say to one person about one object; no text and no address: both are read when it is sent.

    `about_id` is a shift, an offer or a registration; `starts_at` is the time spoken of, `was_…` tells where it was
    before a move. `message_token` names the mail, also when it is sent again.
    The unique key makes a second reminder of the same moment impossible.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("person_id", "about_id", "kind", "due_at"),
        Index(None, "state", "next_at"),
        Index(None, "about_id"),
        Index(None, "session_id"),
    )

    kind: Mapped[Kind] = mapped_column(coded(Kind))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    about_id: Mapped[str] = mapped_column(String(16))
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    was_starts_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    was_ends_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    was_place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id"))
    state: Mapped[State] = mapped_column(coded(State), default=State.PLANNED)
    code: Mapped[str | None] = mapped_column(String(24))
    message_token: Mapped[str] = mapped_column(String(32), unique=True, default=_new_token)
    planned_at: Mapped[datetime] = mapped_column(UtcInstant)
    due_at: Mapped[datetime] = mapped_column(UtcInstant)
    valid_until: Mapped[datetime] = mapped_column(UtcInstant)
    next_at: Mapped[datetime] = mapped_column(UtcInstant)
    tries: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcInstant)
    ended_at: Mapped[datetime | None] = mapped_column(UtcInstant)


class MessageChoice(Base):
    """How a person wishes to be told; for a member without one, not at all."""

    __tablename__ = "message_choices"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    is_shared: Mapped[Shared] = mapped_column(coded(Shared))
    chosen_at: Mapped[datetime] = mapped_column(UtcInstant)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
