"""The results of an evening, typed in from paper: all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.attendance import Outcome
from clinic.domain.people import SignedIn
from clinic.domain.queue import VisitState
from clinic.queries import sessions as session_queries
from clinic.queries import sheets as queries
from clinic.services import attendance, queue, repeats
from clinic.services.queue import Arrival


@dataclass(frozen=True)
class Result:
    """What the paper says of one appointment, and what stood on the screen when it was typed in."""

    appointment_id: str
    outcome: Outcome | None
    seen: Outcome | None


@dataclass(frozen=True)
class Results:
    """All that was typed in: the appointments, and by line those without one; `stamp` says whom the screen showed."""

    of_booked: Sequence[Result]
    walk_ins: Mapping[int, tuple[Arrival, VisitState]]
    stamp: str


def type_in(tx: Session, session_id: str, typed: Results, *, key: str, by: SignedIn, now: datetime) -> None:
    """Note who came, and who came without an appointment. The same form twice is once.

    What was not touched is left as it is by now. Raises `NotFound`, and `Refused` with `session_cancelled`,
    `walk_ins_changed` (somebody put people in the line meanwhile), what `attendance.note` refuses, and with the `line`
    what `queue.enter_from_paper` refuses.
    """
    if repeats.claim(tx, key, by=by, now=now).is_repeat:
        return
    session_queries.locked(tx, session_id)
    evening = queries.evening(tx, session_id, reader=by, now=now)
    if evening.is_cancelled:
        raise Refused("session_cancelled")
    if typed.walk_ins and typed.stamp != evening.stamp:
        raise Refused("walk_ins_changed")
    for each in typed.of_booked:
        if each.outcome is not each.seen:
            attendance.note(tx, each.appointment_id, each.outcome, seen=each.seen, by=by, now=now)
    for line, (came, state) in typed.walk_ins.items():
        _enter(tx, session_id, line, came, state, by, now)


def _enter(
    tx: Session, session_id: str, line: int, came: Arrival, state: VisitState, by: SignedIn, now: datetime
) -> None:
    try:
        queue.enter_from_paper(tx, session_id, came, state, by=by, now=now)
    except Refused as refused:
        raise Refused(refused.code, line=line) from None
