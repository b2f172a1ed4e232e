"""Who must be there at an appointment, said anew; the next one of the same person; "I cannot take this" said twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import CrewPart, Wanted
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, Attending, AuditEntry, Disclosure
from clinic.queries import appointments as appointment_queries
from clinic.queries import attending, desks, disclosures, invariants
from clinic.services import appointments, bookings, exclusions
from clinic.services import disclosures as disclosing
from clinic.services.appointments import Wish
from tests.make import (
    FRIDAY,
    NOW,
    key,
    make_appointment,
    make_interpreter,
    make_person,
    make_session,
    make_shift,
)

WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
LEGAL, MEDIATOR = CrewPart.LEGAL, CrewPart.MEDIATOR


def _seen(tx: Session, appointment_id: str) -> str:
    return attending.version(appointment_queries.appointment(tx, appointment_id))


def _there(tx: Session, appointment_id: str) -> dict[CrewPart, str | None]:
    rows = tx.execute(select(Attending.part, Attending.person_id).where(Attending.appointment_id == appointment_id))
    return {row.part: row.person_id for row in rows}


def _crew(tx: Session, session_id: str) -> tuple[SignedIn, SignedIn]:
    """A lawyer and a mediator on it."""
    lawyer, mediator = make_person(tx, Role.LAWYER), make_person(tx)
    make_shift(tx, session_id, lawyer)
    make_shift(tx, session_id, mediator)
    return lawyer, mediator


def test_somebody_is_named_replaced_left_to_be_found_and_taken_off_again(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        lawyer, mediator = _crew(tx, session_id)
        booked_id = make_appointment(tx, session_id, by=mediator)
        steps: list[tuple[list[Wanted], list[CrewPart], dict[CrewPart, str | None]]] = [
            ([Wanted(LEGAL, lawyer.id), Wanted(MEDIATOR)], [], {LEGAL: lawyer.id, MEDIATOR: mediator.id}),
            ([Wanted(MEDIATOR, mediator.id)], [LEGAL], {LEGAL: None, MEDIATOR: mediator.id}),
            ([Wanted(LEGAL)], [], {LEGAL: lawyer.id}),
            ([], [], {}),
        ]

        for wanted, vacant, there in steps:
            seen = _seen(tx, booked_id)
            appointments.staff(tx, booked_id, wanted, vacant=vacant, seen=seen, by=mediator, now=NOW)

            assert _there(tx, booked_id) == there
            assert invariants.breaches(tx, now=NOW) == []


def test_S73_who_comes_is_not_changed_over_what_somebody_else_said_meanwhile(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        _lawyer, mediator = _crew(tx, session_id)
        booked_id = make_appointment(tx, session_id, by=mediator)
        seen = _seen(tx, booked_id)
        appointments.staff(tx, booked_id, [Wanted(LEGAL)], seen=seen, by=mediator, now=NOW)

        with pytest.raises(Refused, match="outcome_changed"):
            appointments.staff(tx, booked_id, [Wanted(MEDIATOR)], seen=seen, by=mediator, now=NOW)


def test_who_is_with_somebody_else_then_is_refused_and_all_stays_as_it_was(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        lawyer, mediator = _crew(tx, session_id)
        first, second = (make_appointment(tx, session_id, by=mediator) for _ in range(2))
        appointments.staff(tx, first, [Wanted(LEGAL)], seen=_seen(tx, first), by=mediator, now=NOW)
    with each_db.write() as tx:
        seen = _seen(tx, second)

    with pytest.raises(Refused) as refused, each_db.write() as tx:
        appointments.staff(tx, second, [Wanted(LEGAL, lawyer.id)], seen=seen, by=mediator, now=NOW)

    assert (refused.value.code, refused.value.facts) == ("nobody_free", {"at": FRIDAY, "missing": [LEGAL]})
    with each_db.read() as tx:
        assert (_there(tx, first), _there(tx, second)) == ({LEGAL: lawyer.id}, {})


def test_a_kept_time_keeps_its_interpreter_while_others_are_named(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        _lawyer, mediator = _crew(tx, session_id)
        interpreter = make_interpreter(tx, "eng")
        wish = Wish(session_id, FRIDAY, "Iris", "eng", None, interpreter=Modality.ON_SITE)
        held_id = appointments.hold(tx, wish, key=key(), by=mediator, now=NOW)

        appointments.staff(tx, held_id, [Wanted(MEDIATOR)], seen=_seen(tx, held_id), by=mediator, now=NOW + MINUTE)

        assert _there(tx, held_id) == {MEDIATOR: mediator.id, CrewPart.INTERPRETER: interpreter.id}
        assert invariants.breaches(tx, now=NOW + MINUTE) == []


@pytest.mark.parametrize(("when", "code"), [(15 * MINUTE, "hold_over"), (timedelta(days=6), "hold_over")])
def test_of_a_time_that_is_not_kept_any_more_nobody_says_who_comes(
    each_db: Database, when: timedelta, code: str
) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        _lawyer, mediator = _crew(tx, session_id)
        held_id = appointments.hold(tx, Wish(session_id, FRIDAY, "Iris", "eng", None), key=key(), by=mediator, now=NOW)

        with pytest.raises(Refused, match=code):
            appointments.staff(tx, held_id, [], seen=_seen(tx, held_id), by=mediator, now=NOW + when)


@pytest.mark.parametrize("alias", ["Iris", None])
def test_the_next_appointment_is_of_the_same_person_whoever_of_the_crew_books_it(
    each_db: Database, alias: str | None
) -> None:
    with each_db.write() as tx:
        session_id, later = make_session(tx), make_session(tx, starts_at=FRIDAY + WEEK)
        _lawyer, colleague = _crew(tx, session_id)
        wish = Wish(session_id, FRIDAY, alias, "eng", None)
        before = appointments.book(tx, wish, key=key(), by=make_person(tx), now=NOW)

        wish = Wish(later, FRIDAY + WEEK, None, "eng", None, after_id=before)
        next_id = bookings.book(tx, wish, key=key(), by=colleague, now=NOW)

        whose = [tx.get_one(Appointment, each).beneficiary_id for each in (before, next_id)]
        assert whose[0] == whose[1]


def test_S02_the_next_appointment_of_somebody_else_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        before = make_appointment(tx, session_id, by=make_person(tx))

        for after_id in (before, "0" * 16):
            wish = Wish(session_id, FRIDAY, None, "eng", None, after_id=after_id)
            with pytest.raises(NotFound):
                appointments.book(tx, wish, key=key(), by=make_person(tx), now=NOW)


def test_S07_i_cannot_take_this_said_twice_is_said_once_and_taken_back_twice_is_once(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        lawyer, mediator = _crew(tx, session_id)
        booked_id, near = make_appointment(tx, session_id, by=mediator), FRIDAY - timedelta(hours=1)

        recused = [exclusions.recuse(tx, booked_id, by=lawyer, now=near) for _ in range(2)]
        with pytest.raises(NotFound):
            desks.appointment(tx, booked_id, reader=lawyer, now=near)
        for _ in range(2):
            exclusions.unrecuse(tx, booked_id, by=lawyer, now=near)

        assert recused == [session_id, session_id]
        assert desks.appointment(tx, booked_id, reader=lawyer, now=near)[0].id == booked_id
        said = tx.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == lawyer.id)).all()
        assert [each for each in said if "recuse" in each] == ["appointment.recuse", "appointment.unrecuse"]


def test_S07_taken_back_she_may_look_again_as_long_as_it_is_open_to_her(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, mediator = make_person(tx, Role.LAWYER), make_person(tx)
        booked_id = make_appointment(tx, make_session(tx), by=mediator)
        disclosing.disclose(tx, booked_id, lawyer.id, 2, key=key(), by=mediator, now=NOW)

        exclusions.recuse(tx, booked_id, by=lawyer, now=NOW)
        shown = disclosures.opened_to(tx, reader=lawyer, now=NOW), disclosures.open_now(tx, booked_id, now=NOW)
        exclusions.unrecuse(tx, booked_id, by=lawyer, now=NOW)

        assert shown == ([], [])
        assert [each.appointment_id for each in disclosures.opened_to(tx, reader=lawyer, now=NOW)] == [booked_id]
        exclusions.exclude(tx, tx.get_one(Appointment, booked_id).beneficiary_id, lawyer.id, by=mediator, now=NOW)
        assert tx.scalars(select(Disclosure.until)).all() == [NOW]
