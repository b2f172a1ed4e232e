"""Looking for a stand-in and for open places: who is asked, who takes it, who is told, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState, SearchState
from clinic.domain.sessions import CancelReason
from clinic.domain.times import to_local
from clinic.models import Ask, DatedAvailability, Person, Recusal, Search, Shift
from clinic.queries import invariants
from clinic.services import people, programme, searches
from tests.make import FRIDAY, NOW, make_person, make_session, make_shift, move_session
from tests.services import outcome
from tests.services.stand_ins import Sought, ask_of, asked, make_sought, state_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATE = FRIDAY - DAY  # after the sign-off time


def test_a_few_are_asked_at_once_and_the_shift_is_still_hers(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=5)

        assert len(asked(tx, sought)) == 3
        assert state_of(tx, sought.shift_id) is ShiftState.CONFIRMED
        assert [outcome.planned(tx, each) for each in asked(tx, sought)] == [[Kind.ASK_MADE]] * 3
        assert invariants.breaches(tx, now=NOW) == []


def test_looking_twice_is_looking_once(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=5)

        again = searches.look_for_stand_in(tx, sought.shift_id, by=sought.who, now=NOW + HOUR)

        assert (again, len(asked(tx, sought))) == (sought.search_id, 3)


def test_the_next_few_are_asked_when_those_asked_had_their_time(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=5)

        before = searches.ask_next(tx, now=NOW + 12 * HOUR - MINUTE)
        then = searches.ask_next(tx, now=NOW + 12 * HOUR)
        twice = searches.ask_next(tx, now=NOW + 12 * HOUR)

        assert (before, then, twice) == (0, 2, 0)
        assert len(asked(tx, sought)) == 5


def test_the_first_takes_it_and_only_then_the_other_is_free(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=3)
        outcome.send_all(tx)
        first, *others = asked(tx, sought)

        session_id = searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE)

        assert session_id == sought.session_id
        assert state_of(tx, sought.shift_id) is ShiftState.RELEASED
        assert outcome.planned(tx, sought.who) == [Kind.STAND_IN_FOUND]
        assert outcome.reminders(tx, sought.who) == 0
        assert outcome.planned(tx, first) == [Kind.SHIFT_TAKEN]
        assert [outcome.planned(tx, each) for each in others] == [[Kind.ASK_FILLED]] * 2
        for each in others:
            with pytest.raises(Refused, match="ask_filled"):
                searches.accept(tx, ask_of(tx, sought, each), by=each, now=LATE)
        assert invariants.breaches(tx, now=LATE) == []


def test_accepting_twice_changes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)

        answers = [searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW) for _ in range(2)]

        assert answers == [sought.session_id] * 2


def test_an_acceptance_undone_in_time_puts_all_back_and_is_never_told(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=3)
        outcome.send_all(tx)
        first, *others = asked(tx, sought)
        searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE)
        taken = tx.scalars(select(Shift).where(Shift.person_id == first.id)).one()

        given = searches.give_back(tx, taken.id, by=first, now=LATE + 4 * MINUTE)

        assert not given.is_free
        assert (state_of(tx, sought.shift_id), state_of(tx, taken.id)) == (ShiftState.CONFIRMED, ShiftState.RELEASED)
        assert _search(tx, sought).state is SearchState.OPEN
        assert [outcome.planned(tx, each) for each in (sought.who, first, *others)] == [[]] * 4
        assert searches.accept(tx, ask_of(tx, sought, others[0]), by=others[0], now=LATE + HOUR)
        assert invariants.breaches(tx, now=LATE) == []


def test_who_found_a_stand_in_is_not_proposed_the_session_again_unless_it_is_undone(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)

        searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE)
        recused = tx.scalars(select(Recusal.person_id)).all()
        taken = tx.scalars(select(Shift).where(Shift.person_id == first.id)).one()
        searches.give_back(tx, taken.id, by=first, now=LATE + MINUTE)

        assert recused == [sought.who.id]
        assert tx.scalars(select(Recusal.person_id)).all() == []


def test_who_took_over_cannot_leave_it_after_the_time_to_undo(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)
        searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE)
        taken = tx.scalars(select(Shift).where(Shift.person_id == first.id)).one()

        with pytest.raises(Refused, match="sign_off_passed"):
            searches.give_back(tx, taken.id, by=first, now=LATE + 5 * MINUTE)


def test_an_acceptance_is_not_undone_when_she_whose_it_was_is_elsewhere_by_now(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)
        searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE)
        taken = tx.scalars(select(Shift).where(Shift.person_id == first.id)).one()
        make_shift(tx, make_session(tx), sought.who, now=LATE)

    with pytest.raises(Refused, match="undo_too_late"), each_db.write() as tx:
        searches.give_back(tx, taken.id, by=first, now=LATE + MINUTE)

    with each_db.read() as tx:
        assert state_of(tx, taken.id) is ShiftState.CONFIRMED


def test_S07_a_no_needs_no_reason_and_she_is_not_proposed_again(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=4)
        first = asked(tx, sought)[0]

        searches.decline(tx, ask_of(tx, sought, first), by=first, now=NOW)
        searches.decline(tx, ask_of(tx, sought, first), by=first, now=NOW)

        assert outcome.planned(tx, first) == []
        assert set(Recusal.__table__.columns.keys()) == {"session_id", "person_id", "said_at"}
        searches.take_back(tx, sought.search_id, by=sought.who, now=NOW)
        again = searches.look_for_stand_in(tx, sought.shift_id, by=sought.who, now=NOW + DAY)
        assert first not in asked(tx, sought, again)
        assert len(asked(tx, sought, again)) == 3


def test_the_last_no_of_a_few_calls_the_next_few_at_once(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=4)

        for number, each in enumerate(asked(tx, sought)):
            assert len(asked(tx, sought)) == 3
            searches.decline(tx, ask_of(tx, sought, each), by=each, now=NOW + number * MINUTE)

        assert len(asked(tx, sought)) == 4


def test_a_no_may_become_a_yes(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)
        searches.decline(tx, ask_of(tx, sought, first), by=first, now=NOW)

        searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW)

        assert state_of(tx, sought.shift_id) is ShiftState.RELEASED
        with pytest.raises(Refused, match="ask_answered"):
            searches.decline(tx, ask_of(tx, sought, first), by=first, now=NOW)


def test_coming_after_all_undone_in_time_is_never_told(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=3)

        for _ in range(2):
            searches.take_back(tx, sought.search_id, by=sought.who, now=NOW + MINUTE)

        assert [outcome.planned(tx, each) for each in asked(tx, sought)] == [[]] * 3
        assert state_of(tx, sought.shift_id) is ShiftState.CONFIRMED
        first = asked(tx, sought)[0]
        with pytest.raises(Refused, match="ask_withdrawn"):
            searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW + MINUTE)


def test_coming_after_all_later_is_told_and_too_late_when_somebody_took_over(each_db: Database) -> None:
    with each_db.write() as tx:
        told_off, found = make_sought(tx, others=2), make_sought(tx, others=1, starts_at=FRIDAY + DAY)
        outcome.send_all(tx)
        searches.take_back(tx, told_off.search_id, by=told_off.who, now=LATE)
        first = asked(tx, found)[0]
        searches.accept(tx, ask_of(tx, found, first), by=first, now=LATE)

        assert Kind.ASK_WITHDRAWN in outcome.planned(tx, asked(tx, told_off)[0])
        with pytest.raises(Refused, match="stand_in_found"):
            searches.take_back(tx, found.search_id, by=found.who, now=LATE)


def test_S02_what_is_another_ones_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=2)
        first, second = asked(tx, sought)
        stranger = make_person(tx, Role.LAWYER)

        for who in (second, stranger, sought.who):
            with pytest.raises(NotFound):
                searches.accept(tx, ask_of(tx, sought, first), by=who, now=NOW)
            with pytest.raises(NotFound):
                searches.decline(tx, ask_of(tx, sought, first), by=who, now=NOW)
        for who in (first, stranger):
            with pytest.raises(NotFound):
                searches.take_back(tx, sought.search_id, by=who, now=NOW)
            with pytest.raises(NotFound):
                searches.look_for_stand_in(tx, sought.shift_id, by=who, now=NOW)
        with pytest.raises(NotFound):
            searches.accept(tx, "0" * 16, by=first, now=NOW)


def test_whoever_could_not_come_is_not_asked(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=0, is_looked_for=False)
        make_person(tx, Role.MEDIATOR)
        disabled, busy, recused, away, new, far = (make_person(tx, Role.LAWYER) for _ in range(6))
        people.disable(tx, disabled.id, by=make_person(tx, Role.COORDINATOR), now=NOW)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + HOUR), busy)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + 3 * HOUR + 30 * MINUTE), far)
        searches.recuse(tx, sought.session_id, by=recused, now=NOW)
        on = to_local(FRIDAY).date()
        tx.add(DatedAvailability(person_id=away.id, first_on=on, last_on=on, can=False))
        tx.get_one(Person, new.id).is_new = True

        search_id = searches.look_for_stand_in(tx, sought.shift_id, by=sought.who, now=NOW)

        assert asked(tx, sought, search_id) == []
        searches.unrecuse(tx, sought.session_id, recused.id)
        searches.ask_next(tx, now=NOW + DAY)
        assert asked(tx, sought, search_id) == [recused]


def test_who_was_asked_for_something_else_comes_later(each_db: Database) -> None:
    with each_db.write() as tx:
        before = make_sought(tx, others=3)
        fresh = make_person(tx, Role.LAWYER)
        sought = make_sought(tx, others=0, starts_at=FRIDAY + DAY, now=NOW + HOUR)

        assert fresh in asked(tx, sought)
        assert before.who in asked(tx, sought)  # she looked, and was never asked
        assert len([each for each in asked(tx, sought) if each in asked(tx, before)]) == 1


def test_who_took_something_else_meanwhile_is_refused_and_the_search_goes_on(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + HOUR), first)

    with pytest.raises(Refused, match="person_busy"), each_db.write() as tx:
        searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW)

    with each_db.read() as tx:
        assert state_of(tx, sought.shift_id) is ShiftState.CONFIRMED
        assert _search(tx, sought).state is SearchState.OPEN


@pytest.mark.parametrize(("now", "code"), [(FRIDAY, "session_begun"), (FRIDAY + 4 * HOUR, "session_over")])
def test_nobody_looks_or_accepts_once_it_has_begun(each_db: Database, now: datetime, code: str) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1)
        (first,) = asked(tx, sought)

        with pytest.raises(Refused, match=code):
            searches.accept(tx, ask_of(tx, sought, first), by=first, now=now)
        assert searches.ask_next(tx, now=now) == 0
        assert _search(tx, sought).state is SearchState.ENDED
        with pytest.raises(Refused, match=code):
            searches.look_for_stand_in(tx, sought.shift_id, by=sought.who, now=now)


def test_given_back_while_looking_the_place_is_looked_for(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=1, needs={Role.LAWYER: 1})
        (first,) = asked(tx, sought)

        searches.give_back(tx, sought.shift_id, by=sought.who, now=NOW)
        searches.accept(tx, ask_of(tx, sought, first), by=first, now=NOW)

        assert _search(tx, sought).state is SearchState.FOUND
        assert outcome.planned(tx, sought.who) == []
        assert invariants.breaches(tx, now=NOW) == []


def test_a_cancelled_session_asks_nobody_and_restored_in_time_nothing_was_said(each_db: Database) -> None:
    with each_db.write() as tx:
        sought, by = make_sought(tx, others=2), make_person(tx, Role.COORDINATOR)
        outcome.send_all(tx)
        programme.cancel(tx, sought.session_id, CancelReason.WEATHER, by=by, now=LATE)
        first, second = asked(tx, sought)
        while_off = [outcome.planned(tx, each) for each in (first, second)]
        with pytest.raises(Refused, match="session_cancelled"):
            searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE)
        assert searches.ask_next(tx, now=LATE + HOUR) == 0

        programme.restore(tx, sought.session_id, by=by, now=LATE + 2 * MINUTE)

        assert while_off == [[Kind.ASK_WITHDRAWN]] * 2
        assert [outcome.planned(tx, each) for each in (first, second)] == [[]] * 2
        assert searches.accept(tx, ask_of(tx, sought, first), by=first, now=LATE + 3 * MINUTE)


def test_after_a_move_those_asked_are_told_and_the_search_begins_anew(each_db: Database) -> None:
    with each_db.write() as tx:
        sought, by = make_sought(tx, others=2), make_person(tx, Role.COORDINATOR)
        outcome.send_all(tx)
        first, second = asked(tx, sought)

        move_session(tx, sought.session_id, FRIDAY + 2 * DAY, by=by, now=NOW + HOUR)
        planned = [outcome.planned(tx, each) for each in (first, second)]
        searches.ask_next(tx, now=NOW + HOUR)

        assert planned == [[Kind.ASK_WITHDRAWN]] * 2
        assert [outcome.planned(tx, each) for each in (first, second)] == [[Kind.ASK_MADE, Kind.ASK_WITHDRAWN]] * 2
        assert _search(tx, sought).state is SearchState.ENDED
        anew = tx.scalars(select(Search).where(Search.shift_id == sought.shift_id, Search.state == "open")).one()
        assert len(asked(tx, sought, anew.id)) == 2
        assert invariants.breaches(tx, now=NOW) == []


def test_open_places_are_looked_for_until_nobody_is_lacking(each_db: Database) -> None:
    with each_db.write() as tx:
        by, session_id = make_person(tx, Role.COORDINATOR), make_session(tx, needs={Role.LAWYER: 2})
        lawyers = [make_person(tx, Role.LAWYER) for _ in range(3)]
        search_id = searches.look_for(tx, session_id, Role.LAWYER, by=by, now=NOW)
        outcome.send_all(tx)
        asks = {each.person_id: each.id for each in tx.scalars(select(Ask).where(Ask.search_id == search_id))}

        for each in lawyers[:2]:
            searches.accept(tx, asks[each.id], by=each, now=NOW)

        places = tx.scalars(select(Ask.place).where(Ask.search_id == search_id, Ask.state == AskState.ACCEPTED))
        assert sorted(place for place in places if place) == [1, 2]
        assert outcome.planned(tx, lawyers[2]) == [Kind.ASK_FILLED]
        with pytest.raises(Refused, match="ask_filled"):
            searches.accept(tx, asks[lawyers[2].id], by=lawyers[2], now=NOW)
        with pytest.raises(Refused, match="nobody_missing"):
            searches.look_for(tx, session_id, Role.LAWYER, by=by, now=NOW)
        assert invariants.breaches(tx, now=NOW) == []


def test_asking_again_asks_the_next_few(each_db: Database) -> None:
    with each_db.write() as tx:
        by, session_id = make_person(tx, Role.COORDINATOR), make_session(tx, needs={Role.LAWYER: 1})
        for _ in range(4):
            make_person(tx, Role.LAWYER)

        ids = {searches.look_for(tx, session_id, Role.LAWYER, by=by, now=NOW) for _ in range(2)}

        assert len(ids) == 1
        assert len(tx.scalars(select(Ask)).all()) == 4


def test_who_takes_the_place_in_the_list_leaves_nobody_waiting(each_db: Database) -> None:
    with each_db.write() as tx:
        by, session_id = make_person(tx, Role.COORDINATOR), make_session(tx, needs={Role.LAWYER: 1})
        first, second = (make_person(tx, Role.LAWYER) for _ in range(2))
        search_id = searches.look_for(tx, session_id, Role.LAWYER, by=by, now=NOW)
        outcome.send_all(tx)

        searches.take(tx, session_id, Role.LAWYER, by=first, now=NOW)

        assert tx.get_one(Search, search_id).state is SearchState.FOUND
        assert (outcome.planned(tx, first), outcome.planned(tx, second)) == ([Kind.SHIFT_TAKEN], [Kind.ASK_FILLED])


def _search(tx: Session, sought: Sought) -> Search:
    return tx.get_one(Search, sought.search_id, populate_existing=True)
