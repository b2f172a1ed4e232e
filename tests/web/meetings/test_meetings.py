"""Telephone meetings at the door: agreeing on one, refusals in words, changing, calling off, what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Helped, Suspension
from clinic.domain.people import Role
from clinic.services import contacts, exclusions
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY, NOW
from tests.services.telephone import BY_SMS, LATER, Two, row
from tests.web import pages
from tests.web.forms import post
from tests.web.meetings.conftest import Phone

WHEN = {"on": "2026-11-27", "starts": "09:30"}
HOUR = timedelta(hours=1)
SILENT = Choice(Channel.NONE)  # and no number


def _new(two: Two) -> str:
    return f"/meetings/new/{two.her}"


def test_it_is_arranged_from_her_page_and_taken_back(client: FlaskClient, db: Database, two: Two) -> None:
    hers = client.get(f"/beneficiaries/{two.her}")
    asked = client.get(_new(two))
    began = pages.form_of(asked, "Arrange")
    done = pages.press(client, asked, "Arrange", **WHEN)
    page = client.get(done.location)

    assert _new(two) in hers.text
    assert (began["peer_id"], began["language"], began["minutes"]) == (two.mediator.id, "pcm", "30")
    assert done.status_code == 303
    assert "It is arranged." in page.text
    assert "A message is about to tell her." in page.text
    assert not pages.problems(asked.text)
    assert not pages.problems(page.text)
    assert done.location in client.get(f"/beneficiaries/{two.her}").text
    undone = pages.press(client, page, "Undo")
    assert "The telephone meeting is called off." in client.get(undone.location).text
    assert pages.press(client, asked, "Arrange", **WHEN).location == done.location


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        ({"starts": "21:00"}, "starts", "She may be reached from 08:00 to 20:00, not on Sundays and public holidays."),
        ({"on": "2026-11-20"}, "starts", "This time is already past. Choose a later one."),
        ({"starts": "09:10"}, "starts", "Choose a time on a quarter of an hour"),
        ({"on": "2027-03-28", "starts": "02:30"}, "starts", "this time does not exist. Try 03:30."),
        ({"on": "2027-10-31", "starts": "02:30"}, "which", "Choose an answer."),
        ({"minutes": "20"}, "minutes", ""),
        ({"language": "xxx"}, "language", "Choose a language."),
        ({"peer_id": ""}, "peer_id", "Choose an answer."),
        ({"on": "2029-11-27"}, "on", "Choose a day from today on, within two years."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_all_that_was_typed_stays(
    client: FlaskClient, two: Two, typed: dict[str, str], name: str, words: str
) -> None:
    refused = pages.press(client, client.get(_new(two)), "Arrange", **{**WHEN, **typed})
    page = pages.read(refused)

    assert refused.status_code in (409, 422)
    assert page.errors_at(name)
    assert words in page.errors_at(name)
    assert not pages.problems(refused.text)


def test_S74_an_hour_that_comes_twice_is_asked_for_and_kept(client: FlaskClient, db: Database, two: Two) -> None:
    night = {"on": "2027-10-31", "starts": "02:30", "she_asked": "y"}
    asked = pages.press(client, client.get(_new(two)), "Arrange", **night)
    done = pages.press(client, asked, "Arrange", which="1")
    again = client.get(done.location + "/change")

    with db.read() as tx:
        assert f"{row(tx, done.location.split('/')[-1]).starts_at:%H:%M}" == "01:30"
    assert pages.form_of(again, "Change")["which"] == "1"
    assert pages.press(client, again, "Change", minutes="45", she_asked="y").status_code == 303


def test_S14_ticked_it_is_agreed_outside_her_hours(client: FlaskClient, two: Two) -> None:
    asked = client.get(_new(two))

    assert pages.press(client, asked, "Arrange", **{**WHEN, "starts": "21:00"}, she_asked="y").status_code == 303


def test_a_clash_says_whose_and_nothing_of_what_it_is(client: FlaskClient, db: Database, phone: Phone) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, starts_at=LATER)
        make.make_shift(tx, session_id, phone.two.mediator)
    asked = client.get(_new(phone.two))
    hers = pages.read(pages.press(client, asked, "Arrange", **WHEN))
    peers = pages.read(pages.press(client, asked, "Arrange", **{**WHEN, "starts": "11:30"}))

    assert hers.errors() == ["This person already has an appointment at that time."]
    assert peers.errors_at("peer_id").endswith("This person is already somewhere else at that time.")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Suspension.NOT_SAFE, "It is not safe to call her: nothing can be agreed."),
        (Suspension.STOP, "She stopped all messages: nothing can be agreed."),
    ],
)
def test_S15_where_it_is_not_safe_nothing_is_agreed_and_it_says_why(
    client: FlaskClient, db: Database, two: Two, why: Suspension, words: str
) -> None:
    with db.write() as tx:
        contact = contacts.locked(tx, Helped(two.her))
        assert contact
        contacts.suspend(tx, contact, why, now=NOW)
    refused = pages.press(client, client.get(_new(two)), "Arrange", **WHEN, she_asked="y")

    assert refused.status_code == 409
    assert words in pages.read(refused).errors()[0]


def test_S07_an_excluded_mediator_is_not_in_the_list_and_her_id_is_one_like_any_other(
    client: FlaskClient, db: Database, two: Two
) -> None:
    before = client.get(_new(two)).text
    with db.write() as tx:
        exclusions.exclude(tx, two.her, two.peer.id, by=two.mediator, now=NOW)
    asked = client.get(_new(two))
    forged = [pages.press(client, asked, "Arrange", **WHEN, peer_id=each) for each in (two.peer.id, "0123456789abcdef")]

    assert two.peer.name in before
    assert two.peer.name not in asked.text
    assert [each.status_code for each in forged] == [422, 422]
    assert len({pages.read(each).errors_at("peer_id") for each in forged}) == 1


def test_S07_whom_the_peer_never_meets_is_not_on_her_pages_any_more_and_another_is_found(
    db: Database, phone: Phone, sign_in: SignIn
) -> None:
    with db.write() as tx:
        other = make.make_person(tx, Role.MEDIATOR)
        exclusions.exclude(tx, phone.two.her, phone.two.peer.id, by=phone.two.mediator, now=NOW)
    gone = phone.peer.get(phone.url)
    today, page = phone.mediator.get("/agenda"), phone.mediator.get(phone.url)
    change = phone.mediator.get(phone.url + "/change")
    done = pages.press(phone.mediator, change, "Change", peer_id=other.id)

    assert gone.status_code == 404
    assert "Iris" not in phone.peer.get("/agenda").text
    assert "another peer is to be found" in today.text
    assert "Find another peer" in page.text
    assert phone.two.peer.name not in page.text + change.text
    assert pages.form_of(change, "Change")["peer_id"] == ""
    assert not pages.problems(page.text)
    assert done.status_code == 303
    assert phone.url in sign_in(other).get("/agenda").text


def test_S07_the_peer_says_that_she_cannot_without_a_reason_and_takes_it_back(phone: Phone) -> None:
    page = phone.peer.get(phone.url)
    said = pages.press(phone.peer, page, "I cannot take this")
    today = phone.peer.get(said.location)
    gone, hers = phone.peer.get(phone.url), phone.mediator.get(phone.url)
    undone = pages.press(phone.peer, today, "Undo")

    assert "Noted: you cannot take this. Nobody asks why." in today.text
    assert gone.status_code == 404
    assert "nobody calls her yet" in hers.text
    assert undone.location == phone.url
    assert "You can take it after all." in phone.peer.get(phone.url).text
    assert "I cannot take this" not in hers.text


def test_moved_and_moved_back(db: Database, phone: Phone) -> None:
    client = phone.mediator
    done = pages.press(client, client.get(phone.url + "/change"), "Change", starts="11:30", peer_id=phone.two.peer.id)
    moved = client.get(done.location)

    with db.read() as tx:
        assert row(tx, phone.meeting_id).starts_at == LATER
    assert "It is changed." in moved.text
    assert pages.press(client, moved, "Undo").status_code == 303
    with db.read() as tx:
        assert row(tx, phone.meeting_id).starts_at == FRIDAY


def test_the_peer_calls_it_off_and_restores_it_but_is_offered_no_other_time(db: Database, phone: Phone) -> None:
    page = phone.peer.get(phone.url)
    off = pages.press(phone.peer, page, "Call the telephone meeting off", she_knows="y")
    after = phone.peer.get(off.location)

    assert "Another time" not in page.text
    assert phone.peer.get(phone.url + "/change").status_code == 404
    assert "called off" in after.text
    assert pages.press(phone.peer, after, "Restore").status_code == 303
    assert "stands again" in phone.peer.get(phone.url).text


def test_what_came_of_it_is_noted_and_taken_back(phone: Phone) -> None:
    before = phone.peer.get(phone.url)
    phone.at(FRIDAY + HOUR / 4)
    begun, seen = phone.peer.get(phone.url), phone.mediator.get(phone.url)
    noted = phone.peer.get(pages.press(phone.peer, begun, "she did not answer").location)
    stale = pages.press(phone.mediator, seen, "they spoke")
    undone = phone.peer.get(pages.press(phone.peer, noted, "Undo").location)

    assert "What came of it" not in before.text
    assert "Call the telephone meeting off" not in begun.text
    assert "Noted: she did not answer." in noted.text
    assert "Nobody noted it yet." in undone.text
    assert stale.status_code == 409
    assert post(phone.peer, phone.url + "/outcome", {"outcome": "excused", "seen": "no_show"}).status_code == 409
    assert post(phone.peer, phone.url + "/outcome", {"outcome": "fine", "seen": "unknown"}).status_code == 400


def test_until_somebody_told_her_the_page_says_that_she_is_to_be_called(db: Database, phone: Phone) -> None:
    with db.write() as tx:
        contacts.choose(tx, Helped(phone.two.her), SILENT, now=NOW)
    off = pages.press(phone.mediator, phone.mediator.get(phone.url), "Call the telephone meeting off")
    pages.press(phone.mediator, phone.mediator.get(off.location), "Restore")
    page = phone.peer.get(phone.url)
    told = pages.press(phone.peer, page, "She knows")
    after = phone.peer.get(told.location)

    assert "She does not know yet: call her" in page.text
    assert "Say: the appointment is on Friday 27 November at 09:30." in page.text
    assert "She knows how it stands." in after.text
    assert "She does not know yet: call her" in phone.peer.get(pages.press(phone.peer, after, "Undo").location).text


def test_without_a_number_the_page_asks_how_she_will_be_called(db: Database, phone: Phone) -> None:
    with db.write() as tx:
        contacts.choose(tx, Helped(phone.two.her), SILENT, now=NOW)
    hers, peers = phone.mediator.get(phone.url).text, phone.peer.get(phone.url).text
    asked = phone.mediator.get(_new(phone.two)).text

    for page in (hers, peers, asked):
        assert "No number is noted: how will she be called?" in page
    assert f"/beneficiaries/{phone.two.her}/contact" in hers
    assert phone.two.her not in peers
    assert "Ask who follows her." in peers


def test_the_peer_finds_it_on_today_and_in_the_week_and_nobody_else_does(phone: Phone, sign_in: SignIn) -> None:
    for url in ("/agenda", "/agenda/2026-W48"):
        page = phone.peer.get(url)
        assert phone.url in page.text
        assert all(each in page.text for each in ("Iris", "English", "09:30"))
        for stranger in (Role.MEDIATOR, Role.LAWYER, Role.INTERPRETER, Role.MEMBER):
            seen = sign_in(stranger).get(url).text
            assert phone.url not in seen
            assert "Iris" not in seen
    assert phone.url not in phone.peer.get("/agenda/2026-W49").text


def test_S02_a_meeting_of_others_does_not_exist(phone: Phone, sign_in: SignIn) -> None:
    stranger = sign_in(Role.MEDIATOR)
    acts = ("cancel", "restore", "she-knows", "she-knows-not", "number")
    foreign = [stranger.get(phone.url), *(post(stranger, f"{phone.url}/{act}") for act in acts)]
    missing = stranger.get("/meetings/0123456789abcdef")

    assert {each.status_code for each in foreign} == {404}
    assert {each.text for each in foreign} == {missing.text}
    assert stranger.get(_new(phone.two)).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_are_well_made_in_each_language(phone: Phone, language: str) -> None:
    for at in (NOW, FRIDAY - HOUR / 2, FRIDAY + HOUR):
        phone.at(at)
        for client in (phone.mediator, phone.peer):
            client.set_cookie("language", language)
            assert not pages.problems(client.get(phone.url).text)
    assert BY_SMS.number
    assert BY_SMS.number not in phone.mediator.get(phone.url).text
