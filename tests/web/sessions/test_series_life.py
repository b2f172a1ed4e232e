"""A series through its life, as its pages do it: look at it, end it, add a date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.sessions import CancelReason, Status
from clinic.domain.times import to_local
from clinic.models import Series, SeriesSkip
from clinic.services import programme
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.sessions.series_life import FRIDAY, everything, make_with_dates, move_by_hand, of_series, said_on

WEEK = timedelta(days=7)
ALIAS = "Iris des champs"


@pytest.fixture
def client(sign_in: SignIn) -> FlaskClient:
    """A coordinator who reads English."""
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def series_id(db: Database) -> str:
    with db.write() as tx:
        return make_with_dates(tx)


def test_the_page_says_the_rule_the_crew_and_what_was_done_to_each_date(
    client: FlaskClient, db: Database, series_id: str
) -> None:
    stored = of_series(db, series_id)
    move_by_hand(db, stored[FRIDAY].id)
    with db.write() as tx:
        cancelled, by = stored[FRIDAY + WEEK].id, make.make_person(tx, Role.COORDINATOR)
        programme.cancel(tx, cancelled, CancelReason.WEATHER, by=by, now=make.NOW)
        tx.add(SeriesSkip(series_id=series_id, skipped_on=FRIDAY + 3 * WEEK))

    page = client.get(f"/sessions/series/{series_id}")

    said = said_on(page)
    for words in (
        "every Friday", "09:30 – 12:30", "1 lawyer (2 wished for), 1 mediator", "Saturday 28 November",
        "moved Before: Friday 27 November, 09:30 changed by hand", "cancelled Weather", "Christmas Day",
        "Christmas school holidays", "left out by hand",
    ):  # fmt: skip
        assert words in said
    assert not pages.problems(page.text)
    assert f"/sessions/series/{series_id}" in client.get("/sessions/series").text
    assert f"/sessions/series/{series_id}" in client.get(f"/sessions/{cancelled}").text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_others_may_not_open_a_series(sign_in: SignIn, series_id: str, role: Role) -> None:
    other = sign_in(role)

    for path in ("", "/change", "/end", "/add"):
        assert other.get(f"/sessions/series/{series_id}{path}").status_code == 403


@pytest.mark.parametrize("path", ["", "/change", "/end", "/add"])
def test_S02_a_series_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/sessions/series/0123456789abcdef{path}").status_code == 404


def test_ending_a_series_shows_its_dates_and_ends_it_once(client: FlaskClient, db: Database, series_id: str) -> None:
    stored = of_series(db, series_id)
    with db.write() as tx:
        make.make_shift(tx, stored[FRIDAY + WEEK].id, make.make_person(tx, Role.LAWYER, name="Avocate Une"))
        before = everything(tx)
    asked = client.get(f"/sessions/series/{series_id}/end")

    shown = pages.press(client, asked, "See what happens", from_on="2026-12-01")
    with db.read() as tx:
        assert everything(tx) == before
    answers = [pages.press(client, shown, "End the series") for _ in range(2)]

    said = said_on(shown)
    assert "1 session is called off" in said
    assert "4 sessions are gone" in said
    assert "Told and free again: Avocate Une" in said
    assert not pages.problems(shown.text)
    assert [each.status_code for each in answers] == [303, 303]
    left = of_series(db, series_id)
    assert set(left) == {FRIDAY, FRIDAY + WEEK}
    assert left[FRIDAY + WEEK].status is Status.CANCELLED
    assert "ends on Tuesday 1 December" in client.get("/sessions/series").text


@pytest.mark.parametrize("wrong", ["", "2026-11-21"])
def test_a_series_does_not_end_in_the_past(client: FlaskClient, series_id: str, wrong: str) -> None:
    answer = pages.press(client, client.get(f"/sessions/series/{series_id}/end"), "See what happens", from_on=wrong)

    assert answer.status_code == 422
    assert pages.read(answer).errors_at("from_on")
    assert pages.form_of(answer, "See what happens")["from_on"] == wrong


def test_an_end_that_changed_meanwhile_is_looked_at_again(client: FlaskClient, db: Database, series_id: str) -> None:
    shown = pages.press(client, client.get(f"/sessions/series/{series_id}/end"), "See what happens")
    move_by_hand(db, of_series(db, series_id)[FRIDAY].id)

    again = pages.press(client, shown, "End the series")

    assert again.status_code == 409
    assert "look again" in pages.read(again).errors()[0]
    assert pages.press(client, again, "End the series").status_code == 303


def test_a_date_is_added_by_hand_once(client: FlaskClient, db: Database, series_id: str) -> None:
    asked = client.get(f"/sessions/series/{series_id}/add")

    answers = [pages.press(client, asked, "Add this date", on="2026-12-02", starts="14:00", ends="16:00") for _ in "12"]

    added = of_series(db, series_id)[date(2026, 12, 2)]
    assert not pages.problems(asked.text)
    assert {(each.status_code, each.location) for each in answers} == {(303, f"/sessions/{added.id}")}
    assert added.is_added
    assert to_local(added.starts_at).time() == time(14)


def test_a_date_that_is_there_leads_to_it(client: FlaskClient, db: Database, series_id: str) -> None:
    session_id = of_series(db, series_id)[FRIDAY].id

    answer = pages.press(client, client.get(f"/sessions/series/{series_id}/add"), "Add this date", on="2026-11-27")

    assert answer.status_code == 409
    assert "has this date already" in pages.read(answer).errors_at("on")
    assert any(each.get("href") == f"/sessions/{session_id}" for each in pages.read(answer).all("a"))
    assert not pages.problems(answer.text)


@pytest.mark.parametrize(("typed", "status"), [
    ({"on": ""}, 422), ({"on": "2026-12-02", "starts": "09:31"}, 422), ({"on": "2026-11-20"}, 409),
    ({"on": "2027-03-28", "starts": "02:30", "ends": "05:30"}, 422),
])  # fmt: skip
def test_a_date_that_cannot_be_is_refused_and_kept(
    client: FlaskClient, series_id: str, typed: dict[str, str | list[str] | None], status: int
) -> None:
    answer = pages.press(client, client.get(f"/sessions/series/{series_id}/add"), "Add this date", **typed)

    kept = pages.form_of(answer, "Add this date")
    assert answer.status_code == status
    assert pages.read(answer).errors()
    assert {name: kept[name] for name in typed} == typed


@pytest.mark.parametrize(("which", "starts_at"), [
    ("0", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)), ("1", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
])  # fmt: skip
def test_S74_an_added_hour_that_comes_twice_is_asked(
    db: Database, sign_in: SignIn, clock: Clock, series_id: str, which: str, starts_at: datetime
) -> None:
    clock.set(datetime(2026, 10, 20, 9, tzinfo=UTC))
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    asked = client.get(f"/sessions/series/{series_id}/add")

    twice = pages.press(client, asked, "Add this date", on="2026-10-25", starts="02:30", ends="05:30")
    added = pages.press(client, twice, "Add this date", which=which)

    assert twice.status_code == 422
    assert pages.read(twice).errors_at("which")
    assert added.status_code == 303
    assert of_series(db, series_id)[date(2026, 10, 25)].starts_at == starts_at


def test_a_series_that_ended_is_marked_and_listed_last(
    client: FlaskClient, db: Database, series_id: str, clock: Clock
) -> None:
    with db.write() as tx:
        make.make_series(tx, names=("Autre", "Another"))
        tx.get_one(Series, series_id).ended_on = make.NOW.date()

    said = said_on(client.get("/sessions/series"))

    assert said.index("Another") < said.index("Drop-in") < said.index("ended on Sunday 22 November")
    with db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Series)) == 2
