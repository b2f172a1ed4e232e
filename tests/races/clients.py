"""What one client of the crowd does: through the whole app as a browser would, or straight through a service."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path
from threading import Lock

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.app import create_app
from clinic.db import Busy, Database
from clinic.domain.answers import Refused
from clinic.domain.people import Role, SignedIn
from clinic.queries import people
from clinic.services import interpreting, rota, searches, workshops
from clinic.settings import Settings
from tests import compiled
from tests.keyring import RING
from tests.make import NOW
from tests.races import guards
from tests.races.crowd import CLIENTS

PASSWORD = "correct horse battery"
_HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|key)"[^>]*value="([^"]+)"')
_SENTENCE = re.compile(r"(Free times: [^<]*\.|No other time is free at this session\.)")
_ALONE = Lock()


@dataclass(frozen=True)
class House:
    """Where the crowd goes: settings of the app, of one database."""

    data: Path
    database_url: str

    @property
    def settings(self) -> Settings:
        """Settings as an operator would have them on a machine of her own."""
        return Settings(
            data=self.data,
            database_url=self.database_url,
            base_url="http://localhost",
            secret_key="a key for tests alone",
            keys=RING,
            exit_url="https://example.org/",
            contact="contact@example.org",
            port=8000,
            listen="127.0.0.1",
        )


@dataclass
class Browser:
    """One client's cookies, and the form that lies open before it."""

    client: FlaskClient
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The status of an answer, and what it says of the times that are free."""

    status: int
    free: str | None


@cache
def _opened(house: House) -> Flask:
    compiled.install()
    app = create_app(house.settings, clock=lambda: NOW)
    compiled.share(app.extensions["clinic"].database)
    return app


def _app(house: House) -> Flask:
    with _ALONE:
        return _opened(house)


@cache
def _browser(house: House, _number: int) -> Browser:
    return Browser(_app(house).test_client())


def database_of(house: House) -> Database:
    """The database that this process' app works on."""
    database: Database = _app(house).extensions["clinic"].database
    return database


def sign_in(number: int, house: House, people: int = CLIENTS) -> int:
    """Sign in as one of so many mediators, the one of this number, in English; return the status."""
    browser = _browser(house, number)
    browser.client.set_cookie("language", "en")
    page = browser.client.get("/sign-in")
    form = dict(_HIDDEN.findall(page.text)) | {"name": f"mediator{number % people}", "password": PASSWORD}
    return browser.client.post("/sign-in", data=form).status_code


def open_form(
    number: int, house: House, session_id: str, starts: list[datetime], people: int = CLIENTS, alias: str | None = None
) -> int:
    """Open the page on which this client, one of so many people, will book the slot it wants; return the status."""
    browser = _browser(house, number)
    page = browser.client.get(f"/appointments/new/{session_id}")
    at = starts[number % people % len(starts)].astimezone(UTC).strftime("%Y%m%dT%H%MZ")
    wish = {"at": at, "alias": f"Alias {number}" if alias is None else alias, "language": "eng", "topic": "rights"}
    browser.form = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)} | wish
    return page.status_code


def send_form(number: int, house: House, session_id: str, key: str | None = None) -> Answer:
    """Send the form that lies open, with its own key or with this one."""
    browser = _browser(house, number)
    form = browser.form | ({"key": key} if key else {})
    answer = browser.client.post(f"/appointments/new/{session_id}", data=form)
    said = _SENTENCE.search(unescape(answer.text))
    return Answer(answer.status_code, said[1] if said else None)


def assign(number: int, house: House, person_id: str, session_ids: list[str]) -> str:
    """Place one person on the session of this client, and return what came of it."""
    try:
        with database_of(house).write() as tx:
            session_id = session_ids[number % len(session_ids)]
            coordinator = people.signed_in(tx, person_id, 1)
            assert coordinator is not None
            rota.assign(tx, session_id, person_id, Role.LAWYER, by=coordinator, now=NOW)
    except Refused as refused:
        return refused.code
    except Busy:
        return "busy"
    return "placed"


def take(number: int, house: House, people_ids: list[str], session_id: str) -> str:
    """Take a shift as the person of this number, and return what came of it."""

    def act(tx: Session, lawyer: SignedIn) -> str:
        rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW)
        return "taken"

    return _outcome(house, people_ids[number], act)


def accept(number: int, house: House, people_ids: list[str], offer_ids: list[str]) -> str:
    """Accept one's offer as the interpreter of this number, if she is asked, and return what came of it."""

    def act(tx: Session, interpreter: SignedIn) -> str:
        interpreting.accept(tx, offer_ids[number], by=interpreter, now=NOW)
        return "accepted"

    return _outcome(house, people_ids[number], act) if number < len(people_ids) else "waits"


def take_over(number: int, house: House, people_ids: list[str], ask_ids: list[str]) -> str:
    """Accept to stand in as the person of this number, if she is asked, and return what came of it."""

    def act(tx: Session, lawyer: SignedIn) -> str:
        searches.accept(tx, ask_ids[number], by=lawyer, now=NOW)
        return "accepted"

    return _outcome(house, people_ids[number], act) if number < len(people_ids) else "waits"


def register(number: int, house: House, people_ids: list[str], session_id: str) -> str:
    """Register for a workshop as the person of this number, and return what came of it."""
    return _outcome(
        house, people_ids[number], lambda tx, person: workshops.register(tx, session_id, by=person, now=NOW)
    )


def withdraw(number: int, house: House, people_ids: list[str], session_id: str) -> str:
    """Give a seat back, if this number is one of those who do, and return what came of it."""

    def act(tx: Session, person: SignedIn) -> str:
        workshops.withdraw(tx, session_id, by=person, now=NOW)
        return "withdrawn"

    return _outcome(house, people_ids[number], act) if number < len(people_ids) else "waits"


def _outcome(house: House, person_id: str, act: Callable[[Session, SignedIn], str]) -> str:
    try:
        with database_of(house).write() as tx:
            person = people.signed_in(tx, person_id, 1)
            assert person is not None
            return act(tx, person)
    except Refused as refused:
        return refused.code
    except (Busy, IntegrityError) as failure:  # the latter only where a control took a guard out
        return type(failure).__name__


def without_lock(_number: int, house: House) -> None:
    """Take the lock out in this process."""
    guards.take_lock_out(database_of(house).engine)


def with_lock(_number: int, house: House) -> None:
    """Put the lock back in this process."""
    guards.put_lock_back(database_of(house).engine)


def without_hold(_number: int, house: House) -> None:
    """Let nobody lose her hold in this process."""
    guards.take_hold_out(database_of(house).engine)


def leave(_number: int, house: House) -> None:
    """Close this process' connections to the database."""
    database_of(house).close()
