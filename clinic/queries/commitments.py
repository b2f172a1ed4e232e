"""What a person's calendar holds: shifts, interpreting accepted, workshops registered for, meetings by telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain.calendars import cancelled_since, window_start
from clinic.domain.interpreting import OfferState
from clinic.domain.meetings import MeetingState
from clinic.domain.places import Publicity
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Status
from clinic.domain.workshops import RegistrationState
from clinic.models import ClinicSession, Meeting, Need, Offer, Registration, Shift


@dataclass(frozen=True)
class Commitment:
    """Something that a person is on; the spot only where it is public. A meeting has no name, word or spot."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    is_tentative: bool
    names: Mapping[str, str]
    agenda_words: Mapping[str, str]
    spot: str | None


def of_person(tx: Session, person_id: str, *, now: datetime) -> list[Commitment]:
    """What a person is on within the window of a feed, in order of time; a cancelled session for 14 days after it.

    `sequence` advances with every change of the session or of her part in it (RFC 5545 §3.8.7.4). Four queries.
    """
    whole = (joinedload(ClinicSession.series), joinedload(ClinicSession.place))
    shown = (
        ClinicSession.ends_at > window_start(now),
        or_(ClinicSession.status != Status.CANCELLED, ClinicSession.ends_at > cancelled_since(now)),
    )
    shifts = tx.execute(_shifts(person_id).where(*shown).options(*whole))
    registrations = tx.execute(_registrations(person_id).where(*shown).options(*whole))
    offers = tx.execute(_offers(person_id).where(*shown).options(*whole, joinedload(Offer.need)))
    found = [_commitment(shift, session, session) for shift, session in shifts]
    found += [_commitment(registration, session, session) for registration, session in registrations]
    found += [_commitment(offer, session, offer.need) for offer, session in offers]
    found += [_meeting(each) for each in tx.scalars(_meetings(person_id, now))]
    return sorted(found, key=lambda each: (each.starts_at, each.uid))


def last_change(tx: Session, person_id: str) -> datetime | None:
    """When anything of a person's last changed; what was given back counts, though no feed shows it."""
    parts = (
        select(func.max(Shift.changed_at), func.max(ClinicSession.changed_at))
        .join(ClinicSession, Shift.session_id == ClinicSession.id)
        .where(Shift.person_id == person_id),
        select(func.max(Registration.changed_at), func.max(ClinicSession.changed_at))
        .join(ClinicSession, Registration.session_id == ClinicSession.id)
        .where(Registration.person_id == person_id),
        select(func.max(Offer.changed_at), func.max(ClinicSession.changed_at))
        .join(Need, Offer.need_id == Need.id)
        .join(ClinicSession, Need.session_id == ClinicSession.id)
        .where(Offer.person_id == person_id),
        select(func.max(Meeting.changed_at)).where(Meeting.peer_id == person_id),
    )
    return max((at for part in parts for at in tx.execute(part).one() if at), default=None)


def _shifts(person_id: str) -> Select[Shift, ClinicSession]:
    query = select(Shift, ClinicSession).join(ClinicSession, Shift.session_id == ClinicSession.id)
    return query.where(Shift.person_id == person_id, Shift.state != ShiftState.RELEASED)


def _registrations(person_id: str) -> Select[Registration, ClinicSession]:
    query = select(Registration, ClinicSession).join(ClinicSession, Registration.session_id == ClinicSession.id)
    return query.where(Registration.person_id == person_id, Registration.state == RegistrationState.REGISTERED)


def _offers(person_id: str) -> Select[Offer, ClinicSession]:
    query = select(Offer, ClinicSession).join(Need, Offer.need_id == Need.id)
    return query.join(ClinicSession, Need.session_id == ClinicSession.id).where(
        Offer.person_id == person_id, Offer.state == OfferState.ACCEPTED
    )


def _meetings(person_id: str, now: datetime) -> Select[Meeting]:
    stands = Meeting.state == MeetingState.BOOKED
    shown = (Meeting.ends_at > window_start(now), or_(stands, Meeting.ends_at > cancelled_since(now)))
    return select(Meeting).where(Meeting.peer_id == person_id, *shown)


def _meeting(meeting: Meeting) -> Commitment:
    return Commitment(
        uid=meeting.uid,
        sequence=meeting.sequence,
        changed_at=meeting.changed_at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        is_cancelled=meeting.state is not MeetingState.BOOKED,
        is_tentative=False,
        names={},
        agenda_words={},
        spot=None,
    )


def _commitment(
    part: Shift | Registration | Offer, session: ClinicSession, spanned: ClinicSession | Need
) -> Commitment:
    series, place = session.series, session.place
    return Commitment(
        uid=part.uid,
        sequence=session.sequence + part.sequence,
        changed_at=max(session.changed_at, part.changed_at),
        starts_at=spanned.starts_at,
        ends_at=spanned.ends_at,
        is_cancelled=session.status is Status.CANCELLED,
        is_tentative=isinstance(part, Shift) and part.state is ShiftState.TO_CONFIRM,
        names=series.names,
        agenda_words=series.agenda_words,
        spot=session.exact_spot if place.publicity is Publicity.PUBLIC else None,
    )
