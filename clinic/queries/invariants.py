"""What must always hold, asked of the whole database (S70, S78)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from clinic.domain.appointments import ROLES_FOR, AppointmentState
from clinic.domain.calls import TO_MAKE, Change
from clinic.domain.interpreting import HOLDING, NeedState, OfferState
from clinic.domain.meetings import MeetingState
from clinic.domain.resources import of_beneficiary, of_desk_work, of_person
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState, SearchState
from clinic.domain.sessions import Status
from clinic.domain.times import quanta
from clinic.domain.workshops import RegistrationState
from clinic.models import (
    Appointment,
    Ask,
    Attending,
    Call,
    ClinicSession,
    Meeting,
    Need,
    Occupancy,
    Offer,
    Registration,
    Search,
    Shift,
    Workshop,
)
from clinic.queries import appointments, exclusions

_AT_A_DESK = (AppointmentState.BOOKED, AppointmentState.HELD)
Held = tuple[str, int, str, datetime | None]


@dataclass(frozen=True)
class Breach:
    """One thing that should not be.

    Who is where: `two_places`, `not_held`, `held_for_nothing`. Desks: `desk_twice`, `outside_session`; `named_astray`:
    who must be there is not of the crew, or never meets her. Interpreters:
    `accepted_twice`, `filled_by_nobody`, `needed_for_nothing`. Workshops: `over_capacity`, `seat_astray`.
    Searches: `found_by_nobody`, `asked_for_nothing`. Calls: `call_astray` (it is not so), `called_twice`.
    """

    code: str
    object_id: str


def breaches(tx: Session, *, now: datetime) -> list[Breach]:
    """All that is wrong with who is where; an empty list is good. Occupancy is compared row by row.

    What was held for an answer that did not come in time may still lie there: it is in nobody's way.
    """
    expected = [*_held_by_shifts(tx), *_held_by_registrations(tx), *_held_by_appointments(tx), *_held_by_offers(tx)]
    expected += _held_by_meetings(tx)
    counting = {held for held in expected if held[3] is None or held[3] > now}
    there = {(row.resource, row.quantum, row.holder, row.until) for row in tx.scalars(select(Occupancy))}
    at_once = Counter((resource, quantum) for resource, quantum, _, _ in counting)
    found = {Breach("two_places", resource) for (resource, _), times in at_once.items() if times > 1}
    found |= {Breach("not_held", holder) for _, _, holder, _ in counting - there}
    found |= {Breach("held_for_nothing", holder) for _, _, holder, _ in there - set(expected)}
    found |= {*_wrong_desks(tx), *_wrong_people(tx, now), *_wrong_answers(tx), *_wrong_seats(tx)}
    found |= {*_wrong_searches(tx), *_wrong_calls(tx)}
    return sorted(found, key=lambda breach: (breach.code, breach.object_id))


def _held_by_shifts(tx: Session) -> Iterator[Held]:
    query = (
        select(Shift.id, Shift.person_id, ClinicSession.starts_at, ClinicSession.ends_at)
        .join(ClinicSession, Shift.session_id == ClinicSession.id)
        .where(Shift.state != ShiftState.RELEASED, ClinicSession.status == Status.PLANNED)
    )
    for shift_id, person_id, starts_at, ends_at in tx.execute(query):
        yield from _rows(of_person(person_id), starts_at, ends_at, shift_id)


def _held_by_registrations(tx: Session) -> Iterator[Held]:
    query = (
        select(Registration.id, Registration.person_id, ClinicSession.starts_at, ClinicSession.ends_at)
        .join(ClinicSession, Registration.session_id == ClinicSession.id)
        .where(Registration.state == RegistrationState.REGISTERED, ClinicSession.status == Status.PLANNED)
    )
    for registration_id, person_id, starts_at, ends_at in tx.execute(query):
        yield from _rows(of_person(person_id), starts_at, ends_at, registration_id)


def _held_by_appointments(tx: Session) -> Iterator[Held]:
    query = (
        select(Appointment)
        .join(ClinicSession, Appointment.session_id == ClinicSession.id)
        .where(Appointment.state.in_(_AT_A_DESK), ClinicSession.status == Status.PLANNED)
        .options(selectinload(Appointment.attending))
    )
    for each in tx.scalars(query):
        yield from _rows(of_beneficiary(each.beneficiary_id), each.starts_at, each.ends_at, each.id, each.held_until)
        for one in each.attending:
            if one.person_id:
                resource = of_person(one.person_id) if one.modality else of_desk_work(one.person_id)
                yield from _rows(resource, each.starts_at, each.ends_at, each.id, each.held_until)


def _held_by_offers(tx: Session) -> Iterator[Held]:
    query = (
        select(Offer, Need.starts_at, Need.ends_at)
        .join(Need, Offer.need_id == Need.id)
        .join(ClinicSession, Need.session_id == ClinicSession.id)
        .where(Offer.state.in_(HOLDING), Need.state != NeedState.WITHDRAWN, ClinicSession.status == Status.PLANNED)
    )
    for offer, starts_at, ends_at in tx.execute(query):
        until = offer.answer_by if offer.state is OfferState.ASKED else None
        yield from _rows(of_person(offer.person_id), starts_at, ends_at, offer.id, until)


def _held_by_meetings(tx: Session) -> Iterator[Held]:
    """She and her peer, while it stands."""
    for each in tx.scalars(select(Meeting).where(Meeting.state == MeetingState.BOOKED)):
        for resource in (of_beneficiary(each.beneficiary_id), of_person(each.peer_id)):
            yield from _rows(resource, each.starts_at, each.ends_at, each.id)


def _rows(
    resource: str, starts_at: datetime, ends_at: datetime, holder: str, until: datetime | None = None
) -> Iterator[Held]:
    return ((resource, quantum, holder, until) for quantum in quanta(starts_at, ends_at))


def _wrong_desks(tx: Session) -> Iterator[Breach]:
    query = (
        select(Appointment, ClinicSession)
        .join(ClinicSession, Appointment.session_id == ClinicSession.id)
        .where(Appointment.state.in_(_AT_A_DESK))
    )
    seen = set()
    for booked, session in tx.execute(query):
        is_inside = session.starts_at <= booked.starts_at < booked.ends_at <= session.ends_at
        if not (is_inside and 1 <= booked.desk <= session.desks):
            yield Breach("outside_session", booked.id)
        desk = (booked.session_id, booked.starts_at, booked.desk)
        if desk in seen:
            yield Breach("desk_twice", booked.id)
        seen.add(desk)


def _wrong_people(tx: Session, now: datetime) -> Iterator[Breach]:
    """Who must be there is on the crew for it, unless she is to be asked yet; nobody excluded is named."""
    shifts = select(Shift.session_id, Shift.person_id, Shift.role).where(Shift.state != ShiftState.RELEASED)
    crew = {(session_id, person_id): role for session_id, person_id, role in tx.execute(shifts)}
    named = (
        select(Attending, Appointment.session_id, Appointment.beneficiary_id)
        .join(Appointment, Appointment.id == Attending.appointment_id)
        .where(appointments.takes_desk(now), Appointment.ends_at > now, Attending.person_id.is_not(None))
    )
    for one, session_id, whom in tx.execute(named):
        person_id = one.person_id or ""
        is_astray = one.modality is None and crew.get((session_id, person_id)) not in ROLES_FOR[one.part]
        if is_astray or exclusions.excluded_by(tx, whom, [person_id]):
            yield Breach("named_astray", one.appointment_id)


def _wrong_answers(tx: Session) -> Iterator[Breach]:
    accepted = Counter(tx.scalars(select(Offer.need_id).where(Offer.state == OfferState.ACCEPTED)))
    yield from (Breach("accepted_twice", need_id) for need_id, times in accepted.items() if times > 1)
    filled = set(tx.scalars(select(Need.id).where(Need.state == NeedState.FILLED)))
    yield from (Breach("filled_by_nobody", need_id) for need_id in filled ^ set(accepted))
    is_live = (Need.state != NeedState.WITHDRAWN) & (Appointment.state == AppointmentState.CANCELLED)
    lost = select(Need.id).join(Appointment, Need.appointment_id == Appointment.id).where(is_live)
    yield from (Breach("needed_for_nothing", need_id) for need_id in tx.scalars(lost))


def _wrong_seats(tx: Session) -> Iterator[Breach]:
    for session_id, capacity, taken in tx.execute(_seats()):
        if taken > capacity:
            yield Breach("over_capacity", session_id)
    is_seated = Registration.state == RegistrationState.REGISTERED
    astray = select(Registration.id).where(is_seated != Registration.seat.is_not(None))
    yield from (Breach("seat_astray", registration_id) for registration_id in tx.scalars(astray))


def _wrong_searches(tx: Session) -> Iterator[Breach]:
    """A stand-in was found when one accepted; nobody is asked in what ended, nor for a shift that nobody holds."""
    accepted = Counter(tx.scalars(select(Ask.search_id).where(Ask.state == AskState.ACCEPTED)))
    for search in tx.scalars(select(Search).where(Search.shift_id.is_not(None))):
        if accepted[search.id] != (search.state is SearchState.FOUND):
            yield Breach("found_by_nobody", search.id)
    closed = select(Ask.id).join(Ask.search).where(Ask.state == AskState.ASKED, Search.state != SearchState.OPEN)
    yield from (Breach("asked_for_nothing", ask_id) for ask_id in tx.scalars(closed))
    is_live = (Search.state == SearchState.OPEN) & (Shift.state == ShiftState.RELEASED)
    lost = select(Search.id).join(Shift, Search.shift_id == Shift.id).where(is_live)
    yield from (Breach("asked_for_nothing", search_id) for search_id in tx.scalars(lost))


def _wrong_calls(tx: Session) -> Iterator[Breach]:
    to_make = select(Call, ClinicSession.status, Appointment.state).where(Call.state.in_(TO_MAKE))
    to_make = to_make.join(ClinicSession, Call.session_id == ClinicSession.id)
    to_make = to_make.outerjoin(Appointment, Appointment.id == Call.about_id)
    seen = set()
    for call, status, booked in tx.execute(to_make):
        is_off = status is Status.CANCELLED or booked not in (None, AppointmentState.BOOKED)
        if (call.change is Change.CANCELLED) is not is_off:
            yield Breach("call_astray", call.id)
        if call.about_id in seen:
            yield Breach("called_twice", call.about_id)
        seen.add(call.about_id)


def _seats() -> Select[str, int, int]:
    return (
        select(Workshop.session_id, Workshop.capacity, func.count())
        .join(Registration, Registration.session_id == Workshop.session_id)
        .where(Registration.state == RegistrationState.REGISTERED)
        .group_by(Workshop.session_id, Workshop.capacity)
    )
