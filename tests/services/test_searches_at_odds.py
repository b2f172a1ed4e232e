"""Searches at odds with what else happens: two at one session, a no said elsewhere, an undo after a change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import CancelReason
from clinic.models import Occupancy, Shift
from clinic.queries import asks, invariants
from clinic.services import programme, searches
from tests.make import FRIDAY, NOW, make_person, make_session, make_shift, move_session
from tests.services import outcome
from tests.services.stand_ins import Sought, ask_of, asked, make_sought, state_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_who_takes_over_is_asked_no_more_in_another_search_of_the_session(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=2, needs={Role.LAWYER: 2})
        searches.look_for(tx, sought.session_id, Role.LAWYER, by=make_person(tx, Role.COORDINATOR), now=NOW)
        first, second = asked(tx, sought)

        searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW)

        assert (_asks(tx, first), _asks(tx, second)) == (0, 1)
        assert outcome.planned(tx, first) == [Kind.SHIFT_TAKEN]


def test_when_the_last_place_is_taken_every_search_for_it_ends(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=3, needs={Role.LAWYER: 2})
        by = make_person(tx, Role.COORDINATOR)
        searches.look_for(tx, sought.session_id, Role.LAWYER, by=by, now=NOW)
        searches.give_back(tx, sought.shift_id, by=sought.who, now=NOW)
        first, second, third = asked(tx, sought)

        for each in (first, second):
            searches.accept(tx, ask_of(tx, sought, each), by=each, now=NOW)

        assert (_asks(tx, first), _asks(tx, second), _asks(tx, third)) == (0, 0, 0)


def test_S07_who_says_in_the_list_that_she_cannot_is_asked_no_more(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)

        searches.recuse(tx, sought.session_id, by=first, now=NOW)

        assert (_asks(tx, first), outcome.planned(tx, first)) == (0, [])


def test_S07_a_no_counts_for_every_search_of_the_session(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1, needs={Role.LAWYER: 2})
        searches.look_for(tx, sought.session_id, Role.LAWYER, by=make_person(tx, Role.COORDINATOR), now=NOW)
        (first,) = asked(tx, sought)

        searches.decline(tx, ask_of(tx, sought, first), by=first, now=NOW)

        assert (_asks(tx, first), outcome.planned(tx, first)) == (0, [])


def test_S07_a_session_restored_is_not_proposed_to_who_said_that_she_cannot(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=2)
        first, second = asked(tx, sought)
        outcome.send_all(tx)
        by = _cancelled(tx, sought)
        outcome.send_all(tx)
        searches.recuse(tx, sought.session_id, by=first, now=NOW + HOUR)

        programme.restore(tx, sought.session_id, by=by, now=NOW + HOUR)

        assert (_asks(tx, first), _asks(tx, second)) == (0, 1)
        assert (outcome.planned(tx, first), outcome.planned(tx, second)) == ([], [Kind.ASK_MADE])


def test_a_session_restored_is_not_proposed_to_who_is_somewhere_else_by_then(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=2)
        first, second = asked(tx, sought)
        outcome.send_all(tx)
        by = _cancelled(tx, sought)
        outcome.send_all(tx)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + HOUR), first)

        programme.restore(tx, sought.session_id, by=by, now=NOW + HOUR)

        assert (_asks(tx, first), _asks(tx, second)) == (0, 1)
        assert Kind.ASK_MADE not in outcome.planned(tx, first)


@pytest.mark.parametrize("is_moved", [False, True])
def test_who_took_over_what_then_changed_leaves_it_alone(each_db: Database, is_moved: bool) -> None:  # noqa: FBT001
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)
        searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW)
        taken = tx.scalars(select(Shift.id).where(Shift.person_id == first.id)).one()
        if is_moved:
            move_session(tx, sought.session_id, FRIDAY + HOUR, by=make_person(tx, Role.COORDINATOR))
        else:
            _cancelled(tx, sought)

        given = searches.give_back(tx, taken, by=first, now=NOW + MINUTE)

        assert given.is_free
        assert state_of(tx, sought.shift_id) is ShiftState.RELEASED
        assert tx.scalars(select(Occupancy)).all() == []
        assert outcome.planned(tx, sought.who) == [Kind.STAND_IN_FOUND]
        assert invariants.breaches(tx, now=NOW) == []


def _asks(tx: Session, person: SignedIn) -> int:
    return len(asks.asked_ahead(tx, reader=person, now=NOW + HOUR))


def _cancelled(tx: Session, sought: Sought) -> SignedIn:
    by = make_person(tx, Role.COORDINATOR)
    programme.cancel(tx, sought.session_id, CancelReason.CREW, by=by, now=NOW)
    return by
