"""Who is on a crew, whose first time it is, and whether a session can run with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, select
from sqlalchemy.orm import Session, aliased, contains_eager

from clinic.domain import rota as rules
from clinic.domain.people import Role
from clinic.domain.rota import Holder, Outlook, ShiftState, Staffing
from clinic.domain.sessions import Status
from clinic.models import ClinicSession, Person, Series, Shift
from clinic.queries import sessions as session_queries

_Done, _Over = aliased(Shift), aliased(ClinicSession)


@dataclass(frozen=True)
class CrewView:
    """One shift, by the name of its person."""

    shift_id: str
    person_id: str
    name: str
    role: Role
    state: ShiftState
    is_first_time: bool


@dataclass(frozen=True)
class Forecast:
    """Whether a session can run: who is missing, and until when it is decided; without outlook once it has begun.

    `places` are the roles in which one particular reader could join.
    """

    outlook: Outlook | None
    shortfall: int
    decision_at: datetime
    accepted_shortfall: int
    lacks: Mapping[Role, int]
    open_places: Mapping[Role, int]
    unpaired: frozenset[Role]
    places: frozenset[Role]


@dataclass(frozen=True)
class DueRow:
    """A session about which there may be something to decide."""

    id: str
    accepted_shortfall: int
    is_asked: bool


def of_sessions(tx: Session, session_ids: Collection[str], *, now: datetime) -> Mapping[str, list[CrewView]]:
    """The crews of these sessions, by role and name: one query."""
    query = select(Shift, _first_time(now)).join(Shift.person).options(contains_eager(Shift.person))
    crews: dict[str, list[CrewView]] = defaultdict(list)
    for shift, is_first_time in tx.execute(query.where(*_live(session_ids))):
        view = CrewView(shift.id, shift.person_id, shift.person.name, shift.role, shift.state, is_first_time)
        crews[shift.session_id].append(view)
    order = list(Role)
    for crew in crews.values():
        crew.sort(key=lambda each: (order.index(each.role), each.name.casefold()))
    return crews


def holders(tx: Session, session_ids: Collection[str], *, now: datetime) -> Mapping[str, list[Holder]]:
    """The crews of these sessions as the rules see them: one query."""
    query = select(Shift.session_id, Shift.role, _first_time(now)).join(Shift.person).where(*_live(session_ids))
    found: dict[str, list[Holder]] = {each: [] for each in session_ids}
    for session_id, role, is_first_time in tx.execute(query):
        found[session_id].append(Holder(role, is_first_time))
    return found


def first_time_of(person_id: str, *, now: datetime) -> ScalarSelect[bool]:
    """Whether a person is new here and no session of hers is over, to be asked along with something else."""
    return select(_first_time(now)).where(Person.id == person_id).scalar_subquery()


def is_first_time(tx: Session, person_id: str, *, now: datetime) -> bool:
    """Whether a person is new here and no session of hers is over."""
    return bool(tx.scalar(select(first_time_of(person_id, now=now))))


def first_timers(tx: Session, person_ids: Collection[str], *, now: datetime) -> set[str]:
    """Who of these people is new here and has no session that is over."""
    return set(tx.scalars(select(Person.id).where(Person.id.in_(list(person_ids)), _first_time(now))))


def shortfalls(tx: Session, session_ids: Collection[str], *, now: datetime) -> dict[str, int]:
    """How many people each of these sessions lacks in order to run: two queries."""
    needs, crews = session_queries.needs(tx, session_ids), holders(tx, session_ids, now=now)
    return {each: rules.shortfall(needs[each], crews[each]) for each in session_ids}


def forecast(
    session: ClinicSession,
    needs: Mapping[Role, Staffing],
    crew: Sequence[CrewView],
    *,
    is_first_time: bool,
    now: datetime,
) -> Forecast:
    """Whether a session, read with its series, can run with this crew, and where a reader could join."""
    is_on = session.status is Status.PLANNED
    there = [Holder(each.role, each.is_first_time) for each in crew] if is_on else []
    needed = needs if is_on else {}
    held = [each.role for each in there]
    short_of = rules.shortfall(needed, there)
    decide_at = rules.decision_at(session.starts_at, session.series.decision_days, session.series.decision_time)
    is_ahead = is_on and session.starts_at > now
    return Forecast(
        outlook=rules.outlook(short_of, session.accepted_shortfall, decide_at, now) if is_ahead else None,
        shortfall=short_of,
        decision_at=decide_at,
        accepted_shortfall=session.accepted_shortfall,
        lacks=rules.missing(needed, held),
        open_places=rules.open_places(needed, held),
        unpaired=rules.unpaired(there),
        places=rules.places_for(needed, there, is_first_time=is_first_time),
    )


def unseen(known: Forecast) -> Forecast:
    """What a reader may know of it who sees nothing of how a session is staffed."""
    nobody: frozenset[Role] = frozenset()
    return Forecast(None, 0, known.decision_at, 0, lacks={}, open_places={}, unpaired=nobody, places=nobody)


def due(tx: Session, until: datetime, *, now: datetime) -> list[DueRow]:
    """The planned sessions that begin after now and before this instant, past their decision time or asked about."""
    query = select(ClinicSession, Series.decision_days, Series.decision_time).join(ClinicSession.series)
    ahead = (ClinicSession.starts_at > now, ClinicSession.starts_at < until, ClinicSession.status == Status.PLANNED)
    found = []
    for session, days, at in tx.execute(query.where(*ahead).order_by(ClinicSession.id)):
        is_asked = session.asked_to_decide_at is not None
        if is_asked or rules.decision_at(session.starts_at, days, at) <= now:
            found.append(DueRow(session.id, session.accepted_shortfall, is_asked))
    return found


def _live(session_ids: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return Shift.session_id.in_(list(session_ids)), Shift.state != ShiftState.RELEASED


def _first_time(now: datetime) -> ColumnElement[bool]:
    """Whether the person of a row is new here and no session of hers is over."""
    been = exists().where(
        _Done.person_id == Person.id,
        _Done.state != ShiftState.RELEASED,
        _Done.session_id == _Over.id,
        _Over.status == Status.PLANNED,
        _Over.ends_at <= now,
    )
    return and_(Person.is_new, ~been)
