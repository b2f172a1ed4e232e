"""Making what a test is given: plain functions, through the services where that is cheap."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.appointments import Topic
from clinic.domain.calls import CallState, Change
from clinic.domain.contacts import Channel, Choice, Shared
from clinic.domain.interpreting import Modality, usual_answer_by
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.rota import Staffing
from clinic.domain.sessions import Kind
from clinic.domain.times import local_date, slot_starts
from clinic.models import (
    Appointment,
    Call,
    ClinicSession,
    Interpreter,
    Need,
    Offer,
    Person,
    PersonRole,
    Place,
    Series,
    SeriesNeed,
    SessionNeed,
    SpokenLanguage,
)
from clinic.queries import rota as rota_queries
from clinic.queries import workshops as workshop_queries
from clinic.services import appointments, contacts, interpreting, programme, rota, workshops
from clinic.services.appointments import Wish
from clinic.services.interpreting import NeedWish
from clinic.services.programme import MoveWish
from clinic.services.workshops import WorkshopDraft

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)  # a Sunday
FRIDAY = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)  # 09:30 in Paris

_numbers = itertools.count(1)


def key() -> str:
    """The key of a form that was never sent before."""
    return secrets.token_hex(16)


def make_person(
    tx: Session,
    *roles: Role,
    name: str | None = None,
    sign_in_name: str | None = None,
    language: str | None = None,
    password_hash: str | None = None,
    is_new: bool = False,
) -> SignedIn:
    """Someone with these roles (none named: a mediator); without a hash she cannot sign in through the form."""
    number = next(_numbers)
    person = Person(
        sign_in_name=sign_in_name or f"person{number}",
        name=name or f"Personne {number}",
        language=language,
        password_hash=password_hash,
        is_new=is_new,
        created_at=NOW - timedelta(days=30),
        held=[PersonRole(role=role) for role in roles or (Role.MEDIATOR,)],
    )
    tx.add(person)
    tx.flush()
    return SignedIn(person.id, person.name, frozenset(roles or (Role.MEDIATOR,)), language)


def give_address(tx: Session, person_id: str, email: str = "quelquune@exemple.org", *, now: datetime = NOW) -> None:
    """She chose mail to this address, which nobody else reads."""
    contacts.choose(tx, person_id, Choice(Channel.MAIL, Shared.NO, email=email), now=now)


def make_place(
    tx: Session,
    publicity: Publicity = Publicity.PUBLIC,
    *,
    name: str | None = None,
    area: str | None = None,
    spot: str | None = None,
) -> str:
    """A place; return its id."""
    number = next(_numbers)
    place = Place(
        name=name or f"Lieu {number}",
        area=area or f"Quartier {number}",
        spot=spot or f"{number} rue de Suez",
        publicity=publicity,
    )
    tx.add(place)
    tx.flush()
    return place.id


def make_series(
    tx: Session,
    *,
    place_id: str | None = None,
    kind: Kind = Kind.LAW_ACCESS,
    names: tuple[str, str] = ("Point d'accès au droit", "Law access point"),
    agenda_words: tuple[str, str] = ("Matin", "Morning"),
    needs: Mapping[Role, int] | None = None,
    is_public: bool = True,
) -> str:
    """A weekly series (Fridays, 09:30 to 12:30) without sessions; return its id."""
    series = Series(
        kind=kind,
        name_fr=names[0],
        name_en=names[1],
        agenda_word_fr=agenda_words[0],
        agenda_word_en=agenda_words[1],
        is_public=is_public,
        rule="FREQ=WEEKLY;BYDAY=FR",
        first_on=local_date(FRIDAY),
        anchor_on=local_date(FRIDAY),
        made_until=local_date(FRIDAY),
        keeps_closed_days=False,
        starts=time(9, 30),
        ends=time(12, 30),
        place_id=place_id or make_place(tx),
        desks=2,
        slot_minutes=30,
        needs=[SeriesNeed(role=role, least=least, wish=least) for role, least in (needs or {}).items()],
    )
    tx.add(series)
    tx.flush()
    return series.id


def make_session(
    tx: Session,
    *,
    starts_at: datetime = FRIDAY,
    hours: float = 3,
    desks: int = 2,
    needs: Mapping[Role, int | Staffing] | None = None,
    series_id: str | None = None,
    place_id: str | None = None,
) -> str:
    """One session, of a new series unless one is named; return its id."""
    place_id = place_id or make_place(tx)
    session = ClinicSession(
        series_id=series_id or make_series(tx, place_id=place_id),
        planned_on=local_date(starts_at),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        place_id=place_id,
        desks=desks,
        slot_minutes=30,
        changed_at=NOW - timedelta(days=7),
    )
    tx.add(session)
    tx.flush()
    for role, need in (needs or {}).items():
        staffing = need if isinstance(need, Staffing) else Staffing(need, need)
        tx.add(SessionNeed(session_id=session.id, role=role, least=staffing.least, wish=staffing.wish))
    tx.flush()
    return session.id


def make_shift(tx: Session, session_id: str, person: SignedIn, role: Role | None = None, *, now: datetime = NOW) -> str:
    """Put a person on a session, in her first role unless one is named; return the shift's id."""
    chosen = role or next(each for each in Role if each in person.roles)
    rota.assign(tx, session_id, person.id, chosen, by=person, now=now)
    held = rota_queries.live_shifts(tx, session_id)
    return next(shift.id for shift in held if shift.person_id == person.id)


