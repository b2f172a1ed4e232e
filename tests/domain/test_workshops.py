"""Seats, and when somebody may be called present or absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import workshops as rules
from clinic.domain.answers import Refused
from clinic.domain.workshops import Attendance

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@given(capacity=st.integers(1, 60), taken=st.sets(st.integers(1, 60)))
def test_S70_a_free_seat_is_the_lowest_one_and_there_is_none_beyond_the_capacity(
    capacity: int, taken: set[int]
) -> None:
    seat = rules.free_seat(capacity, taken)

    there_are = set(range(1, capacity + 1)) - taken
    assert seat == min(there_are, default=None)


def test_there_are_never_fewer_seats_than_people() -> None:
    rules.check_capacity(2, 2)

    with pytest.raises(Refused, match="fewer_than_registered") as refused:
        rules.check_capacity(1, 2)
    assert refused.value.facts == {"taken": 2}


def test_nobody_registers_or_withdraws_once_it_has_begun() -> None:
    rules.check_not_begun(NOW + MINUTE, NOW)

    with pytest.raises(Refused, match="session_begun"):
        rules.check_not_begun(NOW, NOW)


@pytest.mark.parametrize(("attendance", "from_when"), [
    (Attendance.CAME, NOW - rules.DOOR_OPENS), (Attendance.ABSENT, NOW),
    (Attendance.EXCUSED, NOW - timedelta(days=30)), (Attendance.UNKNOWN, NOW - timedelta(days=30)),
])  # fmt: skip
def test_nobody_came_before_the_door_opens_nor_is_absent_before_the_start(
    attendance: Attendance, from_when: datetime
) -> None:
    rules.check_attendance(attendance, NOW, from_when)

    if attendance in {Attendance.CAME, Attendance.ABSENT}:
        with pytest.raises(Refused, match="not_begun"):
            rules.check_attendance(attendance, NOW, from_when - MINUTE)
