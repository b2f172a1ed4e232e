"""What was said by message, or was to be, of changes of appointments and registrations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import notices as rules
from clinic.domain.calls import CallState, Change, Word
from clinic.domain.notices import Kind, State
from clinic.models import Notice

CHANGE_OF: Mapping[Kind, Change] = {
    Kind.SESSION_CANCELLED: Change.CANCELLED,
    Kind.SESSION_RESTORED: Change.RESTORED,
    Kind.SESSION_MOVED: Change.MOVED,
    Kind.SPOT_CHANGED: Change.SPOT,
}
_LEFT = (State.SENDING, State.SENT)


def messages(tx: Session, about_ids: Collection[str]) -> Mapping[str, list[Notice]]:
    """All messages about changes of these appointments and registrations, in the order they were planned."""
    found: dict[str, list[Notice]] = defaultdict(list)
    query = select(Notice).where(Notice.about_id.in_(list(about_ids)), Notice.kind.in_(CHANGE_OF))
    in_order = query.order_by(Notice.planned_at, Notice.id)
    for each in tx.scalars(in_order, execution_options={"populate_existing": True}):
        found[each.about_id].append(each)
    return found


def as_words(messages: Sequence[Notice], *, takes_place: bool) -> list[Word]:
    """Messages as the rules see them: what waits is to be said, what never went was dropped.

    One of unknown fate counts as said where it would mislead her, and as unsaid where it would be right.
    """
    return [_word(each, takes_place=takes_place) for each in messages]


def _word(message: Notice, *, takes_place: bool) -> Word:
    change = CHANGE_OF[message.kind]
    misleads = (change is Change.CANCELLED) is takes_place
    if message.state in _LEFT or (message.state is State.UNCONFIRMED and misleads):
        return Word(change, CallState.TOLD, message.planned_at, message.ended_at or message.due_at)
    state = CallState.OPEN if message.state in rules.WAITING else CallState.DROPPED
    return Word(change, state, message.planned_at, None)
