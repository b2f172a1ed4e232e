"""Whether what a notice says still is so: its object, its session, its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import TO_MAKE
from clinic.domain.interpreting import OfferState
from clinic.domain.meetings import MeetingState
from clinic.domain.notices import ENDINGS, Kind, Whereabouts
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState
from clinic.domain.sessions import Status
from clinic.domain.workshops import RegistrationState
from clinic.models import (
    Appointment,
    Ask,
    Call,
    ClinicSession,
    Contact,
    ContactTask,
    Meeting,
    Need,
    Notice,
    Offer,
    Registration,
    Shift,
)

_Object = Shift | Offer | Registration | Ask | ClinicSession | Appointment
_COMES = frozenset[StrEnum]({ShiftState.CONFIRMED, ShiftState.TO_CONFIRM, RegistrationState.REGISTERED})
_BOOKED = frozenset[StrEnum]({AppointmentState.BOOKED})
_CONCERNED = _COMES | _BOOKED | {RegistrationState.WAITING}
# In which states of its object each kind may be said; a move concerns also those who leave because of it.
_SAID_IN: Mapping[Kind, frozenset[StrEnum]] = {
    Kind.SHIFT_TAKEN: _COMES,
    Kind.SHIFT_GIVEN_BACK: frozenset({ShiftState.RELEASED}),
    Kind.OFFER_ASKED: frozenset({OfferState.ASKED}),
    Kind.OFFER_ACCEPTED: frozenset({OfferState.ACCEPTED}),
    Kind.OFFER_DECLINED: frozenset({OfferState.DECLINED}),
    Kind.OFFER_FILLED: frozenset({OfferState.FILLED}),
    Kind.OFFER_WITHDRAWN: frozenset({OfferState.WITHDRAWN}),
    Kind.REGISTERED: _COMES,
    Kind.PLACE_FALLEN_FREE: _COMES,
    Kind.SESSION_MOVED: _CONCERNED | {ShiftState.RELEASED, RegistrationState.WITHDRAWN},
    Kind.SESSION_CANCELLED: _CONCERNED | {AppointmentState.CANCELLED},
    Kind.SESSION_RESTORED: _CONCERNED,
    Kind.REMINDER: _COMES | _BOOKED | {OfferState.ACCEPTED},
    Kind.DIGEST: _COMES | {OfferState.ACCEPTED},
    Kind.ASK_MADE: frozenset({AskState.ASKED}),
    Kind.ASK_FILLED: frozenset({AskState.FILLED}),
    Kind.ASK_WITHDRAWN: frozenset({AskState.WITHDRAWN}),
    Kind.STAND_IN_FOUND: frozenset({ShiftState.RELEASED}),
    Kind.DECISION_DUE: frozenset({Status.PLANNED}),
    Kind.CALLS_WAITING: frozenset({Status.PLANNED, Status.CANCELLED}),
    Kind.SPOT_CHANGED: _COMES | {OfferState.ACCEPTED},
    Kind.BOOKED: _BOOKED,
}


def stands(tx: Session, notice: Notice, now: datetime) -> bool:
    """Whether it is still as the notice says."""
    if notice.kind is Kind.ATTENTION:
        return _is_to_see_to(tx, notice, now)
    if notice.session_id is None:
        return _meets(tx.get(Meeting, notice.about_id), notice)
    found = _object(tx, notice.about_id)
    if found is None or _state(found) not in _SAID_IN[notice.kind]:
        return False
    if isinstance(found, ClinicSession):
        return _is_asked_for(tx, found, notice)
    if isinstance(found, Offer) and found.state is OfferState.ASKED and found.answer_by <= now:
        return False
    return notice.kind in ENDINGS or _is_then(tx, found, notice)


def whereabouts(tx: Session, about_id: str, session_id: str | None) -> Whereabouts:
    """When and where that is which a notice is about: a meeting, an appointment, a need's time, else the session."""
    if session_id is None:
        meeting = tx.get_one(Meeting, about_id)
        return Whereabouts(meeting.starts_at, meeting.ends_at, None)
    session = tx.get_one(ClinicSession, session_id)
    booked = tx.get(Appointment, about_id)
    if booked:
        return Whereabouts(booked.starts_at, booked.ends_at, session.place_id)
    needed = select(Need.starts_at, Need.ends_at).join(Offer, Offer.need_id == Need.id).where(Offer.id == about_id)
    span = tx.execute(needed).one_or_none()
    starts_at, ends_at = span or (session.starts_at, session.ends_at)
    return Whereabouts(starts_at, ends_at, session.place_id)


def is_back(tx: Session, notice: Notice) -> bool:
    """Whether a session, or an appointment, is again when and where it was before the move that a notice tells of."""
    if notice.session_id is None or notice.was_starts_at is None:
        return False
    here = notice.about_id if notice.beneficiary_id else ""
    now_at = whereabouts(tx, here, notice.session_id)
    return (now_at.starts_at, now_at.ends_at, now_at.place_id) == (
        notice.was_starts_at,
        notice.was_ends_at,
        notice.was_place_id,
    )


def _is_then(tx: Session, found: _Object, notice: Notice) -> bool:
    """Whether it takes place, or does not, as the notice says, at the time that it names."""
    if notice.session_id is None:
        return False
    session = tx.get_one(ClinicSession, notice.session_id)
    is_off = session.status is Status.CANCELLED or _state(found) is AppointmentState.CANCELLED
    if is_off is not (notice.kind is Kind.SESSION_CANCELLED) or is_back(tx, notice):
        return False
    return whereabouts(tx, notice.about_id, notice.session_id).starts_at == notice.starts_at


def _meets(meeting: Meeting | None, notice: Notice) -> bool:
    """Whether a meeting takes place, or does not, as a notice says; for its peer only while she is the one."""
    if meeting is None:
        return False
    is_without = meeting.state is MeetingState.WITHOUT_PEER
    is_left = notice.person_id is not None and (is_without or meeting.peer_id != notice.person_id)
    if is_left:
        return notice.kind is Kind.SESSION_CANCELLED
    is_off = meeting.state is MeetingState.CANCELLED
    says_off = notice.kind is Kind.SESSION_CANCELLED
    return is_off is says_off and not is_without and meeting.starts_at == notice.starts_at


def _object(tx: Session, about_id: str) -> _Object | None:
    found = tx.get(Shift, about_id) or tx.get(Offer, about_id) or tx.get(Registration, about_id)
    return found or tx.get(Appointment, about_id) or tx.get(Ask, about_id) or tx.get(ClinicSession, about_id)


def _state(found: _Object) -> StrEnum:
    return found.status if isinstance(found, ClinicSession) else found.state


def _is_asked_for(tx: Session, session: ClinicSession, notice: Notice) -> bool:
    """Whether somebody has still to decide about a session, or to call somebody about it."""
    if notice.kind is Kind.DECISION_DUE:
        return session.asked_to_decide_at is not None and session.starts_at == notice.starts_at
    waits = select(Call.id).where(Call.session_id == session.id, Call.state.in_(TO_MAKE)).limit(1)
    return tx.scalar(waits) is not None


def _is_to_see_to(tx: Session, notice: Notice, now: datetime) -> bool:
    """Whether the task that a notice asks to see to is not done yet, or the meeting that it is about is still ahead."""
    meeting = tx.get(Meeting, notice.about_id)
    if meeting:
        return meeting.starts_at > now
    query = select(ContactTask.id).join(Contact).where(ContactTask.id == notice.about_id, ContactTask.done_at.is_(None))
    return tx.scalar(query) is not None
