"""Rules give the dates a person would count on a calendar, and survive being written down."""

from __future__ import annotations

import calendar
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.domain.recurrence import (
    MOST_DATES,
    ClosedPeriod,
    PlannedDate,
    Rhythm,
    Rule,
    SchoolHoliday,
    apply_changes,
    dates,
    plan,
    public_holiday,
)
from clinic.domain.times import to_instant

FRIDAY = date(2026, 11, 27)
DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def second_tuesday(first_on: date, until_on: date | None = None) -> Rule:
    return Rule(Rhythm.MONTHLY, first_on, until_on, weekday=1, nth=2)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    rhythm, first_on = draw(st.sampled_from(Rhythm)), draw(DAYS)
    until_on = draw(st.none() | st.dates(first_on, date(2200, 1, 1))) if rhythm is not Rhythm.ONCE else None
    if rhythm is not Rhythm.MONTHLY:
        return Rule(rhythm, first_on, until_on)
    weekday, nth = draw(st.integers(0, 6)), draw(st.sampled_from([1, 2, 3, 4, -1]))
    return Rule(rhythm, first_on, until_on, weekday=weekday, nth=nth)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(Rhythm.ONCE, FRIDAY), "FREQ=DAILY;COUNT=1"),
        (Rule(Rhythm.WEEKLY, FRIDAY), "FREQ=WEEKLY;BYDAY=FR"),
        (Rule(Rhythm.FORTNIGHTLY, FRIDAY), "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        (Rule(Rhythm.FORTNIGHTLY, FRIDAY, FRIDAY), "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;UNTIL=20261127"),
        (second_tuesday(FRIDAY), "FREQ=MONTHLY;BYDAY=2TU"),
        (second_tuesday(FRIDAY, date(2027, 6, 8)), "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270608"),
        (Rule(Rhythm.MONTHLY, FRIDAY, weekday=6, nth=-1), "FREQ=MONTHLY;BYDAY=-1SU"),
    ],
)
def test_a_rule_is_written_as_rfc_5545_says(rule: Rule, text: str) -> None:
    assert rule.rrule_text == text
    assert Rule.parse(text, first_on=rule.first_on) == rule


@given(rules())
def test_a_written_rule_reads_back_as_itself(rule: Rule) -> None:
    assert Rule.parse(rule.rrule_text, first_on=rule.first_on) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=2",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=TH",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=FR",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=FR",
        "FREQ=WEEKLY;BYDAY=FR,SA",
        "FREQ=WEEKLY;BYDAY=FR\n",
        "freq=weekly;byday=fr",
        "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261301",
        "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261126",
        "FREQ=MONTHLY;BYDAY=5TU",
        "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270101T000000Z",
        "FREQ=MONTHLY;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=-2TU",
        "FREQ=YEARLY",
        "RRULE:FREQ=DAILY;COUNT=1",
        "FREQ=DAILY;COUNT=1;UNTIL=20270101",
    ],
)
def test_every_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Rule.parse(text, first_on=FRIDAY)


@pytest.mark.parametrize(
    ("rhythm", "parts"),
    [
        (Rhythm.MONTHLY, {}),
        (Rhythm.MONTHLY, {"weekday": 1}),
        (Rhythm.MONTHLY, {"nth": 2}),
        (Rhythm.MONTHLY, {"weekday": 7, "nth": 2}),
        (Rhythm.MONTHLY, {"weekday": 1, "nth": 5}),
        (Rhythm.MONTHLY, {"weekday": 1, "nth": 0}),
        (Rhythm.WEEKLY, {"weekday": 4}),
        (Rhythm.FORTNIGHTLY, {"nth": 1}),
        (Rhythm.ONCE, {"until_on": FRIDAY}),
        (Rhythm.WEEKLY, {"until_on": FRIDAY - DAY}),
    ],
)
def test_parts_that_do_not_go_together_make_no_rule(rhythm: Rhythm, parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"^rule_"):
        Rule(rhythm, FRIDAY, **parts)  # type: ignore[arg-type]


def test_S74_a_weekly_thursday_keeps_its_wall_time_over_both_changes() -> None:
    rule = Rule(Rhythm.WEEKLY, date(2026, 10, 22))

    hours = {on: to_instant(on, time(18)).hour for on in dates(rule, before=date(2027, 4, 2))}

    assert [hours[on] for on in (date(2026, 10, 22), date(2026, 10, 29))] == [16, 17]
    assert [hours[on] for on in (date(2027, 3, 25), date(2027, 4, 1))] == [17, 16]


def test_once_is_one_date() -> None:
    rule = Rule(Rhythm.ONCE, FRIDAY)

    assert dates(rule, before=date(2100, 1, 1)) == [FRIDAY]
    assert dates(rule, after=FRIDAY, before=date(2100, 1, 1)) == []


def test_every_other_friday_goes_on_through_a_year_of_53_weeks() -> None:
    rule = Rule(Rhythm.FORTNIGHTLY, date(2026, 12, 4))

    found = dates(rule, before=date(2027, 2, 1))

    assert found == [date(2026, 12, 4), date(2026, 12, 18), date(2027, 1, 1), date(2027, 1, 15), date(2027, 1, 29)]
    assert [on.isocalendar().week for on in found] == [49, 51, 53, 2, 4]


def test_second_tuesdays_of_ten_years_are_those_on_the_wall_calendar() -> None:
    found = dates(second_tuesday(date(2026, 1, 1)), before=date(2036, 1, 1))

    assert found == [
        date(year, month, day)
        for year in range(2026, 2036)
        for month in range(1, 13)
        for day in range(8, 15)
        if calendar.weekday(year, month, day) == calendar.TUESDAY
    ]


