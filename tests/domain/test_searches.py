"""Whom to ask, in which order, how long those asked have, and which answers count."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import searches as rules
from clinic.domain.answers import Refused
from clinic.domain.availability import Said
from clinic.domain.searches import AskState, Candidate, SearchState

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CANDIDATES = st.builds(
    Candidate,
    person_id=st.text("abc", min_size=1, max_size=3),
    last_asked_at=st.none() | st.integers(0, 5).map(lambda days: NOW - days * DAY),
    said=st.sampled_from(Said),
)


@pytest.mark.parametrize(("left", "has"), [
    (10 * DAY, 12 * HOUR), (2 * DAY, 12 * HOUR), (40 * HOUR, 10 * HOUR), (4 * HOUR, HOUR), (2 * HOUR, 30 * MINUTE),
    (HOUR, 30 * MINUTE), (MINUTE, 30 * MINUTE),
])  # fmt: skip
def test_those_asked_have_a_quarter_of_the_time_left_within_limits(left: timedelta, has: timedelta) -> None:
    assert rules.pause(NOW + left, NOW) == has


def test_never_asked_comes_first_then_asked_least_recently() -> None:
    never, long_ago, lately = (
        Candidate(name, at, Said.NOTHING) for name, at in (("c", None), ("b", NOW - 9 * DAY), ("a", NOW))
    )

    assert rules.order([lately, never, long_ago]) == [never, long_ago, lately]


def test_of_those_never_asked_who_said_that_she_can_comes_first() -> None:
    silent, willing = Candidate("a", None, Said.NOTHING), Candidate("b", None, Said.CAN)

    assert rules.order([silent, willing]) == [willing, silent]


@given(st.lists(CANDIDATES, unique_by=lambda each: each.person_id))
def test_everybody_is_asked_but_who_said_that_she_cannot(candidates: list[Candidate]) -> None:
    ordered = rules.order(candidates)

    assert set(ordered) == {each for each in candidates if each.said is not Said.CANNOT}
    assert rules.order(reversed(candidates)) == ordered
    ages = [each.last_asked_at for each in ordered]
    known = [each for each in ages if each]
    assert ages == [None] * (len(ages) - len(known)) + sorted(known)


@pytest.mark.parametrize(("ask", "search", "code"), [
    (AskState.ASKED, SearchState.OPEN, None),
    (AskState.DECLINED, SearchState.OPEN, None),
    (AskState.ASKED, SearchState.FOUND, "ask_filled"),
    (AskState.FILLED, SearchState.FOUND, "ask_filled"),
    (AskState.DECLINED, SearchState.FOUND, "ask_filled"),
    (AskState.WITHDRAWN, SearchState.ENDED, "ask_withdrawn"),
    (AskState.WITHDRAWN, SearchState.OPEN, "ask_withdrawn"),
    (AskState.DECLINED, SearchState.ENDED, "ask_withdrawn"),
    (AskState.ACCEPTED, SearchState.FOUND, "ask_answered"),
])  # fmt: skip
def test_which_yes_counts(ask: AskState, search: SearchState, code: str | None) -> None:
    allowed: AbstractContextManager[object] = nullcontext() if code is None else pytest.raises(Refused, match=code)

    with allowed:
        rules.check_answer(ask, search)
