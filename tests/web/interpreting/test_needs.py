"""Saying that an interpreter is needed, asking, and saying that nobody is needed any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.interpreting import Modality, NeedState
from clinic.domain.people import Role
from clinic.models import AuditEntry, Need
from clinic.queries import interpreting as queries
from clinic.services import interpreting
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.interpreting.world import World, ask, make_interpreter, make_need, make_world


@pytest.fixture
def world(db: Database) -> World:
    with db.write() as tx:
        return make_world(tx)


@pytest.fixture
def mediator(world: World, sign_in: SignIn) -> FlaskClient:
    client = sign_in(world.mediator)
    client.set_cookie("language", "en")
    return client


def _open(client: FlaskClient, world: World) -> TestResponse:
    return client.get(f"/interpreting/new/{world.session_id}/{world.appointment_id}")


def _needs(tx: Session) -> list[Need]:
    return list(tx.scalars(select(Need)))


def test_the_form_knows_the_language_and_the_time_of_the_appointment(mediator: FlaskClient, world: World) -> None:
    opened = _open(mediator, world)

    sent = pages.form_of(opened, "Choose whom to ask")
    assert (sent["language"], sent["starts"], sent["ends"]) == ("ara", "20261127T0830Z", "20261127T0900Z")
    assert (sent["until_on"], sent["until_at"]) == ("2026-11-26", "09:30")


def test_a_mediator_says_who_is_needed_and_asks_two(mediator: FlaskClient, world: World, db: Database) -> None:
    noted = pages.press(mediator, _open(mediator, world), "Choose whom to ask", modality="on_site")
    need_page = mediator.get(noted.location)

    asked = pages.press(mediator, need_page, "Ask", people=[world.interpreter.id, world.second.id])

    page = mediator.get(asked.location)
    assert "2 people are asked." in page.text
    assert page.text.count("Answer by Thursday 26 November, 09:30") == 2
    assert "booked" not in page.text
    with db.read() as tx:
        row = queries.need_row(tx, noted.location.split("/")[-1], now=NOW)
    assert [each.state for each in row.offers] == ["asked", "asked"]


def test_S72_sending_the_form_twice_makes_one_need(mediator: FlaskClient, world: World, db: Database) -> None:
    opened = _open(mediator, world)

    first = pages.press(mediator, opened, "Choose whom to ask", modality="telephone")
    second = pages.press(mediator, opened, "Choose whom to ask", modality="telephone")

    assert first.location == second.location
    with db.read() as tx:
        assert len(_needs(tx)) == 1


@pytest.mark.parametrize(("typed", "field"), [
    ({"modality": None}, "modality"), ({"modality": "by_post"}, "modality"), ({"language": ""}, "language"),
    ({"language": "xxx-too-long"}, "language"), ({"language": "\u202eara"}, "language"), ({"starts": ""}, "starts"),
    ({"starts": "20261127T0833Z"}, "starts"), ({"ends": "20261127T0830Z"}, "ends"), ({"ends": "x" * 5000}, "ends"),
    ({"until_on": ""}, "until_on"), ({"until_on": "9999-12-31"}, "until_on"), ({"until_at": "noon"}, "until_at"),
])  # fmt: skip
def test_S42_a_form_that_is_not_right_comes_back_with_all_that_was_typed(
    mediator: FlaskClient, world: World, typed: dict[str, str | None], field: str
) -> None:
    right = {"modality": "telephone", "language": "bin", "until_at": "08:15"}

    answer = pages.press(mediator, _open(mediator, world), "Choose whom to ask", **{**right, **typed})

    page = pages.read(answer)
    assert answer.status_code == 422
    assert page.errors()
    assert page.errors_at(field)
    kept = pages.form_of(answer, "Choose whom to ask")
    assert all(kept.get(name) == value for name, value in right.items() if name not in typed)


def test_S05_an_unknown_field_is_a_bad_request(mediator: FlaskClient, world: World) -> None:
    answer = pages.press(mediator, _open(mediator, world), "Choose whom to ask", modality="telephone", alias="x")

    assert answer.status_code == 400


@pytest.mark.parametrize(("until_on", "until_at"), [("2026-11-22", "09:00"), ("2026-11-27", "09:45")])
def test_an_answer_by_that_is_past_or_after_the_start_is_refused(
    mediator: FlaskClient, world: World, until_on: str, until_at: str
) -> None:
    typed = {"modality": "on_site", "until_on": until_on, "until_at": until_at}

    answer = pages.press(mediator, _open(mediator, world), "Choose whom to ask", **typed)

    assert answer.status_code == 409
    assert "between now and the start" in pages.read(answer).errors_at("until_at")
    assert pages.form_of(answer, "Choose whom to ask")["until_at"] == until_at


def test_a_second_need_for_one_appointment_is_refused(mediator: FlaskClient, world: World, db: Database) -> None:
    opened = _open(mediator, world)
    with db.write() as tx:
        make_need(tx, world, appointment_id=world.appointment_id)

    answer = pages.press(mediator, opened, "Choose whom to ask", modality="on_site")

    assert answer.status_code == 409
    assert "already asked for here" in answer.text


def test_those_who_cannot_be_asked_stand_there_with_the_reason(
    mediator: FlaskClient, world: World, db: Database
) -> None:
    with db.write() as tx:
        make_interpreter(tx, "Edo alone", languages=["bin"])
        make_interpreter(tx, "Far away", comes_on_site=False)
        busy = make_interpreter(tx, "Busy")
        make.make_shift(tx, make.make_session(tx), busy)
        need_id = make_need(tx, world)
        ask(tx, need_id, world.second, by=world.mediator)

    answer = mediator.get(f"/interpreting/needs/{need_id}")

    said = [" ".join(each.text.split()) for each in pages.read(answer).all("li")]
    for row in ("Edo alone does not speak it", "Far away does not come on site", "Busy taken at that time",
                "Youssef asked already"):  # fmt: skip
        assert row in said
    assert not {world.second.id, busy.id} & set(pages.form_of(answer, "Ask").getlist("people"))


@pytest.mark.parametrize("typed", [{"people": None}, {"until_at": ""}, {"until_on": "soon"}])
def test_asking_nobody_or_without_a_time_comes_back(
    mediator: FlaskClient, world: World, db: Database, typed: dict[str, str | None]
) -> None:
    with db.write() as tx:
        need_id = make_need(tx, world)

    answer = pages.press(
        mediator, mediator.get(f"/interpreting/needs/{need_id}"), "Ask", **{"people": world.second.id, **typed}
    )

    assert answer.status_code == 422
    assert pages.form_of(answer, "Ask").getlist("people") == ([world.second.id] if "people" not in typed else [])


def test_who_was_taken_meanwhile_is_left_out_and_counted(mediator: FlaskClient, world: World, db: Database) -> None:
    with db.write() as tx:
        need_id = make_need(tx, world)
    opened = mediator.get(f"/interpreting/needs/{need_id}")
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), world.second)

    asked = pages.press(mediator, opened, "Ask", people=[world.interpreter.id, world.second.id, "nobody"])

    said = mediator.get(asked.location).text
    assert "1 person is asked. 2 people could not be asked" in said


def test_asking_for_what_was_filled_meanwhile_is_refused(mediator: FlaskClient, world: World, db: Database) -> None:
    with db.write() as tx:
        need_id = make_need(tx, world)
    opened = mediator.get(f"/interpreting/needs/{need_id}")
    with db.write() as tx:
        (offer_id,) = ask(tx, need_id, world.interpreter, by=world.mediator)
        interpreting.accept(tx, offer_id, by=world.interpreter, now=NOW)

    answer = pages.press(mediator, opened, "Ask", people=world.second.id)

    assert answer.status_code == 409
    assert "Somebody has accepted meanwhile." in answer.text


def test_no_longer_needed_frees_those_asked_and_can_be_undone(
    mediator: FlaskClient, world: World, db: Database
) -> None:
    with db.write() as tx:
        need_id = make_need(tx, world)
        ask(tx, need_id, world.interpreter, by=world.mediator)

    withdrawn = pages.press(mediator, mediator.get(f"/interpreting/needs/{need_id}"), "No longer needed")
    page = mediator.get(withdrawn.location)
    pages.press(mediator, page, "Undo")

    assert "Nobody is needed any more." in page.text
    with db.read() as tx:
        row = queries.need_row(tx, need_id, now=NOW)
        assert (row.state, [each.state for each in row.offers]) == (NeedState.OPEN, ["withdrawn"])
    assert world.interpreter.id in mediator.get(f"/interpreting/needs/{need_id}").text


def test_the_number_is_shown_from_asking_until_two_hours_after_and_each_time_written_down(
    mediator: FlaskClient, sign_in: SignIn, world: World, db: Database, clock: Clock
) -> None:
    with db.write() as tx:
        need_id = make_need(tx, world, modality=Modality.TELEPHONE)
    url, link = f"/interpreting/needs/{need_id}", 'href="tel:+33612345678"'
    before = mediator.get(url).text
    with db.write() as tx:
        (offer_id,) = ask(tx, need_id, world.interpreter, by=world.mediator)
        interpreting.accept(tx, offer_id, by=world.interpreter, now=NOW)
    ends_at = FRIDAY + timedelta(minutes=30)
    moments = (NOW, ends_at + timedelta(hours=2), ends_at + timedelta(hours=2, minutes=1))
    shown = []
    for clock.now in moments:
        client = sign_in(world.mediator)
        shown.append(link in client.get(url).text)

    assert link not in before
    assert shown == [True, True, False]
    with db.read() as tx:
        entries = tx.scalars(select(AuditEntry).where(AuditEntry.action == "need.numbers_shown")).all()
    assert [each.actor_id for each in entries] == [world.mediator.id] * 2


def test_S02_a_need_of_others_is_not_there_for_another_mediator(sign_in: SignIn, world: World, db: Database) -> None:
    with db.write() as tx:
        need_id = make_need(tx, world)
        on_crew = make.make_person(tx, Role.MEDIATOR)
        make.make_shift(tx, world.session_id, on_crew)
    stranger = sign_in(Role.MEDIATOR)
    bodies = {stranger.get(url).text for url in (f"/interpreting/needs/{need_id}", "/interpreting/needs/0",
              f"/interpreting/new/{world.session_id}/{world.appointment_id}")}  # fmt: skip

    assert len(bodies) == 1
    assert stranger.get(f"/interpreting/new/{world.session_id}").status_code == 404
    assert sign_in(on_crew).get(f"/interpreting/needs/{need_id}").status_code == 200
    assert sign_in(Role.COORDINATOR).get(f"/interpreting/needs/{need_id}").status_code == 200
