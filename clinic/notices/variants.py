"""The sentences of all notices, to be read by people before they are sent: docs/words.md shows them side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from clinic.domain.contacts import Wording
from clinic.domain.notices import Kind
from clinic.domain.times import local_date

GetText = Callable[[str], str]
Sentences = Mapping[Kind, str]


class Move(StrEnum):
    """What a move changes for the reader: the day, the hour alone, or neither of them."""

    DAY = "day"
    HOUR = "hour"
    NEITHER = "neither"

    @classmethod
    def between(cls, was_at: datetime | None, starts_at: datetime) -> Move:
        """What changed from one instant to the other; without the first, neither."""
        if was_at is None or was_at == starts_at:
            return cls.NEITHER
        return cls.HOUR if local_date(was_at) == local_date(starts_at) else cls.DAY


def at_work(gettext: GetText) -> Sentences:
    """For those who work here: what the service is called, the day, the hour; the screen knows the rest (S16)."""
    noted = gettext("Noted in your agenda: %(word)s, %(day)s, %(time)s. Details in the application.")
    changed = gettext("Agenda change: %(word)s, now %(day)s, %(time)s. Details in the application.")
    proposed = gettext("Agenda proposal: %(word)s, %(day)s, %(time)s. Answer in the application.")
    filled = gettext("Agenda proposal filled: %(word)s, %(day)s, %(time)s. Nothing to do, thank you.")
    withdrawn = gettext("Agenda proposal withdrawn: %(word)s, %(day)s, %(time)s.")
    return {
        Kind.SHIFT_TAKEN: noted,
        Kind.SHIFT_GIVEN_BACK: gettext("No longer in your agenda: %(word)s, %(day)s, %(time)s."),
        Kind.OFFER_ASKED: proposed,
        Kind.OFFER_ACCEPTED: gettext("Agenda answer: yes for %(word)s, %(day)s, %(time)s."),
        Kind.OFFER_DECLINED: gettext("Agenda answer: no for %(word)s, %(day)s, %(time)s. Details in the application."),
        Kind.OFFER_FILLED: filled,
        Kind.OFFER_WITHDRAWN: withdrawn,
        Kind.BOOKED: noted,
        Kind.REGISTERED: noted,
        Kind.PLACE_FALLEN_FREE: noted,
        Kind.SESSION_MOVED: changed,
        Kind.SESSION_CANCELLED: gettext("Agenda change: %(word)s, %(day)s, %(time)s, does not take place."),
        Kind.SESSION_RESTORED: gettext("Agenda change: %(word)s, %(day)s, %(time)s, takes place after all."),
        Kind.REMINDER: gettext("Agenda reminder: %(word)s, %(day)s, %(time)s. Details in the application."),
        Kind.ASK_MADE: proposed,
        Kind.ASK_FILLED: filled,
        Kind.ASK_WITHDRAWN: withdrawn,
        Kind.STAND_IN_FOUND: gettext("Somebody takes over: %(word)s, %(day)s, %(time)s. You are free, thank you."),
        Kind.DECISION_DUE: gettext("Agenda question: %(word)s, %(day)s, %(time)s. Please decide in the application."),
        Kind.CALLS_WAITING: gettext("Agenda, to do now: %(word)s, %(day)s, %(time)s. Details in the application."),
        Kind.SPOT_CHANGED: gettext("Agenda change: %(word)s, %(day)s, %(time)s. Look up where in the application."),
        Kind.DIGEST: gettext("Agenda, %(day)s: %(items)s. Details in the application."),
        Kind.ATTENTION: gettext("Agenda: something is to be seen to. Details in the application."),
    }


def digest_in_part(gettext: GetText) -> str:
    """The digest of a day on which there is more than a message holds."""
    return gettext("Agenda, %(day)s: %(items)s… Details in the application.")


def to_people(gettext: GetText, wording: Wording, move: Move) -> Sentences:
    """For those who are helped and for members: five slots, what it is first, nothing of why or with whom (S11)."""
    return _warm(gettext, move) if wording is Wording.WARM else _plain(gettext, move)


def _plain(gettext: GetText, move: Move) -> Sentences:
    changed = gettext("There is a change to the appointment on %(day)s at %(time)s.%(farewell)s")
    moved = {
        Move.DAY: gettext(
            "Change: the appointment on %(old_day)s is moved to %(day)s at %(time)s%(place)s.%(farewell)s"
        ),
        Move.HOUR: gettext("Change: the appointment on %(day)s is moved to %(time)s%(place)s.%(farewell)s"),
        Move.NEITHER: changed,
    }
    return {
        Kind.BOOKED: gettext("Noted: appointment %(day)s at %(time)s%(place)s.%(farewell)s"),
        Kind.REGISTERED: gettext("Noted: appointment %(day)s at %(time)s.%(farewell)s"),
        Kind.PLACE_FALLEN_FREE: gettext("Confirmed: appointment %(day)s at %(time)s.%(farewell)s"),
        Kind.REMINDER: gettext("Reminder: appointment %(day)s at %(time)s%(place)s.%(farewell)s"),
        Kind.SESSION_MOVED: moved[move],
        Kind.SESSION_CANCELLED: gettext("Cancelled: appointment on %(day)s at %(time)s."),
        Kind.SESSION_RESTORED: gettext("Going ahead after all: appointment on %(day)s at %(time)s.%(farewell)s"),
        Kind.SPOT_CHANGED: changed,
    }


def _warm(gettext: GetText, move: Move) -> Sentences:
    changed = gettext("Hello, there is a change to the appointment on %(day)s at %(time)s.%(farewell)s")
    moved = {
        Move.DAY: gettext(
            "Hello, a change: the appointment on %(old_day)s is moved to %(day)s at %(time)s%(place)s.%(farewell)s"
        ),
        Move.HOUR: gettext("Hello, a change: the appointment on %(day)s is moved to %(time)s%(place)s.%(farewell)s"),
        Move.NEITHER: changed,
    }
    return {
        Kind.BOOKED: gettext("Hello, it is noted: we meet on %(day)s at %(time)s%(place)s.%(farewell)s"),
        Kind.REGISTERED: gettext("Hello, it is noted: we meet on %(day)s at %(time)s.%(farewell)s"),
        Kind.PLACE_FALLEN_FREE: gettext("Hello, it is confirmed: we meet on %(day)s at %(time)s.%(farewell)s"),
        Kind.REMINDER: gettext("Hello, a little reminder: we meet on %(day)s at %(time)s%(place)s.%(farewell)s"),
        Kind.SESSION_MOVED: moved[move],
        Kind.SESSION_CANCELLED: gettext("Hello, no appointment on %(day)s at %(time)s: it is cancelled."),
        Kind.SESSION_RESTORED: gettext(
            "Hello, the appointment is going ahead after all: %(day)s at %(time)s.%(farewell)s"
        ),
        Kind.SPOT_CHANGED: changed,
    }
