"""Meetings by telephone: agreeing on one, changing it, calling it off, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import attendance
from clinic.domain import meetings as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.attendance import Outcome
from clinic.domain.contacts import Helped
from clinic.domain.meetings import MeetingState
from clinic.domain.people import SignedIn
from clinic.domain.resources import of_beneficiary, of_person
from clinic.domain.step_up import Reason
from clinic.models import Beneficiary, Meeting
from clinic.queries import beneficiaries, readers
from clinic.queries import meetings as queries
from clinic.services import audit, letting_know, occupancy, repeats, step_up


@dataclass(frozen=True)
class MeetingWish:
    """Who calls her when, for how long, in which language (ISO 639-3); `she_asked` for a time outside her hours."""

    peer_id: str
    starts_at: datetime
    minutes: int
    language: str
    she_asked: bool = False

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when until when."""
        return self.starts_at, rules.ends_at(self.starts_at, self.minutes)


def arrange(
    tx: Session,
    beneficiary_id: str,
    wish: MeetingWish,
    *,
    key: str,
    by: SignedIn,
    now: datetime,
    she_knows: bool = False,
) -> str:
    """Agree on a meeting, hold both for its time, plan what they are told, and return its id. The same form twice is
    once.

    Raises `NotFound`, also for a peer whom she never meets, and `Refused` with `move_into_past`, `meeting_not_safe`,
    `meeting_stopped`, `meeting_outside_week`, `meeting_outside_daily`, `alias_busy`, `person_busy`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    _lock(tx, beneficiary_id)
    whom = beneficiaries.beneficiary(tx, beneficiary_id, reader=by)
    if whom.alias is None:
        raise NotFound
    _check_peer(tx, whom.id, wish.peer_id)
    _check_time(tx, whom.id, wish, now)
    agreed = Meeting(id=claim.id, beneficiary_id=whom.id, agreed_by_id=by.id, uid=str(uuid4()))
    agreed.sequence = -1  # the first change makes it 0
    _place(tx, agreed, wish, now)
    letting_know.settle(tx, agreed, by=by, now=now, she_knows=she_knows)
    audit.record(tx, "meeting.arrange", agreed.id, by=by, now=now)
    return agreed.id


def change(
    tx: Session, meeting_id: str, wish: MeetingWish, *, by: SignedIn, now: datetime, she_knows: bool = False
) -> None:
    """Give a meeting another time or another peer; for those who follow her. Her hours are asked of a new time alone.

    Raises as `arrange`, and `Refused` with `meeting_begun`, `meeting_cancelled`.
    """
    changed = _locked(tx, meeting_id, by, now, only_followers=True)
    rules.check_not_begun(changed.starts_at, now)
    if changed.state is MeetingState.CANCELLED:
        raise Refused("meeting_cancelled")
    if (changed.starts_at, changed.ends_at) == wish.span:
        rules.check_safe(queries.reach_of(tx, changed.beneficiary_id))
    else:
        _check_time(tx, changed.beneficiary_id, wish, now)
    _check_peer(tx, changed.beneficiary_id, wish.peer_id)
    if changed.peer_id != wish.peer_id:
        letting_know.leave(tx, changed, by=by, now=now)
        changed.uid = str(uuid4())  # another calendar
    _place(tx, changed, wish, now)
    letting_know.settle(tx, changed, by=by, now=now, she_knows=she_knows)
    audit.record(tx, "meeting.change", changed.id, by=by, now=now)


def cancel(tx: Session, meeting_id: str, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Call a meeting off; both are told, unless they know. Twice is once.

    Raises `NotFound`, `Refused("meeting_begun")`.
    """
    cancelled = _locked(tx, meeting_id, by, now)
    if cancelled.state is MeetingState.CANCELLED:
        return
    rules.check_not_begun(cancelled.starts_at, now)
    _free(tx, cancelled, MeetingState.CANCELLED, now)
    letting_know.settle(tx, cancelled, by=by, now=now, she_knows=she_knows)
    audit.record(tx, "meeting.cancel", cancelled.id, by=by, now=now)


