"""What is printed for a session, and what is known of it once the paper is typed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain import queue as queue_rules
from clinic.domain import sheets as rules
from clinic.domain.answers import NotFound
from clinic.domain.appointments import CrewPart
from clinic.domain.attendance import Outcome
from clinic.domain.discretion import Standing
from clinic.domain.interpreting import Stage
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.domain.sessions import Kind
from clinic.domain.sheets import Interpreted
from clinic.models import Series, Visit
from clinic.queries import desks, exclusions, programme
from clinic.queries.desks import AppointmentView, DeskView
from clinic.queries.interpreting import NeedRow
from clinic.queries.programme import SessionView


@dataclass(frozen=True)
class SheetRow:
    """One desk in one slot, as a paper says it. Without a language it is free, or `is_taken` by somebody of whom this
    paper says nothing: a time that is only held, or somebody whom the reader never meets."""

    starts_at: datetime
    desk: int
    is_taken: bool
    alias: str | None = None
    language: str | None = None
    interpreter: Interpreted | None = None


@dataclass(frozen=True)
class DaySheet:
    """All that stands on the paper of a session: no name of a service, place or volunteer, no topic, no contact."""

    session_id: str
    agenda_words: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    rows: tuple[SheetRow, ...]
    empty_lines: int
    destroy_on: date

    @property
    def has_desks(self) -> bool:
        """Whether more than one desk has to be told apart."""
        return len({row.desk for row in self.rows}) > 1


@dataclass(frozen=True)
class WalkInRow:
    """Somebody who came without an appointment and is in the line already."""

    number: int
    alias: str | None
    language: str
    state: VisitState


@dataclass(frozen=True)
class Evening:
    """What came of a session, as far as its reader may know; `stamp` changes with those who are in the line already."""

    session_id: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    takes_walk_ins: bool
    is_over: bool
    appointments: tuple[AppointmentView, ...]
    walk_ins: tuple[WalkInRow, ...]
    stamp: str

    def count(self, outcome: Outcome) -> int:
        """Of how many appointments this is noted."""
        return Counter(each.outcome for each in self.appointments)[outcome]


def sheet(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> DaySheet:
    """What is printed for a session; raises `NotFound` for all but those who run it (S02)."""
    session = _run(tx, session_id, reader, now)
    slots = desks.slots(tx, session, reader=reader, now=now)
    return DaySheet(
        session_id=session.id,
        agenda_words=tx.get_one(Series, session.series_id).agenda_words,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        is_cancelled=session.is_cancelled,
        rows=tuple(_row(slot.starts_at, desk, session.needs or ()) for slot in slots for desk in slot.desks),
        empty_lines=rules.empty_lines(session.kind),
        destroy_on=rules.destroy_on(session.starts_at),
    )


def evening(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> Evening:
    """What is known of who came to a session; raises `NotFound` for all but those who run it (S02)."""
    session = _run(tx, session_id, reader, now)
    booked = desks.of_session(tx, session, reader=reader, now=now)
    visits = _walk_ins(tx, session_id, reader)
    return Evening(
        session_id=session.id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        is_cancelled=session.is_cancelled,
        takes_walk_ins=queue_rules.is_open(session.starts_at, session.ends_at, now),
        is_over=now > session.ends_at,
        appointments=tuple(each for each in booked if each.may_note),
        walk_ins=tuple(WalkInRow(each.number, each.beneficiary.alias, each.language, each.state) for each in visits),
        stamp=sha256("\0".join(each.id for each in visits).encode()).hexdigest()[:16],
    )


def _run(tx: Session, session_id: str, reader: SignedIn, now: datetime) -> SessionView:
    """A session with people to see, for those who run it: at a workshop nobody has an appointment."""
    session = programme.session(tx, session_id, reader=reader, now=now)
    role = session.my_shift.role if session.my_shift else None
    standing = Standing(reader, role, session.starts_at, session.ends_at, now)
    if session.kind is Kind.WORKSHOP or not discretion.may_run_queue(standing):
        raise NotFound
    return session


def _row(starts_at: datetime, desk: DeskView, needs: Sequence[NeedRow]) -> SheetRow:
    booked = desk.appointment
    if booked is None or not booked.is_booked:
        return SheetRow(starts_at, desk.desk, desk.is_taken)
    interpreter = _interpreter(booked, needs)
    return SheetRow(starts_at, desk.desk, desk.is_taken, booked.alias, booked.language, interpreter)


def _interpreter(booked: AppointmentView, needs: Sequence[NeedRow]) -> Interpreted:
    """Of the crew, or from outside: asked for this appointment, or for its language while it lasts."""
    parts = [each for each in booked.parts if each.part is CrewPart.INTERPRETER]
    asked = [each for each in needs if _serves(each, booked)]
    is_found = any(each.name for each in parts) or any(each.stage is Stage.ACCEPTED for each in asked)
    return rules.interpreted(is_wanted=bool(parts or asked), is_found=is_found)


def _serves(need: NeedRow, booked: AppointmentView) -> bool:
    if need.appointment_id:
        return need.appointment_id == booked.id
    lasts = need.starts_at <= booked.starts_at and booked.ends_at <= need.ends_at
    return lasts and need.language == booked.language


def _walk_ins(tx: Session, session_id: str, reader: SignedIn) -> list[Visit]:
    """In order of arrival, without those whom the reader never meets (S07)."""
    query = select(Visit).where(Visit.session_id == session_id, Visit.appointment_id.is_(None)).order_by(Visit.number)
    found = list(tx.scalars(query.options(joinedload(Visit.beneficiary))))
    if reader.holds(Role.COORDINATOR):
        return found
    apart = exclusions.kept_from(tx, reader.id, {each.beneficiary_id for each in found})
    return [each for each in found if each.beneficiary_id not in apart]
