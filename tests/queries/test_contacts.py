"""Who follows whom, what is shown of a choice, and of whom it is to be asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.contacts import Channel, Choice, Helped, Shared, Suspension, TaskKind
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.reaching import Stand
from clinic.models import Appointment, ContactTask, Notice
from clinic.queries import contacts as queries
from clinic.services import beneficiaries, contacts, people
from tests import make
from tests.conftest import CountQueries
from tests.make import FRIDAY, NOW

BY_SMS = Choice(Channel.SMS, Shared.NO, number="+33612345678", language="fr")
RUN_OUT = NOW - timedelta(days=90)


def _helped(
    tx: Session, by: SignedIn, choice: Choice | None = BY_SMS, *, chosen_at: datetime = NOW, on: datetime = FRIDAY
) -> str:
    """Somebody with an appointment; return her id."""
    booked_at = min(NOW, on - timedelta(days=1))
    session_id = make.make_session(tx, starts_at=on)
    appointment_id = make.make_appointment(tx, session_id, by=by, now=booked_at)
    found = tx.get_one(Appointment, appointment_id).beneficiary_id
    if choice:
        contacts.choose(tx, Helped(found), choice, by_coordinator=True, now=chosen_at)
    return found


@pytest.fixture
def mediator(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR)


def test_a_mediator_follows_her_own_and_those_who_coordinate_all(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        other, coordinator = make.make_person(tx, Role.MEDIATOR), make.make_person(tx, Role.COORDINATOR)
        hers, others = _helped(tx, mediator), _helped(tx, other)

    with each_db.read() as tx:
        assert [each.id for each in queries.followed(tx, reader=mediator, now=NOW)] == [hers]
        assert {each.id for each in queries.followed(tx, reader=coordinator, now=NOW)} == {hers, others}
        with pytest.raises(NotFound):
            queries.helped(tx, others, reader=mediator, now=NOW)


def test_one_who_is_no_mediator_any_more_follows_nobody(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        hers = _helped(tx, mediator)
    lawyer = SignedIn(mediator.id, mediator.name, frozenset({Role.LAWYER}), None)

    with each_db.read() as tx:
        assert queries.followed(tx, reader=lawyer, now=NOW) == []
        with pytest.raises(NotFound):
            queries.helped(tx, hers, reader=lawyer, now=NOW)


@pytest.mark.parametrize("many", [1, 8])
def test_the_list_is_six_queries_however_many(
    each_db: Database, mediator: SignedIn, count_queries: CountQueries, many: int
) -> None:
    with each_db.write() as tx:
        for number in range(many):
            _helped(tx, mediator, on=FRIDAY + timedelta(days=number))

    with count_queries(each_db) as statements, each_db.read() as tx:
        found = queries.followed(tx, reader=mediator, now=NOW)

    assert (len(found), len([each for each in statements if each.startswith("SELECT")])) == (many, 6)


@pytest.mark.parametrize(("choice", "later", "stand"), [
    (None, timedelta(0), Stand.NOT_ASKED),
    (Choice(Channel.NONE), timedelta(days=100), Stand.NOTHING),
    (Choice(Channel.CALL), timedelta(0), Stand.CALLS),
    (BY_SMS, timedelta(days=89), Stand.WRITES),
    (BY_SMS, timedelta(days=90), Stand.RAN_OUT),
    (Choice(Channel.SMS, Shared.UNKNOWN, number="+33612345678"), timedelta(0), Stand.AGAIN),
])  # fmt: skip
def test_S10_how_it_stands_is_one_word(
    each_db: Database, mediator: SignedIn, choice: Choice | None, later: timedelta, stand: Stand
) -> None:
    with each_db.write() as tx:
        hers = _helped(tx, mediator, choice)

    with each_db.read() as tx:
        assert queries.helped(tx, hers, reader=mediator, now=NOW + later).stand is stand


def test_S10_of_a_choice_that_ran_out_it_is_asked_again_once_and_her_mediator_is_told(
    each_db: Database, mediator: SignedIn
) -> None:
    with each_db.write() as tx:
        hers = _helped(tx, mediator, chosen_at=RUN_OUT)
        _helped(tx, mediator, chosen_at=RUN_OUT + timedelta(seconds=1))
        first = beneficiaries.ask_again(tx, now=NOW)
        second = beneficiaries.ask_again(tx, now=NOW)

    with each_db.read() as tx:
        (task,) = tx.scalars(select(ContactTask)).all()
        (notice,) = tx.scalars(select(Notice).where(Notice.kind == Kind.ATTENTION)).all()
        (shown,) = queries.helped(tx, hers, reader=mediator, now=NOW).tasks
    assert (first, second) == (1, 0)
    assert (task.kind, notice.about_id, notice.person_id) == (TaskKind.RAN_OUT, task.id, mediator.id)
    assert shown.id == task.id


def test_what_was_seen_to_is_not_asked_again_of_the_same_choice(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        hers = _helped(tx, mediator, chosen_at=RUN_OUT)
        beneficiaries.ask_again(tx, now=NOW)
        (task,) = queries.helped(tx, hers, reader=mediator, now=NOW).tasks
        beneficiaries.done(tx, task.id, hers, by=mediator, now=NOW)

        assert beneficiaries.ask_again(tx, now=NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize(("choice", "on", "is_asked"), [
    (BY_SMS, FRIDAY, True), (BY_SMS, NOW - timedelta(days=29), True), (BY_SMS, NOW - timedelta(days=31), False),
    (Choice(Channel.NONE), FRIDAY, False), (Choice(Channel.CALL), FRIDAY, True),
])  # fmt: skip
def test_S10_it_is_asked_again_of_those_who_are_expected_or_were_here_lately(
    each_db: Database, mediator: SignedIn, choice: Choice, on: datetime, *, is_asked: bool
) -> None:
    with each_db.write() as tx:
        _helped(tx, mediator, choice, chosen_at=RUN_OUT, on=on)

        assert beneficiaries.ask_again(tx, now=NOW) == is_asked


def test_S15_of_one_who_stopped_it_is_not_asked(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        hers = _helped(tx, mediator, chosen_at=RUN_OUT)
        contact = contacts.locked(tx, Helped(hers))
        assert contact
        contacts.suspend(tx, contact, Suspension.STOP, now=NOW)

        assert beneficiaries.ask_again(tx, now=NOW) == 0


def test_without_her_mediator_those_who_coordinate_are_told(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        coordinator = make.make_person(tx, Role.COORDINATOR)
        _helped(tx, mediator, chosen_at=RUN_OUT)
        people.disable(tx, mediator.id, by=coordinator, now=NOW)
        beneficiaries.ask_again(tx, now=NOW)
        told = tx.scalars(select(Notice.person_id).where(Notice.kind == Kind.ATTENTION)).all()

    assert told == [coordinator.id]


def test_S73_a_choice_made_over_an_older_one_is_refused(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        hers = _helped(tx, mediator)
        seen = queries.helped(tx, hers, reader=mediator, now=NOW).version
        contacts.choose(tx, Helped(hers), Choice(Channel.CALL), now=NOW)

        with pytest.raises(Refused, match="choice_changed"):
            beneficiaries.choose(tx, hers, BY_SMS, seen=seen, key=make.key(), by=mediator, now=NOW)
