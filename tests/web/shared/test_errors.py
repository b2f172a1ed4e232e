"""What goes wrong is said in plain words, with nothing of the inside."""

from __future__ import annotations

import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.web.shared.guards import open_to_all
from tests import make
from tests.conftest import SignIn
from tests.web import pages
from tests.web.forms import csrf_token, post

SECRET = "Iris-0612345678"
REFERENCE = re.compile(r">([0-9a-f]{8})<")
UNKNOWN = "0123456789abcdef"


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of an app whose safety page fails, with something private in the error."""

    @open_to_all
    def fail() -> str:
        raise ValueError(SECRET)

    monkeypatch.setitem(app.view_functions, "public.safety", fail)
    return app.test_client()


def test_S46_an_error_inside_gives_a_plain_page_and_a_random_reference(broken: FlaskClient) -> None:
    first, second = broken.get("/safety"), broken.get("/safety")

    assert first.status_code == 500
    assert not pages.problems(first.text)
    assert not any(word in first.text for word in (SECRET, "ValueError", "Traceback", ".py"))
    assert REFERENCE.findall(first.text) != REFERENCE.findall(second.text)


def test_S52_the_log_names_the_kind_of_error_and_the_reference_and_no_text(
    broken: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.get("/safety?name=" + SECRET, headers={"X-Forwarded-For": "192.0.2.7"})

    said = caplog.text
    assert REFERENCE.findall(answer.text)[0] in said
    assert "ValueError" in said
    assert SECRET not in said
    assert "192.0.2.7" not in said


def test_S46_only_errors_on_our_side_carry_a_reference(client: FlaskClient) -> None:
    for answer in (client.get("/not-there"), client.post("/agenda/2026-W48", data={}), client.post("/sign-in")):
        assert 400 <= answer.status_code < 500
        assert not REFERENCE.findall(answer.text)
        assert not pages.problems(answer.text)


@pytest.mark.parametrize(("language", "is_said_by"), [("fr", 'lang="fr"'), ("en", 'lang="en"')])
def test_S46_an_error_speaks_the_language_of_its_reader(broken: FlaskClient, language: str, is_said_by: str) -> None:
    broken.set_cookie("language", language)

    assert is_said_by in broken.get("/safety").text
    assert is_said_by in broken.get("/not-there").text


@pytest.mark.parametrize("path", ["/", "/agenda", "/not-there", "/health", "/feeds/workshops.ics", "/language/fr"])
def test_S77_without_a_database_a_bare_page_says_so(
    app: Flask, sign_in: SignIn, tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in(Role.LAWYER)
    app.extensions["clinic"].database.close()
    (tmp_path / "clinic.db").unlink()
    (tmp_path / "clinic.db").mkdir()

    answer = client.get(path)

    if path == "/language/fr":
        assert answer.status_code == 303
        return
    assert answer.status_code == 503
    assert not pages.problems(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers
    assert "sqlite" not in answer.text.casefold()


def test_S77_a_database_that_comes_back_is_used_again(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.extensions["clinic"].database.close()
    (tmp_path / "clinic.db").rename(tmp_path / "away.db")
    during = client.get("/health").status_code
    app.extensions["clinic"].database.close()
    (tmp_path / "away.db").rename(tmp_path / "clinic.db")

    assert (during, client.get("/health").status_code) == (503, 200)


def test_S77_when_others_write_for_too_long_nothing_is_written_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, tmp_path: Path
) -> None:
    monkeypatch.setattr("clinic.db.BUSY_SECONDS", 1)
    client = sign_in(Role.LAWYER)
    token = csrf_token(client)

    with closing(sqlite3.connect(tmp_path / "clinic.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post("/account/language", data={"csrf_token": token, "language": "en"})
        other.execute("ROLLBACK")

    assert answer.status_code == 503
    assert not pages.problems(answer.text)
    assert post(client, "/account/language", {"language": "en"}).status_code == 303


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("role", [Role.LAWYER, Role.INTERPRETER, Role.MEMBER])
def test_S02_what_one_may_not_open_answers_as_what_does_not_exist(
    db: Database, sign_in: SignIn, role: Role, language: str
) -> None:
    with db.write() as tx:
        mediator = make.make_person(tx, Role.MEDIATOR)
        session_id = make.make_session(tx, place_id=make.make_place(tx, Publicity.TOLD_LATE))
        appointment_id = make.make_appointment(tx, session_id, by=mediator)
    client = sign_in(role)
    client.set_cookie("language", language)

    for path, foreign in (("sessions", session_id), ("appointments", appointment_id), ("account/links", session_id)):
        there, nowhere = client.get(f"/{path}/{foreign}"), client.get(f"/{path}/{UNKNOWN}")

        assert there.status_code == nowhere.status_code
        assert there.status_code in {403, 404}
        assert there.data == nowhere.data
        assert foreign not in there.text
        assert "csrf_token" not in there.text


@pytest.mark.parametrize("act", ["give-back", "confirm"])
@pytest.mark.parametrize("role", [Role.LAWYER, Role.MEDIATOR, Role.MEMBER])
def test_S02_a_shift_of_someone_else_is_not_there(db: Database, sign_in: SignIn, role: Role, act: str) -> None:
    with db.write() as tx:
        shift_id = make.make_shift(tx, make.make_session(tx), make.make_person(tx, Role.LAWYER))
    client = sign_in(role)

    theirs, nobodys = (post(client, f"/rota/shifts/{each}/{act}") for each in (shift_id, UNKNOWN))

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.data == nobodys.data


@pytest.mark.parametrize("act", ["move", "cancel", "restore"])
def test_S02_an_appointment_of_another_mediator_is_not_there(db: Database, sign_in: SignIn, act: str) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx)
        appointment_id = make.make_appointment(tx, session_id, by=make.make_person(tx, Role.MEDIATOR))
    client = sign_in(Role.MEDIATOR)
    slot = {"to": f"{session_id}.20261127T0900Z"} if act == "move" else {}

    theirs, nobodys = (post(client, f"/appointments/{each}/{act}", slot) for each in (appointment_id, UNKNOWN))

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.data == nobodys.data


def test_an_error_leaves_what_waits_to_be_said_for_the_next_page(sign_in: SignIn, db: Database) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
    client = sign_in(Role.LAWYER)
    client.set_cookie("language", "en")
    post(client, f"/rota/sessions/{session_id}/take", {"role": "lawyer"})

    lost = client.get("/not-there")
    found = client.get("/agenda")

    assert "flash" not in lost.text
    assert "you are on the crew" in pages.read(found).all("main")[0].text
    assert 'class="flash"' in found.text


def test_S52_an_ordinary_request_logs_nothing_private(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/?name=" + SECRET)
        client.get("/" + SECRET)

    assert SECRET not in caplog.text
