"""A member comes, waits, withdraws, and learns the place when it is time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.models import ClinicSession, Place
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.forms import post
from tests.web.workshops import world
from tests.web.workshops.world import STARTS_AT

SPOT = "Salle verte, code 1234"


@pytest.fixture
def people(db: Database) -> list[SignedIn]:
    """An organiser and four members."""
    with db.write() as tx:
        organiser = make.make_person(tx, Role.WORKSHOP_ORGANISER)
        return [organiser, *(make.make_person(tx, Role.MEMBER, name=f"Canari {n}") for n in range(4))]


@pytest.fixture
def session_id(db: Database, people: list[SignedIn]) -> str:
    with db.write() as tx:
        session_id = world.make_workshop(tx, people[0])
        tx.get_one(Place, tx.get_one(ClinicSession, session_id).place_id).spot = SPOT
    return session_id


@pytest.fixture
def member(sign_in: SignIn, people: list[SignedIn]) -> FlaskClient:
    client = sign_in(people[1])
    client.set_cookie("language", "en")
    return client


def test_a_member_registers_in_one_press_and_undoes_it(member: FlaskClient, session_id: str) -> None:
    page = f"/workshops/{session_id}"

    answer = pages.press(member, member.get(page), "I come")
    registered = member.get(answer.location)
    undone = pages.press(member, registered, "Undo")
    after = member.get(undone.location)

    assert (answer.status_code, answer.location) == (303, page)
    assert "You are registered" in registered.text
    assert "We tell you the place two days before, here." in registered.text
    assert "You no longer come." in after.text
    assert "You are registered" in member.get(pages.press(member, after, "Undo").location).text


def test_S72_a_double_press_registers_once(member: FlaskClient, people: list[SignedIn], session_id: str) -> None:
    for _ in range(2):
        assert post(member, f"/workshops/{session_id}/register").status_code == 303

    assert "places left" in member.get("/workshops").text
    for _ in range(2):
        assert post(member, f"/workshops/{session_id}/withdraw").status_code == 303
    assert "I come" in member.get(f"/workshops/{session_id}").text


def test_a_full_workshop_has_a_list_whose_next_one_gets_a_place_at_once(
    db: Database, sign_in: SignIn, member: FlaskClient, people: list[SignedIn], session_id: str
) -> None:
    with db.write() as tx:
        world.register(tx, session_id, people[2], people[3], people[4])
    page = f"/workshops/{session_id}"

    offered = member.get(page).text
    joined = member.get(pages.press(member, member.get(page), "Join the list").location).text
    third = sign_in(people[2])
    post(third, f"{page}/withdraw")
    waiting = member.get(page).text
    post(sign_in(people[3]), f"{page}/withdraw")

    assert "It is full. You can join the list." in offered
    assert "You are number 2 in the list." in joined
    assert "You are number 1 in the list." in waiting
    assert "You are registered" in member.get(page).text


def test_leaving_the_list_by_mistake_keeps_the_turn(
    db: Database, member: FlaskClient, people: list[SignedIn], session_id: str, clock: Clock
) -> None:
    with db.write() as tx:
        world.register(tx, session_id, people[2], people[3], people[1], people[4])
    page = f"/workshops/{session_id}"
    clock.set(make.NOW + timedelta(minutes=1))

    left = member.get(pages.press(member, member.get(page), "I leave the list").location)
    back = member.get(pages.press(member, left, "Undo").location).text

    assert "You are number 1 in the list." in back


HOUR = timedelta(hours=1)
ENDS_AT = STARTS_AT + 2 * HOUR
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("at", "is_told"), [
    (STARTS_AT - 48 * HOUR - SECOND, False), (STARTS_AT - 48 * HOUR, True),
    (ENDS_AT + 2 * HOUR, True), (ENDS_AT + 2 * HOUR + SECOND, False),
])  # fmt: skip
def test_S03_the_place_is_told_from_two_days_before_to_two_hours_after(
    db: Database, sign_in: SignIn, people: list[SignedIn], session_id: str, clock: Clock, at: datetime, *, is_told: bool
) -> None:
    with db.write() as tx:
        world.register(tx, session_id, people[2], people[3], people[1])

    clock.set(at)
    registered, waiting, other = sign_in(people[2]), sign_in(people[1]), sign_in(people[4])

    assert (SPOT in registered.get(f"/workshops/{session_id}").text) is is_told
    assert SPOT not in waiting.get(f"/workshops/{session_id}").text
    assert SPOT not in other.get(f"/workshops/{session_id}").text


def test_today_shows_a_member_her_workshop_with_the_place_when_it_is_time(
    db: Database, sign_in: SignIn, member: FlaskClient, people: list[SignedIn], session_id: str, clock: Clock
) -> None:
    empty = member.get("/agenda").text
    with db.write() as tx:
        world.register(tx, session_id, people[1])

    early = member.get("/agenda").text
    clock.set(STARTS_AT - 47 * HOUR)

    assert "You are registered for no workshop." in empty
    assert f"/workshops/{session_id}" in early
    assert f"/sessions/{session_id}" not in early
    assert "We tell you the place two days before, here." in early
    assert ">runs<" not in early
    assert SPOT not in early
    assert SPOT in sign_in(people[1]).get("/agenda").text


def test_S02_the_pages_of_the_team_are_not_there_for_a_member_who_comes(
    db: Database, member: FlaskClient, people: list[SignedIn], session_id: str
) -> None:
    with db.write() as tx:
        world.register(tx, session_id, people[1])

    assert member.get(f"/sessions/{session_id}").status_code == 404
    assert member.get(f"/workshops/{session_id}/participants").status_code == 403
    assert member.get(f"/workshops/{session_id}/edit").status_code == 403


def test_S04_a_member_reads_no_other_name_and_no_number_of_participants(
    db: Database, member: FlaskClient, people: list[SignedIn], session_id: str
) -> None:
    with db.write() as tx:
        world.register(tx, session_id, people[2], people[3], people[1])

    for path in ("/", "/workshops", f"/workshops/{session_id}", "/agenda", "/agenda/2026-W49"):
        text = member.get(path).text
        assert "Canari 1" not in text
        assert "Canari 2" not in text
        assert SPOT not in text
        assert "Canari du lieu" not in text
        assert "2 of 2" not in text


def test_nobody_registers_or_withdraws_once_it_has_begun(
    db: Database, sign_in: SignIn, people: list[SignedIn], session_id: str, clock: Clock
) -> None:
    with db.write() as tx:
        world.register(tx, session_id, people[1])
    clock.set(STARTS_AT)
    registered, other = sign_in(people[1]), sign_in(people[2])

    withdrawn = post(registered, f"/workshops/{session_id}/withdraw")
    refused = post(other, f"/workshops/{session_id}/register")

    assert (withdrawn.status_code, refused.status_code) == (409, 409)
    assert "I no longer come" not in withdrawn.text
    assert pages.read(refused).errors()


def test_one_who_is_elsewhere_is_told_so(
    db: Database, member: FlaskClient, people: list[SignedIn], session_id: str
) -> None:
    with db.write() as tx:
        other = world.make_workshop(tx, people[0], publicity=Publicity.PUBLIC)
        world.register(tx, other, people[1])

    answer = post(member, f"/workshops/{session_id}/register")

    assert answer.status_code == 409
    assert pages.read(answer).errors() == ["You are already somewhere else at that time."]


def test_S10_messages_are_asked_about_at_the_first_registration_and_are_off(
    member: FlaskClient, session_id: str
) -> None:
    page = f"/workshops/{session_id}"
    before = member.get(page).text

    post(member, f"{page}/register")
    asked = member.get(page)
    chosen = pages.press(member, asked, "Save")

    assert "Do you want a message before?" not in before
    assert "Do you want a message before?" in asked.text
    assert '<p lang="fr">Rappel : rendez-vous' in asked.text  # in the language that it would be sent in
    assert chosen.status_code == 303
    assert "Do you want a message before?" not in member.get(page).text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MEMBER}))
def test_S01_registering_is_for_members(sign_in: SignIn, session_id: str, role: Role) -> None:
    client = sign_in(role)

    assert "/register" not in client.get(f"/workshops/{session_id}").text
    assert post(client, f"/workshops/{session_id}/register").status_code == 403
