"""Planning notices and taking them back, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.notices import Kind, State, Whereabouts
from clinic.domain.timing import UNDO_FOR
from clinic.models import ClinicSession, Notice
from clinic.queries.outbox import Letter
from clinic.services import notices
from clinic.services.outbox import Claim, Fate, begin, claim, settle
from clinic.services.valves import Round
from tests.make import FRIDAY, NOW
from tests.notices import told
from tests.notices.told import Held

MINUTE = timedelta(minutes=1)
OPPOSITES = [
    (Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED),
    (Kind.SESSION_RESTORED, Kind.SESSION_CANCELLED),
    (Kind.SHIFT_TAKEN, Kind.SHIFT_GIVEN_BACK),
    (Kind.SHIFT_GIVEN_BACK, Kind.SHIFT_TAKEN),
    (Kind.OFFER_ASKED, Kind.OFFER_WITHDRAWN),
    (Kind.OFFER_ASKED, Kind.OFFER_FILLED),
]


def test_S75_no_text_and_no_address_is_kept() -> None:
    columns = set(inspect(Notice).columns.keys())

    assert columns == {
        "id", "kind", "person_id", "beneficiary_id", "about_id", "session_id", "starts_at", "was_starts_at",
        "was_ends_at", "was_place_id", "state", "code", "message_token", "planned_at", "due_at",
        "valid_until", "next_at", "went_by", "tries", "claim", "lease_until", "ended_at",
    }  # fmt: skip


@pytest.mark.parametrize(("first", "opposite"), OPPOSITES)
def test_what_is_undone_in_time_is_never_told(each_db: Database, first: Kind, opposite: Kind) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.tell(tx, held, first)

        told.tell(tx, held, opposite, now=NOW + MINUTE)

        assert told.states(tx) == [State.SUPERSEDED]


@pytest.mark.parametrize(("first", "opposite"), OPPOSITES)
def test_what_is_taken_back_first_and_then_undone_is_never_told_either(
    each_db: Database, first: Kind, opposite: Kind
) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.tell(tx, held, first)
        notices.forget(tx, [held.about])

        told.tell(tx, held, opposite, now=NOW + MINUTE)

        assert told.states(tx) == [State.SUPERSEDED]


def test_back_and_forth_leaves_the_last_word(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        for number in range(7):
            kind = Kind.SESSION_RESTORED if number % 2 else Kind.SESSION_CANCELLED
            told.tell(tx, held, kind, now=NOW + number * timedelta(seconds=20))

        waiting = tx.scalars(select(Notice).where(Notice.state == State.PLANNED)).all()
        assert [each.kind for each in waiting] == [Kind.SESSION_CANCELLED]


def test_back_and_forth_in_one_instant_leaves_the_last_word(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        for kind in (Kind.SHIFT_TAKEN, Kind.SHIFT_GIVEN_BACK, Kind.SHIFT_TAKEN):
            told.tell(tx, held, kind)

        assert told.states(tx) == [State.PLANNED]


def test_what_was_told_is_untold_too(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.tell(tx, held, Kind.SESSION_CANCELLED)
        tx.scalars(select(Notice)).one().state = State.SENT

        told.tell(tx, held, Kind.SESSION_RESTORED, now=NOW + timedelta(hours=1))

        assert told.states(tx) == [State.SENT, State.PLANNED]


def test_the_same_twice_while_it_waits_is_one(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)

        for minutes in (0, 1, 2):
            told.tell(tx, held, now=NOW + minutes * MINUTE)

        assert tx.scalars(select(Notice.due_at)).all() == [NOW + UNDO_FOR]


def test_a_move_taken_back_in_time_is_not_told(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        home = _move(tx, held, FRIDAY + timedelta(days=1), now=NOW)
        assert told.states(tx) == [State.PLANNED]

        _move(tx, held, home.starts_at, now=NOW + MINUTE)

        assert told.states(tx) == [State.SUPERSEDED]


def test_two_moves_in_a_row_are_told_as_one_from_where_it_was(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        home = _move(tx, held, FRIDAY + timedelta(days=1), now=NOW)

        _move(tx, held, FRIDAY + timedelta(days=2), now=NOW + MINUTE)

        waiting = tx.scalars(select(Notice).where(Notice.state == State.PLANNED)).one()
        assert (waiting.was_starts_at, waiting.starts_at) == (home.starts_at, FRIDAY + timedelta(days=2))
        assert waiting.due_at == NOW + MINUTE + UNDO_FOR


def test_a_second_reminder_of_the_same_moment_is_impossible(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)

        for minutes in range(3):
            told.remind(tx, held, now=NOW + minutes * MINUTE)

        assert told.states(tx) == [State.PLANNED] * 2


def test_reminders_taken_back_wait_again_when_planned_again(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.remind(tx, held)
        forgotten = notices.forget_reminders(tx, [held.about])
        states = told.states(tx)
        told.remind(tx, held)

        assert (forgotten, states) == (2, [State.SUPERSEDED] * 2)
        assert told.states(tx) == [State.PLANNED] * 2


def test_a_reminder_that_was_sent_is_not_planned_again(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx)
        told.remind(tx, held)
        for each in tx.scalars(select(Notice)):
            each.state = State.SENT

        told.remind(tx, held)

        assert told.states(tx) == [State.SENT] * 2


def test_forgetting_leaves_what_is_about_something_else(each_db: Database) -> None:
    with each_db.write() as tx:
        held, other = told.make_held(tx), told.make_held(tx)
        told.tell(tx, held)
        told.tell(tx, other)

        assert notices.forget(tx, [held.about]) == 1

        left = tx.scalars(select(Notice).where(Notice.state == State.PLANNED)).one()
        assert left.about_id == other.about


def test_what_a_worker_claimed_is_taken_back_and_what_it_sends_is_not(each_db: Database) -> None:
    with each_db.write() as tx:
        first, second = told.make_held(tx), told.make_held(tx)
        told.tell(tx, first)
        told.tell(tx, second, now=NOW + MINUTE)
        due = NOW + 2 * UNDO_FOR
        claims = [claim(tx, now=due), claim(tx, now=due)]
        assert isinstance(claims[0], Claim)
        assert isinstance(claims[1], Claim)
        assert isinstance(begin(tx, claims[1], Round(), now=due), Letter)

        taken_back = notices.forget(tx, [first.about, second.about])
        tx.expire_all()

        assert taken_back == 1
        assert begin(tx, claims[0], Round(), now=due) is None
        assert settle(tx, claims[1], Fate.SENT, None, now=due) is State.SENT


def test_what_ended_a_month_ago_is_forgotten(each_db: Database) -> None:
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx))
        told.tell(tx, told.make_held(tx))
        tx.scalars(select(Notice).limit(1)).one().state = State.SENT

        early = notices.clear(tx, now=NOW + timedelta(days=30))
        late = notices.clear(tx, now=NOW + timedelta(days=32))

        assert (early, late) == (0, 1)
        assert tx.scalar(select(func.count()).select_from(Notice)) == 1


def _move(tx: Session, held: Held, starts_at: datetime, *, now: datetime) -> Whereabouts:
    """Move the session of what she holds, and tell her; return where it was."""
    session = tx.get_one(ClinicSession, held.session_id)
    was = Whereabouts(session.starts_at, session.ends_at, session.place_id)
    session.ends_at += starts_at - session.starts_at
    session.starts_at = starts_at
    tx.flush()
    notices.tell(
        tx, Kind.SESSION_MOVED, to=held.person.id, about=held.about, session_id=held.session_id, now=now, was=was
    )
    return was
