"""What a session lacks, and who may take or give back a shift."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain import rota
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.sessions import Status

LAWYER, MEDIATOR = Role.LAWYER, Role.MEDIATOR
ENDS_AT = datetime(2026, 11, 27, 11, 30, tzinfo=UTC)
BEFORE = ENDS_AT - timedelta(days=1)
SECOND = timedelta(seconds=1)


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
    assert rota.missing(needs, held) == lacks


@pytest.mark.parametrize(("role", "held", "status", "now", "code"), [
    (LAWYER, [], Status.PLANNED, BEFORE, None),
    (LAWYER, [], Status.PLANNED, ENDS_AT - SECOND, None),
    (MEDIATOR, [], Status.PLANNED, BEFORE, "not_your_role"),
    (LAWYER, [], Status.CANCELLED, BEFORE, "session_cancelled"),
    (LAWYER, [], Status.PLANNED, ENDS_AT, "session_over"),
    (LAWYER, [LAWYER], Status.PLANNED, BEFORE, "shift_filled"),
    (Role.PSYCHOLOGIST, [], Status.PLANNED, BEFORE, "shift_filled"),
])  # fmt: skip
def test_who_may_take_a_shift(role: Role, held: list[Role], status: Status, now: datetime, code: str | None) -> None:
    roles, needs = frozenset({LAWYER, Role.PSYCHOLOGIST}), {LAWYER: 1, MEDIATOR: 1}

    allowed: AbstractContextManager[object] = nullcontext() if code is None else pytest.raises(Refused, match=code)

    with allowed:
        rota.check_take(role, roles=roles, needs=needs, held=held, status=status, ends_at=ENDS_AT, now=now)


def test_a_shift_is_given_back_until_its_session_begins() -> None:
    rota.check_give_back(ENDS_AT, ENDS_AT - SECOND)

    with pytest.raises(Refused, match="session_begun"):
        rota.check_give_back(ENDS_AT, ENDS_AT)
