"""A new spot on the day reaches those who may know the place at that moment, and only them (S03, S14)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.calls import TO_MAKE, Change
from clinic.domain.interpreting import Modality
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.models import Call, ClinicSession
from clinic.queries import commitments, offers, programme, public
from clinic.services import interpreting
from clinic.services import programme as services
from clinic.services.programme import MoveWish
from tests.make import (
    FRIDAY,
    NOW,
    give_address,
    make_appointment,
    make_interpreter,
    make_need,
    make_offer,
    make_person,
    make_place,
    make_registration,
    make_session,
    make_shift,
    make_workshop,
)  # fmt: skip
from tests.services.outcome import planned, send_all

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
TOLD = [Kind.SPOT_CHANGED]
SPOT = "12 allée des Peupliers"


def _late(tx: Session, session_id: str) -> ClinicSession:
    """The session is at a place told late."""
    session = tx.get_one(ClinicSession, session_id)
    session.place_id = make_place(tx, Publicity.TOLD_LATE, spot="usual spot")
    tx.flush()
    return session


def _calls(tx: Session) -> list[Change]:
    tx.expire_all()
    return list(tx.scalars(select(Call.change).where(Call.state.in_(TO_MAKE))))


def _change(tx: Session, session_id: str, by: SignedIn, now: datetime, spot: str | None = SPOT) -> None:
    services.new_spot(tx, session_id, spot, by=by, now=now)


@pytest.mark.parametrize(("before", "is_told"), [(24 * HOUR, True), (24 * HOUR + SECOND, False)])
def test_S03_interpreters_who_come_are_told_from_24_hours_before_and_the_crew_at_any_time(
    each_db: Database, before: timedelta, *, is_told: bool
) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        on_crew, comes, phones, asked = (make_interpreter(tx, phone="06 12 34 56 78") for _ in range(4))
        session_id = make_session(tx)
        _late(tx, session_id)
        make_shift(tx, session_id, lawyer)
        make_shift(tx, session_id, on_crew)
        for person, modality in ((comes, Modality.ON_SITE), (phones, Modality.TELEPHONE)):
            offer_id = make_offer(tx, make_need(tx, session_id, by=coordinator, modality=modality), person)
            interpreting.accept(tx, offer_id, by=person, now=NOW)
        make_offer(tx, make_need(tx, session_id, by=coordinator), asked)
        send_all(tx)

        _change(tx, session_id, coordinator, FRIDAY - before)

        assert planned(tx, lawyer) == TOLD
        assert [planned(tx, each) for each in (on_crew, comes)] == [TOLD * is_told] * 2
        assert [planned(tx, each) for each in (phones, asked, coordinator)] == [[]] * 3


@pytest.mark.parametrize(("before", "is_told"), [(48 * HOUR, True), (48 * HOUR + SECOND, False)])
def test_S03_those_who_come_to_a_workshop_are_told_from_48_hours_before_and_those_who_wait_are_not(
    each_db: Database, before: timedelta, *, is_told: bool
) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_workshop(tx, capacity=2)
        comes, silent, waits = (make_person(tx, Role.MEMBER) for _ in range(3))
        _late(tx, session_id)
        for person in (comes, silent, waits):
            make_registration(tx, session_id, person)
        give_address(tx, comes.id, "m@exemple.org")
        send_all(tx)

        _change(tx, session_id, coordinator, FRIDAY - before)

        assert planned(tx, comes) == TOLD * is_told
        assert planned(tx, waits) == []
        assert _calls(tx) == [Change.SPOT] * is_told
        assert not is_told or tx.scalars(select(Call.person_id)).one() == silent.id


@pytest.mark.parametrize("before", [3 * DAY, DAY, HOUR])
def test_S14_those_who_booked_are_called_however_early_it_is_known(each_db: Database, before: timedelta) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        make_appointment(tx, session_id, by=coordinator)

        _change(tx, session_id, coordinator, FRIDAY - before)

        assert _calls(tx) == [Change.SPOT]


def test_S03_whoever_may_know_the_place_reads_the_new_one_and_nobody_else_either(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer, stranger = (
            make_person(tx, each) for each in (Role.COORDINATOR, Role.LAWYER, Role.MEDIATOR)
        )
        comes, session_id = make_interpreter(tx), make_session(tx, needs={Role.LAWYER: 2})
        _late(tx, session_id)
        make_shift(tx, session_id, lawyer)
        offer_id = make_offer(tx, make_need(tx, session_id, by=coordinator), comes)
        interpreting.accept(tx, offer_id, by=comes, now=NOW)
        _change(tx, session_id, coordinator, NOW)

        seen = [programme.session(tx, session_id, reader=each, now=NOW).spot for each in (lawyer, stranger)]
        asked = [offers.offer(tx, offer_id, reader=comes, now=FRIDAY - each).spot for each in (25 * HOUR, 24 * HOUR)]

        assert (seen, asked) == ([SPOT, None], [None, SPOT])
        assert [each.spot for each in commitments.of_person(tx, lawyer.id, now=NOW)] == [None]


def test_a_public_place_is_elsewhere_in_the_public_programme_and_in_calendars(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        make_shift(tx, session_id, coordinator, Role.COORDINATOR)

        _change(tx, session_id, coordinator, NOW)

        (shown,) = public.programme(tx, NOW, FRIDAY + DAY)
        (entry,) = commitments.of_person(tx, coordinator.id, now=NOW)
        assert (shown.spot, entry.spot, shown.sequence) == (SPOT, SPOT, 1)


def test_undone_in_time_nobody_hears_of_it(each_db: Database) -> None:
    now = FRIDAY - 3 * HOUR
    with each_db.write() as tx:
        coordinator, mediator, session_id = make_person(tx, Role.COORDINATOR), make_person(tx), make_session(tx)
        give_address(tx, mediator.id, "m@exemple.org")
        make_shift(tx, session_id, mediator)
        make_appointment(tx, session_id, by=coordinator)
        send_all(tx)
        _change(tx, session_id, coordinator, now)
        said = (sorted(planned(tx, mediator)), _calls(tx))

        services.usual_spot(tx, session_id, by=coordinator, now=now + MINUTE)

        assert said == ([Kind.CALLS_WAITING, Kind.SPOT_CHANGED], [Change.SPOT])
        assert (planned(tx, mediator), _calls(tx)) == ([], [])
        assert tx.get_one(ClinicSession, session_id).spot is None


def test_whoever_was_told_meanwhile_or_came_in_is_told_of_the_undoing_too(each_db: Database) -> None:
    now = FRIDAY - 3 * HOUR
    with each_db.write() as tx:
        coordinator, mediator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx), make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        make_shift(tx, session_id, mediator)
        send_all(tx)
        _change(tx, session_id, coordinator, now)
        make_shift(tx, session_id, lawyer, now=now)

        services.usual_spot(tx, session_id, by=coordinator, now=now + MINUTE)

        assert planned(tx, mediator) == []
        assert Kind.SPOT_CHANGED in planned(tx, lawyer)


def test_it_is_changed_by_coordinators_and_mediators_on_the_crew_while_it_is_to_take_place(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, on_crew, stranger = make_person(tx, Role.COORDINATOR), make_person(tx), make_person(tx)
        lawyer, session_id = make_person(tx, Role.LAWYER, Role.MEDIATOR), make_session(tx)
        make_shift(tx, session_id, on_crew)
        make_shift(tx, session_id, lawyer, Role.LAWYER)

        _change(tx, session_id, on_crew, NOW)
        for person in (stranger, lawyer):
            with pytest.raises(NotFound):
                _change(tx, session_id, person, NOW, None)
        with pytest.raises(Refused, match="session_over"):
            _change(tx, session_id, coordinator, FRIDAY + 3 * HOUR, None)
        services.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=NOW)
        with pytest.raises(Refused, match="session_cancelled"):
            _change(tx, session_id, coordinator, NOW, None)


def test_said_again_nothing_changes_and_at_another_place_it_is_forgotten(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        _change(tx, session_id, coordinator, NOW)
        _change(tx, session_id, coordinator, NOW)
        session = tx.get_one(ClinicSession, session_id)
        before = (session.sequence, session.spot)

        wish = MoveWish(FRIDAY, FRIDAY + 3 * HOUR, make_place(tx))
        services.move(tx, session_id, wish, leaving=frozenset(), by=coordinator, now=NOW)

        assert before == (1, SPOT)
        assert session.spot is None
