"""Whether a session may run: what the coordinator reads and decides, and what the others read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.rota import Staffing
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.forms import post

WEDNESDAY = datetime(2026, 11, 25, 17, tzinfo=UTC)  # 18:00 in Paris, two days before


@pytest.fixture
def session_id(db: Database) -> str:
    """A session that lacks one of two lawyers, and wishes for a third."""
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: Staffing(2, 3), Role.MEDIATOR: 1})
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER))
        make.make_shift(tx, session_id, make.make_person(tx, Role.MEDIATOR))
    return session_id


@pytest.fixture
def coordinator(sign_in: SignIn) -> FlaskClient:
    return _english(sign_in(Role.COORDINATOR))


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _words(html: str) -> str:
    return " ".join(pages.Page(html).all("main")[0].text.split())


def test_before_the_time_it_is_short_and_after_it_cannot_run(
    coordinator: FlaskClient, sign_in: SignIn, session_id: str, clock: Clock
) -> None:
    before = coordinator.get(f"/sessions/{session_id}").text
    clock.set(WEDNESDAY)
    after = _english(sign_in(Role.COORDINATOR)).get(f"/sessions/{session_id}").text

    assert "short of 1" in before
    assert "Decide by Wednesday 25 November, 18:00" in _words(before)
    assert "1 more wished for" in before
    assert "cannot run: decide" in after
    assert "To be decided since Wednesday 25 November, 18:00" in _words(after)
    assert "May it run?" in after
    for page in (before, after):
        assert not pages.problems(page)


def test_running_short_is_said_undone_and_decided_again(coordinator: FlaskClient, session_id: str) -> None:
    short = pages.press(coordinator, coordinator.get(f"/sessions/{session_id}"), "Run short")
    decided = coordinator.get(short.location)
    undone = pages.press(coordinator, decided, "Undo")
    again = pages.press(coordinator, coordinator.get(undone.location), "Run short")
    reopened = pages.press(coordinator, coordinator.get(again.location), "Decide again")

    assert [each.status_code for each in (short, undone, again, reopened)] == [303] * 4
    assert "runs with 1 fewer" in decided.text
    assert "May it run?" not in decided.text
    assert not pages.problems(decided.text)
    assert "short of 1" in coordinator.get(reopened.location).text


def test_a_crew_that_changed_meanwhile_is_looked_at_again(
    coordinator: FlaskClient, db: Database, session_id: str
) -> None:
    seen = coordinator.get(f"/sessions/{session_id}")
    with db.write() as tx:
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER))

    answer = pages.press(coordinator, seen, "Run short")

    assert answer.status_code == 409
    assert "The crew has changed meanwhile." in answer.text


@pytest.mark.parametrize("typed", ["", "0", "-1", "many"])
def test_a_number_that_nobody_saw_is_a_bad_request(coordinator: FlaskClient, session_id: str, typed: str) -> None:
    assert post(coordinator, f"/sessions/{session_id}/run-short", {"shortfall": typed}).status_code == 400


def test_the_other_choices_lead_on(coordinator: FlaskClient, session_id: str) -> None:
    page = pages.read(coordinator.get(f"/sessions/{session_id}"))

    called_off = [each.get("href") for each in page.all("a") if "Call it off" in each.text]
    assert called_off == [f"/sessions/{session_id}/cancel"]
    assert page.button("Ask again").tag == "button"


def test_only_who_coordinates_decides(sign_in: SignIn, session_id: str, clock: Clock) -> None:
    clock.set(WEDNESDAY)

    page = _english(sign_in(Role.MEDIATOR)).get(f"/sessions/{session_id}").text

    assert "cannot run" not in page
    assert "decide" not in page.casefold()
    assert "Run short" not in page


def test_today_lists_what_cannot_run_first(db: Database, sign_in: SignIn, session_id: str, clock: Clock) -> None:
    with db.write() as tx:
        confirming = make.make_session(tx, starts_at=make.FRIDAY - timedelta(days=1))
        make.make_shift(tx, confirming, make.make_person(tx, Role.LAWYER))
        by = make.make_person(tx, Role.COORDINATOR)
        make.move_session(tx, confirming, make.FRIDAY - timedelta(hours=20), by=by)
    clock.set(WEDNESDAY)

    page = _english(sign_in(Role.COORDINATOR)).get("/agenda").text

    to_settle = page.partition('id="to-settle"')[2]
    assert to_settle.index(session_id) < to_settle.index(confirming)
    assert "To be decided since Wednesday 25 November, 18:00" in _words(page)
    assert not pages.problems(page)


def test_what_was_decided_is_settled(coordinator: FlaskClient, session_id: str) -> None:
    pages.press(coordinator, coordinator.get(f"/sessions/{session_id}"), "Run short")

    assert "To settle" not in coordinator.get("/agenda").text


def test_a_first_time_is_said_to_those_who_see_names_and_to_herself(
    coordinator: FlaskClient, db: Database, sign_in: SignIn
) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.MEDIATOR: 1})
        make.make_shift(tx, session_id, make.make_person(tx, Role.MEDIATOR, is_new=True))
        kept = make.make_session(tx, needs={Role.MEDIATOR: 1})
        newcomer = make.make_person(tx, Role.MEDIATOR, is_new=True)

    seen = coordinator.get(f"/sessions/{session_id}").text
    board = coordinator.get("/agenda/2026-W48").text
    hers = _english(sign_in(newcomer)).get(f"/sessions/{kept}").text
    refused = post(_english(sign_in(newcomer)), f"/rota/sessions/{kept}/take", {"role": "mediator"})

    assert "(first time)" in seen
    assert "(first time)" in board
    assert "1 mediator with experience missing" in seen
    assert "For your first time you come with someone who has been before." in hers
    assert "I take it" not in hers
    assert refused.status_code == 409
    assert "The last place is kept for her or him." in refused.text
    for page in (seen, board, hers):
        assert not pages.problems(page)
