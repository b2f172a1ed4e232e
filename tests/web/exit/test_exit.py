"""Leaving at once: the sign-in ends, and for a minute Back leads elsewhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.domain.people import Role
from clinic.settings import Settings
from tests.conftest import SignIn
from tests.web import pages
from tests.web.forms import post


def test_S20_leaving_ends_the_sign_in_and_leads_elsewhere(sign_in: SignIn, settings: Settings) -> None:
    client = sign_in(Role.MEMBER)

    answer = client.get("/exit")
    client.delete_cookie("gone")

    assert (answer.status_code, answer.location) == (302, settings.exit_url)
    assert client.get("/agenda").location == "/sign-in?to=/agenda"


@pytest.mark.parametrize("path", ["/", "/agenda", "/sign-in", "/safety", "/not-there", "/language/en"])
def test_S20_for_a_minute_back_shows_nothing(client: FlaskClient, settings: Settings, path: str) -> None:
    client.get("/exit")

    answer = client.get(path)

    assert (answer.status_code, answer.location) == (302, settings.exit_url)
    assert answer.headers["Cache-Control"] == "no-store"


def test_S20_the_minute_is_a_minute_and_then_the_pages_are_back(client: FlaskClient) -> None:
    cookies = client.get("/exit").headers.getlist("Set-Cookie")
    gone = next(each for each in cookies if each.startswith("gone="))
    client.delete_cookie("gone")

    assert "Max-Age=60" in gone
    assert client.get("/").status_code == 200


def test_S20_calendars_and_health_go_on_answering(client: FlaskClient) -> None:
    client.get("/exit")

    assert client.get("/health").status_code == 200
    assert client.get("/feeds/workshops.ics").status_code == 200
    with client.get("/static/app.css") as style:
        assert style.status_code == 200


def test_S20_the_exit_forbids_storing_clears_storage_and_sends_no_referrer(client: FlaskClient) -> None:
    headers = client.get("/exit").headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Clear-Site-Data"] == '"storage"'
    assert headers["Referrer-Policy"] == "no-referrer"


def test_S20_leaving_twice_or_without_signing_in_is_fine(client: FlaskClient) -> None:
    assert [client.get("/exit").status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/safety", "/not-there"])
def test_S20_every_page_has_the_exit_as_a_plain_link(client: FlaskClient, path: str) -> None:
    links = [each for each in pages.read(client.get(path)).all("a") if each.get("class") == "exit"]

    assert [each.get("href") for each in links] == ["/exit"]
    assert "noreferrer" in links[0].get("rel")


@pytest.mark.parametrize("role", list(Role))
def test_S20_everyone_who_signed_in_has_the_exit_and_no_page_may_be_stored(sign_in: SignIn, role: Role) -> None:
    answer = sign_in(role).get("/agenda")

    assert 'href="/exit"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_S20_what_was_sent_after_leaving_is_not_carried_out(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    client.get("/exit")
    client.delete_cookie("gone")

    assert post(client, "/places/new", {"name": "x"}).location == "/sign-in?to=/agenda"
