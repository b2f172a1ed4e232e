"""When a notice may go, and until when: windows, offsets, caps, new tries."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import timing
from clinic.domain.contacts import Hours
from clinic.domain.notices import Kind
from clinic.domain.times import to_instant, to_local
from clinic.domain.timing import FOR_CREW, FOR_PEOPLE, Offset, Rhythm, Went

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # Tuesday, 10:00 in Paris
INSTANTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE)
HALF_HOURS = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
SPANS = st.lists(HALF_HOURS, min_size=2, max_size=2, unique=True).map(sorted)
HOURS = st.none() | st.builds(lambda span, rest_days: Hours(span[0], span[1], rest_days), SPANS, st.booleans())
AT_WORK, MEMBER = Rhythm(at_work=True), Rhythm(at_work=False)
MORNINGS = Rhythm(at_work=False, hours=Hours(time(8), time(12)))
EVENINGS = Rhythm(at_work=False, hours=Hours(time(20), time(22), rest_days=True))
FOR_GOOD = datetime.max.replace(tzinfo=UTC)


def paris(text: str) -> datetime:
    """The instant of a wall time: "2026-11-24 18:00"."""
    local = datetime.fromisoformat(text)
    return to_instant(local.date(), local.time())


@pytest.mark.parametrize(
    ("kind", "starts_at", "undo"),
    [
        (Kind.SHIFT_TAKEN, NOW, 5),
        (Kind.SESSION_CANCELLED, NOW + timedelta(hours=24), 5),
        (Kind.SESSION_CANCELLED, NOW + timedelta(hours=23), 2),
        (Kind.SESSION_RESTORED, NOW + timedelta(hours=2), 2),
        (Kind.SESSION_MOVED, NOW + timedelta(hours=2), 5),
    ],
)
def test_an_act_is_told_when_it_can_no_longer_be_undone(kind: Kind, starts_at: datetime, undo: int) -> None:
    assert timing.act_due(kind, starts_at, NOW, AT_WORK) == NOW + undo * MINUTE


def test_S14_the_act_of_an_evening_is_told_to_a_member_the_next_morning() -> None:
    evening = paris("2026-11-24 20:30")

    assert timing.act_due(Kind.SESSION_MOVED, NOW, evening, MEMBER) == paris("2026-11-25 10:00")
    assert timing.act_due(Kind.SESSION_MOVED, NOW, evening, MORNINGS) == paris("2026-11-25 08:00")
    assert timing.act_due(Kind.SESSION_MOVED, NOW, evening, EVENINGS) == evening + timing.UNDO_FOR


def test_S16_who_works_here_is_reminded_48_hours_before_and_the_day_before_at_14() -> None:
    starts_at = paris("2026-11-28 18:00")  # a Saturday

    due = timing.reminders_due(starts_at, FOR_CREW, NOW, AT_WORK)

    assert due == [(Kind.REMINDER, paris("2026-11-26 18:00")), (Kind.REMINDER, paris("2026-11-27 14:00"))]


def test_S14_a_member_is_reminded_once_the_day_before_at_14() -> None:
    due = timing.reminders_due(paris("2026-11-27 18:00"), FOR_PEOPLE, NOW, MEMBER)

    assert due == [(Kind.REMINDER, paris("2026-11-26 14:00"))]


def test_S16_the_reminder_of_a_thursday_for_friday_is_a_digest_for_those_who_work_here() -> None:
    friday, thursday = paris("2026-11-27 18:00"), paris("2026-11-26 14:00")

    of_friday = timing.reminders_due(friday, FOR_CREW, NOW, AT_WORK)
    of_saturday = timing.reminders_due(friday + timedelta(days=1), [Offset.DAYS_2_14], NOW, AT_WORK)

    assert of_friday == [(Kind.REMINDER, paris("2026-11-25 18:00")), (Kind.DIGEST, thursday)]
    assert of_saturday == [(Kind.REMINDER, thursday)]


def test_S16_two_offsets_of_one_moment_are_one_reminder_and_each_of_a_thursday_is_a_digest() -> None:
    friday = paris("2026-11-27 14:00")

    once = timing.reminders_due(friday, [Offset.HOURS_48, Offset.DAYS_2_14], NOW, AT_WORK)
    twice = timing.reminders_due(friday, [Offset.DAY_10, Offset.DAY_17, Offset.HOURS_3], NOW, AT_WORK)

    assert once == [(Kind.REMINDER, paris("2026-11-25 14:00"))]
    assert [kind for kind, _ in twice] == [Kind.DIGEST, Kind.DIGEST, Kind.REMINDER]


def test_reminders_that_would_be_past_are_not_planned() -> None:
    starts_at, at_14 = paris("2026-11-28 18:00"), paris("2026-11-27 14:00")

    assert timing.reminders_due(starts_at, FOR_CREW, at_14 - timedelta(hours=1), AT_WORK) == [(Kind.REMINDER, at_14)]
    assert timing.reminders_due(starts_at, FOR_CREW, at_14, AT_WORK) == []
    assert timing.reminders_due(starts_at, FOR_PEOPLE, at_14, MEMBER) == []


@pytest.mark.parametrize(
    ("starts", "offset", "at"),
    [
        # to winter time on Sunday 25 October 2026: 48 hours are 49 on the clock of the wall
        ("2026-10-26 10:00", Offset.HOURS_48, "2026-10-24 11:00"),
        ("2026-10-26 10:00", Offset.DAY_14, "2026-10-25 14:00"),
        ("2026-10-26 10:00", Offset.WEEK_10, "2026-10-19 10:00"),
        ("2026-10-25 04:00", Offset.HOURS_3, "2026-10-25 02:00"),
        # to summer time on Sunday 28 March 2027: they are 47
        ("2027-03-29 10:00", Offset.HOURS_48, "2027-03-27 09:00"),
        ("2027-03-29 10:00", Offset.DAY_17, "2027-03-28 17:00"),
        ("2027-03-29 10:00", Offset.DAYS_2_14, "2027-03-27 14:00"),
        ("2027-03-28 05:00", Offset.HOURS_3, "2027-03-28 01:00"),
    ],
)
def test_S74_offsets_in_days_keep_the_hour_of_the_wall_and_offsets_in_hours_the_time_that_passes(
    starts: str, offset: Offset, at: str
) -> None:
    assert to_local(offset.before(paris(starts))).replace(tzinfo=None) == datetime.fromisoformat(at)


def test_offsets_are_kept_as_codes_with_spaces_between() -> None:
    assert timing.offsets_of(" ".join(Offset)) == tuple(Offset)
    assert timing.offsets_of("") == ()


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
    assert timing.into_window(paris(at), Kind.REMINDER, MEMBER) == paris(into)
    assert timing.into_window(paris(at), Kind.REMINDER, AT_WORK) == paris(at)


def test_S14_changes_may_go_until_20() -> None:
    evening = paris("2026-11-24 19:30")

    assert timing.is_in_window(evening, Kind.SESSION_CANCELLED, MEMBER)
    assert timing.is_in_window(evening, Kind.SESSION_MOVED, MEMBER)
    assert timing.is_in_window(evening, Kind.SPOT_CHANGED, MEMBER)
    assert not timing.is_in_window(evening, Kind.REMINDER, MEMBER)
    assert not timing.is_in_window(paris("2026-11-24 20:00"), Kind.SESSION_MOVED, MEMBER)


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.SESSION_CANCELLED, Kind.SESSION_MOVED])
@pytest.mark.parametrize(
    ("at", "into"),
    [
        ("2026-11-24 08:00", "2026-11-24 08:00"),
        ("2026-11-24 11:59", "2026-11-24 11:59"),
        ("2026-11-24 12:00", "2026-11-25 08:00"),
        ("2026-11-24 15:00", "2026-11-25 08:00"),
        ("2026-11-28 13:00", "2026-11-30 08:00"),  # Saturday afternoon
    ],
)
def test_S14_her_own_hours_hold_for_all_changes_too(kind: Kind, at: str, into: str) -> None:
    assert timing.into_window(paris(at), kind, MORNINGS) == paris(into)


@pytest.mark.parametrize(
    ("at", "into"),
    [
        ("2026-11-29 21:00", "2026-11-29 21:00"),  # Sunday
        ("2026-12-25 20:00", "2026-12-25 20:00"),  # Christmas
        ("2026-12-24 23:00", "2026-12-25 20:00"),
        ("2026-11-28 22:00", "2026-11-29 20:00"),
    ],
)
def test_S14_sundays_and_holidays_only_if_she_asked(at: str, into: str) -> None:
    assert timing.into_window(paris(at), Kind.REMINDER, EVENINGS) == paris(into)


def test_S14_a_reminder_that_only_fits_after_the_start_is_not_planned() -> None:
    starts_at = paris("2026-11-24 09:00")

    assert timing.reminders_due(starts_at, FOR_PEOPLE, paris("2026-11-20 10:00"), EVENINGS) != []
    assert timing.reminders_due(starts_at, [Offset.DAY_17], paris("2026-11-20 10:00"), MORNINGS) == [
        (Kind.REMINDER, paris("2026-11-24 08:00"))
    ]
    assert timing.reminders_due(paris("2026-11-24 08:00"), [Offset.DAY_17], NOW - timedelta(days=4), MORNINGS) == []


@pytest.mark.parametrize(
    ("span", "at", "into"),
    [
        ("02:30 05:00", "2026-10-24 12:00", "2026-10-25 01:30+00:00"),  # 02:30 comes twice: the second
        ("02:30 05:00", "2027-03-27 12:00", "2027-03-28 01:30+00:00"),  # 02:30 is left out: 03:30
        ("02:30 03:00", "2027-03-27 12:00", "2027-03-29 00:30+00:00"),  # all of it is left out: the next day
    ],
)
def test_S74_her_hours_may_lie_where_the_clocks_change(span: str, at: str, into: str) -> None:
    opens, closes = (time.fromisoformat(each) for each in span.split())
    rhythm = Rhythm(at_work=False, hours=Hours(opens, closes, rest_days=True))

    assert timing.into_window(paris(at), Kind.REMINDER, rhythm) == datetime.fromisoformat(into)


@given(at=INSTANTS, kind=st.sampled_from(Kind), hours=HOURS)
def test_S14_whatever_the_hour_what_comes_out_is_in_the_window_and_not_earlier(
    at: datetime, kind: Kind, hours: Hours | None
) -> None:
    rhythm = Rhythm(at_work=False, hours=hours)

    into = timing.into_window(at, kind, rhythm)

    assert into >= at
    assert timing.is_in_window(into, kind, rhythm)
    assert into - at < timedelta(days=5)


@given(
    starts_at=INSTANTS,
    lead=st.timedeltas(timedelta(0), timedelta(days=10)),
    offsets=st.sets(st.sampled_from(Offset), max_size=timing.OFFSETS_FOR_PEOPLE),
    hours=HOURS,
)
def test_S14_a_member_is_reminded_once_a_day_at_most_in_her_hours_and_before_it_begins(
    starts_at: datetime, lead: timedelta, offsets: set[Offset], hours: Hours | None
) -> None:
    rhythm = Rhythm(at_work=False, hours=hours)

    due = timing.reminders_due(starts_at, offsets, starts_at - lead, rhythm)

    assert len(due) <= len(offsets)
    assert len({to_local(at).date() for _, at in due}) == len(due)
    assert all(kind is Kind.REMINDER for kind, _ in due)
    assert all(starts_at - lead < at < starts_at and timing.is_in_window(at, kind, rhythm) for kind, at in due)


def test_late_means_never() -> None:
    starts_at, at_14 = paris("2026-11-27 18:00"), paris("2026-11-26 14:00")
    near = starts_at - timedelta(hours=1)

    assert timing.valid_until(Kind.REMINDER, at_14, starts_at) == at_14 + timedelta(hours=12)
    assert timing.valid_until(Kind.DIGEST, at_14, starts_at) == at_14 + timedelta(hours=12)
    assert timing.valid_until(Kind.REMINDER, near, starts_at) == starts_at
    assert timing.valid_until(Kind.SHIFT_TAKEN, NOW, starts_at) == NOW + timedelta(hours=24)
    assert timing.valid_until(Kind.SHIFT_TAKEN, near, starts_at) == starts_at


def _went(*days: int, about: str = "other", kind: Kind = Kind.REMINDER) -> list[Went]:
    return [Went(about, kind, NOW - timedelta(days=each)) for each in days]


@pytest.mark.parametrize(
    ("kind", "went", "until"),
    [
        (Kind.REMINDER, [], None),
        (Kind.REMINDER, _went(1, 2, 3), None),
        # two of one appointment, ever
        (Kind.REMINDER, _went(40, about="this"), None),
        (Kind.REMINDER, _went(40, 80, about="this"), FOR_GOOD),
        # one a day
        (Kind.REMINDER, _went(0), paris("2026-11-25 00:00")),
        (Kind.BOOKED, _went(0, kind=Kind.BOOKED), paris("2026-11-25 00:00")),
        # four in seven days
        (Kind.REMINDER, _went(1, 2, 3, 4), NOW + timedelta(days=3)),
        (Kind.REMINDER, _went(4, 2, 1, 3), NOW + timedelta(days=3)),
        (Kind.REMINDER, _went(1, 2, 3, 7), None),
        (Kind.REMINDER, _went(0, 1, 2, 6), NOW + timedelta(days=1)),
        # what was cancelled or moved is outside the caps, and does not count
        (Kind.SESSION_CANCELLED, _went(0, 0, 0, 0, about="this"), None),
        (Kind.SESSION_MOVED, _went(0), None),
        (Kind.REMINDER, _went(0, 0, 1, 2, 3, 4, about="this", kind=Kind.SESSION_CANCELLED), None),
        (Kind.REMINDER, _went(0, about="this", kind=Kind.SESSION_MOVED) + _went(1), None),
    ],
)
def test_S14_two_an_appointment_one_a_day_four_a_week(kind: Kind, went: list[Went], until: datetime | None) -> None:
    assert timing.capped_until(kind, "this", went, NOW) == until


def test_S14_a_day_is_the_day_in_paris() -> None:
    before_midnight = Went("other", Kind.REMINDER, paris("2026-11-24 23:59"))

    assert timing.capped_until(Kind.REMINDER, "this", [before_midnight], paris("2026-11-25 00:00")) is None
    for change, next_day in {"2026-10-25 00:05": "2026-10-26 00:00", "2027-03-28 00:05": "2027-03-29 00:00"}.items():
        went = [Went("other", Kind.REMINDER, paris(change))]
        assert timing.capped_until(Kind.REMINDER, "this", went, paris(change) + timedelta(hours=3)) == paris(next_day)


def test_each_pause_is_longer_than_the_last_and_half_an_hour_at_most() -> None:
    pauses = [timing.next_try(tries, NOW) - NOW for tries in range(1, 60)]

    assert pauses[:5] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16)]
    assert set(pauses[5:]) == {timedelta(minutes=30)}
