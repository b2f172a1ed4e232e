"""The door of the gateway: only what is signed comes in, and nothing ever comes out."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Shared, Suspension, TaskKind
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.models import AuditEntry, Contact, ContactTask, Notice
from clinic.services import contacts
from tests import make
from tests.make import NOW
from tests.notices import told
from tests.web.gateway.letters import SECRET, bring, receipt, reply, signed

NUMBER = "+33612345678"
STOP = reply(NUMBER, "STOP")


@pytest.fixture
def gateway(app: Flask) -> FlaskClient:
    """A client of the app that knows the secret."""
    ground = app.extensions["clinic"]
    app.extensions["clinic"] = replace(ground, settings=replace(ground.settings, inbound_secret=SECRET))
    return app.test_client()


@pytest.fixture
def member_id(db: Database) -> str:
    with db.write() as tx:
        person = make.make_person(tx, Role.MEMBER)
        contacts.choose(tx, person.id, Choice(Channel.SMS, Shared.NO, number=NUMBER), now=NOW)
        return person.id


def _suspended(db: Database) -> list[Suspension | None]:
    with db.read() as tx:
        return list(tx.scalars(select(Contact.suspended)))


@pytest.mark.usefixtures("member_id")
def test_S15_a_signed_stop_stops_and_is_answered_with_nothing(gateway: FlaskClient, db: Database) -> None:
    answers = [bring(gateway, STOP), bring(gateway, STOP), bring(gateway, reply("+33699999999", "STOP"))]

    assert [(answer.status_code, answer.data) for answer in answers] == [(204, b"")] * 3
    assert _suspended(db) == [Suspension.STOP]


@pytest.mark.usefixtures("member_id")
def test_S15_another_answer_is_a_task(gateway: FlaskClient, db: Database) -> None:
    answer = bring(gateway, reply(NUMBER, "À quelle heure ?"))

    assert (answer.status_code, answer.data) == (204, b"")
    assert _suspended(db) == [None]
    with db.read() as tx:
        assert tx.scalars(select(ContactTask.kind)).all() == [TaskKind.REPLIED]


def test_S75_a_receipt_puts_the_fate_right(gateway: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx))
        notice = tx.scalars(select(Notice)).one()
        notice.state, notice.went_by = State.SENT, Channel.SMS

    answer = bring(gateway, receipt(notice.message_token, "failed"))

    assert (answer.status_code, answer.data) == (204, b"")
    with db.read() as tx:
        assert tx.get_one(Notice, notice.id).state is State.FAILED


BODY = json.dumps(STOP).encode()
RIGHT = signed(BODY)
SPOILT = {
    "no timestamp": {"X-Signature": RIGHT["X-Signature"]},
    "no signature": {"X-Timestamp": RIGHT["X-Timestamp"]},
    "an empty signature": {**RIGHT, "X-Signature": ""},
    "an empty digest": {**RIGHT, "X-Signature": "sha256="},
    "a bare digest": {**RIGHT, "X-Signature": RIGHT["X-Signature"].removeprefix("sha256=")},
    "a digest in capitals": {**RIGHT, "X-Signature": RIGHT["X-Signature"].upper()},
    "letters beyond ASCII": {**RIGHT, "X-Signature": "sha256=\u00e9"},
    "an empty timestamp": {**RIGHT, "X-Timestamp": ""},
    "a negative timestamp": {**RIGHT, "X-Timestamp": "-1"},
    "a huge timestamp": {**RIGHT, "X-Timestamp": "9" * 5000},
    "another timestamp": {**RIGHT, "X-Timestamp": str(int(RIGHT["X-Timestamp"]) + 1)},
    "another body": signed(b"{}"),
    "another secret": signed(BODY, secret=SECRET[:-1]),
    "too old": signed(BODY, at=NOW - timedelta(minutes=5, seconds=1)),
    "too far ahead": signed(BODY, at=NOW + timedelta(minutes=5, seconds=1)),
}


@pytest.mark.usefixtures("member_id")
@pytest.mark.parametrize("wrong", SPOILT)
def test_S15_what_is_not_rightly_signed_now_changes_nothing(gateway: FlaskClient, db: Database, wrong: str) -> None:
    answer = gateway.post("/gateway/sms", data=BODY, headers=SPOILT[wrong])

    assert (answer.status_code, answer.data) == (401, b"")
    assert _suspended(db) == [None]


@pytest.mark.usefixtures("member_id")
@pytest.mark.parametrize("minutes", [-5, 5])
def test_five_minutes_of_difference_are_borne(gateway: FlaskClient, db: Database, minutes: int) -> None:
    assert bring(gateway, STOP, at=NOW + timedelta(minutes=minutes)).status_code == 204
    assert _suspended(db) == [Suspension.STOP]


@pytest.mark.parametrize("said", [
    b"", b"STOP", b"\xff", b"[" * 4000, b"null", b"[]", b"{}", b'"stop"', b'{"type": "reply"}', b"NaN",
    {**STOP, "more": "1"}, {**STOP, "text": None}, {**STOP, "text": 1}, {**STOP, "from": ["+33612345678"]},
    {"type": "reply", "from": NUMBER}, {**STOP, "type": "receipt"}, {**STOP, "type": "call"},
    receipt("a", "read"), receipt("", "failed"), receipt("\ud800", "failed"), receipt("a\0", "failed"),
    receipt("a" * 65, "failed"), {**receipt("a", "failed"), "from": NUMBER}, {**STOP, "type": ["reply"]},
])  # fmt: skip
def test_S05_a_body_that_was_not_agreed_upon_is_a_bad_request(gateway: FlaskClient, said: Any) -> None:
    answer = bring(gateway, said)

    assert (answer.status_code, answer.data) == (400, b"")


def test_S42_a_body_over_four_kibibytes_is_too_large(gateway: FlaskClient) -> None:
    fits = bring(gateway, reply(NUMBER, "a" * (4096 - len(json.dumps(reply(NUMBER, ""))))))
    too_large = bring(gateway, reply(NUMBER, "a" * 4096))

    assert (fits.status_code, too_large.status_code, too_large.data) == (204, 413, b"")


def test_without_a_secret_the_door_is_not_there(client: FlaskClient) -> None:
    answer = bring(client, STOP)

    assert (answer.status_code, answer.data) == (404, b"")


def test_S46_a_database_that_is_gone_is_answered_with_nothing(gateway: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        tx.execute(text("ALTER TABLE contacts RENAME TO gone"))

    answer = bring(gateway, STOP)

    assert (answer.status_code, answer.data) == (503, b"")


@pytest.mark.usefixtures("member_id")
def test_S52_no_word_of_an_answer_is_kept(
    gateway: FlaskClient, db: Database, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    caplog.set_level(logging.DEBUG)

    bring(gateway, reply(NUMBER, "canari rouge, stop"))
    bring(gateway, reply(NUMBER, "stop canari rouge"))

    assert "canari" not in caplog.text
    assert NUMBER not in caplog.text
    assert b"canari" not in (tmp_path / "clinic.db").read_bytes()
    with db.read() as tx:
        entries = tx.scalars(select(AuditEntry).where(AuditEntry.action == "contact.stop")).all()
        assert [(each.actor_id, each.reason) for each in entries] == [(None, None)]
        assert tx.scalars(select(Notice.kind).where(Notice.kind != Kind.ATTENTION)).all() == []
