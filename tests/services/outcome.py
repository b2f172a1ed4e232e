"""What came of an act: the notices that wait, and saying that all of them went."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.domain.notices import Kind, State
from clinic.domain.people import SignedIn
from clinic.models import Notice


def planned(tx: Session, person: SignedIn) -> list[Kind]:
    """What a person is still to be told, reminders left out, in the order it was planned."""
    waiting = select(Notice).where(Notice.person_id == person.id, Notice.state == State.PLANNED)
    told = tx.scalars(waiting.order_by(Notice.planned_at, Notice.kind), execution_options={"populate_existing": True})
    return [each.kind for each in told if each.kind is not Kind.REMINDER]


def reminders(tx: Session, person: SignedIn) -> int:
    """How many reminders wait for a person."""
    kinds = select(Notice.kind).where(Notice.person_id == person.id, Notice.state == State.PLANNED)
    return Counter(tx.scalars(kinds))[Kind.REMINDER]


def send_all(tx: Session) -> None:
    """Everything that waits was sent, but for the reminders."""
    waiting = update(Notice).where(Notice.state == State.PLANNED, Notice.kind != Kind.REMINDER)
    tx.execute(waiting.values(state=State.SENT))
