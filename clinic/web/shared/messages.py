"""A refusal's code becomes a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clinic.domain.answers import Refused
from clinic.web.shared.filters import clock

SENTENCES: Mapping[str, LazyString] = {
    "alias_busy": _l("This person already has an appointment at that time."),
    "already_on": _l("This person is already on this session."),
    "appointment_cancelled": _l("This appointment was cancelled. Restore it first."),
    "appointments_outside": _l("These appointments would fall outside the new time: %(aliases)s. Move them first."),
    "bad_key": _l("This page was too old. Please check and send it again."),
    "code_wrong": _l("This name and code do not go together, or the code is no longer valid. Ask the coordinator."),
    "crew_clashes": _l("Someone on the crew is taken at that time. Look at the list again."),
    "last_coordinator": _l("This is the last person who coordinates. Give the role to somebody else first."),
    "links_at_most": _l("You have five links already. End one of them first."),
    "move_into_past": _l("This time is already past. Choose a later one."),
    "no_such_slot": _l("There is no appointment at that time."),
    "not_their_role": _l("This person does not have that role."),
    "not_your_role": _l("You do not have that role."),
    "password_common": _l("This password is too easy to guess. Choose another one."),
    "password_long": _l("This password is too long."),
    "password_short": _l("This password is too short: 12 characters at least."),
    "person_busy": _l("This person is already somewhere else at that time."),
    "person_disabled": _l("This account is disabled."),
    "session_begun": _l("This session has begun. Call the coordinator instead."),
    "session_cancelled": _l("This session is cancelled."),
    "session_over": _l("This session is over."),
    "shift_filled": _l("Somebody was faster: the session has all the people it needs."),
    "sign_in_name_taken": _l("Somebody else already uses this name to sign in."),
    "sign_in_wrong": _l("This name and password do not go together. Look at both, and try again."),
    "slot_over": _l("That time is already past."),
    "slot_taken": _l("%(at)s was just taken."),
    "span_too_long": _l("A session lasts fourteen hours at most."),
    "yourself": _l("You cannot disable your own account."),
}


def sentence(refused: Refused) -> str:
    """The sentence for a refusal, in the reader's language, with the free times where there are any."""
    facts = {name: _words(value) for name, value in refused.facts.items()}
    said = str(SENTENCES[refused.code]) % facts
    return f"{said} {_free(refused.facts['free'])}" if "free" in refused.facts else said


def _free(free: list[datetime]) -> str:
    if not free:
        return gettext("No other time is free at this session.")
    return gettext("Free times: %(times)s.", times=_words(free))


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return clock(value)
    return ", ".join(map(_words, value)) if isinstance(value, list) else str(value)
