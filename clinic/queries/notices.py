"""Messages as the coordinator sees them: what waits, what went, what did not and why; no text, no address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from clinic.domain import notices as rules
from clinic.domain import timing
from clinic.domain.notices import Kind, State
from clinic.models import Beneficiary, Notice, Person, Valve

PAGE = 25
FEW = 6
_BY_HER_WISH = ("outside_hours", "cap")  # these wait for their reader, not for a server


class Shelf(StrEnum):
    """What is looked at together."""

    WAITING = "waiting"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    SENT = "sent"


class Alarm(StrEnum):
    """What a coordinator has to know on every page: a channel is held, or messages wait for too long."""

    HELD = "held"
    LATE = "late"


_STATES: Mapping[Shelf, Sequence[State]] = {
    Shelf.WAITING: rules.UNDER_WAY,
    **{shelf: (State(shelf),) for shelf in Shelf if shelf is not Shelf.WAITING},
}
_NOT_ARRIVED = (State.FAILED, State.UNCONFIRMED)


@dataclass(frozen=True)
class NoticeRow:
    """One message: to whom by name or alias, since when it is due, when it is tried next, when it ended."""

    kind: Kind
    who: str
    state: State
    code: str | None
    due_at: datetime
    next_at: datetime
    ended_at: datetime | None

    @property
    def waits(self) -> bool:
        return self.state in rules.UNDER_WAY

    def is_overdue(self, now: datetime) -> bool:
        """Whether it waits for a server since it was due, and not for its reader's hours."""
        return self.waits and self.due_at < now and self.code not in _BY_HER_WISH


@dataclass(frozen=True)
class Overview:
    """The first of what waits, of what did not arrive and of what went; how many there are on each shelf."""

    waiting: Sequence[NoticeRow]
    not_arrived: Sequence[NoticeRow]
    sent: Sequence[NoticeRow]
    counts: Mapping[Shelf, int]


def overview(tx: Session) -> Overview:
    """What waits, the oldest first, and what ended, the latest first: four queries, however many there are."""
    states = dict(tx.execute(select(Notice.state, func.count()).group_by(Notice.state)).all())
    counts = Counter({shelf: sum(states.get(each, 0) for each in _STATES[shelf]) for shelf in Shelf})
    waiting, not_arrived, sent = (_of(each).limit(FEW) for each in (rules.UNDER_WAY, _NOT_ARRIVED, (State.SENT,)))
    return Overview(_rows(tx, waiting), _rows(tx, not_arrived), _rows(tx, sent), +counts)


def page(tx: Session, shelf: Shelf, number: int) -> tuple[Sequence[NoticeRow], bool]:
    """A page of a shelf, from 1, and whether there is another one: one query."""
    query = _of(_STATES[shelf]).limit(PAGE + 1).offset((number - 1) * PAGE)
    rows = _rows(tx, query)
    return rows[:PAGE], len(rows) > PAGE


def alarm(tx: Session, *, now: datetime) -> Alarm | None:
    """What has to be looked at, if anything: one query (S76)."""
    is_held = select(Valve.channel).where(Valve.held.is_not(None)).exists()
    is_late = select(Notice.id).where(
        Notice.state.in_(rules.UNDER_WAY),
        Notice.due_at < now - timing.WAITS_TOO_LONG,
        or_(Notice.code.is_(None), Notice.code.not_in(_BY_HER_WISH)),
    )
    held, late = tx.execute(select(is_held, is_late.exists())).one()
    if held:
        return Alarm.HELD
    return Alarm.LATE if late else None


def _of(states: Sequence[State]) -> Select[Notice, str | None, str | None]:
    query = select(Notice, Person.name, Beneficiary.alias).outerjoin(Person, Person.id == Notice.person_id)
    query = query.outerjoin(Beneficiary, Beneficiary.id == Notice.beneficiary_id).where(Notice.state.in_(states))
    in_order = (Notice.due_at,) if states is rules.UNDER_WAY else (Notice.ended_at.desc(),)
    return query.order_by(*in_order, Notice.id)


def _rows(tx: Session, query: Select[Notice, str | None, str | None]) -> Sequence[NoticeRow]:
    return tuple(
        NoticeRow(each.kind, name or alias or "", each.state, each.code, each.due_at, each.next_at, each.ended_at)
        for each, name, alias in tx.execute(query)
    )
