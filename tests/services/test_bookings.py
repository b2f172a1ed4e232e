"""An appointment is moved or called off, and its interpreter with it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.notices import Kind
from clinic.domain.people import SignedIn
from clinic.models import Need, Occupancy, Offer
from clinic.queries import interpreting as queries
from clinic.queries import invariants
from clinic.services import bookings, interpreting
from tests.make import FRIDAY, NOW, make_appointment, make_interpreter, make_need, make_offer, make_person, make_session
from tests.services.outcome import planned, reminders, send_all

SLOT, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)


def test_a_moved_appointment_frees_its_interpreter_and_asks_anew_at_the_new_time(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make_person(tx), make_interpreter(tx)
        session_id, other_id = make_session(tx), make_session(tx, starts_at=FRIDAY + DAY)
        booked_id, need_id = _booked(tx, session_id, mediator, interpreter)

        bookings.move(tx, booked_id, other_id, FRIDAY + DAY + SLOT, by=mediator, now=NOW + HOUR)

        need = tx.get_one(Need, need_id)
        moved_to = FRIDAY + DAY + SLOT
        assert (need.session_id, need.starts_at, need.ends_at) == (other_id, moved_to, moved_to + SLOT)
        assert (need.state, tx.scalars(select(Offer.state)).all()) == (NeedState.OPEN, [OfferState.WITHDRAWN])
        assert (planned(tx, interpreter), reminders(tx, interpreter)) == ([Kind.OFFER_WITHDRAWN], 0)
        send_all(tx)
        make_offer(tx, need_id, interpreter, now=NOW + HOUR)
        assert planned(tx, interpreter) == [Kind.OFFER_ASKED]
        assert invariants.breaches(tx, now=NOW) == []


def test_moved_to_an_earlier_time_the_answer_is_awaited_no_longer_than_its_start(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, early = make_person(tx), NOW + DAY
        booked_id, need_id = _booked(tx, make_session(tx), mediator, make_interpreter(tx))

        bookings.move(tx, booked_id, make_session(tx, starts_at=early), early, by=mediator, now=NOW)

        assert tx.get_one(Need, need_id).answer_by == early


def test_a_cancelled_appointment_needs_nobody_any_more(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make_person(tx), make_interpreter(tx)
        booked_id, need_id = _booked(tx, make_session(tx), mediator, interpreter)

        for _ in range(2):
            bookings.cancel(tx, booked_id, by=mediator, now=NOW + HOUR)

        assert tx.get_one(Need, need_id).state is NeedState.WITHDRAWN
        assert (planned(tx, interpreter), tx.scalars(select(Occupancy)).all()) == ([Kind.OFFER_WITHDRAWN], [])


def test_what_needs_nobody_moves_alone_and_is_needed_again_where_it_went(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator = make_person(tx)
        session_id, other_id = make_session(tx), make_session(tx, starts_at=FRIDAY + DAY)
        booked_id, need_id = _booked(tx, session_id, mediator, make_interpreter(tx))
        interpreting.withdraw(tx, need_id, by=mediator, now=NOW)

        bookings.move(tx, booked_id, other_id, FRIDAY + DAY, by=mediator, now=NOW)
        assert tx.get_one(Need, need_id).state is NeedState.WITHDRAWN
        interpreting.need_again(tx, need_id, by=mediator, now=NOW)

        need = queries.need_row(tx, need_id, now=NOW)
        assert (need.state, need.session_id, need.starts_at) == (NeedState.OPEN, other_id, FRIDAY + DAY)


def test_without_a_need_an_appointment_is_moved_cancelled_and_restored_as_ever(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=mediator)

        bookings.move(tx, booked_id, session_id, FRIDAY + SLOT, by=mediator, now=NOW)
        bookings.cancel(tx, booked_id, by=mediator, now=NOW)
        bookings.restore(tx, booked_id, by=mediator, now=NOW)

        assert invariants.breaches(tx, now=NOW) == []


def _booked(tx: Session, session_id: str, mediator: SignedIn, interpreter: SignedIn) -> tuple[str, str]:
    """An appointment and its need, accepted; everything so far was told."""
    booked_id = make_appointment(tx, session_id, by=mediator)
    need_id = make_need(tx, session_id, by=mediator, appointment_id=booked_id)
    interpreting.accept(tx, make_offer(tx, need_id, interpreter), by=interpreter, now=NOW)
    send_all(tx)
    return booked_id, need_id
