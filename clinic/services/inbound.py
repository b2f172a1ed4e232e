"""What comes back from the SMS gateway: answers, of which no word is kept, and receipts; nobody is answered (S15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.domain import contacts as rules
from clinic.domain.answers import Refused
from clinic.domain.contacts import Channel, Suspension, TaskKind
from clinic.domain.notices import State
from clinic.domain.replies import Verdict
from clinic.models import Contact, ContactTask, Notice
from clinic.queries import readers
from clinic.queries import sessions as session_queries
from clinic.services import beneficiaries, calls, contacts, safety

UNDELIVERED = "undelivered"
_UNSURE = (State.SENDING, State.UNCONFIRMED)


def reply(tx: Session, number: str, verdict: Verdict, *, now: datetime) -> None:
    """Stop what is written to this number, or have somebody ask her: all whom it belongs to, or nobody (S15).

    The same again changes nothing more. Nothing is said of whether the number is known.
    """
    for contact in _of_number(tx, number):
        if verdict is Verdict.STOP:
            _stop(tx, contact, now)
        else:
            beneficiaries.see_to(tx, contact, TaskKind.REPLIED, now=now)


def receipt(tx: Session, token: str, *, is_delivered: bool, now: datetime) -> None:
    """Note what the gateway learnt of one SMS: that it arrived, or did not (S75). Twice is once.

    What did not arrive is not written again: of a change that is still ahead a person helped or a member is called.
    """
    notice = _locked(tx, token)
    if notice is None or notice.went_by is not Channel.SMS:
        return
    if is_delivered and notice.state in (*_UNSURE, State.FAILED):
        _end(notice, State.SENT, None, now)
        _see_as_done(tx, notice, now)
        calls.arrived(tx, notice, now=now)
    elif not is_delivered and notice.state in (*_UNSURE, State.SENT):
        _end(notice, State.FAILED, UNDELIVERED, now)
        if not readers.of_notice(tx, notice).at_work:
            calls.instead_of(tx, notice, now=now)


def _of_number(tx: Session, number: str) -> list[Contact]:
    try:
        digest = contacts.number_digest(rules.e164(number))
    except Refused:
        return []
    return list(tx.scalars(select(Contact).where(Contact.number_digest == digest).order_by(Contact.id)))


def _stop(tx: Session, contact: Contact, now: datetime) -> None:
    """Who works here sees on her page that her SMS are stopped; of everybody else somebody is told."""
    if contact.suspended:
        return
    who, reach = readers.owner(contact), readers.reach_of(contact)
    is_at_work = readers.reader(tx, who).at_work
    if not is_at_work or reach.choice.channel is Channel.SMS:
        safety.stop(tx, who, Suspension.STOP, by=None, now=now)
    if not is_at_work:
        beneficiaries.see_to(tx, contact, TaskKind.STOPPED, now=now)


def _locked(tx: Session, token: str) -> Notice | None:
    """A notice by the name of its message, locked after its session."""
    row = tx.execute(select(Notice.id, Notice.session_id).where(Notice.message_token == token)).one_or_none()
    if row is None:
        return None
    if row.session_id:
        session_queries.locked(tx, row.session_id)
    return tx.get(Notice, row.id, with_for_update=True, populate_existing=True)


def _end(notice: Notice, state: State, code: str | None, now: datetime) -> None:
    notice.state, notice.code, notice.ended_at = state, code, now
    notice.claim = notice.lease_until = None


def _see_as_done(tx: Session, notice: Notice, now: datetime) -> None:
    """It arrived: nobody has to ask her any more whether it did."""
    asked = (ContactTask.notice_id == notice.id) & (ContactTask.kind == TaskKind.UNCONFIRMED)
    tx.execute(update(ContactTask).where(asked, ContactTask.done_at.is_(None)).values(done_at=now))
