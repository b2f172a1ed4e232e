"""Saying when one can, on both engines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.availability import Part, Period, Said
from clinic.domain.people import Role, SignedIn
from clinic.models import AuditEntry
from clinic.queries import availability as queries
from clinic.services import availability, people
from tests import make
from tests.conftest import CountQueries
from tests.make import FRIDAY, NOW

TODAY = NOW.date()
TUESDAY_EVENING, FRIDAY_DAYTIME = (1, Part.EVENING), (4, Part.DAYTIME)
CHRISTMAS = Period(date(2026, 12, 20), date(2027, 1, 3), can=False)


@pytest.fixture
def lawyer(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx, Role.LAWYER)


def _save(database: Database, by: SignedIn, *times: tuple[int, Part]) -> None:
    with database.write() as tx:
        availability.save_usual(tx, frozenset(times), by=by, now=NOW)


def _add(database: Database, by: SignedIn, draft: Period, key: str | None = None) -> str:
    with database.write() as tx:
        return availability.add_dates(tx, draft, key=key or make.key(), by=by, now=NOW)


def _of(database: Database, person: SignedIn, today: date = TODAY) -> queries.AvailabilityRow:
    with database.read() as tx:
        return queries.of_person(tx, person.id, today=today)


def _actions(database: Database) -> list[str]:
    with database.read() as tx:
        return sorted(tx.scalars(select(AuditEntry.action)))


def test_what_is_usual_is_what_was_saved_last(each_db: Database, lawyer: SignedIn) -> None:
    _save(each_db, lawyer, TUESDAY_EVENING, (6, Part.DAYTIME))
    _save(each_db, lawyer, TUESDAY_EVENING, FRIDAY_DAYTIME)
    kept = _of(each_db, lawyer).usual
    _save(each_db, lawyer)

    assert kept == {TUESDAY_EVENING, FRIDAY_DAYTIME}
    assert _of(each_db, lawyer).usual == frozenset()


def test_saving_the_same_again_changes_nothing_and_is_not_written_down(each_db: Database, lawyer: SignedIn) -> None:
    for _ in range(2):
        _save(each_db, lawyer, TUESDAY_EVENING)

    assert _actions(each_db) == ["availability.usual"]


def test_S72_the_same_form_sent_twice_notes_the_days_once(each_db: Database, lawyer: SignedIn) -> None:
    key = make.key()

    ids = {_add(each_db, lawyer, CHRISTMAS, key) for _ in range(2)}

    assert [each.id for each in _of(each_db, lawyer).dated] == list(ids)
    assert _actions(each_db) == ["availability.add"]


def test_days_that_may_not_be_named_are_refused_by_name(each_db: Database, lawyer: SignedIn) -> None:
    past = Period(TODAY - timedelta(days=2), TODAY - timedelta(days=1), can=True)

    with pytest.raises(Refused, match="dates_past"):
        _add(each_db, lawyer, past)

    assert _of(each_db, lawyer).dated == ()
    assert _actions(each_db) == []


def test_removed_days_say_what_they_were_so_that_they_can_come_back(each_db: Database, lawyer: SignedIn) -> None:
    dates_id = _add(each_db, lawyer, CHRISTMAS)

    with each_db.write() as tx:
        removed = availability.remove_dates(tx, dates_id, by=lawyer, now=NOW)

    assert removed == CHRISTMAS
    assert _of(each_db, lawyer).dated == ()
    assert _actions(each_db) == ["availability.add", "availability.remove"]


def test_S02_days_of_somebody_else_or_not_there_are_not_found(each_db: Database, lawyer: SignedIn) -> None:
    dates_id = _add(each_db, lawyer, CHRISTMAS)
    with each_db.write() as tx:
        other = make.make_person(tx, Role.LAWYER)

    for by, wanted in ((other, dates_id), (lawyer, "0" * 16)):
        with pytest.raises(NotFound), each_db.write() as tx:
            availability.remove_dates(tx, wanted, by=by, now=NOW)

    assert len(_of(each_db, lawyer).dated) == 1


def test_days_are_listed_until_the_last_of_them_in_order_of_time(each_db: Database, lawyer: SignedIn) -> None:
    friday = FRIDAY.date()
    later, sooner = _add(each_db, lawyer, CHRISTMAS), _add(each_db, lawyer, Period(friday, friday, can=True))

    on_friday, after = _of(each_db, lawyer, friday), _of(each_db, lawyer, friday + timedelta(days=1))

    assert [each.id for each in on_friday.dated] == [sooner, later]
    assert [each.id for each in after.dated] == [later]


def test_everyone_is_read_with_what_she_said_herself(each_db: Database, lawyer: SignedIn) -> None:
    with each_db.write() as tx:
        silent, away, back = (make.make_person(tx, Role.LAWYER) for _ in range(3))
    friday = FRIDAY.date()
    _save(each_db, lawyer, FRIDAY_DAYTIME)
    for person in (away, back):
        _save(each_db, person, FRIDAY_DAYTIME)
        _add(each_db, person, Period(friday - timedelta(days=3), friday + timedelta(days=3), can=False))
    _add(each_db, back, Period(friday, friday, can=True))

    with each_db.read() as tx:
        said = queries.said_by(tx, [each.id for each in (lawyer, silent, away, back)], FRIDAY)
        evening = queries.said_by(tx, [lawyer.id], FRIDAY + timedelta(hours=9))

    assert list(said.values()) == [Said.CAN, Said.NOTHING, Said.CANNOT, Said.CAN]
    assert evening == {lawyer.id: Said.CANNOT}


def test_many_people_cost_no_more_than_one(each_db: Database, count_queries: CountQueries) -> None:
    counts = []
    for number in (0, 1, 30):
        with each_db.write() as tx:
            everyone = [make.make_person(tx, Role.LAWYER) for _ in range(number)]
            for each in everyone:
                availability.save_usual(tx, frozenset({FRIDAY_DAYTIME}), by=each, now=NOW)
                availability.add_dates(tx, CHRISTMAS, key=make.key(), by=each, now=NOW)
        with count_queries(each_db) as statements, each_db.read() as tx:
            assert len(queries.said_by(tx, [each.id for each in everyone], FRIDAY)) == number
        counts.append(len([each for each in statements if each.startswith("SELECT")]))

    assert counts == [2, 2, 2]


def test_disabling_an_account_leaves_what_was_said(each_db: Database, lawyer: SignedIn) -> None:
    _save(each_db, lawyer, TUESDAY_EVENING)
    _add(each_db, lawyer, CHRISTMAS)

    with each_db.write() as tx:
        people.disable(tx, lawyer.id, by=make.make_person(tx, Role.COORDINATOR), now=NOW)

    row = _of(each_db, lawyer)
    assert row.usual == {TUESDAY_EVENING}
    assert len(row.dated) == 1
