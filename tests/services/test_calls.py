"""Whom the mediators on duty call when a session is called off, restored or moved, and what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.calls import TO_MAKE, CallState, Change
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.domain.timing import UNDO_FOR
from clinic.models import AuditEntry, Call
from clinic.queries import calls as queries
from clinic.queries import invariants
from clinic.services import bookings, calls, programme, workshops
from tests.make import (
    FRIDAY,
    NOW,
    give_address,
    make_appointment,
    make_person,
    make_registration,
    make_session,
    make_shift,
    make_workshop,
    move_session,
)  # fmt: skip
from tests.services.outcome import planned, send_all

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TONIGHT = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)  # Friday 19:30 in Paris


def _written_to(tx: Session, person: SignedIn, *, now: datetime = NOW) -> SignedIn:
    """She chose mail, and nobody else reads it."""
    give_address(tx, person.id, f"{person.id}@exemple.org", now=now)
    return person


def _at_work(tx: Session, *roles: Role) -> SignedIn:
    person = make_person(tx, *roles)
    give_address(tx, person.id, f"{person.id}@exemple.org")
    return person


def _open(tx: Session) -> list[Change]:
    tx.expire_all()
    return list(tx.scalars(select(Call.change).where(Call.state.in_(TO_MAKE)).order_by(Call.id)))


def _cancel(tx: Session, session_id: str, by: SignedIn, now: datetime = NOW) -> None:
    programme.cancel(tx, session_id, CancelReason.WEATHER, by=by, now=now)


def test_S14_all_who_cannot_be_written_to_are_called_at_once_and_the_mediators_on_duty_are_told(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        coordinator, mediator = _at_work(tx, Role.COORDINATOR), _at_work(tx, Role.MEDIATOR)
        session_id = make_session(tx, starts_at=TONIGHT)
        make_shift(tx, session_id, mediator)
        for slot in range(3):
            make_appointment(tx, session_id, by=coordinator, slot=slot)
        send_all(tx)

        _cancel(tx, session_id, coordinator, TONIGHT - timedelta(hours=2))

        assert _open(tx) == [Change.CANCELLED] * 3
        assert sorted(planned(tx, mediator)) == [Kind.CALLS_WAITING, Kind.SESSION_CANCELLED]
        assert planned(tx, coordinator) == []
        assert invariants.breaches(tx, now=NOW) == []


def test_without_a_mediator_on_the_crew_the_coordinators_are_told(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, mediator = _at_work(tx, Role.COORDINATOR), _at_work(tx, Role.MEDIATOR)
        session_id = make_session(tx)
        make_appointment(tx, session_id, by=mediator)

        _cancel(tx, session_id, coordinator)

        assert (planned(tx, coordinator), planned(tx, mediator)) == ([Kind.CALLS_WAITING], [])


@pytest.mark.parametrize(("now", "is_called"), [
    (datetime(2026, 11, 27, 15, tzinfo=UTC), False),  # 16:00: she is written to
    (datetime(2026, 11, 27, 18, 59, tzinfo=UTC), True),  # 19:59: no longer today, and it is tonight at 20:30
    (datetime(2026, 11, 27, 18, 50, tzinfo=UTC), False),
])  # fmt: skip
def test_S14_a_member_whose_hours_do_not_come_before_the_start_is_called(
    each_db: Database, now: datetime, *, is_called: bool
) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        session_id = make_workshop(tx, starts_at=datetime(2026, 11, 27, 19, 30, tzinfo=UTC))
        member = _written_to(tx, make_person(tx, Role.MEMBER))
        make_registration(tx, session_id, member)

        _cancel(tx, session_id, coordinator, now)

        assert _open(tx) == [Change.CANCELLED] * is_called


def test_S10_members_who_chose_nothing_are_called_and_also_those_who_wait(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_workshop(tx, capacity=2)
        make_registration(tx, session_id, _written_to(tx, make_person(tx, Role.MEMBER)))
        make_registration(tx, session_id)
        make_registration(tx, session_id)

        _cancel(tx, session_id, coordinator)

        assert _open(tx) == [Change.CANCELLED] * 2


def test_undone_in_time_nobody_is_called(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = _at_work(tx, Role.COORDINATOR), make_session(tx)
        make_appointment(tx, session_id, by=coordinator)
        _cancel(tx, session_id, coordinator)

        programme.restore(tx, session_id, by=coordinator, now=NOW + MINUTE)

        assert (_open(tx), planned(tx, coordinator)) == ([], [])


def test_S14_only_those_told_that_it_does_not_take_place_are_told_that_it_does(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        ids = [make_appointment(tx, session_id, by=coordinator, slot=slot) for slot in range(3)]
        _cancel(tx, session_id, coordinator)
        calls.told(tx, _call_about(tx, ids[0]), by=coordinator, now=NOW + MINUTE)
        calls.not_reached(tx, _call_about(tx, ids[1]), by=coordinator, now=NOW + MINUTE)

        programme.restore(tx, session_id, by=coordinator, now=NOW + DAY)
        restored = _open(tx)
        _cancel(tx, session_id, coordinator, NOW + DAY + MINUTE)

        assert restored == [Change.RESTORED]
        assert _open(tx) == [Change.CANCELLED] * 2
        assert invariants.breaches(tx, now=NOW) == []


def test_S14_told_while_it_was_restored_she_is_told_the_end_too(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=coordinator)
        _cancel(tx, session_id, coordinator)
        call_id = _call_about(tx, booked_id)
        programme.restore(tx, session_id, by=coordinator, now=NOW + MINUTE)

        calls.told(tx, call_id, by=coordinator, now=NOW + 2 * MINUTE)

        assert _open(tx) == [Change.RESTORED]


def test_a_call_noted_by_mistake_is_on_the_list_again(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        call_id = _one_call(tx, session_id, coordinator)
        calls.told(tx, call_id, by=coordinator, now=NOW)
        calls.told(tx, call_id, by=coordinator, now=NOW)
        done = _open(tx)

        calls.reopen(tx, call_id, by=coordinator, now=NOW + MINUTE)

        assert (done, _open(tx)) == ([], [Change.CANCELLED])
        actions = select(AuditEntry.action).where(AuditEntry.object_id == call_id).order_by(AuditEntry.at)
        assert list(tx.scalars(actions)) == ["call.told", "call.reopen"]


def test_a_call_dropped_told_and_noted_by_mistake_is_on_the_list_once(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        make_shift(tx, session_id, mediator)
        appointment_id = make_appointment(tx, session_id, by=mediator)
        programme.new_spot(tx, session_id, "Ailleurs", by=mediator, now=NOW)
        call_id = _call_about(tx, appointment_id)
        programme.usual_spot(tx, session_id, by=mediator, now=NOW)

        calls.told(tx, call_id, by=mediator, now=NOW + MINUTE)
        calls.reopen(tx, call_id, by=mediator, now=NOW + 2 * MINUTE)

        assert _open(tx) == [Change.SPOT]
        assert invariants.breaches(tx, now=NOW) == []


def test_when_all_are_told_before_the_message_goes_it_does_not_go(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = _at_work(tx, Role.COORDINATOR), make_session(tx)
        call_id = _one_call(tx, session_id, coordinator)

        calls.told(tx, call_id, by=coordinator, now=NOW + UNDO_FOR / 2)

        assert planned(tx, coordinator) == []


def test_a_moved_session_is_told_by_telephone_and_a_cancellation_then_hides_no_move(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        make_appointment(tx, session_id, by=coordinator)
        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)
        moved = _open(tx)
        _cancel(tx, session_id, coordinator, NOW + MINUTE)
        (cancelled,) = queries.to_make(tx, reader=coordinator, now=NOW)

        programme.restore(tx, session_id, by=coordinator, now=NOW + 2 * MINUTE)

        assert moved == [Change.MOVED]
        assert (cancelled.change, cancelled.knows_time) == (Change.CANCELLED, False)
        assert _open(tx) == [Change.MOVED]


def test_who_loses_her_seat_by_the_move_is_called_and_who_withdraws_is_not(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_workshop(tx)
        busy, other = make_person(tx, Role.MEMBER), make_person(tx, Role.MEMBER)
        make_registration(tx, session_id, busy)
        make_registration(tx, session_id, other)
        make_registration(tx, make_workshop(tx, starts_at=FRIDAY + DAY), busy)

        move_session(tx, session_id, FRIDAY + DAY, leaving=frozenset({busy.id}), by=coordinator)
        workshops.withdraw(tx, session_id, by=other, now=NOW + MINUTE)

        assert [each.who for each in queries.to_make(tx, reader=coordinator, now=NOW + MINUTE)] == [busy.name]


def test_whoever_spoke_with_her_needs_no_call_about_an_appointment_called_off_or_moved_alone(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        off, elsewhere = (make_appointment(tx, session_id, by=coordinator, slot=slot) for slot in range(2))
        other_id = make_session(tx, starts_at=FRIDAY + DAY)
        _cancel(tx, session_id, coordinator)

        bookings.cancel(tx, off, by=coordinator, now=NOW, she_knows=True)
        bookings.move(tx, elsewhere, other_id, FRIDAY + DAY, by=coordinator, now=NOW, she_knows=True)
        spoken = _open(tx)
        _cancel(tx, other_id, coordinator, NOW + MINUTE)

        assert spoken == []
        assert [each.session_id for each in queries.to_make(tx, reader=coordinator, now=NOW)] == [other_id]


def test_a_mail_that_left_is_followed_by_a_call_when_no_mail_can_go_any_more(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, member = make_person(tx, Role.COORDINATOR), make_person(tx, Role.MEMBER)
        session_id = make_workshop(tx)
        make_registration(tx, session_id, _written_to(tx, member))
        _cancel(tx, session_id, coordinator)
        send_all(tx)

        programme.restore(tx, session_id, by=coordinator, now=FRIDAY - timedelta(hours=1, minutes=30))

        assert _open(tx) == [Change.RESTORED]


def test_what_is_over_is_told_to_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        _one_call(tx, session_id, coordinator)
        after = FRIDAY + timedelta(hours=3)

        assert calls.expire(tx, now=after - MINUTE) == 0
        assert queries.to_make(tx, reader=coordinator, now=after) == []
        assert calls.expire(tx, now=after) == 1
        assert _open(tx) == []


def test_S03_a_call_is_made_by_those_who_may_know_whom(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        booked_by, on_crew, stranger = (make_person(tx, Role.MEDIATOR) for _ in range(3))
        lawyer, both = make_person(tx, Role.LAWYER), make_person(tx, Role.LAWYER, Role.MEDIATOR)
        for person, role in ((on_crew, Role.MEDIATOR), (lawyer, Role.LAWYER), (both, Role.LAWYER)):
            make_shift(tx, session_id, person, role)
        booked_id = make_appointment(tx, session_id, by=booked_by)
        _cancel(tx, session_id, coordinator)
        call_id, near = _call_about(tx, booked_id), FRIDAY - timedelta(hours=1)

        for reader in (coordinator, booked_by, on_crew):
            assert [each.id for each in queries.to_make(tx, reader=reader, now=near)] == [call_id]
        for reader in (stranger, lawyer, both):
            assert queries.to_make(tx, reader=reader, now=near) == []
            with pytest.raises(NotFound):
                calls.told(tx, call_id, by=reader, now=near)


def _call_about(tx: Session, about_id: str) -> str:
    return tx.scalars(select(Call.id).where(Call.about_id == about_id)).one()


def _one_call(tx: Session, session_id: str, by: SignedIn) -> str:
    booked_id = make_appointment(tx, session_id, by=by)
    _cancel(tx, session_id, by)
    call_id = _call_about(tx, booked_id)
    assert tx.get_one(Call, call_id).state is CallState.OPEN
    return call_id
