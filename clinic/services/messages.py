"""One's own messages: choosing them and stopping them, with what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.contacts import WRITTEN, Channel, Choice, Helped, Reach, Shared, Suspension, TaskKind
from clinic.domain.notices import WAITING
from clinic.domain.people import SignedIn
from clinic.domain.reaching import said_anew
from clinic.domain.timing import CHANGES
from clinic.models import Contact, Notice
from clinic.queries import contacts as contact_queries
from clinic.queries import readers
from clinic.queries import sessions as session_queries
from clinic.services import audit, beneficiaries, calls, contacts, notices, safety, workshops


def choose(tx: Session, said: Choice, *, by: SignedIn, now: datetime) -> Reach:
    """Keep how somebody with an account wishes to be reached; reminders of what she registered for follow (S10, S14).

    Only the address of her channel is kept; one left out stays as it was. Raises what `domain.contacts.check` raises.
    """
    choice = said_anew(readers.choice_of(tx, by.id), said, by_coordinator=False)
    untold = _untold(tx, by.id)
    reach = contacts.choose(tx, by.id, choice, now=now)
    if choice.channel in WRITTEN:
        workshops.remind_again(tx, by.id, now=now)
    else:
        _fall_silent(tx, by.id, untold, now)
    audit.record(tx, "contact.choose", readers.reader(tx, by.id).contact_id, by=by, now=now)
    return reach


def choose_none(tx: Session, *, by: SignedIn, now: datetime) -> None:
    """Stop all messages to oneself: no number, address or hours are kept (S15). Twice changes nothing more."""
    said = readers.choice_of(tx, by.id) or Choice(Channel.NONE)
    choose(tx, replace(said, channel=Channel.NONE, is_shared=Shared.UNKNOWN, hours=None), by=by, now=now)


def stop(tx: Session, contact: Contact, person_id: str, *, now: datetime) -> None:
    """Somebody with an account answered that messages are to stop: all that waits for her is taken back (S15)."""
    untold = _untold(tx, person_id)
    contacts.suspend(tx, contact, Suspension.STOP, now=now)
    _fall_silent(tx, person_id, untold, now)
    audit.record(tx, "contact.stop", contact.id, by=None, now=now)


def not_safe(tx: Session, beneficiary_id: str, *, by: SignedIn, now: datetime) -> None:
    """It is not safe any more to write to one who is helped, nor to anybody else at her number or address (S15).

    She may have an account as well, or be known under two aliases. Who works here is left alone. Raises `NotFound`.
    """
    safety.not_safe(tx, beneficiary_id, by=by, now=now)
    for other in contact_queries.at_same_address(tx, contacts.locked(tx, Helped(beneficiary_id))):
        if other.beneficiary_id:
            safety.stop(tx, other.beneficiary_id, Suspension.NOT_SAFE, by=by, now=now)
        elif other.person_id and not readers.reader(tx, other.person_id).at_work:
            stop(tx, other, other.person_id, now=now)
        else:
            continue
        beneficiaries.see_to(tx, other, TaskKind.STOPPED, now=now)


def _untold(tx: Session, person_id: str) -> Sequence[Notice]:
    """The changes that wait to be told to somebody, after their sessions, all locked."""
    query = select(Notice).where(
        Notice.person_id == person_id,
        Notice.kind.in_(CHANGES),
        Notice.state.in_(WAITING),
        Notice.session_id.is_not(None),
    )
    found = tx.scalars(query.order_by(Notice.planned_at, Notice.id)).all()
    for session_id in sorted({each.session_id for each in found if each.session_id}):
        session_queries.locked(tx, session_id)
    return found


def _fall_silent(tx: Session, person_id: str, untold: Sequence[Notice], now: datetime) -> None:
    """Take back what waits; somebody calls a member about what changed. Who works here looks it up, as ever."""
    if readers.reader(tx, person_id).at_work:
        return
    notices.forget_all(tx, person_id)
    for notice in untold:
        calls.instead_of(tx, notice, now=now)
