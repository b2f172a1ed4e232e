"""Reading shifts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.rota import Held, ShiftState, sign_off_at
from clinic.models import ClinicSession, Occupancy, Series, Shift


def live_shifts(tx: Session, session_id: str) -> list[Shift]:
    """The shifts held at a session, also those to confirm, in a fixed order."""
    query = select(Shift).where(Shift.session_id == session_id, Shift.state != ShiftState.RELEASED)
    return list(tx.scalars(query.order_by(Shift.person_id)))


def shift(tx: Session, shift_id: str) -> Shift:
    """One held shift; raises `NotFound`."""
    found = tx.get(Shift, shift_id, populate_existing=True)
    if found is None or found.state is ShiftState.RELEASED:
        raise NotFound
    return found


def held(tx: Session, shift: Shift, session: ClinicSession) -> Held:
    """A shift of a session, for the rule of giving back."""
    days = tx.get_one(Series, session.series_id).sign_off_days
    return Held(shift.state, shift.changed_at, session.starts_at, sign_off_at(session.starts_at, days))


def occupied(
    tx: Session, resources: Iterable[str], quanta: range, *, besides: Iterable[str], now: datetime
) -> set[str]:
    """Which of these resources are in use in these quarter hours, by holders other than those named."""
    query = select(Occupancy.resource).where(
        Occupancy.resource.in_(list(resources)),
        Occupancy.quantum >= quanta.start,
        Occupancy.quantum < quanta.stop,
        Occupancy.holder.not_in(list(besides)),
        or_(Occupancy.until.is_(None), Occupancy.until > now),
    )
    return set(tx.scalars(query.distinct()))
