"""S04: every text column holds a token of its own, and each reader finds exactly those the matrix gives her."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Enum, String, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.calendars import Detail
from clinic.domain.contacts import Channel, Choice, Helped, Shared, TaskKind
from clinic.domain.interpreting import Modality
from clinic.domain.people import CODE_LIVES, CREW_ROLES, LEGAL_TEAM, Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import Kind
from clinic.models import (
    Appointment,
    Base,
    Beneficiary,
    ClinicSession,
    Closure,
    Disclosure,
    FeedLink,
    Interpreter,
    PasswordCode,
    Place,
    Repeat,
    Workshop,
)
from clinic.models.sealed import Sealed, SealedJson
from clinic.queries import appointments, asks, readers
from clinic.queries import interpreting as queries
from clinic.queries import workshops as workshop_queries
from clinic.services import contacts, disclosures, interpreting, meetings, queue, ringing, searches, workshops
from clinic.services.interpreting import NeedWish, ProfileDraft
from clinic.services.meetings import MeetingWish
from clinic.services.queue import Arrival
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web.world import TOKEN, addresses

MARK = re.compile(r"canary-[a-z-]+", re.IGNORECASE)
OTHERS = (Role.MEDIATOR, Role.LAWYER, Role.INTERPRETER)
MINUTE = timedelta(minutes=1)
OPENS, CLOSES = (
    FRIDAY - timedelta(hours=12),
    FRIDAY + timedelta(hours=3 + 24),
)  # what the legal team knows of the aliases
FILM = FRIDAY + timedelta(days=4)
TOLD, ENDS = FILM - timedelta(hours=48), FILM + timedelta(hours=3 + 2)
ALL = (None, *Role)
# When it is asked of whom: far ahead in both languages, then on both sides of the edges of each window.
MOMENTS = {
    "far": (NOW, ALL), "before": (OPENS - MINUTE, ALL), "opens": (OPENS, ALL), "closes": (CLOSES, ALL),
    "closed": (CLOSES + MINUTE, ALL), "untold": (TOLD - MINUTE, (Role.MEMBER,)), "told": (TOLD, (Role.MEMBER,)),
    "ends": (ENDS, (Role.MEMBER,)), "ended": (ENDS + MINUTE, (Role.MEMBER,)),
}  # fmt: skip
# Columns that hold ids, codes of closed lists and digests of no person: they cannot hold words.
NO_WORDS = {
    "appointments.language", "audit_entries.action", "audit_entries.reason", "beneficiaries.languages",
    "contacts.email_digest",
    "contacts.number_digest", "feed_links.language", "interpreter_needs.language", "key_proofs.proof",
    "meetings.language", "meetings.uid", "notices.claim", "notices.code", "notices.message_token", "occupancy.holder",
    "offers.uid", "people.language", "registrations.uid",
    "series.reminders_crew", "series.reminders_people", "series.rule", "shifts.uid", "valves.code", "visits.language",
    "workshops.language",
}  # fmt: skip
_WORDS = (String, Sealed, SealedJson)
PUBLIC = {
    "law-name", "law-area", "law-spot", "film", "film-name", "film-area", "film-topic", "film-note", "speaker",
    "affiliation",
}  # fmt: skip

ALIASES = {"alias", "bus-alias", "line-alias", "bus-line-alias"}
# Of what is over, only this is still shown on some page.
WINDOWED = {"alias", "line-alias"}
# Shown at some hours only, or only where the exact spot is not.
NOT_ON_EVERY_DAY = {"law-area", "film-name", "law-word"}


@dataclass(frozen=True)
class Canaries:
    """Two sessions with words of their own (one's own, and a night bus of others), and who is on the first."""

    crew: dict[Role, SignedIn]
    ids: list[dict[str, str]]


@pytest.fixture
def canaries(db: Database) -> Canaries:
    with db.write() as tx:
        crew = {role: _person(tx, role, role.value) for role in Role}
        others = {role: _person(tx, role, f"other-{role.value}") for role in OTHERS}
        mine = _session(tx, "law", Kind.LAW_ACCESS, Publicity.PUBLIC, FRIDAY)
        bus = _session(tx, "bus", Kind.BUS, Publicity.TOLD_LATE, FRIDAY + timedelta(hours=10))
        film = _session(tx, "film", Kind.WORKSHOP, Publicity.TOLD_LATE, FILM)
        _workshop(tx, film)
        for role in CREW_ROLES:
            make.make_shift(tx, mine, crew[role])
        make.make_shift(tx, bus, others[Role.LAWYER])
        own = make.make_appointment(tx, mine, by=crew[Role.MEDIATOR], alias="Canary-alias")
        foreign = make.make_appointment(tx, bus, by=others[Role.MEDIATOR], alias="Canary-bus-alias")
        rest = _looked_for(tx, bus, crew)
        rest |= _rest(tx, crew[Role.COORDINATOR]) | _asked(tx, own, crew, others) | _registered(tx, film, crew)
        for booked_id in (own, foreign):
            make.make_call(tx, booked_id)
        called = {each: _by_telephone(tx, each, who[Role.MEDIATOR]) for each, who in ((own, crew), (foreign, others))}
        coordinator, opened_to = crew[Role.COORDINATOR], others[Role.LAWYER]
        there = {
            own: _in_line(tx, mine, "line-alias", coordinator),
            foreign: _in_line(tx, bus, "bus-line-alias", coordinator),
        }
        rest_of = {
            each: {
                **_reached(tx, each),
                "meeting_id": called[each],
                "disclosure_id": _opened(tx, each, opened_to, coordinator),
                **there[each],
                **rest,
            }
            for each in called
        }
        ids = [
            {**_ids(tx, session_id), "appointment_id": each, **rest_of[each], "person_id": person.id}
            for session_id, each, person in zip((mine, bus, film), (own, foreign, own), others.values(), strict=True)
        ]
    return Canaries(crew, ids)


def _reached(tx: Session, appointment_id: str) -> dict[str, str]:
    """She who has the appointment chose mail, and there is something to see to; her address is on no page."""
    whose = Helped(tx.get_one(Appointment, appointment_id).beneficiary_id)
    contacts.choose(tx, whose, Choice(Channel.MAIL, Shared.NO, email="canary-helped-mail@example.org"), now=NOW)
    contact_id = readers.reader(tx, whose).contact_id or ""
    made = contacts.task(tx, contact_id, TaskKind.REPLIED, notice_id=make.key()[:16], now=NOW)
    return {"beneficiary_id": whose.id, "task_id": made.id if made else ""}


def _by_telephone(tx: Session, appointment_id: str, mediator: SignedIn) -> str:
    """She who has the appointment is called by who booked it."""
    her = tx.get_one(Appointment, appointment_id).beneficiary_id
    wish = MeetingWish(mediator.id, FRIDAY + timedelta(hours=5), 30, "eng")
    return meetings.arrange(tx, her, wish, key=make.key(), by=mediator, now=NOW)


def _in_line(tx: Session, session_id: str, token: str, by: SignedIn) -> dict[str, str]:
    """Somebody came without an appointment, and an interpreter is rung up for her."""
    at = tx.get_one(ClinicSession, session_id).starts_at - timedelta(hours=1)
    came = Arrival(f"Canary-{token}", "yor", None)
    taken = queue.arrive(tx, session_id, came, key=make.key(), by=by, now=at)
    rung = make.make_interpreter(tx, "yor", phone="06 39 98 00 01")
    return {
        "visit_id": taken.visit_id,
        "ringing_id": ringing.ring(tx, taken.visit_id, rung.id, key=make.key(), by=by, now=at),
    }


def _opened(tx: Session, appointment_id: str, person: SignedIn, by: SignedIn) -> str:
    """The appointment is open to somebody of the legal team."""
    disclosures.disclose(tx, appointment_id, person.id, 10, key=make.key(), by=by, now=NOW)
    return tx.scalars(select(Disclosure.id).where(Disclosure.appointment_id == appointment_id)).one()


def _ids(tx: Session, session_id: str) -> dict[str, str]:
    return {"session_id": session_id, "series_id": tx.get_one(ClinicSession, session_id).series_id}


def _person(tx: Session, role: Role, token: str) -> SignedIn:
    token = token.replace("_", "-")
    person = make.make_person(
        tx, role, name=f"Canary-{token}-name", sign_in_name=f"canary-{token}-in", password_hash=f"canary-{token}-hash"
    )
    make.give_address(tx, person.id, f"canary-{token}-mail@example.org")
    code = PasswordCode(person_id=person.id, digest=f"canary-{token}-code", tries_left=5, expires_at=NOW + CODE_LIVES)
    link = FeedLink(person_id=person.id, token_digest=f"canary-{token}-digest", name=f"canary-{token}-link")
    link.detail, link.language, link.created_at = Detail.NAMED, "fr", NOW
    tx.add_all([code, link])
    tx.flush()
    return person


def _session(tx: Session, token: str, kind: Kind, publicity: Publicity, starts_at: datetime) -> str:
    place_id = make.make_place(tx, publicity, name=f"Canary-{token}-place")
    place = tx.get_one(Place, place_id)
    place.area, place.spot = f"Canary-{token}-area", f"Canary-{token}-spot"
    names = (f"Canary-{token}-name", f"Canary-{token}-name")
    series_id = make.make_series(
        tx,
        place_id=place_id,
        kind=kind,
        names=names,
        agenda_words=(f"Canary-{token}-word",) * 2,
        is_public=kind is not Kind.BUS,
    )
    needs = dict.fromkeys(CREW_ROLES, 2)
    session_id = make.make_session(tx, starts_at=starts_at, series_id=series_id, place_id=place_id, needs=needs)
    if publicity is Publicity.TOLD_LATE:
        tx.get_one(ClinicSession, session_id).spot = f"Canary-{token}-elsewhere"
    return session_id


def _workshop(tx: Session, session_id: str) -> None:
    words = {"film": "Canary-film", "speaker": "Canary-speaker", "affiliation": "Canary-affiliation"}
    for language in ("fr", "en"):
        words |= {f"topic_{language}": "Canary-film-topic", f"content_note_{language}": "Canary-film-note"}
    tx.add(Workshop(session_id=session_id, capacity=3, **words))
    tx.flush()


def _asked(
    tx: Session, appointment_id: str, crew: dict[Role, SignedIn], others: dict[Role, SignedIn]
) -> dict[str, str]:
    """Another interpreter is asked by telephone for the mediator's appointment; the crew's has a number too."""
    asked, by = others[Role.INTERPRETER], crew[Role.MEDIATOR]
    for person, phone in ((asked, "canary-other-phone"), (crew[Role.INTERPRETER], "canary-phone")):
        draft = ProfileDraft(frozenset({"ara"}), comes_on_site=True, phone="06 39 98 00 01")
        interpreting.save_profile(tx, draft, by=person, now=NOW)
        tx.get_one(Interpreter, person.id).phone = phone
    tx.flush()
    found = appointments.appointment(tx, appointment_id)
    span = (found.starts_at, found.ends_at)
    wish = NeedWish(found.session_id, found.id, "ara", Modality.TELEPHONE, *span, FRIDAY)
    need_id = interpreting.need(tx, wish, key=make.key(), by=by, now=NOW)
    interpreting.ask(tx, need_id, [asked.id], answer_by=FRIDAY, by=by, now=NOW)
    (offer,) = queries.need_row(tx, need_id, now=NOW).offers
    return {"need_id": need_id, "offer_id": offer.id}


def _looked_for(tx: Session, session_id: str, crew: dict[Role, SignedIn]) -> dict[str, str]:
    """A lawyer and an interpreter of the crew are asked for the bus."""
    for role in (Role.LAWYER, Role.INTERPRETER):
        search_id = searches.look_for(tx, session_id, role, by=crew[Role.COORDINATOR], now=NOW)
    (ask,) = asks.asked_ahead(tx, reader=crew[Role.INTERPRETER], now=NOW)
    return {"search_id": search_id, "ask_id": ask.id}


def _registered(tx: Session, session_id: str, crew: dict[Role, SignedIn]) -> dict[str, str]:
    workshops.register(tx, session_id, by=crew[Role.MEMBER], now=NOW)
    (row,) = workshop_queries.participants(tx, session_id)
    return {"workshop_id": session_id, "registration_id": row.id}


def _rest(tx: Session, coordinator: SignedIn) -> dict[str, str]:
    """A closure, a used form key, and the parts of addresses that are the same for all."""
    closure = Closure(name="Canary-closure", first_on=date(2026, 12, 24), last_on=date(2026, 12, 26))
    place_id = make.make_place(tx)
    tx.add_all([closure, Repeat(person_id=coordinator.id, key=make.key(), result_id="x", at=NOW)])
    for beneficiary in tx.scalars(select(Beneficiary)):
        beneficiary.alias_digest = f"canary-{(beneficiary.alias or '').removeprefix('Canary-').lower()}-digest"
    tx.flush()
    return {
        "place_id": place_id, "closure_id": closure.id, "shift_id": "x", "link_id": "x", "token": TOKEN,
        "week": "2026-W48", "month": "2026-11", "code": "en", "channel": "mail", "filename": "app.css",
    }  # fmt: skip


def test_S04_every_text_column_holds_a_canary(db: Database, canaries: Canaries) -> None:
    bare = set()
    with db.read() as tx:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                holds_words = isinstance(column.type, _WORDS) and not isinstance(column.type, Enum)
                is_reference = column.primary_key or bool(column.foreign_keys) or column.name.endswith("_id")
                if holds_words and not is_reference:
                    values = tx.execute(column.table.select().with_only_columns(column)).scalars().all()
                    if not any(MARK.search(str(each)) for each in values):
                        bare.add(f"{table.name}.{column.name}")

    assert bare == NO_WORDS


def _told(role: Role | None, moment: str) -> set[str]:
    """The matrix: what each role may read on all pages together, at each of the moments."""
    told = set(PUBLIC)
    if role is None:
        return told
    own = role.value.replace("_", "-")
    told |= {f"{own}-name", f"{own}-link"}
    told |= _to_this_role().get(role, set())
    if role in CREW_ROLES:
        told |= {"law-word"}
    if role is Role.MEDIATOR or role in LEGAL_TEAM:  # the bus lacks them
        told |= {"bus-name", "bus-area"}
    if role in LEGAL_TEAM and moment in {"opens", "closes"}:
        told |= {"alias", "line-alias"}
    if role is Role.MEMBER and moment in {"told", "ends"}:
        told |= {"film-elsewhere"}
    return told


def _to_this_role() -> dict[Role, set[str]]:
    crew = {f"{each.value.replace('_', '-')}-name" for each in CREW_ROLES}
    at_work = {"coordinator-name", "workshop-organiser-name", *(f"other-{each.value}-name" for each in OTHERS)}
    return {
        Role.COORDINATOR: _all_but_secrets(),
        # whoever works here stands by name in the lists of whom she follows: her stand-in, "never with"
        Role.MEDIATOR: crew | at_work | {"alias", "line-alias", "other-phone"},
        Role.INTERPRETER: {"phone", "bus-word"},
        Role.MEMBER: {"film-word"},
        Role.WORKSHOP_ORGANISER: {"film-elsewhere", "film-word", "member-name"},
    }


def _all_but_secrets() -> set[str]:
    everyone = [role.value.replace("_", "-") for role in Role] + [f"other-{role.value}" for role in OTHERS]
    people = {f"{each}-{what}" for each in everyone for what in ("name", "in")}
    told = ("name", "area", "spot", "place", "word")
    sessions = {f"{each}-{what}" for each in ("law", "bus", "film") for what in told}
    return people | sessions | {"bus-elsewhere", "film-elsewhere", "closure", "other-phone", *ALIASES}


@pytest.mark.parametrize(
    ("moment", "role"), [(moment, role) for moment, (_, roles) in MOMENTS.items() for role in roles]
)
def test_S04_each_reader_finds_what_the_matrix_gives_her_and_nothing_else(
    app: Flask, canaries: Canaries, sign_in: SignIn, clock: Clock, caplog: pytest.LogCaptureFixture,
    moment: str, role: Role | None,
) -> None:  # fmt: skip
    clock.set(MOMENTS[moment][0])
    client = sign_in(canaries.crew[role]) if role else app.test_client()
    found: set[str] = set()

    with caplog.at_level(logging.DEBUG):
        for language in ("fr", "en") if moment == "far" else ("fr",):
            client.set_cookie("language", language)
            found |= {each for body in _everything(app, client, canaries) for each in _marks(body)}

    told = _told(role, moment)
    assert found <= told, sorted(found - told)
    assert not MARK.search(caplog.text)
    assert found >= (told & WINDOWED if MOMENTS[moment][0] > FRIDAY else told - NOT_ON_EVERY_DAY)


def _everything(app: Flask, client: FlaskClient, canaries: Canaries) -> Iterator[str]:
    """All that a reader can get: each page with each id, with its headers; errors too."""
    for ids in canaries.ids:
        for url in addresses(app, ids, "GET").values():
            if url.startswith(("/static", "/exit", "/language")):
                continue
            with closing(client.get(url)) as answer:
                assert answer.status_code != 500, url
                title = re.search("<title>(.*?)</title>", answer.text)
                assert not MARK.search(f"{answer.headers} {title and title[1]}"), url
                yield answer.text


def _marks(body: str) -> set[str]:
    return {found.lower().removeprefix("canary-").rstrip("-") for found in MARK.findall(body)}
