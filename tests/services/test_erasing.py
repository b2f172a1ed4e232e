"""Erasing somebody: all that tells who she is goes, what is left is about nobody; who is expected is not erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import String, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.calls import CallState
from clinic.domain.contacts import Channel, Choice, Helped, Shared, TaskKind
from clinic.domain.meetings import MeetingState
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.models import (
    Appointment,
    AuditEntry,
    Base,
    Beneficiary,
    Call,
    Contact,
    ContactTask,
    Disclosure,
    Exclusion,
    Meeting,
    Need,
    Notice,
    Visit,
)
from clinic.queries import invariants
from clinic.queries import records as queries
from clinic.services import appointments, beneficiaries, bookings, contacts, disclosures, erasing, exclusions, notices
from clinic.services.appointments import Wish
from tests.make import FRIDAY, NOW, key, make_appointment, make_call, make_need, make_person, make_session, make_shift

AFTER = FRIDAY + timedelta(days=8)
ALIAS = "Tilleul"


def _known(tx: Session, by: SignedIn, *, alias: str = ALIAS) -> tuple[str, str]:
    """Somebody who was here on Friday, of whom all is noted that can be; the ids of her record and appointment."""
    session_id = make_session(tx, needs={Role.LAWYER: 1})
    make_shift(tx, session_id, make_person(tx, Role.LAWYER))
    booked_id = make_appointment(tx, session_id, by=by, alias=alias, language="bin")
    booked = tx.get_one(Appointment, booked_id)
    booked.outcome, booked.follow_up = Outcome.CAME, FollowUp.LAWYER
    her = booked.beneficiary_id
    tx.get_one(Beneficiary, her).stand_in_id = make_person(tx).id
    contacts.choose(tx, Helped(her), Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=NOW)
    contact = tx.scalars(select(Contact).where(Contact.beneficiary_id == her)).one()
    beneficiaries.see_to(tx, contact, TaskKind.REPLIED, now=NOW)
    exclusions.exclude(tx, her, make_person(tx).id, by=by, now=NOW)
    disclosures.disclose(tx, booked_id, make_person(tx, Role.LAWYER).id, 2, key=key(), by=by, now=NOW)
    make_need(tx, session_id, by=by, appointment_id=booked_id)
    notices.remind(tx, to=Helped(her), about=booked_id, session_id=session_id, starts_at=FRIDAY, now=NOW)
    tx.add_all([_visit(session_id, her, by, VisitState.DONE), _meeting(her, by)])
    make_call(tx, booked_id)
    tx.flush()
    return her, booked_id


def _visit(session_id: str, her: str, by: SignedIn, state: VisitState) -> Visit:
    visit = Visit(session_id=session_id, beneficiary_id=her, added_by_id=by.id, number=1, turn=1, language="bin")
    visit.topic, visit.arrived_at, visit.state, visit.since = Topic.ASYLUM, FRIDAY, state, FRIDAY
    return visit


def _meeting(her: str, by: SignedIn, *, days: int = 0) -> Meeting:
    at = FRIDAY + timedelta(days=days)
    meeting = Meeting(beneficiary_id=her, peer_id=by.id, agreed_by_id=by.id, starts_at=at, language="bin", uid=key())
    meeting.ends_at, meeting.state, meeting.changed_at = at + timedelta(hours=1), MeetingState.BOOKED, NOW
    return meeting


def _of(tx: Session, her: str, table: type[Call | Contact | Exclusion | Notice]) -> int:
    return len(tx.scalars(select(table).where(table.beneficiary_id == her)).all())


@pytest.mark.parametrize("who", ["mediator", "coordinator"])
def test_S61_all_that_tells_who_she_is_goes(each_db: Database, who: str) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        her, booked_id = _known(tx, ada)
        by = ada if who == "mediator" else make_person(tx, Role.COORDINATOR)

        erasing.erase(tx, her, by=by, now=AFTER)

        tx.expire_all()
        kept, booked = tx.get_one(Beneficiary, her), tx.get_one(Appointment, booked_id)
        assert (kept.alias, kept.alias_digest, kept.languages, kept.stand_in_id) == (None, None, "", None)
        assert (booked.topic, booked.language, booked.follow_up) == (None, "und", None)
        assert (booked.starts_at, booked.outcome, booked.state) == (FRIDAY, Outcome.CAME, AppointmentState.BOOKED)
        visit, need = tx.scalars(select(Visit)).one(), tx.scalars(select(Need)).one()
        meeting = tx.scalars(select(Meeting)).one()
        assert (visit.topic, visit.language, visit.state) == (None, "und", VisitState.DONE)
        assert (meeting.language, need.language) == ("und", "und")
        assert [_of(tx, her, table) for table in (Contact, Exclusion, Notice)] == [0, 0, 0]
        assert not tx.scalars(select(ContactTask)).all()
        assert not tx.scalars(select(Disclosure)).all()
        assert not tx.scalars(select(Notice).where(Notice.kind == Kind.ATTENTION)).all()
        assert [each.state for each in tx.scalars(select(Call))] == [CallState.DROPPED]
        entries = tx.scalars(select(AuditEntry).where(AuditEntry.action == "beneficiary.erase")).all()
        assert [(each.object_id, each.actor_id) for each in entries] == [(her, by.id)]


def test_S61_no_column_of_any_table_holds_her_word_any_more(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        her, _ = _known(tx, ada)

        erasing.erase(tx, her, by=ada, now=AFTER)

        tx.expire_all()
        sealed_or_plain = [
            column for table in Base.metadata.sorted_tables for column in table.columns
            if isinstance(column.type, String) or type(column.type).__name__.startswith("Sealed")
        ]  # fmt: skip
        for column in sealed_or_plain:
            values = tx.execute(column.table.select().with_only_columns(column)).scalars()
            assert not [each for each in values if ALIAS.casefold() in str(each).casefold()], column


def test_S61_others_are_left_as_they_are(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        other, other_booked = _known(tx, ada, alias="Galet")
        her = beneficiaries.known_as(tx, ALIAS, by=ada, now=NOW)
        tx.flush()

        erasing.erase(tx, her.id, by=ada, now=AFTER)

        tx.expire_all()
        assert tx.get_one(Beneficiary, other).alias == "Galet"
        assert (tx.get_one(Appointment, other_booked).topic, _of(tx, other, Contact)) == (Topic.RIGHTS, 1)
        assert (_of(tx, other, Exclusion), len(tx.scalars(select(Disclosure)).all())) == (1, 1)
        assert _of(tx, other, Notice) > 0
        assert [each.state for each in tx.scalars(select(Call))] == [CallState.OPEN]


def test_her_word_is_free_again_and_nobody_finds_her(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        her, _ = _known(tx, ada)
        erasing.erase(tx, her, by=ada, now=AFTER)

        again = beneficiaries.known_as(tx, ALIAS, by=ada, now=AFTER)

        assert again.id != her
        with pytest.raises(NotFound):
            queries.record(tx, her, reader=ada)
        with pytest.raises(NotFound):
            erasing.erase(tx, her, by=ada, now=AFTER)


@pytest.mark.parametrize("who", ["stand_in", "another", "lawyer"])
def test_S02_nobody_else_erases_her(each_db: Database, who: str) -> None:
    with each_db.write() as tx:
        her, _ = _known(tx, make_person(tx))
        stand_in_id = tx.get_one(Beneficiary, her).stand_in_id or ""
        by = {
            "stand_in": SignedIn(stand_in_id, "", frozenset({Role.MEDIATOR}), None),
            "another": make_person(tx),
            "lawyer": make_person(tx, Role.LAWYER),
        }[who]

        with pytest.raises(NotFound):
            erasing.erase(tx, her, by=by, now=AFTER)
        with pytest.raises(NotFound):
            erasing.erase(tx, "0" * 16, by=by, now=AFTER)
        assert tx.get_one(Beneficiary, her).alias == ALIAS


@pytest.mark.parametrize("what", ["booked", "held", "meeting"])
def test_S61_who_is_expected_is_not_erased(each_db: Database, what: str) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        her = beneficiaries.known_as(tx, ALIAS, by=ada, now=NOW).id
        wish = Wish(make_session(tx), FRIDAY, ALIAS, "eng", Topic.RIGHTS)
        if what == "meeting":
            tx.add(_meeting(her, ada))
        elif what == "booked":
            bookings.book(tx, wish, key=key(), by=ada, now=NOW)
        else:
            appointments.hold(tx, wish, key=key(), by=ada, now=NOW)
        tx.flush()

        with pytest.raises(Refused, match="erase_ahead"):
            erasing.erase(tx, her, by=ada, now=NOW + timedelta(minutes=14))
        if what == "held":
            erasing.erase(tx, her, by=ada, now=NOW + timedelta(minutes=15))
            assert not invariants.breaches(tx, now=NOW + timedelta(hours=1))


@pytest.mark.parametrize(("state", "is_refused"), [
    (VisitState.WAITING, True), (VisitState.SEEN, True), (VisitState.DONE, False), (VisitState.LEFT, False),
])  # fmt: skip
def test_S61_who_is_in_the_line_is_not_erased(each_db: Database, state: VisitState, *, is_refused: bool) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        her = beneficiaries.known_as(tx, ALIAS, by=ada, now=NOW).id
        visit = _visit(make_session(tx), her, ada, state)
        visit.with_id = ada.id
        tx.add(visit)
        tx.flush()

        if is_refused:
            with pytest.raises(Refused, match="erase_in_line"):
                erasing.erase(tx, her, by=ada, now=FRIDAY + timedelta(hours=2))
        erasing.erase(tx, her, by=ada, now=FRIDAY + timedelta(hours=2 if not is_refused else 28))

        assert tx.get_one(Beneficiary, her, populate_existing=True).alias is None


def test_what_she_does_not_know_yet_is_counted_and_then_dropped(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        booked_id = make_appointment(tx, make_session(tx), by=ada, alias=ALIAS)
        her = tx.get_one(Appointment, booked_id).beneficiary_id
        contacts.choose(tx, Helped(her), Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=NOW)
        bookings.cancel(tx, booked_id, by=ada, now=NOW)
        call_id = make_call(tx, booked_id)

        before = queries.untold(tx, her)
        erasing.erase(tx, her, by=ada, now=NOW)

        tx.expire_all()
        assert (before.messages >= 1, before.calls) == (True, 1)
        assert tx.get_one(Call, call_id).state is CallState.DROPPED
        after = queries.untold(tx, her)
        assert (after.messages, after.calls) == (0, 0)
