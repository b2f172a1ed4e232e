"""Which reminders a series sends: what they say in every language and by every channel, and saving them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Kind as SessionKind
from clinic.models import AuditEntry, Notice, Series
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY
from tests.web import pages

HOUR = timedelta(hours=1)


@pytest.fixture
def series_id(db: Database) -> str:
    """Fridays at 09:30, with a mediator on the crew and somebody who has an appointment and chose nothing."""
    with db.write() as tx:
        series_id, mediator = make.make_series(tx), make.make_person(tx)
        session_id = make.make_session(tx, series_id=series_id)
        make.make_shift(tx, session_id, mediator)
        make.make_appointment(tx, session_id, by=mediator)
        return series_id


@pytest.fixture
def client(sign_in: SignIn) -> FlaskClient:
    """The coordinator, who reads English."""
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


def _due(tx: Session) -> list[tuple[Kind, datetime, bool]]:
    waiting = select(Notice).where(Notice.kind.in_([Kind.REMINDER, Kind.DIGEST]), Notice.state == State.PLANNED)
    found = sorted(tx.scalars(waiting), key=lambda each: (each.due_at, each.kind))
    return [(each.kind, each.due_at, each.beneficiary_id is not None) for each in found]


def test_the_page_shows_what_is_said_to_whom_when_and_how_long_it_is(client: FlaskClient, series_id: str) -> None:
    shown = client.get(f"/sessions/series/{series_id}/messages")

    words = " ".join(pages.read(shown).text("body").split())
    assert not pages.problems(shown.text)
    assert "Wednesday 25 November, 09:30" in words
    assert "Thursday 26 November, 14:00 (that says all of Friday)" in words
    for said in ("Matin", "Morning", "Law access point", "vendredi 27 novembre", "Friday 27 November", "of 160"):
        assert said in words


def test_looking_saves_nothing_and_shows_the_times_of_what_is_ticked(
    client: FlaskClient, db: Database, series_id: str
) -> None:
    asked = client.get(f"/sessions/series/{series_id}/messages")

    seen = pages.press(client, asked, "See what they say", crew=["7d@10", "3h"], people=["1d@17"])

    words = " ".join(pages.read(seen).text("body").split())
    assert "Friday 20 November, 10:00 (too late for this date)" in words
    assert "Friday 27 November, 06:30" in words
    assert "Thursday 26 November, 17:00" in words
    assert pages.form_of(seen, "Save the reminders").getlist("crew") == ["7d@10", "3h"]
    with db.read() as tx:
        assert tx.get_one(Series, series_id).reminders_crew == "48h 1d@14"


def test_saving_plans_the_reminders_of_all_who_come_anew(client: FlaskClient, db: Database, series_id: str) -> None:
    asked = client.get(f"/sessions/series/{series_id}/messages")

    saved = pages.press(client, asked, "Save the reminders", crew=["3h"], people=["1d@17", "2d@14"])
    again = pages.press(client, asked, "Save the reminders", crew=["3h"], people=["1d@17", "2d@14"])

    assert (saved.status_code, again.status_code) == (303, 303)
    with db.read() as tx:
        assert _due(tx) == [
            (Kind.REMINDER, datetime(2026, 11, 25, 13, tzinfo=UTC), True),
            (Kind.REMINDER, datetime(2026, 11, 26, 16, tzinfo=UTC), True),
            (Kind.REMINDER, FRIDAY - 3 * HOUR, False),
        ]
        audited = select(AuditEntry.action).where(AuditEntry.action == "series.reminders")
        assert tx.scalars(audited).all() == ["series.reminders"]


def test_S73_what_somebody_else_saved_meanwhile_is_shown_and_not_lost(
    client: FlaskClient, db: Database, series_id: str
) -> None:
    asked = client.get(f"/sessions/series/{series_id}/messages")
    pages.press(client, asked, "Save the reminders", crew=["3h"], people=[])

    late = pages.press(client, asked, "Save the reminders", crew=["1d@17"], people=[])
    after = pages.press(client, late, "Save the reminders")

    assert (late.status_code, after.status_code) == (409, 303)
    assert pages.read(late).errors() == ["Something changed meanwhile: look again before you save."]
    with db.read() as tx:
        assert tx.get_one(Series, series_id).reminders_crew == "1d@17"


@pytest.mark.parametrize("ticked", [
    {"crew": ["7d@10", "48h", "1d@14", "3h"]},
    {"people": ["7d@10", "48h", "1d@14"]},
    {"crew": ["1h"]},
])  # fmt: skip
def test_too_many_or_unknown_reminders_are_said_at_the_field(
    client: FlaskClient, series_id: str, ticked: dict[str, list[str]]
) -> None:
    asked = client.get(f"/sessions/series/{series_id}/messages")

    answer = pages.press(client, asked, "Save the reminders", **ticked)

    assert answer.status_code == 422
    assert pages.read(answer).errors()
    assert not pages.problems(answer.text)


def test_no_reminder_at_all_is_a_choice_too(client: FlaskClient, db: Database, series_id: str) -> None:
    asked = client.get(f"/sessions/series/{series_id}/messages")

    saved = pages.press(client, asked, "Save the reminders", crew=[], people=[])

    assert "No reminder goes." in client.get(saved.location).text
    with db.read() as tx:
        assert _due(tx) == []


def test_a_series_without_a_date_to_come_says_so(client: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        series_id = make.make_series(tx)

    assert "No date is to come." in client.get(f"/sessions/series/{series_id}/messages").text


def test_an_organiser_says_it_of_workshops_alone(sign_in: SignIn, db: Database, series_id: str) -> None:
    with db.write() as tx:
        organiser: SignedIn = make.make_person(tx, Role.WORKSHOP_ORGANISER)
        workshops = make.make_series(tx, kind=SessionKind.WORKSHOP)
    client = sign_in(organiser)

    assert client.get(f"/sessions/series/{workshops}/messages").status_code == 200
    assert client.get(f"/sessions/series/{series_id}/messages").status_code == 404
