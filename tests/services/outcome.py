"""What came of an act: the notices that wait, and saying that all of them went."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.domain.notices import Kind, State
from clinic.domain.people import SignedIn
from clinic.models import Notice

REMINDERS = (Kind.REMINDER, Kind.DIGEST)


def planned(tx: Session, person: SignedIn) -> list[Kind]:
    """What a person is still to be told, reminders left out, in the order it was planned."""
    waiting = select(Notice).where(Notice.person_id == person.id, Notice.state == State.PLANNED)
    told = tx.scalars(waiting.order_by(Notice.planned_at, Notice.kind), execution_options={"populate_existing": True})
    return [each.kind for each in told if each.kind not in REMINDERS]


def reminders(tx: Session, person: SignedIn) -> int:
    """How many reminders wait for a person."""
    kinds = select(Notice.kind).where(Notice.person_id == person.id, Notice.state == State.PLANNED)
    return sum(each in REMINDERS for each in tx.scalars(kinds))


def send_all(tx: Session) -> None:
    """Everything that waits was sent, but for the reminders."""
    waiting = update(Notice).where(Notice.state == State.PLANNED, Notice.kind.not_in(REMINDERS))
    tx.execute(waiting.values(state=State.SENT))
