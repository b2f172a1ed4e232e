"""The team's pages, as the coordinator uses them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.queries import people as queries
from tests import make
from tests.conftest import CountQueries, SignIn
from tests.web import pages
from tests.web.forms import post

CLAIRE = {"name": "Claire", "sign_in_name": "claire", "roles": ["coordinator"]}
ADE = {"name": "Adé Ọláwọ́yìn", "sign_in_name": "ade.o", "roles": ["mediator", "interpreter"]}


@pytest.fixture
def coordinator(sign_in: SignIn) -> FlaskClient:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def amina(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, name="Amina", sign_in_name="amina")


def test_the_list_says_who_has_which_roles_and_who_can_sign_in(
    coordinator: FlaskClient, amina: SignedIn, db: Database
) -> None:
    with db.write() as tx:
        make.make_person(tx, Role.MEMBER, Role.INTERPRETER, name="Zoé", sign_in_name="zoe", password_hash="hash")
    _press(coordinator, amina, "disable")

    page = coordinator.get("/people").text

    assert page.index("Zoé") < page.index("Amina")
    assert "<li>Interpreter</li><li>Member</li>" in page
    for state in ("Disabled", "Can sign in", "Needs a code on paper"):
        assert state in page


def test_the_list_asks_as_much_of_the_database_for_three_people_as_for_thirty(
    coordinator: FlaskClient, count_queries: CountQueries, db: Database
) -> None:
    database = coordinator.application.extensions["clinic"].database
    with count_queries(database) as few:
        coordinator.get("/people")
    with db.write() as tx:
        for _ in range(30):
            make.make_person(tx, Role.MEDIATOR, Role.INTERPRETER)

    with count_queries(database) as many:
        coordinator.get("/people")

    assert len(many) == len(few)


def test_adding_somebody_leads_to_her_page_where_a_code_comes_next(coordinator: FlaskClient, db: Database) -> None:
    answer = _add(coordinator, ADE)

    page = coordinator.get(answer.location).text
    assert answer.status_code == 303
    assert "To sign in, this person needs a code on paper: it comes next." in page
    assert "New code on paper" in page
    row = _row(db, "ade.o")
    assert (row.name, row.roles) == (ADE["name"], (Role.MEDIATOR, Role.INTERPRETER))


def test_somebody_is_new_unless_the_box_is_cleared_and_may_be_said_to_be_experienced(
    coordinator: FlaskClient, db: Database
) -> None:
    empty = pages.form_of(coordinator.get("/people/new"), "Add this person")
    assert empty["is_new"] == "y"

    added = _add(coordinator, ADE | {"is_new": "y"})
    shown = coordinator.get(added.location)
    was_new = _row(db, "ade.o").is_new
    pages.press(coordinator, shown, "Save", is_new=None)

    assert (was_new, _row(db, "ade.o").is_new) == (True, False)
    assert pages.form_of(shown, "Save")["is_new"] == "y"


def test_S72_sending_the_form_twice_adds_her_once(coordinator: FlaskClient) -> None:
    key = make.key()

    first, second = _add(coordinator, ADE, key=key), _add(coordinator, ADE, key=key)

    assert first.location == second.location


def test_a_sign_in_name_that_is_taken_is_said_at_its_field(coordinator: FlaskClient, amina: SignedIn) -> None:
    answer = _add(coordinator, ADE | {"sign_in_name": "AMINA"})

    assert answer.status_code == 409
    assert answer.text.count("Somebody else already uses this name to sign in.") == 2
    assert str(ADE["name"]) in answer.text


WRONG = [
    ("name", "", "Fill in this field."),
    ("name", "a" * 81, "At most 80 characters."),
    ("name", "A\u202emina", "This text holds a hidden sign that turns words round."),
    ("name", "A\x07mina", "This text holds a character that cannot be shown."),
    ("name", "e" + "\u0301" * 6, "This text holds too many accents on one letter."),
    ("sign_in_name", "", "Fill in this field."),
    ("sign_in_name", "a", "Take 2 to 40 letters, digits, dots, dashes or underscores, without spaces."),
    ("sign_in_name", "ade o", "Take 2 to 40 letters, digits, dots, dashes or underscores, without spaces."),
    ("sign_in_name", "ade@o", "Take 2 to 40 letters, digits, dots, dashes or underscores, without spaces."),
    ("sign_in_name", "ß" * 40, "Take 2 to 40 letters, digits, dots, dashes or underscores, without spaces."),
    ("sign_in_name", "a" * 41, "At most 40 characters."),
    ("sign_in_name", "ad\u2067e", "This text holds a hidden sign that turns words round."),
    ("sign_in_name", "ad\x00e", "This text holds a character that cannot be shown."),
    ("roles", [], "Choose an answer."),
    ("roles", ["queen"], "Choose an answer."),
]


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG)
@pytest.mark.parametrize("is_new", [True, False])
def test_S42_what_is_wrong_is_said_at_the_field_and_on_top_and_nothing_typed_is_lost(
    coordinator: FlaskClient, amina: SignedIn, field: str, value: str | list[str], sentence: str, *, is_new: bool
) -> None:
    data = ADE | {field: value}

    answer = _add(coordinator, data) if is_new else post(coordinator, f"/people/{amina.id}", data)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    for name in ("name", "sign_in_name"):
        visible = "".join(each for each in str(data[name]) if each.isprintable())
        assert f'value="{visible}"' in answer.text
    assert answer.text.count(" checked ") == (0 if field == "roles" else 2)


def test_S43_names_of_many_scripts_pass(coordinator: FlaskClient, db: Database) -> None:
    for number, name in enumerate(("Ọmọ́lará", "نور الهدى", "李娜", "Цвета", "Ștefania", "Osarọ")):
        assert _add(coordinator, ADE | {"name": name, "sign_in_name": f"p{number}"}).status_code == 303
        assert _row(db, f"p{number}").name == name


def test_S05_an_unknown_field_is_a_bad_request(coordinator: FlaskClient, amina: SignedIn) -> None:
    assert _add(coordinator, ADE | {"password": "x"}).status_code == 400
    assert post(coordinator, f"/people/{amina.id}", ADE | {"key": make.key()}).status_code == 400


def test_changing_roles_ends_her_open_sign_ins(coordinator: FlaskClient, amina: SignedIn, db: Database) -> None:
    assert "Changing them ends her open sign-ins" in coordinator.get(f"/people/{amina.id}").text

    answer = post(coordinator, f"/people/{amina.id}", ADE)

    assert (answer.status_code, answer.location) == (303, f"/people/{amina.id}")
    assert _row(db, "ade.o").roles == (Role.MEDIATOR, Role.INTERPRETER)
    with db.read() as tx:
        assert queries.signed_in(tx, amina.id, 1) is None


def test_the_last_coordinator_keeps_her_role(coordinator: FlaskClient, db: Database) -> None:
    me = _coordinator(db)

    answer = post(coordinator, f"/people/{me.id}", CLAIRE | {"roles": ["member"]})

    assert answer.status_code == 409
    assert answer.text.count("This is the last person who coordinates.") == 2
    assert 'value="Claire"' in answer.text


def test_disabling_can_be_undone_both_ways(coordinator: FlaskClient, amina: SignedIn) -> None:
    _press(coordinator, amina, "disable")
    page = coordinator.get(f"/people/{amina.id}").text
    assert "The account is disabled." in page
    assert page.count(f'action="/people/{amina.id}/enable"') == 2  # the undo, and the page's own button
    assert "New code on paper" not in page

    _press(coordinator, amina, "enable")
    page = coordinator.get(f"/people/{amina.id}").text
    assert "The account is enabled." in page
    assert page.count(f'action="/people/{amina.id}/disable"') == 2


def test_nobody_disables_herself(coordinator: FlaskClient, db: Database) -> None:
    me = _coordinator(db)
    assert "/disable" not in coordinator.get(f"/people/{me.id}").text

    answer = post(coordinator, f"/people/{me.id}/disable", {})

    assert answer.status_code == 409
    assert "You cannot disable your own account." in answer.text


@pytest.mark.parametrize("path", ["", "/disable", "/enable", "/code"])
def test_S02_somebody_unknown_is_not_found(coordinator: FlaskClient, path: str) -> None:
    answer = post(coordinator, f"/people/{'0' * 16}{path}", CLAIRE if not path else {})

    assert answer.status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COORDINATOR}))
def test_S01_the_team_is_for_those_who_coordinate(sign_in: SignIn, amina: SignedIn, role: Role) -> None:
    other = sign_in(role)

    answers = [other.get(path) for path in ("/people", "/people/new", f"/people/{amina.id}")]
    answers += [post(other, f"/people/{amina.id}/{act}", {}) for act in ("disable", "enable", "code")]

    assert {answer.status_code for answer in answers} == {403}


def test_the_pages_render_in_french_when_nothing_else_is_wished(sign_in: SignIn, amina: SignedIn) -> None:
    coordinator = sign_in(Role.COORDINATOR)

    for path in ("/people", "/people/new", f"/people/{amina.id}"):
        page = coordinator.get(path).text
        assert '<html lang="fr"' in page
        assert len(pages.Page(page).all("h1")) == 1


def _add(client: FlaskClient, data: Mapping[str, object], key: str | None = None) -> TestResponse:
    return post(client, "/people/new", {**data, "key": key or make.key()})


def _press(client: FlaskClient, person: SignedIn, act: str) -> None:
    assert post(client, f"/people/{person.id}/{act}", {}).status_code == 303


def _row(db: Database, sign_in_name: str) -> queries.PersonRow:
    with db.read() as tx:
        return next(row for row in queries.everyone(tx) if row.sign_in_name == sign_in_name)


def _coordinator(db: Database) -> queries.PersonRow:
    with db.read() as tx:
        return queries.holding(tx, [Role.COORDINATOR])[0]
