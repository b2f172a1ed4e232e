"""What the coordinator sees of the outbox: what waits, what did not arrive, whom to call, what holds messages back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.contacts import Channel
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.timing import UNDO_FOR
from clinic.domain.valves import Hold
from clinic.models import AuditEntry, Notice, Valve
from clinic.settings import MailServer, SmsGateway
from tests import make
from tests.conftest import CountQueries, SignIn
from tests.instruments import Clock, stay
from tests.make import NOW
from tests.notices import told
from tests.web.forms import post
from tests.web.pages import read

NO_SERVER = "Neither a mail server nor an SMS gateway is set up"
LATE = "has been waiting for more than an hour"
LATE_ELSEWHERE = "Messages have been waiting for more than an hour"
HELD = "Messages are held back"


@pytest.fixture
def with_servers(app: Flask) -> None:
    """The app knows a mail server and a gateway."""
    ground = app.extensions["clinic"]
    gateway = SmsGateway("https://sms.exemple.fr/messages", "Agenda", "jeton")
    settings = replace(ground.settings, mail_server=MailServer("smtp", "mail.exemple.fr", 25), sms_gateway=gateway)
    app.extensions["clinic"] = replace(ground, settings=settings)


@pytest.fixture
def coordinator(sign_in: SignIn) -> FlaskClient:
    """A coordinator who reads English."""
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


def _main(client: FlaskClient, url: str = "/notices") -> str:
    return read(client.get(url)).text("main")


def test_without_a_server_the_page_says_that_nothing_is_sent(coordinator: FlaskClient) -> None:
    words = _main(coordinator)

    assert NO_SERVER in words
    assert "No message waits." in words


def test_a_dry_run_is_said(app: Flask, coordinator: FlaskClient) -> None:
    ground = app.extensions["clinic"]
    app.extensions["clinic"] = replace(ground, settings=replace(ground.settings, is_dry=True))

    assert "nothing leaves the house" in _main(coordinator)


@pytest.mark.usefixtures("with_servers")
def test_S76_a_banner_on_every_page_says_when_the_oldest_waits_for_more_than_an_hour(
    db: Database, coordinator: FlaskClient, sign_in: SignIn, clock: Clock
) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx))

    stay(coordinator, clock, NOW + UNDO_FOR + timedelta(hours=1))
    in_time = _main(coordinator), _main(coordinator, "/agenda")
    clock.set(NOW + UNDO_FOR + timedelta(hours=1, seconds=1))
    late = _main(coordinator), _main(coordinator, "/agenda")
    mediator = sign_in(Role.MEDIATOR)
    mediator.set_cookie("language", "en")

    assert NO_SERVER not in in_time[0]
    assert LATE not in in_time[0]
    assert LATE_ELSEWHERE not in in_time[1]
    assert LATE in late[0]
    assert "waiting for 1 h" in " ".join(late[0].split()).replace("\N{NO-BREAK SPACE}", " ")
    assert LATE_ELSEWHERE in late[1]
    assert LATE_ELSEWHERE not in _main(mediator, "/agenda")


@pytest.mark.usefixtures("with_servers")
def test_what_waits_for_her_hours_is_no_alarm(db: Database, coordinator: FlaskClient, clock: Clock) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx))
        notice = tx.scalars(select(Notice)).one()
        notice.code, notice.next_at = "outside_hours", NOW + timedelta(hours=20)

    stay(coordinator, clock, NOW + timedelta(hours=3))

    assert LATE not in _main(coordinator)
    assert "hours at which she may be written to" in _main(coordinator)


def test_each_state_is_said_with_its_reason_and_never_an_address(db: Database, coordinator: FlaskClient) -> None:
    codes = {State.FAILED: "smtp_550", State.SKIPPED: "no_address", State.EXPIRED: "timeout", State.UNCONFIRMED: None}
    with db.write() as tx:
        for state, code in {**codes, State.SENT: None, State.PLANNED: None}.items():
            told.tell(tx, told.make_held(tx, email="secrete@exemple.org"))
            notice = tx.scalars(select(Notice).where(Notice.state == State.PLANNED, Notice.tries == 0)).one()
            notice.state, notice.code, notice.tries = state, code, 1
            notice.ended_at = None if state is State.PLANNED else NOW

    pages = [coordinator.get("/notices")]
    pages += [coordinator.get(f"/notices?state={state}") for state in ("skipped", "expired", "sent", "waiting")]
    words = " ".join(read(each).text("main") for each in pages)

    assert "The mail server answered 550." in words
    assert "No e-mail address is on the account." in words
    assert "The server did not answer in time." in words
    assert "perhaps sent" in words
    assert not any("exemple.org" in each.text for each in pages)
    assert "Matin" not in words


def test_a_shelf_has_pages_of_twenty_five(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        for _ in range(27):
            told.tell(tx, told.make_held(tx))

    first = read(coordinator.get("/notices?state=waiting"))
    second = read(coordinator.get("/notices?state=waiting&page=2"))

    assert [len(each.all("tr")) - 1 for each in (first, second)] == [25, 2]
    assert "Later ones" in first.text("main")
    assert "Later ones" not in second.text("main")


@pytest.mark.parametrize(
    "query", ["state=planned", "state=", "state=waiting&page=0", "state=waiting&page=x", "state=sent&page=99999"]
)
def test_S05_an_unknown_shelf_or_page_is_not_there(coordinator: FlaskClient, query: str) -> None:
    assert coordinator.get(f"/notices?{query}").status_code == 404


def test_the_call_list_is_by_alias_and_says_neither_place_nor_topic(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, place_id=make.make_place(tx, spot="Route cachée"))
        mediator = make.make_person(tx, Role.MEDIATOR)
        make.make_call(tx, make.make_appointment(tx, session_id, by=mediator, alias="Iris"))

    answer = coordinator.get("/notices")

    words = read(answer).text("main")
    assert "Iris" in words
    assert "1 call to make" in words
    assert "Route cachée" not in answer.text
    assert "arabe" not in answer.text


@pytest.mark.usefixtures("with_servers")
def test_a_server_that_rests_is_said_with_when_it_is_tried_again(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        rests_until = NOW + timedelta(minutes=4)
        tx.add(Valve(channel=Channel.SMS, failures=7, code="gateway_503", open_until=rests_until))

    words = _main(coordinator)

    assert "The SMS gateway does not answer: next try at 10:04." in words
    assert "The SMS gateway answered 503." in words


@pytest.mark.usefixtures("with_servers")
@pytest.mark.parametrize(
    ("why", "said"), [(Hold.FLOOD, "far more messages"), (Hold.CLOCK, "the clock of the computer")]
)
def test_a_channel_that_is_held_is_released_by_a_coordinator(
    db: Database, coordinator: FlaskClient, why: Hold, said: str
) -> None:
    with db.write() as tx:
        tx.add(Valve(channel=Channel.MAIL, held=why, held_at=NOW - timedelta(hours=1)))

    before, elsewhere = _main(coordinator), _main(coordinator, "/agenda")
    answer = post(coordinator, "/notices/channels/mail/release")
    after = _main(coordinator)

    assert "E-mails are held back" in before
    assert said in before
    assert HELD in elsewhere
    assert answer.status_code == 303
    assert "E-mails are held back" not in after
    with db.read() as tx:
        assert "valve.release" in tx.scalars(select(AuditEntry.action))


@pytest.mark.usefixtures("with_servers")
def test_after_its_rest_a_server_is_tried_again(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        tx.add(Valve(channel=Channel.MAIL, failures=5, code="timeout", open_until=NOW))

    assert "The mail server did not answer of late: the next message tries it again." in _main(coordinator)


@pytest.mark.parametrize("channel", ["call", "none", "pigeon"])
def test_only_what_is_written_can_be_released(coordinator: FlaskClient, channel: str) -> None:
    assert post(coordinator, f"/notices/channels/{channel}/release").status_code == 404


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.LAWYER, Role.MEMBER])
def test_S01_nobody_else_sees_the_outbox(sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).get("/notices").status_code == 403


def test_the_page_asks_the_same_number_of_questions_however_many_there_are(
    db: Database, sign_in: SignIn, count_queries: CountQueries
) -> None:
    coordinator = sign_in(Role.COORDINATOR)
    counts = []
    for number in (2, 30):
        with db.write() as tx:
            for _ in range(number):
                told.tell(tx, told.make_held(tx))
        with count_queries(coordinator.application.extensions["clinic"].database) as statements:
            coordinator.get("/notices")
        counts.append(len(statements))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_kind_has_a_word(db: Database, sign_in: SignIn, kind: Kind, language: str) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx), kind)
    coordinator = sign_in(Role.COORDINATOR)
    coordinator.set_cookie("language", language)

    assert coordinator.get("/notices").status_code == 200
