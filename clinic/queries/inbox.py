"""What each person of a demonstration would have received so far, and will: computed at each look, never written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from clinic.domain import timing
from clinic.domain.answers import NotFound
from clinic.domain.calls import TO_MAKE, Change
from clinic.domain.contacts import Channel, Choice, Helped
from clinic.domain.notices import WAITING, Facts, Kind, State
from clinic.domain.people import Role
from clinic.domain.timing import Went
from clinic.models import Beneficiary, Call, Notice, Person
from clinic.queries import outbox, readers
from clinic.queries.outbox import Letter, Stopped
from clinic.queries.readers import Reader

_WENT = (State.SENDING, State.SENT, State.UNCONFIRMED)
_NOT_CHOSEN = Choice(Channel.NONE)


@dataclass(frozen=True)
class Owner:
    """Whose telephone it is: somebody with an account, or one who is helped; how she is written to now."""

    id: str
    name: str
    roles: frozenset[Role]
    channel: Channel
    messages: int
    is_helped: bool


@dataclass(frozen=True)
class Message:
    """What came, or will: when, by which channel, made of which facts."""

    at: datetime
    channel: Channel
    facts: Facts


@dataclass(frozen=True)
class KeptBack:
    """What did not go, or will not: since when, what became of it, and why."""

    kind: Kind
    at: datetime
    state: State
    code: str | None
    is_to_call: bool


@dataclass(frozen=True)
class Phone:
    """All on one telephone: what came, the latest first; what will come, the next first; what was kept back.

    `to_call`: of what she is to be told by telephone, each since when.
    """

    owner: Owner
    came: Sequence[Message]
    to_come: Sequence[Message]
    kept_back: Sequence[KeptBack]
    to_call: Sequence[tuple[Change, datetime]]


@dataclass
class _Pile:
    """What was looked at so far, in the order of time: later messages depend on what went before them."""

    messages: list[Message] = field(default_factory=list)
    kept_back: list[KeptBack] = field(default_factory=list)
    went: list[Went] = field(default_factory=list)
    digests: set[datetime] = field(default_factory=set)


def owners(tx: Session) -> list[Owner]:
    """Everybody to whom something was to be said, by name; those who are helped by alias: nine queries at most."""
    counts = _counts(tx)
    people = tx.scalars(select(Person).where(Person.id.in_(counts)).options(selectinload(Person.held))).all()
    helped = tx.scalars(select(Beneficiary).where(Beneficiary.id.in_(counts))).all()
    found = {**readers.people(tx, [each.id for each in people]), **readers.helped(tx, [each.id for each in helped])}
    rows = [_of_person(each, found[each.id], counts[each.id]) for each in people]
    rows += [_of_helped(each, found[each.id], counts[each.id]) for each in helped]
    return sorted(rows, key=lambda each: (each.name.casefold(), each.id))


def phone(tx: Session, who: str | Helped, *, now: datetime) -> Phone:
    """One person's telephone; raises `NotFound`. What was due without a mail server counts as if it had come."""
    owner, reader = _owner(tx, who), readers.reader(tx, who)
    query = (
        select(Notice).where(readers.to_her(who), Notice.state != State.SUPERSEDED).order_by(Notice.next_at, Notice.id)
    )
    calls = _calls(tx, who)
    pile = _Pile()
    for each in tx.scalars(query).all():
        _look(tx, each, reader, pile, is_to_call=each.kind in timing.CHANGES and each.about_id in calls)
    in_order = sorted(pile.messages, key=lambda each: each.at)
    return Phone(
        owner=owner,
        came=[each for each in reversed(in_order) if each.at <= now],
        to_come=[each for each in in_order if each.at > now],
        kept_back=sorted(pile.kept_back, key=lambda each: each.at, reverse=True),
        to_call=sorted(calls.values(), key=lambda each: each[1]),
    )


def _look(tx: Session, notice: Notice, reader: Reader, pile: _Pile, *, is_to_call: bool) -> None:
    """See what became of one message, or will."""
    if notice.state in _WENT:
        choice = reader.reach.choice if reader.reach else _NOT_CHOSEN
        choice = replace(choice, channel=notice.went_by or choice.channel)
        facts = outbox.facts(tx, notice, reader, choice, _said_together(tx, notice, reader, choice))
        _put(pile, notice, notice.ended_at or notice.due_at, facts)
    elif notice.state in WAITING:
        _foresee(tx, notice, reader, pile, is_to_call=is_to_call)
    elif notice.code != "said_already":
        at = notice.ended_at or notice.due_at
        pile.kept_back.append(KeptBack(notice.kind, at, notice.state, notice.code, is_to_call))


