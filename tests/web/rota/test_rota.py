"""Taking a shift, giving it back, confirming, and placing someone, through their pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.models import Shift
from tests import make
from tests.conftest import SignIn
from tests.web import pages
from tests.web.forms import post


@pytest.fixture
def session_id(db: Database) -> str:
    with db.write() as tx:
        return make.make_session(tx, needs={Role.LAWYER: 1, Role.MEDIATOR: 1})


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, name="Avocate Une")


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _states(db: Database) -> list[ShiftState]:
    with db.read() as tx:
        return list(tx.scalars(select(Shift.state)))


def test_a_lawyer_takes_what_lacks_her_and_undoes_and_redoes_it(
    db: Database, sign_in: SignIn, lawyer: SignedIn, session_id: str
) -> None:
    client = _english(sign_in(lawyer))

    taken = pages.press(client, client.get("/rota"), "I take it")
    given_back = pages.press(client, client.get(taken.location), "Undo")
    between = _states(db)
    again = pages.press(client, client.get(given_back.location), "Undo")

    assert (taken.status_code, taken.location) == (303, f"/sessions/{session_id}")
    assert (given_back.status_code, given_back.location) == (303, "/agenda")
    assert between == [ShiftState.RELEASED]
    assert again.status_code == 303
    assert _states(db) == [ShiftState.CONFIRMED]


def test_an_interpreter_who_gave_back_may_undo_it(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        interpreter = make.make_person(tx, Role.INTERPRETER)
        session_id = make.make_session(tx, needs={Role.INTERPRETER: 1})
        make.make_shift(tx, session_id, interpreter)
    client = _english(sign_in(interpreter))

    given = pages.press(client, client.get(f"/sessions/{session_id}"), "I give it back")
    undone = pages.press(client, client.get(given.location), "Undo")

    assert (given.status_code, undone.status_code) == (303, 303)
    assert _states(db) == [ShiftState.CONFIRMED]


def test_who_comes_second_is_told_that_somebody_was_faster(
    db: Database, sign_in: SignIn, lawyer: SignedIn, session_id: str
) -> None:
    client = _english(sign_in(Role.LAWYER))
    seen = client.get("/rota")
    with db.write() as tx:
        make.make_shift(tx, session_id, lawyer)

    answer = pages.press(client, seen, "I take it")

    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text
    assert "Avocate Une" not in answer.text
    assert not pages.problems(answer.text)


def test_taking_twice_is_taking_once(db: Database, sign_in: SignIn, lawyer: SignedIn, session_id: str) -> None:
    client = sign_in(lawyer)

    answers = [post(client, f"/rota/sessions/{session_id}/take", {"role": "lawyer"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(_states(db)) == 1


@pytest.mark.parametrize("role", ["", "coordinator", "queen"])
def test_a_role_that_is_none_of_the_crew_is_a_bad_request(
    sign_in: SignIn, lawyer: SignedIn, session_id: str, role: str
) -> None:
    assert post(sign_in(lawyer), f"/rota/sessions/{session_id}/take", {"role": role}).status_code == 400


def test_nobody_takes_a_role_she_does_not_hold(sign_in: SignIn, lawyer: SignedIn, session_id: str) -> None:
    assert post(sign_in(lawyer), f"/rota/sessions/{session_id}/take", {"role": "mediator"}).status_code == 409


@pytest.mark.parametrize("role", sorted(LEGAL_TEAM))
def test_the_list_shows_only_what_lacks_the_reader(db: Database, sign_in: SignIn, session_id: str, role: Role) -> None:
    page = _english(sign_in(role)).get("/rota")

    assert (session_id in page.text) is (role is Role.LAWYER)


def test_the_coordinator_places_somebody_the_missing_roles_first(
    db: Database, sign_in: SignIn, lawyer: SignedIn, session_id: str
) -> None:
    with db.write() as tx:
        make.make_person(tx, Role.INTERPRETER, name="Interprète")
    client = _english(sign_in(Role.COORDINATOR))
    asked = client.get(f"/rota/sessions/{session_id}/assign")
    values = [each.get("value") for each in pages.read(asked).all("option")]

    answer = pages.press(client, asked, "Put on the crew", who=f"lawyer.{lawyer.id}")
    twice = pages.press(client, asked, "Put on the crew", who=f"lawyer.{lawyer.id}")

    assert [value.partition(".")[0] for value in values] == ["", "lawyer", "interpreter"]
    assert answer.status_code == 303
    assert "Avocate Une" in client.get(answer.location).text
    assert twice.status_code in {409, 422}


def test_somebody_taken_elsewhere_is_not_placed(
    db: Database, sign_in: SignIn, lawyer: SignedIn, session_id: str
) -> None:
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), lawyer)
    client = _english(sign_in(Role.COORDINATOR))

    answer = post(client, f"/rota/sessions/{session_id}/assign", {"who": f"lawyer.{lawyer.id}"})

    page = pages.read(answer)
    assert answer.status_code == 409
    assert "somewhere else" in page.errors_at("who")
    assert pages.form_of(answer, "Put on the crew")["who"] == f"lawyer.{lawyer.id}"
    assert not pages.problems(answer.text)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("wrong", ["", "lawyer", "lawyer.0123456789abcdef", "x" * 500, "\u202e", "lawyer.\x00"])
def test_placing_nobody_we_know_is_said_at_the_field(
    sign_in: SignIn, session_id: str, wrong: str, language: str
) -> None:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", language)

    answer = post(client, f"/rota/sessions/{session_id}/assign", {"who": wrong})

    page = pages.read(answer)
    assert answer.status_code == 422
    assert page.errors_at("who")
    assert page.errors()
    assert not pages.problems(answer.text)


def test_the_coordinator_takes_somebody_off(db: Database, sign_in: SignIn, lawyer: SignedIn, session_id: str) -> None:
    with db.write() as tx:
        make.make_shift(tx, session_id, lawyer)
    client = _english(sign_in(Role.COORDINATOR))

    answer = pages.press(client, client.get(f"/sessions/{session_id}"), "Take off")

    assert (answer.status_code, answer.location) == (303, f"/sessions/{session_id}")
    assert _states(db) == [ShiftState.RELEASED]
