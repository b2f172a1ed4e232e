"""Seeing the outbox through: claiming one notice at a time, marking it as being sent, noting what became of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from clinic.domain import timing
from clinic.domain.contacts import Channel, TaskKind
from clinic.domain.notices import State
from clinic.models import Contact, Notice
from clinic.queries import outbox, readers
from clinic.queries.outbox import Letter, PutOff, Stopped
from clinic.services import beneficiaries, calls, letting_know, valves
from clinic.services.valves import Round

_NOT_TOLD = (State.UNCONFIRMED, State.FAILED, State.EXPIRED)
_CANNOT_BE_TOLD = ("not_chosen", "no_address")


class Fate(StrEnum):
    """What a server made of a message: `unknown` when the line broke before it answered."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Claim:
    """One worker's hold on one notice, until its lease runs out."""

    notice_id: str
    token: str


def claim(tx: Session, *, now: datetime) -> Claim | None:
    """Claim the next due notice for a worker, or what a dead one left; None when nothing is due (S75).

    Nothing else is locked or read here: whoever holds only a notice cannot be waited for in a circle.
    """
    notice = outbox.next_due(tx, now)
    if notice is None:
        return None
    if notice.state is State.PLANNED:
        notice.state = State.CLAIMED
    notice.claim, notice.lease_until = secrets.token_hex(16), now + timing.LEASE
    return Claim(notice.id, notice.claim)


def begin(tx: Session, claimed: Claim, this_round: Round, *, now: datetime) -> Letter | State | None:
    """Mark a claimed notice as being sent, and give what is to be sent; else its state, None when it was taken back.

    Its session and reader cannot change before this is written: what was undone before is not sent, ever. What a dead
    worker perhaps sent goes again to those who work here, by mail and under the same Message-ID; no other (S75).
    """
    notice = outbox.held_still(tx, claimed.notice_id)
    if notice is None or notice.claim != claimed.token:
        return None
    asked = outbox.ask(tx, notice, now=now)
    if notice.state is State.SENDING and not _may_go_again(notice, asked):
        return _end(tx, notice, State.UNCONFIRMED, "worker_died", now)
    if isinstance(asked, Stopped):
        return _end(tx, notice, asked.state, asked.code, now)
    if isinstance(asked, PutOff):
        return _put_off(tx, notice, asked.until, asked.code, now)
    channel = asked.facts.voice.channel
    shut = valves.admit(tx, channel, this_round, now=now)
    if shut:
        return _put_off(tx, notice, shut.look_again_at(notice.due_at, now), shut.why, now)
    notice.state, notice.went_by, notice.tries = State.SENDING, channel, notice.tries + 1
    notice.lease_until = now + timing.LEASE
    return asked


def settle(tx: Session, claimed: Claim, fate: Fate, code: str | None, *, now: datetime) -> State | None:
    """Write down what became of a message, and return its state; None when another worker has taken the notice over.

    What may be tried again waits a little longer each time, until it is too late. Of unknown fate, only a mail to one
    who works here is sent again by itself (S75).
    """
    notice = (
        tx.get(Notice, claimed.notice_id, with_for_update=True)
        if fate is Fate.SENT
        else outbox.held_still(tx, claimed.notice_id)
    )
    if notice is None or (notice.state, notice.claim) != (State.SENDING, claimed.token):
        return None
    if fate is Fate.SENT:
        return _end(tx, notice, State.SENT, code, now)
    if fate is Fate.REFUSED:
        return _end(tx, notice, State.FAILED, code, now)
    is_repeatable = notice.went_by is Channel.MAIL and readers.of_notice(tx, notice).at_work
    if fate is Fate.UNKNOWN and not is_repeatable:
        return _end(tx, notice, State.UNCONFIRMED, code, now)
    return _put_off(tx, notice, timing.next_try(notice.tries, now), code, now)


def expire(tx: Session, *, now: datetime) -> int:
    """Late means never: end what waits and is no longer worth telling, and return how many; changes are not here."""
    late = select(Notice.id).where(
        Notice.state == State.PLANNED, Notice.valid_until <= now, Notice.kind.not_in(timing.CHANGES)
    )
    values = {"state": State.EXPIRED, "code": func.coalesce(Notice.code, "late"), "ended_at": now}
    these = update(Notice).where(Notice.id.in_(tx.scalars(late.with_for_update(skip_locked=True)).all()))
    return len(tx.scalars(these.values(values).returning(Notice.id)).all())


def expire_change(tx: Session, *, now: datetime) -> State | None:
    """End one change that was not told in time, so that somebody calls before it begins; None when there is no more."""
    late_id = outbox.next_late(tx, now)
    notice = outbox.held_still(tx, late_id) if late_id else None
    if notice is None or notice.state is not State.PLANNED:
        return None
    return _end(tx, notice, State.EXPIRED, notice.code or "late", now)


def _may_go_again(notice: Notice, asked: Letter | Stopped | PutOff) -> bool:
    if not isinstance(asked, Letter) or notice.went_by is not Channel.MAIL:
        return False
    return asked.facts.works_here and asked.facts.voice.channel is Channel.MAIL


def _put_off(tx: Session, notice: Notice, until: datetime, code: str | None, now: datetime) -> State:
    if until >= notice.valid_until:
        return _end(tx, notice, State.EXPIRED, code, now)
    notice.state, notice.next_at, notice.code = State.PLANNED, until, code
    notice.claim = notice.lease_until = None
    return notice.state


def _end(tx: Session, notice: Notice, state: State, code: str | None, now: datetime) -> State:
    notice.state, notice.code, notice.ended_at = state, code, now
    notice.claim = notice.lease_until = None
    if state is not State.SENT:
        _follow_up(tx, notice, now)
    return state


def _follow_up(tx: Session, notice: Notice, now: datetime) -> None:
    """What a message that did not surely arrive asks of people: to find out, and to call about a change (S14, S75)."""
    reader = readers.of_notice(tx, notice)
    if reader.at_work:
        return
    contact = tx.get(Contact, reader.contact_id) if notice.state is State.UNCONFIRMED and reader.contact_id else None
    if contact:
        beneficiaries.see_to(tx, contact, TaskKind.UNCONFIRMED, notice_id=notice.id, now=now)
    is_silenced = notice.state is State.SKIPPED and notice.code in _CANNOT_BE_TOLD
    if notice.kind in timing.CHANGES and (is_silenced or notice.state in _NOT_TOLD):
        calls.instead_of(tx, notice, now=now)
        letting_know.lost(tx, notice, now=now)
