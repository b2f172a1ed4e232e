"""What a person said of a time."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import availability as rules
from clinic.domain.answers import Refused
from clinic.domain.availability import Availability, Part, Period, Said
from clinic.domain.times import local_date

NOTHING: frozenset[tuple[int, Part]] = frozenset()
TODAY = date(2026, 11, 22)
FRIDAY = date(2026, 11, 27)
FRIDAY_AT_NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)
DAY = timedelta(days=1)

days = st.dates(date(2026, 11, 1), date(2026, 12, 31))
periods = st.builds(
    lambda first_on, length, can: Period(first_on, first_on + length * DAY, can),
    days,
    st.integers(0, 40),
    st.booleans(),
)
usual_times = st.frozensets(st.tuples(st.integers(0, 6), st.sampled_from(Part)))
instants = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(("starts_at", "part"), [
    (datetime(2026, 11, 27, 15, 59, tzinfo=UTC), Part.DAYTIME),
    (datetime(2026, 11, 27, 16, 0, tzinfo=UTC), Part.EVENING),
    (datetime(2026, 7, 3, 14, 59, tzinfo=UTC), Part.DAYTIME),
    (datetime(2026, 7, 3, 15, 0, tzinfo=UTC), Part.EVENING),
    (datetime(2026, 11, 27, 22, 59, tzinfo=UTC), Part.EVENING),
    (datetime(2026, 11, 27, 23, 0, tzinfo=UTC), Part.DAYTIME),
])  # fmt: skip
def test_the_evening_begins_at_five_by_the_local_clock(starts_at: datetime, part: Part) -> None:
    assert rules.part_of(starts_at) is part


@pytest.mark.parametrize(("usual", "answer"), [
    (NOTHING, Said.NOTHING),
    ({(4, Part.DAYTIME)}, Said.CAN),
    ({(4, Part.EVENING)}, Said.CANNOT),
    ({(3, Part.DAYTIME)}, Said.CANNOT),
])  # fmt: skip
def test_what_is_usual_answers_where_no_period_does(usual: set[tuple[int, Part]], answer: Said) -> None:
    assert rules.said(Availability(frozenset(usual), ()), FRIDAY_AT_NOON) is answer


@pytest.mark.parametrize(("dated", "answer"), [
    ([Period(FRIDAY, FRIDAY, can=False)], Said.CANNOT),
    ([Period(FRIDAY - 9 * DAY, FRIDAY + 9 * DAY, can=False), Period(FRIDAY, FRIDAY, can=True)], Said.CAN),
    ([Period(FRIDAY - 2 * DAY, FRIDAY, can=False), Period(FRIDAY, FRIDAY + 2 * DAY, can=True)], Said.CAN),
    ([Period(FRIDAY, FRIDAY, can=True), Period(FRIDAY, FRIDAY, can=False)], Said.CANNOT),
    ([Period(FRIDAY + DAY, FRIDAY + DAY, can=False), Period(FRIDAY - DAY, FRIDAY - DAY, can=False)], Said.NOTHING),
])  # fmt: skip
def test_the_shortest_period_wins_then_the_one_begun_last_then_that_she_cannot(
    dated: list[Period], answer: Said
) -> None:
    assert rules.said(Availability(NOTHING, tuple(dated)), FRIDAY_AT_NOON) is answer
    assert rules.said(Availability(NOTHING, tuple(reversed(dated))), FRIDAY_AT_NOON) is answer


def test_the_local_day_of_the_start_decides() -> None:
    friday = Availability(NOTHING, (Period(FRIDAY, FRIDAY, can=False),))

    answers = [rules.said(friday, datetime(2026, 11, day, hour, tzinfo=UTC)) for day, hour in ((26, 23), (27, 23))]

    assert answers == [Said.CANNOT, Said.NOTHING]


@given(usual_times, st.lists(periods, max_size=6), instants)
def test_a_period_that_covers_the_day_wins_and_any_other_changes_nothing(
    usual: frozenset[tuple[int, Part]], dated: list[Period], starts_at: datetime
) -> None:
    on = local_date(starts_at)
    covering = [each for each in dated if each.first_on <= on <= each.last_on]

    answer = rules.said(Availability(usual, tuple(dated)), starts_at)

    assert answer is rules.said(Availability(usual, tuple(covering)), starts_at)
    if covering:
        shortest = min(each.last_on - each.first_on for each in covering)
        ways = {each.can for each in covering if each.last_on - each.first_on == shortest}
        assert answer in {Said.CAN if can else Said.CANNOT for can in ways}
    else:
        assert answer is rules.said(Availability(usual, ()), starts_at)


@given(usual_times, st.lists(periods, max_size=6), instants, st.randoms(use_true_random=False))
def test_the_order_in_which_periods_were_said_does_not_matter(
    usual: frozenset[tuple[int, Part]], dated: list[Period], starts_at: datetime, random: Random
) -> None:
    in_another_order = random.sample(dated, len(dated))

    answers = {rules.said(Availability(usual, tuple(each)), starts_at) for each in (dated, in_another_order)}

    assert len(answers) == 1


@given(can=st.booleans(), starts_at=instants, usual=usual_times)
def test_a_single_day_named_for_itself_always_wins(
    *, can: bool, starts_at: datetime, usual: frozenset[tuple[int, Part]]
) -> None:
    on = local_date(starts_at)
    around = Period(on - 7 * DAY, on + 7 * DAY, can=not can)

    answer = rules.said(Availability(usual, (around, Period(on, on, can=can))), starts_at)

    assert answer is (Said.CAN if can else Said.CANNOT)


@pytest.mark.parametrize(("first_on", "last_on", "code"), [
    (TODAY, TODAY, None),
    (TODAY - 30 * DAY, TODAY, None),
    (TODAY, date(2028, 11, 22), None),
    (TODAY - 2 * DAY, TODAY - DAY, "dates_past"),
    (TODAY + DAY, TODAY, "dates_in_wrong_order"),
    (TODAY, TODAY + rules.AHEAD + DAY, "dates_far_ahead"),
])  # fmt: skip
def test_which_days_may_be_named(first_on: date, last_on: date, code: str | None) -> None:
    allowed: AbstractContextManager[object] = nullcontext() if code is None else pytest.raises(Refused, match=code)

    with allowed:
        rules.check_period(Period(first_on, last_on, can=True), today=TODAY)


def test_those_who_can_come_first_and_those_who_cannot_last() -> None:
    assert sorted(Said, key=rules.order) == [Said.CAN, Said.NOTHING, Said.CANNOT]
