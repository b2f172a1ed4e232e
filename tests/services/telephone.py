"""Two who agree on a meeting by telephone: what is given, and what became of what was to be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.contacts import Channel, Choice, Helped, Shared
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.resources import of_beneficiary, of_person
from clinic.models import Meeting, Notice, Occupancy
from clinic.services import beneficiaries, contacts, meetings
from clinic.services.meetings import MeetingWish
from tests import make
from tests.make import FRIDAY, NOW

BY_SMS = Choice(Channel.SMS, Shared.NO, number="+33612345678", language="fr")
BY_CALL = Choice(Channel.CALL, number="+33612345678")
WORDS = (Kind.BOOKED, Kind.SESSION_MOVED, Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED)
HOUR = timedelta(hours=1)
LATER = FRIDAY + 2 * HOUR


@dataclass(frozen=True)
class Two:
    """One who is helped, who follows her, and the peer who calls her."""

    her: str
    mediator: SignedIn
    peer: SignedIn

    @property
    def helped(self) -> Helped:
        return Helped(self.her)


def make_two(tx: Session, choice: Choice | None = BY_SMS, *, alias: str = "Iris") -> Two:
    """She chose SMS, unless another choice is given; the peer has an address."""
    mediator, peer = make.make_person(tx, Role.MEDIATOR), make.make_person(tx, Role.MEDIATOR)
    make.give_address(tx, peer.id, f"{peer.id}@exemple.org")
    her = beneficiaries.known_as(tx, alias, language="eng", by=mediator, now=NOW).id
    tx.flush()
    if choice:
        contacts.choose(tx, Helped(her), choice, now=NOW)
    return Two(her, mediator, peer)


def wish(two: Two, starts_at: datetime = FRIDAY, *, peer: SignedIn | None = None, minutes: int = 30) -> MeetingWish:
    """The peer calls her on Friday at 9:30 for half an hour, unless told otherwise."""
    return MeetingWish((peer or two.peer).id, starts_at, minutes, "eng")


def arrange(
    tx: Session, two: Two, starts_at: datetime = FRIDAY, *, now: datetime = NOW, by: SignedIn | None = None
) -> str:
    """Agree on it; return its id."""
    return meetings.arrange(tx, two.her, wish(two, starts_at), key=make.key(), by=by or two.mediator, now=now)


def holding(tx: Session, meeting_id: str) -> set[str]:
    """What a meeting holds."""
    return set(tx.scalars(select(Occupancy.resource).where(Occupancy.holder == meeting_id)))


def both(two: Two) -> set[str]:
    return {of_beneficiary(two.her), of_person(two.peer.id)}


def to_say(tx: Session, two: Two, whom: str | None = None) -> list[tuple[Kind, datetime]]:
    """What waits to be said to her, or to another person; reminders not."""
    is_to = Notice.person_id == whom if whom else Notice.beneficiary_id == two.her
    query = select(Notice).where(is_to, Notice.state == State.PLANNED, Notice.kind.in_(WORDS))
    return [(each.kind, each.starts_at) for each in tx.scalars(query.order_by(Notice.planned_at))]


def reminders(tx: Session, meeting_id: str) -> set[tuple[str | None, datetime]]:
    """Whom a reminder waits for, of which time."""
    query = select(Notice).where(Notice.about_id == meeting_id, Notice.state == State.PLANNED)
    due = tx.scalars(query.where(Notice.kind.in_([Kind.REMINDER, Kind.DIGEST])))
    return {(each.person_id, each.starts_at) for each in due}


def send(tx: Session, *, now: datetime, state: State = State.SENT) -> None:
    """All that waits of words was sent; or this became of it."""
    for each in tx.scalars(select(Notice).where(Notice.state == State.PLANNED, Notice.kind.in_(WORDS))):
        each.state, each.ended_at = state, now
    tx.flush()


def row(tx: Session, meeting_id: str) -> Meeting:
    return tx.get_one(Meeting, meeting_id, populate_existing=True)
