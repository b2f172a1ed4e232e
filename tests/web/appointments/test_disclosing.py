"""One appointment opened to a lawyer for some hours; "I cannot take this"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, AuditEntry
from clinic.services import exclusions
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock, stay
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.appointments.conftest import At
from tests.web.appointments.desk import Desk, only_id, there, wish
from tests.web.forms import post

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def booked(mina: FlaskClient, db: Database, desk: Desk) -> str:
    """Friday 09:30 for Iris, in Edo, about asylum, with the lawyer of the crew; the address of its page."""
    post(mina, f"/appointments/new/{desk.first}", wish(legal="any", topic="asylum"))
    return f"/appointments/{only_id(db)}"


@pytest.fixture
def eva(db: Database) -> SignedIn:
    """A lawyer who is not on the crew."""
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, name="Eva")


@pytest.fixture
def evas(sign_in: SignIn, eva: SignedIn) -> FlaskClient:
    client = sign_in(eva)
    client.set_cookie("language", "en")
    return client


def _audit(db: Database, action: str) -> int:
    with db.read() as tx:
        return len(tx.scalars(select(AuditEntry).where(AuditEntry.action == action)).all())


def test_S03_it_is_open_to_one_lawyer_until_the_hours_are_over_and_then_it_is_not_there(
    mina: FlaskClient, evas: FlaskClient, eva: SignedIn, db: Database, booked: str, clock: Clock
) -> None:
    before = evas.get(booked)
    opened = pages.press(mina, mina.get(f"{booked}/open"), "Let her look", person=eva.id, hours="3")
    today, page = evas.get("/agenda"), evas.get(booked)
    stay(evas, clock, NOW + 3 * HOUR - SECOND)
    last = evas.get(booked)
    clock.set(NOW + 3 * HOUR)
    over, none = evas.get(booked), evas.get("/appointments/0123456789abcdef")

    assert opened.status_code == 303
    assert [each.status_code for each in (before, page, last, over)] == [404, 200, 200, 404]
    assert over.text == none.text
    assert "Open to you until 13:00" in today.text
    assert booked not in evas.get("/agenda").text
    assert _audit(db, "appointment.disclose") == 1


def test_S04_she_to_whom_it_is_opened_sees_alias_language_and_topic_and_can_change_nothing(
    mina: FlaskClient, evas: FlaskClient, eva: SignedIn, booked: str
) -> None:
    pages.press(mina, mina.get(f"{booked}/open"), "Let her look", person=eva.id, hours="1")

    page = evas.get(booked)

    words = [each.text for each in pages.read(page).all("dt", "dd")]
    assert words == ["Language", "Edo", "Topic", "Asylum"]
    assert "Iris" in page.text
    assert not any(each in page.text for each in ("Ada", "Mina", "/sessions/", "Did she come?"))
    assert not pages.problems(page.text)
    assert post(evas, f"{booked}/outcome", {"outcome": "came", "seen": ""}).status_code == 404


def test_who_may_look_stands_on_the_page_and_it_ends_at_once(
    mina: FlaskClient, evas: FlaskClient, eva: SignedIn, db: Database, booked: str
) -> None:
    for hours in ("10", "2"):
        pages.press(mina, mina.get(f"{booked}/open"), "Let her look", person=eva.id, hours=hours)
    page = mina.get(booked)

    ended = [pages.press(mina, page, "End now") for _ in range(2)]

    assert page.text.count("may look until") == page.text.count("may look until 20:00") == 1
    assert {each.status_code for each in ended} == {303}
    assert evas.get(booked).status_code == 404
    assert "may look until" not in mina.get(booked).text
    assert _audit(db, "appointment.close") == 1


def test_S72_opened_twice_by_a_double_press_it_is_open_once(
    mina: FlaskClient, eva: SignedIn, db: Database, booked: str
) -> None:
    page = mina.get(f"{booked}/open")

    for _ in range(2):
        pages.press(mina, page, "Let her look", person=eva.id, hours="1")

    assert _audit(db, "appointment.disclose") == 1


@pytest.mark.parametrize("hours", ["0", "11", "-1", "x", ""])
def test_it_is_never_open_for_longer_than_ten_hours(
    mina: FlaskClient, eva: SignedIn, db: Database, booked: str, hours: str
) -> None:
    answer = pages.press(mina, mina.get(f"{booked}/open"), "Let her look", person=eva.id, hours=hours)

    assert (answer.status_code, _audit(db, "appointment.disclose")) == (422, 0)


def test_S07_whom_she_never_meets_is_not_proposed(
    mina: FlaskClient, eva: SignedIn, db: Database, desk: Desk, booked: str
) -> None:
    with db.write() as tx:
        whom_id = tx.scalars(select(Appointment.beneficiary_id)).one()
        exclusions.exclude(tx, whom_id, eva.id, by=desk.mediator, now=NOW)

    page = mina.get(f"{booked}/open")
    answer = pages.press(mina, page, "Let her look", person=eva.id)

    assert "Eva" not in page.text
    assert "Ada · Lawyer" in page.text
    assert answer.status_code == 422


def test_S02_an_opening_of_another_appointment_is_not_ended_here(
    mina: FlaskClient, sign_in: SignIn, db: Database, eva: SignedIn, booked: str
) -> None:
    pages.press(mina, mina.get(f"{booked}/open"), "Let her look", person=eva.id)
    with db.write() as tx:
        stranger = make.make_person(tx)
        other_id = make.make_appointment(tx, make.make_session(tx), by=stranger)
    end = next(
        each.get("action") for each in pages.read(mina.get(booked)).all("form") if "/open/" in each.get("action")
    )

    other = sign_in(stranger)
    answers = [
        post(other, end), post(other, end.replace(booked, f"/appointments/{other_id}")),
        post(other, f"/appointments/{other_id}/open/0123456789abcdef/end"),
    ]  # fmt: skip

    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    assert _audit(db, "appointment.close") == 0


def test_S07_i_cannot_take_this_is_one_press_and_the_appointment_is_gone_until_it_is_undone(
    at: At, db: Database, desk: Desk, booked: str
) -> None:
    ada = at(FRIDAY - HOUR, desk.lawyer)
    page = ada.get(booked)

    said = [pages.press(ada, page, "I cannot take this") for _ in range(2)]
    session, gone, left = ada.get(said[0].location), ada.get(booked), there(db)
    back = pages.press(ada, session, "Undo")

    assert {(each.status_code, each.location) for each in said} == {(303, f"/sessions/{desk.first}")}
    assert "Noted: you cannot take this. Nobody asks why." in session.text
    assert "Iris" not in session.text + ada.get("/agenda").text
    assert gone.text == ada.get("/appointments/0123456789abcdef").text
    assert set(left.values()) == {None}
    assert (back.location, ada.get(booked).status_code) == (booked, 200)
    assert set(there(db).values()) == {desk.lawyer.id}


def test_S07_nobody_else_learns_that_she_cannot(at: At, desk: Desk, booked: str) -> None:
    mina, ada = (at(FRIDAY - HOUR, each) for each in (desk.mediator, desk.lawyer))
    pages.press(ada, ada.get(booked), "I cannot take this")

    page = mina.get(booked)

    assert "missing: lawyer or legal adviser" in page.text
    assert "Ada" not in page.text


def test_she_who_follows_her_hands_her_over_first(mina: FlaskClient, booked: str) -> None:
    page = mina.get(booked)
    answer = post(mina, f"{booked}/cannot")

    assert "I cannot take this" not in page.text
    assert answer.status_code == 409
    assert "This person follows her: hand her over to somebody else first." in answer.text
