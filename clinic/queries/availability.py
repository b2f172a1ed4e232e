"""Reading what people said of when they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import availability as rules
from clinic.domain.availability import Availability, Part, Period, Said
from clinic.domain.times import local_date
from clinic.models import DatedAvailability, UsualTime


@dataclass(frozen=True)
class DatesRow:
    """Days, both included, on which a person said that she can, or cannot."""

    id: str
    first_on: date
    last_on: date
    can: bool


@dataclass(frozen=True)
class AvailabilityRow:
    """What a person said, as she sees it herself: what is usual, and the days that are not over, in order of time."""

    usual: frozenset[tuple[int, Part]]
    dated: tuple[DatesRow, ...]


def of_person(tx: Session, person_id: str, *, today: date) -> AvailabilityRow:
    """What one person said; periods that ended before today are left out."""
    usual = tx.scalars(select(UsualTime).where(UsualTime.person_id == person_id))
    dated = tx.scalars(
        select(DatedAvailability)
        .where(DatedAvailability.person_id == person_id, DatedAvailability.last_on >= today)
        .order_by(DatedAvailability.first_on, DatedAvailability.last_on, DatedAvailability.id)
    )
    return AvailabilityRow(
        usual=frozenset((row.weekday, row.part) for row in usual),
        dated=tuple(DatesRow(row.id, row.first_on, row.last_on, row.can) for row in dated),
    )


def said_by(tx: Session, person_ids: Collection[str], starts_at: datetime) -> dict[str, Said]:
    """What each of these people said of a session that begins at an instant: two queries, however many they are."""
    on = local_date(starts_at)
    usual, dated = defaultdict(set), defaultdict(list)
    for time in tx.scalars(select(UsualTime).where(UsualTime.person_id.in_(person_ids))):
        usual[time.person_id].add((time.weekday, time.part))
    periods = select(DatedAvailability).where(
        DatedAvailability.person_id.in_(person_ids), DatedAvailability.first_on <= on, DatedAvailability.last_on >= on
    )
    for row in tx.scalars(periods):
        dated[row.person_id].append(Period(row.first_on, row.last_on, row.can))
    return {
        each: rules.said(Availability(frozenset(usual[each]), tuple(dated[each])), starts_at) for each in person_ids
    }
