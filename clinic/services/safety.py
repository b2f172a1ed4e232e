"""Stopping all messages to somebody at once, so that what she has still to know is said by voice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.contacts import Helped, Suspension, TaskKind
from clinic.domain.notices import WAITING
from clinic.domain.people import SignedIn
from clinic.domain.timing import CHANGES
from clinic.models import Notice
from clinic.queries import beneficiaries as queries
from clinic.queries import contacts as contact_queries
from clinic.queries import readers
from clinic.queries import sessions as session_queries
from clinic.services import audit, beneficiaries, calls, contacts, notices


def not_safe(tx: Session, beneficiary_id: str, *, by: SignedIn, now: datetime) -> None:
    """It is not safe any more to write to one who is helped, nor to anybody else at her number or address (S15).

    She may have an account as well, or be known under two aliases. Who works here is left alone. Raises `NotFound`.
    """
    her = Helped(queries.beneficiary(tx, beneficiary_id, reader=by).id)
    stop(tx, her, Suspension.NOT_SAFE, by=by, now=now)
    for other in contact_queries.at_same_address(tx, contacts.locked(tx, her)):
        who = readers.owner(other)
        if isinstance(who, Helped) or not readers.reader(tx, who).at_work:
            stop(tx, who, Suspension.NOT_SAFE, by=by, now=now)
            beneficiaries.see_to(tx, other, TaskKind.STOPPED, now=now)


def stop(tx: Session, who: str | Helped, why: Suspension, *, by: SignedIn | None, now: datetime) -> None:
    """Suspend her choice and take back all that waits for her; changes not told yet are for somebody to call about.

    `by` is None when a reply said so. Raises `NotFound`.
    """
    changes = untold(tx, who)
    contact = contacts.locked(tx, who)
    if contact:
        contacts.suspend(tx, contact, why, now=now)
    fall_silent(tx, who, changes, now=now)
    audit.record(tx, f"contact.{why}", contact.id if contact else None, by=by, now=now)


def untold(tx: Session, who: str | Helped) -> Sequence[Notice]:
    """The changes that wait to be told to somebody, in the order in which they were planned, after their sessions are
    locked."""
    query = select(Notice).where(readers.to_her(who), Notice.state.in_(WAITING), Notice.kind.in_(CHANGES))
    found = tx.scalars(query.order_by(Notice.planned_at, Notice.id)).all()
    for session_id in sorted({each.session_id for each in found if each.session_id}):
        session_queries.locked(tx, session_id)
    return found


def fall_silent(tx: Session, who: str | Helped, changes: Sequence[Notice], *, now: datetime) -> None:
    """Take back what waits; somebody calls her about these changes. Who works here looks them up, as ever."""
    if readers.reader(tx, who).at_work:
        return
    notices.forget_all(tx, who)
    for notice in changes:
        calls.instead_of(tx, notice, now=now)
