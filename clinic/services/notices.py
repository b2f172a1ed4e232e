"""Planning notices in the transaction of the act they tell of, taking them back, and choosing to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from clinic.domain import notices as rules
from clinic.domain.answers import NotFound
from clinic.domain.notices import Channel, Choice, Kind, Shared, State, Whereabouts
from clinic.models import MessageChoice, Notice, Person
from clinic.queries import outbox


def tell(
    tx: Session, kind: Kind, *, to: str, about: str, session_id: str, now: datetime, was: Whereabouts | None = None
) -> None:
    """Plan one notice to the person `to` about the object `about`, due when the act can no longer be undone.

    Nothing is planned when it only takes back what was not told yet: both vanish. The same kind twice is one.
    `was` is where the session was before a move; moved back there in time, it is not told.
    """
    family = outbox.of_object(tx, to, about)
    if _takes_back(tx, kind, family, now):
        return
    notice = Notice(kind=kind, person_id=to, about_id=about, session_id=session_id)
    notice.starts_at = outbox.time_of(tx, about, session_id)
    same = [each for each in family if each.kind is kind and _is_untold(each, now)]
    if any(each.state in rules.WAITING and each.starts_at == notice.starts_at for each in same):
        return
    _supersede(tx, same)
    _note_whereabouts(notice, was, same)
    if was and outbox.is_back(tx, notice):
        return
    notice.due_at = rules.act_due(kind, notice.starts_at, now, at_work=outbox.works_here(tx, to))
    _plan(tx, notice, now)


def remind(tx: Session, *, to: str, about: str, session_id: str, starts_at: datetime, now: datetime) -> None:
    """Plan the reminders of a commitment that are still ahead: 48 hours before, and the day before at 14:00 (S16).

    Planned again they are the same; those taken back by `forget` wait again.
    """
    for due_at in rules.reminders_due(starts_at, now, at_work=outbox.works_here(tx, to)):
        notice = Notice(kind=Kind.REMINDER, person_id=to, about_id=about, session_id=session_id)
        notice.starts_at, notice.due_at = starts_at, due_at
        _plan(tx, notice, now)


def forget(tx: Session, about: Sequence[str]) -> int:
    """Take back all that still waits about these objects, and return how much; what is being sent is not caught."""
    return _take_back(tx, about, list(Kind))


def take_back(tx: Session, kind: Kind, about: Sequence[str]) -> int:
    """Take back what still waits of one kind about these objects, and return how much."""
    return _take_back(tx, about, [kind])


def forget_reminders(tx: Session, about: Sequence[str]) -> int:
    """Take back the reminders that still wait about these objects, and return how many."""
    return _take_back(tx, about, [Kind.REMINDER])


def choose(
    tx: Session, person_id: str, *, channel: Channel, is_shared: Shared, email: str | None, now: datetime
) -> Choice:
    """Keep how a person wishes to be told, and where; return the choice as it stands now (S10). Raises `NotFound`."""
    person = tx.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    person.email = email
    kept = tx.get(MessageChoice, person_id) or MessageChoice(person_id=person_id)
    choice = rules.choose(outbox.choice_of(tx, person_id), channel, is_shared, now)
    kept.channel, kept.is_shared = choice.channel, choice.is_shared
    kept.chosen_at, kept.confirmed_at = choice.chosen_at, choice.confirmed_at
    tx.add(kept)
    tx.flush()
    return choice


def clear(tx: Session, *, now: datetime) -> int:
    """Forget the notices that were settled and could not be sent any more a month ago; return how many."""
    gone = delete(Notice).where(Notice.state.not_in(rules.UNDER_WAY), Notice.valid_until < now - rules.KEPT)
    return len(tx.scalars(gone.returning(Notice.id)).all())


def _takes_back(tx: Session, kind: Kind, family: Sequence[Notice], now: datetime) -> bool:
    """Whether the last word about this was the opposite and was not told: then that one goes too."""
    opposite = rules.OPPOSITES.get(kind, frozenset())
    words = [each for each in family if each.kind in opposite or each.kind is kind]
    if not words or words[-1].kind is kind or not _is_untold(words[-1], now):
        return False
    _supersede(tx, words[-1:])
    return True


def _is_untold(notice: Notice, now: datetime) -> bool:
    """Whether it waits, or was taken back before it could go."""
    return notice.state in rules.WAITING or (notice.state is State.SUPERSEDED and notice.due_at > now)


def _note_whereabouts(notice: Notice, was: Whereabouts | None, untold: Sequence[Notice]) -> None:
    """Of several moves that nobody was told of, the first knows where the session was."""
    if was is None:
        return
    notice.was_starts_at, notice.was_ends_at, notice.was_place_id = was.starts_at, was.ends_at, was.place_id
    if untold and untold[0].was_starts_at:
        first = untold[0]
        notice.was_starts_at, notice.was_ends_at = first.was_starts_at, first.was_ends_at
        notice.was_place_id = first.was_place_id


def _plan(tx: Session, notice: Notice, now: datetime) -> None:
    """Write a notice down, unless it is there already; one taken back before it went waits again."""
    notice.planned_at, notice.next_at = now, notice.due_at
    notice.valid_until = rules.valid_until(notice.kind, notice.due_at, notice.starts_at)
    same = tx.scalar(
        select(Notice).where(
            Notice.person_id == notice.person_id,
            Notice.about_id == notice.about_id,
            Notice.kind == notice.kind,
            Notice.due_at == notice.due_at,
        )
    )
    if same and same.state is State.SUPERSEDED:
        notice.id, notice.message_token, notice.state = same.id, same.message_token, State.PLANNED
        tx.merge(notice)
    elif same is None:
        tx.add(notice)
    tx.flush()


def _take_back(tx: Session, about: Sequence[str], kinds: Sequence[Kind]) -> int:
    waiting = select(Notice).where(
        Notice.about_id.in_(list(about)), Notice.kind.in_(kinds), Notice.state.in_(rules.WAITING)
    )
    return _supersede(tx, tx.scalars(waiting).all())


def _supersede(tx: Session, found: Sequence[Notice]) -> int:
    """Take back what waits, also what a worker has claimed: until it is marked as being sent, it may not be sent.

    What a worker marked meanwhile stays: the state is asked again where it is written.
    """
    these = update(Notice).where(Notice.id.in_([each.id for each in found]), Notice.state.in_(rules.WAITING))
    values = {"state": State.SUPERSEDED, "claim": None, "lease_until": None}
    return len(tx.scalars(these.values(values).returning(Notice.id)).all())
