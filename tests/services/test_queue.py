"""The queue of a bus night, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import Topic
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, AuditEntry, Beneficiary, Visit
from clinic.services import appointments, exclusions, programme, queue
from clinic.services.queue import Arrival, Taken
from tests import make
from tests.bus_night import HOURS, STARTS, Night, come, make_night, step, visit

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITING, SEEN, DONE, LEFT = VisitState.WAITING, VisitState.SEEN, VisitState.DONE, VisitState.LEFT


def test_who_comes_is_last_in_line_by_a_number_of_her_own(each_db: Database) -> None:
    with each_db.write() as tx:
        make.make_noise(tx)
        night = make_night(tx)
        come(tx, make_night(tx, starts_at=STARTS + 14 * timedelta(days=1)), now=STARTS + 14 * timedelta(days=1))

        first, second = come(tx, night, alias="Iris", topic=Topic.ASYLUM), come(tx, night, language="und")

        one, two = tx.get_one(Visit, first), tx.get_one(Visit, second)
        assert [(one.number, one.turn), (two.number, two.turn)] == [(1, 1), (2, 2)]
        assert (one.topic, one.language, one.state, one.version, one.since) == (Topic.ASYLUM, "pcm", WAITING, 1, STARTS)
        assert (two.topic, two.language, two.arrived_at) == (None, "und", STARTS)
        aliases = dict(tx.execute(select(Beneficiary.id, Beneficiary.alias)).all())
        assert (aliases[one.beneficiary_id], aliases[two.beneficiary_id]) == ("Iris", None)


def test_S72_a_form_sent_twice_puts_one_person_in_line(each_db: Database) -> None:
    with each_db.write() as tx:
        night, key = make_night(tx), make.key()

    answers = {_arrive(each_db, night, key) for _ in range(3)}

    assert [_of(each) for each in answers] == [(1, 1)]
    with each_db.write() as tx:
        assert tx.scalar(select(func.count()).select_from(Visit)) == 1
        queue.take_off(tx, visit(tx, night, 1).id, seen=1, by=night.colleague, now=STARTS)
    with pytest.raises(Refused, match="visit_changed"):
        _arrive(each_db, night, key)


def test_one_with_an_appointment_is_in_line_once_and_came(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        booked_id = make.make_appointment(tx, night.session_id, by=night.colleague, alias="Iris", language="bin")

        answers = {queue.arrive_booked(tx, booked_id, by=by, now=STARTS) for by in (night.mediator, night.colleague)}

        there = visit(tx, night, 1)
        assert [_of(each) for each in answers] == [(1, 1)]
        assert (there.appointment_id, there.language, there.topic) == (booked_id, "bin", Topic.RIGHTS)
        assert tx.get_one(Appointment, booked_id).outcome is Outcome.CAME
        queue.take_off(tx, there.id, seen=1, by=night.mediator, now=STARTS)
        assert tx.get_one(Appointment, booked_id).outcome is None


def test_one_called_by_the_alias_of_an_appointment_is_in_line_for_it(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        booked_id = make.make_appointment(tx, night.session_id, by=night.mediator, alias="Iris")

        there = tx.get_one(Visit, come(tx, night, alias="iris"))

        assert there.appointment_id == booked_id
        assert tx.get_one(Appointment, booked_id).outcome is Outcome.CAME
        assert _of(queue.arrive_booked(tx, booked_id, by=night.mediator, now=STARTS)) == (1, 1)
        with pytest.raises(Refused, match="already_here"):
            come(tx, night, alias="Iris")


def test_an_appointment_that_was_called_off_brings_nobody_in_line(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        booked_id = make.make_appointment(tx, night.session_id, by=night.mediator)
        appointments.cancel(tx, booked_id, by=night.mediator, now=make.NOW)

        with pytest.raises(Refused, match="appointment_cancelled"):
            queue.arrive_booked(tx, booked_id, by=night.mediator, now=STARTS)


def test_she_is_seen_and_it_is_done_and_each_step_goes_back(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id, by, there = come(tx, night), night.mediator, visit(tx, night, 1)

        assert _of(step(tx, visit_id, SEEN, with_=night.lawyer, by=by, now=STARTS + MINUTE)) == (1, 2)
        assert (there.state, there.with_id, there.since) == (SEEN, night.lawyer.id, STARTS + MINUTE)
        step(tx, visit_id, DONE, by=by)
        assert (there.state, there.with_id) == (DONE, night.lawyer.id)
        step(tx, visit_id, SEEN, by=by)
        assert (there.state, there.with_id) == (SEEN, night.lawyer.id)
        step(tx, visit_id, WAITING, by=by)
        assert (there.state, there.with_id) == (WAITING, None)
        step(tx, visit_id, LEFT, by=by)
        assert _of(step(tx, visit_id, WAITING, by=by)) == (1, 7)
        actions = tx.scalars(select(AuditEntry.action).where(AuditEntry.object_id == visit_id)).all()
        assert sorted(actions) == sorted(f"visit.{each}" for each in (
            "arrive", "seen", "done", "seen", "waiting", "left", "waiting",
        ))  # fmt: skip


def test_S72_the_same_step_twice_is_taken_once(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)

        pressed = [step(tx, visit_id, SEEN, with_=night.lawyer, seen=1, by=night.mediator) for _ in range(3)]

        assert pressed == [Taken(visit_id, 1, 2)] * 3
        second = come(tx, night)
        for act, seen in ((queue.go_first, 1), (queue.go_in_order, 2)):
            pressed = [act(tx, second, seen=seen, by=night.mediator, now=STARTS) for _ in range(2)]
            assert pressed == [Taken(second, 2, seen + 1)] * 2


@pytest.mark.parametrize("to", [SEEN, DONE, LEFT])
def test_S73_a_step_from_an_old_screen_is_not_taken(each_db: Database, to: VisitState) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)
        step(tx, visit_id, SEEN, with_=night.lawyer, by=night.mediator)
        step(tx, visit_id, WAITING, by=night.mediator)

        with pytest.raises(Refused, match="visit_changed"):
            step(tx, visit_id, to, with_=night.adviser, seen=1, by=night.colleague)

        assert tx.get_one(Visit, visit_id).state is WAITING


def test_S73_nobody_goes_first_or_off_the_line_from_an_old_screen(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        come(tx, night)
        visit_id = come(tx, night)
        step(tx, visit_id, SEEN, with_=night.lawyer, by=night.mediator)

        for act in (queue.go_first, queue.go_in_order, queue.take_off):
            for seen in (1, 2):
                with pytest.raises(Refused, match="visit_changed"):
                    act(tx, visit_id, seen=seen, by=night.colleague, now=STARTS)


def test_S70_nobody_of_the_crew_is_with_two_people_at_once(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        first, second = come(tx, night), come(tx, night)
        step(tx, first, SEEN, with_=night.lawyer, by=night.mediator)

        with pytest.raises(Refused, match="with_somebody"):
            step(tx, second, SEEN, with_=night.lawyer, by=night.mediator)

        step(tx, first, DONE, by=night.mediator)
        step(tx, second, SEEN, with_=night.lawyer, by=night.mediator)
        with pytest.raises(Refused, match="with_somebody"):
            step(tx, first, SEEN, by=night.mediator)


def test_who_goes_first_is_before_all_and_back_where_she_was(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        first, second, third = (come(tx, night) for _ in range(3))

        queue.go_first(tx, third, seen=1, by=night.mediator, now=STARTS)
        queue.go_first(tx, second, seen=1, by=night.mediator, now=STARTS)
        assert _line(tx) == [second, third, first]
        queue.go_in_order(tx, third, seen=2, by=night.colleague, now=STARTS)

        assert _line(tx) == [second, first, third]


def test_taken_off_the_line_somebody_without_a_record_is_forgotten(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        unknown, known = come(tx, night), come(tx, night, alias="Iris")

        for visit_id in (unknown, known):
            queue.take_off(tx, visit_id, seen=1, by=night.mediator, now=STARTS)

        assert tx.scalars(select(Beneficiary.alias)).all() == ["Iris"]
        assert tx.scalars(select(Visit)).all() == []


@pytest.mark.parametrize("who", ["lawyer", "stranger", "organiser"])
def test_S02_only_those_who_run_it_bring_people_in_line(each_db: Database, who: str) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        booked_id = make.make_appointment(tx, night.session_id, by=night.mediator)
        visit_id, by = come(tx, night), _who(tx, night, who)

        with pytest.raises(NotFound):
            queue.arrive_booked(tx, booked_id, by=by, now=STARTS)
        with pytest.raises(NotFound):
            come(tx, night, by=by)
        for act in (queue.go_first, queue.go_in_order, queue.take_off):
            with pytest.raises(NotFound):
                act(tx, visit_id, seen=1, by=by, now=STARTS)
        for to in VisitState:
            with pytest.raises(NotFound):
                step(tx, visit_id, to, with_=night.lawyer, by=by)


def test_whoever_of_the_legal_team_sees_her_says_that_it_is_done_and_takes_it_back(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)
        step(tx, visit_id, SEEN, with_=night.lawyer, by=night.mediator)

        for to, whom in ((WAITING, None), (DONE, night.adviser)):
            with pytest.raises(NotFound):
                step(tx, visit_id, to, with_=whom, by=night.lawyer)
        with pytest.raises(NotFound):
            step(tx, visit_id, DONE, by=night.adviser)
        step(tx, visit_id, DONE, by=night.lawyer)
        step(tx, visit_id, SEEN, by=night.lawyer)

        assert (visit(tx, night, 1).state, visit(tx, night, 1).with_id) == (SEEN, night.lawyer.id)


def test_S07_nobody_meets_her_whom_she_excluded(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night, alias="Iris")
        whom = tx.get_one(Visit, visit_id).beneficiary_id
        for each in (night.lawyer, night.colleague):
            exclusions.exclude(tx, whom, each.id, by=night.mediator, now=STARTS)

        with pytest.raises(NotFound):
            step(tx, visit_id, SEEN, with_=night.lawyer, by=night.mediator)
        with pytest.raises(NotFound):
            step(tx, visit_id, LEFT, by=night.colleague)
        step(tx, visit_id, SEEN, with_=night.adviser, by=night.mediator)


def test_nobody_is_with_somebody_who_is_not_there_to_see_people(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        make.make_shift(tx, night.session_id, night.interpreter)
        visit_id = come(tx, night)

        for whom in (night.interpreter, night.coordinator, None):
            with pytest.raises(NotFound):
                step(tx, visit_id, SEEN, with_=whom, by=night.mediator)


def test_the_queue_goes_on_past_midnight_and_the_paper_is_typed_in_the_day_after(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        ends_at = STARTS + HOURS * HOUR

        visit_id = come(tx, night, now=ends_at - MINUTE)
        step(tx, visit_id, SEEN, with_=night.lawyer, by=night.mediator, now=ends_at + 24 * HOUR)

        for at in (STARTS - 2 * HOUR - MINUTE, ends_at + 24 * HOUR + MINUTE):
            with pytest.raises(Refused, match="queue_closed"):
                come(tx, night, now=at)
            with pytest.raises(Refused, match="queue_closed"):
                step(tx, visit_id, DONE, by=night.lawyer, now=at)


def test_a_cancelled_session_takes_nobody_in_line(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        programme.cancel(tx, night.session_id, CancelReason.WEATHER, by=night.coordinator, now=make.NOW)

        with pytest.raises(Refused, match="session_cancelled"):
            come(tx, night, by=night.coordinator)


def test_what_is_not_there_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)

        with pytest.raises(NotFound):
            queue.step(tx, "0" * 16, DONE, seen=1, by=night.mediator, now=STARTS)
        with pytest.raises(NotFound):
            queue.arrive_booked(tx, "0" * 16, by=night.mediator, now=STARTS)


def _of(taken: Taken) -> tuple[int, int]:
    return taken.number, taken.version


def _arrive(database: Database, night: Night, key: str) -> Taken:
    came = Arrival(None, "pcm", None)
    with database.write() as tx:
        return queue.arrive(tx, night.session_id, came, key=key, by=night.mediator, now=STARTS)


def _who(tx: Session, night: Night, who: str) -> SignedIn:
    role = {"stranger": Role.MEDIATOR, "organiser": Role.WORKSHOP_ORGANISER}.get(who)
    return make.make_person(tx, role) if role else night.lawyer


def _line(tx: Session) -> list[str]:
    return list(tx.scalars(select(Visit.id).where(Visit.state == WAITING).order_by(Visit.turn)))
