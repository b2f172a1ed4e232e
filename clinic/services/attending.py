"""Who must be there at an appointment: giving each part somebody, and letting go of whoever leaves the crew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from clinic.domain import appointments as rules
from clinic.domain.answers import Refused
from clinic.domain.appointments import AppointmentState, CrewPart, Wanted
from clinic.domain.interpreting import Modality
from clinic.domain.resources import of_desk_work, of_person
from clinic.domain.sessions import Status
from clinic.models import Appointment, Attending, ClinicSession, Occupancy
from clinic.queries import attending as queries
from clinic.queries.attending import Asked
from clinic.services import occupancy


def give(
    tx: Session,
    appointment: Appointment,
    session: ClinicSession,
    wanted: Iterable[Wanted],
    *,
    interpreter: Modality | None = None,
    now: datetime,
) -> None:
    """Give an appointment that has its time everybody who must be there, for as long as it is held.

    Whoever was to be there before comes first. An interpreter comes from the crew; if none there speaks the language,
    one is held to be asked in this way. Raises `Refused("nobody_free")` with the parts that are `missing`.
    """
    span = (appointment.starts_at, appointment.ends_at)
    asked = Asked(appointment.beneficiary_id, appointment.language, interpreter)
    free = queries.free(tx, session, [span], asked, besides=appointment.id, now=now)[span[0]]
    wishes = [*wanted, *([Wanted(CrewPart.INTERPRETER)] if interpreter else [])]
    before = {each.person_id for each in appointment.attending}
    can = {part: sorted(those, key=lambda one: one not in before) for part, those in free.by_part.items()}
    chosen = rules.choose_people(wishes, can)
    appointment.attending = [
        Attending(part=part, person_id=person_id, modality=_outside(part, person_id, free.outside, interpreter))
        for part, person_id in chosen.items()
    ]
    tx.flush()
    for each in appointment.attending:
        _hold(tx, appointment, each, span, now)


def set_free(tx: Session, appointment: Appointment) -> None:
    """Let everybody who must be there do something else, so that it can be given anew; her desk and time stay."""
    people = [each.person_id for each in appointment.attending if each.person_id]
    resources = [name(each) for each in people for name in (of_desk_work, of_person)]
    tx.execute(delete(Occupancy).where(Occupancy.holder == appointment.id, Occupancy.resource.in_(resources)))


def leave_open(tx: Session, appointment: Appointment, parts: Iterable[CrewPart]) -> None:
    """Note that somebody is still to be found for these parts."""
    there = {each.part for each in appointment.attending}
    appointment.attending += [Attending(part=part) for part in parts if part not in there]
    tx.flush()


def to_ask(tx: Session, appointment: Appointment) -> tuple[str, Modality] | None:
    """Take the interpreter off who was held, to be asked now that it is certain, and how; None if there is nobody."""
    held = next((each for each in appointment.attending if each.modality and each.person_id), None)
    if held is None or held.person_id is None or held.modality is None:
        return None
    appointment.attending.remove(held)
    resource = of_person(held.person_id)
    tx.execute(delete(Occupancy).where(Occupancy.holder == appointment.id, Occupancy.resource == resource))
    tx.flush()
    return held.person_id, held.modality


def let_go(tx: Session, session_id: str, person_id: str) -> None:
    """Somebody leaves the crew of a locked session: at her appointments somebody is missing from now on."""
    for appointment in _live(tx, session_id):
        for each in appointment.attending:
            if each.person_id == person_id and each.modality is None:
                _empty(tx, each)


def part_with(tx: Session, appointment: Appointment, person_id: str) -> bool:
    """Take one person away from an appointment; return whether she was to be there."""
    hers = [each for each in appointment.attending if each.person_id == person_id]
    for each in hers:
        _empty(tx, each)
    return bool(hers)


def fill(tx: Session, session: ClinicSession, *, now: datetime) -> None:
    """Give the appointments of a locked session that lack somebody whoever of its crew is free then."""
    if session.status is not Status.PLANNED:
        return
    tx.flush()
    for appointment in _live(tx, session.id):
        lacking = [each for each in appointment.attending if each.person_id is None]
        if not lacking or appointment.ends_at <= now:
            continue
        span = (appointment.starts_at, appointment.ends_at)
        asked = Asked(appointment.beneficiary_id, appointment.language)
        free = queries.free(tx, session, [span], asked, besides=appointment.id, now=now)[span[0]]
        there = {each.person_id for each in appointment.attending}
        for each in lacking:
            found = next((one for one in free.crew[each.part] if one not in there), None)
            if found:
                each.person_id, each.modality = found, None
                there.add(found)
                tx.flush()
                _hold(tx, appointment, each, span, now)


def hold_again(tx: Session, appointment: Appointment, *, now: datetime) -> None:
    """Hold those who must be there for a new time, or anew; whoever cannot is missing from now on."""
    span = (appointment.starts_at, appointment.ends_at)
    for each in appointment.attending:
        try:
            _hold(tx, appointment, each, span, now)
        except Refused:
            each.person_id = None


def _hold(
    tx: Session, appointment: Appointment, one: Attending, span: tuple[datetime, datetime], now: datetime
) -> None:
    if one.person_id is None:
        return
    resource = of_person(one.person_id) if one.modality else of_desk_work(one.person_id)
    try:
        occupancy.hold(
            tx, resource, span, holder=appointment.id, otherwise="nobody_free", now=now, until=appointment.held_until
        )
    except Refused:
        raise Refused("nobody_free", missing=[one.part]) from None


def _outside(part: CrewPart, person_id: str, outside: Sequence[str], modality: Modality | None) -> Modality | None:
    return modality if part is CrewPart.INTERPRETER and person_id in outside else None


def _empty(tx: Session, one: Attending) -> None:
    resources = [of_desk_work(one.person_id or ""), of_person(one.person_id or "")]
    these = delete(Occupancy).where(Occupancy.holder == one.appointment_id, Occupancy.resource.in_(resources))
    tx.execute(these)
    one.person_id = None


def _live(tx: Session, session_id: str) -> list[Appointment]:
    states = (AppointmentState.BOOKED, AppointmentState.HELD)
    query = select(Appointment).where(Appointment.session_id == session_id, Appointment.state.in_(states))
    ordered = query.order_by(Appointment.starts_at, Appointment.id).options(selectinload(Appointment.attending))
    return list(tx.scalars(ordered, execution_options={"populate_existing": True}))