def restore(tx: Session, meeting_id: str, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Take a cancellation back, if both are still free then. Twice is once.

    Raises `NotFound`, and `Refused` with `move_into_past`, `meeting_not_safe`, `meeting_stopped`, `peer_gone`,
    `alias_busy`, `person_busy`.
    """
    restored = _locked(tx, meeting_id, by, now)
    if restored.state is MeetingState.BOOKED:
        return
    if tx.get_one(Beneficiary, restored.beneficiary_id).alias is None:  # she was erased meanwhile
        raise NotFound
    rules.check_ahead(restored.starts_at, now)
    rules.check_safe(queries.reach_of(tx, restored.beneficiary_id))
    if restored.peer_id not in {each.id for each in queries.peers(tx, restored.beneficiary_id)}:
        raise Refused("peer_gone")
    _hold(tx, restored, now)
    letting_know.settle(tx, restored, by=by, now=now, she_knows=she_knows)
    audit.record(tx, "meeting.restore", restored.id, by=by, now=now)


def part(tx: Session, beneficiary_id: str, person_id: str, now: datetime) -> int:
    """She never meets this person any more: end what they agreed on ahead; return how many need another peer now.

    She is told nothing yet: whoever follows her finds another peer, or calls it off.
    """
    _lock(tx, beneficiary_id)
    hers = (Meeting.beneficiary_id == beneficiary_id) & (Meeting.peer_id == person_id) & (Meeting.ends_at > now)
    query = select(Meeting).where(hers, Meeting.state == MeetingState.BOOKED).order_by(Meeting.id)
    parted = tx.scalars(query.with_for_update(), execution_options={"populate_existing": True}).all()
    for each in parted:
        _free(tx, each, MeetingState.WITHOUT_PEER, now)
        letting_know.leave(tx, each, by=None, now=now)
        letting_know.remind(tx, each, now=now)
        letting_know.alert(tx, each, now=now)
        audit.record(tx, "meeting.part", each.id, by=None, now=now)
    return len(parted)


def note(
    tx: Session, meeting_id: str, outcome: Outcome | None, *, seen: Outcome | None, by: SignedIn, now: datetime
) -> None:
    """Note whether they spoke; None: nobody knows. Noting it again changes nothing.

    Raises `NotFound`, and `Refused` with `meeting_cancelled`, `not_begun`, and `outcome_changed` when it is not as
    `seen` any more.
    """
    noted = _locked(tx, meeting_id, by, now)
    if noted.state is not MeetingState.BOOKED:
        raise Refused("meeting_cancelled")
    if noted.outcome is outcome:
        return
    if noted.outcome is not seen:
        raise Refused("outcome_changed")
    attendance.check_outcome(outcome, noted.starts_at, now)
    noted.outcome = outcome
    audit.record(tx, "meeting.outcome", meeting_id, by=by, now=now, reason=outcome)


def she_knows(tx: Session, meeting_id: str, *, by: SignedIn, now: datetime) -> None:
    """Note that she knows how it stands: somebody spoke with her. Twice is once. Raises `NotFound`."""
    known = _locked(tx, meeting_id, by, now)
    whom, is_on = Helped(known.beneficiary_id), queries.takes_place(known)
    if letting_know.owed(tx, known, whom, takes_place=is_on):
        letting_know.note(tx, known, None, takes_place=is_on, now=now)
        letting_know.tell(tx, known, whom, now=now)
        audit.record(tx, "meeting.she_knows", meeting_id, by=by, now=now)


def she_knows_not(tx: Session, meeting_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back the last note that she knows, if it says how it stands now. Raises `NotFound`."""
    known = _locked(tx, meeting_id, by, now)
    last = queries.last_word(tx, meeting_id)
    truth = known.starts_at if queries.takes_place(known) else None
    if last and last.starts_at == truth:
        tx.delete(last)
        tx.flush()
        letting_know.tell(tx, known, Helped(known.beneficiary_id), now=now)
        audit.record(tx, "meeting.she_knows_not", meeting_id, by=by, now=now)


def reveal(tx: Session, meeting_id: str, reason: Reason, *, by: SignedIn, now: datetime) -> str:
    """Her number for a meeting, noted before anybody sees it. Raises `NotFound`, also outside of the reader's time."""
    view = queries.meeting(tx, meeting_id, reader=by, now=now)
    found = readers.reader(tx, Helped(tx.get_one(Meeting, meeting_id).beneficiary_id))
    if not (view.shows_number and found.contact_id and found.reach and found.reach.choice.number):
        raise NotFound
    step_up.note_look(tx, found.contact_id, reason, by=by, now=now)
    return found.reach.choice.number


def _check_peer(tx: Session, beneficiary_id: str, peer_id: str) -> None:
    if peer_id not in {each.id for each in queries.peers(tx, beneficiary_id)}:
        raise NotFound


def _check_time(tx: Session, beneficiary_id: str, wish: MeetingWish, now: datetime) -> None:
    rules.check_ahead(wish.starts_at, now)
    reach = queries.reach_of(tx, beneficiary_id)
    rules.check_safe(reach)
    if not wish.she_asked:
        rules.check_hours(reach, wish.span)


def _place(tx: Session, meeting: Meeting, wish: MeetingWish, now: datetime) -> None:
    meeting.peer_id, meeting.language = wish.peer_id, wish.language
    meeting.starts_at, meeting.ends_at = wish.span
    _hold(tx, meeting, now)


def _hold(tx: Session, meeting: Meeting, now: datetime) -> None:
    """Hold both for the time of a meeting; she first, as for appointments: no two wait for each other."""
    meeting.state = MeetingState.BOOKED
    meeting.sequence, meeting.changed_at = meeting.sequence + 1, now
    tx.add(meeting)
    tx.flush()
    occupancy.release(tx, [meeting.id])
    span = (meeting.starts_at, meeting.ends_at)
    both = {of_beneficiary(meeting.beneficiary_id): "alias_busy", of_person(meeting.peer_id): "person_busy"}
    for resource, otherwise in both.items():
        occupancy.hold(tx, resource, span, holder=meeting.id, otherwise=otherwise, now=now)


def _free(tx: Session, meeting: Meeting, state: MeetingState, now: datetime) -> None:
    meeting.state, meeting.sequence, meeting.changed_at = state, meeting.sequence + 1, now
    tx.flush()
    occupancy.release(tx, [meeting.id])


def _lock(tx: Session, beneficiary_id: str) -> None:
    """Whoever agrees on something with her, is kept from her or erases her comes one after the other."""
    tx.get(Beneficiary, beneficiary_id, with_for_update={"key_share": True}, populate_existing=True)


def _locked(tx: Session, meeting_id: str, by: SignedIn, now: datetime, *, only_followers: bool = False) -> Meeting:
    """One meeting that this person may change, after her whom it is with, both locked. Raises `NotFound`."""
    view = queries.meeting(tx, meeting_id, reader=by, now=now)
    if only_followers and not view.may_change:
        raise NotFound
    _lock(tx, tx.get_one(Meeting, meeting_id).beneficiary_id)
    return tx.get_one(Meeting, meeting_id, with_for_update=True, populate_existing=True)
