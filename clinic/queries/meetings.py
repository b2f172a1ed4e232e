"""Meetings by telephone, each as its reader may know it: those who follow her, and the peer who calls her."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain import meetings as rules
from clinic.domain.answers import NotFound
from clinic.domain.attendance import Outcome
from clinic.domain.contacts import Helped, Reach, Suspension
from clinic.domain.meetings import Heard, Knows, MeetingState
from clinic.domain.notices import WAITING, Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.models import Beneficiary, Meeting, MeetingWord, Notice
from clinic.queries import beneficiaries, exclusions, people, readers
from clinic.queries.people import PersonRow
from clinic.queries.readers import Reader

_PERHAPS = (State.SENDING, State.SENT, State.UNCONFIRMED)


@dataclass(frozen=True)
class MeetingView:
    """One meeting for one reader. `peer` and `beneficiary_id` are there for those who follow her alone.

    `suspended`: why nobody may write, or call; `has_number`: whether one is noted; `shows_number`: whether this reader
    may see it now, `number_from` is when she may. `lacks_peer`: nobody calls her, unless another peer is found.
    """

    id: str
    beneficiary_id: str | None
    alias: str | None
    language: str
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    outcome: Outcome | None
    peer: str | None
    peer_id: str
    is_mine: bool
    knows: Knows
    suspended: Suspension | None
    has_number: bool
    shows_number: bool
    number_from: datetime
    lacks_peer: bool

    @property
    def is_off(self) -> bool:
        return self.state is MeetingState.CANCELLED

    @property
    def may_change(self) -> bool:
        """Those who follow her may arrange it anew; the peer may call it off."""
        return self.beneficiary_id is not None

    @property
    def may_recuse(self) -> bool:
        """Whether this reader is to call her, and may say that she cannot; whoever follows her finds another peer."""
        return self.is_mine and self.state is MeetingState.BOOKED and not self.may_change

    @property
    def is_to_see_to(self) -> bool:
        """Whether somebody who follows her has to do something before it begins."""
        return self.lacks_peer or (self.knows is Knows.CALL and self.suspended is not Suspension.NOT_SAFE)


def meeting(tx: Session, meeting_id: str, *, reader: SignedIn, now: datetime) -> MeetingView:
    """One meeting; raises `NotFound` also for whoever neither follows her nor is the peer, or never meets her (S07)."""
    views = _views(tx, Meeting.id == meeting_id, reader, now)
    if not views:
        raise NotFound
    return views[0]


def ahead(tx: Session, *, reader: SignedIn, now: datetime) -> list[MeetingView]:
    """What is not over: the reader's own as a peer, and of those whom she follows what is to be seen to."""
    views = _views(tx, Meeting.ends_at > now, reader, now)
    return [each for each in views if each.is_mine or each.is_to_see_to]


def between(tx: Session, first: datetime, end: datetime, *, reader: SignedIn, now: datetime) -> list[MeetingView]:
    """The reader's own as a peer that begin in a span of time."""
    here = (Meeting.peer_id == reader.id) & (Meeting.starts_at >= first) & (Meeting.starts_at < end)
    return _views(tx, here, reader, now)


def peers(tx: Session, beneficiary_id: str) -> list[PersonRow]:
    """Who may call her: active mediators, by name, but for those whom she never meets (S07)."""
    mediators = people.holding(tx, [Role.MEDIATOR])
    apart = exclusions.excluded_by(tx, beneficiary_id, [each.id for each in mediators])
    return [each for each in mediators if each.id not in apart]


def reach_of(tx: Session, beneficiary_id: str) -> Reach | None:
    """How she may be reached, if she ever said it."""
    return readers.reader(tx, Helped(beneficiary_id)).reach


def heard(tx: Session, meetings: Collection[Meeting]) -> Mapping[tuple[str, str | None], list[Heard]]:
    """What was said of each meeting, in order, by its id and who heard it: a person's id, None for her."""
    ids = [each.id for each in meetings]
    found: dict[tuple[str, str | None], list[Heard]] = defaultdict(list)
    for each in tx.scalars(select(Notice).where(Notice.about_id.in_(ids), Notice.state.in_(_PERHAPS))):
        if each.kind is not Kind.ATTENTION:
            found[each.about_id, each.person_id].append(_as_heard(each))
    for word in tx.scalars(select(MeetingWord).where(MeetingWord.meeting_id.in_(ids))):
        found[word.meeting_id, word.person_id].append(Heard(word.at, word.starts_at))
    return {key: sorted(said, key=lambda each: each.at) for key, said in found.items()}


def last_word(tx: Session, meeting_id: str, person_id: str | None = None) -> MeetingWord | None:
    """What a person, or she who is helped (None), was last noted to know without a message."""
    is_whose = MeetingWord.person_id.is_not_distinct_from(person_id)
    query = select(MeetingWord).where(MeetingWord.meeting_id == meeting_id, is_whose)
    return tx.scalars(query.order_by(MeetingWord.at.desc()).limit(1)).first()


