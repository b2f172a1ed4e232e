"""Changing a series from a date on, ending it, adding a date by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import Refused
from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import AfterSkip, Rhythm, Rule
from clinic.domain.rota import ShiftState, Staffing
from clinic.domain.series import Effect
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.times import to_instant, to_local
from clinic.models import ClinicSession, Closure, Shift
from clinic.queries import sessions as queries
from clinic.services import programme, series, sessions
from clinic.services.replanning import Report
from clinic.services.series import Change, DateDraft
from clinic.services.sessions import SeriesDraft
from tests.make import NOW, key, make_appointment, make_person, make_place, make_session, make_shift, move_session

DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 27)
FROM = date(2026, 12, 14)  # a Monday
ASCENSION_AND_ARMISTICE = [date(2027, 5, 7), date(2027, 11, 12)]  # in these weeks the Thursday is a public holiday
MORNING, NIGHT = (time(9, 30), time(12, 30)), (time(19, 30), time(0, 30))


def test_another_day_of_the_week_moves_each_session_within_its_week(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        before = {each.id: each for each in _ahead(tx, series_id)}

        report = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 17)))

        moved = report.of(Effect.MOVED)
        assert len(moved) > 40
        assert [line.on for line in report.of(Effect.CANCELLED, Effect.REMOVED)] == ASCENSION_AND_ARMISTICE
        assert {line.session_id for line in moved} <= before.keys()
        assert {each.planned_on.weekday() for each in _ahead(tx, series_id) if each.planned_on >= FROM} == {3}
        assert all(each.moved_from is None and not each.is_by_hand for each in _ahead(tx, series_id))


def test_what_lies_before_the_date_is_left_as_it_is(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        first = [each.planned_on for each in _ahead(tx, series_id) if each.planned_on < FROM]

        _change(tx, series_id, coordinator, Rule(Rhythm.MONTHLY, FROM, weekday=1, nth=2))

        assert [each.planned_on for each in _ahead(tx, series_id) if each.planned_on < FROM] == first


def test_a_session_moved_by_hand_stays_and_its_date_is_not_made_again(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        moved = _on(tx, series_id, date(2026, 12, 18))
        saturday = moved.starts_at + DAY
        move_session(tx, moved.id, saturday, by=coordinator)

        report = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 18)), starts_ends=NIGHT)

        [line] = report.of(Effect.STAYS)
        assert (line.session_id, moved.starts_at, moved.status) == (moved.id, saturday, Status.PLANNED)
        assert [each.id for each in _ahead(tx, series_id) if each.planned_on == date(2026, 12, 18)] == [moved.id]


def test_a_cancelled_date_stays_cancelled(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        off = _on(tx, series_id, date(2026, 12, 18))
        programme.cancel(tx, off.id, CancelReason.VENUE, by=coordinator, now=NOW)

        _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 17)))

        assert off.status is Status.CANCELLED
        in_week = [each for each in _ahead(tx, series_id) if FROM <= each.planned_on < FROM + 7 * DAY]
        assert [each.id for each in in_week] == [off.id]


def test_the_crew_is_asked_to_confirm_and_who_is_elsewhere_leaves(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        comes, clashes = make_person(tx, Role.LAWYER, name="Nour"), make_person(tx, Role.LAWYER, name="Sacha")
        session = _on(tx, series_id, date(2026, 12, 18))
        for person in (comes, clashes):
            make_shift(tx, session.id, person)
        elsewhere = make_session(tx, starts_at=to_instant(date(2026, 12, 17), time(9, 30)))
        make_shift(tx, elsewhere, clashes)

        report = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 17)))

        [line] = [each for each in report.lines if each.session_id == session.id]
        assert (line.touched.crew, line.touched.leaving) == (("Nour",), ("Sacha",))
        assert _state(tx, session.id, comes) is ShiftState.TO_CONFIRM
        assert _state(tx, session.id, clashes) is ShiftState.RELEASED


def test_an_appointment_that_would_fall_outside_blocks_the_change_by_name(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        session = _on(tx, series_id, date(2026, 12, 18))
        make_appointment(tx, session.id, by=make_person(tx, Role.MEDIATOR), slot=5, alias="Iris")
    change = Change(FROM, _draft(Rule(Rhythm.WEEKLY, date(2026, 12, 18)), session.place_id, (time(9, 30), time(10))))

    with each_db.rehearse() as tx:
        report = series.foresee(tx, series_id, change, by=coordinator, now=NOW)

    [line] = [each for each in report.lines if each.blocked]
    assert line.blocked == ("appointments_outside", (("aliases", ("Iris",)),))
    with pytest.raises(Refused, match="series_blocked"), each_db.write() as tx:
        series.carry_out(tx, series_id, change, report.digest, by=coordinator, now=NOW)


def test_what_was_not_looked_at_is_not_saved(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        place_id = _on(tx, series_id, FRIDAY).place_id
    change = Change(FROM, _draft(Rule(Rhythm.WEEKLY, date(2026, 12, 17)), place_id))
    with each_db.rehearse() as tx:
        seen = series.foresee(tx, series_id, change, by=coordinator, now=NOW).digest
    with each_db.write() as tx:
        make_shift(tx, _on(tx, series_id, date(2026, 12, 18)).id, make_person(tx, Role.LAWYER))

    with pytest.raises(Refused, match="series_differs"), each_db.write() as tx:
        series.carry_out(tx, series_id, change, seen, by=coordinator, now=NOW)


def test_half_of_a_weekly_series_goes_when_it_is_every_other_week_and_comes_back(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        counted_on = _on(tx, series_id, date(2026, 12, 18))
        make_shift(tx, counted_on.id, make_person(tx, Role.LAWYER))

        report = _change(tx, series_id, coordinator, Rule(Rhythm.FORTNIGHTLY, date(2027, 1, 8)))

        assert [line.session_id for line in report.of(Effect.CANCELLED)] == [counted_on.id]
        assert date(2026, 12, 18) in {line.on for line in report.lines}
        assert all(line.session_id != counted_on.id for line in report.of(Effect.REMOVED))

        again = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 18)))

        assert [line.session_id for line in again.of(Effect.BACK)] == [counted_on.id]
        assert counted_on.status is Status.PLANNED


def test_the_crew_that_is_needed_changes_and_nobody_is_thrown_off(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        session = _on(tx, series_id, date(2026, 12, 18))
        shift_id = make_shift(tx, session.id, make_person(tx, Role.PSYCHOLOGIST))
        needs = {Role.LAWYER: Staffing(2, 3)}

        report = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 18)), needs=needs)

        assert all(line.changes_crew for line in report.of(Effect.SAME))
        assert queries.needs(tx, [session.id]) == {session.id: needs}
        assert tx.get_one(Shift, shift_id).state is ShiftState.CONFIRMED


def test_an_ended_series_makes_no_session_any_more_and_keeps_those_by_hand(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        moved = _on(tx, series_id, date(2026, 12, 18))
        move_session(tx, moved.id, moved.starts_at + DAY, by=coordinator)

        report = _end(tx, series_id, coordinator)

        assert [line.session_id for line in report.of(Effect.STAYS)] == [moved.id]
        assert [each.id for each in _ahead(tx, series_id) if each.planned_on >= FROM] == [moved.id]
        assert sessions.extend(tx, now=NOW + 400 * DAY) == 0


def test_a_closed_day_is_left_out_unless_it_is_kept(each_db: Database) -> None:
    christmas = date(2026, 12, 25)
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx, Rule(Rhythm.WEEKLY, date(2026, 11, 26)))

        usual = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 18)))

        assert christmas in {line.on for line in usual.of(Effect.SKIPPED)}
        assert christmas in queries.dates_skipped(tx, series_id)

        kept = _change(tx, series_id, coordinator, Rule(Rhythm.WEEKLY, date(2026, 12, 18)), skipped=frozenset())

        assert christmas in {line.on for line in kept.of(Effect.MADE)}
        assert queries.dates_skipped(tx, series_id) & {christmas} == set()


@pytest.mark.parametrize(
    ("after_skip", "following"),
    [(AfterSkip.KEEP, date(2027, 5, 28)), (AfterSkip.SHIFT, date(2027, 5, 21))],
)
def test_every_other_week_keeps_its_weeks_or_shifts_after_a_closed_day(
    each_db: Database, after_skip: AfterSkip, following: date
) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx, Rule(Rhythm.WEEKLY, date(2026, 11, 25)))
        place_id = make_place(tx)
        # A bridge day: the 14th of May 2027 falls out.
        rule = Rule(Rhythm.FORTNIGHTLY, date(2027, 4, 30))
        draft = replace(_draft(rule, place_id), after_skip=after_skip)
        _close(tx, date(2027, 5, 14))

        _carry_out(tx, series_id, Change(date(2027, 4, 26), draft), coordinator)

        planned = [each.planned_on for each in _ahead(tx, series_id) if each.planned_on >= date(2027, 4, 26)]
        assert planned[:2] == [date(2027, 4, 30), following]


def test_a_date_added_by_hand_stays_when_the_series_ends(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        draft = DateDraft(date(2026, 12, 23), time(14), time(16), make_place(tx))

        added = series.add_date(tx, series_id, draft, key=key(), by=coordinator, now=NOW)

        report = _end(tx, series_id, coordinator)
        assert added in {line.session_id for line in report.of(Effect.STAYS)}
        assert to_local(tx.get_one(ClinicSession, added).starts_at).time() == time(14)


def test_a_date_that_has_a_session_is_not_added_twice(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id, coordinator = _weekly(tx)
        draft = DateDraft(FRIDAY, time(14), time(16), make_place(tx))

        with pytest.raises(Refused, match="date_exists"):
            series.add_date(tx, series_id, draft, key=key(), by=coordinator, now=NOW)


def _weekly(tx: Session, rule: Rule | None = None) -> tuple[str, SignedIn]:
    coordinator = make_person(tx, Role.COORDINATOR)
    draft = _draft(rule or Rule(Rhythm.WEEKLY, FRIDAY), make_place(tx))
    return sessions.create(tx, draft, (), key=key(), by=coordinator, now=NOW), coordinator


def _draft(rule: Rule, place_id: str, span: tuple[time, time] = MORNING) -> SeriesDraft:
    words = ("Permanence", "Session", "Matin", "Morning")
    needs = {Role.LAWYER: Staffing(1, 1)}
    return SeriesDraft(Kind.OTHER, *words, True, rule, *span, place_id, 2, 30, needs, False)  # noqa: FBT003


def _change(
    tx: Session,
    series_id: str,
    by: SignedIn,
    rule: Rule,
    *,
    starts_ends: tuple[time, time] = MORNING,
    needs: dict[Role, Staffing] | None = None,
    skipped: frozenset[date] | None = None,
) -> Report:
    draft = _draft(rule, queries.series_locked(tx, series_id).place_id, starts_ends)
    draft = replace(draft, needs=needs or draft.needs)
    return _carry_out(tx, series_id, Change(FROM, draft, skipped), by)


def _carry_out(tx: Session, series_id: str, change: Change, by: SignedIn) -> Report:
    rehearsal = tx.begin_nested()
    seen = series.foresee(tx, series_id, change, by=by, now=NOW).digest
    rehearsal.rollback()
    return series.carry_out(tx, series_id, change, seen, by=by, now=NOW)


def _end(tx: Session, series_id: str, by: SignedIn) -> Report:
    rehearsal = tx.begin_nested()
    seen = series.foresee_end(tx, series_id, FROM, by=by, now=NOW).digest
    rehearsal.rollback()
    return series.end(tx, series_id, FROM, seen, by=by, now=NOW)


def _ahead(tx: Session, series_id: str) -> list[ClinicSession]:
    query = select(ClinicSession).where(ClinicSession.series_id == series_id)
    return list(tx.scalars(query.order_by(ClinicSession.planned_on)))


def _on(tx: Session, series_id: str, on: date) -> ClinicSession:
    return next(each for each in _ahead(tx, series_id) if each.planned_on == on)


def _state(tx: Session, session_id: str, person: SignedIn) -> ShiftState:
    query = select(Shift.state).where(Shift.session_id == session_id, Shift.person_id == person.id)
    return tx.scalars(query).one()


def _close(tx: Session, on: date) -> None:
    tx.add(Closure(place_id=None, name="Pont", first_on=on, last_on=on))
    tx.flush()
