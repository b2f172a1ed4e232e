"""At which times a desk is free and all who must be there, and what may be told of those who are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.appointments import CrewPart, Wanted
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, Beneficiary
from clinic.queries import openings, programme
from clinic.queries.attending import Asked
from clinic.queries.openings import Company, DateView
from clinic.services import appointments, bookings, exclusions
from clinic.services import programme as programme_services
from clinic.services.appointments import Wish
from tests.conftest import CountQueries
from tests.make import (
    FRIDAY,
    NOW,
    key,
    make_appointment,
    make_interpreter,
    make_noise,
    make_person,
    make_place,
    make_series,
    make_session,
    make_shift,
)

SLOT, WEEK = timedelta(minutes=30), timedelta(days=7)
LEGAL, MEDIATOR = Wanted(CrewPart.LEGAL), Wanted(CrewPart.MEDIATOR)
ALONE = Company(Asked(None, "eng"))


def _dates(
    tx: Session, session_id: str, company: Company = ALONE, *, now: datetime = NOW, besides: str = ""
) -> list[DateView]:
    reader = make_person(tx, Role.COORDINATOR)
    return openings.dates(tx, session_id, company, most=4, besides=besides, reader=reader, now=now)


def _hours(date: DateView) -> list[int]:
    """The slots at which all are free, by number."""
    return [round((at - date.session.starts_at) / SLOT) for at in date.free]


def _with(tx: Session, session_id: str, slot: int, person: SignedIn, part: CrewPart, by: SignedIn) -> str:
    wish = Wish(session_id, FRIDAY + slot * SLOT, f"Iris {slot}", "eng", None, wanted=(Wanted(part, person.id),))
    return appointments.book(tx, wish, key=key(), by=by, now=NOW)


def test_only_times_at_which_all_are_free_are_free_and_the_others_say_which_part_is_missing(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)
        session_id, by = make_session(tx, hours=2, desks=3), make_person(tx)
        lawyer, mediator = make_person(tx, Role.LAWYER), make_person(tx)
        make_shift(tx, session_id, lawyer)
        make_shift(tx, session_id, mediator)
        _with(tx, session_id, 1, lawyer, CrewPart.LEGAL, by)
        _with(tx, session_id, 2, mediator, CrewPart.MEDIATOR, by)

        (date,) = _dates(tx, session_id, Company(Asked(None, "eng"), (LEGAL, MEDIATOR)))

        assert [each.missing for each in date.times] == [(), (CrewPart.LEGAL,), (CrewPart.MEDIATOR,), ()]
        assert (_hours(date), date.missing) == ([0, 3], ())


def test_a_time_without_a_free_desk_or_that_is_over_is_not_looked_at(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, by = make_session(tx, hours=2, desks=1), make_person(tx)
        make_appointment(tx, session_id, by=by, slot=2)

        (date,) = _dates(tx, session_id, now=FRIDAY + SLOT)

        assert [round((each.starts_at - FRIDAY) / SLOT) for each in date.times] == [1, 3]


def test_who_is_nowhere_on_the_crew_is_missing_at_all_times(each_db: Database) -> None:
    with each_db.write() as tx:
        (date,) = _dates(tx, make_session(tx), Company(Asked(None, "eng"), (LEGAL,)))

        assert (date.free, date.missing) == ([], (CrewPart.LEGAL,))


def test_the_next_dates_of_the_series_follow_without_those_that_are_called_off(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = make_series(tx), make_person(tx, Role.COORDINATOR)
        ids = [make_session(tx, series_id=series_id, starts_at=FRIDAY + week * WEEK) for week in range(6)]
        programme_services.cancel(tx, ids[1], CancelReason.OTHER, by=coordinator, now=NOW)

        found = _dates(tx, ids[0])

        assert [each.session.id for each in found] == [ids[0], ids[2], ids[3]]


def test_her_own_other_appointment_is_no_free_time_and_the_one_that_moves_makes_way(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, by = make_session(tx, hours=1), make_person(tx)
        booked_id = make_appointment(tx, session_id, by=by)
        hers = Company(Asked(tx.get_one(Appointment, booked_id).beneficiary_id, "eng"))

        (date,) = _dates(tx, session_id, hers)
        (moving,) = _dates(tx, session_id, hers, besides=booked_id)

        assert (_hours(date), _hours(moving)) == ([1], [0, 1])
        assert [each.missing for each in date.times] == [(), ()]


def test_a_time_that_was_kept_is_free_again_after_15_minutes(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, lawyer = make_session(tx, hours=0.5, desks=2), make_person(tx, Role.LAWYER)
        make_shift(tx, session_id, lawyer)
        wish = Wish(session_id, FRIDAY, "Iris", "eng", None, wanted=(LEGAL,))
        appointments.hold(tx, wish, key=key(), by=make_person(tx), now=NOW)
        company = Company(Asked(None, "eng"), (LEGAL,))

        (kept,) = _dates(tx, session_id, company, now=NOW + timedelta(minutes=14, seconds=59))
        (over,) = _dates(tx, session_id, company, now=NOW + timedelta(minutes=15))

        assert (_hours(kept), _hours(over)) == ([], [0])


def test_S07_somebody_whom_she_never_meets_is_not_free_for_her_and_cannot_be_named(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id, mediator, lawyer = make_session(tx), make_person(tx), make_person(tx, Role.LAWYER, name="Ada")
        make_shift(tx, session_id, lawyer)
        make_shift(tx, session_id, mediator)
        whom_id = tx.get_one(Appointment, make_appointment(tx, session_id, by=mediator, slot=5)).beneficiary_id
        exclusions.exclude(tx, whom_id, lawyer.id, by=mediator, now=NOW)
        view = programme.session(tx, session_id, reader=mediator, now=NOW)

        (date,) = _dates(tx, session_id, Company(Asked(whom_id, "eng"), (LEGAL,)))

        assert date.missing == (CrewPart.LEGAL,)
        assert openings.crew(tx, view, whom_id)[CrewPart.LEGAL] == []
        assert openings.crew(tx, view, None)[CrewPart.LEGAL] == [(lawyer.id, "Ada")]


def test_a_mediator_who_is_not_on_the_crew_can_name_nobody_of_it(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        make_shift(tx, session_id, make_person(tx, Role.LAWYER))
        view = programme.session(tx, session_id, reader=make_person(tx), now=NOW)

        assert not any(openings.crew(tx, view, None).values())


def test_an_interpreter_who_has_to_come_needs_time_for_the_way(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx, hours=2)
        interpreter = make_interpreter(tx, "ara", phone="0612345678")
        elsewhere = make_session(tx, starts_at=FRIDAY - timedelta(hours=1), hours=1, place_id=make_place(tx))
        make_shift(tx, elsewhere, interpreter)

        (on_site,) = _dates(tx, session_id, Company(Asked(None, "ara", Modality.ON_SITE)))
        (by_telephone,) = _dates(tx, session_id, Company(Asked(None, "ara", Modality.TELEPHONE)))

        assert (_hours(on_site), _hours(by_telephone)) == ([2, 3], [0, 1, 2, 3])


@pytest.mark.parametrize("how", ["beneficiary_id", "after_id"])
def test_S02_nobody_means_one_whom_she_does_not_follow(each_db: Database, how: str) -> None:
    with each_db.write() as tx:
        booked_id = make_appointment(tx, make_session(tx), by=make_person(tx))
        known = {"after_id": booked_id, "beneficiary_id": tx.get_one(Appointment, booked_id).beneficiary_id}

        for each in (known[how], "0" * 16):
            with pytest.raises(NotFound):
                openings.whom(tx, **{how: each}, reader=make_person(tx), now=NOW)


def test_an_alias_means_the_one_whom_a_mediator_calls_so_and_nobody_elses(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=mediator, alias="Iris", language="bin")
        hers = tx.get_one(Beneficiary, tx.get_one(Appointment, booked_id).beneficiary_id)

        found = openings.whom(tx, alias=" IRIS", reader=mediator, now=NOW)
        other = openings.whom(tx, alias="Iris", reader=make_person(tx), now=NOW)

        assert (found.id, found.languages, found.mediators) == (hers.id, ("bin",), (mediator.id,))
        assert other.id is None


def test_the_times_of_full_dates_cost_no_more_than_those_of_empty_ones(
    each_db: Database, count_queries: CountQueries
) -> None:
    with each_db.write() as tx:
        reader, series_id = make_person(tx, Role.COORDINATOR, Role.MEDIATOR), make_series(tx)
        ids = [make_session(tx, series_id=series_id, starts_at=FRIDAY + week * WEEK) for week in range(4)]
        for each in ids:
            make_shift(tx, each, make_person(tx, Role.LAWYER))
        make_interpreter(tx, "eng")
        whom_id = tx.get_one(Appointment, make_appointment(tx, ids[0], by=reader)).beneficiary_id
    company = Company(Asked(whom_id, "eng", Modality.ON_SITE), (LEGAL,))
    counts = []
    for more in (0, 8):
        with each_db.write() as tx:
            for number in range(more):
                make_interpreter(tx, "eng")
                bookings.book(
                    tx,
                    Wish(ids[number % 4], FRIDAY + number % 4 * WEEK + (1 + number // 4) * SLOT, None, "eng", None),
                    key=key(),
                    by=reader,
                    now=NOW,
                )
        with count_queries(each_db) as statements, each_db.read() as tx:
            assert len(openings.dates(tx, ids[0], company, most=4, reader=reader, now=NOW)) == 4
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 10 + 4 * 9
