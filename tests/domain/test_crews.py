"""Whether a session can run: the minimum and the wish, first-timers, the decision time."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import rota
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.rota import Holder, Outlook, Staffing
from tests.make import FRIDAY

LAWYER, MEDIATOR = Role.LAWYER, Role.MEDIATOR
OLD, NEW = Holder(LAWYER, is_first_time=False), Holder(LAWYER, is_first_time=True)
WEDNESDAY = datetime(2026, 11, 25, 17, tzinfo=UTC)  # 18:00 in Paris
BUS = {LAWYER: Staffing(2, 3), MEDIATOR: Staffing(3, 3)}
CREWS = st.lists(st.builds(Holder, st.sampled_from([LAWYER, MEDIATOR]), st.booleans()), max_size=7)


@pytest.mark.parametrize(("least", "wish"), [(2, 1), (-1, 1), (1, 0)])
def test_a_wish_below_the_minimum_is_no_staffing(least: int, wish: int) -> None:
    with pytest.raises(ValueError, match="wish_below_least"):
        Staffing(least, wish)


@pytest.mark.parametrize(("held", "lacks", "open_places"), [
    ([], {LAWYER: 2, MEDIATOR: 3}, {LAWYER: 3, MEDIATOR: 3}),
    ([LAWYER, LAWYER, MEDIATOR, MEDIATOR, MEDIATOR], {}, {LAWYER: 1}),
    ([LAWYER] * 3 + [MEDIATOR] * 2, {MEDIATOR: 1}, {MEDIATOR: 1}),
    ([LAWYER] * 4 + [MEDIATOR] * 3, {}, {}),
])  # fmt: skip
def test_the_bus_needs_2_lawyers_and_wishes_for_3(
    held: list[Role], lacks: dict[Role, int], open_places: dict[Role, int]
) -> None:
    assert rota.missing(BUS, held) == lacks
    assert rota.open_places(BUS, held) == open_places


@pytest.mark.parametrize(("crew", "unpaired", "shortfall"), [
    ([], set(), 5),
    ([NEW], {LAWYER}, 4),  # a lawyer is lacking already
    ([NEW, NEW], {LAWYER}, 4),
    ([NEW, OLD], set(), 3),
    ([NEW, NEW, NEW], {LAWYER}, 4),
    ([OLD, OLD, NEW], set(), 3),
    ([Holder(Role.PSYCHOLOGIST, is_first_time=True)], {Role.PSYCHOLOGIST}, 6),
])  # fmt: skip
def test_a_role_of_first_timers_alone_lacks_somebody_experienced(
    crew: list[Holder], unpaired: set[Role], shortfall: int
) -> None:
    assert rota.unpaired(crew) == unpaired
    assert rota.shortfall(BUS, crew) == shortfall


@pytest.mark.parametrize(("staffing", "crew", "is_first_time", "code"), [
    (Staffing(1, 1), [], False, None),
    (Staffing(1, 1), [], True, "needs_experience"),
    (Staffing(1, 2), [], True, None),  # a place is left for somebody experienced
    (Staffing(1, 2), [NEW], True, "needs_experience"),
    (Staffing(1, 2), [OLD], True, None),
    (Staffing(1, 2), [OLD, NEW], True, "shift_filled"),
    (Staffing(1, 1), [NEW], True, "shift_filled"),
    (Staffing(1, 1), [NEW], False, None),  # one beyond the wish
    (Staffing(1, 2), [NEW, NEW], False, None),
    (Staffing(1, 2), [OLD, NEW], False, "shift_filled"),
    (Staffing(0, 0), [], False, "shift_filled"),
])  # fmt: skip
def test_who_may_take_a_place(staffing: Staffing, crew: list[Holder], *, is_first_time: bool, code: str | None) -> None:
    allowed: AbstractContextManager[object] = nullcontext() if code is None else pytest.raises(Refused, match=code)

    with allowed:
        rota.check_place(LAWYER, needs={LAWYER: staffing}, holders=crew, is_first_time=is_first_time)


@given(CREWS)
def test_a_first_timer_who_takes_a_place_leaves_no_complete_role_to_first_timers(crew: list[Holder]) -> None:
    for role in rota.places_for(BUS, crew, is_first_time=True):
        after = [*crew, Holder(role, is_first_time=True)]
        open_places = rota.open_places(BUS, [each.role for each in after])

        assert role not in rota.unpaired(after) or role in open_places


@given(CREWS)
def test_somebody_experienced_may_join_wherever_somebody_lacks(crew: list[Holder]) -> None:
    lacks = rota.missing(BUS, [each.role for each in crew])

    assert rota.places_for(BUS, crew, is_first_time=False) >= lacks.keys() | rota.unpaired(crew)


def test_the_decision_is_on_wednesday_at_18() -> None:
    assert rota.decision_at(FRIDAY, 2, time(18)) == WEDNESDAY


@pytest.mark.parametrize(("starts_at", "days", "at", "decided_at"), [
    (FRIDAY, 0, time(18), FRIDAY),  # never after the start
    (FRIDAY, 0, time(8), FRIDAY - timedelta(minutes=90)),
    (datetime(2026, 11, 27, 23, 30, tzinfo=UTC), 1, time(18), datetime(2026, 11, 27, 17, tzinfo=UTC)),  # 28th in Paris
    (datetime(2026, 10, 26, 9, tzinfo=UTC), 2, time(18), datetime(2026, 10, 24, 16, tzinfo=UTC)),  # before the change
    (datetime(2026, 10, 27, 9, tzinfo=UTC), 2, time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice
    (datetime(2026, 3, 31, 9, tzinfo=UTC), 2, time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # is not
])  # fmt: skip
def test_a_decision_time_is_local_and_never_fails(
    starts_at: datetime, days: int, at: time, decided_at: datetime
) -> None:
    assert rota.decision_at(starts_at, days, at) == decided_at


@given(st.integers(0, 24 * 4000), st.integers(0, 14), st.times())
def test_no_decision_comes_after_the_start(hours: int, days: int, at: time) -> None:
    starts_at = FRIDAY + timedelta(hours=hours)

    assert rota.decision_at(starts_at, days, at) <= starts_at


@pytest.mark.parametrize(("shortfall", "accepted", "now", "outlook"), [
    (0, 0, WEDNESDAY, Outlook.RUNS),
    (1, 0, WEDNESDAY - timedelta(seconds=1), Outlook.SHORT),
    (1, 0, WEDNESDAY, Outlook.CANNOT_RUN),
    (2, 2, WEDNESDAY, Outlook.RUNS),
    (1, 2, WEDNESDAY, Outlook.RUNS),
    (3, 2, WEDNESDAY, Outlook.CANNOT_RUN),
    (3, 2, WEDNESDAY - timedelta(days=1), Outlook.SHORT),
])  # fmt: skip
def test_it_runs_is_short_or_cannot_run(shortfall: int, accepted: int, now: datetime, outlook: Outlook) -> None:
    assert rota.outlook(shortfall, accepted, WEDNESDAY, now) is outlook
