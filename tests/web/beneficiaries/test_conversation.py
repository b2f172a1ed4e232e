"""The conversation: what is asked, what follows, what is refused, and what stays typed."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Hours, Shared, Suspension, Wording, may_write
from clinic.domain.notices import State
from clinic.domain.people import Role
from clinic.models import Notice
from clinic.queries.readers import reach_of
from clinic.services import safety
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock, stay
from tests.make import NOW
from tests.web import pages
from tests.web.beneficiaries.helped import NUMBER, World, choose, entries, kept, step_up
from tests.web.forms import post

BY_SMS = {
    "seen": "", "channel": "sms", "number": "06 12 34 56 78", "email": "", "is_shared": "no", "hours": "usual",
    "opens": "", "closes": "", "language": "fr", "wording": "plain",
}  # fmt: skip


def _said(**changes: str) -> dict[str, str]:
    said = {**BY_SMS, "key": make.key(), **changes}
    return {name: value for name, value in said.items() if value != "left out"}


def _send(client: FlaskClient, world: World, **changes: str) -> TestResponse:
    return post(client, f"{world.url}/contact", _said(**changes))


def _choice(db: Database, world: World) -> Choice | None:
    contact = kept(db, world)
    return reach_of(contact).choice if contact else None


def _waiting(db: Database, world: World) -> int:
    with db.read() as tx:
        query = select(Notice).where(Notice.beneficiary_id == world.beneficiary_id, Notice.state == State.PLANNED)
        return len(tx.scalars(query).all())


def test_a_first_conversation_asks_no_password_and_keeps_what_she_chose(
    client: FlaskClient, db: Database, world: World
) -> None:
    asked = client.get(f"{world.url}/contact")
    answer = pages.press(
        client, asked, "Save what she chose", channel="sms", number="06 12 34 56 78", is_shared="no", language="en",
        hours="own", opens="09:00", closes="12:00", wording="warm", names_place="y",
    )  # fmt: skip
    shown = client.get(answer.location)

    assert (asked.status_code, answer.status_code, answer.location) == (200, 303, world.url)
    assert _choice(db, world) == Choice(
        Channel.SMS, Shared.NO, number=NUMBER, hours=Hours(time(9), time(12)), language="en", wording=Wording.WARM,
        names_place=True,
    )  # fmt: skip
    assert "Noted: messages are on, for 90 days." in shown.text
    assert [each[0] for each in entries(db, "contact.choose", "contact.reveal")] == ["contact.choose"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_screen_says_the_very_texts_in_both_languages_with_their_count(
    client: FlaskClient, world: World, language: str
) -> None:
    client.set_cookie("language", language)

    answer = client.get(f"{world.url}/contact")
    shown = pages.read(answer)

    texts = [each for each in shown.all("span") if each.get("lang") in {"fr", "en"}]
    assert [each.get("lang") for each in texts] == ["fr", "en"] * 5
    assert all("26" in each.text for each in texts)  # Thursday 26 November
    assert len({each.text for each in texts}) == len(texts)
    assert not pages.problems(answer.text)


def test_S10_nothing_is_a_good_answer(client: FlaskClient, db: Database, world: World) -> None:
    answer = _send(client, world, channel="none", is_shared="left out", language="left out")

    assert answer.status_code == 303
    assert _choice(db, world) == Choice(Channel.NONE)
    assert "Noted: nothing is sent." in client.get(answer.location).text


@pytest.mark.parametrize("shared", ["yes", "unknown"])
def test_S10_what_others_may_read_needs_the_same_answer_on_another_day(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World, clock: Clock, shared: str
) -> None:
    first = _send(client, world, is_shared=shared)
    said = client.get(first.location).text
    waiting_then = _waiting(db, world)
    clock.set(NOW + timedelta(days=1))
    client = sign_in(world.mediator)
    client.set_cookie("language", "en")
    step_up(client)
    again = client.get(f"{world.url}/contact")

    pages.press(client, again, "Save what she chose", is_shared=shared)

    assert "Nothing is sent until you ask her the same again on another day." in said
    assert waiting_then == 0
    contact = kept(db, world)
    assert contact
    assert may_write(reach_of(contact), clock(), at_work=False)
    assert _waiting(db, world) == 1


@pytest.mark.parametrize(("changes", "field", "words"), [
    ({"channel": ""}, "channel", "Choose what we may do."),
    ({"channel": "pigeon"}, "channel", "Choose what we may do."),
    ({"number": "1234"}, "number", "This is no telephone number."),
    ({"number": "06 12 34 56 78" * 9}, "number", "At most 32 characters."),
    ({"number": "06\u202e12"}, "number", "hidden sign"),
    ({"channel": "mail", "email": "her mail"}, "email", "name@example.org"),
    ({"channel": "mail", "email": "a@example.org\r\nBcc: x@y.org"}, "email", "cannot be shown"),
    ({"is_shared": "left out"}, "is_shared", "anyone else uses or checks it"),
    ({"language": "left out"}, "language", "Choose the language"),
    ({"language": "ar"}, "language", "Choose the language"),
    ({"wording": "urgent"}, "wording", "Choose an answer."),
    ({"hours": "own"}, "hours", "Give her hours"),
    ({"hours": "own", "opens": "25:99", "closes": "12:00"}, "opens", "cannot be used"),
    ({"hours": "own", "opens": "12:00", "closes": "09:00"}, "closes", "end before they begin"),
    ({"hours": "own", "opens": "07:00", "closes": "12:00"}, "she_asked", "only if she asked"),
    ({"hours": "own", "opens": "18:00", "closes": "21:00"}, "she_asked", "only if she asked"),
    ({"hours": "own", "opens": "09:00", "closes": "12:00", "rest_days": "y"}, "she_asked", "only if she asked"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: FlaskClient, db: Database, world: World, changes: dict[str, str], field: str, words: str
) -> None:
    answer = _send(client, world, **{"wording": "warm", "signs_off": "y", **changes})

    page = pages.read(answer)
    assert answer.status_code == 422
    assert words in page.errors_at(field)
    assert any(words in each for each in page.errors())
    typed = pages.form_of(answer, "Save what she chose")
    assert typed.get("signs_off") == "y"
    assert typed["number"].startswith(changes.get("number", BY_SMS["number"])[:2])
    assert kept(db, world) is None


@pytest.mark.parametrize(("changes", "field"), [
    ({"number": ""}, "number"), ({"channel": "mail"}, "email"),
])  # fmt: skip
def test_an_address_is_needed_where_something_is_written(
    client: FlaskClient, db: Database, world: World, changes: dict[str, str], field: str
) -> None:
    answer = _send(client, world, **changes)

    assert answer.status_code == 409
    assert "Give the" in pages.read(answer).errors_at(field)
    assert kept(db, world) is None


def test_S14_hours_beyond_the_usual_are_kept_if_she_asked_for_them(
    client: FlaskClient, db: Database, world: World
) -> None:
    asked = {"hours": "own", "opens": "07:00", "closes": "21:30", "rest_days": "y", "she_asked": "y"}

    assert _send(client, world, **asked).status_code == 303
    assert (choice := _choice(db, world))
    assert choice.hours == Hours(time(7), time(21, 30), rest_days=True)


@pytest.mark.parametrize(("channel", "address"), [("sms", {}), ("mail", {"email": "a@example.org"})])
def test_S10_of_a_minor_a_mediator_asks_the_coordinator_first(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World, channel: str, address: dict[str, str]
) -> None:
    said = {"is_minor": "y", "channel": channel, **address}
    refused = _send(client, world, **said)
    nothing_yet = kept(db, world)

    answer = _send(sign_in(Role.COORDINATOR), world, **said)

    assert refused.status_code == 409
    assert "Ask the coordinator first" in pages.read(refused).errors_at("is_minor")
    assert pages.form_of(refused, "Save what she chose")["channel"] == channel
    assert nothing_yet is None
    assert answer.status_code == 303
    assert (choice := _choice(db, world))
    assert (choice.is_minor, choice.coordinator_agrees) == (True, True)


def test_S10_of_a_minor_a_call_needs_no_coordinator(client: FlaskClient, db: Database, world: World) -> None:
    assert _send(client, world, is_minor="y", channel="call").status_code == 303


def test_S10_a_mediator_neither_unsays_a_minor_nor_writes_her_elsewhere(
    client: FlaskClient, db: Database, world: World
) -> None:
    choose(db, world, Choice(Channel.SMS, Shared.NO, number=NUMBER, is_minor=True, coordinator_agrees=True))
    step_up(client)
    seen = pages.form_of(client.get(f"{world.url}/contact"), "Save what she chose")["seen"]

    elsewhere = _send(client, world, seen=seen, number="06 87 65 43 21")
    same = _send(client, world, seen=seen)

    assert elsewhere.status_code == 409
    assert "Ask the coordinator first" in pages.read(elsewhere).errors_at("is_minor")
    assert same.status_code == 303
    assert (choice := _choice(db, world))
    assert (choice.is_minor, choice.coordinator_agrees) == (True, True)


def test_a_choice_that_exists_is_opened_only_with_the_password_and_without_her_number(
    client: FlaskClient, db: Database, world: World
) -> None:
    choose(db, world)

    first = client.get(f"{world.url}/contact")
    step_up(client)
    second = client.get(f"{world.url}/contact")
    answer = pages.press(client, second, "Save what she chose", is_shared="no", wording="warm")

    assert (first.status_code, first.location) == (303, f"/step-up?to={world.url}/contact")
    assert NUMBER[3:] not in second.text.replace(" ", "")
    assert pages.form_of(second, "Save what she chose").get("is_shared") is None
    assert answer.status_code == 303
    assert (choice := _choice(db, world))
    assert (choice.number, choice.wording) == (NUMBER, Wording.WARM)


def test_a_screen_open_for_too_long_asks_for_the_password_and_loses_nothing(
    client: FlaskClient, db: Database, world: World, clock: Clock
) -> None:
    choose(db, world)
    step_up(client)
    opened = client.get(f"{world.url}/contact")
    stay(client, clock, NOW + timedelta(minutes=31))

    refused = pages.press(client, opened, "Save what she chose", is_shared="no", number="06 87 65 43 21")
    step_up(client)
    answer = pages.press(client, refused, "Save what she chose")

    assert refused.status_code == 409
    assert "open for too long" in " ".join(pages.read(refused).errors())
    assert answer.status_code == 303
    assert (choice := _choice(db, world))
    assert choice.number == "+33687654321"


def test_S73_what_somebody_changed_meanwhile_is_shown_and_what_was_typed_stays(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World
) -> None:
    choose(db, world)
    step_up(client)
    opened = client.get(f"{world.url}/contact")
    choose(db, world, Choice(Channel.CALL))

    refused = pages.press(client, opened, "Save what she chose", is_shared="no", number="06 87 65 43 21")
    kept_then = _choice(db, world)
    answer = pages.press(client, refused, "Save what she chose")

    assert refused.status_code == 409
    assert "Somebody changed this meanwhile" in " ".join(pages.read(refused).errors())
    assert "A call" in refused.text
    assert pages.form_of(refused, "Save what she chose")["number"] == "06 87 65 43 21"
    assert kept_then == Choice(Channel.CALL)
    assert answer.status_code == 303


def test_S15_that_it_was_stopped_meanwhile_is_not_overlooked(client: FlaskClient, db: Database, world: World) -> None:
    choose(db, world)
    step_up(client)
    opened = client.get(f"{world.url}/contact")
    with db.write() as tx:
        safety.not_safe(tx, world.beneficiary_id, by=world.mediator, now=NOW)

    refused = pages.press(client, opened, "Save what she chose", is_shared="no")

    assert refused.status_code == 409
    assert "Not safe: everything is stopped" in refused.text


def test_a_first_conversation_does_not_overwrite_what_somebody_noted_meanwhile(
    client: FlaskClient, db: Database, world: World
) -> None:
    choose(db, world)

    first = _send(client, world, number="06 87 65 43 21")
    second = pages.press(client, first, "Save what she chose")

    assert (first.status_code, second.status_code) == (409, 409)
    assert "give your password" in " ".join(pages.read(second).errors())
    assert (choice := _choice(db, world))
    assert choice.number == NUMBER


def test_S72_a_double_click_is_one_choice(client: FlaskClient, db: Database, world: World) -> None:
    said = _said()

    answers = [post(client, f"{world.url}/contact", said).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(entries(db, "contact.choose")) == 1


def test_an_unknown_field_is_a_bad_request(client: FlaskClient, world: World) -> None:
    assert _send(client, world, note="her story").status_code == 400


def test_S15_a_new_conversation_ends_a_stop_and_plans_her_reminders_again(
    client: FlaskClient, db: Database, world: World
) -> None:
    _send(client, world)
    planned = _waiting(db, world)
    post(client, f"{world.url}/not-safe")
    stopped = _waiting(db, world)
    step_up(client)

    answer = pages.press(client, client.get(f"{world.url}/contact"), "Save what she chose", is_shared="no")

    assert (planned, stopped, _waiting(db, world)) == (1, 0, 1)
    assert answer.status_code == 303
    assert (contact := kept(db, world))
    assert contact.suspended is not Suspension.NOT_SAFE


def test_another_channel_takes_back_what_waited(client: FlaskClient, db: Database, world: World) -> None:
    _send(client, world)
    step_up(client)
    opened = client.get(f"{world.url}/contact")

    pages.press(client, opened, "Save what she chose", channel="none")

    assert _waiting(db, world) == 0
    assert _choice(db, world) == Choice(Channel.NONE, language="fr")


def test_S13_the_longest_of_all_fits_one_sms(client: FlaskClient, world: World) -> None:
    assert "too long for one SMS" not in client.get(f"{world.url}/contact").text
