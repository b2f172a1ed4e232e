"""How long a page may stand untouched: by role, at the edge, and with clocks that differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain import idle
from clinic.domain.people import Role, SignedIn

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
MINUTES_15, MINUTES_30 = timedelta(minutes=15), timedelta(minutes=30)
LIMITS = [
    ((Role.COORDINATOR,), MINUTES_15), ((Role.COORDINATOR, Role.MEDIATOR), MINUTES_15),
    ((Role.MEMBER, Role.COORDINATOR), MINUTES_15), *(((role,), MINUTES_30) for role in Role if role != "coordinator"),
    ((Role.MEDIATOR, Role.LAWYER), MINUTES_30), ((), MINUTES_30),
]  # fmt: skip


def _person(*roles: Role) -> SignedIn:
    return SignedIn("x", "Someone", frozenset(roles), None)


@pytest.mark.parametrize(("roles", "limit"), LIMITS)
def test_S33_whoever_coordinates_is_idle_after_a_quarter_of_an_hour_all_others_after_a_half(
    roles: tuple[Role, ...], limit: timedelta
) -> None:
    person = _person(*roles)

    assert idle.limit(person) == limit
    assert not idle.is_idle(person, NOW - limit, NOW)
    assert idle.is_idle(person, NOW - limit - MOMENT, NOW)


def test_S33_one_of_whom_nobody_knows_when_she_was_active_is_idle() -> None:
    assert idle.is_idle(_person(), None, NOW)
    assert idle.left(_person(), None, NOW) == timedelta(0)


@pytest.mark.parametrize(("ahead", "is_idle"), [(timedelta(seconds=5), False), (timedelta(days=1), True)])
def test_S33_a_clock_a_little_ahead_covers_nobody_and_one_far_ahead_keeps_nobody_in(
    ahead: timedelta, *, is_idle: bool
) -> None:
    assert idle.is_idle(_person(), NOW + ahead, NOW) is is_idle


@pytest.mark.parametrize(("ago", "left"), [
    (timedelta(0), MINUTES_15), (timedelta(minutes=1), timedelta(minutes=14)), (MINUTES_15, timedelta(0)),
    (timedelta(hours=1), timedelta(0)), (timedelta(seconds=-5), MINUTES_15),
])  # fmt: skip
def test_S33_what_is_left_runs_out_and_is_never_more_than_the_limit(ago: timedelta, left: timedelta) -> None:
    assert idle.left(_person(Role.COORDINATOR), NOW - ago, NOW) == left
