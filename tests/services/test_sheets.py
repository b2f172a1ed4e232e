"""The results of an evening, typed in from paper: once, all or nothing, and never silently over somebody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, AuditEntry, Visit
from clinic.queries import sheets as queries
from clinic.services import attendance, exclusions, programme, queue, sheets
from clinic.services.queue import Arrival
from clinic.services.sheets import Result, Results
from tests import make
from tests.make import FRIDAY, key

AFTER = FRIDAY + timedelta(hours=4)
SEEN = (Arrival("Perle", "bin", None), VisitState.DONE)
LEFT = (Arrival(None, "yor", None), VisitState.LEFT)


@dataclass(frozen=True)
class Place:
    """A session with two appointments, and a mediator on its crew."""

    session_id: str
    mediator: SignedIn
    first: str
    second: str


@pytest.fixture
def place(each_db: Database) -> Place:
    with each_db.write() as tx:
        session_id, mediator = make.make_session(tx), make.make_person(tx, Role.MEDIATOR)
        make.make_shift(tx, session_id, mediator)
        booked = [make.make_appointment(tx, session_id, by=mediator, slot=slot) for slot in (0, 1)]
        return Place(session_id, mediator, *booked)


def _type_in(
    db: Database, place: Place, typed: Results, *, form_key: str = "", by: SignedIn | None = None, now: datetime = AFTER
) -> None:
    with db.write() as tx:
        sheets.type_in(tx, place.session_id, typed, key=form_key or key(), by=by or place.mediator, now=now)


def _stamp(db: Database, place: Place) -> str:
    with db.read() as tx:
        return queries.evening(tx, place.session_id, reader=place.mediator, now=AFTER).stamp


def _typed(db: Database, place: Place) -> Results:
    """She came, the other one did not; one was seen without an appointment, one left."""
    of_booked = [Result(place.first, Outcome.CAME, None), Result(place.second, Outcome.NO_SHOW, None)]
    return Results(of_booked, {0: SEEN, 3: LEFT}, _stamp(db, place))


def _outcomes(db: Database, place: Place) -> list[Outcome | None]:
    with db.read() as tx:
        return [tx.get_one(Appointment, each).outcome for each in (place.first, place.second)]


def _visits(db: Database) -> list[tuple[int, VisitState]]:
    with db.read() as tx:
        return [(each.number, each.state) for each in tx.scalars(select(Visit).order_by(Visit.number))]


def test_what_the_paper_says_is_noted_and_dated_to_the_evening(each_db: Database, place: Place) -> None:
    _type_in(each_db, place, _typed(each_db, place))

    assert _outcomes(each_db, place) == [Outcome.CAME, Outcome.NO_SHOW]
    assert _visits(each_db) == [(1, VisitState.DONE), (2, VisitState.LEFT)]
    with each_db.read() as tx:
        assert {each.arrived_at for each in tx.scalars(select(Visit))} == {FRIDAY + timedelta(hours=3)}
        noted = tx.scalars(select(AuditEntry.action).where(AuditEntry.at == AFTER)).all()
    assert sorted(noted) == [
        "appointment.outcome", "appointment.outcome", "visit.arrive", "visit.arrive", "visit.done", "visit.left",
    ]  # fmt: skip


def test_S72_the_same_form_twice_and_at_once_is_once(each_db: Database, place: Place) -> None:
    typed, form_key, start = _typed(each_db, place), key(), Barrier(2)

    def send() -> None:
        start.wait()
        _type_in(each_db, place, typed, form_key=form_key)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(send) for _ in range(2)]:
            each.result()
    _type_in(each_db, place, typed, form_key=form_key)

    assert len(_visits(each_db)) == 2


def test_S73_what_somebody_else_noted_is_not_overwritten_and_nothing_of_the_form_is_kept(
    each_db: Database, place: Place
) -> None:
    typed = _typed(each_db, place)
    with each_db.write() as tx:
        attendance.note(tx, place.second, Outcome.EXCUSED, seen=None, by=place.mediator, now=AFTER)

    with pytest.raises(Refused, match="outcome_changed"):
        _type_in(each_db, place, typed)

    assert _outcomes(each_db, place) == [None, Outcome.EXCUSED]
    assert _visits(each_db) == []


def test_S73_a_row_that_nobody_touched_stays_as_somebody_else_noted_it(each_db: Database, place: Place) -> None:
    with each_db.write() as tx:
        attendance.note(tx, place.second, Outcome.EXCUSED, seen=None, by=place.mediator, now=AFTER)

    rows = [Result(place.first, Outcome.CAME, None), Result(place.second, None, None)]
    _type_in(each_db, place, Results(rows, {}, ""))

    assert _outcomes(each_db, place) == [Outcome.CAME, Outcome.EXCUSED]


def test_S73_two_who_type_the_same_paper_in_do_not_count_anybody_twice(each_db: Database, place: Place) -> None:
    typed = _typed(each_db, place)
    _type_in(each_db, place, typed)

    with pytest.raises(Refused, match="walk_ins_changed"):
        _type_in(each_db, place, Results([], typed.walk_ins, typed.stamp))
    with pytest.raises(Refused, match="already_here") as refused:
        _type_in(each_db, place, Results([], {5: SEEN}, _stamp(each_db, place)))

    assert refused.value.facts == {"line": 5}
    assert len(_visits(each_db)) == 2


@pytest.mark.parametrize(("hours", "is_taken"), [(-3, False), (-1, True), (27, True), (28, False)])
def test_people_are_added_from_two_hours_before_until_a_day_after(
    each_db: Database, place: Place, hours: int, *, is_taken: bool
) -> None:
    now, typed = FRIDAY + timedelta(hours=hours), Results([], {0: LEFT}, _stamp(each_db, place))

    if is_taken:
        _type_in(each_db, place, typed, now=now)
    else:
        with pytest.raises(Refused, match="queue_closed"):
            _type_in(each_db, place, typed, now=now)

    assert len(_visits(each_db)) == int(is_taken)


def test_who_came_is_noted_also_later_but_never_before_the_start_that_she_did_not(
    each_db: Database, place: Place
) -> None:
    absent = Results([Result(place.first, Outcome.NO_SHOW, None)], {}, "")

    with pytest.raises(Refused, match="not_begun"):
        _type_in(each_db, place, absent, now=FRIDAY - timedelta(minutes=1))
    _type_in(each_db, place, absent, now=FRIDAY + timedelta(days=3))

    assert _outcomes(each_db, place) == [Outcome.NO_SHOW, None]


def test_a_cancelled_session_has_no_results(each_db: Database, place: Place) -> None:
    typed = _typed(each_db, place)
    with each_db.write() as tx:
        by = make.make_person(tx, Role.COORDINATOR)
        programme.cancel(tx, place.session_id, CancelReason.CREW, by=by, now=make.NOW)

    with pytest.raises(Refused, match="session_cancelled"):
        _type_in(each_db, place, typed)


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.LAWYER, Role.INTERPRETER, Role.MEMBER])
def test_S02_for_those_who_do_not_run_it_there_is_nothing_to_type_in(
    each_db: Database, place: Place, role: Role
) -> None:
    with each_db.write() as tx:
        somebody = make.make_person(tx, role)
        if role in (Role.LAWYER, Role.INTERPRETER):
            make.make_shift(tx, place.session_id, somebody)

    with pytest.raises(NotFound):
        _type_in(each_db, place, Results([], {0: LEFT}, ""), by=somebody)

    assert _visits(each_db) == []


def test_S07_of_somebody_whom_she_never_meets_she_types_nothing_in_and_sees_nothing(
    each_db: Database, place: Place
) -> None:
    with each_db.write() as tx:
        other, by = make.make_person(tx, Role.MEDIATOR), make.make_person(tx, Role.COORDINATOR)
        make.make_shift(tx, place.session_id, other)
        for came in (SEEN[0], LEFT[0]):
            queue.arrive(tx, place.session_id, came, key=key(), by=place.mediator, now=FRIDAY)
        shunned = tx.get_one(Appointment, place.first).beneficiary_id
        perle = tx.scalars(select(Visit.beneficiary_id).where(Visit.number == 1)).one()
        for whom in (shunned, perle):
            exclusions.exclude(tx, whom, other.id, by=by, now=FRIDAY)

    with each_db.read() as tx:
        shown = queries.evening(tx, place.session_id, reader=other, now=AFTER)
        printed = queries.sheet(tx, place.session_id, reader=other, now=AFTER)
    with pytest.raises(NotFound):
        _type_in(each_db, place, Results([Result(place.first, Outcome.CAME, None)], {}, ""), by=other)

    assert [each.id for each in shown.appointments] == [place.second]
    assert [each.number for each in shown.walk_ins] == [2]
    row = printed.rows[0]
    assert (row.is_taken, row.alias, row.language, row.interpreter) == (True, None, None, None)


def test_what_was_typed_in_wrongly_is_taken_back_in_the_line(each_db: Database, place: Place) -> None:
    _type_in(each_db, place, Results([], {0: SEEN}, _stamp(each_db, place)))

    with each_db.write() as tx:
        visit = tx.scalars(select(Visit)).one()
        queue.step(tx, visit.id, VisitState.WAITING, seen=visit.version, by=place.mediator, now=AFTER)

    assert _visits(each_db) == [(1, VisitState.WAITING)]
