"""Series (a rule in local time) and their stored sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.people import Role
from clinic.domain.recurrence import AfterSkip
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.timing import FOR_CREW, FOR_PEOPLE
from clinic.models.base import Base, HasId, UtcInstant, coded
from clinic.models.places import Place


class Series(HasId, Base):
    """What repeats: its name, its agenda word, its rule (RFC 5545 §3.3.10) and what each session is made with.

    `first_on` is the first day there ever was; the rule as it stands now counts from `anchor_on` (its DTSTART,
    §3.8.2.4). Its sessions are made before `made_until`; from `ended_on` on there are none.
    """

    __tablename__ = "series"

    kind: Mapped[Kind] = mapped_column(coded(Kind))
    name_fr: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    agenda_word_fr: Mapped[str] = mapped_column(String(24))
    agenda_word_en: Mapped[str] = mapped_column(String(24))
    is_public: Mapped[bool]
    rule: Mapped[str] = mapped_column(String(120))
    first_on: Mapped[date]
    anchor_on: Mapped[date]
    made_until: Mapped[date]
    ended_on: Mapped[date | None]
    after_skip: Mapped[AfterSkip] = mapped_column(coded(AfterSkip), default=AfterSkip.KEEP)
    keeps_closed_days: Mapped[bool]
    starts: Mapped[time]
    ends: Mapped[time]
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"))
    desks: Mapped[int]
    slot_minutes: Mapped[int]
    sign_off_days: Mapped[int] = mapped_column(default=3)
    decision_days: Mapped[int] = mapped_column(default=2)
    decision_time: Mapped[time] = mapped_column(default=time(18))
    reminders_crew: Mapped[str] = mapped_column(String(80), default=" ".join(FOR_CREW))
    reminders_people: Mapped[str] = mapped_column(String(80), default=" ".join(FOR_PEOPLE))
    needs: Mapped[list[SeriesNeed]] = relationship(lazy="raise", cascade="all, delete-orphan")
    place: Mapped[Place] = relationship(lazy="raise")

    @property
    def names(self) -> Mapping[str, str]:
        """The name by language."""
        return {"fr": self.name_fr, "en": self.name_en}

    @property
    def agenda_words(self) -> Mapping[str, str]:
        """The neutral word by language (S17)."""
        return {"fr": self.agenda_word_fr, "en": self.agenda_word_en}


class SeriesNeed(Base):
    """How many people of a role each new session of a series needs in order to run, and how many are wished for."""

    __tablename__ = "series_needs"

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)
    least: Mapped[int]
    wish: Mapped[int]


class SeriesSkip(Base):
    """A date of the rule on which the series does not take place (RFC 5545 §3.8.5.1); it is never made again."""

    __tablename__ = "series_skips"

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    skipped_on: Mapped[date] = mapped_column(primary_key=True)


class ClinicSession(HasId, Base):
    """One session, movable and cancellable alone; `planned_on` is the rule's date; only a change of the rule moves it.

    `is_added`: by hand, beside the rule. `is_by_hand`: moved, cancelled or restored alone, so that changes of the
    series leave it as it is. `spot`: where exactly it is this time, if elsewhere than its place says.
    `accepted_shortfall`: with how many people missing it was decided to run; `asked_to_decide_at`: since when the
    coordinators are asked to decide.
    `sequence` and `changed_at` advance with every change that a calendar's reader would notice (RFC 5545 §3.8.7.4).
    """

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("series_id", "planned_on"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index(None, "starts_at"),
        Index(None, "ends_at"),
    )

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"))
    planned_on: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(UtcInstant)
    ends_at: Mapped[datetime] = mapped_column(UtcInstant)
    moved_from: Mapped[datetime | None] = mapped_column(UtcInstant)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"))
    desks: Mapped[int]
    slot_minutes: Mapped[int]
    status: Mapped[Status] = mapped_column(coded(Status), default=Status.PLANNED)
    cancel_reason: Mapped[CancelReason | None] = mapped_column(coded(CancelReason))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    is_added: Mapped[bool] = mapped_column(default=False)
    is_by_hand: Mapped[bool] = mapped_column(default=False)
    spot: Mapped[str | None] = mapped_column(String(200))
    accepted_shortfall: Mapped[int] = mapped_column(default=0)
    asked_to_decide_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    series: Mapped[Series] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")

    @property
    def exact_spot(self) -> str:
        """Where exactly it is; `place` must be loaded. Only for those who may know it."""
        return self.spot or self.place.spot


class SessionNeed(Base):
    """How many people of a role one session needs in order to run, and how many are wished for."""

    __tablename__ = "session_needs"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)
    least: Mapped[int]
    wish: Mapped[int]
