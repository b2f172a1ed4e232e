"""Who may be asked, until when, and whose answer stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import interpreting as rules
from clinic.domain.answers import Refused
from clinic.domain.interpreting import Candidate, Modality, NeedState, Obstacle, OfferState, Stage

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FREE = Candidate(frozenset({"ara"}), comes_on_site=True, has_phone=True, is_busy=False, is_asked=False)


def test_who_speaks_it_and_is_free_can_be_asked() -> None:
    assert [rules.obstacle(FREE, "ara", modality) for modality in Modality] == [None, None]


@pytest.mark.parametrize(("candidate", "modality", "obstacle"), [
    (replace(FREE, languages=frozenset({"eng"}), is_busy=True), Modality.ON_SITE, Obstacle.LANGUAGE),
    (replace(FREE, comes_on_site=False, is_busy=True), Modality.ON_SITE, Obstacle.NOT_ON_SITE),
    (replace(FREE, comes_on_site=False), Modality.TELEPHONE, None),
    (replace(FREE, has_phone=False), Modality.TELEPHONE, Obstacle.NO_TELEPHONE),
    (replace(FREE, has_phone=False), Modality.ON_SITE, None),
    (replace(FREE, is_busy=True), Modality.ON_SITE, Obstacle.BUSY),
    (replace(FREE, is_busy=True, is_asked=True), Modality.ON_SITE, Obstacle.ASKED),
])  # fmt: skip
def test_what_stands_against_asking_is_said_one_reason_at_a_time(
    candidate: Candidate, modality: Modality, obstacle: Obstacle | None
) -> None:
    assert rules.obstacle(candidate, "ara", modality) is obstacle


@pytest.mark.parametrize("hours", [1, 3])
def test_an_answer_is_awaited_after_now_and_until_the_start_at_most(hours: int) -> None:
    rules.check_need(NOW + 3 * HOUR, NOW + hours * HOUR, NOW)


@pytest.mark.parametrize("hours", [-1, 0, 4])
def test_an_answer_awaited_outside_that_time_is_refused(hours: int) -> None:
    with pytest.raises(Refused, match="answer_by_outside"):
        rules.check_need(NOW + 3 * HOUR, NOW + hours * HOUR, NOW)


def test_an_answer_is_usually_awaited_until_a_day_before_or_half_way() -> None:
    assert rules.usual_answer_by(NOW + 72 * HOUR, NOW) == NOW + 48 * HOUR
    assert rules.usual_answer_by(NOW + 10 * HOUR, NOW) == NOW + 5 * HOUR
    assert rules.usual_answer_by(NOW + timedelta(minutes=15), NOW) == NOW + timedelta(minutes=15)


@given(ahead=st.timedeltas(timedelta(minutes=1), timedelta(days=90)), before=st.timedeltas(timedelta(0), HOUR))
def test_the_usual_answer_by_is_never_refused(ahead: timedelta, before: timedelta) -> None:
    now = NOW - before

    rules.check_need(now + ahead, rules.usual_answer_by(now + ahead, now), now)


def test_what_nobody_answered_expires_by_itself_and_nothing_else_does() -> None:
    assert rules.state_of(OfferState.ASKED, NOW + HOUR, NOW) is OfferState.ASKED
    assert rules.state_of(OfferState.ASKED, NOW, NOW) is OfferState.EXPIRED
    assert rules.state_of(OfferState.ACCEPTED, NOW, NOW) is OfferState.ACCEPTED


@pytest.mark.parametrize(("state", "need", "code"), [
    (OfferState.ASKED, NeedState.FILLED, "offer_filled"),
    (OfferState.FILLED, NeedState.OPEN, "offer_filled"),
    (OfferState.ASKED, NeedState.WITHDRAWN, "offer_withdrawn"),
    (OfferState.WITHDRAWN, NeedState.OPEN, "offer_withdrawn"),
    (OfferState.EXPIRED, NeedState.OPEN, "offer_expired"),
    (OfferState.DECLINED, NeedState.OPEN, "offer_answered"),
    (OfferState.ACCEPTED, NeedState.OPEN, "offer_answered"),
])  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_by_name(state: OfferState, need: NeedState, code: str) -> None:
    with pytest.raises(Refused, match=code):
        rules.check_answer(state, need, NOW + HOUR, NOW)


def test_an_answer_in_time_is_taken_and_a_late_one_is_not() -> None:
    rules.check_answer(OfferState.ASKED, NeedState.OPEN, NOW + HOUR, NOW)

    with pytest.raises(Refused, match="offer_expired"):
        rules.check_answer(OfferState.ASKED, NeedState.OPEN, NOW, NOW)


def test_nobody_is_asked_for_what_is_filled_or_no_longer_needed() -> None:
    rules.check_open(NeedState.OPEN)

    with pytest.raises(Refused, match="need_filled"):
        rules.check_open(NeedState.FILLED)
    with pytest.raises(Refused, match="need_withdrawn"):
        rules.check_open(NeedState.WITHDRAWN)


def test_asked_is_never_called_booked() -> None:
    assert rules.stage(NeedState.OPEN, is_asked=False) is Stage.TO_ASK
    assert rules.stage(NeedState.OPEN, is_asked=True) is Stage.ASKED
    assert rules.stage(NeedState.FILLED, is_asked=False) is Stage.ACCEPTED
    assert rules.stage(NeedState.WITHDRAWN, is_asked=False) is Stage.WITHDRAWN


@pytest.mark.parametrize(("typed", "dialled"), [
    ("06 39 98 00 01", "+33639980001"), ("+33 (0)6.39.98.00.01", "+33639980001"),
    ("0044 20 7946 0000", "+442079460000"),
    ("639", None), ("", None), ("call me", None), ("+0 639 98 00 01", None),
])  # fmt: skip
def test_a_number_is_understood_as_people_type_it(typed: str, dialled: str | None) -> None:
    assert rules.dialled(typed) == dialled


def test_what_has_begun_is_not_given_back() -> None:
    rules.check_not_begun(NOW + HOUR, NOW)

    with pytest.raises(Refused, match="session_begun"):
        rules.check_not_begun(NOW, NOW)
