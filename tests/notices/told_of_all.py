"""Everybody who may be written to, told of everything there is, in a house whose every text is a token."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Enum, String, select, update
from sqlalchemy.orm import Session

from clinic.domain.calendars import Detail
from clinic.domain.contacts import Channel, Choice, Helped, Shared, TaskKind, Wording
from clinic.domain.interpreting import OfferState
from clinic.domain.notices import FOR_HELPED, FOR_MEMBERS, Kind, Whereabouts
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState, SearchState
from clinic.domain.sessions import Status
from clinic.domain.workshops import RegistrationState
from clinic.models import (
    Appointment,
    Ask,
    Base,
    ClinicSession,
    Closure,
    Contact,
    FeedLink,
    Offer,
    PasswordCode,
    Person,
    Registration,
    Repeat,
    Search,
    Series,
    Shift,
)
from clinic.models.sealed import Sealed
from clinic.services import contacts, notices, workshops
from tests import make
from tests.make import FRIDAY, NOW

AT_WORK = frozenset(Kind) - {Kind.BOOKED}  # a peer alone is told that something is booked: of a meeting, no service
_WITH_ALL = Choice(Channel.NONE, Shared.NO, names_place=True, signs_off=True)
READERS = {
    "at work, by mail": (AT_WORK, replace(_WITH_ALL, channel=Channel.MAIL, language="fr")),
    "at work, by SMS": (AT_WORK, replace(_WITH_ALL, channel=Channel.SMS, language="en")),
    "at work, by mail, named": (AT_WORK, replace(_WITH_ALL, channel=Channel.MAIL, language="en", detail=Detail.NAMED)),
    "at work, by SMS, named": (AT_WORK, replace(_WITH_ALL, channel=Channel.SMS, language="fr", detail=Detail.NAMED)),
    "member, by mail": (FOR_MEMBERS, replace(_WITH_ALL, channel=Channel.MAIL, language="en")),
    "member, by SMS": (FOR_MEMBERS, replace(_WITH_ALL, channel=Channel.SMS, language="fr", wording=Wording.WARM)),
    "helped, by mail": (FOR_HELPED, replace(_WITH_ALL, channel=Channel.MAIL, language="fr", wording=Wording.WARM)),
    "helped, by SMS": (FOR_HELPED, replace(_WITH_ALL, channel=Channel.SMS, language="en")),
}
# Columns of ids, keys and codes of closed lists: they cannot hold words.
CODES = {
    "appointments.language", "audit_entries.action", "audit_entries.reason", "feed_links.language",
    "interpreter_needs.language", "key_proofs.proof", "meetings.language", "meetings.uid",
    "notices.claim", "notices.code", "notices.message_token",
    "occupancy.holder", "offers.uid", "people.language", "registrations.uid", "series.reminders_crew",
    "series.reminders_people", "series.rule", "shifts.uid", "valves.code", "visits.language", "workshops.language",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One who is told, of one thing."""

    who: str
    kind: Kind
    to: str | Helped
    address: str
    session_id: str


def tell_all(tx: Session) -> list[Told]:
    """Make everybody and everything, and tell each of all that she may be told of."""
    told = []
    mediator = make.make_person(tx, Role.MEDIATOR)
    for number, (who, (kinds, choice)) in enumerate(READERS.items()):
        to, address = _reader(tx, who, choice, number)
        for kind in sorted(kinds):
            session_id = _session(tx, kind)
            about = _about(tx, kind, to, session_id, is_member=who.startswith("member"), by=mediator.id)
            _tell(tx, kind, to, about, session_id)
            told.append(Told(who, kind, to, address, session_id))
    _rest(tx, mediator.id)
    return told


