"""The people helped, by alias: how each may be reached, by whom it is asked and seen to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import reaching
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.contacts import CHOICE_LASTS, Choice, Helped, Reach, TaskKind, may_write
from clinic.domain.meetings import MeetingState
from clinic.domain.people import Role, SignedIn
from clinic.domain.reaching import Stand
from clinic.domain.step_up import Reason
from clinic.models import (
    Appointment,
    Beneficiary,
    Call,
    Contact,
    ContactTask,
    Exclusion,
    Meeting,
    Notice,
    Visit,
)
from clinic.queries import beneficiaries as queries
from clinic.queries import calls as call_queries
from clinic.queries import contacts as contact_queries
from clinic.queries import people as people_queries
from clinic.queries import readers
from clinic.services import audit, contacts, notices, repeats, step_up

WAS_HERE = timedelta(days=30)
_REFER_TO_HER = (Appointment, Call, Contact, Meeting, Notice, Visit)


def of_wish(
    tx: Session, beneficiary_id: str | None, alias: str | None, language: str, *, by: SignedIn, now: datetime
) -> Beneficiary:
    """For whom an appointment is: one who is known, one called by an alias, or somebody without a record.

    Raises `NotFound` for one whom this person does not follow.
    """
    if beneficiary_id:
        return queries.beneficiary(tx, beneficiary_id, reader=by)
    if alias:
        return known_as(tx, alias, language=language, by=by, now=now)
    nobody_known = Beneficiary(mediator_id=by.id, languages=language, created_at=now)
    tx.add(nobody_known)
    return nobody_known


def known_as(tx: Session, alias: str, *, language: str = "", by: SignedIn, now: datetime) -> Beneficiary:
    """The person whom this mediator calls by this alias, also as a stand-in; found again, or noted now."""
    digested = queries.alias_digest(alias)
    known = queries.called(tx, digested, by.id)
    if known:
        return known
    noted = Beneficiary(alias=alias, alias_digest=digested, mediator_id=by.id, languages=language, created_at=now)
    try:
        with tx.begin_nested():
            tx.add(noted)
    except IntegrityError:
        noted = queries.called(tx, digested, by.id) or noted
    return noted


def forget_unknown(tx: Session, whom: Beneficiary) -> None:
    """Forget somebody without a record, and with whom she never meets, once nothing else refers to her any more."""
    refers = or_(*(exists().where(each.beneficiary_id == whom.id) for each in _REFER_TO_HER))
    if whom.alias_digest is None and not tx.scalar(select(refers)):
        tx.execute(delete(Exclusion).where(Exclusion.beneficiary_id == whom.id))
        tx.delete(whom)
        tx.flush()


def choose(
    tx: Session, beneficiary_id: str, said: Choice, *, seen: str, key: str, by: SignedIn, now: datetime
) -> Reach | None:
    """Keep what she chose in a conversation, and plan her reminders as it now wants them; return how it stands.

    `seen` is the version of what was known when the conversation began. Raises `NotFound`, `Refused` with
    `choice_changed` when somebody wrote meanwhile, and what `contacts.choose` raises. The same form twice is once.
    """
    whom = Helped(queries.beneficiary(tx, beneficiary_id, reader=by).id)
    if repeats.claim(tx, key, by=by, now=now).is_repeat:
        return readers.reader(tx, whom).reach
    contact = contacts.locked(tx, whom)
    if contact_queries.version_of(contact) != seen:
        raise Refused("choice_changed")
    before = readers.reach_of(contact).choice if contact else None
    coordinates = by.holds(Role.COORDINATOR)
    choice = reaching.said_anew(before, said, by_coordinator=coordinates)
    reach = contacts.choose(tx, whom, choice, by_coordinator=coordinates, now=now)
    audit.record(tx, "contact.choose", readers.reader(tx, whom).contact_id, by=by, now=now)
    _plan_again(tx, whom, reach, now)
    return reach


def reveal(tx: Session, beneficiary_id: str, reason: Reason, *, by: SignedIn, now: datetime) -> str:
    """Her number or address in full, noted before anybody sees it. Raises `NotFound`, also when there is none."""
    whom = queries.beneficiary(tx, beneficiary_id, reader=by)
    return _shown(tx, Helped(whom.id), reason, by, now)


def reveal_for_call(tx: Session, call_id: str, reason: Reason, *, by: SignedIn, now: datetime) -> str:
    """The number for a call that is this person's to make and is still to be made, noted before anybody sees it.

    Raises `NotFound`, also when there is no number or it is not safe.
    """
    return _shown(tx, callee(tx, call_id, by=by, now=now), reason, by, now)


def callee(tx: Session, call_id: str, *, by: SignedIn, now: datetime) -> Helped:
    """Whose number may be shown for a call that is to be made; raises `NotFound`."""
    found = call_queries.call(tx, call_id, reader=by, now=now)
    is_open = any(each.id == found.id for each in call_queries.to_make(tx, reader=by, now=now))
    if not is_open or not found.beneficiary_id or not contact_queries.numbers(tx, [found.id]).get(found.id):
        raise NotFound
    return Helped(found.beneficiary_id)


def done(tx: Session, task_id: str, beneficiary_id: str, *, by: SignedIn, now: datetime) -> None:
    """Note that something about reaching her was seen to. Raises `NotFound`."""
    contacts.done(tx, contact_queries.task(tx, task_id, beneficiary_id, reader=by), by=by, now=now)
    audit.record(tx, "contact.task_done", task_id, by=by, now=now)


def reopen(tx: Session, task_id: str, beneficiary_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back that it was seen to. Raises `NotFound`."""
    contacts.reopen(tx, contact_queries.task(tx, task_id, beneficiary_id, reader=by))
    audit.record(tx, "contact.task_reopen", task_id, by=by, now=now)


