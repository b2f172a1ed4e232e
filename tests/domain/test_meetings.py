"""Meetings by telephone: within which hours one may be agreed, and what is still to be said of it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from clinic.domain import discretion, meetings
from clinic.domain.answers import Refused
from clinic.domain.contacts import Channel, Choice, Hours, Reach, Suspension
from clinic.domain.meetings import Heard, Owed
from clinic.domain.notices import Kind
from clinic.domain.times import to_instant
from tests.make import FRIDAY, NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATER = FRIDAY + HOUR


def _reach(hours: Hours | None = None, suspended: Suspension | None = None) -> Reach:
    return Reach(Choice(Channel.CALL, number="+33612345678", hours=hours), NOW, suspended=suspended)


def _span(day: int, at: time, minutes: int = 30) -> tuple[datetime, datetime]:
    starts_at = to_instant(FRIDAY.date().replace(day=day), at)
    return starts_at, meetings.ends_at(starts_at, minutes)


@pytest.mark.parametrize(
    ("day", "at", "minutes", "is_right"),
    [
        (27, time(8), 30, True),
        (27, time(7, 45), 30, False),
        (27, time(19, 30), 30, True),
        (27, time(19, 45), 30, False),
        (28, time(10), 60, True),
        (29, time(10), 30, False),  # a Sunday
    ],
)
def test_S14_without_hours_of_her_own_a_call_is_agreed_between_8_and_20_on_working_days(
    day: int, at: time, minutes: int, *, is_right: bool
) -> None:
    for reach in (None, _reach()):
        if is_right:
            meetings.check_hours(reach, _span(day, at, minutes))
        else:
            with pytest.raises(Refused, match="meeting_outside_week") as refused:
                meetings.check_hours(reach, _span(day, at, minutes))
            assert refused.value.facts == {"opens": time(8), "closes": time(20)}


def test_S14_her_own_hours_hold_and_rest_days_only_if_she_asked() -> None:
    evenings, every_day = Hours(time(20), time(22)), Hours(time(20), time(22), rest_days=True)

    meetings.check_hours(_reach(evenings), _span(27, time(21, 30)))
    meetings.check_hours(_reach(every_day), _span(29, time(21)))
    with pytest.raises(Refused, match="meeting_outside_week"):
        meetings.check_hours(_reach(evenings), _span(29, time(21)))
    with pytest.raises(Refused, match="meeting_outside_daily"):
        meetings.check_hours(_reach(every_day), _span(27, time(19, 45)))
    with pytest.raises(Refused, match="meeting_outside_week"):
        meetings.check_hours(_reach(Hours(time(20), time(23, 45))), _span(27, time(23, 45)))


def test_S15_nothing_is_agreed_where_it_is_not_safe_or_was_stopped() -> None:
    meetings.check_safe(None)
    meetings.check_safe(_reach())
    with pytest.raises(Refused, match="meeting_not_safe"):
        meetings.check_safe(_reach(suspended=Suspension.NOT_SAFE))
    with pytest.raises(Refused, match="meeting_stopped"):
        meetings.check_safe(_reach(suspended=Suspension.STOP))


def _said(*times: datetime | None, unsure_last: bool = False) -> list[Heard]:
    last = len(times) - 1
    return [
        Heard(NOW + number * HOUR, each, is_sure=not (unsure_last and number == last))
        for number, each in enumerate(times)
    ]


@pytest.mark.parametrize(
    ("heard", "takes_place", "owed"),
    [
        ([], True, Owed(Kind.BOOKED)),
        ([], False, None),
        (_said(LATER), True, None),
        (_said(LATER), False, Owed(Kind.SESSION_CANCELLED)),
        (_said(FRIDAY), True, Owed(Kind.SESSION_MOVED, FRIDAY)),
        (_said(FRIDAY), False, Owed(Kind.SESSION_CANCELLED, is_writable=False)),  # she never heard of this time
        (_said(LATER, None), False, None),
        (_said(LATER, None), True, Owed(Kind.SESSION_RESTORED)),
        (_said(LATER, unsure_last=True), True, Owed(Kind.BOOKED, is_writable=False)),
        (_said(LATER, unsure_last=True), False, Owed(Kind.SESSION_CANCELLED)),
        (_said(LATER, None, unsure_last=True), True, Owed(Kind.SESSION_RESTORED)),
        (_said(LATER, None, unsure_last=True), False, Owed(Kind.SESSION_CANCELLED, is_writable=False)),
        (_said(FRIDAY, LATER, unsure_last=True), True, Owed(Kind.SESSION_MOVED, FRIDAY, is_writable=False)),
        (_said(LATER, FRIDAY, LATER), True, None),
    ],
)
def test_what_is_owed_follows_from_what_she_may_think(
    heard: list[Heard], owed: Owed | None, *, takes_place: bool
) -> None:
    told = meetings.owed(heard, starts_at=LATER, takes_place=takes_place)

    assert told == owed


@pytest.mark.parametrize(
    ("after", "may"),
    [(-HOUR - MINUTE, False), (-HOUR, True), (2.5 * HOUR, True), (2.5 * HOUR + MINUTE, False)],
)
def test_S03_a_peer_may_know_the_number_from_an_hour_before_until_two_hours_after(
    after: timedelta, *, may: bool
) -> None:
    span, at = (FRIDAY, FRIDAY + HOUR / 2), FRIDAY + after

    assert discretion.may_know_number(is_follower=False, is_peer=True, span=span, now=at) is may
    assert discretion.may_know_number(is_follower=True, is_peer=False, span=span, now=at)
    assert not discretion.may_know_number(is_follower=False, is_peer=False, span=span, now=at)


def test_a_meeting_is_agreed_for_a_time_ahead_and_changed_before_it_begins() -> None:
    meetings.check_ahead(NOW + MINUTE, NOW)
    meetings.check_not_begun(NOW + MINUTE, NOW)

    with pytest.raises(Refused, match="move_into_past"):
        meetings.check_ahead(NOW, NOW)
    with pytest.raises(Refused, match="meeting_begun"):
        meetings.check_not_begun(datetime(2026, 11, 22, 9, tzinfo=UTC), NOW)
