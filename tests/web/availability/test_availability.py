"""Saying when one can, through its page, and where it is shown."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.availability import Part, Period
from clinic.domain.people import CREW_ROLES, Role, SignedIn
from clinic.queries import availability as queries
from clinic.services import availability
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.forms import post

PAGE = "/account/availability"
CHRISTMAS = {"first_on": "2026-12-20", "last_on": "2027-01-03", "can": "cannot"}
FRIDAY_DAYTIME = frozenset({(4, Part.DAYTIME)})
DATE = "Give a date, such as 27/11/2026."


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, name="Avocate")


@pytest.fixture
def client(sign_in: SignIn, lawyer: SignedIn) -> FlaskClient:
    return _english(sign_in(lawyer))


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _kept(db: Database, person: SignedIn) -> queries.AvailabilityRow:
    with db.read() as tx:
        return queries.of_person(tx, person.id, today=NOW.date())


def _periods(db: Database, person: SignedIn) -> list[Period]:
    return [Period(each.first_on, each.last_on, each.can) for each in _kept(db, person).dated]


def _add(client: FlaskClient, **typed: str) -> TestResponse:
    return pages.press(client, client.get(PAGE), "Add these days", **CHRISTMAS | typed)


def test_the_page_says_that_nobody_is_bound_and_who_sees_it(client: FlaskClient) -> None:
    page = client.get(PAGE)

    for words in ("binds nobody", "Those who coordinate see it, and whoever asks people to come", "No reason is asked"):
        assert words in page.text
    assert not pages.problems(page.text)


def test_the_usual_times_are_a_table_whose_boxes_say_day_and_part(client: FlaskClient) -> None:
    page = pages.read(client.get(PAGE))

    boxes = [each for each in page.all("input") if each.get("type") == "checkbox"]
    words = {each.get("for"): " ".join(each.text.split()) for each in page.all("label")}
    assert [each.get("scope") for each in page.all("th")] == ["col"] * 3 + ["row"] * 7
    assert len(boxes) == 14
    assert (words[boxes[0].get("id")], words[boxes[-1].get("id")]) == ("Monday, Daytime", "Sunday, Evening")


def test_ticked_times_are_kept_and_ticked_again(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    saved = pages.press(client, client.get(PAGE), "Save", times=["1.evening", "4.daytime"])

    page = client.get(saved.location)
    assert (saved.status_code, saved.location) == (303, PAGE)
    assert "Saved" in page.text
    assert pages.form_of(page, "Save").getlist("times") == ["1.evening", "4.daytime"]
    assert _kept(db, lawyer).usual == {(1, Part.EVENING), (4, Part.DAYTIME)}

    pages.press(client, page, "Save", times=None)

    assert _kept(db, lawyer).usual == frozenset()


@pytest.mark.parametrize("wrong", [{"times": "7.daytime"}, {"times": "1.night"}, {"times": "\x00"}, {"more": "x"}])
def test_S05_a_time_that_is_none_is_a_bad_request(client: FlaskClient, wrong: dict[str, str]) -> None:
    assert post(client, f"{PAGE}/usual", wrong).status_code == 400


def test_days_are_noted_and_undone(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    added = _add(client)
    page = client.get(added.location)
    before = _periods(db, lawyer)
    undone = pages.press(client, page, "Undo")

    assert (added.status_code, added.location) == (303, PAGE)
    assert "Sunday 20 December to Sunday 3 January 2027" in page.text
    assert before == [Period(date(2026, 12, 20), date(2027, 1, 3), can=False)]
    assert undone.status_code == 303
    assert _periods(db, lawyer) == []


@pytest.mark.parametrize("can", ["can", "cannot"])
def test_undoing_a_removal_notes_the_same_days_again(
    client: FlaskClient, db: Database, lawyer: SignedIn, can: str
) -> None:
    before = client.get(_add(client, can=can).location)
    noted = _periods(db, lawyer)

    removed = pages.press(client, before, "Remove")
    between = _periods(db, lawyer)
    pages.press(client, client.get(removed.location), "Undo")

    assert between == []
    assert _periods(db, lawyer) == noted == [Period(date(2026, 12, 20), date(2027, 1, 3), can=can == "can")]


def test_S72_sending_the_form_twice_notes_the_days_once(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    opened = client.get(PAGE)

    for _ in range(2):
        assert pages.press(client, opened, "Add these days", **CHRISTMAS).status_code == 303

    assert len(_periods(db, lawyer)) == 1


@pytest.mark.parametrize(("field", "value", "status", "sentence"), [
    ("first_on", "", 422, DATE), ("first_on", "20/12", 422, DATE), ("last_on", "2027-02-29", 422, DATE),
    ("first_on", "0026-12-20", 422, "Give a year from 2000 to 2100."),
    ("last_on", "9999-12-31", 422, "Give a year from 2000 to 2100."),
    ("can", "", 422, "Choose an answer."), ("can", "perhaps", 422, "Choose an answer."),
    ("last_on", "2026-12-19", 409, "The last day comes before the first."),
    ("last_on", "2028-11-30", 409, "Choose days within the coming two years."),
])  # fmt: skip
def test_S42_what_is_wrong_is_said_twice_and_nothing_typed_is_lost(
    client: FlaskClient, db: Database, lawyer: SignedIn, field: str, value: str, status: int, sentence: str
) -> None:
    answer = _add(client, **{field: value})

    page = pages.read(answer)
    assert answer.status_code == status
    assert page.errors() == [sentence]
    assert sentence in page.errors_at(field)
    kept = pages.form_of(answer, "Add these days")
    assert all(kept.get(name) == typed for name, typed in CHRISTMAS.items() if name != field)
    assert not pages.problems(answer.text)
    assert _periods(db, lawyer) == []


def test_days_that_are_over_are_refused(client: FlaskClient) -> None:
    answer = _add(client, first_on="2026-11-20", last_on="2026-11-21")

    assert answer.status_code == 409
    assert "These days are over." in pages.read(answer).errors_at("last_on")


def test_S02_days_of_others_are_neither_shown_nor_removed(
    client: FlaskClient, db: Database, sign_in: SignIn, lawyer: SignedIn
) -> None:
    _add(client)
    (dates,) = _kept(db, lawyer).dated
    other = _english(sign_in(Role.LAWYER))

    answers = [post(other, f"{PAGE}/dates/{each}/remove") for each in (dates.id, "0" * 16)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "20 December" not in other.get(PAGE).text
    assert len(_periods(db, lawyer)) == 1


@pytest.mark.parametrize("role", list(Role))
def test_the_way_there_is_shown_to_those_who_are_asked_to_come(sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)

    is_shown = f'href="{PAGE}"' in client.get("/account").text

    assert is_shown is (client.get(PAGE).status_code == 200) is (role in CREW_ROLES)


def test_open_shifts_lead_there(client: FlaskClient) -> None:
    assert f'href="{PAGE}"' in client.get("/rota").text


def test_who_places_somebody_reads_what_each_said_those_who_can_first(db: Database, sign_in: SignIn) -> None:
    friday = FRIDAY.date()
    with db.write() as tx:
        away, silent, free = (make.make_person(tx, Role.LAWYER, name=name) for name in ("Agnès", "Bea", "Clara"))
        availability.save_usual(tx, FRIDAY_DAYTIME, by=free, now=NOW)
        off = Period(friday, friday, can=False)
        availability.add_dates(tx, off, key=make.key(), by=away, now=NOW)
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
    coordinator = _english(sign_in(Role.COORDINATOR))
    asked = coordinator.get(f"/rota/sessions/{session_id}/assign")

    placed = pages.press(coordinator, asked, "Put on the crew", who=f"lawyer.{away.id}")

    shown = [each.text for each in pages.read(asked).all("option")]
    assert shown[1:] == ["Clara · Lawyer · available", "Bea · Lawyer", "Agnès · Lawyer · said: not available"]
    assert silent.name in asked.text
    assert placed.status_code == 303


def test_who_asks_interpreters_reads_what_each_said_and_may_ask_all_the_same(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        mediator = make.make_person(tx, Role.MEDIATOR)
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, mediator)
        away, silent = (make.make_interpreter(tx, name=name) for name in ("Amina", "Basma"))
        monday = frozenset({(0, Part.EVENING)})
        availability.save_usual(tx, monday, by=away, now=NOW)
        need_id = make.make_need(tx, session_id, by=mediator)
    client = _english(sign_in(mediator))
    asked = client.get(f"/interpreting/needs/{need_id}")

    answer = pages.press(client, asked, "Ask", people=[away.id])

    words = {each.get("for"): each.text for each in pages.read(asked).all("label")}
    assert (words["people-0"], words["people-1"]) == ("Amina · said: not available", "Basma")
    assert silent.name in asked.text
    assert "1 person is asked." in client.get(answer.location).text
