"""A record: noted with a word that is free, changed by one at a time, handed over, and taken back only at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.contacts import Channel, Choice, Helped, Shared, TaskKind
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.step_up import Reason
from clinic.domain.timing import UNDO_FOR
from clinic.models import Appointment, AuditEntry, Beneficiary, Contact, Notice
from clinic.queries import beneficiaries as queries
from clinic.queries import calls as call_queries
from clinic.queries import desks
from clinic.queries import records as record_queries
from clinic.services import beneficiaries, bookings, contacts, exclusions, people, records, step_up
from clinic.services.records import Followed, RecordDraft
from tests.make import FRIDAY, NOW, key, make_appointment, make_call, make_person, make_session

DRAFT = RecordDraft("Tilleul", ("bin", "eng"))
SOON = timedelta(minutes=1)


def _note(tx: Session, by: SignedIn, draft: RecordDraft = DRAFT) -> str:
    return records.note(tx, draft, key=key(), by=by, now=NOW - SOON)


def _change(tx: Session, record_id: str, by: SignedIn, draft: RecordDraft, *, seen: str | None = None) -> None:
    kept = tx.get_one(Beneficiary, record_id)
    records.change(tx, record_id, draft, seen=seen or record_queries.version_of(kept), by=by, now=NOW)


def _hand_over(tx: Session, record_id: str, to: SignedIn, by: SignedIn) -> Followed:
    before = records.hand_over(tx, record_id, to.id, key=key(), by=by, now=NOW)
    assert before
    return before


def _who(tx: Session, record_id: str) -> tuple[str, str | None]:
    kept = tx.get_one(Beneficiary, record_id, populate_existing=True)
    return kept.mediator_id, kept.stand_in_id


def _task(tx: Session, record_id: str) -> str:
    contacts.choose(tx, Helped(record_id), Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=NOW)
    contact = tx.scalars(select(Contact).where(Contact.beneficiary_id == record_id)).one()
    made = beneficiaries.see_to(tx, contact, TaskKind.REPLIED, now=NOW)
    assert made
    return made.id


def _asked_to_look(tx: Session) -> list[str | None]:
    waiting = select(Notice.person_id).where(Notice.kind == Kind.ATTENTION, Notice.state == State.PLANNED)
    return list(tx.scalars(waiting))


def test_a_record_holds_a_word_languages_in_their_order_and_a_stand_in(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, stand_in = make_person(tx), make_person(tx)

        record_id = _note(tx, ada, replace(DRAFT, stand_in_id=stand_in.id))

        kept = record_queries.record(tx, record_id, reader=stand_in)
        assert (kept.alias, kept.languages) == ("Tilleul", ("bin", "eng"))
        assert (kept.mediator.id, kept.stand_in and kept.stand_in.id) == (ada.id, stand_in.id)
        assert queries.called(tx, queries.alias_digest("TILLEUL"), ada.id)
        assert [each.action for each in tx.scalars(select(AuditEntry))] == ["beneficiary.note"]


def test_S72_the_same_form_twice_is_one_record(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, form = make_person(tx), key()

        ids = {records.note(tx, DRAFT, key=form, by=ada, now=NOW) for _ in range(2)}

        assert len(ids) == 1
        assert len(tx.scalars(select(Beneficiary)).all()) == 1


def test_a_word_that_one_uses_already_is_refused_and_says_for_whom(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        first = _note(tx, ada)

        with pytest.raises(Refused) as refused:
            _note(tx, ada, replace(DRAFT, alias="  tilleul".strip()))

        assert (refused.value.code, refused.value.facts) == ("alias_taken", {"whom": first})


def test_another_mediator_may_use_the_same_word(each_db: Database) -> None:
    with each_db.write() as tx:
        _note(tx, make_person(tx))

        assert _note(tx, make_person(tx))


def test_a_stand_in_is_not_given_two_people_whom_she_would_call_alike(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, other = make_person(tx), make_person(tx)
        _note(tx, other)

        with pytest.raises(Refused, match="alias_taken_there"):
            _note(tx, ada, replace(DRAFT, stand_in_id=other.id))


@pytest.mark.parametrize("who", ["herself", "lawyer", "disabled", "nobody"])
def test_nobody_else_can_stand_in(each_db: Database, who: str) -> None:
    with each_db.write() as tx:
        ada, lawyer, gone = make_person(tx), make_person(tx, Role.LAWYER), make_person(tx)
        people.disable(tx, gone.id, by=make_person(tx, Role.COORDINATOR), now=NOW)
        wrong = {"herself": ada.id, "lawyer": lawyer.id, "disabled": gone.id, "nobody": "0" * 16}[who]

        with pytest.raises(NotFound):
            _note(tx, ada, replace(DRAFT, stand_in_id=wrong))


def test_S07_whom_she_never_meets_is_nobody_as_stand_in_and_as_mediator(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, bela = make_person(tx), make_person(tx)
        record_id = _note(tx, ada)
        exclusions.exclude(tx, record_id, bela.id, by=ada, now=NOW)

        assert bela.id not in {each.id for each in record_queries.may_follow(tx, record_id)}
        with pytest.raises(NotFound):
            _change(tx, record_id, ada, replace(DRAFT, stand_in_id=bela.id))
        with pytest.raises(NotFound):
            _hand_over(tx, record_id, bela, ada)
        assert _who(tx, record_id) == (ada.id, None)


def test_S73_a_change_over_somebody_elses_is_refused_and_the_same_again_is_none(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        record_id = _note(tx, ada)
        seen = record_queries.record(tx, record_id, reader=ada).version
        changed = replace(DRAFT, languages=("yor",))
        _change(tx, record_id, ada, changed, seen=seen)

        _change(tx, record_id, ada, changed, seen=seen)
        with pytest.raises(Refused, match="record_changed"):
            _change(tx, record_id, ada, replace(DRAFT, alias="Galet"), seen=seen)

        assert tx.get_one(Beneficiary, record_id).languages == "yor"
        acts = [each.action for each in tx.scalars(select(AuditEntry).order_by(AuditEntry.at))]
        assert sorted(acts) == ["beneficiary.change", "beneficiary.note"]


@pytest.mark.parametrize("who", ["mediator", "stand_in", "coordinator"])
def test_whoever_follows_her_hands_her_over_and_her_mediator_follows_her_no_more(each_db: Database, who: str) -> None:
    with each_db.write() as tx:
        ada, stand_in, bela = (make_person(tx) for _ in range(3))
        by = {"mediator": ada, "stand_in": stand_in, "coordinator": make_person(tx, Role.COORDINATOR)}[who]
        record_id = _note(tx, ada, replace(DRAFT, stand_in_id=stand_in.id))

        _hand_over(tx, record_id, bela, by)

        assert _who(tx, record_id) == (bela.id, stand_in.id)
        with pytest.raises(NotFound):
            record_queries.record(tx, record_id, reader=ada)
        entry = tx.scalars(select(AuditEntry).where(AuditEntry.action == record_queries.HAND_OVER)).one()
        assert (entry.actor_id, entry.object_id) == (by.id, record_id)


def test_S02_nobody_else_hands_her_over(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, bela = make_person(tx), make_person(tx)
        record_id = _note(tx, ada)

        with pytest.raises(NotFound):
            _hand_over(tx, record_id, bela, bela)


def test_a_word_that_the_new_mediator_uses_is_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, bela = make_person(tx), make_person(tx)
        record_id = _note(tx, ada)
        _note(tx, bela)

        with pytest.raises(Refused, match="alias_taken_there"):
            _hand_over(tx, record_id, bela, ada)
        assert _who(tx, record_id) == (ada.id, None)


def test_what_is_to_be_seen_to_goes_with_her_and_the_new_mediator_is_told_that_there_is(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, bela = make_person(tx), make_person(tx)
        record_id = _note(tx, ada)
        _task(tx, record_id)

        _hand_over(tx, record_id, bela, ada)

        assert _asked_to_look(tx) == [bela.id]


def test_of_a_mediator_who_has_left_the_stand_in_is_told_of_both_the_coordinator(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, stand_in, coordinator = make_person(tx), make_person(tx), make_person(tx, Role.COORDINATOR)
        record_id = _note(tx, ada, replace(DRAFT, stand_in_id=stand_in.id))
        people.disable(tx, ada.id, by=coordinator, now=NOW)

        first = _task(tx, record_id)
        told_first = _asked_to_look(tx)
        beneficiaries.done(tx, first, record_id, by=stand_in, now=NOW)
        people.disable(tx, stand_in.id, by=coordinator, now=NOW)
        _task(tx, record_id)

        assert told_first == [stand_in.id]
        assert _asked_to_look(tx) == [stand_in.id, coordinator.id]


def test_her_mediator_takes_it_back_although_she_follows_her_no_more(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, bela = make_person(tx), make_person(tx)
        record_id = _note(tx, ada)
        _hand_over(tx, record_id, bela, ada)

        records.take_back(tx, record_id, None, by=ada, now=NOW + UNDO_FOR - SOON)

        assert _who(tx, record_id) == (ada.id, None)


def test_taken_back_the_stand_in_is_the_stand_in_again(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, stand_in, coordinator = make_person(tx), make_person(tx), make_person(tx, Role.COORDINATOR)
        record_id = _note(tx, ada, replace(DRAFT, stand_in_id=stand_in.id))
        found = []

        for by in (ada, coordinator, stand_in):
            before = _hand_over(tx, record_id, stand_in, by)
            promoted = _who(tx, record_id)
            records.take_back(tx, record_id, None if by is ada else before, by=by, now=NOW + SOON)
            found.append((promoted, _who(tx, record_id)))
            for entry in tx.scalars(select(AuditEntry)):
                entry.at = NOW - UNDO_FOR
            tx.flush()

        assert found == [((stand_in.id, None), (ada.id, stand_in.id))] * 3


@pytest.mark.parametrize("what", ["changed", "looked", "booked", "excluded", "handed on"])
def test_once_anybody_did_anything_else_it_stands(each_db: Database, what: str) -> None:
    with each_db.write() as tx:
        ada, bela, third = (make_person(tx) for _ in range(3))
        record_id = _note(tx, ada)
        _task(tx, record_id)
        _hand_over(tx, record_id, bela, ada)
        if what == "changed":
            _change(tx, record_id, bela, replace(DRAFT, languages=("fra",)))
        elif what == "looked":
            contact = tx.scalars(select(Contact).where(Contact.beneficiary_id == record_id)).one()
            step_up.note_look(tx, contact.id, Reason.SAFETY, by=bela, now=NOW)
        elif what == "booked":
            make_appointment(tx, make_session(tx), by=bela, alias="Tilleul")
        elif what == "excluded":
            exclusions.exclude(tx, record_id, third.id, by=bela, now=NOW)
        else:
            _hand_over(tx, record_id, third, bela)
        tx.flush()
        stood = _who(tx, record_id)

        with pytest.raises(Refused, match="hand_over_stands"):
            records.take_back(tx, record_id, None, by=ada, now=NOW + SOON)

        assert _who(tx, record_id) == stood


@pytest.mark.parametrize("why", ["too late", "somebody else", "the new mediator", "never handed over"])
def test_S02_else_there_is_nothing_to_take_back(each_db: Database, why: str) -> None:
    with each_db.write() as tx:
        ada, bela, third = (make_person(tx) for _ in range(3))
        record_id = _note(tx, ada)
        if why != "never handed over":
            _hand_over(tx, record_id, bela, ada)
        by = third if why == "somebody else" else bela if why == "the new mediator" else ada
        at = NOW + (UNDO_FOR if why == "too late" else SOON)

        with pytest.raises(NotFound):
            records.take_back(tx, record_id, Followed(by.id, None), by=by, now=at)


def test_who_coordinates_cannot_take_back_to_whom_she_never_meets(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, bela, apart, coordinator = *(make_person(tx) for _ in range(3)), make_person(tx, Role.COORDINATOR)
        record_id = _note(tx, ada)
        exclusions.exclude(tx, record_id, apart.id, by=ada, now=NOW - SOON)
        _hand_over(tx, record_id, bela, coordinator)

        with pytest.raises(NotFound):
            records.take_back(tx, record_id, Followed(apart.id, None), by=coordinator, now=NOW + SOON)


def test_a_stand_in_has_the_mediators_view_of_calls_and_appointments(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, stand_in = make_person(tx), make_person(tx)
        _note(tx, ada, replace(DRAFT, stand_in_id=stand_in.id))
        booked_id = make_appointment(tx, make_session(tx, starts_at=FRIDAY), by=ada, alias="Tilleul")
        call_id = make_call(tx, booked_id)

        to_call = [each.id for each in call_queries.to_make(tx, reader=stand_in, now=NOW)]
        seen, _session = desks.appointment(tx, booked_id, reader=stand_in, now=NOW)
        bookings.cancel(tx, booked_id, by=stand_in, now=NOW)

        assert to_call == [call_id]
        assert (seen.alias, seen.may_change, seen.may_note, seen.is_own) == ("Tilleul", True, True, False)
        assert tx.get_one(Appointment, booked_id).state is AppointmentState.CANCELLED


def test_who_only_works_here_as_a_mediator_sees_none_of_it(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, other = make_person(tx), make_person(tx)
        _note(tx, ada)
        booked_id = make_appointment(tx, make_session(tx, starts_at=FRIDAY), by=ada, alias="Tilleul")
        make_call(tx, booked_id)

        assert not call_queries.to_make(tx, reader=other, now=NOW)
        with pytest.raises(NotFound):
            bookings.cancel(tx, booked_id, by=other, now=NOW)
