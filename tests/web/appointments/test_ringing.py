"""An interpreter is rung up from the queue: her number for those who hold the telephone, and what she said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import AuditEntry, Offer
from tests.bus_night import PHONE, STARTS, Night, come, make_night
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages

MINUTE = timedelta(minutes=1)


@pytest.fixture
def night(db: Database, clock: Clock) -> Night:
    """The bus has just arrived."""
    clock.set(STARTS)
    with db.write() as tx:
        return make_night(tx)


def test_an_interpreter_is_rung_up_and_her_answer_is_noted(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        come(tx, night)
    client = _english(sign_in(night.mediator))
    assert PHONE not in client.get(_url(night)).text

    asked = pages.press(client, client.get(_url(night)), "Ask Precious for n° 1")
    call = client.get(asked.headers["Location"])

    assert PHONE in call.text
    assert 'href="tel:+33639980001"' in call.text
    assert _shown(db) == 1
    line = client.get(pages.press(client, call, "She can").headers["Location"])
    assert "Noted: she can." in line.text
    assert "Number and answer" in line.text
    back = client.get(pages.press(client, line, "Undo").headers["Location"])
    assert "Taken back: she is asked." in back.text
    line = client.get(pages.press(client, back, "She cannot").headers["Location"])
    assert "Noted: she cannot. She is free again." in line.text
    assert "Ask Precious for n° 1" in line.text
    assert PHONE not in client.get(asked.headers["Location"]).text
    assert _shown(db) == 2


def test_S02_a_number_is_shown_to_those_who_run_the_queue_until_two_hours_after(
    night: Night, db: Database, sign_in: SignIn, clock: Clock
) -> None:
    with db.write() as tx:
        come(tx, night)
    client = _english(sign_in(night.mediator))
    call = pages.press(client, client.get(_url(night)), "Ask Precious").headers["Location"]
    pages.press(client, client.get(call), "She can")

    for reader, status in ((night.colleague, 200), (night.coordinator, 200), (night.lawyer, 403), (Role.MEDIATOR, 404)):
        assert sign_in(reader).get(call).status_code == status
    for minutes, is_shown in ((15 + 30 + 120, True), (15 + 30 + 121, False)):
        clock.set(STARTS + minutes * MINUTE)
        assert (PHONE in sign_in(night.mediator).get(call).text) is is_shown


def test_an_interpreter_who_was_just_taken_is_not_rung_up(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        come(tx, night)
    clients = [_english(sign_in(each)) for each in (night.mediator, night.colleague)]
    shown = [each.get(_url(night)) for each in clients]

    answers = [pages.press(each, page, "Ask Precious") for each, page in zip(clients, shown, strict=True)]

    assert [each.status_code for each in answers] == [303, 409]
    assert "She is not free any more. Choose somebody else." in answers[1].text
    with db.read() as tx:
        assert len(tx.scalars(select(Offer)).all()) == 1


def _url(night: Night) -> str:
    return f"/appointments/queue/{night.session_id}"


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _shown(db: Database) -> int:
    with db.read() as tx:
        query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "need.numbers_shown")
        return tx.scalar(query) or 0
