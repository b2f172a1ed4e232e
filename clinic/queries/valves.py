"""What holds messages back, per channel; and how many messages an hour the coming days justify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session

from clinic.domain import valves as rules
from clinic.domain.appointments import AppointmentState
from clinic.domain.contacts import WRITTEN, Channel
from clinic.domain.interpreting import OfferState
from clinic.domain.notices import State
from clinic.domain.rota import ShiftState
from clinic.domain.valves import Trouble, Why
from clinic.domain.workshops import RegistrationState
from clinic.models import Appointment, ClinicSession, Need, Notice, Offer, Registration, Shift, Valve
from clinic.models.base import Base, UtcInstant


@dataclass(frozen=True)
class ValveView:
    """One channel as a coordinator sees it: `why` nothing goes, None when all goes.

    Held: `since` then. Left alone: `until` then, `failures` in a row, the last with `code`.
    """

    channel: Channel
    why: Why | None
    since: datetime | None = None
    until: datetime | None = None
    code: str | None = None
    failures: int = 0


def overview(tx: Session, *, now: datetime) -> list[ValveView]:
    """Every channel that messages are written by, mail first: one query."""
    rows = {each.channel: each for each in tx.scalars(select(Valve))}
    return [_view(each, rows.get(each), now) for each in WRITTEN]


def trouble_of(valve: Valve) -> Trouble:
    """How its server did, as the rules see it."""
    return Trouble(valve.failures, valve.open_until)


def went_since(tx: Session, channel: Channel, since: datetime) -> int:
    """How many messages of a channel went since then, perhaps went, or are on their way."""
    ended = Notice.state.in_([State.SENT, State.UNCONFIRMED]) & (Notice.ended_at > since)
    under_way = Notice.state == State.SENDING
    return _count(tx, Notice, Notice.went_by == channel, or_(ended, under_way))


def justified(tx: Session, *, now: datetime) -> int:
    """How many people the sessions of the next 48 hours concern, each as often as she is on one: four counts."""
    soon = select(ClinicSession.id).where(
        ClinicSession.ends_at > now, ClinicSession.starts_at <= now + rules.JUSTIFIED_BY
    )
    asked = Offer.state.in_([OfferState.ASKED, OfferState.ACCEPTED])
    needs = select(Need.id).where(Need.session_id.in_(soon))
    registered = Registration.state != RegistrationState.WITHDRAWN
    return (
        _count(tx, Shift, Shift.session_id.in_(soon), Shift.state != ShiftState.RELEASED)
        + _count(tx, Offer, Offer.need_id.in_(needs), asked)
        + _count(tx, Registration, Registration.session_id.in_(soon), registered)
        + _count(tx, Appointment, Appointment.session_id.in_(soon), Appointment.state == AppointmentState.BOOKED)
    )


def is_clock_wrong(tx: Session, now: datetime, *, wall: timedelta, steady: timedelta) -> bool:
    """Whether the clock of this machine cannot be trusted: it jumped, or another machine's is five minutes off.

    `wall` and `steady` are how much time passed by it and by the machine's own count since the last look.
    """
    seen_at = tx.scalar(select(func.max(Valve.seen_at)))
    if rules.has_jumped(now, seen_at, wall=wall, steady=steady):
        return True
    if tx.get_bind().dialect.name != "postgresql":
        return False
    return rules.is_too_far(now, tx.scalars(text("SELECT now()").columns(at=UtcInstant)).one())


def _count(tx: Session, what: type[Base], *conditions: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count()).select_from(what).where(*conditions)) or 0


def _view(channel: Channel, valve: Valve | None, now: datetime) -> ValveView:
    if valve is None:
        return ValveView(channel, None)
    if valve.held:
        return ValveView(channel, Why(valve.held), since=valve.held_at)
    rests = trouble_of(valve).rests(now)
    why, until = (Why.RESTING, valve.open_until) if rests else (None, None)
    return ValveView(channel, why, until=until, code=valve.code, failures=valve.failures)
