"""Claiming, marking, settling: what goes, what does not any more, and what a dead worker leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Status
from clinic.domain.timing import LEASE, UNDO_FOR
from clinic.models import ClinicSession, Contact, Notice, Person, PersonRole, Shift
from clinic.queries.outbox import Letter
from clinic.services import contacts, outbox
from clinic.services.outbox import Claim, Fate
from clinic.services.valves import Round
from tests.make import FRIDAY, NOW, give_address
from tests.notices import told
from tests.notices.told import Held

DUE = NOW + UNDO_FOR
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 10:30 in Paris; NOW is a Sunday


def _disable(tx: Session, held: Held) -> None:
    tx.get_one(Person, held.person.id).disabled_at = NOW


def _lose_address(tx: Session, held: Held) -> None:
    tx.execute(delete(Contact).where(Contact.person_id == held.person.id))


def _give_back(tx: Session, held: Held) -> None:
    tx.get_one(Shift, held.about).state = ShiftState.RELEASED


def _cancel(tx: Session, held: Held) -> None:
    tx.get_one(ClinicSession, held.session_id).status = Status.CANCELLED


def _move(tx: Session, held: Held) -> None:
    tx.get_one(ClinicSession, held.session_id).starts_at += timedelta(hours=1)


def _choose_silence(tx: Session, held: Held) -> None:
    contacts.choose(tx, held.person.id, Choice(Channel.NONE, email="a@exemple.org"), now=NOW)


ENDS: dict[str, tuple[Callable[[Session, Held], None], str]] = {
    "disabled": (_disable, "account_disabled"),
    "no address": (_lose_address, "no_address"),
    "given back": (_give_back, "no_longer_so"),
    "cancelled": (_cancel, "no_longer_so"),
    "moved": (_move, "no_longer_so"),
    "silence": (_choose_silence, "not_chosen"),
}


@pytest.fixture
def held(each_db: Database) -> Held:
    """A mediator who was told that she took a shift."""
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.tell(tx, held)
    return held


@pytest.fixture
def member(each_db: Database) -> Held:
    """A member who chose mail, and was told that she is registered."""
    with each_db.write() as tx:
        member = told.make_held(tx, role=Role.MEMBER)
        told.choose_mail(tx, member)
        told.tell(tx, member, Kind.REGISTERED)
    return member


def test_nothing_goes_while_it_can_be_undone(each_db: Database, held: Held) -> None:
    assert _claim(each_db, DUE - timedelta(seconds=1)) is None
    assert isinstance(_claim(each_db, DUE), Claim)


def test_one_claim_a_row(each_db: Database, held: Held) -> None:
    assert isinstance(_claim(each_db, DUE), Claim)
    assert _claim(each_db, DUE) is None


def test_a_letter_holds_the_facts_and_the_address_of_now(each_db: Database, held: Held) -> None:
    with each_db.write() as tx:
        give_address(tx, held.person.id, "nouvelle@exemple.org")

    letter = _begin(each_db, DUE)

    assert isinstance(letter, Letter)
    assert letter.address == "nouvelle@exemple.org"
    assert letter.facts.kind is Kind.SHIFT_TAKEN
    assert letter.facts.starts_at == FRIDAY
    assert letter.facts.words == {"fr": "Matin", "en": "Morning"}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("is_claimed", [False, True])
def test_what_does_not_stand_any_more_is_skipped_before_and_after_the_claim(
    each_db: Database,
    held: Held,
    end: str,
    *,
    is_claimed: bool,
) -> None:
    claimed = _claim(each_db, DUE) if is_claimed else None
    with each_db.write() as tx:
        end_it, code = ENDS[end]
        end_it(tx, held)

    claimed = claimed or _claim(each_db, DUE)
    assert claimed
    with each_db.write() as tx:
        assert outbox.begin(tx, claimed, Round(), now=DUE) is State.SKIPPED
    assert _only(each_db) == (State.SKIPPED, code)


def test_late_is_never(each_db: Database, held: Held) -> None:
    with each_db.write() as tx:
        assert outbox.expire(tx, now=DUE + timedelta(hours=23)) == 0
        assert outbox.expire(tx, now=DUE + timedelta(hours=24)) == 1

    assert _only(each_db) == (State.EXPIRED, "late")


def test_a_refused_mail_failed_with_its_code(each_db: Database, held: Held) -> None:
    assert _send(each_db, DUE, Fate.REFUSED, "smtp_550") is State.FAILED
    assert _only(each_db) == (State.FAILED, "smtp_550")


def test_S76_what_may_be_tried_again_waits_longer_each_time_until_it_is_too_late(each_db: Database, held: Held) -> None:
    now, tries = DUE, []
    while _send(each_db, now, Fate.LATER, "smtp_451") is State.PLANNED:
        with each_db.read() as tx:
            notice = tx.scalars(select(Notice)).one()
        tries.append(notice.next_at - now)
        assert _claim(each_db, notice.next_at - timedelta(seconds=1)) is None
        now = notice.next_at

    assert tries == sorted(tries)
    assert _only(each_db) == (State.EXPIRED, "smtp_451")
    assert DUE + timedelta(hours=23) < now < DUE + timedelta(hours=24)


@pytest.mark.parametrize("is_marked", [False, True])
def test_S75_what_a_dead_worker_left_goes_again_under_the_same_name(
    each_db: Database, held: Held, *, is_marked: bool
) -> None:
    first = _begin(each_db, DUE) if is_marked else _claim(each_db, DUE)
    early = _claim(each_db, DUE + LEASE - timedelta(seconds=1))

    second = _begin(each_db, DUE + LEASE)

    assert early is None
    assert isinstance(second, Letter)
    assert not isinstance(first, Letter) or first.message_token == second.message_token


def test_S75_a_members_mail_that_may_have_gone_is_never_sent_again(each_db: Database, member: Held) -> None:
    assert isinstance(_begin(each_db, MONDAY), Letter)

    again = _begin(each_db, MONDAY + LEASE)

    assert again is State.UNCONFIRMED
    assert _claim(each_db, MONDAY + 2 * LEASE) is None
    assert _only(each_db) == (State.UNCONFIRMED, "worker_died")


def test_S75_a_members_mail_of_unknown_fate_is_unconfirmed(each_db: Database, member: Held) -> None:
    assert _send(each_db, MONDAY, Fate.UNKNOWN, "timeout") is State.UNCONFIRMED


def test_S75_a_volunteers_mail_of_unknown_fate_is_tried_again(each_db: Database, held: Held) -> None:
    assert _send(each_db, DUE, Fate.UNKNOWN, "timeout") is State.PLANNED


def test_S75_a_worker_whose_lease_ran_out_writes_nothing_down(each_db: Database, held: Held) -> None:
    slow = _claim(each_db, DUE)
    quick = _claim(each_db, DUE + LEASE)
    assert isinstance(slow, Claim)
    assert isinstance(quick, Claim)

    with each_db.write() as tx:
        assert outbox.begin(tx, slow, Round(), now=DUE + LEASE) is None
        assert isinstance(outbox.begin(tx, quick, Round(), now=DUE + LEASE), Letter)
        assert outbox.settle(tx, slow, Fate.SENT, None, now=DUE + LEASE) is None
        assert outbox.settle(tx, quick, Fate.SENT, None, now=DUE + LEASE) is State.SENT


def test_S10_a_member_who_chose_nothing_gets_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx, role=Role.MEMBER), Kind.REGISTERED)

    assert _begin(each_db, MONDAY) is State.SKIPPED
    assert _only(each_db) == (State.SKIPPED, "not_chosen")


def test_S14_a_member_is_told_on_monday_of_what_she_did_on_sunday(each_db: Database, member: Held) -> None:
    with each_db.read() as tx:
        due_at = tx.scalars(select(Notice.due_at)).one()

    assert _claim(each_db, due_at - timedelta(seconds=1)) is None
    assert due_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert isinstance(_claim(each_db, due_at), Claim)


def test_S14_a_members_mail_that_missed_its_hours_waits_for_the_next_and_is_late_then(
    each_db: Database, member: Held
) -> None:
    evening = datetime(2026, 11, 23, 18, tzinfo=UTC)

    assert _begin(each_db, evening) is State.EXPIRED
    assert _only(each_db) == (State.EXPIRED, "outside_hours")


def test_a_member_is_not_told_of_shifts(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.tell(tx, held)
        tx.execute(update(PersonRole).where(PersonRole.person_id == held.person.id).values(role=Role.MEMBER))

    assert _begin(each_db, DUE) is State.SKIPPED
    assert _only(each_db) == (State.SKIPPED, "not_for_members")


def test_cancelled_is_told_of_a_cancelled_session_alone(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        tx.get_one(ClinicSession, held.session_id).status = Status.CANCELLED
        told.tell(tx, held, Kind.SESSION_CANCELLED)

    assert isinstance(_begin(each_db, DUE), Letter)


def _claim(database: Database, now: datetime) -> Claim | None:
    with database.write() as tx:
        return outbox.claim(tx, now=now)


def _begin(database: Database, now: datetime) -> Letter | State | None:
    claimed = _claim(database, now)
    assert claimed
    with database.write() as tx:
        return outbox.begin(tx, claimed, Round(), now=now)


def _send(database: Database, now: datetime, fate: Fate, code: str) -> State | None:
    claimed = _claim(database, now)
    assert claimed
    with database.write() as tx:
        assert isinstance(outbox.begin(tx, claimed, Round(), now=now), Letter)
    with database.write() as tx:
        return outbox.settle(tx, claimed, fate, code, now=now)


def _only(database: Database) -> tuple[State, str | None]:
    with database.read() as tx:
        notice = tx.scalars(select(Notice)).one()
        return notice.state, notice.code
