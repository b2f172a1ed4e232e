"""The words for kinds, states and reasons of messages, and for the channels they go by."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clinic.domain.calls import Change
from clinic.domain.contacts import Channel
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
    Kind.SESSION_MOVED: _l("Moved"),
    Kind.SESSION_CANCELLED: _l("Called off"),
    Kind.SESSION_RESTORED: _l("Takes place after all"),
    Kind.REMINDER: _l("Reminder"),
    Kind.ASK_MADE: _l("Asked to join"),
    Kind.ASK_FILLED: _l("No longer asked: filled"),
    Kind.ASK_WITHDRAWN: _l("No longer asked"),
    Kind.STAND_IN_FOUND: _l("Stand-in found"),
    Kind.DECISION_DUE: _l("To decide"),
    Kind.CALLS_WAITING: _l("Calls to make"),
    Kind.SPOT_CHANGED: _l("Other spot"),
    Kind.BOOKED: _l("Booked"),
    Kind.DIGEST: _l("Friday, all in one"),
    Kind.ATTENTION: _l("Something to see to"),
}

STATES: Mapping[State, LazyString] = {
    State.PLANNED: _l("waiting"),
    State.CLAIMED: _l("about to be sent"),
    State.SENDING: _l("being sent"),
    State.SENT: _l("sent"),
    State.FAILED: _l("could not be sent"),
    State.UNCONFIRMED: _l("perhaps sent"),
    State.EXPIRED: _l("too late, not sent"),
    State.SKIPPED: _l("not sent"),
    State.SUPERSEDED: _l("taken back in time"),
}

CHANNELS: Mapping[Channel, LazyString] = {
    Channel.NONE: _l("no messages"),
    Channel.MAIL: _l("e-mail"),
    Channel.SMS: _l("SMS"),
    Channel.CALL: _l("her mediator calls"),
}

CHANGES: Mapping[Change, LazyString] = {
    Change.CANCELLED: _l("cancelled"),
    Change.RESTORED: _l("takes place after all"),
    Change.MOVED: _l("moved"),
    Change.SPOT: _l("other spot"),
}

_REASONS: Mapping[str, LazyString] = {
    "account_disabled": _l("The account is disabled."),
    "address": _l("The e-mail address cannot be used."),
    "apprise_address": _l("The SMS service cannot be used as it is set up."),
    "apprise_error": _l("The SMS service broke off: nobody knows whether it took the message."),
    "apprise_no": _l("The SMS service said no, and not why: nobody knows whether it took the message."),
    "broken_line": _l("The line broke off: nobody knows whether the message was taken."),
    "called": _l("Nothing can be written to her in time: she is called."),
    "cap": _l("She has had enough messages for now: it waits, so that they stay few."),
    "clock": _l("It waits: a clock that cannot be trusted has to be looked at first."),
    "dry": _l("A dry run: nothing leaves the house."),
    "flood": _l("It waits: too many messages at once have to be looked at first."),
    "late": _l("It could not go in time."),
    "name": _l("The name of the server is not known."),
    "no_address": _l("No e-mail address is on the account."),
    "no_channel": _l("This way of sending is not set up here."),
    "no_connection": _l("The server could not be reached."),
    "no_longer_so": _l("It changed again before it was sent."),
    "not_chosen": _l("Nothing may be written to this person now."),
    "not_for_members": _l("She is not written to about this."),
    "number": _l("The telephone number cannot be used."),
    "outside_hours": _l("It waits for the hours at which she may be written to."),
    "resting": _l("It waits until the server is tried again."),
    "said_already": _l("Another message has said it already."),
    "timeout": _l("The server did not answer in time."),
    "tls": _l("The server could not prove who it is."),
    "too_long": _l("The text is too long for one SMS."),
    "undelivered": _l("The SMS gateway says that it did not arrive."),
    "unreadable": _l("The answer of the SMS gateway could not be read."),
    "words": _l("The agenda word of this series may not be sent. Choose another one."),
    "worker_died": _l("The program stopped while it was being sent."),
}


_OVER: Mapping[str, LazyString] = {
    "cap": _l("She had enough messages by then, so that they stay few."),
    "clock": _l("It was held back, and then it was too late."),
    "flood": _l("It was held back, and then it was too late."),
    "no_channel": _l("This way of sending is not set up here."),
    "outside_hours": _l("There was no hour left at which she may be written to."),
    "resting": _l("The server was not back in time."),
}


def reason(code: str, *, is_over: bool = False) -> str:
    """Why, in words, while it waits or once it is over; an answer of a server by its number."""
    said = (_OVER.get(code) if is_over else None) or _REASONS.get(code)
    if said:
        return str(said)
    server, _, number = code.rpartition("_")
    if server == "gateway":
        return gettext("The SMS gateway answered %(code)s.", code=number)
    return gettext("The mail server answered %(code)s.", code=number)


def install(app: Flask) -> None:
    """Offer the words to templates."""
    app.jinja_env.filters.update(
        kind_words=lambda kind: KINDS[kind],
        state_words=lambda state: STATES[state],
        channel_words=lambda channel: CHANNELS[channel],
        change_words=lambda change: CHANGES[change],
        reason_words=reason,
    )
