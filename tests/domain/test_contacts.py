"""Who may be written to, and which choices may be kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import contacts
from clinic.domain.answers import Refused
from clinic.domain.contacts import WRITTEN, Channel, Choice, Hours, Reach, Shared, Suspension

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # Tuesday, 10:00 in Paris
EMAIL, NUMBER = "elle@exemple.org", "+33612345678"
MAIL = Choice(Channel.MAIL, Shared.NO, email=EMAIL)
SMS = Choice(Channel.SMS, Shared.NO, number=NUMBER)
READ_BY_OTHERS = replace(MAIL, is_shared=Shared.YES)
SILENCE = Choice(Channel.NONE, email=EMAIL, number=NUMBER)
TIMES = st.times().map(lambda each: each.replace(microsecond=0))
CHOICES = st.builds(
    Choice,
    channel=st.sampled_from(Channel),
    is_shared=st.sampled_from(Shared),
    number=st.none() | st.just(NUMBER),
    email=st.none() | st.just(EMAIL),
    hours=st.none() | st.builds(Hours, TIMES, TIMES, st.booleans()),
    is_minor=st.booleans(),
    coordinator_agrees=st.booleans(),
)


@pytest.mark.parametrize("choice", [MAIL, SMS])
def test_S10_nobody_but_who_works_here_is_written_to_without_a_choice(choice: Choice) -> None:
    assert not contacts.may_write(None, NOW, at_work=False)
    assert contacts.may_write(Reach(choice, NOW), NOW, at_work=False)


@pytest.mark.parametrize("at_work", [False, True])
@pytest.mark.parametrize(
    "choice",
    [
        SILENCE,
        replace(SILENCE, channel=Channel.CALL),
        replace(MAIL, email=None),
        replace(MAIL, channel=Channel.SMS),
    ],
)
def test_S10_nothing_is_written_without_an_address_of_the_chosen_channel(choice: Choice, *, at_work: bool) -> None:
    assert not contacts.may_write(Reach(choice, NOW), NOW, at_work=at_work)


def test_S15_an_address_of_another_channel_is_never_used() -> None:
    both = replace(MAIL, number=NUMBER)

    assert [replace(both, channel=each).address for each in Channel] == [None, EMAIL, NUMBER, None]


@pytest.mark.parametrize(("days", "may"), [(89, True), (90, False)])
def test_S10_a_choice_lasts_90_days(days: int, *, may: bool) -> None:
    assert contacts.may_write(Reach(MAIL, NOW), NOW + days * DAY, at_work=False) is may


def test_S10_a_choice_that_was_confirmed_lasts_90_days_from_then() -> None:
    confirmed = Reach(READ_BY_OTHERS, NOW, NOW + 10 * DAY)

    assert contacts.may_write(confirmed, NOW + 99 * DAY, at_work=False)
    assert not contacts.may_write(confirmed, NOW + 100 * DAY, at_work=False)


@pytest.mark.parametrize("shared", [Shared.YES, Shared.UNKNOWN])
@pytest.mark.parametrize("choice", [MAIL, SMS])
def test_S10_what_others_may_read_stays_off_until_it_is_chosen_again_another_day(
    choice: Choice, shared: Shared
) -> None:
    choice = replace(choice, is_shared=shared)
    first = contacts.choose(None, choice, NOW)
    same_day = contacts.choose(first, choice, NOW + timedelta(hours=3))
    next_day = contacts.choose(same_day, choice, NOW + DAY)

    assert not contacts.may_write(first, NOW, at_work=False)
    assert not contacts.may_write(same_day, NOW + timedelta(hours=3), at_work=False)
    assert contacts.may_write(next_day, NOW + DAY, at_work=False)


def test_S10_another_day_is_another_day_in_paris() -> None:
    before_midnight = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)
    first = contacts.choose(None, READ_BY_OTHERS, before_midnight)

    again = contacts.choose(first, READ_BY_OTHERS, before_midnight + timedelta(minutes=2))

    assert contacts.may_write(again, before_midnight + timedelta(minutes=2), at_work=False)


@pytest.mark.parametrize(
    "other",
    [
        replace(READ_BY_OTHERS, email="autre@exemple.org"),
        replace(READ_BY_OTHERS, channel=Channel.SMS, number=NUMBER),
    ],
)
def test_S15_another_address_or_channel_is_a_first_choice_again(other: Choice) -> None:
    confirmed = contacts.choose(contacts.choose(None, READ_BY_OTHERS, NOW), READ_BY_OTHERS, NOW + DAY)

    changed = contacts.choose(confirmed, other, NOW + 2 * DAY)

    assert changed == Reach(other, NOW + 2 * DAY)
    assert not contacts.may_write(changed, NOW + 2 * DAY, at_work=False)


def test_S10_an_address_read_by_nobody_else_that_is_shared_now_is_a_first_choice_again() -> None:
    alone = contacts.choose(None, MAIL, NOW)

    shared = contacts.choose(alone, READ_BY_OTHERS, NOW + DAY)

    assert not contacts.may_write(shared, NOW + DAY, at_work=False)


def test_S10_a_first_choice_that_ran_out_does_not_count_as_the_first_of_two() -> None:
    first = contacts.choose(None, READ_BY_OTHERS, NOW)

    again = contacts.choose(first, READ_BY_OTHERS, NOW + 100 * DAY)

    assert not contacts.may_write(again, NOW + 100 * DAY, at_work=False)


def test_S15_silence_takes_effect_at_once_and_forgets_the_earlier_confirmation() -> None:
    confirmed = Reach(READ_BY_OTHERS, NOW, NOW + DAY)

    silent = contacts.choose(confirmed, replace(READ_BY_OTHERS, channel=Channel.NONE), NOW + 2 * DAY)
    mail_again = contacts.choose(silent, READ_BY_OTHERS, NOW + 2 * DAY)

    assert not contacts.may_write(silent, NOW + 2 * DAY, at_work=False)
    assert not contacts.may_write(mail_again, NOW + 2 * DAY, at_work=False)


@pytest.mark.parametrize("at_work", [False, True])
@pytest.mark.parametrize("why", Suspension)
def test_S15_what_is_suspended_is_silent_whatever_was_chosen(why: Suspension, *, at_work: bool) -> None:
    assert not contacts.may_write(Reach(MAIL, NOW, suspended=why), NOW, at_work=at_work)


def test_S15_a_new_choice_ends_a_suspension_and_starts_anew() -> None:
    stopped = Reach(READ_BY_OTHERS, NOW, NOW + DAY, Suspension.STOP)

    alone = contacts.choose(stopped, MAIL, NOW + 2 * DAY)
    shared = contacts.choose(stopped, READ_BY_OTHERS, NOW + 2 * DAY)

    assert contacts.may_write(alone, NOW + 2 * DAY, at_work=False)
    assert not contacts.may_write(shared, NOW + 2 * DAY, at_work=False)


@given(before=st.none() | st.builds(Reach, CHOICES, st.just(NOW)), choice=CHOICES, days=st.integers(0, 200))
def test_S10_whatever_came_before_what_others_may_read_is_written_only_the_second_time(
    before: Reach | None, choice: Choice, days: int
) -> None:
    now = NOW + days * DAY

    reach = contacts.choose(before, choice, now)

    assert reach.choice == choice
    assert reach.suspended is None
    if contacts.may_write(reach, now, at_work=False) and choice.is_shared is not Shared.NO:
        assert before
        assert before.choice.address == choice.address
        assert days


def test_S16_who_works_here_is_written_to_once_an_address_is_known_unless_she_chose_silence() -> None:
    assert not contacts.may_write(None, NOW, at_work=True)
    assert not contacts.may_write(Reach(SILENCE, NOW), NOW, at_work=True)
    assert contacts.may_write(Reach(READ_BY_OTHERS, NOW), NOW + 1000 * DAY, at_work=True)


@pytest.mark.parametrize("channel", WRITTEN)
def test_S10_a_minor_is_written_to_only_with_a_coordinators_word(channel: Channel) -> None:
    minor = replace(MAIL, channel=channel, number=NUMBER, is_minor=True)

    assert not contacts.may_write(Reach(minor, NOW), NOW, at_work=False)
    assert contacts.may_write(Reach(replace(minor, coordinator_agrees=True), NOW), NOW, at_work=False)
    with pytest.raises(Refused, match="minor_ask_coordinator"):
        contacts.check(minor, by_coordinator=False)
    assert contacts.check(minor, by_coordinator=True) == minor


@pytest.mark.parametrize("channel", [Channel.NONE, Channel.CALL])
def test_S10_a_minor_who_is_not_written_to_needs_nobodys_word(channel: Channel) -> None:
    minor = Choice(channel, is_minor=True)

    assert contacts.check(minor, by_coordinator=False) == minor


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (Choice(Channel.SMS), "number_needed"),
        (Choice(Channel.SMS, email=EMAIL), "number_needed"),
        (Choice(Channel.SMS, number="01 42 68 53 00"), "number_takes_no_sms"),
        (Choice(Channel.SMS, number="0899 12 34 56"), "number_takes_no_sms"),
        (Choice(Channel.MAIL), "address_needed"),
        (Choice(Channel.MAIL, number=NUMBER), "address_needed"),
        (Choice(Channel.NONE, number="06 12"), "number_unusable"),
        (Choice(Channel.NONE, email="elle@"), "address_unusable"),
        (replace(MAIL, hours=Hours(time(12), time(12))), "hours_reversed"),
        (replace(MAIL, hours=Hours(time(18), time(8))), "hours_reversed"),
    ],
)
def test_a_choice_that_cannot_be_kept_is_refused_by_name(choice: Choice, code: str) -> None:
    with pytest.raises(Refused, match=rf"^{code}$"):
        contacts.check(choice, by_coordinator=True)


@pytest.mark.parametrize("number", ["06 39 98 12 34", "+12025550123", "+2348012345678"])
def test_what_may_be_a_mobile_telephone_takes_sms(number: str) -> None:
    assert contacts.check(Choice(Channel.SMS, number=number), by_coordinator=False).number


def test_a_fixed_line_may_be_called() -> None:
    assert contacts.check(Choice(Channel.CALL, number="01 42 68 53 00"), by_coordinator=False).number == "+33142685300"


def test_a_choice_is_kept_with_its_number_as_the_standard_has_it() -> None:
    assert contacts.check(replace(SMS, number="06 12 34 56 78"), by_coordinator=False) == SMS


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12 34 56 78", NUMBER),
        ("06.12.34.56.78", NUMBER),
        ("0033612345678", NUMBER),
        ("+33 6 12 34 56 78", NUMBER),
        (" +33612345678 ", NUMBER),
        ("+44 7911 123456", "+447911123456"),
    ],
)
def test_a_number_is_french_unless_it_says_otherwise(typed: str, kept: str) -> None:
    assert contacts.e164(typed) == kept


@pytest.mark.parametrize("typed", ["", "elle", "112", "06 12 34 56", "+33 6 12 34 56 78 9", "+999 12 34 56 78"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match=r"^number_unusable$"):
        contacts.e164(typed)


@pytest.mark.parametrize("typed", [EMAIL, "a+b@exemple.org", "O'Neil@sous.exemple.org"])
def test_a_mail_address_is_kept_as_it_was_typed(typed: str) -> None:
    assert contacts.mailbox(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "elle",
        "elle@",
        "elle@exemple",
        "é@exemple.org",
        "elle@exemplé.org",
        "a b@exemple.org",
        "elle@exemple.org\n",
        "elle@exemple.org,autre@exemple.org",
        "Elle <elle@exemple.org>",
        "elle@exemple.org\r\nBcc: a@b.org",
    ],
)
def test_what_would_break_a_header_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match=r"^address_unusable$"):
        contacts.mailbox(typed)


@given(choice=CHOICES)
def test_a_choice_comes_back_from_its_document(choice: Choice) -> None:
    document = json.loads(json.dumps(contacts.as_document(choice)))

    assert contacts.from_document(document) == choice
