"""A page asks the database as much with ten thousand sessions as with ten, and with sixty slots as with five."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.times import Week, local_date
from clinic.models import ClinicSession, SessionNeed, Shift
from clinic.models.base import new_id
from clinic.queries import commitments, desks, lists, people, places, programme, public, sessions
from tests.conftest import CountQueries
from tests.make import FRIDAY, NOW, make_appointment, make_person, make_place, make_series, make_session, make_shift

FEW, MANY = 10, 10_000
WEEK = Week.of(local_date(FRIDAY))
DAY = timedelta(days=1)

Ask = Callable[[Session, SignedIn], object]


def _board(tx: Session, reader: SignedIn) -> object:
    return programme.between(tx, WEEK.starts_at, WEEK.ends_at, reader=reader, now=NOW)


def _ahead(tx: Session, reader: SignedIn) -> object:
    return programme.ahead(tx, NOW + 14 * DAY, reader=reader, now=NOW)


def _public(tx: Session, _reader: SignedIn) -> object:
    return public.programme(tx, NOW, NOW + 28 * DAY)


def _feed(tx: Session, reader: SignedIn) -> object:
    return commitments.of_person(tx, reader.id, now=NOW)


def _booked_by(tx: Session, reader: SignedIn) -> object:
    return desks.booked_by(tx, reader=reader, now=NOW, most=20)


def _next_dates(tx: Session, reader: SignedIn) -> object:
    session_id = programme.between(tx, WEEK.starts_at, WEEK.ends_at, reader=reader, now=NOW)[0].id
    return programme.next_of_series(tx, session_id, most=4, reader=reader, now=NOW)


def _list(tx: Session, reader: SignedIn) -> object:
    return lists.coming(tx, NOW + 84 * DAY, reader=reader, now=NOW)


QUESTIONS = (_board, _ahead, _public, _feed, _booked_by, _next_dates, _list)


def test_ten_thousand_sessions_cost_no_more_than_ten(each_db: Database, count_queries: CountQueries) -> None:
    with each_db.write() as tx:
        reader = _coordinator_on_a_session(tx)
        _store_sessions(tx, FEW)
    with_few = [_cost(each_db, count_queries, ask, reader) for ask in QUESTIONS]
    with each_db.write() as tx:
        _store_sessions(tx, MANY - FEW, from_day=FEW)

    with_many = [_cost(each_db, count_queries, ask, reader) for ask in QUESTIONS]

    assert [statements for statements, _ in with_many] == [statements for statements, _ in with_few]
    assert max(statements for statements, _ in with_many) <= 15  # on SQLite, one of them is BEGIN
    assert max(rows for _, rows in with_many) <= 400  # those of twelve weeks at most, not all


def test_no_page_reads_the_table_of_sessions_from_end_to_end(db: Database) -> None:
    with db.write() as tx:
        reader = _coordinator_on_a_session(tx)
        _store_sessions(tx, 1_000)

    plans = [step for ask in (_board, _ahead, _public, _next_dates, _list) for step in _plans(db, ask, reader)]

    assert [step for step in plans if step.startswith("SEARCH sessions USING")]
    assert not [step for step in plans if step.startswith("SCAN sessions")]


def test_sixty_slots_cost_no_more_than_five(each_db: Database, count_queries: CountQueries) -> None:
    counts = []
    for hours, desk_count in ((2.5, 1), (6, 5)):
        with each_db.write() as tx:
            reader = make_person(tx, Role.MEDIATOR)
            session_id = make_session(tx, hours=hours, desks=desk_count, needs={Role.LAWYER: 1})
            for slot in range(int(hours * 2)):
                make_appointment(tx, session_id, by=reader, slot=slot)
        with count_queries(each_db) as statements, each_db.read() as tx:
            view = programme.session(tx, session_id, reader=reader, now=NOW)
            slots = desks.slots(tx, view, reader=reader, now=NOW)
        assert sum(len(slot.desks) for slot in slots) == hours * 2 * desk_count
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 11


@pytest.mark.parametrize("ask", [people.everyone, sessions.every_series, places.places])
def test_a_list_costs_the_same_however_long_it_is(
    each_db: Database, count_queries: CountQueries, ask: Callable[[Session], list[object]]
) -> None:
    counts = []
    for more in (5, 50):
        with each_db.write() as tx:
            for _ in range(more):
                make_person(tx, Role.LAWYER, Role.MEDIATOR)
                make_series(tx)
        with count_queries(each_db) as statements, each_db.read() as tx:
            assert len(ask(tx)) >= more
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 3


def _coordinator_on_a_session(tx: Session) -> SignedIn:
    reader = make_person(tx, Role.COORDINATOR, Role.MEDIATOR)
    session_id = make_session(tx, needs={Role.LAWYER: 2})
    make_shift(tx, session_id, reader, Role.MEDIATOR)
    make_appointment(tx, session_id, by=reader)
    return reader


def _store_sessions(tx: Session, number: int, *, from_day: int = 0) -> None:
    """Sessions on consecutive days around now, each with a need and a shift, in three statements."""
    series_id, place_id = make_series(tx), make_place(tx)
    crew = [make_person(tx, Role.LAWYER).id for _ in range(20)]
    rows, needs, shifts = [], [], []
    for index in range(from_day, from_day + number):
        session_id, starts_at = new_id(), FRIDAY + (index // 2 * (-1) ** index) * DAY + timedelta(hours=6)
        row = {"id": session_id, "series_id": series_id, "planned_on": local_date(FRIDAY) + index * DAY}
        row |= {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "place_id": place_id}
        rows.append(row | {"desks": 2, "slot_minutes": 30, "changed_at": NOW, "sequence": 0, "status": "planned"})
        needs.append({"session_id": session_id, "role": Role.LAWYER, "least": 2, "wish": 3})
        shift = {"id": new_id(), "session_id": session_id, "person_id": crew[index % 20], "role": Role.LAWYER}
        shifts.append(shift | {"state": ShiftState.CONFIRMED, "uid": new_id(), "sequence": 0, "changed_at": NOW})
    for table, values in ((ClinicSession, rows), (SessionNeed, needs), (Shift, shifts)):
        tx.execute(insert(table), values)


def _cost(database: Database, count_queries: CountQueries, ask: Ask, reader: SignedIn) -> tuple[int, int]:
    """How many statements a question takes, and how many rows become objects."""
    loaded: list[object] = []

    def note(_session: Session, instance: object) -> None:
        loaded.append(instance)

    with count_queries(database) as statements, database.read() as tx:
        event.listen(tx, "loaded_as_persistent", note)
        ask(tx, reader)
    return len(statements), len(loaded)


def _plans(database: Database, ask: Ask, reader: SignedIn) -> list[str]:
    """How SQLite goes about each question that asks for sessions."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as tx:
        ask(tx, reader)
    event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        explained = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for statement, parameters in asked
            if statement.startswith("SELECT")
        ]
        return [row.detail for each in explained for row in each]
