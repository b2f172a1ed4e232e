"""S33: a page that stands open covers itself, and a poll is no activity."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role
from clinic.web.shared import activity
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.beneficiaries.helped import PASSWORD
from tests.web.forms import csrf_token, post
from tests.web.idle.away import COVERED, HALF, MOMENT, QUARTER, WRONG, coordinator, person, wait

__all__ = ["coordinator"]
POLL = {"X-Clinic-Poll": "1"}


def _left(client: FlaskClient, *, is_poll: bool) -> TestResponse:
    token = csrf_token(client)  # from a page that is open, and no activity
    return client.post("/idle/left", data={"csrf_token": token}, headers=POLL if is_poll else {})


@pytest.mark.parametrize(("roles", "seconds"), [
    ((Role.COORDINATOR,), "900"), ((Role.MEMBER, Role.COORDINATOR), "900"), ((Role.LAWYER,), "1800"),
])  # fmt: skip
def test_S33_a_page_of_somebody_signed_in_knows_when_to_cover_itself(
    db: Database, sign_in: SignIn, roles: tuple[Role, ...], seconds: str
) -> None:
    text = sign_in(person(db, *roles)).get("/agenda").text

    (cover,) = [each for each in pages.Page(text).all("template") if each.get("id") == "cover"]
    assert cover.get("data-seconds") == seconds
    assert any("idle.js" in each.get("src") for each in pages.Page(text).all("script"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_S33_what_then_stands_alone_is_well_made_and_says_nothing(coordinator: FlaskClient, language: str) -> None:
    coordinator.set_cookie("language", language)
    text = coordinator.get("/people").text

    inside = text[text.index('<template id="cover"') : text.index("</template>")].partition(">")[2]
    alone = f"{text[: text.index('<body')]}<body>{inside}</body></html>"

    assert not pages.problems(alone)
    assert [each.get("name") for each in pages.Page(alone).all("input")] == ["csrf_token", "password"]
    assert "Qui est-ce" not in inside


def test_S33_a_page_that_says_what_went_wrong_leads_to_where_it_is_covered(coordinator: FlaskClient) -> None:
    page = pages.read(coordinator.get("/not-there"))

    (cover,) = page.all("template")
    assert (cover.get("data-seconds"), cover.get("data-to")) == ("900", "/agenda")


def test_S33_polls_do_not_postpone_the_cover_and_then_get_401_without_a_word(
    coordinator: FlaskClient, clock: Clock
) -> None:
    wait(clock, QUARTER / 2)
    polls = [coordinator.get("/agenda", headers=POLL)]
    wait(clock, QUARTER / 2)
    polls.append(coordinator.get("/agenda", headers=POLL))
    wait(clock, MOMENT)
    polls.append(coordinator.get("/agenda", headers=POLL))

    assert [each.status_code for each in polls] == [200, 200, 401]
    assert polls[-1].data == b""
    assert not any(activity.COOKIE in str(each.headers.getlist("Set-Cookie")) for each in polls)


def test_S33_a_poll_of_a_sign_in_that_is_over_gets_401_too(client: FlaskClient) -> None:
    answer = client.get("/agenda", headers=POLL)

    assert (answer.status_code, answer.data) == (401, b"")


@pytest.mark.parametrize("value", ["", "0", "true"])
def test_S33_any_other_header_is_no_poll(coordinator: FlaskClient, value: str) -> None:
    answer = coordinator.get("/agenda", headers={"X-Clinic-Poll": value})

    assert activity.COOKIE in str(answer.headers.getlist("Set-Cookie"))
    assert activity.COOKIE in str(coordinator.get("/agenda?poll=1").headers.getlist("Set-Cookie"))


def test_S33_what_a_script_asks_of_a_covered_page_gets_401_without_a_word(
    coordinator: FlaskClient, clock: Clock
) -> None:
    wait(clock, QUARTER + MOMENT)

    answer = coordinator.get("/agenda", headers={"Sec-Fetch-Dest": "empty"})

    assert (answer.status_code, answer.data) == (COVERED, b"")


def test_S33_a_page_asks_how_long_it_may_stand_open_without_postponing_it(
    coordinator: FlaskClient, clock: Clock
) -> None:
    wait(clock, QUARTER / 3)
    answers = [_left(coordinator, is_poll=True)]
    wait(clock, QUARTER / 3)
    answers.append(_left(coordinator, is_poll=True))
    wait(clock, QUARTER / 3 + MOMENT)
    answers.append(_left(coordinator, is_poll=True))

    assert [(each.status_code, each.text) for each in answers] == [(200, "600"), (200, "300"), (401, "")]


def test_S33_a_page_in_which_somebody_is_active_says_so_and_postpones_it(
    coordinator: FlaskClient, clock: Clock
) -> None:
    wait(clock, QUARTER)
    told = _left(coordinator, is_poll=False)
    wait(clock, QUARTER)

    assert (told.status_code, told.text) == (200, "900")
    assert coordinator.get("/agenda").status_code == 200


def test_S33_once_it_is_idle_a_page_cannot_say_that_somebody_is_active(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    assert _left(coordinator, is_poll=False).status_code == 401
    assert coordinator.get("/agenda").status_code == COVERED


def test_S33_a_script_uncovers_with_the_password_alone(db: Database, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in(person(db, Role.MEMBER))
    client.set_cookie("language", "en")
    wait(clock, HALF + MOMENT)

    wrong = post(client, "/idle/uncover", {"password": WRONG})
    empty = post(client, "/idle/uncover", {"password": ""})
    covered = client.get("/account")
    right = post(client, "/idle/uncover", {"password": PASSWORD})

    assert [each.status_code for each in (wrong, empty, covered, right)] == [422, 422, COVERED, 204]
    assert (wrong.mimetype, wrong.text) == ("text/plain", "This is not your password. Look at it, and try again.")
    assert empty.text == "Fill in this field."
    assert client.get("/account").status_code == 200


def test_S33_the_fifth_wrong_one_of_a_script_ends_the_sign_in(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    answers = [post(coordinator, "/idle/uncover", {"password": WRONG}) for _ in range(5)]

    assert [each.status_code for each in answers] == [422] * 4 + [401]
    assert "wrong five times" in coordinator.get("/sign-in").text


def test_S33_without_a_sign_in_there_is_nothing_to_uncover(client: FlaskClient) -> None:
    assert post(client, "/idle/uncover", {"password": PASSWORD}).status_code == 401
    assert post(client, "/idle", {"password": PASSWORD}).location == "/sign-in"


def test_S33_a_page_of_an_earlier_sign_in_is_not_uncovered_by_a_later_one(
    db: Database, sign_in: SignIn, clock: Clock
) -> None:
    first, second = (sign_in(person(db, Role.MEMBER)) for _ in range(2))
    token = pages.form_of(first.get("/account"), "")["csrf_token"]
    second.get("/account")

    for path in ("/idle/left", "/idle/uncover"):
        assert second.post(path, data={"csrf_token": token, "password": PASSWORD}).status_code == 400
