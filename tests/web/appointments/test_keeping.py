"""A time kept while she is asked: it blocks, is booked or let go, and is over after 15 minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.appointments import AppointmentState
from clinic.domain.people import Role
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.appointments.desk import SLOT, Desk, live, times, wish
from tests.web.forms import post

BOOKED, HELD = AppointmentState.BOOKED, AppointmentState.HELD
MINUTE = timedelta(minutes=1)


@pytest.fixture
def held(mina: FlaskClient, db: Database, desk: Desk) -> str:
    """Friday 09:30 kept from 10:00 until 10:15, with the lawyer; the address of its page."""
    asked = mina.get(f"/appointments/new/{desk.first}")
    said = {"alias": "Iris", "language": "bin", "legal": "any", "at": "20261127T0830Z"}
    answer = pages.press(mina, asked, "Keep it 15 minutes while I ask her", **said)
    assert answer.location
    return answer.location


def _tags(client: FlaskClient, path: str) -> list[str]:
    return [each.text for each in pages.read(client.get(path)).all("span") if each.get("class").startswith("tag")]


def test_it_is_shown_as_kept_on_its_page_the_session_and_today_until_its_time_is_over(
    mina: FlaskClient, desk: Desk, held: str, clock: Clock
) -> None:
    shown = {path: _tags(mina, path) for path in (held, f"/sessions/{desk.first}", "/agenda")}
    page = mina.get(held)
    clock.set(NOW + 15 * MINUTE)
    over = {path: _tags(mina, path) for path in (held, f"/sessions/{desk.first}", "/agenda")}

    assert all("kept until 10:15" in tags for tags in shown.values()), shown
    assert not pages.problems(page.text)
    assert not any("kept until 10:15" in tags for tags in over.values()), over
    assert "not kept any more" in over[held]


def test_to_others_it_is_only_kept(held: str, sign_in: SignIn, desk: Desk) -> None:
    other = sign_in(Role.MEDIATOR)
    other.set_cookie("language", "en")

    page = pages.read(other.get(f"/sessions/{desk.first}"))

    slots = [" ".join(each.text.split()) for each in page.all("span") if "slot taken" in each.get("class")]
    assert slots == ["09:30kept"]
    assert other.get(held).status_code == 404


def test_she_says_yes_and_it_is_booked_once_however_often_that_is_pressed(
    mina: FlaskClient, db: Database, desk: Desk, held: str, clock: Clock
) -> None:
    page = mina.get(held)
    clock.set(NOW + 14 * MINUTE)

    answers = [pages.press(mina, page, "She says yes: book") for _ in range(2)]

    assert {(each.status_code, each.location) for each in answers} == {(303, f"/sessions/{desk.first}")}
    assert live(db) == [(BOOKED, desk.first, FRIDAY)]


def test_it_is_let_go_and_kept_again_by_undo(mina: FlaskClient, db: Database, desk: Desk, held: str) -> None:
    gone = pages.press(mina, mina.get(held), "Let it go")
    shown = mina.get(gone.location)
    free = live(db)
    back = pages.press(mina, shown, "Undo")

    assert "The time is no longer kept: it is free again." in shown.text
    assert free == []
    assert (back.location, [each[0] for each in live(db)]) == (held, [HELD])


def test_after_15_minutes_it_is_booked_if_all_is_still_free(
    mina: FlaskClient, db: Database, held: str, clock: Clock
) -> None:
    clock.set(NOW + 20 * MINUTE)

    answer = pages.press(mina, mina.get(held), "Book it after all")

    assert (answer.status_code, [each[0] for each in live(db)]) == (303, [BOOKED])


def test_after_15_minutes_it_says_what_is_free_if_it_was_taken_and_one_press_books_for_the_same_person(
    mina: FlaskClient, db: Database, desk: Desk, held: str, clock: Clock
) -> None:
    page = mina.get(held)
    clock.set(NOW + 20 * MINUTE)
    post(mina, f"/appointments/new/{desk.first}", wish(alias="Nacre", legal="any"))

    refused = pages.press(mina, page, "She says yes: book")
    booked = pages.press(mina, refused, "10:00")
    shown = mina.get(booked.location)

    assert refused.status_code == 409
    assert pages.read(refused).errors() == [
        "At 09:30, nobody is free as: lawyer or legal adviser. Free times: 10:00, 10:30."
    ]
    assert times(refused)["Friday 27 November Law access point"] == ["10:00", "10:30"]
    assert (BOOKED, desk.first, FRIDAY + SLOT) in live(db)
    assert [each.text for each in pages.read(shown).all("bdi") if each.text in ("Iris", "Nacre")] == ["Nacre", "Iris"]


@pytest.mark.parametrize("act", ["book", "cancel", "restore", "staff", "follow-up", "open", "move"])
def test_S02_to_another_mediator_a_kept_time_is_not_there(held: str, sign_in: SignIn, db: Database, act: str) -> None:
    other = sign_in(Role.MEDIATOR)
    foreign, none = held, "/appointments/0123456789abcdef"

    if act in {"follow-up", "open", "move"}:
        answers = [other.get(f"{each}/{act}") for each in (foreign, none)]
    else:
        answers = [post(other, f"{each}/{act}") for each in (foreign, none)]

    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert [each[0] for each in live(db)] == [HELD]


def test_kept_times_stand_first_among_ones_bookings(mina: FlaskClient, db: Database, desk: Desk, held: str) -> None:
    with db.write() as tx:
        early = make.make_session(tx, starts_at=FRIDAY - timedelta(days=2))
        make.make_appointment(tx, early, by=desk.mediator, alias="Nacre")

    page = mina.get("/agenda")

    headings = [each.text for each in pages.read(page).all("h2")]
    assert headings.index("Kept for a moment") < headings.index("Your bookings")
    assert page.text.index("Iris") < page.text.index("Nacre")
