"""The ways in which a mail server and a gateway fail: nothing is lost, nothing goes another way."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.contacts import Channel
from clinic.domain.notices import Kind, State
from clinic.jobs.post import Post
from clinic.jobs.send import send_due
from clinic.models import Call, ContactTask, Notice
from clinic.settings import MailServer, SmsGateway
from tests import make
from tests.jobs import helped
from tests.notices import gateway as gateways
from tests.notices import mailbox, told
from tests.notices.gateway import SENDER, TOKEN, Gateway
from tests.notices.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TUESDAY, PLANNED = MONDAY + timedelta(days=1), MONDAY - timedelta(minutes=10)
SENT, FAILED, UNCONFIRMED = State.SENT, State.FAILED, State.UNCONFIRMED
AT_SERVER: dict[str, tuple[dict[str, object], State, State]] = {
    "slow": ({"seconds_to_answer": 1.0}, SENT, UNCONFIRMED),
    "closes_after_the_content": ({"breaks_off_after_content": True}, SENT, UNCONFIRMED),
    "421": ({"at_recipient": "421 Closing"}, SENT, SENT),
    "421_at_content": ({"at_content": "421 Closing"}, SENT, SENT),
    "450": ({"at_recipient": "450 Mailbox busy"}, SENT, SENT),
    "451": ({"at_content": "451 Try later"}, SENT, SENT),
    "550": ({"at_recipient": "550 No such user"}, FAILED, FAILED),
    "554": ({"at_content": "554 Rejected"}, FAILED, FAILED),
}
AT_GATEWAY: dict[str, tuple[dict[str, object], State]] = {
    "429": ({"status": 429}, SENT),
    "503": ({"status": 503}, SENT),
    "500": ({"status": 500}, UNCONFIRMED),
    "timeout": ({"play": "never_answer"}, UNCONFIRMED),
    "closes": ({"play": "close_after_reading"}, UNCONFIRMED),
    "refuses": ({"status": 400}, FAILED),
}


@dataclass(frozen=True)
class Outside:
    """A kind mail server and a kind gateway, and what hands over to them."""

    server: Mailbox
    gateway: Gateway

    @property
    def post(self) -> Post:
        return replace(self.server.mailer(patience=0.3), gateway=self.gateway.settings())


@pytest.fixture
def outside() -> Iterator[Outside]:
    """Both are kind until a test makes them otherwise."""
    with mailbox.opened() as server, gateways.opened() as gateway:
        yield Outside(server, gateway)


@pytest.mark.parametrize("fault", AT_SERVER)
def test_S76_a_mail_server_that_fails_loses_nothing(db: Database, outside: Outside, fault: str) -> None:
    behaviour, of_volunteer, of_helped = AT_SERVER[fault]
    kind = {name: getattr(outside.server, name) for name in behaviour}
    _plan(db)

    _set(outside.server, behaviour)
    _rounds(db, outside.post, Channel.MAIL)
    _set(outside.server, kind)

    _all_is_well(db, outside, mail=of_volunteer, helped_mail=of_helped)


@pytest.mark.parametrize("fault", AT_GATEWAY)
def test_S76_a_gateway_that_fails_loses_nothing(db: Database, outside: Outside, fault: str) -> None:
    behaviour, of_helped = AT_GATEWAY[fault]
    kind = {name: getattr(outside.gateway, name) for name in behaviour}
    _plan(db)

    _set(outside.gateway, behaviour)
    _rounds(db, outside.post, Channel.SMS)
    _set(outside.gateway, kind)

    _all_is_well(db, outside, sms=of_helped)


@pytest.mark.parametrize("fault", ["down", "half_open", "unknown_certificate", "wrong_password", "name"])
def test_S76_a_mail_server_that_is_never_reached_loses_nothing(
    db: Database, outside: Outside, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plan(db)
    authority = trustme.CA()
    if fault == "wrong_password":
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with _unreachable(fault, authority) as server:
        _rounds(db, replace(outside.post, mail_server=server), Channel.MAIL)

    _all_is_well(db, outside)


@pytest.mark.parametrize(
    "url", [f"http://127.0.0.1:{gateways.free_port()}", "https://gateway.invalid/messages"], ids=["down", "name"]
)
def test_S76_a_gateway_that_is_never_reached_loses_nothing(db: Database, outside: Outside, url: str) -> None:
    _plan(db)

    _rounds(db, replace(outside.post, gateway=SmsGateway(url, SENDER, TOKEN)), Channel.SMS)

    _all_is_well(db, outside)


def test_S76_no_request_waits_for_a_slow_server(db: Database, client: FlaskClient, outside: Outside) -> None:
    _plan(db)
    outside.server.seconds_to_answer = 2.0

    with ThreadPoolExecutor(1) as worker:
        hanging = worker.submit(send_due, db, replace(outside.post, patience=5.0), clock=lambda: MONDAY)
        while not outside.server.greeted_as:
            pass
        answers = [client.get("/").status_code for _ in range(5)]
        with db.write() as tx:
            make.make_person(tx)
        was_hanging = not hanging.done() and not outside.server.mails

    assert answers == [200] * 5
    assert was_hanging
    assert hanging.result() == {SENT: 3}


@pytest.mark.parametrize("channel", [Channel.MAIL, Channel.SMS])
def test_S15_without_a_way_a_message_waits_and_never_goes_another_way(
    db: Database, outside: Outside, channel: Channel
) -> None:
    _plan(db)
    missing = {"mail_server": None} if channel is Channel.MAIL else {"gateway": None}

    send_due(db, replace(outside.post, **missing), clock=lambda: MONDAY)  # type: ignore[arg-type]

    waiting = [state for state, way in _states(db) if state is State.PLANNED]
    assert len(waiting) == (2 if channel is Channel.MAIL else 1)
    with db.read() as tx:
        rows = tx.scalars(select(Notice).where(Notice.state == State.PLANNED)).all()
    assert {(each.code, each.tries) for each in rows} == {("no_channel", 0)}
    assert (len(outside.server.mails), len(outside.gateway.requests)) == ((0, 1) if channel is Channel.MAIL else (2, 0))
    _all_is_well(db, outside)


def _plan(database: Database) -> None:
    """A volunteer by mail, one who is helped by mail, one by SMS: a session tomorrow."""
    with database.write() as tx:
        session_id = make.make_session(tx, starts_at=TUESDAY)
        told.tell(tx, told.make_held(tx, session_id=session_id, email="benevole@exemple.org"), now=PLANNED)
        helped.tell(tx, helped.make_told(tx, session_id, Channel.MAIL), now=PLANNED)
        helped.tell(tx, helped.make_told(tx, session_id, Channel.SMS), now=PLANNED)


def _set(thing: object, behaviour: dict[str, object]) -> None:
    for name, value in behaviour.items():
        setattr(thing, name, value)


def _rounds(database: Database, post: Post, channel: Channel) -> None:
    """Work until every message of the channel met the fault."""
    for minute in range(0, 12, 2):
        send_due(database, post, clock=lambda at=minute: MONDAY + timedelta(minutes=at))  # type: ignore[misc]
    with database.read() as tx:
        assert not tx.scalars(select(Notice).where(Notice.went_by == channel, Notice.tries == 0)).all()


def _all_is_well(
    database: Database, outside: Outside, *, mail: State = SENT, helped_mail: State = SENT, sms: State = SENT
) -> None:
    """After recovery: each ended as it should, to whom it should, by her channel, and to her who is helped once."""
    for minute in (20, 60, 100, 140):
        send_due(database, outside.post, clock=lambda at=minute: MONDAY + timedelta(minutes=at))  # type: ignore[misc]
    with database.read() as tx:
        rows = tx.scalars(select(Notice).where(Notice.kind != Kind.ATTENTION)).all()
        told_to_look = tx.scalars(select(Notice.person_id).where(Notice.kind == Kind.ATTENTION)).all()
        tasks = tx.scalars(select(ContactTask.notice_id)).all()
        calls = tx.scalars(select(Call)).all()

    ended = {(each.beneficiary_id is not None, each.went_by): each.state for each in rows}
    assert ended == {
        (False, Channel.MAIL): mail,
        (True, Channel.MAIL): helped_mail,
        (True, Channel.SMS): sms,
    }
    unsure = {each.id for each in rows if each.state is UNCONFIRMED}
    assert set(tasks) == unsure
    assert len(told_to_look) == len(unsure)
    assert calls == []  # a reminder is no change
    by_token = {each.message_token: each for each in rows}
    names = [mail["Message-ID"].strip("<>").partition("@")[0] for mail in outside.server.mails]
    to_helped = [name for name in names if name in by_token and by_token[name].beneficiary_id]
    ids = [request.payload["id"] for request in outside.gateway.requests]
    assert len(to_helped) <= 1
    assert {each["To"].partition("@")[0][:4] for each in outside.server.mails} <= {"bene", "elle", "quel"}
    assert set(names) & set(ids) == set()
    assert sms is SENT or len(ids) == 1
    assert all(by_token[each].went_by is Channel.SMS for each in ids)


def _states(database: Database) -> list[tuple[State, Channel | None]]:
    with database.read() as tx:
        return [(state, way) for state, way in tx.execute(select(Notice.state, Notice.went_by))]


@contextmanager
def _unreachable(fault: str, authority: trustme.CA) -> Iterator[MailServer]:
    if fault == "down":
        yield MailServer("smtp", "127.0.0.1", mailbox.free_port())
    elif fault == "name":
        yield MailServer("smtp", "mail.invalid", 25)
    elif fault == "half_open":
        with socket.create_server(("127.0.0.1", 0)) as silent:
            yield MailServer("smtp", "127.0.0.1", silent.getsockname()[1])
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with mailbox.opened(starttls=context) as server:
            yield MailServer("smtp+starttls", "localhost", server.port, "agenda", "guessed")
