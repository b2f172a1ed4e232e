"""At the decision time the coordinators are asked once, and what they decide stands until the crew changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import Outlook
from clinic.domain.sessions import CancelReason
from clinic.domain.timing import UNDO_FOR
from clinic.models import ClinicSession, Notice
from clinic.queries import crews, programme
from clinic.services import decisions, people, rota
from clinic.services import programme as programme_services
from tests.conftest import CountQueries
from tests.make import FRIDAY, NOW, make_person, make_session, make_shift, move_session
from tests.services.outcome import send_all

WEDNESDAY = datetime(2026, 11, 25, 17, tzinfo=UTC)  # 18:00 in Paris, two days before
MINUTE = timedelta(minutes=1)
BUS = {Role.LAWYER: 2, Role.MEDIATOR: 1}


@pytest.fixture
def coordinator(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make_person(tx, Role.COORDINATOR)


@pytest.fixture
def session_id(each_db: Database, coordinator: SignedIn) -> str:
    """A bus that lacks one of two lawyers."""
    with each_db.write() as tx:
        session_id = make_session(tx, needs=BUS)
        make_shift(tx, session_id, make_person(tx, Role.LAWYER))
        make_shift(tx, session_id, make_person(tx, Role.MEDIATOR))
    return session_id


def _sweep(database: Database, now: datetime) -> int:
    with database.write() as tx:
        return decisions.ask_coordinators(tx, now=now)


def _asked(database: Database, *states: State) -> list[str]:
    """Who is asked by a notice in one of these states (none named: one that waits)."""
    with database.read() as tx:
        these = Notice.state.in_(states or [State.PLANNED])
        return sorted(tx.scalars(select(Notice.person_id).where(Notice.kind == Kind.DECISION_DUE, these)))


def _outlook(tx: Session, session_id: str, reader: SignedIn, now: datetime) -> Outlook | None:
    return programme.session(tx, session_id, reader=reader, now=now).forecast.outlook


def test_each_coordinator_is_asked_once_however_often_the_sweep_runs(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    with each_db.write() as tx:
        other, gone = make_person(tx, Role.COORDINATOR, Role.MEDIATOR), make_person(tx, Role.COORDINATOR)
        people.disable(tx, gone.id, by=coordinator, now=NOW)

    before = _sweep(each_db, WEDNESDAY - MINUTE)
    asked = [_sweep(each_db, WEDNESDAY + number * MINUTE) for number in range(3)]

    assert (before, asked) == (0, [1, 0, 0])
    assert _asked(each_db) == sorted([coordinator.id, other.id])


def test_two_machines_that_sweep_at_once_ask_once(each_db: Database, coordinator: SignedIn, session_id: str) -> None:
    for _ in range(5):
        with each_db.write() as tx:
            tx.get_one(ClinicSession, session_id).asked_to_decide_at = None
            tx.query(Notice).delete()

        with ThreadPoolExecutor(2) as workers:
            asked = list(workers.map(_sweep, [each_db] * 2, [WEDNESDAY] * 2))

        assert sorted(asked) == [0, 1]
        assert _asked(each_db) == [coordinator.id]


def test_what_lacks_nobody_or_has_begun_or_is_cancelled_or_far_is_not_asked_about(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    with each_db.write() as tx:
        rota.take(tx, session_id, Role.LAWYER, by=make_person(tx, Role.LAWYER), now=NOW)
        make_session(tx, starts_at=WEDNESDAY, needs=BUS)
        make_session(tx, starts_at=FRIDAY + timedelta(days=7), needs=BUS)
        cancelled = make_session(tx, needs=BUS)
        programme_services.cancel(tx, cancelled, CancelReason.CREW, by=coordinator, now=NOW)

    assert _sweep(each_db, WEDNESDAY) == 0
    assert _asked(each_db) == []


def test_once_it_is_complete_the_question_is_taken_back_and_asked_anew_later(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    _sweep(each_db, WEDNESDAY)
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        shift_id = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=WEDNESDAY)
    _sweep(each_db, WEDNESDAY + MINUTE)
    between = _asked(each_db)
    with each_db.write() as tx:
        rota.give_back(tx, shift_id, by=coordinator, now=WEDNESDAY + 2 * MINUTE)

    again = _sweep(each_db, WEDNESDAY + 2 * MINUTE)

    assert (between, again) == ([], 1)
    assert _asked(each_db) == [coordinator.id]


def test_who_runs_short_settles_it_until_one_more_is_missing(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    _sweep(each_db, WEDNESDAY)
    with each_db.write() as tx:
        assert _outlook(tx, session_id, coordinator, WEDNESDAY) is Outlook.CANNOT_RUN
        decisions.run_short(tx, session_id, shortfall=1, by=coordinator, now=WEDNESDAY)
        assert _outlook(tx, session_id, coordinator, WEDNESDAY) is Outlook.RUNS
    waiting, swept = _asked(each_db), _sweep(each_db, WEDNESDAY + MINUTE)

    with each_db.write() as tx:
        held = programme.session(tx, session_id, reader=coordinator, now=WEDNESDAY).crew or ()
        rota.give_back(tx, held[-1].shift_id, by=coordinator, now=WEDNESDAY)
        assert _outlook(tx, session_id, coordinator, WEDNESDAY) is Outlook.CANNOT_RUN

    assert (waiting, swept) == ([], 0)
    assert _sweep(each_db, WEDNESDAY + 2 * MINUTE) == 1


def test_running_short_can_be_decided_early_and_taken_back(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    with each_db.write() as tx:
        decisions.run_short(tx, session_id, shortfall=1, by=coordinator, now=NOW)
    decided = _sweep(each_db, WEDNESDAY)
    with each_db.write() as tx:
        decisions.decide_again(tx, session_id, by=coordinator, now=WEDNESDAY)

    assert decided == 0
    assert _sweep(each_db, WEDNESDAY) == 1


@pytest.mark.parametrize("seen", [0, 2])
def test_another_number_than_the_one_seen_is_refused(
    each_db: Database, coordinator: SignedIn, session_id: str, seen: int
) -> None:
    with each_db.write() as tx, pytest.raises(Refused, match="crew_changed"):
        decisions.run_short(tx, session_id, shortfall=seen, by=coordinator, now=NOW)


def test_nothing_is_decided_about_what_is_not_ahead(each_db: Database, coordinator: SignedIn, session_id: str) -> None:
    with each_db.write() as tx:
        with pytest.raises(Refused, match="session_begun"):
            decisions.run_short(tx, session_id, shortfall=1, by=coordinator, now=FRIDAY)
        with pytest.raises(Refused, match="session_over"):
            decisions.decide_again(tx, session_id, by=coordinator, now=FRIDAY + timedelta(days=1))
        with pytest.raises(NotFound):
            decisions.run_short(tx, "0" * 16, shortfall=1, by=coordinator, now=NOW)
        programme_services.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=NOW)
        with pytest.raises(Refused, match="session_cancelled"):
            decisions.run_short(tx, session_id, shortfall=1, by=coordinator, now=NOW)


def test_a_session_that_moves_is_decided_about_anew(each_db: Database, coordinator: SignedIn, session_id: str) -> None:
    with each_db.write() as tx:
        decisions.run_short(tx, session_id, shortfall=1, by=coordinator, now=NOW)
        move_session(tx, session_id, FRIDAY + timedelta(days=1), by=coordinator)

    at_the_old_time = _sweep(each_db, WEDNESDAY)

    assert at_the_old_time == 0
    assert _sweep(each_db, WEDNESDAY + timedelta(days=1)) == 1


def test_a_cancelled_session_asks_nobody_and_asks_again_when_it_is_restored(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    _sweep(each_db, WEDNESDAY)
    with each_db.write() as tx:
        programme_services.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=WEDNESDAY)
    after_cancelling = _asked(each_db)
    with each_db.write() as tx:
        programme_services.restore(tx, session_id, by=coordinator, now=WEDNESDAY + UNDO_FOR)

    assert after_cancelling == []
    assert _sweep(each_db, WEDNESDAY + UNDO_FOR) == 1


def test_who_read_the_question_is_not_asked_again_because_a_cancellation_was_undone(
    each_db: Database, coordinator: SignedIn, session_id: str
) -> None:
    _sweep(each_db, WEDNESDAY)
    with each_db.write() as tx:
        send_all(tx)
        programme_services.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=WEDNESDAY + UNDO_FOR)
    with each_db.write() as tx:
        programme_services.restore(tx, session_id, by=coordinator, now=WEDNESDAY + UNDO_FOR + MINUTE)

    assert _sweep(each_db, WEDNESDAY + UNDO_FOR + MINUTE) == 0
    assert _asked(each_db) == []


def test_a_sweep_over_many_sessions_costs_no_more_than_over_few(
    each_db: Database, coordinator: SignedIn, count_queries: CountQueries
) -> None:
    counts = []
    for more in (2, 30):
        with each_db.write() as tx:
            for number in range(more):
                session_id = make_session(tx, starts_at=FRIDAY + number * timedelta(hours=1), needs={Role.LAWYER: 1})
                missing = crews.shortfalls(tx, [session_id], now=NOW)[session_id]
                decisions.run_short(tx, session_id, shortfall=missing, by=coordinator, now=NOW)
        with count_queries(each_db) as statements:
            _sweep(each_db, WEDNESDAY)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 4  # on SQLite, one of them is BEGIN
