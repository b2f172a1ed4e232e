"""Saying when one can: what is usual, and single days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import availability as rules
from clinic.domain.answers import NotFound
from clinic.domain.availability import Part, Period
from clinic.domain.people import SignedIn
from clinic.domain.times import local_date
from clinic.models import DatedAvailability, Person, UsualTime
from clinic.services import audit, repeats


def save_usual(tx: Session, times: frozenset[tuple[int, Part]], *, by: SignedIn, now: datetime) -> None:
    """Keep on which weekdays (0 is Monday) and parts of the day one usually can; none at all says nothing."""
    tx.get_one(Person, by.id, with_for_update=True)  # of two savings at once, the second sees the first's rows
    kept = {(row.weekday, row.part): row for row in tx.scalars(select(UsualTime).where(UsualTime.person_id == by.id))}
    if times == kept.keys():
        return
    for time in kept.keys() - times:
        tx.delete(kept[time])
    tx.add_all(UsualTime(person_id=by.id, weekday=weekday, part=part) for weekday, part in times - kept.keys())
    audit.record(tx, "availability.usual", by.id, by=by, now=now)


def add_dates(tx: Session, draft: Period, *, key: str, by: SignedIn, now: datetime) -> str:
    """Note days on which one can, or cannot, and return their id.

    Raises `Refused` with `dates_in_wrong_order`, `dates_past`, `dates_far_ahead`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if not claim.is_repeat:
        rules.check_period(draft, today=local_date(now))
        row = DatedAvailability(id=claim.id, person_id=by.id, can=draft.can)
        row.first_on, row.last_on = draft.first_on, draft.last_on
        tx.add(row)
        audit.record(tx, "availability.add", claim.id, by=by, now=now)
    return claim.id


def remove_dates(tx: Session, dates_id: str, *, by: SignedIn, now: datetime) -> Period:
    """Remove days of one's own, and return what they said so that they can be noted again. Raises `NotFound`."""
    row = tx.get(DatedAvailability, dates_id, with_for_update=True)
    if row is None or row.person_id != by.id:
        raise NotFound
    tx.delete(row)
    audit.record(tx, "availability.remove", dates_id, by=by, now=now)
    return Period(row.first_on, row.last_on, row.can)
