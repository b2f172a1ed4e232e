"""One appointment opened for some hours to somebody of the legal team: it ends by itself, and is logged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.models import AuditEntry, Disclosure
from clinic.queries import desks
from clinic.queries import disclosures as queries
from clinic.services import appointments, bookings, disclosures, exclusions
from tests.make import NOW, key, make_person
from tests.services.desk import Desk, found, make_desk

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("hours", [1, 10])
def test_S03_it_is_open_for_so_many_hours_and_not_a_second_longer(each_db: Database, hours: int) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)
        assert not _knows(tx, booked_id, lawyer, NOW)

        disclosures.disclose(tx, booked_id, lawyer.id, hours, key=key(), by=desk.mediator, now=NOW)

        until = NOW + hours * HOUR
        assert _knows(tx, booked_id, lawyer, until - timedelta(seconds=1))
        assert not _knows(tx, booked_id, lawyer, until)
        assert [each.appointment_id for each in queries.opened_to(tx, reader=lawyer, now=NOW)] == [booked_id]
        assert queries.opened_to(tx, reader=lawyer, now=until) == []


@pytest.mark.parametrize("hours", [-1, 0, 11])
def test_no_other_number_of_hours_is_taken(each_db: Database, hours: int) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)

        with pytest.raises(Refused, match="hours_outside"):
            disclosures.disclose(tx, booked_id, lawyer.id, hours, key=key(), by=desk.mediator, now=NOW)


def test_it_is_opened_to_the_legal_team_alone(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id, _ = _booked(tx)

        for role in set(Role) - LEGAL_TEAM:
            with pytest.raises(NotFound), tx.begin_nested():
                disclosures.disclose(tx, booked_id, make_person(tx, role).id, 1, key=key(), by=desk.mediator, now=NOW)
        adviser = make_person(tx, Role.LEGAL_ADVISER)
        disclosures.disclose(tx, booked_id, adviser.id, 1, key=key(), by=desk.mediator, now=NOW)

        assert _knows(tx, booked_id, adviser, NOW)


def test_S07_it_is_not_opened_to_whom_she_never_meets_and_that_one_is_not_among_those_to_choose(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)
        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, lawyer.id, by=desk.mediator, now=NOW)

        with pytest.raises(NotFound):
            disclosures.disclose(tx, booked_id, lawyer.id, 1, key=key(), by=desk.mediator, now=NOW)
        assert lawyer.id not in {each.id for each in queries.may_be_told(tx, found(tx, booked_id))}


def test_S02_who_may_not_change_an_appointment_opens_and_closes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)
        disclosures.disclose(tx, booked_id, lawyer.id, 1, key=key(), by=desk.mediator, now=NOW)
        opened_id = tx.scalars(select(Disclosure.id)).one()

        for who in (make_person(tx), lawyer, desk.lawyer):
            with pytest.raises(NotFound), tx.begin_nested():
                disclosures.disclose(tx, booked_id, lawyer.id, 1, key=key(), by=who, now=NOW)
            with pytest.raises(NotFound), tx.begin_nested():
                disclosures.close(tx, opened_id, booked_id, by=who, now=NOW)
        with pytest.raises(NotFound):
            disclosures.close(tx, "0" * 16, booked_id, by=desk.mediator, now=NOW)


def test_closed_before_its_time_it_is_closed_and_twice_changes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)
        disclosures.disclose(tx, booked_id, lawyer.id, 10, key=key(), by=desk.mediator, now=NOW)
        opened_id = tx.scalars(select(Disclosure.id)).one()

        for now in (NOW + HOUR, NOW + 2 * HOUR):
            disclosures.close(tx, opened_id, booked_id, by=desk.mediator, now=now)

        assert tx.get_one(Disclosure, opened_id).until == NOW + HOUR
        assert not _knows(tx, booked_id, lawyer, NOW + HOUR)


def test_S72_the_same_form_twice_opens_it_once_and_writes_one_line_in_the_log(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)
        form = key()

        for now in (NOW, NOW + HOUR):
            disclosures.disclose(tx, booked_id, lawyer.id, 1, key=form, by=desk.mediator, now=now)

        (opened,) = tx.scalars(select(Disclosure)).all()
        (line,) = tx.scalars(select(AuditEntry).where(AuditEntry.action == "appointment.disclose")).all()
        assert (line.object_id, line.actor_id, opened.until) == (opened.id, desk.mediator.id, NOW + HOUR)


def test_what_is_called_off_or_only_held_is_not_opened(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, booked_id, lawyer = _booked(tx)
        held_id = appointments.hold(tx, desk.wish(alias="Rose"), key=key(), by=desk.mediator, now=NOW)
        bookings.cancel(tx, booked_id, by=desk.mediator, now=NOW)

        for each in (booked_id, held_id):
            with pytest.raises(Refused, match="appointment_cancelled"):
                disclosures.disclose(tx, each, lawyer.id, 1, key=key(), by=desk.mediator, now=NOW)


def _booked(tx: Session) -> tuple[Desk, str, SignedIn]:
    """An appointment, and a lawyer who is not on its crew."""
    desk = make_desk(tx)
    booked_id = appointments.book(tx, desk.wish(), key=key(), by=desk.mediator, now=NOW)
    return desk, booked_id, make_person(tx, Role.LAWYER)


def _knows(tx: Session, appointment_id: str, reader: SignedIn, now: object) -> bool:
    try:
        desks.appointment(tx, appointment_id, reader=reader, now=now)  # type: ignore[arg-type]
    except NotFound:
        return False
    return True
