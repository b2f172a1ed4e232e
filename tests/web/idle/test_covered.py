"""S33: whoever was away finds a covered screen, and nothing of hers on it; her password alone opens it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role
from clinic.services import people as services
from clinic.web.shared import activity
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.beneficiaries.helped import PASSWORD, entries, step_up
from tests.web.forms import post
from tests.web.idle.away import COVERED, HALF, MOMENT, QUARTER, WRONG, coordinator, person, uncover, wait

__all__ = ["coordinator"]


def _is_covered(answer: TestResponse) -> bool:
    return answer.status_code == COVERED and 'name="kept"' in answer.text


@pytest.mark.parametrize(("roles", "limit"), [
    ((Role.COORDINATOR,), QUARTER), ((Role.MEDIATOR, Role.COORDINATOR), QUARTER), ((Role.MEDIATOR,), HALF),
    ((Role.MEMBER,), HALF), ((Role.LAWYER, Role.MEMBER), HALF),
])  # fmt: skip
def test_S33_a_page_is_covered_a_moment_after_the_limit_and_not_at_it(
    db: Database, sign_in: SignIn, clock: Clock, roles: tuple[Role, ...], limit: timedelta
) -> None:
    client = sign_in(person(db, *roles))

    wait(clock, limit)
    at_the_limit = client.get("/account")
    wait(clock, limit + MOMENT)
    after_it = client.get("/account")

    assert at_the_limit.status_code == 200
    assert _is_covered(after_it)


def test_S33_whatever_she_does_postpones_it(coordinator: FlaskClient, clock: Clock) -> None:
    for path in ("/agenda", "/", "/people", "/agenda/2026-W48", "/not-there"):
        wait(clock, QUARTER)
        assert coordinator.get(path).status_code in {200, 404}, path

    wait(clock, QUARTER)
    assert post(coordinator, "/account/language", {"language": "en"}).status_code == 303


@pytest.mark.parametrize(
    "path", ["/agenda", "/", "/workshops", "/safety", "/people", "/not-there", "/people/x", "/idle"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_S33_nothing_of_any_page_nor_of_her_is_on_the_covered_screen(
    coordinator: FlaskClient, clock: Clock, path: str, language: str
) -> None:
    coordinator.set_cookie("language", language)
    wait(clock, QUARTER + MOMENT)

    answer = coordinator.get(f"{path}?week=2026-W48")

    page = pages.read(answer)
    assert _is_covered(answer)
    assert not pages.problems(answer.text)
    assert "Qui est-ce" not in answer.text
    assert "2026-W48" not in answer.text
    assert not page.all("nav")
    assert {each.get("href") for each in page.all("a")} == {"/exit"}
    assert {each.get("action") for each in page.all("form")} == {"/idle", "/sign-out"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_S33_the_covered_screen_speaks_the_language_of_her_account(db: Database, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in(person(db, Role.MEMBER, language="en"))
    wait(clock, HALF + MOMENT)

    assert pages.read(client.get("/")).text("h1") == "Are you still there?"


def test_S33_the_right_password_leads_to_where_she_wanted(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    answer = uncover(coordinator, coordinator.get("/agenda/2026-W48?view=lacking"))

    assert (answer.status_code, answer.location) == (303, "/agenda/2026-W48?view=lacking")
    assert coordinator.get(answer.location).status_code == 200


@pytest.mark.parametrize("path", ["/%2Fexample.org/", "/%5Cexample.org", "/not-there"])
def test_S33_it_never_leads_elsewhere(coordinator: FlaskClient, clock: Clock, path: str) -> None:
    wait(clock, QUARTER + MOMENT)

    assert uncover(coordinator, coordinator.get(path)).location == "/agenda"


def test_S33_a_wrong_password_is_said_plainly_and_what_she_wanted_is_still_known(
    coordinator: FlaskClient, db: Database, clock: Clock
) -> None:
    wait(clock, QUARTER + MOMENT)

    wrong = uncover(coordinator, coordinator.get("/people"), WRONG)
    still = coordinator.get("/agenda")
    right = uncover(coordinator, wrong)

    assert wrong.status_code == 422
    assert "This is not your password." in pages.read(wrong).errors_at("password")
    assert WRONG not in wrong.text
    assert _is_covered(still)
    assert right.location == "/people"
    assert [each[0] for each in entries(db, "step_up.fail", "step_up.pass")] == ["step_up.fail", "step_up.pass"]


@pytest.mark.parametrize("password", ["", "x" * 2000])
def test_S33_without_a_password_nothing_is_tried(
    coordinator: FlaskClient, db: Database, clock: Clock, password: str
) -> None:
    wait(clock, QUARTER + MOMENT)

    answer = uncover(coordinator, coordinator.get("/people"), password)

    assert answer.status_code == 422
    assert not entries(db, "step_up.fail")


def test_S33_five_wrong_ones_end_the_sign_in(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)
    answers = [coordinator.get("/people")]

    for _ in range(5):
        answers.append(uncover(coordinator, answers[-1], WRONG))

    assert [each.status_code for each in answers] == [COVERED] + [422] * 4 + [303]
    assert answers[-1].location == "/sign-in"
    assert "wrong five times" in coordinator.get("/sign-in").text
    assert coordinator.get("/people").location == "/sign-in?to=/people"


def test_S33_wrong_ones_at_the_cover_and_at_a_step_up_are_counted_together(
    db: Database, sign_in: SignIn, clock: Clock
) -> None:
    mediator = person(db, Role.MEDIATOR)
    away = sign_in(mediator)
    away.set_cookie("language", "en")
    wait(clock, HALF + MOMENT)
    for _ in range(4):
        step_up(sign_in(mediator), password=WRONG)

    answer = uncover(away, away.get("/agenda"), WRONG)

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert step_up(sign_in(mediator)).location == "/sign-in"


def test_S33_uncovering_is_no_step_up_and_ends_none(coordinator: FlaskClient, db: Database, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)
    uncover(coordinator, coordinator.get("/people"))

    with coordinator.session_transaction() as kept:
        assert "step_up" not in kept
    step_up(coordinator)
    with coordinator.session_transaction() as kept:
        assert kept["step_up"][1] == "call_back"
    assert entries(db, "step_up.pass")[0] == ("step_up.pass", None, None)


def test_S33_leaving_and_signing_out_always_work(db: Database, sign_in: SignIn, clock: Clock) -> None:
    member = person(db, Role.MEMBER)
    leaves, signs_out = sign_in(member), sign_in(member)
    wait(clock, HALF + MOMENT)

    assert leaves.get("/exit").status_code == 302
    leaves.delete_cookie("gone")
    covered = signs_out.get("/account")
    answer = pages.press(signs_out, covered, pages.read(covered).all("button")[-1].text)

    assert answer.location == "/"
    for client in (leaves, signs_out):
        assert client.get("/account").location == "/sign-in?to=/account"
        assert not client.get_cookie(activity.COOKIE)


def test_S33_another_one_may_sign_in_instead(db: Database, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in(person(db, Role.MEMBER))
    client.set_cookie("language", "en")
    person(db, Role.MEDIATOR, sign_in_name="another")
    wait(clock, HALF + MOMENT)

    answer = pages.press(client, client.get("/sign-in"), "Sign in", name="another", password=PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/agenda")
    assert client.get("/beneficiaries").status_code == 200


def test_S33_after_eight_hours_no_password_opens_it(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, timedelta(hours=7))
    covered = coordinator.get("/people")
    wait(clock, timedelta(hours=1))

    assert uncover(coordinator, covered).location == "/sign-in"
    assert coordinator.get("/people").location == "/sign-in?to=/people"


def test_S33_one_whose_account_was_ended_meanwhile_is_not_asked(db: Database, sign_in: SignIn, clock: Clock) -> None:
    lawyer, coordinator = person(db, Role.LAWYER), person(db, Role.COORDINATOR)
    client = sign_in(lawyer)
    with db.write() as tx:
        services.disable(tx, lawyer.id, by=coordinator, now=clock())
    wait(clock, HALF + MOMENT)

    assert client.get("/agenda").location == "/sign-in?to=/agenda"


@pytest.mark.parametrize("path", ["/", "/safety", "/workshops", "/sign-in", "/feeds/workshops.ics", "/health"])
def test_S33_a_visitor_is_never_covered(client: FlaskClient, clock: Clock, path: str) -> None:
    client.get("/sign-in")
    wait(clock, timedelta(days=1))

    answer = client.get(path)

    assert answer.status_code == 200
    assert activity.COOKIE not in str(answer.headers.getlist("Set-Cookie"))
    assert 'id="cover"' not in answer.text


@pytest.mark.parametrize("value", [None, "", "x", "W10.x", "of another sign-in", "changed"])
def test_S33_without_a_mark_of_this_very_sign_in_she_is_idle(
    app: Flask, db: Database, sign_in: SignIn, value: str | None
) -> None:
    member = person(db, Role.MEMBER)
    client, other = sign_in(member), sign_in(member)
    marks = {"of another sign-in": other, "changed": client}
    if value in marks:
        cookie = marks[value].get_cookie(activity.COOKIE)
        assert cookie
        value = cookie.value[:-1] if value == "changed" else cookie.value

    client.delete_cookie(activity.COOKIE)
    if value is not None:
        client.set_cookie(activity.COOKIE, value)

    assert _is_covered(client.get("/account"))


def test_S33_an_answer_that_comes_late_brings_no_sign_in_back(coordinator: FlaskClient) -> None:
    coordinator.get("/people")  # the token of its forms is in the session from here on

    late = coordinator.get("/people").headers.getlist("Set-Cookie")

    assert [each.split("=")[0] for each in late] == [activity.COOKIE]


def test_S33_an_error_shows_nothing_of_hers_either(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    answer = coordinator.post("/people/new", data={"csrf_token": "of another page"})

    assert answer.status_code == 400
    assert "Qui est-ce" not in answer.text
    assert "/people" not in answer.text