def make_appointment(
    tx: Session,
    session_id: str,
    *,
    by: SignedIn,
    slot: int = 0,
    alias: str | None = None,
    language: str = "eng",
    now: datetime = NOW,
) -> str:
    """Book the session's slot of this number (from 0); return the appointment's id."""
    session = tx.get_one(ClinicSession, session_id)
    starts_at = slot_starts(session.starts_at, session.ends_at, session.slot_minutes)[slot]
    wish = Wish(session_id, starts_at, alias or f"Iris {next(_numbers)}", language, Topic.RIGHTS)
    return appointments.book(tx, wish, key=key(), by=by, now=now)


def make_call(tx: Session, appointment_id: str, *, change: Change = Change.MOVED, now: datetime = NOW) -> str:
    """Somebody who has an appointment is to be called; return the call's id."""
    booked = tx.get_one(Appointment, appointment_id)
    call = Call(session_id=booked.session_id, about_id=booked.id, beneficiary_id=booked.beneficiary_id, change=change)
    call.state, call.made_at = CallState.OPEN, now
    tx.add(call)
    tx.flush()
    return call.id


def make_interpreter(
    tx: Session, *languages: str, comes_on_site: bool = True, phone: str | None = None, name: str | None = None
) -> SignedIn:
    """An interpreter who speaks these languages (none named: Arabic)."""
    person = make_person(tx, Role.INTERPRETER, name=name)
    spoken = [SpokenLanguage(language=language) for language in languages or ("ara",)]
    tx.add(Interpreter(person_id=person.id, comes_on_site=comes_on_site, phone=phone, languages=spoken))
    tx.flush()
    return person


def make_need(
    tx: Session,
    session_id: str,
    *,
    by: SignedIn,
    appointment_id: str | None = None,
    modality: Modality = Modality.ON_SITE,
    now: datetime = NOW,
) -> str:
    """An interpreter for Arabic is needed, for an appointment or the whole session; return the need's id."""
    served = tx.get_one(Appointment, appointment_id) if appointment_id else tx.get_one(ClinicSession, session_id)
    starts_at, ends_at = served.starts_at, served.ends_at
    wish = NeedWish(session_id, appointment_id, "ara", modality, starts_at, ends_at, usual_answer_by(starts_at, now))
    return interpreting.need(tx, wish, key=key(), by=by, now=now)


def make_offer(tx: Session, need_id: str, person: SignedIn, *, now: datetime = NOW) -> str:
    """Ask an interpreter, until when an answer is usually awaited; return the offer's id."""
    needed = tx.get_one(Need, need_id)
    answer_by = usual_answer_by(needed.starts_at, now)
    interpreting.ask(tx, need_id, [person.id], answer_by=answer_by, by=person, now=now)
    return tx.scalars(select(Offer.id).where(Offer.need_id == need_id, Offer.person_id == person.id)).one()


def make_workshop(tx: Session, *, capacity: int = 2, starts_at: datetime = FRIDAY, hours: float = 3) -> str:
    """A workshop with this many seats; return its session's id."""
    series_id = make_series(tx, kind=Kind.WORKSHOP)
    session_id = make_session(tx, starts_at=starts_at, hours=hours, desks=0, series_id=series_id)
    draft = WorkshopDraft("Selma", None, None, "Les droits civiques", "Civil rights", capacity=capacity)
    workshops.describe(tx, session_id, draft, by=make_person(tx, Role.WORKSHOP_ORGANISER), now=NOW - timedelta(days=7))
    return session_id


def make_registration(tx: Session, session_id: str, person: SignedIn | None = None, *, now: datetime = NOW) -> str:
    """Register a person, a new member unless one is named; return the registration's id."""
    person = person or make_person(tx, Role.MEMBER)
    workshops.register(tx, session_id, by=person, now=now)
    mine = workshop_queries.registration_of(tx, session_id, person.id)
    assert mine is not None
    return mine.id


def make_noise(tx: Session) -> None:
    """Rows that have nothing to do with the test: a filter left out would find them."""
    mediator, lawyer = make_person(tx, Role.MEDIATOR, name="Bruit"), make_person(tx, Role.LAWYER, name="Rumeur")
    place_id = make_place(tx, Publicity.TOLD_LATE, name="Ailleurs")
    for days in (-14, -7, 0, 7):
        starts_at = FRIDAY + timedelta(days=days, hours=6)
        before = starts_at - timedelta(days=2)
        session_id = make_session(tx, starts_at=starts_at, place_id=place_id, needs={Role.LAWYER: 1})
        make_shift(tx, session_id, lawyer, now=before)
        make_appointment(tx, session_id, by=mediator, slot=days % 6, alias="Bruit", now=before)


def move_session(
    tx: Session,
    session_id: str,
    starts_at: datetime,
    *,
    hours: float = 3,
    leaving: frozenset[str] = frozenset(),
    by: SignedIn,
    now: datetime = NOW,
) -> None:
    """Move a session, in its place, to another time of so many hours."""
    wish = MoveWish(starts_at, starts_at + timedelta(hours=hours), tx.get_one(ClinicSession, session_id).place_id)
    programme.move(tx, session_id, wish, leaving=leaving, by=by, now=now)
