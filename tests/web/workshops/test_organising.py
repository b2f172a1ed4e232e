"""Saying what a workshop shows, and noting who came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.workshops import Attendance
from clinic.queries import workshops as queries
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.forms import post
from tests.web.workshops import world
from tests.web.workshops.world import STARTS_AT

TYPED = {
    "film": "Harriet", "language": "eng", "topic_fr": "Le mouvement", "topic_en": "The movement",
    "speaker": "Cynthia Olufade", "affiliation": "Université d’Alberta", "content_note_fr": "", "content_note_en": "",
    "capacity": "5",
}  # fmt: skip
TEXTS = {"film": 120, "topic_fr": 200, "topic_en": 200, "speaker": 120, "affiliation": 120, "content_note_fr": 200}
NOTED = (("pas venue", Attendance.ABSENT), ("venue", Attendance.CAME), ("on ne sait pas", Attendance.UNKNOWN))
FROM_1_TO_60 = "Give a whole number from 1 to 60."


@pytest.fixture
def people(db: Database) -> list[SignedIn]:
    """An organiser and three members."""
    with db.write() as tx:
        organiser = make.make_person(tx, Role.WORKSHOP_ORGANISER)
        return [organiser, *(make.make_person(tx, Role.MEMBER, name=f"Membre {n}") for n in (1, 2, 3))]


@pytest.fixture
def session_id(db: Database, people: list[SignedIn]) -> str:
    """Two are registered, one waits."""
    with db.write() as tx:
        session_id = world.make_workshop(tx, people[0])
        world.register(tx, session_id, *people[1:])
    return session_id


@pytest.fixture
def organiser(sign_in: SignIn, people: list[SignedIn]) -> FlaskClient:
    client = sign_in(people[0])
    client.set_cookie("language", "en")
    return client


def test_an_organiser_changes_everything_and_a_new_seat_goes_to_the_list(
    organiser: FlaskClient, db: Database, session_id: str
) -> None:
    answer = post(organiser, f"/workshops/{session_id}/edit", TYPED)

    page = organiser.get(answer.location).text
    assert (answer.status_code, answer.location) == (303, f"/workshops/{session_id}")
    assert "Harriet" in page
    assert "Cynthia Olufade, Université d’Alberta" in page
    assert "3 of 5 seats taken" in organiser.get(f"/workshops/{session_id}/participants").text


def test_fewer_seats_than_registered_are_refused_with_a_sentence(organiser: FlaskClient, session_id: str) -> None:
    answer = post(organiser, f"/workshops/{session_id}/edit", TYPED | {"capacity": "1"})

    assert answer.status_code == 409
    assert pages.read(answer).errors() == ["2 people are registered. Keep as many seats at least."]
    assert 'value="Harriet"' in answer.text


@pytest.mark.parametrize(("field", "value", "sentence"), [
    *((name, "", "Fill in this field.") for name in ("film", "topic_fr", "topic_en")),
    *((name, "a" * (most + 1), f"At most {most} characters.") for name, most in TEXTS.items()),
    *((name, "a\u202eb", "hidden sign") for name in TEXTS),
    ("capacity", "", FROM_1_TO_60), ("capacity", "0", FROM_1_TO_60), ("capacity", "61", FROM_1_TO_60),
    ("capacity", "many", FROM_1_TO_60), ("language", "xx", "Choose an answer."),
    ("content_note_en", "Only English", "Write the note in both languages, or in none."),
])  # fmt: skip
def test_S42_what_is_wrong_is_said_and_nothing_typed_is_lost(
    organiser: FlaskClient, session_id: str, field: str, value: str, sentence: str
) -> None:
    data = TYPED | {field: value}
    if field == "content_note_fr":
        data["content_note_en"] = "The same"

    answer = post(organiser, f"/workshops/{session_id}/edit", data)

    errors = pages.read(answer).errors()
    assert answer.status_code == 422
    assert len(errors) == 1
    assert sentence in errors[0]
    for name, typed in data.items():
        if name not in {"language", field}:
            assert f'value="{typed}"' in answer.text
    assert "Selma" in organiser.get(f"/workshops/{session_id}").text


def test_S05_an_unknown_field_is_a_bad_request(organiser: FlaskClient, session_id: str) -> None:
    assert post(organiser, f"/workshops/{session_id}/edit", TYPED | {"more": "x"}).status_code == 400


def test_who_came_is_noted_with_one_press_and_always_reversible(
    sign_in: SignIn, people: list[SignedIn], db: Database, session_id: str, clock: Clock
) -> None:
    clock.set(STARTS_AT)
    organiser = sign_in(people[0])
    path = f"/workshops/{session_id}/participants"

    for word, state in NOTED:
        page = pages.read(organiser.get(path))
        button = page.button(word)
        form = next(each for each in button.inside if each.tag == "form")
        answer = organiser.post(form.get("action"), data=page.values(form) | {"attendance": button.get("value")})
        with db.read() as tx:
            assert queries.participants(tx, session_id)[0].attendance is state
        assert answer.location.startswith(f"{path}#r-")


def test_before_the_start_nobody_is_said_to_be_absent(organiser: FlaskClient, db: Database, session_id: str) -> None:
    page = organiser.get(f"/workshops/{session_id}/participants").text
    with db.read() as tx:
        first = queries.participants(tx, session_id)[0].id

    answer = post(organiser, f"/workshops/registrations/{first}/attendance", {"attendance": "absent"})

    assert "did not come" not in page
    assert "excused" in page
    assert answer.status_code == 409
    assert post(organiser, f"/workshops/registrations/{first}/attendance", {"attendance": "late"}).status_code == 400


def test_the_list_stands_in_order_below_those_registered(organiser: FlaskClient, session_id: str) -> None:
    page = organiser.get(f"/workshops/{session_id}/participants")

    assert page.text.index("Membre 2") < page.text.index("In the list") < page.text.index("Membre 3")
    assert pages.problems(page.text) == []


def test_a_mediator_on_the_crew_reads_who_comes_and_another_does_not(
    db: Database, sign_in: SignIn, session_id: str
) -> None:
    with db.write() as tx:
        on_crew, other = make.make_person(tx, Role.MEDIATOR), make.make_person(tx, Role.MEDIATOR)
        make.make_shift(tx, session_id, on_crew)
        first = queries.participants(tx, session_id)[0].id
    path = f"/workshops/{session_id}/participants"

    page = sign_in(on_crew).get(path)

    assert "Membre 1" in page.text
    assert "<button" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert sign_in(other).get(path).status_code == 404
    assert "Membre 1" not in sign_in(other).get(f"/workshops/{session_id}").text
    mark = post(sign_in(on_crew), f"/workshops/registrations/{first}/attendance", {"attendance": "came"})
    assert mark.status_code == 403


def test_S02_an_organiser_opens_workshops_alone(organiser: FlaskClient, db: Database, session_id: str) -> None:
    with db.write() as tx:
        clinic = make.make_session(tx)

    assert organiser.get(f"/sessions/{session_id}").status_code == 200
    for path in (f"/sessions/{clinic}", f"/workshops/{clinic}/edit", f"/workshops/{clinic}/participants"):
        assert organiser.get(path).status_code == 404
    nobodys = post(organiser, f"/workshops/registrations/{'0' * 16}/attendance", {"attendance": "came"})
    assert nobodys.status_code == 404


def test_a_coordinator_has_no_workshop_page_of_what_is_none(
    sign_in: SignIn, db: Database, session_id: str, clock: Clock
) -> None:
    client = sign_in(Role.COORDINATOR)
    with db.write() as tx:
        clinic = make.make_session(tx, starts_at=make.FRIDAY + timedelta(days=1))

    assert client.get(f"/workshops/{session_id}/participants").status_code == 200
    assert client.get(f"/workshops/{clinic}/edit").status_code == 404
