"""What a session lacks, and who may take or give back a shift."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain import rota
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.rota import Held, ShiftState, Staffing
from clinic.domain.sessions import Status

LAWYER, MEDIATOR = Role.LAWYER, Role.MEDIATOR
ENDS_AT = datetime(2026, 11, 27, 11, 30, tzinfo=UTC)
BEFORE = ENDS_AT - timedelta(days=1)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(("needs", "held", "lacks"), [
    ({}, [], {}),
    ({}, [LAWYER], {}),
    ({LAWYER: 2}, [], {LAWYER: 2}),
    ({LAWYER: 2}, [LAWYER], {LAWYER: 1}),
    ({LAWYER: 2}, [LAWYER, LAWYER], {}),
    ({LAWYER: 2}, [LAWYER] * 3, {}),
    ({LAWYER: 1, MEDIATOR: 3}, [MEDIATOR, MEDIATOR], {LAWYER: 1, MEDIATOR: 1}),
    ({LAWYER: 1}, [MEDIATOR], {LAWYER: 1}),
    ({LAWYER: 0}, [], {}),
])  # fmt: skip
def test_what_a_session_lacks(needs: dict[Role, int], held: list[Role], lacks: dict[Role, int]) -> None:
    staffing = {role: Staffing(least, least + 1) for role, least in needs.items()}

    assert rota.missing(staffing, held) == lacks


@pytest.mark.parametrize(("role", "status", "now", "code"), [
    (LAWYER, Status.PLANNED, BEFORE, None),
    (LAWYER, Status.PLANNED, ENDS_AT - SECOND, None),
    (MEDIATOR, Status.PLANNED, BEFORE, "not_your_role"),
    (LAWYER, Status.CANCELLED, BEFORE, "session_cancelled"),
    (LAWYER, Status.PLANNED, ENDS_AT, "session_over"),
])  # fmt: skip
def test_who_may_take_a_shift(role: Role, status: Status, now: datetime, code: str | None) -> None:
    roles = frozenset({LAWYER, Role.PSYCHOLOGIST})

    allowed: AbstractContextManager[object] = nullcontext() if code is None else pytest.raises(Refused, match=code)

    with allowed:
        rota.check_take(role, roles=roles, status=status, ends_at=ENDS_AT, now=now)


@pytest.mark.parametrize(("starts_at", "days", "until"), [
    ("2026-11-27T08:30", 3, "2026-11-24T08:30"),
    ("2026-11-27T08:30", 0, "2026-11-27T08:30"),
    ("2026-10-26T08:30", 2, "2026-10-24T07:30"),  # 09:30 in Paris before and after the clocks go back
    ("2026-03-30T07:30", 2, "2026-03-28T08:30"),  # and forward
    ("2026-03-31T00:30", 2, "2026-03-29T01:30"),  # 02:30 is not there: it is read as 03:30
])  # fmt: skip
def test_sign_off_is_so_many_local_days_before_at_the_same_wall_time(starts_at: str, days: int, until: str) -> None:
    begins = datetime.fromisoformat(starts_at).replace(tzinfo=UTC)

    assert rota.sign_off_at(begins, days) == datetime.fromisoformat(until).replace(tzinfo=UTC)


LONG_AGO, JUST_NOW = -20 * 24 * HOUR, -4 * MINUTE


@pytest.mark.parametrize(("state", "changed", "left", "by_coordinator", "code"), [
    (ShiftState.CONFIRMED, LONG_AGO, 73 * HOUR, False, None),
    (ShiftState.CONFIRMED, LONG_AGO, 72 * HOUR, False, "sign_off_passed"),
    (ShiftState.CONFIRMED, LONG_AGO, SECOND, False, "sign_off_passed"),
    (ShiftState.CONFIRMED, LONG_AGO, SECOND, True, None),
    (ShiftState.TO_CONFIRM, LONG_AGO, SECOND, False, None),
    (ShiftState.CONFIRMED, JUST_NOW, HOUR, False, None),
    (ShiftState.CONFIRMED, -5 * MINUTE, HOUR, False, "sign_off_passed"),
    (ShiftState.CONFIRMED, JUST_NOW, 0 * HOUR, False, "session_begun"),
    (ShiftState.TO_CONFIRM, LONG_AGO, 0 * HOUR, True, "session_begun"),
])  # fmt: skip
def test_until_when_a_shift_is_given_back(
    state: ShiftState, changed: timedelta, left: timedelta, code: str | None, *, by_coordinator: bool
) -> None:
    starts_at = BEFORE + left
    held = Held(state, BEFORE + changed, starts_at, rota.sign_off_at(starts_at, 3))

    allowed: AbstractContextManager[object] = nullcontext() if code is None else pytest.raises(Refused, match=code)

    with allowed:
        rota.check_give_back(held, by_coordinator=by_coordinator, now=BEFORE)
