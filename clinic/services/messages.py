"""One's own messages: choosing them, or none, with what hangs on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.contacts import WRITTEN, Channel, Choice, Reach, Shared
from clinic.domain.people import SignedIn
from clinic.domain.reaching import said_anew
from clinic.queries import readers
from clinic.queries.contacts import version_of
from clinic.services import audit, contacts, safety, workshops


def choose(tx: Session, said: Choice, *, seen: str | None, by: SignedIn, now: datetime) -> Reach:
    """Keep how somebody with an account wishes to be reached; reminders of what she registered for follow (S10, S14).

    Only the address of her channel is kept; one left out stays as it was. `seen` is the version of what she looked at;
    None: whatever it was. Raises `Refused("choice_changed")` when it was changed or stopped meanwhile, and what
    `domain.contacts.check` raises.
    """
    changes = safety.untold(tx, by.id)
    contact = contacts.locked(tx, by.id)
    before = readers.reach_of(contact) if contact else None
    choice = said_anew(before.choice if before else None, said, by_coordinator=False)
    is_as_kept = before is not None and before.choice == choice and not before.suspended
    if seen is not None and not is_as_kept and version_of(contact) != seen:
        raise Refused("choice_changed")
    reach = contacts.choose(tx, by.id, choice, now=now)
    if choice.channel in WRITTEN:
        workshops.remind_again(tx, by.id, now=now)
    else:
        safety.fall_silent(tx, by.id, changes, now=now)
    audit.record(tx, "contact.choose", readers.reader(tx, by.id).contact_id, by=by, now=now)
    return reach


def choose_none(tx: Session, *, by: SignedIn, now: datetime) -> None:
    """Stop all messages to oneself: no number, address or hours are kept (S15). Twice changes nothing more."""
    said = readers.choice_of(tx, by.id) or Choice(Channel.NONE)
    none = replace(said, channel=Channel.NONE, is_shared=Shared.UNKNOWN, hours=None)
    choose(tx, none, seen=None, by=by, now=now)
