"""The headers and cookies of every answer, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.app import create_app
from clinic.db import Database
from clinic.domain.people import Role
from clinic.settings import Settings
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.headers import CONTENT_SECURITY_POLICY
from tests.conftest import SignIn
from tests.instruments import Clock

HTTPS = "https://agenda.example.org"
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def answers(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, TestResponse]]:
    """One answer of each sort."""

    @open_to_all
    def broken() -> str:
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "public.safety", broken)
    client, coordinator = app.test_client(), sign_in(Role.COORDINATOR)
    tag = client.get("/feeds/workshops.ics").headers["ETag"]
    made = {
        "page": client.get("/"),
        "signed in": coordinator.get("/agenda"),
        "static": client.get("/static/app.css"),
        "redirect": client.get("/agenda"),
        "exit": app.test_client().get("/exit"),
        "feed": client.get("/feeds/workshops.ics"),
        "304": client.get("/feeds/workshops.ics", headers={"If-None-Match": tag}),
        "400": client.post("/sign-in", data={}),
        "403": client.post("/sign-in", headers={"Origin": "https://example.org"}, data={}),
        "404": client.get("/not-there"),
        "405": client.post("/agenda/2026-W48", data={}),
        "413": client.post("/sign-in", data={"name": "x" * 70_000}),
        "500": client.get("/safety"),
        "options": client.open("/sign-in", method="OPTIONS"),
        "health": client.get("/health"),
    }
    yield made
    for answer in made.values():
        answer.close()


def test_S40_every_answer_carries_the_headers(answers: dict[str, TestResponse]) -> None:
    for name, answer in answers.items():
        for header, value in ALWAYS.items():
            assert answer.headers.get(header) == value, (name, header)
        assert answer.headers["Permissions-Policy"].count("=()") > 20, name
        assert "Server" not in answer.headers, name

    assert answers["304"].status_code == 304
    assert [answers[code].status_code for code in ("404", "413", "500")] == [404, 413, 500]


def test_S40_the_policy_names_nobody_else_and_nothing_inline() -> None:
    parts = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))

    assert parts.pop("default-src") == parts.pop("base-uri") == parts.pop("frame-ancestors") == "'none'"
    assert set(parts.values()) == {"'self'"}


def test_S40_pages_are_never_stored_and_static_files_for_ever(answers: dict[str, TestResponse]) -> None:
    assert "immutable" in answers["static"].headers["Cache-Control"]
    for name in ("page", "signed in", "redirect", "exit", "400", "403", "404", "405", "413", "500", "health"):
        assert answers[name].headers["Cache-Control"] == "no-store", name


def test_S40_only_the_first_page_and_the_workshops_may_be_found_by_searching(answers: dict[str, TestResponse]) -> None:
    found = {name for name, answer in answers.items() if "X-Robots-Tag" not in answer.headers}

    assert found == {"page", "feed", "304"}


def test_S40_feeds_and_the_exit_send_no_referrer(answers: dict[str, TestResponse]) -> None:
    silent = {name for name, answer in answers.items() if answer.headers["Referrer-Policy"] == "no-referrer"}

    assert silent == {"exit", "feed", "304"}
    assert {answers[name].headers["Referrer-Policy"] for name in answers if name not in silent} == {"same-origin"}


def test_S33_on_this_machine_the_cookie_is_plain_and_named_without_prefix(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("agenda=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.fixture
def https(settings: Settings, clock: Clock) -> Iterator[FlaskClient]:
    """A client of the app behind https."""
    app = create_app(replace(settings, base_url=HTTPS), clock=clock)
    yield app.test_client()
    app.extensions["clinic"].database.close()


@pytest.mark.parametrize("path", ["/sign-in", "/exit", "/language/en"])
def test_S33_under_https_each_cookie_is_bound_to_this_host(https: FlaskClient, path: str) -> None:
    cookies = https.get(path, base_url=HTTPS).headers.getlist("Set-Cookie")

    assert cookies
    for cookie in cookies:
        name, *parts = [part.strip() for part in cookie.split(";")]
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
        assert not any(part.startswith("Domain") for part in parts)


def test_S40_under_https_the_browser_is_told_to_stay_there(https: FlaskClient, client: FlaskClient) -> None:
    assert "max-age=63072000" in https.get("/", base_url=HTTPS).headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_S40_no_feed_answer_sets_a_cookie(client: FlaskClient, db: Database) -> None:
    assert "Set-Cookie" not in client.get("/feeds/workshops.ics").headers
