"""What interpreters are asked, and what they answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.calendars import Detail, digest_of
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.queries import interpreting as queries
from clinic.services import calendars
from clinic.services.calendars import LinkDraft
from tests import make
from tests.conftest import SignIn
from tests.feeds.entries import occurrences
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.forms import post
from tests.web.interpreting.world import ALIAS, AREA, SPOT, TOPIC, World, ask, make_need, make_world

HOUR = timedelta(hours=1)


def _asked(db: Database, publicity: Publicity = Publicity.PUBLIC, modality: Modality = Modality.ON_SITE) -> World:
    with db.write() as tx:
        world = make_world(tx, publicity)
        need_id = make_need(tx, world, modality=modality, appointment_id=world.appointment_id)
        ask(tx, need_id, world.interpreter, world.second, by=world.mediator)
    return world


def _english(sign_in: SignIn, person: SignedIn) -> FlaskClient:
    client = sign_in(person)
    client.set_cookie("language", "en")
    return client


def _offer_url(client: FlaskClient) -> str:
    links = [each.get("href") for each in pages.read(client.get("/interpreting")).all("a")]
    return next(link for link in links if link.startswith("/interpreting/offers/"))


def test_an_offer_says_when_how_long_which_language_how_and_where(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)

    page = _english(sign_in, world.interpreter).get("/interpreting").text

    for words in ("Language: Arabic", "09:30", "30\u00a0min", "on site", AREA, "Answer by Thursday 26 November, 09:30",
                  "Yes, I can", "I do not know yet"):  # fmt: skip
        assert words in page


def test_todays_page_shows_what_is_to_answer_first(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)

    page = _english(sign_in, world.interpreter).get("/agenda").text

    assert page.index("Yes, I can") < page.index("Your next session")


def test_of_two_who_accept_the_first_has_it_and_the_second_is_told_kindly(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)
    first, second = _english(sign_in, world.interpreter), _english(sign_in, world.second)
    seen = second.get(_offer_url(second))

    accepted = pages.press(first, first.get(_offer_url(first)), "Yes, I can")
    too_late = pages.press(second, seen, "Yes, I can")

    assert "Thank you: it is yours." in first.get(accepted.location).text
    assert too_late.status_code == 409
    assert "Somebody else has taken it. Thank you." in too_late.text
    assert "Yes, I can" not in too_late.text
    with db.read() as tx:
        (need,) = queries.needs_of(tx, [world.session_id], now=NOW)[world.session_id]
    assert {each.name: each.state.value for each in need.offers} == {"Samira": "accepted", "Youssef": "filled"}


def test_accepting_is_undone_by_declining_and_the_need_is_open_again(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)
    client = _english(sign_in, world.interpreter)
    accepted = pages.press(client, client.get("/interpreting"), "Yes, I can")

    undone = pages.press(client, client.get(accepted.location), "Undo")

    assert undone.status_code == 303
    with db.read() as tx:
        (need,) = queries.needs_of(tx, [world.session_id], now=NOW)[world.session_id]
    assert (need.stage, [each.state for each in need.offers]) == ("to_ask", ["declined", "filled"])


def test_not_knowing_yet_changes_nothing_and_says_until_when(db: Database, sign_in: SignIn) -> None:
    client = _english(sign_in, _asked(db).interpreter)

    answer = pages.press(client, client.get("/interpreting"), "I do not know yet")

    page = client.get(answer.location).text
    assert "you can answer until Thursday 26 November, 09:30" in page
    assert "Yes, I can" in page


@pytest.mark.parametrize("answer", ["accept", "decline", "later"])
def test_after_the_time_to_answer_the_page_is_kind(db: Database, sign_in: SignIn, clock: Clock, answer: str) -> None:
    world = _asked(db)
    url = _offer_url(sign_in(world.interpreter))
    clock.set(FRIDAY - 24 * HOUR)
    client = _english(sign_in, world.interpreter)

    late = post(client, f"{url}/{answer}")

    assert late.status_code == 409
    assert "The time to answer is over. There is nothing to do." in late.text


def test_who_accepted_cannot_give_back_what_has_begun(db: Database, sign_in: SignIn, clock: Clock) -> None:
    world = _asked(db)
    client = sign_in(world.interpreter)
    url = _offer_url(client)
    post(client, f"{url}/accept")
    clock.set(FRIDAY)
    client = _english(sign_in, world.interpreter)

    answer = post(client, f"{url}/decline")

    assert answer.status_code == 409
    assert "This session has begun." in answer.text


@pytest.mark.parametrize(("publicity", "at", "is_shown"), [
    (Publicity.PUBLIC, NOW, True), (Publicity.TOLD_LATE, FRIDAY - 25 * HOUR, False),
    (Publicity.TOLD_LATE, FRIDAY - 24 * HOUR, True), (Publicity.TOLD_LATE, FRIDAY + 2.5 * HOUR, True),
    (Publicity.TOLD_LATE, FRIDAY + 2.6 * HOUR, False),
])  # fmt: skip
def test_S03_who_accepted_sees_the_place_in_its_window(
    db: Database, sign_in: SignIn, clock: Clock, publicity: Publicity, at: datetime, *, is_shown: bool
) -> None:
    world = _asked(db, publicity)
    client = sign_in(world.interpreter)
    url = _offer_url(client)
    before = client.get(url).text
    post(client, f"{url}/accept")
    clock.set(at)

    page = sign_in(world.interpreter).get(url).text

    assert SPOT not in before
    assert (SPOT in page) is is_shown


@pytest.mark.parametrize("publicity", list(Publicity))
@pytest.mark.parametrize("modality", list(Modality))
def test_S04_no_page_of_hers_names_a_person_a_topic_or_a_place_she_may_not_know(
    db: Database, sign_in: SignIn, publicity: Publicity, modality: Modality
) -> None:
    world = _asked(db, publicity, modality)
    client = _english(sign_in, world.interpreter)
    url = _offer_url(client)
    looked_at = [client.get(each).text for each in ("/agenda", "/agenda/2026-W48", "/interpreting", url)]
    looked_at.append(client.get(post(client, f"{url}/accept").location).text)
    if publicity is Publicity.TOLD_LATE:
        assert not any(AREA in page or SPOT in page for page in looked_at)

    for page in looked_at:
        for told in (ALIAS, TOPIC, world.mediator.name, world.second.name, "Law access point"):
            assert told not in page


def test_S02_the_offer_of_another_is_not_there(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)
    url = _offer_url(sign_in(world.interpreter))
    client = sign_in(world.second)

    answers = [client.get(url), client.get("/interpreting/offers/0"), *(post(client, f"{url}/{each}") for each in (
        "accept", "decline", "later"))]  # fmt: skip

    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers if each.request.method == "GET"}) == 1


def test_her_calendar_holds_what_she_accepted_and_nothing_else(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)
    with db.write() as tx:
        for person in (world.interpreter, world.second):
            draft = LinkDraft("Phone", Detail.DISCREET, "fr")
            calendars.make_link(tx, person.id, draft, digest_of(person.id), key=make.key(), by=person, now=NOW)
    client = _english(sign_in, world.interpreter)
    before = client.get(f"/feeds/{world.interpreter.id}.ics").text

    pages.press(client, client.get("/interpreting"), "Yes, I can")

    feeds = [client.get(f"/feeds/{person.id}.ics").text for person in (world.interpreter, world.second)]
    assert [each.count("BEGIN:VEVENT") for each in (before, *feeds)] == [0, 1, 0]
    assert [(starts, ends) for _uid, starts, ends in occurrences(feeds[0].encode())] == [(FRIDAY, FRIDAY + 0.5 * HOUR)]
    assert not any(told in feeds[0] for told in (ALIAS, AREA, SPOT, "ara"))


def test_the_appointment_and_the_session_say_how_far_the_need_has_come(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)
    client = _english(sign_in, world.mediator)
    urls = (f"/appointments/{world.appointment_id}", f"/sessions/{world.session_id}", "/agenda/2026-W48", "/agenda")

    asked = [client.get(url).text for url in urls]
    interpreter = sign_in(world.interpreter)
    post(interpreter, f"{_offer_url(interpreter)}/accept")
    accepted = [client.get(url).text for url in urls[:3]]

    assert all("asked" in page and "/interpreting/needs/" in page for page in asked)
    assert all("accepted" in page for page in accepted)


def test_an_appointment_called_off_frees_its_interpreter(db: Database, sign_in: SignIn) -> None:
    world = _asked(db)

    post(sign_in(world.mediator), f"/appointments/{world.appointment_id}/cancel")

    assert "Nobody is needed any more." in _english(sign_in, world.interpreter).get(_offer_url(
        sign_in(world.interpreter))).text  # fmt: skip


def test_only_interpreters_have_requests(sign_in: SignIn) -> None:
    assert sign_in(Role.MEDIATOR).get("/interpreting").status_code == 403
