"""Which desks are free, and which one a wish gets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import appointments
from clinic.domain.answers import Refused
from clinic.domain.appointments import USUAL_LANGUAGES, Opening
from clinic.domain.sessions import Status

STARTS_AT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
SLOT = timedelta(minutes=30)
SECOND = timedelta(seconds=1)
NOW = STARTS_AT - timedelta(days=1)
SLOTS = [STARTS_AT, STARTS_AT + SLOT, STARTS_AT + 2 * SLOT]


def opening(*, status: Status = Status.PLANNED, minutes: int = 90, desks: int = 2) -> Opening:
    return Opening(status, STARTS_AT, STARTS_AT + timedelta(minutes=minutes), 30, desks)


def test_an_empty_session_has_all_its_desks_free() -> None:
    assert appointments.free_desks(opening(), []) == {slot: [1, 2] for slot in SLOTS}


def test_taken_desks_are_not_free_and_a_full_slot_has_none() -> None:
    taken = [(SLOTS[0], 1), (SLOTS[1], 1), (SLOTS[1], 2)]

    assert appointments.free_desks(opening(), taken) == {SLOTS[0]: [2], SLOTS[1]: [], SLOTS[2]: [1, 2]}


def test_what_is_taken_off_the_slots_takes_no_desk() -> None:
    assert appointments.free_desks(opening(), [(STARTS_AT + SECOND, 1)]) == {slot: [1, 2] for slot in SLOTS}


@pytest.mark.parametrize(("minutes", "desks", "number"), [(90, 2, 3), (89, 2, 2), (29, 2, 0), (90, 0, 0)])
def test_only_whole_slots_with_a_desk_are_offered(minutes: int, desks: int, number: int) -> None:
    assert len(opening(minutes=minutes, desks=desks).slots) == number


def test_the_first_free_desk_is_given() -> None:
    taken = [(SLOTS[1], 1)]

    assert appointments.choose_desk(opening(), taken, wished_at=SLOTS[1], now=NOW) == 2
    assert appointments.choose_desk(opening(), [(SLOTS[1], 2)], wished_at=SLOTS[1], now=NOW) == 1


def test_a_full_slot_is_refused_with_those_that_are_free() -> None:
    taken = [(SLOTS[1], 1), (SLOTS[1], 2), (SLOTS[0], 1)]

    with pytest.raises(Refused, match="slot_taken") as refused:
        appointments.choose_desk(opening(), taken, wished_at=SLOTS[1], now=NOW)

    assert refused.value.facts == {"at": SLOTS[1], "free": [SLOTS[0], SLOTS[2]]}


@pytest.mark.parametrize("wished_at", [STARTS_AT - SLOT, STARTS_AT + SECOND, STARTS_AT + 3 * SLOT])
def test_a_time_that_is_no_slot_is_refused(wished_at: datetime) -> None:
    with pytest.raises(Refused, match="no_such_slot") as refused:
        appointments.choose_desk(opening(), [], wished_at=wished_at, now=NOW)

    assert refused.value.facts == {"free": SLOTS}


def test_a_slot_is_given_until_its_end_and_past_ones_are_not_offered() -> None:
    assert appointments.choose_desk(opening(), [], wished_at=SLOTS[0], now=SLOTS[1] - SECOND) == 1

    with pytest.raises(Refused, match="slot_over") as refused:
        appointments.choose_desk(opening(), [], wished_at=SLOTS[0], now=SLOTS[1])

    assert refused.value.facts == {"free": SLOTS[1:]}


@pytest.mark.parametrize(("status", "now", "code"), [
    (Status.CANCELLED, NOW, "session_cancelled"),
    (Status.PLANNED, STARTS_AT + 3 * SLOT, "session_over"),
])  # fmt: skip
def test_a_session_that_is_not_open_gives_nothing(status: Status, now: datetime, code: str) -> None:
    with pytest.raises(Refused, match=code):
        appointments.choose_desk(opening(status=status), [], wished_at=SLOTS[0], now=now)


@given(st.lists(st.integers(0, 2), max_size=12), st.integers(0, 4))
def test_S70_wishes_one_after_the_other_never_get_the_same_desk(wishes: list[int], desks: int) -> None:
    taken: list[tuple[datetime, int]] = []
    for wish in wishes:
        try:
            desk = appointments.choose_desk(opening(desks=desks), taken, wished_at=SLOTS[wish], now=NOW)
        except Refused:
            assert sum(starts_at == SLOTS[wish] for starts_at, _ in taken) == desks
        else:
            assert 1 <= desk <= desks
            taken.append((SLOTS[wish], desk))

    assert len(taken) == len(set(taken))


@pytest.mark.parametrize(("code", "is_one"), [
    ("bin", True), ("pcm", True), ("fra", True), ("fre", False), ("en", False), ("", False), ("xyz", False),
])  # fmt: skip
def test_languages_are_those_of_iso_639_3(code: str, *, is_one: bool) -> None:
    assert appointments.is_language(code) is is_one


def test_the_usual_languages_are_languages() -> None:
    assert all(map(appointments.is_language, USUAL_LANGUAGES))
