"""What anyone reads of the workshops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.services import programme
from tests import make
from tests.conftest import SignIn
from tests.web import pages
from tests.web.workshops import world

NOBODYS = "0" * 16


@pytest.fixture
def organiser(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.WORKSHOP_ORGANISER)


@pytest.fixture
def session_id(db: Database, organiser: SignedIn) -> str:
    with db.write() as tx:
        return world.make_workshop(tx, organiser)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_anyone_reads_film_guest_topic_note_and_language(client: FlaskClient, session_id: str, language: str) -> None:
    client.set_cookie("language", language)
    words = {
        "fr": ["Selma", "Les droits civiques", "Le film montre des coups.", "Film en anglais", "invitée à confirmer"],
        "en": ["Selma", "The civil rights movement", "The film shows beatings.", "Film in English", "to be confirmed"],
    }[language]

    for path in ("/", "/workshops", f"/workshops/{session_id}"):
        answer = client.get(path)
        assert [word for word in words if word not in answer.text] == []
        assert pages.problems(answer.text) == []


def test_how_full_it_is_stands_in_words_alone(
    client: FlaskClient, db: Database, organiser: SignedIn, session_id: str
) -> None:
    client.set_cookie("language", "en")
    before = client.get(f"/workshops/{session_id}").text

    with db.write() as tx:
        world.register(tx, session_id, *(make.make_person(tx, Role.MEMBER) for _ in range(3)))

    assert "places left" in before
    assert ">full<" in client.get(f"/workshops/{session_id}").text
    assert ">full<" in client.get("/").text


def test_a_place_told_late_is_told_to_nobody_outside(
    client: FlaskClient, db: Database, organiser: SignedIn, session_id: str
) -> None:
    with db.write() as tx:
        public = world.make_workshop(tx, organiser, publicity=Publicity.PUBLIC)

    assert "rue de Suez" not in client.get(f"/workshops/{session_id}").text
    assert "rue de Suez" in client.get(f"/workshops/{public}").text


def test_S40_robots_may_index_the_public_pages(client: FlaskClient, session_id: str) -> None:
    for path in ("/", "/workshops", f"/workshops/{session_id}"):
        assert "X-Robots-Tag" not in client.get(path).headers
    assert client.get("/sign-in").headers["X-Robots-Tag"] == "noindex"


def test_past_workshops_stand_below_without_seats(client: FlaskClient, db: Database, organiser: SignedIn) -> None:
    client.set_cookie("language", "en")
    with db.write() as tx:
        past = world.make_workshop(tx, organiser, starts_at=make.NOW - timedelta(days=1400))

    page = client.get("/workshops").text

    assert page.index("Past workshops") < page.index("Selma")
    assert "places left" not in page
    assert "places left" not in client.get(f"/workshops/{past}").text


def test_a_cancelled_workshop_says_so(client: FlaskClient, db: Database, organiser: SignedIn, session_id: str) -> None:
    client.set_cookie("language", "en")
    with db.write() as tx:
        programme.cancel(tx, session_id, CancelReason.VENUE, by=organiser, now=make.NOW)

    assert "cancelled" in client.get(f"/workshops/{session_id}").text


def test_S02_what_is_no_public_workshop_is_not_there(
    client: FlaskClient, db: Database, sign_in: SignIn, organiser: SignedIn
) -> None:
    with db.write() as tx:
        hidden = world.make_workshop(tx, organiser, is_public=False)
        clinic = make.make_session(tx)

    for session_id in (hidden, clinic, NOBODYS):
        assert client.get(f"/workshops/{session_id}").status_code == 404
        assert sign_in(Role.MEMBER).get(f"/workshops/{session_id}").status_code == 404
    assert sign_in(organiser).get(f"/workshops/{hidden}").status_code == 200


def test_S20_S21_the_quick_exit_and_a_neutral_title_stand_on_each_page(client: FlaskClient, session_id: str) -> None:
    for path in ("/workshops", f"/workshops/{session_id}"):
        page = pages.read(client.get(path))
        assert [each for each in page.all("a") if each.get("class") == "exit"]
        assert page.text("title") == "Agenda"


def test_a_workshop_without_a_film_yet_takes_no_registration(
    sign_in: SignIn, db: Database, organiser: SignedIn
) -> None:
    with db.write() as tx:
        session_id = world.make_workshop(tx, organiser, draft=None)

    answer = sign_in(Role.MEMBER).get(f"/workshops/{session_id}")

    assert answer.status_code == 200
    assert "/register" not in answer.text
