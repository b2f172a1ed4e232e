"""Changing a series from a day on through its pages: say it, see what happens, save it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.recurrence import AfterSkip, Rhythm
from clinic.domain.times import to_local
from clinic.models import ClinicSession, Closure, Series, SeriesSkip
from tests import make
from tests.conftest import SignIn
from tests.web import pages
from tests.web.forms import post
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


def _preview(client: FlaskClient, series_id: str, **typed: str | list[str] | None) -> TestResponse:
    asked = client.get(f"/sessions/series/{series_id}/change")
    return pages.press(client, asked, "See what happens", **typed)


def test_the_form_is_filled_with_what_the_series_is(client: FlaskClient, series_id: str) -> None:
    asked = client.get(f"/sessions/series/{series_id}/change")

    filled = pages.form_of(asked, "See what happens")
    wanted = {
        "from_on": "2026-11-23", "first_on": "2026-11-27", "until_on": "2027-01-15", "rhythm": "weekly",
        "starts": "09:30", "ends": "12:30", "name_en": "Drop-in", "least_lawyer": "1", "wish_lawyer": "2",
        "least_mediator": "1", "wish_interpreter": "", "is_public": "y", "decision_time": "18:00",
    }  # fmt: skip
    assert {name: filled[name] for name in wanted} == wanted
    assert "kind" not in filled
    assert not pages.problems(asked.text)


@pytest.mark.parametrize(("field", "wrong"), [
    ("from_on", ""), ("from_on", "2026-11-21"), ("first_on", "2026-11-22"), ("first_on", "soon"),
    ("until_on", "2026-11-24"), ("starts", "09:31"), ("name_fr", ""), ("wish_lawyer", "x"),
    ("agenda_word_fr", "Avocate"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, series_id: str, field: str, wrong: str
) -> None:
    typed = {"name_en": "Morning desk", "desks": "5", "least_interpreter": "2"}

    answer = _preview(client, series_id, **{**typed, field: wrong})

    page = pages.read(answer)
    kept = pages.form_of(answer, "See what happens")
    assert answer.status_code == 422
    assert page.errors()
    assert page.errors_at(field)
    assert {name: kept[name] for name in typed if name != field} == {k: v for k, v in typed.items() if k != field}
    assert not pages.problems(answer.text)


def test_a_dry_run_names_whom_it_touches_and_changes_nothing(client: FlaskClient, db: Database, series_id: str) -> None:
    stored = of_series(db, series_id)
    with db.write() as tx:
        lawyer, taken = (
            make.make_person(tx, Role.LAWYER, name="Avocate Une"),
            make.make_person(tx, name="Prise Ailleurs"),
        )
        make.make_shift(tx, stored[FRIDAY].id, lawyer)
        make.make_shift(tx, stored[FRIDAY].id, taken)
        make.make_shift(tx, make.make_session(tx, starts_at=make.FRIDAY + timedelta(hours=5)), taken)
        make.make_appointment(tx, stored[FRIDAY].id, by=make.make_person(tx), alias=ALIAS)
    move_by_hand(db, stored[FRIDAY + WEEK].id)
    with db.read() as tx:
        before = everything(tx)

    shown = _preview(client, series_id, starts="14:00", ends="17:00")

    said = said_on(shown)
    for words in (
        "5 sessions move", "1 session stays as it was changed by hand", "2 dates are left out", "Nothing is saved yet",
        "from Friday 27 November, 09:30", "Asked to confirm: Avocate Une", "leaves: Prise Ailleurs",
        f"Appointments that move along: {ALIAS}", "stays: changed by hand", "Christmas Day",
        "Christmas school holidays",
    ):  # fmt: skip
        assert words in said, words
    assert shown.status_code == 200
    assert not pages.problems(shown.text)
    with db.read() as tx:
        assert everything(tx) == before


def test_what_is_saved_is_what_was_shown(client: FlaskClient, db: Database, series_id: str) -> None:
    stored = of_series(db, series_id)
    move_by_hand(db, stored[FRIDAY + WEEK].id)
    shown = _preview(client, series_id, from_on="2026-12-01", first_on="2026-12-03", starts="14:00", ends="17:00")
    ticked = {each.get("value") for each in pages.read(shown).all("input") if "checked" in each.attributes}

    answer = pages.press(client, shown, "Save these changes")

    after = of_series(db, series_id)
    assert answer.status_code == 303
    assert "The series is changed." in client.get(answer.location).text
    assert after[FRIDAY].starts_at == stored[FRIDAY].starts_at
    by_hand = next(each for each in after.values() if each.is_by_hand)
    assert by_hand.starts_at == stored[FRIDAY + WEEK].starts_at + timedelta(days=1)
    followed = {on: each for on, each in after.items() if on > FRIDAY and not each.is_by_hand}
    assert {on.isoformat() for on in followed} == ticked
    assert {to_local(each.starts_at).time() for each in followed.values()} == {time(14)}
    assert {each.planned_on.weekday() for each in followed.values()} == {3}


def test_a_second_save_finds_nothing_to_do(client: FlaskClient, db: Database, series_id: str) -> None:
    shown = _preview(client, series_id, starts="14:00", ends="17:00")
    pages.press(client, shown, "Save these changes")
    with db.read() as tx:
        once = everything(tx)

    client.get(f"/sessions/series/{series_id}")
    twice = pages.press(client, shown, "Save these changes")
    there = client.get(twice.location)
    again = _preview(client, series_id, starts="14:00", ends="17:00")

    with db.read() as tx:
        assert everything(tx) == once
    assert twice.status_code == 303
    assert "Nothing changes" in there.text
    assert "Nothing changes" in again.text
    assert "Save these changes" not in again.text


def test_what_changed_meanwhile_is_looked_at_again(client: FlaskClient, db: Database, series_id: str) -> None:
    shown = _preview(client, series_id, starts="14:00", ends="17:00", name_en="Desk")
    move_by_hand(db, of_series(db, series_id)[FRIDAY].id)

    again = pages.press(client, shown, "Save these changes")
    saved = pages.press(client, again, "Save these changes")

    assert again.status_code == 409
    assert pages.read(again).errors() == ["Something changed meanwhile: look again before you save."]
    assert not pages.problems(again.text)
    assert saved.status_code == 303
    with db.read() as tx:
        assert tx.get_one(Series, series_id).name_en == "Desk"


def test_a_tick_taken_away_leaves_a_date_out_and_one_given_keeps_a_closed_day(
    client: FlaskClient, db: Database, series_id: str
) -> None:
    shown = _preview(client, series_id, starts="14:00", ends="17:00")
    keep = sorted(each.get("value") for each in pages.read(shown).all("input") if "checked" in each.attributes)
    wanted = [*[each for each in keep if each != "2026-12-04"], "2026-12-25"]

    again = pages.press(client, shown, "See again", keep=wanted)
    edited = pages.press(client, again, "Change something")
    back = pages.press(client, edited, "See what happens", ends="18:00")
    saved = pages.press(client, back, "Save these changes")

    for page in (again, back):
        ticked = {each.get("value") for each in pages.read(page).all("input") if "checked" in each.attributes}
        assert ticked == set(wanted)
        assert "1 session is made" in said_on(page)
        assert "1 session is gone" in said_on(page)
    assert saved.status_code == 303
    assert {each.isoformat() for each in of_series(db, series_id)} == set(wanted)


def test_ticks_changed_and_not_looked_at_are_shown_first(client: FlaskClient, db: Database, series_id: str) -> None:
    shown = _preview(client, series_id)

    again = pages.press(client, shown, "See again", keep=["2026-12-04"])
    unseen = _preview(client, series_id, starts="14:00", ends="17:00")
    answer = pages.press(client, unseen, "Save these changes", keep=["2026-12-04"])

    assert "gone: nobody counted on it" in again.text
    assert answer.status_code == 409
    assert FRIDAY in of_series(db, series_id)


def test_a_session_that_cannot_follow_stops_the_change_by_name(
    client: FlaskClient, db: Database, series_id: str
) -> None:
    session_id = of_series(db, series_id)[FRIDAY].id
    with db.write() as tx:
        make.make_appointment(tx, session_id, by=make.make_person(tx), slot=5, alias=ALIAS)

    shown = _preview(client, series_id, starts="09:30", ends="10:30")
    form = pages.form_of(shown, "See again")
    forced = client.post(f"/sessions/series/{series_id}/change?step=save", data=form)

    assert f"These appointments would fall outside the new time: {ALIAS}. Move them first." in said_on(shown)
    assert f'href="/sessions/{session_id}"' in shown.text
    assert "Save these changes" not in shown.text
    assert not pages.problems(shown.text)
    assert forced.status_code == 409
    assert "Some sessions cannot follow." in forced.text
    assert of_series(db, series_id)[FRIDAY].ends_at == make.FRIDAY + timedelta(hours=3)


def test_every_other_friday_after_a_holiday_is_chosen_with_its_next_date(client: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        series_id = make_with_dates(tx, rhythm=Rhythm.FORTNIGHTLY, until_on=date(2027, 2, 28))

    shown = _preview(client, series_id, first_on="2026-12-11")
    shifted = pages.press(client, shown, "See again", after_skip="shift")
    saved = pages.press(client, shifted, "Save these changes")

    assert "(next: Friday 8 January 2027)" in said_on(shown)
    assert said_on(shown).count("(next: ") == 2
    assert saved.status_code == 303
    with db.read() as tx:
        assert tx.get_one(Series, series_id).after_skip is AfterSkip.SHIFT


def test_a_new_series_chooses_too(client: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        place_id = make.make_place(tx)
        tx.add(Closure(name="Travaux", place_id=place_id, first_on=date(2027, 3, 5), last_on=date(2027, 3, 5)))
    draft = {
        "kind": "bus", "name_fr": "Bus", "name_en": "Bus", "agenda_word_fr": "Soir", "agenda_word_en": "Evening",
        "rhythm": "fortnightly", "first_on": "2027-02-19", "until_on": "2027-04-30", "starts": "19:30", "ends": "00:30",
        "place_id": place_id, "desks": "0", "slot_minutes": "30", "nth": "2", "weekday": "0", "sign_off_days": "3",
        "decision_days": "2", "decision_time": "18:00", "key": make.key(),
        **{f"least_{role}": "0" for role in ("lawyer", "legal_adviser", "psychologist", "mediator", "interpreter")},
    }  # fmt: skip
    shown = post(client, "/sessions/series/new?step=preview", draft)

    unseen = pages.press(client, shown, "Save the series", after_skip="shift")
    saved = pages.press(client, unseen, "Save the series")

    said = said_on(shown)
    assert "(next: Friday 19 March 2027)" in said
    assert "(next: Friday 12 March 2027)" in said
    assert "winter school holidays" in said
    assert (unseen.status_code, saved.status_code) == (200, 303)
    with db.read() as tx:
        made = sorted(tx.scalars(select(ClinicSession.planned_on)))
        skipped = tx.scalars(select(SeriesSkip.skipped_on)).all()
    assert made == [date(2027, 2, 19), *(date(2027, 3, 12) + number * 2 * WEEK for number in range(4))]
    assert list(skipped) == [date(2027, 3, 5)]


def test_a_cancelled_bus_may_shift_those_that_follow_by_a_week(client: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        series_id = make_with_dates(tx, rhythm=Rhythm.FORTNIGHTLY)
    session_id = of_series(db, series_id)[FRIDAY].id
    asked = client.get(f"/sessions/{session_id}/cancel")
    before = client.get(f"/sessions/{session_id}").text
    page = client.get(pages.press(client, asked, "Cancel the session", reason="weather").location)

    link = next(each for each in pages.read(page).all("a") if "by a week" in each.text)
    filled = pages.form_of(client.get(link.get("href")), "See what happens")

    assert "by a week" not in before
    assert (filled["from_on"], filled["first_on"]) == ("2026-11-28", "2026-12-04")
