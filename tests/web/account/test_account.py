"""The account page: language, calendar links, signing out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.calendars import Detail, digest_of
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.models import FeedLink, Person
from clinic.services import calendars
from clinic.services.calendars import LinkDraft
from tests import make
from tests.conftest import SignIn
from tests.feeds.entries import occurrences
from tests.instruments import Clock
from tests.web.forms import post
from tests.web.pages import problems

ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/feeds/[\w-]{43}\.ics)")


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, Role.MEDIATOR, name="Avocate 1")


@pytest.fixture
def client(sign_in: SignIn, lawyer: SignedIn) -> FlaskClient:
    """A client signed in as the lawyer, who reads English."""
    client = sign_in(lawyer)
    client.set_cookie("language", "en")
    return client


def test_the_page_says_who_one_is(client: FlaskClient) -> None:
    page = client.get("/account").text

    assert "Avocate 1" in page
    assert "Peer mediation, Lawyer" in page
    assert 'action="/sign-out"' in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_the_account_is_sound(client: FlaskClient, language: str) -> None:
    client.set_cookie("language", language)
    made = post(client, "/account/links", {"name": "phone", "detail": "named", "key": make.key()})
    new = made.headers["Location"]

    answers = [client.get(path) for path in ("/account", new, new, f"{new}/end")]
    answers.append(post(client, "/account/links", {"name": "", "key": make.key()}))

    assert [problems(answer.text) for answer in answers] == [[]] * 5


def test_a_language_is_kept_on_the_account_and_in_the_cookie(
    client: FlaskClient, db: Database, lawyer: SignedIn
) -> None:
    answer = post(client, "/account/language", {"language": "fr"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert client.get_cookie("language").value == "fr"  # type: ignore[union-attr]
    with db.read() as tx:
        assert tx.get_one(Person, lawyer.id).language == "fr"


@pytest.mark.parametrize("wrong", [{}, {"language": "xx"}, {"language": "fr", "to": "/"}])
def test_a_language_that_is_not_offered_is_a_bad_request(client: FlaskClient, wrong: dict[str, str]) -> None:
    assert post(client, "/account/language", wrong).status_code == 400


def test_both_levels_are_previewed_with_what_is_coming(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        told_late = make.make_place(tx, Publicity.TOLD_LATE)
        make.make_shift(tx, make.make_session(tx, place_id=make.make_place(tx)), lawyer)
        starts_at = make.FRIDAY + timedelta(hours=10)
        make.make_shift(tx, make.make_session(tx, starts_at=starts_at, place_id=told_late), lawyer)

    discreet, named = previews_of(client.get("/account").text)

    assert discreet.count("Morning") == 2
    assert "rue de Suez" not in discreet
    assert "Law access point" not in discreet
    assert named.count("Law access point") == 2
    assert named.count("rue de Suez") == 1
    assert "09:30" in discreet
    assert "09:30" in named


def test_without_a_shift_ahead_the_previews_are_examples(client: FlaskClient) -> None:
    page = client.get("/account").text

    discreet, named = previews_of(page)
    assert "these are examples" in page
    assert "Morning" in discreet
    assert "2 Example Street" in named
    assert "2 Example Street" not in discreet


def test_a_new_link_is_shown_once_and_opens_the_feed(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), lawyer)

    made = post(client, "/account/links", {"name": "phone", "detail": "named", "key": make.key()})
    shown = client.get(made.headers["Location"])
    again = client.get(made.headers["Location"])

    assert made.status_code == 303
    path = ADDRESS.findall(shown.text)[0]
    assert f'href="webcal://127.0.0.1:8000{path}"' in shown.text
    assert f'data-copy="http://127.0.0.1:8000{path}"' in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    feed = client.get(path)
    assert len(occurrences(feed.data)) == 1
    assert "SUMMARY:Law access point" in feed.text
    assert "/feeds/" not in again.text
    assert "only once" in again.text


def test_the_qr_code_has_a_name_and_obeys_the_content_security_policy(client: FlaskClient) -> None:
    made = post(client, "/account/links", {"name": "phone", "detail": "discreet", "key": make.key()})

    page = client.get(made.headers["Location"]).text

    assert '<div role="img" aria-label="QR code of the calendar link"><svg' in page
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert "style" not in drawing
    assert "http" not in drawing


def test_a_double_click_makes_one_link_that_is_shown_and_works(client: FlaskClient, db: Database) -> None:
    form = {"name": "phone", "detail": "discreet", "key": make.key()}

    first, second = post(client, "/account/links", form), post(client, "/account/links", form)

    assert first.headers["Location"] == second.headers["Location"]
    path = ADDRESS.findall(client.get(second.headers["Location"]).text)[0]
    assert client.get(path).status_code == 200
    with db.read() as tx:
        assert tx.query(FeedLink).count() == 1


def test_a_token_is_shown_on_the_page_of_its_own_link_alone(
    client: FlaskClient, db: Database, lawyer: SignedIn
) -> None:
    other = make_link(db, lawyer, "office")
    post(client, "/account/links", {"name": "phone", "detail": "discreet", "key": make.key()})

    assert "/feeds/" not in client.get(f"/account/links/{other}").text


@pytest.mark.parametrize(("field", "value", "words"), [
    ("name", "", "Fill in this field."),
    ("name", "x" * 41, "At most 40 characters."),
    ("name", "pho\u202ene", "turns words round"),
    ("name", "pho\x07ne", "cannot be shown"),
    ("detail", "all", "Choose an answer."),
    ("detail", None, "Choose an answer."),
])  # fmt: skip
def test_a_wrong_form_comes_back_with_what_was_typed(
    client: FlaskClient, field: str, value: str | None, words: str
) -> None:
    typed = {"name": "phone", "detail": "named", "key": make.key()} | {field: value}

    answer = post(client, "/account/links", {name: text for name, text in typed.items() if text is not None})

    assert answer.status_code == 422
    assert answer.text.count(words) >= 2, "above the form, and at the field"
    assert "There is a problem" in answer.text
    if field == "detail":
        assert 'value="phone"' in answer.text
    else:
        assert re.search(r'<input checked id="detail-1"', answer.text)


def test_a_sixth_link_is_refused_with_a_reason(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    for number in range(5):
        make_link(db, lawyer, f"link{number}")

    answer = post(client, "/account/links", {"name": "sixth", "detail": "named", "key": make.key()})

    assert answer.status_code == 409
    assert "You have five links already." in answer.text
    assert 'value="sixth"' in answer.text
    assert "the most there can be" in client.get("/account").text


def test_links_tell_when_they_were_read(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    make_link(db, lawyer, "office")
    read = make_link(db, lawyer, "phone")
    with db.write() as tx:
        calendars.note_fetch(tx, read, now=make.NOW)

    page = client.get("/account").text

    assert page.count("Never read so far.") == 1
    assert "Last read on Sunday 22 November at 10:00." in page


def test_ending_a_link_asks_first_and_cannot_be_undone(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    link_id = make_link(db, lawyer, "phone")

    asked = client.get(f"/account/links/{link_id}/end")
    with db.read() as tx:
        before = tx.get_one(FeedLink, link_id).revoked_at
    ended = post(client, f"/account/links/{link_id}/end", {})
    twice = post(client, f"/account/links/{link_id}/end", {})

    assert "cannot be undone" in asked.text
    assert before is None
    assert (ended.status_code, twice.status_code) == (303, 303)
    assert client.get("/feeds/phone.ics").status_code == 404
    page = client.get("/account").text
    assert "This calendar link is ended." in page
    assert "<bdi>phone</bdi>" not in page
    assert client.get(f"/account/links/{link_id}/end").status_code == 404


@pytest.mark.parametrize("rest", ["", "/end"])
def test_S02_the_link_of_somebody_else_is_not_there(client: FlaskClient, db: Database, rest: str) -> None:
    with db.write() as tx:
        other = make.make_person(tx)
    link_id = make_link(db, other, "theirs")

    theirs, nobodys = client.get(f"/account/links/{link_id}{rest}"), client.get("/account/links/0" + rest)

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert post(client, f"/account/links/{link_id}/end", {}).status_code == 404
    assert client.get("/feeds/theirs.ics").status_code == 200


def test_without_a_token_of_the_page_nothing_is_done(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    link_id = make_link(db, lawyer, "phone")

    for path in ("/account/language", "/account/links", f"/account/links/{link_id}/end"):
        assert client.post(path, data={"language": "fr"}).status_code == 400


def test_a_visitor_is_asked_who_she_is(client: FlaskClient, clock: Clock) -> None:
    clock.set(make.NOW + timedelta(hours=9))

    answer = client.get("/account")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?to=/account")


def make_link(db: Database, owner: SignedIn, name: str) -> str:
    """A link whose token is its name."""
    draft = LinkDraft(name, Detail.DISCREET, "en")
    with db.write() as tx:
        return calendars.make_link(tx, owner.id, draft, digest_of(name), key=make.key(), by=owner, now=make.NOW)


def previews_of(page: str) -> list[str]:
    """The two cards that show the levels of detail."""
    after = page[page.index("Make a calendar link") :]
    return re.findall(r'<div class="card">(.*?)</div>', after, re.DOTALL)[:2]
