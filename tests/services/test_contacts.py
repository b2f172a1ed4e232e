"""Keeping what people chose, sealed; stopping; what has to be seen to: on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.contacts import Channel, Choice, Helped, Shared, Suspension, TaskKind
from clinic.domain.people import Role
from clinic.models import Appointment, Contact, ContactTask
from clinic.queries import readers
from clinic.services import contacts
from tests.make import NOW, make_appointment, make_person, make_session
from tests.postgres import PostgresServer

DAY = timedelta(days=1)
EMAIL, NUMBER = "Elle@exemple.org", "+33612345678"
MAIL = Choice(Channel.MAIL, Shared.NO, email=EMAIL)
SMS = Choice(Channel.SMS, Shared.NO, number="06 12 34 56 78")
READ_BY_OTHERS = replace(MAIL, is_shared=Shared.YES)


def _helped(tx: Session) -> Helped:
    mediator = make_person(tx, Role.MEDIATOR)
    booked = make_appointment(tx, make_session(tx), by=mediator)
    return Helped(tx.get_one(Appointment, booked).beneficiary_id)


def _only(tx: Session) -> Contact:
    return tx.scalars(select(Contact), execution_options={"populate_existing": True}).one()


def test_a_choice_is_kept_and_read_again(each_db: Database) -> None:
    with each_db.write() as tx:
        member = make_person(tx, Role.MEMBER)
        reach = contacts.choose(tx, member.id, MAIL, now=NOW)

    with each_db.read() as tx:
        assert reach == readers.reader(tx, member.id).reach
        assert (reach.choice, reach.chosen_at, reach.confirmed_at, reach.suspended) == (MAIL, NOW, None, None)


def test_who_is_helped_chooses_by_the_id_of_her_record(each_db: Database) -> None:
    with each_db.write() as tx:
        helped, other = _helped(tx), _helped(tx)
        contacts.choose(tx, helped, replace(SMS, language="en"), now=NOW)

        found = readers.reader(tx, helped)
        silent = readers.reader(tx, other)

        assert found.reach
        assert found.reach.choice.number == NUMBER
        assert (found.language, found.at_work) == ("en", False)
        assert (silent.reach, silent.contact_id) == (None, None)


def test_S10_the_same_again_on_another_day_confirms_it(each_db: Database) -> None:
    with each_db.write() as tx:
        member = make_person(tx, Role.MEMBER)
        first = contacts.choose(tx, member.id, READ_BY_OTHERS, now=NOW)
        again = contacts.choose(tx, member.id, READ_BY_OTHERS, now=NOW + DAY)

        assert not first.is_confirmed
        assert again.is_confirmed
        kept = _only(tx)
        assert (kept.chosen_at, kept.confirmed_at) == (NOW, NOW + DAY)


def test_S15_another_choice_takes_the_place_of_the_first(each_db: Database) -> None:
    with each_db.write() as tx:
        member = make_person(tx, Role.MEMBER)
        contacts.choose(tx, member.id, MAIL, now=NOW)

        contacts.choose(tx, member.id, SMS, now=NOW + DAY)

        kept = _only(tx)
        assert readers.reach_of(kept).choice == replace(SMS, number=NUMBER)
        assert (kept.chosen_at, kept.email_digest) == (NOW + DAY, None)


def test_a_choice_that_cannot_be_kept_changes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        member = make_person(tx, Role.MEMBER)
        contacts.choose(tx, member.id, MAIL, now=NOW)

        with pytest.raises(Refused, match="number_unusable"):
            contacts.choose(tx, member.id, replace(SMS, number="112"), now=NOW + DAY)
        with pytest.raises(Refused, match="minor_ask_coordinator"):
            contacts.choose(tx, member.id, replace(MAIL, is_minor=True), now=NOW + DAY)

        assert readers.choice_of(tx, member.id) == MAIL


@pytest.mark.parametrize("who", ["nobody", Helped("nobody")])
def test_nobody_chooses_for_one_who_is_not_there(each_db: Database, who: str | Helped) -> None:
    with pytest.raises(NotFound), each_db.write() as tx:
        contacts.choose(tx, who, MAIL, now=NOW)


def test_S50_a_stored_row_holds_no_plain_address(each_db: Database) -> None:
    with each_db.write() as tx:
        contacts.choose(tx, make_person(tx, Role.MEMBER).id, replace(MAIL, number=NUMBER), now=NOW)
        contacts.choose(tx, _helped(tx), replace(SMS, email=EMAIL), now=NOW)

    with each_db.read() as tx:
        values = [each for row in tx.execute(text("SELECT * FROM contacts")).all() for each in row]
    stored = b" ".join(bytes(each) if isinstance(each, bytes) else str(each).encode() for each in values)
    for plain in (EMAIL, EMAIL.casefold(), "exemple", NUMBER, NUMBER[1:], "612345678", "mail", "sms", "shared"):
        assert plain.encode() not in stored


def test_S50_a_choice_is_found_again_by_exactly_its_number_or_its_address(each_db: Database) -> None:
    with each_db.write() as tx:
        for _ in range(2):
            contacts.choose(tx, make_person(tx, Role.MEMBER).id, Choice(Channel.NONE), now=NOW)
        mine = make_person(tx, Role.MEMBER).id
        contacts.choose(tx, mine, replace(SMS, email=EMAIL), now=NOW)

        by_number = select(Contact.person_id).where(Contact.number_digest == contacts.number_digest(NUMBER))
        by_email = select(Contact.person_id).where(Contact.email_digest == contacts.email_digest("elle@EXEMPLE.org"))
        by_other = select(Contact.person_id).where(Contact.email_digest == contacts.email_digest("elle@exemple.or"))

        assert tx.scalars(by_number).all() == [mine]
        assert tx.scalars(by_email).all() == [mine]
        assert tx.scalars(by_other).all() == []
        assert contacts.number_digest(EMAIL) != contacts.email_digest(EMAIL)


def test_S15_a_stop_holds_until_a_new_choice(each_db: Database) -> None:
    with each_db.write() as tx:
        member = make_person(tx, Role.MEMBER)
        contacts.choose(tx, member.id, MAIL, now=NOW)

        contacts.suspend(tx, _only(tx), Suspension.STOP, now=NOW + DAY)
        stopped = readers.reader(tx, member.id).reach
        contacts.choose(tx, member.id, MAIL, now=NOW + 2 * DAY)

        assert stopped
        assert (stopped.choice, stopped.suspended) == (MAIL, Suspension.STOP)
        kept = _only(tx)
        assert (kept.suspended, kept.suspended_at, kept.chosen_at) == (None, None, NOW + 2 * DAY)


def test_S15_suspended_twice_keeps_the_first_moment_and_the_graver_reason(each_db: Database) -> None:
    with each_db.write() as tx:
        contacts.choose(tx, make_person(tx, Role.MEMBER).id, MAIL, now=NOW)
        for days, why in enumerate((Suspension.STOP, Suspension.NOT_SAFE, Suspension.STOP)):
            contacts.suspend(tx, _only(tx), why, now=NOW + days * DAY)

        kept = _only(tx)
        assert (kept.suspended, kept.suspended_at) == (Suspension.NOT_SAFE, NOW)


def test_the_same_task_is_made_once_until_it_is_done(each_db: Database) -> None:
    with each_db.write() as tx:
        contacts.choose(tx, make_person(tx, Role.MEMBER).id, MAIL, now=NOW)
        contact_id = _only(tx).id

        first = contacts.task(tx, contact_id, TaskKind.REPLIED, now=NOW)
        again = contacts.task(tx, contact_id, TaskKind.REPLIED, now=NOW + DAY)
        others = [
            contacts.task(tx, contact_id, TaskKind.STOPPED, now=NOW),
            contacts.task(tx, contact_id, TaskKind.UNCONFIRMED, notice_id="1" * 16, now=NOW),
            contacts.task(tx, contact_id, TaskKind.UNCONFIRMED, notice_id="2" * 16, now=NOW),
        ]
        assert first
        first.done_at = NOW + DAY
        after = contacts.task(tx, contact_id, TaskKind.REPLIED, now=NOW + 2 * DAY)

        assert again is None
        assert all(others)
        assert after
        assert tx.scalar(select(func.count()).select_from(ContactTask)) == 5


@pytest.mark.parametrize("is_helped", [False, True])
def test_two_first_choices_at_once_come_one_after_the_other(
    postgres_server: PostgresServer, *, is_helped: bool
) -> None:
    with postgres_server.database() as url:
        database = Database(url)
        with database.write() as tx:
            who = _helped(tx) if is_helped else make_person(tx, Role.MEMBER).id
        ready, failures = threading.Barrier(2), list[BaseException]()

        def choose(choice: Choice) -> None:
            try:
                ready.wait()
                with database.write() as tx:
                    contacts.choose(tx, who, choice, now=NOW)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=choose, args=(each,)) for each in (MAIL, SMS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with database.read() as tx:
            kept = _only(tx)
            channel = readers.reach_of(kept).choice.channel
            has_number, has_email = kept.number_digest is not None, kept.email_digest is not None
        database.close()
    assert failures == []
    assert (has_number, has_email) == (channel is Channel.SMS, channel is Channel.MAIL)
