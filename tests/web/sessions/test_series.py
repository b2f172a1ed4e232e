"""Making a series through its pages: fill in, look at the dates, save."""

from __future__ import annotations

from datetime import date, time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import ClinicSession, Closure, Series, SessionNeed
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.web import pages
from tests.web.forms import post

NEW = "/sessions/series/new"
BIDI, CONTROL = "Nom\u202egnol", "Nom\x07"


@pytest.fixture
def place_id(db: Database) -> str:
    with db.write() as tx:
        return make.make_place(tx)


@pytest.fixture(params=["fr", "en"])
def coordinator(request: pytest.FixtureRequest, sign_in: SignIn) -> FlaskClient:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", request.param)
    return client


@pytest.fixture
def reader(sign_in: SignIn) -> FlaskClient:
    """A coordinator who reads English."""
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


def _draft(where: str, **changes: str) -> dict[str, str]:
    draft = {
        "kind": "law_access", "name_fr": "Permanence", "name_en": "Drop-in", "agenda_word_fr": "Matin",
        "agenda_word_en": "Morning", "is_public": "y", "rhythm": "weekly", "nth": "2", "weekday": "0",
        "first_on": "2026-11-27", "until_on": "", "starts": "09:30", "ends": "12:30", "place_id": where,
        "desks": "2", "slot_minutes": "30", "least_lawyer": "1", "least_legal_adviser": "0",
        "least_psychologist": "0", "least_mediator": "1", "least_interpreter": "0", "key": make.key(),
        "wish_lawyer": "2", "wish_legal_adviser": "", "wish_psychologist": "1", "wish_mediator": "0",
        "wish_interpreter": "", "sign_off_days": "3", "decision_days": "2", "decision_time": "18:00",
    }  # fmt: skip
    return {**draft, **changes}


