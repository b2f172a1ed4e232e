"""How it stands with reaching one person, what is shown of an address, what follows from what was said anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from clinic.domain import step_up
from clinic.domain.contacts import Channel, Choice, Hours, Reach, Shared, Suspension
from clinic.domain.reaching import Stand, ends_in, grouped, how_it_stands, must_be_asked_for, said_anew

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BY_SMS = Choice(Channel.SMS, Shared.NO, number="+33612345678")
BY_MAIL = Choice(Channel.MAIL, Shared.NO, email="iris@example.org")
MINOR = replace(BY_SMS, is_minor=True)


@pytest.mark.parametrize(("reach", "stand"), [
    (None, Stand.NOT_ASKED),
    (Reach(BY_SMS, NOW), Stand.WRITES),
    (Reach(MINOR, NOW), Stand.MINOR),
    (Reach(replace(MINOR, coordinator_agrees=True), NOW), Stand.WRITES),
    (Reach(replace(BY_SMS, is_shared=Shared.YES), NOW), Stand.AGAIN),
    (Reach(replace(BY_SMS, is_shared=Shared.YES), NOW, confirmed_at=NOW), Stand.WRITES),
    (Reach(BY_SMS, NOW - timedelta(days=90)), Stand.RAN_OUT),
    (Reach(Choice(Channel.NONE), NOW - timedelta(days=90)), Stand.NOTHING),
    (Reach(Choice(Channel.CALL), NOW), Stand.CALLS),
    (Reach(BY_SMS, NOW, suspended=Suspension.STOP), Stand.STOPPED),
    (Reach(BY_SMS, NOW - timedelta(days=90), suspended=Suspension.NOT_SAFE), Stand.NOT_SAFE),
])  # fmt: skip
def test_S10_S15_how_it_stands_is_the_gravest_of_what_keeps_messages_back(reach: Reach | None, stand: Stand) -> None:
    assert how_it_stands(reach, NOW) is stand


def test_of_an_address_only_its_end_or_its_beginning_is_shown() -> None:
    assert (ends_in(BY_SMS), ends_in(BY_MAIL), ends_in(Choice(Channel.NONE))) == ("78", "i…", None)
    assert grouped("+33612345678") == "+33 6 12 34 56 78"


@pytest.mark.parametrize(("hours", "must"), [
    (Hours(time(8), time(20)), False), (Hours(time(7, 59), time(20)), True), (Hours(time(8), time(20, 1)), True),
    (Hours(time(9), time(12), rest_days=True), True),
])  # fmt: skip
def test_S14_hours_beyond_eight_to_twenty_and_days_of_rest_must_be_asked_for(hours: Hours, *, must: bool) -> None:
    assert must_be_asked_for(hours) is must


def test_an_address_left_out_stays_and_that_of_another_channel_goes() -> None:
    same = said_anew(BY_SMS, Choice(Channel.SMS, Shared.NO), by_coordinator=False)
    other = said_anew(BY_SMS, replace(BY_MAIL, number="+33687654321"), by_coordinator=False)

    assert same == BY_SMS
    assert other == BY_MAIL
    assert said_anew(BY_SMS, Choice(Channel.NONE), by_coordinator=False).number is None
    assert said_anew(BY_SMS, Choice(Channel.CALL), by_coordinator=False).number == BY_SMS.number


def test_S10_the_word_of_a_coordinator_holds_for_the_address_that_she_gave_it_for() -> None:
    agreed = said_anew(None, MINOR, by_coordinator=True)

    assert agreed.coordinator_agrees
    assert said_anew(agreed, replace(BY_SMS, number="06 12 34 56 78"), by_coordinator=False) == agreed
    elsewhere = said_anew(agreed, replace(BY_SMS, number="06 87 65 43 21"), by_coordinator=False)
    assert (elsewhere.is_minor, elsewhere.coordinator_agrees) == (True, False)
    assert said_anew(agreed, BY_SMS, by_coordinator=True) == BY_SMS


@pytest.mark.parametrize(("seconds", "holds"), [(-1, False), (0, True), (299, True), (300, False)])
def test_a_password_holds_for_five_minutes_and_never_before_it_was_given(seconds: int, *, holds: bool) -> None:
    assert step_up.holds(NOW, NOW + timedelta(seconds=seconds)) is holds
