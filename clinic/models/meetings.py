"""Meetings by telephone: an agreed time with a peer, and no place; and who knows of it already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.attendance import Outcome
from clinic.domain.meetings import MeetingState
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.beneficiaries import Beneficiary
from clinic.models.people import Person


class Meeting(HasId, Base):
    """A peer calls someone helped at an agreed time. `uid` names it in the peer's calendar for ever (RFC 5545
    §3.8.4.7); `sequence` and `changed_at` advance with every change that its reader would notice (§3.8.7.4)."""

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index(None, "peer_id", "starts_at"),
        Index(None, "beneficiary_id"),
    )

    beneficiary_id: Mapped[str] = mapped_column(ForeignKey("beneficiaries.id"))
    peer_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    agreed_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    ends_at: Mapped[datetime] = mapped_column(UtcInstant)
    language: Mapped[str] = mapped_column(String(3))
    state: Mapped[MeetingState] = mapped_column(coded(MeetingState))
    outcome: Mapped[Outcome | None] = mapped_column(coded(Outcome))
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    beneficiary: Mapped[Beneficiary] = relationship(lazy="raise")
    peer: Mapped[Person] = relationship(lazy="raise", foreign_keys=[peer_id])


class MeetingWord(HasId, Base):
    """What one of the two knows without a message, since when: the time of the meeting, None: that it is called off.

    `person_id`: the peer who did it herself; None: she who is helped, whom somebody spoke with.
    """

    __tablename__ = "meeting_words"
    __table_args__ = (Index(None, "meeting_id"),)

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcInstant)
    starts_at: Mapped[datetime | None] = mapped_column(UtcInstant)
