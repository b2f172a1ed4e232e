"""Bringing the sessions of a series in line with its rule, one line of the report for each date and session."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.people import SignedIn
from clinic.domain.recurrence import PlannedDate
from clinic.domain.series import Desks, Effect
from clinic.domain.sessions import CancelReason, Status
from clinic.domain.times import span_of_rule
from clinic.models import (
    Appointment,
    Call,
    ClinicSession,
    Need,
    Notice,
    Recusal,
    Registration,
    Search,
    Series,
    SessionNeed,
    Shift,
    Visit,
    Workshop,
)
from clinic.queries import appointments as appointment_queries
from clinic.queries import moves
from clinic.queries import sessions as session_queries
from clinic.services import programme, sessions
from clinic.services.programme import MoveWish

_COUNT_ON_IT = (Appointment, Call, Need, Notice, Recusal, Registration, Search, Shift, Visit, Workshop)


@dataclass(frozen=True)
class Touched:
    """Whom a change touches at one session: names of the crew, who is taken elsewhere then, aliases, and how many."""

    crew: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    registered: int = 0
    needs: int = 0


@dataclass(frozen=True)
class Line:
    """What a change does to one date or session; `blocked` is the refusal (code, facts) that stands in its way."""

    effect: Effect
    on: date
    starts_at: datetime
    ends_at: datetime
    was_starts_at: datetime | None = None
    planned: PlannedDate | None = None
    session_id: str | None = None
    touched: Touched = Touched()
    changes_crew: bool = False
    desks: Desks = Desks.SAME
    blocked: tuple[str, tuple[tuple[str, object], ...]] | None = None


@dataclass(frozen=True)
class Report:
    """All that a change does, in order of time."""

    lines: tuple[Line, ...]

    @property
    def digest(self) -> str:
        """A name for exactly this, so that what is saved is what was looked at."""
        return hashlib.sha256(repr(self.lines).encode()).hexdigest()[:16]

    @property
    def is_blocked(self) -> bool:
        return any(line.blocked for line in self.lines)

    def of(self, *effects: Effect) -> list[Line]:
        """The lines with one of these effects."""
        return [line for line in self.lines if line.effect in effects]


def stays(session: ClinicSession) -> bool:
    """Say whether a session was made what it is by hand, so that no change of its series touches it."""
    was_called_off_by_hand = session.status is Status.CANCELLED and session.cancel_reason is not CancelReason.SERIES
    return session.is_by_hand or session.is_added or was_called_off_by_hand


def make(tx: Session, series: Series, planned: PlannedDate, *, now: datetime) -> Line:
    """Make the session of a date that has none."""
    return made(sessions.make(tx, series, planned.on, now=now), planned)


def made(session: ClinicSession, planned: PlannedDate | None) -> Line:
    """What is said of a session that is new."""
    return Line(Effect.MADE, session.planned_on, session.starts_at, session.ends_at, planned=planned)


def skip(series: Series, planned: PlannedDate) -> Line:
    """Leave a date out."""
    starts_at, ends_at = span_of_rule(planned.on, series.starts, series.ends)
    return Line(Effect.SKIPPED, planned.on, starts_at, ends_at, planned=planned)


def leave_alone(session: ClinicSession, planned: PlannedDate | None) -> Line:
    """Leave a session as it was made by hand."""
    return Line(
        Effect.STAYS, session.planned_on, session.starts_at, session.ends_at, planned=planned, session_id=session.id
    )


def bring_in_line(
    tx: Session, series: Series, session: ClinicSession, planned: PlannedDate, *, by: SignedIn, now: datetime
) -> Line:
    """Let a session take place when, where and with whom the series says now; a refusal is noted, and it stays."""
    span = span_of_rule(planned.on, series.starts, series.ends)
    line = Line(Effect.SAME, planned.on, *span, planned=planned, session_id=session.id)
    is_elsewhere = (*span, series.place_id) != (session.starts_at, session.ends_at, session.place_id)
    try:
        with tx.begin_nested():
            if session.status is Status.CANCELLED:
                programme.restore(tx, session.id, by=by, now=now)
                line = replace(line, effect=Effect.BACK, touched=_touched(tx, session, span, now=now))
            if is_elsewhere:
                line = _move(tx, session, line, series.place_id, by=by, now=now)
    except Refused as refused:
        return replace(line, effect=Effect.MOVED, blocked=(refused.code, tuple(sorted(_flat(refused.facts)))))
    session.is_by_hand, session.moved_from = False, None
    return replace(line, changes_crew=_set_needs(tx, session, series), desks=_set_desks(tx, session, series))


def take_out(tx: Session, session: ClinicSession, *, by: SignedIn, now: datetime) -> Line:
    """Take out a session that stands for no date: called off and told, or gone if nobody ever counted on it."""
    span = (session.starts_at, session.ends_at)
    line = Line(Effect.CANCELLED, session.planned_on, *span, session_id=session.id)
    if _is_counted_on(tx, session.id):
        touched = _touched(tx, session, span, now=now)
        programme.cancel(tx, session.id, CancelReason.SERIES, by=by, now=now)
        session.is_by_hand = False
        return replace(line, touched=touched)
    tx.execute(delete(SessionNeed).where(SessionNeed.session_id == session.id))
    tx.delete(session)
    tx.flush()
    return replace(line, effect=Effect.REMOVED)


def _move(tx: Session, session: ClinicSession, line: Line, place_id: str, *, by: SignedIn, now: datetime) -> Line:
    span, was_starts_at = (line.starts_at, line.ends_at), session.starts_at
    effects = moves.move_effects(tx, session.id, *span, place_id=place_id, now=now)
    leaving = frozenset(each.person_id for each in effects.clashing)
    programme.move(tx, session.id, MoveWish(*span, place_id), leaving=leaving, by=by, now=now, is_by_hand=False)
    effect = Effect.BACK if line.effect is Effect.BACK else Effect.MOVED
    return replace(line, effect=effect, was_starts_at=was_starts_at, touched=_named(effects))


def _touched(tx: Session, session: ClinicSession, span: tuple[datetime, datetime], *, now: datetime) -> Touched:
    return _named(moves.move_effects(tx, session.id, *span, place_id=session.place_id, now=now))


def _named(effects: moves.MoveEffects) -> Touched:
    return Touched(
        crew=tuple(each.name for each in effects.staying),
        leaving=tuple(each.name for each in effects.clashing),
        aliases=tuple(each.alias or "–" for each in (*effects.carried, *effects.outside)),
        registered=effects.registered,
        needs=effects.needs,
    )


def _set_needs(tx: Session, session: ClinicSession, series: Series) -> bool:
    """Let a session need whom the series needs; say whether that is new. A crew that is too large stays."""
    wanted = {need.role: (need.least, need.wish) for need in series.needs}
    there = session_queries.needs(tx, [session.id])[session.id]
    if wanted == {role: (staffing.least, staffing.wish) for role, staffing in there.items()}:
        return False
    tx.execute(delete(SessionNeed).where(SessionNeed.session_id == session.id))
    for role, (least, wish) in wanted.items():
        tx.add(SessionNeed(session_id=session.id, role=role, least=least, wish=wish))
    session.accepted_shortfall, session.asked_to_decide_at = 0, None
    tx.flush()
    return True


def _set_desks(tx: Session, session: ClinicSession, series: Series) -> Desks:
    """Give a session the series' desks and slots, unless somebody has an appointment that they might not hold."""
    wanted = (series.desks, series.slot_minutes)
    if wanted == (session.desks, session.slot_minutes):
        return Desks.SAME
    grows = series.slot_minutes == session.slot_minutes and series.desks > session.desks
    is_in_use = appointment_queries.standing(tx, session.id) or appointment_queries.held(tx, session.id)
    if not grows and is_in_use:
        return Desks.KEPT
    session.desks, session.slot_minutes = wanted
    return Desks.CHANGED


def _is_counted_on(tx: Session, session_id: str) -> bool:
    """Whether anybody or anything ever referred to a session."""
    return bool(tx.scalar(select(or_(*(exists().where(each.session_id == session_id) for each in _COUNT_ON_IT)))))


def _flat(facts: Mapping[str, object]) -> Collection[tuple[str, object]]:
    return [(name, tuple(value) if isinstance(value, list) else value) for name, value in facts.items()]
