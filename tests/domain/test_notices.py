"""When a notice may go, until when, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import notices
from clinic.domain.notices import Channel, Choice, Kind, Shared
from clinic.domain.people import Role
from clinic.domain.times import to_instant, to_local

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # Tuesday, 10:00 in Paris
INSTANTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE)
MAIL_TO_HERSELF = Choice(Channel.MAIL, Shared.NO, NOW, None)


def paris(text: str) -> datetime:
    """The instant of a wall time: "2026-11-24 18:00"."""
    local = datetime.fromisoformat(text)
    return to_instant(local.date(), local.time())


def test_an_act_is_told_when_it_can_no_longer_be_undone() -> None:
    assert notices.act_due(Kind.SHIFT_TAKEN, NOW, NOW, at_work=True) == NOW + timedelta(minutes=5)


def test_S16_reminders_come_48_hours_before_and_the_day_before_at_14() -> None:
    starts_at = paris("2026-11-27 18:00")

    due = notices.reminders_due(starts_at, NOW, at_work=True)

    assert due == [paris("2026-11-25 18:00"), paris("2026-11-26 14:00")]


def test_reminders_that_would_be_past_are_not_planned() -> None:
    starts_at = paris("2026-11-27 18:00")

    assert notices.reminders_due(starts_at, paris("2026-11-26 13:00"), at_work=True) == [paris("2026-11-26 14:00")]
    assert notices.reminders_due(starts_at, paris("2026-11-26 14:00"), at_work=True) == []


@pytest.mark.parametrize(
    ("at", "into"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24 17:59", "2026-11-24 17:59"),
        ("2026-11-24 18:00", "2026-11-25 10:00"),
        ("2026-11-24 07:00", "2026-11-24 10:00"),
        ("2026-11-28 19:00", "2026-11-30 10:00"),  # Saturday evening
        ("2026-11-29 12:00", "2026-11-30 10:00"),  # Sunday
        ("2026-12-24 20:00", "2026-12-26 10:00"),  # before Christmas, a Friday
        ("2027-05-01 11:00", "2027-05-03 10:00"),  # a public holiday, on a Saturday
    ],
)
def test_S14_members_are_written_to_in_their_hours_alone(at: str, into: str) -> None:
    assert notices.into_window(paris(at), Kind.REMINDER) == paris(into)


def test_S14_changes_may_go_until_20() -> None:
    evening = paris("2026-11-24 19:30")

    assert notices.is_in_window(evening, Kind.SESSION_CANCELLED)
    assert notices.is_in_window(evening, Kind.SESSION_MOVED)
    assert not notices.is_in_window(evening, Kind.REMINDER)
    assert not notices.is_in_window(paris("2026-11-24 20:00"), Kind.SESSION_MOVED)


@given(at=INSTANTS, kind=st.sampled_from(Kind))
def test_S14_whatever_the_hour_what_comes_out_is_in_the_window_and_not_earlier(at: datetime, kind: Kind) -> None:
    into = notices.into_window(at, kind)

    assert into >= at
    assert notices.is_in_window(into, kind)
    assert into - at < timedelta(days=5)


@given(starts_at=INSTANTS, lead=st.timedeltas(timedelta(0), timedelta(days=10)))
def test_S14_a_member_is_reminded_twice_at_most_once_a_day_and_before_it_begins(
    starts_at: datetime, lead: timedelta
) -> None:
    due = notices.reminders_due(starts_at, starts_at - lead, at_work=False)

    assert len(due) <= 2
    assert len({to_local(at).date() for at in due}) == len(due)
    assert all(at < starts_at and notices.is_in_window(at, Kind.REMINDER) for at in due)


def test_late_means_never() -> None:
    starts_at = paris("2026-11-27 18:00")
    long_before, day_before = notices.reminders_due(starts_at, NOW, at_work=True)

    assert notices.valid_until(Kind.REMINDER, long_before, starts_at) == long_before + timedelta(hours=12)
    assert notices.valid_until(Kind.REMINDER, day_before, starts_at) == day_before + timedelta(hours=12)
    assert notices.valid_until(Kind.REMINDER, starts_at - timedelta(hours=1), starts_at) == starts_at
    assert notices.valid_until(Kind.SHIFT_TAKEN, NOW, starts_at) == NOW + timedelta(hours=24)
    assert notices.valid_until(Kind.SHIFT_TAKEN, starts_at - timedelta(hours=1), starts_at) == starts_at


def test_S10_a_member_is_written_to_only_by_her_choice() -> None:
    assert not notices.may_write(None, NOW, at_work=False)
    assert not notices.may_write(Choice(Channel.NONE, Shared.NO, NOW, None), NOW, at_work=False)
    assert notices.may_write(MAIL_TO_HERSELF, NOW, at_work=False)


@pytest.mark.parametrize(("days", "may"), [(89, True), (90, False)])
def test_S10_a_choice_lasts_90_days(days: int, *, may: bool) -> None:
    assert notices.may_write(MAIL_TO_HERSELF, NOW + timedelta(days=days), at_work=False) is may


@pytest.mark.parametrize("shared", [Shared.YES, Shared.UNKNOWN])
def test_S10_mail_that_others_may_read_stays_off_until_it_is_chosen_again_another_day(shared: Shared) -> None:
    first = notices.choose(None, Channel.MAIL, shared, NOW)
    same_day = notices.choose(first, Channel.MAIL, shared, NOW + timedelta(hours=3))
    next_day = notices.choose(same_day, Channel.MAIL, shared, NOW + timedelta(days=1))

    assert not notices.may_write(first, NOW, at_work=False)
    assert not notices.may_write(same_day, NOW + timedelta(hours=3), at_work=False)
    assert notices.may_write(next_day, NOW + timedelta(days=1), at_work=False)


def test_S10_a_first_choice_that_ran_out_does_not_count_as_the_first_of_two() -> None:
    first = notices.choose(None, Channel.MAIL, Shared.YES, NOW)

    again = notices.choose(first, Channel.MAIL, Shared.YES, NOW + timedelta(days=100))

    assert not notices.may_write(again, NOW + timedelta(days=100), at_work=False)


def test_S15_silence_takes_effect_at_once_and_forgets_the_earlier_confirmation() -> None:
    confirmed = Choice(Channel.MAIL, Shared.YES, NOW, NOW + timedelta(days=1))

    silent = notices.choose(confirmed, Channel.NONE, Shared.YES, NOW + timedelta(days=2))
    mail_again = notices.choose(silent, Channel.MAIL, Shared.YES, NOW + timedelta(days=2))

    assert not notices.may_write(silent, NOW + timedelta(days=2), at_work=False)
    assert not notices.may_write(mail_again, NOW + timedelta(days=2), at_work=False)


def test_who_works_here_is_written_to_unless_she_chose_silence() -> None:
    assert notices.may_write(None, NOW, at_work=True)
    assert not notices.may_write(Choice(Channel.NONE, Shared.NO, NOW, None), NOW, at_work=True)
    assert notices.may_write(MAIL_TO_HERSELF, NOW + timedelta(days=1000), at_work=True)


def test_a_member_with_another_role_works_here() -> None:
    assert not notices.works_here(frozenset({Role.MEMBER}))
    assert not notices.works_here(frozenset())
    assert notices.works_here(frozenset({Role.MEMBER, Role.MEDIATOR}))


def test_each_pause_is_longer_than_the_last_and_half_an_hour_at_most() -> None:
    pauses = [notices.next_try(tries, NOW) - NOW for tries in range(1, 60)]

    assert pauses[:5] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16)]
    assert set(pauses[5:]) == {timedelta(minutes=30)}


def test_opposites_answer_each_other() -> None:
    assert all(kind in notices.OPPOSITES[other] for kind, others in notices.OPPOSITES.items() for other in others)
