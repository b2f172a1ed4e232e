"""Whether a session may be changed or moved, and which appointments move along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import sessions
from clinic.domain.answers import Refused
from clinic.domain.sessions import Booked, Status

STARTS_AT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ENDS_AT = STARTS_AT + 3 * HOUR
NOW = STARTS_AT - 24 * HOUR
SLOT = timedelta(minutes=30)


@pytest.mark.parametrize(("status", "now", "code"), [
    (Status.PLANNED, NOW, None),
    (Status.PLANNED, ENDS_AT - SECOND, None),
    (Status.PLANNED, ENDS_AT, "session_over"),
    (Status.CANCELLED, NOW, "session_cancelled"),
    (Status.CANCELLED, ENDS_AT, "session_cancelled"),
])  # fmt: skip
def test_what_may_be_changed(status: Status, now: datetime, code: str | None) -> None:
    assert _code(lambda: sessions.check_open(status, ENDS_AT, now)) == code


@pytest.mark.parametrize(("length", "code"), [
    (-HOUR, "span_too_long"),
    (timedelta(0), "span_too_long"),
    (SECOND, None),
    (14 * HOUR, None),
    (14 * HOUR + SECOND, "span_too_long"),
])  # fmt: skip
def test_how_long_a_session_may_be(length: timedelta, code: str | None) -> None:
    assert _code(lambda: sessions.check_span(STARTS_AT, STARTS_AT + length)) == code


@pytest.mark.parametrize(("status", "now", "starts_at", "code"), [
    (Status.PLANNED, NOW, NOW + SECOND, None),
    (Status.PLANNED, NOW, NOW, "move_into_past"),
    (Status.PLANNED, NOW, NOW - HOUR, "move_into_past"),
    (Status.CANCELLED, NOW, STARTS_AT, "session_cancelled"),
    (Status.PLANNED, ENDS_AT, ENDS_AT + HOUR, "session_over"),
])  # fmt: skip
def test_what_may_be_moved_where(status: Status, now: datetime, starts_at: datetime, code: str | None) -> None:
    assert _code(lambda: sessions.check_move(status, ENDS_AT, (starts_at, starts_at + HOUR), now)) == code


def test_appointments_move_by_as_much_as_their_session() -> None:
    moved, outside = sessions.carry([_slot(0), _slot(5)], by=SLOT, into=(STARTS_AT + SLOT, ENDS_AT + SLOT))

    assert [each.starts_at for each in moved] == [STARTS_AT + SLOT, STARTS_AT + 6 * SLOT]
    assert [each.id for each in moved] == ["0", "5"]
    assert outside == []


@pytest.mark.parametrize(("hours", "fitting"), [(3, 6), (2, 4), (2.25, 4), (0.5, 1)])
def test_appointments_past_the_new_end_are_outside(hours: float, fitting: int) -> None:
    booked = [_slot(number) for number in range(6)]

    moved, outside = sessions.carry(booked, by=24 * HOUR, into=(STARTS_AT + 24 * HOUR, STARTS_AT + (24 + hours) * HOUR))

    assert [each.id for each in moved] == [str(number) for number in range(fitting)]
    assert [each.alias for each in outside] == [f"Iris {number}" for number in range(fitting, 6)]


@given(st.lists(st.integers(0, 40)), st.integers(-100, 100), st.integers(1, 40))
def test_no_appointment_is_dropped_silently(slots: list[int], by: int, length: int) -> None:
    booked = [_slot(number) for number in slots]
    into = (STARTS_AT + by * SLOT, STARTS_AT + (by + length) * SLOT)

    moved, outside = sessions.carry(booked, by=by * SLOT, into=into)

    assert sorted(each.id for each in moved + outside) == sorted(each.id for each in booked)
    assert all(into[0] <= each.starts_at and each.ends_at <= into[1] for each in moved)


def _slot(number: int) -> Booked:
    starts_at = STARTS_AT + number * SLOT
    return Booked(str(number), f"Iris {number}", starts_at, starts_at + SLOT)


def _code(check: object) -> str | None:
    assert callable(check)
    try:
        check()
    except Refused as refused:
        return refused.code
    return None
