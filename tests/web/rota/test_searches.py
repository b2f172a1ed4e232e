"""Looking for a stand-in, answering, and saying "I cannot take this", through their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.models import Ask, Recusal, Shift
from clinic.services import searches
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.services.stand_ins import Sought, ask_of, asked, make_sought, state_of
from tests.web import pages
from tests.web.forms import post

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _late(clock: Clock) -> None:
    """It is the day before, after the sign-off time."""
    clock.set(make.FRIDAY - DAY)


@pytest.fixture
def sought(db: Database) -> Sought:
    with db.write() as tx:
        return make_sought(tx, others=4, is_looked_for=False)


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _looking(db: Database, sought: Sought) -> tuple[Sought, list[SignedIn]]:
    with db.write() as tx:
        now = make.FRIDAY - DAY
        search_id = searches.look_for_stand_in(tx, sought.shift_id, by=sought.who, now=now)
        found = Sought(sought.who, sought.session_id, sought.shift_id, search_id)
        return found, asked(tx, found)


def test_after_the_sign_off_time_one_looks_for_a_stand_in_and_comes_after_all(
    db: Database, sign_in: SignIn, sought: Sought
) -> None:
    client = _english(sign_in(sought.who))
    page = client.get(f"/sessions/{sought.session_id}")
    explained = client.get(f"/rota/shifts/{sought.shift_id}/stand-in")

    started = pages.press(client, explained, "Look for a stand-in")
    after, home = client.get(started.location), client.get("/agenda")
    ended = pages.press(client, home, "I come after all")

    assert "I give it back" not in page.text
    assert f"/rota/shifts/{sought.shift_id}/stand-in" in page.text
    assert "until then you are responsible" in explained.text
    for each in (after, home):
        assert "3 people were asked." in each.text
        assert "You come unless somebody takes over." in each.text
        assert not pages.problems(each.text)
    assert "I come after all" not in client.get(ended.location).text
    with db.read() as tx:
        assert state_of(tx, sought.shift_id) is ShiftState.CONFIRMED


def test_giving_back_after_the_sign_off_time_is_refused_in_words(sign_in: SignIn, sought: Sought) -> None:
    answer = post(_english(sign_in(sought.who)), f"/rota/shifts/{sought.shift_id}/give-back")

    assert answer.status_code == 409
    assert "look for a stand-in" in answer.text


def test_before_the_sign_off_time_one_gives_it_back(sign_in: SignIn, sought: Sought, clock: Clock) -> None:
    clock.set(make.NOW)

    page = _english(sign_in(sought.who)).get(f"/sessions/{sought.session_id}")

    assert "I give it back" in page.text
    assert "stand-in" not in page.text


def test_who_is_asked_takes_it_undoes_it_and_the_others_read_that_it_is_filled(
    db: Database, sign_in: SignIn, sought: Sought
) -> None:
    found, (first, second, _) = _looking(db, sought)
    with db.read() as tx:
        ask_ids = [ask_of(tx, found, each) for each in (first, second)]
    client, other = _english(sign_in(first)), _english(sign_in(second))
    card = client.get("/agenda")

    taken = pages.press(client, card, "I take it")
    late = other.get(f"/rota/asks/{ask_ids[1]}")
    refused = post(other, f"/rota/asks/{ask_ids[1]}/accept")
    free = _english(sign_in(sought.who)).get("/agenda")
    undone = pages.press(client, client.get(taken.location), "Undo")

    assert "Can you come?" in card.text
    assert taken.location == f"/sessions/{sought.session_id}"
    assert "Somebody else has taken it. Thank you." in late.text
    assert refused.status_code == 409
    assert "Somebody else has taken it. Thank you." in refused.text
    assert "looking for a stand-in" not in free.text
    assert undone.status_code == 303
    assert client.get(f"/rota/asks/{ask_ids[0]}").status_code == 200
    with db.read() as tx:
        assert state_of(tx, sought.shift_id) is ShiftState.CONFIRMED


def test_S07_a_no_asks_for_no_reason_and_may_become_a_yes(db: Database, sign_in: SignIn, sought: Sought) -> None:
    found, (first, *_) = _looking(db, sought)
    with db.read() as tx:
        ask_id = ask_of(tx, found, first)
    client = _english(sign_in(first))

    said = pages.press(client, client.get(f"/rota/asks/{ask_id}"), "I cannot")
    home, page = client.get(said.location), client.get(f"/rota/asks/{ask_id}")
    yes = pages.press(client, home, "I can after all")

    assert said.location == "/agenda"
    assert "Thank you for answering" in page.text
    assert not pages.problems(page.text)
    assert yes.location == f"/sessions/{sought.session_id}"


def test_who_is_elsewhere_reads_so_and_keeps_her_question(db: Database, sign_in: SignIn, sought: Sought) -> None:
    found, (first, *_) = _looking(db, sought)
    with db.write() as tx:
        ask_id = ask_of(tx, found, first)
        make.make_shift(tx, make.make_session(tx), first)

    answer = post(_english(sign_in(first)), f"/rota/asks/{ask_id}/accept")

    assert answer.status_code == 409
    assert "You are already somewhere else" in answer.text
    assert not pages.problems(answer.text)


def test_S02_what_another_one_is_asked_is_not_found(db: Database, sign_in: SignIn, sought: Sought) -> None:
    found, (first, second, _) = _looking(db, sought)
    with db.read() as tx:
        ask_id = ask_of(tx, found, first)
    client = sign_in(second)

    answers = [client.get(f"/rota/asks/{ask_id}"), post(client, f"/rota/asks/{ask_id}/accept")]
    answers.append(post(client, f"/rota/asks/{ask_id}/decline"))
    answers.append(post(client, f"/rota/searches/{found.search_id}/take-back"))
    answers.append(client.get(f"/rota/shifts/{sought.shift_id}/stand-in"))

    assert [each.status_code for each in answers] == [404] * 5


def test_names_of_those_asked_are_for_the_coordinator_not_for_who_looks(
    db: Database, sign_in: SignIn, sought: Sought
) -> None:
    _, people = _looking(db, sought)

    own = _english(sign_in(sought.who)).get(f"/sessions/{sought.session_id}")
    coordinators = _english(sign_in(Role.COORDINATOR)).get(f"/sessions/{sought.session_id}")

    assert not any(each.name in own.text for each in people)
    assert all(each.name in coordinators.text for each in people)
    assert "looking for a stand-in" in coordinators.text


def test_the_coordinator_asks_people_for_an_open_place_and_stops(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
        for _ in range(4):
            make.make_person(tx, Role.LAWYER)
    client = _english(sign_in(Role.COORDINATOR))

    pages.press(client, client.get(f"/sessions/{session_id}"), "Look for people")
    page = client.get(f"/sessions/{session_id}")
    pages.press(client, page, "Ask the next few")
    more = client.get(f"/sessions/{session_id}")
    pages.press(client, more, "Stop looking")

    assert "3 people were asked." in page.text
    assert "4 people were asked." in more.text
    assert not pages.problems(more.text)
    assert "people were asked" not in client.get(f"/sessions/{session_id}").text
    with db.read() as tx:
        assert {each.value for each in tx.scalars(select(Ask.state))} == {"withdrawn"}


@pytest.mark.parametrize("role", ["", "coordinator", "queen"])
def test_people_are_looked_for_in_roles_of_the_crew_alone(sign_in: SignIn, sought: Sought, role: str) -> None:
    answer = post(sign_in(Role.COORDINATOR), f"/rota/sessions/{sought.session_id}/look-for", {"role": role})

    assert answer.status_code == 400


def test_S07_i_cannot_take_this_hides_it_and_is_undone(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
    client = _english(sign_in(lawyer))

    said = pages.press(client, client.get("/rota"), "I cannot take this")
    hidden = client.get(said.location)
    listed = client.get("/rota/cannot")
    pages.press(client, listed, "Show it again")

    assert f"/sessions/{session_id}/take" not in hidden.text
    assert "You said that you cannot take 1 session." in hidden.text
    assert not pages.problems(listed.text)
    assert f"/sessions/{session_id}/take" in client.get("/rota").text
    with db.read() as tx:
        assert tx.scalars(select(Recusal)).all() == []


def test_who_cannot_take_it_is_not_offered_to_the_coordinator(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, name="Avocate Une")
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
        searches.recuse(tx, session_id, by=lawyer, now=make.NOW)

    page = sign_in(Role.COORDINATOR).get(f"/rota/sessions/{session_id}/assign")

    assert "Avocate Une" not in page.text


def test_S02_a_session_that_one_may_not_know_of_is_not_recused(db: Database, sign_in: SignIn, sought: Sought) -> None:
    answer = post(sign_in(Role.LAWYER), f"/rota/sessions/{sought.session_id}/cannot")

    assert answer.status_code == 404
    with db.read() as tx:
        assert tx.scalars(select(Shift.state)).all() == [ShiftState.CONFIRMED]
