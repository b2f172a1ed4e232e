"""The queue of a session: booked people and walk-ins in one list, who of the crew is free, who could interpret now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain import queue as rules
from clinic.domain.answers import NotFound
from clinic.domain.appointments import Topic
from clinic.domain.discretion import Standing
from clinic.domain.interpreting import Modality
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.domain.times import QUANTUM
from clinic.models import ClinicSession, Person, Visit
from clinic.queries import attending, beneficiaries, desks, exclusions, programme
from clinic.queries import rota as rota_queries
from clinic.queries.attending import Asked
from clinic.queries.desks import AppointmentView
from clinic.queries.programme import SessionView

ORDER = (VisitState.SEEN, VisitState.WAITING, VisitState.DONE, VisitState.LEFT)
CALL_LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class CrewRow:
    """Somebody of the crew who can see people: by name, and the number of whom she is with, if with anybody."""

    person_id: str
    name: str
    role: Role
    with_number: int | None


@dataclass(frozen=True)
class VisitRow:
    """Somebody who is there. `can_see` are those of the crew who are free and may see her."""

    id: str
    number: int
    alias: str | None
    language: str
    topic: Topic | None
    booked_at: datetime | None
    appointment_id: str | None
    arrived_at: datetime
    state: VisitState
    since: datetime
    with_id: str | None
    with_name: str | None
    version: int
    is_first: bool
    can_see: tuple[CrewRow, ...]
    beneficiary_id: str | None


@dataclass(frozen=True)
class OnCall:
    """An interpreter who could be called now for a language: the name, and never the number yet."""

    person_id: str
    name: str
    language: str


@dataclass(frozen=True)
class QueueView:
    """The queue as its reader may know it; `stamp` changes with everything that it shows."""

    session: SessionView
    visits: tuple[VisitRow, ...]
    expected: tuple[AppointmentView, ...]
    crew: tuple[CrewRow, ...]
    may_run: bool
    is_open: bool
    stamp: str

    def in_state(self, *states: VisitState) -> list[VisitRow]:
        """Those in these states, in their order."""
        return [each for each in self.visits if each.state in states]


def queue(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> QueueView:
    """The queue of a session; raises `NotFound` for who may not see it (S02).

    Of somebody whom the reader never meets nothing is in it (S07).
    """
    session = programme.session(tx, session_id, reader=reader, now=now)
    role = session.my_shift.role if session.my_shift else None
    standing = Standing(reader, role, session.starts_at, session.ends_at, now)
    if not discretion.may_see_queue(standing):
        raise NotFound
    found = _visits(tx, session_id, reader)
    crew = _crew(tx, session_id, found)
    booked = {each.id: each for each in desks.of_session(tx, session, reader=reader, now=now)}
    rows = [_row(tx, each, crew, booked, reader) for each in found]
    here = {each.appointment_id for each in found}
    expected = tuple(each for each in booked.values() if each.id not in here)
    return QueueView(
        session=session,
        visits=tuple(sorted(rows, key=lambda row: ORDER.index(row.state))),
        expected=expected,
        crew=crew,
        may_run=discretion.may_run_queue(standing),
        is_open=not session.is_cancelled and rules.is_open(session.starts_at, session.ends_at, now),
        stamp=_stamp(session, rows, expected, crew),
    )


def visit(tx: Session, visit_id: str, *, reader: SignedIn, now: datetime) -> tuple[VisitRow, QueueView]:
    """One visit in its queue; raises `NotFound` also when the reader may not know it (S02)."""
    found = tx.get(Visit, visit_id)
    if found is None:
        raise NotFound
    whole = queue(tx, found.session_id, reader=reader, now=now)
    for row in whole.visits:
        if row.id == visit_id:
            return row, whole
    raise NotFound


def on_call(tx: Session, view: QueueView, *, now: datetime) -> list[OnCall]:
    """Who could interpret by telephone from the next quarter of an hour on, for those who wait, by language."""
    session = tx.get_one(ClinicSession, view.session.id)
    span = next_call(now)
    found = []
    for language in sorted({each.language for each in view.in_state(VisitState.WAITING, VisitState.SEEN)}):
        asked = Asked(None, language, Modality.TELEPHONE)
        free = attending.free(tx, session, [span], asked, now=now)[span[0]]
        found += [(person_id, language) for person_id in free.outside]
    names = _names(tx, [person_id for person_id, _ in found])
    return [OnCall(person_id, names[person_id], language) for person_id, language in found]


def next_call(now: datetime) -> tuple[datetime, datetime]:
    """From when until when somebody would interpret who is called now: half an hour from the next quarter on."""
    starts_at = now - timedelta(seconds=now.timestamp() % QUANTUM.total_seconds()) + QUANTUM
    return starts_at, starts_at + CALL_LASTS


def _visits(tx: Session, session_id: str, reader: SignedIn) -> list[Visit]:
    query = select(Visit).where(Visit.session_id == session_id).order_by(Visit.turn, Visit.number)
    found = list(tx.scalars(query.options(joinedload(Visit.beneficiary), joinedload(Visit.seen_by))))
    if reader.holds(Role.COORDINATOR):
        return found
    apart = exclusions.kept_from(tx, reader.id, {each.beneficiary_id for each in found})
    return [each for each in found if each.beneficiary_id not in apart]


def _crew(tx: Session, session_id: str, visits: Sequence[Visit]) -> tuple[CrewRow, ...]:
    """Those of the crew who see people, the legal team first."""
    busy = {each.with_id: each.number for each in visits if each.state is VisitState.SEEN}
    shifts = rota_queries.live_shifts(tx, session_id)
    names = _names(tx, [each.person_id for each in shifts])
    rows = [
        CrewRow(each.person_id, names[each.person_id], each.role, busy.get(each.person_id))
        for each in shifts
        if each.role is not Role.INTERPRETER
    ]
    return tuple(sorted(rows, key=lambda row: (row.role not in LEGAL_TEAM, row.name.casefold())))


def _row(
    tx: Session, found: Visit, crew: Sequence[CrewRow], booked: dict[str, AppointmentView], reader: SignedIn
) -> VisitRow:
    appointment = booked.get(found.appointment_id or "")
    whom = found.beneficiary
    is_waiting = found.state is VisitState.WAITING
    free = [each for each in crew if each.with_number is None] if is_waiting else []
    kept_out = exclusions.excluded_by(tx, whom.id, [each.person_id for each in free]) if free else set()
    is_followed = whom.alias_digest is not None and beneficiaries.follows(reader, whom)
    return VisitRow(
        id=found.id,
        number=found.number,
        alias=whom.alias,
        language=found.language,
        topic=found.topic,
        booked_at=appointment.starts_at if appointment else None,
        appointment_id=found.appointment_id,
        arrived_at=found.arrived_at,
        state=found.state,
        since=found.since,
        with_id=found.with_id,
        with_name=found.seen_by.name if found.seen_by else None,
        version=found.version,
        is_first=found.turn != found.number,
        can_see=tuple(each for each in free if each.person_id not in kept_out),
        beneficiary_id=whom.id if is_followed else None,
    )


def _names(tx: Session, person_ids: Sequence[str]) -> dict[str, str]:
    return dict(tx.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))).all())


def _stamp(
    session: SessionView, rows: Sequence[VisitRow], expected: Sequence[AppointmentView], crew: Sequence[CrewRow]
) -> str:
    """What a telephone compares: no word of anybody, and nothing of it can be read back."""
    parts = [session.status, *((row.id, row.version, row.alias) for row in rows), *(each.id for each in expected)]
    return sha256(repr([*parts, *(each.person_id for each in crew)]).encode()).hexdigest()[:16]