def tell_booked(tx: Session) -> Told:
    """One who is helped and lets the usual place be named, told of an appointment there."""
    who = "helped, by SMS"
    to, address = _reader(tx, who, READERS[who][1], 0)
    session_id = make.make_session(tx)
    session = tx.get_one(ClinicSession, session_id)
    session.place_id = tx.get_one(Series, session.series_id).place_id
    about = _about(tx, Kind.BOOKED, to, session_id, is_member=False, by=make.make_person(tx, Role.MEDIATOR).id)
    _tell(tx, Kind.BOOKED, to, about, session_id)
    return Told(who, Kind.BOOKED, to, address, session_id)


def fill(tx: Session) -> dict[str, str]:
    """Put a token of its own into each text of each row, and return where each token stands."""
    filled: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        rows = tx.execute(select(*keys)).all()
        for column in words_of(table.columns):
            for row in rows:
                token = _token(len(filled))
                filled[token] = f"{table.name}.{column.name}"
                same = [key == value for key, value in zip(keys, row, strict=True)]
                tx.execute(update(table).where(*same).values({column.name: token}))
    return filled


def words_of(columns: Any) -> Iterator[Column[Any]]:
    """The columns that hold words."""
    for column in columns:
        holds_text = isinstance(column.type, String | Sealed) and not isinstance(column.type, Enum)
        is_reference = column.primary_key or bool(column.foreign_keys) or column.name.endswith("_id")
        if holds_text and not is_reference and f"{column.table.name}.{column.name}" not in CODES:
            yield column


def _token(number: int) -> str:
    """Letters alone: a text may hold no long number."""
    return "canary" + "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")


def _reader(tx: Session, who: str, choice: Choice, number: int) -> tuple[str | Helped, str]:
    address = f"canarymail{'abcdefgh'[number]}@example.org"
    choice = replace(choice, email=address, number=f"+336123400{number:02}")
    to: str | Helped
    if who.startswith("helped"):
        session_id = make.make_session(tx, starts_at=FRIDAY + timedelta(days=number))
        appointment_id = make.make_appointment(tx, session_id, by=make.make_person(tx, Role.MEDIATOR))
        to = Helped(tx.get_one(Appointment, appointment_id).beneficiary_id)
    else:
        role = Role.MEMBER if who.startswith("member") else Role.INTERPRETER
        to = make.make_person(tx, role, language=choice.language).id
    contacts.choose(tx, to, choice, now=NOW)
    return to, choice.address or ""


def _session(tx: Session, kind: Kind) -> str:
    session_id = make.make_session(tx)
    session = tx.get_one(ClinicSession, session_id)
    session.spot = "elsewhere"
    if kind is Kind.SESSION_CANCELLED:
        session.status = Status.CANCELLED
    if kind is Kind.DECISION_DUE:
        session.asked_to_decide_at = NOW
    tx.flush()
    return session_id


def _about(tx: Session, kind: Kind, to: str | Helped, session_id: str, *, is_member: bool, by: str) -> str:
    """What a notice is about, in the state in which it may be said."""
    if isinstance(to, Helped):
        return _booked(tx, to.id, session_id, by)
    if kind in (Kind.DECISION_DUE, Kind.CALLS_WAITING):
        if kind is Kind.CALLS_WAITING:
            appointment_id = make.make_appointment(tx, session_id, by=make.make_person(tx, Role.MEDIATOR))
            make.make_call(tx, appointment_id)
        return session_id
    if kind is Kind.ATTENTION:
        contact_id = tx.scalars(select(Contact.id).where(Contact.person_id == to)).one()
        task = contacts.task(tx, contact_id, TaskKind.REPLIED, now=NOW)
        assert task
        return task.id
    if kind.startswith("offer_"):
        return _offer(tx, OfferState(kind.removeprefix("offer_")), to, session_id, by)
    if kind.startswith("ask_"):
        state = AskState.ASKED if kind is Kind.ASK_MADE else AskState(kind.removeprefix("ask_"))
        return _ask(tx, state, to, session_id, by)
    held: Shift | Registration = Registration(state=RegistrationState.REGISTERED, asked_at=NOW)
    if not is_member:
        is_over = kind in (Kind.SHIFT_GIVEN_BACK, Kind.STAND_IN_FOUND)
        held = Shift(role=Role.INTERPRETER, state=ShiftState.RELEASED if is_over else ShiftState.CONFIRMED)
    held.session_id, held.person_id, held.uid, held.changed_at = session_id, to, str(uuid.uuid4()), NOW
    return _added(tx, held)


