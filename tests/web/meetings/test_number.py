"""The number for a telephone meeting: near its time, after the password, written down first, and never unsafe."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from clinic.db import Database
from clinic.services import safety
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.beneficiaries.helped import NUMBER, entries, step_up
from tests.web.forms import post
from tests.web.meetings.conftest import Phone

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ENDS = FRIDAY + HOUR / 2


def test_S64_the_peer_sees_it_after_the_password_and_it_is_noted(phone: Phone, db: Database) -> None:
    phone.at(FRIDAY - 10 * MINUTE)
    page = phone.peer.get(phone.url)
    asked = pages.press(phone.peer, page, "Show the number")
    step_up(phone.peer, to=phone.url)
    shown = pages.press(phone.peer, phone.peer.get(phone.url), "Show the number")

    assert NUMBER not in page.text
    assert (asked.status_code, asked.location) == (303, f"/step-up?to={phone.url}")
    assert NUMBER in shown.text
    assert not pages.problems(shown.text)
    assert [(action, reason) for action, _, reason in entries(db, "contact.reveal")] == [
        ("contact.reveal", "call_back")
    ]
    assert "Iris" not in shown.text


@pytest.mark.parametrize(
    ("at", "may"),
    [
        (FRIDAY - HOUR - MINUTE, False),
        (FRIDAY - HOUR, True),
        (ENDS + 2 * HOUR, True),
        (ENDS + 2 * HOUR + MINUTE, False),
    ],
)
def test_S03_outside_of_its_time_not_even_the_password_shows_it_to_the_peer(
    phone: Phone, db: Database, at: datetime, *, may: bool
) -> None:
    phone.at(at)
    step_up(phone.peer)
    page = phone.peer.get(phone.url)

    assert ("Show the number" in page.text) is may
    assert post(phone.peer, phone.url + "/number").status_code == (200 if may else 404)
    assert len(entries(db, "contact.reveal")) == may


def test_whoever_follows_her_may_look_at_any_time(phone: Phone) -> None:
    step_up(phone.mediator)

    assert NUMBER in pages.press(phone.mediator, phone.mediator.get(phone.url), "Show the number").text


def test_S15_not_safe_any_more_the_first_line_says_do_not_call_and_there_is_no_number(
    phone: Phone, db: Database
) -> None:
    with db.write() as tx:
        safety.not_safe(tx, phone.two.her, by=phone.two.mediator, now=NOW)
    phone.at(FRIDAY)
    for client in (phone.mediator, phone.peer):
        step_up(client)
        page = client.get(phone.url)

        assert page.text.index("Do not call") < page.text.index("<h1>")
        assert "Show the number" not in page.text
        assert post(client, phone.url + "/number").status_code == 404
        assert "do not call" in phone.peer.get("/agenda").text
    assert not entries(db, "contact.reveal")


def test_called_off_it_shows_no_number(phone: Phone, db: Database) -> None:
    phone.at(FRIDAY - HOUR)
    step_up(phone.peer)
    post(phone.peer, phone.url + "/cancel")

    assert "Show the number" not in phone.peer.get(phone.url).text
    assert post(phone.peer, phone.url + "/number").status_code == 404
