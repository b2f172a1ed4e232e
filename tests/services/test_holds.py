"""A time held while she is asked: it blocks for 15 minutes, is confirmed, let go, held again, or ends by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import HOLD_LASTS, AppointmentState, Wanted
from clinic.domain.beneficiaries import Side
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, Beneficiary, Exclusion, Notice, Offer
from clinic.queries import appointments as queries
from clinic.queries import exclusions as exclusion_queries
from clinic.queries import invariants
from clinic.services import appointments, bookings, erasing, holds, interpreting, programme
from clinic.services.interpreting import NeedWish
from tests.make import FRIDAY, NOW, key, make_interpreter, make_person, move_session
from tests.services.desk import LEGAL, SLOT, Desk, asked_of, found, held_for, make_desk, parts, with_them

ALMOST, OVER = NOW + HOLD_LASTS - timedelta(milliseconds=100), NOW + HOLD_LASTS
DAY = timedelta(days=1)
BOOKED, CANCELLED, HELD, LAPSED = (
    AppointmentState.BOOKED,
    AppointmentState.CANCELLED,
    AppointmentState.HELD,
    AppointmentState.LAPSED,
)


def test_what_is_held_blocks_desk_and_people_and_tells_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)

        held_id = _hold(tx, desk, LEGAL)

        held = found(tx, held_id)
        assert (held.state, held.held_until, held.desk) == (HELD, OVER, 1)
        assert held_for(tx, held_id) == with_them(desk.lawyer, until=OVER)
        assert not tx.scalars(select(Notice).where(Notice.about_id == held_id)).all()
        assert invariants.breaches(tx, now=NOW) == []
        with pytest.raises(Refused, match="slot_taken"):
            _hold(tx, desk, alias="Rose")


@pytest.mark.parametrize("act", ["book", "hold"])
def test_after_15_minutes_its_desk_and_people_are_anybodys_also_before_the_sweep(each_db: Database, act: str) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)
        held_id = _hold(tx, desk, LEGAL)
        wish = desk.wish(LEGAL, alias="Rose")
        with pytest.raises(Refused, match="slot_taken"), tx.begin_nested():
            getattr(bookings if act == "book" else appointments, act)(tx, wish, key=key(), by=desk.mediator, now=ALMOST)

        getattr(bookings if act == "book" else appointments, act)(tx, wish, key=key(), by=desk.mediator, now=OVER)

        assert (found(tx, held_id).state, held_for(tx, held_id)) == (LAPSED, set())
        assert invariants.breaches(tx, now=OVER) == []
        with pytest.raises(Refused, match="slot_taken"):
            bookings.confirm(tx, held_id, by=desk.mediator, now=OVER)


def test_confirmed_in_time_it_is_booked_and_she_is_told_twice_changes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)
        held_id = _hold(tx, desk, LEGAL)

        bookings.confirm(tx, held_id, by=desk.mediator, now=ALMOST)
        bookings.confirm(tx, held_id, by=desk.mediator, now=OVER + SLOT)

        booked = found(tx, held_id)
        assert (booked.state, booked.held_until, booked.booked_at) == (BOOKED, None, ALMOST)
        assert held_for(tx, held_id) == with_them(desk.lawyer)
        assert holds.expire(tx, now=OVER + DAY) == 0
        assert invariants.breaches(tx, now=OVER) == []


@pytest.mark.parametrize("sweeps", [0, 1])
def test_confirmed_too_late_it_is_booked_if_all_is_still_free(each_db: Database, sweeps: int) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)
        held_id = _hold(tx, desk, LEGAL)
        assert sum(holds.expire(tx, now=OVER) for _ in range(sweeps)) == sweeps

        bookings.confirm(tx, held_id, by=desk.mediator, now=OVER)

        assert (found(tx, held_id).state, held_for(tx, held_id)) == (BOOKED, with_them(desk.lawyer))
        assert invariants.breaches(tx, now=OVER) == []


def test_let_go_it_is_free_at_once_and_undone_it_is_held_anew(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)
        held_id = _hold(tx, desk, LEGAL)

        bookings.cancel(tx, held_id, by=desk.mediator, now=ALMOST)
        assert (found(tx, held_id).state, held_for(tx, held_id)) == (LAPSED, set())
        bookings.restore(tx, held_id, by=desk.mediator, now=ALMOST)

        assert (found(tx, held_id).state, found(tx, held_id).held_until) == (HELD, ALMOST + HOLD_LASTS)
        assert held_for(tx, held_id) == with_them(desk.lawyer, until=ALMOST + HOLD_LASTS)


def test_held_anew_after_its_time_also_where_nobody_swept(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)
        held_id = _hold(tx, desk)

        bookings.restore(tx, held_id, by=desk.mediator, now=OVER)

        assert found(tx, held_id).held_until == OVER + HOLD_LASTS


def test_moved_it_is_held_as_long_as_before_and_after_its_time_it_does_not_move(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx, desks=1)
        held_id = _hold(tx, desk, LEGAL)

        bookings.move(tx, held_id, desk.session_id, FRIDAY + SLOT, by=desk.mediator, now=ALMOST)

        assert (found(tx, held_id).starts_at, found(tx, held_id).held_until) == (FRIDAY + SLOT, OVER)
        assert held_for(tx, held_id) == with_them(desk.lawyer, until=OVER)
        with pytest.raises(Refused, match="hold_over"):
            bookings.move(tx, held_id, desk.session_id, FRIDAY, by=desk.mediator, now=OVER)


def test_what_was_called_off_is_not_confirmed(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        held_id = _hold(tx, desk)
        bookings.confirm(tx, held_id, by=desk.mediator, now=NOW)
        bookings.cancel(tx, held_id, by=desk.mediator, now=NOW)
        assert found(tx, held_id).state is CANCELLED

        with pytest.raises(Refused, match="appointment_cancelled"):
            bookings.confirm(tx, held_id, by=desk.mediator, now=NOW)


def test_a_time_that_is_past_is_not_confirmed_within_the_15_minutes_either(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, almost_over = make_desk(tx), FRIDAY + SLOT - timedelta(minutes=5)
        held_id = appointments.hold(tx, desk.wish(LEGAL), key=key(), by=desk.mediator, now=almost_over)

        with pytest.raises(Refused, match="slot_over"):
            bookings.confirm(tx, held_id, by=desk.mediator, now=FRIDAY + SLOT)


def test_the_interpreter_is_held_but_not_asked_until_it_is_confirmed(each_db: Database) -> None:
    with each_db.write() as tx:
        outside, desk = make_interpreter(tx), make_desk(tx)
        held_id = _hold(tx, desk, interpreter=Modality.ON_SITE)
        assert (held_for(tx, held_id), tx.scalars(select(Offer)).all()) == (asked_of(outside, until=OVER), [])

        bookings.confirm(tx, held_id, by=desk.mediator, now=ALMOST)

        assert [each.person_id for each in tx.scalars(select(Offer))] == [outside.id]
        assert held_for(tx, held_id) == set()
        assert invariants.breaches(tx, now=ALMOST) == []


def test_an_interpreter_who_can_no_longer_be_asked_is_said_to_be_missing(each_db: Database) -> None:
    """Held shortly before it begins, confirmed shortly after: an answer could not come before the start."""
    with each_db.write() as tx:
        make_interpreter(tx)
        desk, before = make_desk(tx), FRIDAY - timedelta(minutes=5)
        wish = desk.wish(interpreter=Modality.ON_SITE)
        held_id = appointments.hold(tx, wish, key=key(), by=desk.mediator, now=before)

        with pytest.raises(Refused, match="nobody_free"):
            bookings.confirm(tx, held_id, by=desk.mediator, now=FRIDAY + timedelta(minutes=2))


def test_nobody_is_asked_for_a_time_that_is_only_held(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        held_id = _hold(tx, desk)
        need = NeedWish(
            desk.session_id, held_id, "ara", Modality.TELEPHONE, FRIDAY, FRIDAY + SLOT, FRIDAY - timedelta(hours=1)
        )

        with pytest.raises(Refused, match="appointment_cancelled"):
            interpreting.need(tx, need, key=key(), by=desk.mediator, now=NOW)


@pytest.mark.parametrize("what", ["move", "cancel"])
def test_a_session_that_moves_or_is_called_off_ends_its_holds(each_db: Database, what: str) -> None:
    with each_db.write() as tx:
        desk, coordinator = make_desk(tx), make_person(tx, Role.COORDINATOR)
        held_id = _hold(tx, desk, LEGAL)

        if what == "move":
            move_session(tx, desk.session_id, FRIDAY + DAY, by=coordinator)
        else:
            programme.cancel(tx, desk.session_id, CancelReason.VENUE, by=coordinator, now=NOW)

        assert (found(tx, held_id).state, held_for(tx, held_id)) == (LAPSED, set())
        assert invariants.breaches(tx, now=NOW) == []


def test_S02_a_hold_that_is_not_hers_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        held_id = _hold(tx, make_desk(tx))

        for role in (Role.MEDIATOR, Role.LAWYER):
            with pytest.raises(NotFound):
                bookings.confirm(tx, held_id, by=make_person(tx, role), now=NOW)


def test_S72_the_same_form_twice_holds_once(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, form = make_desk(tx), key()

        ids = {
            appointments.hold(tx, desk.wish(LEGAL, alias=None), key=form, by=desk.mediator, now=NOW) for _ in range(2)
        }

        assert len(ids) == len(tx.scalars(select(Appointment)).all()) == len(tx.scalars(select(Beneficiary)).all()) == 1


def test_a_day_after_it_ended_a_hold_is_forgotten_and_who_has_no_record_with_it(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        nameless, known = _hold(tx, desk, LEGAL, alias=None), _hold(tx, desk, slot=1)
        whom, iris = found(tx, nameless).beneficiary_id, found(tx, known).beneficiary_id
        digested = exclusion_queries.pair_digest(whom, desk.lawyer.id)
        tx.add(Exclusion(beneficiary_id=whom, pair_digest=digested, side=Side.THEIRS))
        assert holds.expire(tx, now=OVER) == 2

        assert holds.expire(tx, now=OVER + DAY) == 0
        assert queries.appointment(tx, nameless).state is LAPSED
        holds.expire(tx, now=OVER + DAY + timedelta(seconds=1))

        assert tx.scalars(select(Appointment)).all() == []
        assert tx.scalars(select(Beneficiary.id)).all() == [iris]
        assert parts(tx, nameless) == {}


def test_S61_what_was_of_somebody_erased_does_not_come_back(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        held_id = _hold(tx, desk)
        bookings.cancel(tx, held_id, by=desk.mediator, now=NOW)
        erasing.erase(tx, found(tx, held_id).beneficiary_id, by=desk.mediator, now=NOW)

        for act in (bookings.restore, bookings.confirm):
            with pytest.raises(NotFound):
                act(tx, held_id, by=desk.mediator, now=NOW)


def _hold(tx: Session, desk: Desk, *wanted: Wanted, **wish: Any) -> str:
    return appointments.hold(tx, desk.wish(*wanted, **wish), key=key(), by=desk.mediator, now=NOW)