def _booked(tx: Session, beneficiary_id: str, session_id: str, by: str) -> str:
    """An appointment like the one that she has, at another session."""
    one = tx.scalars(select(Appointment).where(Appointment.beneficiary_id == beneficiary_id).limit(1)).one()
    booked = Appointment(session_id=session_id, beneficiary_id=beneficiary_id, booked_by_id=by, desk=1)
    booked.starts_at, booked.ends_at = FRIDAY, FRIDAY + timedelta(minutes=30)
    booked.language, booked.topic, booked.state = one.language, one.topic, one.state
    booked.booked_at = booked.changed_at = NOW
    return _added(tx, booked)


def _offer(tx: Session, state: OfferState, to: str, session_id: str, by: str) -> str:
    mediator = make.make_person(tx, Role.MEDIATOR)
    need_id = make.make_need(tx, session_id, by=mediator)
    offer = Offer(need_id=need_id, person_id=to, state=state, answer_by=FRIDAY, uid=str(uuid.uuid4()), changed_at=NOW)
    return _added(tx, offer)


def _ask(tx: Session, state: AskState, to: str, session_id: str, by: str) -> str:
    search = Search(session_id=session_id, role=Role.INTERPRETER, opened_by_id=by, state=SearchState.OPEN)
    search.opened_at = search.next_at = NOW
    search_id = _added(tx, search)
    return _added(tx, Ask(search_id=search_id, person_id=to, state=state, asked_at=NOW))


def _added(tx: Session, row: Shift | Registration | Appointment | Offer | Ask | Search) -> str:
    tx.add(row)
    tx.flush()
    return row.id


def _tell(tx: Session, kind: Kind, to: str | Helped, about: str, session_id: str) -> None:
    if kind is Kind.ATTENTION:
        assert isinstance(to, str)
        notices.ask_to_look(tx, to=to, about=about, now=NOW)
        return
    before = FRIDAY - timedelta(days=2)
    was = Whereabouts(before, before + timedelta(hours=3), tx.get_one(ClinicSession, session_id).place_id)
    is_move = kind is Kind.SESSION_MOVED
    notices.tell(tx, kind, to=to, about=about, session_id=session_id, now=NOW, was=was if is_move else None)


def _rest(tx: Session, person_id: str) -> None:
    """A workshop, a closure, a calendar link, a paper code, a form's key, a number, a name with a password."""
    draft = workshops.WorkshopDraft("Selma", "x", "x", "x", "x", "x", "x", capacity=4)
    session_id = make.make_workshop(tx, starts_at=FRIDAY + timedelta(days=20))
    workshops.describe(tx, session_id, draft, by=make.make_person(tx, Role.WORKSHOP_ORGANISER), now=NOW)
    link = FeedLink(person_id=person_id, token_digest="x", name="x", detail=Detail.NAMED, language="fr", created_at=NOW)
    code = PasswordCode(person_id=person_id, digest="x", tries_left=5, expires_at=NOW)
    closure = Closure(name="x", first_on=FRIDAY.date(), last_on=FRIDAY.date())
    tx.add_all([link, code, closure, Repeat(person_id=person_id, key=make.key(), result_id="x", at=NOW)])
    make.make_interpreter(tx, phone="06 39 98 00 01")
    tx.get_one(Person, person_id).password_hash = "x"
    tx.flush()


def service_of(tx: Session, session_id: str) -> Series:
    """The series of a session."""
    return tx.get_one(Series, tx.get_one(ClinicSession, session_id).series_id)
