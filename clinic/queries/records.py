"""The record of one person helped: who follows her, what was and what comes, and what was done to it lately."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.beneficiaries import Side
from clinic.domain.calls import TO_MAKE
from clinic.domain.meetings import MeetingState
from clinic.domain.notices import WAITING
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import OPEN_AFTER, VisitState
from clinic.domain.sessions import Status
from clinic.models import (
    Appointment,
    AuditEntry,
    Beneficiary,
    Call,
    ClinicSession,
    Contact,
    ContactTask,
    Meeting,
    Notice,
    Person,
    Visit,
)
from clinic.models.sealed import digest
from clinic.queries import beneficiaries, exclusions, people
from clinic.queries.people import PersonRow

HAND_OVER = "beneficiary.hand_over"
PAST_SHOWN = 20
_THERE = (VisitState.WAITING, VisitState.SEEN)


@dataclass(frozen=True)
class FollowerRow:
    """Somebody who follows her."""

    id: str
    name: str
    is_disabled: bool


@dataclass(frozen=True)
class RecordView:
    """What is noted of one person helped; `version` changes with it. `may_erase`: whether the reader may erase her."""

    id: str
    alias: str
    languages: tuple[str, ...]
    mediator: FollowerRow
    stand_in: FollowerRow | None
    version: str
    may_erase: bool


@dataclass(frozen=True)
class Untold:
    """How many messages to her wait, and how many calls to her are to be made."""

    messages: int
    calls: int


@dataclass(frozen=True)
class TimeView:
    """A time of hers at a session: ahead, perhaps only held until `held_until`; or past, and how it went."""

    appointment_id: str | None
    starts_at: datetime
    held_until: datetime | None = None
    outcome: Outcome | None = None
    follow_up: FollowUp | None = None
    visit: VisitState | None = None


def record(tx: Session, beneficiary_id: str, *, reader: SignedIn) -> RecordView:
    """One with a record whom the reader follows; raises `NotFound`."""
    whom = beneficiaries.beneficiary(tx, beneficiary_id, reader=reader)
    if whom.alias is None:
        raise NotFound
    stand_in = _follower(tx, whom.stand_in_id) if whom.stand_in_id else None
    return RecordView(
        id=whom.id,
        alias=whom.alias,
        languages=tuple(whom.languages.split()),
        mediator=_follower(tx, whom.mediator_id),
        stand_in=stand_in,
        version=version_of(whom),
        may_erase=may_erase(reader, whom),
    )


def may_erase(reader: SignedIn, whom: Beneficiary) -> bool:
    """Whether a reader may erase her: her mediator, and those who coordinate."""
    return reader.holds(Role.COORDINATOR) or (reader.holds(Role.MEDIATOR) and whom.mediator_id == reader.id)


def version_of(whom: Beneficiary) -> str:
    """A keyed digest of the record, by which a page knows that it is out of date (S73)."""
    noted = [whom.alias, whom.languages, whom.mediator_id, whom.stand_in_id]
    return digest(json.dumps(noted), "beneficiaries.version")


def may_follow(tx: Session, beneficiary_id: str | None) -> list[PersonRow]:
    """The active mediators to whom somebody could be entrusted, by name: nobody whom she never meets is there (S07)."""
    active = people.holding(tx, [Role.MEDIATOR])
    return active if beneficiary_id is None else _besides_excluded(tx, beneficiary_id, active)


def may_be_excluded(tx: Session, beneficiary_id: str) -> list[PersonRow]:
    """The active people who work here, by name, but for those of whom she has said "never" already."""
    active = people.holding(tx, [role for role in Role if role is not Role.MEMBER])
    said = exclusions.excluded_by(tx, beneficiary_id, [each.id for each in active], side=Side.HERS)
    return [each for each in active if each.id not in said]


def excluded(tx: Session, beneficiary_id: str) -> list[PersonRow]:
    """With whom she never wants to meet, by name, as she said herself; what others said is in no list (S07)."""
    everyone = people.everyone(tx)
    said = exclusions.excluded_by(tx, beneficiary_id, [each.id for each in everyone], side=Side.HERS)
    return [each for each in everyone if each.id in said]


def others_called(tx: Session, alias_digest: str, person_id: str, *, besides: str | None) -> Beneficiary | None:
    """Somebody else whom a person calls by the alias of this digest, as her mediator or as a stand-in."""
    is_hers = (Beneficiary.mediator_id == person_id) | (Beneficiary.stand_in_id == person_id)
    query = select(Beneficiary).where(Beneficiary.alias_digest == alias_digest, is_hers)
    return tx.scalar(query.where(Beneficiary.id != (besides or "")).order_by(Beneficiary.id).limit(1))


def times_ahead(tx: Session, beneficiary_id: str, *, now: datetime) -> list[TimeView]:
    """What she has ahead at sessions that take place, booked or held, in order of time."""
    is_held = (Appointment.state == AppointmentState.HELD) & (Appointment.held_until > now)
    takes_place = _at_sessions(beneficiary_id, (Appointment.state == AppointmentState.BOOKED) | is_held)
    ahead = takes_place.where(Appointment.ends_at > now).order_by(Appointment.starts_at, Appointment.id)
    return [TimeView(each.id, each.starts_at, held_until=each.held_until) for each in tx.scalars(ahead)]


def times_past(tx: Session, beneficiary_id: str, *, now: datetime) -> list[TimeView]:
    """What she had at sessions, and how it went, the latest first: appointments, and times she came without one."""
    booked = _at_sessions(beneficiary_id, Appointment.state == AppointmentState.BOOKED)
    over = booked.where(Appointment.ends_at <= now).order_by(Appointment.starts_at.desc(), Appointment.id)
    found = [
        TimeView(each.id, each.starts_at, outcome=each.outcome, follow_up=each.follow_up)
        for each in tx.scalars(over.limit(PAST_SHOWN))
    ]
    came = select(Visit).where(Visit.beneficiary_id == beneficiary_id, Visit.appointment_id.is_(None))
    latest = tx.scalars(came.order_by(Visit.arrived_at.desc(), Visit.id).limit(PAST_SHOWN))
    found += [TimeView(None, each.arrived_at, visit=each.state) for each in latest]
    return sorted(found, key=lambda time: time.starts_at, reverse=True)[:PAST_SHOWN]


def has_ahead(tx: Session, beneficiary_id: str, *, now: datetime) -> bool:
    """Whether she has an appointment, a held time or a meeting by telephone ahead."""
    meets = (
        (Meeting.beneficiary_id == beneficiary_id) & (Meeting.state != MeetingState.CANCELLED) & (Meeting.ends_at > now)
    )
    return bool(times_ahead(tx, beneficiary_id, now=now)) or tx.scalar(select(Meeting.id).where(meets)) is not None


def is_in_line(tx: Session, beneficiary_id: str, *, now: datetime) -> bool:
    """Whether she waits or is seen just now, at a session whose line is open."""
    query = select(Visit.id).join(ClinicSession, ClinicSession.id == Visit.session_id)
    is_there = (Visit.beneficiary_id == beneficiary_id) & Visit.state.in_(_THERE)
    return tx.scalar(query.where(is_there, ClinicSession.ends_at > now - OPEN_AFTER).limit(1)) is not None


def untold(tx: Session, beneficiary_id: str) -> Untold:
    """What she has not been told yet."""
    waiting = select(func.count()).where(Notice.beneficiary_id == beneficiary_id, Notice.state.in_(WAITING))
    calls = select(func.count()).where(Call.beneficiary_id == beneficiary_id, Call.state.in_(TO_MAKE))
    return Untold(tx.scalar(waiting) or 0, tx.scalar(calls) or 0)


def handed_over(tx: Session, beneficiary_id: str, by_id: str, *, since: datetime) -> AuditEntry | None:
    """The last time that a person handed somebody over, if it was after an instant."""
    query = select(AuditEntry).where(AuditEntry.action == HAND_OVER, AuditEntry.object_id == beneficiary_id)
    hers = query.where(AuditEntry.actor_id == by_id, AuditEntry.at > since)
    return tx.scalar(hers.order_by(AuditEntry.at.desc(), AuditEntry.id).limit(1))


def is_touched_since(tx: Session, beneficiary_id: str, handed: AuditEntry) -> bool:
    """Whether anybody did anything else to her record, contact or appointments since it was handed over."""
    contact_ids = tx.scalars(select(Contact.id).where(Contact.beneficiary_id == beneficiary_id)).all()
    touched = {beneficiary_id, *contact_ids}
    touched |= set(tx.scalars(select(Appointment.id).where(Appointment.beneficiary_id == beneficiary_id)))
    touched |= set(tx.scalars(select(ContactTask.id).where(ContactTask.contact_id.in_(contact_ids))))
    later = select(AuditEntry.object_id).where(AuditEntry.at >= handed.at, AuditEntry.id != handed.id)
    return bool(touched & set(tx.scalars(later)))


def _follower(tx: Session, person_id: str) -> FollowerRow:
    person = tx.get_one(Person, person_id)
    return FollowerRow(person.id, person.name, person.disabled_at is not None)


def _besides_excluded(tx: Session, beneficiary_id: str, active: Sequence[PersonRow]) -> list[PersonRow]:
    kept_out = exclusions.excluded_by(tx, beneficiary_id, [each.id for each in active])
    return [each for each in active if each.id not in kept_out]


def _at_sessions(beneficiary_id: str, which: ColumnElement[bool]) -> Select[Appointment]:
    query = select(Appointment).join(ClinicSession, ClinicSession.id == Appointment.session_id)
    return query.where(Appointment.beneficiary_id == beneficiary_id, which, ClinicSession.status == Status.PLANNED)
