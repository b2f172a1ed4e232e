"""Stopping all messages to one person at once, so that what she has still to know is said by voice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.contacts import Helped, Suspension
from clinic.domain.notices import WAITING
from clinic.domain.people import SignedIn
from clinic.domain.timing import CHANGES
from clinic.models import Appointment, Notice
from clinic.queries import beneficiaries as queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, calls, contacts, notices


def not_safe(tx: Session, beneficiary_id: str, *, by: SignedIn, now: datetime) -> None:
    """Somebody who follows her says that it is not safe any more: all stops at once (S15). Raises `NotFound`."""
    stop(tx, queries.beneficiary(tx, beneficiary_id, reader=by).id, Suspension.NOT_SAFE, by=by, now=now)


def stop(tx: Session, beneficiary_id: str, why: Suspension, *, by: SignedIn | None, now: datetime) -> None:
    """Suspend her choice and take back all that waits for her; changes not told yet are for somebody to call about.

    `by` is None when a reply said so. Raises `NotFound`.
    """
    untold = _untold(tx, beneficiary_id)
    for session_id in sorted({each.session_id for each in untold if each.session_id}):
        session_queries.locked(tx, session_id)
    contact = contacts.locked(tx, Helped(beneficiary_id))
    if contact:
        contacts.suspend(tx, contact, why, now=now)
    notices.forget(tx, tx.scalars(select(Appointment.id).where(Appointment.beneficiary_id == beneficiary_id)).all())
    for notice in untold:
        calls.instead_of(tx, notice, now=now)
    audit.record(tx, f"contact.{why}", contact.id if contact else None, by=by, now=now)


def _untold(tx: Session, beneficiary_id: str) -> Sequence[Notice]:
    """The changes that wait to be said to her, in the order in which they were planned."""
    query = select(Notice).where(
        Notice.beneficiary_id == beneficiary_id, Notice.state.in_(WAITING), Notice.kind.in_(CHANGES)
    )
    return tx.scalars(query.order_by(Notice.planned_at, Notice.id)).all()
