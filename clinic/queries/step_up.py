"""What a password given once more is checked against, and how often it was wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.domain.step_up import TRIES_WITHIN
from clinic.models import AuditEntry, Person

PASS, FAIL = "step_up.pass", "step_up.fail"


def password_hash(tx: Session, person_id: str) -> str | None:
    """The hash of one account; None without a password."""
    return tx.scalar(select(Person.password_hash).where(Person.id == person_id))


def wrong_in_a_row(tx: Session, person_id: str, *, now: datetime) -> int:
    """How often she was wrong lately, since she was last right."""
    hers = (AuditEntry.actor_id == person_id, AuditEntry.at > now - TRIES_WITHIN)
    last_right = tx.scalar(select(func.max(AuditEntry.at)).where(*hers, AuditEntry.action == PASS))
    wrong = select(func.count()).where(*hers, AuditEntry.action == FAIL)
    if last_right:
        wrong = wrong.where(AuditEntry.at > last_right)
    return tx.scalar(wrong) or 0
