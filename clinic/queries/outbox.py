"""The outbox: what is due, whether it still stands and may be said, and what the coordinator sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import notices as rules
from clinic.domain.calls import CallState
from clinic.domain.interpreting import OfferState
from clinic.domain.notices import Choice, Facts, Kind, State
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState
from clinic.domain.sessions import Status
from clinic.domain.workshops import RegistrationState
from clinic.models import (
    Ask,
    Call,
    ClinicSession,
    MessageChoice,
    Need,
    Notice,
    Offer,
    Person,
    PersonRole,
    Registration,
    Shift,
)

FIRST_LANGUAGE = "fr"
LIST_AT_MOST = 25


@dataclass(frozen=True)
class Letter:
    """A notice that may go now: to whom, under which name, made of which facts."""

    notice_id: str
    message_token: str
    address: str
    facts: Facts


@dataclass(frozen=True)
class Stopped:
    """A notice that does not go: what becomes of it, and why."""

    state: State
    code: str


@dataclass(frozen=True)
class NoticeRow:
    """A notice as the coordinator sees it: never a text, never an address."""

    kind: Kind
    person_name: str
    state: State
    code: str | None
    due_at: datetime
    ended_at: datetime | None
    tries: int


@dataclass(frozen=True)
class Overview:
    """What waits and what ended, the first of each; how many there are of each state."""

    waiting: tuple[NoticeRow, ...]
    ended: tuple[NoticeRow, ...]
    counts: Mapping[State, int]
    oldest_due_at: datetime | None

    @property
    def more_waiting(self) -> int:
        return sum(self.counts.get(state, 0) for state in rules.UNDER_WAY) - len(self.waiting)

    def is_late(self, now: datetime) -> bool:
        return self.oldest_due_at is not None and now - self.oldest_due_at > rules.WAITS_TOO_LONG


_Object = Shift | Offer | Registration | Ask | ClinicSession
_COMES = frozenset[StrEnum]({ShiftState.CONFIRMED, ShiftState.TO_CONFIRM, RegistrationState.REGISTERED})
_CONCERNED = _COMES | {RegistrationState.WAITING}
# In which states of its object each kind may be said; a move concerns also those who leave because of it.
_SAID_IN: Mapping[Kind, frozenset[StrEnum]] = {
    Kind.SHIFT_TAKEN: _COMES,
    Kind.SHIFT_GIVEN_BACK: frozenset({ShiftState.RELEASED}),
    Kind.OFFER_ASKED: frozenset({OfferState.ASKED}),
    Kind.OFFER_ACCEPTED: frozenset({OfferState.ACCEPTED}),
    Kind.OFFER_DECLINED: frozenset({OfferState.DECLINED}),
    Kind.OFFER_FILLED: frozenset({OfferState.FILLED}),
    Kind.OFFER_WITHDRAWN: frozenset({OfferState.WITHDRAWN}),
    Kind.REGISTERED: _COMES,
    Kind.PLACE_FALLEN_FREE: _COMES,
    Kind.SESSION_MOVED: _CONCERNED | {ShiftState.RELEASED, RegistrationState.WITHDRAWN},
    Kind.SESSION_CANCELLED: _CONCERNED,
    Kind.SESSION_RESTORED: _CONCERNED,
    Kind.REMINDER: _COMES | {OfferState.ACCEPTED},
    Kind.ASK_MADE: frozenset({AskState.ASKED}),
    Kind.ASK_FILLED: frozenset({AskState.FILLED}),
    Kind.ASK_WITHDRAWN: frozenset({AskState.WITHDRAWN}),
    Kind.STAND_IN_FOUND: frozenset({ShiftState.RELEASED}),
    Kind.DECISION_DUE: frozenset({Status.PLANNED}),
    Kind.CALLS_WAITING: frozenset({Status.PLANNED, Status.CANCELLED}),
    Kind.SPOT_CHANGED: _COMES | {OfferState.ACCEPTED},
}
# These end something: they stay true when the session is cancelled or moved meanwhile.
_ENDINGS = frozenset(
    {
        Kind.SHIFT_GIVEN_BACK,
        Kind.OFFER_DECLINED,
        Kind.OFFER_FILLED,
        Kind.OFFER_WITHDRAWN,
        Kind.ASK_FILLED,
        Kind.ASK_WITHDRAWN,
        Kind.STAND_IN_FOUND,
    }
)
_FOR_MEMBERS = frozenset(
    {
        Kind.REGISTERED,
        Kind.PLACE_FALLEN_FREE,
        Kind.SESSION_MOVED,
        Kind.SESSION_CANCELLED,
        Kind.SESSION_RESTORED,
        Kind.REMINDER,
        Kind.SPOT_CHANGED,
    }
)


def next_due(tx: Session, now: datetime) -> Notice | None:
    """The next notice to see to, locked: due, or left behind by a worker whose lease ran out.

    On PostgreSQL those that another worker holds are passed over; on SQLite writers come one after the other.
    """
    is_due = (Notice.state == State.PLANNED) & (Notice.next_at <= now)
    is_left = Notice.state.in_([State.CLAIMED, State.SENDING]) & (Notice.lease_until <= now)
    # Of one act, what happened is read before what is to be done about it.
    in_order = (Notice.next_at, Notice.kind == Kind.CALLS_WAITING, Notice.id)
    query = select(Notice).where(or_(is_due, is_left)).order_by(*in_order).limit(1)
    return tx.scalar(query.with_for_update(skip_locked=True))


def held_still(tx: Session, notice_id: str) -> Notice | None:
    """A notice, locked, after its session and its person: until the transaction ends, neither can change.

    In this order, because whoever changes a session locks it first and takes notices back after.
    """
    ids = tx.execute(select(Notice.session_id, Notice.person_id).where(Notice.id == notice_id)).one_or_none()
    if ids is None:
        return None
    tx.get(ClinicSession, ids[0], with_for_update={"read": True})
    tx.get(Person, ids[1], with_for_update={"read": True})
    return tx.get(Notice, notice_id, with_for_update=True, populate_existing=True)


def ask(tx: Session, notice: Notice, *, now: datetime) -> Letter | Stopped:
    """Ask again, in the transaction that decides: may this notice go, as all stands now?"""
    if now >= notice.valid_until:
        return Stopped(State.EXPIRED, notice.code or "late")
    person = tx.get_one(Person, notice.person_id)
    at_work = works_here(tx, person.id)
    code = _obstacle(tx, notice, person, now, at_work=at_work)
    if code or not person.email:
        return Stopped(State.SKIPPED, code or "no_address")
    return Letter(notice.id, notice.message_token, person.email, _facts(tx, notice, person, at_work=at_work))


def of_object(tx: Session, person_id: str, about_id: str) -> list[Notice]:
    """All notices to a person about one object, in the order they were planned."""
    query = select(Notice).where(Notice.person_id == person_id, Notice.about_id == about_id)
    return list(tx.scalars(query.order_by(Notice.planned_at, Notice.id)))


def time_of(tx: Session, about_id: str, session_id: str) -> datetime:
    """When that begins which a notice is about: the session, or what an interpreter is needed for."""
    need = select(Need.starts_at).join(Offer, Offer.need_id == Need.id).where(Offer.id == about_id)
    return tx.scalar(need) or tx.get_one(ClinicSession, session_id).starts_at


def is_back(tx: Session, notice: Notice) -> bool:
    """Whether a session is again when and where it was before the move that a notice tells of."""
    session = tx.get_one(ClinicSession, notice.session_id)
    was = (notice.was_starts_at, notice.was_ends_at, notice.was_place_id)
    return was == (session.starts_at, session.ends_at, session.place_id)


def works_here(tx: Session, person_id: str) -> bool:
    """Whether a person is more than a member."""
    roles = tx.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id))
    return rules.works_here(frozenset(roles))


def choice_of(tx: Session, person_id: str) -> Choice | None:
    """How a person wishes to be told, if she ever said."""
    kept = tx.get(MessageChoice, person_id)
    return Choice(kept.channel, kept.is_shared, kept.chosen_at, kept.confirmed_at) if kept else None


def address_of(tx: Session, person_id: str) -> str | None:
    """Where a person is written to, for her own account page."""
    return tx.scalar(select(Person.email).where(Person.id == person_id))


def overview(tx: Session) -> Overview:
    """What waits, oldest first, and what ended, newest first; three queries, however many there are."""
    is_under_way = Notice.state.in_(rules.UNDER_WAY)
    waiting = _with_names().where(is_under_way).order_by(Notice.due_at, Notice.id)
    ended = _with_names().where(~is_under_way, Notice.state != State.SUPERSEDED)
    counts = select(Notice.state, func.count(), func.min(Notice.due_at)).group_by(Notice.state)
    states = tx.execute(counts).all()
    oldest = [each[2] for each in states if each[0] in rules.UNDER_WAY]
    return Overview(
        waiting=_rows(tx, waiting),
        ended=_rows(tx, ended.order_by(Notice.ended_at.desc(), Notice.id)),
        counts={each[0]: each[1] for each in states},
        oldest_due_at=min(oldest, default=None),
    )


def _obstacle(tx: Session, notice: Notice, person: Person, now: datetime, *, at_work: bool) -> str | None:
    if person.disabled_at:
        return "account_disabled"
    if not _stands(tx, notice, now):
        return "no_longer_so"
    if not at_work and notice.kind not in _FOR_MEMBERS:
        return "not_for_members"
    return None if rules.may_write(choice_of(tx, person.id), now, at_work=at_work) else "not_chosen"


def _stands(tx: Session, notice: Notice, now: datetime) -> bool:
    """Whether it is still as the notice says: its object, its session, its time."""
    found = _object(tx, notice.about_id)
    if found is None or _state(found) not in _SAID_IN[notice.kind]:
        return False
    if isinstance(found, ClinicSession):
        return _is_asked_for(tx, found, notice)
    if isinstance(found, Offer) and found.state is OfferState.ASKED and found.answer_by <= now:
        return False
    if notice.kind in _ENDINGS:
        return True
    session = tx.get_one(ClinicSession, notice.session_id)
    is_cancelled = session.status is Status.CANCELLED
    if is_cancelled is not (notice.kind is Kind.SESSION_CANCELLED) or is_back(tx, notice):
        return False
    return time_of(tx, notice.about_id, notice.session_id) == notice.starts_at


def _object(tx: Session, about_id: str) -> _Object | None:
    found = tx.get(Shift, about_id) or tx.get(Offer, about_id) or tx.get(Registration, about_id)
    return found or tx.get(Ask, about_id) or tx.get(ClinicSession, about_id)


def _state(found: _Object) -> StrEnum:
    return found.status if isinstance(found, ClinicSession) else found.state


def _is_asked_for(tx: Session, session: ClinicSession, notice: Notice) -> bool:
    """Whether somebody has still to decide about a session, or to call somebody about it."""
    if notice.kind is Kind.DECISION_DUE:
        return session.asked_to_decide_at is not None and session.starts_at == notice.starts_at
    waits = Call.state.in_([CallState.OPEN, CallState.NOT_REACHED])
    return tx.scalar(select(Call.id).where(Call.session_id == session.id, waits).limit(1)) is not None


def _facts(tx: Session, notice: Notice, person: Person, *, at_work: bool) -> Facts:
    session = tx.scalars(
        select(ClinicSession).where(ClinicSession.id == notice.session_id).options(joinedload(ClinicSession.series))
    ).one()
    return Facts(
        kind=notice.kind,
        language=person.language or FIRST_LANGUAGE,
        works_here=at_work,
        agenda_words={"fr": session.series.agenda_word_fr, "en": session.series.agenda_word_en},
        starts_at=notice.starts_at,
        was_at=notice.was_starts_at,
    )


def _with_names() -> Select[Notice, str]:
    return select(Notice, Person.name).join(Person, Person.id == Notice.person_id).limit(LIST_AT_MOST)


def _rows(tx: Session, query: Select[Notice, str]) -> tuple[NoticeRow, ...]:
    return tuple(
        NoticeRow(each.kind, name, each.state, each.code, each.due_at, each.ended_at, each.tries)
        for each, name in tx.execute(query)
    )
