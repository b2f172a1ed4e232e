"""Signing in with a password, and signing out."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import Demonstration
from clinic.queries import people as queries
from clinic.services import passwords, people
from tests import make
from tests.conftest import SignIn
from tests.make import NOW
from tests.web.forms import post

PASSWORD = "quatre mots à la suite"
WRONG = "This name and password do not go together."


@pytest.fixture
def amina(db: Database) -> str:
    """A lawyer who can sign in; her id."""
    digest = passwords.hash_password(PASSWORD)
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, sign_in_name="amina", password_hash=digest).id


@pytest.fixture
def visitor(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def test_the_right_password_leads_to_the_agenda(visitor: FlaskClient, amina: str) -> None:
    answer = post(visitor, "/sign-in", {"name": " Amina ", "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/agenda")
    assert visitor.get("/agenda").status_code == 200


def test_a_password_may_be_typed_on_another_keyboard(visitor: FlaskClient, amina: str) -> None:
    decomposed = PASSWORD.replace("à", "a\u0300")

    assert post(visitor, "/sign-in", {"name": "amina", "password": decomposed}).status_code == 303


@pytest.mark.parametrize(("wished", "reached"), [
    ("/rota", "/rota"), ("/sessions/x?y=1", "/sessions/x?y=1"), ("", "/agenda"), ("https://example.org/", "/agenda"),
    ("//example.org/", "/agenda"), ("/\\example.org", "/agenda"), ("/\t/example.org", "/agenda"), ("rota", "/agenda"),
])  # fmt: skip
def test_one_comes_back_to_the_page_one_wanted_and_to_no_other_site(
    visitor: FlaskClient, amina: str, wished: str, reached: str
) -> None:
    page = visitor.get("/sign-in", query_string={"to": wished})
    token = post(visitor, "/sign-in?" + page.request.query_string.decode(), {"name": "amina", "password": PASSWORD})

    assert page.status_code == 200
    assert (token.status_code, token.location) == (303, reached)


def test_S32_one_sentence_answers_unknown_wrong_passwordless_and_disabled(
    visitor: FlaskClient, amina: str, db: Database
) -> None:
    with db.write() as tx:
        coordinator = make.make_person(tx, Role.COORDINATOR)
        make.make_person(tx, sign_in_name="sans")
        gone = make.make_person(tx, sign_in_name="partie", password_hash=passwords.hash_password(PASSWORD))
        people.disable(tx, gone.id, by=coordinator, now=NOW)
    tries = [("amina", "not this one"), ("nobody", PASSWORD), ("sans", PASSWORD), ("partie", PASSWORD)]

    answers = [post(visitor, "/sign-in", {"name": name, "password": password}) for name, password in tries]

    assert {answer.status_code for answer in answers} == {422}
    assert all(WRONG in answer.text for answer in answers)
    pages = {answer.text.replace(f'value="{name}"', "") for answer, (name, _) in zip(answers, tries, strict=True)}
    assert len({_without_token(page) for page in pages}) == 1


def test_S32_an_unknown_name_costs_as_much_work(monkeypatch: pytest.MonkeyPatch, visitor: FlaskClient) -> None:
    checked: list[str | None] = []
    is_right = passwords.is_right

    def watched(password: str, password_hash: str | None) -> bool:
        checked.append(password_hash)
        return is_right(password, password_hash)

    monkeypatch.setattr(passwords, "is_right", watched)

    post(visitor, "/sign-in", {"name": "nobody", "password": PASSWORD})

    assert checked == [None]


@pytest.mark.parametrize(("name", "sentence"), [
    ("", "Fill in this field."), ("a" * 41, "At most 40 characters."),
    ("ami\u202ena", "This text holds a hidden sign that turns words round."),
    ("ami\x07na", "This text holds a character that cannot be shown."),
])  # fmt: skip
def test_S42_a_name_that_cannot_be_is_said_at_the_field_and_on_top(
    visitor: FlaskClient, name: str, sentence: str
) -> None:
    answer = post(visitor, "/sign-in", {"name": name, "password": PASSWORD})

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert "".join(each for each in name if each.isprintable()) in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(("password", "sentence"), [
    ("", "Fill in this field."), ("é" * 1025, "This password is too long."),
])  # fmt: skip
def test_S42_a_password_that_cannot_be_keeps_the_name(visitor: FlaskClient, password: str, sentence: str) -> None:
    answer = post(visitor, "/sign-in", {"name": "amina", "password": password})

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert 'value="amina"' in answer.text


def test_S05_an_unknown_field_is_a_bad_request(visitor: FlaskClient, amina: str) -> None:
    data = {"name": "amina", "password": PASSWORD, "remember": "yes"}

    assert post(visitor, "/sign-in", data).status_code == 400


def test_whoever_is_signed_in_is_not_asked_again(sign_in: SignIn) -> None:
    answer = sign_in(Role.LAWYER).get("/sign-in")

    assert (answer.status_code, answer.location) == (303, "/agenda")


def test_S33_signing_out_ends_the_sign_in(sign_in: SignIn) -> None:
    lawyer = sign_in(Role.LAWYER)

    answer = post(lawyer, "/sign-out", {})

    assert (answer.status_code, answer.location) == (303, "/")
    assert lawyer.get("/agenda").location == "/sign-in?to=/agenda"


def test_signing_out_takes_nothing_but_its_button(sign_in: SignIn) -> None:
    assert post(sign_in(Role.LAWYER), "/sign-out", {"more": "x"}).status_code == 400


def test_S33_a_disabled_person_is_out_at_once(visitor: FlaskClient, amina: str, db: Database) -> None:
    post(visitor, "/sign-in", {"name": "amina", "password": PASSWORD})
    assert visitor.get("/agenda").status_code == 200

    with db.write() as tx:
        people.disable(tx, amina, by=make.make_person(tx, Role.COORDINATOR), now=NOW)

    assert visitor.get("/agenda").status_code == 303


def test_the_demonstration_offers_five_accounts_and_a_real_house_none(visitor: FlaskClient, db: Database) -> None:
    assert "demo-clinic-2026" not in visitor.get("/sign-in").text

    with db.write() as tx:
        tx.add(Demonstration(id=1, around_on=NOW.date(), audit_entries=0))

    page = visitor.get("/sign-in").text
    assert page.count('name="password" value="demo-clinic-2026"') == 5
    for name in ("coordinator", "mediator", "lawyer", "interpreter", "member"):
        assert f'name="name" value="{name}"' in page


def test_the_page_renders_in_french_when_nothing_else_is_wished(client: FlaskClient) -> None:
    page = client.get("/sign-in").text

    assert '<html lang="fr"' in page
    assert page.count("<h1") == 1


def test_S30_passwords_are_kept_with_argon2id() -> None:
    digest = passwords.hash_password(PASSWORD)

    assert digest.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert digest != passwords.hash_password(PASSWORD)
    assert passwords.is_right(PASSWORD, digest)
    assert not passwords.is_right(PASSWORD + " ", digest)
    assert not passwords.is_right(PASSWORD, None)


def test_a_session_version_that_was_never_given_opens_nothing(db: Database, amina: str) -> None:
    with db.read() as tx:
        assert queries.signed_in(tx, amina, 2) is None


def _without_token(page: str) -> str:
    """The page without what differs from load to load."""
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)
