"""Who may open what: each route, method and identity does what `routes.txt` says, and no route is left out."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.attendance import Outcome
from clinic.domain.people import CREW_ROLES, Role
from clinic.domain.workshops import Attendance
from clinic.services import people as services
from clinic.web.shared import activity
from tests import make
from tests.conftest import SignIn
from tests.house import sources
from tests.instruments import Clock
from tests.web.world import DISABLED, IDENTITIES, World, make_world

TABLE = sources.ROOT / "tests/house/routes.txt"


@dataclass(frozen=True)
class Line:
    """One line of the table: a route, its methods, and the outcome for each identity."""

    rule: str
    methods: tuple[str, ...]
    outcomes: dict[str, str]

    def __str__(self) -> str:
        return f"{self.rule} {'+'.join(self.methods)}"


def _lines() -> list[Line]:
    rows = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    header, *body = [row for row in rows if row]
    identities = header[2:]
    return [
        Line(rule, tuple(methods.split("+")), dict(zip(identities, cells, strict=True)))
        for rule, methods, *cells in body
    ]


def test_S01_the_table_names_each_route_and_method_once_and_no_other(app: Flask) -> None:
    stated = [(line.rule, method) for line in _lines() for method in line.methods]

    assert set(stated) == {(str(rule), method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert len(stated) == len(set(stated))
    assert all(tuple(line.outcomes) == IDENTITIES for line in _lines())


@dataclass(frozen=True)
class House:
    """The app with its world, the cookie and the token of each identity, and the way back to the beginning."""

    app: Flask
    world: World
    cookies: dict[str, dict[str, str]]
    tokens: dict[str, str]
    live: Path
    kept: Path

    def ask(self, line: Line, method: str, identity: str) -> str:
        """What comes of a request; all is as before afterwards."""
        url = re.sub("<[^<>]*:", "<", line.rule)
        for name, value in self.world.ids_of(identity).items():
            url = url.replace(f"<{name}>", value)
        client = self.app.test_client()
        for name, value in self.cookies[identity].items():
            client.set_cookie(name, value)
        sent = _sent(line.rule, identity, self.world)
        data = {"csrf_token": self.tokens[identity], **sent} if method == "POST" else None
        with closing(client.open(url, method=method, data=data)) as answer:
            outcome = _outcome(answer)
        if method == "POST":
            self.restore()
        return outcome

    def restore(self) -> None:
        self.app.extensions["clinic"].database.close()
        shutil.copy(self.kept, self.live)


def _sent(rule: str, identity: str, world: World) -> dict[str, str]:
    """What a form sends besides its token; most need nothing to show that they are open."""
    return {
        "/account/language": {"language": "en"},
        "/appointments/queue/<session_id>/visits/<visit_id>": {"act": "left", "seen": "1"},
        "/appointments/queue/<session_id>/visits/<visit_id>/ring": {"person": world.ids["on_call_id"]},
        "/appointments/queue/calls/<ringing_id>": {"said": "yes"},
        "/meetings/<meeting_id>/outcome": {"outcome": Outcome.EXCUSED.value, "seen": "unknown"},
        "/rota/sessions/<session_id>/look-for": {"role": Role.LAWYER.value},
        "/rota/sessions/<session_id>/take": {"role": identity if identity in CREW_ROLES else Role.LAWYER.value},
        "/sessions/<session_id>/run-short": {"shortfall": "2"},
        "/workshops/registrations/<registration_id>/attendance": {"attendance": Attendance.EXCUSED.value},
    }.get(rule, {})


def _outcome(answer: TestResponse) -> str:
    if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?to="):
        return "sign-in"
    if answer.status_code == 401:  # said to a script
        return "sign-in"
    if answer.status_code in {200, 302, 303, 409, 422}:
        return "allowed"
    return {403: "refused", 404: "hidden"}.get(answer.status_code, answer.status)


def _cookies(client: FlaskClient) -> dict[str, str]:
    """Her sign-in, and that she is active."""
    found = [client.get_cookie(name) for name in ("agenda", activity.COOKIE)]
    return {cookie.key: cookie.value for cookie in found if cookie}


def _token(app: Flask, client: FlaskClient) -> str:
    """A token that goes with this client's cookie, also for those whom no page with a form opens."""
    with app.test_request_context(), client.session_transaction() as kept:
        token: str = generate_csrf()
        kept["csrf_token"] = session["csrf_token"]
    return token


@pytest.fixture
def house(app: Flask, db: Database, clock: Clock, sign_in: SignIn, tmp_path: Path) -> House:
    """An hour before the session, so that the legal team may know who comes."""
    clock.set(make.FRIDAY - timedelta(hours=1))
    with db.write() as tx:
        world = make_world(tx)
    clients = {"anonymous": app.test_client(), **{who: sign_in(person) for who, person in world.people.items()}}
    tokens = {who: _token(app, client) for who, client in clients.items()}
    cookies = {who: _cookies(client) for who, client in clients.items()}
    with db.write() as tx:
        services.disable(tx, world.people[DISABLED].id, by=world.people[Role.COORDINATOR], now=clock())
    shutil.copy(tmp_path / "clinic.db", tmp_path / "kept.db")
    return House(app, world, cookies, tokens, tmp_path / "clinic.db", tmp_path / "kept.db")


def test_S01_each_route_method_and_identity_has_the_outcome_of_the_table(house: House) -> None:
    wrong = []
    for line in _lines():
        for method in line.methods:
            now = {identity: house.ask(line, method, identity) for identity in IDENTITIES}
            stated = {who: "allowed" if outcome == "open" else outcome for who, outcome in line.outcomes.items()}
            wrong += [f"{line} {method} {who}: {now[who]}, not {stated[who]}" for who in now if now[who] != stated[who]]

    assert not wrong, "\n".join(wrong)


def test_S01_a_route_is_open_to_those_who_did_not_sign_in_only_where_the_table_says_open() -> None:
    for line in _lines():
        is_open = line.outcomes["anonymous"] == "open"

        assert ("open" in line.outcomes.values()) is is_open, line
        assert line.outcomes["anonymous"] == line.outcomes[DISABLED], line