def see_to(
    tx: Session, contact: Contact, kind: TaskKind, *, notice_id: str | None = None, now: datetime
) -> ContactTask | None:
    """Have somebody see to something about reaching her, and write to them that there is; None if they have to already.

    That is the mediator of one who is helped, her stand-in where the mediator has left; of everybody else, and where
    both have, those who coordinate.
    """
    made = contacts.task(tx, contact.id, kind, notice_id=notice_id, now=now)
    if made:
        for person_id in _who_looks(tx, contact):
            notices.ask_to_look(tx, to=person_id, about=made.id, now=now)
    return made


def ask_again(tx: Session, *, now: datetime) -> int:
    """Have it asked again of everyone whose choice ran out and who is expected, or was here lately; return of how many.

    Once for each choice that ran out.
    """
    found = [contact for contact in tx.scalars(_perhaps_run_out(now)) if _has_run_out(contact, now)]
    return sum(see_to(tx, contact, TaskKind.RAN_OUT, now=now) is not None for contact in found)


def _who_looks(tx: Session, contact: Contact) -> list[str]:
    whom = tx.get(Beneficiary, contact.beneficiary_id) if contact.beneficiary_id else None
    for person_id in (whom.mediator_id, whom.stand_in_id) if whom else ():
        if person_id and not readers.reader(tx, person_id).is_disabled:
            return [person_id]
    return [each.id for each in people_queries.holding(tx, [Role.COORDINATOR])]


def _perhaps_run_out(now: datetime) -> Select[Contact]:
    chosen_at = func.coalesce(Contact.confirmed_at, Contact.chosen_at)
    asked = exists().where(
        ContactTask.contact_id == Contact.id, ContactTask.kind == TaskKind.RAN_OUT, ContactTask.made_at > chosen_at
    )
    expected = exists().where(
        Appointment.beneficiary_id == Contact.beneficiary_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > now - WAS_HERE,
    )
    awaits_call = exists().where(
        Meeting.beneficiary_id == Contact.beneficiary_id,
        Meeting.state != MeetingState.CANCELLED,
        Meeting.ends_at > now - WAS_HERE,
    )
    old = chosen_at <= now - CHOICE_LASTS
    return select(Contact).where(old, Contact.suspended.is_(None), expected | awaits_call, ~asked).order_by(Contact.id)


def _has_run_out(contact: Contact, now: datetime) -> bool:
    return reaching.how_it_stands(readers.reach_of(contact), now) is Stand.RAN_OUT


def _plan_again(tx: Session, whom: Helped, reach: Reach, now: datetime) -> None:
    """What reminds her of her appointments and meetings follows what she chose: at other hours, or not at all."""
    standing = contact_queries.standing_of(tx, [whom.id], now=now)
    coming: dict[str, tuple[str | None, datetime]] = {each.id: (each.session_id, each.starts_at) for each in standing}
    coming |= {each.id: (None, each.starts_at) for each in contact_queries.meetings_of(tx, [whom.id], now=now)}
    notices.forget_reminders(tx, list(coming), to=whom)
    if may_write(reach, now, at_work=False):
        for about, (session_id, starts_at) in coming.items():
            notices.remind(tx, to=whom, about=about, session_id=session_id, starts_at=starts_at, now=now)


def _shown(tx: Session, whom: Helped, reason: Reason, by: SignedIn, now: datetime) -> str:
    found = readers.reader(tx, whom)
    address = found.reach and (found.reach.choice.number or found.reach.choice.email)
    if not address or not found.contact_id:
        raise NotFound
    step_up.note_look(tx, found.contact_id, reason, by=by, now=now)
    return address
