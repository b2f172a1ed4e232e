"""The queue of a session: booked people and walk-ins in one list, who of the crew is free, who could interpret now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain import queue as rules
from clinic.domain.answers import NotFound
from clinic.domain.appointments import USUAL_LANGUAGES, AppointmentState, Topic
from clinic.domain.discretion import Standing
from clinic.domain.interpreting import Modality, NeedState
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.models import Appointment, Beneficiary, ClinicSession, Exclusion, Need, Offer, Person, Shift, Visit
from clinic.queries import attending, beneficiaries, desks, exclusions, programme
from clinic.queries import rota as rota_queries
from clinic.queries.desks import AppointmentView
from clinic.queries.interpreting import NeedRow
from clinic.queries.programme import SessionView

ORDER = (VisitState.SEEN, VisitState.WAITING, VisitState.DONE, VisitState.LEFT)
LANGUAGES_OFFERED = 6
Pairs = Collection[tuple[str, str]]


@dataclass(frozen=True)
class CrewRow:
    """Somebody of the crew who can see people, by name, and whether she is with nobody."""

    person_id: str
    name: str
    role: Role
    is_free: bool
    is_me: bool


@dataclass(frozen=True)
class VisitRow:
    """Somebody who is there. `can_see` are those of the crew who are free and may see her.

    `with_me`: she is, or was, seen by the reader. `beneficiary_id` only for one who follows her.
    """

    id: str
    number: int
    alias: str | None
    language: str
    topic: Topic | None
    booked_at: datetime | None
    arrived_at: datetime
    state: VisitState
    since: datetime
    with_id: str | None
    with_name: str | None
    with_me: bool
    version: int
    is_first: bool
    can_see: tuple[CrewRow, ...]
    beneficiary_id: str | None


@dataclass(frozen=True)
class OnCall:
    """An interpreter who could be called now, for whom: the name, and never the number yet."""

    person_id: str
    name: str
    language: str
    visit_id: str
    number: int


@dataclass(frozen=True)
class QueueView:
    """The queue as its reader may know it; `stamp` changes with everything that it shows."""

    session: SessionView
    visits: tuple[VisitRow, ...]
    expected: tuple[AppointmentView, ...]
    crew: tuple[CrewRow, ...]
    on_call: tuple[OnCall, ...]
    calls: tuple[NeedRow, ...]
    may_run: bool
    is_open: bool
    stamp: str

    @property
    def waiting(self) -> tuple[VisitRow, ...]:
        return self._in_state(VisitState.WAITING)

    @property
    def seen(self) -> tuple[VisitRow, ...]:
        return self._in_state(VisitState.SEEN)

    @property
    def over(self) -> tuple[VisitRow, ...]:
        return self._in_state(VisitState.DONE, VisitState.LEFT)

    def _in_state(self, *states: VisitState) -> tuple[VisitRow, ...]:
        return tuple(each for each in self.visits if each.state in states)


def queue(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> QueueView:
    """The queue of a session; raises `NotFound` for who may not see it (S02).

    Of somebody whom the reader never meets nothing is in it (S07). As many queries, however many people are there.
    """
    said = stamp(tx, session_id, reader=reader, now=now)
    session = programme.session(tx, session_id, reader=reader, now=now)
    role = session.my_shift.role if session.my_shift else None
    may_run = discretion.may_run_queue(_standing(session, role, reader, now))
    everybody = _visits(tx, session_id)
    hidden = _hidden(tx, everybody, reader)
    found = [each for each in everybody if each.beneficiary_id not in hidden]
    crew = tuple(each for each in _crew(tx, session_id, everybody, reader) if may_run or each.is_me)
    on_call = _could_interpret(tx, found, now) if may_run else []
    people = {each.person_id for each in crew} | {each[0] for each in on_call}
    apart = exclusions.apart(tx, {each.beneficiary_id for each in found}, people)
    booked = {each.id: each for each in desks.of_session(tx, session, reader=reader, now=now)}
    here = {each.appointment_id for each in everybody}
    return QueueView(
        session=session,
        visits=tuple(_row(each, crew, booked, apart, reader, may_run=may_run) for each in found),
        expected=tuple(each for each in booked.values() if each.id not in here and each.outcome is None),
        crew=crew,
        on_call=_for_whom(on_call, found, apart),
        calls=_calls(session, now) if may_run else (),
        may_run=may_run,
        is_open=not session.is_cancelled and rules.is_open(session.starts_at, session.ends_at, now),
        stamp=said,
    )


def stamp(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> str:
    """What a telephone compares: no word of anybody, and nothing of it can be read back; it is new each minute, since
    the waiting is told in minutes. Raises `NotFound` as `queue` does."""
    session = tx.get(ClinicSession, session_id)
    if session is None:
        raise NotFound
    shifts = rota_queries.live_shifts(tx, session_id)
    role = next((each.role for each in shifts if each.person_id == reader.id), None)
    if not discretion.may_see_queue(_standing(session, role, reader, now)):
        raise NotFound
    parts: list[object] = [int(now.timestamp()) // 60, session.status, session.changed_at]
    parts += [(each.id, each.state, each.role) for each in shifts]
    return sha256(repr([*parts, *_changing(tx, session_id)]).encode()).hexdigest()[:16]


def session_of(tx: Session, visit_id: str) -> str | None:
    """The session to whose queue a visit belongs; None when it is on no line any more."""
    return tx.scalar(select(Visit.session_id).where(Visit.id == visit_id))


def languages(tx: Session, session_id: str) -> list[str]:
    """The languages to offer first: those that most people speak at this session, then the usual ones."""
    spoken: Counter[str] = Counter()
    for table in (Visit, Appointment):
        spoken.update(tx.scalars(select(table.language).where(table.session_id == session_id)))
    del spoken[rules.NOT_KNOWN]
    return list(dict.fromkeys([*(code for code, _ in spoken.most_common()), *USUAL_LANGUAGES]))[:LANGUAGES_OFFERED]


def could_call(tx: Session, visit: Visit, *, now: datetime) -> set[str]:
    """Who could interpret for her by telephone now; nobody whom she never meets is among them (S07)."""
    people = {each[0] for each in _could_interpret(tx, [visit], now)}
    return people - exclusions.excluded_by(tx, visit.beneficiary_id, people)


def _standing(session: SessionView | ClinicSession, role: Role | None, reader: SignedIn, now: datetime) -> Standing:
    return Standing(reader, role, session.starts_at, session.ends_at, now)


def _visits(tx: Session, session_id: str) -> list[Visit]:
    query = select(Visit).where(Visit.session_id == session_id).order_by(Visit.turn, Visit.number)
    found = tx.scalars(query.options(joinedload(Visit.beneficiary), joinedload(Visit.seen_by)))
    return sorted(found, key=lambda each: ORDER.index(each.state))


def _hidden(tx: Session, found: Sequence[Visit], reader: SignedIn) -> set[str]:
    if reader.holds(Role.COORDINATOR) or not found:
        return set()
    return exclusions.kept_from(tx, reader.id, {each.beneficiary_id for each in found})


def _crew(tx: Session, session_id: str, everybody: Sequence[Visit], reader: SignedIn) -> tuple[CrewRow, ...]:
    """Those of the crew who see people, the legal team first; with whom they are counts, whoever may know of it."""
    busy = {each.with_id for each in everybody if each.state is VisitState.SEEN}
    query = select(Shift.person_id, Person.name, Shift.role).join(Person, Shift.person_id == Person.id)
    held = tx.execute(query.where(Shift.id.in_([each.id for each in rota_queries.live_shifts(tx, session_id)])))
    rows = [
        CrewRow(person_id, name, role, person_id not in busy, person_id == reader.id)
        for person_id, name, role in held
        if role is not Role.INTERPRETER
    ]
    return tuple(sorted(rows, key=lambda row: (row.role not in LEGAL_TEAM, row.name.casefold())))


def _row(
    found: Visit,
    crew: Sequence[CrewRow],
    booked: dict[str, AppointmentView],
    apart: Pairs,
    reader: SignedIn,
    *,
    may_run: bool,
) -> VisitRow:
    """Names of the crew are for those who run the line; who only reads it knows whom she herself sees."""
    appointment = booked.get(found.appointment_id or "")
    whom, with_me = found.beneficiary, found.with_id == reader.id
    free = [each for each in crew if each.is_free] if found.state is VisitState.WAITING else []
    is_followed = whom.alias_digest is not None and beneficiaries.follows(reader, whom)
    return VisitRow(
        id=found.id,
        number=found.number,
        alias=whom.alias,
        language=found.language,
        topic=found.topic,
        booked_at=appointment.starts_at if appointment else None,
        arrived_at=found.arrived_at,
        state=found.state,
        since=found.since,
        with_id=found.with_id,
        with_name=found.seen_by.name if found.seen_by and (may_run or with_me) else None,
        with_me=with_me,
        version=found.version,
        is_first=found.turn != found.number,
        can_see=tuple(each for each in free if (whom.id, each.person_id) not in apart),
        beneficiary_id=whom.id if is_followed else None,
    )


def _could_interpret(tx: Session, found: Sequence[Visit], now: datetime) -> list[tuple[str, str, str]]:
    spoken = {each.language for each in found if each.state in rules.IN_LINE}
    return attending.by_telephone(tx, rules.next_call(now), spoken, now=now)


def _for_whom(could: Sequence[tuple[str, str, str]], found: Sequence[Visit], apart: Pairs) -> tuple[OnCall, ...]:
    """Each interpreter for the first who speaks her language: her who is being seen, else the next in line."""
    rows = []
    for person_id, name, language in could:
        hers = (each for each in found if each.language == language and each.state in rules.IN_LINE)
        first = next((each for each in hers if (each.beneficiary_id, person_id) not in apart), None)
        if first:
            rows.append(OnCall(person_id, name, language, first.id, first.number))
    return tuple(rows)


def _calls(session: SessionView, now: datetime) -> tuple[NeedRow, ...]:
    """Who was asked to interpret by telephone, as long as it lasts."""
    asked = (each for each in session.needs or () if each.modality is Modality.TELEPHONE and each.ends_at > now)
    return tuple(each for each in asked if each.starts_at <= now + rules.CALL_LASTS)


def _changing(tx: Session, session_id: str) -> list[object]:
    """All that may change on a queue, without a word of it: four queries."""
    of_visits = select(Visit.id, Visit.version, Beneficiary.alias_digest).join(Beneficiary)
    of_booked = select(Appointment.id, Appointment.state, Appointment.changed_at, Appointment.outcome)
    of_offers = select(Need.id, Need.state, Offer.sequence).outerjoin(Offer).where(Need.state != NeedState.WITHDRAWN)
    is_booked = Appointment.state == AppointmentState.BOOKED
    whose = select(Visit.beneficiary_id).where(Visit.session_id == session_id)
    booked = select(Appointment.beneficiary_id).where(Appointment.session_id == session_id, is_booked)
    apart = select(Exclusion.pair_digest).where(Exclusion.beneficiary_id.in_(whose.union(booked)))
    questions = (
        of_visits.where(Visit.session_id == session_id).order_by(Visit.id),
        of_booked.where(Appointment.session_id == session_id).order_by(Appointment.id),
        of_offers.where(Need.session_id == session_id).order_by(Need.id, Offer.id),
        apart.order_by(Exclusion.pair_digest),
    )
    return [tuple(row) for question in questions for row in tx.execute(question)]