def test_a_monthly_rule_may_begin_on_any_day() -> None:
    on_the_day = dates(second_tuesday(date(2026, 12, 8)), before=date(2027, 1, 13))
    a_day_late = dates(second_tuesday(date(2026, 12, 9)), before=date(2027, 1, 13))

    assert on_the_day == [date(2026, 12, 8), date(2027, 1, 12)]
    assert a_day_late == [date(2027, 1, 12)]


def test_both_bounds_are_left_out_and_until_is_kept() -> None:
    rule = Rule(Rhythm.WEEKLY, FRIDAY, FRIDAY + 21 * DAY)

    assert dates(rule, after=FRIDAY, before=FRIDAY + 14 * DAY) == [FRIDAY + 7 * DAY]
    assert dates(rule, before=date(2030, 1, 1))[-1] == FRIDAY + 21 * DAY


def test_the_dates_after_the_thousandth_are_asked_for_with_it() -> None:
    rule = Rule(Rhythm.WEEKLY, FRIDAY)
    before = FRIDAY + 7 * DAY * (MOST_DATES + 5)

    first = dates(rule, before=before)
    rest = dates(rule, after=first[-1], before=before)

    assert (len(first), len(rest)) == (MOST_DATES, 5)
    assert rest[0] == first[-1] + 7 * DAY


@settings(max_examples=50)
@given(rules(), st.integers(0, 1_000), st.integers(0, 1_000))
def test_dates_ascend_within_their_bounds_and_pieces_make_the_whole(rule: Rule, cut: int, length: int) -> None:
    middle, before = rule.first_on + cut * DAY, rule.first_on + (cut + length + 1) * DAY

    whole = dates(rule, before=before)

    assert whole == sorted(set(whole))
    assert all(rule.first_on <= on < before and on <= (rule.until_on or on) for on in whole)
    assert dates(rule, before=middle + DAY) + dates(rule, after=middle, before=before) == whole


@pytest.mark.parametrize(
    ("on", "french", "english"),
    [
        (date(2027, 1, 1), "Jour de l’an", "New Year’s Day"),
        (date(2027, 3, 29), "Lundi de Pâques", "Easter Monday"),
        (date(2026, 12, 25), "Noël", "Christmas Day"),
        (date(2026, 12, 26), None, None),
    ],
)
def test_a_public_holiday_has_its_name_in_both_languages(on: date, french: str | None, english: str | None) -> None:
    assert public_holiday(on, "fr") == french
    assert public_holiday(on, "en") == english


def test_a_plan_marks_holidays_and_closures_and_drops_nothing() -> None:
    rule = Rule(Rhythm.WEEKLY, date(2026, 12, 11))
    closures = [ClosedPeriod(date(2026, 12, 18), date(2026, 12, 25), "Winter"), ClosedPeriod(FRIDAY, FRIDAY, "Shut")]

    planned = plan(rule, closures, before=date(2027, 1, 9))

    assert planned == [
        PlannedDate(date(2026, 12, 11), holiday=False, closed_by=None, school_holiday=None),
        PlannedDate(date(2026, 12, 18), holiday=False, closed_by="Winter", school_holiday=None),
        PlannedDate(date(2026, 12, 25), holiday=True, closed_by="Winter", school_holiday=SchoolHoliday.CHRISTMAS),
        PlannedDate(date(2027, 1, 1), holiday=True, closed_by=None, school_holiday=SchoolHoliday.CHRISTMAS),
        PlannedDate(date(2027, 1, 8), holiday=False, closed_by=None, school_holiday=None),
    ]
    assert [date_.is_marked for date_ in planned] == [False, True, True, True, False]


def test_a_closure_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="closure_ends_before_it_begins"):
        ClosedPeriod(FRIDAY, FRIDAY - DAY, "August")


def test_the_programme_of_2022_is_second_tuesdays_moved_and_skipped() -> None:
    rule = second_tuesday(date(2022, 3, 1), date(2022, 10, 31))
    moved = {
        date(2022, 3, 8): date(2022, 3, 18),
        date(2022, 4, 12): date(2022, 4, 15),
        date(2022, 5, 10): date(2022, 5, 24),
    }
    skipped = [date(2022, 6, 14), date(2022, 7, 12), date(2022, 8, 9)]

    held = apply_changes(dates(rule, before=date(2023, 1, 1)), moved=moved, skipped=skipped)

    assert held == [
        date(2022, 3, 18),
        date(2022, 4, 15),
        date(2022, 5, 24),
        date(2022, 9, 13),
        date(2022, 10, 11),
    ]


def test_moved_dates_are_sorted_and_none_is_lost_on_another() -> None:
    planned = [FRIDAY, FRIDAY + 7 * DAY, FRIDAY + 14 * DAY]

    held = apply_changes(planned, moved={FRIDAY: FRIDAY + 14 * DAY}, skipped=[])

    assert held == [FRIDAY + 7 * DAY, FRIDAY + 14 * DAY, FRIDAY + 14 * DAY]


@pytest.mark.parametrize(
    ("moved", "skipped"),
    [({FRIDAY + DAY: FRIDAY}, []), ({}, [FRIDAY + DAY]), ({FRIDAY: FRIDAY + DAY}, [FRIDAY])],
)
def test_a_change_that_fits_no_planned_date_is_refused(moved: dict[date, date], skipped: list[date]) -> None:
    with pytest.raises(ValueError, match=r"^(change_of_unplanned_date|date_moved_and_skipped)$"):
        apply_changes([FRIDAY], moved=moved, skipped=skipped)
