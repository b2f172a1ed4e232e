"""Shifts are taken, assigned, given back and confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import CancelReason
from clinic.models import ClinicSession, Shift
from clinic.queries import rota as rota_queries
from clinic.services import people, programme, rota
from clinic.services.programme import MoveWish
from tests.make import FRIDAY, NOW, make_person, make_place, make_session, make_shift

HOUR = timedelta(hours=1)


def test_a_lawyer_takes_a_shift_that_lacks_one(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})

        shift_id = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW)

        shift = rota_queries.shift(tx, shift_id)
        assert (shift.person_id, shift.role, shift.state) == (lawyer.id, Role.LAWYER, ShiftState.CONFIRMED)
        assert shift.sequence == 0


def test_taking_again_what_one_holds_changes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        first = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW)

        second = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW + HOUR)

        assert second == first
        assert rota_queries.shift(tx, first).changed_at == NOW


def test_S70_nobody_takes_a_shift_while_she_is_elsewhere(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        make_shift(tx, make_session(tx), lawyer)
        overlapping = make_session(tx, starts_at=FRIDAY + 2 * HOUR, needs={Role.LAWYER: 1})

    with pytest.raises(Refused, match="person_busy"), each_db.write() as tx:
        rota.take(tx, overlapping, Role.LAWYER, by=lawyer, now=NOW)

    with each_db.read() as tx:
        assert rota_queries.live_shifts(tx, overlapping) == []


def test_a_shift_right_after_another_at_the_same_place_is_possible(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, place_id = make_person(tx, Role.LAWYER), make_place(tx)
        make_shift(tx, make_session(tx, place_id=place_id), lawyer)
        next_id = make_session(tx, starts_at=FRIDAY + 3 * HOUR, needs={Role.LAWYER: 1}, place_id=place_id)

        assert rota.take(tx, next_id, Role.LAWYER, by=lawyer, now=NOW)


def test_a_filled_shift_is_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        make_shift(tx, session_id, make_person(tx, Role.LAWYER))
        late = make_person(tx, Role.LAWYER)

        with pytest.raises(Refused, match="shift_filled"):
            rota.take(tx, session_id, Role.LAWYER, by=late, now=NOW)


def test_a_role_that_one_does_not_hold_is_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx, needs={Role.LAWYER: 1})

        with pytest.raises(Refused, match="not_your_role"):
            rota.take(tx, session_id, Role.LAWYER, by=make_person(tx, Role.MEDIATOR), now=NOW)


def test_a_second_role_at_the_same_session_is_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        both = make_person(tx, Role.LAWYER, Role.MEDIATOR)
        session_id = make_session(tx, needs={Role.LAWYER: 1, Role.MEDIATOR: 1})
        make_shift(tx, session_id, both, Role.LAWYER)

        with pytest.raises(Refused, match="already_on"):
            rota.take(tx, session_id, Role.MEDIATOR, by=both, now=NOW)


def test_S02_a_session_that_is_not_there_is_not_found(each_db: Database) -> None:
    with pytest.raises(NotFound), each_db.write() as tx:
        rota.take(tx, "0" * 16, Role.LAWYER, by=make_person(tx, Role.LAWYER), now=NOW)


def test_a_cancelled_session_takes_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        programme.cancel(tx, session_id, CancelReason.CREW, by=lawyer, now=NOW)

        with pytest.raises(Refused, match="session_cancelled"):
            rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW)
        with pytest.raises(Refused, match="session_cancelled"):
            make_shift(tx, session_id, lawyer)


def test_the_coordinator_places_people_beyond_what_is_needed(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        make_shift(tx, session_id, make_person(tx, Role.LAWYER))

        rota.assign(tx, session_id, make_person(tx, Role.LAWYER).id, Role.LAWYER, by=coordinator, now=NOW)

        assert len(rota_queries.live_shifts(tx, session_id)) == 2


@pytest.mark.parametrize("is_disabled", [False, True])
def test_nobody_is_placed_in_a_role_she_cannot_have(each_db: Database, *, is_disabled: bool) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        person = make_person(tx, Role.LAWYER if is_disabled else Role.MEDIATOR)
        if is_disabled:
            people.disable(tx, person.id, by=coordinator, now=NOW)

        with pytest.raises(Refused, match="not_their_role"):
            rota.assign(tx, make_session(tx), person.id, Role.LAWYER, by=coordinator, now=NOW)


def test_nobody_is_placed_twice_or_in_two_places(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id, overlapping = make_session(tx), make_session(tx, starts_at=FRIDAY + HOUR)
        make_shift(tx, session_id, lawyer)

        with pytest.raises(Refused, match="already_on"):
            rota.assign(tx, session_id, lawyer.id, Role.LAWYER, by=coordinator, now=NOW)
        with pytest.raises(Refused, match="person_busy"):
            rota.assign(tx, overlapping, lawyer.id, Role.LAWYER, by=coordinator, now=NOW)


def test_a_shift_given_back_frees_its_person(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        elsewhere = make_session(tx, starts_at=FRIDAY + HOUR, needs={Role.LAWYER: 1})
        shift_id = make_shift(tx, session_id, lawyer)

        given = rota.give_back(tx, shift_id, by=lawyer, now=NOW)

        assert (given.session_id, given.person_id, given.role) == (session_id, lawyer.id, Role.LAWYER)
        assert rota_queries.live_shifts(tx, session_id) == []
        assert rota.take(tx, elsewhere, Role.LAWYER, by=lawyer, now=NOW)


def test_a_shift_taken_again_keeps_its_name_in_calendars_and_counts_on(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        shift_id = make_shift(tx, session_id, lawyer)
        uid = rota_queries.shift(tx, shift_id).uid
        rota.give_back(tx, shift_id, by=lawyer, now=NOW)

        again = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW)

        shift = rota_queries.shift(tx, again)
        assert (again, shift.uid, shift.sequence) == (shift_id, uid, 2)


def test_S02_another_ones_shift_is_not_found_but_for_the_coordinator(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, stranger = make_person(tx, Role.LAWYER), make_person(tx, Role.LAWYER, Role.MEDIATOR)
        shift_id = make_shift(tx, make_session(tx), lawyer)

        with pytest.raises(NotFound):
            rota.give_back(tx, shift_id, by=stranger, now=NOW)
        with pytest.raises(NotFound):
            rota.confirm(tx, shift_id, by=stranger, now=NOW)
        rota.give_back(tx, shift_id, by=make_person(tx, Role.COORDINATOR), now=NOW)

        with pytest.raises(NotFound):
            rota.give_back(tx, shift_id, by=lawyer, now=NOW)


def test_what_has_begun_is_not_given_back(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        shift_id = make_shift(tx, make_session(tx), lawyer)

        with pytest.raises(Refused, match="session_begun"):
            rota.give_back(tx, shift_id, by=lawyer, now=FRIDAY)


def test_after_a_move_each_one_says_that_she_comes(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        shift_id = make_shift(tx, session_id, lawyer)
        _move(tx, session_id, lawyer)
        assert tx.get_one(Shift, shift_id).state is ShiftState.TO_CONFIRM

        assert rota.confirm(tx, shift_id, by=lawyer, now=NOW) == session_id

        assert tx.get_one(Shift, shift_id).state is ShiftState.CONFIRMED


def test_S72_confirming_twice_changes_nothing_more(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        shift_id = make_shift(tx, session_id, lawyer)
        _move(tx, session_id, lawyer)
        rota.confirm(tx, shift_id, by=lawyer, now=NOW)
        sequence = tx.get_one(Shift, shift_id).sequence

        rota.confirm(tx, shift_id, by=lawyer, now=NOW + HOUR)

        assert tx.get_one(Shift, shift_id).sequence == sequence


def _move(tx: Session, session_id: str, by: SignedIn) -> None:
    place_id = tx.get_one(ClinicSession, session_id).place_id
    wish = MoveWish(FRIDAY + 24 * HOUR, FRIDAY + 27 * HOUR, place_id)
    programme.move(tx, session_id, wish, leaving=frozenset(), by=by, now=NOW)
