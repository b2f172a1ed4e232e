"""What was said so far, and what waits: addresses, choices, and the fate of past notices."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from clinic.demo.stage import Stage
from clinic.domain import notices as rules
from clinic.domain.notices import Channel, Shared, State
from clinic.domain.people import Role
from clinic.models import Notice, Person
from clinic.queries import outbox
from clinic.services import notices

_UNKNOWN_ADDRESS, _WAS_DOWN = "smtp_550", "no_connection"


def introduce_all(stage: Stage) -> None:
    """Give everybody who works here an address that reaches nobody; of the members, one chose to be told."""
    members = {person.id for person in stage.cast[Role.MEMBER]}
    for person in stage.tx.scalars(select(Person)):
        if person.id not in members:
            person.email = f"{person.sign_in_name}@example.org"
    told = stage.cast[Role.MEMBER][1]
    chosen_at = stage.now - timedelta(weeks=2)
    address = "membre2@example.org"
    notices.choose(stage.tx, told.id, channel=Channel.MAIL, is_shared=Shared.NO, email=address, now=chosen_at)


def settle_all(stage: Stage) -> None:
    """Let what was due before today be sent, but for one refused and one late; forget what is older than a month."""
    tx, forgotten_before = stage.tx, stage.now - rules.KEPT
    tx.execute(delete(Notice).where(Notice.due_at < forgotten_before))
    was_due = select(Notice).where(Notice.state == State.PLANNED, Notice.due_at <= stage.now)
    sent = [each for each in tx.scalars(was_due.order_by(Notice.due_at, Notice.id)) if _settle(tx, each)]
    if len(sent) > 1:
        _end(sent[-1], State.FAILED, _UNKNOWN_ADDRESS, sent[-1].due_at)
        _end(sent[len(sent) // 2], State.EXPIRED, _WAS_DOWN, sent[len(sent) // 2].valid_until)


def _settle(tx: Session, notice: Notice) -> bool:
    """Let one notice be sent a little after it was due, or be passed over; tell whether it was sent."""
    person = tx.get_one(Person, notice.person_id)
    choice, at_work = outbox.choice_of(tx, person.id), outbox.works_here(tx, person.id)
    if not rules.may_write(choice, notice.due_at, at_work=at_work):
        _end(notice, State.SKIPPED, "not_chosen", notice.due_at)
        return False
    _end(notice, State.SENT, None, notice.due_at + timedelta(seconds=20))
    notice.tries = 1
    return True


def _end(notice: Notice, state: State, code: str | None, at: datetime) -> None:
    notice.state, notice.code, notice.ended_at = state, code, at
