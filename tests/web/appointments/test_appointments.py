"""Booking, moving, cancelling and restoring appointments through their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import TO_MAKE, CallState
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, Call
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY
from tests.web import pages
from tests.web.forms import post

NINE_THIRTY, TEN = "20261127T0830Z", "20261127T0900Z"


@pytest.fixture
def session_id(db: Database) -> str:
    """Friday 09:30 to 11:00: three slots, one desk."""
    with db.write() as tx:
        return make.make_session(tx, hours=1.5, desks=1)


@pytest.fixture
def mediator(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR)


@pytest.fixture
def client(sign_in: SignIn, mediator: SignedIn) -> FlaskClient:
    """The mediator, who reads English."""
    client = sign_in(mediator)
    client.set_cookie("language", "en")
    return client


def _wish(**changes: str) -> dict[str, str]:
    wish = {"at": NINE_THIRTY, "alias": "Iris", "language": "bin", "topic": "asylum", "key": make.key()}
    return {**wish, **changes}


def _times(answer: TestResponse) -> list[str]:
    """The hours on the buttons of the page of times."""
    page = pages.read(answer)
    return [page.all("b", inside=each)[0].text for each in page.all("button") if each.get("class") == "slot free"]


def _booked(db: Database) -> list[Appointment]:
    with db.read() as tx:
        return list(tx.scalars(select(Appointment).where(Appointment.state == AppointmentState.BOOKED)))


def test_a_free_slot_leads_to_a_form_with_its_time_and_is_booked(
    client: FlaskClient, db: Database, session_id: str
) -> None:
    page = client.get(f"/sessions/{session_id}")
    slot = next(each for each in pages.read(page).all("a") if each.get("class") == "slot free")

    asked = client.get(slot.get("href"))
    answer = pages.press(client, asked, "Book", alias="Ìfẹ́", language="bin", topic="asylum")
    shown = client.get(answer.location)

    assert pages.form_of(asked, "Book")["at"] == NINE_THIRTY
    assert answer.status_code == 303
    assert ("Ìfẹ́" in shown.text, "Edo" in shown.text, "Asylum" in shown.text) == (True, True, True)
    assert [(each.starts_at, each.desk) for each in _booked(db)] == [(FRIDAY, 1)]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("field", "wrong"), [
    ("at", "tomorrow"), ("alias", "x" * 41), ("alias", "Iris\u202e"), ("alias", "Iris\x00"),
    ("alias", "I" + "\u0301" * 5), ("language", ""), ("language", "zzz1"), ("topic", "her story"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_on_top_and_nothing_typed_is_lost(
    client: FlaskClient, db: Database, session_id: str, language: str, field: str, wrong: str
) -> None:
    client.set_cookie("language", language)
    wish = _wish(**{field: wrong})

    answer = post(client, f"/appointments/new/{session_id}", wish)

    page = pages.read(answer)
    kept = pages.form_of(answer, page.all("button")[-1].text)
    assert answer.status_code == 422
    assert page.errors_at(field)
    assert page.errors()
    assert {name: kept.get(name) for name in wish if name != field} == {
        name: typed for name, typed in wish.items() if name != field
    }
    if field == "alias":
        assert kept["alias"] == "".join(each for each in wrong if each.isprintable())
    assert not pages.problems(answer.text)
    assert not _booked(db)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_slot_that_was_just_taken_is_refused_with_what_is_free(
    client: FlaskClient, db: Database, session_id: str, language: str
) -> None:
    client.set_cookie("language", language)
    with db.write() as tx:
        make.make_appointment(tx, session_id, by=make.make_person(tx))

    answer = post(client, f"/appointments/new/{session_id}", _wish())

    said = " ".join(pages.read(answer).errors()).replace("\N{NO-BREAK SPACE}", " ")
    times = ("9 h 30", "10 h 00", "10 h 30") if language == "fr" else ("09:30", "10:00", "10:30")
    kept = pages.form_of(answer, pages.read(answer).all("button")[-1].text)
    assert answer.status_code == 409
    assert all(time in said for time in times)
    assert [kept[name] for name in ("alias", "language", "topic")] == ["Iris", "bin", "asylum"]
    assert not pages.problems(answer.text)


def test_someone_who_has_an_appointment_at_that_time_is_not_booked_twice(
    client: FlaskClient, db: Database, mediator: SignedIn, session_id: str
) -> None:
    with db.write() as tx:
        make.make_appointment(tx, make.make_session(tx), by=mediator, alias="Iris")

    answer = post(client, f"/appointments/new/{session_id}", _wish(alias="IRIS "))

    assert answer.status_code == 409
    assert pages.read(answer).errors() == ["This person already has an appointment at that time."]
    assert _times(answer) == ["10:00", "10:30"]


@pytest.mark.parametrize(
    ("at", "said"), [("20261127T0845Z", "no appointment at that time"), ("20261120T0830Z", "no ap")]
)
def test_a_time_that_is_no_slot_is_refused(client: FlaskClient, session_id: str, at: str, said: str) -> None:
    answer = post(client, f"/appointments/new/{session_id}", _wish(at=at))

    assert answer.status_code == 409
    assert said in pages.read(answer).errors()[0]


def test_S72_a_form_sent_twice_books_once(client: FlaskClient, db: Database, session_id: str) -> None:
    asked = client.get(f"/appointments/new/{session_id}")
    typed = {"at": NINE_THIRTY, "alias": "Iris", "language": "bin", "topic": "asylum"}

    answers = [pages.press(client, asked, "Book", **typed) for _ in range(3)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"/sessions/{session_id}")}
    assert len(_booked(db)) == 1


def test_a_full_session_says_so(client: FlaskClient, db: Database, session_id: str) -> None:
    with db.write() as tx:
        booker = make.make_person(tx)
        for slot in range(3):
            make.make_appointment(tx, session_id, by=booker, slot=slot)

    assert "No time is free at this session." in client.get(f"/appointments/new/{session_id}").text


def test_booking_is_undone_by_its_button_and_the_cancellation_too(
    client: FlaskClient, db: Database, session_id: str
) -> None:
    booked = post(client, f"/appointments/new/{session_id}", _wish())

    cancelled = pages.press(client, client.get(booked.location), "Undo")
    gone = _booked(db)
    restored = pages.press(client, client.get(cancelled.location), "Undo")

    assert (cancelled.status_code, restored.status_code) == (303, 303)
    assert gone == []
    assert len(_booked(db)) == 1


def test_an_appointment_moves_to_another_date_and_back(client: FlaskClient, db: Database, mediator: SignedIn) -> None:
    with db.write() as tx:
        series_id = make.make_series(tx)
        first = make.make_session(tx, series_id=series_id)
        second = make.make_session(tx, series_id=series_id, starts_at=FRIDAY + timedelta(days=7))
        appointment_id = make.make_appointment(tx, first, by=mediator)
    asked = client.get(f"/appointments/{appointment_id}/move")

    moved = pages.press(client, asked, "Move", to=f"{second}.20261204T0930Z")
    there = [(each.session_id, each.starts_at) for each in _booked(db)]
    back = pages.press(client, client.get(moved.location), "Undo")

    assert (moved.status_code, moved.location) == (303, f"/sessions/{second}")
    assert there == [(second, FRIDAY + timedelta(days=7, hours=1))]
    assert (back.status_code, back.location) == (303, f"/sessions/{first}")
    assert [(each.session_id, each.starts_at) for each in _booked(db)] == [(first, FRIDAY)]


@pytest.mark.parametrize("wrong", ["", "x", "0123456789abcdef.", ".20261127T0830Z.", "a.b.c"])
def test_moving_to_no_time_is_said_at_the_field(
    client: FlaskClient, db: Database, mediator: SignedIn, session_id: str, wrong: str
) -> None:
    with db.write() as tx:
        appointment_id = make.make_appointment(tx, session_id, by=mediator)

    answer = post(client, f"/appointments/{appointment_id}/move", {"to": wrong})

    assert answer.status_code == 422
    assert pages.read(answer).errors_at("to")
    assert not pages.problems(answer.text)


def test_moving_to_a_time_just_taken_is_refused_with_what_is_free(
    client: FlaskClient, db: Database, mediator: SignedIn, session_id: str
) -> None:
    with db.write() as tx:
        appointment_id = make.make_appointment(tx, session_id, by=mediator)
        make.make_appointment(tx, session_id, by=mediator, slot=1)

    answer = post(client, f"/appointments/{appointment_id}/move", {"to": f"{session_id}.{TEN}"})

    assert answer.status_code == 409
    assert "10:30" in pages.read(answer).errors_at("to")


def test_no_alias_stands_in_a_flash_a_title_or_an_address(client: FlaskClient, session_id: str) -> None:
    answer = post(client, f"/appointments/new/{session_id}", _wish(alias="Pervenche"))
    shown = client.get(answer.location)

    flash = next(each for each in pages.read(shown).all("div") if each.get("class") == "flash")
    assert "Pervenche" not in flash.text + pages.read(shown).text("title") + (answer.location or "")
    assert "Pervenche" in shown.text


@pytest.mark.parametrize(("tick", "calls"), [(None, 1), ("y", 0)])
def test_cancelling_leads_to_a_call_unless_they_spoke(
    client: FlaskClient, db: Database, mediator: SignedIn, session_id: str, tick: str | None, calls: int
) -> None:
    with db.write() as tx:
        appointment_id = make.make_appointment(tx, session_id, by=mediator)
    page = client.get(f"/appointments/{appointment_id}")

    cancelled = pages.press(client, page, "Cancel the appointment", she_knows=tick)
    with db.read() as tx:
        there = tx.scalars(select(Call).where(Call.state.in_(TO_MAKE))).all()
    pages.press(client, client.get(cancelled.location), "Undo")

    assert not pages.problems(page.text)
    assert len(there) == calls
    with db.read() as tx:
        assert tx.scalars(select(Call).where(Call.state.in_(TO_MAKE))).all() == []
    assert len(_booked(db)) == 1


def test_moving_leads_to_no_call_when_they_spoke(
    client: FlaskClient, db: Database, mediator: SignedIn, session_id: str
) -> None:
    with db.write() as tx:
        appointment_id = make.make_appointment(tx, session_id, by=mediator)
    asked = client.get(f"/appointments/{appointment_id}/move")

    pages.press(client, asked, "Move", to=f"{session_id}.{TEN}", she_knows="y")

    with db.read() as tx:
        assert tx.scalars(select(Call.state)).all() == [CallState.TOLD]


@pytest.mark.parametrize("act", ["cancel", "restore"])
def test_S05_a_field_that_the_button_does_not_have_is_refused(
    client: FlaskClient, db: Database, mediator: SignedIn, session_id: str, act: str
) -> None:
    with db.write() as tx:
        appointment_id = make.make_appointment(tx, session_id, by=mediator)

    assert post(client, f"/appointments/{appointment_id}/{act}", {"alias": "Iris"}).status_code == 400