def takes_place(meeting: Meeting) -> bool:
    """Whether she is to count on it: also while another peer is looked for."""
    return meeting.state is not MeetingState.CANCELLED


def _as_heard(notice: Notice) -> Heard:
    says = None if notice.kind is Kind.SESSION_CANCELLED else notice.starts_at
    return Heard(notice.ended_at or notice.due_at, says, is_sure=notice.state is not State.UNCONFIRMED)


def _views(tx: Session, which: ColumnElement[bool], reader: SignedIn, now: datetime) -> list[MeetingView]:
    """Seven queries at most, however many meetings."""
    found = _known(tx, tx.scalars(_query(reader).where(which)).all(), reader)
    if not found:
        return []
    contacts = readers.helped(tx, {each.beneficiary_id for each in found})
    said, written = heard(tx, found), _about_to_be_written(tx, found)
    return [_view(each, contacts[each.beneficiary_id], reader, _knows(each, said, written, now), now) for each in found]


def _query(reader: SignedIn) -> Select[Meeting]:
    query = select(Meeting).join(Beneficiary, Meeting.beneficiary_id == Beneficiary.id)
    query = query.options(joinedload(Meeting.beneficiary), joinedload(Meeting.peer))
    if not reader.holds(Role.COORDINATOR):
        follows = or_(Beneficiary.mediator_id == reader.id, Beneficiary.stand_in_id == reader.id)
        query = query.where(or_(Meeting.peer_id == reader.id, follows))
    return query.order_by(Meeting.starts_at, Meeting.id)


def _known(tx: Session, found: Sequence[Meeting], reader: SignedIn) -> list[Meeting]:
    if reader.holds(Role.COORDINATOR):
        return list(found)
    apart = exclusions.kept_from(tx, reader.id, {each.beneficiary_id for each in found})
    here = [each for each in found if each.beneficiary_id not in apart]
    is_peer = reader.holds(Role.MEDIATOR)
    return [each for each in here if is_peer or beneficiaries.follows(reader, each.beneficiary)]


def _about_to_be_written(tx: Session, meetings: Sequence[Meeting]) -> set[tuple[str, datetime | None]]:
    """What messages that wait will say to her, by meeting."""
    waiting = select(Notice).where(Notice.about_id.in_([each.id for each in meetings]), Notice.state.in_(WAITING))
    kinds = (Kind.BOOKED, Kind.SESSION_MOVED, Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED)
    to_her = waiting.where(Notice.beneficiary_id.is_not(None), Notice.kind.in_(kinds))
    return {(each.about_id, _as_heard(each).starts_at) for each in tx.scalars(to_her)}


def _knows(
    meeting: Meeting,
    said: Mapping[tuple[str, str | None], list[Heard]],
    written: set[tuple[str, datetime | None]],
    now: datetime,
) -> Knows:
    is_on = takes_place(meeting)
    owed = rules.owed(said.get((meeting.id, None), []), starts_at=meeting.starts_at, takes_place=is_on)
    if owed is None or meeting.starts_at <= now:
        return Knows.KNOWS
    return Knows.WRITTEN if (meeting.id, meeting.starts_at if is_on else None) in written else Knows.CALL


def _view(meeting: Meeting, hers: Reader, reader: SignedIn, knows: Knows, now: datetime) -> MeetingView:
    follows = beneficiaries.follows(reader, meeting.beneficiary)
    span, suspended = (meeting.starts_at, meeting.ends_at), hers.reach.suspended if hers.reach else None
    is_mine = meeting.peer_id == reader.id
    is_on = meeting.state is MeetingState.BOOKED
    may_know = discretion.may_know_number(is_follower=follows, is_peer=is_mine and is_on, span=span, now=now)
    has_number = bool(hers.reach and hers.reach.choice.number)
    is_left = meeting.state is MeetingState.WITHOUT_PEER or (is_on and meeting.peer.disabled_at is not None)
    return MeetingView(
        id=meeting.id,
        beneficiary_id=meeting.beneficiary_id if follows else None,
        alias=meeting.beneficiary.alias,
        language=meeting.language,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        state=meeting.state,
        outcome=meeting.outcome,
        peer=meeting.peer.name if follows else None,
        peer_id=meeting.peer_id,
        is_mine=is_mine,
        knows=knows,
        suspended=suspended,
        has_number=has_number,
        shows_number=has_number and may_know and is_on and suspended is not Suspension.NOT_SAFE,
        number_from=meeting.starts_at - discretion.NUMBER_FOR_PEER[0],
        lacks_peer=is_left and meeting.starts_at > now,
    )
