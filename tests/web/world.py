"""A small association in which each page has something to show: people of all roles, and what hangs on a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.calendars import Detail, digest_of
from clinic.domain.contacts import Channel, Choice, Helped, Shared, TaskKind
from clinic.domain.interpreting import Modality
from clinic.domain.people import CREW_ROLES, Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import Kind
from clinic.models import Appointment, ClinicSession, Closure, DatedAvailability, Disclosure, FeedLink, Person, Series
from clinic.queries import asks, readers
from clinic.queries import interpreting as queries
from clinic.queries import workshops as workshop_queries
from clinic.services import contacts, disclosures, interpreting, meetings, queue, ringing, searches, workshops
from clinic.services.interpreting import NeedWish, ProfileDraft
from clinic.services.meetings import MeetingWish
from clinic.services.queue import Arrival
from clinic.services.workshops import WorkshopDraft
from tests import make

TOKEN = "a-token-of-a-link"
NO_ROLE = "no_role"
DISABLED = "disabled"
THE_SAME_FOR_ALL = {"week": "2026-W48", "month": "2026-11", "code": "en", "channel": "mail", "filename": "app.css"}
IDENTITIES = ("anonymous", *Role, NO_ROLE, DISABLED)


@dataclass(frozen=True)
class World:
    """The people by identity, and the ids that stand for each part of an address, for each of them."""

    people: dict[str, SignedIn]
    ids: dict[str, str]
    own: dict[str, dict[str, str]]

    def ids_of(self, identity: str) -> dict[str, str]:
        """Valid ids: her own where there is one."""
        return {**self.ids, **self.own.get(identity, {})}


def make_world(tx: Session) -> World:
    """One session told late with a crew of each kind, an appointment, a closure, and a link for each person."""
    people: dict[str, SignedIn] = {role: make.make_person(tx, role, name=f"Qui est {role}") for role in Role}
    people[NO_ROLE] = _without_role(tx)
    people[DISABLED] = make.make_person(tx, *Role, name="Partie")
    place_id = make.make_place(tx, Publicity.TOLD_LATE)
    session_id = make.make_session(tx, place_id=place_id, needs={Role.LAWYER: 2, Role.MEDIATOR: 2})
    tx.get_one(Series, tx.get_one(ClinicSession, session_id).series_id).sign_off_days = 0
    own = {identity: {"link_id": _link(tx, person)} for identity, person in people.items()}
    for role in CREW_ROLES:
        own[role]["shift_id"] = make.make_shift(tx, session_id, people[role])
        own[role]["dates_id"] = _days_off(tx, people[role])
    (need_id, offer_id), (search_id, ask_id) = _asked(tx, people), _looked_for(tx, people)
    workshop_id, registration_id = _registered(tx, people)
    appointment_id = make.make_appointment(tx, session_id, by=people[Role.MEDIATOR])
    ids = {
        "session_id": session_id,
        "series_id": tx.get_one(ClinicSession, session_id).series_id,
        "appointment_id": appointment_id,
        **_reached(tx, appointment_id),
        "disclosure_id": _opened(tx, appointment_id, people),
        "meeting_id": _by_telephone(tx, appointment_id, people[Role.MEDIATOR]),
        **_in_line(tx, session_id, people[Role.MEDIATOR]),
        "call_id": make.make_call(tx, appointment_id),
        "place_id": place_id,
        "closure_id": _closed(tx),
        "person_id": people[Role.MEMBER].id,
        "shift_id": own[Role.LAWYER]["shift_id"],
        "link_id": own[Role.LAWYER]["link_id"],
        "need_id": need_id,
        "offer_id": offer_id,
        "search_id": search_id,
        "ask_id": ask_id,
        "workshop_id": workshop_id,
        "registration_id": registration_id,
        "dates_id": own[Role.LAWYER]["dates_id"],
        "token": TOKEN,
        **THE_SAME_FOR_ALL,
    }
    return World(people, ids, own)


def addresses(app: Flask, ids: dict[str, str], method: str) -> dict[str, str]:
    """The address of each route that takes this method, with these ids in it, by endpoint."""
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("127.0.0.1")
        rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
        return {
            rule.endpoint: adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments}) for rule in rules
        }


def _in_line(tx: Session, session_id: str, by: SignedIn) -> dict[str, str]:
    """Somebody came without an appointment; an interpreter is rung up for her, and another one could be."""
    at = make.FRIDAY - timedelta(hours=1)
    taken = queue.arrive(tx, session_id, Arrival(None, "yor", None), key=make.key(), by=by, now=at)
    rung, other = (make.make_interpreter(tx, "yor", phone=f"06 39 98 00 0{each}") for each in (1, 2))
    ringing_id = ringing.ring(tx, taken.visit_id, rung.id, key=make.key(), by=by, now=at)
    return {"visit_id": taken.visit_id, "ringing_id": ringing_id, "on_call_id": other.id}


def _asked(tx: Session, people: dict[str, SignedIn]) -> tuple[str, str]:
    """The interpreter is asked for the week after; the ids of the need and of her offer."""
    starts_at = make.FRIDAY + timedelta(days=7)
    session_id, by = make.make_session(tx, starts_at=starts_at), people[Role.MEDIATOR]
    modality, until = Modality.ON_SITE, starts_at - timedelta(days=1)
    wish = NeedWish(session_id, None, "ara", modality, starts_at, starts_at + timedelta(hours=1), until)
    need_id = interpreting.need(tx, wish, key=make.key(), by=by, now=make.NOW)
    draft, asked = ProfileDraft(frozenset({"ara"}), comes_on_site=True, phone=None), people[Role.INTERPRETER]
    interpreting.save_profile(tx, draft, by=asked, now=make.NOW)
    interpreting.ask(tx, need_id, [asked.id], answer_by=until, by=by, now=make.NOW)
    (offer,) = queries.need_row(tx, need_id, now=make.NOW).offers
    return need_id, offer.id


def _looked_for(tx: Session, people: dict[str, SignedIn]) -> tuple[str, str]:
    """The lawyer is asked for a place of two weeks after; the ids of the search and of what she is asked."""
    session_id = make.make_session(tx, starts_at=make.FRIDAY + timedelta(days=14), needs={Role.LAWYER: 1})
    search_id = searches.look_for(tx, session_id, Role.LAWYER, by=people[Role.COORDINATOR], now=make.NOW)
    (ask,) = asks.asked_ahead(tx, reader=people[Role.LAWYER], now=make.NOW)
    return search_id, ask.id


def _registered(tx: Session, people: dict[str, SignedIn]) -> tuple[str, str]:
    """The member has a place at a workshop of the week after; the ids of the workshop and of her registration."""
    series_id = make.make_series(tx, kind=Kind.WORKSHOP)
    starts_at = make.FRIDAY + timedelta(days=11)
    session_id = make.make_session(tx, starts_at=starts_at, series_id=series_id, desks=0)
    draft = WorkshopDraft("Sankofa", None, None, "Les plantations", "The plantations")
    workshops.describe(tx, session_id, draft, by=people[Role.COORDINATOR], now=make.NOW)
    workshops.register(tx, session_id, by=people[Role.MEMBER], now=make.NOW)
    (row,) = workshop_queries.participants(tx, session_id)
    return session_id, row.id


def _closed(tx: Session) -> str:
    closure = Closure(name="Travaux", first_on=make.FRIDAY.date(), last_on=make.FRIDAY.date())
    tx.add(closure)
    tx.flush()
    return closure.id


def _opened(tx: Session, appointment_id: str, people: dict[str, SignedIn]) -> str:
    """The appointment is open to the psychologist for some hours."""
    by = people[Role.MEDIATOR]
    disclosures.disclose(tx, appointment_id, people[Role.PSYCHOLOGIST].id, 10, key=make.key(), by=by, now=make.NOW)
    (told,) = tx.scalars(select(Disclosure))
    return told.id


def _reached(tx: Session, appointment_id: str) -> dict[str, str]:
    """She who has the appointment may be reached by SMS, and there is something to see to."""
    whose = tx.get_one(Appointment, appointment_id).beneficiary_id
    contacts.choose(tx, Helped(whose), Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=make.NOW)
    contact_id = readers.reader(tx, Helped(whose)).contact_id
    assert contact_id
    task = contacts.task(tx, contact_id, TaskKind.REPLIED, now=make.NOW)
    assert task
    return {"beneficiary_id": whose, "task_id": task.id}


def _by_telephone(tx: Session, appointment_id: str, mediator: SignedIn) -> str:
    """She who has the appointment is called by her mediator in the afternoon; the id of the meeting."""
    her = tx.get_one(Appointment, appointment_id).beneficiary_id
    wish = MeetingWish(mediator.id, make.FRIDAY + timedelta(hours=5), 30, "eng")
    return meetings.arrange(tx, her, wish, key=make.key(), by=mediator, now=make.NOW)


def _without_role(tx: Session) -> SignedIn:
    person = Person(sign_in_name="sans.role", name="Sans rôle", created_at=make.NOW - timedelta(days=1), held=[])
    tx.add(person)
    tx.flush()
    return SignedIn(person.id, person.name, frozenset(), None)


def _days_off(tx: Session, person: SignedIn) -> str:
    days = DatedAvailability(person_id=person.id, first_on=make.FRIDAY.date(), last_on=make.FRIDAY.date(), can=False)
    tx.add(days)
    tx.flush()
    return days.id


def _link(tx: Session, person: SignedIn) -> str:
    token = TOKEN if Role.LAWYER in person.roles and len(person.roles) == 1 else f"another-{person.id}"
    link = FeedLink(person_id=person.id, token_digest=digest_of(token), name="Téléphone", language="fr")
    link.detail, link.created_at = Detail.DISCREET, make.NOW
    tx.add(link)
    tx.flush()
    return link.id
