"""The outbox: what is to be said to whom, and what became of it; and the valves that hold it back."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.contacts import Channel
from clinic.domain.notices import Kind, State
from clinic.domain.valves import Hold
from clinic.models.base import Base, HasId, UtcInstant, coded


def _new_token() -> str:
    return secrets.token_hex(16)


class Notice(HasId, Base):
    """One thing to say to one person about one object; no text and no address: both are read when it is sent.

    Either someone with an account or one who is helped. `about_id`: a shift, an offer, a registration, an appointment;
    `starts_at` is the time spoken of, `was_…` tells where it was before a move. `message_token` names the message, also
    when it is sent again; `went_by`: by which channel it went, or was last tried. The unique keys make a second
    reminder of the same moment impossible.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(beneficiary_id IS NULL) <> (person_id IS NULL)", name="one_reader"),
        UniqueConstraint("person_id", "about_id", "kind", "due_at"),
        UniqueConstraint("beneficiary_id", "about_id", "kind", "due_at"),
        Index(None, "state", "next_at"),
        Index(None, "state", "ended_at"),
        Index(None, "about_id"),
        Index(None, "session_id"),
    )

    kind: Mapped[Kind] = mapped_column(coded(Kind))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    beneficiary_id: Mapped[str | None] = mapped_column(ForeignKey("beneficiaries.id"))
    about_id: Mapped[str] = mapped_column(String(16))
    session_id: Mapped[str | None] = mapped_column(ForeignKey("sessions.id"))
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
    went_by: Mapped[Channel | None] = mapped_column(coded(Channel))
    claim: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcInstant)
    ended_at: Mapped[datetime | None] = mapped_column(UtcInstant)


class Valve(Base):
    """What holds messages of one channel back, on all machines: trouble with its server, or a hold for a human to end.

    `failures` in a row; after enough of them nothing is tried before `open_until`. `held` since `held_at` until a
    coordinator releases it. `seen_at`: the latest time that any worker's clock has shown.
    """

    __tablename__ = "valves"

    channel: Mapped[Channel] = mapped_column(coded(Channel), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(24))
    open_until: Mapped[datetime | None] = mapped_column(UtcInstant)
    held: Mapped[Hold | None] = mapped_column(coded(Hold))
    held_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    released_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    released_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UtcInstant)
