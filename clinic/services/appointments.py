"""Appointments at the desks of a session: holding a time, booking, moving, cancelling, restoring, who came."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import appointments as rules
from clinic.domain import resources, sessions
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import HOLD_LASTS, AppointmentState, CrewPart, Topic, Wanted
from clinic.domain.attendance import Outcome
from clinic.domain.beneficiaries import UNDETERMINED
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, Beneficiary, ClinicSession, Visit
from clinic.queries import appointments as queries
from clinic.queries import attending as attending_queries
from clinic.queries import beneficiaries as beneficiary_queries
from clinic.queries import exclusions
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import attending, audit, beneficiaries, holds, occupancy, repeats

_DESK_FREE = frozenset({AppointmentState.CANCELLED, AppointmentState.LAPSED})


@dataclass(frozen=True)
class Wish:
    """Who would like to come when, in which language (ISO 639-3), about what, and who must be there besides.

    Somebody known by her id, else by an alias; neither of both: without a record. `after_id`: the same person as at
    that appointment, whose next one this is. `interpreter`: how one is wanted.
    """

    session_id: str
    starts_at: datetime
    alias: str | None
    language: str
    topic: Topic | None
    beneficiary_id: str | None = None
    wanted: tuple[Wanted, ...] = ()
    interpreter: Modality | None = None
    after_id: str | None = None


def book(tx: Session, wish: Wish, *, key: str, by: SignedIn, now: datetime) -> str:
    """Book a desk and all who must be there for one slot, and return the appointment's id.

    Raises `NotFound`, and `Refused` with `slot_taken`, `no_such_slot`, `slot_over`, `nobody_free` (each with the `free`
    slots), `alias_busy`, `session_cancelled`, `session_over`.
    """
    return _take(tx, wish, key, None, by, now)


def hold(tx: Session, wish: Wish, *, key: str, by: SignedIn, now: datetime) -> str:
    """Hold what `book` would book for 15 minutes, while she is asked; return the id. Raises like `book`."""
    return _take(tx, wish, key, now + HOLD_LASTS, by, now)


def confirm(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Let a held time be booked; after the 15 minutes only if all is still free. Twice changes nothing.

    Raises like `book`, and `Refused("appointment_cancelled")`.
    """
    held = locked(tx, appointment_id, by=by, now=now)
    if held.state is AppointmentState.BOOKED:
        return
    if held.state is AppointmentState.CANCELLED:
        raise Refused("appointment_cancelled")
    held.booked_at = now
    if _stands(held, now):
        held.state, held.held_until, held.changed_at = AppointmentState.BOOKED, None, now
        tx.flush()
        occupancy.keep(tx, held.id, otherwise="slot_over")
    else:
        _place_again(tx, held, held.session_id, held.starts_at, now=now)
    audit.record(tx, "appointment.book", held.id, by=by, now=now)


def move(
    tx: Session, appointment_id: str, session_id: str, starts_at: datetime, *, by: SignedIn, now: datetime
) -> None:
    """Move an appointment to another slot, of its session or of another one; the old slot falls free.

    Who must be there comes along if free then, else somebody else of that crew. Raises like `book`, and `Refused` with
    `appointment_cancelled`, `hold_over`.
    """
    moved = locked(tx, appointment_id, session_id, by=by, now=now)
    _check_stands(moved)
    _forget_coming(tx, moved, session_id)
    _place_again(tx, moved, session_id, starts_at, until=moved.held_until, now=now)
    audit.record(tx, "appointment.move", moved.id, by=by, now=now)


