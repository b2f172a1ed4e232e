"""The day sheet: how long it may live, how many lines it keeps, and what it says of an interpreter."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from clinic.domain import sheets
from clinic.domain.sessions import Kind
from clinic.domain.sheets import Interpreted
from tests.make import FRIDAY


@pytest.mark.parametrize(("starts_at", "day"), [
    (FRIDAY, date(2026, 12, 4)),
    (datetime(2026, 11, 27, 23, 30, tzinfo=UTC), date(2026, 12, 5)),  # half past midnight in Paris
    (datetime(2026, 10, 22, 16, 0, tzinfo=UTC), date(2026, 10, 29)),  # the clocks go back in between
])  # fmt: skip
def test_a_sheet_is_destroyed_by_the_same_weekday_of_the_week_after(starts_at: datetime, day: date) -> None:
    assert sheets.destroy_on(starts_at) == day


@pytest.mark.parametrize(("kind", "lines"), [(Kind.BUS, 12), (Kind.LAW_ACCESS, 6), (Kind.OTHER, 6)])
def test_the_bus_has_more_lines_for_those_who_come_as_they_are(kind: Kind, lines: int) -> None:
    assert sheets.empty_lines(kind) == lines


@pytest.mark.parametrize(("is_wanted", "is_found", "said"), [
    (False, False, Interpreted.NO), (True, False, Interpreted.TO_ASK), (True, True, Interpreted.YES),
])  # fmt: skip
def test_a_sheet_says_whether_somebody_interprets_and_never_who(
    said: Interpreted, *, is_wanted: bool, is_found: bool
) -> None:
    assert sheets.interpreted(is_wanted=is_wanted, is_found=is_found) is said
