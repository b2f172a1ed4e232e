"""She says how she may be reached: what is written to her then, what is not, and how it stops at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from clinic.demo import PASSWORD
from clinic.domain.contacts import Channel, Choice, Helped, Shared
from clinic.domain.people import Role, SignedIn
from clinic.domain.segments import MOST_SEPTETS, as_sms, count
from clinic.domain.sessions import Kind
from clinic.domain.step_up import Reason
from clinic.domain.timing import UNDO_FOR
from clinic.models import AuditEntry, Person
from clinic.services import beneficiaries, contacts
from tests.journeys import keyboard, post
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.post import Post
from tests.journeys.walk import Walk
from tests.notices import gateway, mailbox
from tests.web.gateway.letters import SECRET, bring, reply

on_a_phone = pytest.mark.parametrize(("width", "language"), [(360, "fr")])
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # in the hours of those who are helped
FRIDAY_ON, DAY = date(2026, 12, 11), "vendredi 11 décembre"
WORKSHOP_ON, WORKSHOP_DAY = date(2027, 1, 12), "jeudi 14 janvier"  # moved from the Tuesday to the Thursday
EVE, EVE_OF_WORKSHOP = (datetime(*each, 13, tzinfo=UTC) for each in ((2026, 12, 10), (2027, 1, 13)))  # of reminders
ALIAS, NUMBER, TYPED, READ_OUT = "Ẹfe", "+33639980077", "06 39 98 00 77", "+33 6 39 98 00 77"
BOOKED = "Hello, it is noted: we meet on %(day)s at %(time)s%(place)s.%(farewell)s"
REMINDER = "Hello, a little reminder: we meet on %(day)s at %(time)s%(place)s.%(farewell)s"
MOVED = "Hello, a change: the appointment on %(day)s is moved to %(time)s%(place)s.%(farewell)s"
REGISTERED = "Noted: appointment %(day)s at %(time)s.%(farewell)s"
TO_SEE_TO = "Agenda: something is to be seen to. Details in the application."


@pytest.fixture
def letters(house: House) -> Iterator[Post]:
    """The post on a Monday: a mail server, an SMS gateway, and the secret by which the gateway signs."""
    with mailbox.opened() as server, gateway.opened() as door:
        ground = house.app.extensions["clinic"]
        settings = replace(ground.settings, sms_gateway=door.settings(), inbound_secret=SECRET)
        house.app.extensions["clinic"] = replace(ground, settings=settings)
        yield post.opened(house, server, at=MONDAY, gateway=door)


@pytest.fixture
def followed(house: House, letters: Post) -> str:
    """The page of one who chose SMS: her mediator is the first."""
    with house.database.write() as tx:
        person = tx.scalars(select(Person).where(Person.sign_in_name == "mediator")).one()
        mediator = SignedIn(person.id, person.name, frozenset({Role.MEDIATOR}), None)
        whom = beneficiaries.known_as(tx, ALIAS, by=mediator, now=MONDAY)
        tx.flush()
        contacts.choose(tx, Helped(whom.id), Choice(Channel.SMS, Shared.NO, number=NUMBER, language="fr"), now=MONDAY)
        return f"/beneficiaries/{whom.id}"


@on_a_phone
def test_she_reads_exactly_what_she_heard_and_of_a_move_but_not_what_she_knows(
    house: House, newcomer: Newcomer, letters: Post
) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY_ON)
    mediator = newcomer()
    keyboard.sign_in(mediator, "mediator")
    at = _book(mediator, session_id)
    _talk_by_keyboard(mediator)
    assert letters.work(after=UNDO_FOR - timedelta(seconds=1))[NUMBER] == []
    assert letters.work(after=timedelta(seconds=1))[NUMBER] == [_said(mediator, BOOKED, DAY, at)]

    mediator.go(f"/sessions/{session_id}")
    _open_appointment(mediator)
    keyboard.step_to(mediator, mediator.link("Move"))
    keyboard.enter(mediator)
    there = mediator.main.locator(f"option[value^='{session_id}.']").last
    at = there.inner_text()
    mediator.fill({"to": there.get_attribute("value") or ""})
    _press_by_keyboard(mediator, "Move")
    expect(mediator.said).to_contain_text(mediator.words("The appointment is moved."))
    assert letters.work(after=UNDO_FOR)[NUMBER] == [_said(mediator, MOVED, DAY, at)]

    _open_appointment(mediator)
    keyboard.step_to(mediator, mediator.main.locator("[name=she_knows]"))
    mediator.page.keyboard.press("Space")
    _press_by_keyboard(mediator, "Cancel the appointment")
    assert letters.work(after=UNDO_FOR)[NUMBER] == []
    mediator.go("/calls")
    expect(_calls(mediator)).to_have_count(0)
    assert letters.work(after=EVE - house.clock.now)[NUMBER] == []


@on_a_phone
def test_without_scripts_not_safe_any_more_stops_all_and_a_change_is_a_call(
    house: House, newcomer: Newcomer, letters: Post
) -> None:
    mediator = newcomer(has_scripts=False)
    mediator.sign_in("mediator")
    _book(mediator, house.session(Kind.LAW_ACCESS, FRIDAY_ON))
    _open_appointment(mediator)
    mediator.follow("How she may be reached")
    whom = mediator.path
    mediator.follow("Ask her")
    mediator.press("Save what she chose")
    expect(mediator.page.locator(".errors a").first).to_be_visible()
    mediator.fill({"channel": ["sms"], "number": TYPED, "is_shared": ["no"], "language": ["fr"]})
    mediator.press("Save what she chose")
    expect(mediator.said).to_contain_text(mediator.words("Noted: messages are on, for 90 days."))
    assert len(letters.work(after=UNDO_FOR)[NUMBER]) == 1
    to_come = mediator.main.locator("ul.later li")
    mediator.go(f"/demo/inbox/helped/{_id(whom)}")
    expect(to_come).to_have_count(1)

    mediator.go(whom)
    mediator.press("Not safe any more: stop everything")
    expect(mediator.main).to_contain_text(mediator.words("Not safe: everything is stopped"))
    mediator.go(f"/demo/inbox/helped/{_id(whom)}")
    expect(to_come).to_have_count(0)
    mediator.go(whom)
    mediator.activate(mediator.main.locator("ul.rows a[href^='/appointments/']:not([href*='/new/'])").first)
    mediator.press("Cancel the appointment")

    mediator.go("/calls")
    expect(_calls(mediator)).to_have_count(1)
    not_safe = "Her number is not safe any more: do not call it. Ask who follows her."
    expect(_calls(mediator)).to_contain_text(mediator.words(not_safe))
    expect(mediator.button("Show the number", _calls(mediator))).to_have_count(0)
    assert NUMBER[-4:] not in mediator.page.content()
    assert letters.work(after=EVE - house.clock.now)[NUMBER] == []


@on_a_phone
def test_the_number_is_shown_after_the_password_and_a_reason_and_that_is_noted(
    house: House, newcomer: Newcomer, followed: str
) -> None:
    mediator, other = newcomer(), newcomer()
    keyboard.sign_in(mediator, "mediator")
    mediator.go(followed)
    assert NUMBER[-4:] not in mediator.page.content()

    _press_by_keyboard(mediator, "Show the number")
    assert mediator.path == "/step-up"
    _step_up(mediator, "not the password")
    expect(mediator.page.locator(".errors")).to_contain_text(
        mediator.words("This is not your password. Look at it, and try again.")
    )
    assert _looks(house) == []
    _step_up(mediator, PASSWORD)
    assert mediator.path == followed
    _press_by_keyboard(mediator, "Show the number")

    expect(mediator.main.locator(f"a[href='tel:{NUMBER}']")).to_have_text(READ_OUT)
    assert _looks(house) == [Reason.CALL_BACK]
    other.sign_in("mediator2")
    answer = other.page.goto(other.url + followed)
    assert answer is not None
    assert answer.status == 404
    other.look()


@on_a_phone
def test_a_reply_that_says_stop_is_seen_to_by_her_mediator(
    house: House, newcomer: Newcomer, letters: Post, followed: str
) -> None:
    mediator = newcomer()
    mediator.sign_in("mediator")
    task = mediator.main.locator(".card.short")
    stopped = mediator.words("Messages were stopped: nothing is sent any more. Speak with her when you can.")

    answer = bring(house.app.test_client(), reply(NUMBER, "Stop svp"), at=house.clock.now)
    assert (answer.status_code, answer.data) == (204, b"")
    assert letters.work(after=timedelta(0)) == {"mediator": [mediator.words(TO_SEE_TO)]}
    mediator.go("/beneficiaries")
    hers = mediator.main.locator("li", has=mediator.page.locator(f"a[href='{followed}']"))
    one = mediator.words.many("%(num)d thing to see to", "%(num)d things to see to", 1)
    expect(hers.locator(".tag.missing")).to_have_text(one)
    mediator.activate(hers.get_by_role("link"))
    expect(task).to_contain_text(stopped)

    mediator.press("It is seen to", task)
    expect(mediator.said).to_contain_text(mediator.words("Noted: done. Thank you."))
    expect(task).to_have_count(0)
    mediator.press("Undo", mediator.said)
    expect(mediator.said).to_contain_text(mediator.words("This is to be seen to again."))
    expect(task).to_contain_text(stopped)


@on_a_phone
def test_a_member_chooses_SMS_when_she_registers_and_stops_it_again(
    house: House, newcomer: Newcomer, letters: Post
) -> None:
    workshop = f"/workshops/{house.session(Kind.WORKSHOP, WORKSHOP_ON)}"
    member = newcomer()
    keyboard.sign_in(member, "member")
    member.go(workshop)
    expect(member.main.locator("[name=channel]")).to_have_count(0)
    _press_by_keyboard(member, "I come")

    _choose(member, "channel", "sms")
    _type(member, "number", TYPED)
    _choose(member, "is_shared", "no")
    _press_by_keyboard(member, "Save")
    expect(member.said).to_contain_text(member.words("Your choice is noted: messages are on."))
    expect(member.main).to_contain_text(member.words("SMS to the number ending in %(digits)s", digits=NUMBER[-2:]))
    registered = member.words(REGISTERED, day=WORKSHOP_DAY, time="18h30", farewell="")
    assert letters.work(after=UNDO_FOR)[NUMBER] == [as_sms(registered)]

    member.go("/account")
    _press_by_keyboard(member, "Stop all messages now")
    said = "All messages to you are stopped, and your number or address is deleted."
    expect(member.said).to_contain_text(member.words(said))
    assert letters.work(after=EVE_OF_WORKSHOP - house.clock.now)[NUMBER] == []
    member.sign_in("member")
    member.go(workshop)
    expect(member.main.locator("[name=channel]")).to_have_count(0)


def test_the_messages_of_a_demonstration_are_seen_from_its_banner_in_the_dark(newcomer: Newcomer) -> None:
    visitor = newcomer(color_scheme="dark")
    visitor.go("/")

    visitor.follow("See the messages", visitor.page.locator(".demo"))
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text(visitor.words("What each person receives"))
    visitor.activate(visitor.main.get_by_role("link", name="Menthe"))

    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Menthe")
    expect(visitor.main.locator(".bubble, ul.later li").first).to_be_visible()


def _book(mediator: Walk, session_id: str) -> str:
    """Book the first free time for her, and return it as it is written."""
    mediator.go(f"/sessions/{session_id}")
    mediator.activate(mediator.main.locator("a.slot.free").first)
    at = mediator.main.locator("[name=at] option:checked").inner_text()
    mediator.fill({"alias": ALIAS, "language": "bin", "topic": "asylum"})
    mediator.press("Book")
    expect(mediator.said).to_contain_text(mediator.words("The appointment is booked."))
    return at


def _open_appointment(mediator: Walk) -> None:
    """From the page of the session."""
    mediator.activate(mediator.main.locator("a.slot.taken", has_text=ALIAS))


def _talk_by_keyboard(mediator: Walk) -> None:
    """Ask her: by SMS, which nobody else reads, in warm words that name the usual place."""
    words = mediator.words
    _open_appointment(mediator)
    keyboard.step_to(mediator, mediator.link("How she may be reached"))
    keyboard.enter(mediator)
    expect(mediator.main).to_contain_text(words("Not asked yet"))
    keyboard.step_to(mediator, mediator.link("Ask her"))
    keyboard.enter(mediator)

    heard = _said(mediator, REMINDER, "jeudi 3 décembre", "18h00", farewell=" " + words("See you soon."))
    said = mediator.main.locator("blockquote").last.locator("p", has=mediator.page.locator("[lang=fr]"))
    expect(said).to_contain_text(heard)
    units = count(heard).units
    expect(said).to_contain_text(words("%(units)s of %(most)s characters, one SMS", units=units, most=MOST_SEPTETS))
    _choose(mediator, "channel", "sms")
    _type(mediator, "number", TYPED)
    for name, value in {"is_shared": "no", "language": "fr", "wording": "warm", "names_place": "y"}.items():
        _choose(mediator, name, value)
    _press_by_keyboard(mediator, "Save what she chose")

    expect(mediator.said).to_contain_text(words("Noted: messages are on, for 90 days."))
    assert NUMBER[-4:] not in mediator.page.content()


def _said(walk: Walk, sentence: str, day: str, at: str, *, farewell: str = "") -> str:
    """A text that names the usual place, as it goes by SMS."""
    place = ", " + walk.words("at the usual place")
    time = "".join(at.split()).zfill(len("18h00"))
    return as_sms(walk.words(sentence, day=day, time=time, place=place, farewell=farewell))


def _choose(walk: Walk, name: str, value: str) -> None:
    """Step to a choice or a tick, and choose with the keys alone."""
    field = walk.main.locator(f"[name={name}]")
    keyboard.step_to(walk, field)
    wished = field.and_(walk.page.locator(f"[value='{value}']"))
    if wished.evaluate("element => element === document.activeElement"):
        walk.page.keyboard.press("Space")
    for _ in field.all():
        if not wished.is_checked():
            walk.page.keyboard.press("ArrowDown")
    expect(wished).to_be_checked()


def _type(walk: Walk, name: str, text: str) -> None:
    keyboard.step_to(walk, walk.main.locator(f"[name={name}]"))
    walk.page.keyboard.type(text)


def _press_by_keyboard(walk: Walk, sentence: str) -> None:
    keyboard.step_to(walk, walk.button(sentence))
    keyboard.enter(walk)


def _step_up(mediator: Walk, password: str) -> None:
    """Say why, and give a password."""
    _choose(mediator, "reason", Reason.CALL_BACK)
    _type(mediator, "password", password)
    keyboard.enter(mediator)


def _calls(walk: Walk) -> Locator:
    return walk.main.locator(".card.call", has_text=ALIAS)


def _id(page: str) -> str:
    return page.rpartition("/")[2]


def _looks(house: House) -> list[str | None]:
    """Why somebody looked at an address, look by look."""
    with house.database.read() as tx:
        return list(tx.scalars(select(AuditEntry.reason).where(AuditEntry.action == "contact.reveal")))
