"""An interpreter is rung up for somebody in the line, and answered for by who holds the telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.people import Role
from clinic.domain.queue import VisitState
from clinic.models import AuditEntry, Need, Notice, Offer
from clinic.queries import interpreting as queries
from clinic.queries import invariants
from clinic.services import exclusions, interpreting, ringing
from tests import make
from tests.bus_night import PHONE, STARTS, Night, come, make_night, step, visit

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)


def test_ringing_holds_her_time_from_the_next_quarter_and_writes_to_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)

        offer, need = _ring(tx, night, come(tx, night))

        assert (need.starts_at, need.ends_at, need.answer_by) == (
            STARTS + QUARTER,
            STARTS + 3 * QUARTER,
            STARTS + QUARTER,
        )
        assert (need.language, need.modality, need.state) == ("pcm", Modality.TELEPHONE, NeedState.OPEN)
        assert (offer.state, offer.person_id) == (OfferState.ASKED, night.interpreter.id)
        assert tx.scalars(select(Notice).where(Notice.person_id == night.interpreter.id)).all() == []
        assert _numbers(tx, need) == [PHONE]
        with pytest.raises(Refused, match="person_busy"), tx.begin_nested():
            make.make_shift(tx, make.make_session(tx, starts_at=STARTS), night.interpreter, now=STARTS)
        assert invariants.breaches(tx, now=STARTS) == []


def test_S72_the_same_press_twice_rings_once(each_db: Database) -> None:
    key = make.key()
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)
    rung = set()

    for _ in range(2):
        with each_db.write() as tx:
            rung.add(ringing.ring(tx, visit_id, night.interpreter.id, key=key, by=night.mediator, now=STARTS))

    with each_db.read() as tx:
        assert tx.scalars(select(Offer.id)).all() == list(rung)


def test_she_can_and_is_booked_for_the_half_hour(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        offer, need = _ring(tx, night, come(tx, night))

        for _ in range(2):
            ringing.said_yes(tx, offer.id, by=night.colleague, now=STARTS + MINUTE)

        assert (offer.state, need.state) == (OfferState.ACCEPTED, NeedState.FILLED)
        assert tx.scalars(select(Notice).where(Notice.about_id == offer.id)).all() == []
        assert _said(tx, offer.id) == ["offer.said_yes"]
        assert invariants.breaches(tx, now=STARTS + timedelta(hours=1)) == []
        after = need.ends_at + timedelta(hours=2)
        assert [_numbers(tx, need, after), _numbers(tx, need, after + MINUTE)] == [[PHONE], []]


def test_she_cannot_and_is_free_and_her_number_is_gone(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)
        offer, need = _ring(tx, night, visit_id)

        for _ in range(2):
            ringing.said_no(tx, offer.id, by=night.mediator, now=STARTS + MINUTE)

        assert (offer.state, need.state, _numbers(tx, need)) == (OfferState.DECLINED, NeedState.WITHDRAWN, [])
        assert _said(tx, offer.id) == ["offer.said_no"]
        assert invariants.breaches(tx, now=STARTS) == []
        again, _need = _ring(tx, night, visit_id)
        assert again.id != offer.id


def test_what_was_noted_of_her_answer_is_taken_back(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        offer, need = _ring(tx, night, come(tx, night))

        for said in (ringing.said_yes, ringing.said_no):
            said(tx, offer.id, by=night.mediator, now=STARTS + MINUTE)
            for _ in range(2):
                ringing.unsay(tx, offer.id, by=night.mediator, now=STARTS + 2 * MINUTE)

            assert (offer.state, need.state, _numbers(tx, need)) == (OfferState.ASKED, NeedState.OPEN, [PHONE])
            assert invariants.breaches(tx, now=STARTS) == []
        ringing.said_no(tx, offer.id, by=night.mediator, now=STARTS + MINUTE)
        with pytest.raises(Refused, match="offer_expired"):
            ringing.unsay(tx, offer.id, by=night.mediator, now=need.ends_at)


def test_without_an_answer_she_is_free_when_it_begins_and_a_late_yes_counts_while_she_is(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        offer, need = _ring(tx, night, come(tx, night))
        other, other_need = _ring(tx, night, visit(tx, night, 1).id, phone="06 39 98 00 02")
        at = STARTS + QUARTER + MINUTE
        make.make_shift(tx, make.make_session(tx, starts_at=STARTS + QUARTER), night.interpreter, now=at)
        assert interpreting.expire(tx, now=at) == 2

        with pytest.raises(Refused, match="interpreter_taken"):
            ringing.said_yes(tx, offer.id, by=night.mediator, now=at)
        with pytest.raises(Refused, match="offer_expired"):
            ringing.said_yes(tx, other.id, by=night.mediator, now=other_need.ends_at)
        ringing.said_yes(tx, other.id, by=night.mediator, now=at)

        assert (other.state, need.state) == (OfferState.ACCEPTED, NeedState.OPEN)


@pytest.mark.parametrize("person", ["excluded", "elsewhere", "no number", "another language", "no interpreter"])
def test_S07_nobody_is_rung_up_who_could_not_interpret_for_her(each_db: Database, person: str) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id, whom = come(tx, night), night.interpreter
        if person == "excluded":
            helped = visit(tx, night, 1).beneficiary_id
            exclusions.exclude(tx, helped, whom.id, by=night.mediator, now=STARTS)
        elif person == "elsewhere":
            make.make_shift(tx, make.make_session(tx, starts_at=STARTS), whom)
        else:
            languages = ("ara",) if person == "another language" else ("pcm",)
            whom = make.make_interpreter(tx, *languages, phone=None if person == "no number" else PHONE)
            whom = night.lawyer if person == "no interpreter" else whom

        with pytest.raises(Refused, match="interpreter_taken"):
            ringing.ring(tx, visit_id, whom.id, key=make.key(), by=night.mediator, now=STARTS)


def test_S07_on_the_page_of_a_need_nobody_is_offered_who_never_meets_one_in_the_line(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        _offer, need = _ring(tx, night, come(tx, night))
        excluded = make.make_interpreter(tx, "pcm", phone="06 39 98 00 02")
    with each_db.write() as tx:
        assert excluded.id in {each.person_id for each in queries.candidates_of(tx, need.id, now=STARTS)}

        exclusions.exclude(tx, visit(tx, night, 1).beneficiary_id, excluded.id, by=night.mediator, now=STARTS)

        assert excluded.id not in {each.person_id for each in queries.candidates_of(tx, need.id, now=STARTS)}


def test_S02_only_those_who_run_the_queue_ring_anybody_up(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)

        for by in (night.lawyer, make.make_person(tx, Role.MEDIATOR), night.interpreter):
            with pytest.raises(NotFound):
                ringing.ring(tx, visit_id, night.interpreter.id, key=make.key(), by=by, now=STARTS)


def test_for_one_who_left_nobody_is_rung_up(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        visit_id = come(tx, night)
        step(tx, visit_id, VisitState.LEFT, by=night.mediator)

        with pytest.raises(Refused, match="visit_changed"):
            _ring(tx, night, visit_id)


def test_what_was_asked_in_writing_for_another_day_is_not_answered_for_her(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator = make.make_person(tx)
        for modality in Modality:
            need_id = make.make_need(tx, make.make_session(tx), by=mediator, modality=modality)
            make.make_offer(tx, need_id, make.make_interpreter(tx, phone=PHONE))

        for offer in tx.scalars(select(Offer)):
            for said in (ringing.said_yes, ringing.said_no, ringing.unsay):
                with pytest.raises(NotFound):
                    said(tx, offer.id, by=mediator, now=make.NOW)


def _ring(tx: Session, night: Night, visit_id: str, *, phone: str | None = None) -> tuple[Offer, Need]:
    whom = make.make_interpreter(tx, "pcm", phone=phone) if phone else night.interpreter
    offer_id = ringing.ring(tx, visit_id, whom.id, key=make.key(), by=night.mediator, now=STARTS)
    offer = tx.get_one(Offer, offer_id)
    return offer, tx.get_one(Need, offer.need_id)


def _numbers(tx: Session, need: Need, now: object = STARTS) -> list[str]:
    tx.flush()
    return list(queries.numbers(tx, queries.need_row(tx, need.id, now=now), now=now).values())  # type: ignore[arg-type]


def _said(tx: Session, offer_id: str) -> list[str]:
    return list(tx.scalars(select(AuditEntry.action).where(AuditEntry.object_id == offer_id)))
