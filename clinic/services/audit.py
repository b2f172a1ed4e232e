"""Writing down who did what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.people import SignedIn
from clinic.models import AuditEntry


def record(
    tx: Session, action: str, object_id: str | None, *, by: SignedIn | None, now: datetime, reason: str | None = None
) -> None:
    """Add one entry in the same transaction as the act; `by` is None for the program itself, `reason` a code."""
    actor_id = by.id if by else None
    tx.add(AuditEntry(at=now, actor_id=actor_id, action=action, object_id=object_id, reason=reason))
