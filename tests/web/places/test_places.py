"""The pages of places and closures, as the coordinator uses them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.models import Closure
from clinic.queries import places as queries
from clinic.services import programme
from tests import make
from tests.conftest import CountQueries, SignIn
from tests.web import pages
from tests.web.forms import post

BUS = {"name": "Bus", "area": "Bois de Vincennes", "spot": "Parking de la route du lac", "publicity": "told_late"}
AUGUST = {"name": "Trêve d’été", "place": "", "first_on": "2027-08-01", "last_on": "2027-08-31"}
TODAY = make.NOW.date()


@pytest.fixture
def coordinator(sign_in: SignIn) -> FlaskClient:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def place_id(db: Database) -> str:
    with db.write() as tx:
        return make.make_place(tx, name="Salle")


def test_an_added_place_stands_on_the_page(coordinator: FlaskClient, db: Database) -> None:
    answer = _send(coordinator, "/places/new", BUS)

    page = coordinator.get(answer.location).text
    assert (answer.status_code, answer.location) == (303, "/places")
    assert "The place is added." in page
    for text in (BUS["name"], BUS["area"], BUS["spot"], "Told late: only the area is public"):
        assert text in page


def test_S72_sending_the_form_twice_adds_it_once(coordinator: FlaskClient, db: Database) -> None:
    key = make.key()

    for _ in range(2):
        assert _send(coordinator, "/places/new", BUS, key=key).status_code == 303

    with db.read() as tx:
        assert len(queries.places(tx)) == 1


def test_a_place_is_changed(coordinator: FlaskClient, place_id: str, db: Database) -> None:
    assert 'value="Salle"' in coordinator.get(f"/places/{place_id}").text

    answer = post(coordinator, f"/places/{place_id}", BUS)

    assert (answer.status_code, answer.location) == (303, "/places")
    with db.read() as tx:
        place = queries.place(tx, place_id)
    assert (place.name, place.publicity) == ("Bus", Publicity.TOLD_LATE)


HIDDEN, UNSHOWN = "This text holds a hidden sign that turns words round.", "This text holds a character that cannot be"
WRONG_PLACES = [
    ("name", "", "Fill in this field."), ("name", "a" * 81, "At most 80 characters."),
    ("name", "B\u202eus", HIDDEN), ("name", "B\x07us", UNSHOWN),
    ("area", "", "Fill in this field."), ("area", "a" * 81, "At most 80 characters."),
    ("area", "Bois\u2067", HIDDEN), ("area", "Bois\x00", UNSHOWN),
    ("spot", "", "Fill in this field."), ("spot", "a" * 201, "At most 200 characters."),
    ("spot", "Route\u202a", HIDDEN), ("spot", "Route\ndu lac", UNSHOWN),
    ("publicity", "", "Choose an answer."), ("publicity", "secret", "Choose an answer."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG_PLACES)
@pytest.mark.parametrize("is_new", [True, False])
def test_S42_what_is_wrong_with_a_place_is_said_twice_and_nothing_typed_is_lost(
    coordinator: FlaskClient, place_id: str, field: str, value: str, sentence: str, *, is_new: bool
) -> None:
    data = BUS | {field: value}

    answer = _send(coordinator, "/places/new", data) if is_new else post(coordinator, f"/places/{place_id}", data)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    for name in ("name", "area", "spot"):
        assert f'value="{_visible(data[name])}"' in answer.text
    assert ('checked id="publicity-1"' in answer.text) is (field != "publicity")


def test_a_closure_is_noted_and_undone(coordinator: FlaskClient, place_id: str, db: Database) -> None:
    answer = _send(coordinator, "/places/closures", AUGUST | {"place": place_id})

    page = coordinator.get(answer.location).text
    assert answer.status_code == 303
    assert "1 August 2027" in page
    assert post(coordinator, _undo_of(page), {}).status_code == 303
    assert _closures(db) == []


def test_S72_sending_a_closure_twice_notes_it_once(coordinator: FlaskClient, db: Database) -> None:
    key = make.key()

    for _ in range(2):
        assert _send(coordinator, "/places/closures", AUGUST, key=key).status_code == 303

    assert len(_closures(db)) == 1


@pytest.mark.parametrize("is_for_all", [True, False])
def test_undoing_a_removal_notes_the_same_closure_again(
    coordinator: FlaskClient, place_id: str, db: Database, *, is_for_all: bool
) -> None:
    _send(coordinator, "/places/closures", AUGUST | {"place": "" if is_for_all else place_id})
    before = _closures(db)[0]

    post(coordinator, f"/places/closures/{before.id}/remove", {})
    page = coordinator.get("/places").text
    undo = page[page.index('class="flash"') : page.index("</form>", page.index('class="flash"'))]
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', undo))
    del hidden["csrf_token"]

    assert _closures(db) == []
    assert post(coordinator, "/places/closures", hidden).status_code == 303
    after = _closures(db)[0]
    assert (after.name, after.place_name, after.first_on, after.last_on) == (
        before.name, None if is_for_all else "Salle", date(2027, 8, 1), date(2027, 8, 31),
    )  # fmt: skip


DATE = "Give a date, such as 27/11/2026."
WRONG_CLOSURES = [
    ("name", "", "Fill in this field."), ("name", "a" * 81, "At most 80 characters."),
    ("name", "Tr\u202eêve", HIDDEN), ("name", "Tr\x07êve", UNSHOWN),
    ("place", "0" * 16, "Choose an answer."),
    ("first_on", "", DATE), ("first_on", "1/8/27", DATE), ("first_on", "2027-02-29", DATE), ("last_on", "", DATE),
    ("first_on", "1999-12-31", "Give a year from 2000 to 2100."),
    ("last_on", "2101-01-01", "Give a year from 2000 to 2100."),
    ("last_on", "2027-07-31", "The last day comes before the first."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG_CLOSURES)
def test_S42_what_is_wrong_with_a_closure_is_said_twice_and_nothing_typed_is_lost(
    coordinator: FlaskClient, db: Database, field: str, value: str, sentence: str
) -> None:
    data = AUGUST | {field: value}

    answer = _send(coordinator, "/places/closures", data)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    for name in ("name", "first_on", "last_on"):
        assert f'value="{_visible(data[name])}"' in answer.text
    assert _closures(db) == []


def test_S02_what_is_not_there_is_not_found(coordinator: FlaskClient) -> None:
    nothing = "0" * 16

    answers = [
        coordinator.get(f"/places/{nothing}"),
        post(coordinator, f"/places/{nothing}", BUS),
        post(coordinator, f"/places/closures/{nothing}/remove", {}),
    ]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COORDINATOR}))
def test_S01_places_are_for_those_who_coordinate(sign_in: SignIn, place_id: str, role: Role) -> None:
    other = sign_in(role)

    answers = [other.get(path) for path in ("/places", "/places/new", f"/places/{place_id}")]
    answers += [_send(other, "/places/closures", AUGUST), post(other, "/places/closures/x/remove", {})]

    assert {answer.status_code for answer in answers} == {403}


def test_S05_an_unknown_field_is_a_bad_request(coordinator: FlaskClient, place_id: str) -> None:
    for path in ("/places/new", f"/places/{place_id}", "/places/closures"):
        assert _send(coordinator, path, {"more": "x"}).status_code == 400


def test_the_pages_render_in_french_when_nothing_else_is_wished(sign_in: SignIn, place_id: str) -> None:
    coordinator = sign_in(Role.COORDINATOR)

    for path in ("/places", "/places/new", f"/places/{place_id}"):
        page = coordinator.get(path).text
        assert '<html lang="fr"' in page
        assert len(pages.Page(page).all("h1")) == 1


def _send(client: FlaskClient, path: str, data: dict[str, str], key: str | None = None) -> TestResponse:
    return post(client, path, data | {"key": key or make.key()})


def _undo_of(page: str) -> str:
    flash = page[page.index('class="flash"') :]
    action = re.search(r'action="([^"]+)"', flash)
    assert action
    return action[1]


def _closures(db: Database) -> list[queries.ClosureRow]:
    with db.read() as tx:
        return queries.closures(tx, TODAY)


def _visible(text: str) -> str:
    return "".join(each for each in text if each.isprintable())


def test_what_is_planned_while_closed_is_listed_to_be_cancelled(
    coordinator: FlaskClient, place_id: str, db: Database
) -> None:
    day = timedelta(days=1)
    with db.write() as tx:
        here, there = (make.make_session(tx, place_id=each) for each in (place_id, make.make_place(tx)))
        after = make.make_session(tx, starts_at=make.FRIDAY + day, place_id=place_id)
        off = make.make_session(tx, starts_at=make.FRIDAY + timedelta(hours=4), place_id=place_id)
        by = make.make_person(tx, Role.COORDINATOR)
        programme.cancel(tx, off, CancelReason.VENUE, by=by, now=make.NOW)
    friday = {"name": "Travaux", "first_on": "2026-11-27", "last_on": "2026-11-27"}

    _send(coordinator, "/places/closures", friday | {"place": place_id})
    alone = coordinator.get("/places").text
    _send(coordinator, "/places/closures", friday | {"place": ""})
    both = coordinator.get("/places").text

    assert "1 session is planned while closed." in alone
    assert f"/sessions/{here}/cancel" in alone
    assert "2 sessions are planned while closed." in both
    assert f"/sessions/{there}/cancel" in both
    for session_id in (after, off):
        assert f"/sessions/{session_id}/cancel" not in both


def test_a_closure_more_or_a_session_more_costs_no_query_more(
    coordinator: FlaskClient, db: Database, count_queries: CountQueries
) -> None:
    counts = []
    for number in (1, 20):
        with db.write() as tx:
            for _ in range(number):
                make.make_session(tx)
                tx.add(Closure(name="Travaux", first_on=date(2026, 11, 27), last_on=date(2026, 11, 27)))
        with count_queries(db) as statements, db.read() as tx:
            rows = queries.closures(tx, TODAY)
            planned = queries.planned_while_closed(tx, rows, now=make.NOW)
        assert all(len(each) >= number for each in planned.values())
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 3
