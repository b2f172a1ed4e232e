"""Sessions with all that hangs on them, as far as their reader may know it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState
from clinic.domain.discretion import Standing
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.rota import ShiftState, missing
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.workshops import RegistrationState
from clinic.models import Appointment, ClinicSession, Registration, Shift
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as interpreting_queries
from clinic.queries import sessions as session_queries
from clinic.queries import workshops as workshop_queries
from clinic.queries.interpreting import NeedRow
from clinic.queries.workshops import MyPlace


@dataclass(frozen=True)
class CrewView:
    """One shift, by the name of its person."""

    shift_id: str
    person_id: str
    name: str
    role: Role
    state: ShiftState


@dataclass(frozen=True)
class SessionView:
    """A session for one reader: what she may not know is None or empty.

    A guest comes to it, and sees nothing of how it is staffed.
    """

    id: str
    kind: Kind
    names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    moved_from: datetime | None
    status: Status
    cancel_reason: CancelReason | None
    area: str
    spot: str | None
    is_told_late: bool
    crew: tuple[CrewView, ...] | None
    held: Mapping[Role, int]
    lacks: Mapping[Role, int]
    unconfirmed: int
    my_shift: CrewView | None
    my_place: MyPlace | None
    is_guest: bool
    coordinates: bool
    knows_participants: bool
    capacity: int
    booked: int | None
    is_full: bool
    place_id: str
    needs: tuple[NeedRow, ...] | None

    @property
    def is_cancelled(self) -> bool:
        return self.status is Status.CANCELLED

    @property
    def can_run(self) -> bool:
        return not self.is_cancelled and not self.lacks and not self.is_guest

    def takes_needs(self, reader: SignedIn) -> bool:
        """Say whether this reader may ask for an interpreter for the whole of the session."""
        is_on_crew = self.my_shift is not None and self.my_shift.role is Role.MEDIATOR
        return reader.holds(Role.COORDINATOR) or (is_on_crew and reader.holds(Role.MEDIATOR))

    def takes(self, reader: SignedIn) -> tuple[Role, ...]:
        """The roles in which this reader could take a shift, as far as she is not on the crew."""
        if self.my_shift or self.is_cancelled:
            return ()
        return tuple(role for role in self.lacks if role in reader.roles)


def between(
    tx: Session, starts_at: datetime, ends_at: datetime, *, reader: SignedIn, now: datetime
) -> list[SessionView]:
    """The sessions that begin in this half-open span and that the reader may know of, in order of time."""
    return _views(tx, (ClinicSession.starts_at >= starts_at) & (ClinicSession.starts_at < ends_at), reader, now)


def ahead(tx: Session, ends_at: datetime, *, reader: SignedIn, now: datetime) -> list[SessionView]:
    """The sessions that are not over and begin before this instant, as far as the reader may know of them."""
    return _views(tx, (ClinicSession.ends_at > now) & (ClinicSession.starts_at < ends_at), reader, now)


def session(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> SessionView:
    """One session for those who run it; raises `NotFound` also when the reader may not know of it (S02)."""
    found = find(tx, session_id, reader=reader, now=now)
    if found is None or found.is_guest:
        raise NotFound
    return found


def find(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> SessionView | None:
    """One session, also for those who come to it; None when the reader may not know more than the public."""
    found = _views(tx, ClinicSession.id == session_id, reader, now)
    return found[0] if found else None


def joined(tx: Session, *, reader: SignedIn, now: datetime) -> list[SessionView]:
    """The coming workshops in which the reader has a seat or a turn, in order of time, however far ahead."""
    mine = select(Registration.session_id).where(
        Registration.person_id == reader.id, Registration.state != RegistrationState.WITHDRAWN
    )
    return _views(tx, ClinicSession.id.in_(mine) & (ClinicSession.ends_at > now), reader, now)


def may_know(session: SessionView, need: NeedRow, *, reader: SignedIn, now: datetime) -> bool:
    """Say whether the reader may know of this need at a session that she may know of."""
    role = session.my_shift.role if session.my_shift else None
    standing = Standing(reader, role, session.starts_at, session.ends_at, now)
    return discretion.may_know_need(standing, is_own=reader.id in need.owner_ids)


def next_of_series(tx: Session, session_id: str, *, most: int, reader: SignedIn, now: datetime) -> list[SessionView]:
    """This session and the next ones of its series, for choosing another date."""
    series_id = tx.scalar(select(ClinicSession.series_id).where(ClinicSession.id == session_id))
    ids = session_queries.next_dates(tx, series_id or "", now, most)
    return _views(tx, ClinicSession.id.in_({*ids, session_id}), reader, now)


def _views(tx: Session, which: ColumnElement[bool], reader: SignedIn, now: datetime) -> list[SessionView]:
    """Five queries, however many sessions there are."""
    query = select(ClinicSession).where(which).order_by(ClinicSession.starts_at, ClinicSession.id)
    found = tx.scalars(query.options(joinedload(ClinicSession.series), joinedload(ClinicSession.place))).all()
    ids = [each.id for each in found]
    crews, needs, booked = _crews(tx, ids), session_queries.needs(tx, ids), _booked(tx, ids)
    places = workshop_queries.my_places(tx, reader.id, ids)
    hanging = {each: _Hanging(crews[each], needs[each], booked[each], places.get(each)) for each in ids}
    views = (_view(each, hanging[each.id], reader, now) for each in found)
    return _with_needs(tx, [view for view in views if view], reader, now)


def _with_needs(tx: Session, views: list[SessionView], reader: SignedIn, now: datetime) -> list[SessionView]:
    """Add, for those who plan, the needs of interpreters that they may know: one query more."""
    if not views or not reader.holds(Role.COORDINATOR, Role.MEDIATOR):
        return views
    needs = interpreting_queries.needs_of(tx, [view.id for view in views], now=now)
    known = {view.id: [row for row in needs[view.id] if may_know(view, row, reader=reader, now=now)] for view in views}
    return [replace(view, needs=tuple(known[view.id])) for view in views]


def _standing(
    session: ClinicSession, shift: CrewView | None, place: MyPlace | None, reader: SignedIn, now: datetime
) -> Standing:
    return Standing(
        reader,
        shift.role if shift else None,
        session.starts_at,
        session.ends_at,
        now,
        is_workshop=session.series.kind is Kind.WORKSHOP,
        is_registered=place is not None and place.state is RegistrationState.REGISTERED,
    )


def _crews(tx: Session, ids: Sequence[str]) -> Mapping[str, list[CrewView]]:
    query = select(Shift).where(Shift.session_id.in_(ids), Shift.state != ShiftState.RELEASED)
    crews: dict[str, list[CrewView]] = defaultdict(list)
    for shift in tx.scalars(query.options(joinedload(Shift.person))):
        crews[shift.session_id].append(CrewView(shift.id, shift.person_id, shift.person.name, shift.role, shift.state))
    order = list(Role)
    for crew in crews.values():
        crew.sort(key=lambda each: (order.index(each.role), each.name.casefold()))
    return crews


def _booked(tx: Session, ids: Sequence[str]) -> Mapping[str, int]:
    query = select(Appointment.session_id, func.count()).where(
        Appointment.session_id.in_(ids), Appointment.state == AppointmentState.BOOKED
    )
    return Counter({row[0]: row[1] for row in tx.execute(query.group_by(Appointment.session_id))})


@dataclass(frozen=True)
class _Hanging:
    crew: list[CrewView]
    needs: Mapping[Role, int]
    booked: int
    my_place: MyPlace | None


def _view(session: ClinicSession, hanging: _Hanging, reader: SignedIn, now: datetime) -> SessionView | None:
    crew, booked = hanging.crew, hanging.booked
    mine = next((each for each in crew if each.person_id == reader.id), None)
    standing = _standing(session, mine, hanging.my_place, reader, now)
    is_on = session.status is Status.PLANNED
    lacks = missing(hanging.needs, [each.role for each in crew]) if is_on else {}
    is_guest = not discretion.may_open(standing, lacks=frozenset(lacks))
    if is_guest and not hanging.my_place:
        return None
    seen = [] if is_guest else crew
    opening = appointment_queries.opening(session)
    capacity = opening.desks * len(opening.slots)
    place = session.place
    return SessionView(
        id=session.id,
        kind=session.series.kind,
        names={"fr": session.series.name_fr, "en": session.series.name_en},
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        moved_from=session.moved_from,
        status=session.status,
        cancel_reason=session.cancel_reason,
        area=place.area,
        spot=place.spot if discretion.may_know_spot(standing, place.publicity) else None,
        is_told_late=place.publicity is Publicity.TOLD_LATE,
        crew=tuple(crew) if discretion.may_know_crew(standing) else None,
        held=Counter(each.role for each in seen),
        lacks={} if is_guest else lacks,
        unconfirmed=sum(each.state is ShiftState.TO_CONFIRM for each in seen),
        my_shift=mine,
        my_place=hanging.my_place,
        is_guest=is_guest,
        coordinates=standing.coordinates,
        knows_participants=discretion.may_know_participants(standing),
        capacity=capacity,
        booked=booked if discretion.may_see_slots(standing) else None,
        is_full=booked >= capacity > 0,
        place_id=place.id,
        needs=None,
    )
