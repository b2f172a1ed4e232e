"""Holding people and other resources for a span of time, so that none is in two places at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.times import quanta
from clinic.models import Occupancy, Person
from clinic.queries import travel

Span = tuple[datetime, datetime]


def hold(
    tx: Session, resource: str, span: Span, *, holder: str, otherwise: str, now: datetime, until: datetime | None = None
) -> None:
    """Hold a resource for the quarter hours of a span; raises `Refused(otherwise)` when any of them is in use.

    With `until`, the hold counts only until then; holds of others that ran out make way. The savepoint keeps
    PostgreSQL's transaction usable after the violation.
    """
    covered = quanta(*span)
    ran_out = (Occupancy.resource == resource) & Occupancy.quantum.between(covered[0], covered[-1])
    tx.execute(delete(Occupancy).where(ran_out, Occupancy.until <= now))
    rows = [{"resource": resource, "quantum": each, "holder": holder, "until": until} for each in covered]
    try:
        with tx.begin_nested():
            tx.execute(insert(Occupancy), rows)
    except IntegrityError:
        raise Refused(otherwise) from None


def keep(tx: Session, holder: str, *, otherwise: str) -> None:
    """Let a hold with an end count for good; raises `Refused(otherwise)` when it ran out and made way meanwhile."""
    these = update(Occupancy).where(Occupancy.holder == holder).values(until=None)
    if not tx.scalars(these.returning(Occupancy.quantum)).all():
        raise Refused(otherwise)


def check_travel(
    tx: Session,
    person_id: str,
    span: Span,
    place_id: str,
    *,
    otherwise: str,
    besides: Collection[str] = (),
    now: datetime,
) -> None:
    """Refuse, with `Refused(otherwise)`, what leaves a person too little time to get there from somewhere else.

    She is locked first, after the session, so that two places too far apart do not both find her free.
    """
    tx.get(Person, person_id, with_for_update={"key_share": True})
    if travel.too_close(tx, [person_id], span, place_id, besides=besides, now=now):
        raise Refused(otherwise)


def release(tx: Session, holders: Iterable[str]) -> None:
    """Free all that these holders hold. Release before holding anew: the key admits no overlap, even for a moment."""
    tx.execute(delete(Occupancy).where(Occupancy.holder.in_(list(holders))))
