"""What hangs on a session (shifts, registrations, appointments, needs), and carrying, freeing and holding it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from clinic.domain import interpreting as interpreting_rules
from clinic.domain import sessions as rules
from clinic.domain import timing
from clinic.domain.answers import Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import Change
from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.notices import Kind, Whereabouts
from clinic.domain.resources import of_beneficiary, of_person
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Booked, Status
from clinic.domain.workshops import RegistrationState
from clinic.models import Appointment, ClinicSession, Need, Offer, Registration, Shift
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as interpreting_queries
from clinic.queries import rota as rota_queries
from clinic.queries import workshops as workshop_queries
from clinic.services import attending, calls, interpreting, notices, occupancy, telling, workshops

Span = tuple[datetime, datetime]
_IN_DATABASE = {"synchronize_session": False}
_CHANGES = {Kind.SESSION_CANCELLED: Change.CANCELLED, Kind.SESSION_RESTORED: Change.RESTORED}


@dataclass(frozen=True)
class Hanging:
    """All that hangs on one session and is not given back, cancelled or withdrawn."""

    held: Sequence[Shift]
    registered: Sequence[Registration]
    waiting: Sequence[Registration]
    booked: Sequence[Appointment]
    needs: Sequence[Need]

    @property
    def people(self) -> dict[str, str]:
        """Who is held by what: person ids by the ids of their shifts and registrations."""
        people: list[Shift | Registration] = [*self.held, *self.registered]
        return {each.id: each.person_id for each in people}

    @property
    def concerned(self) -> list[Shift | Registration]:
        """Everyone who counts on the session, waiting or not."""
        return [*self.held, *self.registered, *self.waiting]

    @property
    def holders(self) -> list[str]:
        """The ids of all that holds somebody for the session's time; interpreters' offers are held by their needs."""
        return [*self.people, *(each.id for each in self.booked)]

    @property
    def needs_of_lost(self) -> list[Need]:
        """The needs of appointments that were called off meanwhile."""
        lost = {each.id for each in self.booked if each.state is AppointmentState.CANCELLED}
        return [need for need in self.needs if need.appointment_id in lost]


def read(tx: Session, session_id: str) -> Hanging:
    """Read all that hangs on a locked session."""
    live = workshop_queries.live(tx, session_id)
    return Hanging(
        held=rota_queries.live_shifts(tx, session_id),
        registered=[each for each in live if each.state is RegistrationState.REGISTERED],
        waiting=[each for each in live if each.state is RegistrationState.WAITING],
        booked=appointment_queries.standing(tx, session_id),
        needs=interpreting_queries.live_needs(tx, session_id),
    )


def carried(session: ClinicSession, booked: Sequence[Appointment], span: Span) -> dict[str, Booked]:
    """Where each appointment goes when its session moves into this span.

    Raises `Refused("appointments_outside")` with the aliases that would fall outside, or the time of one without.
    """
    as_booked = [appointment_queries.as_booked(each) for each in booked]
    moved_by = span[0] - session.starts_at
    inside, outside = rules.carry(as_booked, by=moved_by, into=span)
    if outside:
        raise Refused("appointments_outside", aliases=[each.alias or each.starts_at - moved_by for each in outside])
    return {each.id: each for each in inside}


def carry_people(
    tx: Session, hanging: Hanging, elsewhere: set[str], session: ClinicSession, *, was: Whereabouts, now: datetime
) -> None:
    """Hold everybody for the session's new time and tell them; the crew is asked to confirm, those elsewhere leave.

    Appointments were carried before.
    """
    notices.forget_reminders(tx, list(hanging.people))
    for shift in hanging.held:
        is_leaving = shift.person_id in elsewhere
        _set_shift(shift, ShiftState.RELEASED if is_leaving else ShiftState.TO_CONFIRM, now)
        if is_leaving:
            attending.let_go(tx, session.id, shift.person_id)
        else:
            _settle(tx, shift, session, now=now)
    for registration in hanging.registered:
        if registration.person_id in elsewhere:
            workshops.leave(tx, registration, now=now)
        else:
            _settle(tx, registration, session, now=now)
    for each in hanging.concerned:
        notices.tell(tx, Kind.SESSION_MOVED, to=each.person_id, about=each.id, session_id=session.id, was=was, now=now)
    coming = [*hanging.registered, *hanging.waiting]
    calls.plan(tx, session, Change.MOVED, registrations=coming, now=now, was_starts_at=was.starts_at)
    before = {each.id: _before(each, session, was) for each in hanging.booked}
    telling.changed(tx, session, Change.MOVED, hanging.booked, was=before, now=now)
    telling.remind(tx, hanging.booked, now=now)


def _before(booked: Appointment, session: ClinicSession, was: Whereabouts) -> Whereabouts:
    """Where an appointment was before its session carried it along."""
    moved_by = session.starts_at - was.starts_at
    return Whereabouts(booked.starts_at - moved_by, booked.ends_at - moved_by, was.place_id)


def carry_appointments(tx: Session, booked: Sequence[Appointment], to: Mapping[str, Booked], now: datetime) -> None:
    """Move appointments along. Desks are negative meanwhile: the unique index is checked row by row."""
    if not booked:
        return
    these = Appointment.id.in_(list(to))
    tx.execute(update(Appointment).where(these).values(desk=-Appointment.desk), execution_options=_IN_DATABASE)
    for appointment in booked:
        new = to[appointment.id]
        values = {"starts_at": new.starts_at, "ends_at": new.ends_at, "desk": -Appointment.desk, "changed_at": now}
        tx.execute(update(Appointment).where(Appointment.id == new.id).values(values), execution_options=_IN_DATABASE)
        helped, span = of_beneficiary(appointment.beneficiary_id), (new.starts_at, new.ends_at)
        occupancy.hold(tx, helped, span, holder=new.id, otherwise="alias_busy", now=now)
        tx.refresh(appointment, list(values))
        attending.hold_again(tx, appointment, now=now)


def carry_needs(
    tx: Session,
    needs: Sequence[Need],
    to: Mapping[str, Booked],
    session: ClinicSession,
    *,
    shifted_by: timedelta,
    now: datetime,
) -> None:
    """Let needs follow their appointments, or their session, to its new time; they are open again, to be asked anew."""
    span = (session.starts_at, session.ends_at)
    for need in needs:
        at = to.get(need.appointment_id or "")
        new_span = (at.starts_at, at.ends_at) if at else _within(need, shifted_by, span)
        interpreting.follow(tx, need.id, new_span, session.id, now=now)


def _within(need: Need, shifted_by: timedelta, span: Span) -> Span:
    """The span of a need for a whole session, carried along and cut to the new span."""
    starts_at, ends_at = need.starts_at + shifted_by, need.ends_at + shifted_by
    is_inside = span[0] <= starts_at < ends_at <= span[1]
    return (starts_at, ends_at) if is_inside else span


def tell_all(tx: Session, kind: Kind, hanging: Hanging, session: ClinicSession, now: datetime) -> None:
    """Tell everyone, or have those called to whom nothing may be written; those who have an appointment are reminded
    while it takes place."""
    for each in hanging.concerned:
        notices.tell(tx, kind, to=each.person_id, about=each.id, session_id=session.id, now=now)
    booked = [each for each in hanging.booked if each.state is AppointmentState.BOOKED]
    coming = [each for each in (*hanging.registered, *hanging.waiting) if each.state is not RegistrationState.WITHDRAWN]
    still_here = {each.id for each in booked} | {each.id for each in coming}
    calls.drop(tx, set(hanging.holders) - still_here, now=now)
    calls.plan(tx, session, _CHANGES[kind], registrations=coming, now=now)
    telling.changed(tx, session, _CHANGES[kind], hanging.booked, now=now)
    notices.forget_reminders(tx, [each.id for each in hanging.booked])
    if session.status is Status.PLANNED:
        telling.remind(tx, booked, now=now)


def hold_again(tx: Session, hanging: Hanging, session: ClinicSession, now: datetime) -> int:
    """Hold everybody and everything for a restored session; return how many could not come back."""
    lost = sum(not _try_shift(tx, each, session, now) for each in hanging.held)
    lost += sum(not _try_registration(tx, each, session, now) for each in hanging.registered)
    return lost + sum(not _try_appointment(tx, each, now) for each in hanging.booked)


def give_interpreters_back(tx: Session, hanging: Hanging, *, since: datetime, now: datetime) -> None:
    """Undo in time that a session was called off: the interpreters freed since then are asked, or come, as before.

    Not those who were told meanwhile, nor those who took on something else.
    """
    lost = {need.id for need in hanging.needs_of_lost}
    for needed in hanging.needs:
        undo_for = timing.undo_for(Kind.OFFER_WITHDRAWN, needed.starts_at, since)
        if needed.id not in lost and now - since < undo_for:
            for offer in interpreting_queries.freed(tx, needed.id, since):
                _give_back(tx, needed, offer, now)


def _give_back(tx: Session, needed: Need, offer: Offer, now: datetime) -> None:
    before, comes = offer.ended_from, offer.ended_from is OfferState.ACCEPTED
    if before is None or interpreting_rules.state_of(before, offer.answer_by, now) not in interpreting_rules.HOLDING:
        return
    span, until = (needed.starts_at, needed.ends_at), None if comes else offer.answer_by
    person = of_person(offer.person_id)
    try:
        occupancy.hold(tx, person, span, holder=offer.id, otherwise="person_busy", now=now, until=until)
    except Refused:
        return
    offer.state, offer.ended_from = before, None
    offer.sequence, offer.changed_at = offer.sequence + 1, now
    needed.state = NeedState.FILLED if comes else needed.state
    tx.flush()
    person_id, session_id, starts_at = offer.person_id, needed.session_id, needed.starts_at
    if comes:
        notices.take_back(tx, Kind.OFFER_WITHDRAWN, [offer.id])
        notices.remind(tx, to=person_id, about=offer.id, session_id=session_id, starts_at=starts_at, now=now)
    else:
        notices.tell(tx, Kind.OFFER_ASKED, to=person_id, about=offer.id, session_id=session_id, now=now)


def _settle(tx: Session, one: Shift | Registration, session: ClinicSession, *, now: datetime) -> None:
    span = (session.starts_at, session.ends_at)
    occupancy.hold(tx, of_person(one.person_id), span, holder=one.id, otherwise="crew_clashes", now=now)
    _remind(tx, one, session, now)


def _try_shift(tx: Session, shift: Shift, session: ClinicSession, now: datetime) -> bool:
    if _try_hold(tx, shift, session, now):
        return True
    _set_shift(shift, ShiftState.RELEASED, now)
    attending.let_go(tx, session.id, shift.person_id)
    notices.tell(tx, Kind.SHIFT_GIVEN_BACK, to=shift.person_id, about=shift.id, session_id=session.id, now=now)
    return False


def _try_registration(tx: Session, registration: Registration, session: ClinicSession, now: datetime) -> bool:
    if _try_hold(tx, registration, session, now):
        return True
    workshops.leave(tx, registration, now=now)
    return False


def _try_hold(tx: Session, one: Shift | Registration, session: ClinicSession, now: datetime) -> bool:
    span = (session.starts_at, session.ends_at)
    try:
        occupancy.hold(tx, of_person(one.person_id), span, holder=one.id, otherwise="person_busy", now=now)
    except Refused:
        return False
    _remind(tx, one, session, now)
    return True


def _try_appointment(tx: Session, booked: Appointment, now: datetime) -> bool:
    span = (booked.starts_at, booked.ends_at)
    try:
        helped = of_beneficiary(booked.beneficiary_id)
        occupancy.hold(tx, helped, span, holder=booked.id, otherwise="alias_busy", now=now)
    except Refused:
        booked.state, booked.changed_at = AppointmentState.CANCELLED, now
        return False
    attending.hold_again(tx, booked, now=now)
    return True


def _remind(tx: Session, one: Shift | Registration, session: ClinicSession, now: datetime) -> None:
    notices.remind(tx, to=one.person_id, about=one.id, session_id=session.id, starts_at=session.starts_at, now=now)


def _set_shift(shift: Shift, state: ShiftState, now: datetime) -> None:
    shift.state, shift.sequence, shift.changed_at = state, shift.sequence + 1, now