def _foresee(tx: Session, notice: Notice, reader: Reader, pile: _Pile, *, is_to_call: bool) -> None:
    """Ask what the worker will ask, at the instants at which it will: each answer may put it off."""
    at, state, code = notice.next_at, State.EXPIRED, notice.code
    while at < notice.valid_until:
        asked = outbox.ask(tx, notice, now=at)
        if isinstance(asked, Letter):
            until = _capped_until(tx, notice, reader, pile, at)
            if until is None:
                _put(pile, notice, at, asked.facts)
                return
            at, code = until, "cap"
        elif isinstance(asked, Stopped):
            state, code = asked.state, asked.code
            break
        else:
            at, code = asked.until, asked.code
    if code != "said_already":
        pile.kept_back.append(KeptBack(notice.kind, min(at, notice.valid_until), state, code, is_to_call))


def _put(pile: _Pile, notice: Notice, at: datetime, facts: Facts) -> None:
    """Put a message on the pile; of several digests of one day the first says all."""
    if notice.kind is Kind.DIGEST and notice.due_at in pile.digests:
        return
    if notice.kind is Kind.DIGEST:
        pile.digests.add(notice.due_at)
    if notice.state in WAITING:
        pile.went.append(Went(notice.about_id, notice.kind, at))
    pile.messages.append(Message(at, facts.voice.channel, facts))


def _capped_until(tx: Session, notice: Notice, reader: Reader, pile: _Pile, at: datetime) -> datetime | None:
    """Until when the caps hold it back, counting what would have gone before it as gone."""
    if reader.at_work:
        return None
    return timing.capped_until(notice.kind, notice.about_id, [*outbox.went(tx, notice), *pile.went], at)


def _said_together(
    tx: Session, notice: Notice, reader: Reader, choice: Choice
) -> tuple[tuple[dict[str, str], datetime], ...]:
    """What a digest that went said: its own part and those that were not sent because of it."""
    if notice.kind is not Kind.DIGEST:
        return ()
    same = select(Notice).where(
        Notice.person_id == notice.person_id,
        Notice.kind == Kind.DIGEST,
        Notice.due_at == notice.due_at,
        (Notice.state.in_(_WENT)) | (Notice.code == "said_already"),
    )
    parts = tx.scalars(same.order_by(Notice.starts_at, Notice.id)).all()
    return tuple((dict(outbox.facts(tx, each, reader, choice, ()).words), each.starts_at) for each in parts)


def _counts(tx: Session) -> dict[str, int]:
    """How many messages there are by reader's id, taken back ones aside; those only to be called have none."""
    counts: dict[str, int] = defaultdict(int)
    for column in (Notice.person_id, Notice.beneficiary_id):
        query = select(column, func.count()).where(column.is_not(None), Notice.state != State.SUPERSEDED)
        for reader_id, number in tx.execute(query.group_by(column)):
            counts[reader_id or ""] += number
    for column in (Call.person_id, Call.beneficiary_id):
        for reader_id in tx.scalars(select(column).where(column.is_not(None), Call.state.in_(TO_MAKE)).distinct()):
            counts[reader_id or ""] += 0
    return counts


def _owner(tx: Session, who: str | Helped) -> Owner:
    if isinstance(who, Helped):
        helped = tx.get(Beneficiary, who.id)
        if helped is None:
            raise NotFound
        return _of_helped(helped, readers.reader(tx, who), 0)
    person = tx.scalar(select(Person).where(Person.id == who).options(selectinload(Person.held)))
    if person is None:
        raise NotFound
    return _of_person(person, readers.reader(tx, who), 0)


def _of_person(person: Person, reader: Reader, messages: int) -> Owner:
    roles = frozenset(each.role for each in person.held)
    return Owner(person.id, person.name, roles, _channel(reader), messages, is_helped=False)


def _of_helped(beneficiary: Beneficiary, reader: Reader, messages: int) -> Owner:
    return Owner(beneficiary.id, beneficiary.alias or "", frozenset(), _channel(reader), messages, is_helped=True)


def _channel(reader: Reader) -> Channel:
    """The channel that she chose, unless all is stopped."""
    if reader.reach is None or reader.reach.suspended:
        return Channel.NONE
    return reader.reach.choice.channel


def _calls(tx: Session, who: str | Helped) -> dict[str, tuple[Change, datetime]]:
    """What she is to be called about, by its id."""
    mine = Call.beneficiary_id == who.id if isinstance(who, Helped) else Call.person_id == who
    found = tx.scalars(select(Call).where(mine, Call.state.in_(TO_MAKE)))
    return {each.about_id: (each.change, each.made_at) for each in found}
