"""Who came and what should follow: one press, undone by another; who must be there; the next one in one step."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.appointments import AppointmentState, CrewPart
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.people import Role
from clinic.models import Appointment
from clinic.queries import rota as rota_queries
from clinic.services import exclusions, rota
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.appointments.conftest import At
from tests.web.appointments.desk import WEEK, Desk, live, only_id, sentences, there, times, wish
from tests.web.forms import post

HOUR, SECOND, ENDS_AT = timedelta(hours=1), timedelta(seconds=1), FRIDAY + timedelta(hours=1.5)
CHANGED = "Somebody noted something else meanwhile: it stands here now. Change it if it is wrong."


@pytest.fixture
def booked(mina: FlaskClient, db: Database, desk: Desk) -> str:
    """Friday 09:30 with the lawyer and the mediator; the address of its page."""
    post(mina, f"/appointments/new/{desk.first}", wish(legal="any", mediator="any", topic="asylum"))
    return f"/appointments/{only_id(db)}"


def _noted(db: Database, path: str) -> tuple[Outcome | None, FollowUp | None]:
    with db.read() as tx:
        found = tx.get_one(Appointment, path.rpartition("/")[2])
        return found.outcome, found.follow_up


def _buttons(client: FlaskClient, path: str) -> list[str]:
    return [each.text.strip() for each in pages.read(client.get(path)).all("button")]


def test_each_press_notes_and_undo_and_we_do_not_know_take_it_back(
    at: At, db: Database, desk: Desk, booked: str
) -> None:
    mina = at(FRIDAY, desk.mediator)

    came = pages.press(mina, mina.get(booked), "Came")
    first = _noted(db, booked)
    pages.press(mina, mina.get(came.location), "Undo")
    undone = _noted(db, booked)
    pages.press(mina, mina.get(booked), "Did not come")
    second = _noted(db, booked)
    pages.press(mina, mina.get(booked), "We do not know")

    assert came.location == booked
    outcomes = [each[0] for each in (first, undone, second, _noted(db, booked))]
    assert outcomes == [Outcome.CAME, None, Outcome.NO_SHOW, None]


def test_that_she_did_not_come_is_offered_and_taken_only_from_the_start_on(
    at: At, db: Database, desk: Desk, booked: str, clock: Clock
) -> None:
    mina = at(FRIDAY - SECOND, desk.mediator)
    early = post(mina, f"{booked}/outcome", {"outcome": "no_show", "seen": ""})

    before = _buttons(mina, booked)
    clock.set(FRIDAY)

    assert "Did not come" not in before
    assert {"Came", "Excused herself"} <= set(before)
    assert early.status_code == 409
    assert pages.read(early).errors() == ["It has not begun yet: say afterwards who came."]
    assert "Did not come" in _buttons(mina, booked)
    assert _noted(db, booked) == (None, None)


def test_S73_two_phones_the_second_sees_what_the_first_noted_and_nothing_is_lost(
    at: At, db: Database, desk: Desk, booked: str
) -> None:
    mina, ada = (at(FRIDAY, each) for each in (desk.mediator, desk.lawyer))
    page = ada.get(booked)
    pages.press(mina, mina.get(booked), "Came")

    stale = pages.press(ada, page, "Did not come")
    wanted = pages.press(ada, page, "Save", wanted="lawyer")

    assert stale.status_code == 409
    assert pages.read(stale).errors() == [CHANGED]
    assert "came" in [each.text for each in pages.read(stale).all("span") if each.get("class") == "tag ok"]
    assert (wanted.status_code, _noted(db, booked)) == (303, (Outcome.CAME, FollowUp.LAWYER))
    assert pages.read(pages.press(ada, page, "Save", wanted="again")).errors() == [CHANGED]
    assert not pages.problems(stale.text)


@pytest.mark.parametrize(
    ("instant", "may"),
    [
        (FRIDAY - 12 * HOUR - SECOND, False), (FRIDAY - 12 * HOUR, True),
        (ENDS_AT + 24 * HOUR, True), (ENDS_AT + 24 * HOUR + SECOND, False),
    ],
)  # fmt: skip
def test_S03_the_lawyer_of_the_crew_notes_from_12_hours_before_until_24_hours_after_and_does_nothing_else(
    at: At, db: Database, desk: Desk, booked: str, instant: datetime, *, may: bool
) -> None:
    ada = at(instant, desk.lawyer)

    seen = ada.get(booked)
    noted = [
        post(ada, f"{booked}/outcome", {"outcome": "excused", "seen": ""}),
        post(ada, f"{booked}/wanted", {"wanted": "again", "seen": ""}),
    ]

    assert [each.status_code for each in (seen, *noted)] == ([200, 303, 303] if may else [404, 404, 404])
    assert _noted(db, booked) == ((Outcome.EXCUSED, FollowUp.AGAIN) if may else (None, None))
    if may:
        offered = {"Move", "Cancel the appointment", "Save who comes", "Next appointment", "Open to a lawyer"}
        page = pages.read(seen)
        assert not offered & {each.text.strip() for each in page.all("button", "a")}
        assert not pages.problems(seen.text)
    acts = ("cancel", "staff", "book", "restore")
    assert {post(ada, f"{booked}/{each}").status_code for each in acts} == {403}


@pytest.mark.parametrize("hostile", ["gone", "<b>", "\u202ecame", "came\x00"])
def test_what_is_in_no_list_is_not_noted(mina: FlaskClient, db: Database, booked: str, hostile: str) -> None:
    answers = [
        post(mina, f"{booked}/{act}", {field: hostile, "seen": seen})
        for act, field in (("outcome", "outcome"), ("wanted", "wanted"))
        for seen in ("", hostile)
    ]

    assert {each.status_code for each in answers} == {400}
    assert _noted(db, booked) == (None, None)


def test_who_comes_is_named_and_undone(mina: FlaskClient, db: Database, desk: Desk, booked: str) -> None:
    with db.write() as tx:
        other = make.make_person(tx, Role.LEGAL_ADVISER, name="Zoé")
        make.make_shift(tx, desk.first, other)

    page = mina.get(booked)
    changed = pages.press(mina, page, "Save who comes", legal=other.id, mediator="")
    shown, now = mina.get(changed.location), there(db)
    stale = pages.press(mina, page, "Save who comes", legal="")
    pages.press(mina, shown, "Undo")

    assert now == {CrewPart.LEGAL: other.id}
    assert there(db) == {CrewPart.LEGAL: desk.lawyer.id, CrewPart.MEDIATOR: desk.mediator.id}
    assert (stale.status_code, pages.read(stale).errors()) == (409, [CHANGED])


def test_whoever_leaves_the_crew_is_missing_on_every_page_until_somebody_is_named(
    mina: FlaskClient, db: Database, desk: Desk, booked: str
) -> None:
    with db.write() as tx:
        shift_id = next(each.id for each in rota_queries.live_shifts(tx, desk.first) if each.role is Role.LAWYER)
        rota.give_back(tx, shift_id, by=desk.lawyer, now=NOW)

    for path in (booked, f"/sessions/{desk.first}", "/agenda"):
        tags = [each.text for each in pages.read(mina.get(path)).all("span") if each.get("class") == "tag missing"]
        assert "missing: lawyer or legal adviser" in tags, path
    kept = pages.press(mina, mina.get(booked), "Save who comes")

    assert (kept.status_code, there(db)[CrewPart.LEGAL]) == (303, None)


def test_S07_whom_she_never_meets_is_not_offered_to_come(
    mina: FlaskClient, db: Database, desk: Desk, booked: str
) -> None:
    with db.write() as tx:
        whom_id = tx.get_one(Appointment, only_id(db)).beneficiary_id
        exclusions.exclude(tx, whom_id, desk.lawyer.id, by=desk.mediator, now=NOW)

    page = mina.get(booked)
    named = pages.press(mina, page, "Save who comes", legal=desk.lawyer.id)

    assert "Ada" not in page.text
    assert pages.read(named).errors() == ["At 09:30, nobody is free as: lawyer or legal adviser."]


def test_the_next_appointment_is_one_press_with_the_same_people_on_the_next_dates(
    mina: FlaskClient, db: Database, desk: Desk, booked: str
) -> None:
    page = pages.read(mina.get(booked))
    link = next(each.get("href") for each in page.all("a") if each.text.strip() == "Next appointment")

    shown = mina.get(link)
    answer = pages.press(mina, shown, "09:30")

    assert link == f"{booked}/follow-up"
    assert times(shown) == {"Friday 4 December Law access point": ["09:30", "10:00", "10:30"]}
    assert not pages.problems(shown.text)
    assert "Iris" not in link + str(answer.location)
    assert answer.location == f"/sessions/{desk.second}"
    assert live(db)[1] == (AppointmentState.BOOKED, desk.second, FRIDAY + WEEK)
    with db.read() as tx:
        first, second = tx.scalars(select(Appointment).order_by(Appointment.starts_at)).all()
        assert (first.beneficiary_id, first.language, first.topic) == (
            second.beneficiary_id, second.language, second.topic
        )  # fmt: skip
    assert there(db) == {CrewPart.LEGAL: desk.lawyer.id, CrewPart.MEDIATOR: desk.mediator.id}


def test_the_next_appointment_says_who_of_the_same_people_is_missing(
    mina: FlaskClient, db: Database, desk: Desk, booked: str
) -> None:
    with db.write() as tx:
        shift_id = next(each.id for each in rota_queries.live_shifts(tx, desk.second) if each.role is Role.LAWYER)
        rota.give_back(tx, shift_id, by=desk.lawyer, now=NOW)

    shown = mina.get(f"{booked}/follow-up")

    said = "No time at which all of them are free. Missing at all times: lawyer or legal adviser."
    assert said in sentences(shown)
    assert "Ada" not in shown.text


def test_it_moves_only_to_times_at_which_all_who_must_be_there_are_free(
    mina: FlaskClient, db: Database, desk: Desk, booked: str, sign_in: SignIn
) -> None:
    other = sign_in(Role.MEDIATOR)
    post(other, f"/appointments/new/{desk.first}", wish(at="20261127T0900Z", legal="any", alias="Nacre"))

    page = mina.get(f"{booked}/move")
    hours = [each.text for each in pages.read(page).all("option") if each.get("value").startswith(desk.first)]
    refused = pages.press(mina, page, "Move", to=f"{desk.first}.20261127T0900Z")
    moved = pages.press(mina, page, "Move", to=f"{desk.second}.20261204T0900Z")

    assert hours == ["09:30", "10:30"]
    assert refused.status_code == 409
    assert "At 10:00, nobody is free as: lawyer or legal adviser. Free times: 09:30, 10:30." in pages.read(
        refused
    ).errors_at("to")
    assert "Nacre" not in refused.text
    assert moved.location == f"/sessions/{desk.second}"
    assert live(db)[-1][1:] == (desk.second, FRIDAY + WEEK + timedelta(minutes=30))
