"""Interpreters are asked and answer, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.timing import UNDO_FOR
from clinic.models import Interpreter, Need, Occupancy, Offer
from clinic.queries import interpreting as queries
from clinic.queries import invariants
from clinic.services import interpreting
from clinic.services.interpreting import Asked, NeedWish, ProfileDraft
from tests.make import (
    FRIDAY,
    NOW,
    key,
    make_appointment,
    make_interpreter,
    make_need,
    make_offer,
    make_person,
    make_session,
    make_shift,
)  # fmt: skip
from tests.services.outcome import planned, reminders, send_all

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANSWER_BY = FRIDAY - DAY


def test_asking_holds_her_time_until_the_answer_by_and_no_longer(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make_person(tx), make_interpreter(tx)
        other_id = make_session(tx)
        make_offer(tx, make_need(tx, make_session(tx), by=mediator), interpreter)
        other_need = make_need(tx, other_id, by=mediator)

        assert _ask(tx, other_need, interpreter, by=mediator) == Asked(asked=0, could_not=1)
        with pytest.raises(Refused, match="person_busy"), tx.begin_nested():
            make_shift(tx, other_id, interpreter)

        make_shift(tx, other_id, interpreter, now=ANSWER_BY)
        assert invariants.breaches(tx, now=ANSWER_BY) == []


def test_what_was_held_in_vain_is_swept(each_db: Database) -> None:
    with each_db.write() as tx:
        offer_id = make_offer(tx, make_need(tx, make_session(tx), by=make_person(tx)), make_interpreter(tx))

        assert interpreting.expire(tx, now=ANSWER_BY - MINUTE) == 0
        assert interpreting.expire(tx, now=ANSWER_BY) == 1
        assert interpreting.expire(tx, now=ANSWER_BY) == 0

        assert tx.get_one(Offer, offer_id).state is OfferState.EXPIRED
        assert tx.scalars(select(Occupancy)).all() == []


def test_the_first_to_accept_has_it_and_the_others_are_freed_and_told(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, first, second = make_person(tx), make_interpreter(tx), make_interpreter(tx)
        need_id = make_need(tx, make_session(tx), by=mediator)
        offer_id, other_id = make_offer(tx, need_id, first), make_offer(tx, need_id, second)
        send_all(tx)

        interpreting.accept(tx, offer_id, by=first, now=NOW + HOUR)
        interpreting.accept(tx, offer_id, by=first, now=NOW + HOUR)

        assert [tx.get_one(Offer, each).state for each in (offer_id, other_id)] == ["accepted", "filled"]
        assert tx.get_one(Need, need_id).state is NeedState.FILLED
        assert set(tx.scalars(select(Occupancy.holder))) == {offer_id}
        assert (planned(tx, mediator), planned(tx, first), reminders(tx, first)) == ([Kind.OFFER_ACCEPTED], [], 2)
        assert (planned(tx, second), reminders(tx, second)) == ([Kind.OFFER_FILLED], 0)
        with pytest.raises(Refused, match="offer_filled"):
            interpreting.accept(tx, other_id, by=second, now=NOW + HOUR)
        assert invariants.breaches(tx, now=FRIDAY) == []


def test_one_who_was_not_told_yet_that_she_is_asked_is_not_told_that_it_is_filled(each_db: Database) -> None:
    with each_db.write() as tx:
        first, second = make_interpreter(tx), make_interpreter(tx)
        need_id = make_need(tx, make_session(tx), by=make_person(tx))
        offer_id = make_offer(tx, need_id, first)
        make_offer(tx, need_id, second)
        assert planned(tx, second) == [Kind.OFFER_ASKED]

        interpreting.accept(tx, offer_id, by=first, now=NOW + MINUTE)

        assert planned(tx, second) == []


def test_declining_frees_her_and_tells_who_asked(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make_person(tx), make_interpreter(tx)
        need_id = make_need(tx, make_session(tx), by=mediator)
        offer_id = make_offer(tx, need_id, interpreter)

        interpreting.decline(tx, offer_id, by=interpreter, now=NOW + HOUR)
        interpreting.decline(tx, offer_id, by=interpreter, now=NOW + HOUR)

        assert (planned(tx, mediator), planned(tx, interpreter)) == ([Kind.OFFER_DECLINED], [])
        assert tx.scalars(select(Occupancy)).all() == []
        with pytest.raises(Refused, match="offer_answered"):
            interpreting.accept(tx, offer_id, by=interpreter, now=NOW + HOUR)


def test_declining_after_accepting_opens_the_need_again(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter, other = make_person(tx), make_interpreter(tx), make_interpreter(tx)
        need_id = make_need(tx, make_session(tx), by=mediator)
        offer_id = make_offer(tx, need_id, interpreter)
        interpreting.accept(tx, offer_id, by=interpreter, now=NOW)
        send_all(tx)

        with pytest.raises(Refused, match="session_begun"):
            interpreting.decline(tx, offer_id, by=interpreter, now=FRIDAY)
        interpreting.decline(tx, offer_id, by=interpreter, now=ANSWER_BY + HOUR)

        assert tx.get_one(Need, need_id).state is NeedState.OPEN
        assert (planned(tx, mediator), reminders(tx, interpreter)) == ([Kind.OFFER_DECLINED], 0)
        make_offer(tx, need_id, other, now=ANSWER_BY + HOUR)
        assert invariants.breaches(tx, now=ANSWER_BY + HOUR) == []


def test_an_answer_that_comes_late_is_refused(each_db: Database) -> None:
    with each_db.write() as tx:
        interpreter = make_interpreter(tx)
        offer_id = make_offer(tx, make_need(tx, make_session(tx), by=make_person(tx)), interpreter)

        for answer in (interpreting.accept, interpreting.decline):
            with pytest.raises(Refused, match="offer_expired"):
                answer(tx, offer_id, by=interpreter, now=ANSWER_BY)


def test_a_hold_that_made_way_a_moment_ago_cannot_be_accepted(each_db: Database) -> None:
    with each_db.write() as tx:
        interpreter = make_interpreter(tx)
        offer_id = make_offer(tx, make_need(tx, make_session(tx), by=make_person(tx)), interpreter)
        make_shift(tx, make_session(tx), interpreter, now=ANSWER_BY)  # another's clock is a moment ahead

    with pytest.raises(Refused, match="offer_expired"), each_db.write() as tx:
        interpreting.accept(tx, offer_id, by=interpreter, now=ANSWER_BY - timedelta(microseconds=1))

    with each_db.read() as tx:
        assert tx.get_one(Offer, offer_id).state is OfferState.ASKED


def test_who_let_it_run_out_or_declined_can_be_asked_again(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, late, declined = make_person(tx), make_interpreter(tx), make_interpreter(tx)
        need_id = make_need(tx, make_session(tx), by=mediator)
        make_offer(tx, need_id, late)
        interpreting.decline(tx, make_offer(tx, need_id, declined), by=declined, now=NOW)
        send_all(tx)

        asked = [_ask(tx, need_id, each, by=mediator, until=FRIDAY, now=ANSWER_BY) for each in (late, declined, late)]

        assert [each.asked for each in asked] == [1, 1, 0]
        assert (planned(tx, late), planned(tx, declined)) == ([Kind.OFFER_ASKED], [Kind.OFFER_ASKED])
        assert invariants.breaches(tx, now=ANSWER_BY) == []


def test_withdrawal_frees_and_tells_whoever_was_asked_or_had_accepted(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, asked, accepted = make_person(tx), make_interpreter(tx), make_interpreter(tx)
        open_id, filled_id = (make_need(tx, make_session(tx), by=mediator) for _ in range(2))
        make_offer(tx, open_id, asked)
        interpreting.accept(tx, make_offer(tx, filled_id, accepted), by=accepted, now=NOW)
        send_all(tx)

        for need_id in (open_id, filled_id, open_id):
            interpreting.withdraw(tx, need_id, by=mediator, now=NOW + HOUR)

        assert [planned(tx, each) for each in (asked, accepted)] == [[Kind.OFFER_WITHDRAWN]] * 2
        assert (reminders(tx, accepted), tx.scalars(select(Occupancy)).all()) == (0, [])
        with pytest.raises(Refused, match="need_withdrawn"):
            _ask(tx, open_id, asked, by=mediator)


def test_what_was_asked_and_withdrawn_within_five_minutes_is_never_told(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, interpreter = make_person(tx), make_interpreter(tx)
        need_id = make_need(tx, make_session(tx), by=mediator)
        make_offer(tx, need_id, interpreter)

        interpreting.withdraw(tx, need_id, by=mediator, now=NOW + UNDO_FOR - MINUTE)

        assert planned(tx, interpreter) == []


def test_taken_back_that_nobody_is_needed_all_are_asked_anew_where_it_is_now(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator = make_person(tx)
        need_id = make_need(tx, make_session(tx), by=mediator)
        interpreting.withdraw(tx, need_id, by=mediator, now=NOW)

        for _ in range(2):
            interpreting.need_again(tx, need_id, by=mediator, now=NOW + MINUTE)

        assert tx.get_one(Need, need_id).state is NeedState.OPEN
        assert tx.scalars(select(Offer)).all() == []


def test_who_cannot_come_is_left_out_and_counted(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        free, speaks_other, only_by_telephone = (
            make_interpreter(tx), make_interpreter(tx, "eng"), make_interpreter(tx, comes_on_site=False, phone="01"),
        )  # fmt: skip
        on_a_crew = make_interpreter(tx)
        make_shift(tx, make_session(tx), on_a_crew)
        need_id = make_need(tx, session_id, by=mediator)

        asked = _ask(tx, need_id, free, speaks_other, only_by_telephone, on_a_crew, mediator, by=mediator)

        assert asked == Asked(asked=1, could_not=4)
        obstacles = {each.person_id: each.obstacle for each in queries.candidates_of(tx, need_id, now=NOW)}
        expected = {free: "asked", speaks_other: "language", only_by_telephone: "not_on_site", on_a_crew: "busy"}
        assert obstacles == {person.id: code for person, code in expected.items()}


def test_S02_nobody_answers_for_another(each_db: Database) -> None:
    with each_db.write() as tx:
        interpreter, other = make_interpreter(tx), make_interpreter(tx)
        offer_id = make_offer(tx, make_need(tx, make_session(tx), by=make_person(tx)), interpreter)

        for answer in (interpreting.accept, interpreting.decline):
            with pytest.raises(NotFound):
                answer(tx, offer_id, by=other, now=NOW)
            with pytest.raises(NotFound):
                answer(tx, "0" * 16, by=other, now=NOW)
        with pytest.raises(NotFound):
            interpreting.withdraw(tx, "0" * 16, by=other, now=NOW)


def test_an_appointment_has_one_need_and_after_its_withdrawal_the_same_one_again(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=mediator)
        need_id = make_need(tx, session_id, by=mediator, appointment_id=booked_id)
        with pytest.raises(Refused, match="need_exists"):
            make_need(tx, session_id, by=mediator, appointment_id=booked_id)

        interpreting.withdraw(tx, need_id, by=mediator, now=NOW)

        assert make_need(tx, session_id, by=mediator, appointment_id=booked_id) == need_id
        assert tx.get_one(Need, need_id).state is NeedState.OPEN
        with pytest.raises(NotFound):
            make_need(tx, make_session(tx), by=mediator, appointment_id=booked_id)


def test_S72_a_need_sent_twice_is_one(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, form = make_person(tx), key()
        wish = NeedWish(make_session(tx), None, "ara", Modality.ON_SITE, FRIDAY, FRIDAY + HOUR, ANSWER_BY)

        made = {interpreting.need(tx, wish, key=form, by=mediator, now=NOW) for _ in range(2)}

        assert set(tx.scalars(select(Need.id))) == made


def test_how_an_interpreter_works_is_kept_and_replaced(each_db: Database) -> None:
    with each_db.write() as tx:
        person = make_person(tx, Role.INTERPRETER)
        for languages in ({"ara", "eng"}, {"eng", "pcm"}):
            draft = ProfileDraft(frozenset(languages), comes_on_site=False, phone="06 39 98 00 01")
            interpreting.save_profile(tx, draft, by=person, now=NOW)
        with pytest.raises(Refused, match="phone_wrong"):
            interpreting.save_profile(tx, ProfileDraft(frozenset(), comes_on_site=True, phone="6"), by=person, now=NOW)

        assert queries.profiles(tx, [person.id])[person.id].languages == {"eng", "pcm"}
        assert tx.get_one(Interpreter, person.id).phone == "06 39 98 00 01"


def _ask(
    tx: Session,
    need_id: str,
    *people: SignedIn,
    by: SignedIn,
    until: datetime = ANSWER_BY,
    now: datetime = NOW,
) -> Asked:
    return interpreting.ask(tx, need_id, [each.id for each in people], answer_by=until, by=by, now=now)
