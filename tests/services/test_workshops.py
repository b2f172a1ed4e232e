"""Members register for workshops and wait for a place, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.domain.timing import UNDO_FOR
from clinic.domain.workshops import DOOR_OPENS, Attendance, RegistrationState
from clinic.models import ClinicSession, Registration
from clinic.queries import invariants
from clinic.queries import workshops as queries
from clinic.services import programme, workshops
from clinic.services.workshops import WorkshopDraft
from tests.make import FRIDAY, NOW, make_person, make_registration, make_session, make_shift, make_workshop
from tests.services.outcome import planned, reminders, send_all

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DRAFT = WorkshopDraft("Selma", None, None, "Les droits civiques", "Civil rights")


def test_whoever_registers_has_a_seat_is_told_and_reminded(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, mediator, lawyer = make_workshop(tx), make_person(tx), make_person(tx, Role.LAWYER)

        states = [workshops.register(tx, session_id, by=each, now=NOW) for each in (mediator, lawyer, mediator)]

        assert states == [RegistrationState.REGISTERED] * 3
        assert queries.taken_seats(tx, session_id) == {1, 2}
        assert (planned(tx, mediator), reminders(tx, mediator)) == ([Kind.REGISTERED], 2)
        with pytest.raises(Refused, match="person_busy"), tx.begin_nested():
            make_shift(tx, make_session(tx), lawyer)
        assert invariants.breaches(tx, now=NOW) == []


def test_a_full_workshop_keeps_a_list_in_the_order_of_asking(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=3)

        again = workshops.register(tx, session_id, by=members[4], now=NOW + HOUR)

        assert again is RegistrationState.WAITING
        assert [_position(tx, session_id, each) for each in members] == [None, None, 1, 2, 3]
        assert all(planned(tx, each) == [] for each in members[2:])
        make_shift(tx, make_session(tx), make_person(tx, Role.LAWYER))


def test_whoever_waits_is_not_held(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, _ = _full(tx)
        lawyer = make_person(tx, Role.LAWYER)
        make_registration(tx, session_id, lawyer)

        make_shift(tx, make_session(tx), lawyer)

        assert invariants.breaches(tx, now=NOW) == []


def test_a_seat_given_back_goes_to_the_next_at_once(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=3)
        send_all(tx)

        for _ in range(2):
            workshops.withdraw(tx, session_id, by=members[0], now=NOW + HOUR)

        assert [_state(tx, session_id, each) for each in members] == [
            "withdrawn", "registered", "registered", "waiting", "waiting",
        ]  # fmt: skip
        assert [_position(tx, session_id, each) for each in members[2:]] == [None, 1, 2]
        assert (planned(tx, members[2]), reminders(tx, members[2])) == ([Kind.PLACE_FALLEN_FREE], 2)
        assert (planned(tx, members[0]), reminders(tx, members[0])) == ([], 0)
        assert planned(tx, members[3]) == []
        assert queries.taken_seats(tx, session_id) == {1, 2}


def test_a_turn_given_back_lets_the_others_move_up(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=3)

        workshops.withdraw(tx, session_id, by=members[2], now=NOW)

        assert [_position(tx, session_id, each) for each in members[3:]] == [1, 2]


def test_whoever_is_elsewhere_keeps_her_turn(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx)
        busy, next_one = make_person(tx, Role.LAWYER, Role.MEMBER), make_person(tx, Role.MEMBER)
        make_registration(tx, session_id, busy)
        make_registration(tx, session_id, next_one, now=NOW + MINUTE)
        make_shift(tx, make_session(tx), busy)

        workshops.withdraw(tx, session_id, by=members[0], now=NOW + HOUR)

        assert (_state(tx, session_id, next_one), _position(tx, session_id, busy)) == ("registered", 1)
        assert planned(tx, busy) == [Kind.SHIFT_TAKEN]
        assert invariants.breaches(tx, now=NOW) == []


def test_who_is_elsewhere_cannot_register_where_there_is_room(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, lawyer = make_workshop(tx), make_person(tx, Role.LAWYER)
        make_shift(tx, make_session(tx), lawyer)

    with pytest.raises(Refused, match="person_busy"), each_db.write() as tx:
        make_registration(tx, session_id, lawyer)

    with each_db.read() as tx:
        assert tx.scalars(select(Registration)).all() == []


def test_a_withdrawal_undone_in_time_keeps_the_turn_and_says_nothing_twice(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=3)
        for member, pause in ((members[2], UNDO_FOR - MINUTE), (members[3], UNDO_FOR)):
            workshops.withdraw(tx, session_id, by=member, now=NOW + HOUR)
            workshops.register(tx, session_id, by=member, now=NOW + HOUR + pause)

        assert [_position(tx, session_id, each) for each in members[2:]] == [1, 3, 2]


def test_registered_and_withdrawn_within_five_minutes_is_never_told(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, member = make_workshop(tx), make_person(tx, Role.MEMBER)
        for minute in range(3):
            workshops.register(tx, session_id, by=member, now=NOW + minute * MINUTE)
            workshops.withdraw(tx, session_id, by=member, now=NOW + minute * MINUTE)
        assert (planned(tx, member), reminders(tx, member)) == ([], 0)

        workshops.register(tx, session_id, by=member, now=NOW + 3 * MINUTE)

        assert (planned(tx, member), reminders(tx, member)) == ([Kind.REGISTERED], 1)


def test_more_seats_let_the_next_ones_in_and_fewer_than_registered_are_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=3)
        send_all(tx)

        _describe(tx, session_id, capacity=4)

        assert [_state(tx, session_id, each) for each in members[2:]] == ["registered", "registered", "waiting"]
        assert [planned(tx, each) for each in members[2:]] == [[Kind.PLACE_FALLEN_FREE]] * 2 + [[]]
        with pytest.raises(Refused, match="fewer_than_registered") as refused:
            _describe(tx, session_id, capacity=3)
        assert refused.value.facts == {"taken": 4}


def test_seats_are_numbered_anew_without_gaps_when_there_are_fewer(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, capacity=4)
        for member in (members[0], members[2]):
            workshops.withdraw(tx, session_id, by=member, now=NOW)
        assert queries.taken_seats(tx, session_id) == {2, 4}

        _describe(tx, session_id, capacity=2)

        assert queries.taken_seats(tx, session_id) == {1, 2}
        assert make_registration(tx, session_id)
        assert invariants.breaches(tx, now=NOW) == []


def test_what_a_workshop_is_about_counts_as_a_change_of_its_calendar_entries(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_workshop(tx)
        before = tx.get_one(ClinicSession, session_id).sequence

        _describe(tx, session_id, capacity=2, now=NOW + HOUR)

        session = tx.get_one(ClinicSession, session_id)
        assert (session.sequence, session.changed_at) == (before + 1, NOW + HOUR)


def test_once_it_has_begun_nobody_registers_withdraws_or_moves_up(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=1)
        new = make_person(tx, Role.MEMBER)

        with pytest.raises(Refused, match="session_begun"):
            workshops.register(tx, session_id, by=new, now=FRIDAY)
        with pytest.raises(Refused, match="session_begun"):
            workshops.withdraw(tx, session_id, by=members[0], now=FRIDAY)
        _describe(tx, session_id, capacity=9, now=FRIDAY)

        assert _state(tx, session_id, members[2]) == "waiting"


def test_a_cancelled_workshop_takes_nobody_and_nobody_moves_up(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=1)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=members[0], now=NOW)

        with pytest.raises(Refused, match="session_cancelled"):
            make_registration(tx, session_id)
        workshops.withdraw(tx, session_id, by=members[0], now=NOW)
        _describe(tx, session_id, capacity=9)

        assert _state(tx, session_id, members[2]) == "waiting"
        assert invariants.breaches(tx, now=NOW) == []


def test_attendance_is_noted_from_when_the_door_opens_and_can_always_be_put_right(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx, waiting=1)
        organiser = make_person(tx, Role.WORKSHOP_ORGANISER)
        seated, waiting = (_registration(tx, session_id, each) for each in members[1:])

        workshops.mark(tx, seated.id, Attendance.EXCUSED, by=organiser, now=NOW)
        with pytest.raises(Refused, match="not_begun"):
            workshops.mark(tx, seated.id, Attendance.CAME, by=organiser, now=FRIDAY - DOOR_OPENS - MINUTE)
        for attendance in (Attendance.ABSENT, Attendance.CAME, Attendance.UNKNOWN, Attendance.CAME):
            assert workshops.mark(tx, seated.id, attendance, by=organiser, now=FRIDAY + 300 * HOUR) == session_id

        assert _registration(tx, session_id, members[1]).attendance is Attendance.CAME
        for registration_id in (waiting.id, "0" * 16):
            with pytest.raises(NotFound):
                workshops.mark(tx, registration_id, Attendance.CAME, by=organiser, now=FRIDAY)


def test_nobody_came_to_what_was_cancelled_and_an_excuse_is_forgotten_with_the_seat(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, members = _full(tx)
        seated = _registration(tx, session_id, members[0])
        workshops.mark(tx, seated.id, Attendance.EXCUSED, by=members[0], now=NOW)
        workshops.withdraw(tx, session_id, by=members[0], now=NOW)
        workshops.register(tx, session_id, by=members[0], now=NOW)
        assert _registration(tx, session_id, members[0]).attendance is Attendance.UNKNOWN

        programme.cancel(tx, session_id, CancelReason.VENUE, by=members[0], now=NOW)

        with pytest.raises(Refused, match="session_cancelled"):
            workshops.mark(tx, seated.id, Attendance.CAME, by=members[0], now=FRIDAY)


def test_S02_what_is_no_workshop_or_not_mine_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        member, plain_id, session_id = make_person(tx, Role.MEMBER), make_session(tx), make_workshop(tx)

        with pytest.raises(NotFound):
            workshops.register(tx, plain_id, by=member, now=NOW)
        with pytest.raises(NotFound):
            workshops.register(tx, "0" * 16, by=member, now=NOW)
        with pytest.raises(NotFound):
            workshops.withdraw(tx, session_id, by=member, now=NOW)


def _full(tx: Session, *, capacity: int = 2, waiting: int = 0) -> tuple[str, list[SignedIn]]:
    """A workshop with every seat taken, and so many who wait, a minute apart."""
    session_id = make_workshop(tx, capacity=capacity)
    members = [make_person(tx, Role.MEMBER, Role.WORKSHOP_ORGANISER) for _ in range(capacity + waiting)]
    for number, member in enumerate(members):
        make_registration(tx, session_id, member, now=NOW - HOUR + number * MINUTE)
    return session_id, members


def _describe(tx: Session, session_id: str, *, capacity: int, now: datetime = NOW) -> None:
    draft = replace(DRAFT, capacity=capacity)
    workshops.describe(tx, session_id, draft, by=make_person(tx, Role.WORKSHOP_ORGANISER), now=now)


def _registration(tx: Session, session_id: str, person: SignedIn) -> Registration:
    found = queries.registration_of(tx, session_id, person.id)
    assert found
    return found


def _state(tx: Session, session_id: str, person: SignedIn) -> str:
    return _registration(tx, session_id, person).state


def _position(tx: Session, session_id: str, person: SignedIn) -> int | None:
    return queries.my_places(tx, person.id, [session_id])[session_id].position
