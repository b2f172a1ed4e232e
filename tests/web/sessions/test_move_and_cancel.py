"""Moving and cancelling a session through its pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Status
from clinic.models import ClinicSession
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.forms import post

ALIAS = "Iris des champs"


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, name="Avocate Une")


@pytest.fixture
def session_id(db: Database, lawyer: SignedIn) -> str:
    """Friday 09:30 to 12:30 with a lawyer, and Iris at 09:30."""
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
        make.make_shift(tx, session_id, lawyer)
        make.make_appointment(tx, session_id, by=make.make_person(tx, Role.MEDIATOR), alias=ALIAS)
    return session_id


@pytest.fixture
def client(sign_in: SignIn) -> FlaskClient:
    """A coordinator who reads English."""
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


def _stored(db: Database, session_id: str) -> ClinicSession:
    with db.read() as tx:
        return tx.get_one(ClinicSession, session_id)


def test_a_move_first_shows_whom_it_concerns_and_then_does_what_was_seen(
    client: FlaskClient, db: Database, session_id: str
) -> None:
    asked = client.get(f"/sessions/{session_id}/move")

    shown = pages.press(client, asked, "See what would change", on="2026-11-28")
    before = _stored(db, session_id).starts_at
    answer = pages.press(client, shown, "Move the session")

    assert shown.status_code == 200
    assert "Avocate Une" in shown.text
    assert ALIAS in shown.text
    assert before == FRIDAY
    assert (answer.status_code, answer.location) == (303, f"/sessions/{session_id}")
    assert _stored(db, session_id).starts_at == FRIDAY + timedelta(days=1)
    assert "to confirm" in client.get(answer.location).text


def test_who_is_elsewhere_at_the_new_time_is_named_and_leaves_the_crew(
    client: FlaskClient, db: Database, session_id: str, lawyer: SignedIn
) -> None:
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx, starts_at=FRIDAY + timedelta(days=1)), lawyer)
    asked = client.get(f"/sessions/{session_id}/move")

    shown = pages.press(client, asked, "See what would change", on="2026-11-28")
    answer = pages.press(client, shown, "Move the session")

    assert "Taken elsewhere at that time" in shown.text
    assert answer.status_code == 303
    assert "Avocate Une" not in client.get(answer.location).text


def test_a_preview_that_changed_meanwhile_is_shown_again(client: FlaskClient, db: Database, session_id: str) -> None:
    asked = client.get(f"/sessions/{session_id}/move")
    shown = pages.press(client, asked, "See what would change", on="2026-11-28")
    with db.write() as tx:
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name="Avocate Deux"))

    again = pages.press(client, shown, "Move the session")
    answer = pages.press(client, again, "Move the session")

    assert again.status_code == 409
    assert "Something changed meanwhile" in again.text
    assert "Avocate Deux" in again.text
    assert not pages.problems(again.text)
    assert answer.status_code == 303


def test_appointments_outside_the_new_time_stop_the_move_by_name(
    client: FlaskClient, db: Database, session_id: str
) -> None:
    with db.write() as tx:
        make.make_appointment(tx, session_id, by=make.make_person(tx), slot=5, alias="Rose")
    asked = client.get(f"/sessions/{session_id}/move")

    shown = pages.press(client, asked, "See what would change", starts="14:00", ends="15:00")

    assert "Appointments outside the new time" in shown.text
    assert "Rose" in shown.text
    assert not [each for each in pages.read(shown).all("button") if "Move the session" in each.text]
    forced = post(client, f"/sessions/{session_id}/move", pages.read(shown).values(pages.read(shown).all("form")[-1]))
    assert forced.status_code != 303
    assert _stored(db, session_id).starts_at == FRIDAY


@pytest.mark.parametrize(("field", "wrong"), [
    ("on", ""), ("on", "31/02"), ("on", "2026-02-31"), ("starts", ""), ("starts", "9h"), ("starts", "09:31"),
    ("ends", "24:30"), ("ends", "\u202e12:30"), ("place_id", ""), ("place_id", "0123456789abcdef"), ("which", "2"),
])  # fmt: skip
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, session_id: str, db: Database, field: str, wrong: str, language: str
) -> None:
    client.set_cookie("language", language)
    place_id = _stored(db, session_id).place_id
    typed = {"on": "2026-11-28", "starts": "10:00", "ends": "13:00", "place_id": place_id, field: wrong}

    answer = post(client, f"/sessions/{session_id}/move", typed)

    page = pages.read(answer)
    kept = pages.form_of(answer, page.all("button")[-1].text)
    assert answer.status_code == 422
    assert page.errors()
    assert page.errors_at(field) or field == "which"
    assert {name: kept.get(name) for name in typed if name != field} == {
        name: value for name, value in typed.items() if name != field
    }
    assert kept.get(field) == wrong or field in {"place_id", "which"} or not wrong.isprintable()
    assert not pages.problems(answer.text)


@pytest.mark.parametrize(("changes", "said"), [
    ({"on": "2026-11-20"}, "already past"), ({"starts": "09:30", "ends": "09:15"}, "fourteen hours"),
])  # fmt: skip
def test_a_move_against_the_rules_is_refused_with_its_reason(
    client: FlaskClient, session_id: str, changes: dict[str, str], said: str
) -> None:
    asked = client.get(f"/sessions/{session_id}/move")

    answer = pages.press(client, asked, "See what would change", **changes)

    assert answer.status_code == 409
    assert any(said in each for each in pages.read(answer).errors())
    assert not pages.problems(answer.text)


def test_S74_an_hour_that_does_not_exist_is_refused_with_a_suggestion(client: FlaskClient, session_id: str) -> None:
    asked = client.get(f"/sessions/{session_id}/move")

    answer = pages.press(client, asked, "See what would change", on="2027-03-28", starts="02:30", ends="05:30")

    assert answer.status_code == 422
    assert "03:30" in pages.read(answer).errors_at("starts")


@pytest.mark.parametrize(("which", "starts_at"), [
    ("0", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)), ("1", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
])  # fmt: skip
def test_S74_an_hour_that_comes_twice_is_asked(
    client: FlaskClient, db: Database, sign_in: SignIn, clock: Clock, which: str, starts_at: datetime
) -> None:
    clock.set(datetime(2026, 10, 20, 9, tzinfo=UTC))
    with db.write() as tx:
        session_id = make.make_session(tx, starts_at=datetime(2026, 10, 23, 8, tzinfo=UTC), desks=0)
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    asked = client.get(f"/sessions/{session_id}/move")

    twice = pages.press(client, asked, "See what would change", on="2026-10-25", starts="02:30", ends="05:30")
    shown = pages.press(client, twice, "See what would change", which=which)
    moved = pages.press(client, shown, "Move the session")

    assert twice.status_code == 422
    assert pages.read(twice).errors_at("which")
    assert not pages.problems(twice.text)
    assert (shown.status_code, moved.status_code) == (200, 303)
    assert _stored(db, session_id).starts_at == starts_at


def test_cancelling_needs_a_reason_and_can_be_undone(client: FlaskClient, db: Database, session_id: str) -> None:
    asked = client.get(f"/sessions/{session_id}/cancel")

    without = pages.press(client, asked, "Cancel the session")
    strange = pages.press(client, asked, "Cancel the session", reason="a long story")
    answer = pages.press(client, asked, "Cancel the session", reason="weather")
    page = client.get(answer.location)
    undone = pages.press(client, page, "Undo")

    assert ALIAS in asked.text
    for refused in (without, strange):
        assert refused.status_code == 422
        assert pages.read(refused).errors_at("reason")
        assert not pages.problems(refused.text)
    assert answer.status_code == 303
    assert "Weather" in page.text
    assert undone.status_code == 303
    stored = _stored(db, session_id)
    assert (stored.status, stored.cancel_reason) == (Status.PLANNED, None)
    assert "takes place after all" in client.get(undone.location).text


def test_a_session_that_is_over_is_not_cancelled(
    client: FlaskClient, sign_in: SignIn, clock: Clock, db: Database
) -> None:
    with db.write() as tx:
        over = make.make_session(tx, starts_at=NOW - timedelta(days=2))

    answer = post(client, f"/sessions/{over}/cancel", {"reason": "weather"})

    assert answer.status_code == 409
    assert pages.read(answer).errors() == ["This session is over."]