def cancel(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Call an appointment off, or let a held time go; its slot falls free. Twice changes nothing. Raises `NotFound`."""
    cancelled = locked(tx, appointment_id, by=by, now=now)
    if cancelled.state in _DESK_FREE:
        return
    was_held = cancelled.state is AppointmentState.HELD
    holds.free(tx, cancelled, AppointmentState.LAPSED if was_held else AppointmentState.CANCELLED, now)
    audit.record(tx, "appointment.let_go" if was_held else "appointment.cancel", cancelled.id, by=by, now=now)


def restore(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take a cancellation back, if all is still free then; what was only held is held again. Raises like `book`."""
    restored = locked(tx, appointment_id, by=by, now=now)
    if restored.state not in _DESK_FREE:
        return
    until = now + HOLD_LASTS if restored.state is AppointmentState.LAPSED else None
    _place_again(tx, restored, restored.session_id, restored.starts_at, until=until, now=now)
    audit.record(tx, "appointment.restore", restored.id, by=by, now=now)


def staff(
    tx: Session,
    appointment_id: str,
    wanted: Iterable[Wanted],
    *,
    vacant: Collection[CrewPart] = (),
    seen: str,
    by: SignedIn,
    now: datetime,
) -> None:
    """Say anew who must be there; `vacant`: for these parts somebody is still to be found.

    Raises `NotFound`, and `Refused` with `nobody_free`, `outcome_changed` when it is not as `seen` any more,
    `appointment_cancelled`, `hold_over`, `slot_over`, `session_cancelled`.
    """
    staffed = locked(tx, appointment_id, by=by, now=now)
    _check_stands(staffed)
    if staffed.ends_at <= now:
        raise Refused("slot_over")
    if attending_queries.version(staffed) != seen:
        raise Refused("outcome_changed")
    session = session_queries.locked(tx, staffed.session_id)
    sessions.check_open(session.status, session.ends_at, now)
    interpreter = attending_queries.wanted(staffed)[1]
    attending.set_free(tx, staffed)
    _give(tx, staffed, session, list(wanted), interpreter, now)
    attending.leave_open(tx, staffed, vacant)
    audit.record(tx, "appointment.staff", staffed.id, by=by, now=now)


def locked(tx: Session, appointment_id: str, *also: str, by: SignedIn, now: datetime) -> Appointment:
    """One appointment that this person may change, with her whose it is, its session (and others) locked in the order
    of their ids. A hold whose time is over has ended. Raises `NotFound`."""
    first_seen = queries.appointment(tx, appointment_id)
    beneficiary_queries.locked(tx, first_seen.beneficiary_id)
    for session_id in sorted({first_seen.session_id, *also}):
        session_queries.locked(tx, session_id)
        holds.lapse(tx, session_id, now=now)
    found = queries.appointment(tx, appointment_id)
    if found.session_id not in {first_seen.session_id, *also} or not _may_change(tx, found, by):
        raise NotFound
    return found


def _take(tx: Session, wish: Wish, key: str, until: datetime | None, by: SignedIn, now: datetime) -> str:
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    whom = _whom(tx, wish, by, now)
    tx.flush()
    beneficiary_queries.locked(tx, whom.id)
    session = session_queries.locked(tx, wish.session_id)
    taken = Appointment(id=claim.id, beneficiary=whom, booked_by_id=by.id, language=wish.language, topic=wish.topic)
    taken.booked_at, taken.attending = now, []
    _place(tx, taken, session, wish.starts_at, until=until, now=now)
    _give(tx, taken, session, list(wish.wanted), wish.interpreter, now)
    audit.record(tx, "appointment.hold" if until else "appointment.book", taken.id, by=by, now=now)
    return taken.id


def _whom(tx: Session, wish: Wish, by: SignedIn, now: datetime) -> Beneficiary:
    """For whom it is; whoever may change an appointment may make the next one of the same person."""
    if wish.after_id is None:
        return beneficiaries.of_wish(tx, wish.beneficiary_id, wish.alias, wish.language, by=by, now=now)
    before = queries.appointment(tx, wish.after_id)
    if not _may_change(tx, before, by):
        raise NotFound
    return before.beneficiary


def _stands(held: Appointment, now: datetime) -> bool:
    """Whether a held time can be booked as it is: not over, and an interpreter who is to be asked still can be."""
    is_to_ask = any(each.modality for each in held.attending)
    return held.state is AppointmentState.HELD and now < (held.starts_at if is_to_ask else held.ends_at)


def _forget_coming(tx: Session, moved: Appointment, session_id: str) -> None:
    """What was noted of her coming is not true of another time; only who is there already is there at this session."""
    is_here = moved.session_id == session_id and moved.outcome is Outcome.CAME
    moved.outcome = Outcome.CAME if is_here else None
    elsewhere = update(Visit).where(Visit.appointment_id == moved.id, Visit.session_id != session_id)
    tx.execute(elsewhere.values(appointment_id=None))


def _may_change(tx: Session, appointment: Appointment, by: SignedIn) -> bool:
    """The coordinator; a mediator for what she booked, for those whom she follows, and for all at a session whose crew
    she is on; nobody whom she excluded."""
    if by.holds(Role.COORDINATOR):
        return True
    if not by.holds(Role.MEDIATOR) or exclusions.kept_from(tx, by.id, [appointment.beneficiary_id]):
        return False
    crew = rota_queries.live_shifts(tx, appointment.session_id)
    is_hers = appointment.booked_by_id == by.id or beneficiary_queries.follows(by, appointment.beneficiary)
    return is_hers or any(shift.person_id == by.id and shift.role is Role.MEDIATOR for shift in crew)


def _check_stands(appointment: Appointment) -> None:
    """Refuse what was called off, and what is held no longer."""
    if appointment.state is AppointmentState.CANCELLED:
        raise Refused("appointment_cancelled")
    if appointment.state is AppointmentState.LAPSED:
        raise Refused("hold_over")


def _place_again(
    tx: Session,
    appointment: Appointment,
    session_id: str,
    starts_at: datetime,
    *,
    until: datetime | None = None,
    now: datetime,
) -> None:
    """Give an appointment another time, or its own anew, with all who must be there; the session is locked.

    What was of somebody who was erased since does not come back: raises `NotFound`.
    """
    if appointment.language == UNDETERMINED:
        raise NotFound
    wanted, interpreter = attending_queries.wanted(appointment)
    occupancy.release(tx, [appointment.id])
    session = session_queries.locked(tx, session_id)
    _place(tx, appointment, session, starts_at, until=until, now=now)
    _give(tx, appointment, session, wanted, interpreter, now)


def _place(
    tx: Session,
    appointment: Appointment,
    session: ClinicSession,
    starts_at: datetime,
    *,
    until: datetime | None,
    now: datetime,
) -> None:
    """Give an appointment its desk and time in a locked session; holds that ran out make way."""
    holds.lapse(tx, session.id, now=now)
    opening = queries.opening(session)
    taken = queries.taken(tx, session.id, besides=appointment.id, now=now)
    desk = rules.choose_desk(opening, taken, wished_at=starts_at, now=now)
    try:
        with tx.begin_nested():
            tx.add(appointment)
            appointment.session_id, appointment.desk = session.id, desk
            appointment.starts_at, appointment.ends_at = starts_at, opening.slot_end(starts_at)
            appointment.state = AppointmentState.HELD if until else AppointmentState.BOOKED
            appointment.held_until, appointment.changed_at = until, now
    except IntegrityError:
        raise Refused("slot_taken", at=starts_at, free=[]) from None
    resource = resources.of_beneficiary(appointment.beneficiary_id)
    span = (starts_at, appointment.ends_at)
    occupancy.hold(tx, resource, span, holder=appointment.id, otherwise="alias_busy", now=now, until=until)


def _give(
    tx: Session,
    appointment: Appointment,
    session: ClinicSession,
    wanted: list[Wanted],
    interpreter: Modality | None,
    now: datetime,
) -> None:
    """Give it everybody who must be there; a refusal says at what time who is missing, and nothing else."""
    if wanted or interpreter or appointment.attending:
        try:
            attending.give(tx, appointment, session, wanted, interpreter=interpreter, now=now)
        except Refused as refused:
            raise Refused(refused.code, at=appointment.starts_at, **refused.facts) from None
