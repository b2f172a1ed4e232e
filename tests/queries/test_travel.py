"""Who could not be there in time, for all that a person can be on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.queries import travel
from clinic.services import interpreting, programme, rota
from tests.conftest import CountQueries
from tests.make import (
    FRIDAY,
    NOW,
    make_interpreter,
    make_need,
    make_offer,
    make_person,
    make_place,
    make_registration,
    make_session,
    make_shift,
    make_workshop,
)

ENDS_AT = FRIDAY + timedelta(hours=3)
MINUTE = timedelta(minutes=1)
SPAN = timedelta(hours=2)


def _is_too_close(tx: Session, person: SignedIn, starts_at: datetime, *, place_id: str | None = None) -> bool:
    place_id = place_id or make_place(tx)
    return travel.too_close(tx, [person.id], (starts_at, starts_at + SPAN), place_id, now=NOW) == {person.id}


@pytest.mark.parametrize(("starts_at", "is_too_close"), [
    (ENDS_AT, True),
    (ENDS_AT + 44 * MINUTE, True),
    (ENDS_AT + 45 * MINUTE, False),
    (FRIDAY - SPAN, True),
    (FRIDAY - SPAN - 44 * MINUTE, True),
    (FRIDAY - SPAN - 45 * MINUTE, False),
    (FRIDAY + SPAN, False),  # overlaps: occupancy says that
])  # fmt: skip
def test_45_minutes_are_left_before_and_after(each_db: Database, starts_at: datetime, *, is_too_close: bool) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        make_shift(tx, make_session(tx), lawyer)

        assert _is_too_close(tx, lawyer, starts_at) is is_too_close


def test_no_time_is_needed_at_the_same_place(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, place_id = make_person(tx, Role.LAWYER), make_place(tx)
        make_shift(tx, make_session(tx, place_id=place_id), lawyer)

        assert not _is_too_close(tx, lawyer, ENDS_AT, place_id=place_id)


def test_what_was_given_back_or_called_off_is_no_way_to_go(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        free, called_off = make_person(tx, Role.LAWYER), make_person(tx, Role.LAWYER)
        rota.give_back(tx, make_shift(tx, make_session(tx), free), by=free, now=NOW)
        session_id = make_session(tx)
        make_shift(tx, session_id, called_off)
        programme.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=NOW)

        assert not _is_too_close(tx, free, ENDS_AT)
        assert not _is_too_close(tx, called_off, ENDS_AT)


def test_a_workshop_counts_for_those_who_have_a_seat(each_db: Database) -> None:
    with each_db.write() as tx:
        workshop_id, seated, waiting = make_workshop(tx, capacity=1), make_person(tx), make_person(tx)
        make_registration(tx, workshop_id, seated)
        make_registration(tx, workshop_id, waiting)

        assert _is_too_close(tx, seated, ENDS_AT)
        assert not _is_too_close(tx, waiting, ENDS_AT)


@pytest.mark.parametrize("accepts", [True, False])
@pytest.mark.parametrize("modality", Modality)
def test_interpreting_on_site_counts_asked_or_accepted(each_db: Database, modality: Modality, *, accepts: bool) -> None:
    with each_db.write() as tx:
        interpreter = make_interpreter(tx, phone="06 39 98 00 01")
        need_id = make_need(tx, make_session(tx), by=make_person(tx), modality=modality)
        offer_id = make_offer(tx, need_id, interpreter)
        if accepts:
            interpreting.accept(tx, offer_id, by=interpreter, now=NOW)

        assert _is_too_close(tx, interpreter, ENDS_AT) is (modality is Modality.ON_SITE)


def test_what_was_not_answered_in_time_does_not_count(each_db: Database) -> None:
    with each_db.write() as tx:
        interpreter = make_interpreter(tx)
        make_offer(tx, make_need(tx, make_session(tx), by=make_person(tx)), interpreter)

        late = travel.too_close(tx, [interpreter.id], (ENDS_AT, ENDS_AT + SPAN), make_place(tx), now=FRIDAY)

        assert late == set()


def test_what_is_being_changed_itself_does_not_count(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make_person(tx, Role.LAWYER)
        shift_id = make_shift(tx, make_session(tx), lawyer)
        span = (ENDS_AT, ENDS_AT + SPAN)

        assert not travel.too_close(tx, [lawyer.id], span, make_place(tx), besides=[shift_id], now=NOW)


def test_fifty_people_cost_no_more_than_one(each_db: Database, count_queries: CountQueries) -> None:
    with each_db.write() as tx:
        people = [make_person(tx, Role.LAWYER).id for _ in range(50)]
        place_id = make_place(tx)

    counts = []
    for some in (people[:1], people):
        with count_queries(each_db) as statements, each_db.read() as tx:
            travel.too_close(tx, some, (ENDS_AT, ENDS_AT + SPAN), place_id, now=NOW)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 4  # on SQLite, one of them is BEGIN
