"""What every part of the demonstration is laid with: the transaction, the day, the dice and the people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.times import local_date
from clinic.models import ClinicSession

WEEK = timedelta(weeks=1)
WEEKS_BACK = 12


@dataclass(frozen=True)
class Stage:
    """The first moment of the day it is laid around, dice that fall alike on the same day, and who takes part."""

    tx: Session
    now: datetime
    random: Random
    cast: Mapping[Role, Sequence[SignedIn]]
    newcomers: Mapping[Role, SignedIn]

    @property
    def today(self) -> date:
        return local_date(self.now)

    @property
    def friday(self) -> date:
        """The coming Friday; on a Friday, today."""
        return self.today + timedelta(days=(4 - self.today.weekday()) % 7)

    @property
    def coordinator(self) -> SignedIn:
        return self.cast[Role.COORDINATOR][0]

    def key(self) -> str:
        """The key of a form that was never sent before."""
        return f"{self.random.getrandbits(128):032x}"

    def before(self, session: ClinicSession, days: int) -> datetime:
        """A moment so many days before a session, in the past in any case."""
        return min(session.starts_at - timedelta(days=days), self.now)


@dataclass(frozen=True)
class Dates:
    """The sessions of a series: those that are over, the latest first, and those to come."""

    past: Sequence[ClinicSession]
    coming: Sequence[ClinicSession]


def dates_of(stage: Stage, series_id: str) -> Dates:
    """The sessions of a series that lie near enough to be filled, or in the past."""
    until = stage.now + 9 * WEEK
    query = select(ClinicSession).where(ClinicSession.series_id == series_id, ClinicSession.starts_at < until)
    found = stage.tx.scalars(query.order_by(ClinicSession.starts_at)).all()
    past = [each for each in found if each.ends_at <= stage.now]
    return Dates(past[::-1], [each for each in found if each.ends_at > stage.now])
