"""Never these two: who excluded whom is not told, but wherever people are matched these two do not meet (S07)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import CrewPart, Wanted
from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.people import Role, SignedIn
from clinic.models import AuditEntry, Exclusion, Need, Offer
from clinic.queries import desks, disclosures, invariants
from clinic.queries import exclusions as queries
from clinic.services import appointments, bookings, exclusions
from clinic.services import disclosures as disclosure_services
from tests.make import FRIDAY, NOW, key, make_interpreter, make_person
from tests.services.desk import LEGAL, Desk, found, held_for, make_desk, parts, with_them

HOUR = timedelta(hours=1)


def test_S07_who_is_excluded_is_never_given_to_her_and_the_refusal_says_no_more_than_that_nobody_is_free(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        first = _book(tx, desk, LEGAL)
        whom = found(tx, first).beneficiary_id
        bookings.cancel(tx, first, by=desk.mediator, now=NOW)

        exclusions.exclude(tx, whom, desk.lawyer.id, by=desk.mediator, now=NOW)

        for wanted in (LEGAL, Wanted(CrewPart.LEGAL, desk.lawyer.id)):
            with pytest.raises(Refused, match="nobody_free") as refused, tx.begin_nested():
                _book(tx, desk, wanted)
            assert refused.value.facts == {"at": FRIDAY, "missing": [CrewPart.LEGAL]}
        assert parts(tx, _book(tx, desk, LEGAL, alias="Rose")) == {CrewPart.LEGAL: desk.lawyer.id}


def test_S07_of_two_the_other_one_is_there_for_her_from_now_on(each_db: Database) -> None:
    with each_db.write() as tx:
        second = make_person(tx, Role.LEGAL_ADVISER)
        desk = make_desk(tx, second)
        booked_id = _book(tx, desk, Wanted(CrewPart.LEGAL, desk.lawyer.id))

        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, desk.lawyer.id, by=desk.mediator, now=NOW)

        assert held_for(tx, booked_id) == with_them(second)
        assert parts(tx, booked_id) == {CrewPart.LEGAL: second.id}
        assert invariants.breaches(tx, now=NOW) == []


def test_S07_an_interpreter_who_was_asked_or_accepted_is_freed_and_the_need_is_open(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, interpreter = make_desk(tx), make_interpreter(tx)
        wish = desk.wish(interpreter=Modality.ON_SITE)
        booked_id = bookings.book(tx, wish, key=key(), by=desk.mediator, now=NOW)

        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, interpreter.id, by=desk.mediator, now=NOW)

        assert tx.scalars(select(Offer.state)).all() == [OfferState.WITHDRAWN]
        assert tx.scalars(select(Need.state)).all() == [NeedState.OPEN]
        assert invariants.breaches(tx, now=NOW) == []


def test_S07_an_excluded_interpreter_of_the_crew_is_as_if_she_were_not_there(each_db: Database) -> None:
    with each_db.write() as tx:
        ours, outside = make_interpreter(tx), make_interpreter(tx)
        desk = make_desk(tx, ours)
        whom = found(tx, _book(tx, desk)).beneficiary_id
        exclusions.exclude(tx, whom, ours.id, by=desk.mediator, now=NOW)

        booked_id = _book(tx, desk, slot=1, interpreter=Modality.ON_SITE)

        assert parts(tx, booked_id) == {CrewPart.INTERPRETER: outside.id}


def test_S07_what_is_kept_is_a_digest_that_differs_for_each_pair_and_no_name_in_the_log(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        whom = [found(tx, _book(tx, desk, alias=alias)).beneficiary_id for alias in ("Iris", "Rose")]

        for each in whom:
            exclusions.exclude(tx, each, desk.lawyer.id, by=desk.mediator, now=NOW)
            exclusions.exclude(tx, each, desk.lawyer.id, by=desk.mediator, now=NOW)

        kept = tx.scalars(select(Exclusion.pair_digest)).all()
        assert len(kept) == len(set(kept)) == 2
        said = tx.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "beneficiary.exclude")).all()
        assert set(said) == set(whom)


def test_S07_readmitted_she_may_meet_her_again_unless_that_one_said_so_too(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, colleague = make_desk(tx), make_person(tx, Role.LAWYER)
        booked_id = _book(tx, desk, LEGAL)
        whom = found(tx, booked_id).beneficiary_id
        exclusions.exclude(tx, whom, colleague.id, by=desk.mediator, now=NOW)
        exclusions.recuse(tx, booked_id, by=desk.lawyer, now=FRIDAY - HOUR)
        exclusions.exclude(tx, whom, desk.lawyer.id, by=desk.mediator, now=NOW)

        for each in (colleague, desk.lawyer):
            exclusions.readmit(tx, whom, each.id, by=desk.mediator, now=NOW)

        assert queries.excluded_by(tx, whom, [colleague.id, desk.lawyer.id]) == {desk.lawyer.id}


def test_S07_who_cannot_take_this_is_missing_and_knows_nothing_of_it_any_more_until_she_takes_it_back(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        desk, now = make_desk(tx), FRIDAY - HOUR
        booked_id = _book(tx, desk, LEGAL)

        for _ in range(2):
            exclusions.recuse(tx, booked_id, by=desk.lawyer, now=now)

        assert (parts(tx, booked_id), held_for(tx, booked_id)) == ({CrewPart.LEGAL: None}, set())
        assert not _knows(tx, booked_id, desk.lawyer)
        exclusions.unrecuse(tx, booked_id, by=desk.lawyer, now=now)
        assert held_for(tx, booked_id) == with_them(desk.lawyer)
        assert _knows(tx, booked_id, desk.lawyer)
        assert invariants.breaches(tx, now=now) == []


def test_nobody_takes_back_what_she_never_said_or_another_said_of_her(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        booked_id = _book(tx, desk)
        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, desk.lawyer.id, by=desk.mediator, now=NOW)

        with pytest.raises(NotFound):
            exclusions.unrecuse(tx, booked_id, by=desk.lawyer, now=FRIDAY - HOUR)
        assert not _knows(tx, booked_id, desk.lawyer)


def test_S02_who_does_not_follow_her_excludes_nobody_and_who_may_not_know_it_recuses_from_nothing(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        booked_id = _book(tx, desk)
        whom, stranger = found(tx, booked_id).beneficiary_id, make_person(tx)

        for act in (exclusions.exclude, exclusions.readmit):
            with pytest.raises(NotFound):
                act(tx, whom, desk.lawyer.id, by=stranger, now=NOW)
        with pytest.raises(NotFound):
            exclusions.exclude(tx, whom, "0" * 16, by=desk.mediator, now=NOW)
        with pytest.raises(NotFound):
            exclusions.recuse(tx, booked_id, by=make_person(tx, Role.LAWYER), now=FRIDAY - HOUR)


def test_who_follows_her_is_not_excluded_before_somebody_else_does(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, coordinator = make_desk(tx), make_person(tx, Role.COORDINATOR)
        booked_id = _book(tx, desk)
        whom = found(tx, booked_id).beneficiary_id

        with pytest.raises(Refused, match="excluded_follows"):
            exclusions.exclude(tx, whom, desk.mediator.id, by=coordinator, now=NOW)
        with pytest.raises(Refused, match="excluded_follows"):
            exclusions.recuse(tx, booked_id, by=desk.mediator, now=NOW)


def test_S07_a_mediator_of_the_crew_who_is_excluded_neither_sees_nor_changes_it(each_db: Database) -> None:
    with each_db.write() as tx:
        other = make_person(tx, Role.MEDIATOR)
        desk = make_desk(tx, other)
        booked_id = _book(tx, desk)
        assert _knows(tx, booked_id, other)

        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, other.id, by=desk.mediator, now=NOW)

        assert not _knows(tx, booked_id, other)
        with pytest.raises(NotFound):
            bookings.cancel(tx, booked_id, by=other, now=NOW)


def test_S07_what_was_opened_to_her_ends_with_the_exclusion(each_db: Database) -> None:
    with each_db.write() as tx:
        desk, lawyer = make_desk(tx), make_person(tx, Role.LAWYER)
        booked_id = _book(tx, desk)
        disclosure_services.disclose(tx, booked_id, lawyer.id, 10, key=key(), by=desk.mediator, now=NOW)

        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, lawyer.id, by=desk.mediator, now=NOW + HOUR)

        assert disclosures.open_now(tx, booked_id, now=NOW + HOUR) == []
        assert not _knows(tx, booked_id, lawyer)


def test_what_is_over_stays_as_it_was(each_db: Database) -> None:
    with each_db.write() as tx:
        desk = make_desk(tx)
        booked_id = _book(tx, desk, LEGAL)

        later = FRIDAY + 24 * HOUR
        exclusions.exclude(tx, found(tx, booked_id).beneficiary_id, desk.lawyer.id, by=desk.mediator, now=later)

        assert parts(tx, booked_id) == {CrewPart.LEGAL: desk.lawyer.id}
        assert tx.scalar(select(func.count()).select_from(Exclusion)) == 1


def _book(tx: Session, desk: Desk, *wanted: Wanted, **wish: Any) -> str:
    return appointments.book(tx, desk.wish(*wanted, **wish), key=key(), by=desk.mediator, now=NOW)


def _knows(tx: Session, appointment_id: str, reader: SignedIn) -> bool:
    try:
        desks.appointment(tx, appointment_id, reader=reader, now=FRIDAY - HOUR)
    except NotFound:
        return False
    return True
