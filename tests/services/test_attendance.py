"""Who came and what should follow: noted by those who were there, reversible, never over somebody else's word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.people import Role
from clinic.models import Visit
from clinic.services import appointments, attendance, bookings, queue
from tests.make import FRIDAY, NOW, key, make_person
from tests.services.desk import SLOT, Desk, found, make_desk

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


@pytest.mark.parametrize("outcome", [Outcome.CAME, Outcome.EXCUSED])
def test_that_she_came_or_excused_herself_may_be_known_before_the_start_and_is_taken_back(
    each_db: Database, outcome: Outcome
) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)

        for _ in range(2):
            attendance.note(tx, booked_id, outcome, seen=None, by=desk.mediator, now=NOW)
        assert found(tx, booked_id).outcome is outcome
        attendance.note(tx, booked_id, None, seen=outcome, by=desk.mediator, now=NOW)

        assert found(tx, booked_id).outcome is None


def test_that_she_did_not_come_is_said_only_after_the_start(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)

        with pytest.raises(Refused, match="not_begun"), tx.begin_nested():
            attendance.note(
                tx, booked_id, Outcome.NO_SHOW, seen=None, by=desk.mediator, now=FRIDAY - timedelta(seconds=1)
            )
        attendance.note(tx, booked_id, Outcome.NO_SHOW, seen=None, by=desk.mediator, now=FRIDAY)

        assert found(tx, booked_id).outcome is Outcome.NO_SHOW


def test_S73_what_somebody_else_noted_meanwhile_is_not_overwritten(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)
        attendance.note(tx, booked_id, Outcome.CAME, seen=None, by=desk.lawyer, now=FRIDAY)
        attendance.follow_up(tx, booked_id, FollowUp.AGAIN, seen=None, by=desk.lawyer, now=FRIDAY)

        with pytest.raises(Refused, match="outcome_changed"), tx.begin_nested():
            attendance.note(tx, booked_id, Outcome.NO_SHOW, seen=None, by=desk.mediator, now=FRIDAY)
        with pytest.raises(Refused, match="outcome_changed"), tx.begin_nested():
            attendance.follow_up(tx, booked_id, FollowUp.LAWYER, seen=None, by=desk.mediator, now=FRIDAY)
        attendance.follow_up(tx, booked_id, FollowUp.LAWYER, seen=FollowUp.AGAIN, by=desk.mediator, now=FRIDAY)

        assert (found(tx, booked_id).outcome, found(tx, booked_id).follow_up) == (Outcome.CAME, FollowUp.LAWYER)


def test_of_what_is_only_held_or_called_off_nothing_is_noted(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)
        held_id = appointments.hold(tx, desk.wish(alias="Rose"), key=key(), by=desk.mediator, now=FRIDAY)
        bookings.cancel(tx, booked_id, by=desk.mediator, now=FRIDAY)

        for each in (booked_id, held_id):
            with pytest.raises(Refused, match="appointment_cancelled"):
                attendance.note(tx, each, Outcome.CAME, seen=None, by=desk.mediator, now=FRIDAY)


def test_S03_the_legal_team_of_the_crew_notes_it_near_the_time_and_nobody_who_may_not_know_it(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)
        too_early = FRIDAY - 12 * HOUR - timedelta(seconds=1)

        for who, now in ((desk.lawyer, too_early), (make_person(tx, Role.LAWYER), FRIDAY), (make_person(tx), FRIDAY)):
            with pytest.raises(NotFound):
                attendance.note(tx, booked_id, Outcome.CAME, seen=None, by=who, now=now)
        attendance.note(tx, booked_id, Outcome.CAME, seen=None, by=desk.lawyer, now=FRIDAY)

        assert found(tx, booked_id).outcome is Outcome.CAME


@pytest.mark.parametrize("outcome", [Outcome.EXCUSED, Outcome.NO_SHOW])
def test_moved_to_another_slot_it_is_not_known_whether_she_comes(each_db: Database, outcome: Outcome) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)
        attendance.note(tx, booked_id, outcome, seen=None, by=desk.mediator, now=FRIDAY)

        bookings.move(tx, booked_id, desk.session_id, FRIDAY + SLOT, by=desk.mediator, now=FRIDAY)

        assert found(tx, booked_id).outcome is None


def test_who_is_there_and_moves_to_a_later_slot_still_is_there(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)
        visit_id = queue.arrive_booked(tx, booked_id, by=desk.mediator, now=FRIDAY).visit_id

        bookings.move(tx, booked_id, desk.session_id, FRIDAY + SLOT, by=desk.mediator, now=FRIDAY)

        assert found(tx, booked_id).outcome is Outcome.CAME
        assert tx.get_one(Visit, visit_id).appointment_id == booked_id


def test_who_is_there_and_is_given_another_date_arrives_there_anew(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id = _booked(tx)
        next_week = make_desk(tx, starts_at=FRIDAY + WEEK)
        first = queue.arrive_booked(tx, booked_id, by=desk.mediator, now=FRIDAY).visit_id

        bookings.move(tx, booked_id, next_week.session_id, FRIDAY + WEEK, by=desk.mediator, now=FRIDAY)
        assert found(tx, booked_id).outcome is None
        second = queue.arrive_booked(tx, booked_id, by=next_week.mediator, now=FRIDAY + WEEK).visit_id

        visits = {each.id: each for each in tx.scalars(select(Visit), execution_options={"populate_existing": True})}
        assert (visits[first].session_id, visits[first].appointment_id) == (desk.session_id, None)
        assert (visits[second].session_id, visits[second].appointment_id) == (next_week.session_id, booked_id)
        assert found(tx, booked_id).outcome is Outcome.CAME


def _booked(tx: Session) -> tuple[Desk, str]:
    desk = make_desk(tx)
    return desk, appointments.book(tx, desk.wish(), key=key(), by=desk.mediator, now=NOW)
