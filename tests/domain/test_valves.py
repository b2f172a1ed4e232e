"""When a server is left alone, when too much goes at once, when a clock cannot be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain import valves
from clinic.domain.valves import Trouble

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def _after(failures: int) -> Trouble:
    trouble = Trouble()
    for _ in range(failures):
        trouble = valves.after(trouble, NOW, is_down=True)
    return trouble


def test_S76_four_failures_in_a_row_are_borne_and_the_fifth_gives_the_server_a_rest() -> None:
    assert not _after(4).rests(NOW)
    assert _after(5).rests(NOW)
    assert not _after(5).rests(NOW + MINUTE)


@pytest.mark.parametrize(("failures", "minutes"), [(5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 30), (1000, 30)])
def test_S76_each_rest_is_twice_the_last_and_half_an_hour_at_most(failures: int, minutes: int) -> None:
    assert _after(failures).open_until == NOW + minutes * MINUTE


def test_S76_one_that_goes_well_ends_the_trouble() -> None:
    assert valves.after(_after(9), NOW, is_down=False) == Trouble()


@pytest.mark.parametrize(("justified", "may_go"), [(0, 60), (20, 60), (21, 63), (200, 600)])
def test_three_times_those_whom_the_next_two_days_concern_may_be_written_to_in_an_hour(
    justified: int, may_go: int
) -> None:
    assert valves.allowed(justified) == may_go


@pytest.mark.parametrize(
    ("seen", "wall", "steady", "jumped"),
    [
        (None, 1, 1, False),
        (-1, 1, 1, False),
        (5, 1, 1, False),  # behind what another has seen, by as much as clocks differ
        (6, 1, 1, True),
        (-1, 6, 1, False),
        (-1, 7, 1, True),  # forward
        (-1, -5, 1, True),  # back
        (-1, 90, 90, False),  # the machine was busy, or asleep with both
        (None, 70, 10, True),
    ],
)
def test_a_clock_that_went_back_or_ran_unlike_a_steady_one_is_not_trusted(
    seen: int | None, wall: int, steady: int, *, jumped: bool
) -> None:
    seen_at = None if seen is None else NOW + seen * MINUTE

    assert valves.has_jumped(NOW, seen_at, wall=wall * MINUTE, steady=steady * MINUTE) is jumped
