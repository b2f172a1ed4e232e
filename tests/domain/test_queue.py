"""The rules of the queue: which steps lead where, when it is open, how long somebody waits."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.domain import queue
from clinic.domain.answers import Refused
from clinic.domain.queue import VisitState
from clinic.domain.sessions import Status
from clinic.domain.times import span, to_local

STARTS, ENDS = span(date(2026, 11, 27), time(19, 30), time(0, 30))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALLOWED = {
    ("waiting", "seen"), ("waiting", "done"), ("waiting", "left"), ("seen", "done"), ("seen", "waiting"),
    ("done", "waiting"), ("done", "seen"), ("left", "waiting"),
}  # fmt: skip


@pytest.mark.parametrize("to", VisitState)
@pytest.mark.parametrize("was", VisitState)
def test_a_step_leads_where_the_table_says(was: VisitState, to: VisitState) -> None:
    if (was, to) in ALLOWED:
        queue.check_step(was, to)
        return

    with pytest.raises(Refused, match="visit_changed"):
        queue.check_step(was, to)


def test_every_step_can_be_taken_back() -> None:
    for was, leads_to in queue.STEPS.items():
        for to in leads_to - {VisitState.DONE if was is VisitState.WAITING else None}:
            assert was in queue.STEPS[to], (was, to)
    assert VisitState.WAITING in queue.STEPS[VisitState.DONE]


@pytest.mark.parametrize("version", [1, 3])
def test_S73_what_was_decided_on_an_old_screen_is_refused(version: int) -> None:
    queue.check_version(2, 2)

    with pytest.raises(Refused, match="visit_changed"):
        queue.check_version(version, 2)


@pytest.mark.parametrize(("at", "is_open"), [
    (STARTS - 2 * HOUR - MINUTE, False), (STARTS - 2 * HOUR, True), (STARTS, True), (ENDS, True),
    (ENDS + 24 * HOUR, True), (ENDS + 24 * HOUR + MINUTE, False),
])  # fmt: skip
def test_the_queue_is_open_from_two_hours_before_until_a_day_after(at: datetime, *, is_open: bool) -> None:
    assert queue.is_open(STARTS, ENDS, at) is is_open
    if is_open:
        queue.check_open(Status.PLANNED, STARTS, ENDS, at)
        return

    with pytest.raises(Refused, match="queue_closed"):
        queue.check_open(Status.PLANNED, STARTS, ENDS, at)


def test_a_cancelled_session_has_no_queue() -> None:
    with pytest.raises(Refused, match="session_cancelled"):
        queue.check_open(Status.CANCELLED, STARTS, ENDS, STARTS)


def test_S74_an_evening_across_midnight_is_counted_through() -> None:
    arrived, now = STARTS + 4 * HOUR + 20 * MINUTE, STARTS + 4 * HOUR + 45 * MINUTE

    assert (f"{to_local(arrived):%H:%M}", f"{to_local(now):%H:%M}") == ("23:50", "00:15")
    assert queue.minutes(arrived, now) == 25


@pytest.mark.parametrize(("day", "hours", "arrives", "reads", "at", "later"), [
    (date(2027, 3, 27), 5, 3.75, "01:45", "03:15", 30),  # 02:00 to 03:00 does not exist
    (date(2026, 10, 24), 7, 4.75, "02:45", "02:15", 30),  # 02:00 to 03:00 comes twice: 02:15 is after 02:45
    (date(2026, 10, 24), 7, 4.5, "02:30", "02:30", 60),
])  # fmt: skip
def test_S74_on_the_nights_when_the_clocks_change_real_minutes_are_counted(
    day: date, hours: int, arrives: float, reads: str, at: str, later: int
) -> None:
    starts_at, ends_at = span(day, time(22), time(4))
    arrived = starts_at + arrives * HOUR

    now = arrived + later * MINUTE

    assert ends_at - starts_at == hours * HOUR
    assert (f"{to_local(arrived):%H:%M}", f"{to_local(now):%H:%M}") == (reads, at)
    assert queue.minutes(arrived, now) == later
    assert queue.is_open(starts_at, ends_at, now)


def test_a_telephone_whose_clock_is_ahead_makes_no_one_wait_less_than_nothing() -> None:
    assert queue.minutes(STARTS, STARTS - MINUTE) == 0


@pytest.mark.parametrize(("minute", "second", "starts"), [
    (0, 0, 15), (9, 59, 15), (10, 0, 15), (10, 1, 30), (14, 59, 30), (15, 0, 30),
])  # fmt: skip
def test_a_call_begins_on_the_next_quarter_that_leaves_five_minutes_to_reach_her(
    minute: int, second: int, starts: int
) -> None:
    now = datetime(2026, 11, 27, 21, minute, second, tzinfo=UTC)

    starts_at, ends_at = queue.next_call(now)

    assert (starts_at.hour, starts_at.minute, starts_at.second) == (21, starts, 0)
    assert ends_at - starts_at == 30 * MINUTE
