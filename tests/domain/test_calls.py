"""What is still to be said by telephone after all that happened and all that was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.calls import CallState, Change, Word, owed, unsaid

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CANCELLED, RESTORED, MOVED, SPOT = Change.CANCELLED, Change.RESTORED, Change.MOVED, Change.SPOT
OPEN, TOLD, NOT_REACHED, DROPPED = CallState.OPEN, CallState.TOLD, CallState.NOT_REACHED, CallState.DROPPED
Past = list[tuple[Change, CallState]]


@pytest.mark.parametrize(("past", "happened", "takes_place", "wanted"), [
    ([], CANCELLED, False, CANCELLED),
    ([(CANCELLED, OPEN)], CANCELLED, False, CANCELLED),
    ([(CANCELLED, TOLD)], CANCELLED, False, None),
    ([(CANCELLED, OPEN)], RESTORED, True, None),
    ([(CANCELLED, NOT_REACHED)], RESTORED, True, None),
    ([(CANCELLED, DROPPED)], RESTORED, True, None),
    ([(CANCELLED, TOLD)], RESTORED, True, RESTORED),
    ([(CANCELLED, TOLD), (RESTORED, OPEN)], CANCELLED, False, None),
    ([(CANCELLED, TOLD), (RESTORED, TOLD)], CANCELLED, False, CANCELLED),
    ([(CANCELLED, TOLD), (RESTORED, DROPPED)], RESTORED, True, RESTORED),
    ([], MOVED, True, MOVED),
    ([(MOVED, TOLD)], MOVED, True, MOVED),
    ([(MOVED, OPEN)], CANCELLED, False, CANCELLED),
    ([(MOVED, DROPPED), (CANCELLED, OPEN)], RESTORED, True, MOVED),
    ([(CANCELLED, TOLD)], MOVED, True, MOVED),
    ([], SPOT, True, SPOT),
    ([(MOVED, OPEN)], SPOT, True, MOVED),
    ([(SPOT, DROPPED), (CANCELLED, DROPPED)], RESTORED, True, SPOT),
    ([(SPOT, TOLD)], RESTORED, True, None),
])  # fmt: skip
def test_S14_what_is_still_to_be_said(
    past: Past, happened: Change, *, takes_place: bool, wanted: Change | None
) -> None:
    assert owed(_words(past), frozenset({happened}), takes_place=takes_place) is wanted


def test_what_was_said_last_counts_and_not_what_was_to_be_said_last() -> None:
    dropped_but_told = Word(CANCELLED, TOLD, NOW, NOW + timedelta(minutes=9))
    told_before = Word(RESTORED, TOLD, NOW + timedelta(minutes=3), NOW + timedelta(minutes=4))

    assert owed([dropped_but_told, told_before], frozenset(), takes_place=True) is RESTORED


def test_a_move_that_nobody_told_her_of_is_unsaid_until_something_else_was_said() -> None:
    assert MOVED in unsaid(_words([(MOVED, DROPPED), (CANCELLED, OPEN)]))
    assert MOVED not in unsaid(_words([(MOVED, DROPPED), (CANCELLED, TOLD)]))


def _words(past: Past) -> list[Word]:
    at = [NOW + timedelta(minutes=number) for number in range(len(past))]
    return [
        Word(change, state, made_at, made_at if state is TOLD else None)
        for (change, state), made_at in zip(past, at, strict=True)
    ]
