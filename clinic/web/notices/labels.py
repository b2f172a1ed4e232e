"""The words for kinds, states and reasons of notices."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clinic.domain.notices import Kind, State

KINDS: Mapping[Kind, LazyString] = {
    Kind.SHIFT_TAKEN: _l("Shift taken"),
    Kind.SHIFT_GIVEN_BACK: _l("Shift given back"),
    Kind.OFFER_ASKED: _l("Interpreter asked"),
    Kind.OFFER_ACCEPTED: _l("Interpreter accepted"),
    Kind.OFFER_DECLINED: _l("Interpreter declined"),
    Kind.OFFER_FILLED: _l("Request filled"),
    Kind.OFFER_WITHDRAWN: _l("Request withdrawn"),
    Kind.REGISTERED: _l("Registered"),
    Kind.PLACE_FALLEN_FREE: _l("A place fell free"),
    Kind.SESSION_MOVED: _l("Session moved"),
    Kind.SESSION_CANCELLED: _l("Session cancelled"),
    Kind.SESSION_RESTORED: _l("Session restored"),
    Kind.REMINDER: _l("Reminder"),
    Kind.ASK_MADE: _l("Asked to join"),
    Kind.ASK_FILLED: _l("No longer asked: filled"),
    Kind.ASK_WITHDRAWN: _l("No longer asked"),
    Kind.STAND_IN_FOUND: _l("Stand-in found"),
    Kind.DECISION_DUE: _l("To decide"),
    Kind.CALLS_WAITING: _l("Calls to make"),
    Kind.SPOT_CHANGED: _l("Other spot"),
}

STATES: Mapping[State, LazyString] = {
    State.PLANNED: _l("waiting"),
    State.CLAIMED: _l("about to be sent"),
    State.SENDING: _l("being sent"),
    State.SENT: _l("sent"),
    State.FAILED: _l("refused by the mail server"),
    State.UNCONFIRMED: _l("perhaps sent"),
    State.EXPIRED: _l("too late, not sent"),
    State.SKIPPED: _l("not needed any more"),
    State.SUPERSEDED: _l("taken back in time"),
}

_REASONS: Mapping[str, LazyString] = {
    "account_disabled": _l("The account is disabled."),
    "address": _l("The address cannot be used."),
    "late": _l("It could not go in time."),
    "no_address": _l("No e-mail address is on the account."),
    "no_connection": _l("The mail server could not be reached."),
    "no_longer_so": _l("It changed again before it was sent."),
    "not_chosen": _l("This person did not choose to be written to."),
    "not_for_members": _l("Members are not written to about this."),
    "outside_hours": _l("Members are not written to at this hour."),
    "timeout": _l("The mail server did not answer in time."),
    "tls": _l("The mail server could not prove who it is."),
    "words": _l("The agenda word of this series may not be sent. Choose another one."),
    "worker_died": _l("The program stopped while it was being sent."),
}


def reason(code: str) -> str:
    """Why, in words; an answer of the mail server by its number."""
    if code in _REASONS:
        return str(_REASONS[code])
    return gettext("The mail server answered %(code)s.", code=code.removeprefix("smtp_"))
