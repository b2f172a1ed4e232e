"""What each person says for herself about being written to, and what her page says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.calendars import Detail
from clinic.domain.contacts import CHOICE_LASTS, Channel, Choice, Hours, Shared, Suspension
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.replies import Verdict
from clinic.domain.times import to_local
from clinic.models import AuditEntry, Contact, Notice
from clinic.queries import readers
from clinic.services import contacts, inbound
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock, stay
from tests.make import NOW
from tests.web.forms import post
from tests.web.pages import form_of, press, problems, read

NUMBER = "+33612345642"
BY_SMS = {"channel": "sms", "number": "06 12 34 56 42", "is_shared": "no"}
SMS = Choice(Channel.SMS, Shared.NO, number=NUMBER)


@pytest.fixture
def person(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.MEMBER, language="en")


@pytest.fixture
def member(sign_in: SignIn, person: SignedIn) -> FlaskClient:
    return sign_in(person)


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER, language="en")


def _choose(db: Database, person: SignedIn, choice: Choice) -> None:
    with db.write() as tx:
        contacts.choose(tx, person.id, choice, now=NOW)


def _kept(db: Database, person: SignedIn) -> Choice | None:
    with db.read() as tx:
        return readers.choice_of(tx, person.id)


def _reminders(db: Database, person: SignedIn) -> list[str]:
    """When she is reminded, in Paris."""
    query = select(Notice.due_at).where(Notice.person_id == person.id, Notice.kind == Kind.REMINDER)
    with db.read() as tx:
        due = tx.scalars(query.where(Notice.state == State.PLANNED).order_by(Notice.due_at))
        return [f"{to_local(at):%d %H:%M}" for at in due]


def test_S10_nothing_is_chosen_for_a_member(member: FlaskClient) -> None:
    answer = member.get("/account")

    assert form_of(answer, "Save").to_dict() == {
        **form_of(answer, "Save").to_dict(), "channel": "none", "number": "", "email": "", "opens": "", "closes": "",
    }  # fmt: skip
    assert "is_shared" not in form_of(answer, "Save")
    assert "No message is sent to you." in read(answer).text("main")
    assert "Stop all messages now" not in answer.text


def test_S10_a_member_chooses_sms(db: Database, member: FlaskClient, person: SignedIn) -> None:
    answer = post(member, "/account/messages", BY_SMS)

    page = member.get("/account")
    assert answer.status_code == 303
    assert _kept(db, person) == SMS
    assert "SMS to the number ending in 42, until Saturday 20 February 2027" in read(page).text("main")
    assert "34" not in read(page).text("strong")
    assert NUMBER not in page.text
    assert "06 12 34" not in page.text
    with db.read() as tx:
        entry = tx.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.actor_id) == ("contact.choose", person.id)
        assert entry.object_id == tx.scalars(select(Contact.id)).one()


def test_S11_the_very_text_is_shown_before_she_chooses(member: FlaskClient) -> None:
    shown = read(member.get("/account")).text("blockquote")

    assert shown == "Reminder: appointment Thursday 26 November at 18:00."


def test_a_number_left_empty_stays_and_another_channel_forgets_it(
    db: Database, member: FlaskClient, person: SignedIn
) -> None:
    _choose(db, person, SMS)
    page = member.get("/account")

    press(member, page, "Save", is_shared="no", opens="08:30", closes="12:00", rest_days="y")
    again = _kept(db, person)
    post(member, "/account/messages", {"channel": "mail", "email": "elle@exemple.org", "is_shared": "no"})
    mailed = _kept(db, person)
    post(member, "/account/messages", {"channel": "none", "number": "06 12 34 56 42", "email": "elle@exemple.org"})

    assert "Leave it empty to keep the number ending in 42." in page.text
    assert again is not None
    assert (again.number, again.hours) == (NUMBER, _hours(8, 30, 12, rest_days=True))
    assert mailed == Choice(Channel.MAIL, Shared.NO, email="elle@exemple.org")  # the hours were left empty
    assert _kept(db, person) == Choice(Channel.NONE)


def _hours(opens: int, minutes: int, closes: int, *, rest_days: bool = False) -> Hours:
    noon = NOW.replace(hour=0, minute=0)
    return Hours(noon.replace(hour=opens, minute=minutes).time(), noon.replace(hour=closes).time(), rest_days)


def test_her_own_hours_stand_in_the_form(db: Database, member: FlaskClient, person: SignedIn) -> None:
    _choose(db, person, Choice(Channel.SMS, Shared.NO, number=NUMBER, hours=_hours(9, 0, 12)))

    page = member.get("/account")

    sent = form_of(page, "Save")
    assert (sent["opens"], sent["closes"]) == ("09:00", "12:00")
    assert "rest_days" not in sent
    assert "open" in read(page).all("details")[-1].attributes


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"number": ""}, "number", "Give the telephone number."),
        ({"number": "12"}, "number", "This is no telephone number."),
        ({"channel": "mail"}, "email", "Give the e-mail address."),
        ({"channel": "mail", "email": "elle@"}, "email", "This does not look like an e-mail address"),
        ({"channel": "mail", "email": "é@exemple.org"}, "email", "This does not look like an e-mail address"),
        ({"email": "elle\u202e@exemple.org"}, "email", "hidden sign"),
        ({"is_shared": ""}, "is_shared", "Choose an answer."),
        ({"is_shared": "perhaps"}, "is_shared", "Choose an answer."),
        ({"channel": ""}, "channel", "Choose an answer."),
        ({"channel": "pigeon"}, "channel", "Choose an answer."),
        ({"channel": "call"}, "channel", "Choose an answer."),
        ({"opens": "09:00"}, "closes", "Give both hours"),
        ({"closes": "09:00"}, "closes", "Give both hours"),
        ({"rest_days": "y"}, "closes", "Give both hours"),
        ({"opens": "12:00", "closes": "09:00"}, "closes", "These hours end before they begin."),
        ({"opens": "25:00", "closes": "09:00"}, "opens", "This answer cannot be used."),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_all_that_was_typed_stays(
    db: Database, member: FlaskClient, person: SignedIn, typed: dict[str, str], field: str, said: str
) -> None:
    answer = post(member, "/account/messages", {**BY_SMS, **typed})

    assert answer.status_code == 422
    assert said in read(answer).errors_at(field)
    assert said in " ".join(read(answer).errors())
    assert form_of(answer, "Save")["number"] == {**BY_SMS, **typed}["number"]
    assert problems(answer.text) == []
    assert _kept(db, person) is None


def test_S05_an_unknown_field_is_refused(member: FlaskClient) -> None:
    assert post(member, "/account/messages", {**BY_SMS, "wording": "warm"}).status_code == 400


@pytest.mark.parametrize("is_shared", ["yes", "unknown"])
def test_S10_what_others_may_read_waits_for_the_same_choice_on_another_day(
    member: FlaskClient, clock: Clock, is_shared: str
) -> None:
    post(member, "/account/messages", {**BY_SMS, "is_shared": is_shared})
    first = read(member.get("/account")).text("strong")
    stay(member, clock, NOW + timedelta(hours=6))
    press(member, member.get("/account"), "Save", is_shared=is_shared)
    same_day = read(member.get("/account")).text("strong")

    assert first == same_day == "Nothing is sent yet: choose the same again on another day, if you still wish it."


def test_S10_chosen_again_on_another_day_it_holds(
    db: Database, sign_in: SignIn, person: SignedIn, clock: Clock
) -> None:
    _choose(db, person, Choice(Channel.SMS, Shared.YES, number=NUMBER))
    clock.set(NOW + timedelta(days=1))
    member = sign_in(person)

    press(member, member.get("/account"), "Save", is_shared="yes")

    assert read(member.get("/account")).text("strong").startswith("SMS to the number ending in 42, until")


def test_S10_a_choice_that_ran_out_is_said_here_and_nowhere_else(
    db: Database, sign_in: SignIn, person: SignedIn, clock: Clock
) -> None:
    _choose(db, person, SMS)
    clock.set(NOW + CHOICE_LASTS)
    member = sign_in(person)

    said = read(member.get("/account")).text("strong")

    assert said == "Nothing is sent: what you chose ran out on Saturday 20 February. You can choose it again."
    assert "ran out" not in member.get("/today").text


def test_S15_one_button_stops_everything_and_forgets_the_number(
    db: Database, member: FlaskClient, person: SignedIn
) -> None:
    _choose(db, person, SMS)
    with db.write() as tx:
        make.make_registration(tx, make.make_workshop(tx), person)
    before = _reminders(db, person)

    answer = press(member, member.get("/account"), "Stop all messages now")
    again = post(member, "/account/messages/stop")

    assert (answer.status_code, again.status_code) == (303, 303)
    assert _kept(db, person) == Choice(Channel.NONE)
    assert before == ["26 14:00"]
    assert _reminders(db, person) == []
    with db.read() as tx:
        assert tx.scalars(select(Contact.number_digest)).all() == [None]


def test_S10_who_chooses_after_registering_is_reminded_at_her_own_hours(
    db: Database, member: FlaskClient, person: SignedIn
) -> None:
    with db.write() as tx:
        make.make_registration(tx, make.make_workshop(tx), person)
    usual = _reminders(db, person)

    post(member, "/account/messages", {**BY_SMS, "opens": "17:00", "closes": "21:00"})
    own = _reminders(db, person)
    post(member, "/account/messages", {"channel": "none"})
    none = _reminders(db, person)
    post(member, "/account/messages", BY_SMS)

    assert (usual, own, none, _reminders(db, person)) == (["26 14:00"], ["26 17:00"], [], ["26 14:00"])


@pytest.mark.parametrize("why", Suspension)
def test_S15_her_page_says_that_messages_are_stopped_and_she_may_choose_again(
    db: Database, member: FlaskClient, person: SignedIn, why: Suspension
) -> None:
    _choose(db, person, SMS)
    with db.write() as tx:
        contacts.suspend(tx, tx.scalars(select(Contact)).one(), why, now=NOW)

    stopped = member.get("/account")
    press(member, stopped, "Save", is_shared="no")

    assert read(stopped).text("strong").startswith("Messages are stopped")
    assert "Stop all messages now" not in stopped.text
    assert read(member.get("/account")).text("strong").startswith("SMS to the number ending in 42")


def test_S10_a_minor_is_sent_to_the_coordinator(db: Database, member: FlaskClient, person: SignedIn) -> None:
    with db.write() as tx:
        choice = Choice(Channel.SMS, Shared.NO, number=NUMBER, is_minor=True, coordinator_agrees=True)
        contacts.choose(tx, person.id, choice, by_coordinator=True, now=NOW)

    same = press(member, member.get("/account"), "Save", is_shared="no")
    other = post(member, "/account/messages", {**BY_SMS, "number": "06 12 34 56 43"})

    assert same.status_code == 303
    assert other.status_code == 422
    assert "Ask the coordinator first" in read(other).errors_at("channel")


def test_S16_who_works_here_chooses_how_much_is_said_and_is_not_asked_who_else_reads_it(
    db: Database, sign_in: SignIn, lawyer: SignedIn
) -> None:
    client = sign_in(lawyer)
    before = client.get("/account")

    answer = press(client, before, "Save", email="maitre@exemple.org", says="named")

    page = client.get("/account")
    asked = form_of(before, "Save")
    assert (asked["channel"], asked["says"]) == ("mail", "discreet")
    assert {"is_shared", "opens", "closes"}.isdisjoint(asked)
    assert "Nothing is sent yet: there is no number or address." in read(before).text("strong")
    assert answer.status_code == 303
    assert _kept(db, lawyer) == Choice(Channel.MAIL, Shared.NO, email="maitre@exemple.org", detail=Detail.NAMED)
    assert read(page).text("strong") == "E-mail to the address beginning with m…"
    assert "maitre@" not in page.text


def test_S16_each_level_is_shown_as_the_line_that_it_sends(db: Database, sign_in: SignIn, lawyer: SignedIn) -> None:
    example = [each.text.strip() for each in read(sign_in(lawyer).get("/account")).all("blockquote")]
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), lawyer)
    own = [each.text.strip() for each in read(sign_in(lawyer).get("/account")).all("blockquote")]

    assert [each.split(",")[0] for each in example] == ["Agenda reminder: Evening", "Agenda reminder: Bus"]
    assert own == [
        "Agenda reminder: Morning, Friday 27 November, 09:30. Details in the application.",
        "Agenda reminder: Law access point, Friday 27 November, 09:30. Details in the application.",
    ]


def test_who_works_here_and_stopped_by_sms_reads_so(db: Database, sign_in: SignIn, lawyer: SignedIn) -> None:
    _choose(db, lawyer, SMS)
    with db.write() as tx:
        contacts.suspend(tx, tx.scalars(select(Contact)).one(), Suspension.STOP, now=NOW)
    client = sign_in(lawyer)

    stopped = read(client.get("/account")).text("strong")
    press(client, client.get("/account"), "Save")

    assert stopped == "Messages are stopped, because a reply said so. You can choose them again."
    assert read(client.get("/account")).text("strong") == "SMS to the number ending in 42"


def test_an_error_of_one_who_works_here_is_said(sign_in: SignIn, lawyer: SignedIn) -> None:
    answer = post(sign_in(lawyer), "/account/messages", {"channel": "sms", "number": "", "says": "loud"})

    assert answer.status_code == 422
    assert "Choose an answer." in read(answer).errors_at("says")
    assert problems(answer.text) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("role", [Role.MEMBER, Role.LAWYER])
def test_the_page_is_sound(sign_in: SignIn, role: Role, language: str) -> None:
    client = sign_in(role)
    client.set_cookie("language", language)

    assert problems(client.get("/account").text) == []


def test_S15_a_page_opened_before_a_reply_stopped_messages_does_not_begin_them_again(
    db: Database, person: SignedIn, member: FlaskClient
) -> None:
    _choose(db, person, SMS)
    opened = member.get("/account")
    with db.write() as tx:
        inbound.reply(tx, NUMBER, Verdict.STOP, now=NOW)

    refused = press(member, opened, "Save", is_shared="no")

    assert refused.status_code == 409
    assert "Messages are stopped, because a reply said so." in refused.text
    with db.read() as tx:
        assert tx.scalars(select(Contact.suspended)).one() is Suspension.STOP
    assert press(member, refused, "Save", is_shared="no").status_code == 303
