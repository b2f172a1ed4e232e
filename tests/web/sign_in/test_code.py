"""Setting a password with a code on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import CODE_LIVES, Role, SignedIn
from clinic.services import passwords, people
from tests import make
from tests.instruments import Clock
from tests.make import NOW
from tests.web.forms import post

CODE = "048216093315"
PASSWORD = "quatre mots à la suite"
WRONG = "This name and code do not go together"


@pytest.fixture
def visitor(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def amina(db: Database) -> SignedIn:
    """A lawyer with a code on paper."""
    digest = passwords.hash_password(CODE)
    with db.write() as tx:
        person = make.make_person(tx, Role.LAWYER, sign_in_name="amina")
        people.give_code(tx, person.id, digest, by=make.make_person(tx, Role.COORDINATOR), now=NOW)
    return person


@pytest.mark.parametrize("typed", ["048216093315", " 0482 1609 3315 ", "٠٤٨٢ ١٦٠٩ ٣٣١٥", "۰۴۸۲ ۱۶۰۹ ۳۳۱۵"])
def test_a_code_sets_the_password_and_signs_in(visitor: FlaskClient, amina: SignedIn, typed: str) -> None:
    answer = post(visitor, "/sign-in/code", _data(code=typed))

    assert (answer.status_code, answer.location) == (303, "/agenda")
    assert "Your new password is set, and you are signed in." in visitor.get("/agenda").text
    post(visitor, "/sign-out", {})
    assert post(visitor, "/sign-in", {"name": "amina", "password": PASSWORD}).status_code == 303


def test_the_same_answer_for_wrong_unknown_and_used(visitor: FlaskClient, amina: SignedIn, db: Database) -> None:
    with db.write() as tx:
        make.make_person(tx, sign_in_name="sans")

    answers = [
        post(visitor, "/sign-in/code", _data(name="amina", code="1" * 12)),
        post(visitor, "/sign-in/code", _data(name="sans")),
        post(visitor, "/sign-in/code", _data(name="nobody")),
    ]
    assert post(visitor, "/sign-in/code", _data()).status_code == 303
    answers.append(post(visitor, "/sign-in/code", _data()))

    assert {answer.status_code for answer in answers} == {422}
    assert all(WRONG in answer.text for answer in answers)


def test_the_same_answer_for_a_code_out_of_time(visitor: FlaskClient, amina: SignedIn, clock: Clock) -> None:
    clock.set(NOW + CODE_LIVES)

    answer = post(visitor, "/sign-in/code", _data())

    assert answer.status_code == 422
    assert WRONG in answer.text


def test_after_five_wrong_tries_the_right_code_is_dead(visitor: FlaskClient, amina: SignedIn) -> None:
    for number in range(5):
        post(visitor, "/sign-in/code", _data(code=f"{number}" * 12))

    answer = post(visitor, "/sign-in/code", _data())

    assert answer.status_code == 422
    assert WRONG in answer.text


def test_the_fifth_try_may_be_the_right_one(visitor: FlaskClient, amina: SignedIn) -> None:
    for number in range(4):
        post(visitor, "/sign-in/code", _data(code=f"{number}" * 12))

    assert post(visitor, "/sign-in/code", _data()).status_code == 303


def test_a_new_password_ends_the_sign_ins_of_before(visitor: FlaskClient, amina: SignedIn, db: Database) -> None:
    post(visitor, "/sign-in/code", _data())
    assert visitor.get("/agenda").status_code == 200
    with db.write() as tx:
        people.give_code(tx, amina.id, passwords.hash_password(CODE), by=amina, now=NOW + timedelta(hours=1))
    elsewhere = visitor.application.test_client()

    assert post(elsewhere, "/sign-in/code", _data()).status_code == 303

    assert visitor.get("/agenda").status_code == 303
    assert elsewhere.get("/agenda").status_code == 200


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("name", "", "Fill in this field."),
    ("name", "a" * 41, "At most 40 characters."),
    ("name", "ami\u202ena", "This text holds a hidden sign that turns words round."),
    ("code", "", "Fill in this field."),
    ("code", "0482 1609", "The code has 12 digits."),
    ("code", "0482 1609 331O", "The code has 12 digits."),
    ("code", "1" * 41, "At most 40 characters."),
    ("code", "0482\x001609 3315", "This text holds a character that cannot be shown."),
    ("password", "", "Fill in this field."),
    ("password", "trop court", "This password is too short: 12 characters at least."),
    ("password", "MotDePasse1234", "This password is too easy to guess."),
    ("password", "é" * 513, "This password is too long."),
    ("again", "", "Fill in this field."),
    ("again", "quatre mots", "The two passwords are not the same."),
])  # fmt: skip
def test_S42_what_is_wrong_is_said_at_the_field_and_on_top_and_costs_no_try(
    visitor: FlaskClient, amina: SignedIn, field: str, value: str, sentence: str
) -> None:
    wrong = _data(**{field: value}) | ({"again": value or PASSWORD} if field == "password" else {})

    answers = [post(visitor, "/sign-in/code", wrong) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].text.count(sentence) == 2
    for kept in {"name", "code"} - {field}:
        assert f'value="{wrong[kept]}"' in answers[0].text
    assert PASSWORD not in answers[0].text
    assert post(visitor, "/sign-in/code", _data()).status_code == 303


def _data(**other: str) -> dict[str, str]:
    return {"name": "amina", "code": CODE, "password": PASSWORD, "again": PASSWORD} | other
