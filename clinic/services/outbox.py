"""Seeing the outbox through: claiming one notice at a time, marking it as being sent, noting what became of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from clinic.domain import notices as rules
from clinic.domain.notices import State
from clinic.models import Notice
from clinic.queries import outbox
from clinic.queries.outbox import Letter, Stopped


class Fate(StrEnum):
    """What a mail server made of a mail: `unknown` when the line broke before it answered."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Claim:
    """One worker's hold on one notice, until its lease runs out."""

    notice_id: str
    token: str


def claim(tx: Session, *, now: datetime) -> Claim | State | None:
    """Claim the next due notice for a worker, or settle it if it may not go; None when nothing is due (S75).

    What a dead worker left is seen to here: claimed, it is claimed anew; perhaps sent, it is sent again under the same
    Message-ID to those who work here, and for a member marked as unconfirmed.
    """
    notice = outbox.next_due(tx, now)
    if notice is None:
        return None
    asked = outbox.ask(tx, notice, now=now)
    if notice.state is State.SENDING and (isinstance(asked, Stopped) or not asked.facts.works_here):
        return _end(notice, State.UNCONFIRMED, "worker_died", now)
    if isinstance(asked, Stopped):
        return _end(notice, asked.state, asked.code, now)
    if not asked.facts.works_here and not rules.is_in_window(now, notice.kind):
        return _put_off(notice, rules.into_window(now, notice.kind), "outside_hours", now)
    notice.state, notice.claim, notice.lease_until = State.CLAIMED, secrets.token_hex(16), now + rules.LEASE
    return Claim(notice.id, notice.claim)


def begin(tx: Session, claimed: Claim, *, now: datetime) -> Letter | None:
    """Mark a claimed notice as being sent, and give what is to be sent; None when it was taken back meanwhile.

    Its session and person cannot change before this is written: what was undone before is not sent, ever.
    """
    notice = outbox.held_still(tx, claimed.notice_id)
    if notice is None or (notice.state, notice.claim) != (State.CLAIMED, claimed.token):
        return None
    asked = outbox.ask(tx, notice, now=now)
    if isinstance(asked, Stopped):
        _end(notice, asked.state, asked.code, now)
        return None
    notice.state, notice.tries, notice.lease_until = State.SENDING, notice.tries + 1, now + rules.LEASE
    return asked


def settle(tx: Session, claimed: Claim, fate: Fate, code: str | None, *, now: datetime) -> State | None:
    """Write down what became of a mail, and return its state; None when another worker has taken the notice over.

    What may be tried again waits a little longer each time, until it is too late. A member's mail whose fate is not
    known is never sent again by itself (S75).
    """
    notice = tx.get(Notice, claimed.notice_id, with_for_update=True)
    if notice is None or (notice.state, notice.claim) != (State.SENDING, claimed.token):
        return None
    if fate is Fate.SENT:
        return _end(notice, State.SENT, None, now)
    if fate is Fate.REFUSED:
        return _end(notice, State.FAILED, code, now)
    if fate is Fate.UNKNOWN and not outbox.works_here(tx, notice.person_id):
        return _end(notice, State.UNCONFIRMED, code, now)
    return _put_off(notice, rules.next_try(notice.tries, now), code, now)


def expire(tx: Session, *, now: datetime) -> int:
    """Late means never: end what waits and is no longer worth telling, and return how many."""
    late = select(Notice.id).where(Notice.state == State.PLANNED, Notice.valid_until <= now)
    values = {"state": State.EXPIRED, "code": func.coalesce(Notice.code, "late"), "ended_at": now}
    these = update(Notice).where(Notice.id.in_(tx.scalars(late.with_for_update(skip_locked=True)).all()))
    return len(tx.scalars(these.values(values).returning(Notice.id)).all())


def _put_off(notice: Notice, until: datetime, code: str | None, now: datetime) -> State:
    if until >= notice.valid_until:
        return _end(notice, State.EXPIRED, code, now)
    notice.state, notice.next_at, notice.code = State.PLANNED, until, code
    notice.claim = notice.lease_until = None
    return notice.state


def _end(notice: Notice, state: State, code: str | None, now: datetime) -> State:
    notice.state, notice.code, notice.ended_at = state, code, now
    notice.claim = notice.lease_until = None
    return state
