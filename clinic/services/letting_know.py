"""What the two of a meeting by telephone are told of it: by message where one reaches them in time, else by voice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain import calls, timing
from clinic.domain import meetings as rules
from clinic.domain.contacts import Helped
from clinic.domain.meetings import MeetingState, Owed
from clinic.domain.notices import Whereabouts
from clinic.domain.people import Role, SignedIn
from clinic.models import Beneficiary, Meeting, MeetingWord, Notice
from clinic.queries import calls as call_queries
from clinic.queries import meetings as queries
from clinic.queries import people as people_queries
from clinic.queries import readers
from clinic.services import notices


def settle(tx: Session, meeting: Meeting, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Tell both how a meeting now stands, unless they know: she by whoever spoke with her, the peer by doing it.

    What was not told yet goes first: moved back, or taken back in time, is never told.
    """
    if she_knows:
        note(tx, meeting, None, now=now, takes_place=queries.takes_place(meeting))
    if by.id == meeting.peer_id:
        note(tx, meeting, by.id, now=now, takes_place=queries.takes_place(meeting))
    tell(tx, meeting, Helped(meeting.beneficiary_id), now=now)
    tell(tx, meeting, meeting.peer_id, now=now)
    remind(tx, meeting, now=now)


def note(tx: Session, meeting: Meeting, person_id: str | None, *, takes_place: bool, now: datetime) -> None:
    """Note that a person, or she who is helped (None), knows whether it takes place, and when.

    Of two in one instant the second is the later one.
    """
    last = queries.last_word(tx, meeting.id, person_id)
    at = max(now, last.at + timedelta.resolution) if last else now
    starts_at = meeting.starts_at if takes_place else None
    tx.add(MeetingWord(meeting_id=meeting.id, person_id=person_id, at=at, starts_at=starts_at))
    tx.flush()


def leave(tx: Session, meeting: Meeting, *, by: SignedIn | None, now: datetime) -> None:
    """Its peer calls her no more: tell her, unless she did it herself."""
    if by and by.id == meeting.peer_id:
        note(tx, meeting, by.id, takes_place=False, now=now)
    tell(tx, meeting, meeting.peer_id, takes_place=False, now=now)


def owed(tx: Session, meeting: Meeting, whom: str | Helped, *, takes_place: bool) -> Owed | None:
    """What is still to be said to one of the two; None when she knows."""
    person_id = None if isinstance(whom, Helped) else whom
    said = queries.heard(tx, [meeting]).get((meeting.id, person_id), [])
    return rules.owed(said, starts_at=meeting.starts_at, takes_place=takes_place)


def tell(tx: Session, meeting: Meeting, whom: str | Helped, *, now: datetime, takes_place: bool | None = None) -> None:
    """Plan the one message that is still owed to one of the two, if one can say it before it begins.

    `takes_place`: for this reader, where it differs.
    """
    is_on = queries.takes_place(meeting) if takes_place is None else takes_place
    owes = owed(tx, meeting, whom, takes_place=is_on)
    if owes and _can_be_written(tx, meeting, whom, owes, now):
        was = Whereabouts(owes.was, owes.was + (meeting.ends_at - meeting.starts_at), None) if owes.was else None
        notices.say(tx, owes.kind, to=whom, about=meeting.id, session_id=None, was=was, now=now)
    else:
        notices.forget_words(tx, [meeting.id], to=whom)


def remind(tx: Session, meeting: Meeting, *, now: datetime) -> None:
    """Plan the reminders of both while it stands, in the place of those that wait."""
    notices.forget_reminders(tx, [meeting.id])
    if meeting.state is MeetingState.BOOKED:
        for whom in (Helped(meeting.beneficiary_id), meeting.peer_id):
            notices.remind(tx, to=whom, about=meeting.id, session_id=None, starts_at=meeting.starts_at, now=now)


def lost(tx: Session, notice: Notice, *, now: datetime) -> None:
    """A message to her about a change of a meeting did not surely arrive: whoever follows her is to see to it.

    Its page says that she has to be called, as long as nobody noted that she knows.
    """
    meeting = tx.get(Meeting, notice.about_id) if notice.session_id is None and notice.kind in timing.CHANGES else None
    if meeting and meeting.starts_at > now:
        alert(tx, meeting, now=now)


def alert(tx: Session, meeting: Meeting, *, now: datetime) -> None:
    """Tell whoever follows her that there is something to see to: her mediator, or those who coordinate."""
    mediator_id = tx.get_one(Beneficiary, meeting.beneficiary_id).mediator_id
    is_here = not readers.reader(tx, mediator_id).is_disabled
    coordinators = [] if is_here else [each.id for each in people_queries.holding(tx, [Role.COORDINATOR])]
    for person_id in [mediator_id] if is_here else coordinators:
        notices.ask_to_look(tx, to=person_id, about=meeting.id, now=now)


def _can_be_written(tx: Session, meeting: Meeting, whom: str | Helped, owes: Owed, now: datetime) -> bool:
    """Whether a message can say it, and before it begins at the time that she knows."""
    if not owes.is_writable or meeting.starts_at <= now:
        return False
    begins = calls.in_time(meeting.starts_at, owes.was, now)
    people = () if isinstance(whom, Helped) else (whom,)
    helped = {whom.id: begins} if isinstance(whom, Helped) else None
    return bool(call_queries.reach(tx, people, owes.kind, starts_at=begins, now=now, helped=helped).written)
