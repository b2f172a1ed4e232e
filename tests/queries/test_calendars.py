"""Reading calendar links and commitments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.calendars import Detail, digest_of, window_start
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.models import ClinicSession
from clinic.queries import calendars, commitments
from clinic.services import bookings, interpreting, people, programme, rota
from clinic.services import calendars as links
from clinic.services.calendars import LinkDraft
from tests import make
from tests.conftest import CountQueries

DAY = timedelta(days=1)
DRAFT = LinkDraft("phone", Detail.NAMED, "en")


def test_a_link_is_found_by_the_digest_of_its_token(each_db: Database) -> None:
    with each_db.write() as tx:
        owner = make.make_person(tx)
        link_id = links.make_link(tx, owner.id, DRAFT, digest_of("a"), key=make.key(), by=owner, now=make.NOW)

    with each_db.read() as tx:
        found = calendars.link_by_digest(tx, digest_of("a"))
        other = calendars.link_by_digest(tx, digest_of("b"))

    assert found == calendars.LiveLink(link_id, owner.id, Detail.NAMED, "en")
    assert other is None


def test_the_link_of_a_disabled_account_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, owner = make.make_person(tx, Role.COORDINATOR), make.make_person(tx)
        links.make_link(tx, owner.id, DRAFT, digest_of("a"), key=make.key(), by=owner, now=make.NOW)

        people.disable(tx, owner.id, by=coordinator, now=make.NOW)
        people.enable(tx, owner.id, by=coordinator, now=make.NOW)

        assert calendars.link_by_digest(tx, digest_of("a")) is None, "it stays ended"


def test_links_are_listed_and_opened_for_their_owner_alone(each_db: Database) -> None:
    with each_db.write() as tx:
        owner, other = make.make_person(tx), make.make_person(tx)
        link_id = links.make_link(tx, owner.id, DRAFT, digest_of("a"), key=make.key(), by=owner, now=make.NOW)

    with each_db.read() as tx:
        expected = calendars.LinkRow(link_id, "phone", Detail.NAMED, make.NOW, None)
        assert calendars.links_of(tx, owner.id) == [expected]
        assert calendars.own_link(tx, link_id, owner.id) == expected
        assert calendars.links_of(tx, other.id) == []
        with pytest.raises(NotFound):
            calendars.own_link(tx, link_id, other.id)


def test_a_commitment_holds_both_languages_and_the_sum_of_both_sequences(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
        shift_id = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=make.NOW)
        rota.give_back(tx, shift_id, by=lawyer, now=make.NOW)
        rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=make.NOW)
        programme.cancel(tx, session_id, CancelReason.CREW, by=lawyer, now=make.NOW + DAY)

        [found] = commitments.of_person(tx, lawyer.id, now=make.NOW)

    assert found.names == {"fr": "Point d'accès au droit", "en": "Law access point"}
    assert found.agenda_words == {"fr": "Matin", "en": "Morning"}
    assert (found.starts_at, found.ends_at) == (make.FRIDAY, make.FRIDAY + timedelta(hours=3))
    assert (found.sequence, found.changed_at) == (3, make.NOW + DAY)
    assert (found.is_cancelled, found.is_tentative) == (True, False)


def test_a_calendar_holds_what_she_accepted_and_the_seats_she_has_and_nothing_she_is_only_asked_for(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make.make_person(tx), make.make_interpreter(tx)
        session_id = make.make_session(tx)
        booked_id = make.make_appointment(tx, session_id, by=mediator, slot=2)
        need_id = make.make_need(tx, session_id, by=mediator, appointment_id=booked_id)
        offer_id = make.make_offer(tx, need_id, interpreter)
        make.make_registration(tx, make.make_workshop(tx, starts_at=make.FRIDAY + DAY), interpreter)
        full_id = make.make_workshop(tx, capacity=1, starts_at=make.FRIDAY + 2 * DAY)
        for person in (mediator, interpreter):
            make.make_registration(tx, full_id, person)

        asked = commitments.of_person(tx, interpreter.id, now=make.NOW)
        interpreting.accept(tx, offer_id, by=interpreter, now=make.NOW)
        accepted = commitments.of_person(tx, interpreter.id, now=make.NOW)

    slot = make.FRIDAY + timedelta(hours=1)
    assert [each.starts_at for each in asked] == [make.FRIDAY + DAY]
    assert [each.starts_at for each in accepted] == [slot, make.FRIDAY + DAY]
    assert accepted[0].ends_at == slot + timedelta(minutes=30)


def test_asked_anew_for_another_session_it_is_another_entry_of_her_calendar(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make.make_person(tx), make.make_interpreter(tx)
        session_id, other_id = make.make_session(tx), make.make_session(tx, starts_at=make.FRIDAY + DAY)
        tx.get_one(ClinicSession, session_id).sequence = 20
        booked_id = make.make_appointment(tx, session_id, by=mediator)
        need_id = make.make_need(tx, session_id, by=mediator, appointment_id=booked_id)
        entries = []
        for _ in range(2):
            interpreting.accept(tx, make.make_offer(tx, need_id, interpreter), by=interpreter, now=make.NOW)
            entries += commitments.of_person(tx, interpreter.id, now=make.NOW)
            bookings.move(tx, booked_id, other_id, make.FRIDAY + DAY, by=mediator, now=make.NOW)

    assert len({each.uid for each in entries}) == 2


@pytest.mark.parametrize(("publicity", "is_told"), [(Publicity.PUBLIC, True), (Publicity.TOLD_LATE, False)])
def test_a_spot_is_read_only_where_it_is_public(each_db: Database, publicity: Publicity, *, is_told: bool) -> None:
    with each_db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        make.make_shift(tx, make.make_session(tx, place_id=make.make_place(tx, publicity)), lawyer)

        [found] = commitments.of_person(tx, lawyer.id, now=make.NOW)

    assert bool(found.spot) is is_told


def test_the_window_begins_on_a_monday_four_weeks_back(each_db: Database) -> None:
    monday = datetime(2026, 10, 18, 22, tzinfo=UTC)
    with each_db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        for starts_at in (monday - timedelta(hours=4), monday, monday + 400 * DAY):
            session_id = make.make_session(tx, starts_at=starts_at)
            make.make_shift(tx, session_id, lawyer, now=monday - 30 * DAY)

        found = commitments.of_person(tx, lawyer.id, now=make.NOW)

    assert window_start(make.NOW) == window_start(make.NOW - 6 * DAY) == monday
    assert [each.starts_at for each in found] == [monday, monday + 400 * DAY]


@pytest.mark.parametrize(("days", "is_shown"), [(-1, True), (13, True), (15, False)])
def test_a_cancelled_session_stays_for_14_days_after_its_time(each_db: Database, days: int, *, is_shown: bool) -> None:
    with each_db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, lawyer)
        programme.cancel(tx, session_id, CancelReason.CREW, by=lawyer, now=make.NOW)

        found = commitments.of_person(tx, lawyer.id, now=make.FRIDAY + timedelta(hours=3) + days * DAY)

    assert [each.is_cancelled for each in found] == [True] * is_shown


def test_the_last_change_counts_what_was_given_back(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        assert commitments.last_change(tx, lawyer.id) is None
        shift_id = make.make_shift(tx, make.make_session(tx), lawyer)
        rota.give_back(tx, shift_id, by=lawyer, now=make.NOW + DAY)

        assert commitments.last_change(tx, lawyer.id) == make.NOW + DAY


@pytest.mark.parametrize("many", [1, 60])
def test_commitments_cost_four_queries(db: Database, count_queries: CountQueries, many: int) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        series_id = make.make_series(tx)
        for number in range(many):
            starts_at = make.FRIDAY + number * timedelta(weeks=1)
            make.make_shift(tx, make.make_session(tx, starts_at=starts_at, series_id=series_id), lawyer)

    with count_queries(db) as statements, db.read() as tx:
        found = commitments.of_person(tx, lawyer.id, now=make.NOW)

    assert len(found) == many
    assert len([each for each in statements if each.startswith("SELECT")]) == 4
