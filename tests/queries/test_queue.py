"""The queue as each reader may know it, and what a telephone that looks again costs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.models import Appointment, Visit
from clinic.queries import queue
from clinic.queries.queue import QueueView
from clinic.services import exclusions, ringing, rota
from clinic.services import queue as services
from tests import make
from tests.bus_night import STARTS, Night, come, make_night, step, visit
from tests.conftest import CountQueries

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SEEN, DONE, LEFT, WAITING = VisitState.SEEN, VisitState.DONE, VisitState.LEFT, VisitState.WAITING


def test_booked_people_and_walk_ins_stand_in_one_list_in_order(each_db: Database) -> None:
    with each_db.write() as tx:
        make.make_noise(tx)
        night = make_night(tx)
        booked_id = make.make_appointment(tx, night.session_id, by=night.mediator, slot=2, alias="Iris")
        later_id = make.make_appointment(tx, night.session_id, by=night.mediator, slot=3)
        excused_id = make.make_appointment(tx, night.session_id, by=night.mediator, slot=4)
        tx.get_one(Appointment, excused_id).outcome = Outcome.EXCUSED
        first, second = come(tx, night), come(tx, night, alias="Rose")
        services.arrive_booked(tx, booked_id, by=night.mediator, now=STARTS + MINUTE)
        gone = come(tx, night)
        step(tx, first, SEEN, with_=night.lawyer, by=night.mediator, now=STARTS + 2 * MINUTE)
        step(tx, gone, LEFT, by=night.mediator)
        services.go_first(tx, visit(tx, night, 3).id, seen=1, by=night.mediator, now=STARTS)

        view = _view(tx, night, night.colleague)

        assert [(each.number, each.alias) for each in view.waiting] == [(3, "Iris"), (2, "Rose")]
        assert [each.booked_at for each in view.waiting] == [STARTS + HOUR, None]
        assert [each.is_first for each in view.waiting] == [True, False]
        assert [(each.number, each.with_name, each.since) for each in view.seen] == [
            (1, "Me Adam", STARTS + 2 * MINUTE)
        ]
        assert [each.number for each in view.over] == [4]
        assert [each.id for each in view.expected] == [later_id]
        assert tx.get_one(Visit, second).number == 2
        assert (view.may_run, view.is_open) == (True, True)


def test_those_of_the_crew_who_are_with_nobody_may_see_the_next(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        make.make_shift(tx, night.session_id, night.interpreter)
        first, _second = come(tx, night), come(tx, night)
        step(tx, first, SEEN, with_=night.lawyer, by=night.mediator)

        view = _view(tx, night, night.mediator)

        assert [(each.name, each.is_free) for each in view.crew] == [
            ("Chloé", True), ("Me Adam", False), ("Aïcha", True), ("Blessing", True),
        ]  # fmt: skip
        assert [[each.name for each in row.can_see] for row in view.waiting] == [["Chloé", "Aïcha", "Blessing"]]
        assert view.seen[0].can_see == ()


def test_S07_who_never_meets_her_reads_nothing_of_her_and_is_not_offered_for_her(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        booked_id = make.make_appointment(tx, night.session_id, by=night.mediator, alias="Joy", language="pcm")
        first = come(tx, night, alias="Iris")
        come(tx, night, alias="Rose")
        for helped in (visit(tx, night, 1).beneficiary_id, tx.get_one(Appointment, booked_id).beneficiary_id):
            for person in (night.colleague, night.lawyer, night.interpreter):
                exclusions.exclude(tx, helped, person.id, by=night.mediator, now=make.NOW)

        by_mediator, by_colleague = _view(tx, night, night.mediator), _view(tx, night, night.colleague)

        assert [[each.name for each in row.can_see] for row in by_mediator.waiting] == [
            ["Chloé", "Aïcha"], ["Chloé", "Me Adam", "Aïcha", "Blessing"],
        ]  # fmt: skip
        assert [(each.name, each.number) for each in by_mediator.on_call] == [("Precious", 2)]
        assert [each.alias for each in by_mediator.expected] == ["Joy"]
        assert [each.alias for each in by_colleague.waiting] == ["Rose"]
        assert by_colleague.expected == ()
        assert [each.alias for each in _view(tx, night, night.lawyer).waiting] == ["Rose"]
        step(tx, first, SEEN, with_=night.adviser, by=night.mediator)
        assert [each.is_free for each in _view(tx, night, night.colleague).crew] == [False, True, True, True]
        assert _view(tx, night, night.colleague).waiting[0].can_see[0].name == "Me Adam"


def test_S02_the_queue_is_for_those_who_run_it_and_near_the_time_for_the_legal_team_of_the_crew(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        come(tx, night, alias="Iris")
        others = [make.make_person(tx, role) for role in (Role.MEDIATOR, Role.LAWYER, Role.MEMBER)]
        nobody = [*others, night.interpreter]

        for reader in (night.mediator, night.colleague, night.coordinator, night.lawyer, night.adviser):
            assert _view(tx, night, reader).may_run is (reader not in (night.lawyer, night.adviser))
        for reader in nobody:
            _finds_nothing(tx, night, reader, STARTS)
        for at in (-12 * HOUR - MINUTE, 29 * HOUR + MINUTE):
            _finds_nothing(tx, night, night.lawyer, STARTS + at)
        assert queue.queue(tx, night.session_id, reader=night.lawyer, now=STARTS - 12 * HOUR).is_open is False
        with pytest.raises(NotFound):
            queue.stamp(tx, "0" * 16, reader=night.coordinator, now=STARTS)


def test_the_legal_team_reads_whom_it_sees_and_rings_nobody_up(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        step(tx, come(tx, night), SEEN, with_=night.lawyer, by=night.mediator)
        step(tx, come(tx, night), SEEN, with_=night.adviser, by=night.mediator)

        view = _view(tx, night, night.lawyer)

        assert [each.with_me for each in view.seen] == [True, False]
        assert (view.on_call, view.calls) == ((), ())


def test_an_interpreter_is_offered_for_whom_is_seen_then_for_the_next_in_line(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        both = make.make_interpreter(tx, "pcm", "bin", phone="06 39 98 00 02", name="Osas")
        make.make_interpreter(tx, "pcm", name="Sans téléphone")
        make.make_interpreter(tx, "ara", phone="06 39 98 00 03")
        make.make_shift(tx, make.make_session(tx, starts_at=STARTS), make.make_interpreter(tx, "pcm", phone="06"))
        for language in ("und", "pcm", "pcm", "bin"):
            come(tx, night, language=language)
        gone = come(tx, night, language="ara")
        step(tx, gone, LEFT, by=night.mediator)
        step(tx, visit(tx, night, 3).id, SEEN, with_=night.lawyer, by=night.mediator)

        found = _view(tx, night, night.mediator).on_call

        assert [(each.name, each.language, each.number) for each in found] == [
            ("Osas", "bin", 4), ("Osas", "pcm", 3), ("Precious", "pcm", 3),
        ]  # fmt: skip
        ringing.ring(tx, found[0].visit_id, both.id, key=make.key(), by=night.mediator, now=STARTS)
        after = _view(tx, night, night.mediator)
        assert [each.name for each in after.on_call] == ["Precious"]
        assert [[offer.name for offer in each.offers] for each in after.calls] == [["Osas"]]


def test_the_languages_that_most_speak_are_offered_first(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        assert queue.languages(tx, night.session_id) == ["fra", "eng", "pcm", "bin", "ish", "yor"]
        for language in ("und", "sqi", "ron", "ron", "und", "und"):
            come(tx, night, language=language)
        make.make_appointment(tx, night.session_id, by=night.mediator, language="ron")

        assert queue.languages(tx, night.session_id) == ["ron", "sqi", "fra", "eng", "pcm", "bin"]


def test_the_stamp_changes_with_all_that_is_shown_and_with_nothing_else(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        make.make_noise(tx)
        stamps = [_stamp(tx, night)]
        assert stamps == [
            _stamp(tx, night),
        ]
        assert (
            queue.stamp(tx, night.session_id, reader=night.lawyer, now=STARTS + 59 * timedelta(seconds=1)) == stamps[0]
        )
        first = come(tx, night)
        stamps.append(_stamp(tx, night))
        come(tx, night, alias="Iris")
        stamps.append(_stamp(tx, night))
        step(tx, first, SEEN, with_=night.lawyer, by=night.mediator)
        stamps.append(_stamp(tx, night))
        services.go_first(tx, visit(tx, night, 2).id, seen=1, by=night.mediator, now=STARTS)
        stamps.append(_stamp(tx, night))
        exclusions.exclude(tx, visit(tx, night, 2).beneficiary_id, night.adviser.id, by=night.mediator, now=STARTS)
        stamps.append(_stamp(tx, night))
        make.make_appointment(tx, night.session_id, by=night.mediator)
        stamps.append(_stamp(tx, night))
        offer_id = ringing.ring(tx, first, night.interpreter.id, key=make.key(), by=night.mediator, now=STARTS)
        stamps.append(_stamp(tx, night))
        ringing.said_yes(tx, offer_id, by=night.mediator, now=STARTS)
        stamps.append(_stamp(tx, night))
        rota.assign(tx, night.session_id, make.make_person(tx).id, Role.MEDIATOR, by=night.coordinator, now=make.NOW)
        stamps.append(_stamp(tx, night))
        stamps.append(queue.stamp(tx, night.session_id, reader=night.mediator, now=STARTS + MINUTE))

        assert len(set(stamps)) == len(stamps) == 11
        assert _view(tx, night, night.mediator).stamp == _stamp(tx, night)


def test_a_telephone_that_looks_again_costs_little_and_the_line_costs_the_same_however_long(
    each_db: Database, count_queries: CountQueries
) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
    looked, read = [], []
    for more, languages in ((2, ("pcm",)), (38, ("pcm", "bin", "yor", "ara", "ron"))):
        with each_db.write() as tx:
            for number in range(more):
                language = languages[number % len(languages)]
                come(tx, night, language=language, alias=f"Iris {more} {number}")
                make.make_interpreter(tx, language, phone="06 39 98 00 02")
            whom = visit(tx, night, more).beneficiary_id
            exclusions.exclude(tx, whom, night.lawyer.id, by=night.mediator, now=STARTS)
        with count_queries(each_db) as statements, each_db.read() as tx:
            queue.stamp(tx, night.session_id, reader=night.colleague, now=STARTS)
        looked.append(len(statements))
        with count_queries(each_db) as statements, each_db.read() as tx:
            _view(tx, night, night.colleague)
        read.append(len(statements))

    assert looked[0] == looked[1] <= 7  # on SQLite, one of them is BEGIN
    assert read[0] == read[1] <= 24


def test_one_visit_tells_to_which_queue_it_belongs(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)

        assert queue.session_of(tx, come(tx, night)) == night.session_id
        assert queue.session_of(tx, "0" * 16) is None


def test_S04_who_only_reads_the_line_learns_no_name_of_the_crew_but_her_own(each_db: Database) -> None:
    with each_db.write() as tx:
        night = make_night(tx)
        for person in (night.lawyer, night.adviser):
            step(tx, come(tx, night), SEEN, with_=person, by=night.mediator)
        come(tx, night)

        read, run = _view(tx, night, night.lawyer), _view(tx, night, night.mediator)

    assert [each.with_name for each in read.seen] == [night.lawyer.name, None]
    assert [each.with_name for each in run.seen] == [night.lawyer.name, night.adviser.name]
    assert {each.person_id for each in read.crew} == {night.lawyer.id}
    assert {one.person_id for each in read.waiting for one in each.can_see} <= {night.lawyer.id}


def _view(tx: Session, night: Night, reader: SignedIn) -> QueueView:
    tx.flush()
    tx.expire_all()
    return queue.queue(tx, night.session_id, reader=reader, now=STARTS)


def _stamp(tx: Session, night: Night) -> str:
    tx.flush()
    return queue.stamp(tx, night.session_id, reader=night.mediator, now=STARTS)


def _finds_nothing(tx: Session, night: Night, reader: SignedIn, now: datetime) -> None:
    for ask in (queue.queue, queue.stamp):
        with pytest.raises(NotFound):
            ask(tx, night.session_id, reader=reader, now=now)
