"""The outbox: what is due, and whether it still stands and may be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import contacts, timing
from clinic.domain import notices as rules
from clinic.domain.calendars import Detail
from clinic.domain.contacts import Choice, Helped
from clinic.domain.notices import Facts, Kind, State, Voice
from clinic.domain.people import Role
from clinic.domain.timing import Went
from clinic.models import ClinicSession, Contact, Meeting, Notice, Person, PersonRole
from clinic.queries import readers, standing
from clinic.queries.readers import Reader


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
class PutOff:
    """A notice that may go later, unless that is too late."""

    until: datetime
    code: str


def next_due(tx: Session, now: datetime) -> Notice | None:
    """The next notice to see to, locked: due, or left behind by a worker whose lease ran out.

    On PostgreSQL those that another worker holds are passed over; on SQLite writers come one after the other.
    """
    is_due = (Notice.state == State.PLANNED) & (Notice.next_at <= now)
    is_left = Notice.state.in_([State.CLAIMED, State.SENDING]) & (Notice.lease_until <= now)
    # Of one act, what happened is read before what is to be done about it; of two reminders the cap lets the next
    # appointment's go.
    in_order = (Notice.next_at, Notice.kind == Kind.CALLS_WAITING, Notice.starts_at, Notice.id)
    query = select(Notice).where(or_(is_due, is_left)).order_by(*in_order).limit(1)
    return tx.scalar(query.with_for_update(skip_locked=True))


def next_late(tx: Session, now: datetime) -> str | None:
    """The next change that waits and is no longer worth sending, not locked: too late, or given up for a call.

    To those who work here late is late; everybody else can be called, as long as it has not begun.
    """
    works_here = exists().where(PersonRole.person_id == Notice.person_id, PersonRole.role != Role.MEMBER)
    waited_in_vain = Notice.due_at <= now - timing.WAITED_IN_VAIN
    soon = now + timing.TIME_TO_CALL
    # Of a move she has to know before she comes at the old time.
    is_near = or_(Notice.valid_until <= soon, (Notice.was_starts_at > Notice.due_at) & (Notice.was_starts_at <= soon))
    is_late = or_(Notice.valid_until <= now, waited_in_vain & is_near & ~works_here)
    query = select(Notice.id).where(Notice.state == State.PLANNED, Notice.kind.in_(timing.CHANGES), is_late)
    return tx.scalar(query.order_by(Notice.valid_until, Notice.id).limit(1))


def held_still(tx: Session, notice_id: str) -> Notice | None:
    """A notice, locked, after its session or meeting and its reader: until the transaction ends, neither can change.

    In this order, because whoever changes a session locks it first and takes notices back after. The session of a
    change is locked alone, as it may have to be called about then; so is what a reader said about being reached: no two
    messages count her caps at once.
    """
    notice = tx.get(Notice, notice_id)
    if notice is None:
        return None
    if notice.session_id:
        tx.get(ClinicSession, notice.session_id, with_for_update={"read": notice.kind not in timing.CHANGES})
    else:
        tx.get(Meeting, notice.about_id, with_for_update={"read": True})
    if notice.person_id:
        tx.get(Person, notice.person_id, with_for_update={"read": True})
    tx.scalar(
        select(Contact).where(readers.hers(readers.whom(notice))).with_for_update(),
        execution_options={"populate_existing": True},
    )
    return tx.get(Notice, notice_id, with_for_update=True, populate_existing=True)


def ask(tx: Session, notice: Notice, *, now: datetime) -> Letter | Stopped | PutOff:
    """Ask again, in the transaction that decides: may this notice go, as all stands now? Waits for her hours."""
    if now >= notice.valid_until:
        return Stopped(State.EXPIRED, notice.code or "late")
    reader = readers.of_notice(tx, notice)
    code = _obstacle(tx, notice, reader, now)
    choice = reader.reach.choice if reader.reach else None
    if code or choice is None or choice.address is None:
        return Stopped(State.SKIPPED, code or "no_address")
    if not timing.is_in_window(now, notice.kind, reader.rhythm):
        return PutOff(timing.into_window(now, notice.kind, reader.rhythm), "outside_hours")
    held_until = None if reader.at_work else timing.capped_until(notice.kind, notice.about_id, went(tx, notice), now)
    if held_until:
        return PutOff(held_until, "cap")
    items = _digest(tx, notice, reader) if notice.kind is Kind.DIGEST else ()
    if notice.kind is Kind.DIGEST and not items:
        return Stopped(State.SKIPPED, "said_already")
    return Letter(notice.id, notice.message_token, choice.address, facts(tx, notice, reader, choice, items))


def facts(
    tx: Session,
    notice: Notice,
    reader: Reader,
    choice: Choice,
    items: tuple[tuple[Mapping[str, str], datetime], ...],
) -> Facts:
    """What a text to this reader is made of, as all stands now; `items` are those of a digest."""
    names_place = choice.names_place and _is_as_usual(tx, notice)
    voice = Voice(choice.channel, choice.wording, names_place, choice.signs_off)
    is_named = _is_named(reader)
    return Facts(
        kind=notice.kind,
        language=reader.language,
        works_here=reader.at_work,
        words=_words(tx, notice, is_named=is_named),
        starts_at=notice.starts_at,
        was_at=notice.was_starts_at,
        voice=voice,
        is_named=is_named,
        items=items,
    )


def went(tx: Session, notice: Notice) -> list[Went]:
    """What went to the same reader in the last week, or perhaps did, or about the same object ever; not this one."""
    counts = Notice.state.in_([State.SENDING, State.SENT, State.UNCONFIRMED])
    query = select(Notice.about_id, Notice.kind, func.coalesce(Notice.ended_at, Notice.due_at)).where(
        readers.to_her(readers.whom(notice)), counts, Notice.id != notice.id
    )
    return [Went(*row) for row in tx.execute(query)]


def of_object(tx: Session, who: str | Helped, about_id: str) -> list[Notice]:
    """All notices to a reader about one object, in the order they were planned."""
    query = select(Notice).where(readers.to_her(who), Notice.about_id == about_id)
    return list(tx.scalars(query.order_by(Notice.planned_at, Notice.id)))


def _obstacle(tx: Session, notice: Notice, reader: Reader, now: datetime) -> str | None:
    if reader.is_disabled:
        return "account_disabled"
    if not standing.stands(tx, notice, now):
        return "no_longer_so"
    if not reader.at_work and notice.kind not in (rules.FOR_HELPED if notice.beneficiary_id else rules.FOR_MEMBERS):
        return "not_for_members"
    if contacts.may_write(reader.reach, now, at_work=reader.at_work):
        return None
    is_silent = reader.reach and (reader.reach.suspended or reader.reach.choice.channel not in contacts.WRITTEN)
    return "no_address" if reader.at_work and not is_silent else "not_chosen"


def _digest(tx: Session, notice: Notice, reader: Reader) -> tuple[tuple[Mapping[str, str], datetime], ...]:
    """All that a reader is on that day, in order; nothing when another digest of the day has said it."""
    same = select(Notice).where(
        Notice.person_id == notice.person_id, Notice.kind == Kind.DIGEST, Notice.due_at == notice.due_at
    )
    day = list(tx.scalars(same.order_by(Notice.starts_at, Notice.id)))
    if any(each.state in (State.SENDING, State.SENT) and each.id != notice.id for each in day):
        return ()
    told = [each for each in day if each.state in rules.UNDER_WAY and standing.stands(tx, each, notice.due_at)]
    is_named = _is_named(reader)
    return tuple((_words(tx, each, is_named=is_named), each.starts_at) for each in told)


def _is_named(reader: Reader) -> bool:
    """Whether one who works here chose to read the names of services in her notices (S16)."""
    return reader.at_work and reader.reach is not None and reader.reach.choice.detail is Detail.NAMED


def _words(tx: Session, notice: Notice, *, is_named: bool) -> Mapping[str, str]:
    """What the service of a notice is called by language; nothing for a notice without one, such as of a meeting."""
    session = _session(tx, notice)
    if session is None:
        return {}
    return session.series.names if is_named else session.series.agenda_words


def _is_as_usual(tx: Session, notice: Notice) -> bool:
    """Whether it is where the series is, at no other spot this time: else "at the usual place" would not be true."""
    session = _session(tx, notice)
    return session is not None and session.place_id == session.series.place_id and session.spot is None


def _session(tx: Session, notice: Notice) -> ClinicSession | None:
    query = select(ClinicSession).where(ClinicSession.id == notice.session_id)
    return tx.scalar(query.options(joinedload(ClinicSession.series)))
