"""Planning notices in the transaction of the act they tell of, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from clinic.domain import notices as rules
from clinic.domain import timing
from clinic.domain.contacts import Helped
from clinic.domain.notices import Kind, State, Whereabouts
from clinic.domain.timing import Offset, Rhythm
from clinic.models import ClinicSession, Meeting, Notice, Series
from clinic.queries import outbox, readers, standing

_REMINDERS = (Kind.REMINDER, Kind.DIGEST)


def tell(
    tx: Session,
    kind: Kind,
    *,
    to: str | Helped,
    about: str,
    session_id: str,
    now: datetime,
    was: Whereabouts | None = None,
) -> None:
    """Plan one notice to somebody about the object `about`, due when the act can no longer be undone.

    Nothing is planned when it only takes back what was not told yet: both vanish. The same kind twice is one.
    `was` is where it was before a move; moved back there in time, it is not told.
    """
    family = outbox.of_object(tx, to, about)
    if _takes_back(tx, kind, family, now):
        return
    notice = _to(to, kind, about, session_id)
    notice.starts_at = standing.whereabouts(tx, about, session_id).starts_at
    same = [each for each in family if each.kind is kind and _is_untold(each, now)]
    if any(each.state in rules.WAITING and each.starts_at == notice.starts_at for each in same):
        return
    _supersede(tx, same)
    _note_whereabouts(notice, was, same)
    if was and standing.is_back(tx, notice):
        return
    notice.due_at = timing.act_due(kind, notice.starts_at, now, readers.reader(tx, to).rhythm)
    _plan(tx, notice, now)


def say(
    tx: Session,
    kind: Kind,
    *,
    to: str | Helped,
    about: str,
    session_id: str | None,
    now: datetime,
    was: Whereabouts | None = None,
) -> None:
    """Plan the one thing that is to be said about an object, in the place of all that waits but its reminders.

    For whoever has decided what is still to be said. The very same that waits already goes on waiting.
    """
    notice = _to(to, kind, about, session_id)
    notice.starts_at = standing.whereabouts(tx, about, session_id).starts_at
    _note_whereabouts(notice, was, [])
    waiting = [each for each in outbox.of_object(tx, to, about) if each.state in rules.WAITING]
    said = [each for each in waiting if each.kind not in _REMINDERS]
    same = [each for each in said if _is_same(each, notice)][:1]
    _supersede(tx, [each for each in said if each not in same])
    if not same:
        notice.due_at = timing.act_due(kind, notice.starts_at, now, readers.reader(tx, to).rhythm)
        _plan(tx, notice, now)


def leave_to_call(
    tx: Session, kind: Kind, *, to: Helped, about: str, session_id: str, was: Whereabouts | None, now: datetime
) -> None:
    """Note what is not written because she is called: it never goes, and where it was before stays known."""
    notice = _to(to, kind, about, session_id)
    notice.starts_at, notice.due_at = standing.whereabouts(tx, about, session_id).starts_at, now
    _note_whereabouts(notice, was, [])
    notice.state, notice.code, notice.ended_at = State.SKIPPED, "called", now
    _plan(tx, notice, now)


def remind(
    tx: Session, *, to: str | Helped, about: str, session_id: str | None, starts_at: datetime, now: datetime
) -> None:
    """Plan the reminders of a commitment that are still ahead, as its series has them (S14, S16); of a meeting, the
    usual ones.

    Planned again they are the same; those taken back by `forget` wait again.
    """
    rhythm = readers.reader(tx, to).rhythm
    for kind, due_at in timing.reminders_due(starts_at, _offsets(tx, session_id, rhythm), now, rhythm):
        notice = _to(to, kind, about, session_id)
        notice.starts_at, notice.due_at = starts_at, due_at
        _plan(tx, notice, now)


def ask_to_look(tx: Session, *, to: str, about: str, now: datetime) -> None:
    """Tell somebody who works here that there is something to see to, a task by its id: neither what nor of whom."""
    notice = _to(to, Kind.ATTENTION, about, None)
    notice.starts_at, notice.due_at = now + timing.WORTH_TELLING, now
    _plan(tx, notice, now)


def forget(tx: Session, about: Sequence[str]) -> int:
    """Take back all that still waits about these objects, and return how much; what is being sent is not caught."""
    return _take_back(tx, about, list(Kind))


def forget_all(tx: Session, who: str | Helped) -> int:
    """Take back all that still waits for somebody, and return how much."""
    waiting = select(Notice).where(readers.to_her(who), Notice.state.in_(rules.WAITING))
    return _supersede(tx, tx.scalars(waiting).all())


def take_back(tx: Session, kind: Kind, about: Sequence[str]) -> int:
    """Take back what still waits of one kind about these objects, and return how much."""
    return _take_back(tx, about, [kind])


def forget_reminders(tx: Session, about: Sequence[str], *, to: str | Helped | None = None) -> int:
    """Take back the reminders that still wait about these objects, from one reader or all; return how many."""
    return _take_back(tx, about, _REMINDERS, to)


def forget_words(tx: Session, about: Sequence[str], *, to: str | Helped | None = None) -> int:
    """Take back all but the reminders that still wait about these objects, from one reader or all; return how many."""
    return _take_back(tx, about, [each for each in Kind if each not in _REMINDERS], to)


def clear(tx: Session, *, now: datetime) -> int:
    """Forget the notices that were settled and could not be sent any more a month ago; return how many.

    Of a meeting that is not over they are kept: they say what she knows of it.
    """
    gone = delete(Notice).where(Notice.state.not_in(rules.UNDER_WAY), Notice.valid_until < now - rules.KEPT)
    gone = gone.where(Notice.about_id.not_in(select(Meeting.id).where(Meeting.ends_at > now)))
    return len(tx.scalars(gone.returning(Notice.id)).all())


def _offsets(tx: Session, session_id: str | None, rhythm: Rhythm) -> tuple[Offset, ...]:
    """How long before reminders go, as a series has them; without one, as a new series would."""
    if session_id is None:
        return timing.FOR_CREW if rhythm.at_work else timing.FOR_PEOPLE
    one = tx.scalars(select(Series).join(ClinicSession).where(ClinicSession.id == session_id)).one()
    return timing.offsets_of(one.reminders_crew if rhythm.at_work else one.reminders_people)


def _to(whom: str | Helped, kind: Kind, about: str, session_id: str | None) -> Notice:
    notice = Notice(kind=kind, about_id=about, session_id=session_id)
    if isinstance(whom, Helped):
        notice.beneficiary_id = whom.id
    else:
        notice.person_id = whom
    return notice


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


def _is_same(waiting: Notice, notice: Notice) -> bool:
    return (waiting.kind, waiting.starts_at, waiting.was_starts_at, waiting.was_place_id) == (
        notice.kind,
        notice.starts_at,
        notice.was_starts_at,
        notice.was_place_id,
    )


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
    notice.valid_until = timing.valid_until(notice.kind, notice.due_at, notice.starts_at)
    same = tx.scalar(
        select(Notice).where(
            readers.to_her(readers.whom(notice)),
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


def _take_back(tx: Session, about: Sequence[str], kinds: Sequence[Kind], to: str | Helped | None = None) -> int:
    waiting = select(Notice).where(
        Notice.about_id.in_(list(about)), Notice.kind.in_(kinds), Notice.state.in_(rules.WAITING)
    )
    if to:
        waiting = waiting.where(readers.to_her(to))
    return _supersede(tx, tx.scalars(waiting).all())


def _supersede(tx: Session, found: Sequence[Notice]) -> int:
    """Take back what waits, also what a worker has claimed: until it is marked as being sent, it may not be sent.

    What a worker marked meanwhile stays: the state is asked again where it is written.
    """
    these = update(Notice).where(Notice.id.in_([each.id for each in found]), Notice.state.in_(rules.WAITING))
    values = {"state": State.SUPERSEDED, "claim": None, "lease_until": None}
    return len(tx.scalars(these.values(values).returning(Notice.id)).all())
