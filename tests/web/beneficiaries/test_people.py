"""The people helped: the list, one of them, her number, what is to be seen to, and stopping everything."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.calls import CallState, Change
from clinic.domain.contacts import Channel, Choice, Helped, Hours, Shared, Suspension, TaskKind, Wording
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.sessions import Status
from clinic.models import Call, ClinicSession, ContactTask, Notice
from clinic.services import contacts, notices
from tests import make
from tests.conftest import CountQueries, SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.beneficiaries.helped import (
    BY_SMS,
    MAIL,
    NUMBER,
    World,
    choose,
    contact_of,
    entries,
    kept,
    make_helped,
    step_up,
)
from tests.web.forms import post


def _task(db: Database, world: World, kind: TaskKind = TaskKind.REPLIED) -> str:
    with db.write() as tx:
        made = contacts.task(tx, contact_of(tx, world).id, kind, now=NOW)
        assert made
        return made.id


def test_a_mediator_finds_those_she_follows_by_alias_with_what_comes_and_how_they_are_reached(
    client: FlaskClient, db: Database, world: World
) -> None:
    with db.write() as tx:
        make_helped(tx, alias="Églantine", mediator=world.mediator, slot=1)
        make_helped(tx, alias="Dahlia")
    choose(db, world)
    _task(db, world)

    page = pages.read(client.get("/beneficiaries"))
    words = " ".join(page.text("main").split())

    assert [each.text.strip() for each in page.all("h2")][:2] == ["Églantine", "Iris"]
    assert "Dahlia" not in words
    assert "Friday 27 November at 09:30" in words
    assert ("SMS, until Saturday 20 February 2027" in words, "Not asked yet" in words) == (True, True)
    assert "1 thing to see to" in words


def test_the_list_of_nobody_says_what_comes_next(sign_in: SignIn) -> None:
    client = sign_in(Role.MEDIATOR)
    client.set_cookie("language", "en")

    assert "You follow nobody yet." in client.get("/beneficiaries").text


def test_those_who_coordinate_see_everybody(sign_in: SignIn, world: World) -> None:
    client = sign_in(Role.COORDINATOR)

    assert "Iris" in client.get("/beneficiaries").text
    assert client.get(world.url).status_code == 200


def test_the_list_asks_as_many_questions_for_one_as_for_ten(
    client: FlaskClient, db: Database, world: World, count_queries: CountQueries
) -> None:
    choose(db, world)
    database = client.application.extensions["clinic"].database
    with count_queries(database) as for_one:
        client.get("/beneficiaries")
    with db.write() as tx:
        for number in range(5):
            make_helped(tx, alias=f"Rose {number}", mediator=world.mediator, slot=number + 1)

    with count_queries(database) as for_many:
        client.get("/beneficiaries")

    assert len(for_many) == len(for_one)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "/contact", "/number", "/not-safe", "/tasks/0123456789abcdef/done"])
def test_S02_another_mediator_finds_nothing_and_nothing_changes(
    sign_in: SignIn, db: Database, world: World, path: str, method: str
) -> None:
    choose(db, world)
    other = sign_in(Role.MEDIATOR)
    urls = (world.url + path, f"/beneficiaries/{'0' * 16}{path}")

    hers, nobodys = (other.get(url) if method == "GET" else post(other, url) for url in urls)

    assert hers.status_code == nobodys.status_code
    assert hers.status_code in {404, 405}
    assert hers.text == nobodys.text
    assert (contact := kept(db, world))
    assert contact.suspended is None


@pytest.mark.parametrize("role", [Role.LAWYER, Role.INTERPRETER, Role.MEMBER, Role.WORKSHOP_ORGANISER])
def test_nobody_else_comes_in(sign_in: SignIn, world: World, role: Role) -> None:
    client = sign_in(role)

    assert {client.get(url).status_code for url in ("/beneficiaries", world.url, "/step-up")} == {403}
    assert post(client, f"{world.url}/number").status_code == 403


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("choice", "end"), [
    (BY_SMS, "78"),
    (Choice(Channel.MAIL, Shared.NO, email=MAIL, language="en"), "c…"),
    (replace(BY_SMS, channel=Channel.CALL), "78"),
])  # fmt: skip
def test_what_she_chose_is_shown_masked(
    client: FlaskClient, db: Database, world: World, choice: Choice, end: str, language: str
) -> None:
    client.set_cookie("language", language)
    choose(db, world, choice)

    pages_seen = client.get(world.url).text + client.get("/beneficiaries").text

    assert end in pages_seen
    assert not {NUMBER, NUMBER[3:], MAIL} & {each for each in (NUMBER, NUMBER[3:], MAIL) if each in pages_seen}
    assert not entries(db, "contact.reveal")


def test_all_she_chose_is_said_in_words(client: FlaskClient, db: Database, world: World) -> None:
    hours = Hours(time(9), time(12), rest_days=True)
    choose(db, world, replace(BY_SMS, hours=hours, wording=Wording.WARM, names_place=True, signs_off=True))

    words = " ".join(pages.read(client.get(world.url)).text("main").split())

    assert "SMS, ends in 78" in words
    assert "Every day, 09:00 to 12:00" in words
    assert "French · warm · usual place · see you soon" in words


def test_a_number_is_shown_only_after_the_password_and_each_look_is_noted_once_with_its_reason(
    client: FlaskClient, db: Database, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    contact_id = choose(db, world)

    with caplog.at_level(logging.DEBUG):
        asked = post(client, f"{world.url}/number")
        before = entries(db, "contact.reveal")
        back = step_up(client, to=world.url)
        first, second = (post(client, f"{world.url}/number") for _ in range(2))

    assert (asked.status_code, asked.location) == (303, f"/step-up?to={world.url}")
    assert before == []
    assert back.location == world.url
    assert (NUMBER in first.text, NUMBER in second.text) == (True, True)
    assert first.headers["Cache-Control"] == "no-store"
    assert entries(db, "contact.reveal") == [("contact.reveal", contact_id, "call_back")] * 2
    assert entries(db, "step_up.pass") == [("step_up.pass", None, "call_back")]
    assert NUMBER[3:] not in caplog.text
    assert NUMBER[3:] not in f"{first.headers} {pages.read(first).text('title')}"


def test_five_minutes_later_the_password_is_asked_again(
    client: FlaskClient, db: Database, world: World, clock: Clock
) -> None:
    choose(db, world)
    step_up(client)
    clock.set(NOW + timedelta(minutes=5))

    answer = post(client, f"{world.url}/number")

    assert answer.status_code == 303
    assert not entries(db, "contact.reveal")


def test_without_a_number_there_is_nothing_to_show(client: FlaskClient, db: Database, world: World) -> None:
    step_up(client)

    assert post(client, f"{world.url}/number").status_code == 404
    assert not entries(db, "contact.reveal")


def test_a_task_is_done_and_taken_back(client: FlaskClient, db: Database, world: World) -> None:
    choose(db, world)
    task_id = _task(db, world)

    answer = pages.press(client, client.get(world.url), "It is seen to")
    shown = client.get(answer.location)
    with db.read() as tx:
        done = tx.get_one(ContactTask, task_id)
    pages.press(client, shown, "Undo")

    assert "Noted: done." in shown.text
    assert "An answer came" not in shown.text
    assert (done.done_at, done.done_by_id) == (NOW, world.mediator.id)
    with db.read() as tx:
        assert tx.get_one(ContactTask, task_id).done_at is None


@pytest.mark.parametrize("kind", TaskKind)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_task_has_its_words(
    client: FlaskClient, db: Database, world: World, kind: TaskKind, language: str
) -> None:
    client.set_cookie("language", language)
    choose(db, world)
    _task(db, world, kind)

    answer = client.get(world.url)

    assert 'class="card short"' in answer.text
    assert not pages.problems(answer.text)


def test_S15_not_safe_any_more_stops_everything_in_one_press_without_a_password(
    client: FlaskClient, db: Database, world: World
) -> None:
    contact_id = choose(db, world)
    with db.write() as tx:
        whom, about = Helped(world.beneficiary_id), world.appointment_id
        notices.remind(tx, to=whom, about=about, session_id=world.session_id, starts_at=FRIDAY, now=NOW)

    answer = pages.press(client, client.get(world.url), "Not safe any more")
    shown = client.get(answer.location)

    contact = kept(db, world)
    assert contact
    assert (contact.suspended, contact.suspended_at) == (Suspension.NOT_SAFE, NOW)
    assert _states(db, world) == {State.SUPERSEDED}
    assert "Everything is stopped" in shown.text
    assert "talk about it with her once more" in shown.text
    assert entries(db, "contact.not_safe") == [("contact.not_safe", contact_id, None)]
    assert "Is something wrong?" not in shown.text


def test_S15_a_change_that_waited_when_it_was_stopped_is_for_somebody_to_call_about(
    client: FlaskClient, db: Database, world: World
) -> None:
    choose(db, world)
    with db.write() as tx:
        tx.get_one(ClinicSession, world.session_id).status = Status.CANCELLED
        whom, about = Helped(world.beneficiary_id), world.appointment_id
        notices.tell(tx, Kind.SESSION_CANCELLED, to=whom, about=about, session_id=world.session_id, now=NOW)

    post(client, f"{world.url}/not-safe")

    with db.read() as tx:
        calls = tx.scalars(select(Call).where(Call.about_id == world.appointment_id)).all()
        assert [(each.change, each.state) for each in calls] == [(Change.CANCELLED, CallState.OPEN)]
    assert _states(db, world) == {State.SUPERSEDED}


def test_S15_pressed_twice_it_is_stopped_as_well(client: FlaskClient, db: Database, world: World) -> None:
    choose(db, world)

    answers = [post(client, f"{world.url}/not-safe").status_code for _ in range(2)]

    assert answers == [303, 303]
    assert (contact := kept(db, world))
    assert contact.suspended is Suspension.NOT_SAFE


def _states(db: Database, world: World) -> set[State]:
    with db.read() as tx:
        return set(tx.scalars(select(Notice.state).where(Notice.beneficiary_id == world.beneficiary_id)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_appointment_leads_to_how_she_may_be_reached_for_those_who_follow_her(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World, language: str
) -> None:
    with db.write() as tx:
        on_duty = make.make_person(tx, Role.MEDIATOR)
        make.make_shift(tx, world.session_id, on_duty)
    client.set_cookie("language", language)

    hers = client.get(f"/appointments/{world.appointment_id}")
    others = sign_in(on_duty).get(f"/appointments/{world.appointment_id}")

    assert f'href="{world.url}"' in hers.text
    assert others.status_code == 200
    assert world.beneficiary_id not in others.text
