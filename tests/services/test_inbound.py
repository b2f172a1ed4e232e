"""Answers stop messages or are for a human, receipts put a fate right, and nobody is ever answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.calls import TO_MAKE, Change
from clinic.domain.contacts import Channel, Choice, Helped, Shared, Suspension, TaskKind
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.replies import Verdict
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, AuditEntry, Beneficiary, Call, Contact, ContactTask, Notice
from clinic.services import contacts, inbound, people, programme, safety
from tests import make
from tests.make import NOW

NUMBER = "+33612345678"
SMS = Choice(Channel.SMS, Shared.NO, number=NUMBER)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def coordinator(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx, Role.COORDINATOR)


@pytest.fixture
def mediator(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR)


def _make_helped(tx: Session, mediator: SignedIn, choice: Choice = SMS) -> Appointment:
    """One who is helped chose SMS and has an appointment on Friday."""
    booked = tx.get_one(Appointment, make.make_appointment(tx, make.make_session(tx), by=mediator))
    contacts.choose(tx, Helped(booked.beneficiary_id), choice, now=NOW)
    return booked


def _make_member(tx: Session, choice: Choice = SMS) -> tuple[SignedIn, str]:
    """A member chose SMS and comes to a workshop."""
    member, session_id = make.make_person(tx, Role.MEMBER), make.make_workshop(tx)
    contacts.choose(tx, member.id, choice, now=NOW)
    make.make_registration(tx, session_id, member)
    return member, session_id


def _waiting(tx: Session, *kinds: Kind) -> list[Kind]:
    return list(tx.scalars(select(Notice.kind).where(Notice.state == State.PLANNED, Notice.kind.in_(kinds or Kind))))


def _tasks(tx: Session) -> list[TaskKind]:
    return list(tx.scalars(select(ContactTask.kind).where(ContactTask.done_at.is_(None))))


def _asked_to_look(tx: Session) -> set[str | None]:
    return set(tx.scalars(select(Notice.person_id).where(Notice.kind == Kind.ATTENTION)))


def _acts(tx: Session, prefix: str = "contact.stop") -> int:
    return len(tx.scalars(select(AuditEntry.id).where(AuditEntry.action == prefix)).all())


def test_S15_stop_suspends_one_who_is_helped_and_her_mediator_is_told(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        booked = _make_helped(tx, mediator)

    for _ in range(2):
        with each_db.write() as tx:
            inbound.reply(tx, "06 12 34 56 78", Verdict.STOP, now=LATER)

    with each_db.read() as tx:
        contact = tx.scalars(select(Contact).where(Contact.beneficiary_id == booked.beneficiary_id)).one()
        assert contact.suspended is Suspension.STOP
        assert _tasks(tx) == [TaskKind.STOPPED]
        assert _asked_to_look(tx) == {mediator.id}
        assert _waiting(tx) == [Kind.ATTENTION]
        assert _acts(tx) == 1


def test_S15_stop_takes_back_what_waits_for_a_member_and_the_coordinators_are_told(
    each_db: Database, coordinator: SignedIn
) -> None:
    with each_db.write() as tx:
        member, _ = _make_member(tx)
        waited = _waiting(tx)
        inbound.reply(tx, NUMBER, Verdict.STOP, now=LATER)

    with each_db.read() as tx:
        assert {Kind.REGISTERED, Kind.REMINDER} <= set(waited)
        assert _waiting(tx) == [Kind.ATTENTION]
        assert _asked_to_look(tx) == {coordinator.id}
        assert tx.scalars(select(Contact.suspended).where(Contact.person_id == member.id)).one() is Suspension.STOP


def test_S14_a_member_who_stops_is_called_about_a_change_that_waited(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        _, session_id = _make_member(tx)
        programme.cancel(tx, session_id, CancelReason.WEATHER, by=coordinator, now=NOW)
        waited = _waiting(tx, Kind.SESSION_CANCELLED)
        inbound.reply(tx, NUMBER, Verdict.STOP, now=NOW + timedelta(minutes=1))

    with each_db.read() as tx:
        assert waited == [Kind.SESSION_CANCELLED]
        assert _waiting(tx, Kind.SESSION_CANCELLED) == []
        assert tx.scalars(select(Call.change).where(Call.state.in_(TO_MAKE))).all() == [Change.CANCELLED]


def test_S15_any_other_answer_is_for_a_human_once(each_db: Database, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        _make_helped(tx, mediator)

    for _ in range(3):
        with each_db.write() as tx:
            inbound.reply(tx, NUMBER, Verdict.OTHER, now=LATER)

    with each_db.read() as tx:
        assert tx.scalars(select(Contact.suspended).where(Contact.beneficiary_id.is_not(None))).all() == [None]
        assert _tasks(tx) == [TaskKind.REPLIED]
        assert _asked_to_look(tx) == {mediator.id}
        assert _acts(tx) == 0


def test_all_who_share_a_number_are_meant(each_db: Database, coordinator: SignedIn, mediator: SignedIn) -> None:
    with each_db.write() as tx:
        _make_helped(tx, mediator)
        _make_member(tx)
        other, _ = _make_member(tx, Choice(Channel.SMS, Shared.NO, number="+33612345679"))
        inbound.reply(tx, NUMBER, Verdict.STOP, now=LATER)

    with each_db.read() as tx:
        free = tx.scalars(select(Contact.person_id).where(Contact.suspended.is_(None))).all()
        assert free == [other.id]
        assert _tasks(tx) == [TaskKind.STOPPED] * 2
        assert _asked_to_look(tx) == {coordinator.id, mediator.id}


def test_S15_not_safe_any_more_stops_all_who_share_her_number(
    each_db: Database, coordinator: SignedIn, mediator: SignedIn
) -> None:
    with each_db.write() as tx:
        her, same = _make_helped(tx, mediator), _make_helped(tx, make.make_person(tx, Role.MEDIATOR))
        _make_member(tx)
        other, _ = _make_member(tx, Choice(Channel.SMS, Shared.NO, number="+33612345679"))
        for _ in range(2):
            safety.not_safe(tx, her.beneficiary_id, by=mediator, now=LATER)

    with each_db.read() as tx:
        free = tx.scalars(select(Contact.person_id).where(Contact.suspended.is_(None))).all()
        assert free == [other.id]
        assert _tasks(tx) == [TaskKind.STOPPED] * 2
        assert _asked_to_look(tx) == {coordinator.id, tx.get_one(Beneficiary, same.beneficiary_id).mediator_id}


def test_S15_not_safe_any_more_leaves_those_alone_who_left_no_number(each_db: Database, mediator: SignedIn) -> None:
    silent = Choice(Channel.NONE)
    with each_db.write() as tx:
        her, _ = _make_helped(tx, mediator, silent), _make_helped(tx, make.make_person(tx, Role.MEDIATOR), silent)
        safety.not_safe(tx, her.beneficiary_id, by=mediator, now=LATER)

    with each_db.read() as tx:
        stopped = tx.scalars(select(Contact.beneficiary_id).where(Contact.suspended.is_not(None))).all()
        assert stopped == [her.beneficiary_id]


@pytest.mark.parametrize("number", ["+33699999999", "", "no number", "+", "\ud800", "9" * 4000, "+33 6 12 34 56 7"])
@pytest.mark.parametrize("verdict", Verdict)
def test_an_unknown_number_changes_nothing(db: Database, number: str, verdict: Verdict) -> None:
    with db.write() as tx:
        _make_member(tx)
        before = (_waiting(tx), _tasks(tx))
        inbound.reply(tx, number, verdict, now=LATER)

    with db.read() as tx:
        assert (_waiting(tx), _tasks(tx)) == before
        assert tx.scalars(select(Contact.suspended)).all() == [None]


def test_who_works_here_and_reads_sms_gets_no_more_and_nobody_has_to_look(db: Database) -> None:
    with db.write() as tx:
        lawyer, other = make.make_person(tx, Role.LAWYER), make.make_person(tx, Role.LAWYER)
        contacts.choose(tx, lawyer.id, SMS, now=NOW)
        contacts.choose(tx, other.id, Choice(Channel.MAIL, number=NUMBER, email="a@exemple.org"), now=NOW)
        make.make_shift(tx, make.make_session(tx), lawyer)
        before = _waiting(tx)
        inbound.reply(tx, NUMBER, Verdict.STOP, now=LATER)

    with db.read() as tx:
        stopped = tx.scalars(select(Contact.person_id).where(Contact.suspended == Suspension.STOP)).all()
        assert stopped == [lawyer.id]
        assert _tasks(tx) == []
        assert _waiting(tx) == before  # skipped when it is due; if she chooses again, it goes
        assert _acts(tx) == 1


def test_where_her_mediator_has_left_the_coordinators_are_told(
    each_db: Database, coordinator: SignedIn, mediator: SignedIn
) -> None:
    with each_db.write() as tx:
        _make_helped(tx, mediator)
        people.disable(tx, mediator.id, by=coordinator, now=NOW)
        inbound.reply(tx, NUMBER, Verdict.OTHER, now=LATER)

    with each_db.read() as tx:
        assert _asked_to_look(tx) == {coordinator.id}


def _make_gone(tx: Session, state: State, *, went_by: Channel = Channel.SMS) -> Notice:
    """What a member was told of a session called off, in this state."""
    _, session_id = _make_member(tx)
    coordinator = make.make_person(tx, Role.COORDINATOR)
    programme.cancel(tx, session_id, CancelReason.WEATHER, by=coordinator, now=NOW)
    notice = tx.scalars(select(Notice).where(Notice.kind == Kind.SESSION_CANCELLED, Notice.went_by.is_(None))).one()
    notice.state, notice.went_by, notice.ended_at = state, went_by, NOW
    tx.flush()
    return notice


@pytest.mark.parametrize("state", [State.UNCONFIRMED, State.FAILED, State.SENDING])
def test_S75_a_receipt_says_that_it_arrived_and_nobody_has_to_ask(each_db: Database, state: State) -> None:
    with each_db.write() as tx:
        notice = _make_gone(tx, state)
        contact_id = tx.scalars(select(Contact.id)).one()
        contacts.task(tx, contact_id, TaskKind.UNCONFIRMED, notice_id=notice.id, now=NOW)
        contacts.task(tx, contact_id, TaskKind.REPLIED, now=NOW)

    for _ in range(2):
        with each_db.write() as tx:
            inbound.receipt(tx, notice.message_token, is_delivered=True, now=LATER)

    with each_db.read() as tx:
        assert tx.get_one(Notice, notice.id).state is State.SENT
        assert _tasks(tx) == [TaskKind.REPLIED]


@pytest.mark.parametrize("state", [State.SENT, State.UNCONFIRMED, State.SENDING])
def test_S14_a_receipt_says_that_it_did_not_arrive_and_she_is_called(each_db: Database, state: State) -> None:
    with each_db.write() as tx:
        notice = _make_gone(tx, state)

    for _ in range(2):
        with each_db.write() as tx:
            inbound.receipt(tx, notice.message_token, is_delivered=False, now=LATER)

    with each_db.read() as tx:
        kept = tx.get_one(Notice, notice.id)
        assert (kept.state, kept.code, kept.claim) == (State.FAILED, inbound.UNDELIVERED, None)
        assert tx.scalars(select(Call.change).where(Call.state.in_(TO_MAKE))).all() == [Change.CANCELLED]


def test_what_arrived_after_all_needs_no_call(each_db: Database) -> None:
    with each_db.write() as tx:
        notice = _make_gone(tx, State.SENDING)
        inbound.receipt(tx, notice.message_token, is_delivered=False, now=LATER)
        inbound.receipt(tx, notice.message_token, is_delivered=True, now=LATER)

    with each_db.read() as tx:
        assert tx.get_one(Notice, notice.id).state is State.SENT
        assert tx.scalars(select(Call.id).where(Call.state.in_(TO_MAKE))).all() == []


def test_once_it_has_begun_nobody_is_called(each_db: Database) -> None:
    with each_db.write() as tx:
        notice = _make_gone(tx, State.SENT)
        inbound.receipt(tx, notice.message_token, is_delivered=False, now=make.FRIDAY)

    with each_db.read() as tx:
        assert tx.get_one(Notice, notice.id).state is State.FAILED
        assert tx.scalars(select(Call.id).where(Call.state.in_(TO_MAKE))).all() == []


@pytest.mark.parametrize("state", [State.PLANNED, State.EXPIRED, State.SKIPPED, State.SUPERSEDED])
@pytest.mark.parametrize("is_delivered", [True, False])
def test_a_receipt_for_what_never_went_changes_nothing(db: Database, state: State, *, is_delivered: bool) -> None:
    with db.write() as tx:
        notice = _make_gone(tx, state)
        inbound.receipt(tx, notice.message_token, is_delivered=is_delivered, now=LATER)

    with db.read() as tx:
        assert tx.get_one(Notice, notice.id).state is state


@pytest.mark.parametrize("is_delivered", [True, False])
def test_a_receipt_for_a_mail_or_for_nothing_changes_nothing(db: Database, *, is_delivered: bool) -> None:
    with db.write() as tx:
        notice = _make_gone(tx, State.UNCONFIRMED, went_by=Channel.MAIL)
        for token in (notice.message_token, "unknown", ""):
            inbound.receipt(tx, token, is_delivered=is_delivered, now=LATER)

    with db.read() as tx:
        assert tx.get_one(Notice, notice.id).state is State.UNCONFIRMED
