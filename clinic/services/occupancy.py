"""Holding people and other resources for a span of time, so that none is in two places at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.times import quanta
from clinic.models import Occupancy


def hold(tx: Session, resource: str, starts_at: datetime, ends_at: datetime, *, holder: str, otherwise: str) -> None:
    """Hold a resource for its quarter hours; raises `Refused(otherwise)` when any of them is in use.

    The savepoint keeps PostgreSQL's transaction usable after the violation.
    """
    rows = [{"resource": resource, "quantum": quantum, "holder": holder} for quantum in quanta(starts_at, ends_at)]
    try:
        with tx.begin_nested():
            tx.execute(insert(Occupancy), rows)
    except IntegrityError:
        raise Refused(otherwise) from None


def release(tx: Session, holders: Iterable[str]) -> None:
    """Free all that these holders hold. Release before holding anew: the key admits no overlap, even for a moment."""
    tx.execute(delete(Occupancy).where(Occupancy.holder.in_(list(holders))))
