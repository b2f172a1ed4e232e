"""What a change of the coordinator's sets off: everyone concerned is told by mail, once, and what is undone is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Kind
from clinic.domain.timing import UNDO_FOR
from clinic.jobs.send import send_due
from clinic.models import Person, Shift
from clinic.services import interpreting
from tests import make
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk
from tests.notices.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # in the hours of members
WORKSHOP_ON = date(2026, 12, 8)  # with four members, and two in the list
AT = "@exemple.org"
BY_MAIL = ("member6", "member", "organiser")  # one with a place, and the two in the list


@pytest.fixture
def workshop(house: House, server: Mailbox) -> str:
    """The page of a workshop with a crew, members and an interpreter; all that was to be told before is settled."""
    ground = house.app.extensions["clinic"]
    mailer = server.mailer()
    settings = replace(ground.settings, mail_server=mailer.mail_server, mail_from=mailer.sender)
    house.app.extensions["clinic"] = replace(ground, settings=settings)
    house.clock.set(MONDAY)
    session_id = house.session(Kind.WORKSHOP, WORKSHOP_ON)
    _add_interpreter(house, session_id)
    _work(house, server, after=UNDO_FOR)
    _give_addresses(house)
    return f"/sessions/{session_id}"


def test_a_moved_session_is_told_to_everyone_concerned_once(
    house: House, newcomer: Newcomer, server: Mailbox, workshop: str
) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go(workshop)
    coordinator.follow("Move")
    coordinator.fill({"on": "2026-12-09", "starts": "18:30", "ends": "21:00"})
    coordinator.press("See what would change")
    people = coordinator.words.many(
        "%(num)d person who registered is told.", "%(num)d people who registered are told.", 4
    )
    expect(coordinator.main).to_contain_text(people)
    coordinator.press("Move the session")

    assert _work(house, server, after=UNDO_FOR - timedelta(seconds=1)) == []
    told = _work(house, server, after=timedelta(seconds=1))
    on_duty = _crew(house, workshop)  # told once more: the other members are to be called
    assert told == sorted([*_crew(house, workshop), *on_duty, "interpreter4", *BY_MAIL])
    assert _work(house, server, after=timedelta(hours=1)) == []

    coordinator.go("/notices")
    coordinator.open_again()
    done = coordinator.main.locator("table").last
    for name in ("Membre 1", "Membre 6", "Interprète 4"):
        about = "Request withdrawn" if name == "Interprète 4" else "Moved"
        row = done.locator("tr", has_text=name).filter(has_text=coordinator.words(about))
        expect(row.locator(".tag.ok")).to_have_text(coordinator.words("sent"))
    for word in ("@", "Sankofa", *server.texts):
        expect(coordinator.main).not_to_contain_text(word)


def test_what_is_undone_in_time_is_told_to_nobody_and_what_is_restored_later_to_all(
    house: House, newcomer: Newcomer, server: Mailbox, workshop: str
) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")

    _cancel(coordinator, workshop)
    house.clock.set(house.clock.now + UNDO_FOR - timedelta(seconds=1))
    coordinator.press("Undo", coordinator.said)
    expect(coordinator.main.locator(".tag.stop")).to_have_count(0)
    assert _work(house, server, after=2 * UNDO_FOR) == []

    _cancel(coordinator, workshop)
    concerned, on_duty = [*_crew(house, workshop), *BY_MAIL], _crew(house, workshop)
    assert _work(house, server, after=UNDO_FOR) == sorted([*concerned, *on_duty, "interpreter4"])
    coordinator.press("Undo", coordinator.said)
    too_late = "It is too late to undo: the messages have left. Open the page and change it there."
    expect(coordinator.main).to_contain_text(coordinator.words(too_late))
    coordinator.go(workshop)
    expect(coordinator.main.locator(".tag.stop").first).to_have_text(coordinator.words("cancelled"))

    coordinator.press("It takes place after all")
    expect(coordinator.said).to_contain_text(coordinator.words("The session takes place after all."))
    assert _work(house, server, after=UNDO_FOR) == sorted(concerned)


def _cancel(coordinator: Walk, session: str) -> None:
    """Call the session off, for the weather."""
    coordinator.go(f"{session}/cancel")
    coordinator.fill({"reason": ["weather"]})
    coordinator.press("Cancel the session")
    expect(coordinator.said).to_contain_text(coordinator.words("The session is cancelled."))


def _work(house: House, server: Mailbox, *, after: timedelta) -> list[str]:
    """Let time pass and the worker send; return who was written to, by their sign-in names."""
    before = len(server.mails)
    house.clock.set(house.clock.now + after)
    send_due(house.database, server.mailer(), clock=house.clock)
    return sorted(str(mail["To"]).removesuffix(AT) for mail in server.mails[before:])


def _add_interpreter(house: House, session_id: str) -> None:
    """One who was asked for the whole session and said yes."""
    with house.database.write() as tx:
        mediator, interpreter = _person(tx, "mediator", Role.MEDIATOR), _person(tx, "interpreter4", Role.INTERPRETER)
        need_id = make.make_need(tx, session_id, by=mediator, now=MONDAY)
        interpreting.accept(tx, make.make_offer(tx, need_id, interpreter, now=MONDAY), by=interpreter, now=MONDAY)


def _give_addresses(house: House) -> None:
    """Who works here has an address; of the other members, one with a place and one in the list chose mail."""
    with house.database.write() as tx:
        for person_id, name in tx.execute(select(Person.id, Person.sign_in_name)).all():
            if not name.startswith("member") or name in BY_MAIL:
                make.give_address(tx, person_id, name + AT, now=house.clock.now)


def _crew(house: House, session: str) -> list[str]:
    """The sign-in names of a session's crew."""
    query = select(Person.sign_in_name).join(Shift, Shift.person_id == Person.id)
    with house.database.read() as tx:
        return list(tx.scalars(query.where(Shift.session_id == session.rpartition("/")[2])))


def _person(tx: Session, name: str, role: Role) -> SignedIn:
    person = tx.scalars(select(Person).where(Person.sign_in_name == name)).one()
    return SignedIn(person.id, person.name, frozenset({role}), None)
