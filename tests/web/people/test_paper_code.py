"""The code on paper that a coordinator hands over."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.models import PasswordCode
from clinic.services import people
from tests import make
from tests.conftest import SignIn
from tests.make import NOW
from tests.web.forms import post

PASSWORD = "quatre mots à la suite"


@pytest.fixture
def coordinator(sign_in: SignIn) -> FlaskClient:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def amina(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, name="Amina", sign_in_name="amina")


def test_the_code_is_shown_once_in_fours_and_kept_as_a_digest_alone(
    coordinator: FlaskClient, amina: SignedIn, db: Database
) -> None:
    answer = post(coordinator, f"/people/{amina.id}/code", {})

    code = _code(answer.text)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(code) == 12
    with db.read() as tx:
        assert tx.get_one(PasswordCode, amina.id).digest.startswith("$argon2id$")
    assert code[:4] not in coordinator.get(f"/people/{amina.id}").text


def test_the_sheet_says_what_to_do_and_until_when_and_names_nobody(coordinator: FlaskClient, amina: SignedIn) -> None:
    page = post(coordinator, f"/people/{amina.id}/code", {}).text

    sheet = page[page.index('<div class="sheet">') : page.index("</div>", page.index('<div class="sheet">'))]
    assert "It works once, until Wednesday 25 November, 10:00." in sheet
    assert "http://127.0.0.1:8000/sign-in/code" in sheet
    assert "Amina" not in sheet
    assert "amina" not in sheet
    assert 'class="signed-in prints-sheet"' in page


def test_she_comes_in_with_it_and_the_second_one_ends_the_first(
    coordinator: FlaskClient, client: FlaskClient, amina: SignedIn
) -> None:
    first = _code(post(coordinator, f"/people/{amina.id}/code", {}).text)
    second = _code(post(coordinator, f"/people/{amina.id}/code", {}).text)

    assert post(client, "/sign-in/code", _data(first)).status_code == 422
    assert post(client, "/sign-in/code", _data(second)).status_code == 303


def test_a_disabled_account_gets_no_code(coordinator: FlaskClient, amina: SignedIn, db: Database) -> None:
    with db.write() as tx:
        people.disable(tx, amina.id, by=make.make_person(tx, Role.COORDINATOR), now=NOW)

    answer = post(coordinator, f"/people/{amina.id}/code", {})

    assert answer.status_code == 409
    assert "This account is disabled." in answer.text


def _code(page: str) -> str:
    paper = re.search(r'<p class="papercode">(.*?)</p>', page, re.DOTALL)
    assert paper
    return "".join(re.findall(r"<span>(\d{4})</span>", paper[1]))


def _data(code: str) -> dict[str, str]:
    return {"name": "amina", "code": code, "password": PASSWORD, "again": PASSWORD}
