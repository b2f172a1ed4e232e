"""Wall time becomes instants and back, over both changes of the clocks; weeks, months and slots are counted."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.times import (
    QUANTUM,
    AmbiguousTime,
    Month,
    NonexistentTime,
    Week,
    is_quarter,
    local_date,
    quanta,
    slot_starts,
    span,
    span_of_rule,
    to_instant,
    to_local,
)

SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)
YEARS = {"min_value": date(2000, 1, 3), "max_value": date(2100, 12, 31)}
INSTANTS = st.builds(datetime.combine, st.dates(**YEARS), st.times(), st.just(UTC))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 10, 22), utc(2026, 10, 22, 16)),
        (date(2026, 10, 29), utc(2026, 10, 29, 17)),
        (date(2027, 3, 25), utc(2027, 3, 25, 17)),
        (date(2027, 4, 1), utc(2027, 4, 1, 16)),
    ],
)
def test_S74_a_weekly_eighteen_hundred_stays_eighteen_hundred(on: date, expected: datetime) -> None:
    instant = to_instant(on, time(18))

    assert instant == expected
    assert instant.tzinfo is UTC
    assert to_local(instant).time() == time(18)


def test_S74_a_time_that_does_not_exist_is_refused_with_a_suggestion() -> None:
    with pytest.raises(NonexistentTime) as refused:
        to_instant(date(2027, 3, 28), time(2, 30))

    assert refused.value.suggestion == datetime.combine(date(2027, 3, 28), time(3, 30))
    assert refused.value.suggestion.fold == 0


@pytest.mark.parametrize("fold", [0, 1])
def test_a_fold_does_not_make_a_nonexistent_time_exist(fold: int) -> None:
    with pytest.raises(NonexistentTime):
        to_instant(SPRING, time(2, 45), fold=fold)


def test_S74_a_time_that_comes_twice_is_asked_about() -> None:
    with pytest.raises(AmbiguousTime) as asked:
        to_instant(AUTUMN, time(2, 30))

    assert (asked.value.first, asked.value.second) == (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30))
    assert to_instant(AUTUMN, time(2, 30), fold=0) == asked.value.first
    assert to_instant(AUTUMN, time(2, 30), fold=1) == asked.value.second


def test_the_fold_inside_a_time_decides_nothing() -> None:
    with pytest.raises(AmbiguousTime):
        to_instant(AUTUMN, time(2, 30, fold=1))

    assert to_instant(AUTUMN, time(12, fold=1)) == utc(2026, 10, 25, 11)


@pytest.mark.parametrize(
    ("on", "at"),
    [(SPRING, time(1, 59)), (SPRING, time(3)), (AUTUMN, time(1, 59)), (AUTUMN, time(3))],
)
def test_the_edges_of_a_change_are_plain_times(on: date, at: time) -> None:
    instant = to_instant(on, at)

    assert to_local(instant).replace(tzinfo=None) == datetime.combine(on, at)


@given(INSTANTS)
def test_every_instant_has_a_wall_time_that_leads_back(instant: datetime) -> None:
    local = to_local(instant)

    assert to_instant(local.date(), local.time(), fold=local.fold) == instant


def test_the_local_date_of_an_evening_in_utc_is_the_next_day() -> None:
    assert local_date(utc(2026, 7, 14, 22, 30)) == date(2026, 7, 15)


@pytest.mark.parametrize(("saturday", "hours"), [(date(2026, 3, 28), 5), (date(2026, 10, 24), 7)])
def test_S74_a_saturday_night_over_the_change_has_its_elapsed_hours(saturday: date, hours: int) -> None:
    starts_at, ends_at = span(saturday, time(22), time(4))

    assert ends_at - starts_at == timedelta(hours=hours)
    assert span_of_rule(saturday, time(22), time(4)) == (starts_at, ends_at)
    assert len(quanta(starts_at, ends_at)) == hours * 4
    assert len(slot_starts(starts_at, ends_at, 30)) == hours * 2


def test_an_end_that_equals_the_start_is_a_day_later() -> None:
    starts_at, ends_at = span(date(2026, 6, 5), time(9), time(9))

    assert ends_at - starts_at == timedelta(days=1)


def test_a_fold_applies_to_whichever_bound_is_ambiguous() -> None:
    before = span(date(2026, 10, 24), time(22), time(2, 30), fold=1)
    after = span(AUTUMN, time(2, 30), time(6), fold=1)

    assert before == (utc(2026, 10, 24, 20), utc(2026, 10, 25, 1, 30))
    assert after == (utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 5))


def test_an_ambiguous_or_nonexistent_bound_of_a_span_raises() -> None:
    with pytest.raises(AmbiguousTime):
        span(date(2026, 10, 24), time(22), time(2, 30))
    with pytest.raises(NonexistentTime):
        span(date(2026, 3, 28), time(22), time(2, 30))


def test_a_rule_takes_the_time_after_the_gap_and_the_first_of_two() -> None:
    over_the_gap = span_of_rule(date(2026, 3, 28), time(22), time(2, 30))
    twice = span_of_rule(date(2026, 10, 24), time(22), time(2, 30))

    assert to_local(over_the_gap[1]).time() == time(3, 30)
    assert twice[1] == utc(2026, 10, 25, 0, 30)


def test_a_session_inside_the_gap_keeps_its_length() -> None:
    starts_at, ends_at = span_of_rule(SPRING, time(2, 30), time(3))

    assert to_local(starts_at).time() == time(3, 30)
    assert ends_at - starts_at == timedelta(minutes=30)


@given(st.sampled_from([SPRING, AUTUMN, date(2026, 3, 28), date(2026, 10, 24)]), st.times(), st.times())
def test_a_span_of_a_rule_never_raises_and_never_runs_backwards(on: date, starts: time, ends: time) -> None:
    starts_at, ends_at = span_of_rule(on, starts, ends)

    assert starts_at < ends_at <= starts_at + timedelta(hours=25)


def test_quanta_are_whole_quarters_since_the_epoch() -> None:
    start = utc(1970, 1, 2)

    assert quanta(start, start + timedelta(hours=1)) == range(96, 100)
    assert quanta(start + timedelta(minutes=5), start + timedelta(minutes=16)) == range(96, 98)
    assert quanta(start - timedelta(minutes=1), start) == range(95, 96)


@pytest.mark.parametrize("length", [timedelta(0), -QUANTUM])
def test_an_interval_that_holds_nothing_has_no_quanta(length: timedelta) -> None:
    with pytest.raises(ValueError, match="empty_interval"):
        quanta(utc(2026, 1, 1), utc(2026, 1, 1) + length)


@given(INSTANTS, st.timedeltas(timedelta(microseconds=1), timedelta(hours=12)))
def test_quanta_cover_the_interval_and_no_quantum_more(starts_at: datetime, length: timedelta) -> None:
    covered = quanta(starts_at, starts_at + length)

    begins, ends = (utc(1970, 1, 1) + number * QUANTUM for number in (covered.start, covered.stop))
    assert begins <= starts_at < begins + QUANTUM
    assert ends - QUANTUM < starts_at + length <= ends


@pytest.mark.parametrize(
    ("at", "expected"),
    [(time(9, 30), True), (time(0), True), (time(9, 31), False), (time(9, 30, 1), False), (time(9, 0, 0, 1), False)],
)
def test_a_quarter_is_a_whole_quarter(at: time, *, expected: bool) -> None:
    assert is_quarter(at) is expected


def test_only_whole_slots_are_offered() -> None:
    starts_at, ends_at = span(date(2026, 6, 5), time(9, 30), time(12, 45))

    slots = slot_starts(starts_at, ends_at, 30)

    assert [slot - starts_at for slot in slots] == [timedelta(minutes=30) * number for number in range(6)]
    assert slot_starts(ends_at, starts_at, 30) == []
    with pytest.raises(ValueError, match="slot_not_positive"):
        slot_starts(starts_at, ends_at, 0)


def test_a_week_knows_its_name_its_days_and_its_neighbours() -> None:
    week = Week.parse("2026-W53")

    assert week == Week.of(date(2027, 1, 3)) == Week(date(2026, 12, 28))
    assert str(week) == "2026-W53"
    assert (week.days[0], week.days[6], len(week.days)) == (date(2026, 12, 28), date(2027, 1, 3), 7)
    assert (str(week.previous), str(week.next)) == ("2026-W52", "2027-W01")


@pytest.mark.parametrize(("text", "hours"), [("2026-W13", 167), ("2026-W43", 169), ("2026-W48", 168)])
def test_a_week_lasts_from_local_midnight_to_local_midnight(text: str, hours: int) -> None:
    week = Week.parse(text)

    assert week.ends_at - week.starts_at == timedelta(hours=hours)
    assert to_local(week.starts_at).time() == time(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-W54",
        "2026-W00",
        "2025-W53",
        "2026W48",
        "2026-w48",
        "2026-W4",
        "2026-W048",
        "2026-W48\n",
        " 2026-W48",
        "1999-W52",
        "2101-W01",
        "0000-W01",
        "9999-W52",
        "٢٠٢٦-W48",
        "2026-11-23",
        "2026-W48-1",
    ],
)
def test_anything_else_is_no_week(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.parse(text)


def test_weeks_have_limits_that_their_neighbours_may_cross() -> None:
    last = Week.parse("2100-W52")

    assert str(last.next) == "2101-W01"
    assert last.ends_at == last.next.starts_at
    with pytest.raises(ValueError, match="year_out_of_range"):
        Week.of(last.next.monday)
    with pytest.raises(ValueError, match="not_a_monday"):
        Week(date(2026, 11, 24))


@given(st.dates(**YEARS))
def test_a_date_lies_in_its_week_and_the_name_leads_back(on: date) -> None:
    week = Week.of(on)

    assert on in week.days
    assert Week.parse(str(week)) == week
    assert week.next.previous == week


def test_a_month_knows_its_name_its_days_and_its_neighbours() -> None:
    month = Month.parse("2026-12")

    assert month == Month.of(date(2026, 12, 31)) == Month(date(2026, 12, 1))
    assert str(month) == "2026-12"
    assert (month.days[0], month.days[-1], len(month.days)) == (date(2026, 12, 1), date(2026, 12, 31), 31)
    assert (str(month.previous), str(month.next)) == ("2026-11", "2027-01")


@pytest.mark.parametrize(
    ("text", "first_week", "count"),
    [("2026-12", "2026-W49", 5), ("2027-02", "2027-W05", 4), ("2026-08", "2026-W31", 6)],
)
def test_a_month_lies_in_four_to_six_weeks_that_begin_on_monday(text: str, first_week: str, count: int) -> None:
    weeks = Month.parse(text).weeks

    assert (str(weeks[0]), len(weeks)) == (first_week, count)
    assert all(one.next == other for one, other in itertools.pairwise(weeks))


@pytest.mark.parametrize(("text", "hours"), [("2026-03", 743), ("2026-10", 745), ("2026-12", 744), ("2028-02", 696)])
def test_S74_a_month_lasts_from_local_midnight_to_local_midnight(text: str, hours: int) -> None:
    month = Month.parse(text)

    assert month.ends_at - month.starts_at == timedelta(hours=hours)
    assert to_local(month.starts_at).time() == time(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-00",
        "2026-13",
        "202612",
        "2026-1",
        "2026-012",
        "2026-12\n",
        " 2026-12",
        "1999-12",
        "2101-01",
        "٢٠٢٦-12",
    ],
)
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Month.parse(text)


def test_months_have_limits_that_their_neighbours_may_cross() -> None:
    last = Month.parse("2100-12")

    assert str(last.next) == "2101-01"
    assert last.ends_at == last.next.starts_at
    with pytest.raises(ValueError, match="year_out_of_range"):
        Month.of(last.next.first)
    with pytest.raises(ValueError, match="not_a_first"):
        Month(date(2026, 12, 2))


@given(st.dates(**YEARS))
def test_a_date_lies_in_its_month_and_the_name_leads_back(on: date) -> None:
    month = Month.of(on)

    assert on in month.days
    assert Month.parse(str(month)) == month
    assert month.next.previous == month
    assert Week(on - timedelta(days=on.weekday())) in month.weeks
