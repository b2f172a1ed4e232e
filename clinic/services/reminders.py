"""The reminders of a series: saving which ones go, and planning those of all its dates anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import timing
from clinic.domain.answers import NotFound, Refused
from clinic.domain.contacts import Helped
from clinic.domain.interpreting import OfferState
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Kind, Status
from clinic.domain.timing import Offset
from clinic.domain.workshops import RegistrationState
from clinic.models import ClinicSession, Need, Offer, Series
from clinic.queries import appointments, rota, sessions, workshops
from clinic.services import audit, notices


@dataclass(frozen=True)
class Reminders:
    """Which reminders go to those who work at a series and which to people; each at most once."""

    crew: tuple[Offset, ...]
    people: tuple[Offset, ...]


@dataclass(frozen=True)
class _Due:
    """Somebody who comes: by what, when."""

    whom: str | Helped
    about: str
    session_id: str
    starts_at: datetime


def of(series: Series) -> Reminders:
    """The reminders that a series has."""
    return Reminders(timing.offsets_of(series.reminders_crew), timing.offsets_of(series.reminders_people))


def save(tx: Session, series_id: str, wished: Reminders, *, seen: Reminders, by: SignedIn, now: datetime) -> None:
    """Let a series have these reminders, from now on, on all its dates; those that went already are not sent again.

    `seen` is what the series had when it was looked at. For coordinators, and organisers of workshops. Raises
    `NotFound`, and `Refused` with `reminders_at_most`, `series_differs`.
    """
    series = sessions.series_locked(tx, series_id)
    if not may_change(series.kind, by):
        raise NotFound
    if len(wished.crew) > timing.OFFSETS_FOR_CREW or len(wished.people) > timing.OFFSETS_FOR_PEOPLE:
        raise Refused("reminders_at_most", crew=timing.OFFSETS_FOR_CREW, people=timing.OFFSETS_FOR_PEOPLE)
    if of(series) == wished:
        return
    if of(series) != seen:
        raise Refused("series_differs")
    series.reminders_crew, series.reminders_people = " ".join(wished.crew), " ".join(wished.people)
    tx.flush()
    _plan_anew(tx, series_id, now)
    audit.record(tx, "series.reminders", series_id, by=by, now=now)


def may_change(kind: Kind, by: SignedIn) -> bool:
    """Whether somebody may say which messages a series of this kind sends."""
    return by.holds(Role.COORDINATOR) or (kind is Kind.WORKSHOP and by.holds(Role.WORKSHOP_ORGANISER))


def _plan_anew(tx: Session, series_id: str, now: datetime) -> None:
    ahead = select(ClinicSession.id).where(ClinicSession.series_id == series_id, ClinicSession.starts_at > now)
    for session_id in tx.scalars(ahead.order_by(ClinicSession.id)).all():
        session = sessions.locked(tx, session_id)
        if session.status is Status.PLANNED:
            due = list(_who_comes(tx, session))
            notices.forget_reminders(tx, [each.about for each in due])
            for each in due:
                here = {"about": each.about, "session_id": each.session_id}
                notices.remind(tx, to=each.whom, **here, starts_at=each.starts_at, now=now)


def _who_comes(tx: Session, session: ClinicSession) -> Iterator[_Due]:
    """All who are reminded of a session: its crew, its interpreters, those registered and those who are helped."""
    for shift in rota.live_shifts(tx, session.id):
        yield _Due(shift.person_id, shift.id, session.id, session.starts_at)
    accepted = select(Offer, Need).join(Need, Offer.need_id == Need.id)
    here = accepted.where(Need.session_id == session.id, Offer.state == OfferState.ACCEPTED)
    for offer, need in tx.execute(here.order_by(Offer.id)):
        yield _Due(offer.person_id, offer.id, session.id, need.starts_at)
    for each in workshops.live(tx, session.id):
        if each.state is RegistrationState.REGISTERED:
            yield _Due(each.person_id, each.id, session.id, session.starts_at)
    for booked in appointments.standing(tx, session.id):
        yield _Due(Helped(booked.beneficiary_id), booked.id, session.id, booked.starts_at)
