"""The matrix of who may see what, at the edges of its windows (S03)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain import discretion
from clinic.domain.discretion import Standing
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.places import Publicity

STARTS_AT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=3)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FAR_AHEAD = STARTS_AT - timedelta(days=30)
LONG_AFTER = ENDS_AT + timedelta(days=30)
OTHERS = sorted(set(Role) - {Role.COORDINATOR, Role.MEDIATOR})


def standing(*roles: Role, crew_role: Role | None = None, now: datetime = FAR_AHEAD) -> Standing:
    reader = SignedIn("a" * 16, "Ada", frozenset(roles), None)
    return Standing(reader, crew_role, STARTS_AT, ENDS_AT, now)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MEDIATOR])
@pytest.mark.parametrize("now", [FAR_AHEAD, STARTS_AT, LONG_AFTER])
def test_S01_coordinators_and_mediators_open_every_session(role: Role, now: datetime) -> None:
    assert discretion.may_open(standing(role, now=now), lacks=frozenset())


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("now", [FAR_AHEAD, LONG_AFTER])
def test_S01_others_open_a_session_when_they_are_on_its_crew(role: Role, now: datetime) -> None:
    assert discretion.may_open(standing(role, crew_role=role, now=now), lacks=frozenset())
    assert not discretion.may_open(standing(role, now=now), lacks=frozenset())


@pytest.mark.parametrize("role", OTHERS)
def test_S01_the_legal_team_opens_what_lacks_one_of_them_until_its_end(role: Role) -> None:
    lacks = frozenset({role})

    assert discretion.may_open(standing(role, now=ENDS_AT - SECOND), lacks=lacks) is (role in LEGAL_TEAM)
    assert not discretion.may_open(standing(role, now=ENDS_AT), lacks=lacks)


def test_S01_a_lawyer_does_not_open_what_lacks_a_psychologist() -> None:
    assert not discretion.may_open(standing(Role.LAWYER), lacks=frozenset({Role.PSYCHOLOGIST}))


@pytest.mark.parametrize("role", Role)
def test_a_public_spot_is_known_to_all_who_see_the_session(role: Role) -> None:
    assert discretion.may_know_spot(standing(role), Publicity.PUBLIC)


@pytest.mark.parametrize(("role", "crew_role", "knows"), [
    (Role.COORDINATOR, None, True),
    (Role.MEDIATOR, None, False),
    (Role.MEDIATOR, Role.MEDIATOR, True),
    (Role.LAWYER, None, False),
    (Role.LAWYER, Role.LAWYER, True),
    (Role.PSYCHOLOGIST, Role.PSYCHOLOGIST, True),
    (Role.INTERPRETER, None, False),
    (Role.INTERPRETER, Role.INTERPRETER, False),
    (Role.MEMBER, None, False),
])  # fmt: skip
def test_a_spot_told_late_is_known_to_the_crew_long_before(role: Role, crew_role: Role | None, *, knows: bool) -> None:
    assert discretion.may_know_spot(standing(role, crew_role=crew_role), Publicity.TOLD_LATE) is knows


@pytest.mark.parametrize(("now", "knows"), [
    (STARTS_AT - 24 * HOUR - SECOND, False),
    (STARTS_AT - 24 * HOUR, True),
    (ENDS_AT + 2 * HOUR, True),
    (ENDS_AT + 2 * HOUR + SECOND, False),
])  # fmt: skip
def test_S03_an_interpreter_knows_the_spot_from_24_hours_before_until_2_after(now: datetime, *, knows: bool) -> None:
    crew = standing(Role.INTERPRETER, crew_role=Role.INTERPRETER, now=now)

    assert discretion.may_know_spot(crew, Publicity.TOLD_LATE) is knows


def test_S03_a_mediator_who_interprets_there_knows_the_spot_as_an_interpreter() -> None:
    assert not discretion.may_know_spot(standing(Role.MEDIATOR, crew_role=Role.INTERPRETER), Publicity.TOLD_LATE)


@pytest.mark.parametrize(("role", "crew_role", "knows"), [
    (Role.COORDINATOR, None, True),
    (Role.MEDIATOR, None, False),
    (Role.MEDIATOR, Role.MEDIATOR, True),
    (Role.MEDIATOR, Role.INTERPRETER, False),
    (Role.LAWYER, Role.LAWYER, False),
    (Role.INTERPRETER, Role.INTERPRETER, False),
])  # fmt: skip
def test_names_of_the_crew(role: Role, crew_role: Role | None, *, knows: bool) -> None:
    assert discretion.may_know_crew(standing(role, crew_role=crew_role)) is knows


@pytest.mark.parametrize("role", Role)
def test_how_full_a_session_is(role: Role) -> None:
    expected = role in {Role.COORDINATOR, Role.MEDIATOR}

    assert discretion.may_see_slots(standing(role)) is expected
    assert discretion.may_see_slots(standing(role, crew_role=role)) is expected


@pytest.mark.parametrize(("role", "crew_role", "is_own", "knows"), [
    (Role.COORDINATOR, None, False, True),
    (Role.MEDIATOR, None, True, True),
    (Role.MEDIATOR, None, False, False),
    (Role.MEDIATOR, Role.MEDIATOR, False, True),
    (Role.MEDIATOR, Role.INTERPRETER, False, False),
    (Role.LAWYER, None, True, False),
    (Role.LAWYER, Role.LAWYER, False, False),
    (Role.INTERPRETER, Role.INTERPRETER, False, False),
    (Role.MEMBER, None, True, False),
])  # fmt: skip
def test_an_appointment_long_before(role: Role, crew_role: Role | None, *, is_own: bool, knows: bool) -> None:
    assert discretion.may_know_appointment(standing(role, crew_role=crew_role), is_own=is_own) is knows


@pytest.mark.parametrize("role", sorted(LEGAL_TEAM))
@pytest.mark.parametrize(("now", "knows"), [
    (STARTS_AT - 12 * HOUR - SECOND, False),
    (STARTS_AT - 12 * HOUR, True),
    (ENDS_AT + 24 * HOUR, True),
    (ENDS_AT + 24 * HOUR + SECOND, False),
])  # fmt: skip
def test_S03_the_legal_team_knows_an_appointment_from_12_hours_before_until_24_after(
    role: Role, now: datetime, *, knows: bool
) -> None:
    assert discretion.may_know_appointment(standing(role, crew_role=role, now=now), is_own=False) is knows
    assert not discretion.may_know_appointment(standing(role, now=now), is_own=False)
