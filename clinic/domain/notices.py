"""Notices: what may be said, when it may be sent, until when it is worth sending, and to whom at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

import holidays

from clinic.domain.people import Role
from clinic.domain.times import local_date, to_instant, to_local

UNDO_FOR = timedelta(minutes=5)
UNDO_TONIGHT_FOR = timedelta(minutes=2)
TONIGHT = timedelta(hours=24)
LEASE = timedelta(minutes=5)  # longer than a mail server may take
WORTH_TELLING = timedelta(hours=24)
WORTH_REMINDING = timedelta(hours=12)
LONG_BEFORE = timedelta(hours=48)
DAY_BEFORE_AT = time(14)
OPENS, CLOSES, CLOSES_FOR_CHANGES = time(10), time(18), time(20)
CHOICE_LASTS = timedelta(days=90)
KEPT = timedelta(days=30)
WAITS_TOO_LONG = timedelta(hours=1)

_SUNDAY = 6
_DAY = timedelta(days=1)
_LONGEST_PAUSE = timedelta(minutes=30)


class Kind(StrEnum):
    """What happened, or is about to."""

    SHIFT_TAKEN = "shift_taken"
    SHIFT_GIVEN_BACK = "shift_given_back"
    OFFER_ASKED = "offer_asked"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_FILLED = "offer_filled"
    OFFER_WITHDRAWN = "offer_withdrawn"
    REGISTERED = "registered"
    PLACE_FALLEN_FREE = "place_fallen_free"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_RESTORED = "session_restored"
    REMINDER = "reminder"
    ASK_MADE = "ask_made"
    ASK_FILLED = "ask_filled"
    ASK_WITHDRAWN = "ask_withdrawn"
    STAND_IN_FOUND = "stand_in_found"
    DECISION_DUE = "decision_due"
    CALLS_WAITING = "calls_waiting"
    SPOT_CHANGED = "spot_changed"


class State(StrEnum):
    """What became of a notice (S75). `superseded`: it was undone, or said otherwise, before it went."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


WAITING = (State.PLANNED, State.CLAIMED)
UNDER_WAY = (*WAITING, State.SENDING)


class Channel(StrEnum):
    """How a person wishes to be told."""

    NONE = "none"
    MAIL = "mail"


class Shared(StrEnum):
    """Does anyone else use or check it? (S10)"""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Choice:
    """What a person chose, and when she chose it again on another day, if she did."""

    channel: Channel
    is_shared: Shared
    chosen_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Whereabouts:
    """When and where a session is, or was before a move."""

    starts_at: datetime
    ends_at: datetime
    place_id: str


@dataclass(frozen=True)
class Facts:
    """All that a text may be made of: there is no name, place, language or topic here to slip in."""

    kind: Kind
    language: str
    works_here: bool
    agenda_words: Mapping[str, str]
    starts_at: datetime
    was_at: datetime | None


# Said while the other still waits, both vanish: what was undone in time is never told.
OPPOSITES: Mapping[Kind, frozenset[Kind]] = {
    Kind.SHIFT_TAKEN: frozenset({Kind.SHIFT_GIVEN_BACK}),
    Kind.SHIFT_GIVEN_BACK: frozenset({Kind.SHIFT_TAKEN}),
    Kind.OFFER_ASKED: frozenset({Kind.OFFER_WITHDRAWN, Kind.OFFER_FILLED}),
    Kind.OFFER_WITHDRAWN: frozenset({Kind.OFFER_ASKED}),
    Kind.OFFER_FILLED: frozenset({Kind.OFFER_ASKED}),
    Kind.SESSION_CANCELLED: frozenset({Kind.SESSION_RESTORED}),
    Kind.SESSION_RESTORED: frozenset({Kind.SESSION_CANCELLED}),
    Kind.ASK_MADE: frozenset({Kind.ASK_WITHDRAWN, Kind.ASK_FILLED}),
    Kind.ASK_WITHDRAWN: frozenset({Kind.ASK_MADE}),
    Kind.ASK_FILLED: frozenset({Kind.ASK_MADE}),
}
_CHANGES = frozenset({Kind.SESSION_MOVED, Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED, Kind.SPOT_CHANGED})
_TONIGHT = frozenset(
    {Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED, Kind.OFFER_WITHDRAWN, Kind.CALLS_WAITING, Kind.SPOT_CHANGED}
)


