"""Who must be there is given with the desk, comes along, is missing when she leaves, and is never with two at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import Refused
from clinic.domain.appointments import CrewPart, Wanted
from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.models import Attending, Need, Offer
from clinic.queries import attending as queries
from clinic.queries import interpreting as need_queries
from clinic.queries import invariants
from clinic.services import appointments, bookings, exclusions, programme, rota
from tests.make import FRIDAY, NOW, key, make_interpreter, make_person, make_session, make_shift, move_session
from tests.services.desk import LEGAL, MEDIATOR, SLOT, Desk, asked_of, found, held_for, make_desk, parts, with_them

INTERPRETER = CrewPart.INTERPRETER


def test_S70_who_must_be_there_is_held_with_the_desk(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)

        booked_id = _book(tx, desk, LEGAL, MEDIATOR)

        assert parts(tx, booked_id) == {CrewPart.LEGAL: desk.lawyer.id, CrewPart.MEDIATOR: desk.mediator.id}
        assert held_for(tx, booked_id) == with_them(desk.lawyer, desk.mediator)
        _check(tx)


def test_S70_the_only_lawyer_is_not_with_two_at_once_although_a_desk_is_free(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        _book(tx, desk, LEGAL)

    with pytest.raises(Refused, match="nobody_free"), each_db.write() as tx:
        _book(tx, desk, LEGAL, alias="Rose")

    with each_db.write() as tx:
        assert held_for(tx, _book(tx, desk, LEGAL, alias="Rose", slot=1)) == with_them(desk.lawyer)
        assert held_for(tx, _book(tx, desk, alias="Lilas")) == set()


def test_a_refusal_says_when_who_is_missing_and_nothing_else(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        _book(tx, desk, LEGAL, MEDIATOR)

    with pytest.raises(Refused, match="nobody_free") as refused, each_db.write() as tx:
        _book(tx, desk, LEGAL, MEDIATOR, alias="Rose", interpreter=Modality.TELEPHONE)

    missing = [CrewPart.LEGAL, CrewPart.MEDIATOR, INTERPRETER]
    assert refused.value.facts == {"at": FRIDAY, "missing": missing}
    with each_db.read() as tx:
        assert not tx.scalars(select(Attending).where(Attending.part == INTERPRETER)).all()


def test_the_person_wished_for_is_given_and_nobody_else_in_her_place(each_db: Database) -> None:
    with each_db.write() as tx:
        second = make_person(tx, Role.LEGAL_ADVISER)
        desk = make_desk(tx, second)
        wished = Wanted(CrewPart.LEGAL, second.id)

        booked_id = _book(tx, desk, wished)

        assert parts(tx, booked_id) == {CrewPart.LEGAL: second.id}
        with pytest.raises(Refused, match="nobody_free"):
            _book(tx, desk, wished, alias="Rose")


def test_a_psychologist_is_not_given_for_legal_advice(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, make_person(tx, Role.PSYCHOLOGIST))
        _book(tx, desk, LEGAL)

        with pytest.raises(Refused, match="nobody_free"):
            _book(tx, desk, LEGAL, alias="Rose")


def test_an_interpreter_of_the_crew_who_speaks_her_language_is_taken_first(each_db: Database) -> None:
    with each_db.write() as tx:
        make_interpreter(tx, phone="0612345678")
        ours = make_interpreter(tx)
        desk = make_desk(tx, ours, make_interpreter(tx, "yor"))

        booked_id = _book(tx, desk, interpreter=Modality.TELEPHONE)

        assert parts(tx, booked_id) == {INTERPRETER: ours.id}
        assert held_for(tx, booked_id) == with_them(ours)


def test_while_the_interpreter_of_the_crew_is_with_somebody_another_one_is_asked(each_db: Database) -> None:
    with each_db.write() as tx:
        ours, outside = make_interpreter(tx), make_interpreter(tx, phone="0612345678")
        desk = make_desk(tx, ours)
        _book(tx, desk, interpreter=Modality.TELEPHONE)

        second = _book(tx, desk, interpreter=Modality.TELEPHONE, alias="Rose")

        assert parts(tx, second) == {INTERPRETER: outside.id}
        assert held_for(tx, second) == asked_of(outside)


def test_an_outside_interpreter_is_asked_when_it_is_booked_and_her_offer_holds_her(each_db: Database) -> None:
    with each_db.write() as tx:
        outside = make_interpreter(tx)
        desk = make_desk(tx)
        wish = desk.wish(LEGAL, interpreter=Modality.ON_SITE)

        booked_id = bookings.book(tx, wish, key=key(), by=desk.mediator, now=NOW)

        need = tx.scalars(select(Need)).one()
        assert (need.appointment_id, need.modality, need.state) == (booked_id, Modality.ON_SITE, NeedState.OPEN)
        assert [(each.person_id, each.state) for each in tx.scalars(select(Offer))] == [(outside.id, OfferState.ASKED)]
        assert parts(tx, booked_id) == {CrewPart.LEGAL: desk.lawyer.id}
        _check(tx)
        with pytest.raises(Refused, match="nobody_free"):
            bookings.book(
                tx, desk.wish(alias="Rose", interpreter=Modality.ON_SITE), key=key(), by=desk.mediator, now=NOW
            )


def test_the_same_form_twice_asks_the_interpreter_once(each_db: Database) -> None:
    with each_db.write() as tx:
        make_interpreter(tx)
        desk, form = make_desk(tx), key()
        wish = desk.wish(LEGAL, interpreter=Modality.ON_SITE)

        ids = {bookings.book(tx, wish, key=form, by=desk.mediator, now=NOW) for _ in range(2)}

        assert len(ids) == len(tx.scalars(select(Offer)).all()) == 1
        _check(tx)


def test_moved_she_keeps_her_people_and_a_move_onto_a_time_without_them_is_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        booked_id = _book(tx, desk, LEGAL)
        _book(tx, desk, LEGAL, slot=2, alias="Rose")

        bookings.move(tx, booked_id, desk.session_id, FRIDAY + SLOT, by=desk.mediator, now=NOW)

        assert held_for(tx, booked_id) == with_them(desk.lawyer)
        _check(tx)
    with pytest.raises(Refused, match="nobody_free") as refused, each_db.write() as tx:
        bookings.move(tx, booked_id, desk.session_id, FRIDAY + 2 * SLOT, by=desk.mediator, now=NOW)
    assert refused.value.facts == {"at": FRIDAY + 2 * SLOT, "missing": [CrewPart.LEGAL]}
    with each_db.read() as tx:
        assert found(tx, booked_id).starts_at == FRIDAY + SLOT
        _check(tx)


def test_moved_to_another_date_somebody_of_that_crew_is_there(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, there = make_desk(tx), make_desk(tx, starts_at=FRIDAY + 48 * SLOT)
        booked_id = _book(tx, desk, LEGAL)

        bookings.move(tx, booked_id, there.session_id, FRIDAY + 48 * SLOT, by=desk.mediator, now=NOW)

        assert parts(tx, booked_id) == {CrewPart.LEGAL: there.lawyer.id}
        assert held_for(tx, booked_id) == with_them(there.lawyer)


def test_restored_all_come_back_or_nothing_does(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        booked_id = _book(tx, desk, LEGAL)
        bookings.cancel(tx, booked_id, by=desk.mediator, now=NOW)
        assert held_for(tx, booked_id) == set()
        bookings.restore(tx, booked_id, by=desk.mediator, now=NOW)
        assert held_for(tx, booked_id) == with_them(desk.lawyer)
        bookings.cancel(tx, booked_id, by=desk.mediator, now=NOW)
        _book(tx, desk, LEGAL, alias="Rose")

    with pytest.raises(Refused, match="nobody_free"), each_db.write() as tx:
        bookings.restore(tx, booked_id, by=desk.mediator, now=NOW)


def test_who_leaves_the_crew_is_missing_until_somebody_takes_her_place(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        booked_id = _book(tx, desk, LEGAL)

        rota.give_back(tx, desk.shifts[desk.lawyer.id], by=desk.lawyer, now=NOW)
        assert (parts(tx, booked_id), held_for(tx, booked_id)) == ({CrewPart.LEGAL: None}, set())
        new = make_person(tx, Role.LAWYER)
        make_shift(tx, desk.session_id, new)

        assert parts(tx, booked_id) == {CrewPart.LEGAL: new.id}
        assert held_for(tx, booked_id) == with_them(new)
        _check(tx)


def test_who_leaves_the_crew_is_replaced_at_once_by_who_is_free(each_db: Database) -> None:
    with each_db.write() as tx:
        second = make_person(tx, Role.LAWYER)
        desk = make_desk(tx, second)
        booked_id, other_id = _book(tx, desk, LEGAL), _book(tx, desk, LEGAL, slot=1)
        leaving = desk.lawyer if parts(tx, booked_id)[CrewPart.LEGAL] == desk.lawyer.id else second
        staying = second if leaving is desk.lawyer else desk.lawyer

        rota.give_back(tx, desk.shifts[leaving.id], by=leaving, now=NOW)

        assert parts(tx, booked_id) == parts(tx, other_id) == {CrewPart.LEGAL: staying.id}
        _check(tx)


def test_a_session_that_moves_takes_her_people_along_and_one_called_off_frees_them(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, coordinator = make_desk(tx), make_person(tx, Role.COORDINATOR)
        booked_id = _book(tx, desk, LEGAL)

        move_session(tx, desk.session_id, FRIDAY + SLOT, by=coordinator)
        assert found(tx, booked_id).starts_at == FRIDAY + SLOT
        assert held_for(tx, booked_id) == with_them(desk.lawyer)
        _check(tx)
        programme.cancel(tx, desk.session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        assert held_for(tx, booked_id) == set()
        programme.restore(tx, desk.session_id, by=coordinator, now=NOW)

        assert held_for(tx, booked_id) == with_them(desk.lawyer)
        _check(tx)


def test_who_cannot_come_to_the_moved_session_is_missing_there(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, coordinator = make_desk(tx), make_person(tx, Role.COORDINATOR)
        booked_id = _book(tx, desk, LEGAL)
        later = FRIDAY + 48 * SLOT
        make_shift(tx, make_session(tx, starts_at=later), desk.lawyer)

        move_session(tx, desk.session_id, later, leaving=frozenset({desk.lawyer.id}), by=coordinator)

        assert (parts(tx, booked_id), held_for(tx, booked_id)) == ({CrewPart.LEGAL: None}, set())
        _check(tx)


def test_in_a_session_called_off_nobody_is_held_for_who_is_missing(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        desk = make_desk(tx, make_person(tx, Role.LAWYER))
        booked_id = _book(tx, desk, LEGAL)
        programme.cancel(tx, desk.session_id, CancelReason.VENUE, by=coordinator, now=NOW)

        for each in (desk.lawyer.id, *desk.shifts):
            if each != desk.mediator.id:
                exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, each, by=coordinator, now=NOW)

        assert held_for(tx, booked_id) == set()
        _check(tx)


def test_for_a_session_called_off_it_is_not_said_anew_who_must_be_there(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, coordinator = make_desk(tx), make_person(tx, Role.COORDINATOR)
        booked_id = _book(tx, desk)
        programme.cancel(tx, desk.session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        seen = queries.version(found(tx, booked_id))

        with pytest.raises(Refused, match="session_cancelled"):
            appointments.staff(tx, booked_id, [LEGAL], seen=seen, by=coordinator, now=NOW)


def test_moved_an_interpreter_who_was_missing_is_asked(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, outside = make_desk(tx), make_interpreter(tx)
        wish = desk.wish(interpreter=Modality.ON_SITE)
        held_id = appointments.hold(tx, wish, key=key(), by=desk.mediator, now=NOW)
        whom, coordinator = found(tx, held_id).beneficiary_id, make_person(tx, Role.COORDINATOR)
        exclusions.exclude(tx, whom, outside.id, by=coordinator, now=NOW)
        bookings.confirm(tx, held_id, by=desk.mediator, now=NOW)
        exclusions.readmit(tx, whom, outside.id, by=coordinator, now=NOW)

        bookings.move(tx, held_id, desk.session_id, FRIDAY + SLOT, by=desk.mediator, now=NOW)

        assert [(each.person_id, each.state) for each in tx.scalars(select(Offer))] == [(outside.id, OfferState.ASKED)]
        _check(tx)


def test_an_interpreter_who_was_to_be_asked_is_followed_by_one_of_the_crew(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, outside = make_desk(tx), make_interpreter(tx)
        wish = desk.wish(interpreter=Modality.ON_SITE)
        held_id = appointments.hold(tx, wish, key=key(), by=desk.mediator, now=NOW)
        whom = found(tx, held_id).beneficiary_id
        exclusions.exclude(tx, whom, outside.id, by=make_person(tx, Role.COORDINATOR), now=NOW)
        assert parts(tx, held_id) == {INTERPRETER: None}
        ours = make_interpreter(tx)

        make_shift(tx, desk.session_id, ours)

        assert held_for(tx, held_id) == with_them(ours, until=found(tx, held_id).held_until)
        bookings.confirm(tx, held_id, by=desk.mediator, now=NOW)
        assert need_queries.need_of_appointment(tx, held_id) is None
        assert held_for(tx, held_id) == with_them(ours)
        _check(tx)


def _book(tx: Session, desk: Desk, *wanted: Wanted, by: SignedIn | None = None, **wish: Any) -> str:
    return appointments.book(tx, desk.wish(*wanted, **wish), key=key(), by=by or desk.mediator, now=NOW)


def _check(tx: Session) -> None:
    assert invariants.breaches(tx, now=NOW) == []