@pytest.mark.parametrize(("field", "wrong"), [
    ("kind", ""), ("kind", "party"), ("name_fr", ""), ("name_fr", "x" * 81), ("name_en", BIDI), ("name_en", CONTROL),
    ("agenda_word_fr", "Avocate"), ("agenda_word_en", "Asylum"), ("agenda_word_fr", "x" * 25), ("rhythm", ""),
    ("rhythm", "daily"), ("nth", "5"), ("weekday", "7"), ("first_on", ""), ("first_on", "27/13/2026"),
    ("first_on", "2026-11-21"), ("first_on", "2031-01-01"), ("until_on", "soon"), ("until_on", "2026-11-01"),
    ("starts", ""), ("starts", "25:00"), ("starts", "09:31"), ("ends", "09:07"), ("ends", "09:15"),
    ("place_id", ""), ("place_id", "0123456789abcdef"), ("desks", ""), ("desks", "-1"), ("desks", "13"),
    ("desks", "many"), ("slot_minutes", "7"), ("least_lawyer", "10"), ("least_mediator", "x"),
    ("wish_lawyer", "10"), ("wish_mediator", "x"), ("sign_off_days", "15"), ("decision_days", ""),
    ("decision_days", "-1"), ("decision_time", ""), ("decision_time", "25:00"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_on_top_and_nothing_typed_is_lost(
    coordinator: FlaskClient, place_id: str, field: str, wrong: str
) -> None:
    draft = _draft(place_id, **{field: wrong})

    answer = post(coordinator, f"{NEW}?step=preview", draft)

    page = pages.read(answer)
    assert answer.status_code == 422
    assert page.errors_at(field)
    assert page.errors()
    assert not pages.problems(answer.text)
    kept = pages.form_of(answer, page.all("button")[-1].text)
    for name, typed in draft.items():
        if name != field:
            assert kept.get(name) == typed, name
    if field not in {"kind", "rhythm", "nth", "weekday", "place_id", "slot_minutes"}:
        assert kept[field] == "".join(each for each in wrong if each.isprintable())


def test_the_preview_marks_holidays_and_closures_and_leaves_them_out(
    reader: FlaskClient, db: Database, place_id: str
) -> None:
    with db.write() as tx:
        tx.add(Closure(name="Travaux", place_id=place_id, first_on=date(2027, 2, 5), last_on=date(2027, 2, 6)))

    answer = post(reader, f"{NEW}?step=preview", _draft(place_id, first_on="2026-12-04"))

    page = pages.read(answer)
    words = {each.get("for"): " ".join(each.text.split()) for each in page.all("label")}
    ticked = {
        each.get("value"): "checked" in each.attributes for each in page.all("input") if each.get("name") == "keep"
    }
    marked = {value for value, is_kept in ticked.items() if not is_kept}
    assert answer.status_code == 200
    assert {"2026-12-25", "2027-01-01", "2027-02-05"} <= marked
    assert "2027-02-12" not in marked
    assert any("Christmas" in each for each in words.values())
    assert any("Travaux" in each for each in words.values())
    assert not pages.problems(answer.text)


def test_kept_closed_days_stay_ticked_and_may_1_is_marked_too(reader: FlaskClient, place_id: str) -> None:
    draft = _draft(place_id, first_on="2027-04-24", keeps_closed_days="y")

    page = pages.read(post(reader, f"{NEW}?step=preview", draft))

    first_of_may = next(each for each in page.all("input") if each.get("value") == "2027-05-01")
    said = next(each.text for each in page.all("label") if each.get("for") == first_of_may.get("id"))
    assert "checked" in first_of_may.attributes
    assert "Labor Day" in said or "Labour Day" in said


def test_what_is_ticked_is_what_is_saved(reader: FlaskClient, db: Database, place_id: str) -> None:
    preview = post(reader, f"{NEW}?step=preview", _draft(place_id))

    answer = pages.press(reader, preview, "Save the series", keep=["2026-11-27", "2026-12-25"])

    assert answer.status_code == 303
    assert answer.location == "/agenda/2026-W48"
    with db.read() as tx:
        assert set(tx.scalars(select(ClinicSession.planned_on))) == {date(2026, 11, 27), date(2026, 12, 25)}


def test_S72_a_form_sent_twice_makes_one_series(reader: FlaskClient, db: Database, place_id: str) -> None:
    preview = post(reader, f"{NEW}?step=preview", _draft(place_id, rhythm="once"))

    for _ in range(3):
        assert pages.press(reader, preview, "Save the series").status_code == 303

    with db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Series)) == 1
        assert tx.scalar(select(func.count()).select_from(ClinicSession)) == 1


def test_minimum_wish_and_times_are_saved_and_a_wish_below_the_minimum_is_none(
    reader: FlaskClient, db: Database, place_id: str
) -> None:
    draft = _draft(place_id, rhythm="once", sign_off_days="4", decision_days="1", decision_time="12:00")

    pages.press(reader, post(reader, f"{NEW}?step=preview", draft), "Save the series")

    with db.read() as tx:
        series = tx.scalars(select(Series)).one()
        needs = {need.role: (need.least, need.wish) for need in tx.scalars(select(SessionNeed))}
    assert needs == {Role.LAWYER: (1, 2), Role.PSYCHOLOGIST: (0, 1), Role.MEDIATOR: (1, 1)}
    assert (series.sign_off_days, series.decision_days, series.decision_time) == (4, 1, time(12))


def test_without_any_date_nothing_is_saved(reader: FlaskClient, db: Database, place_id: str) -> None:
    preview = post(reader, f"{NEW}?step=preview", _draft(place_id))

    answer = pages.press(reader, preview, "Save the series", keep=[])

    assert answer.status_code == 422
    assert "Keep one date at least." in answer.text
    assert not pages.problems(answer.text)
    with db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Series)) == 0


def test_one_may_go_back_from_the_preview_and_change_something(reader: FlaskClient, place_id: str) -> None:
    draft = _draft(place_id, rhythm="fortnightly", until_on="2027-06-30")
    preview = post(reader, f"{NEW}?step=preview", draft)

    answer = pages.press(reader, preview, "Change something")

    kept = pages.form_of(answer, "See the dates")
    assert answer.status_code == 200
    assert {name: kept.get(name) for name in draft} == draft
    assert "every other Friday, until" in pages.read(preview).all("main")[0].text


def test_a_rule_without_a_date_is_refused_at_its_field(reader: FlaskClient, place_id: str) -> None:
    draft = _draft(place_id, rhythm="monthly", first_on="2026-11-27", until_on="2026-11-30", weekday="0", nth="1")

    answer = post(reader, f"{NEW}?step=preview", draft)

    assert answer.status_code == 422
    assert pages.read(answer).errors_at("first_on")


@pytest.mark.parametrize("missing", ["csrf_token", "key"])
def test_a_form_that_lost_its_token_or_its_key_is_sent_back(reader: FlaskClient, place_id: str, missing: str) -> None:
    preview = post(reader, f"{NEW}?step=preview", _draft(place_id))

    answer = pages.press(reader, preview, "Save the series", **{missing: "zz"})

    assert answer.status_code == 400


def test_each_series_is_listed_with_its_rule_as_a_sentence(reader: FlaskClient, db: Database, clock: Clock) -> None:
    with db.write() as tx:
        make.make_series(tx)
    clock.set(NOW)

    page = reader.get("/sessions/series")

    assert "every Friday" in page.text
