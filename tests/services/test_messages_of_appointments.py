"""What she who has an appointment is told of it: by message where she chose one that comes in time, else by call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.appointments import Topic
from clinic.domain.calls import TO_MAKE, CallState, Change
from clinic.domain.contacts import Channel, Choice, Helped, Shared, Suspension
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, Call, ClinicSession, Contact, Notice
from clinic.queries import calls as call_queries
from clinic.queries import concerned
from clinic.services import bookings, calls, contacts, programme
from clinic.services.appointments import Wish
from tests.make import FRIDAY, key, make_person, make_session, move_session

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # Monday 11:00 in Paris
MINUTE, SLOT, HOUR, DAY = timedelta(minutes=1), timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
SMS = Choice(Channel.SMS, Shared.NO, number="06 12 34 56 78")
REMINDERS = (Kind.REMINDER, Kind.DIGEST)


@dataclass(frozen=True)
class Scene:
    """A mediator who coordinates as well, a session on Friday, an appointment at its start."""

    by: SignedIn
    session_id: str
    booked_id: str
    helped: Helped


def _scene(tx: Session, choice: Choice | None = SMS, *, now: datetime = NOW) -> Scene:
    by, session_id = make_person(tx, Role.MEDIATOR, Role.COORDINATOR), make_session(tx)
    wish = Wish(session_id, FRIDAY, "Iris", "eng", Topic.RIGHTS)
    booked_id = bookings.book(tx, wish, key=key(), by=by, now=now)
    helped = Helped(tx.get_one(Appointment, booked_id).beneficiary_id)
    if choice:
        contacts.choose(tx, helped, choice, now=now)
    return Scene(by, session_id, booked_id, helped)


def _waiting(tx: Session, *, reminders: bool = False) -> list[Kind]:
    query = select(Notice).where(Notice.state == State.PLANNED, Notice.beneficiary_id.is_not(None))
    found = tx.scalars(query.order_by(Notice.due_at, Notice.kind), execution_options={"populate_existing": True})
    return [each.kind for each in found if (each.kind in REMINDERS) is reminders]


def _one(tx: Session, kind: Kind, state: State = State.PLANNED) -> Notice:
    return tx.scalars(select(Notice).where(Notice.kind == kind, Notice.state == state)).one()


def _all_went(tx: Session, now: datetime) -> None:
    for each in tx.scalars(select(Notice).where(Notice.state == State.PLANNED, Notice.beneficiary_id.is_not(None))):
        if each.kind not in REMINDERS:
            each.state, each.ended_at = State.SENT, now
    tx.flush()


def _calls(tx: Session) -> list[Change]:
    tx.expire_all()
    return list(tx.scalars(select(Call.change).where(Call.state.in_(TO_MAKE)).order_by(Call.id)))


def _cancel_session(tx: Session, scene: Scene, now: datetime) -> None:
    programme.cancel(tx, scene.session_id, CancelReason.WEATHER, by=scene.by, now=now)


def test_a_booking_is_confirmed_once_and_reminded(each_db: Database) -> None:
    with each_db.write() as tx:
        by, session_id, form = make_person(tx), make_session(tx), key()
        wish = Wish(session_id, FRIDAY, "Iris", "eng", Topic.RIGHTS)

        for minutes in (0, 10):
            bookings.book(tx, wish, key=form, by=by, now=NOW + minutes * MINUTE)

        assert _waiting(tx) == [Kind.BOOKED]
        assert _waiting(tx, reminders=True) == [Kind.REMINDER]
        assert _one(tx, Kind.REMINDER).due_at == datetime(2026, 11, 26, 13, tzinfo=UTC)


def test_a_booking_undone_in_time_is_never_told_nor_called_about(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)

        for _ in range(2):
            bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW + 4 * MINUTE)

        assert (_waiting(tx), _waiting(tx, reminders=True), _calls(tx)) == ([], [], [])


def test_a_booking_undone_and_restored_is_confirmed_and_reminded_again(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW + MINUTE)

        bookings.restore(tx, scene.booked_id, by=scene.by, now=NOW + 2 * MINUTE)

        assert (_waiting(tx), _waiting(tx, reminders=True)) == ([Kind.BOOKED], [Kind.REMINDER])
        assert _calls(tx) == []


@pytest.mark.parametrize("is_moved", [False, True])
def test_what_was_confirmed_anew_is_not_called_off_in_silence(each_db: Database, *, is_moved: bool) -> None:
    sunday = NOW - DAY
    with each_db.write() as tx:
        scene = _scene(tx, now=sunday)
        if is_moved:
            for slot, minutes in ((FRIDAY + SLOT, 60), (FRIDAY, 120)):
                then = sunday + minutes * MINUTE
                bookings.move(tx, scene.booked_id, scene.session_id, slot, by=scene.by, now=then)
        else:
            bookings.cancel(tx, scene.booked_id, by=scene.by, now=sunday + HOUR)
            bookings.restore(tx, scene.booked_id, by=scene.by, now=sunday + 2 * HOUR)
        assert _waiting(tx) == [Kind.BOOKED]

        bookings.cancel(tx, scene.booked_id, by=scene.by, now=sunday + 2 * HOUR + 2 * MINUTE)

        assert _waiting(tx) == [Kind.SESSION_CANCELLED]


def test_called_off_while_the_confirmation_waits_for_her_hours_she_is_told_that(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx, now=NOW - DAY)

        bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW - DAY + HOUR)

        assert _waiting(tx) == [Kind.SESSION_CANCELLED]


def test_a_moved_appointment_is_told_from_where_it_was_and_reminded_anew(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)
        here = tx.get_one(ClinicSession, scene.session_id)
        other_id = make_session(tx, starts_at=FRIDAY + DAY, place_id=here.place_id)

        bookings.move(tx, scene.booked_id, other_id, FRIDAY + DAY, by=scene.by, now=NOW + HOUR)

        moved, reminder = _one(tx, Kind.SESSION_MOVED), _one(tx, Kind.REMINDER)
        assert (moved.was_starts_at, moved.starts_at, moved.session_id) == (FRIDAY, FRIDAY + DAY, other_id)
        assert (reminder.starts_at, reminder.due_at) == (FRIDAY + DAY, datetime(2026, 11, 27, 13, tzinfo=UTC))
        assert _calls(tx) == []


@pytest.mark.parametrize("choice", [SMS, None])
def test_moved_and_moved_back_in_time_nobody_hears_of_it(each_db: Database, choice: Choice | None) -> None:
    with each_db.write() as tx:
        scene = _scene(tx, choice)
        _all_went(tx, NOW + 5 * MINUTE)
        bookings.move(tx, scene.booked_id, scene.session_id, FRIDAY + SLOT, by=scene.by, now=NOW + HOUR)
        told = (_waiting(tx), _calls(tx))

        bookings.move(tx, scene.booked_id, scene.session_id, FRIDAY, by=scene.by, now=NOW + HOUR + MINUTE)

        assert told == (([Kind.SESSION_MOVED], []) if choice else ([], [Change.MOVED]))
        assert (_waiting(tx), _calls(tx)) == ([], [])


@pytest.mark.parametrize("choice", [SMS, None])
def test_called_off_and_restored_in_time_nobody_hears_of_it(each_db: Database, choice: Choice | None) -> None:
    with each_db.write() as tx:
        scene = _scene(tx, choice)
        _all_went(tx, NOW + 5 * MINUTE)
        bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW + HOUR)
        told = (_waiting(tx), _calls(tx), _waiting(tx, reminders=True))

        bookings.restore(tx, scene.booked_id, by=scene.by, now=NOW + HOUR + MINUTE)

        assert told == (([Kind.SESSION_CANCELLED], [], []) if choice else ([], [Change.CANCELLED], []))
        assert (_waiting(tx), _calls(tx), _waiting(tx, reminders=True)) == ([], [], [Kind.REMINDER])


def test_a_move_that_waits_is_not_lost_when_it_is_called_off_and_restored_meanwhile(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)
        bookings.move(tx, scene.booked_id, scene.session_id, FRIDAY + SLOT, by=scene.by, now=NOW + HOUR)
        _cancel_session(tx, scene, NOW + HOUR + MINUTE)
        cancelled = (_waiting(tx), _calls(tx))

        programme.restore(tx, scene.session_id, by=scene.by, now=NOW + HOUR + 2 * MINUTE)

        assert cancelled == ([], [Change.CANCELLED])
        assert (_waiting(tx), _calls(tx)) == ([Kind.SESSION_MOVED], [])
        assert _one(tx, Kind.SESSION_MOVED).was_starts_at == FRIDAY


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_whoever_spoke_with_her_says_so_and_nothing_follows(each_db: Database, act: str) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)

        if act == "cancel":
            bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW + HOUR, she_knows=True)
        else:
            there = (scene.session_id, FRIDAY + SLOT)
            bookings.move(tx, scene.booked_id, *there, by=scene.by, now=NOW + HOUR, she_knows=True)

        assert (_waiting(tx), _calls(tx)) == ([], [])
        assert tx.scalars(select(Call.state)).all() == [CallState.TOLD]


def test_moved_and_then_called_off_within_minutes_it_is_told_to_one_who_knew_it_for_hours(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx, now=NOW - 5 * HOUR)
        move_session(tx, scene.session_id, FRIDAY, hours=2, by=scene.by, now=NOW)

        bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW + MINUTE)

        assert _waiting(tx) == [Kind.SESSION_CANCELLED]


def test_moved_to_another_place_she_is_called_for_no_message_says_where(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)
        elsewhere = make_session(tx, starts_at=FRIDAY + 7 * DAY)

        later = NOW + HOUR
        bookings.move(tx, scene.booked_id, elsewhere, FRIDAY + 7 * DAY, by=scene.by, now=later)

        assert _waiting(tx) == []
        assert _calls(tx) == [Change.MOVED]


def test_what_she_knew_already_is_untold_by_a_message_when_it_takes_place_after_all(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        bookings.cancel(tx, scene.booked_id, by=scene.by, now=NOW + HOUR, she_knows=True)

        bookings.restore(tx, scene.booked_id, by=scene.by, now=NOW + 2 * HOUR)

        assert (_waiting(tx), _calls(tx)) == ([Kind.SESSION_RESTORED], [])


def test_S14_what_no_message_can_say_before_it_begins_is_a_call_at_once(each_db: Database) -> None:
    late = datetime(2026, 11, 26, 19, 30, tzinfo=UTC)  # 20:30, and it begins at 09:30
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)

        bookings.cancel(tx, scene.booked_id, by=scene.by, now=late)

        assert (_waiting(tx), _calls(tx)) == ([], [Change.CANCELLED])
        assert [each.who for each in call_queries.to_make(tx, reader=scene.by, now=late)] == ["Iris"]
        duty = select(Notice.person_id).where(Notice.kind == Kind.CALLS_WAITING, Notice.state == State.PLANNED)
        assert tx.scalars(duty).all() == [scene.by.id]


@pytest.mark.parametrize(("choice", "written"), [(SMS, 1), (None, 0), (Choice(Channel.CALL), 0)])
def test_a_session_called_off_writes_to_whom_it_can_and_calls_the_others(
    each_db: Database, choice: Choice | None, written: int
) -> None:
    with each_db.write() as tx:
        scene = _scene(tx, choice)
        _all_went(tx, NOW + 5 * MINUTE)
        seen = concerned.by_cancelling(tx, scene.session_id, now=NOW + HOUR)

        _cancel_session(tx, scene, NOW + HOUR)

        assert (sum(seen.helped.values()), len(seen.aliases)) == (written, 1 - written)
        assert (len(_waiting(tx)), len(_calls(tx))) == (written, 1 - written)
        assert _waiting(tx, reminders=True) == []


def test_a_moved_session_carries_the_message_and_the_reminder_along(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)

        move_session(tx, scene.session_id, FRIDAY + DAY, by=scene.by, now=NOW + HOUR)

        moved = _one(tx, Kind.SESSION_MOVED)
        assert (moved.was_starts_at, moved.starts_at) == (FRIDAY, FRIDAY + DAY)
        assert _one(tx, Kind.REMINDER).starts_at == FRIDAY + DAY


def test_a_new_spot_is_said_by_telephone_and_a_move_with_it(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _all_went(tx, NOW + 5 * MINUTE)
        programme.new_spot(tx, scene.session_id, "Ailleurs", by=scene.by, now=NOW + HOUR)
        spot = (_waiting(tx), _calls(tx))

        bookings.move(tx, scene.booked_id, scene.session_id, FRIDAY + SLOT, by=scene.by, now=NOW + HOUR + MINUTE)

        assert spot == ([], [Change.SPOT])
        assert (_waiting(tx), _calls(tx)) == ([], [Change.MOVED])


@pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED, State.SKIPPED, State.UNCONFIRMED])
def test_a_message_that_will_not_arrive_is_one_call_instead(each_db: Database, state: State) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _cancel_session(tx, scene, NOW + HOUR)
        lost = _one(tx, Kind.SESSION_CANCELLED)
        lost.state, lost.ended_at = state, NOW + 2 * HOUR

        for _ in range(2):
            calls.instead_of(tx, lost, now=NOW + 2 * HOUR)
        open_calls = _calls(tx)
        calls.told(tx, tx.scalars(select(Call.id)).one(), by=scene.by, now=NOW + 3 * HOUR)
        calls.instead_of(tx, lost, now=NOW + 3 * HOUR)

        assert (open_calls, _calls(tx)) == ([Change.CANCELLED], [])


def test_no_call_instead_of_what_is_no_longer_so_or_has_begun(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _cancel_session(tx, scene, NOW + HOUR)
        lost = _one(tx, Kind.SESSION_CANCELLED)
        lost.state, lost.ended_at = State.FAILED, NOW + 2 * HOUR

        calls.instead_of(tx, lost, now=FRIDAY)
        begun = _calls(tx)
        programme.restore(tx, scene.session_id, by=scene.by, now=NOW + 3 * HOUR)
        calls.instead_of(tx, lost, now=NOW + 3 * HOUR)

        assert (begun, _calls(tx)) == ([], [])


def test_of_unknown_fate_the_opposite_is_told_all_the_same(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        _cancel_session(tx, scene, NOW + HOUR)
        lost = _one(tx, Kind.SESSION_CANCELLED)
        lost.state, lost.ended_at = State.UNCONFIRMED, NOW + 2 * HOUR
        calls.instead_of(tx, lost, now=NOW + 2 * HOUR)

        programme.restore(tx, scene.session_id, by=scene.by, now=NOW + 3 * HOUR)

        assert (_waiting(tx), _calls(tx)) == ([Kind.SESSION_RESTORED], [])


def test_told_by_telephone_when_it_was_not_safe_she_is_told_the_end_as_she_chose_then(each_db: Database) -> None:
    with each_db.write() as tx:
        scene = _scene(tx)
        contact = tx.scalars(select(Contact)).one()
        contacts.suspend(tx, contact, Suspension.NOT_SAFE, now=NOW)
        _cancel_session(tx, scene, NOW + HOUR)
        calls.told(tx, tx.scalars(select(Call.id)).one(), by=scene.by, now=NOW + HOUR)
        contacts.choose(tx, scene.helped, SMS, now=NOW + 2 * HOUR)

        programme.restore(tx, scene.session_id, by=scene.by, now=NOW + 3 * HOUR)

        assert (_waiting(tx), _calls(tx)) == ([Kind.SESSION_RESTORED], [])