def works_here(roles: frozenset[Role]) -> bool:
    """Everybody who is more than a member works here: mail is part of the work (S16). Members choose (S10)."""
    return bool(roles - {Role.MEMBER})


def undo_for(kind: Kind, starts_at: datetime, now: datetime) -> timedelta:
    """How long an act can be undone before it is told: five minutes, two when tonight does not take place."""
    is_tonight = kind in _TONIGHT and starts_at - now < TONIGHT
    return UNDO_TONIGHT_FOR if is_tonight else UNDO_FOR


def act_due(kind: Kind, starts_at: datetime, now: datetime, *, at_work: bool) -> datetime:
    """When the notice of an act may go: after the time to undo it; to members within their hours (S14)."""
    due_at = now + undo_for(kind, starts_at, now)
    return due_at if at_work else into_window(due_at, kind)


def reminders_due(starts_at: datetime, now: datetime, *, at_work: bool) -> list[datetime]:
    """When to remind, as far as still ahead: 48 hours before, and the day before at 14:00 (S16).

    To members within their hours, one a day, and never at or after the start (S14).
    """
    day_before = to_instant(local_date(starts_at) - _DAY, DAY_BEFORE_AT)
    due = [at for at in sorted((starts_at - LONG_BEFORE, day_before)) if at > now]
    if at_work:
        return due
    by_day: dict[date, datetime] = {}
    for at in (into_window(each, Kind.REMINDER) for each in due):
        by_day.setdefault(local_date(at), at)
    return [at for at in by_day.values() if at < starts_at]


def valid_until(kind: Kind, due_at: datetime, starts_at: datetime) -> datetime:
    """Late means never: the instant from which a notice is not sent any more."""
    worth = WORTH_REMINDING if kind is Kind.REMINDER else WORTH_TELLING
    return min(starts_at, due_at + worth)


def is_in_window(at: datetime, kind: Kind) -> bool:
    """May a member be written to now? 10:00 to 18:00, changes until 20:00; not on Sundays and public holidays (S14)."""
    return _is_working_day(local_date(at)) and OPENS <= to_local(at).time() < _closes(kind)


def into_window(at: datetime, kind: Kind) -> datetime:
    """The first instant, not before this one, at which a member may be written to."""
    if is_in_window(at, kind):
        return at
    day = local_date(at)
    if to_local(at).time() >= OPENS or not _is_working_day(day):
        day += _DAY
    while not _is_working_day(day):
        day += _DAY
    return to_instant(day, OPENS)


def may_write(choice: Choice | None, now: datetime, *, at_work: bool) -> bool:
    """May this person be written to? (S10) Who works here: unless she chose silence.

    A member: only if she chose mail less than 90 days ago and nobody else reads it, or she said so again another day.
    """
    if at_work:
        return choice is None or choice.channel is Channel.MAIL
    if choice is None or choice.channel is not Channel.MAIL:
        return False
    is_fresh = now - (choice.confirmed_at or choice.chosen_at) < CHOICE_LASTS
    return is_fresh and (choice.is_shared is Shared.NO or choice.confirmed_at is not None)


def choose(before: Choice | None, channel: Channel, is_shared: Shared, now: datetime) -> Choice:
    """The choice that follows. Mail that others may read stays off until it is chosen again on another day (S10)."""
    fresh = Choice(channel, is_shared, now, None)
    if before is None or not _is_same_wish(before, now) or channel is not Channel.MAIL or is_shared is Shared.NO:
        return fresh
    again_another_day = before.confirmed_at is not None or local_date(before.chosen_at) < local_date(now)
    return Choice(channel, is_shared, before.chosen_at, now if again_another_day else None)


def next_try(tries: int, now: datetime) -> datetime:
    """When to try again after this many tries: 1, 2, 4… minutes later, half an hour at most."""
    return now + min(timedelta(minutes=2 ** min(tries - 1, 10)), _LONGEST_PAUSE)


def _is_same_wish(before: Choice, now: datetime) -> bool:
    if before.channel is not Channel.MAIL or before.is_shared is Shared.NO:
        return False
    return now - (before.confirmed_at or before.chosen_at) < CHOICE_LASTS


def _closes(kind: Kind) -> time:
    return CLOSES_FOR_CHANGES if kind in _CHANGES else CLOSES


def _is_working_day(day: date) -> bool:
    return day.weekday() != _SUNDAY and day not in _public_holidays()


@cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("FR")
