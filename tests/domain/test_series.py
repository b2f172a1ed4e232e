"""Pairing sessions with the dates of a changed rule."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.recurrence import Rhythm
from clinic.domain.series import Stored, pair

FRIDAY = date(2026, 12, 4)
DAY = timedelta(days=1)
WEEKLY, FORTNIGHTLY, MONTHLY = Rhythm.WEEKLY, Rhythm.FORTNIGHTLY, Rhythm.MONTHLY
RHYTHMS = st.sampled_from(Rhythm)
DAYS = st.dates(date(2024, 1, 1), date(2036, 12, 31))


def test_a_session_stands_for_its_own_date_before_any_other() -> None:
    stored = [_stored("a", FRIDAY), _stored("b", FRIDAY + DAY)]

    found = pair(stored, [FRIDAY + DAY], was=WEEKLY, becomes=WEEKLY)

    assert found.dates == {"b": FRIDAY + DAY}
    assert found.left == ("a",)


def test_from_friday_to_thursday_each_session_moves_within_its_week() -> None:
    fridays = [FRIDAY + 7 * number * DAY for number in range(3)]
    stored = [_stored(str(number), on) for number, on in enumerate(fridays)]

    found = pair(stored, [on - DAY for on in fridays], was=WEEKLY, becomes=WEEKLY)

    assert found.dates == {str(number): on - DAY for number, on in enumerate(fridays)}
    assert found.left == found.to_make == ()


def test_from_weekly_to_every_other_week_half_of_them_are_left() -> None:
    stored = [_stored(str(number), FRIDAY + 7 * number * DAY) for number in range(4)]

    found = pair(stored, [FRIDAY, FRIDAY + 14 * DAY], was=WEEKLY, becomes=FORTNIGHTLY)

    assert found.dates == {"0": FRIDAY, "2": FRIDAY + 14 * DAY}
    assert found.left == ("1", "3")


def test_once_a_month_a_session_stands_for_a_date_of_its_month() -> None:
    stored, wanted = [_stored("a", date(2026, 12, 8))], [date(2026, 12, 30)]

    assert pair(stored, wanted, was=WEEKLY, becomes=MONTHLY).dates == {"a": date(2026, 12, 30)}
    assert pair(stored, wanted, was=WEEKLY, becomes=WEEKLY).left == ("a",)


def test_every_other_week_shifted_by_one_each_session_comes_a_week_later() -> None:
    stored = [_stored(str(number), FRIDAY + 14 * number * DAY) for number in range(3)]
    shifted = [FRIDAY + (14 * number - 7) * DAY for number in range(4)]

    found = pair(stored, shifted, was=FORTNIGHTLY, becomes=FORTNIGHTLY)

    assert found.dates == {str(number): on for number, on in enumerate(shifted[1:])}
    assert (found.left, found.to_make) == ((), (shifted[0],))


def test_a_session_added_by_hand_stands_for_nothing_but_its_own_date() -> None:
    found = pair([_stored("a", FRIDAY, is_added=True)], [FRIDAY - DAY], was=MONTHLY, becomes=MONTHLY)

    assert (found.dates, found.left, found.to_make) == ({}, (), (FRIDAY - DAY,))


@given(st.sets(DAYS, max_size=30), st.sets(DAYS, max_size=30), RHYTHMS, RHYTHMS)
def test_no_date_is_given_twice_and_none_is_forgotten(
    old: set[date], new: set[date], was: Rhythm, becomes: Rhythm
) -> None:
    stored = [_stored(on.isoformat(), on) for on in old]

    found = pair(stored, new, was=was, becomes=becomes)

    assert sorted([*found.dates.values(), *found.to_make]) == sorted(new)
    assert sorted([*found.dates, *found.left]) == sorted(each.id for each in stored)
    assert old & new <= {on for id_, on in found.dates.items() if id_ == on.isoformat()}


def _stored(id_: str, on: date, *, is_added: bool = False) -> Stored:
    return Stored(id_, on, is_added)
